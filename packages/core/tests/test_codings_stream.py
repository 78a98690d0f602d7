"""Decoding behind back-pressure, between a connection and a stream reader."""

import asyncio
import gzip
import tracemalloc
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aiohttp_core.codings import stream as stream_module
from aiohttp_core.codings.pipeline import DecodeLimits
from aiohttp_core.codings.stream import DecodingStream
from aiohttp_core.errors import ClientConnectionError, ContentEncodingError, DecompressSizeError


class Connection:
    """Holds wire bytes and feeds them while it is not paused, as a connection does."""

    def __init__(self, data=b"", size=4096):
        self.reading_paused = False
        self.data = data
        self.size = size
        self.body: Any = None
        self.ended = False
        self.feeding = False

    def pause_reading(self):
        self.reading_paused = True

    def resume_reading(self):
        self.reading_paused = False
        self.feed()

    def feed(self):
        if self.feeding:
            return
        self.feeding = True
        while not self.reading_paused and not self.ended:
            piece, self.data = self.data[: self.size], self.data[self.size :]
            if piece:
                self.body.feed_data(piece)
            else:
                self.ended = True
                self.body.feed_eof()
        self.feeding = False


def make(data=b"", *codings, size=4096, **kwargs):
    connection = Connection(data, size)
    connection.body = DecodingStream(connection, codings or ["gzip"], **kwargs)
    return connection.body, connection


@pytest.mark.spec("CMP-01", "ADD-072")
async def test_a_body_is_read_decoded():
    data = gzip.compress(b"hello " * 1000)
    body, connection = make(data)
    connection.feed()
    assert await body.reader.read() == b"hello " * 1000
    assert body.reader.total_bytes == 6000
    assert body.reader.total_raw_bytes == len(data)
    assert not connection.reading_paused


@pytest.mark.spec("ADD-068", "ADD-778", "ADD-864")
async def test_a_bomb_is_not_expanded_further_than_somebody_reads():
    data = gzip.compress(bytes(200 << 20), 9)
    body, connection = make(data, size=2**16)
    reader = body.reader
    tracemalloc.start()
    try:
        connection.feed()
        assert connection.reading_paused
        assert reader.total_bytes <= 2**20
        for _ in range(20):
            await asyncio.sleep(0)
        assert reader.total_bytes <= 2**20
        total = 0
        while piece := await reader.read(2**16):
            total += len(piece)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert total == 200 << 20
    assert peak < 3 * 2**20


@pytest.mark.spec("ADD-069")
async def test_reading_everything_lifts_the_bound_but_leaves_the_loop_its_turns():
    body, connection = make(gzip.compress(bytes(16 << 20)), size=2**16)
    connection.feed()
    turns = 0

    async def count():
        nonlocal turns
        while True:
            await asyncio.sleep(0)
            turns += 1

    counter = asyncio.create_task(count())
    assert len(await body.reader.read()) == 16 << 20
    counter.cancel()
    assert turns >= (16 << 20) // stream_module.BURST - 1


async def test_an_unread_body_is_never_decoded_in_clean_up(monkeypatch):
    data = gzip.compress(bytes(50 << 20))
    body, connection = make(data, size=2**12)
    connection.feed()
    assert connection.reading_paused
    before = body.reader.total_bytes
    ended = []
    body.reader.on_eof(lambda: ended.append(1))
    monkeypatch.setattr(
        "aiohttp_core.codings.pipeline.BodyDecoder.read",
        lambda *args: pytest.fail("something was decoded"),
    )
    body.discard()
    assert ended == [1]
    assert not connection.data
    assert body.reader.total_bytes == before
    assert body.reader.total_raw_bytes == len(data)
    assert await body.reader.read() == b""


async def test_discard_when_the_end_is_already_waiting():
    body, connection = make()
    body.feed_data(gzip.compress(bytes(5 << 20)))
    body.feed_eof({"x": "y"})
    assert not body.reader.is_eof()
    body.discard()
    assert body.reader.is_eof()
    assert body.reader.trailers == {"x": "y"}
    assert not connection.reading_paused


@pytest.mark.spec("ADD-070")
@pytest.mark.parametrize("cut", [5, 15, -1])
async def test_a_truncated_body_is_an_error_after_its_data(cut):
    body, connection = make(gzip.compress(b"hello")[:cut])
    connection.feed()
    got = b""
    with pytest.raises(ContentEncodingError, match="Can not decode content-encoding: gzip"):
        while piece := await body.reader.readany():
            got += piece
    assert b"hello".startswith(got)
    assert not connection.reading_paused
    assert not body.reader.is_eof()


