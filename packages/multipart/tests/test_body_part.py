"""Reading one part."""

import asyncio
import base64
import gzip
import json
import zlib
from typing import Any

import pytest
from multidict import CIMultiDict, CIMultiDictProxy

from aiohttp_core.errors import ContentEncodingError
from aiohttp_core.streams import StreamReader
from aiohttp_multipart import body_part
from aiohttp_multipart.body_part import BodyPartReader
from aiohttp_multipart.decoding import base64_cut
from aiohttp_multipart.errors import (
    BodyTooLarge,
    BoundaryError,
    MultipartError,
    PartDecodingError,
    UnknownEncoding,
)

MakeStream = Any


def part_of(
    stream: StreamReader, headers: dict[str, str] | None = None, **more: Any
) -> BodyPartReader:
    return BodyPartReader(b"--:", CIMultiDictProxy(CIMultiDict(headers or {})), stream, **more)


@pytest.fixture(params=[1, 3, 5, 64, None])
def step(request: pytest.FixtureRequest) -> int | None:
    return request.param


@pytest.mark.spec("MPR-07", "MPR-06", "MPR-13")
async def test_read(make_stream: MakeStream, step: int | None) -> None:
    part = part_of(make_stream(b"Hello, world!\r\n--:--", step))
    assert not part.at_eof()
    data = await part.read()
    assert data == b"Hello, world!"
    assert isinstance(data, bytearray)
    assert part.at_eof()
    assert await part.read() == b""


@pytest.mark.spec("MPR-08", "WFRM-03", "ADD-700", "ADD-1019", "C83")
async def test_read_chunk(make_stream: MakeStream, step: int | None) -> None:
    body = bytes(range(256)) * 100
    part = part_of(make_stream(body + b"\r\n--:--", step))
    assert "Content-Length" not in part.headers
    assert part.chunk_size == BodyPartReader.chunk_size == 8192
    chunks = [await part.read_chunk(7)]
    while chunk := await part.read_chunk():
        chunks.append(chunk)
    assert b"".join(chunks) == body
    assert max(map(len, chunks)) <= 8192
    assert len(chunks[0]) <= 7
    assert await part.read_chunk() == b""
    assert part.at_eof()
    with pytest.raises(ValueError, match="size must be positive"):
        await part.read_chunk(0)


@pytest.mark.spec("ADD-704")
async def test_iteration(make_stream: MakeStream, step: int | None) -> None:
    part = part_of(make_stream(b"one\r\ntwo\r\n--:--", step))
    assert b"".join([piece async for piece in part]) == b"one\r\ntwo"
    assert await part.next() is None


@pytest.mark.spec("MPR-09")
async def test_readline(make_stream: MakeStream, step: int | None) -> None:
    part = part_of(make_stream(b"one\r\ntwo\n\n--three\r\n--:--", step))
    lines = []
    while line := await part.readline():
        lines.append(line)
    assert lines == [b"one\r\n", b"two\n", b"\n", b"--three"]
    assert part.at_eof()


async def test_reading_methods_can_be_mixed(make_stream: MakeStream) -> None:
    part = part_of(make_stream(b"line\nabcdef\r\n--:--"))
    assert await part.readline() == b"line\n"
    assert await part.read_chunk(2) == b"ab"
    assert not part.at_eof()
    assert await part.read() == b"cdef"


@pytest.mark.spec("MPR-09")
async def test_release(make_stream: MakeStream) -> None:
    part = part_of(make_stream(b"x" * 100_000 + b"\r\n--:\r\n\r\n"))
    await part.release()
    assert part.at_eof()
    assert await part.read() == b""


@pytest.mark.spec("ADD-705")
async def test_missing_boundary(make_stream: MakeStream) -> None:
    part = part_of(make_stream(b"Hello"))
    with pytest.raises(BoundaryError):
        await part.read()


