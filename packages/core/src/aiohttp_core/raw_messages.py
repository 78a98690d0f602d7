"""Message heads as the named tuples that older interfaces show (spec row ADD-995)."""

from typing import NamedTuple

from multidict import CIMultiDictProxy
from yarl import URL

from aiohttp_core.versions import HttpVersion

__all__ = ("RawRequestMessage", "RawResponseMessage")


class RawRequestMessage(NamedTuple):
    """The head of a request."""

    method: str
    path: str
    version: HttpVersion
    headers: CIMultiDictProxy[str]
    raw_headers: tuple[tuple[bytes, bytes], ...]
    should_close: bool
    compression: str | None
    upgrade: bool
    chunked: bool
    url: URL


class RawResponseMessage(NamedTuple):
    """The head of a response."""

    version: HttpVersion
    code: int
    reason: str
    headers: CIMultiDictProxy[str]
    raw_headers: tuple[tuple[bytes, bytes], ...]
    should_close: bool
    compression: str | None
    upgrade: bool
    chunked: bool
