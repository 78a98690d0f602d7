"""Cookie and Set-Cookie (RFC 6265bis sections 4 and 5), as pure functions.

Laws
* Reading takes what browsers and servers really send; a broken cookie is left out and those around
  it are kept.  Linear in the length of the text, backslashes included.
* In a Cookie field ``;`` always ends a cookie and nothing inside a value begins another one, so a
  value chosen by somebody else can neither add a cookie nor swallow one (cookie smuggling).
* Writing is strict: a name, value or attribute that would be read as something else raises
  :exc:`ValueError`.
* Storage rules (domains, paths, expiry) are the client jar's; what is decided here needs no clock.
"""

import re
import sys
from collections.abc import Container, Iterable, Mapping
from http.cookies import CookieError, Morsel, SimpleCookie
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from aiohttp_core.caller_warnings import warn_caller
from aiohttp_core.fields.quoted import ascii_lower
from aiohttp_core.log import internal_logger

if TYPE_CHECKING:
    from datetime import datetime

__all__ = (
    "MAX_ATTRIBUTES",
    "MAX_ATTRIBUTE_LENGTH",
    "MAX_COOKIES",
    "MAX_COOKIE_LENGTH",
    "CookieMorsel",
    "CookiePair",
    "build_set_cookie",
    "cookie_header",
    "is_cookie_name",
    "load_cookies",
    "make_morsel",
    "parse_cookie_header",
    "parse_set_cookie",
    "parse_set_cookies",
    "quote_cookie_value",
    "set_cookie_header",
    "unquote_cookie_value",
)

MAX_COOKIES: Final = 50
"""The most cookies taken from one response (spec row ADD-238)."""
MAX_COOKIE_LENGTH: Final = 4096
"""The most bytes of name and value together (RFC 6265bis 5.6)."""
MAX_ATTRIBUTES: Final = 32
"""The most attributes of one Set-Cookie that are looked at."""
MAX_ATTRIBUTE_LENGTH: Final = 1024
"""The most bytes of one attribute's value (RFC 6265bis 5.6)."""

# Names as user agents and frameworks use them: printable ASCII but for what ends or begins
# something else (spec rows ADD-234, ADD-235).  Wider than the token of RFC 6265bis 4.1.1.
_NAME: Final = re.compile(r"[!#-+\-./0-:<>-~]+")

# What a user agent stores (RFC 6265bis 5.6): blanks, quotes and other scripts inside a name too.
_USER_AGENT_NAME: Final = re.compile(
    r"[^\x00-\x20\x7f;=](?:[^\x00-\x1f\x7f;=]*[^\x00-\x20\x7f;=])?"
)

# RFC 6265bis 5.6 step 1: %x00-08 / %x0A-1F / %x7F
_CONTROL: Final = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]")

# What http.cookies leaves unquoted, and what it leaves unescaped inside quotes (ADD-256).
_PLAIN_VALUE: Final = re.compile(r"[!#$%&'*+\-.^_`|~:0-9A-Za-z]+")
_ESCAPES: Final = {
    code: f"\\{code:03o}"
    for code in range(256)
    if not re.match(r"[!#$%&'*+\-.^_`|~:0-9A-Za-z ()/<=>?@\[\]{}]", chr(code))
} | {ord('"'): '\\"', ord("\\"): "\\\\"}
_ESCAPED: Final = re.compile(r"\\(?:([0-3][0-7][0-7])|(.))", re.DOTALL)

_ATTRIBUTES: Final = {
    "expires": "expires",
    "path": "Path",
    "comment": "Comment",
    "domain": "Domain",
    "max-age": "Max-Age",
    "secure": "Secure",
    "httponly": "HttpOnly",
    "version": "Version",
    "samesite": "SameSite",
    "partitioned": "Partitioned",
}
_FLAGS: Final = frozenset({"secure", "httponly", "partitioned"})
_SAME_SITE: Final = {"none": "None", "lax": "Lax", "strict": "Strict"}
_KNOWS_PARTITIONED: Final = sys.version_info >= (3, 14)


