"""Runners and the graceful end."""

import asyncio
import contextlib
import logging
import os
import signal
import socket
import sys
from contextvars import ContextVar
from typing import Any

import pytest

from aiohttp_web import (
    Application,
    AppRunner,
    GracefulExit,
    Request,
    Response,
    Server,
    ServerRunner,
    SockSite,
    TCPSite,
)
from aiohttp_web.runner import longest_shutdown

GET = b"GET / HTTP/1.1\r\nHost: a\r\n\r\n"


async def hello(request: Any) -> Response:
    return Response(text="hello")


def make_app() -> Application:
    app = Application()
    app.router.add_get("/", hello)
    return app


async def connect(site: TCPSite) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    return await asyncio.open_connection("127.0.0.1", site.port)


async def leave(writer: asyncio.StreamWriter) -> None:
    writer.close()
    with contextlib.suppress(OSError):
        await writer.wait_closed()


@pytest.mark.spec("RUN-01", "RUN-02", "ADD-608")
async def test_life_of_an_app_runner() -> None:
    app = make_app()
    events: list[str] = []

    def note(name: str) -> Any:
        async def receiver(given: Application) -> None:
            assert given is app
            events.append(name)

        return receiver

    app.on_startup.append(note("startup"))
    app.on_shutdown.append(note("shutdown"))
    app.on_cleanup.append(note("cleanup"))
    runner = AppRunner(app, access_log=None)
    assert runner.app is app
    assert runner.server is None
    await runner.setup()
    assert events == ["startup"]
    assert isinstance(runner.server, Server)
    site = TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    assert runner.sites == {site}
    runner.sites.clear()
    assert runner.sites == {site}
    assert runner.addresses == [("127.0.0.1", site.port)]
    reader, writer = await connect(site)
    writer.write(GET)
    assert b"200 OK" in await reader.readuntil(b"\r\n\r\n")
    await runner.cleanup()
    assert events == ["startup", "shutdown", "cleanup"]
    assert runner.sites == set()
    assert runner.addresses == []
    assert runner.server is None
    assert await reader.read() == b"hello"
    await leave(writer)


@pytest.mark.spec("ADD-604")
def test_only_applications() -> None:
    with pytest.raises(TypeError):
        AppRunner(hello)  # type: ignore[arg-type]


