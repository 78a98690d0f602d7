"""Bodies that come piece by piece: asynchronous iterables and streams.

Laws
* They can be sent once.  A second time is an error, never silently an empty body.
* A generator whose body could not be sent is closed at once, in the task that ran it.
"""

from collections.abc import AsyncIterable, AsyncIterator
from typing import Any

from aiohttp_core.payloads.base import CuttingWriter, Payload, Replay
from aiohttp_core.stream_reader import StreamReader
from aiohttp_core.writer import AbstractStreamWriter

__all__ = ("AsyncIterablePayload", "StreamReaderPayload")


class AsyncIterablePayload(Payload):
    """The pieces of an asynchronous iterable of bytes; :exc:`TypeError` for anything else."""

    _replay = Replay.ONCE
    _value: AsyncIterable[bytes]

    def __init__(self, value: AsyncIterable[bytes], *args: Any, **kwargs: Any) -> None:
        if not isinstance(value, AsyncIterable):
            raise TypeError(
                f"value argument must support collections.abc.AsyncIterable, got {type(value)!r}"
            )
        super().__init__(value, *args, **kwargs)
        self._iterator: AsyncIterator[bytes] | None = None
        self._running = False
        self._cached: list[bytes] | None = None

    @property
    def replay(self) -> Replay:
        """``ONCE``, or ``REPLAYABLE`` after :meth:`as_bytes`, which keeps the pieces."""
        return Replay.ONCE if self._cached is None else Replay.REPLAYABLE

    def decode(self, encoding: str = "utf-8", errors: str = "strict") -> str:
        """Return the pieces as text if ``as_bytes()`` has read them, else :exc:`TypeError`."""
        if self._cached is None:
            raise TypeError("Unable to decode.")
        return b"".join(self._cached).decode(encoding, errors)

    async def as_bytes(self, encoding: str = "utf-8", errors: str = "strict") -> bytes:
        """Read everything, keep it for sending, and return it."""
        if self._cached is None:
            pieces: list[bytes] = []
            async for piece in self._run():
                pieces.append(bytes(piece))  # noqa: PERF401 - the generator is closed by hand
            self._cached = pieces
            self._consumed = False
        return b"".join(self._cached)

    async def write(self, writer: AbstractStreamWriter) -> None:
        """Write all pieces.  :exc:`RuntimeError` if they were written before."""
        await self.write_with_length(writer, None)

    async def write_with_length(
        self, writer: AbstractStreamWriter, content_length: int | None
    ) -> None:
        """Write at most *content_length* bytes of the pieces; ``None``: all."""
        if self._cached is not None:
            if content_length is not None:
                writer = CuttingWriter(writer, content_length)
            for kept in self._cached:
                await writer.write(kept)
            return
        left = content_length
        piece: Any
        iterator = self._begin()
        try:
            async for piece in iterator:
                if left is not None:
                    if not left:
                        break
                    size = piece.nbytes if isinstance(piece, memoryview) else len(piece)
                    if size > left:
                        piece = memoryview(piece).cast("B")[:left]
                        size = left
                    left -= size
                await writer.write(piece)
                if left == 0:
                    break
        finally:
            await self._end()

    async def close(self) -> None:
        """Close the iterator if it is a generator and nobody runs it."""
        if not self._running:
            self._consumed = self._cached is None
            await self._close_source()

    async def _run(self) -> Any:
        """Give the pieces, once, and close their source in the end."""
        iterator = self._begin()
        try:
            async for piece in iterator:
                yield piece
        finally:
            await self._end()

    def _begin(self) -> AsyncIterator[Any]:
        """Return the iterator, once."""
        if self._consumed or self._running:
            raise RuntimeError("The body was sent already and cannot be sent again")
        iterator = self._iterator = self._value.__aiter__()
        self._consumed = self._running = True
        return iterator

    async def _end(self) -> None:
        self._running = False
        await self._close_source()

    async def _close_source(self) -> None:
        source: Any = self._value if self._iterator is None else self._iterator
        aclose = getattr(source, "aclose", None)
        if aclose is not None:
            await aclose()


class StreamReaderPayload(AsyncIterablePayload):
    """A body that is being received, sent on as it arrives (spec rows STR-18, PAY-09)."""

    def __init__(self, value: StreamReader, *args: Any, **kwargs: Any) -> None:
        super().__init__(value.iter_any(), *args, **kwargs)
