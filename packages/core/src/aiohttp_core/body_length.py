"""Exact accounting of a body whose Content-Length was promised (RFC 9110 section 8.6).

Too much and too little are both errors: the surplus would be read as the next message, and a lack
leaves the peer waiting.
"""

from aiohttp_core.errors import BodyLengthError

__all__ = ("BodyLength",)


class BodyLength:
    """Counts the bytes of one outgoing body against the declared *length*."""

    __slots__ = ("length", "written")

    def __init__(self, length: int) -> None:
        if length < 0:
            raise ValueError(f"Content-Length must not be negative, got {length!r}")
        self.length = length
        self.written = 0

    @property
    def left(self) -> int:
        """How many bytes are still to be written."""
        return self.length - self.written

    def add(self, size: int) -> None:
        """Count a piece of *size* bytes; call it before the piece is written.

        Raises :class:`BodyLengthError` if the piece does not fit; it is not counted, and no byte
        of it may be written.
        """
        if size > self.length - self.written:
            raise BodyLengthError(
                f"Body is longer than its Content-Length: {self.written + size} > {self.length}"
            )
        self.written += size

    def finish(self) -> None:
        """Check that the body is complete; raise :class:`BodyLengthError` if it is too short."""
        if self.written != self.length:
            raise BodyLengthError(
                f"Body is shorter than its Content-Length: {self.written} < {self.length}"
            )
