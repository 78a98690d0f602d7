"""The body of a message as a stream of bytes, between a connection and one reading coroutine.

Laws
* What is buffered is delivered without suspending; a future exists only while somebody waits.
* Nothing is taken out of the buffer before it can be delivered.  So a cancelled or failed read
  loses nothing, and the next read sees the same bytes.
* How bytes are kept and when the connection pauses is the affair of
  :mod:`aiohttp_core.stream_buffer`.
"""

import asyncio
import sys
from typing import Final

from aiohttp_core.caller_warnings import warn_caller
from aiohttp_core.errors import LineTooLong
from aiohttp_core.log import internal_logger
from aiohttp_core.stream_buffer import DEFAULT_LIMIT, StreamBuffer
from aiohttp_core.stream_iterators import (
    AsyncStreamIterator,
    ChunkTupleAsyncStreamIterator,
    SizedStreamIterator,
)

__all__ = ("DEFAULT_LIMIT", "StreamReader")

MANY_EOF_READS: Final = 5
"""So many reads at the end of a stream are taken for a loop that never ends (ADD-087)."""


JOINED: Final = 2**16
"""Pieces of together no more bytes are joined by ``readany()``."""


class StreamReader(StreamBuffer):
    """A body that is read while it arrives (spec rows STR-01 to STR-18, ADD-078 to ADD-091).

    Users get one from a request or a response; the arguments are those of :class:`StreamBuffer`.

    At most one coroutine may wait for data: a second one gets :exc:`RuntimeError`.  A waiting read
    that is cancelled takes nothing out of the stream; reading can go on with any method.
    """

    __slots__ = ()

    def __aiter__(self) -> AsyncStreamIterator[bytes]:
        """Iterate over lines."""
        return AsyncStreamIterator(self.readline)

    def iter_chunked(self, n: int) -> SizedStreamIterator:
        """Iterate over pieces of at most *n* bytes; *n* must be positive."""
        if n < 1:
            raise ValueError("chunk size must be positive")
        self.set_read_chunk_size(n)
        return SizedStreamIterator(self.read, n)

    def iter_any(self) -> AsyncStreamIterator[bytes]:
        """Iterate over whatever has arrived, in that order."""
        return AsyncStreamIterator(self.readany)

    def iter_chunks(self) -> ChunkTupleAsyncStreamIterator:
        """Iterate over ``(data, end_of_http_chunk)``, as :meth:`readchunk` gives them."""
        return ChunkTupleAsyncStreamIterator(self)

    async def wait_eof(self) -> None:
        """Wait for the end; what is buffered stays readable.

        It does not read, so a body longer than the high-water mark needs a reader beside it.
        Raises what ended the stream if that was an error.
        """
        while not self._eof:
            error = self._exception or self._eof_error
            if error is not None:
                raise error
            loop = self._loop or asyncio.get_running_loop()
            waiter: asyncio.Future[None] = loop.create_future()
            if self._eof_waiters is None:
                self._eof_waiters = []
            self._eof_waiters.append(waiter)
            try:
                await waiter
            finally:
                if self._eof_waiters is not None and waiter in self._eof_waiters:
                    self._eof_waiters.remove(waiter)

    async def read(self, n: int = -1) -> bytes:
        """Return up to *n* bytes as soon as there are any; with -1 everything up to the end.

        ``b""`` means the end.  *n* above the low-water mark raises it (spec row ADD-079); -1 lets
        the buffer grow to the size of the body.
        """
        if self._exception is not None:
            raise self._exception
        if n > 0:
            if n > self._low:
                self.set_read_chunk_size(n)
            if not self._size:
                await self._have(1, "read")
        elif n == 0:
            return b""
        elif not self._eof:
            await self._have(sys.maxsize, "read")
        if not self._size:
            self._at_end()
        return self._take(n)

    async def readany(self) -> bytes:
        """Return what came next, waiting if that is nothing.  ``b""`` means the end.

        Small pieces that are here together are joined, large ones given as they came: joining those
        costs more than another call.
        """
        if self._exception is not None:
            raise self._exception
        if not self._size:
            await self._have(1, "readany")
            if not self._size:
                self._at_end()
        return self._take(-1 if len(self._buffer) < 2 else self._portion())

    async def readexactly(self, n: int) -> bytes:
        """Return exactly *n* bytes.

        Raises :exc:`asyncio.IncompleteReadError` with the rest in ``partial`` if the stream ends
        earlier, :exc:`ValueError` if *n* is negative.
        """
        if n < 0:
            raise ValueError("readexactly size can not be less than zero")
        if self._exception is not None:
            raise self._exception
        if self._size < n:
            await self._have(n, "readexactly")
            if self._size < n:
                raise asyncio.IncompleteReadError(self._take(-1), n)
        return self._take(n) if n else b""

    async def readline(self, *, max_line_length: int | None = None) -> bytes:
        r"""Return a line with its ``\n``; at the end what is left.

        *max_line_length* is as *max_size* of :meth:`readuntil`.
        """
        buffer = self._buffer
        if buffer and self._exception is None:
            # Most lines are in the first piece, and nothing has to be lifted for them.
            size = buffer[0].find(b"\n", self._offset) + 1 - self._offset
            limit = self._high if max_line_length is None else max_line_length
            if 0 < size <= limit:
                return self._take(size)
        return await self.readuntil(b"\n", max_size=max_line_length)

    async def readuntil(self, separator: bytes = b"\n", *, max_size: int | None = None) -> bytes:
        """Return everything up to and with *separator*; at the end what is left.

        Raises :exc:`~aiohttp_core.errors.LineTooLong` if that is longer than *max_size* bytes
        (default: the high-water mark) and :exc:`ValueError` for an empty separator; either leaves
        the stream as it was.
        """
        length = len(separator)
        if not length:
            raise ValueError("Separator should be at least one-byte string")
        if self._exception is not None:
            raise self._exception
        limit = self._high if max_size is None else max_size
        seen = 0  # bytes searched so far
        tail = b""  # their end, in which a separator may have begun
        passed: list[bytes] = []  # pieces without a separator, lifted off the buffer
        buffer = self._buffer
        try:
            while True:
                while buffer:
                    piece, start = buffer[0], self._offset
                    end = -1
                    if tail:
                        seam = tail + piece[start : start + length - 1]
                        found = seam.find(separator)
                        if found >= 0:
                            end = start + found + length - len(tail)
                    if end < 0:
                        found = piece.find(separator, start)
                        if found >= 0:
                            end = found + length
                    if end >= 0:
                        seen += end - start
                        break
                    if start:
                        piece = piece[start:]
                        self._offset = 0
                    buffer.popleft()
                    passed.append(piece)
                    seen += len(piece)
                    if length > 1:
                        tail = (tail + piece[1 - length :])[1 - length :]
                    if seen > limit:
                        break
                else:
                    if self._eof:
                        break
                    self._tiny = 0  # the pieces it counted are lifted
                    await self._have(seen + 1, "readuntil")
                    continue
                if seen > limit:
                    raise LineTooLong(self._glimpse(passed), limit, seen)
                break
        finally:
            if passed:
                buffer.extendleft(reversed(passed))
                self._tiny = 0
        if not seen:
            self._at_end()
        return self._take(seen)

    async def readchunk(self) -> tuple[bytes, bool]:
        """Return ``(data, end_of_http_chunk)`` as it came; ``(b"", False)`` means the end.

        The flag is true if *data* completes an HTTP chunk; never without the chunked coding.
        """
        while True:
            if self._exception is not None:
                raise self._exception
            splits = self._splits
            while splits:
                position = splits.popleft()
                if position >= self._cursor:
                    return self._take(position - self._cursor), True
            if self._size:
                return self._take(len(self._buffer[0]) - self._offset), False
            if self._eof:
                self._at_end()
                return b"", False
            await self._wait(1, "readchunk")

    def read_nowait(self, n: int = -1) -> bytes:
        """Return up to *n* buffered bytes, all of them with -1, ``b""`` if there are none.

        Raises :exc:`RuntimeError` while a coroutine waits for data.
        """
        if self._exception is not None:
            raise self._exception
        if self._waiter is not None and not self._waiter.done():
            raise RuntimeError("Called while some coroutine is waiting for incoming data.")
        return self._take(-1 if n is None else n)

    def unread_data(self, data: bytes) -> None:
        """Put *data* back in front of the buffer.  Wakes nobody.  Deprecated."""
        warn_caller("unread_data() is deprecated (spec row ADD-088)")
        if not data:
            return
        if self._offset:
            self._buffer[0] = self._buffer[0][self._offset :]
            self._offset = 0
        self._buffer.appendleft(bytes(data))
        self._size += len(data)
        self._cursor -= len(data)
        self._eof_reads = 0

    # -- inside ---------------------------------------------------------------------------------

    def _portion(self) -> int:
        """Return how many bytes of several pieces are given at once."""
        size = -self._offset
        for piece in self._buffer:
            if size > 0 and size + len(piece) > JOINED:
                break
            size += len(piece)
        return size

    @staticmethod
    def _glimpse(passed: list[bytes]) -> bytes:
        return passed[0] if passed else b""

    def _at_end(self) -> None:
        """Count the reads at the end; many of them are worth a warning (ADD-087)."""
        self._eof_reads += 1
        if self._eof_reads > MANY_EOF_READS:
            internal_logger.warning(
                "Multiple access to StreamReader in eof state, might be infinite loop.",
                stack_info=True,
            )

    async def _have(self, wanted: int, who: str) -> None:
        """Wait until *wanted* bytes are buffered, or the end has come."""
        while self._size < wanted and not self._eof:
            await self._wait(wanted, who)

    async def _wait(self, wanted: int, who: str) -> None:
        """Wait for a reason to look again: *wanted* bytes, the end, an error, a chunk's end."""
        if self._waiter is not None:
            raise RuntimeError(
                f"{who}() called while another coroutine is already waiting for incoming data"
            )
        error = self._exception or self._eof_error
        if error is not None:
            raise error
        loop = self._loop or asyncio.get_running_loop()
        waiter = self._waiter = loop.create_future()
        self._wanted = wanted
        try:
            # Resuming may feed at once and so complete the waiter before it is awaited.
            if self._protocol.reading_paused:
                self._protocol.resume_reading()
            if self._timer is None:
                await waiter
            else:
                with self._timer:
                    await waiter
        finally:
            self._waiter = None
            self._wanted = 0
        if self._exception is not None:
            raise self._exception
