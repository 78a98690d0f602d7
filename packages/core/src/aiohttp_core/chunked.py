"""The chunked coding, decoded (RFC 9112 section 7.1), and the events that end a body.

Laws
* A chunk-size line is plain hexadecimal digits, extensions that keep the grammar, and CRLF.  A
  size over 2**63 - 1 or more than 16 digits is refused, and so is anything but CRLF behind a chunk.
* Extensions are dropped.  Together they may be as long as a head, and no longer.
* Gathered chunks keep their ends: a run tells as much as the events that it stands for.
* Trailers are kept apart from the header fields and share the head's limits.
"""

from typing import TYPE_CHECKING, Final

from multidict import CIMultiDict, CIMultiDictProxy

from aiohttp_core import grammar
from aiohttp_core.errors import SHOWN_BYTES, LineTooLong, TransferEncodingError, show
from aiohttp_core.head import decode_value
from aiohttp_core.head_scanner import HeadScanner
from aiohttp_core.limits import HeadLimits

if TYPE_CHECKING:
    import cython
    from cython.cimports.cpython.bytes import PyBytes_AS_STRING, PyBytes_FromStringAndSize
    from cython.cimports.libc.string import memcpy
else:
    from aiohttp_core import interpreted as cython

__all__ = (
    "END_OF_CHUNK",
    "END_OF_MESSAGE",
    "ChunkRun",
    "ChunkedDecoder",
    "EndOfChunk",
    "EndOfMessage",
)

MAX_RUN: Final = 256
"""Most chunks of one run."""

MAX_GATHERED: Final = 1024
"""A chunk of more bytes is no part of a run: copying it would cost more than its events."""

MAX_RUN_SIZE: Final = 16384
"""Most bytes of one run."""


