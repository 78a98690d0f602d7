"""Whole forms, read with limits."""

import asyncio
import base64
import gc
import io
import os
from collections.abc import Callable
from tempfile import SpooledTemporaryFile
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aiohttp_multipart.errors import (
    BodyTooLarge,
    BoundaryError,
    MultipartError,
    PartCharsetError,
    PartDecodingError,
    PartHeaderTooLong,
    TooManyFields,
    UnknownEncoding,
)
from aiohttp_multipart.form_parser import FileField, Form, read_form
from aiohttp_multipart.limits import FormLimits

MakeStream = Callable[..., Any]

URLENCODED = {"Content-Type": "application/x-www-form-urlencoded"}
MULTIPART = {"Content-Type": "multipart/form-data; boundary=b"}
UNLIMITED = FormLimits(max_fields=0, max_total=0)


def part(disposition: str, data: bytes, *headers: str) -> bytes:
    lines = [f"Content-Disposition: form-data; {disposition}", *headers]
    head = "".join(f"{line}\r\n" for line in lines).encode("latin1")
    return b"--b\r\n" + head + b"\r\n" + data + b"\r\n"


def body(*parts: bytes) -> bytes:
    return b"".join(parts) + b"--b--\r\n"


# -- which bodies are forms -------------------------------------------------------------------


@pytest.mark.parametrize(
    ("headers", "count"),
    [
        (URLENCODED, 1),
        ({"Content-Type": "Application/X-WWW-Form-URLencoded; charset=utf-8"}, 1),
        ({"Content-Type": ""}, 1),
        ({}, 0),
        ({"Content-Type": "application/json"}, 0),
        ({"Content-Type": "multipart/mixed; boundary=b"}, 0),
        ({"Content-Type": "text/plain"}, 0),
    ],
)
@pytest.mark.spec("ADD-483", "WREQ-24")
async def test_content_types(make_stream: MakeStream, headers: dict[str, str], count: int) -> None:
    stream = make_stream(b"a=b")
    form = await read_form(headers, stream)
    assert len(form.fields) == count
    assert stream.at_eof() is bool(count)
    form.close()


# -- urlencoded -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"", []),
        (b"a=1&b=2&a=3", [("a", "1"), ("b", "2"), ("a", "3")]),
        (b"a=&b&=c", [("a", ""), ("b", ""), ("", "c")]),
        (b"&&a=1&&", [("a", "1")]),
        (b"a=b;c=d", [("a", "b;c=d")]),
        (b"a+b=c+d", [("a b", "c d")]),
        (b"a=%C3%A9", [("a", "é")]),
        (b"a=\xc3\xa9", [("a", "é")]),
        (b"a=%", [("a", "%")]),
        (b"a=%zz&b=%4", [("a", "%zz"), ("b", "%4")]),
        (b"a=%ff", [("a", "\ufffd")]),
        (b"a=\xff", [("a", "\ufffd")]),
        (b"a=b\r\n", [("a", "b")]),
        (b"a=b=c", [("a", "b=c")]),
    ],
)
@pytest.mark.parametrize("step", [1, None])
@pytest.mark.spec("ADD-484")
async def test_urlencoded(
    make_stream: MakeStream, data: bytes, expected: list[tuple[str, str]], step: int | None
) -> None:
    form = await read_form(URLENCODED, make_stream(data, step))
    assert list(form.fields.items()) == expected


@pytest.mark.spec("ADD-110")
async def test_urlencoded_charset(make_stream: MakeStream) -> None:
    headers = {"Content-Type": URLENCODED["Content-Type"] + "; charset=latin1"}
    form = await read_form(headers, make_stream(b"a=%E9"))
    assert form.fields["a"] == "é"
    headers = {"Content-Type": URLENCODED["Content-Type"] + "; charset=hex"}
    with pytest.raises(PartCharsetError, match="Unknown charset"):
        await read_form(headers, make_stream(b"a=%E9"))


@pytest.mark.parametrize("separated", [b"a=1", b"a", b""])
@pytest.mark.spec("ADD-485")
async def test_number_of_urlencoded_fields(make_stream: MakeStream, separated: bytes) -> None:
    limits = FormLimits(max_fields=3)
    await read_form(URLENCODED, make_stream(b"&".join([separated] * 3)), limits=limits)
    stream = make_stream(b"&".join([separated] * 4))
    with pytest.raises(TooManyFields, match=r"^Maximum number of form fields 3 exceeded\.$"):
        await read_form(URLENCODED, stream, limits=limits)
    form = await read_form(URLENCODED, make_stream(b"a&" * 5000), limits=UNLIMITED)
    assert len(form.fields) == 5000


