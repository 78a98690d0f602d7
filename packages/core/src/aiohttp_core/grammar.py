r"""The grammar of HTTP/1.1 messages, in bytes, each pattern under the section that defines it.

Laws
* Everything here works on bytes.  No ``\d``, no ``strip()`` without an argument, no case folding of
  text: what is not ASCII never matches by accident.
* Patterns use possessive quantifiers, so that matching takes time linear in the input.
* Where this library is stricter than the RFC, the reason stands beside the pattern.
"""

import re
from typing import Final

__all__ = (
    "BLANKS",
    "FIELD_LINE",
    "HEX_DIGITS",
    "HOST_CHARS",
    "LENIENT_VALUE_CHARS",
    "MAX_LENGTH",
    "NOT_IN_TRAILERS",
    "TARGET_CHARS",
    "TCHAR",
    "VALUE_CHARS",
    "absolute_form",
    "char_table",
    "chunk_line",
    "find_framing_fields",
    "find_lenient_framing_fields",
    "is_authority",
    "is_chunk_extension",
    "is_field_block",
    "is_lenient_value",
    "is_target",
    "is_token",
    "is_value",
    "lenient_chunk_line",
    "match_chunk_size",
    "match_fields",
    "match_request_head",
    "match_response_head",
    "parse_content_length",
    "request_line",
    "split_list",
    "status_line",
)

MAX_LENGTH: Final = 2**63 - 1
"""The largest body or chunk that can be declared; what is larger is refused, not computed with."""

BLANKS: Final = b" \t"
"""OWS, RFC 9110 section 5.6.3."""

# --- RFC 9110 section 5.6.2: token ---------------------------------------------------------------

TCHAR: Final = b"!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
_TOKEN: Final = rb"[!#$%&'*+\-.^_`|~0-9A-Za-z]"
_is_token: Final = re.compile(_TOKEN + rb"++").fullmatch


def is_token(data: bytes) -> bool:
    """Tell whether *data* is a ``token``: a method, a field name, a connection option."""
    return _is_token(data) is not None


# --- RFC 9110 section 5.5: field values ----------------------------------------------------------

VALUE_CHARS: Final = b"\t" + bytes(c for c in range(0x20, 0x100) if c != 0x7F)
"""Blank, tab, visible ASCII and obs-text: all that a value may hold."""

LENIENT_VALUE_CHARS: Final = bytes(c for c in range(1, 0x100) if c not in b"\r\n")
"""What the value of a *response* may hold: whatever cannot end a line or a C string (ADD-045)."""

_VALUE: Final = rb"[^\x00-\x08\x0a-\x1f\x7f]"

is_value: Final = re.compile(_VALUE + rb"*+").fullmatch
is_lenient_value: Final = re.compile(rb"[^\x00\r\n]*+").fullmatch

# RFC 9112 section 5: field-line, in the one form that needs no second look.
_FIELD: Final = _TOKEN + rb"++:" + _VALUE + rb"*+\r\n"

is_field_block: Final = re.compile(rb"(?:" + _FIELD + rb")*+").fullmatch

match_fields: Final = re.compile(rb"((?:" + _FIELD + rb")*+)(?:\r\n)?+").match
"""As many fields as stand there in that form (the group), and the empty line behind them."""

FIELD_LINE: Final = re.compile(rb"(" + _TOKEN + rb"++):[ \t]*+([^\r]*+)\r\n")
"""One field of a head that was validated before; trailing blanks of the value are left."""

# --- RFC 9112 section 3: request line ------------------------------------------------------------

TARGET_CHARS: Final = bytes(c for c in range(0x21, 0x7F) if c not in b"#")
"""What a request target may hold.

Wider than RFC 3986, because real clients send ``|``, ``"``, ``<``, ``[`` and so on unescaped, but
without blanks, control characters, bytes above ASCII and the fragment delimiter.
"""

is_target: Final = re.compile(rb"[!\"$-~]++").fullmatch

request_line: Final = re.compile(rb"([^ ]*+) ([^ ]*+) HTTP/1\.([01])").fullmatch

absolute_form: Final = re.compile(rb"([A-Za-z][A-Za-z0-9+\-.]*+)://([^/?]++)(?:[/?].*+)?").fullmatch
"""RFC 9112 section 3.2.2, with the ``//`` and a host that is not empty (ADD-034)."""

match_request_head: Final = re.compile(
    rb"([A-Z]++) (/[!\"$-~]*+) HTTP/1\.([01])\r\n((?:" + _FIELD + rb")*+)\r\n"
).match
"""A whole request head in its usual form."""

# --- RFC 9112 section 4: status line -------------------------------------------------------------

status_line: Final = re.compile(
    rb"HTTP/1\.([0-9]) ([1-9][0-9][0-9])(?: ([^\x00\r\n]*+))?"
).fullmatch

match_response_head: Final = re.compile(
    rb"HTTP/1\.([01]) ([1-9][0-9][0-9])(?: (" + _VALUE + rb"*+))?+\r\n((?:" + _FIELD + rb")*+)\r\n"
).match
"""A whole response head in its usual form."""