@pytest.mark.parametrize("method", ["read", "readline", "read_chunk"])
async def test_cancelled_reads_lose_nothing(make_stream: MakeStream, method: str) -> None:
    stream = make_stream(b"YWJjZ", eof=False)
    headers = {"Content-Transfer-Encoding": "base64"} if method == "read_chunk" else {}
    part = part_of(stream, headers)
    if method == "read_chunk":
        assert await part.read_chunk() == b"YWJj"
    task = asyncio.ensure_future(getattr(part, method)())
    for _ in range(3):
        await asyncio.sleep(0)
    assert not task.done()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    stream.feed_data(b"GVm\r\n--:--")
    stream.feed_eof()
    rest = bytes(await part.read())
    assert rest == (b"ZGVm" if method == "read_chunk" else b"YWJjZGVm")


@pytest.mark.spec("ADD-844")
@pytest.mark.parametrize("headers", [{}, {"Content-Length": "0"}, {"Content-Encoding": "gzip"}])
async def test_empty_parts_are_readable(
    make_stream: MakeStream, step: int | None, headers: dict[str, str]
) -> None:
    def part(body: bytes = b"\r\n--:--") -> BodyPartReader:
        return part_of(make_stream(body, step), headers)

    for data in (b"\r\n--:--", b"--:--"):  # an empty line, or the line end of the delimiter alone
        assert await part(data).read() == b""
        assert await part(data).read_chunk() == b""
        assert await part(data).readline() == b""
        assert [piece async for piece in part(data)] == []
    if "Content-Encoding" not in headers:
        assert await part().read(decode=True) == b""
        assert await part().text() == ""
        assert await part().form() == []
        assert await part().json() is None


# -- declared lengths -------------------------------------------------------------------------


@pytest.mark.spec("ADD-697", "ADD-698")
async def test_right_length(make_stream: MakeStream, step: int | None) -> None:
    part = part_of(make_stream(b"hello\r\n--:--", step), {"Content-Length": "5"})
    assert await part.read() == b"hello"
    part = part_of(make_stream(b"\r\n--:--", step), {"Content-Length": "0"})
    assert await part.read_chunk() == b""
    assert part.at_eof()


@pytest.mark.parametrize("length", ["4", "6", "0", "999999"])
@pytest.mark.spec("ADD-697")
async def test_wrong_length(make_stream: MakeStream, length: str) -> None:
    part = part_of(make_stream(b"hello\r\n--:--"), {"Content-Length": length})
    with pytest.raises(MultipartError, match="than its Content-Length"):
        await part.read()


@pytest.mark.parametrize("length", ["+5", "-1", "1_0", "", " 5", "5 5", "\u0665", "9" * 30])
@pytest.mark.spec("ADD-697", "ADD-809")
async def test_length_that_is_no_number(make_stream: MakeStream, length: str) -> None:
    with pytest.raises(ValueError, match="invalid Content-Length"):
        part_of(make_stream(b"hello\r\n--:--"), {"Content-Length": length})


@pytest.mark.spec("ADD-697")
async def test_form_data_has_no_length(make_stream: MakeStream) -> None:
    part = part_of(make_stream(b"hello\r\n--:--"), {"Content-Length": "+1"}, subtype="form-data")
    assert await part.read() == b"hello"


# -- encodings --------------------------------------------------------------------------------

TEXT = b"Time to Relax! " * 100


def deflated(data: bytes) -> bytes:
    raw = zlib.compressobj(wbits=-15)
    return raw.compress(data) + raw.flush()


