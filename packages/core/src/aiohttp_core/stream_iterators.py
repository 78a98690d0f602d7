"""Iterating over what a stream or a queue gives.

Laws
* An iterator ends where its source ends, and holds nothing itself: reading may go on without it.
"""

from collections.abc import Awaitable, Callable
from typing import Generic, Protocol, TypeVar

__all__ = (
    "AsyncStreamIterator",
    "ChunkTupleAsyncStreamIterator",
    "EofStream",
    "SizedStreamIterator",
)

_T = TypeVar("_T")


class EofStream(Exception):
    """The end of a :class:`DataQueue`."""


class AsyncStreamIterator(Generic[_T]):
    """Iterates over what *read_func* gives, until that is empty."""

    __slots__ = ("read_func",)

    def __init__(self, read_func: Callable[[], Awaitable[_T]]) -> None:
        self.read_func = read_func

    def __aiter__(self) -> "AsyncStreamIterator[_T]":
        return self

    async def __anext__(self) -> _T:
        try:
            piece = await self.read_func()
        except EofStream:
            raise StopAsyncIteration from None
        if piece == b"":
            raise StopAsyncIteration
        return piece


class SizedStreamIterator:
    """Iterates over what ``read(size)`` gives, until that is empty."""

    __slots__ = ("_read", "_size")

    def __init__(self, read: Callable[[int], Awaitable[bytes]], size: int) -> None:
        self._read = read
        self._size = size

    def __aiter__(self) -> "SizedStreamIterator":
        return self

    async def __anext__(self) -> bytes:
        piece = await self._read(self._size)
        if not piece:
            raise StopAsyncIteration
        return piece


class _Chunked(Protocol):
    def readchunk(self) -> Awaitable[tuple[bytes, bool]]: ...


class ChunkTupleAsyncStreamIterator:
    """Iterates over ``(data, end_of_http_chunk)`` pairs, until the stream ends."""

    __slots__ = ("_stream",)

    def __init__(self, stream: _Chunked) -> None:
        self._stream = stream

    def __aiter__(self) -> "ChunkTupleAsyncStreamIterator":
        return self

    async def __anext__(self) -> tuple[bytes, bool]:
        pair = await self._stream.readchunk()
        if not pair[0] and not pair[1]:
            raise StopAsyncIteration
        return pair
