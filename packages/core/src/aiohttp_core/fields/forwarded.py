"""Forwarded (RFC 7239 section 4).

Syntax alone is checked; who may be believed is the application's to decide.  An element that is
broken ends at the next comma and keeps its place, so that the elements of trusted proxies, which
stand last, are found by counting from the end.
"""

import re
from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Final

from aiohttp_core.fields.quoted import ascii_lower, split_list

__all__ = ("parse_forwarded",)

# RFC 7239 4: forwarded-pair = token "=" value.  Values are lenient: many proxies leave the quotes
# away around a port or an IPv6 address.
_PAIR: Final = re.compile(
    r"[ \t]*+([!#$%&'*+\-.^_`|~0-9A-Za-z]++)="
    r'(?:"((?:[^"\\]++|\\.)*+)"|([!#$%&\'*+\-.^_`|~0-9A-Za-z:\[\]@/]++))',
    re.DOTALL,
)
_NEXT: Final = re.compile(r"[ \t]*+(?:;[ \t;]*+|\Z)")
_LEADING: Final = re.compile(r"[ \t;]*+")
_QUOTED_PAIR: Final = re.compile(r"\\(.)", re.DOTALL)


def parse_forwarded(values: Iterable[str]) -> tuple[Mapping[str, str], ...]:
    """Return one read-only mapping for each element of all Forwarded fields, in order.

    Names are lowered, quoted values unquoted, nothing is validated.  Of a broken element the pairs
    before the error are kept.  Source: spec rows WREQ-06, ADD-470.
    """
    return tuple(
        MappingProxyType(_element(element)) for value in values for element in split_list(value)
    )


def _element(text: str) -> dict[str, str]:
    pairs: dict[str, str] = {}
    lead = _LEADING.match(text)
    position = lead.end() if lead is not None else 0
    while (found := _PAIR.match(text, position)) is not None:
        name, quoted, plain = found.groups()
        pairs[ascii_lower(name)] = plain if quoted is None else _QUOTED_PAIR.sub(r"\1", quoted)
        following = _NEXT.match(text, found.end())
        if following is None:
            break
        position = following.end()
    return pairs
