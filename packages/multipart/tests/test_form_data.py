"""Forms to be sent."""

import io
import warnings
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from multidict import MultiDict, MultiDictProxy

from aiohttp_core.payload import Payload, StringPayload
from aiohttp_multipart.form_data import FormData
from aiohttp_multipart.form_parser import FileField, read_form
from aiohttp_multipart.limits import FormLimits
from aiohttp_multipart.writer import MultipartWriter

MakeStream = Any


async def sent(form: FormData) -> bytes:
    return await form().as_bytes()


@pytest.mark.parametrize(
    ("fields", "body"),
    [
        ((), b""),
        ({"a": "b"}, b"a=b"),
        ([("a", "1"), ("a", "2")], b"a=1&a=2"),
        ((("a", "1"), ["b", "2"]), b"a=1&b=2"),
        ([[("a", "1"), ("b", "2")]], b"a=1&b=2"),
        (MultiDict([("a", "1"), ("a", "2")]), b"a=1&a=2"),
        (MultiDictProxy(MultiDict(a="1")), b"a=1"),
        ([MultiDict(a="1"), ("b", "2")], b"a=1&b=2"),
        ({"a b": "c d", "é": "&=+"}, b"a+b=c+d&%C3%A9=%26%3D%2B"),
        ({"n": 1, "none": None, "list": ["x", "y"]}, b"n=1&none=None&list=x&list=y"),
    ],
)
@pytest.mark.spec("FORM-01", "FORM-03", "FORM-04", "FORM-08", "FORM-09", "ADD-110", "ADD-115")
async def test_urlencoded(fields: Any, body: bytes) -> None:
    form = FormData(fields)
    assert not form.is_multipart
    payload = form()
    assert isinstance(payload, Payload)
    assert payload.content_type == "application/x-www-form-urlencoded"
    assert await payload.as_bytes() == body
    assert payload.size == len(body)


@pytest.mark.spec("FORM-01", "ADD-110")
async def test_charset_of_urlencoded() -> None:
    payload = FormData({"a": "é"}, charset="latin1")()
    assert payload.content_type == "application/x-www-form-urlencoded; charset=latin1"
    assert await payload.as_bytes() == b"a=%E9"
    payload = FormData({"a": "é"}, charset="UTF-8")()
    assert payload.content_type == "application/x-www-form-urlencoded"


@pytest.mark.parametrize(
    "arguments",
    [
        {"value": io.BytesIO(b"x")},
        {"value": io.StringIO("x")},
        {"value": "x", "filename": "f"},
        {"value": "x", "content_type": "text/x"},
    ],
)
@pytest.mark.spec("FORM-02", "FORM-10", "FORM-11")
def test_what_makes_a_form_multipart(arguments: dict[str, Any]) -> None:
    form = FormData()
    form.add_field("a", "b")
    assert not form.is_multipart
    form.add_field("f", **arguments)
    assert form.is_multipart
    assert isinstance(form(), MultipartWriter)
    assert form().content_type.startswith("multipart/form-data; boundary=")


@pytest.mark.spec("ADD-109", "ADD-1030")
async def test_default_to_multipart() -> None:
    form = FormData({"a": "é"}, default_to_multipart=True, boundary=":")
    assert form.is_multipart
    assert await sent(form) == (
        b"--:\r\nContent-Type: text/plain; charset=utf-8\r\n"
        b'Content-Disposition: form-data; name="a"\r\n\r\n\xc3\xa9\r\n--:--\r\n'
    )
    form = FormData({"a": "é"}, charset="latin1", default_to_multipart=True, boundary=":")
    assert b"charset=latin1\r\n" in await sent(form)
    assert b"\r\n\r\n\xe9\r\n" in await sent(form)


@pytest.mark.spec("ADD-111", "ADD-112", "FORM-05")
async def test_multipart_heads() -> None:
    form = FormData(boundary=":")
    form.add_field("f", b"data", filename="a.gif", content_type="image/gif")
    form.add_field("t", "text")
    payload = form()
    body = await payload.as_bytes()
    assert body == (
        b"--:\r\nContent-Type: image/gif\r\n"
        b'Content-Disposition: form-data; name="f"; filename="a.gif"\r\n\r\ndata\r\n'
        b"--:\r\nContent-Type: text/plain; charset=utf-8\r\n"
        b'Content-Disposition: form-data; name="t"\r\n\r\ntext\r\n--:--\r\n'
    )
    assert payload.size == len(body)


@pytest.mark.parametrize(
    ("name", "filename", "quoted", "raw"),
    [
        ("f", "a b.txt", b'name="f"; filename="a%20b.txt"', b'name="f"; filename="a b.txt"'),
        ("f", "é", b'name="f"; filename="%C3%A9"', 'name="f"; filename="é"'.encode()),
        ('a"b\\', "x", b'name="a\\"b\\\\"; filename="x"', b'name="a\\"b\\\\"; filename="x"'),
        ("é", "x", b"name*=utf-8''%C3%A9; filename=\"x\"", 'name="é"; filename="x"'.encode()),
    ],
)
@pytest.mark.spec("ADD-113", "FORM-01", "HDR-07")
async def test_quoting(name: str, filename: str, quoted: bytes, raw: bytes) -> None:
    for quote_fields, expected in ((True, quoted), (False, raw)):
        form = FormData(quote_fields=quote_fields)
        form.add_field(name, "x", filename=filename)
        assert b"Content-Disposition: form-data; " + expected + b"\r\n" in await sent(form)


