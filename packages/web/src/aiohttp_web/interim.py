"""Interim responses (RFC 9110 section 15.2)."""

from collections.abc import Mapping

from multidict import CIMultiDict

from aiohttp_core.serializer import head as serialize_head
from aiohttp_web.response_head import reason_phrase

__all__ = ("interim_response",)


def interim_response(status: int, headers: Mapping[str, str] | None = None) -> bytes:
    """Return the bytes of an interim response.

    *status* is 100 or from 102 to 199: 101 ends HTTP on the connection and is no interim response.
    Raises ValueError for another one, and for fields that cannot be sent.
    """
    if not 100 <= status < 200 or status == 101:
        raise ValueError(f"Not an informational status: {status}")
    line = f"HTTP/1.1 {status} {reason_phrase(status)}"
    return serialize_head(line, CIMultiDict() if headers is None else headers)