@pytest.mark.parametrize(
    ("headers", "encoded"),
    [
        ({}, TEXT),
        ({"Content-Encoding": "identity"}, TEXT),
        ({"Content-Encoding": "gzip"}, gzip.compress(TEXT, mtime=0)),
        (
            {"Content-Encoding": "GZIP"},
            gzip.compress(TEXT[:100], mtime=0) + gzip.compress(TEXT[100:], mtime=0),
        ),
        ({"Content-Encoding": "deflate"}, zlib.compress(TEXT)),
        ({"Content-Encoding": "deflate"}, deflated(TEXT)),
        ({"Content-Transfer-Encoding": "base64"}, base64.encodebytes(TEXT)),
        ({"Content-Transfer-Encoding": "BASE64"}, base64.b64encode(TEXT)),
        ({"Content-Transfer-Encoding": "quoted-printable"}, TEXT.replace(b"!", b"=21=\r\n")),
        ({"Content-Transfer-Encoding": "binary"}, TEXT),
        ({"Content-Transfer-Encoding": "8bit"}, TEXT),
        ({"Content-Transfer-Encoding": "7bit"}, TEXT),
        (
            {"Content-Transfer-Encoding": "base64", "Content-Encoding": "gzip"},
            base64.encodebytes(gzip.compress(TEXT, mtime=0)),
        ),
    ],
)
@pytest.mark.spec("MPR-11", "MPR-12", "ADD-701", "ADD-702", "ADD-852")
async def test_decoding(make_stream: MakeStream, headers: dict[str, str], encoded: bytes) -> None:
    def part() -> BodyPartReader:
        return part_of(make_stream(encoded + b"\r\n--:--", 50), headers)

    assert await part().read() == encoded
    assert await part().read(decode=True) == TEXT
    assert (await part().text()).encode() == TEXT
    assert b"".join([piece async for piece in part().iter_decoded()]) == TEXT
    raw = await part().read()
    assert part().decode(raw) == TEXT
    assert b"".join([piece async for piece in part().decode_iter(raw)]) == TEXT


@pytest.mark.spec("ADD-701")
async def test_large_bodies_are_decoded_in_bounded_pieces(make_stream: MakeStream) -> None:
    data = bytes(range(256)) * 4096
    encoded = base64.encodebytes(gzip.compress(data, 0))
    headers = {"Content-Transfer-Encoding": "base64", "Content-Encoding": "gzip"}
    part = part_of(make_stream(encoded + b"\r\n--:--"), headers, max_decompress_size=1000)
    pieces = [piece async for piece in part.decode_iter(await part.read())]
    assert b"".join(pieces) == data
    assert max(map(len, pieces)) <= 1000


@pytest.mark.parametrize(
    ("headers", "error"),
    [
        ({"Content-Encoding": "x"}, UnknownEncoding),
        ({"Content-Transfer-Encoding": "x"}, UnknownEncoding),
        ({"Content-Transfer-Encoding": "base64"}, PartDecodingError),
        ({"Content-Encoding": "gzip"}, ContentEncodingError),
    ],
)
@pytest.mark.spec("MPR-12")
async def test_data_that_cannot_be_decoded(
    make_stream: MakeStream, headers: dict[str, str], error: type[Exception]
) -> None:
    for method in ("text", "json", "form"):
        part = part_of(make_stream(b"hello\r\n--:--"), headers)
        with pytest.raises(error):
            await getattr(part, method)()
    with pytest.raises(error):
        part.decode(b"hello")
    truncated = gzip.compress(TEXT)[:-5]
    with pytest.raises(ContentEncodingError):
        part_of(make_stream(b""), {"Content-Encoding": "gzip"}).decode(truncated)


@pytest.mark.spec("ADD-492")
async def test_form_data_has_no_content_encoding(make_stream: MakeStream) -> None:
    part = part_of(
        make_stream(b"hello\r\n--:--"), {"Content-Encoding": "gzip"}, subtype="form-data"
    )
    assert await part.text() == "hello"


@pytest.mark.spec("ADD-703")
@pytest.mark.parametrize("size", [1, 2, 3, 4, 5, 10, 77, 1000])
async def test_base64_chunks_can_be_decoded_alone(
    make_stream: MakeStream, step: int | None, size: int
) -> None:
    data = bytes(range(256)) * 3
    part = part_of(
        make_stream(base64.encodebytes(data) + b"\r\n--:--", step),
        {"Content-Transfer-Encoding": "base64"},
    )
    decoded = b""
    while chunk := await part.read_chunk(size):
        decoded += part.decode(chunk)
    assert decoded == data


