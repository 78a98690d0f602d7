"""Content-Disposition: RFC 6266 in HTTP heads, RFC 7578 section 4.2 in form-data parts.

Extended parameters follow RFC 8187, continuations RFC 2231 section 3.  Reading never raises: a
header that cannot be understood is worth nothing as a whole, because a file name guessed from a
broken one is dangerous; a single undecodable parameter is dropped alone.  The texts of warnings
are constant, since the warnings module remembers every distinct text for ever.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Final
from urllib.parse import quote as percent_encode
from urllib.parse import unquote_to_bytes

from aiohttp_core.caller_warnings import warn_caller
from aiohttp_core.fields.content_type import known_charset
from aiohttp_core.fields.quoted import ascii_lower, is_token, quote

__all__ = (
    "BadContentDispositionHeader",
    "BadContentDispositionParam",
    "content_disposition_filename",
    "content_disposition_header",
    "parse_content_disposition",
    "safe_base_name",
)


class BadContentDispositionHeader(RuntimeWarning):
    """A Content-Disposition was malformed, wholly or in one of its separators."""


class BadContentDispositionParam(RuntimeWarning):
    """A parameter of a Content-Disposition was malformed and has been dropped."""


_WORD: Final = r"[!#$%&'*+\-.^_`|~0-9A-Za-z]++"

# RFC 6266 4.1: disposition-type = token
_TYPE: Final = re.compile(rf"[ \t]*+({_WORD})[ \t]*+(?:;|\Z)")

# RFC 6266 4.1: disposition-parm, with blanks around "=" as RFC 2616 had them.
_PARAMETER: Final = re.compile(
    rf'[ \t]*+([^=;"\s]*+)[ \t]*+=[ \t]*+(?:"((?:[^"\\]++|\\.)*+)"|({_WORD}))[ \t]*+(?:;|\Z)',
    re.DOTALL,
)
_EMPTY: Final = re.compile(r"[ \t]*+(?:;|\Z)")

# RFC 8187 3.2.1: ext-value = charset "'" [ language ] "'" value-chars
_EXTENDED: Final = re.compile(r"([^']*)'[^']*'((?:[!#$&+\-.^_`|~0-9A-Za-z]|%[0-9A-Fa-f]{2})*+)")

_QUOTED_PAIR: Final = re.compile(r"\\(.)", re.DOTALL)
# What form-data writers escape; browsers send every other backslash as it is (HTML 4.10.22.8).
_FORM_PAIR: Final = re.compile(r'\\(["\\])')

_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f]")
_CONTINUATION: Final = re.compile(r"0|[1-9][0-9]{0,3}")

# The most parameters looked at; real headers have two or three.
_MAX_PARAMETERS: Final = 64


def parse_content_disposition(header: str | None) -> tuple[str | None, dict[str, str]]:
    """Return the lowered disposition type and the parameters, names lowered.

    ``(None, {})`` stands for an absent or malformed header; the latter also issues
    :class:`BadContentDispositionHeader`.  Extended values (``name*``) come decoded under their
    name with the star; undecodable ones and those of unknown charsets are dropped with
    :class:`BadContentDispositionParam`.  Continuations (``name*0``) are kept as sent; see
    :func:`content_disposition_filename`.  Leading slashes and backslashes of quoted and
    extended values are removed, but ``../`` is kept: a file name from a peer is data, never a path.
    """
    if not header:
        return None, {}
    found = _TYPE.match(header)
    if found is None:
        return _malformed()
    disptype = ascii_lower(found[1])
    pairs = _FORM_PAIR if disptype == "form-data" else _QUOTED_PAIR
    params: dict[str, str] = {}
    position = found.end()
    for _ in range(_MAX_PARAMETERS):
        if position >= len(header):
            if header[position - 1] == ";":
                _warn_empty()
            return disptype, params
        empty = _EMPTY.match(header, position)
        if empty is not None:
            _warn_empty()
            position = empty.end()
            continue
        found = _PARAMETER.match(header, position)
        if found is None:
            return _malformed()
        position = found.end()
        name, quoted, plain = found.groups()
        name = ascii_lower(name)
        if name in params:
            return _malformed()
        value = _parameter_value(name, quoted, plain, pairs)
        if value is None:
            warn_caller("Malformed parameter in Content-Disposition", BadContentDispositionParam)
        else:
            params[name] = value
    return _malformed()


def _malformed() -> tuple[None, dict[str, str]]:
    warn_caller("Malformed Content-Disposition", BadContentDispositionHeader)
    return None, {}


def _warn_empty() -> None:
    warn_caller("Empty parameter in Content-Disposition", BadContentDispositionHeader)


def _parameter_value(
    name: str, quoted: str | None, plain: str | None, pairs: re.Pattern[str]
) -> str | None:
    """Return the value of one parameter, or ``None`` if it has to be dropped."""
    if not is_token(name):
        return None
    if name.endswith("*") and "*" not in name[:-1]:
        value = None if plain is None else _decode_extended(plain)
        return None if value is None else value.lstrip("\\/")
    if quoted is None:
        return plain
    if "\\" in quoted:
        quoted = pairs.sub(r"\1", quoted)
    return quoted.lstrip("\\/")


def _decode_extended(text: str) -> str | None:
    """Decode an RFC 8187 ext-value; ``None`` for bad syntax, charset or bytes."""
    found = _EXTENDED.fullmatch(text)
    if found is None:
        return None
    charset = known_charset(found[1] or "utf-8")
    if charset is None:
        return None
    try:
        return unquote_to_bytes(found[2]).decode(charset)
    except ValueError:
        return None


def content_disposition_filename(params: Mapping[str, str], name: str = "filename") -> str | None:
    """Return the parameter *name* of parsed *params*, joined and decoded, or ``None``.

    ``name*`` wins over ``name``, that over the continuations ``name*0``, ``name*1``, ... which
    are joined up to the first gap (spec row ADD-132).
    """
    if not params:
        return None
    for key in (f"{name}*", name):
        value = params.get(key)
        if value is not None:
            return value
    pieces = list(_continuations(params, name))
    if not pieces:
        return None
    if not any(star for _, star in pieces):
        return "".join(text for text, _ in pieces)
    joined = _join_extended(pieces)
    return None if joined is None else joined.lstrip("\\/")


def _continuations(params: Mapping[str, str], name: str) -> Iterator[tuple[str, bool]]:
    """Give the pieces ``name*0`` ... in order, each with whether it is percent-encoded."""
    for number in range(len(params)):
        key = f"{name}*{number}"
        if key in params:
            yield params[key], False
        elif f"{key}*" in params:
            yield params[f"{key}*"], True
        else:
            return


def _join_extended(pieces: list[tuple[str, bool]]) -> str | None:
    """Join continuations of which the first may carry ``charset'language'`` (RFC 2231 4.1)."""
    first, star = pieces[0]
    charset = "utf-8"
    if star and first.count("'") >= 2:
        charset, _, rest = first.partition("'")
        pieces = [(rest.partition("'")[2], True), *pieces[1:]]
    try:
        joined = b"".join(
            unquote_to_bytes(text) if star else text.encode("utf-8", "surrogateescape")
            for text, star in pieces
        )
        return joined.decode(known_charset(charset or "utf-8") or "ascii")
    except ValueError:
        return None


def content_disposition_header(
    disptype: str,
    quote_fields: bool = True,
    _charset: str = "utf-8",
    params: Mapping[str, str] | None = None,
    **more: str,
) -> str:
    """Write a Content-Disposition value.

    With *quote_fields* a file name is percent-encoded inside its quotes and any other parameter
    that is not plain ASCII becomes an extended one, ``name*=utf-8''...``; without it every value
    is a quoted string in the encoding of the message.  Parameters come from *params* and from
    keywords.

    Raises ValueError for a type or a parameter name that is no token, and for a value that holds
    a control character where it would stand unescaped.  Source: spec rows ADD-113, ADD-133.
    """
    if disptype not in _USUAL and not is_token(disptype):
        raise ValueError(f"bad content disposition type {disptype!r}")
    text = disptype
    for name, value in {**(params or {}), **more}.items():
        if name not in _USUAL:
            if not is_token(name):
                raise ValueError(f"bad content disposition parameter {name!r}={value!r}")
            name = ascii_lower(name)
        text += "; " + _written_parameter(name, value, quote_fields, _charset)
    return text


# Tokens that need no second look.
_USUAL: Final = frozenset({"form-data", "attachment", "inline", "name", "filename"})


def _written_parameter(name: str, value: str, quote_fields: bool, charset: str) -> str:
    if not quote_fields:
        if _CONTROL.search(value) is not None:
            raise ValueError(f"Control character in content disposition parameter {name!r}")
        return f"{name}={quote(value)}"
    if name == "filename":
        return f'{name}="{percent_encode(value, "", charset)}"'
    if value.isascii() and value.isprintable():
        value = value.replace("\\", "\\\\").replace('"', '\\"')
        return f'{name}="{value}"'
    if not is_token(charset):
        raise ValueError(f"bad charset {charset!r}")
    return f"{name}*={charset}''{percent_encode(value, '', charset)}"


# Names that Windows opens as devices, with any extension.
_DEVICE: Final = re.compile(r"(?:CON|PRN|AUX|NUL|COM[0-9¹²³]|LPT[0-9¹²³])(?:\.|\Z)", re.IGNORECASE)
_UNSAFE: Final = re.compile(r'[\x00-\x1f\x7f<>:"|?*]')


def safe_base_name(filename: str | None, default: str = "file") -> str:
    """Return a name under which a file of a peer may be stored: one component, no surprises.

    Directories (of either slash), control characters, and what Windows forbids or treats as a
    device are removed; leading dots too; the result has at most 255 UTF-8 bytes and is *default*
    if nothing is left.
    """
    if not filename:
        return default
    base = re.split(r"[/\\]", filename)[-1]
    base = _UNSAFE.sub("", base).strip(" .")
    if _DEVICE.match(base):
        base = "_" + base
    encoded = base.encode("utf-8", "ignore")
    if len(encoded) > 255:
        stem, dot, suffix = base.rpartition(".")
        tail = (dot + suffix).encode("utf-8", "ignore") if stem and len(suffix) <= 16 else b""
        encoded = encoded[: 255 - len(tail)].decode("utf-8", "ignore").encode() + tail
    return encoded.decode("utf-8", "ignore") or default