@pytest.mark.spec("ADD-485", "ADD-486")
async def test_limits_stop_the_reading(make_stream: MakeStream) -> None:
    # M10 of the security lessons: the rest of a body that is too large is not waited for.
    stream = make_stream(b"a&" * 2000, eof=False)
    with pytest.raises(TooManyFields):
        await asyncio.wait_for(read_form(URLENCODED, stream), 5)
    stream = make_stream(b"a" * 101, eof=False)
    with pytest.raises(BodyTooLarge, match=r"^Maximum request body size 100 exceeded\.$"):
        await asyncio.wait_for(read_form(URLENCODED, stream, limits=FormLimits(max_total=100)), 5)
    form = await read_form(URLENCODED, make_stream(b"a" * 100), limits=FormLimits(max_total=100))
    assert len(form.fields) == 1


async def test_length_of_urlencoded_fields(make_stream: MakeStream) -> None:
    limits = FormLimits(max_field_bytes=3)
    await read_form(URLENCODED, make_stream(b"a=123"), limits=limits)
    with pytest.raises(BodyTooLarge):
        await read_form(URLENCODED, make_stream(b"a=1234"), limits=limits)


# -- multipart --------------------------------------------------------------------------------


@pytest.mark.parametrize("step", [1, 7, None])
@pytest.mark.spec("ADD-489", "ADD-493", "WFRM-04", "WREQ-25", "ADD-488", "ADD-1067")
async def test_multipart(make_stream: MakeStream, step: int | None) -> None:
    data = body(
        part('name="t"', "é".encode()),
        part('name="l"', b"\xe9", "Content-Type: text/plain; charset=latin1"),
        part('name="b"', b"\xff\x00", "Content-Type: application/x"),
        part('name="e"', b""),
        part('name="f"; filename="a.txt"', b"one", "Content-Type: text/plain", "X-A: b"),
        part('name="f"; filename="b"', b"two"),
        part('name="none"; filename=""', b"", "Content-Type: application/octet-stream"),
    )
    form = await read_form(MULTIPART, make_stream(data, step))
    fields = form.fields
    assert [name for name, _ in fields.items()] == ["t", "l", "b", "e", "f", "f", "none"]
    assert (fields["t"], fields["l"], fields["e"]) == ("é", "é", "")
    assert fields["b"] == bytearray(b"\xff\x00")
    assert isinstance(fields["b"], bytearray)
    assert fields["none"] == bytearray()
    first, second = fields.getall("f")
    assert isinstance(first, FileField)
    assert isinstance(second, FileField)
    assert (first.name, first.filename, first.content_type) == ("f", "a.txt", "text/plain")
    assert first.headers["X-A"] == "b"
    assert first.file.read() == b"one"
    assert second.content_type == "application/octet-stream"
    assert second.file.read() == b"two"
    with pytest.raises(AttributeError):
        first.name = "x"  # type: ignore[misc]
    form.close()
    assert first.file.closed
    form.close()


@pytest.mark.spec("ADD-492")
async def test_transfer_encodings(make_stream: MakeStream) -> None:
    text = "é" * 100
    encoded = base64.encodebytes(text.encode())
    data = body(
        part('name="a"', encoded, "Content-Transfer-Encoding: base64"),
        part('name="b"', b"=C3=A9", "Content-Transfer-Encoding: Quoted-Printable"),
        part('name="c"', b"=C3=A9", "Content-Transfer-Encoding: 8bit"),
        part('name="d"', b"x", "Content-Encoding: gzip"),
        part('name="f"; filename="f"', encoded, "Content-Transfer-Encoding: base64"),
    )
    form = await read_form(MULTIPART, make_stream(data, 11))
    assert [form.fields[name] for name in "abcd"] == [text, "é", "=C3=A9", "x"]
    file = form.fields["f"]
    assert isinstance(file, FileField)
    assert file.file.read().decode() == text
    form.close()


@pytest.mark.parametrize(
    ("data", "error"),
    [
        (part("filename=x", b""), MultipartError),
        (part('name="a"', b"x", "Content-Transfer-Encoding: x"), UnknownEncoding),
        (part('name="a"', b"YQ", "Content-Transfer-Encoding: base64"), PartDecodingError),
        (
            part('name="a"; filename="f"', b"YQ", "Content-Transfer-Encoding: base64"),
            MultipartError,
        ),
        (part('name="a"', b"\xff"), PartCharsetError),
        (part('name="a"', b"x", "Content-Type: text/plain; charset=no-such"), PartCharsetError),
        (part('name="a"', b"x", "Content-Type: multipart/mixed; boundary=c"), MultipartError),
        (part('name="a"', b"x", "Content-Type: multipart/mixed"), MultipartError),
        (part('name="a"', b"x", "bad line"), MultipartError),
        (part('name="a"', b"x", "A: " + "x" * 9000), PartHeaderTooLong),
        (b"rubbish", BoundaryError),
    ],
)
@pytest.mark.spec("ADD-490", "ADD-491", "ADD-492", "ADD-494", "ADD-1108")
async def test_malformed(make_stream: MakeStream, data: bytes, error: type[Exception]) -> None:
    good = part('name="g"; filename="g"', b"x")
    with pytest.raises(error) as caught:
        await read_form(MULTIPART, make_stream(good + body(data)))
    assert isinstance(caught.value, ValueError)


