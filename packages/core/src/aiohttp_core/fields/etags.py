"""Entity tags (RFC 9110 section 8.8.3) and lists of them (sections 13.1.1 and 13.1.2)."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

__all__ = (
    "ETAG_ANY",
    "ETag",
    "etag_header",
    "parse_etag",
    "parse_etags",
    "strong_match",
    "weak_match",
)

ETAG_ANY: Final = "*"

# RFC 9110 8.8.3: opaque-tag = DQUOTE *etagc DQUOTE; etagc = %x21 / %x23-7E / obs-text
# It is written as what is left out: a class that runs to the end of Unicode takes long to compile.
_ETAGC: Final = r"[^\x00-\x20\x22\x7f]"
_LISTED: Final = re.compile(rf'[ \t,]*+(W/)?"({_ETAGC}*+)"[ \t]*+(?:,|\Z)')
_SINGLE: Final = re.compile(rf'(W/)?"({_ETAGC}*+)"')
_VALUE: Final = re.compile(rf"{_ETAGC}*+")


@dataclass(frozen=True, slots=True)
class ETag:
    """An entity tag: ``value`` without its quotes, ``is_weak`` for the ``W/`` prefix.

    The value ``*`` of a parsed list stands for "any", not for a tag.
    """

    value: str
    is_weak: bool = False


def parse_etag(text: str | None) -> ETag | None:
    """Return the one tag of *text* (an ETag field, or If-Range), or ``None``."""
    if text is None:
        return None
    found = _SINGLE.fullmatch(text.strip(" \t"))
    return None if found is None else ETag(found[2], found[1] is not None)


def parse_etags(text: str | None) -> tuple[ETag, ...] | None:
    """Return the tags of an If-Match or If-None-Match value; ``None`` without one.

    ``*`` alone gives one ``ETag("*")``.  Reading stops at the first malformed element; what came
    before it is returned (spec rows WREQ-17, ADD-469).
    """
    if not text:
        return None
    if text.strip(" \t") == ETAG_ANY:
        return (ETag(ETAG_ANY),)
    tags: list[ETag] = []
    position = 0
    while (found := _LISTED.match(text, position)) is not None:
        tags.append(ETag(found[2], found[1] is not None))
        position = found.end()
    return tuple(tags)


def etag_header(value: str | ETag) -> str:
    """Write an ETag field value; ``*`` is written without quotes.

    A ``str`` is a strong tag without its quotes.  Raises ValueError for other types and for
    characters that no tag may hold (a double quote, blanks, controls).  Source: spec rows
    WRSP-15, ADD-503.
    """
    if isinstance(value, str):
        tag = ETag(value)
    elif isinstance(value, ETag):
        tag = value
    else:
        raise ValueError(  # not TypeError: spec row ADD-503
            f"Unsupported etag type: {type(value).__name__}. etag must be str or ETag"
        )
    if tag.value == ETAG_ANY and not tag.is_weak:
        return ETAG_ANY
    if _VALUE.fullmatch(tag.value) is None:
        raise ValueError(f"Value {tag.value!r} is not a valid etag")
    return f'W/"{tag.value}"' if tag.is_weak else f'"{tag.value}"'


def strong_match(tag: ETag | None, candidates: Iterable[ETag]) -> bool:
    """Tell whether *tag* equals one of *candidates* and neither is weak (8.8.3.2); ``*`` does."""
    return any(
        candidate.value == ETAG_ANY
        or (
            tag is not None
            and not tag.is_weak
            and not candidate.is_weak
            and tag.value == candidate.value
        )
        for candidate in candidates
    )


def weak_match(tag: ETag | None, candidates: Iterable[ETag]) -> bool:
    """Tell whether *tag* equals one of *candidates*, weak or not (8.8.3.2); ``*`` does."""
    return any(
        candidate.value == ETAG_ANY or (tag is not None and tag.value == candidate.value)
        for candidate in candidates
    )