@pytest.mark.spec("ADD-070")
async def test_a_corrupt_body_lets_the_connection_get_past_it():
    body, connection = make(b"garbage" * 10_000)
    waiting = asyncio.create_task(body.reader.read())
    await asyncio.sleep(0)
    connection.feed()
    with pytest.raises(ContentEncodingError):
        await waiting
    assert connection.ended
    assert not connection.reading_paused
    body.feed_error(ClientConnectionError())
    body.begin_http_chunk_receiving()
    body.end_http_chunk_receiving()
    assert isinstance(body.reader.exception(), ContentEncodingError)


@pytest.mark.spec("ADD-071")
async def test_an_empty_body():
    body, connection = make(b"")
    body.feed_data(b"")
    connection.feed()
    assert await body.reader.read() == b""


async def test_limits():
    body, connection = make(gzip.compress(bytes(1000)), limits=DecodeLimits(max_size=999))
    connection.feed()
    with pytest.raises(DecompressSizeError):
        await body.reader.read()


async def test_http_chunks_keep_their_ends():
    body, _ = make(limit=2)
    data = gzip.compress(b"hello world" * 100)
    body.begin_http_chunk_receiving()
    body.feed_data(data[:15])
    body.end_http_chunk_receiving()
    body.begin_http_chunk_receiving()
    body.feed_data(data[15:])
    body.end_http_chunk_receiving()
    body.feed_eof({"t": "1"})
    pairs = [pair async for pair in body.reader.iter_chunks()]
    assert b"".join(pair[0] for pair in pairs) == b"hello world" * 100
    assert pairs[-1][1] is True
    assert body.reader.trailers == {"t": "1"}


async def test_the_chunks_of_a_run_are_decoded_one_by_one():
    data = gzip.compress(b"hello") + gzip.compress(b"world")
    decoding, _ = make(b"", "gzip")
    decoding.begin_http_chunk_receiving()
    half = len(data) // 2
    decoding.feed_chunks(data, [half, len(data)])
    decoding.feed_eof()
    assert [pair async for pair in decoding.reader.iter_chunks()] == [
        (b"hello", True),
        (b"world", True),
    ]
    assert decoding.reader.total_raw_bytes == len(data)


async def test_an_end_of_chunk_waits_for_its_data():
    body, _ = make(limit=1)
    body.begin_http_chunk_receiving()
    body.feed_data(gzip.compress(bytes(600_000)))
    body.end_http_chunk_receiving()
    body.feed_eof()
    got = []
    async for data, end in body.reader.iter_chunks():
        got.append((len(data), end))
    assert sum(size for size, _ in got) == 600_000
    assert [end for _, end in got].count(True) == 1
    assert got[-1][1] is True


async def test_the_failure_of_the_transfer_comes_after_the_data():
    data = gzip.compress(bytes(2 << 20))
    body, connection = make(limit=1000)
    body.feed_data(data[:1500])
    assert connection.reading_paused
    body.feed_error(ClientConnectionError("cut"))
    got = 0
    with pytest.raises(ClientConnectionError, match="cut"):
        while True:
            got += len(await body.reader.readany())
    assert got > 1_000_000


async def test_set_exception_fails_at_once():
    cause = OSError()
    body, connection = make(limit=1000)
    body.feed_data(gzip.compress(bytes(2 << 20)))
    assert connection.reading_paused
    body.set_exception(ClientConnectionError("closed"), cause)
    with pytest.raises(ClientConnectionError) as caught:
        await body.reader.read(1)
    assert caught.value.__cause__ is cause


async def test_a_cancelled_read_loses_nothing():
    plain = bytes(range(256)) * 8000
    body, connection = make(gzip.compress(plain), size=100)
    task = asyncio.create_task(body.reader.read())
    await asyncio.sleep(0)
    connection.body.feed_data(connection.data[:2000])
    connection.data = connection.data[2000:]
    task.cancel()
    await asyncio.wait([task])
    connection.feed()
    assert await body.reader.read() == plain


@given(
    body=st.lists(st.sampled_from([b"a" * 400, b"bcd", bytes(3000)]), max_size=12).map(b"".join),
    size=st.integers(1, 300),
    limit=st.sampled_from([1, 100, 5000]),
    reads=st.lists(st.integers(1, 4000), max_size=20),
    depth=st.integers(1, 3),
)
@settings(deadline=None, max_examples=60)
def test_whatever_the_sizes_the_body_arrives_whole(body, size, limit, reads, depth):
    async def run():
        data = body
        for _ in range(depth):
            data = gzip.compress(data)
        decoding, connection = make(data, *["gzip"] * depth, size=size, limit=limit)
        connection.feed()
        got = b""
        for n in reads:
            got += await decoding.reader.read(n)
        got += await decoding.reader.read()
        assert got == body
        assert connection.ended
        assert not connection.reading_paused

    asyncio.run(run())