@pytest.mark.parametrize(
    "boundary", ["", "; boundary=", "; boundary=" + "a" * 71, '; boundary="a\\\r\nb"']
)
@pytest.mark.spec("ADD-494", "ADD-495")
async def test_bad_boundaries(make_stream: MakeStream, boundary: str) -> None:
    headers = {"Content-Type": "multipart/form-data" + boundary}
    with pytest.raises(MultipartError):
        await read_form(headers, make_stream(b"--a\r\n\r\n\r\n--a--"))


@pytest.mark.spec("ADD-1067", "ADD-488")
@pytest.mark.parametrize(
    ("head", "expected"),
    [((), "application/octet-stream"), (("Content-Type: a/b; c=d",), "a/b; c=d")],
)
async def test_type_of_a_file(
    make_stream: MakeStream, head: tuple[str, ...], expected: str
) -> None:
    data = body(part('name="f"; filename="x"', b"x", *head))
    form = await read_form(MULTIPART, make_stream(data))
    field = form.fields["f"]
    assert isinstance(field, FileField)
    assert field.content_type == expected
    form.close()


@pytest.mark.spec("ADD-493", "ADD-1096")
async def test_charset_field(make_stream: MakeStream) -> None:
    data = body(
        part('name="_charset_"', b"windows-1251"),
        part('name="a"', "Привет".encode("cp1251")),
        part('name="b"', "é".encode(), "Content-Type: text/plain; charset=utf-8"),
    )
    form = await read_form(MULTIPART, make_stream(data))
    assert dict(form.fields) == {"a": "Привет", "b": "é"}
    data = body(
        part('name="_charset_"', b"windows-1251"),
        part('name="поле"; filename="файл"'.encode("cp1251").decode("latin1"), b"x"),
        part('name="имя"'.encode().decode("latin1"), b"y"),
    )
    form = await read_form(MULTIPART, make_stream(data))
    field = form.fields["поле"]
    assert isinstance(field, FileField)
    assert (field.name, field.filename, form.fields["имя"]) == ("поле", "файл", "y")
    form.close()
    with pytest.raises(RuntimeError):
        await read_form(MULTIPART, make_stream(body(part('name="_charset_"', b"x" * 32))))


async def test_names_that_are_no_utf_8(make_stream: MakeStream) -> None:
    data = body(part('name="a\xe9"; filename="\xe9"', b"x"), part('name="\xe9"', b"y"))
    form = await read_form(MULTIPART, make_stream(data))
    assert list(form.fields) == ["a\ufffd", "\ufffd"]
    file = form.fields["a\ufffd"]
    assert isinstance(file, FileField)
    assert file.filename == "\ufffd"
    form.close()


# -- limits -----------------------------------------------------------------------------------


@pytest.mark.spec("ADD-485")
async def test_number_of_parts(make_stream: MakeStream) -> None:
    limits = FormLimits(max_fields=3)
    parts = [part(f'name="{number}"', b"") for number in range(4)]
    form = await read_form(MULTIPART, make_stream(body(*parts[:3])), limits=limits)
    assert len(form.fields) == 3
    with pytest.raises(TooManyFields, match="Maximum number of form fields 3 exceeded"):
        await read_form(MULTIPART, make_stream(body(*parts)), limits=limits)
    form = await read_form(MULTIPART, make_stream(body(*parts)), limits=UNLIMITED)
    assert len(form.fields) == 4


@pytest.mark.spec("ADD-486")
async def test_total_size_counts_everything(make_stream: MakeStream) -> None:
    # Rows 22 and 30 of the security lessons.
    data = body(part('name="a"', b"x" * 100), part('name="f"; filename="f"', b"y" * 100))
    form = await read_form(MULTIPART, make_stream(data), limits=FormLimits(max_total=len(data)))
    form.close()
    for step in (10, None):
        with pytest.raises(BodyTooLarge):
            await read_form(
                MULTIPART, make_stream(data, step), limits=FormLimits(max_total=len(data) - 1)
            )
    stream = make_stream(part('name="a"', b"x" * 1000), eof=False)
    with pytest.raises(BodyTooLarge):
        await asyncio.wait_for(read_form(MULTIPART, stream, limits=FormLimits(max_total=500)), 5)


