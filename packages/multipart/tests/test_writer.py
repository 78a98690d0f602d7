"""Writing multipart bodies."""

import asyncio
import base64
import gzip
import io
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from multidict import CIMultiDict, CIMultiDictProxy

from aiohttp_core.payload import (
    BytesPayload,
    JsonPayload,
    Payload,
    Replay,
    StringPayload,
    get_payload,
)
from aiohttp_core.writer import AbstractStreamWriter
from aiohttp_multipart.body_part import BodyPartReader
from aiohttp_multipart.encoding import CollectingWriter
from aiohttp_multipart.parser import MultipartParser, PartHead, Signal
from aiohttp_multipart.reader import MultipartReader
from aiohttp_multipart.writer import BodyPartReaderPayload, MultipartWriter, Part

MakeStream = Any


class CountingWriter(CollectingWriter):
    def __init__(self) -> None:
        super().__init__()
        self.writes: list[bytes] = []

    async def write(self, chunk: Any) -> None:
        self.writes.append(bytes(chunk))
        await super().write(chunk)


def parts_of(writer: MultipartWriter, body: bytes) -> list[tuple[CIMultiDict[str], bytes]]:
    parser = MultipartParser(writer.boundary.encode())
    parser.feed(body)
    parser.feed_eof()
    parts: list[tuple[CIMultiDict[str], bytes]] = []
    while (event := parser.next_event()) is not Signal.END_OF_BODY:
        if isinstance(event, PartHead):
            parts.append((CIMultiDict(event.headers), b""))
        elif isinstance(event, bytes):
            parts[-1] = (parts[-1][0], parts[-1][1] + event)
    return parts


# -- boundary and type ------------------------------------------------------------------------


@pytest.mark.spec("MPW-01", "MPW-02", "ADD-711", "ADD-712", "ADD-1089")
def test_default_boundary() -> None:
    writer = MultipartWriter()
    assert isinstance(writer.boundary, str)
    assert len(writer.boundary) == 32
    assert int(writer.boundary, 16) >= 0
    assert writer.content_type == f"multipart/mixed; boundary={writer.boundary}"
    assert writer.headers["Content-Type"] == writer.content_type
    assert MultipartWriter().boundary != writer.boundary
    with pytest.raises(TypeError):
        MultipartWriter("mixed", "b", True)  # type: ignore[call-arg]


@pytest.mark.parametrize(
    ("boundary", "quoted"),
    [
        ("abc", "abc"),
        ("a b", '"a b"'),
        ("--:", '"--:"'),
        ('a"b\\', '"a\\"b\\\\"'),
        ("a" * 100, "a" * 100),
        ("a\tb", '"a\tb"'),
    ],
)
@pytest.mark.spec("ADD-711")
def test_boundary_in_the_header(boundary: str, quoted: str) -> None:
    writer = MultipartWriter("test", boundary)
    assert writer.boundary == boundary
    assert writer.content_type == f"multipart/test; boundary={quoted}"


@pytest.mark.parametrize("boundary", ["", "é", "a\r\nX: y", "a\0", "\x7f"])
@pytest.mark.spec("MPW-01", "ADD-711")
def test_impossible_boundary(boundary: str) -> None:
    with pytest.raises(ValueError, match=r"boundary|Control"):
        MultipartWriter(boundary=boundary)


def test_impossible_subtype() -> None:
    with pytest.raises(ValueError, match=r"\r|control|Control"):
        MultipartWriter("mixed\r\nX: y")


# -- parts ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "content_type", "data"),
    [
        ("héllo", "text/plain; charset=utf-8", "héllo".encode()),
        (b"bytes", "application/octet-stream", b"bytes"),
        (bytearray(b"bytes"), "application/octet-stream", b"bytes"),
        (io.BytesIO(b"bytes"), "application/octet-stream", b"bytes"),
        (io.StringIO("text"), "text/plain; charset=utf-8", b"text"),
    ],
)
@pytest.mark.spec("MPW-03", "MPW-08", "C82")
async def test_default_types(value: Any, content_type: str, data: bytes) -> None:
    writer = MultipartWriter()
    payload = writer.append(value)
    assert isinstance(payload, Payload)
    ((headers, body),) = parts_of(writer, await writer.as_bytes())
    assert headers["Content-Type"] == content_type
    assert body == data


