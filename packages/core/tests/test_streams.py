"""The body stream: what each method gives, back-pressure, cancellation, cost."""

import asyncio
import gc
import logging
import sys
import tracemalloc

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aiohttp_core.errors import ClientConnectionError, LineTooLong
from aiohttp_core.streams import (
    EMPTY_PAYLOAD,
    ChunkTupleAsyncStreamIterator,
    EmptyStreamReader,
    StreamReader,
)


class Connection:
    """Counts what is asked of it; may feed when it is resumed."""

    def __init__(self):
        self.reading_paused = False
        self.pauses = 0
        self.resumes = 0
        self.on_resume = None

    def pause_reading(self):
        self.reading_paused = True
        self.pauses += 1

    def resume_reading(self):
        self.reading_paused = False
        self.resumes += 1
        if self.on_resume is not None:
            self.on_resume()


def make(limit=2**18, **kwargs):
    connection = Connection()
    return StreamReader(connection, limit, **kwargs), connection


def fed(*pieces, eof=True, limit=2**18):
    stream, _ = make(limit)
    for piece in pieces:
        stream.feed_data(piece)
    if eof:
        stream.feed_eof()
    return stream


def at_once(coroutine):
    """Run *coroutine*, which must not suspend."""
    try:
        coroutine.send(None)
    except StopIteration as stop:
        return stop.value
    finally:
        coroutine.close()
    pytest.fail("it suspended")


async def started(coroutine):
    task = asyncio.create_task(coroutine)
    await asyncio.sleep(0)
    return task


# -- reading ---------------------------------------------------------------------------------------


@pytest.mark.spec("STR-02", "ADD-084")
async def test_read():
    stream = fed(b"abc", b"def")
    assert at_once(stream.read(0)) == b""
    assert at_once(stream.read(2)) == b"ab"
    assert at_once(stream.read(2)) == b"cd"
    assert at_once(stream.read()) == b"ef"
    assert at_once(stream.read()) == b""
    assert at_once(stream.read(5)) == b""


@pytest.mark.spec("STR-02")
async def test_read_n_returns_what_there_is_as_soon_as_there_is_something():
    stream, _ = make()
    task = await started(stream.read(100))
    stream.feed_data(b"ab")
    assert await task == b"ab"


@pytest.mark.spec("STR-02")
async def test_read_all_waits_for_the_end_and_wakes_only_once():
    stream, _ = make()
    task = await started(stream.read())
    for _ in range(3):
        stream.feed_data(b"ab")
        await asyncio.sleep(0)
        assert not task.done()
    stream.feed_eof()
    assert await task == b"ababab"


@pytest.mark.spec("STR-03", "ADD-083")
async def test_readany():
    stream = fed(b"abc", b"d", eof=False)
    assert at_once(stream.readany()) == b"abcd"
    task = await started(stream.readany())
    stream.feed_data(b"e")
    assert await task == b"e"
    stream.feed_eof()
    assert await stream.readany() == b""


@pytest.mark.spec("STR-03", "STR-10", "ADD-806")
async def test_readany_joins_what_is_small_and_copies_nothing_that_is_large():
    large = [bytes([number]) * 60_000 for number in range(3)]
    pieces = (b"a", b"b", *large, b"c" * 5000, b"d", b"e" * 70_000)
    stream = fed(*pieces)
    assert stream.read_nowait(1) == b"a"
    got = [piece async for piece in stream.iter_any()]
    assert got[0] == b"b" + large[0]
    assert got[1] is large[1]
    assert got[2:] == [large[2] + b"c" * 5000 + b"d", b"e" * 70_000]


@pytest.mark.spec("STR-04")
async def test_readexactly():
    stream = fed(b"ab", b"cdef", eof=False)
    assert at_once(stream.readexactly(0)) == b""
    assert at_once(stream.readexactly(3)) == b"abc"
    task = await started(stream.readexactly(5))
    stream.feed_data(b"g")
    await asyncio.sleep(0)
    assert not task.done()
    stream.feed_data(b"hi")
    assert await task == b"defgh"
    stream.feed_eof()
    with pytest.raises(asyncio.IncompleteReadError) as caught:
        await stream.readexactly(2)
    assert caught.value.partial == b"i"
    assert caught.value.expected == 2
    with pytest.raises(ValueError, match="less than zero"):
        await stream.readexactly(-1)


