"""Messages as bytes: heads, chunks and trailers (RFC 9112), and the refusal of what breaks them.

Laws
* Nothing that an application hands in reaches the wire unchecked: CR, LF, NUL and other control
  characters raise :class:`ValueError` in every place, what is no ``str`` raises :class:`TypeError`
  (ADD-120, ADD-121).  What a cache holds was checked, and every miss is.
* A head declares at most one length, and that is a number.
* Fields keep their order and their spelling (ADD-122).
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

from multidict import CIMultiDict, CIMultiDictProxy

from aiohttp_core import grammar, hdrs
from aiohttp_core.errors import show
from aiohttp_core.versions import HttpVersion, HttpVersion10, HttpVersion11

if TYPE_CHECKING:
    import cython
else:
    from aiohttp_core import interpreted as cython

__all__ = (
    "LAST_CHUNK",
    "check_field",
    "check_method",
    "check_reason",
    "check_target",
    "chunk",
    "chunk_header",
    "head",
    "header_lines",
    "last_chunk",
    "request_head",
    "response_head",
)

LAST_CHUNK: Final = b"0\r\n\r\n"
"""The end of a chunked body without trailers."""

_VERSIONS: Final[dict[HttpVersion, str]] = {HttpVersion11: "HTTP/1.1", HttpVersion10: "HTTP/1.0"}

MAX_GOOD_NAMES: Final = 1024
# Field names that were checked.  A name that is not here is checked, and kept while there is room.
_GOOD_NAMES: set[str] = set()

MAX_STATUS_LINES: Final = 256
MAX_KEPT_LINE: Final = 128
_STATUS_LINES: dict[tuple[int, str], bytes] = {}
_START_LINES: dict[str, bytes] = {}

_NAME_TABLE: bytes = grammar.char_table(grammar.TCHAR)
_VALUE_TABLE: bytes = grammar.char_table(grammar.VALUE_CHARS)


def check_method(method: str) -> str:
    """Return *method*; raise :class:`ValueError` if it is no token (RFC 9110 section 9.1)."""
    if method in hdrs.METH_ALL:
        return method
    if not isinstance(method, str):
        raise TypeError(f"Method must be str, not {type(method).__name__}")
    if not grammar.is_token(_encoded(method)):
        raise ValueError(f"Method is no HTTP token: {show(method)}")
    return method


def check_target(target: str) -> str:
    """Return *target*; raise :class:`ValueError` if it is not visible ASCII without ``#``."""
    if not isinstance(target, str):
        raise TypeError(f"Request target must be str, not {type(target).__name__}")
    if grammar.is_target(_encoded(target)) is None:
        raise ValueError(f"Bad request target: {show(target)}")
    return target


def check_reason(reason: str) -> str:
    """Return *reason*; raise :class:`ValueError` if it holds a control character."""
    if not isinstance(reason, str):
        raise TypeError(f"Reason must be str, not {type(reason).__name__}")
    _check_value(reason, "reason phrase")
    return reason


def check_field(name: str, value: str) -> None:
    """Raise for a field that must not be sent.

    :class:`TypeError` if name or value is no ``str``; :class:`ValueError` if the name is no token
    or the value holds a control character other than tab.
    """
    _check_name(name)
    if not isinstance(value, str):
        raise TypeError(f"Value of header {name!r} must be str, not {type(value).__name__}")
    _check_value(value, f"value of header {name!r}")


def _check_value(text: str, what: str) -> bytes:
    """Return *text* as bytes; raise if it holds what no field value may.

    The error shows the character and its place and not the rest, which may be a secret.
    """
    encoded = _encoded(text)
    if grammar.is_value(encoded) is None:
        place = len(encoded) - len(encoded.lstrip(grammar.VALUE_CHARS))
        shown = show(encoded[place : place + 1])
        raise ValueError(f"Control character {shown} at byte {place} of the {what}")
    return encoded


def _check_name(name: str) -> None:
    if not isinstance(name, str):
        raise TypeError(f"Header name must be str, not {type(name).__name__}")
    if not grammar.is_token(_encoded(name)):
        raise ValueError(f"Header name is no HTTP token: {show(name)}")
    if len(_GOOD_NAMES) < MAX_GOOD_NAMES:
        _GOOD_NAMES.add(str(name))


def _encoded(text: str) -> bytes:
    """Return *text* in UTF-8; bytes that were no UTF-8 when they came in go out unchanged."""
    return text.encode("utf-8", "surrogateescape")