@pytest.mark.spec("MPW-08", "MPW-12", "ADD-713", "PAY-07")
async def test_files(tmp_path: Path) -> None:
    path = tmp_path / "page.html"
    path.write_bytes(b"<p>" * 100_000)
    with path.open("rb") as file:
        writer = MultipartWriter()
        writer.append(file)
        body = await writer.as_bytes()
        assert writer.size == len(body)
        ((headers, data),) = parts_of(writer, body)
        assert headers["Content-Type"] == "text/html"
        assert headers["Content-Disposition"] == 'attachment; filename="page.html"'
        assert headers["Content-Length"] == "300000"
        assert data == b"<p>" * 100_000
        assert writer.replay is Replay.REWINDABLE
        assert await writer.as_bytes() == body
        await writer.close()
        assert file.closed


@pytest.mark.spec("MPW-03", "MPW-14", "PAY-02", "PAY-03")
async def test_headers_can_be_given_and_changed() -> None:
    writer = MultipartWriter()
    part = writer.append(b"GIF89a", {"CONTENT-TYPE": "image/gif"})
    part.set_content_disposition("attachment", filename="secret.txt")
    part.headers["Content-ID"] = "X-12345"
    given = CIMultiDict({"A": "x"})
    writer.append("text", given)
    assert given == CIMultiDict({"A": "x"})
    (first, _), (second, _) = parts_of(writer, await writer.as_bytes())
    assert first["Content-Type"] == "image/gif"
    assert first["Content-Disposition"] == 'attachment; filename="secret.txt"'
    assert first["Content-Id"] == "X-12345"
    assert second["A"] == "x"
    assert second["Content-Type"] == "text/plain; charset=utf-8"


@pytest.mark.spec("MPW-04", "MPW-03")
async def test_payloads() -> None:
    writer = MultipartWriter()
    payload = StringPayload("x")
    assert writer.append(payload, {"A": "b"}) is payload
    assert payload.headers["A"] == "b"
    other = BytesPayload(b"y")
    assert writer.append_payload(other) is other
    assert [data for _, data in parts_of(writer, await writer.as_bytes())] == [b"x", b"y"]


@pytest.mark.spec("MPW-05", "ADD-716")
async def test_json_and_forms() -> None:
    writer = MultipartWriter()
    assert isinstance(writer.append_json({"test": "passed"}), JsonPayload)
    writer.append_json([], {"Content-Type": "application/x.json", "A": "b"})
    writer.append_form([("foo", "bar"), ("é", "a b")])
    writer.append_form({"foo": "bar"}, {"A": "b"})
    parts = parts_of(writer, await writer.as_bytes())
    assert parts[0][0]["Content-Type"] == "application/json"
    assert json.loads(parts[0][1]) == {"test": "passed"}
    assert parts[1][0]["A"] == "b"
    assert parts[2][0]["Content-Type"] == "application/x-www-form-urlencoded"
    assert parts[2][1] == b"foo=bar&%C3%A9=a+b"
    assert parts[3] == (
        CIMultiDict(
            {
                "A": "b",
                "Content-Type": "application/x-www-form-urlencoded",
                "Content-Length": "7",
            }
        ),
        b"foo=bar",
    )


@pytest.mark.spec("ADD-715")
def test_values_that_are_no_body() -> None:
    with pytest.raises(TypeError, match="Cannot create payload from int"):
        MultipartWriter().append(1)
    with pytest.raises(TypeError):
        MultipartWriter().append({1: 2})


