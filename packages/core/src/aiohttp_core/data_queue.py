"""A queue of messages between a connection and one reader.

Laws
* What was fed is delivered before the end or the error that came after it.
* A reader that is cancelled takes nothing out of the queue.
"""

import asyncio
from collections import deque
from typing import Generic, TypeVar

from aiohttp_core.flow import ReadControl
from aiohttp_core.stream_iterators import AsyncStreamIterator, EofStream
from aiohttp_core.stream_reader import DEFAULT_LIMIT

__all__ = ("DataQueue", "FlowControlDataQueue")

_T = TypeVar("_T")


class DataQueue(Generic[_T]):
    """A queue of messages with an end, for one reader (spec row ADD-092)."""

    __slots__ = ("__weakref__", "_buffer", "_eof", "_exception", "_loop", "_waiter")

    def __init__(self, loop: asyncio.AbstractEventLoop | None = None) -> None:
        self._loop = loop
        self._eof = False
        self._waiter: asyncio.Future[None] | None = None
        self._exception: BaseException | None = None
        self._buffer: deque[tuple[_T, int]] = deque()

    def __len__(self) -> int:
        return len(self._buffer)

    def __aiter__(self) -> AsyncStreamIterator[_T]:
        return AsyncStreamIterator(self.read)

    def is_eof(self) -> bool:
        """Return whether the end was fed."""
        return self._eof

    def at_eof(self) -> bool:
        """Return whether the end was fed and every message was read."""
        return self._eof and not self._buffer

    def exception(self) -> BaseException | None:
        """Return the error set, or ``None``."""
        return self._exception

    def set_exception(self, exc: BaseException, exc_cause: BaseException | None = None) -> None:
        """End the queue by *exc*, raised once the messages before it were read."""
        if exc_cause is not None:
            exc.__cause__ = exc_cause
        self._eof = True
        self._exception = exc
        self._wake()

    def feed_data(self, data: _T, size: int = 0) -> None:
        """Append a message of *size* bytes."""
        self._buffer.append((data, size))
        self._wake()

    def feed_eof(self) -> None:
        """Mark the end."""
        self._eof = True
        self._wake()

    async def read(self) -> _T:
        """Return the next message, waiting if there is none.

        At the end raises the error set, else :exc:`EofStream`.  A second waiting reader gets
        :exc:`RuntimeError`; a cancelled one loses nothing.
        """
        while not self._buffer and not self._eof:
            if self._waiter is not None:
                raise RuntimeError("read() called while another coroutine is already waiting")
            loop = self._loop or asyncio.get_running_loop()
            self._waiter = loop.create_future()
            try:
                await self._waiter
            finally:
                self._waiter = None
        return self._next()

    def _next(self) -> _T:
        if self._buffer:
            return self._buffer.popleft()[0]
        if self._exception is not None:
            raise self._exception
        raise EofStream

    def _wake(self) -> None:
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)


class FlowControlDataQueue(DataQueue[_T]):
    """A :class:`DataQueue` that pauses its connection above ``2 * limit`` bytes (ADD-970)."""

    __slots__ = ("_limit", "_protocol", "_size")

    def __init__(
        self,
        protocol: ReadControl,
        limit: int = DEFAULT_LIMIT,
        *,
        loop: asyncio.AbstractEventLoop | None = None,
    ) -> None:
        super().__init__(loop)
        self._protocol = protocol
        self._limit = limit * 2
        self._size = 0

    def feed_data(self, data: _T, size: int = 0) -> None:
        """Append a message of *size* bytes; pause the connection above the limit."""
        super().feed_data(data, size)
        self._size += size
        if self._size > self._limit and not self._protocol.reading_paused:
            self._protocol.pause_reading()

    def _next(self) -> _T:
        if not self._buffer:
            return super()._next()
        data, size = self._buffer.popleft()
        self._size -= size
        if self._size <= self._limit and self._protocol.reading_paused:
            self._protocol.resume_reading()
        return data