@pytest.mark.spec("STR-05", "STR-08")
async def test_lines():
    stream = fed(b"one\ntw", b"o\n\nlast")
    assert at_once(stream.readline()) == b"one\n"
    assert at_once(stream.readline()) == b"two\n"
    assert [line async for line in stream] == [b"\n", b"last"]
    assert await stream.readline() == b""


@pytest.mark.spec("STR-06", "ADD-081")
async def test_a_separator_split_over_reads():
    stream, _ = make()
    task = await started(stream.readuntil(b"\r\n--b"))
    for byte in b"a\r\r\n-\r\n--b":
        await asyncio.sleep(0)
        stream.feed_data(bytes([byte]))
    stream.feed_data(b"rest")
    assert await task == b"a\r\r\n-\r\n--b"
    assert await stream.readany() == b"rest"


@pytest.mark.spec("STR-06")
async def test_readuntil_at_the_end_gives_what_is_left():
    stream = fed(b"ab", b"c")
    assert await stream.readuntil(b";") == b"abc"
    assert await stream.readuntil(b";") == b""


@pytest.mark.spec("ADD-082")
async def test_an_empty_separator_is_refused():
    with pytest.raises(ValueError, match="at least one-byte"):
        await fed(b"a").readuntil(b"")


@pytest.mark.spec("ADD-080")
@pytest.mark.parametrize("pieces", [(b"abcdef\n",), (b"abc", b"def\n"), (b"abc", b"def", b"\n")])
async def test_a_line_longer_than_its_limit(pieces):
    stream = fed(*pieces)
    for _ in range(2):
        with pytest.raises(LineTooLong) as caught:
            await stream.readline(max_line_length=6)
        assert caught.value.code == 400
    assert await stream.readline(max_line_length=7) == b"abcdef\n"


@pytest.mark.spec("ADD-080")
async def test_the_default_limit_of_a_line_is_the_high_water_mark():
    stream = fed(b"x" * 16, b"y" * 16, b"\n", limit=16)
    with pytest.raises(LineTooLong):
        await stream.readuntil()
    assert await fed(b"x" * 31 + b"\n", limit=16).readuntil() == b"x" * 31 + b"\n"


@pytest.mark.spec("ADD-080")
async def test_a_line_without_end_fails_while_it_arrives():
    stream, connection = make(16)
    task = await started(stream.readline())
    while not task.done():
        assert not connection.reading_paused
        assert stream.total_bytes < 64
        stream.feed_data(b"12345678")
        await asyncio.sleep(0)
    with pytest.raises(LineTooLong):
        await task


@pytest.mark.spec("STR-07", "STR-11")
async def test_http_chunks_can_be_rebuilt():
    stream, _ = make()
    stream.begin_http_chunk_receiving()
    stream.feed_data(b"ab")
    stream.feed_data(b"c")
    stream.end_http_chunk_receiving()
    stream.begin_http_chunk_receiving()
    stream.feed_data(b"de")
    assert await stream.readchunk() == (b"abc", True)
    assert await stream.readchunk() == (b"de", False)
    task = await started(stream.readchunk())
    stream.end_http_chunk_receiving()
    assert await task == (b"", True)
    stream.feed_eof()
    assert await stream.readchunk() == (b"", False)


@pytest.mark.spec("STR-07")
async def test_without_the_chunked_coding_the_flag_is_false():
    stream = fed(b"ab", b"c")
    pairs = [pair async for pair in stream.iter_chunks()]
    assert pairs == [(b"ab", False), (b"c", False)]


async def test_a_read_across_chunks_passes_their_ends():
    stream, _ = make()
    stream.begin_http_chunk_receiving()
    for piece in (b"ab", b"cd", b"ef"):
        stream.feed_data(piece)
        stream.end_http_chunk_receiving()
    assert await stream.read(3) == b"abc"
    assert await stream.readchunk() == (b"d", True)
    assert await stream.read(2) == b"ef"
    assert await stream.readchunk() == (b"", True)


async def test_a_chunk_that_gave_no_data_leaves_no_mark():
    stream, _ = make()
    stream.begin_http_chunk_receiving()
    stream.end_http_chunk_receiving()
    stream.feed_data(b"a")
    stream.end_http_chunk_receiving()
    stream.end_http_chunk_receiving()
    stream.feed_eof()
    assert [pair async for pair in stream.iter_chunks()] == [(b"a", True)]


