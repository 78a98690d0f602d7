"""Multipart bodies: bytes in, part events out (RFC 2046 section 5.1, RFC 7578).

Laws
* Sans-IO.  ``feed`` never raises for what the bytes contain; events are pulled, so everything
  before a broken byte is delivered before the error is raised.
* A delimiter is CRLF, ``--``, the boundary, optional blanks and CRLF, or with ``--`` before the
  blanks the last one.  What only begins like one (the delimiter of a longer boundary) is data.
* Time is linear for every input and every split: the search is ``bytes.find``, which is so, and
  what was searched is not searched again.  At most one delimiter or one head is held back.
* A body that ends without its last delimiter is an error: nobody takes half a file for a whole.
"""

import re
from enum import Enum
from typing import Final, NoReturn

from multidict import CIMultiDict, CIMultiDictProxy

from aiohttp_multipart.errors import (
    BadPartHeader,
    BoundaryError,
    MultipartError,
    MultipartLimitError,
    PartHeaderTooLong,
)
from aiohttp_multipart.limits import DEFAULT_LIMITS, MultipartLimits

__all__ = ("MAX_BOUNDARY", "Event", "MultipartParser", "PartHead", "Signal", "check_boundary")

MAX_BOUNDARY: Final = 70
"""Longest boundary, in bytes (RFC 2046 section 5.1.1)."""

MAX_PADDING: Final = 128
"""Most blanks after a delimiter (transport padding); with more of them it is data."""

# What follows CRLF "--" boundary: transport-padding CRLF, or "--" transport-padding (CRLF / end).
_AFTER: Final = re.compile(rb"(--)?[ \t]{0,%d}+\r\n" % MAX_PADDING)
_MAYBE_AFTER: Final = re.compile(rb"(?:-|(?:--)?[ \t]{0,%d}+\r?)\Z" % MAX_PADDING)
_LAST_AT_EOF: Final = re.compile(rb"--[ \t]{0,%d}+\r?\Z" % MAX_PADDING)

# RFC 9110 5.1 and 5.5, as in the head of a message: a token, a colon, no control characters.
_FIELD: Final = re.compile(rb"([!#$%&'*+\-.^_`|~0-9A-Za-z]++):[ \t]*+([^\x00-\x08\x0a-\x1f\x7f]*+)")

# RFC 2046 5.1.1: bchars; what else is seen in the wild (visible ASCII) is let in too.
_BOUNDARY: Final = re.compile(rb"[\x20-\x7e]*[\x21-\x7e]")


class Signal(Enum):
    """Events that carry nothing."""

    END_OF_PART = "end of part"
    END_OF_BODY = "end of body"
    """The last delimiter has been seen; what may follow is skipped."""


class PartHead:
    """The head of a part: its ``headers``."""

    __slots__ = ("headers",)

    def __init__(self, headers: "CIMultiDictProxy[str]") -> None:
        self.headers = headers


Event = PartHead | bytes | Signal


class _State(Enum):
    PREAMBLE = "preamble"
    HEAD = "head"
    BODY = "body"
    EPILOGUE = "epilogue"
    FAILED = "failed"


def check_boundary(boundary: bytes) -> bytes:
    """Return *boundary*; raise BoundaryError if none may look like this."""
    if len(boundary) > MAX_BOUNDARY:
        raise BoundaryError(f"boundary {boundary[:MAX_BOUNDARY]!r}... is too long (70 chars max)")
    if _BOUNDARY.fullmatch(boundary) is None:
        raise BoundaryError(f"Invalid boundary {boundary!r}")
    return boundary


