"""One level of a body: stream and parser."""

import pytest

from aiohttp_multipart.errors import BodyTooLarge, BoundaryError
from aiohttp_multipart.parser import MultipartParser, PartHead, Signal
from aiohttp_multipart.source import PartSource


class Pieces:
    def __init__(self, *pieces: bytes) -> None:
        self.pieces = list(pieces)
        self.reads = 0

    async def readany(self) -> bytes:
        self.reads += 1
        return self.pieces.pop(0) if self.pieces else b""


async def test_events() -> None:
    stream = Pieces(b"--b\r\n\r", b"\nhi", b"\r\n--b--\r\n", b"epilogue")
    source = PartSource(stream, MultipartParser(b"b"))
    assert isinstance(await source.event(), PartHead)
    assert await source.event() == b"hi"
    assert await source.event() is Signal.END_OF_PART
    assert await source.event() is Signal.END_OF_BODY
    assert await source.event() is Signal.END_OF_BODY
    assert stream.reads == 3


async def test_end_of_the_stream() -> None:
    source = PartSource(Pieces(b"--b\r\n\r\nhi"), MultipartParser(b"b"))
    await source.event()
    assert await source.event() == b"hi"
    with pytest.raises(BoundaryError):
        await source.event()


@pytest.mark.spec("ADD-486")
async def test_total() -> None:
    stream = Pieces(b"--b\r\n\r\n", b"12345", b"6")
    source = PartSource(stream, MultipartParser(b"b"), max_total=12)
    await source.event()
    assert await source.event() == b"12345"
    with pytest.raises(BodyTooLarge):
        await source.event()
