"""Reading multipart bodies part by part."""

import asyncio
import sys
from typing import Any

import pytest
from multidict import CIMultiDict

from aiohttp_core.errors import LineTooLong
from aiohttp_core.streams import StreamReader
from aiohttp_multipart.body_part import BodyPartReader
from aiohttp_multipart.errors import (
    BadCharsetField,
    BodyTooLarge,
    BoundaryError,
    MultipartError,
    MultipartLimitError,
    NestingTooDeep,
)
from aiohttp_multipart.limits import MultipartLimits
from aiohttp_multipart.reader import MultipartReader, MultipartResponseWrapper

MakeStream = Any
HEADERS = {"Content-Type": 'multipart/mixed; boundary=":"'}


@pytest.fixture(params=[1, 4, 100, None])
def step(request: pytest.FixtureRequest) -> int | None:
    return request.param


async def bodies(reader: MultipartReader) -> list[Any]:
    found: list[Any] = []
    async for part in reader:
        if isinstance(part, MultipartReader):
            found.append(await bodies(part))
        else:
            found.append(bytes(await part.read()))
    return found


@pytest.mark.spec("MPR-01", "MPR-02", "ADD-704", "MPR-05")
async def test_parts(make_stream: MakeStream, step: int | None) -> None:
    body = b"--:\r\nA: x\r\n\r\none\r\n--:\r\n\r\ntwo\r\n--:--\r\n"
    reader = MultipartReader(HEADERS, make_stream(body, step))
    first = await reader.next()
    assert isinstance(first, BodyPartReader)
    assert first.headers["a"] == "x"
    assert await first.read() == b"one"
    assert not reader.at_eof()
    second = await reader.next()
    assert isinstance(second, BodyPartReader)
    assert await second.read() == b"two"
    assert await reader.next() is None
    assert reader.at_eof()
    assert await reader.next() is None
    reader = MultipartReader(HEADERS, make_stream(body, step))
    assert await bodies(reader) == [b"one", b"two"]
    assert repr(reader) == "<MultipartReader multipart/mixed>"


@pytest.mark.spec("MPR-03", "MPR-18")
async def test_next_skips_the_rest_of_the_part_before(
    make_stream: MakeStream, step: int | None
) -> None:
    body = b"--:\r\n\r\n" + b"x" * 1000 + b"\r\n--:\r\n\r\ntwo\r\n--:--"
    reader = MultipartReader(HEADERS, make_stream(body, step))
    first = await reader.next()
    assert isinstance(first, BodyPartReader)
    assert await first.read_chunk(3)
    second = await reader.next()
    assert isinstance(second, BodyPartReader)
    assert await first.read() == b""
    assert await second.read() == b"two"


@pytest.mark.spec("MPR-04")
async def test_release(make_stream: MakeStream, step: int | None) -> None:
    body = (
        b"--:\r\n\r\none\r\n--:\r\nContent-Type: multipart/related; boundary=--\r\n\r\n"
        b"----\r\n\r\nin\r\n------\r\n--:\r\n\r\ntwo\r\n--:--\r\nepilogue"
    )
    reader = MultipartReader(HEADERS, make_stream(body, step))
    part = await reader.fetch_next_part()
    assert isinstance(part, BodyPartReader)
    await reader.release()
    assert reader.at_eof()
    await reader.release()


NESTED = (
    b"--:\r\nContent-Type: application/json\r\n\r\n{}\r\n"
    b"--:\r\nContent-Type: multipart/related; boundary=----:\r\n\r\n"
    b"------:\r\n\r\nbar!\r\n------:\r\n\r\nbaz!\r\n------:--\r\nepilogue"
    b"\r\n--:\r\n\r\nlast\r\n--:--"
)


@pytest.mark.spec("MPR-02")
async def test_nested(make_stream: MakeStream, step: int | None) -> None:
    reader = MultipartReader(HEADERS, make_stream(NESTED, step))
    assert await bodies(reader) == [b"{}", [b"bar!", b"baz!"], b"last"]


@pytest.mark.spec("MPR-02", "MPR-03")
async def test_nested_and_not_read(make_stream: MakeStream, step: int | None) -> None:
    reader = MultipartReader(HEADERS, make_stream(NESTED, step))
    seen = []
    while (part := await reader.next()) is not None:
        seen.append(type(part))
        if isinstance(part, MultipartReader):
            assert await part.next() is not None
    assert seen == [BodyPartReader, MultipartReader, BodyPartReader]


