"""Payloads: what is sent, how often, off the loop, and the registry."""

import asyncio
import io
import json
import os
import pathlib
import tempfile
import threading
import warnings

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from multidict import CIMultiDict

from aiohttp_core import payload as payload_module
from aiohttp_core.errors import ClientConnectionResetError
from aiohttp_core.payload import (
    PAYLOAD_REGISTRY,
    AsyncIterablePayload,
    BufferedReaderPayload,
    BytesIOPayload,
    BytesPayload,
    IOBasePayload,
    JsonBytesPayload,
    JsonPayload,
    Order,
    Payload,
    PayloadRegistry,
    Replay,
    StreamReaderPayload,
    StringIOPayload,
    StringPayload,
    TextIOPayload,
    get_payload,
    payload_type,
)
from aiohttp_core.streams import StreamReader
from aiohttp_core.writer import AbstractStreamWriter


class Sink(AbstractStreamWriter):
    """Keeps what is written."""

    def __init__(self):
        self.pieces = []
        self.calls = []

    async def write(self, chunk):
        assert isinstance(chunk, (bytes, bytearray, memoryview))
        self.pieces.append(bytes(chunk))

    async def write_eof(self, chunk=b""):
        self.calls.append("eof")
        await self.write(chunk)

    async def drain(self):
        self.calls.append("drain")

    def enable_compression(self, encoding="deflate", strategy=None):
        self.calls.append(encoding)

    def enable_chunking(self):
        self.calls.append("chunking")

    async def write_headers(self, status_line, headers):
        self.calls.append(status_line)

    def send_headers(self):
        self.calls.append("send")

    @property
    def data(self):
        return b"".join(self.pieces)


class BrokenSink(Sink):
    async def write(self, chunk):
        raise ClientConnectionResetError("gone")


async def sent(payload, length=None):
    sink = Sink()
    if length is None:
        await payload.write(sink)
    else:
        await payload.write_with_length(sink, length)
    return sink.data


class Connection:
    reading_paused = False

    def pause_reading(self):
        pass

    def resume_reading(self):
        pass


def stream(*pieces):
    reader = StreamReader(Connection())
    for piece in pieces:
        reader.feed_data(piece)
    reader.feed_eof()
    return reader


async def generate(*pieces):
    for piece in pieces:
        yield piece


@pytest.fixture
def path(tmp_path):
    file = tmp_path / "data.bin"
    file.write_bytes(bytes(range(256)) * 4)
    return file


# -- in memory -------------------------------------------------------------------------------------


@pytest.mark.spec("PAY-04", "ADD-095", "ADD-096")
@pytest.mark.parametrize(
    "value",
    [
        b"abcd",
        bytearray(b"abcd"),
        memoryview(b"abcd"),
        memoryview(b"abcd").cast("I"),
        memoryview(b"a.b.c.d.")[::2],
    ],
)
async def test_bytes(value):
    payload = get_payload(value)
    assert type(payload) is BytesPayload
    assert payload.size == 4
    assert payload.content_type == "application/octet-stream"
    assert payload.headers == {"Content-Type": "application/octet-stream"}
    assert payload.filename is None
    assert payload.encoding is None
    assert payload.replay is Replay.REPLAYABLE
    assert payload.autoclose
    for _ in range(2):
        assert await sent(payload) == b"abcd"
        assert await sent(payload, 3) == b"abc"
        assert await sent(payload, 9) == b"abcd"
        assert not payload.consumed
    assert payload.decode() == "abcd"
    assert await payload.as_bytes() == b"abcd"
    await payload.close()
    await payload.close()


def test_bytes_wants_bytes():
    with pytest.raises(TypeError, match="byte-ish"):
        BytesPayload("text")  # type: ignore[arg-type]


@pytest.mark.spec("ADD-104")
def test_large_raw_bytes_are_warned_about():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        BytesPayload(bytes(2**20))
        StringPayload("x" * 2**21)
        BytesIOPayload(io.BytesIO(bytes(2**21)))
    with pytest.warns(ResourceWarning, match=r"io\.BytesIO"):
        BytesPayload(bytes(2**20 + 1))


