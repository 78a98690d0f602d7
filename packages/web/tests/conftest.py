"""Requests without a server, for tests of what stands above the connection."""

from collections.abc import Callable
from typing import Any

import pytest
from multidict import CIMultiDict, CIMultiDictProxy

from aiohttp_core.streams import EMPTY_PAYLOAD
from aiohttp_core.versions import HttpVersion11
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
