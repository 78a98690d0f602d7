"""The heads of messages, as they are handed out (RFC 9112 sections 3 and 4).

Laws
* A head is made by :class:`aiohttp_core.head_scanner.HeadScanner` out of bytes that were validated.
* Nothing becomes a string before somebody asks: names, values and the multidict are made out of
  ``raw`` on first use and kept.  What framing needs was recognised while scanning.
"""

from typing import TYPE_CHECKING, Final

from multidict import CIMultiDict, CIMultiDictProxy, istr
from yarl import URL

from aiohttp_core import grammar, hdrs
from aiohttp_core.raw_messages import RawRequestMessage, RawResponseMessage
from aiohttp_core.versions import HttpVersion

if TYPE_CHECKING:
    import cython
else:
    from aiohttp_core import interpreted as cython

__all__ = ("COMPILED", "MessageHead", "RequestHead", "ResponseHead", "decode_value")

COMPILED: bool = cython.compiled
"""Whether this module, and with it the family's hot paths, runs compiled."""


def _wire_names() -> dict[bytes, istr]:
    """Return the ready ``istr`` of each known name, as it is spelled and in lower case."""
    known: dict[bytes, istr] = {b"ETag": istr("ETag")}
    for constant in hdrs.__all__:
        name = getattr(hdrs, constant)
        if isinstance(name, istr):
            known[name.encode()] = name
            known[name.lower().encode()] = istr(name.lower())
    return known


_WIRE_NAMES: dict[bytes, istr] = _wire_names()

MAX_WIRE_NAMES: Final = len(_WIRE_NAMES) + 512
MAX_LEARNT_NAME: Final = 64


def _learn(name: bytes) -> str:
    """Return *name* as text, kept as a ready ``istr`` while there is room.

    A key that knows its folded form makes every multidict that it goes into cheaper.
    """
    if len(_WIRE_NAMES) >= MAX_WIRE_NAMES or len(name) > MAX_LEARNT_NAME:
        return name.decode("ascii")
    key = _WIRE_NAMES[name] = istr(name.decode("ascii"))
    return key


def decode_value(value: bytes) -> str:
    """Return a field value or reason phrase as text (ADD-032); it can be encoded back unchanged."""
    return value.decode("utf-8", "surrogateescape")