@pytest.mark.parametrize("kind", [bytes, bytearray])
async def test_large_bytes_are_handed_over_in_pieces(kind):
    with pytest.warns(ResourceWarning):
        payload = BytesPayload(kind(os.urandom(2**20 + 5)))
    sink = Sink()
    await payload.write(sink)
    assert [len(piece) for piece in sink.pieces] == [2**18] * 4 + [5]
    assert sink.data == payload._value
    assert len(await sent(payload, 2**19 + 1)) == 2**19 + 1


async def test_a_bytearray_may_grow_while_it_is_sent():
    value = bytearray(2**20)
    payload = BytesPayload(value)
    sink = Sink()

    async def write(chunk):
        value.append(1)
        sink.pieces.append(bytes(chunk))

    sink.write = write
    await payload.write(sink)
    assert sink.data == bytes(2**20)
    assert payload.size == 2**20 + 4


@pytest.mark.spec("PAY-05", "PAY-06", "ADD-098", "PAY-13")
@pytest.mark.parametrize(
    ("options", "encoding", "content_type"),
    [
        ({}, "utf-8", "text/plain; charset=utf-8"),
        ({"encoding": "koi8-r"}, "koi8-r", "text/plain; charset=koi8-r"),
        ({"content_type": "text/html"}, "utf-8", "text/html"),
        ({"content_type": "text/html; charset=koi8-r"}, "koi8-r", "text/html; charset=koi8-r"),
        ({"content_type": "text/x", "encoding": "koi8-r"}, "koi8-r", "text/x"),
    ],
)
async def test_text(options, encoding, content_type):
    text = "\u0442\u0435\u0441\u0442"
    payload = get_payload(text, **options)
    assert type(payload) is StringPayload
    assert payload.encoding == encoding
    assert payload.content_type == content_type
    assert await sent(payload) == text.encode(encoding)
    assert payload.size == len(text.encode(encoding))
    assert payload.decode(encoding) == text


async def test_string_io():
    value = io.StringIO("ab\u00e9")
    value.read(1)
    payload = get_payload(value)
    assert type(payload) is StringIOPayload
    assert payload.content_type == "text/plain; charset=utf-8"
    for _ in range(2):
        assert await sent(payload) == "b\u00e9".encode()


@pytest.mark.spec("ADD-106", "ADD-975")
async def test_json():
    payload = JsonPayload({"a": "\u00e9"}, dumps=lambda v: json.dumps(v, ensure_ascii=False))
    assert payload.content_type == "application/json"
    assert await sent(payload) == '{"a": "\u00e9"}'.encode()
    assert payload.encoding == "utf-8"
    utf16 = await JsonPayload("\u00e9", "utf-16", "application/x").as_bytes()
    assert json.loads(utf16.decode("utf-16")) == "\u00e9"
    ready = JsonBytesPayload([1], dumps=lambda value: b"[1]")
    assert ready.content_type == "application/json"
    assert ready.encoding is None
    assert await sent(ready) == b"[1]"
    with pytest.raises(TypeError):
        JsonBytesPayload([1])  # type: ignore[call-arg]


# -- headers ---------------------------------------------------------------------------------------


@pytest.mark.spec("ADD-097")
@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({}, "application/octet-stream"),
        ({"content_type": None}, "application/octet-stream"),
        ({"filename": "a.png"}, "image/png"),
        ({"filename": "a.unknownsuffix"}, "application/octet-stream"),
        ({"filename": "a.png", "content_type": "a/b"}, "a/b"),
        ({"headers": {"content-type": "x/y"}}, "x/y"),
        ({"headers": {"content-type": "x/y"}, "content_type": "a/b"}, "a/b"),
        ({"headers": [("A", "1")], "filename": "a.png"}, "image/png"),
    ],
)
def test_content_type(options, expected):
    payload = BytesPayload(b"x", **options)
    assert payload.content_type == expected
    assert payload.headers.getall("Content-Type") == [expected]
    assert payload.content_type == expected
    assert payload.filename == options.get("filename")


@pytest.mark.parametrize("value", ["text/plain\r\nX: y", "a/b\n", "a\x00b"])
def test_a_content_type_that_breaks_lines_is_refused(value):
    with pytest.raises(ValueError, match="Control character"):
        BytesPayload(b"x", content_type=value)


@pytest.mark.spec("PAY-03")
def test_headers_can_be_changed_and_are_a_copy():
    given_headers = CIMultiDict(A="1")
    payload = BytesPayload(b"x", headers=given_headers)
    payload.headers["Content-ID"] = "7"
    payload.headers["Content-Type"] = "a/b"
    assert payload.content_type == "a/b"
    assert given_headers == {"A": "1"}


