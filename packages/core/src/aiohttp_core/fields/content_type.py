"""Content-Type (RFC 9110 section 8.3) and media types (RFC 2045 section 5.1).

A value without exactly one ``/`` between two parts counts as ``application/octet-stream`` (spec
rows CRSP-12, ADD-136).  Parsed values are kept in a bounded cache: few distinct values make up
nearly all traffic, and a peer that invents new ones only turns entries over.
"""

import codecs
from collections.abc import Mapping
from dataclasses import dataclass
from encodings.aliases import aliases
from functools import lru_cache
from types import MappingProxyType
from typing import Final, NamedTuple

from multidict import MultiDict, MultiDictProxy

from aiohttp_core.fields.quoted import (
    ascii_lower,
    is_token,
    parse_parameters,
    quote_if_needed,
)

__all__ = (
    "DEFAULT_CONTENT_TYPE",
    "ContentType",
    "MimeType",
    "content_type_header",
    "is_json_type",
    "known_charset",
    "parse_content_type",
    "parse_mimetype",
)

DEFAULT_CONTENT_TYPE: Final = "application/octet-stream"

# Values longer than this are parsed each time, so that the cache stays small in bytes too.
_CACHED_LENGTH: Final = 256


class MimeType(NamedTuple):
    """The parts of a media type, lowered: ``type/subtype+suffix; parameters``."""

    type: str
    subtype: str
    suffix: str
    parameters: MultiDictProxy[str]


@dataclass(frozen=True, slots=True)
class ContentType:
    """A parsed Content-Type, and what follows from it."""

    mimetype: str
    """``type/subtype``, lowered."""
    parameters: Mapping[str, str]
    """Read-only, since parsed values are shared."""
    charset: str | None = None
    """The charset parameter, lowered, or ``None``."""
    encoding: str | None = None
    """Python's name of that charset, or ``None`` if Python does not know it."""
    is_json: bool = False
    """What :func:`is_json_type` says."""


def parse_mimetype(mimetype: str) -> MimeType:
    """Split a media type such as ``text/html; charset=utf-8`` into its parts.

    Lenient and total: an empty text gives four empty parts, ``*`` means ``*/*``, and a missing
    subtype is ``""``.  Source: spec row HDR-05.
    """
    if len(mimetype) > _CACHED_LENGTH:
        return _parse_mimetype(mimetype)
    return _cached_mimetype(mimetype)


def _parse_mimetype(mimetype: str) -> MimeType:
    parameters: MultiDict[str] = MultiDict()
    if not mimetype:
        return MimeType("", "", "", MultiDictProxy(parameters))
    whole, _, rest = mimetype.partition(";")
    for name, value in parse_parameters(rest):
        parameters.add(name, value)
    whole = ascii_lower(whole.strip(" \t"))
    if whole == "*":
        whole = "*/*"
    kind, _, subtype = whole.partition("/")
    subtype, _, suffix = subtype.partition("+")
    return MimeType(kind, subtype, suffix, MultiDictProxy(parameters))


_cached_mimetype = lru_cache(maxsize=64)(_parse_mimetype)


def parse_content_type(value: str) -> ContentType:
    """Parse a Content-Type field value.

    An invalid one counts as ``application/octet-stream``; its parameters are still read, so a
    charset survives.  Of several parameters of one name the first counts.
    """
    if len(value) > _CACHED_LENGTH:
        return _parse_content_type(value)
    return _cached_content_type(value)


def _parse_content_type(value: str) -> ContentType:
    whole, _, rest = value.partition(";")
    mimetype = ascii_lower(whole.strip(" \t"))
    kind, slash, subtype = mimetype.partition("/")
    if not (slash and is_token(kind) and is_token(subtype)):
        mimetype = DEFAULT_CONTENT_TYPE
    parameters: dict[str, str] = {}
    for name, parameter in parse_parameters(rest):
        parameters.setdefault(name, parameter)
    charset = ascii_lower(parameters.get("charset", "")) or None
    return ContentType(
        mimetype,
        MappingProxyType(parameters),
        charset,
        known_charset(charset),
        is_json_type(value),
    )


_cached_content_type = lru_cache(maxsize=256)(_parse_content_type)


def content_type_header(mimetype: str, parameters: Mapping[str, str] | None = None) -> str:
    """Write a Content-Type value.

    Raises ValueError if *mimetype* is no ``type/subtype`` of tokens or a parameter cannot be
    written.
    """
    kind, slash, subtype = mimetype.partition("/")
    if not (slash and is_token(kind) and is_token(subtype)):
        raise ValueError(f"Not a media type: {mimetype!r}")
    if not parameters:
        return mimetype
    parts = [mimetype]
    for name, value in parameters.items():
        if not is_token(name):
            raise ValueError(f"Not a parameter name: {name!r}")
        parts.append(f"{name}={quote_if_needed(value)}")
    return "; ".join(parts)


def is_json_type(mimetype: str) -> bool:
    """Tell whether a media type means JSON: ``application/json`` or ``*/*+json`` (RFC 6839 3.1).

    Only whole types match: ``application/jsonfoo`` does not (spec row ADD-1102).
    """
    plain = ascii_lower(mimetype.partition(";")[0].strip(" \t"))
    kind, slash, subtype = plain.partition("/")
    if not slash or not kind:
        return False
    return (subtype == "json" and kind == "application") or subtype.endswith("+json")


# Encodings of the standard library that do not turn bytes into text.
_NO_TEXT: Final = frozenset(
    {"base64_codec", "bz2_codec", "hex_codec", "quopri_codec", "rot_13", "uu_codec", "zlib_codec"}
)
# The names that Python knows.  Anything else is not even looked up: the codec registry remembers
# every unknown name for ever, and a charset is a word of the peer's.
_CODECS: Final = frozenset(
    name for alias, codec in aliases.items() if codec not in _NO_TEXT for name in (alias, codec)
) | {
    *("cp1006", "cp720", "cp737", "cp856", "cp874", "cp875", "koi8_t", "koi8_u", "utf_8_sig"),
    *("mac_arabic", "mac_croatian", "mac_farsi", "mac_romanian"),
}


def known_charset(name: str | None) -> str | None:
    """Return Python's name of the text encoding *name*, or ``None`` if there is none.

    Encodings that do not turn bytes into text (``hex``, ``zlib``, ``rot13`` ...) do not count.
    """
    if not name or len(name) > 40 or not name.isascii():
        return None
    plain = name.strip(" \t").lower().replace("-", "_").replace(" ", "_").replace(".", "_")
    if plain not in _CODECS:
        return None
    try:
        return codecs.lookup(name.strip(" \t")).name
    except LookupError:  # an alias of what this platform lacks
        return None
