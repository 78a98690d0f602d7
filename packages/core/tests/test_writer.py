"""The writer of one message: what reaches the transport, in how many writes; refusals."""

import asyncio
import gzip
import sys
import threading
import zlib
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from multidict import CIMultiDict

from aiohttp_core import writer as writer_module
from aiohttp_core.errors import BodyLengthError, ClientConnectionResetError
from aiohttp_core.flow import WriteGate
from aiohttp_core.writer import AbstractStreamWriter, StreamWriter, as_immutable

LINE = "HTTP/1.1 200 OK"
HEAD = b"HTTP/1.1 200 OK\r\nA: b\r\n\r\n"


class Transport:
    def __init__(self):
        self.writes = []
        self.lists = 0
        self.closing = False

    def write(self, data):
        assert not isinstance(data, bytearray)
        self.writes.append(bytes(data))

    def writelines(self, pieces):
        self.lists += 1
        self.writes.append(b"".join(pieces))

    def is_closing(self):
        return self.closing

    @property
    def sent(self):
        return b"".join(self.writes)


class Connection:
    def __init__(self):
        self.transport: Any = Transport()
        self.gate = WriteGate()


def make(**kwargs):
    connection = Connection()
    return StreamWriter(connection, **kwargs), connection.transport


async def with_head(**kwargs):
    writer, transport = make(**kwargs)
    await writer.write_headers(LINE, CIMultiDict(A="b"))
    return writer, transport


# -- one write -------------------------------------------------------------------------------------


@pytest.mark.spec("ADD-123")
async def test_head_and_first_piece_leave_in_one_write():
    writer, transport = await with_head()
    assert transport.writes == []
    await writer.write(b"body")
    await writer.write(b"more")
    await writer.write_eof()
    assert transport.writes == [HEAD + b"body", b"more"]
    assert writer.output_size == len(transport.sent)


async def test_head_and_whole_chunked_body_leave_in_one_write():
    writer, transport = await with_head()
    writer.enable_chunking()
    await writer.write_eof(b"body")
    assert transport.writes == [HEAD + b"4\r\nbody\r\n0\r\n\r\n"]


async def test_a_head_without_body_leaves_at_the_end():
    writer, transport = await with_head()
    await writer.write_eof()
    await writer.write_eof(b"ignored")
    assert transport.writes == [HEAD]


@pytest.mark.parametrize("pauses", [True, False])
async def test_large_pieces_are_not_joined_where_the_loop_can_do_without(monkeypatch, pauses):
    monkeypatch.setattr(writer_module, "WRITELINES_PAUSES", pauses)
    writer, transport = await with_head()
    body = b"x" * writer_module.JOIN_BELOW
    await writer.write(body)
    assert transport.writes == [HEAD + body]
    assert transport.lists == pauses
    assert writer.output_size == len(HEAD + body)


def test_the_versions_whose_writelines_forgets_the_high_water_mark():
    version = sys.version_info[:3]
    broken = (3, 12, 0) <= version < (3, 12, 9) or (3, 13, 0) <= version < (3, 13, 2)
    assert broken != writer_module.WRITELINES_PAUSES


async def test_send_headers():
    writer, transport = await with_head()
    writer.send_headers()
    writer.send_headers()
    await writer.write(b"x")
    assert transport.writes == [HEAD, b"x"]


async def test_a_second_head_is_refused():
    writer, _ = await with_head()
    with pytest.raises(RuntimeError, match="already"):
        await writer.write_headers(LINE, CIMultiDict())


async def test_an_unsent_head_can_be_withdrawn():
    writer, transport = make()
    assert not writer.withdraw()
    await writer.write_headers(LINE, CIMultiDict(A="b"))
    assert writer.withdraw()
    assert not writer.withdraw()
    with pytest.raises(RuntimeError):
        await writer.write(b"x")
    await writer.write_eof()
    assert transport.sent == b""


async def test_a_sent_head_stays():
    writer, transport = await with_head()
    await writer.write(b"x")
    assert not writer.withdraw()
    await writer.write_eof(b"y")
    assert not writer.withdraw()
    assert transport.sent == HEAD + b"xy"


async def test_a_head_with_line_breaks_is_refused_and_nothing_is_sent():
    writer, transport = make()
    with pytest.raises(ValueError, match=r"[Cc]ontrol"):
        await writer.write_headers(LINE, CIMultiDict(A="b\r\nX: y"))
    assert transport.writes == []