@pytest.mark.spec("PAY-02", "NAM-04")
def test_content_disposition():
    payload = BytesPayload(b"x")
    payload.set_content_disposition("attachment", filename="secret.txt")
    assert payload.headers["Content-Disposition"] == 'attachment; filename="secret.txt"'
    payload.set_content_disposition("form-data", quote_fields=False, name='a"b')
    assert payload.headers["Content-Disposition"] == 'form-data; name="a\\"b"'
    with pytest.raises(ValueError, match="disposition"):
        payload.set_content_disposition("a b")


def test_repr():
    assert repr(BytesPayload(b"abc")) == "<BytesPayload application/octet-stream 3 bytes>"
    assert "unknown size" in repr(AsyncIterablePayload(stream().iter_any()))


# -- files -----------------------------------------------------------------------------------------


@pytest.mark.spec("PAY-07", "PAY-10", "ADD-095", "ADD-099", "ADD-103", "ADD-100")
@pytest.mark.parametrize(
    ("mode", "buffering", "kind"),
    [
        ("rb", -1, BufferedReaderPayload),
        ("r+b", -1, BufferedReaderPayload),
        ("rb", 0, IOBasePayload),
    ],
)
async def test_binary_files(path, mode, buffering, kind):
    content = path.read_bytes()
    path = path.rename(path.with_suffix(".png"))
    with open(path, mode, buffering) as file:
        file.seek(100)
        payload = get_payload(file)
        assert type(payload) is kind
        assert payload.content_type == "image/png"
        assert payload.filename == "data.png"
        assert payload.headers["Content-Disposition"] == 'attachment; filename="data.png"'
        assert payload.replay is Replay.REWINDABLE
        assert not payload.autoclose
        for _ in range(3):
            assert payload.size == len(content) - 100
            assert await sent(payload) == content[100:]
            assert not payload.consumed
        assert await sent(payload, 7) == content[100:107]
        assert await sent(payload, 0) == b""
        assert await sent(payload, 10**6) == content[100:]
        assert payload.decode("latin-1") == content[100:].decode("latin-1")
        assert await payload.as_bytes() == content[100:]
        assert not file.closed
        await payload.close()
        assert file.closed
        await payload.close()


async def test_disposition_can_be_left_out(path):
    with path.open("rb") as file:
        payload = get_payload(file, disposition=None)
        assert "Content-Disposition" not in payload.headers
        payload = get_payload(file, headers={"Content-Disposition": "inline"})
        assert payload.headers["Content-Disposition"] == "inline"
        payload = get_payload(file, filename="other.txt")
        assert payload.content_type == "text/plain"


@pytest.mark.spec("ADD-102")
async def test_a_file_is_read_in_pieces_and_off_the_loop(tmp_path):
    file = tmp_path / "large"
    file.write_bytes(os.urandom(2**19 + 3))
    threads, sizes = set(), []

    class Recording(io.FileIO):
        def read(self, size=-1):
            threads.add(threading.get_ident())
            sizes.append(size)
            return super().read(size)

        def seek(self, *args):
            threads.add(threading.get_ident())
            return super().seek(*args)

    with Recording(file) as raw:
        payload = get_payload(raw)
        sink = Sink()
        for _ in range(2):
            await payload.write(sink)
        assert [len(piece) for piece in sink.pieces] == [2**18, 2**18, 3] * 2
        assert set(sizes) == {2**18}
        assert sink.data == file.read_bytes() * 2
        assert threading.get_ident() not in threads


async def test_a_file_without_descriptor_has_no_size(path):
    class Odd(io.RawIOBase):
        def __init__(self):
            super().__init__()
            self.left = [b"abc", b"de"]

        def read(self, size=-1):
            return self.left.pop(0) if self.left else b""

    payload = get_payload(Odd())
    assert payload.size is None
    assert payload.replay is Replay.ONCE
    assert not payload.consumed
    assert await sent(payload) == b"abcde"
    assert payload.consumed
    with pytest.raises(RuntimeError, match="cannot be rewound"):
        await sent(payload)
    await payload.close()


