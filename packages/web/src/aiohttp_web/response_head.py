"""The cached blocks that an untouched response is joined from.

Laws
* A block depends on nothing but its key, and every key is checked before its block is made: a hit
  never skips a check for CR, LF or NUL.
* The caches hold application data, not peer data, and are bounded all the same: a full cache is
  emptied, because a program that fills it does not profit from it.
* Date and Server change once a second; :func:`head_tail` looks at the clock each time.
"""

import re
import sys
from http import HTTPStatus
from time import time
from typing import Final

from aiohttp_core.fields.dates import format_http_date

__all__ = (
    "CLOSE",
    "KEEP",
    "KEEP_10",
    "SERVER_SOFTWARE",
    "check_field_text",
    "check_reason",
    "head_block",
    "head_tail",
    "reason_phrase",
)

_VERSION: Final = "3.90.0"

SERVER_SOFTWARE: Final = "Python/{}.{} aiohttp/{}".format(*sys.version_info[:2], _VERSION)
"""The default ``Server`` field (ADD-417)."""

KEEP: Final = 0
"""HTTP/1.1 and the connection stays: no Connection field (ADD-418)."""
CLOSE: Final = 1
"""HTTP/1.1 and the connection closes."""
KEEP_10: Final = 2
"""HTTP/1.0 and the connection stays."""

_CACHED: Final = 512

_UNFIT: Final = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]")

_phrases: dict[int, str] = {int(status): status.phrase for status in HTTPStatus}
_OK: Final = _phrases[200]
_blocks: dict[tuple[int, int, str, str | None], bytes] = {}
# Those of "HTTP/1.1 200 OK", which nearly all answers begin with, by content type alone.
_usual_blocks: dict[str | None, bytes] = {}
_now_second = 0
_now_tails: list[bytes] = [b"", b"", b""]


def reason_phrase(status: int) -> str:
    """Return the reason of *status* in the running Python, empty if it is unknown (ADD-419)."""
    return _phrases.get(status, "")


def check_reason(reason: str) -> str:
    """Return *reason*; raise ValueError if it holds CR, LF or another control character."""
    if _UNFIT.search(reason) is not None:
        raise ValueError("Reason cannot contain control characters")
    return reason


def check_field_text(what: str, value: str) -> str:
    """Return *value*; raise ValueError if no field may hold it, TypeError if it is no ``str``."""
    if not isinstance(value, str):
        raise TypeError(f"{what} must be a str, got {type(value).__name__}")
    if _UNFIT.search(value) is not None:
        raise ValueError(f"{what} cannot contain control characters: {value!r}")
    return value


def head_block(minor: int, status: int, reason: str, content_type: str | None) -> bytes:
    """Return the head up to and with ``Content-Length: ``, for HTTP/1.*minor*."""
    if status == 200 and reason is _OK and minor == 1:
        block = _usual_blocks.get(content_type)
        if block is None:
            block = _make_block(minor, status, reason, content_type)
            if len(_usual_blocks) >= _CACHED:
                _usual_blocks.clear()
            _usual_blocks[content_type] = block
        return block
    key = (minor, status, reason, content_type)
    block = _blocks.get(key)
    if block is None:
        block = _make_block(minor, status, reason, content_type)
        if len(_blocks) >= _CACHED:
            _blocks.clear()
        _blocks[key] = block
    return block


def _make_block(minor: int, status: int, reason: str, content_type: str | None) -> bytes:
    check_reason(reason)
    text = f"HTTP/1.{minor} {status} {reason}\r\n"
    if content_type is not None:
        text += f"Content-Type: {check_field_text('Content-Type', content_type)}\r\n"
    return (text + "Content-Length: ").encode("utf-8", "surrogateescape")


def _new_second(second: int) -> None:
    global _now_second, _now_tails
    tail = f"\r\nDate: {format_http_date(second)}\r\nServer: {SERVER_SOFTWARE}\r\n"
    _now_tails = [
        (tail + "\r\n").encode("ascii"),
        (tail + "Connection: close\r\n\r\n").encode("ascii"),
        (tail + "Connection: keep-alive\r\n\r\n").encode("ascii"),
    ]
    _now_second = second


def head_tail(kind: int) -> bytes:
    """Return all that follows the length: Date, Server, Connection and the empty line."""
    second = int(time())
    if second != _now_second:
        _new_second(second)
    return _now_tails[kind]
