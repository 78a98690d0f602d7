"""Scanning the lines of one message head (RFC 9112 sections 2 to 5).

Laws
* There is one law of what a line may be: :meth:`LineScanner._scan_line` and what it calls.  The
  quick kernels (a pointer scan when compiled, regular expressions when interpreted) accept only a
  subset of it, and leave every line that is unusual in any way to the law.
* The verdict depends on the bytes, not on how they were cut: a line is judged when it is complete;
  before that only its first byte and its length are.  Limits come before grammar.
"""

from typing import TYPE_CHECKING, Any, Final

from aiohttp_core import grammar, hdrs
from aiohttp_core.control_fields import KIND_OF, LENGTHS, ControlFields, kind_of
from aiohttp_core.errors import (
    SHOWN_BYTES,
    BadHttpMethod,
    BadStatusLine,
    FieldTooLong,
    HeadTooLarge,
    HttpProcessingError,
    InvalidHeader,
    InvalidURLError,
    StartLineTooLong,
    show,
)
from aiohttp_core.head import decode_value
from aiohttp_core.limits import HeadLimits

if TYPE_CHECKING:
    import cython
else:
    from aiohttp_core import interpreted as cython

__all__ = ("LineScanner",)

MAX_BLANK_LINES: Final = 4
"""How many empty lines may stand before a start line (RFC 9112 section 2.2 asks for one)."""

MAX_FOLDS: Final = 64
"""How many continuation lines one field of a response may have."""

_METHODS: Final[dict[bytes, str]] = {name.encode(): name for name in sorted(hdrs.METH_ALL)}

_NOT_IN_TRAILERS: frozenset[bytes] = grammar.NOT_IN_TRAILERS

_NAME_TABLE: bytes = grammar.char_table(grammar.TCHAR)
_VALUE_TABLE: bytes = grammar.char_table(grammar.VALUE_CHARS)
_TARGET_TABLE: bytes = grammar.char_table(grammar.TARGET_CHARS)


def _is_http_1(p: bytes, at: int) -> bool:  # pragma: no cover (compiled only)
    """Tell whether ``HTTP/1.0`` or ``HTTP/1.1`` stands there."""
    return (
        p[at] == 72
        and p[at + 1] == 84
        and p[at + 2] == 84
        and p[at + 3] == 80
        and p[at + 4] == 47
        and p[at + 5] == 49
        and p[at + 6] == 46
        and (p[at + 7] == 49 or p[at + 7] == 48)
    )


