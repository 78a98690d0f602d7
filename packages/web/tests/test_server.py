"""The protocol factory."""

import asyncio
import inspect
import logging
from typing import Any

import pytest

from aiohttp_web import BaseRequest, BaseRunner, Response, Server, run_app
from aiohttp_web.connection import RequestHandler

GET = b"GET /path HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"


async def hello(request: Any) -> Response:
    return Response(text=type(request).__name__)


@pytest.mark.spec("LOW-01", "ADD-459")
async def test_factory_and_counters(raw_server: Any) -> None:
    server = await raw_server(hello)
    assert isinstance(server.server(), RequestHandler)
    assert server.server.connections == []
    assert repr(server.server) == "<Server connections=0>"
    client = await server.open()
    await client.ask(GET.replace(b"close", b"keep-alive"))
    assert repr(server.server.connections[0]) == "<RequestHandler idle>"


async def test_request_factory(raw_server: Any) -> None:
    class Mine(BaseRequest):
        pass

    arguments: list[Any] = []

    def factory(message: Any, payload: Any, protocol: Any, writer: Any, task: Any) -> Mine:
        arguments.append((message.method, payload.at_eof(), protocol, writer, task))
        return Mine(message, payload, protocol, writer, task)

    server = await raw_server(hello, request_factory=factory)
    assert (await server.send(GET)).endswith(b"Mine")
    assert arguments[0][:2] == ("GET", True)


@pytest.mark.spec("ADD-457", "ADD-1101")
async def test_unknown_options(caplog: Any) -> None:
    server = Server(hello, keepalive_timeout=3, nonsense=1, loop=asyncio.get_running_loop())
    assert server.options.timeouts.keepalive == 3
    (record,) = caplog.records
    assert (record.levelno, "nonsense" in record.getMessage()) == (logging.WARNING, True)


async def test_debug_is_gone() -> None:
    with pytest.warns(DeprecationWarning, match="debug"):
        Server(hello, debug=True)


@pytest.mark.spec("ADD-458", "STR-20", "ADD-1055")
async def test_options_without_effect_and_defaults(caplog: Any) -> None:
    server = Server(hello, timeout_ceil_threshold=5, read_bufsize=None)
    assert server.options.read_bufsize == 2**18
    assert not caplog.records


@pytest.mark.spec("LOW-01", "SHUT-02")
async def test_shutdown(raw_server: Any) -> None:
    started = asyncio.Event()

    async def handler(request: Any) -> Response:
        started.set()
        await asyncio.Event().wait()
        return Response()

    server = await raw_server(handler)
    idle, busy = await server.open(), await server.open()
    await busy.send(GET)
    await started.wait()
    server.server.pre_shutdown()
    assert await idle.rest() == b""
    await server.server.shutdown(0.01)
    assert server.server.connections == []
    assert await busy.rest() == b""


async def test_no_new_connections_while_closing(raw_server: Any) -> None:
    server = await raw_server(hello)
    server.server.pre_shutdown()
    assert (await (await server.open()).rest()).startswith(b"HTTP/1.1 503 ")


async def test_a_request_on_its_way_is_waited_for(raw_server: Any) -> None:
    server = await raw_server(hello)
    fresh, begun, idle = await server.open(), await server.open(), await server.open()
    await idle.ask(GET.replace(b"close", b"keep-alive"))
    await begun.send(GET[:8])
    while len(server.server.connections) < 3:
        await asyncio.sleep(0)
    settling = asyncio.create_task(server.server.settle(20))
    await begun.send(GET[8:])
    assert (await begun.head()).startswith(b"HTTP/1.1 200 ")
    assert not settling.done()
    await fresh.send(GET)
    assert (await fresh.head()).startswith(b"HTTP/1.1 200 ")
    # The idle one keeps nobody.
    await asyncio.wait_for(settling, 10)


async def test_a_request_on_its_way_is_not_waited_for_ever(raw_server: Any) -> None:
    server = await raw_server(hello)
    await server.open()
    while not server.server.connections:
        await asyncio.sleep(0)
    await asyncio.wait_for(server.server.settle(0.05), 10)


@pytest.mark.spec("APP-21")
async def test_what_became_of_connections_and_their_end(raw_server: Any) -> None:
    server = await raw_server(hello)
    client = await server.open()
    await client.ask(GET.replace(b"close", b"keep-alive"))
    (connection,) = server.server.connections
    assert isinstance(connection, RequestHandler)
    assert not hasattr(server.server, "finish_connections")
    await server.server.shutdown(1.0)
    assert server.server.connections == []
    assert await client.rest() == b""


@pytest.mark.spec("DISC-04")
async def test_a_tracked_task_survives_the_handler_that_started_it(raw_server: Any) -> None:
    tracked: set[asyncio.Task[None]] = set()
    started, gate, cancelled = asyncio.Event(), asyncio.Event(), asyncio.Event()
    saved: list[str] = []

    async def save() -> None:
        await gate.wait()
        saved.append("the whole record")

    async def handler(request: Any) -> Response:
        task = asyncio.create_task(save())
        tracked.add(task)
        task.add_done_callback(tracked.discard)
        started.set()
        try:
            await asyncio.shield(task)
        except asyncio.CancelledError:
            cancelled.set()
            raise
        return Response()

    server = await raw_server(handler, handler_cancellation=True)
    client = await server.open()
    await client.send(GET)
    await asyncio.wait_for(started.wait(), 10)
    client.close()
    await asyncio.wait_for(cancelled.wait(), 10)
    assert saved == []
    (task,) = tracked
    gate.set()
    await asyncio.wait_for(task, 10)
    assert saved == ["the whole record"]


@pytest.mark.spec("C73")
async def test_the_access_log_is_on_unless_switched_off() -> None:
    access = logging.getLogger("aiohttp.access")
    level = access.level
    access.setLevel(logging.INFO)
    try:
        log = Server(hello).enabled_access_logger()
        assert log is not None
        assert log.access_logger.logger is access
        assert "%{Referer}i" in log.access_logger.log_format
        assert Server(hello, access_log=None).enabled_access_logger() is None
    finally:
        access.setLevel(level)


@pytest.mark.spec("C42")
async def test_shutdown_timeouts_are_floats() -> None:
    for taking in (run_app, BaseRunner):
        default = inspect.signature(taking).parameters["shutdown_timeout"].default
        assert (type(default), default) == (float, 60.0)
