"""What many exchanges have in common."""

from typing import TYPE_CHECKING

from aiohttp_core.limits import HeadLimits

if TYPE_CHECKING:
    import cython
else:
    from aiohttp_core import interpreted as cython

__all__ = ("ExchangeOptions",)

COMPILED: bool = cython.compiled
"""Whether this module runs compiled."""


class ExchangeOptions:
    """Limits, buffer, decoding, cookies and time of exchanges.

    *cookies*: whether ``Set-Cookie`` fields are of interest.  The times are seconds, 0 for none;
    *total* is for the message of an error, the deadline itself is a number of its own.
    """

    __slots__ = (
        "cookies",
        "decompress",
        "first_byte",
        "limits",
        "read_bufsize",
        "sock_read",
        "total",
    )

    def __init__(
        self,
        limits: HeadLimits,
        read_bufsize: int,
        decompress: bool,
        cookies: bool,
        total: float | None,
        sock_read: float = 0.0,
        first_byte: float = 0.0,
    ) -> None:
        self.limits = limits
        self.read_bufsize = read_bufsize
        self.decompress = decompress
        self.cookies = cookies
        self.total = total
        self.sock_read = sock_read
        self.first_byte = first_byte