async def test_chunk_calls_out_of_order():
    stream, _ = make()
    with pytest.raises(RuntimeError, match="without begin"):
        stream.end_http_chunk_receiving()
    stream.feed_data(b"a")
    with pytest.raises(RuntimeError, match="after data"):
        stream.begin_http_chunk_receiving()


@pytest.mark.spec("STR-09", "STR-10", "C49")
async def test_iterators():
    pieces = [piece async for piece in fed(b"abcde", b"f").iter_chunked(4)]
    assert pieces == [b"abcd", b"ef"]
    stream, _ = make()
    iterator = stream.iter_any()
    assert aiter(iterator) is iterator
    stream.feed_data(b"a")
    assert await anext(iterator) == b"a"
    stream.feed_data(b"bc")
    assert await anext(iterator) == b"bc"
    stream.feed_eof()
    with pytest.raises(StopAsyncIteration):
        await anext(iterator)
    with pytest.raises(ValueError, match="positive"):
        stream.iter_chunked(0)
    chunks = stream.iter_chunks()
    assert isinstance(chunks, ChunkTupleAsyncStreamIterator)
    assert aiter(chunks) is chunks


@pytest.mark.spec("STR-13", "STR-14")
async def test_the_two_notions_of_the_end():
    stream = fed(b"a", eof=False)
    assert not stream.is_eof()
    stream.feed_eof()
    assert stream.is_eof()
    assert not stream.at_eof()
    await stream.read()
    assert stream.at_eof()


@pytest.mark.spec("STR-15", "ADD-1027", "ADD-083", "C48")
async def test_read_nowait():
    stream = fed(b"abc", b"def", eof=False)
    assert stream.read_nowait(4) == b"abcd"
    assert stream.read_nowait() == b"ef"
    assert stream.read_nowait(-1) == b""
    task = await started(stream.read(1))
    with pytest.raises(RuntimeError, match="waiting for incoming data"):
        stream.read_nowait()
    stream.feed_data(b"g")
    assert await task == b"g"


@pytest.mark.spec("STR-16", "ADD-088", "ADD-962")
async def test_unread_data():
    stream = fed(b"abcdef")
    await stream.read(3)
    with pytest.warns(DeprecationWarning, match="unread_data"):
        stream.unread_data(b"bc")
    with pytest.warns(DeprecationWarning, match="unread_data"):
        stream.unread_data(b"")
    assert await stream.read() == b"bcdef"


@pytest.mark.spec("STR-16", "ADD-088")
async def test_unread_data_wakes_nobody():
    stream, _ = make()
    task = await started(stream.readany())
    with pytest.warns(DeprecationWarning, match="unread_data"):
        stream.unread_data(b"a")
    await asyncio.sleep(0)
    assert not task.done()
    stream.feed_data(b"b")
    assert await task == b"ab"


@pytest.mark.spec("STR-17")
async def test_wait_eof():
    stream = fed(b"a", eof=False)
    tasks = [await started(stream.wait_eof()) for _ in range(2)]
    assert not tasks[0].done()
    tasks[0].cancel()
    await asyncio.wait(tasks[:1])
    stream.feed_eof()
    await tasks[1]
    await stream.wait_eof()
    assert await stream.read() == b"a"


async def test_wait_eof_ends_with_the_error():
    for fail in (StreamReader.set_exception, StreamReader.feed_error):
        stream, _ = make()
        task = await started(stream.wait_eof())
        fail(stream, ClientConnectionError("gone"))
        with pytest.raises(ClientConnectionError):
            await task
        with pytest.raises(ClientConnectionError):
            await stream.wait_eof()


async def test_trailers_come_with_the_end():
    stream, _ = make()
    assert stream.trailers is None
    trailers = {"x": "y"}
    stream.feed_eof(trailers)
    stream.feed_eof({"z": "z"})
    assert stream.trailers is trailers


@pytest.mark.spec("ADD-072", "ADD-832")
async def test_total_raw_bytes_is_the_decoded_count_unless_somebody_counts():
    stream = fed(b"abc", eof=False)
    assert stream.total_bytes == stream.total_raw_bytes == 3
    stream, _ = make()
    stream.count_raw(2)
    stream.feed_data(b"abcdef")
    assert (stream.total_bytes, stream.total_raw_bytes) == (6, 2)