class CookieMorsel(Morsel[str]):
    """A :class:`http.cookies.Morsel` that knows ``Partitioned`` on every Python version.

    The standard library learned that attribute in 3.14.  A server sets it here on older versions
    too; a client, that only reads it, drops it there (spec row ADD-239).
    """

    if not _KNOWS_PARTITIONED:

        def __init__(self) -> None:
            super().__init__()
            dict.__setitem__(self, "partitioned", "")

        def __setitem__(self, key: str, value: Any) -> None:
            if key.lower() == "partitioned":
                dict.__setitem__(self, "partitioned", value)
            else:
                super().__setitem__(key, value)

        def isReservedKey(self, key: str) -> bool:  # noqa: N802 (the name of the base class)
            """Tell whether *key* is an attribute, so that it cannot name a cookie by ``set``."""
            return key.lower() == "partitioned" or super().isReservedKey(key)

        def OutputString(self, attrs: Container[str] | None = None) -> str:  # noqa: N802
            """Return the cookie without ``Set-Cookie:``, as the base class does."""
            text = super().OutputString(attrs)
            if self["partitioned"] and (attrs is None or "partitioned" in attrs):
                text += "; Partitioned"
            return text


class CookiePair(NamedTuple):
    """One cookie of a Cookie field: ``coded_value`` as received, ``value`` as it is meant."""

    name: str
    value: str
    coded_value: str


def is_cookie_name(name: str) -> bool:
    """Tell whether *name* is one that is accepted and can be sent."""
    return _NAME.fullmatch(name) is not None


def quote_cookie_value(value: str) -> str:
    """Return *value* as ``http.cookies`` writes it: as it is, or quoted with octal escapes."""
    if _PLAIN_VALUE.fullmatch(value):
        return value
    return f'"{value.translate(_ESCAPES)}"'


def unquote_cookie_value(coded: str) -> str:
    """Undo :func:`quote_cookie_value`; a text that is not quoted comes back unchanged."""
    if len(coded) < 2 or coded[0] != '"' or coded[-1] != '"':
        return coded
    inner = coded[1:-1]
    return _ESCAPED.sub(_unescape, inner) if "\\" in inner else inner


def _unescape(found: re.Match[str]) -> str:
    return chr(int(found[1], 8)) if found[1] else found[2]


def make_morsel(
    name: str,
    value: str,
    coded_value: str,
    morsel_class: type[Morsel[str]] = Morsel,
    *,
    any_name: bool = False,
) -> Morsel[str]:
    """Return a Morsel of any name, also of one that ``Morsel.set`` refuses (``path``, ``a[b]``).

    Raises ValueError if the name is empty or holds what no cookie name may hold, or if a control
    character stands in a value.  *any_name* lets names pass that only user agents accept.
    """
    if not (_USER_AGENT_NAME.fullmatch(name) is not None if any_name else is_cookie_name(name)):
        raise ValueError(f"Illegal cookie name {name!r}")
    if _CONTROL.search(coded_value) is not None:
        raise ValueError(f"Control character in the value of cookie {name!r}")
    morsel = morsel_class()
    # The pickling protocol is the one public way round the stricter grammar of ``set``.
    try:
        morsel.__setstate__(  # type: ignore[attr-defined]
            {"key": name, "value": value, "coded_value": coded_value}
        )
    except CookieError as exc:  # newer versions of Python check here too
        raise ValueError(f"Illegal value of cookie {name!r}") from exc
    return morsel


_make_pair: Final = tuple.__new__


# -- reading a request ------------------------------------------------------------------------

# A blank that is followed by something which reads as the next pair.
_NEXT_PAIR: Final = re.compile(r"(?<![ \t])[ \t]++[!#-+\-./0-:<>-~]++[ \t]*+=")