@pytest.mark.parametrize(
    "headers",
    [{"A": "b\r\nX: y"}, {"A": "b\0"}, {"A\r\nX": "y"}, {"A b": "c"}, {"": "c"}, {"A": "\x1f"}],
)
@pytest.mark.spec("ADD-720")
async def test_headers_are_checked(headers: dict[str, str]) -> None:
    writer = MultipartWriter()
    with pytest.raises(ValueError, match=r"eader|ontrol|field"):
        writer.append("x", headers)
    payload = writer.append("x")
    payload.headers.update(headers)
    with pytest.raises(ValueError, match=r"eader|ontrol|field"):
        await writer.as_bytes()


@pytest.mark.spec("MPW-10", "MPW-11")
async def test_parts_can_be_looked_at() -> None:
    with MultipartWriter() as writer:
        assert writer
        assert len(writer) == 0
        writer.append("x")
        writer.append("y")
    assert len(writer) == 2
    for part in writer:
        payload, encoding, transfer_encoding = part
        assert isinstance(part, Part)
        assert part.headers is payload.headers
        assert (encoding, transfer_encoding) == ("", "")
        part.headers.pop("Content-Length", None)
    assert b"Content-Length" not in await writer.as_bytes()


@pytest.mark.spec("MPW-10")
def test_errors_in_the_block_are_not_swallowed() -> None:
    with pytest.raises(ZeroDivisionError), MultipartWriter():
        _ = 1 / 0


# -- the body ---------------------------------------------------------------------------------


@pytest.mark.spec("ADD-713", "MPW-06")
async def test_exact_bytes_and_size() -> None:
    writer = MultipartWriter(boundary=":")
    writer.append("one")
    writer.append(b"two", {"A": "b"})
    body = await writer.as_bytes()
    assert body == (
        b"--:\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Length: 3\r\n\r\none\r\n"
        b"--:\r\nA: b\r\nContent-Type: application/octet-stream\r\nContent-Length: 3\r\n\r\ntwo\r\n"
        b"--:--\r\n"
    )
    assert writer.size == len(body)


async def test_empty_body() -> None:
    writer = MultipartWriter(boundary=":")
    assert await writer.as_bytes() == b"--:--\r\n"
    assert writer.size == 7
    assert parts_of(writer, await writer.as_bytes()) == []


@pytest.mark.spec("MPW-07", "MPW-13", "ADD-712")
async def test_without_the_last_boundary() -> None:
    collected = CollectingWriter()
    for frame in (b"1", b"2"):
        with MultipartWriter("x-mixed-replace", boundary=":") as writer:
            writer.append(frame, {"Content-Type": "image/jpeg"})
            await writer.write(collected, close_boundary=False)
    assert collected.data == (
        b"--:\r\nContent-Type: image/jpeg\r\nContent-Length: 1\r\n\r\n1\r\n"
        b"--:\r\nContent-Type: image/jpeg\r\nContent-Length: 1\r\n\r\n2\r\n"
    )


@pytest.mark.spec("MPW-10", "ADD-713")
async def test_nested(make_stream: MakeStream) -> None:
    with MultipartWriter("mixed") as root:
        root.append("before")
        with MultipartWriter("related") as inner:
            root.append(inner)
            inner.append("added later")
            inner.append_json({"a": 1})
        root.append("after")
    body = await root.as_bytes()
    assert root.size == len(body)
    reader = MultipartReader(root.headers, make_stream(body, 50))
    found: list[Any] = []
    async for part in reader:
        if isinstance(part, MultipartReader):
            found.append([await leaf.text() async for leaf in part])  # type: ignore[union-attr]
        else:
            found.append(await part.text())
    assert found == ["before", ["added later", '{"a": 1}'], "after"]


async def generate() -> Any:
    yield b"one"
    yield b"two"


@pytest.mark.spec("ADD-713", "ADD-719", "MPW-06")
async def test_unknown_size_and_once() -> None:
    writer = MultipartWriter()
    writer.append("x")
    assert writer.replay == Replay.REPLAYABLE
    assert not writer.consumed
    payload = writer.append(generate())
    assert "Content-Length" not in payload.headers
    assert writer.size is None
    assert str(writer.replay) == "Replay.ONCE"
    parts = parts_of(writer, await writer.as_bytes())
    assert [data for _, data in parts] == [b"x", b"onetwo"]
    assert writer.consumed
    with pytest.raises(RuntimeError, match="again"):
        await writer.as_bytes()
    outer = MultipartWriter()
    outer.append(writer)
    assert outer.size is None
    assert outer.consumed