@pytest.mark.spec("STR-22")
async def test_feeding_after_the_end_is_an_error_of_the_feeder():
    with pytest.raises(RuntimeError, match="after feed_eof"):
        fed(b"a").feed_data(b"b")


async def test_empty_data_is_nothing():
    stream, _ = make()
    task = await started(stream.read(1))
    stream.feed_data(b"")
    await asyncio.sleep(0)
    assert not task.done()
    stream.feed_eof()
    assert await task == b""


# -- errors ----------------------------------------------------------------------------------------


@pytest.mark.spec("STR-12", "ADD-085")
async def test_set_exception_is_raised_at_once_by_every_method():
    stream = fed(b"line\n", eof=False)
    assert stream.exception() is None
    cause = OSError()
    error = ClientConnectionError("gone")
    stream.set_exception(error, cause)
    assert stream.exception() is error
    assert error.__cause__ is cause
    for read in (
        stream.read,
        stream.readany,
        stream.readline,
        stream.readchunk,
        lambda: stream.readexactly(1),
        lambda: stream.read(1),
    ):
        with pytest.raises(ClientConnectionError):
            await read()
    with pytest.raises(ClientConnectionError):
        stream.read_nowait()
    stream.feed_data(b"more")
    assert stream.total_bytes == 5


@pytest.mark.parametrize("method", ["read", "readany", "readline", "readchunk"])
async def test_set_exception_wakes_the_waiting_reader(method):
    stream, _ = make()
    task = await started(getattr(stream, method)())
    stream.set_exception(ClientConnectionError("gone"))
    with pytest.raises(ClientConnectionError):
        await task


@pytest.mark.parametrize("method", ["read", "readline", "readexactly"])
async def test_an_error_in_order_leaves_the_data_before_it_readable(method):
    stream = fed(b"abc", eof=False)
    task = await started(getattr(stream, method)(*([5] if method == "readexactly" else [])))
    stream.feed_error(ClientConnectionError("cut"))
    with pytest.raises(ClientConnectionError):
        await task
    assert await stream.read(2) == b"ab"
    assert await stream.readany() == b"c"
    for _ in range(2):
        with pytest.raises(ClientConnectionError):
            await stream.readany()
    assert not stream.is_eof()
    assert isinstance(stream.exception(), ClientConnectionError)


async def test_nothing_follows_an_error_in_order():
    stream, _ = make()
    stream.feed_error(ClientConnectionError("first"))
    stream.feed_error(ValueError("second"))
    stream.feed_data(b"x")
    stream.feed_eof()
    with pytest.raises(ClientConnectionError, match="first"):
        await stream.read()


async def test_iteration_delivers_everything_before_the_error():
    stream, _ = make()
    stream.begin_http_chunk_receiving()
    stream.feed_data(b"ab")
    stream.end_http_chunk_receiving()
    stream.feed_data(b"c")
    stream.feed_error(ClientConnectionError("cut"))
    got = []
    with pytest.raises(ClientConnectionError):
        async for pair in stream.iter_chunks():
            got.append(pair)
    assert got == [(b"ab", True), (b"c", False)]


@pytest.mark.spec("ADD-085")
async def test_a_second_waiting_reader_is_refused():
    stream, _ = make()
    task = await started(stream.readany())
    with pytest.raises(RuntimeError, match=r"readuntil\(\) called while another"):
        await stream.readline()
    stream.feed_data(b"a")
    assert await task == b"a"


@pytest.mark.spec("ADD-087")
async def test_many_reads_at_the_end_are_logged(caplog):
    stream = fed(b"a")
    with caplog.at_level(logging.WARNING, "aiohttp.internal"):
        for _ in range(6):
            await stream.read()
        assert not caplog.records
        await stream.read()
    assert "infinite loop" in caplog.text


@pytest.mark.spec("ADD-090")
async def test_on_eof(caplog):
    stream, _ = make()
    calls = []

    def fails():
        raise ZeroDivisionError

    stream.on_eof(fails)
    stream.on_eof(lambda: calls.append(1))
    assert not calls
    with caplog.at_level(logging.ERROR, "aiohttp.internal"):
        stream.feed_eof()
        stream.on_eof(lambda: calls.append(2))
        stream.on_eof(fails)
    assert calls == [1, 2]
    assert len(caplog.records) == 2


