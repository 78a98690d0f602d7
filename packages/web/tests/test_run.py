"""``run_app``, in this process and in others."""

import asyncio
import logging
import os
import re
import signal
import socket
import subprocess
import sys
import textwrap
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from aiohttp_core.log import access_logger
from aiohttp_web import Application, GracefulExit, run_app

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="signals of Unix")


def stopping_app() -> Application:
    """Return an application that sends itself SIGINT soon, whether it listens by then or not."""
    app = Application()

    async def stop(app: Application) -> None:
        asyncio.get_running_loop().call_later(0.05, os.kill, os.getpid(), signal.SIGINT)

    app.on_startup.append(stop)
    return app


class Banner:
    """For ``print``: keeps the banner, and sends SIGINT, for now the server listens."""

    def __init__(self) -> None:
        self.texts: list[str] = []

    def __call__(self, text: str) -> None:
        self.texts.append(text)
        os.kill(os.getpid(), signal.SIGINT)


@pytest.mark.spec("CLI-04", "CLI-11", "ADD-613", "ADD-614", "ADD-611")
def test_banner_and_normal_end() -> None:
    events: list[str] = []
    banner = Banner()
    app = Application()

    async def life(app: Application) -> AsyncIterator[None]:
        events.append("startup")
        yield
        events.append("cleanup")

    app.cleanup_ctx.append(life)
    run_app(app, host="127.0.0.1", port=0, print=banner)
    assert events == ["startup", "cleanup"]
    assert re.fullmatch(
        r"======== Running on http://127\.0\.0\.1:\d+ ========\n\(Press CTRL\+C to quit\)",
        banner.texts[0],
    )