def parse_cookie_header(text: str) -> list[CookiePair]:
    """Return the cookies of a Cookie field value, in their order, repeated names included.

    Names are lenient; those that are attribute names elsewhere (``path``) are ordinary cookies.
    What has no ``=``, no name or an illegal one is left out.  A double-quoted value comes
    unquoted.  An unquoted value ends at a blank, or a comma and a blank, if another ``name=``
    follows; that rest is dropped up to the next ``;`` and never becomes a cookie of its own.
    Nothing is logged.  Source: spec row ADD-472.
    """
    pairs: list[CookiePair] = []
    is_name = _NAME.fullmatch
    for piece in text.split(";"):
        name, equals, coded = piece.partition("=")
        name = name.strip(" \t")
        if not equals or is_name(name) is None:
            continue
        value = coded = coded.strip(" \t")
        if coded[:1] == '"':
            value = unquote_cookie_value(coded)
        elif " " in coded or "\t" in coded:
            found = _NEXT_PAIR.search(coded)
            if found is not None:
                value = coded = coded[: found.start()].rstrip(", \t")
        # The same as CookiePair(...), at half the cost.
        pairs.append(_make_pair(CookiePair, (name, value, coded)))
    return pairs


# -- reading a response -----------------------------------------------------------------------

# A quoted value may hold ";" (spec row ADD-237), if it is closed and nothing follows it.
_QUOTED_VALUE: Final = re.compile(r'[ \t]*+("(?:[^"\\]++|\\.)*+")[ \t]*+(?=;|\Z)')
_MAX_AGE: Final = re.compile(r"-?[0-9]+")


def parse_set_cookie(text: str, *, user_agent: bool = False) -> Morsel[str] | None:
    """Return the one cookie of a Set-Cookie field value, or ``None`` if it makes none.

    *user_agent* reads exactly as RFC 6265bis 5.6 tells a user agent to: names may hold blanks,
    quotes and other scripts, and ``;`` ends a value even between quotes.  Without it, names are
    those of rows ADD-234 and ADD-235 and a quoted value may hold ``;`` (ADD-237).

    The first pair is the cookie whatever its name; later pairs are attributes, of which the last
    of a name counts, unknown ones are ignored and at most :data:`MAX_ATTRIBUTES` are looked at.
    ``Expires`` and ``Max-Age`` that cannot be read are left out.  Source: spec rows ADD-232 to
    ADD-242, RFC 6265bis 5.6.
    """
    if _CONTROL.search(text) is not None:
        return None
    end = text.find(";")
    equals = text.find("=", 0, end if end >= 0 else len(text))
    if equals < 0:
        return None
    name = text[:equals].strip(" \t")
    if (_USER_AGENT_NAME if user_agent else _NAME).fullmatch(name) is None:
        return None
    quoted = None if user_agent else _QUOTED_VALUE.match(text, equals + 1)
    if quoted is not None:
        coded = quoted[1]
        value = unquote_cookie_value(coded)
        end = quoted.end()
    else:
        end = end if end >= 0 else len(text)
        coded = text[equals + 1 : end].strip(" \t")
        value = unquote_cookie_value(coded) if user_agent else coded
    if (
        len(name.encode("utf-8", "surrogateescape")) + len(coded.encode("utf-8", "surrogateescape"))
        > MAX_COOKIE_LENGTH
    ):
        return None
    try:
        morsel = make_morsel(name, value, coded, any_name=user_agent)
    except ValueError:
        return None
    _read_attributes(morsel, text[end + 1 :])
    return morsel


def _read_attributes(morsel: Morsel[str], text: str) -> None:
    """Set the attributes that stand in *text* (RFC 6265bis 5.6.1 to 5.6.7)."""
    for part in text.split(";", MAX_ATTRIBUTES)[:MAX_ATTRIBUTES]:
        name, equals, value = part.partition("=")
        name = ascii_lower(name.strip(" \t"))
        value = value.strip(" \t")
        if name not in _ATTRIBUTES or len(value.encode("utf-8", "replace")) > MAX_ATTRIBUTE_LENGTH:
            continue
        if name in _FLAGS:
            if name != "partitioned" or _KNOWS_PARTITIONED:
                morsel[name] = True
        elif _is_usable(name, value, bool(equals)):
            morsel[name] = value


