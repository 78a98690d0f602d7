"""How much of a message head is accepted.

Every limit counts bytes or fields on the wire, holds across reads, and covers header and trailer
fields together (RFC 9112 section 2.2 and 7.1.2 leave the numbers to the recipient).
"""

from dataclasses import dataclass
from typing import Final

__all__ = ("DEFAULT_LIMITS", "HeadLimits")


@dataclass(frozen=True, slots=True)
class HeadLimits:
    """Limits of one message head, in bytes and fields.  All must be positive."""

    max_line_size: int = 8190
    """Longest start line, without its CRLF; also the longest chunk-size line."""
    max_field_size: int = 8190
    """Longest single field: name, colon, whitespace and value, without its CRLF."""
    max_headers: int = 128
    """Most fields in header and trailer section together."""
    max_head_size: int = 65536
    """Longest whole head: start line, fields, and the closing empty line."""

    def __post_init__(self) -> None:
        for name in ("max_line_size", "max_field_size", "max_headers", "max_head_size"):
            if getattr(self, name) <= 0:
                raise ValueError(f"{name} must be positive, got {getattr(self, name)!r}")


DEFAULT_LIMITS: Final = HeadLimits()
"""The limits that apply unless others are given."""