@pytest.mark.spec("ADD-705")
async def test_nested_without_its_last_boundary(make_stream: MakeStream) -> None:
    body = NESTED.replace(b"\r\n------:--", b"")
    reader = MultipartReader(HEADERS, make_stream(body))
    with pytest.raises(BoundaryError):
        await bodies(reader)


async def test_nested_without_boundary(make_stream: MakeStream) -> None:
    body = b"--:\r\nContent-Type: multipart/mixed\r\n\r\n--c--\r\n--:--"
    with pytest.raises(BoundaryError, match="boundary missed"):
        await MultipartReader(HEADERS, make_stream(body)).next()


def nested(depth: int) -> bytes:
    body = b"x"
    for level in range(depth, 0, -1):
        body = b"--%d\r\nContent-Type: multipart/mixed; boundary=%d\r\n\r\n" % (
            level,
            level + 1,
        ) + (body + b"\r\n--%d--" % level)
    return body


async def test_depth_is_limited(make_stream: MakeStream) -> None:
    # M05 of the security lessons.
    headers = {"Content-Type": "multipart/mixed; boundary=1"}
    reader: Any = MultipartReader(headers, make_stream(nested(1000)))
    depth = 1
    with pytest.raises(NestingTooDeep):
        while True:
            reader = await reader.next()
            depth += 1
    assert depth == 8
    limits = MultipartLimits(max_depth=3)
    reader = MultipartReader(headers, make_stream(nested(1000)), limits=limits)
    reader = await (await reader.next()).next()
    with pytest.raises(MultipartLimitError):
        await reader.next()


@pytest.mark.spec("MPR-17", "ADD-1019")
async def test_subclasses(make_stream: MakeStream) -> None:
    class Part(BodyPartReader):
        pass

    class Pairs(MultipartReader):
        multipart_reader_cls = MultipartReader
        part_reader_cls = Part

        async def next(self) -> Any:
            reader = await super().next()
            if self._at_eof:
                return None, None
            if isinstance(reader, self.multipart_reader_cls):
                part = await reader.next()
                assert isinstance(part, BodyPartReader)
                return await part.read(), reader
            assert isinstance(reader, BodyPartReader)
            return await reader.read(), reader

    reader = Pairs(HEADERS, make_stream(NESTED))
    first, part = await reader.next()
    assert first == b"{}"
    assert type(part) is Part
    second, files = await reader.next()
    assert second == b"bar!"
    assert type(files) is MultipartReader
    assert await reader.next() == (b"last", reader._last_part)
    assert await reader.next() == (None, None)
    plain = MultipartReader(HEADERS, make_stream(NESTED))
    await plain.next()
    assert type(await plain.next()) is MultipartReader


@pytest.mark.parametrize(
    ("content_type", "error"),
    [
        ("text/plain", MultipartError),
        ("", MultipartError),
        ("multipart", MultipartError),
        ("multipart/mixed", BoundaryError),
        ("multipart/mixed; boundary=", BoundaryError),
        ("multipart/mixed; boundary=" + "a" * 71, BoundaryError),
        ('multipart/mixed; boundary="a "', BoundaryError),
        ("multipart/mixed; boundary=\u00e9", BoundaryError),
    ],
)
@pytest.mark.spec("ADD-494", "ADD-710")
async def test_content_types_that_cannot_be_read(
    make_stream: MakeStream, content_type: str, error: type[Exception]
) -> None:
    with pytest.raises(error):
        MultipartReader({"Content-Type": content_type}, make_stream(b""))
    with pytest.raises(MultipartError):
        MultipartReader({}, make_stream(b""))


async def test_longest_boundary(make_stream: MakeStream) -> None:
    headers = {"Content-Type": "multipart/mixed; boundary=" + "a" * 70}
    body = b"--" + b"a" * 70 + b"--"
    assert await MultipartReader(headers, make_stream(body)).next() is None


@pytest.mark.spec("ADD-705", "ADD-495")
async def test_truncated_at_every_byte(make_stream: MakeStream) -> None:
    for cut in range(len(NESTED)):
        with pytest.raises(MultipartError):
            await bodies(MultipartReader(HEADERS, make_stream(NESTED[:cut])))