async def test_a_pipe_has_no_size_and_goes_once():
    reading, writing = os.pipe()
    os.write(writing, b"hello")
    os.close(writing)
    payload = get_payload(open(reading, "rb"))  # noqa: SIM115 - closed by the payload
    assert payload.size is None
    assert payload.replay is Replay.ONCE
    assert await sent(payload) == b"hello"
    await payload.close()


async def test_a_raw_file_that_is_not_ready_is_an_error():
    reading, writing = os.pipe()
    os.set_blocking(reading, False)
    payload = get_payload(open(reading, "rb", 0))  # noqa: SIM115 - closed by the payload
    with pytest.raises(BlockingIOError):
        await sent(payload)
    await payload.close()
    os.close(writing)


async def test_a_closed_file(path):
    with path.open("rb") as file:
        payload = get_payload(file)
    assert payload.size is None
    assert payload.replay is Replay.ONCE
    with pytest.raises(ValueError, match="closed file"):
        await sent(payload)


async def test_a_file_that_shrank_has_nothing_left(path):
    with path.open("rb") as file:
        file.seek(500)
        payload = get_payload(file)
        os.truncate(path, 10)
        assert payload.size == 0
        assert await sent(payload) == b""


async def test_a_file_is_closed_even_if_a_thread_is_reading_it(path):
    entered, release = threading.Event(), threading.Event()

    class Slow(io.FileIO):
        def read(self, size=-1):
            entered.set()
            release.wait(10)
            return super().read(size)

    raw = Slow(path)
    payload = get_payload(raw)
    task = asyncio.create_task(sent(payload))
    while not entered.is_set():
        await asyncio.sleep(0)
    task.cancel()
    await asyncio.wait([task])
    assert task.cancelled()
    await payload.close()
    assert not raw.closed
    release.set()
    while not raw.closed:
        await asyncio.sleep(0)


async def test_a_cancelled_read_does_not_disturb_the_next_one(path):
    entered, release = threading.Event(), threading.Event()

    class Slow(io.FileIO):
        def read(self, size=-1):
            entered.set()
            release.wait(10)
            return super().read(size)

    with Slow(path) as raw:
        payload = get_payload(raw)
        task = asyncio.create_task(sent(payload))
        while not entered.is_set():
            await asyncio.sleep(0)
        task.cancel()
        await asyncio.wait([task])
        again = asyncio.create_task(sent(payload))
        await asyncio.sleep(0)
        release.set()
        assert await again == path.read_bytes()


@pytest.mark.spec("ADD-095", "ADD-099")
async def test_bytes_io():
    value = io.BytesIO(b"abcdef")
    value.seek(2)
    payload = get_payload(value)
    assert type(payload) is BytesIOPayload
    assert payload.content_type == "application/octet-stream"
    assert payload.replay is Replay.REWINDABLE
    assert payload.size == 4
    assert payload.autoclose
    for _ in range(2):
        assert await sent(payload) == b"cdef"
        assert payload.size == 4
        assert await sent(payload, 2) == b"cd"
    assert payload.decode() == "cdef"
    assert await payload.as_bytes() == b"cdef"
    await payload.close()
    assert not value.closed
    value.write(b"may grow")


@pytest.mark.spec("ADD-099", "ADD-095")
async def test_a_text_file_is_sent_as_the_bytes_it_holds(tmp_path):
    file = tmp_path / "a.html"
    content = "z\u00e9\r\nb\n".encode()
    file.write_bytes(content)
    with file.open(encoding="utf-8") as text:
        payload = get_payload(text)
        assert type(payload) is TextIOPayload
        assert payload.content_type == "text/plain; charset=utf-8"
        assert payload.encoding == "utf-8"
        assert payload.size == len(content)
        for _ in range(2):
            assert await sent(payload) == content
        assert await sent(payload, 2) == content[:2]
        await payload.close()
        assert text.closed


async def test_a_text_file_of_another_encoding_is_encoded(tmp_path):
    file = tmp_path / "a.txt"
    file.write_text("caf\u00e9\n" * 100_000, encoding="latin-1")
    with file.open(encoding="latin-1") as text:
        payload = get_payload(text)
        assert payload.size is None
        for _ in range(2):
            assert await sent(payload) == ("caf\u00e9\n" * 100_000).encode()
        assert await payload.as_bytes() == ("caf\u00e9\n" * 100_000).encode()
        payload = TextIOPayload(text, encoding="utf-16", content_type="text/x")
        text.seek(0)
        for _ in range(2):
            assert (await sent(payload)).decode("utf-16") == "caf\u00e9\n" * 100_000
        await payload.close()