@pytest.mark.parametrize("what", ["name", "filename", "content_type"])
@pytest.mark.parametrize("bad", ["a\r\nX: y", "a\nb", "a\0", "\x7f"])
@pytest.mark.spec("ADD-114")
def test_control_characters_are_refused(what: str, bad: str) -> None:
    arguments: dict[str, Any] = {"name": "n", "value": "v", what: bad}
    with pytest.raises(ValueError, match=f"not allowed in {what}"):
        FormData().add_field(**arguments)


@pytest.mark.parametrize("what", ["name", "filename", "content_type", "content_transfer_encoding"])
@pytest.mark.parametrize("bad", [1, b"x", []])
@pytest.mark.spec("ADD-114")
def test_types_are_checked(what: str, bad: Any) -> None:
    arguments: dict[str, Any] = {"name": "n", "value": "v", what: bad}
    with pytest.raises(TypeError, match=f"{what} must be an instance of str"):
        FormData().add_field(**arguments)


@pytest.mark.spec("FORM-06", "ADD-116", "ADD-961")
async def test_bytes_become_a_file() -> None:
    form = FormData()
    with pytest.warns(DeprecationWarning, match="file name"):
        form.add_field("f", b"data")
    assert form.is_multipart
    assert b'name="f"; filename="f"\r\n' in await sent(form)


@pytest.mark.spec("FORM-06", "ADD-117", "ADD-961")
async def test_content_transfer_encoding_is_deprecated() -> None:
    form = FormData()
    with pytest.warns(DeprecationWarning, match="content_transfer_encoding"):
        form.add_field("f", b"data", content_transfer_encoding="base64")
    assert form.is_multipart
    body = await sent(form)
    assert b'name="f"\r\n\r\ndata\r\n' in body
    assert b"Transfer-Encoding" not in body


@pytest.mark.spec("FORM-07", "FORM-08", "FORM-10")
async def test_file_names(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_bytes(b"data")
    with path.open("rb") as file:
        assert b'name="f"; filename="a.txt"' in await sent(FormData({"f": file}))
        file.seek(0)
        assert b'name="a.txt"; filename="a.txt"' in await sent(FormData(file))
    assert b'name="unknown"; filename="unknown"' in await sent(FormData(io.BytesIO(b"x")))
    assert b'name="f"; filename="f"' in await sent(FormData({"f": io.BytesIO(b"x")}))
    form = FormData()
    form.add_field("f", io.BytesIO(b"x"), filename="own")
    assert b'name="f"; filename="own"' in await sent(form)


@pytest.mark.parametrize(
    "fields", ["text", 1, [1], [("a",)], [("a", "b", "c")], {1, 2}, [()], [None]]
)
@pytest.mark.spec("FORM-04", "ADD-118")
def test_other_fields_are_refused(fields: Any) -> None:
    with pytest.raises(TypeError, match="Only"):
        FormData(fields)


@pytest.mark.spec("ADD-118")
def test_values_that_cannot_be_sent() -> None:
    form = FormData({"a": 1}, default_to_multipart=True)
    with pytest.raises(TypeError, match="type int as form field 'a'"):
        form()


def test_impossible_charset() -> None:
    with pytest.raises(ValueError, match="bad charset"):
        FormData(charset="a\r\nb")


@pytest.mark.spec("ADD-119", "FORM-03")
async def test_it_can_be_called_again() -> None:
    form = FormData()
    form.add_field("f", io.BytesIO(b"data"), filename="x")
    first = await sent(form)
    assert await sent(form) == first
    form.add_field("g", "more")
    third = await sent(form)
    assert third.startswith(first[:-4])
    assert b'name="g"' in third
    assert await sent(form) == third


async def test_payloads_as_values() -> None:
    form = FormData(default_to_multipart=True)
    form.add_field("p", StringPayload("x", headers={"X-A": "b"}))
    body = await sent(form)
    assert b"X-A: b\r\n" in body
    assert b'Content-Disposition: form-data; name="p"\r\n' in body


NAMES = st.text(
    st.characters(min_codepoint=32, blacklist_categories=["Cs"], blacklist_characters="\x7f"),
    min_size=1,
).filter(lambda name: name != "_charset_" and name[0] not in "/\\")


@given(
    st.lists(st.tuples(NAMES, st.text(st.characters(blacklist_categories=["Cs"])))), st.booleans()
)
@pytest.mark.spec("ADD-113", "ADD-489")
async def test_what_is_sent_is_read_back(pairs: list[tuple[str, str]], multipart: bool) -> None:
    form = FormData(pairs, default_to_multipart=multipart, quote_fields=multipart)
    payload = form()
    read = await read_form(
        payload.headers, Bytes(await payload.as_bytes()), limits=FormLimits(max_fields=0)
    )
    if not multipart and pairs and payload.headers["Content-Type"].startswith("application/x-www"):
        # A trailing line break would be trimmed, but it is always escaped here.
        assert b"\n" not in await payload.as_bytes()
    assert list(read.fields.items()) == pairs


class Bytes:
    def __init__(self, data: bytes) -> None:
        self._pieces = [data[at : at + 100] for at in range(0, len(data), 100)]

    async def readany(self) -> bytes:
        return self._pieces.pop(0) if self._pieces else b""


async def test_files_are_read_back() -> None:
    form = FormData(quote_fields=False)
    form.add_field("é", io.BytesIO(b"\x00\xff" * 1000), filename='ü "x".bin', content_type="a/b")
    payload = form()
    read = await read_form(payload.headers, Bytes(await payload.as_bytes()))
    field = read.fields["é"]
    assert isinstance(field, FileField)
    assert (field.name, field.filename, field.content_type) == ("é", 'ü "x".bin', "a/b")
    assert field.file.read() == b"\x00\xff" * 1000
    read.close()


def test_no_warnings_for_plain_forms() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        FormData({"a": "b"})()
        form = FormData()
        form.add_field("f", b"x", filename="x")
        form()