@pytest.mark.spec("ADD-695", "ADD-696")
async def test_limits_of_heads(make_stream: MakeStream) -> None:
    body = b"--:\r\nA: " + b"x" * 20 + b"\r\nB: y\r\n\r\n\r\n--:--"
    with pytest.raises(LineTooLong):
        await MultipartReader(HEADERS, make_stream(body), max_field_size=20).next()
    with pytest.raises(MultipartLimitError):
        await MultipartReader(HEADERS, make_stream(body), max_headers=1).next()
    assert await MultipartReader(HEADERS, make_stream(body), max_headers=2).next()


class OversizeError(Exception):
    pass


@pytest.mark.spec("ADD-695", "ADD-699")
async def test_size_limits(make_stream: MakeStream) -> None:
    body = b"--:\r\n\r\n" + b"x" * 101 + b"\r\n--:--"
    reader = MultipartReader(
        HEADERS, make_stream(body), client_max_size=100, max_size_error_cls=OversizeError
    )
    part = await reader.next()
    assert isinstance(part, BodyPartReader)
    with pytest.raises(OversizeError):
        await part.read()
    reader = MultipartReader(HEADERS, make_stream(body), client_max_size=0)
    assert await bodies(reader) == [b"x" * 101]
    # Streaming is not limited (spec row ADD-475), only the memory is.
    reader = MultipartReader(HEADERS, make_stream(body), client_max_size=100)
    part = await reader.next()
    assert isinstance(part, BodyPartReader)
    assert len(b"".join([piece async for piece in part])) == 101
    limits = MultipartLimits(max_total=len(body) - 1)
    with pytest.raises(BodyTooLarge):
        await bodies(MultipartReader(HEADERS, make_stream(body), limits=limits))
    limits = MultipartLimits(max_total=len(body))
    assert await bodies(MultipartReader(HEADERS, make_stream(body), limits=limits))


@pytest.mark.spec("ADD-695")
async def test_limits_hold_in_nested_readers(make_stream: MakeStream) -> None:
    reader = MultipartReader(HEADERS, make_stream(NESTED), client_max_size=3)
    await reader.next()
    inner = await reader.next()
    assert isinstance(inner, MultipartReader)
    part = await inner.next()
    assert isinstance(part, BodyPartReader)
    with pytest.raises(BodyTooLarge):
        await part.read()


async def test_cancelled_next_loses_nothing(make_stream: MakeStream) -> None:
    stream = make_stream(b"--:\r\n\r\none\r\n--:\r\nA: ", eof=False)
    reader = MultipartReader(HEADERS, stream)
    await reader.next()
    task = asyncio.ensure_future(reader.next())
    for _ in range(3):
        await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    stream.feed_data(b"x\r\n\r\ntwo\r\n--:--\r\n")
    part = await reader.next()
    assert isinstance(part, BodyPartReader)
    assert part.headers["A"] == "x"
    assert await part.read() == b"two"


async def test_a_stream_of_parts_gives_each_when_its_delimiter_came(
    make_stream: MakeStream,
) -> None:
    # multipart/x-mixed-replace: there is no end to wait for.
    stream = make_stream(b"--:\r\n\r\nframe 1\r\n--:\r\n", eof=False)
    reader = MultipartReader(HEADERS, stream)
    part = await reader.next()
    assert isinstance(part, BodyPartReader)
    assert await asyncio.wait_for(part.read(), 5) == b"frame 1"


# -- form-data --------------------------------------------------------------------------------

FORM = {"Content-Type": "multipart/form-data; boundary=:"}


def field(name: str, value: bytes) -> bytes:
    return b'--:\r\nContent-Disposition: form-data; name="%s"\r\n\r\n%s\r\n' % (
        name.encode(),
        value,
    )


@pytest.mark.spec("ADD-493", "ADD-1096")
async def test_charset_field(make_stream: MakeStream, step: int | None) -> None:
    body = field("_charset_", b"latin1") + field("a", b"\xe9") + b"--:--"
    reader = MultipartReader(FORM, make_stream(body, step))
    part = await reader.next()
    assert isinstance(part, BodyPartReader)
    assert part.name == "a"
    assert await part.text() == "é"
    assert await reader.next() is None


