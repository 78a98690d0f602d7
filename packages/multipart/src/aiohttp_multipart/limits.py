"""How much of a multipart body is accepted.

Limits count what is on the wire and hold across reads.  A reader that streams needs no limit on the
size of a body, so ``None`` stands for none there; a form, whose fields are kept in memory, does.
"""

from dataclasses import dataclass
from typing import Final

__all__ = ("DEFAULT_FORM_LIMITS", "DEFAULT_LIMITS", "FormLimits", "MultipartLimits")


@dataclass(frozen=True, slots=True)
class MultipartLimits:
    """Limits of one multipart body, nested ones included."""

    max_parts: int | None = None
    """Most parts of each level; ``None`` allows endless ones (``multipart/x-mixed-replace``)."""
    max_headers: int = 128
    """Most header fields of one part."""
    max_field_size: int = 8190
    """Longest header field of a part, in bytes without its CRLF."""
    max_head_size: int = 32768
    """Longest head of a part, in bytes without the empty line that ends it."""
    max_total: int | None = None
    """Most bytes of the whole body, heads and delimiters included."""
    max_depth: int = 8
    """Deepest nesting; 1 allows no nested multipart."""

    def __post_init__(self) -> None:
        for name in ("max_headers", "max_field_size", "max_head_size", "max_depth"):
            if getattr(self, name) <= 0:
                raise ValueError(f"{name} must be positive, got {getattr(self, name)!r}")
        for name in ("max_parts", "max_total"):
            value = getattr(self, name)
            if value is not None and value <= 0:
                raise ValueError(f"{name} must be positive or None, got {value!r}")


DEFAULT_LIMITS: Final = MultipartLimits()
"""The limits that apply unless others are given."""


@dataclass(frozen=True, slots=True)
class FormLimits:
    """Limits of one form.  0 means no limit, as everywhere on the server."""

    max_fields: int = 1000
    """Most fields; empty ones between two ``&`` count."""
    max_total: int = 2**20
    """Most bytes of the whole body, part heads included."""
    max_field_bytes: int = 0
    """Most bytes of one field that is no file."""
    max_headers: int = 128
    """Most header fields of one part."""
    max_field_size: int = 8190
    """Longest header field of a part, in bytes."""
    spool_size: int = 2**20
    """A file that is larger goes to disk."""

    def __post_init__(self) -> None:
        for name in ("max_fields", "max_total", "max_field_bytes", "spool_size"):
            if getattr(self, name) < 0:
                raise ValueError(f"{name} cannot be negative, got {getattr(self, name)!r}")


DEFAULT_FORM_LIMITS: Final = FormLimits()
