"""A request head that no parser made: of a cloned request, or of a historical message tuple."""

from typing import Any

from multidict import CIMultiDict, CIMultiDictProxy

from aiohttp_core import hdrs
from aiohttp_core.raw_messages import RawRequestMessage
from aiohttp_core.versions import HttpVersion, HttpVersion11
from aiohttp_web.request_target import target_url

__all__ = ("DetachedHead",)


class DetachedHead:
    """Has the attributes of the parser's head."""

    __slots__ = (
        "chunked",
        "content_encoding",
        "content_length",
        "expect",
        "has_body",
        "headers",
        "host",
        "keep_alive",
        "method",
        "raw_headers",
        "target",
        "upgrade",
        "version",
    )

    method: str
    target: str
    version: HttpVersion
    headers: "CIMultiDictProxy[str]"
    raw_headers: tuple[tuple[bytes, bytes], ...]
    keep_alive: bool
    upgrade: bool
    chunked: bool
    has_body: bool
    expect: bool
    host: str | None
    content_length: int | None
    content_encoding: str | None

    def __init__(self, head: Any = None) -> None:
        if head is not None:
            for name in self.__slots__:
                setattr(self, name, getattr(head, name))

    @classmethod
    def from_raw_message(cls, message: Any) -> "DetachedHead":
        """Return the head that the named tuple of older interfaces describes."""
        head = cls()
        head.method = message.method
        head.target = message.path
        head.version = message.version
        head.headers = message.headers
        head.raw_headers = message.raw_headers
        head.keep_alive = not message.should_close
        head.upgrade = message.upgrade
        head.chunked = message.chunked
        head.content_encoding = message.compression
        head.read_headers()
        return head

    def read_headers(self) -> None:
        """Set what follows from the fields."""
        headers = self.headers
        length = headers.get(hdrs.CONTENT_LENGTH)
        self.content_length = int(length) if length and _is_number(length) else None
        self.expect = self.version >= HttpVersion11 and hdrs.EXPECT in headers
        self.has_body = self.chunked or bool(self.content_length)
        self.host = headers.get(hdrs.HOST)

    def field(self, name: bytes) -> str | None:
        """Return the first value of the field *name*, or ``None``."""
        return self.headers.get(name.decode("ascii"))

    def set_headers(self, headers: Any) -> None:
        """Replace all fields."""
        self.headers = CIMultiDictProxy(CIMultiDict(headers))
        self.raw_headers = tuple(
            (name.encode("utf-8", "surrogateescape"), value.encode("utf-8", "surrogateescape"))
            for name, value in self.headers.items()
        )
        self.read_headers()

    def to_raw_message(self) -> RawRequestMessage:
        """Return the head as the named tuple of older interfaces."""
        return RawRequestMessage(
            self.method,
            self.target,
            self.version,
            self.headers,
            self.raw_headers,
            not self.keep_alive,
            self.content_encoding,
            self.upgrade,
            self.chunked,
            target_url(self.method, self.target),
        )


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit()
