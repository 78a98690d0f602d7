"""Decoding between the wire and a :class:`~aiohttp_core.streams.StreamReader`.

Laws
* Back-pressure goes through: above the reader's high-water mark nothing is decoded, and while there
  is something left to decode the connection is paused.  So a body is never expanded further than
  somebody reads (ADD-068), whatever its ratio.
* The loop is not held: after :data:`BURST` bytes others have their turn.
* Order is kept: data, ends of HTTP chunks, the end or the error.
* A body that nobody wants is thrown away as it came, never decoded: ``discard()``.
"""

import asyncio
from collections import deque
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from typing import Any, Final

from aiohttp_core.codings.pipeline import DEFAULT_DECODE_LIMITS, BodyDecoder, DecodeLimits
from aiohttp_core.errors import ContentEncodingError
from aiohttp_core.flow import ReadControl
from aiohttp_core.stream_reader import DEFAULT_LIMIT, StreamReader

__all__ = ("DecodingStream",)

STEP: Final = 2**18
"""Most bytes decoded in one step (ADD-068), or the reader's low-water mark if that is more."""

BURST: Final = 2**20
"""Most bytes decoded before the loop has its turn."""


class _ChunkEnd:
    __slots__ = ()


class _End:
    __slots__ = ("error", "trailers")

    def __init__(
        self, trailers: Mapping[str, str] | None = None, error: BaseException | None = None
    ) -> None:
        self.trailers = trailers
        self.error = error


CHUNK_END: Final = _ChunkEnd()


class DecodingStream:
    """Takes a body from the wire as a ``StreamReader`` does, and feeds :attr:`reader` decoded.

    *connection* is what feeds; *codings* are undone in their order (see ``codings_to_undo``);
    *limit*, *timer* and *loop* are the reader's.  Towards the reader this is its connection.
    """

    __slots__ = (
        "__weakref__",
        "_connection",
        "_decoder",
        "_loop",
        "_pending",
        "_pumping",
        "_scheduled",
        "reader",
        "reading_paused",
    )

    def __init__(
        self,
        connection: ReadControl,
        codings: Sequence[str],
        limit: int = DEFAULT_LIMIT,
        *,
        limits: DecodeLimits = DEFAULT_DECODE_LIMITS,
        timer: AbstractContextManager[Any] | None = None,
        loop: asyncio.AbstractEventLoop | None = None,
    ) -> None:
        self._connection = connection
        self._decoder: BodyDecoder | None = BodyDecoder(codings, limits)
        self._loop = loop
        self._pending: deque[bytes | _ChunkEnd | _End] = deque()
        self._pumping = False
        self._scheduled = False
        self.reading_paused = False
        """Whether the reader wants nothing at the moment."""
        self.reader = StreamReader(self, limit, timer=timer, loop=loop)
        """Where the decoded body is read."""

    # -- towards the connection ------------------------------------------------------------------

    def feed_data(self, data: bytes) -> None:
        """Take encoded bytes; pause the connection if they cannot all be decoded now."""
        if not data:
            return
        self.reader.count_raw(len(data))
        if self._decoder is not None:
            self._pending.append(data)
            self._pump()

    def feed_eof(self, trailers: Mapping[str, str] | None = None) -> None:
        """Take the end of the body.  A body cut short becomes an error of the reader."""
        if self._decoder is None:
            self.reader.feed_eof(trailers)
            return
        self._pending.append(_End(trailers))
        self._pump()

    def feed_error(self, exc: BaseException) -> None:
        """Take the failure of the transfer, to be raised after the data before it was read."""
        if self._decoder is None:
            self.reader.feed_error(exc)
            return
        self._pending.append(_End(None, exc))
        self._pump()

    def set_exception(self, exc: BaseException, exc_cause: BaseException | None = None) -> None:
        """Fail the reader at once; nothing more is decoded."""
        self._stop()
        self.reader.set_exception(exc, exc_cause)
        self._let_go_on()

    def begin_http_chunk_receiving(self) -> None:
        """Say that the data belongs to HTTP chunks."""
        self.reader.begin_http_chunk_receiving()

    def end_http_chunk_receiving(self) -> None:
        """Mark the end of an HTTP chunk behind what was fed."""
        if self._decoder is None:
            return
        if self._pending or not self._decoder.needs_input:
            self._pending.append(CHUNK_END)
        else:
            self.reader.end_http_chunk_receiving()

    def feed_chunks(self, data: bytes, ends: Sequence[int]) -> None:
        """Take several whole HTTP chunks that end at the places *ends* in *data*."""
        start = 0
        for end in ends:
            self.feed_data(data[start:end])
            self.end_http_chunk_receiving()
            start = end

    def discard(self) -> None:
        """Throw everything away, without decoding it; the end is still noticed."""
        ends = [item for item in self._pending if isinstance(item, _End)]
        self._stop()
        self.reading_paused = False
        self.reader.discard()
        for end in ends:
            self._end(end)
        self._let_go_on()

    # -- towards the reader ----------------------------------------------------------------------

    def pause_reading(self) -> None:
        """Decode no more (called by the reader)."""
        self.reading_paused = True

    def resume_reading(self) -> None:
        """Decode again, at once (called by the reader)."""
        self.reading_paused = False
        if self._decoder is None:
            self._let_go_on()
        else:
            self._pump()

    # -- inside ----------------------------------------------------------------------------------

    def _pump(self) -> None:
        """Decode while the reader takes it; then pause or resume the connection."""
        if self._pumping or self._scheduled:
            return
        self._pumping = True
        try:
            self._decode()
        except ContentEncodingError as error:
            self._stop()
            self.reader.feed_error(error)
        finally:
            self._pumping = False
        decoder = self._decoder
        if decoder is not None and (self._pending or not decoder.needs_input):
            if not self._connection.reading_paused:
                self._connection.pause_reading()
        else:
            self._let_go_on()

    def _decode(self) -> None:
        reader = self.reader
        step = max(STEP, reader.get_read_buffer_limits()[0])
        spent = 0
        while not self.reading_paused:
            decoder = self._decoder
            if decoder is None:
                return
            if decoder.needs_input:
                if not self._pending:
                    return
                item = self._pending.popleft()
                if isinstance(item, bytes):
                    decoder.feed(item)
                elif isinstance(item, _End):
                    if item.error is None:
                        decoder.finish()
                    self._stop()
                    self._end(item)
                    return
                else:
                    reader.end_http_chunk_receiving()
                continue
            piece = decoder.read(step)
            if piece:
                reader.feed_data(piece)
            spent += len(piece)
            if spent >= BURST or not (piece or decoder.needs_input):
                self._schedule()
                return

    def _schedule(self) -> None:
        self._scheduled = True
        (self._loop or asyncio.get_running_loop()).call_soon(self._go_on)

    def _go_on(self) -> None:
        self._scheduled = False
        if self._decoder is not None:
            self._pump()

    def _end(self, end: _End) -> None:
        if end.error is None:
            self.reader.feed_eof(end.trailers)
        else:
            self.reader.feed_error(end.error)

    def _stop(self) -> None:
        self._decoder = None
        self._pending.clear()

    def _let_go_on(self) -> None:
        if not self.reading_paused and self._connection.reading_paused:
            self._connection.resume_reading()