def _is_usable(name: str, value: str, has_value: bool) -> bool:
    if name == "expires":
        from aiohttp_core.fields.cookie_dates import parse_cookie_date

        return parse_cookie_date(value) is not None
    if name == "max-age":
        return _MAX_AGE.fullmatch(value) is not None
    # An empty Path means the default path again (5.6.4), an empty Domain is no Domain (5.6.3).
    return has_value or name in ("path", "domain")


def parse_set_cookies(values: Iterable[str], *, user_agent: bool = False) -> list[Morsel[str]]:
    """Return the cookies of all Set-Cookie fields of one response, at most :data:`MAX_COOKIES`.

    Fields that make no cookie are skipped; one warning on ``aiohttp.internal`` tells of all.
    """
    morsels: list[Morsel[str]] = []
    skipped = 0
    for text in values:
        if len(morsels) == MAX_COOKIES:
            break
        morsel = parse_set_cookie(text, user_agent=user_agent)
        if morsel is None:
            skipped += 1
        else:
            morsels.append(morsel)
    if skipped:
        internal_logger.warning("Can not load %d malformed response cookie(s)", skipped)
    return morsels


# -- writing ----------------------------------------------------------------------------------

# RFC 6265bis 4.1.1: av-octet = any CHAR except CTLs or ";"
_ATTRIBUTE_VALUE: Final = re.compile(r"[\x20-\x3a\x3c-\x7e]*")
_TOKEN_NAME: Final = re.compile(r"[!#$%&'*+\-.^_`|~:0-9A-Za-z]+")


def cookie_header(
    cookies: Iterable[tuple[str, str | Morsel[str]]] | Mapping[str, str | Morsel[str]],
    *,
    quote_cookie: bool = True,
) -> str:
    """Write a Cookie field value: pairs joined by ``"; "`` in the order given.

    A Morsel goes out exactly as it was received, whatever its name.  A ``str`` is quoted where it
    needs to be, or written raw with ``quote_cookie=False``.  Raises ValueError for an illegal name
    and for control characters.  Source: RFC 6265bis 5.8.3, spec rows ADD-255 to ADD-257.
    """
    items = cookies.items() if isinstance(cookies, Mapping) else cookies
    parts: list[str] = []
    for name, value in items:
        if isinstance(value, Morsel):
            coded = value.coded_value
            legal = _USER_AGENT_NAME.fullmatch(name) is not None
        else:
            coded = quote_cookie_value(value) if quote_cookie else value
            legal = is_cookie_name(name)
        if not legal:
            raise ValueError(f"Illegal cookie name {name!r}")
        if _CONTROL.search(coded) is not None:
            raise ValueError(f"Control character in the value of cookie {name!r}")
        parts.append(f"{name}={coded}")
    return "; ".join(parts)


