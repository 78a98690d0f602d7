"""The names of content codings in two header fields (RFC 9110 section 8.4 and 12.5.3).

Laws
* Names are ASCII and compare without case; ``x-gzip`` is ``gzip`` (RFC 9110 section 8.4.1.3).
* A body is decoded completely or not at all: one coding that we do not know, and all are passed
  through (spec row ADD-064).
* At most :data:`MAX_CODINGS` codings are undone for one body.
"""

from typing import Final

from aiohttp_core.codings.optional import has_brotli, has_zstd
from aiohttp_core.errors import ContentEncodingError, show

__all__ = ("MAX_CODINGS", "accept_encoding", "available_codings", "codings_to_undo")

MAX_CODINGS: Final = 5
"""Most codings of one body."""

SAME: Final = {"x-gzip": "gzip", "identity": ""}


def available_codings() -> tuple[str, ...]:
    """Return the codings that can be decoded here, in the order in which they are offered."""
    found = ["gzip", "deflate"]
    if has_brotli():
        found.append("br")
    if has_zstd():
        found.append("zstd")
    return tuple(found)


def accept_encoding() -> str:
    """Return the value of ``Accept-Encoding`` that offers every available coding."""
    return ", ".join(available_codings())


def codings_to_undo(value: str, max_codings: int = MAX_CODINGS) -> tuple[str, ...]:
    """Return the codings that a ``Content-Encoding`` of *value* asks to undo, last applied first.

    Empty if there is nothing to undo, or something that cannot be undone here.  Raises
    :exc:`ContentEncodingError` for more than *max_codings*.
    """
    known = available_codings()
    found: list[str] = []
    for element in value.split(","):
        name = element.strip(" \t")
        if not name:
            continue
        if not name.isascii():
            return ()
        name = name.lower()
        name = SAME.get(name, name)
        if not name:
            continue
        if name not in known:
            return ()
        found.append(name)
        if len(found) > max_codings:
            raise ContentEncodingError(
                f"More than {max_codings} codings in Content-Encoding: {show(value)}"
            )
    found.reverse()
    return tuple(found)
