"""Fuzz the body stream: ``python tools/fuzz/stream_reader.py --seconds 600``.

An input is a list of orders of two bytes: feed a piece, end a chunk, read in one of the ways,
cancel a read, end the body.  No byte is lost, doubled or moved, marks hold, and what the reads
promise they keep.
"""

import asyncio
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from tools.fuzz import engine

SEEDS = (
    b"\x00\x05\x04\x03\x00\x20\x05\x00\x09\x00",
    b"\x01\x09\x02\x00\x00\x04\x08\x00\x06\x07\x09\x00\x03\x00",
    b"\x00\x0a\x07\x00\x00\xff\x07\x00\x0a\x00\x00\x01\x09\x00",
    b"\x01\x30\x06\x02\x01\x03\x05\x08\x00\x40\x0b\x03\x04\x10\x09\x00",
    b"\x0c\x00\x0d\x07\x0d\x07\x08\x00\x0d\x03\x06\x09\x09\x00",
)


class Connection:
    """Remembers whether it is paused."""

    reading_paused = False

    def pause_reading(self) -> None:
        self.reading_paused = True

    def resume_reading(self) -> None:
        self.reading_paused = False


class Story:
    """One stream, what was fed to it and what came out."""

    def __init__(self, stream_reader: Callable[..., Any]) -> None:
        self.connection = Connection()
        self.stream = stream_reader(self.connection, 64)
        self.fed = bytearray()
        self.taken = bytearray()
        self.chunk_ends: list[int] = []
        self.chunked = False
        self.eof = False
        self.next_byte = 0

    def piece(self, size: int) -> bytes:
        """Return new bytes, of which every one differs from its neighbours."""
        start = self.next_byte
        self.next_byte += size
        return bytes((start + n) * 7 % 251 for n in range(size))

    def check(self, fed: bool) -> None:
        """Hold the stream against what is known; *fed* says that something has just come."""
        stream = self.stream
        if self.fed[: len(self.taken)] != self.taken:
            raise RuntimeError("bytes were lost, doubled or moved")
        waiting = len(self.fed) - len(self.taken)
        if stream.total_bytes != len(self.fed):
            raise RuntimeError(f"total_bytes is {stream.total_bytes} of {len(self.fed)}")
        if stream.at_eof() is not (self.eof and not waiting):
            raise RuntimeError("at_eof() is wrong")
        low, high = stream.get_read_buffer_limits()
        # A read that was cancelled lets the marks be until something comes again.
        if fed and waiting > high and not self.eof and not self.connection.reading_paused:
            raise RuntimeError("above the high mark and not paused")
        if not waiting and self.connection.reading_paused:
            raise RuntimeError(f"empty, low {low}, and still paused")

    async def read(self, order: int, value: int) -> None:
        """Read in one way; a read that would wait is cancelled and must have taken nothing."""
        stream = self.stream
        calls: dict[int, Callable[[], Any]] = {
            4: lambda: stream.read(value),
            5: stream.readany,
            6: lambda: stream.readexactly(value % 40),
            7: lambda: stream.readuntil(bytes(((value * 7) % 251,)), max_size=1 << 30),
            8: stream.readchunk,
            10: stream.readline,
            11: lambda: stream.readuntil(self.piece_at(value), max_size=1 << 30),
            13: lambda: stream.read(-1),
        }
        task = asyncio.ensure_future(calls[order]())
        await asyncio.sleep(0)
        if not task.done():
            await asyncio.sleep(0)
        if not task.done():
            task.cancel()
            await asyncio.wait([task])
            return
        self.take(order, value, task)

    def piece_at(self, value: int) -> bytes:
        """Return two bytes that follow each other somewhere in the stream."""
        return bytes((value * 7 % 251, (value + 1) * 7 % 251))

    def take(self, order: int, value: int, task: "asyncio.Task[Any]") -> None:
        """Judge what a read gave."""
        from aiohttp_core.errors import LineTooLong

        error = task.exception()
        if isinstance(error, asyncio.IncompleteReadError):
            if order != 6 or not self.eof or len(error.partial) >= value % 40:
                raise RuntimeError("readexactly() ended too early")
            self.taken += error.partial
            return
        if isinstance(error, LineTooLong) and order == 10:
            return
        if error is not None:
            raise error
        data = task.result()
        if order == 8:
            data, ended = data
            place = len(self.taken) + len(data)
            if ended and place not in self.chunk_ends:
                raise RuntimeError(f"a chunk ends at {place}: {self.chunk_ends}")
            if any(len(self.taken) < end < place for end in self.chunk_ends):
                raise RuntimeError("readchunk() went past the end of a chunk")
        if order == 6 and len(data) != value % 40:
            raise RuntimeError("readexactly() gave another size")
        if order == 4 and len(data) > value:
            raise RuntimeError("read(n) gave more than n")
        self.taken += data

    async def act(self, order: int, value: int) -> None:
        """Carry out one order."""
        stream = self.stream
        if order in {0, 1, 2, 3, 12} and not self.eof:
            self.feed(order, value)
        elif order == 9 and not self.eof:
            self.eof = True
            stream.feed_eof()
        elif order == 14:
            self.taken += stream.read_nowait(value)
        elif order >= 4 and order not in {9, 12, 15}:
            await self.read(order, value)

    def feed(self, order: int, value: int) -> None:
        stream = self.stream
        if order == 3 and not self.fed:
            self.chunked = True
            stream.begin_http_chunk_receiving()
        elif order == 2 and self.chunked:
            stream.end_http_chunk_receiving()
            self.chunk_ends.append(len(self.fed))
        elif order == 12 and self.chunked:
            sizes = [value % 5 + 1, value % 3 + 1, value % 7 + 1]
            data = self.piece(sum(sizes))
            ends = [sizes[0], sizes[0] + sizes[1], sum(sizes)]
            self.chunk_ends += [len(self.fed) + end for end in ends]
            self.fed += data
            stream.feed_chunks(data, ends)
        elif order < 2:
            data = self.piece(value)
            self.fed += data
            stream.feed_data(data)


def prepare() -> tuple[engine.Check, Sequence[bytes]]:
    """Return the check and its seeds."""
    import logging

    from aiohttp_core.streams import StreamReader

    logging.getLogger("aiohttp.internal").disabled = True
    loop = asyncio.new_event_loop()

    async def run(data: bytes) -> None:
        story = Story(StreamReader)
        for at in range(0, min(len(data), 400) - 1, 2):
            before = len(story.fed)
            await story.act(data[at] % 16, data[at + 1])
            story.check(len(story.fed) > before)
        if not story.eof:
            story.eof = True
            story.stream.feed_eof()
        story.taken += await story.stream.read()
        story.check(False)
        if story.taken != story.fed:
            raise RuntimeError("the rest is not what was left")

    def check(data: bytes) -> None:
        loop.run_until_complete(run(data))

    return check, SEEDS


if __name__ == "__main__":
    sys.exit(engine.main(prepare, instrument="aiohttp_core"))