class MessageHead:
    """What a request head and a response head have in common.

    ``raw`` holds the validated bytes, from the start line to the empty line, in canonical form
    (CRLF line ends, no folded fields).
    """

    __slots__ = (
        "_fields_start",
        "_headers",
        "_lower",
        "_raw_headers",
        "chunked",
        "content_encoding",
        "content_length",
        "has_body",
        "keep_alive",
        "raw",
        "upgrade",
        "version",
    )

    version: HttpVersion
    keep_alive: bool
    """Whether the connection may carry another message after this one (RFC 9112 section 9.3)."""
    has_body: bool
    """Whether body events follow; false also for a declared length of zero."""
    chunked: bool
    content_length: int | None
    """The declared length in bytes, ``None`` if none was declared."""
    content_encoding: str | None
    """The value of Content-Encoding, in lower case."""
    upgrade: bool
    """Whether the connection may leave HTTP after this message."""
    raw: bytes
    _fields_start: int
    _headers: CIMultiDictProxy[str] | None
    _raw_headers: tuple[tuple[bytes, bytes], ...] | None
    _lower: bytes | None

    def keep_bytes(self, raw: bytes, fields_start: int) -> None:
        """Take the validated bytes; for the scanner.  Its fields begin at *fields_start*."""
        self.raw = raw
        self._fields_start = fields_start
        self._headers = None
        self._raw_headers = None
        self._lower = None

    @property
    def headers(self) -> CIMultiDictProxy[str]:
        """The fields: built on first use, names as they were spelled, values decoded as UTF-8."""
        headers = self._headers
        if headers is None:
            headers = self._headers = CIMultiDictProxy(CIMultiDict(self._text_pairs()))
        return headers

    @property
    def raw_headers(self) -> tuple[tuple[bytes, bytes], ...]:
        """Pairs of name and value as they came, without the blanks around values (ADD-028)."""
        pairs = self._raw_headers
        if pairs is None:
            pairs = self._raw_headers = tuple(self._pairs())
        return pairs

    def field(self, name: bytes) -> str | None:
        """Return the first value of the field *name*, or ``None``, without building ``headers``.

        *name* must be in lower case.
        """
        if cython.compiled:
            return self._find(name)
        lower = self._lower
        if lower is None:
            lower = self._lower = self.raw[self._fields_start - 1 :].lower()
        at = lower.find(b"\n" + name + b":")
        if at < 0:
            return None
        start = self._fields_start + at + len(name) + 1
        return decode_value(self.raw[start : self.raw.index(b"\r", start)].strip(grammar.BLANKS))

    def _find(self, name: bytes) -> str | None:  # pragma: no cover (compiled only)
        """Look for the field *name* line by line; the compiled kernel."""
        p = self.raw
        wanted = name
        length = len(name)
        end = len(self.raw) - 2
        i = self._fields_start
        # Each line of the validated bytes ends with CR LF; behind the last one is an empty line.
        while i < end:
            start = i
            stop = i + length
            while i < stop and i < end:
                octet = p[i]
                if 65 <= octet <= 90:
                    octet += 32
                if octet != wanted[i - start]:
                    break
                i += 1
            if i == stop and p[i] == 58:
                i += 1
                while p[i] == 32 or p[i] == 9:
                    i += 1
                start = i
                while p[i] != 13:
                    i += 1
                while i > start and (p[i - 1] == 32 or p[i - 1] == 9):
                    i -= 1
                return decode_value(p[start:i])
            while p[i] != 10:
                i += 1
            i += 1
        return None

    def _pairs(self) -> list[tuple[bytes, bytes]]:
        if cython.compiled:
            raw = p = self.raw
            i = self._fields_start
            end = len(raw)
            pairs = []
            while i < end and p[i] != 13:
                start = i
                while i < end and p[i] != 58:
                    i += 1
                colon = i
                i += 1
                while i < end and p[i] != 13:
                    i += 1
                pairs.append((p[start:colon], p[colon + 1 : i].strip(grammar.BLANKS)))
                i += 2
            return pairs
        found = grammar.FIELD_LINE.findall(self.raw, self._fields_start)
        return [(name, value.rstrip(grammar.BLANKS)) for name, value in found]

    def _text_pairs(self) -> list[tuple[str, str]]:
        known = _WIRE_NAMES
        pairs: list[tuple[str, str]] = []
        if cython.compiled:
            raw = p = self.raw
            i = self._fields_start
            end = len(raw)
            while i < end and p[i] != 13:
                start = i
                while i < end and p[i] != 58:
                    i += 1
                colon = i
                i += 1
                while i < end and (p[i] == 32 or p[i] == 9):
                    i += 1
                value_start = i
                while i < end and p[i] != 13:
                    i += 1
                stop = i
                while stop > value_start and (p[stop - 1] == 32 or p[stop - 1] == 9):
                    stop -= 1
                # Slices of the pointer: those of the object cost three more objects.
                name = p[start:colon]
                key = known.get(name)
                text = p[value_start:stop].decode("utf-8", "surrogateescape")
                pairs.append((_learn(name) if key is None else key, text))
                i += 2
            return pairs
        # Cut as text at once: one call of decode instead of two for each field.
        for line in decode_value(self.raw[self._fields_start : -4]).split("\r\n"):
            spelled, _, text = line.partition(":")
            if spelled:  # there is one empty line if there are no fields
                name = spelled.encode("ascii")
                pairs.append((known.get(name) or _learn(name), text.strip(" \t")))
        return pairs

    @property
    def _compression(self) -> str | None:
        coding = self.content_encoding
        return coding if coding in {"gzip", "deflate", "br", "zstd"} else None


class RequestHead(MessageHead):
    """The head of one request."""

    __slots__ = ("expect", "host", "method", "target")

    method: str
    """In upper case, whatever was sent (ADD-814)."""
    target: str
    """The request target as it came; visible ASCII without ``#``."""
    expect: bool
    """Whether an HTTP/1.1 client sent ``Expect``; its value is in the headers."""
    host: str | None
    """The value of Host, which may be empty, or ``None``."""

    def __repr__(self) -> str:
        return f"<RequestHead {self.method} {self.target}>"

    def to_raw_message(self) -> RawRequestMessage:
        """Return the head as the named tuple of older interfaces."""
        return RawRequestMessage(
            self.method,
            self.target,
            self.version,
            self.headers,
            self.raw_headers,
            not self.keep_alive,
            self._compression,
            self.upgrade,
            self.chunked,
            _target_url(self.method, self.target),
        )


class ResponseHead(MessageHead):
    """The head of one response."""

    __slots__ = ("body", "informational", "reason", "sets_cookies", "status")

    status: int
    reason: str
    informational: bool
    """Whether the status is 1xx but not 101: the final response is still to come."""
    sets_cookies: bool
    """Whether there is a Set-Cookie field."""
    body: bytes | None
    """The body, if it came whole with the head: see ``ResponseParser.receive``."""

    def __repr__(self) -> str:
        return f"<ResponseHead {self.status} {self.reason}>"

    def keep_body(self, body: bytes) -> None:
        """Take the whole body; for the parser."""
        self.body = body

    def to_raw_message(self) -> RawResponseMessage:
        """Return the head as the named tuple of older interfaces."""
        return RawResponseMessage(
            self.version,
            self.status,
            self.reason,
            self.headers,
            self.raw_headers,
            not self.keep_alive,
            self._compression,
            self.upgrade,
            self.chunked,
        )


def _target_url(method: str, target: str) -> URL:
    if method == hdrs.METH_CONNECT:
        return URL.build(authority=target, encoded=True)
    if not target.startswith("/"):
        return URL(target, encoded=True)
    path, _, query = target.partition("?")
    return URL.build(path=path, query_string=query, encoded=True)