async def test_on_eof_is_not_called_after_an_error():
    stream, _ = make()
    calls = []
    stream.on_eof(lambda: calls.append(1))
    stream.set_exception(ClientConnectionError())
    stream.feed_eof()
    assert not calls


# -- back-pressure ---------------------------------------------------------------------------------


@pytest.mark.spec("ADD-078", "STR-19", "STR-20", "ADD-1028")
async def test_default_limits():
    stream = StreamReader(Connection())
    assert stream.get_read_buffer_limits() == (2**18, 2**19)


@pytest.mark.spec("ADD-078")
async def test_reading_pauses_above_the_high_mark_and_resumes_at_the_low_one():
    stream, connection = make(4)
    stream.feed_data(b"x" * 8)
    assert not connection.reading_paused
    stream.feed_data(b"x")
    assert connection.reading_paused
    assert await stream.read(4) == b"xxxx"
    assert connection.reading_paused
    assert await stream.read(1) == b"x"
    assert not connection.reading_paused
    assert (connection.pauses, connection.resumes) == (1, 1)


@pytest.mark.spec("ADD-079")
async def test_large_reads_raise_the_marks():
    stream, _ = make(4)
    stream.feed_eof()
    await stream.read(3)
    assert stream.get_read_buffer_limits() == (4, 8)
    await stream.read(10)
    assert stream.get_read_buffer_limits() == (10, 20)
    stream.iter_chunked(16)
    assert stream.get_read_buffer_limits() == (16, 32)
    stream.set_read_chunk_size(2)
    assert stream.get_read_buffer_limits() == (16, 32)


@pytest.mark.spec("ADD-069")
@pytest.mark.parametrize("method", ["read", "readexactly"])
async def test_who_waits_for_more_is_not_stopped_by_the_marks(method):
    stream, connection = make(4)
    stream.feed_data(b"x" * 9)
    assert connection.reading_paused
    task = await started(getattr(stream, method)(*([100] if method == "readexactly" else [])))
    assert not connection.reading_paused
    for _ in range(6):
        stream.feed_data(b"y" * 13)
        assert not connection.reading_paused
    stream.feed_data(b"y" * 13)
    stream.feed_eof()
    assert await task == b"x" * 9 + b"y" * 91


async def test_after_a_cancelled_read_the_marks_hold_again():
    stream, connection = make(4)
    task = await started(stream.read())
    stream.feed_data(b"x" * 20)
    assert not connection.reading_paused
    task.cancel()
    await asyncio.wait([task])
    stream.feed_data(b"x")
    assert connection.reading_paused
    assert await stream.readany() == b"x" * 21
    assert not connection.reading_paused


@pytest.mark.spec("ADD-086")
async def test_many_chunk_ends_pause_reading():
    stream, connection = make(4)  # at most 4 chunk ends
    stream.begin_http_chunk_receiving()
    for n in range(5):
        assert not connection.reading_paused, n
        stream.feed_data(b"x")
        stream.end_http_chunk_receiving()
    assert connection.reading_paused
    for _ in range(2):
        await stream.readchunk()
        assert connection.reading_paused
    await stream.readchunk()
    assert not connection.reading_paused


@pytest.mark.spec("ADD-086")
async def test_the_default_number_of_chunk_ends():
    stream, connection = make()
    stream.begin_http_chunk_receiving()
    count = 0
    while not connection.reading_paused:
        stream.feed_data(b"x")
        stream.end_http_chunk_receiving()
        count += 1
    assert count == 16384 + 1


async def test_chunk_ends_do_not_stop_who_waits_for_everything():
    stream, connection = make(4)
    stream.begin_http_chunk_receiving()
    task = await started(stream.read())
    for _ in range(100):
        stream.feed_data(b"xy")
        stream.end_http_chunk_receiving()
        assert not connection.reading_paused
    stream.feed_eof()
    assert await task == b"xy" * 100


@pytest.mark.spec("ADD-083")
@pytest.mark.parametrize("method", ["readany", "read_nowait"])
async def test_resuming_may_feed_at_once(method):
    stream, connection = make(2)
    stream.feed_data(b"xxxxx")
    connection.on_resume = lambda: stream.feed_data(b"new")
    got = getattr(stream, method)()
    assert (await got if method == "readany" else got) == b"xxxxx"
    connection.on_resume = None
    assert await stream.readany() == b"new"