@pytest.mark.spec("ADD-493")
async def test_charset_field_counts_only_at_the_begin_of_forms(make_stream: MakeStream) -> None:
    body = field("a", "é".encode()) + field("_charset_", b"latin1") + b"--:--"
    reader = MultipartReader(FORM, make_stream(body))
    names = [part.name async for part in reader if isinstance(part, BodyPartReader)]
    assert names == ["a", "_charset_"]
    body = field("_charset_", b"latin1") + b"--:--"
    reader = MultipartReader(HEADERS, make_stream(body))
    assert await bodies(reader) == [b"latin1"]
    assert await bodies(MultipartReader(FORM, make_stream(body))) == []


@pytest.mark.spec("ADD-493")
async def test_bad_charset_fields(make_stream: MakeStream) -> None:
    body = field("_charset_", b"x" * 32) + field("a", b"") + b"--:--"
    with pytest.raises(RuntimeError) as caught:
        await MultipartReader(FORM, make_stream(body)).next()
    assert isinstance(caught.value, BadCharsetField)
    body = field("_charset_", b"no-such") + field("a", "é".encode()) + b"--:--"
    part = await MultipartReader(FORM, make_stream(body)).next()
    assert isinstance(part, BodyPartReader)
    assert await part.text() == "é"


@pytest.mark.spec("ADD-697")
async def test_form_fields_have_no_length(make_stream: MakeStream) -> None:
    body = field("a", b"abc").replace(b"\r\n\r\n", b"\r\nContent-Length: 1\r\n\r\n", 1) + b"--:--"
    assert await bodies(MultipartReader(FORM, make_stream(body))) == [b"abc"]


# -- responses --------------------------------------------------------------------------------


class Response:
    def __init__(self, content: StreamReader, *, asynchronous: bool) -> None:
        self.headers = CIMultiDict(HEADERS)
        self.content = content
        self.released = 0
        self._asynchronous = asynchronous

    def release(self) -> Any:
        self.released += 1
        if not self._asynchronous:
            return None
        future = asyncio.get_running_loop().create_future()
        future.set_result(None)
        return future


@pytest.mark.parametrize("asynchronous", [True, False])
@pytest.mark.spec("MPR-16", "MPR-01", "ADD-721")
async def test_from_response(make_stream: MakeStream, asynchronous: bool) -> None:
    stream = make_stream(b"--:\r\n\r\none\r\n--:\r\n\r\ntwo\r\n--:--\r\n")
    response = Response(stream, asynchronous=asynchronous)
    wrapper = MultipartReader.from_response(response)
    assert isinstance(wrapper, MultipartResponseWrapper)
    assert not wrapper.at_eof()
    assert wrapper.resp is response
    assert isinstance(wrapper.stream, MultipartReader)
    assert isinstance(await wrapper.next(), BodyPartReader)
    assert response.released == 0
    rest = [part async for part in wrapper]
    assert len(rest) == 1
    assert response.released == 1
    assert wrapper.at_eof()
    await wrapper.release()
    assert response.released == 2


@pytest.mark.spec("MPR-16")
async def test_the_end_of_the_message_may_come_late(make_stream: MakeStream) -> None:
    response = Response(make_stream(b"--:\r\n\r\none\r\n--:--\r\n", eof=False), asynchronous=True)
    wrapper = MultipartReader.from_response(response)
    assert [part async for part in wrapper]
    assert not response.content.at_eof()
    assert wrapper.at_eof()


async def test_a_wrapper_class_of_the_user(make_stream: MakeStream) -> None:
    class Wrapper(MultipartResponseWrapper):
        pass

    class Reader(MultipartReader):
        response_wrapper_cls = Wrapper

    response = Response(make_stream(b"--:--"), asynchronous=False)
    assert type(Reader.from_response(response)) is Wrapper


def test_signature_of_3_14() -> None:
    import inspect

    names = list(inspect.signature(MultipartReader).parameters)
    assert names[:6] == [
        *("headers", "content", "client_max_size"),
        *("max_field_size", "max_headers", "max_size_error_cls"),
    ]
    assert inspect.signature(MultipartReader).parameters["client_max_size"].default == sys.maxsize
