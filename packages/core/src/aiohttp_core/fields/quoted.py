"""Tokens, quoted strings, lists and parameters (RFC 9110 sections 5.6.1 to 5.6.6).

Laws: reading is lenient and linear in the length of the text, whatever it holds; one broken
element does not take the others with it.  Writing is strict: what cannot stand on the wire raises
:exc:`ValueError`.  Nothing here looks at non-ASCII characters with ``str`` methods that know
Unicode.
"""

import re
from collections.abc import Iterator
from typing import Final

__all__ = (
    "ascii_lower",
    "is_token",
    "parse_parameters",
    "quote",
    "quote_if_needed",
    "refuse_controls",
    "split_list",
    "unquote",
)

# RFC 9110 5.6.2: token = 1*tchar
_TOKEN: Final = re.compile(r"[!#$%&'*+\-.^_`|~0-9A-Za-z]+")

# RFC 9110 5.6.4: quoted-string = DQUOTE *( qdtext / quoted-pair ) DQUOTE.  Possessive, so that a
# missing closing quote is found out in one pass.
_QUOTED: Final = re.compile(r'"((?:[^"\\]++|\\.)*+)"', re.DOTALL)
_QUOTED_PAIR: Final = re.compile(r"\\(.)", re.DOTALL)

# What a quoted string cannot carry (RFC 9110 5.5: field values hold no control but HTAB).
_CONTROL: Final = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]")

_TO_LOWER: Final = {upper: upper + 32 for upper in range(65, 91)}


def ascii_lower(text: str) -> str:
    """Return *text* with A-Z lowered and nothing else (``"K"``, the Kelvin sign, stays)."""
    return text.lower() if text.isascii() else text.translate(_TO_LOWER)


def is_token(text: str) -> bool:
    """Tell whether the whole *text* is one RFC 9110 token."""
    return _TOKEN.fullmatch(text) is not None


def refuse_controls(text: str, what: str) -> str:
    """Return *text*; raise ValueError, naming *what* it is, if it holds a control character.

    HTAB is allowed, as in any field value.
    """
    found = _CONTROL.search(text)
    if found is not None:
        raise ValueError(f"Control character {found[0]!r} is not allowed in {what}")
    return text


def quote(text: str) -> str:
    """Return *text* as a quoted string.  Raises ValueError for control characters but HTAB."""
    refuse_controls(text, "a quoted string")
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def quote_if_needed(text: str) -> str:
    """Return *text* if it is a token, else as a quoted string."""
    return text if is_token(text) else quote(text)


def unquote(text: str) -> str:
    """Return what the quoted string *text* stands for; any other text comes back unchanged."""
    if len(text) < 2 or text[0] != '"' or text[-1] != '"':
        return text
    inner = text[1:-1]
    return _QUOTED_PAIR.sub(r"\1", inner) if "\\" in inner else inner


def split_list(text: str, separator: str = ",") -> list[str]:
    """Split *text* at each *separator* outside of quoted strings; blanks around are removed.

    Empty elements are left out (RFC 9110 5.6.1.2).  A quote that is never closed is an ordinary
    character, so what follows it is split as usual.
    """
    if '"' not in text:
        return [part for piece in text.split(separator) if (part := piece.strip(" \t"))]
    parts: list[str] = []
    start = 0
    for end in _separators(text, separator):
        part = text[start:end].strip(" \t")
        if part:
            parts.append(part)
        start = end + 1
    return parts


def _separators(text: str, separator: str) -> Iterator[int]:
    """Give the positions of *separator* outside of quoted strings, then the length of *text*."""
    position = 0
    found = text.find(separator)
    opening = text.find('"')
    while found >= 0:
        if 0 <= opening < found:
            closed = _QUOTED.match(text, opening)
            if closed is None:
                # Every later quote is the second half of a pair in the failed match, so no
                # quoted string can begin at any of them either: they need no second look.
                opening = -1
                continue
            position = closed.end()
            opening = text.find('"', position)
        else:
            yield found
            position = found + 1
        if found < position:
            found = text.find(separator, position)
    yield len(text)


# RFC 9110 5.6.6: parameters = *( OWS ";" OWS [ parameter ] ), read with blanks around "=" too.
_PARAMETER: Final = re.compile(
    r"([!#$%&'*+\-.^_`|~0-9A-Za-z]++)[ \t]*+"
    r'(?:=[ \t]*+(?:"((?:[^"\\]++|\\.)*+)"|([^"]*+)))?',
    re.DOTALL,
)


def parse_parameters(text: str) -> Iterator[tuple[str, str]]:
    """Give ``(lowered name, value)`` for each parameter in *text*; broken ones are left out.

    A parameter without ``=`` has the value ``""``.  Quoted values come unquoted.
    """
    for part in split_list(text, ";"):
        found = _PARAMETER.fullmatch(part)
        if found is None:
            continue
        name, quoted, plain = found.groups()
        if quoted is not None:
            value = _QUOTED_PAIR.sub(r"\1", quoted) if "\\" in quoted else quoted
        else:
            value = (plain or "").strip(" \t")
        yield ascii_lower(name), value