class LineScanner:
    """Scans the lines of one head after the other.

    ``begin()``, then ``push(data, pos)`` until ``done``.  With ``begin_trailers()`` the field
    section after a chunked body is scanned, under the limits that the head has left, and
    ``trailers`` holds names and values in turn.
    """

    __slots__ = (
        "_fields_start",
        "_find_framing_fields",
        "_held",
        "_in_fields",
        "_is_request",
        "_is_trailers",
        "_lenient",
        "_max_field",
        "_max_fields",
        "_max_head",
        "_max_line",
        "_method",
        "_minor",
        "_need_host",
        "_odd",
        "_reason",
        "_scanned",
        "_skipped",
        "_status",
        "_target",
        "control",
        "done",
        "fields",
        "raw",
        "size",
        "trailers",
    )

    done: bool
    raw: bytes
    size: int
    fields: int
    trailers: list[bytes]
    _held: bytearray | None
    _method: str
    _target: str
    _reason: str

    def __init__(
        self,
        limits: HeadLimits,
        *,
        request: bool,
        lenient: bool = False,
        need_host: bool = True,
    ) -> None:
        self._max_line = limits.max_line_size
        self._max_field = limits.max_field_size
        self._max_fields = limits.max_headers
        self._max_head = limits.max_head_size
        self._is_request = request
        self._need_host = need_host
        self._lenient = lenient
        self._find_framing_fields: Any = (
            grammar.find_lenient_framing_fields
            if lenient and not request
            else grammar.find_framing_fields
        )
        self._method = self._target = self._reason = ""
        self._status = 0
        self._minor = 1
        self.trailers = []
        self.control = ControlFields(is_request=request, lenient=lenient)
        self.begin()

    def begin(self) -> None:
        """Get ready for the next head."""
        self.done = False
        self.raw = b""
        self.size = 0
        self.fields = 0
        self._held = None
        self._scanned = 0
        self._skipped = 0
        self._in_fields = False
        self._is_trailers = False
        self._odd = False
        self.control.clear()

    def begin_trailers(self) -> None:
        """Get ready for the trailer section of the message whose head was scanned last."""
        self.done = False
        self.trailers = []
        self._held = None
        self._scanned = 0
        self._in_fields = True
        self._is_trailers = True

    @property
    def held(self) -> int:
        """How many bytes of an incomplete section are kept."""
        return 0 if self._held is None else len(self._held)

    def open_head(self) -> bytes:
        """Return the first bytes of an incomplete section; for the error about one that was cut."""
        return b"" if self._held is None else bytes(self._held[: SHOWN_BYTES + 1])

    # --- cutting the stream into lines ---

    def push(self, data: bytes, pos: int) -> int:
        """Scan *data* from *pos* on; return the place behind the head, or ``len(data)``.

        After that ``done`` says which of the two it is.  Raises :class:`HttpProcessingError`.
        """
        if self._held is not None:
            return self._push_more(data, pos)
        p = data
        stop = self._scan(data, pos)
        if self.done:
            start = pos + self._skipped
            self.raw = data if start == 0 and stop == len(data) else p[start:stop]
            return stop
        self._held = bytearray(data[pos:])
        self._scanned = stop - pos
        return len(data)

    def _push_more(self, data: bytes, pos: int) -> int:
        held = self._held
        if held is None:
            return pos
        before = len(held)
        held += data[pos:]
        # A response's field is complete only when the next line does not continue it.
        waiting = self._lenient and held[before - 1 : before] == b"\n"
        if not waiting and data.find(b"\n", pos) < 0:
            self._check_open_line(held, self._scanned)
            return len(data)
        # The line end before the first open line goes along: the kernels look for it.
        lead = 1 if self._scanned else 0
        stop = self._scan(bytes(memoryview(held)[self._scanned - lead :]), lead)
        self._scanned += stop - lead
        if not self.done:
            return len(data)
        self.raw = bytes(memoryview(held)[self._skipped : self._scanned])
        self._held = None
        return pos + self._scanned - before

    def _scan(self, data: bytes, pos: int) -> int:
        """Scan the complete lines of *data* from *pos* on; return the place behind the last one."""
        stop = pos
        while stop >= 0 and not self.done:
            pos = stop
            if cython.compiled:
                pos = self._scan_usual(data, pos)
            elif self._in_fields:
                pos = self._match_fields(data, pos)
            else:
                pos = self._match_head(data, pos)
            stop = pos if self.done else self._scan_line(data, pos)
        return pos if stop < 0 else stop

    # --- the quick kernels ---

    def _match_head(self, data: bytes, pos: int) -> int:
        """Take a whole head in its usual form; the interpreted kernel for most of them."""
        if self._is_request:
            found = grammar.match_request_head(data, pos)
        else:
            found = grammar.match_response_head(data, pos)
        if found is None:
            return pos
        end = found.end()
        size = end - pos
        count = data.count(b"\n", pos, end) - 2
        if size > self._max_field or size > self._max_line or size > self._max_head:
            return pos
        if count > self._max_fields:
            return pos
        if self._is_request:
            method, target, minor, _ = found.groups()
            self._method = _METHODS.get(method) or method.decode("ascii")
            self._target = target.decode("ascii")
            self._minor = minor[0] - 48
        else:
            minor, status, reason, _ = found.groups()
            self._minor = minor[0] - 48
            self._status = int(status)
            self._reason = "OK" if reason == b"OK" else decode_value(reason or b"")
        fields_start = found.start(4)
        self._fields_start = fields_start - pos
        control = self.control
        find = self._find_framing_fields
        for name, value in find(data, fields_start - 1, end):
            kind = KIND_OF.get(name) or KIND_OF[name.lower()]
            control.note(kind, value.rstrip(grammar.BLANKS))
        self._in_fields = True
        self.size = size
        self.fields = count
        self.done = True
        return end

    def _match_fields(self, data: bytes, pos: int) -> int:
        """Take fields in their usual form, as far as they go; the interpreted kernel for the rest.

        A field of a response is left to the law where the next line may continue it.
        """
        found = grammar.match_fields(data, pos, pos + self._max_head - self.size)
        if found is None:
            return pos
        end = found.end(1)
        stop = found.end()
        if end == stop and self._lenient:
            if end > pos and (end == len(data) or data[end] in grammar.BLANKS):
                end = stop = max(pos, data.rfind(b"\n", pos, end - 1) + 1)
        count = data.count(b"\n", pos, end)
        longest = end - pos - 2
        if longest > self._max_field:
            longest = max(map(len, data[pos:end].split(b"\r\n")))
        if longest > self._max_field or self.fields + count > self._max_fields:
            while pos < end:  # one of these lines breaks the limit: the law says which
                pos = self._scan_line(data, pos)
            return pos
        if self._is_trailers:
            for name, value in grammar.FIELD_LINE.findall(data, pos, end):
                self._trailer(name, value.rstrip(grammar.BLANKS))
        else:
            control = self.control
            for name, value in grammar.find_framing_fields(data, pos - 1, end):
                kind = KIND_OF.get(name) or KIND_OF[name.lower()]
                control.note(kind, value.rstrip(grammar.BLANKS))
        self.size += stop - pos
        self.fields += count
        self.done = stop > end
        return stop

    def _scan_usual(self, data: bytes, pos: int) -> int:  # pragma: no cover (compiled only)
        """Take lines in their usual form, as far as they go; the compiled kernel.

        The NUL that ends every bytes object is in none of the tables, so no loop needs the length.
        """
        p = data
        names = _NAME_TABLE
        values = _VALUE_TABLE
        i = pos
        if not self._in_fields:
            if self._is_request:
                i = self._usual_request_line(data, pos)
            else:
                i = self._usual_status_line(data, pos)
            if i == pos:
                return pos
        control = self.control
        lengths = LENGTHS
        size = self.size
        fields = self.fields
        while True:
            line = i
            if p[i] == 13:
                if p[i + 1] == 10 and size + 2 <= self._max_head:
                    size += 2
                    line += 2
                    self.done = True
                break
            while names[p[i]]:
                i += 1
            length = i - line
            if p[i] != 58 or length == 0:
                break
            i += 1
            while p[i] == 32 or p[i] == 9:
                i += 1
            start = i
            while values[p[i]]:
                i += 1
            if p[i] != 13 or p[i + 1] != 10:
                break
            if self._lenient and (i + 2 >= len(data) or p[i + 2] == 32 or p[i + 2] == 9):
                break
            if i - line > self._max_field or fields >= self._max_fields:
                break
            if size + i + 2 - line > self._max_head:
                break
            size += i + 2 - line
            fields += 1
            if self._is_trailers:
                end = i
                while end > start and (p[end - 1] == 32 or p[end - 1] == 9):
                    end -= 1
                self._trailer(p[line : line + length], p[start:end])
            elif length < 19 and (lengths >> length) & 1:
                kind = control.kind_at(p, line, length)
                if kind:
                    end = i
                    while end > start and (p[end - 1] == 32 or p[end - 1] == 9):
                        end -= 1
                    control.note(kind, p[start:end])
            i += 2
        self.size = size
        self.fields = fields
        return line

    def _usual_request_line(self, data: bytes, pos: int) -> int:  # pragma: no cover (compiled only)
        """Take a request line in origin form; return the place behind it, or *pos*."""
        p = data
        targets = _TARGET_TABLE
        i = pos
        while 65 <= p[i] <= 90:
            i += 1
        if p[i] != 32 or p[i + 1] != 47:
            return pos
        method = _METHODS.get(p[pos:i])
        if method is None:
            return pos
        i += 1
        start = i
        while targets[p[i]]:
            i += 1
        # In this order: each byte is read only after the one before it was no NUL.
        if p[i] != 32 or not _is_http_1(p, i + 1) or p[i + 9] != 13 or p[i + 10] != 10:
            return pos
        size = i + 11 - pos
        if size - 2 > self._max_line or size > self._max_head:
            return pos
        self._method = method
        self._target = p[start:i].decode("ascii")
        self._minor = p[i + 8] - 48
        self._in_fields = True
        self.size = self._fields_start = size
        return i + 11

    def _usual_status_line(self, data: bytes, pos: int) -> int:  # pragma: no cover (compiled only)
        """Take a status line without oddities; return the place behind it, or *pos*."""
        p = data
        values = _VALUE_TABLE
        i = pos + 8
        if not _is_http_1(p, pos) or p[i] != 32 or not 49 <= p[i + 1] <= 57:
            return pos
        if not (48 <= p[i + 2] <= 57 and 48 <= p[i + 3] <= 57):
            return pos
        start = i + 5
        i += 4
        if p[i] == 32:
            while values[p[i]]:
                i += 1
        if p[i] != 13 or p[i + 1] != 10:
            return pos
        size = i + 2 - pos
        if size - 2 > self._max_line or size > self._max_head:
            return pos
        self._minor = p[pos + 7] - 48
        self._status = (p[pos + 9] - 48) * 100 + (p[pos + 10] - 48) * 10 + p[pos + 11] - 48
        self._reason = decode_value(p[start:i]) if start < i else ""
        self._in_fields = True
        self.size = self._fields_start = size
        return i + 2

    # --- the law ---

    def _scan_line(self, data: bytes, pos: int) -> int:
        """Judge the line at *pos*; return the place behind it, or -1 if it is not complete yet."""
        if not self._in_fields and pos < len(data):
            self._check_first_byte(data[pos])
        lf = data.find(b"\n", pos)
        if lf < 0:
            self._check_open_line(data, pos)
            return -1
        stop = lf + 1
        line = data[pos:lf]
        crlf = line.endswith(b"\r")
        if crlf:
            line = line[:-1]
            if self._lenient and line.endswith(b"\r"):
                line = line[:-1]  # ADD-044: one CR too many
                self._odd = True
        else:
            self._odd = True
        self._check_size(line, len(line), self.size + stop - pos)
        if not crlf and not self._lenient:
            raise self._bad_line(line, f"Bare LF at the end of line {show(line)}")
        if not line:
            self._empty_line(stop - pos)
            return stop
        if not self._in_fields:
            if self._is_request:
                self._request_line(line)
            else:
                self._status_line(line)
            self._in_fields = True
            self.size = stop - pos
            self._fields_start = self.size
            return stop
        if self._lenient:
            line, stop = self._unfold(data, pos, stop, line)
            if stop < 0:
                return -1
        self._field_line(line)
        self.size += stop - pos
        return stop

    def _check_first_byte(self, byte: int) -> None:
        """Refuse at once what can never become a start line."""
        if self._is_request:
            if byte == 0x16:
                raise BadStatusLine(
                    "\x16", "Received TLS (HTTPS) traffic on a port that speaks plain HTTP"
                )
            if byte not in grammar.TCHAR and byte not in b"\r\n":
                raise BadStatusLine(
                    chr(byte), f"Bad request line: it starts with {show(bytes((byte,)))}"
                )
        elif byte not in b"H\r\n":
            raise BadStatusLine(
                chr(byte), f"Bad status line: it starts with {show(bytes((byte,)))}"
            )

    def _check_open_line(self, data: bytes | bytearray, pos: int) -> None:
        """Hold the limits against a line whose end has not come."""
        rest = len(data) - pos
        if rest <= 0:
            return
        if not self._in_fields:
            self._check_first_byte(data[pos])
        length = rest
        if data[-1] == 13:
            length -= 1
            if self._lenient and length > 1 and data[-2] == 13:
                length -= 1
        if length > self._max_line or length > self._max_field or self.size + rest > self._max_head:
            self._check_size(bytes(data[pos : pos + 128]), length, self.size + rest)

    def _check_size(self, line: bytes, length: int, total: int) -> None:
        """Hold the limits against a line of *length* bytes that ends the first *total* bytes."""
        limit = self._max_field if self._in_fields else self._max_line
        if total > self._max_head and (length <= limit or self.size + limit >= self._max_head):
            raise HeadTooLarge(f"Message head is longer than {self._max_head} bytes")
        if length > limit:
            too_long = FieldTooLong if self._in_fields else StartLineTooLong
            raise too_long(line[:100], limit, length)

    def _bad_line(self, line: bytes, error: str) -> HttpProcessingError:
        if self._in_fields:
            return InvalidHeader(line, error)
        return BadStatusLine(line.decode("latin-1"), error)

    def _empty_line(self, size: int) -> None:
        if self._in_fields:
            self.size += size
            self.done = True
            return
        self._skipped += size
        if self._skipped > 2 * MAX_BLANK_LINES:
            raise BadStatusLine("", "Too many empty lines before the start line")

    def _unfold(self, data: bytes, pos: int, stop: int, line: bytes) -> tuple[bytes, int]:
        """Join the continuation lines that follow a field (ADD-046); -1 if more may come."""
        folds = 0
        while True:
            if stop >= len(data):
                return line, -1
            if data[stop] not in grammar.BLANKS:
                return line, stop
            lf = data.find(b"\n", stop)
            if lf < 0:
                self._check_open_line(data, pos)
                return line, -1
            folds += 1
            self._odd = True
            more = data[stop:lf].removesuffix(b"\r").removesuffix(b"\r")
            line += more
            # ADD-047: measured as one field, with the line ends inside it.
            self._check_size(line, stop + len(more) - pos, self.size + lf + 1 - pos)
            stop = lf + 1
            if folds > MAX_FOLDS:
                raise InvalidHeader(line, f"Too many continuation lines in field {show(line)}")

    def _request_line(self, line: bytes) -> None:
        found = grammar.request_line(line)
        if found is None:
            raise BadStatusLine(
                line.decode("latin-1"), f"Bad request line or HTTP version: {show(line)}"
            )
        method, target, minor = found.groups()
        if not grammar.is_token(method):
            raise BadHttpMethod(line.decode("latin-1"))
        if not grammar.is_target(target):
            raise InvalidURLError(f"Bad request target: {show(target)}")
        self._method = _METHODS.get(method) or method.decode("ascii").upper()
        self._target = target.decode("ascii")
        self._minor = minor[0] - 48

    def _status_line(self, line: bytes) -> None:
        found = grammar.status_line(line)
        if found is None or not (self._lenient or grammar.is_value(line)):
            raise BadStatusLine(line.decode("latin-1"), f"Bad status line: {show(line)}")
        minor, status, reason = found.groups()
        self._minor = minor[0] - 48
        self._status = int(status)
        self._reason = "" if reason is None else decode_value(reason)

    def _field_line(self, line: bytes) -> None:
        name, colon, value = line.partition(b":")
        if not colon:
            raise InvalidHeader(line, f"Field line without a colon: {show(line)}")
        if not grammar.is_token(name):
            # RFC 9112 section 5.1: a blank before the colon is refused in responses as well.
            # A reader that drops it and one that keeps it see different fields.
            if name and name[-1] in grammar.BLANKS:
                raise InvalidHeader(line, f"Blank before the colon of field line {show(line)}")
            raise InvalidHeader(line, f"Field name is not a token: {show(line)}")
        value = value.strip(grammar.BLANKS)
        if not (grammar.is_lenient_value(value) if self._lenient else grammar.is_value(value)):
            raise InvalidHeader(line, f"Bad character in the value of field {show(line)}")
        self.fields += 1
        if self.fields > self._max_fields:
            raise HeadTooLarge(f"More than {self._max_fields} header and trailer fields")
        if self._is_trailers:
            self._trailer(name, value)
            return
        kind = kind_of(name)
        if kind:
            self.control.note(kind, value)

    def _trailer(self, name: bytes, value: bytes) -> None:
        """Keep a trailer field; one that could change a message already judged is not kept."""
        if name.lower() not in _NOT_IN_TRAILERS:
            self.trailers.append(name)
            self.trailers.append(value)
        elif not self._lenient:
            raise InvalidHeader(name, f"Field {show(name)} is not allowed in trailers")