async def test_a_text_file_in_the_middle_is_sent_from_there(tmp_path):
    file = tmp_path / "a.txt"
    file.write_text("\u00e9ab")
    with file.open(encoding="utf-8") as text:
        text.read(1)
        payload = get_payload(text)
        for _ in range(2):
            assert await sent(payload) == b"ab"
    assert TextIOPayload(text).size is None


def test_the_encoding_of_a_text_file_has_to_exist(tmp_path):
    with (tmp_path / "a").open("w+") as text, pytest.raises(LookupError):
        TextIOPayload(text, encoding="no-such-encoding")


async def test_spooled_files():
    with tempfile.SpooledTemporaryFile() as file:
        file.write(b"abc")
        file.seek(0)
        payload = get_payload(file)
        for _ in range(2):
            assert await sent(payload) == b"abc"


@given(
    content=st.binary(max_size=2000),
    start=st.integers(0, 2000),
    lengths=st.lists(st.one_of(st.none(), st.integers(0, 2500)), max_size=4),
)
@settings(deadline=None, max_examples=50)
def test_each_write_begins_at_the_same_place(content, start, lengths):
    async def run():
        value = io.BytesIO(content)
        value.seek(start)
        payload = get_payload(value)
        for length in lengths:
            assert await sent(payload, length) == content[start:][:length]

    asyncio.run(run())


# -- piece by piece --------------------------------------------------------------------------------


@pytest.mark.spec("PAY-08", "PAY-11", "ADD-101")
async def test_async_iterables():
    payload = get_payload(generate(b"ab", b"cd"))
    assert type(payload) is AsyncIterablePayload
    assert payload.size is None
    assert payload.content_type == "application/octet-stream"
    assert payload.replay is Replay.ONCE
    assert not payload.consumed
    with pytest.raises(TypeError, match="Unable to decode"):
        payload.decode()
    sink = Sink()
    await payload.write(sink)
    assert sink.pieces == [b"ab", b"cd"]
    assert payload.consumed
    for again in (payload.write(Sink()), payload.as_bytes()):
        with pytest.raises(RuntimeError, match="sent already"):
            await again


@pytest.mark.spec("ADD-107")
@pytest.mark.parametrize("value", [[b"a"], iter([b"a"]), 5, None])
def test_what_is_no_async_iterable(value):
    with pytest.raises(TypeError, match="AsyncIterable"):
        AsyncIterablePayload(value)


async def test_as_bytes_keeps_the_pieces():
    payload = get_payload(generate(b"ab", b"cd"))
    for _ in range(2):
        assert await payload.as_bytes() == b"abcd"
    assert payload.replay is Replay.REPLAYABLE
    assert not payload.consumed
    assert payload.decode() == "abcd"
    for _ in range(2):
        assert await sent(payload) == b"abcd"
        assert await sent(payload, 3) == b"abc"


class Tracked:
    """A generator that says when it was closed."""

    def __init__(self, *pieces):
        self.pieces = pieces
        self.given = 0
        self.closed = False

    async def __call__(self):
        try:
            for piece in self.pieces:
                self.given += 1
                yield piece
        finally:
            self.closed = True


@pytest.mark.spec("ADD-105")
async def test_a_declared_length_cuts_and_ends_the_generator():
    source = Tracked(b"ab", b"cd", b"ef")
    payload = get_payload(source())
    assert await sent(payload, 3) == b"abc"
    assert source.given == 2
    assert source.closed


@pytest.mark.spec("ADD-108")
async def test_a_generator_whose_body_could_not_be_sent_is_closed():
    source = Tracked(b"ab", b"cd")
    payload = get_payload(source())
    with pytest.raises(ClientConnectionResetError):
        await payload.write(BrokenSink())
    assert source.closed
    assert payload.consumed


@pytest.mark.spec("ADD-108")
async def test_cancelling_closes_the_generator():
    blocked = asyncio.Event()
    source = Tracked(b"ab")
    payload = get_payload(source())
    sink = Sink()

    async def write(chunk):
        blocked.set()
        await asyncio.Event().wait()

    sink.write = write
    task = asyncio.create_task(payload.write(sink))
    await blocked.wait()
    await payload.close()
    assert not source.closed
    task.cancel()
    await asyncio.wait([task])
    assert source.closed