@pytest.mark.spec("RUN-05", "LOW-01", "LOW-05")
async def test_server_runner() -> None:
    server = Server(hello, access_log=None)
    runner = ServerRunner(server)
    await runner.setup()
    assert runner.server is server
    site = TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    reader, writer = await connect(site)
    writer.write(b"DELETE /any/path HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
    assert (await reader.read()).endswith(b"hello")
    await leave(writer)
    await runner.cleanup()


@pytest.mark.spec("RUN-08", "ADD-457", "ADD-1101", "C88")
async def test_unknown_options_are_ignored_alone(caplog: Any) -> None:
    app = Application(handler_args={"keepalive_timeout": 5, "nonsense": 1})
    runner = AppRunner(app, keepalive_timeout=7, max_headers=10, other_nonsense=2)
    await runner.setup()
    server = runner.server
    assert server is not None
    assert server.options.timeouts.keepalive == 5
    assert server.options.limits.max_headers == 10
    warned = [record.getMessage() for record in caplog.records]
    assert len(warned) == 2
    assert all("nonsense" in message for message in warned)
    await runner.cleanup()


@pytest.mark.spec("RUN-07", "ADD-444", "ADD-1057", "ADD-1084", "RUN-10", "RUN-06", "RUN-11", "C60")
async def test_defaults() -> None:
    runner = AppRunner(Application())
    await runner.setup()
    server: Any = runner.server
    assert server.options.timeouts.keepalive == 3630
    assert server.options.timeouts.lingering == 10
    assert server.options.tcp_keepalive
    assert server.options.auto_decompress
    assert not server.options.handler_cancellation
    limits = server.options.limits
    assert (limits.max_line_size, limits.max_field_size, limits.max_headers) == (8190, 8190, 128)
    await runner.cleanup()


async def test_cleanup_after_a_failed_start() -> None:
    app = Application()
    cleaned = []

    async def fail(app: Application) -> None:
        raise ValueError("at start")

    async def clean(app: Application) -> None:
        cleaned.append(1)

    app.on_startup.append(fail)
    app.on_cleanup.append(clean)
    runner = AppRunner(app)
    with pytest.raises(ValueError, match="at start"):
        await runner.setup()
    await runner.cleanup()
    await runner.cleanup()


# The steps of the end


class Steps:
    """An application whose handler waits, and what happened to it."""

    def __init__(self, shutdown_timeout: float = 5, stubborn: bool = False) -> None:
        self.events: list[str] = []
        self.started = asyncio.Event()
        self.gate = asyncio.Event()
        self.stubborn = stubborn
        app = make_app()
        app.router.add_get("/slow", self.slow)
        app.on_shutdown.append(self.on_shutdown)
        app.on_cleanup.append(self.on_cleanup)
        self.runner = AppRunner(app, access_log=None, shutdown_timeout=shutdown_timeout)

    async def slow(self, request: Request) -> Response:
        self.started.set()
        try:
            await self.gate.wait()
        except asyncio.CancelledError:
            self.events.append("cancelled")
            if not self.stubborn:
                raise
            await asyncio.Event().wait()
        self.events.append("done")
        return Response(text="slow")

    async def on_shutdown(self, app: Application) -> None:
        self.events.append("shutdown")

    async def on_cleanup(self, app: Application) -> None:
        self.events.append("cleanup")

    async def start(self) -> TCPSite:
        await self.runner.setup()
        site = TCPSite(self.runner, "127.0.0.1", 0)
        await site.start()
        return site


@pytest.mark.spec("SHUT-01", "SHUT-02", "SHUT-03", "SHUT-04", "SHUT-06", "ADD-460", "SHUT-08")
async def test_running_handlers_may_end(caplog: Any) -> None:
    caplog.set_level(logging.INFO, "aiohttp.server")
    steps = Steps()
    site = await steps.start()
    idle_reader, idle_writer = await connect(site)
    idle_writer.write(GET)
    await idle_reader.readuntil(b"hello")
    reader, writer = await connect(site)
    writer.write(GET.replace(b"/ ", b"/slow "))
    await steps.started.wait()
    cleanup = asyncio.create_task(steps.runner.cleanup())
    assert await idle_reader.read() == b""
    assert not cleanup.done()
    with pytest.raises(OSError):
        await connect(site)
    while "shutdown" not in steps.events:
        await asyncio.sleep(0.001)
    steps.gate.set()
    await cleanup
    answer = await reader.read()
    assert answer.endswith(b"slow")
    assert b"Connection: close\r\n" in answer
    assert steps.events == ["shutdown", "done", "cleanup"]
    assert "waiting up to 5 s for 1 request(s): <Request GET /slow >" in caplog.text
    await leave(idle_writer)
    await leave(writer)


@pytest.mark.spec("SHUT-05", "CLI-09", "ADD-603")
@pytest.mark.parametrize("stubborn", [False, True])
async def test_handlers_that_do_not_end_are_cancelled(stubborn: bool) -> None:
    steps = Steps(shutdown_timeout=0.05, stubborn=stubborn)
    site = await steps.start()
    reader, writer = await connect(site)
    writer.write(GET.replace(b"/ ", b"/slow "))
    await steps.started.wait()
    await asyncio.wait_for(steps.runner.cleanup(), 5)
    assert steps.events == ["shutdown", "cancelled", "cleanup"]
    assert await reader.read() == b""
    await leave(writer)
    for task in asyncio.all_tasks() - {asyncio.current_task()}:
        task.cancel()


@pytest.mark.spec("SIG-09")
async def test_one_context_from_start_to_end() -> None:
    variable: ContextVar[tuple[str, ...]] = ContextVar("variable", default=())
    app = Application()
    seen: list[tuple[str, ...]] = []

    def step(name: str) -> Any:
        async def run(app: Application) -> None:
            seen.append(variable.get())
            variable.set((*variable.get(), name))

        return run

    app.on_startup.append(step("startup"))
    app.on_shutdown.append(step("shutdown"))
    app.on_cleanup.append(step("cleanup"))
    runner = AppRunner(app)
    await runner.setup()
    await runner.cleanup()
    assert seen == [(), ("startup",), ("startup", "shutdown")]
    assert variable.get() == ("startup", "shutdown", "cleanup")


async def test_each_step_runs_although_one_failed() -> None:
    steps = Steps()

    async def fail(app: Application) -> None:
        raise ValueError("in shutdown")

    steps.runner.app.on_shutdown.append(fail)
    await steps.start()
    with pytest.raises(ValueError, match="in shutdown"):
        await steps.runner.cleanup()
    assert steps.events == ["shutdown", "cleanup"]


@pytest.mark.spec("SHUT-03")
@pytest.mark.parametrize("stubborn", [False, True])
async def test_on_shutdown_has_a_deadline(
    stubborn: bool, caplog: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("aiohttp_web.runner._LEAST_TO_TELL", 0.05)
    monkeypatch.setattr("aiohttp_web.runner._UNWINDING", 0.05)
    steps = Steps(shutdown_timeout=0)
    released = asyncio.Event()

    async def hang(app: Application) -> None:
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            steps.events.append("cut")
            if not stubborn:
                raise
        await released.wait()

    steps.runner.app.on_shutdown.append(hang)
    await steps.start()
    await asyncio.wait_for(steps.runner.cleanup(), 10)
    assert steps.events == ["shutdown", "cut", "cleanup"]
    assert "on_shutdown did not end within 0.05 s and is cancelled" in caplog.text
    released.set()


async def test_on_shutdown_is_not_left_behind_when_the_cleanup_is_cancelled() -> None:
    steps = Steps()
    begun = asyncio.Event()

    async def hang(app: Application) -> None:
        begun.set()
        try:
            await asyncio.Event().wait()
        finally:
            steps.events.append("cut")

    steps.runner.app.on_shutdown.append(hang)
    await steps.start()
    cleanup = asyncio.create_task(steps.runner.cleanup())
    await begun.wait()
    cleanup.cancel()
    with pytest.raises(asyncio.CancelledError):
        await cleanup
    assert steps.events == ["shutdown", "cut", "cleanup"]


async def test_a_long_cleanup_is_not_cut_but_told(
    caplog: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("aiohttp_web.runner._LEAST_TO_TELL", 0.01)
    steps = Steps(shutdown_timeout=0)
    told = asyncio.Event()

    class Bell(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            told.set()

    async def save(app: Application) -> None:
        await asyncio.wait_for(told.wait(), 10)
        steps.events.append("saved")

    steps.runner.app.on_cleanup.append(save)
    logger = logging.getLogger("aiohttp.server")
    bell = Bell()
    logger.addHandler(bell)
    try:
        await steps.start()
        await steps.runner.cleanup()
    finally:
        logger.removeHandler(bell)
    assert steps.events == ["shutdown", "cleanup", "saved"]
    assert "on_cleanup has not ended after 0.01 s; still waiting for it" in caplog.text


@pytest.mark.parametrize(("timeout", "longest"), [(60, 181.5), (0, 6), (0.1, 6.3)])
def test_the_longest_shutdown(timeout: float, longest: float) -> None:
    assert longest_shutdown(timeout) == pytest.approx(longest)


async def test_the_application_may_be_asked_while_it_ends() -> None:
    steps = Steps()
    site = await steps.start()
    reader, writer = await connect(site)
    writer.write(b"GET / HT")
    await asyncio.sleep(0.01)
    await steps.runner.cleanup()
    assert await reader.read() == b""
    await leave(writer)


# Signals


@pytest.mark.spec("RUN-03", "RUN-04", "ADD-615")
@pytest.mark.skipif(sys.platform == "win32", reason="no loop signal handlers there")
def test_signals_raise_graceful_exit() -> None:
    assert issubclass(GracefulExit, SystemExit)
    assert GracefulExit.code == 1

    async def main() -> None:
        runner = AppRunner(Application(), handle_signals=True)
        await runner.setup()
        try:
            os.kill(os.getpid(), signal.SIGTERM)
            await asyncio.Event().wait()
        finally:
            await runner.cleanup()

    with pytest.raises(GracefulExit):
        asyncio.run(main())


async def test_sock_site_and_double_registration() -> None:
    runner = AppRunner(make_app(), access_log=None)
    await runner.setup()
    sock = socket.create_server(("127.0.0.1", 0))
    site = SockSite(runner, sock)
    await site.start()
    with pytest.raises(RuntimeError):
        await site.start()
    assert site.name == f"http://127.0.0.1:{sock.getsockname()[1]}"
    await site.stop()
    with pytest.raises(RuntimeError):
        await site.stop()
    await runner.cleanup()
