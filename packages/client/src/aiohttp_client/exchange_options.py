"""What many exchanges have in common: limits, buffer, decoding, cookies and times."""

from typing import TYPE_CHECKING, Final

from aiohttp_core.limits import DEFAULT_LIMITS, HeadLimits
from aiohttp_core.streams import DEFAULT_LIMIT

if TYPE_CHECKING:
    import cython
else:
    from aiohttp_core import interpreted as cython

__all__ = ("DEFAULT_EXCHANGE_OPTIONS", "ExchangeOptions")

COMPILED: bool = cython.compiled
"""Whether this module runs compiled."""


class ExchangeOptions:
    """The options of exchanges; one object serves many of them.

    *limits* of the response's head; *read_bufsize*: bytes of its body that wait for their reader
    before reading stops; *decompress*: whether its body is decoded; *cookies*: whether its
    ``Set-Cookie`` fields are of interest.

    The times are seconds, 0 for none: *send* for writing the request, *first_byte* from its end to
    the head of the response, *sock_read* for each gap in the response, and before it.  *total* is
    for the message of an error, the deadline itself is a number of its own.
    """

    __slots__ = (
        "cookies",
        "decompress",
        "first_byte",
        "limits",
        "read_bufsize",
        "send",
        "sock_read",
        "total",
    )

    def __init__(
        self,
        limits: HeadLimits = DEFAULT_LIMITS,
        read_bufsize: int = DEFAULT_LIMIT,
        decompress: bool = True,
        cookies: bool = False,
        total: float | None = None,
        sock_read: float | None = None,
        first_byte: float | None = None,
        send: float | None = None,
    ) -> None:
        self.limits = limits
        self.read_bufsize = read_bufsize
        self.decompress = decompress
        self.cookies = cookies
        self.total = total
        self.sock_read = sock_read or 0.0
        self.first_byte = first_byte or 0.0
        self.send = send or 0.0


DEFAULT_EXCHANGE_OPTIONS: Final = ExchangeOptions()
