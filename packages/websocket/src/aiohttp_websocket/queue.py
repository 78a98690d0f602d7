"""The queue between the reader of a connection and the task that receives.

Laws
* Memory is bounded by bytes, not by messages: each message counts its payload and a fixed overhead,
  and reading from the connection pauses above the limit and resumes below half of it.
* One task receives.  A message that already waits is taken without any future.
* A cancelled receiver loses nothing: the next one gets the message.
* An error or the end of the stream comes after all messages that arrived before it.
"""

import asyncio
from collections import deque
from typing import TYPE_CHECKING, Final

from aiohttp_core.flow import ReadControl
from aiohttp_websocket.types import WSMessage

if TYPE_CHECKING:
    import cython
else:
    from aiohttp_core import interpreted as cython

__all__ = ("COMPILED", "DEFAULT_LIMIT", "MESSAGE_OVERHEAD", "StreamEnd", "WebSocketDataQueue")

COMPILED: Final[bool] = cython.compiled
DEFAULT_LIMIT: Final = 2**18
MESSAGE_OVERHEAD: Final = 128

_overhead: int = MESSAGE_OVERHEAD  # a C integer in the compiled module


class StreamEnd(Exception):
    """The connection ended and every message before its end was received."""


class WebSocketDataQueue:
    """Messages that were received and not yet taken.

    *protocol* is paused while more than twice *limit* bytes wait.
    """

    __slots__ = (
        "__weakref__",
        "_buffer",
        "_eof",
        "_exception",
        "_first",
        "_first_size",
        "_limit",
        "_loop",
        "_paused",
        "_protocol",
        "_size",
        "_waiter",
    )

    def __init__(
        self,
        protocol: ReadControl,
        limit: int = DEFAULT_LIMIT,
        *,
        loop: asyncio.AbstractEventLoop | None = None,
    ) -> None:
        self._protocol = protocol
        self._limit = limit * 2
        self._loop = loop
        self._size = 0
        self._paused = False
        self._eof = False
        self._waiter: asyncio.Future[WSMessage | None] | None = None
        self._exception: BaseException | None = None
        # Mostly one message waits at a time: it stands before the buffer, which costs less.
        self._first: WSMessage | None = None
        self._first_size = 0
        self._buffer: deque[tuple[WSMessage, int]] = deque()

    def __len__(self) -> int:
        return len(self._buffer) + (self._first is not None)

    @property
    def waiting(self) -> bool:
        """Whether a task waits for a message that has not come yet."""
        return self._waiter is not None and not self._waiter.done()

    @property
    def paused(self) -> bool:
        """Whether reading was paused because too much waits."""
        return self._paused

    def is_eof(self) -> bool:
        """Tell whether the connection ended; messages may still wait."""
        return self._eof

    def exception(self) -> BaseException | None:
        """Return what ended the stream, or ``None``."""
        return self._exception

    def feed_data(self, data: WSMessage, size: int) -> None:
        """Add a message with *size* bytes of payload."""
        size += _overhead
        self._size += size
        if self._first is None and not self._buffer:
            self._first = data
            self._first_size = size
        else:
            self._buffer.append((data, size))
        if self._waiter is not None:
            self._wake()
        if self._size > self._limit and not self._paused:
            self._paused = True
            self._protocol.pause_reading()

    def feed_eof(self) -> None:
        """The connection ended."""
        self._eof = True
        self._wake()

    def set_exception(self, exc: BaseException, exc_cause: BaseException | None = None) -> None:
        """End the stream with *exc*, which is raised after the messages that wait."""
        if exc_cause is not None and exc_cause is not exc:
            exc.__cause__ = exc_cause
        self._eof = True
        self._exception = exc
        self._wake()

    def interrupt(self, message: WSMessage) -> None:
        """Give *message* to the task that waits, if there is one, past everything else."""
        waiter = self._waiter
        if waiter is not None:
            self._waiter = None
            if not waiter.done():
                waiter.set_result(message)

    def read_nowait(self) -> WSMessage | None:
        """Return the next message if one waits, else ``None``."""
        message = self._first
        if message is not None:
            self._first = None
            self._size -= self._first_size
        elif self._buffer:
            message, size = self._buffer.popleft()
            self._size -= size
        else:
            return None
        if self._paused and self._size <= self._limit >> 1:
            self._paused = False
            self._protocol.resume_reading()
        return message

    def arrival(self) -> "asyncio.Future[WSMessage | None] | None":
        """Return a future for the next arrival; whoever awaits it then looks into the queue.

        ``None`` if there is nothing to wait for: a message waits, the stream has ended, or another
        task waits.  The result is ``None``, or the message of :meth:`interrupt`.  Cancelling the
        future loses nothing.
        """
        waiter = self._waiter
        if (
            self._first is not None
            or self._buffer
            or self._eof
            or (waiter is not None and not waiter.done())
        ):
            return None
        waiter = (self._loop or asyncio.get_running_loop()).create_future()
        self._waiter = waiter
        return waiter

    async def read(self) -> WSMessage:
        """Return the next message; wait for one.

        Raises the stream's exception, or :class:`StreamEnd`, when there will be none, and
        ``RuntimeError`` if another task waits already.  May be cancelled without loss.
        """
        message = self.read_nowait()
        while message is None:
            if self._eof:
                if self._exception is not None:
                    raise self._exception
                raise StreamEnd
            waiter = self.arrival()
            if waiter is None:
                raise RuntimeError("Another task is waiting for a message already")
            message = await waiter
            if message is None:
                message = self.read_nowait()
        return message

    def _wake(self) -> None:
        waiter = self._waiter
        if waiter is not None:
            self._waiter = None
            if not waiter.done():
                waiter.set_result(None)