class MultipartParser:
    """Takes the bytes of one multipart body and gives its parts.

    *boundary* comes without its dashes.  With *inside_part* the bytes begin with the body of a
    part, whose head was read by somebody else.
    """

    __slots__ = (
        "_data",
        "_delimiter",
        "_eof",
        "_error",
        "_found",
        "_limits",
        "_parts",
        "_pos",
        "_search",
        "_state",
    )

    def __init__(
        self,
        boundary: bytes,
        limits: MultipartLimits = DEFAULT_LIMITS,
        *,
        inside_part: bool = False,
    ) -> None:
        self._delimiter = b"\r\n--" + check_boundary(boundary)
        self._limits = limits
        # The first delimiter needs no CRLF before it, so one is put there.
        self._data = b"\r\n"
        self._pos = 2 if inside_part else 0
        self._search = 0  # where the search for a delimiter goes on
        self._found: tuple[int, bool] | None = None  # the delimiter at _pos: its end, is it last
        self._state = _State.BODY if inside_part else _State.PREAMBLE
        self._eof = False
        self._parts = 0
        self._error: MultipartError | None = None

    @property
    def finished(self) -> bool:
        """Whether the last delimiter has been seen."""
        return self._state is _State.EPILOGUE

    def feed(self, data: bytes) -> None:
        """Take bytes.  Pull all events before feeding more; what is not pulled is copied again."""
        if self._state is _State.EPILOGUE or not data:
            return
        # A new body keeps the line end before it, see _begin_body.
        keep = min(self._pos, self._search)
        if keep >= len(self._data):
            self._data = data
            self._pos = self._search = 0
        else:
            self._data = (self._data[keep:] if keep else self._data) + data
            self._pos -= keep
            self._search -= keep
            if self._found is not None:
                self._found = (self._found[0] - keep, self._found[1])

    def feed_eof(self) -> None:
        """Say that there are no more bytes."""
        self._eof = True

    def next_event(self) -> Event | None:
        """Return the next event, or ``None`` if more bytes are needed.

        After :attr:`Signal.END_OF_BODY` that signal is returned for ever.  Raises MultipartError,
        again and again, at the first broken byte and at a premature end.
        """
        state = self._state
        if state is _State.BODY:
            return self._body()
        if state is _State.EPILOGUE:
            self._data = b""
            self._pos = self._search = 0
            return Signal.END_OF_BODY
        if self._error is not None:
            raise self._error
        if state is _State.PREAMBLE:
            if not self._preamble():
                return None
            if self.finished:
                return Signal.END_OF_BODY
        return self._head()

    # -- delimiters -------------------------------------------------------------------------------

    def _find_delimiter(self) -> tuple[int, int, bool]:
        """Look for a delimiter from ``_search`` on.

        Returns where it begins (or may begin), where it ends (-1: not known to be one yet), and
        whether it is the last.
        """
        data = self._data
        delimiter = self._delimiter
        length = len(delimiter)
        at = data.find(delimiter, self._search)
        while at >= 0:
            after = at + length
            found = _AFTER.match(data, after)
            if found is not None:
                return at, found.end(), found[1] is not None
            if self._eof:
                if _LAST_AT_EOF.match(data, after) is not None:
                    return at, len(data), True
            elif _MAYBE_AFTER.match(data, after) is not None:
                self._search = at
                return at, -1, False
            at = data.find(delimiter, after)
        at = len(data)
        if not self._eof:
            # Hold back what may be the beginning of a delimiter.
            start = data.rfind(b"\r", max(self._search, at - length + 1))
            if start >= 0 and delimiter.startswith(data[start:]):
                at = start
        self._search = at
        return at, -1, False

    def _preamble(self) -> bool:
        """Skip to the first delimiter; tell whether it was there."""
        at, end, last = self._find_delimiter()
        if end < 0:
            self._pos = at
            if self._eof:
                boundary = self._delimiter[2:]
                self._fail(BoundaryError(f"Could not find starting boundary {boundary!r}"))
            return False
        self._end_delimiter(end, last)
        return True

    def _end_delimiter(self, end: int, last: bool) -> None:
        self._pos = self._search = end
        self._state = _State.EPILOGUE if last else _State.HEAD

    # -- one part ---------------------------------------------------------------------------------

    def _body(self) -> Event | None:
        found = self._found
        if found is not None:
            self._found = None
            self._end_delimiter(*found)
            return Signal.END_OF_PART
        start = self._pos
        at, end, last = self._find_delimiter()
        if at > start:
            if end >= 0:
                self._found = (end, last)
            data = self._data
            self._pos = self._search = at
            return data[start:at] if start or at < len(data) else data
        if end >= 0:
            self._end_delimiter(end, last)
            return Signal.END_OF_PART
        if self._eof:
            boundary = self._delimiter[2:]
            self._fail(BoundaryError(f"The body ends without its final boundary {boundary!r}"))
        return None

    def _head(self) -> Event | None:
        data = self._data
        limits = self._limits
        start = self._pos
        if data.startswith(b"\r\n", start):
            end = start
        else:
            end = data.find(b"\r\n\r\n", self._search) + 2
            if end == 1:
                self._search = max(start, len(data) - 3)
                self._check_unfinished_head(data, start)
                return None
        if end - start > limits.max_head_size:
            self._fail(self._head_too_large())
        if limits.max_parts is not None and self._parts >= limits.max_parts:
            self._fail(MultipartLimitError(f"More than {limits.max_parts} parts", limits.max_parts))
        self._parts += 1
        headers = self._parse_head(data[start:end])
        # The empty line may be the line end of a delimiter that follows at once: a part without
        # any body (RFC 2046: body-part := MIME-part-headers [CRLF *OCTET]).
        self._search = end
        self._pos = end + 2
        self._state = _State.BODY
        return PartHead(CIMultiDictProxy(headers))

    def _check_unfinished_head(self, data: bytes, start: int) -> None:
        limits = self._limits
        line = max(data.rfind(b"\r\n", start) + 2, start)
        length = len(data) - line
        if length > limits.max_field_size + 1:  # a CR may be the last byte
            self._fail(PartHeaderTooLong(data[line : line + 100], limits.max_field_size, length))
        if len(data) - start > limits.max_head_size + 1:  # CR of the empty line
            self._fail(self._head_too_large())
        if self._eof:
            self._fail(BoundaryError("The body ends within the head of a part"))

    def _head_too_large(self) -> MultipartLimitError:
        limit = self._limits.max_head_size
        return MultipartLimitError(f"The head of a part has more than {limit} bytes", limit)

    def _parse_head(self, block: bytes) -> "CIMultiDict[str]":
        headers: CIMultiDict[str] = CIMultiDict()
        if not block:
            return headers
        limits = self._limits
        lines = block[:-2].split(b"\r\n")
        if len(lines) > limits.max_headers:
            limit = limits.max_headers
            self._fail(MultipartLimitError(f"A part has more than {limit} header fields", limit))
        for line in lines:
            if len(line) > limits.max_field_size:
                self._fail(PartHeaderTooLong(line[:100], limits.max_field_size, len(line)))
            found = _FIELD.fullmatch(line)
            if found is None:
                self._fail(BadPartHeader(line))
            name, value = found.groups()
            headers.add(
                name.decode("ascii"), value.rstrip(b" \t").decode("utf-8", "surrogateescape")
            )
        return headers

    def _fail(self, error: MultipartError) -> NoReturn:
        self._state = _State.FAILED
        self._error = error
        self._data = b""
        self._pos = self._search = 0
        raise error