async def test_closing_an_unused_payload_closes_the_generator():
    source = generate(b"x")
    payload = get_payload(source)
    await payload.close()
    assert payload.consumed
    with pytest.raises(StopAsyncIteration):
        await anext(source)


@pytest.mark.spec("STR-18", "PAY-09", "ADD-101")
async def test_a_stream_is_a_body():
    payload = get_payload(stream(b"a\nb", b"c"))
    assert type(payload) is StreamReaderPayload
    assert payload.replay is Replay.ONCE
    assert await sent(payload) == b"a\nbc"
    assert payload.consumed
    await payload.close()


# -- user classes ----------------------------------------------------------------------------------


class Words(Payload):
    def decode(self, encoding="utf-8", errors="strict"):
        return " ".join(self._value)

    async def write(self, writer):
        for word in self._value:
            await writer.write(word.encode())


@pytest.mark.spec("ADD-096", "ADD-105")
async def test_a_user_class_needs_only_two_methods():
    payload = Words(["ab", "cd", "ef"], filename="a.txt")
    assert payload.content_type == "text/plain"
    assert payload.size is None
    assert payload.replay is Replay.REPLAYABLE
    assert not payload.autoclose
    assert await payload.as_bytes() == b"ab cd ef"
    assert await sent(payload) == b"abcdef"
    assert await sent(payload, 3) == b"abc"
    assert await sent(payload, 0) == b""
    await payload.close()


async def test_the_cutting_writer_passes_everything_else_on():
    class Whole(Words):
        async def write(self, writer):
            writer.enable_chunking()
            writer.enable_compression("gzip")
            await writer.write_headers("line", CIMultiDict())
            writer.send_headers()
            await writer.drain()
            await writer.write(memoryview(b"abcdefgh").cast("I"))
            await writer.write_eof(b"ijkl")

    sink = Sink()
    await Whole([]).write_with_length(sink, 10)
    assert sink.data == b"abcdefghij"
    assert sink.calls == ["chunking", "gzip", "line", "send", "drain", "eof"]


@pytest.mark.spec("PAY-01", "ADD-093", "ADD-094")
def test_registry():
    registry = PayloadRegistry()
    with pytest.raises(payload_module.LookupError, match="Thing"):
        registry.get(Thing())
    assert not issubclass(payload_module.LookupError, LookupError)
    registry.register(Last, object, order=Order.try_last)
    registry.register(Normal, Thing)
    assert type(registry.get(Thing())) is Normal
    assert type(registry.get(SubThing())) is Normal
    registry.register(Exact, SubThing)
    assert type(registry.get(SubThing())) is Exact
    assert type(registry.get(5)) is Last
    registry.register(First, Thing, order=Order.try_first)
    assert type(registry.get(SubThing())) is First
    payload = BytesPayload(b"x")
    assert registry.get(payload) is payload
    assert registry.get(Thing(), content_type="a/b").content_type == "a/b"
    with pytest.raises(ValueError, match="order"):
        registry.register(First, Thing, order="sometimes")  # type: ignore[arg-type]


class Thing:
    pass


class SubThing(Thing):
    pass


class Normal(Words):
    pass


class Exact(Words):
    pass


class First(Words):
    pass


class Last(Words):
    pass


def test_the_registry_remembers_a_bounded_number_of_types():
    registry = PayloadRegistry()
    registry.register(Last, object)
    for number in range(1000):
        registry.get(type(f"T{number}", (), {})())
    assert len(registry._remembered) <= 256


@pytest.mark.spec("ADD-093")
def test_the_decorator_registers(monkeypatch):
    monkeypatch.setattr(payload_module, "PAYLOAD_REGISTRY", PayloadRegistry())

    @payload_type(Thing, order=Order.try_first)
    class ThingPayload(Words):
        pass

    assert type(get_payload(Thing())) is ThingPayload
    assert [order.value for order in Order] == ["normal", "try_first", "try_last"]
    assert Order.normal == "normal"


@pytest.mark.spec("ADD-094")
@pytest.mark.parametrize("value", [5, None, object(), {"a": 1}, [b"x"], pathlib.Path("x")])
def test_types_that_nobody_takes(value):
    with pytest.raises(payload_module.LookupError):
        PAYLOAD_REGISTRY.get(value)