# -- kinds of pieces -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "piece",
    [
        b"abcd",
        bytearray(b"abcd"),
        memoryview(b"abcd"),
        memoryview(bytearray(b"abcd")),
        memoryview(b"abcd").cast("I"),
        memoryview(b"a.b.c.d.")[::2],
    ],
    ids=lambda piece: type(piece).__name__,
)
@pytest.mark.parametrize("chunked", [True, False])
async def test_every_byteish(piece, chunked):
    writer, transport = make()
    if chunked:
        writer.enable_chunking()
    await writer.write(piece)
    assert transport.writes == [b"4\r\nabcd\r\n" if chunked else b"abcd"]


def test_what_could_change_is_copied():
    data = bytearray(b"abcd")
    for piece in (data, memoryview(data), memoryview(data).toreadonly()):
        assert bytes(as_immutable(piece)) == b"abcd"
        assert isinstance(as_immutable(piece), bytes)
    constant = b"abcd"
    assert as_immutable(constant) is constant
    view = as_immutable(memoryview(constant))
    assert isinstance(view, memoryview)
    assert view.obj is constant


@pytest.mark.parametrize("piece", ["text", 5, None, [b"x"]])
async def test_other_types_are_refused(piece):
    writer, transport = await with_head()
    with pytest.raises(TypeError, match="byte-ish"):
        await writer.write(piece)
    with pytest.raises(TypeError, match="byte-ish"):
        await writer.write_eof(piece)
    assert transport.writes == []


async def test_an_empty_piece_does_not_end_a_chunked_body():
    writer, transport = make()
    writer.enable_chunking()
    await writer.write(b"")
    await writer.write(b"a")
    assert transport.sent == b"1\r\na\r\n"


# -- length ----------------------------------------------------------------------------------------


async def test_exact_length():
    writer, transport = make()
    assert writer.length is None
    writer.length = 6
    await writer.write(b"abc")
    assert writer.length == 3
    await writer.write_eof(b"def")
    assert writer.length == 0
    assert transport.sent == b"abcdef"
    assert not writer.must_close


async def test_too_much_is_refused_whole():
    writer, transport = make()
    writer.length = 4
    await writer.write(b"abc")
    for write in (writer.write, writer.write_eof):
        with pytest.raises(BodyLengthError):
            await write(b"de")
    assert transport.sent == b"abc"
    assert writer.must_close


@pytest.mark.parametrize("end", ["write_eof", "set_eof"])
async def test_too_little_is_an_error_at_the_end(end):
    writer, transport = make()
    writer.length = 4
    await writer.write(b"abc")
    with pytest.raises(BodyLengthError):
        if end == "set_eof":
            writer.set_eof()
        else:
            await writer.write_eof()
    assert writer.must_close
    assert transport.sent == b"abc"


def test_never_two_framings():
    writer, _ = make()
    writer.length = 4
    with pytest.raises(RuntimeError):
        writer.enable_chunking()
    writer.length = None
    writer.enable_chunking()
    with pytest.raises(RuntimeError):
        writer.length = 4
    writer.length = None
    with pytest.raises(ValueError, match="negative"):
        make()[0].length = -1


async def test_a_suppressed_body_is_not_sent_and_not_held_against_the_writer():
    writer, transport = await with_head()
    writer.length = 10
    writer.suppress_body()
    await writer.write(b"abc")
    await writer.write_eof(b"d")
    assert transport.writes == [HEAD]
    assert not writer.must_close


@pytest.mark.parametrize("end", ["write_eof", "set_eof"])
async def test_a_suppressed_chunked_body_has_no_last_chunk(end):
    writer, transport = await with_head()
    writer.enable_chunking()
    writer.suppress_body()
    if end == "set_eof":
        writer.set_eof()
    else:
        await writer.write_eof()
    assert transport.writes == [HEAD]


# -- end -------------------------------------------------------------------------------------------


async def test_trailers():
    writer, transport = make()
    writer.enable_chunking()
    await writer.write_eof(b"a", trailers={"X-T": "1"})
    assert transport.sent == b"1\r\na\r\n0\r\nX-T: 1\r\n\r\n"


async def test_trailers_need_chunking():
    writer, transport = make()
    with pytest.raises(ValueError, match="chunked"):
        await writer.write_eof(b"a", trailers={"X-T": "1"})
    assert transport.writes == []