def header_lines(headers: Mapping[str, str]) -> bytes:
    """Return the field lines of *headers*, each with its CRLF.

    Raises what :func:`check_field` raises.
    """
    parts: list[str] = []
    good = _GOOD_NAMES
    for name, value in headers.items():
        if name not in good:
            _check_name(name)
        parts += (name, ": ", value, "\r\n")
    try:
        block = "".join(parts).encode("utf-8", "surrogateescape")
    except TypeError:
        for name, value in headers.items():
            check_field(name, value)
        raise
    if not _is_field_block(block, len(parts) // 4):
        for name, value in headers.items():
            check_field(name, value)
        raise ValueError("Header fields that break the grammar of HTTP")
    return block


def _is_field_block(block: bytes, count: int) -> bool:
    """Tell whether *block* is exactly *count* valid field lines."""
    if cython.compiled:
        return _scan_block(block) == count
    return block.count(b"\n") == count and grammar.is_field_block(block) is not None


def _scan_block(block: bytes) -> int:  # pragma: no cover (compiled only)
    """Return the number of field lines in *block*, -1 if it is not made of them.

    The compiled kernel; the NUL that ends every bytes object is in none of the tables.
    """
    p = block
    names = _NAME_TABLE
    values = _VALUE_TABLE
    i = count = 0
    end = len(block)
    while i < end:
        start = i
        while names[p[i]]:
            i += 1
        if p[i] != 58 or i == start:
            return -1
        i += 1
        while values[p[i]]:
            i += 1
        if p[i] != 13 or p[i + 1] != 10:
            return -1
        i += 2
        count += 1
    return count


def head(start_line: str, headers: Mapping[str, str]) -> bytes:
    """Return a message head: *start_line*, *headers*, the empty line.

    The start line may hold anything but control characters; prefer :func:`request_head` and
    :func:`response_head`, which check its parts.  Raises :class:`ValueError` and
    :class:`TypeError` as :func:`check_field` does, and for two declared lengths.
    """
    line = _START_LINES.get(start_line)
    if line is None:
        line = _start_line(start_line)
    _check_framing(headers)
    return line + header_lines(headers) + b"\r\n"


def _start_line(start_line: str) -> bytes:
    """Check and return a start line with its CRLF; short ones are kept, up to a limit."""
    if not isinstance(start_line, str):
        raise TypeError(f"Start line must be str, not {type(start_line).__name__}")
    line = _check_value(start_line, "start line") + b"\r\n"
    if len(_START_LINES) < MAX_STATUS_LINES and len(line) <= MAX_KEPT_LINE:
        _START_LINES[start_line] = line
    return line


def request_head(
    method: str, target: str, version: HttpVersion, headers: Mapping[str, str]
) -> bytes:
    """Return the head of a request.  Raises as :func:`head` does."""
    check_method(method)
    check_target(target)
    _check_framing(headers)
    line = f"{method} {target} {_version(version)}\r\n"
    return line.encode("ascii") + header_lines(headers) + b"\r\n"


def response_head(
    version: HttpVersion, status: int, reason: str, headers: Mapping[str, str]
) -> bytes:
    """Return the head of a response, informational ones included.  Raises as :func:`head` does."""
    line = None
    if version is HttpVersion11 and type(status) is int:
        line = _STATUS_LINES.get((status, reason))
    if line is None:
        line = _status_line(version, status, reason)
    _check_framing(headers)
    return line + header_lines(headers) + b"\r\n"


def _status_line(version: HttpVersion, status: int, reason: str) -> bytes:
    """Check and return a status line with its CRLF; those of HTTP/1.1 are kept, up to a limit."""
    if not isinstance(status, int) or not 100 <= status <= 999:
        raise ValueError(f"Status must be a number of three digits, not {status!r}")
    check_reason(reason)
    line = _encoded(f"{_version(version)} {status:d} {reason}\r\n")
    if version is HttpVersion11 and len(_STATUS_LINES) < MAX_STATUS_LINES:
        _STATUS_LINES[status, reason] = line
    return line


def _version(version: HttpVersion) -> str:
    try:
        return _VERSIONS[version]
    except (KeyError, TypeError):
        raise ValueError(f"HTTP version must be 1.0 or 1.1, not {version!r}") from None


def _check_framing(headers: Mapping[str, str]) -> None:
    """Refuse what the reader could measure in two ways (RFC 9112 section 6.2)."""
    if not isinstance(headers, (CIMultiDict, CIMultiDictProxy)):
        headers = CIMultiDict(headers)
    if hdrs.CONTENT_LENGTH not in headers:
        return
    if hdrs.TRANSFER_ENCODING in headers:
        coding = headers[hdrs.TRANSFER_ENCODING]
        raise ValueError(f"Transfer-Encoding {show(str(coding))} together with Content-Length")
    lengths = headers.getall(hdrs.CONTENT_LENGTH)
    if len(lengths) > 1:
        raise ValueError(f"More than one Content-Length: {show(', '.join(map(str, lengths)))}")
    value = lengths[0]
    if type(value) is str and len(value) < 19 and value.isascii() and value.isdigit():
        return
    if isinstance(value, str) and grammar.parse_content_length(_encoded(value)) < 0:
        raise ValueError(f"Content-Length is no number: {show(value)}")


def chunk_header(size: int, extension: str = "") -> bytes:
    """Return the chunk-size line of a chunk of *size* bytes, which must not be empty.

    *extension* is ``;name=value`` or several of those; :class:`ValueError` for what RFC 9112
    section 7.1.1 does not allow there.
    """
    if size <= 0:
        raise ValueError(f"A chunk holds at least one byte, not {size}")
    if not extension:
        return b"%x\r\n" % size
    encoded = _encoded(extension)
    if not grammar.is_chunk_extension(encoded):
        raise ValueError(f"Bad chunk extension: {show(extension)}")
    return b"%x%b\r\n" % (size, encoded)


def chunk(data: bytes | bytearray | memoryview, extension: str = "") -> bytes:
    """Return *data* as one chunk; ``b""`` for no data, because an empty chunk ends the body.

    *extension* is as for :func:`chunk_header`.
    """
    size = data.nbytes if isinstance(data, memoryview) else len(data)
    return b"".join((chunk_header(size, extension), data, b"\r\n")) if size else b""


def last_chunk(trailers: Mapping[str, str] | None = None) -> bytes:
    """Return the end of a chunked body with *trailers*.

    Raises as :func:`check_field` does, and :class:`ValueError` for a field that RFC 9110 section
    6.5.1 keeps out of trailers.
    """
    if not trailers:
        return LAST_CHUNK
    for name in trailers:
        if isinstance(name, str) and _encoded(name).lower() in grammar.NOT_IN_TRAILERS:
            raise ValueError(f"Field {name!r} is not allowed in trailers")
    return b"0\r\n%b\r\n" % header_lines(trailers)
