"""Requests without a server, and servers that are spoken to in raw bytes."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest
from multidict import CIMultiDict, CIMultiDictProxy

from aiohttp_core.streams import EMPTY_PAYLOAD
from aiohttp_core.versions import HttpVersion11
from aiohttp_web.application import Application
from aiohttp_web.application_server import make_server
from aiohttp_web.detached_head import DetachedHead
from aiohttp_web.request import Request


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
            tuple(line.split(": ", 1)) for line in lines[1:]  # type: ignore[arg-type]
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
