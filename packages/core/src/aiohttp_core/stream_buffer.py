"""What a body stream holds: bytes, where HTTP chunks end, how it ended; fed by a connection.

Laws
* Reading of the connection pauses above the high-water mark and goes on at the low one.  While a
  reader waits for more than is buffered, the marks do not hold: it asked for that much.
* Every byte is moved a bounded number of times, however small the pieces come.
* An error set by :meth:`StreamBuffer.set_exception` counts at once; one that came in the order of
  the data (:meth:`StreamBuffer.feed_error`) counts after the data before it.
"""

import asyncio
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import Any, Final

from aiohttp_core.flow import ReadControl
from aiohttp_core.log import internal_logger

__all__ = ("DEFAULT_LIMIT", "StreamBuffer")

DEFAULT_LIMIT: Final = 2**18
"""Default low-water mark of a body in bytes (spec row ADD-078)."""

TINY: Final = 1024
"""A shorter piece is tiny, in bytes ..."""
TINY_RUN: Final = 256
"""... and so many of them in a row are joined, which bounds the overhead per byte."""


class StreamBuffer:
    """The connection's side of a body: what a ``StreamReader`` reads out of.

    *protocol* is the connection as :class:`~aiohttp_core.flow.ReadControl`.  *limit*, in bytes, is
    the low-water mark and half of the high-water mark.  *timer*, if given, is a context manager
    entered around each wait of the reader.
    """

    __slots__ = (
        "__weakref__",
        "_buffer",
        "_cursor",
        "_eof",
        "_eof_callbacks",
        "_eof_error",
        "_eof_reads",
        "_eof_waiters",
        "_exception",
        "_high",
        "_high_chunks",
        "_last_split",
        "_loop",
        "_low",
        "_offset",
        "_protocol",
        "_raw_bytes",
        "_shut",
        "_size",
        "_splits",
        "_timer",
        "_tiny",
        "_waiter",
        "_wanted",
        "discarding",
        "total_bytes",
        "trailers",
    )

    def __init__(
        self,
        protocol: ReadControl,
        limit: int = DEFAULT_LIMIT,
        *,
        timer: AbstractContextManager[Any] | None = None,
        loop: asyncio.AbstractEventLoop | None = None,
    ) -> None:
        self._protocol = protocol
        self._low = limit
        self._high = limit * 2
        self._high_chunks = max(4, limit // 16)
        self._loop = loop
        self._timer = timer
        self._buffer: deque[bytes] = deque()
        self._offset = 0  # so much of the first piece has been read
        self._size = 0  # bytes that can be read
        self._cursor = 0  # bytes that have been read
        self._tiny = 0  # length of the run of tiny pieces at the end of the buffer
        self._splits: deque[int] | None = None  # where HTTP chunks end, counted from the start
        self._last_split = 0
        self._eof = False
        self._shut = False  # nothing can come any more: the end, or an error
        self._eof_reads = 0
        self._eof_callbacks: list[Callable[[], None]] | None = None
        self._eof_waiters: list[asyncio.Future[None]] | None = None
        self._exception: BaseException | None = None
        self._eof_error: BaseException | None = None
        self._waiter: asyncio.Future[None] | None = None
        self._wanted = 0  # the waiter is woken when so many bytes are there
        self._raw_bytes: int | None = None
        self.discarding = False
        """Whether :meth:`discard` was called."""
        self.total_bytes = 0
        """Bytes fed so far, after content decoding."""
        self.trailers: Mapping[str, str] | None = None
        """The trailer fields; ``None`` until the end was reached or if there were none."""

    def __repr__(self) -> str:
        info = [type(self).__name__]
        if self._size:
            info.append(f"{self._size} bytes")
        if self._eof:
            info.append("eof")
        if self._low != DEFAULT_LIMIT:
            info.append(f"low={self._low} high={self._high}")
        if self._waiter is not None:
            info.append(f"w={self._waiter!r}")
        error = self._exception or self._eof_error
        if error is not None:
            info.append(f"e={error!r}")
        return "<{}>".format(" ".join(info))

    # -- state ----------------------------------------------------------------------------------

    @property
    def total_raw_bytes(self) -> int:
        """Body bytes received so far, before content decoding (spec row ADD-072)."""
        return self.total_bytes if self._raw_bytes is None else self._raw_bytes

    def count_raw(self, count: int) -> None:
        """Add *count* to :attr:`total_raw_bytes`; for feeders that decode."""
        self._raw_bytes = (self._raw_bytes or 0) + count

    def get_read_buffer_limits(self) -> tuple[int, int]:
        """Return the water marks ``(low, high)`` in bytes."""
        return self._low, self._high

    def set_read_chunk_size(self, size: int) -> None:
        """Raise the low-water mark to *size* and the high one to its double, never lower them."""
        if size > self._low:
            self._low = size
            self._high = size * 2

    def exception(self) -> BaseException | None:
        """Return the error that ended the stream, or ``None``."""
        return self._exception or self._eof_error

    def is_eof(self) -> bool:
        """Return whether the end has arrived, even if data is still buffered."""
        return self._eof

    def at_eof(self) -> bool:
        """Return whether the end has arrived and everything was read."""
        return self._eof and not self._size

    def on_eof(self, callback: Callable[[], None]) -> None:
        """Call *callback* at the end of the stream, at once if that was reached.

        What it raises is logged to ``aiohttp.internal``.  It is not called after an error.
        """
        if self._eof:
            self._call(callback)
        elif self._eof_callbacks is None:
            self._eof_callbacks = [callback]
        else:
            self._eof_callbacks.append(callback)

    # -- the connection's side ------------------------------------------------------------------

    def feed_data(self, data: bytes) -> None:
        """Append *data*.  Above a mark the connection is paused.  Never suspends.

        After an error *data* is dropped; after :meth:`feed_eof` that is a :exc:`RuntimeError`.
        """
        if self._shut:
            if self._eof:
                raise RuntimeError("feed_data after feed_eof")
            return
        length = len(data)
        if not length:
            return
        self.total_bytes += length
        if self.discarding:
            self._cursor += length
            return
        self._buffer.append(data)
        size = self._size = self._size + length
        if length >= TINY:
            self._tiny = 0
        else:
            self._tiny += 1
            if self._tiny == TINY_RUN:
                self._join_tiny()
        if self._waiter is not None:
            if size < self._wanted:
                return
            self._wake()
        if size > self._high and not self._protocol.reading_paused:
            self._protocol.pause_reading()

    def feed_eof(self, trailers: Mapping[str, str] | None = None) -> None:
        """Mark the end, with its trailer fields.  After the end or an error it does nothing."""
        if self._shut:
            return
        self._eof = self._shut = True
        self.trailers = trailers
        self._finish()

    def feed_error(self, exc: BaseException) -> None:
        """Mark an end by failure: reads raise *exc* once they have delivered what came before it.

        ``read()`` and ``readexactly()``, which promise more than there is, raise it at once and
        leave the bytes for the other methods.
        """
        if self._shut:
            return
        self._shut = True
        self._eof_error = exc
        self._eof_callbacks = None
        self._finish()

    def set_exception(self, exc: BaseException, exc_cause: BaseException | None = None) -> None:
        """Let this and all later reads raise *exc*, whatever is buffered.

        *exc_cause*, if given, becomes its ``__cause__``.
        """
        if exc_cause is not None:
            exc.__cause__ = exc_cause
        self._exception = exc
        self._shut = True
        self._eof_callbacks = None
        self._wake()
        waiters, self._eof_waiters = self._eof_waiters, None
        for waiter in waiters or ():
            if not waiter.done():
                waiter.set_result(None)

    def begin_http_chunk_receiving(self) -> None:
        """Say that data belongs to HTTP chunks.  Repeated calls do nothing.

        Raises :exc:`RuntimeError` if data was fed before the first call.
        """
        if self._splits is None:
            if self.total_bytes:
                raise RuntimeError("begin_http_chunk_receiving after data was fed")
            self._splits = deque()

    def end_http_chunk_receiving(self) -> None:
        """Mark the end of an HTTP chunk.  A chunk that gave no data leaves no mark."""
        splits = self._splits
        if splits is None:
            raise RuntimeError("end_http_chunk_receiving without begin_http_chunk_receiving")
        position = self.total_bytes
        if position == self._last_split or self.discarding:
            return
        self._last_split = position
        splits.append(position)
        if self._waiter is not None and self._wanted == 1 and not self._size:
            self._wake()
        if len(splits) > self._high_chunks:
            self._too_many_splits()

    def feed_chunks(self, data: bytes, ends: Sequence[int]) -> None:
        """Append *data*, which is several whole HTTP chunks that end at the places *ends* in it.

        Like :meth:`feed_data` and :meth:`end_http_chunk_receiving` for each of them.
        """
        splits = self._splits
        if splits is None:
            raise RuntimeError("feed_chunks without begin_http_chunk_receiving")
        begin = self.total_bytes
        self.feed_data(data)
        if self._shut or self.discarding or not ends:
            return
        splits.extend([begin + end for end in ends])
        self._last_split = splits[-1]
        if len(splits) > self._high_chunks:
            self._too_many_splits()

    def discard(self) -> None:
        """Throw the buffer away and everything that comes; the end is still noticed.

        For a connection that must get past a body which nobody will read.  A waiting reader goes on
        waiting for the end.
        """
        self.discarding = True
        self._drop()
        if self._protocol.reading_paused and not self._eof:
            self._protocol.resume_reading()

    # -- inside ---------------------------------------------------------------------------------

    def _take(self, n: int) -> bytes:
        """Take *n* bytes (all with -1) off the buffer, then let the connection go on."""
        size = self._size
        if not size or not n:
            return b""
        buffer = self._buffer
        if n < 0 or n >= size:
            if len(buffer) == 1:
                data = buffer.popleft()
                if self._offset:
                    data = data[self._offset :]
            else:
                if self._offset:
                    buffer[0] = buffer[0][self._offset :]
                data = b"".join(buffer)
                buffer.clear()
            self._offset = self._size = self._tiny = 0
            self._cursor += size
        else:
            data = self._take_part(n)
        if self._splits:
            self._forget_splits()
        protocol = self._protocol
        if protocol.reading_paused and not self._eof and self._is_low():
            protocol.resume_reading()
        return data

    def _take_part(self, n: int) -> bytes:
        buffer = self._buffer
        start = self._offset
        first = buffer[0]
        self._size -= n
        self._cursor += n
        if len(first) - start > n:
            self._offset = start + n
            return first[start : start + n]
        parts = [first[start:] if start else first]
        buffer.popleft()
        n -= len(parts[0])
        while n:
            first = buffer[0]
            if len(first) > n:
                parts.append(first[:n])
                break
            parts.append(buffer.popleft())
            n -= len(first)
        self._offset = n
        if self._tiny > len(buffer):
            self._tiny = len(buffer)
        return parts[0] if len(parts) == 1 else b"".join(parts)

    def _is_low(self) -> bool:
        splits = self._splits
        return self._size <= self._low and (not splits or len(splits) <= self._high_chunks // 2)

    def _forget_splits(self) -> None:
        splits = self._splits
        cursor = self._cursor
        while splits and splits[0] < cursor:
            splits.popleft()

    def _drop(self) -> None:
        self._cursor += self._size
        self._size = self._offset = self._tiny = 0
        self._buffer.clear()
        if self._splits:
            self._splits.clear()

    def _join_tiny(self) -> None:
        """Join the run of tiny pieces at the end of the buffer: linear, a byte is moved once."""
        buffer = self._buffer
        if self._offset and len(buffer) <= TINY_RUN:
            buffer[0] = buffer[0][self._offset :]
            self._offset = 0
        run = [buffer.pop() for _ in range(TINY_RUN)]
        run.reverse()
        buffer.append(b"".join(run))
        self._tiny = 0

    def _too_many_splits(self) -> None:
        splits = self._splits
        if splits and self._waiter is not None and self._size < self._wanted:
            # Who waits for more than this gets past these marks anyway, unless cancelled.
            last = splits[-1]
            splits.clear()
            splits.append(last)
        elif not self._protocol.reading_paused:
            self._protocol.pause_reading()

    def _wake(self) -> None:
        waiter = self._waiter
        if waiter is not None and not waiter.done():
            waiter.set_result(None)

    def _finish(self) -> None:
        self._wake()
        waiters, self._eof_waiters = self._eof_waiters, None
        for waiter in waiters or ():
            if not waiter.done():
                waiter.set_result(None)
        if self._protocol.reading_paused:
            # The marks were about this body; what comes next is the connection's own business.
            self._protocol.resume_reading()
        callbacks, self._eof_callbacks = self._eof_callbacks, None
        for callback in callbacks or ():
            self._call(callback)

    @staticmethod
    def _call(callback: Callable[[], None]) -> None:
        try:
            callback()
        except Exception:
            internal_logger.exception("Exception in eof callback")