class EndOfChunk:
    """Event: an HTTP chunk of a chunked body is complete.  :data:`END_OF_CHUNK` is the only one."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "<end of chunk>"


class ChunkRun:
    """Event: several small HTTP chunks at once.

    ``data`` is what they hold, joined; ``ends`` are the places in it where they end.  Only parsers
    made with ``gather_chunks`` give it.
    """

    __slots__ = ("data", "ends")

    def __init__(self, data: bytes, ends: list[int]) -> None:
        self.data = data
        self.ends = ends

    def __repr__(self) -> str:
        return f"<{len(self.ends)} chunks, {len(self.data)} bytes>"


class EndOfMessage:
    """Event: the body is complete.  ``trailers`` are the fields behind a chunked body."""

    __slots__ = ("trailers",)

    def __init__(self, trailers: CIMultiDictProxy[str]) -> None:
        self.trailers = trailers

    def __repr__(self) -> str:
        return f"<end of message, {len(self.trailers)} trailers>"


END_OF_CHUNK: Final = EndOfChunk()
"""The end of one HTTP chunk, for readers that want to see where chunks end."""
END_OF_MESSAGE: Final = EndOfMessage(CIMultiDictProxy(CIMultiDict()))
"""The end of every message without trailers."""


def _digit(c: int) -> int:  # pragma: no cover (compiled only)
    """Return the value of the hexadecimal digit *c*, -1 for what is none."""
    if 48 <= c <= 57:
        return c - 48
    c |= 32
    return c - 87 if 97 <= c <= 102 else -1


_SIZE: Final = 0
_DATA: Final = 1
_DATA_END: Final = 2
_TRAILERS: Final = 3


class ChunkedDecoder:
    """Decodes one chunked body after the other: ``begin()``, then ``next()`` until the end."""

    __slots__ = (
        "_budget",
        "_held",
        "_left",
        "_lenient",
        "_limits",
        "_scanner",
        "_state",
        "gather",
        "pos",
    )

    pos: int
    """Where the last call of ``next`` stopped reading."""
    gather: bool
    """Whether small chunks that are there together are given as one :class:`ChunkRun`."""
    _held: bytearray
    _left: int

    def __init__(
        self,
        limits: HeadLimits,
        scanner: HeadScanner,
        *,
        lenient: bool = False,
        gather: bool = False,
    ) -> None:
        self.gather = gather
        self._limits = limits
        self._scanner = scanner
        self._lenient = lenient
        self._held = bytearray()
        self.pos = 0
        self.begin()

    def begin(self) -> None:
        """Get ready for the body of the head that the scanner scanned last."""
        self._state = _SIZE
        self._left = 0
        self._budget = self._limits.max_head_size
        self._held.clear()

    @property
    def held(self) -> int:
        """How many bytes of an incomplete line are kept."""
        return len(self._held) + (self._scanner.held if self._state == _TRAILERS else 0)

    def open_part(self) -> str:
        """Say in the middle of what the body is; for the error about one that was cut."""
        if self._state == _DATA:
            return f"a chunk of which {self._left} bytes are missing"
        if self._state == _DATA_END:
            return "the end of a chunk"
        return "the trailers" if self._state == _TRAILERS else "a chunk-size line"

    def next(self, data: bytes, pos: int) -> bytes | ChunkRun | EndOfChunk | EndOfMessage | None:
        """Read *data* from *pos* on and return the next event, or ``None`` if it needs more.

        ``self.pos`` tells how far *data* was read.  Raises :class:`TransferEncodingError` and what
        the scanner raises for trailers.
        """
        while True:
            size = len(data)
            if pos >= size:
                self.pos = pos
                return None
            if self._state == _DATA:
                return self._piece(data, pos)
            if self._state == _DATA_END:
                pos = self._chunk_end(data, pos)
                if self._state == _SIZE:
                    self.pos = pos
                    return END_OF_CHUNK
            elif self._state == _SIZE:
                if self.gather and not self._held:
                    run = self._run(data, pos)
                    if run is not None:
                        return run
                pos = self._size(data, pos)
            else:
                return self._trailers(data, pos)

    def _run(self, data: bytes, pos: int) -> ChunkRun | None:
        """Take small chunks that are wholly there and in their usual form, at least two."""
        if cython.compiled:
            return self._scan_run(data, pos)
        ends: list[int] = []
        pieces: list[bytes] = []
        total = 0
        while len(pieces) < MAX_RUN:
            found = grammar.match_chunk_size(data, pos)
            if found is None or len(found[1]) > 4:
                break
            size = int(found[1], 16)
            start = found.end()
            end = start + size
            if not 0 < size <= MAX_GATHERED or data[end : end + 2] != b"\r\n":
                break
            if total + size > MAX_RUN_SIZE:
                break
            pieces.append(data[start:end])
            total += size
            ends.append(total)
            pos = end + 2
        if len(pieces) < 2:
            return None
        self.pos = pos
        return ChunkRun(b"".join(pieces), ends)

    def _scan_run(
        self, data: bytes, pos: int
    ) -> ChunkRun | None:  # pragma: no cover (compiled only)
        """Measure the chunks of a run, then copy each once; the compiled kernel."""
        p = data
        length = len(data)
        ends: list[int] = []
        i = start = pos
        total = count = 0
        while count < MAX_RUN:
            size = digits = 0
            while digits < 4 and (value := _digit(p[i])) >= 0:
                size = size * 16 + value
                digits += 1
                i += 1
            if size == 0 or size > MAX_GATHERED or length - i < size + 4:
                break
            if total + size > MAX_RUN_SIZE:
                break
            if p[i] != 13 or p[i + 1] != 10 or p[i + 2 + size] != 13 or p[i + 3 + size] != 10:
                break
            total += size
            count += 1
            ends.append(total)
            i += size + 4
            start = i
        if count < 2:
            return None
        self.pos = start
        joined: bytes = PyBytes_FromStringAndSize(cython.NULL, total)
        out = PyBytes_AS_STRING(joined)
        source = PyBytes_AS_STRING(data)
        i = pos
        start = 0
        for end in ends:
            while p[i] != 10:
                i += 1
            i += 1
            memcpy(out + start, source + i, end - start)
            i += end - start + 2
            start = end
        return ChunkRun(joined, ends)

    def _piece(self, data: bytes, pos: int) -> bytes:
        p = data
        size = len(data)
        stop = size if self._left >= size - pos else pos + self._left
        self._left -= stop - pos
        if self._left == 0:
            self._state = _DATA_END
        self.pos = stop
        return data if pos == 0 and stop == size else p[pos:stop]

    def _chunk_end(self, data: bytes, pos: int) -> int:
        """Take the CRLF behind the data of a chunk."""
        if cython.compiled:
            p = data
            if not self._held and p[pos] == 13 and p[pos + 1] == 10:
                self._state = _SIZE
                return pos + 2
        if self._held:
            end = b"\r" + data[pos : pos + 1]
            self._held.clear()
            stop = pos + 1
        else:
            end = data[pos : pos + 2]
            stop = pos + 2
        if end == b"\r\n":
            self._state = _SIZE
            return stop
        if end == b"\r":
            self._held += end
            return len(data)
        raise TransferEncodingError(f"Chunk data is followed by {show(end)} and not by CRLF")

    def _size(self, data: bytes, pos: int) -> int:
        """Take a chunk-size line."""
        if not self._held:
            if cython.compiled:
                stop = self._usual_size(data, pos)
                if stop >= 0:
                    return stop
            else:
                found = grammar.match_chunk_size(data, pos)
                if found is not None:
                    self._begin_chunk(int(found[1], 16), found[1])
                    return found.end()
        lf = data.find(b"\n", pos)
        if lf < 0:
            self._held += data[pos:]
            self._check_length(self._held, len(self._held) - (self._held[-1] == 13))
            return len(data)
        line = data[pos:lf]
        if self._held:
            self._held += line
            line = bytes(self._held)
            self._held.clear()
        self._check_length(line, len(line) - line.endswith(b"\r"))
        if not line.endswith(b"\r"):
            raise TransferEncodingError(f"Bare LF at the end of chunk-size line {show(line)}")
        self._size_line(line[:-1])
        return lf + 1

    def _usual_size(self, data: bytes, pos: int) -> int:  # pragma: no cover (compiled only)
        """Take a line of hexadecimal digits and CRLF; return the place behind it or -1.

        The compiled kernel; the NUL that ends every bytes object is no digit.
        """
        p = data
        i = pos
        size = 0
        digits = 0
        while digits < 16 and (value := _digit(p[i])) >= 0:
            size = size * 16 + value
            digits += 1
            i += 1
        # Sixteen digits may overflow: the law counts those.
        if digits == 0 or digits == 16 or p[i] != 13 or p[i + 1] != 10:
            return -1
        if size:
            self._left = size
            self._state = _DATA
        else:
            self._scanner.begin_trailers()
            self._state = _TRAILERS
        return i + 2

    def _check_length(self, line: bytes | bytearray, length: int) -> None:
        if length > self._limits.max_line_size:
            start = b"chunk-size line " + line[: SHOWN_BYTES - 16]
            raise LineTooLong(start, self._limits.max_line_size, length)

    def _size_line(self, line: bytes) -> None:
        """Judge a chunk-size line, given without its CRLF."""
        found = (grammar.lenient_chunk_line if self._lenient else grammar.chunk_line)(line)
        if found is None:
            raise TransferEncodingError(f"Bad chunk-size line {show(line)}")
        digits, extension = found.groups()
        if extension:
            if not self._lenient and not grammar.is_chunk_extension(extension):
                raise TransferEncodingError(f"Bad chunk extension {show(extension)}")
            self._budget -= len(extension)
            if self._budget < 0:
                limit = self._limits.max_head_size
                raise TransferEncodingError(
                    f"More than {limit} bytes of chunk extensions, the last {show(extension)}"
                )
        size = int(digits, 16) if len(digits) <= 16 else grammar.MAX_LENGTH + 1
        self._begin_chunk(size, digits)

    def _begin_chunk(self, size: int, digits: bytes) -> None:
        if size > grammar.MAX_LENGTH:
            raise TransferEncodingError(f"Chunk size is too large: {show(digits)}")
        if size:
            self._left = size
            self._state = _DATA
        else:
            self._scanner.begin_trailers()
            self._state = _TRAILERS

    def _trailers(self, data: bytes, pos: int) -> EndOfMessage | None:
        scanner = self._scanner
        self.pos = scanner.push(data, pos)
        if not scanner.done:
            return None
        if not scanner.trailers:
            return END_OF_MESSAGE
        fields: CIMultiDict[str] = CIMultiDict()
        parts = iter(scanner.trailers)
        for name in parts:
            fields.add(name.decode("ascii"), decode_value(next(parts)))
        return EndOfMessage(CIMultiDictProxy(fields))
