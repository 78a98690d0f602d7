"""The query of a request target as pairs (WHATWG URL, ``application/x-www-form-urlencoded``).

Laws
* The result equals ``yarl.URL(...).query`` for every query that a parser lets through; a property
  test compares the two.
* ``&`` separates, ``;`` does not; blank values and names are kept, empty pieces are not (WREQ-28).
* Time is linear in the length of the query.
"""

from typing import Final
from urllib.parse import unquote_plus

from multidict import MultiDict, MultiDictProxy

__all__ = ("form_pairs", "parse_query", "query_of")

_EMPTY: Final[MultiDictProxy[str]] = MultiDictProxy(MultiDict())


def form_pairs(raw: str, charset: str = "utf-8") -> list[tuple[str, str]]:
    """Return the pairs of *raw* in order, percent-decoded in *charset*."""
    pairs = []
    if "%" in raw or "+" in raw:
        for piece in raw.split("&"):
            if piece:
                name, _, value = piece.partition("=")
                pairs.append((unquote_plus(name, charset), unquote_plus(value, charset)))
    else:
        for piece in raw.split("&"):
            if piece:
                name, _, value = piece.partition("=")
                pairs.append((name, value))
    return pairs


def parse_query(raw: str) -> MultiDictProxy[str]:
    """Return the query *raw* as a read-only multidict."""
    if not raw:
        return _EMPTY
    return MultiDictProxy(MultiDict(form_pairs(raw)))


def query_of(target: str) -> MultiDictProxy[str]:
    """Return the query of *target*, which is a path, as a read-only multidict."""
    start = target.find("?")
    return _EMPTY if start < 0 else parse_query(target[start + 1 :])