async def test_size_of_one_field(make_stream: MakeStream) -> None:
    limits = FormLimits(max_field_bytes=10)
    file = part('name="f"; filename="f"', b"y" * 100)
    data = body(part('name="a"', b"x" * 10), file)
    (await read_form(MULTIPART, make_stream(data), limits=limits)).close()
    with pytest.raises(BodyTooLarge):
        await read_form(MULTIPART, make_stream(body(part('name="a"', b"x" * 11))), limits=limits)


def test_impossible_limits() -> None:
    with pytest.raises(ValueError, match="cannot be negative"):
        FormLimits(max_fields=-1)


# -- files ------------------------------------------------------------------------------------


def is_on_disk(field: Any) -> bool:
    file = field.file
    assert isinstance(file, SpooledTemporaryFile)
    return not isinstance(file._file, io.BytesIO)


@pytest.mark.parametrize("step", [100, None])
@pytest.mark.spec("ADD-487", "ADD-496")
async def test_large_files_go_to_disk(make_stream: MakeStream, step: int | None) -> None:
    small, large = os.urandom(1000), os.urandom(3001)
    data = body(
        part('name="s"; filename="s"', small),
        part('name="l"; filename="l"', large),
    )
    limits = FormLimits(max_total=0, spool_size=1000)
    form = await read_form(MULTIPART, make_stream(data, step), limits=limits)
    fields: Any = form.fields
    assert not is_on_disk(fields["s"])
    assert is_on_disk(fields["l"])
    assert fields["s"].file.read() == small
    assert fields["l"].file.read() == large
    form.close()
    assert fields["l"].file.closed


@pytest.mark.spec("C30")
async def test_fields_stay_in_memory_however_large(make_stream: MakeStream) -> None:
    data = body(part('name="text"', b"x" * 3000), part('name="file"; filename="f"', b"x" * 3000))
    limits = FormLimits(max_total=0, spool_size=1000)
    async with asyncio.timeout(30):
        form = await read_form(MULTIPART, make_stream(data), limits=limits)
    assert form.fields["text"] == "x" * 3000
    assert is_on_disk(form.fields["file"])
    form.close()


@pytest.mark.spec("ADD-822", "ADD-910")
async def test_many_small_files_need_no_file_descriptors(make_stream: MakeStream) -> None:
    data = body(*(part(f'name="{n}"; filename="{n}"', b"x" * 100) for n in range(500)))
    form = await read_form(MULTIPART, make_stream(data), limits=FormLimits(max_total=0))
    files = [field for field in form.fields.values() if isinstance(field, FileField)]
    assert len(files) == 500
    assert not any(is_on_disk(field) for field in files)
    form.close()


@pytest.mark.spec("ADD-496")
async def test_no_file_is_left_after_an_error(
    make_stream: MakeStream, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[Any] = []

    def spooled(**arguments: Any) -> Any:
        opened.append(SpooledTemporaryFile(**arguments))  # noqa: SIM115
        return opened[-1]

    monkeypatch.setattr("aiohttp_multipart.spool.SpooledTemporaryFile", spooled)
    file = part('name="f"; filename="f"', b"x" * 5000)
    limits = FormLimits(max_total=0, spool_size=1000)
    for rest in (b"", part('name="a"', b"\xff"), part("x=1", b"")):
        with pytest.raises(MultipartError):
            await read_form(MULTIPART, make_stream(file + file + rest), limits=limits)
    assert len(opened) == 6
    stream = make_stream(file + file[:3000], eof=False)
    task = asyncio.ensure_future(read_form(MULTIPART, stream, limits=limits))
    while len(opened) < 8:
        await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    async with asyncio.timeout(30):
        while not all(handle.closed for handle in opened):
            await asyncio.sleep(0.001)


async def test_a_dropped_form_closes_its_files(make_stream: MakeStream) -> None:
    form: Form | None = await read_form(
        MULTIPART, make_stream(body(part('name="f"; filename="f"', b"x")))
    )
    assert form is not None
    field = form.fields["f"]
    assert isinstance(field, FileField)
    form.close()
    form = None
    gc.collect()
    assert field.file.closed


@given(st.binary(max_size=300), st.integers(1, 50))
async def test_no_input_does_worse_than_an_error(data: bytes, step: int) -> None:
    class Pieces:
        def __init__(self) -> None:
            self.left = data

        async def readany(self) -> bytes:
            piece, self.left = self.left[:step], self.left[step:]
            return piece

    for headers in (MULTIPART, URLENCODED):
        try:
            form = await read_form(headers, Pieces())
        except MultipartError:
            continue
        form.close()


@pytest.mark.spec("ADD-495", "ADD-705", "ADD-767")
async def test_truncated_at_every_byte(make_stream: MakeStream) -> None:
    data = body(part('name="a"', b"x"), part('name="f"; filename="f"', b"y"))
    for cut in range(len(data) - 2):
        with pytest.raises(MultipartError):
            await read_form(MULTIPART, make_stream(data[:cut]))