async def test_bad_trailers_are_refused():
    writer, transport = make()
    writer.enable_chunking()
    with pytest.raises(ValueError, match="not allowed"):
        await writer.write_eof(trailers={"Content-Length": "1"})
    assert transport.writes == []


async def test_set_eof_sends_what_is_due():
    writer, transport = await with_head()
    writer.enable_chunking()
    writer.set_eof()
    writer.set_eof()
    await writer.write_eof()
    assert transport.writes == [HEAD + b"0\r\n\r\n"]


async def test_nothing_after_the_end():
    writer, _ = make()
    await writer.write_eof()
    with pytest.raises(RuntimeError, match="after write_eof"):
        await writer.write(b"x")


# -- transport -------------------------------------------------------------------------------------


@pytest.mark.spec("ADD-413", "ADD-871")
@pytest.mark.parametrize("gone", [True, False])
async def test_writing_to_a_closing_transport(gone):
    connection = Connection()
    writer = StreamWriter(connection)
    await writer.write_headers(LINE, CIMultiDict())
    if gone:
        connection.transport = None
    else:
        connection.transport.closing = True
    for call in (writer.write(b"x"), writer.write_eof(b"x")):
        with pytest.raises(ClientConnectionResetError, match="closing transport"):
            await call
    assert writer.must_close
    assert writer.transport is connection.transport


async def test_a_write_waits_only_above_the_high_water_mark():
    connection = Connection()
    writer = StreamWriter(connection)
    await writer.write(b"a")
    assert writer.buffer_size == 1
    connection.gate.pause()
    task = asyncio.create_task(writer.write(b"b"))
    await asyncio.sleep(0)
    assert connection.transport.writes == [b"a", b"b"]
    assert not task.done()
    connection.gate.resume()
    await task
    assert writer.buffer_size == 0


async def test_write_without_drain():
    connection = Connection()
    writer = StreamWriter(connection)
    connection.gate.pause()
    await writer.write(b"b", drain=False)
    task = asyncio.create_task(writer.drain())
    await asyncio.sleep(0)
    assert not task.done()
    connection.gate.resume()
    await task
    await writer.drain()


async def test_the_end_waits_too():
    connection = Connection()
    writer = StreamWriter(connection)
    connection.gate.pause()
    task = asyncio.create_task(writer.write_eof(b"b"))
    await asyncio.sleep(0)
    assert not task.done()
    connection.gate.close()
    with pytest.raises(ClientConnectionResetError):
        await task


# -- callbacks -------------------------------------------------------------------------------------


async def test_tracing_sees_what_the_caller_gave():
    chunks, heads = [], []

    async def on_chunk(chunk):
        assert type(chunk) is bytes
        chunks.append(chunk)

    async def on_headers(headers):
        heads.append(dict(headers))

    writer, _ = make(on_chunk_sent=on_chunk, on_headers_sent=on_headers)
    writer.enable_chunking()
    writer.enable_compression("gzip")
    await writer.write_headers(LINE, CIMultiDict(A="b"))
    await writer.write(memoryview(b"abc"))
    await writer.write_eof(b"d")
    assert chunks == [b"abc", b"d"]
    assert heads == [{"A": "b"}]


@pytest.mark.spec("ADD-367", "ADD-371")
async def test_body_writes_are_reported_before_coding_and_framing():
    reports = []
    writer, transport = await with_head()
    writer.on_body_write = lambda size, position: reports.append((size, position))
    writer.enable_chunking()
    await writer.write(b"abc")
    await writer.write(b"")
    await writer.write_eof(b"d")
    first = len(HEAD + b"3\r\nabc\r\n")
    assert reports == [(3, first), (1, first + len(b"1\r\nd\r\n0\r\n\r\n"))]
    assert writer.output_size == len(transport.sent)


# -- coding ----------------------------------------------------------------------------------------


def unchunked(data):
    body = b""
    while data:
        size, _, data = data.partition(b"\r\n")
        size = int(size, 16)
        body, data = body + data[:size], data[size + 2 :]
    return body


@given(pieces=st.lists(st.binary(max_size=30000), max_size=5), last=st.binary(max_size=20))
@settings(deadline=None, max_examples=30)
def test_whatever_is_written_can_be_read_back(pieces, last):
    async def run():
        writer, transport = make()
        writer.enable_chunking()
        writer.enable_compression("gzip")
        for piece in pieces:
            await writer.write(piece)
        await writer.write_eof(last)
        assert gzip.decompress(unchunked(transport.sent)) == b"".join(pieces) + last

    asyncio.run(run())