async def test_resuming_before_a_wait_may_complete_it():
    stream, connection = make(2)
    connection.pause_reading()
    connection.on_resume = lambda: stream.feed_data(b"now")
    assert await stream.readany() == b"now"
    connection.on_resume = stream.feed_eof
    connection.pause_reading()
    assert await stream.readany() == b""


async def test_the_end_lets_the_connection_read_on():
    stream, connection = make(2)
    stream.feed_data(b"xxxxx")
    assert connection.reading_paused
    stream.feed_eof()
    assert not connection.reading_paused
    assert await stream.read() == b"xxxxx"
    assert connection.resumes == 1


async def test_discard_throws_away_but_notices_the_end():
    stream, connection = make(2)
    stream.begin_http_chunk_receiving()
    stream.feed_data(b"xxxxx")
    stream.end_http_chunk_receiving()
    assert connection.reading_paused
    calls = []
    stream.on_eof(lambda: calls.append(1))
    stream.discard()
    assert not connection.reading_paused
    for _ in range(100):
        stream.feed_data(b"y" * 10)
        stream.end_http_chunk_receiving()
    assert not connection.reading_paused
    assert stream.total_bytes == 1005
    stream.feed_eof()
    assert calls == [1]
    assert await stream.read() == b""


# -- cancellation ----------------------------------------------------------------------------------

READS = {
    "read": lambda s: s.read(),
    "read_n": lambda s: s.read(3),
    "readany": lambda s: s.readany(),
    "readexactly": lambda s: s.readexactly(40),
    "readline": lambda s: s.readline(),
    "readuntil": lambda s: s.readuntil(b"\r\n\r\n"),
    "readchunk": lambda s: s.readchunk(),
    "wait_eof": lambda s: s.wait_eof(),
}


@pytest.mark.parametrize("kind", READS)
async def test_a_cancelled_read_takes_nothing(kind):
    stream, _ = make()
    first = b"" if kind in {"read_n", "readany", "readchunk"} else b"abc\r"
    if first:
        stream.feed_data(b"0" + first)
        assert await stream.read(1) == b"0"
    task = await started(READS[kind](stream))
    if first:
        stream.feed_data(b"def")
        await asyncio.sleep(0)
    assert not task.done()
    task.cancel()
    await asyncio.wait([task])
    assert task.cancelled()
    stream.feed_data(b"ghi")
    stream.feed_eof()
    assert await stream.read() == (first + b"def" if first else b"") + b"ghi"


async def test_cancelled_in_the_turn_in_which_data_came():
    stream, _ = make()
    task = await started(stream.readany())
    stream.feed_data(b"abc")
    task.cancel()
    await asyncio.wait([task])
    assert task.cancelled()
    assert await stream.readany() == b"abc"


async def test_a_timer_surrounds_each_wait():
    class Timer:
        entered = left = 0

        def __enter__(self):
            self.entered += 1

        def __exit__(self, *args):
            self.left += 1

    timer = Timer()
    stream, _ = make(timer=timer, loop=asyncio.get_running_loop())
    stream.feed_data(b"a")
    await stream.readany()
    assert timer.entered == 0
    task = await started(stream.readany())
    assert (timer.entered, timer.left) == (1, 0)
    stream.feed_data(b"b")
    await task
    assert (timer.entered, timer.left) == (1, 1)


# -- any split, any reading ------------------------------------------------------------------------

PIECES = st.lists(st.binary(max_size=9).map(lambda b: b.replace(b"\x00", b"\n")), max_size=30)
STEPS = st.lists(
    st.tuples(
        st.sampled_from(["read", "exactly", "line", "until", "any", "chunk", "nowait"]),
        st.integers(1, 12),
    ),
    max_size=40,
)


