"""Requests without a server, servers that are spoken to in raw bytes; tests import what is here."""

import asyncio
import contextlib
import os
import signal
import sys
import threading
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from multidict import CIMultiDict, CIMultiDictProxy

from aiohttp_core.streams import EMPTY_PAYLOAD
from aiohttp_core.versions import HttpVersion11
from aiohttp_web.application import Application
from aiohttp_web.application_server import make_server
from aiohttp_web.connection_state import check_transitions
from aiohttp_web.detached_head import DetachedHead
from aiohttp_web.request import Request
from aiohttp_web.server import Server

# How long an example takes says how busy the machine is, and nothing of the code.
settings.register_profile("untimed", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("untimed")

sys.path.insert(0, str(Path(__file__).parent))

# Tests of what touches transports run on both loops.
ON_BOTH_LOOPS = {
    "test_connection",
    "test_connection_input",
    "test_connection_transport",
    "test_raw_inputs",
    "test_server",
    "test_websocket",
}


def pytest_asyncio_loop_factories(config: Any, item: Any) -> dict[str, Any] | None:
    factories: dict[str, Any] = {"asyncio": asyncio.new_event_loop}
    if item.path.stem in ON_BOTH_LOOPS:
        with contextlib.suppress(ImportError):
            import uvloop

            factories["uvloop"] = uvloop.new_event_loop
    return factories


class WriterStub:
    """Takes a response and keeps what was written."""

    def __init__(self) -> None:
        self.output_size = 0
        self.length: int | None = None
        self.head = ""
        self.headers: Any = None
        self.body = b""
        self.coding: str | None = None
        self.chunked = False

    def enable_chunking(self) -> None:
        self.chunked = True

    def enable_compression(self, coding: str, strategy: Any = None) -> None:
        self.coding = coding

    async def write_headers(self, status_line: str, headers: Any) -> None:
        self.head = status_line
        self.headers = CIMultiDict(headers)
        self.output_size += 1

    async def write(self, data: bytes) -> None:
        self.body += data

    async def write_eof(self, data: bytes = b"", **kwargs: Any) -> None:
        self.body += data

    async def drain(self) -> None:
        pass

    def send_headers(self) -> None:
        pass


@pytest.fixture
def make_request() -> Callable[..., Request]:
    """Return a function that makes a request: ``make_request("GET", "/path", {"Host": "a"})``."""

    def make(method: str, target: str, headers: Any = None, **options: Any) -> Request:
        head = DetachedHead()
        head.method = method
        head.target = target
        head.version = options.pop("version", HttpVersion11)
        head.keep_alive = True
        head.upgrade = False
        head.chunked = False
        head.content_encoding = None
        head.headers = CIMultiDictProxy(CIMultiDict(headers or {"Host": "example.com"}))
        head.raw_headers = ()
        head.read_headers()
        options.setdefault("client_max_size", 1024**2)
        options.setdefault("client_max_fields", 1000)
        return Request(head, EMPTY_PAYLOAD, None, WriterStub(), None, **options)

    return make


class Answer:
    """One response, taken apart."""

    def __init__(self, raw: bytes) -> None:
        head, _, self.body = raw.partition(b"\r\n\r\n")
        lines = head.decode("latin-1").split("\r\n")
        self.raw = raw
        self.status = int(lines[0].split(" ")[1]) if raw else 0
        self.headers: CIMultiDict[str] = CIMultiDict(
            tuple(line.split(": ", 1))
            for line in lines[1:]  # type: ignore[arg-type]
        )


class Served:
    """A running application: ``await served.ask("GET", "/path", Range="bytes=0-")``."""

    def __init__(self, port: int) -> None:
        self.port = port

    async def send(self, data: bytes) -> bytes:
        """Send *data* on a fresh connection; return all that comes until it is closed."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        try:
            writer.write(data)
            return await asyncio.wait_for(reader.read(), 20)
        finally:
            writer.close()

    async def ask(self, method: str, target: str, **headers: str) -> Answer:
        """Send one request, with the underscores of header names as dashes."""
        fields = {"Host": "example.com", "Connection": "close"}
        fields.update({name.replace("_", "-"): value for name, value in headers.items()})
        lines = "".join(f"{name}: {value}\r\n" for name, value in fields.items())
        return Answer(await self.send(f"{method} {target} HTTP/1.1\r\n{lines}\r\n".encode()))


@pytest.fixture
async def serve() -> AsyncIterator[Callable[..., Awaitable[Served]]]:
    """Return a coroutine function that serves an application until the test is over."""
    running: list[Any] = []

    async def start(app: Application, **options: Any) -> Served:
        app.freeze()
        server = make_server(app, **options)
        listening = await asyncio.get_running_loop().create_server(server, "127.0.0.1", 0)
        running.append((listening, server))
        return Served(listening.sockets[0].getsockname()[1])

    yield start
    for listening, server in running:
        listening.close()
        await server.shutdown(5)
        await listening.wait_closed()


class RawClient:
    """One connection that speaks bytes."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader = reader
        self.writer = writer

    async def send(self, data: bytes) -> None:
        """Write *data* and give the server its turn."""
        self.writer.write(data)
        await self.writer.drain()

    async def head(self) -> bytes:
        """Return one message head."""
        return await asyncio.wait_for(self.reader.readuntil(b"\r\n\r\n"), 10)

    async def answer(self) -> Answer:
        """Return one response with a Content-Length."""
        answer = Answer(await self.head())
        size = int(answer.headers.get("Content-Length", 0))
        answer.body = await asyncio.wait_for(self.reader.readexactly(size), 10)
        return answer

    async def ask(self, data: bytes) -> Answer:
        """Send *data*; return the response."""
        await self.send(data)
        return await self.answer()

    async def rest(self) -> bytes:
        """Return all that comes until the server closes."""
        return await asyncio.wait_for(self.reader.read(), 10)

    def close(self) -> None:
        """Leave."""
        self.writer.close()


class Clock:
    """Time that moves when a test says so."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


class RawServer:
    """A low-level server on a free port; *clock* is that of its deadlines, if not the loop's."""

    def __init__(self, server: Any, port: int, clock: "Clock | None" = None) -> None:
        self.server = server
        self.port = port
        self.clock = clock
        self.clients: list[RawClient] = []

    async def pass_time(self, seconds: float) -> None:
        """Let *seconds* pass, one by one."""
        assert self.clock is not None
        for _ in range(int(seconds)):
            self.clock.now += 1
            self.server.sweep.sweep()
            await asyncio.sleep(0)

    async def accepted(self) -> Any:
        """Return the first connection, once it was accepted."""
        while not self.server.connections:
            await asyncio.sleep(0.001)
        return self.server.connections[0]

    async def open(self) -> RawClient:
        """Return a new connection."""
        client = RawClient(*await asyncio.open_connection("127.0.0.1", self.port))
        self.clients.append(client)
        return client

    async def send(self, data: bytes) -> bytes:
        """Send *data* on a fresh connection; return all that comes until it is closed."""
        client = await self.open()
        await client.send(data)
        return await client.rest()

    async def ask(self, data: bytes) -> Answer:
        """Send *data* on a fresh connection; return the response."""
        client = await self.open()
        answer = await client.ask(data)
        client.close()
        return answer


@pytest.fixture
async def raw_server() -> AsyncIterator[Callable[..., Awaitable[RawServer]]]:
    """Return a coroutine function that serves a handler until the test is over."""
    running: list[Any] = []

    async def start(handler: Any, **options: Any) -> RawServer:
        options.setdefault("access_log", None)
        server = Server(handler, **options)
        listening = await asyncio.get_running_loop().create_server(server, "127.0.0.1", 0)
        port = listening.sockets[0].getsockname()[1]
        raw = RawServer(server, port, options.get("clock"))
        running.append((listening, raw))
        return raw

    check_transitions(True)
    yield start
    for listening, raw in running:
        listening.close()
        for client in raw.clients:
            client.close()
        await raw.server.shutdown(0)
        for client in raw.clients:
            with contextlib.suppress(OSError):
                await client.writer.wait_closed()
        await listening.wait_closed()
    check_transitions(False)


@pytest.fixture
def timed_server(
    raw_server: Callable[..., Awaitable[RawServer]],
) -> Callable[..., Awaitable[RawServer]]:
    """Return what :func:`raw_server` returns, with a clock that a test moves."""

    async def start(handler: Any, **options: Any) -> RawServer:
        return await raw_server(handler, clock=Clock(), **options)

    return start


@pytest.fixture
def writer_stub() -> type[WriterStub]:
    """Return the class of writers that keep what they were given."""
    return WriterStub


@pytest.fixture
def in_main_thread() -> Iterator[Callable[[Callable[[], Any], Callable[[], None]], Any]]:
    """Return ``run(blocking, act)``: *blocking* in the main thread while *act* acts upon it.

    *act* has to end what runs, by a signal to this process for example.  If *act* fails, SIGTERM
    is sent, and the failure raised.
    """
    former = {
        number: signal.getsignal(number)
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)
    }

    def calm() -> None:
        for number in former:
            signal.signal(number, lambda caught, frame: None)

    def run(blocking: Callable[[], Any], act: Callable[[], None]) -> Any:
        problems: list[BaseException] = []
        over = threading.Event()

        def acting() -> None:
            try:
                act()
            except BaseException as exc:
                problems.append(exc)
                if not over.is_set():
                    os.kill(os.getpid(), signal.SIGTERM)

        calm()
        thread = threading.Thread(target=acting)
        thread.start()
        try:
            result = blocking()
        finally:
            over.set()
            calm()
            thread.join()
        if problems:
            raise problems[0]
        return result

    yield run
    for number, handler in former.items():
        signal.signal(number, handler)