@pytest.mark.parametrize("begin", [b"", b"A", b"AA", b"AAA", b"AAAAA"])
async def test_what_is_no_base64_is_looked_at_once(
    make_stream: MakeStream, begin: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A group that does not end must not be searched again with each piece that arrives."""
    looked_at = 0

    def counting(data: bytes) -> int:
        nonlocal looked_at
        looked_at += len(data)
        return base64_cut(data)

    monkeypatch.setattr(body_part, "base64_cut", counting)
    size = 2**20
    part = part_of(
        make_stream(begin + b"!" * size + b"\r\n--:--", 1000),
        {"Content-Transfer-Encoding": "base64"},
    )
    got = 0
    try:
        while chunk := await part.read_chunk(64):
            got += len(chunk)
    except PartDecodingError:
        assert len(begin) % 4
    else:
        assert got == len(begin) + size
    assert looked_at <= 2 * size


@pytest.mark.parametrize("size", [1, 64, 4096])
async def test_line_ends_within_a_group(make_stream: MakeStream, size: int) -> None:
    part = part_of(
        make_stream(b"Y" + b"\r\n" * 100 + b"WJj" + b"\r\n--:--", 10),
        {"Content-Transfer-Encoding": "base64"},
    )
    decoded = b""
    while chunk := await part.read_chunk(size):
        decoded += part.decode(chunk)
    assert decoded == b"abc"


async def test_base64_that_ends_within_a_group(make_stream: MakeStream) -> None:
    part = part_of(make_stream(b"YWJjZ\r\n--:--"), {"Content-Transfer-Encoding": "base64"})
    assert await part.read_chunk() == b"YWJj"
    assert await part.read_chunk() == b"Z"
    assert await part.read_chunk() == b""


# -- limits -----------------------------------------------------------------------------------


class OversizeError(Exception):
    pass


@pytest.mark.spec("ADD-699", "ADD-695")
async def test_raw_size_is_limited(make_stream: MakeStream) -> None:
    part = part_of(make_stream(b"x" * 100 + b"\r\n--:--"), client_max_size=100)
    assert len(await part.read()) == 100
    for method in ("read", "text", "readline"):
        part = part_of(
            make_stream(b"x" * 101 + b"\r\n--:--"),
            client_max_size=100,
            max_size_error_cls=OversizeError,
        )
        with pytest.raises(OversizeError) as caught:
            await getattr(part, method)()
        assert caught.value.args == (100,)
    part = part_of(make_stream(b"x" * 101 + b"\r\n--:--"), client_max_size=100)
    with pytest.raises(BodyTooLarge, match="100 exceeded"):
        await part.read()


@pytest.mark.parametrize("size", [100_000, 10_000_000])
@pytest.mark.spec("ADD-699")
async def test_decoded_size_is_limited(make_stream: MakeStream, size: int) -> None:
    bomb = gzip.compress(bytes(size))
    headers = {"Content-Encoding": "gzip"}
    part = part_of(make_stream(bomb + b"\r\n--:--"), headers, client_max_size=50_000)
    with pytest.raises(BodyTooLarge):
        await part.text()
    with pytest.raises(BodyTooLarge):
        part.decode(bomb)
    part = part_of(make_stream(bomb + b"\r\n--:--"), headers, client_max_size=size)
    assert len(await part.read(decode=True)) == size


async def test_base64_is_limited_once_decoded(make_stream: MakeStream) -> None:
    part = part_of(make_stream(b""), {"Content-Transfer-Encoding": "base64"}, client_max_size=2)
    with pytest.raises(BodyTooLarge):
        [piece async for piece in part.decode_iter(b"YWJj")]


# -- text, JSON, forms ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("content_type", "default", "encoding", "raw", "text"),
    [
        (None, None, None, "é".encode(), "é"),
        ("text/plain; charset=latin1", None, None, b"\xe9", "é"),
        ('text/plain; charset="CP1251"', None, None, b"\xcf", "П"),
        ("text/plain; charset=latin1", None, "utf-8", "é".encode(), "é"),
        (None, "latin1", None, b"\xe9", "é"),
        ("text/plain; charset=utf-8", "latin1", None, "é".encode(), "é"),
        (None, None, None, b"", ""),
    ],
)
@pytest.mark.spec("MPR-10", "MPR-13")
async def test_text(
    make_stream: MakeStream,
    content_type: str | None,
    default: str | None,
    encoding: str | None,
    raw: bytes,
    text: str,
) -> None:
    headers = {} if content_type is None else {"Content-Type": content_type}
    part = part_of(make_stream(raw + b"\r\n--:--"), headers, default_charset=default)
    assert await part.text(encoding=encoding) == text


async def test_text_errors(make_stream: MakeStream) -> None:
    part = part_of(make_stream(b"x\r\n--:--"), {"Content-Type": "text/plain; charset=no-such"})
    with pytest.raises(LookupError, match="unknown encoding: no-such"):
        await part.text()
    part = part_of(make_stream(b"x\r\n--:--"), {"Content-Type": "text/plain; charset=hex"})
    with pytest.raises(LookupError):
        await part.text()
    part = part_of(make_stream(b"\xff\r\n--:--"))
    with pytest.raises(UnicodeDecodeError):
        await part.text()


@pytest.mark.spec("MPR-13")
async def test_get_charset(make_stream: MakeStream) -> None:
    part = part_of(make_stream(b""), {"Content-Type": "text/plain; charset=x"})
    assert part.get_charset() == "x"
    assert part_of(make_stream(b"")).get_charset() is None
    assert part_of(make_stream(b"")).get_charset("d") == "d"


@pytest.mark.spec("MPR-10")
async def test_json(make_stream: MakeStream) -> None:
    part = part_of(make_stream(b'{"test": "passed"}\r\n--:--'))
    assert await part.json() == {"test": "passed"}
    part = part_of(
        make_stream(json.dumps({"é": 1}, ensure_ascii=False).encode("cp1252") + b"\r\n--:--")
    )
    assert await part.json(encoding="cp1252") == {"é": 1}
    assert await part_of(make_stream(b"\r\n--:--")).json() is None
    with pytest.raises(json.JSONDecodeError):
        await part_of(make_stream(b"{\r\n--:--")).json()


@pytest.mark.spec("MPR-10")
async def test_form(make_stream: MakeStream) -> None:
    part = part_of(make_stream(b"foo=bar&foo=baz&boo=&x=%C3%A9+%D0%9F\r\n--:--"))
    assert await part.form() == [("foo", "bar"), ("foo", "baz"), ("boo", ""), ("x", "é П")]
    part = part_of(make_stream(b"foo=%E9\r\n--:--"))
    assert await part.form(encoding="latin1") == [("foo", "é")]
    assert await part_of(make_stream(b"\r\n--:--")).form() == []


# -- names ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("disposition", "name", "filename"),
    [
        (None, None, None),
        ('form-data; name="f"; filename="foo.html"', "f", "foo.html"),
        ("form-data; name*=UTF-8''%C3%A9; filename*=UTF-8''b%20c", "é", "b c"),
        ("attachment; filename*0=a; filename*1=b", None, "ab"),
        ('form-data; name=""', "", None),
    ],
)
@pytest.mark.spec("MPR-14", "MPR-15", "WFRM-05")
async def test_names(
    make_stream: MakeStream, disposition: str | None, name: str | None, filename: str | None
) -> None:
    headers = {} if disposition is None else {"Content-Disposition": disposition}
    part = part_of(make_stream(b""), headers)
    assert (part.name, part.filename) == (name, filename)
    assert repr(part) == f"<BodyPartReader name={name!r} filename={filename!r}>"


@pytest.mark.spec("MPR-14", "MPR-15", "HDR-06")
async def test_malformed_disposition(make_stream: MakeStream) -> None:
    part = part_of(make_stream(b""), {"Content-Disposition": 'form-data; name="x'})
    with pytest.warns(RuntimeWarning, match="Malformed"):
        assert part.name is None
    assert part.filename is None