@given(pieces=PIECES, steps=STEPS, limit=st.sampled_from([1, 8, 4096]))
@settings(deadline=None, max_examples=150)
def test_no_byte_is_lost_doubled_or_moved(pieces, steps, limit):
    async def run():
        stream, _ = make(limit)
        stream.begin_http_chunk_receiving()
        got = []
        waiting = list(pieces)

        def feed():
            if waiting:
                stream.feed_data(waiting.pop(0))
                stream.end_http_chunk_receiving()
            else:
                stream.feed_eof()

        async def drive(coroutine):
            task = await started(coroutine)
            while not task.done():
                feed()
                await asyncio.sleep(0)
            return await task

        for kind, n in steps:
            if kind == "read":
                got.append(await drive(stream.read(n)))
            elif kind == "any":
                got.append(await drive(stream.readany()))
            elif kind == "nowait":
                got.append(stream.read_nowait(n))
            elif kind == "chunk":
                got.append((await drive(stream.readchunk()))[0])
            elif kind == "exactly":
                try:
                    got.append(await drive(stream.readexactly(n)))
                except asyncio.IncompleteReadError as error:
                    got.append(error.partial)
            else:
                separator = b"\n" if kind == "line" else b"\n\n\n"[: n % 3 + 1]
                line = await drive(stream.readuntil(separator, max_size=10**6))
                assert line.find(separator) in {-1, len(line) - len(separator)}
                got.append(line)
        got.append(await drive(stream.read()))
        assert b"".join(got) == b"".join(pieces)

    asyncio.run(run())


# -- cost ------------------------------------------------------------------------------------------


async def tiny_pieces(count):
    stream, _ = make()
    stream.begin_http_chunk_receiving()
    task = await started(stream.read())
    for _ in range(count):
        stream.feed_data(b"abcd")
        stream.end_http_chunk_receiving()
    assert len(stream._buffer) < count // 100 + 300
    stream.feed_eof()
    assert await task == b"abcd" * count


async def test_a_million_tiny_pieces_take_memory_near_their_size():
    gc.collect()
    tracemalloc.start()
    try:
        await tiny_pieces(200_000)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 6 * 800_000


async def work(action):
    """Return how many Python-level steps *action* takes."""
    steps = 0

    def trace(frame, event, arg):
        nonlocal steps
        steps += 1
        return trace

    old = sys.gettrace()
    sys.settrace(trace)
    try:
        await action
    finally:
        sys.settrace(old)
    return steps


async def read_lines(count):
    stream = fed(b"x\n" * count, limit=2**24)
    for _ in range(count):
        await stream.readline()


async def read_bytes(count):
    stream = fed(*[b"xyz"] * count, limit=2**24)
    for _ in range(3 * count):
        await stream.read(1)


@pytest.mark.parametrize("action", [tiny_pieces, read_lines, read_bytes])
async def test_cost_is_linear(action):
    small = await work(action(2000))
    large = await work(action(8000))
    assert large < 4.5 * small


async def test_lines_of_a_large_piece_do_not_copy_the_rest():
    stream = fed(b"x\n" * 500_000, limit=2**24)
    tracemalloc.start()
    try:
        for _ in range(1000):
            await stream.readline()
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 100_000


# -- the empty stream ------------------------------------------------------------------------------


@pytest.mark.spec("ADD-091")
async def test_the_empty_stream():
    stream = EMPTY_PAYLOAD
    assert isinstance(stream, StreamReader)
    assert repr(stream) == "<EmptyStreamReader>"
    assert await stream.read() == b""
    assert await stream.read(5) == b""
    assert await stream.readany() == b""
    assert await stream.readline() == b""
    assert await stream.readuntil(b"x") == b""
    assert await stream.readchunk() == (b"", False)
    assert await stream.readexactly(0) == b""
    with pytest.raises(asyncio.IncompleteReadError):
        await stream.readexactly(1)
    assert stream.read_nowait() == b""
    assert [pair async for pair in stream.iter_chunks()] == []
    assert [line async for line in stream] == []
    await stream.wait_eof()
    assert stream.at_eof()
    assert stream.total_bytes == stream.total_raw_bytes == 0


@pytest.mark.spec("ADD-091")
async def test_the_empty_stream_is_shared_and_cannot_be_spoilt():
    stream = EmptyStreamReader()
    stream.set_exception(ValueError())
    stream.feed_error(ValueError())
    stream.feed_data(b"x")
    stream.feed_eof()
    stream.discard()
    stream.unread_data(b"x")
    stream.iter_chunked(2**30)
    assert stream.exception() is None
    assert stream.get_read_buffer_limits() == (2**18, 2**19)
    calls = []
    stream.on_eof(lambda: calls.append(1))
    assert calls == [1]
    assert await stream.read() == b""


def test_repr():
    stream, _ = make(16)
    stream.feed_data(b"abc")
    stream.feed_eof()
    assert repr(stream) == "<StreamReader 3 bytes eof low=16 high=32>"
    stream.set_exception(ValueError("x"))
    assert "e=ValueError('x')" in repr(stream)


