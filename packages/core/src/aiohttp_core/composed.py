"""Heads that came from no wire: for requests made by hand, as test doubles are.

The text goes through the serializer and the scanner, so that such a head is what a parser would
have given, framing included.
"""

from collections.abc import Mapping

from aiohttp_core.head import RequestHead
from aiohttp_core.head_scanner import HeadScanner
from aiohttp_core.limits import HeadLimits
from aiohttp_core.serializer import request_head
from aiohttp_core.versions import HttpVersion, HttpVersion11

__all__ = ("compose_request_head",)

_WIDE = HeadLimits(1 << 30, 1 << 30, 1 << 30, 1 << 30)


def compose_request_head(
    method: str,
    target: str,
    headers: Mapping[str, str],
    version: HttpVersion = HttpVersion11,
) -> RequestHead:
    """Return the head that a parser gives for this request.

    Unlike on the wire, Host may be missing and there are no limits.  Raises :class:`ValueError`
    or :class:`TypeError` for what must not be sent and
    :class:`aiohttp_core.errors.BadHttpMessage` for what must not be received.
    """
    scanner = HeadScanner(_WIDE, request=True, need_host=False)
    scanner.push(request_head(method, target, version, headers), 0)
    return scanner.request()
