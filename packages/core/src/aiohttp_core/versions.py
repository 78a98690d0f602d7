"""HTTP versions (RFC 9110 section 2.5)."""

from typing import Final, NamedTuple

__all__ = ("HttpVersion", "HttpVersion10", "HttpVersion11")


class HttpVersion(NamedTuple):
    """A protocol version, ``(major, minor)``; compares and sorts as the pair of numbers."""

    major: int
    minor: int


HttpVersion10: Final = HttpVersion(1, 0)
"""HTTP/1.0."""
HttpVersion11: Final = HttpVersion(1, 1)
"""HTTP/1.1."""