async def test_repr_of_a_waiting_stream():
    stream, _ = make()
    task = await started(stream.read())
    assert "w=<Future" in repr(stream)
    stream.feed_eof()
    await task


class TestFeedChunks:
    @pytest.mark.spec("STR-07", "STR-11")
    async def test_the_chunks_of_a_run_come_out_one_by_one(self) -> None:
        reader = StreamReader(Connection())
        reader.begin_http_chunk_receiving()
        reader.feed_data(b"x")
        reader.end_http_chunk_receiving()
        reader.feed_chunks(b"abcdef", [1, 3, 6])
        reader.feed_data(b"y")
        reader.end_http_chunk_receiving()
        reader.feed_eof()
        assert [pair async for pair in reader.iter_chunks()] == [
            (b"x", True),
            (b"a", True),
            (b"bc", True),
            (b"def", True),
            (b"y", True),
        ]

    async def test_it_needs_to_be_told_of_chunks(self) -> None:
        with pytest.raises(RuntimeError, match="begin_http_chunk_receiving"):
            StreamReader(Connection()).feed_chunks(b"a", [1])

    async def test_after_an_error_it_is_dropped_and_after_the_end_refused(self) -> None:
        reader = StreamReader(Connection())
        reader.begin_http_chunk_receiving()
        reader.feed_error(OSError("gone"))
        reader.feed_chunks(b"ab", [1, 2])
        assert reader.total_bytes == 0
        ended = StreamReader(Connection())
        ended.begin_http_chunk_receiving()
        ended.feed_eof()
        with pytest.raises(RuntimeError, match="feed_eof"):
            ended.feed_chunks(b"ab", [1, 2])

    async def test_a_stream_that_is_discarded_counts_and_keeps_nothing(self) -> None:
        reader = StreamReader(Connection())
        reader.begin_http_chunk_receiving()
        reader.discard()
        reader.feed_chunks(b"ab", [1, 2])
        reader.feed_eof()
        assert (reader.total_bytes, await reader.read()) == (2, b"")

    @pytest.mark.spec("ADD-086", "ADD-783")
    async def test_many_chunks_pause_the_connection(self) -> None:
        connection = Connection()
        reader = StreamReader(connection, 128)
        reader.begin_http_chunk_receiving()
        reader.feed_chunks(b"x" * 8, list(range(1, 9)))
        assert not connection.reading_paused
        reader.feed_chunks(b"x", [1])
        assert connection.reading_paused
        for _ in range(4):
            await reader.readchunk()
        assert connection.reading_paused
        await reader.readchunk()
        assert not connection.reading_paused

    async def test_who_waits_for_everything_is_not_held_up_by_chunks(self) -> None:
        connection = Connection()
        reader = StreamReader(connection, 128)
        reader.begin_http_chunk_receiving()
        task = asyncio.ensure_future(reader.read())
        await asyncio.sleep(0)
        for _ in range(100):
            reader.feed_chunks(b"x" * 8, list(range(1, 9)))
            assert not connection.reading_paused
        reader.feed_eof()
        assert await task == b"x" * 800

    async def test_the_empty_stream_takes_nothing(self) -> None:
        EMPTY_PAYLOAD.feed_chunks(b"a", [1])
        assert await EMPTY_PAYLOAD.read() == b""


@pytest.mark.spec("ADD-089")
def test_feed_data_takes_nothing_but_the_data():
    stream, _ = make()
    with pytest.raises(TypeError):
        stream.feed_data(b"a", 1)


@pytest.mark.spec("ADD-806")
async def test_readany_never_gives_more_than_the_marks_let_in():
    stream, connection = make(limit=100)
    sent = 0
    largest = 0
    while sent < 10_000:
        while not connection.reading_paused:
            stream.feed_data(b"x" * 30)
            sent += 30
        largest = max(largest, len(await stream.readany()))
    assert 200 < largest <= 200 + 30


async def test_tiny_pieces_behind_a_piece_that_was_begun():
    stream, _ = make()
    stream.feed_data(b"ab")
    assert await stream.read(1) == b"a"
    for _ in range(600):
        stream.feed_data(b"c")
    stream.feed_eof()
    assert await stream.read() == b"b" + b"c" * 600
