"""The streams of bodies, in one place, and the stream of a message without a body.

Laws
* The empty stream is shared by all messages, so nothing that is done to it leaves a trace.
"""

import asyncio
from collections.abc import Sequence
from typing import Final

from aiohttp_core.data_queue import DataQueue, FlowControlDataQueue
from aiohttp_core.stream_iterators import (
    AsyncStreamIterator,
    ChunkTupleAsyncStreamIterator,
    EofStream,
)
from aiohttp_core.stream_reader import DEFAULT_LIMIT, StreamReader

__all__ = (
    "DEFAULT_LIMIT",
    "EMPTY_PAYLOAD",
    "AsyncStreamIterator",
    "ChunkTupleAsyncStreamIterator",
    "DataQueue",
    "EmptyStreamReader",
    "EofStream",
    "FlowControlDataQueue",
    "StreamReader",
)


class _NoConnection:
    """The connection of the empty stream: there is nothing to pause."""

    __slots__ = ()

    reading_paused = False

    def pause_reading(self) -> None:
        """Do nothing."""

    def resume_reading(self) -> None:
        """Do nothing."""


class EmptyStreamReader(StreamReader):
    """The stream of a message without a body: at its end from the beginning (ADD-091)."""

    __slots__ = ()

    def __init__(self) -> None:
        super().__init__(_NoConnection())
        self._eof = self._shut = True

    def __repr__(self) -> str:
        return f"<{type(self).__name__}>"

    def exception(self) -> BaseException | None:
        """Return ``None``: the shared empty stream never fails."""
        return None

    def set_exception(self, exc: BaseException, exc_cause: BaseException | None = None) -> None:
        """Do nothing: the stream is shared."""

    def feed_error(self, exc: BaseException) -> None:
        """Do nothing: the stream is shared."""

    def feed_data(self, data: bytes) -> None:
        """Do nothing: the stream is shared."""

    def feed_chunks(self, data: bytes, ends: Sequence[int]) -> None:
        """Do nothing: the stream is shared."""

    def discard(self) -> None:
        """Do nothing: there is nothing to throw away."""

    def unread_data(self, data: bytes) -> None:
        """Do nothing: the stream is shared."""

    def set_read_chunk_size(self, size: int) -> None:
        """Do nothing: the stream is shared."""

    async def read(self, n: int = -1) -> bytes:
        """Return ``b""``."""
        return b""

    async def readany(self) -> bytes:
        """Return ``b""``."""
        return b""

    async def readline(self, *, max_line_length: int | None = None) -> bytes:
        """Return ``b""``."""
        return b""

    async def readuntil(self, separator: bytes = b"\n", *, max_size: int | None = None) -> bytes:
        """Return ``b""``."""
        return b""

    async def readexactly(self, n: int) -> bytes:
        """Raise :exc:`asyncio.IncompleteReadError`, unless *n* is 0."""
        if n:
            raise asyncio.IncompleteReadError(b"", n)
        return b""

    async def readchunk(self) -> tuple[bytes, bool]:
        """Return ``(b"", False)``."""
        return b"", False

    def read_nowait(self, n: int = -1) -> bytes:
        """Return ``b""``."""
        return b""


EMPTY_PAYLOAD: Final[StreamReader] = EmptyStreamReader()
"""The one :class:`EmptyStreamReader` that all messages without a body share."""