def build_set_cookie(
    name: str,
    value: object,
    *,
    path: str | None = "/",
    expires: "str | datetime | None" = None,
    domain: str | None = None,
    max_age: int | str | None = None,
    secure: bool | None = None,
    httponly: bool | None = None,
    samesite: str | None = None,
    partitioned: bool | None = None,
) -> Morsel[str]:
    """Return the Morsel of a cookie that a server sets.

    ``value`` is converted with ``str`` and quoted where needed; ``max_age`` counts seconds and 0
    deletes; an ``expires`` text is written as given, a datetime in the format of RFC 9110 (a naive
    one counts as UTC); ``samesite`` is ``None``, ``Lax`` or ``Strict`` in any case.

    Raises ValueError for whatever a user agent would read as something else.  A cookie longer
    than the 4096 bytes that user agents must take issues a UserWarning.  Source: RFC 6265bis
    4.1, spec rows WRSP-09 to WRSP-12, ADD-270.
    """
    if not isinstance(name, str) or _TOKEN_NAME.fullmatch(name) is None:
        raise ValueError(f"Illegal cookie name {name!r}")
    text = str(value)
    morsel = make_morsel(name, text, quote_cookie_value(text), CookieMorsel)
    if expires is not None and not isinstance(expires, str):
        expires = _http_date(expires)
    if max_age is not None:
        max_age = str(max_age)
        if _MAX_AGE.fullmatch(max_age) is None:
            raise ValueError(f"Cookie max_age must be an integer, got {max_age!r}")
    if samesite is not None:
        written = _SAME_SITE.get(ascii_lower(samesite))
        if written is None:
            raise ValueError(f"Cookie samesite must be None, Lax or Strict, got {samesite!r}")
        samesite = written
    texts = {
        "expires": expires,
        "domain": domain,
        "max-age": max_age,
        "path": path,
        "samesite": samesite,
    }
    for attribute, given in texts.items():
        if given is not None:
            morsel[attribute] = _checked_attribute(attribute, given)
    for flag, switch in (("secure", secure), ("httponly", httponly), ("partitioned", partitioned)):
        if switch:
            morsel[flag] = True
    if len(set_cookie_header(morsel)) > MAX_COOKIE_LENGTH:
        warn_caller(
            f"Cookie {name!r} is longer than the {MAX_COOKIE_LENGTH} bytes that user agents must"
            " accept; it may be ignored",
            UserWarning,
        )
    return morsel


def _checked_attribute(name: str, value: str) -> str:
    if not isinstance(value, str):
        raise TypeError(f"Cookie {name} must be a str, got {type(value).__name__}")
    if _ATTRIBUTE_VALUE.fullmatch(value) is None:
        raise ValueError(f"Illegal character in cookie {name}: {value!r}")
    return value


def _http_date(moment: "datetime") -> str:
    from datetime import UTC

    from aiohttp_core.fields.dates import format_http_date

    aware = moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)
    return format_http_date(aware.timestamp())


def set_cookie_header(morsel: Morsel[str]) -> str:
    """Write the Set-Cookie field value of *morsel*, ``Partitioned`` included on every version.

    Raises ValueError if anything in the morsel, however it came there, cannot stand in the field.
    """
    if morsel.key is None or not is_cookie_name(morsel.key):
        raise ValueError(f"Illegal cookie name {morsel.key!r}")
    coded = morsel.coded_value
    if _CONTROL.search(coded) is not None:
        raise ValueError(f"Illegal value of cookie {morsel.key!r}")
    parts = [f"{morsel.key}={coded}"]
    for name, written in _ATTRIBUTES.items():
        value = morsel.get(name)
        if value is None or value is False or value == "":
            continue
        if name in _FLAGS:
            parts.append(written)
        else:
            parts.append(f"{written}={_checked_attribute(name, str(value))}")
    text = "; ".join(parts)
    if _value_end(text, len(morsel.key) + 1) != len(parts[0]):
        raise ValueError(f"Illegal value of cookie {morsel.key!r}")
    return text


def _value_end(text: str, start: int) -> int:
    """Return where a reader takes the value that begins at *start* to end.

    A ``;`` in the value ends it too early, a quote that is left open in it too late: at one that an
    attribute ends with.
    """
    found = _QUOTED_VALUE.match(text, start)
    if found is not None:
        return found.end()
    end = text.find(";", start)
    return end if end >= 0 else len(text)


def load_cookies(pairs: Iterable[Morsel[str]]) -> SimpleCookie:
    """Return a SimpleCookie of *pairs*; of equal names the last one stays."""
    cookies = SimpleCookie()
    for morsel in pairs:
        cookies[morsel.key] = morsel
    return cookies