@pytest.mark.parametrize("encoding", ["gzip", "deflate", "GZIP"])
@pytest.mark.parametrize("transfer_encoding", ["", "base64", "Quoted-Printable", "binary"])
@pytest.mark.spec("MPW-09", "ADD-713")
async def test_encodings(make_stream: MakeStream, encoding: str, transfer_encoding: str) -> None:
    text = "Time to Relax! " * 500
    writer = MultipartWriter()
    headers = {"Content-Encoding": encoding}
    if transfer_encoding:
        headers["Content-Transfer-Encoding"] = transfer_encoding
    payload = writer.append(text, headers)
    assert writer.size is None
    assert "Content-Length" not in payload.headers
    reader = MultipartReader(writer.headers, make_stream(await writer.as_bytes()))
    part = await reader.next()
    assert isinstance(part, BodyPartReader)
    assert part.headers["Content-Encoding"] == encoding
    assert await part.text() == text


async def test_identity_changes_nothing() -> None:
    writer = MultipartWriter()
    writer.append(
        "x", {"Content-Encoding": "identity", "Content-Transfer-Encoding": "8bit", "A": "b"}
    )
    assert writer.size == len(await writer.as_bytes())


@pytest.mark.parametrize("name", ["Content-Encoding", "Content-Transfer-Encoding"])
@pytest.mark.spec("ADD-715")
def test_unknown_encodings(name: str) -> None:
    with pytest.raises(RuntimeError, match="unknown content"):
        MultipartWriter().append("x", {name: "unknown"})


@pytest.mark.spec("ADD-714", "ADD-111")
async def test_form_data() -> None:
    writer = MultipartWriter("form-data")
    writer.append("a")
    writer.append("b").set_content_disposition("form-data", name="f")
    writer.append("c")
    parts = parts_of(writer, await writer.as_bytes())
    assert [headers["Content-Disposition"] for headers, _ in parts] == [
        'form-data; name="section-0"',
        'form-data; name="f"',
        'form-data; name="section-2"',
    ]
    assert not any("Content-Length" in headers for headers, _ in parts)
    for name in ("Content-Encoding", "Content-Length", "Content-Transfer-Encoding"):
        with pytest.raises(ValueError, match="RFC 7578"):
            writer.append("x", {name: "1"})


@pytest.mark.spec("ADD-717")
async def test_debug_text() -> None:
    writer = MultipartWriter("form-data", boundary=":")
    writer.append("one").set_content_disposition("form-data", name="f")
    assert writer.decode() == (
        "--:\r\nContent-Type: text/plain; charset=utf-8\r\n"
        'Content-Disposition: form-data; name="f"\r\n\r\none'
    )


async def test_small_parts_leave_together() -> None:
    writer = MultipartWriter()
    for number in range(10):
        writer.append(str(number))
    counting = CountingWriter()
    await writer.write(counting)
    assert len(counting.writes) == 1
    writer.append(io.BytesIO(b"x" * 1_000_000))
    writer.append("end")
    counting = CountingWriter()
    await writer.write(counting)
    assert len(counting.writes[0]) < 2000
    assert b"".join(counting.writes) == await writer.as_bytes()
    for _ in range(100):
        writer.append("y" * 10_000)
    counting = CountingWriter()
    await writer.write(counting)
    assert max(map(len, counting.writes)) <= 2**18


@pytest.mark.spec("ADD-105")
async def test_never_more_than_the_declared_length() -> None:
    writer = MultipartWriter()
    writer.append("x" * 100)
    whole = await writer.as_bytes()
    collected = CollectingWriter()
    await writer.write_with_length(collected, 20)
    assert collected.data == whole[:20]
    collected = CollectingWriter()
    await writer.write_with_length(collected, None)
    assert collected.data == whole