@pytest.mark.spec("CLI-01", "CLI-05", "CLI-07", "CLI-08", "ADD-612", "ADD-1057")
@pytest.mark.parametrize(
    ("options", "names"),
    [
        ({"port": 0}, r"http://0\.0\.0\.0:\d+"),
        ({"host": ["127.0.0.1", "localhost"], "port": 0},
         r"http://127\.0\.0\.1:\d+, http://localhost:\d+"),
        ({"path": "a.sock"}, r"http://unix:a\.sock:"),
        ({"path": [Path("a.sock"), "b.sock"]}, r"http://unix:a\.sock:, http://unix:b\.sock:"),
        ({"path": "a.sock", "host": "127.0.0.1", "port": 0},
         r"http://127\.0\.0\.1:\d+, http://unix:a\.sock:"),
        ({"path": "a.sock", "port": 0}, r"http://0\.0\.0\.0:\d+, http://unix:a\.sock:"),
    ],
)  # fmt: skip
def test_where_it_listens(
    options: Any, names: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    banner = Banner()
    run_app(Application(), print=banner, **options)
    assert re.match(f"======== Running on {names} ========\n", banner.texts[0])


@pytest.mark.spec("ADD-612")
def test_given_sockets() -> None:
    banner = Banner()
    with socket.create_server(("127.0.0.1", 0)) as sock:
        port = sock.getsockname()[1]
        run_app(Application(), sock=sock, print=banner)
    assert banner.texts[0].startswith(f"======== Running on http://127.0.0.1:{port} ========")


@pytest.mark.spec("CLI-10", "CLI-02", "ADD-610", "ADD-835", "APP-16")
def test_silent_coroutine_and_options(capsys: Any) -> None:
    async def make() -> Application:
        return stopping_app()

    run_app(
        make(), host="127.0.0.1", port=0, print=None, access_log=None, max_headers=5,
        lingering_time=1, auto_decompress=False, handler_cancellation=True,
    )  # fmt: skip
    assert capsys.readouterr().out == ""


@pytest.mark.spec("ADD-614", "ADD-877")
def test_errors_at_the_start_propagate() -> None:
    app = Application()
    events = []

    async def fail(app: Application) -> None:
        raise ValueError("at start")

    async def context(app: Application) -> Any:
        events.append("enter")
        yield
        events.append("exit")

    app.cleanup_ctx.append(context)
    app.on_startup.append(fail)
    with pytest.raises(ValueError, match="at start"):
        run_app(app, host="127.0.0.1", port=0, print=None)
    assert events == ["enter", "exit"]


@pytest.mark.spec("SHUT-07", "ADD-611")
def test_left_over_tasks_are_cancelled_and_reported() -> None:
    app = stopping_app()
    events: list[str] = []
    reported: list[Any] = []
    kept: list[asyncio.Task[None]] = []

    async def background(fail: bool) -> None:
        try:
            await asyncio.Event().wait()
        finally:
            events.append("cancelled")
            if fail:
                raise ValueError("in the background")

    async def start(app: Application) -> None:
        loop = asyncio.get_running_loop()
        loop.set_exception_handler(lambda loop, context: reported.append(context))
        kept.extend(loop.create_task(background(fail)) for fail in (False, True))

    app.on_startup.append(start)
    run_app(app, host="127.0.0.1", port=0, print=None)
    assert events == ["cancelled", "cancelled"]
    assert [str(context["exception"]) for context in reported] == ["in the background"]


@pytest.mark.spec("SHUT-07")
def test_a_task_that_swallows_cancellation_does_not_hold_the_end(
    caplog: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("aiohttp_web.run._LEAST_FOR_TASKS", 0.05)
    app = stopping_app()
    kept: list[asyncio.Task[None]] = []

    async def stubborn() -> None:
        while True:
            try:
                await asyncio.Event().wait()
            except asyncio.CancelledError:
                pass

    async def start(app: Application) -> None:
        loop = asyncio.get_running_loop()
        # What is left of the task when the loop is gone is nobody's business here.
        loop.set_exception_handler(lambda loop, context: None)
        kept.append(loop.create_task(stubborn(), name="the stubborn one"))

    app.on_startup.append(start)
    run_app(app, host="127.0.0.1", port=0, print=None, shutdown_timeout=0)
    assert re.search("did not end: <Task [a-z]+ name='the stubborn one'", caplog.text)


@pytest.mark.spec("CLI-03", "LOG-04", "ADD-617", "ADD-1086", "ADD-938")
def test_debug_shows_the_access_log(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(access_logger, "level", logging.NOTSET)
    monkeypatch.setattr(access_logger, "handlers", [])
    monkeypatch.setattr(access_logger, "propagate", False)
    seen = []
    app = stopping_app()

    async def look(app: Application) -> None:
        seen.append(asyncio.get_running_loop().get_debug())

    app.on_startup.append(look)
    run_app(app, debug=True, host="127.0.0.1", port=0, print=None)
    assert seen == [True]
    assert access_logger.level == logging.DEBUG
    assert len(access_logger.handlers) == 1


def test_a_given_loop_is_used_and_closed() -> None:
    loop = asyncio.new_event_loop()
    used = []
    app = stopping_app()

    async def look(app: Application) -> None:
        used.append(asyncio.get_running_loop())

    app.on_startup.append(look)
    run_app(app, loop=loop, host="127.0.0.1", port=0, print=None)
    assert used == [loop]
    assert loop.is_closed()


SECOND_SIGNAL = """
    import asyncio, os, signal
    from aiohttp_web import Application, run_app

    async def stop(app):
        asyncio.get_running_loop().call_later(0.05, os.kill, os.getpid(), signal.SIGTERM)

    async def hang(app):
        asyncio.get_running_loop().call_later(0.05, os.kill, os.getpid(), signal.SIGTERM)
        await asyncio.Event().wait()

    app = Application()
    app.on_startup.append(stop)
    app.on_shutdown.append(hang)
    run_app(app, host="127.0.0.1", port=0)
"""


def test_a_second_signal_ends_at_once(tmp_path: Path) -> None:
    process = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(SECOND_SIGNAL)],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    assert process.returncode == GracefulExit.code
    assert "Second signal" in process.stderr