async def test_deflate_is_the_default_coding():
    writer, transport = make()
    writer.enable_compression()
    await writer.write_eof(b"abc")
    assert zlib.decompress(transport.sent) == b"abc"


async def test_an_unknown_coding():
    with pytest.raises(ValueError, match="Unknown content coding"):
        make()[0].enable_compression("lzma")


async def test_a_declared_length_counts_encoded_bytes():
    body = zlib.compress(b"abc" * 100)
    writer, transport = make()
    writer.enable_compression("deflate", zlib.Z_DEFAULT_STRATEGY)
    writer.length = len(body)
    await writer.write_eof(b"abc" * 100)
    assert transport.sent == body


async def test_a_cancelled_write_of_a_large_piece_loses_nothing_of_the_stream():
    release = threading.Event()
    entered = threading.Event()

    class Slow(ThreadPoolExecutor):
        def submit(self, fn, /, *args, **kwargs):
            def run():
                entered.set()
                release.wait(10)
                return fn(*args, **kwargs)

            return super().submit(run)

    with Slow(1) as executor:
        writer, transport = make()
        writer.enable_compression("gzip", executor=executor, max_sync_chunk_size=10)
        task = asyncio.create_task(writer.write(b"first" * 10))
        while not entered.is_set():
            await asyncio.sleep(0)
        other = asyncio.create_task(writer.write(b"second" * 10))
        await asyncio.sleep(0)
        task.cancel()
        await asyncio.wait([task])
        assert task.cancelled()
        release.set()
        await other
        await writer.write_eof(b"end")
    assert gzip.decompress(transport.sent) == b"first" * 10 + b"second" * 10 + b"end"


# -- the abstract writer ---------------------------------------------------------------------------


async def test_the_abstract_writer_states_its_attributes():
    class Sink(AbstractStreamWriter):
        async def write(self, chunk):
            pass

        async def write_eof(self, chunk=b""):
            pass

        async def drain(self):
            pass

        def enable_compression(self, encoding="deflate", strategy=None):
            pass

        def enable_chunking(self):
            pass

        async def write_headers(self, status_line, headers):
            pass

    sink = Sink()
    assert (sink.buffer_size, sink.output_size, sink.length, sink.on_body_write) == (0, 0, 0, None)
    sink.send_headers()
    with pytest.raises(TypeError, match="abstract"):
        AbstractStreamWriter()  # type: ignore[abstract]


@pytest.mark.spec("PAY-12", "ADD-1029")
async def test_data_that_is_coded_already_goes_out_as_it_is():
    writer, transport = make()
    data = gzip.compress(b"hello")
    writer.length = len(data)
    await writer.write_headers(LINE, CIMultiDict({"Content-Encoding": "gzip"}))
    await writer.write_eof(data)
    assert b"".join(transport.writes).partition(b"\r\n\r\n")[2] == data


@pytest.mark.spec("HTTP-31")
async def test_the_filters_of_old_are_methods_and_a_head_that_was_taken_cannot_change():
    writer, transport = make()
    headers = CIMultiDict({"A": "b"})
    writer.enable_compression("deflate")
    writer.enable_chunking()
    await writer.write_headers(LINE, headers)
    headers["C"] = "d"
    await writer.write(b"hello")
    await writer.write_eof()
    head, _, body = b"".join(transport.writes).partition(b"\r\n\r\n")
    assert head == b"HTTP/1.1 200 OK\r\nA: b"
    coded = b""
    while body != b"0\r\n\r\n":
        size, _, rest = body.partition(b"\r\n")
        coded += rest[: int(size, 16)]
        body = rest[int(size, 16) + 2 :]
    assert zlib.decompress(coded) == b"hello"
    with pytest.raises(RuntimeError, match="head"):
        await writer.write_headers(LINE, headers)


async def test_what_went_past_the_writer_is_counted():
    writer, _ = make()
    writer.length = 10
    await writer.write_headers(LINE, CIMultiDict())
    writer.send_headers()
    before = writer.output_size
    writer.count_sent(10)
    assert (writer.length, writer.output_size) == (0, before + 10)
    with pytest.raises(BodyLengthError):
        writer.count_sent(1)
    assert writer.must_close