class ClosingPayload(BytesPayload):
    closed = 0

    @property
    def autoclose(self) -> bool:
        return False

    async def close(self) -> None:
        self.closed += 1


@pytest.mark.spec("ADD-718")
async def test_close() -> None:
    writer = MultipartWriter()
    first, second = ClosingPayload(b"1"), ClosingPayload(b"2")
    assert writer.autoclose
    writer.append(first)
    writer.append(second)
    assert not writer.autoclose
    await writer.close()
    await writer.close()
    assert (first.closed, second.closed) == (1, 1)


@given(st.lists(st.tuples(st.text(), st.binary(max_size=300))), st.booleans())
@pytest.mark.spec("MPW-06")
async def test_round_trip(values: list[tuple[str, bytes]], gzipped: bool) -> None:
    writer = MultipartWriter()
    for text, data in values:
        writer.append(text, {"Content-Transfer-Encoding": "base64"} if gzipped else None)
        writer.append(data, {"Content-Encoding": "gzip"} if gzipped else None)
    body = await writer.as_bytes()
    assert writer.size in (None, len(body))
    expected = [
        raw for text, data in values for raw in (text.encode("utf-8", "surrogatepass"), data)
    ]
    decoded = []
    for headers, data in parts_of(writer, body):
        if "Content-Encoding" in headers:
            data = gzip.decompress(data)
        if "Content-Transfer-Encoding" in headers:
            data = base64.decodebytes(data)
        decoded.append(data)
    assert decoded == expected


# -- a part that is being received, sent on ---------------------------------------------------


@pytest.mark.spec("ADD-095", "ADD-1000")
async def test_body_part_as_payload(make_stream: MakeStream) -> None:
    headers = CIMultiDictProxy(
        CIMultiDict(
            {
                "Content-Type": "text/x",
                "Content-Disposition": 'form-data; name="f"; filename="a.txt"',
                "Content-Transfer-Encoding": "base64",
            }
        )
    )
    encoded = base64.encodebytes(b"hello" * 100)
    part = BodyPartReader(b"--:", headers, make_stream(encoded + b"\r\n--:--", 33))
    payload = get_payload(part)
    assert isinstance(payload, BodyPartReaderPayload)
    assert payload.content_type == "text/x"
    assert payload.headers["Content-Disposition"] == 'attachment; name="f"; filename="a.txt"'
    assert payload.size is None
    assert payload.replay is Replay.ONCE
    with pytest.raises(TypeError, match="Unable to decode"):
        payload.decode()
    assert await payload.as_bytes() == b"hello" * 100
    assert payload.consumed
    with pytest.raises(RuntimeError, match="cannot be sent again"):
        await payload.write(CollectingWriter())


async def test_body_part_without_a_name(make_stream: MakeStream) -> None:
    part = BodyPartReader(b"--:", CIMultiDictProxy(CIMultiDict()), make_stream(b"x\r\n--:--"))
    payload = get_payload(part)
    assert "Content-Disposition" not in payload.headers
    assert payload.content_type == "application/octet-stream"
    assert await payload.as_bytes() == b"x"


async def test_write_errors_come_through() -> None:
    class Broken(CollectingWriter):
        async def write(self, chunk: Any) -> None:
            raise ConnectionResetError

    writer = MultipartWriter()
    writer.append("x")
    broken: AbstractStreamWriter = Broken()
    with pytest.raises(ConnectionResetError):
        await asyncio.wait_for(writer.write(broken), 5)


@pytest.mark.spec("ADD-098")
async def test_a_type_given_as_header_says_how_text_is_encoded() -> None:
    writer = MultipartWriter(boundary=":")
    writer.append("é", {"Content-Type": "text/x; charset=latin1"})
    body = await writer.as_bytes()
    assert b"Content-Type: text/x; charset=latin1\r\nContent-Length: 1\r\n\r\n\xe9\r\n" in body