find_framing_fields: Final = re.compile(
    rb"\n(?=[CHTUEMScehtums])((?i:Host|Connection|Content-(?:Length|Type|Encoding|Location|Range)"
    rb"|Transfer-Encoding|Upgrade|User-Agent|Expect|ETag|Max-Forwards|Server|Set-Cookie"
    rb"|Sec-WebSocket-Key1))"
    rb":[ \t]*+([^\r]*+)"
).findall
"""The fields that this library acts upon while it reads a head, out of a validated block."""

find_lenient_framing_fields: Final = re.compile(
    rb"\n(?=[CTUScstu])((?i:Connection|Content-(?:Length|Encoding)|Transfer-Encoding|Upgrade"
    rb"|Set-Cookie)):[ \t]*+([^\r]*+)"
).findall
"""The same for a response whose fields may be repeated: nothing has to be counted there."""

# --- RFC 9110 section 7.2, RFC 3986 section 3.2: host and port -----------------------------------

# "," is a sub-delim of RFC 3986, but a Host with a comma is a list of hosts to some intermediaries.
HOST_CHARS: Final = b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-"
"""What the host names of the real world are made of."""

_authority: Final = re.compile(
    rb"(?:(?:[A-Za-z0-9._~!$&'()*+;=-]|%[0-9A-Fa-f]{2})++"
    rb"|\[(?:[0-9A-Fa-f:.]++|[vV][0-9A-Fa-f]++\.[A-Za-z0-9._~!$&'()*+;=:-]++)\])"
    rb"(?::([0-9]{0,5}+))?+"
).fullmatch


def is_authority(data: bytes, *, need_port: bool = False) -> bool:
    """Tell whether *data* is ``uri-host [":" port]``, without user information.

    ``need_port`` asks for a port that is there, as the target of CONNECT must have it.
    """
    found = _authority(data)
    if found is None:
        return False
    port = found[1]
    if not port:
        return not need_port
    return int(port) <= 65535  # ASCII digits by the pattern


# --- RFC 9110 section 8.6: Content-Length --------------------------------------------------------

_LENGTH_DIGITS: Final = 19


def parse_content_length(value: bytes) -> int:
    """Return the number in *value*, or -1 for what is no plain decimal number up to 2**63 - 1."""
    if len(value) > _LENGTH_DIGITS or not value.isdigit():  # of bytes: ASCII digits, at least one
        return -1
    number = int(value)
    return number if number <= MAX_LENGTH else -1


# --- RFC 9110 section 5.6.1: lists ---------------------------------------------------------------


def split_list(value: bytes) -> list[bytes]:
    """Split a comma separated list of tokens, in lower case; empty elements stay, as ``b""``."""
    return [item.strip(BLANKS) for item in value.lower().split(b",")]


# --- RFC 9112 section 7.1: chunked coding --------------------------------------------------------

HEX_DIGITS: Final = b"0123456789abcdefABCDEF"

match_chunk_size: Final = re.compile(rb"([0-9A-Fa-f]{1,16}+)\r\n").match
"""A chunk-size line without extensions."""

chunk_line: Final = re.compile(rb"([0-9A-Fa-f]++)([ \t]*+;.*+)?+", re.DOTALL).fullmatch

lenient_chunk_line: Final = re.compile(
    rb"[ \t]*+([0-9A-Fa-f]++)[ \t]*+(;[^\x00\r\n]*+)?+"
).fullmatch
"""ADD-044: blanks around the size; ADD-062: whatever stands in the extensions is skipped."""

_QUOTED: Final = rb'"(?:[\t \x21\x23-\x5b\x5d-\x7e\x80-\xff]|\\[\t \x21-\x7e\x80-\xff])*+"'
_chunk_extension: Final = re.compile(
    rb"(?:[ \t]*+;[ \t]*+" + _TOKEN + rb"++"
    rb"(?:[ \t]*+=[ \t]*+(?:" + _TOKEN + rb"++|" + _QUOTED + rb"))?+)*+"
).fullmatch


def is_chunk_extension(data: bytes) -> bool:
    """Tell whether *data* is a ``chunk-ext``: ``;name``, ``;name=token`` or ``;name="text"``."""
    return _chunk_extension(data) is not None


# --- RFC 9110 section 6.5.1: trailers ------------------------------------------------------------

# Framing, routing, request modifiers, authentication, response control and
# the description of the content must be known before the content is.
NOT_IN_TRAILERS: Final = frozenset(
    b"""
        age authorization cache-control connection content-encoding content-length content-range
        content-type cookie date etag expect expires host if-match if-modified-since if-none-match
        if-range if-unmodified-since keep-alive location max-forwards pragma proxy-authenticate
        proxy-authorization proxy-connection range retry-after set-cookie te trailer
        transfer-encoding upgrade vary warning www-authenticate
    """.split()
)

# --- tables for the compiled scanners ------------------------------------------------------------


def char_table(allowed: bytes) -> bytes:
    """Return 256 bytes, 1 at the places of *allowed*, 0 elsewhere."""
    return bytes(c in allowed for c in range(256))
