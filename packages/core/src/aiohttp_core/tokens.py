"""Tokens and quoted strings as text, in the terms of aiohttp 3 (RFC 9110 section 5.6)."""

from typing import Final

from aiohttp_core.fields.quoted import quote
from aiohttp_core.grammar import TCHAR

__all__ = ("TOKEN", "quoted_string")

TOKEN: Final = frozenset(map(chr, TCHAR))
"""The characters of a token."""


def quoted_string(content: str) -> str:
    """Return *content* as the inside of a quoted string, its backslashes and quotes escaped.

    Raises :exc:`ValueError` for what is not ASCII and for control characters.
    """
    if not content.isascii():
        raise ValueError(f"bad content for quoted-string {content!r}")
    return quote(content)[1:-1]
