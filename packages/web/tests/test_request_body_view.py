"""The body of a request: read as a whole, in pieces, as a form."""

import asyncio
import dataclasses
import json
from typing import Any

import pytest
from detached_requests import Connection, make

from aiohttp_core.limits import HeadLimits
from aiohttp_core.streams import EMPTY_PAYLOAD, StreamReader
from aiohttp_multipart import MultipartLimitError, PartDecodingError, UnknownEncoding
from aiohttp_web import (
    BaseRequest,
    FileField,
    HTTPBadRequest,
    HTTPRequestEntityTooLarge,
    HTTPUnsupportedMediaType,
    Response,
)


@pytest.mark.spec("WREQ-13", "WREQ-20", "WREQ-21", "ADD-1079", "C65")
async def test_reading() -> None:
    request = make(method="POST", body="é".encode())
    assert request.body_exists
    assert request.can_read_body
    assert await request.read() == "é".encode()
    assert await request.text() == "é"
    assert not request.can_read_body
    assert await request.read() is await request.read()
    empty = make()
    assert not empty.body_exists
    assert not empty.can_read_body
    assert await empty.read() == b""
    assert empty.content is EMPTY_PAYLOAD


@pytest.mark.spec("WREQ-21", "ADD-476", "ADD-921", "ADD-1108")
async def test_charsets() -> None:
    coded = {"Content-Type": "text/plain; charset=latin-1"}
    assert await make(headers=coded, body=b"\xe9").text() == "é"
    for charset, body in (("no-such", b"a"), ("utf-8", b"\xff")):
        with pytest.raises(HTTPUnsupportedMediaType):
            await make(headers={"Content-Type": f"a/b; charset={charset}"}, body=body).text()


@pytest.mark.spec("ADD-477", "ADD-1060", "WREQ-22", "WREQ-34", "ADD-1102")
async def test_json() -> None:
    assert await make(body=b'{"a": 1}').json() == {"a": 1}
    assert await make(body=b"x").json(loads=lambda text: text * 2) == "xx"
    with pytest.raises(json.JSONDecodeError):
        await make(body=b"x").json()
    typed = {"Content-Type": "application/hal+json"}
    assert await make(headers=typed, body=b"1").json(content_type="application/json") == 1
    with pytest.raises(HTTPBadRequest):
        await make(headers={"Content-Type": "application/jsonfoo"}, body=b"1").json(
            content_type="application/json"
        )


@pytest.mark.spec("WREQ-09", "ADD-473", "ADD-474", "ADD-475", "ADD-524")
async def test_client_max_size() -> None:
    assert await make(body=b"x" * 10, client_max_size=10).read() == b"x" * 10
    with pytest.raises(HTTPRequestEntityTooLarge) as caught:
        await make(body=b"x" * 11, client_max_size=10).read()
    assert (caught.value.text or "").startswith("Maximum request body size 10 exceeded")
    assert len(await make(body=b"x" * 11, client_max_size=0).read()) == 11
    stream = make(body=b"x" * 11, client_max_size=10)
    assert await stream.content.read() == b"x" * 11
    assert make().client_max_size == 1024**2
    assert make().client_max_fields == 1000


async def test_a_declared_size_is_refused_at_once() -> None:
    connection = Connection()
    waiting = StreamReader(connection, 2**16)
    request = make(headers={"Content-Length": "9223372036854775807"})
    request = BaseRequest(request._message, waiting, connection)
    with pytest.raises(HTTPRequestEntityTooLarge):
        await asyncio.wait_for(request.read(), 5)


@pytest.mark.spec("WREQ-27", "WREQ-26")
async def test_direct_reads_and_release() -> None:
    request = make(body=b"abc")
    assert await request.content.read() == b"abc"
    assert await request.read() == b""
    request = make(body=b"abc")
    await request.release()
    assert request.content.at_eof()


@pytest.mark.spec("WREQ-24", "ADD-483", "ADD-484", "C64")
@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "TRACE", "DELETE", "GET"])
async def test_urlencoded_form(method: str) -> None:
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    request = make(method=method, headers=headers, body=b"a=1&a=%C3%A9&b=&c&=d")
    form = await request.post()
    if method == "GET":
        assert not form
    else:
        assert list(form.items()) == [("a", "1"), ("a", "é"), ("b", ""), ("c", ""), ("", "d")]
        assert await request.post() is form
        assert await request.read() == b"a=1&a=%C3%A9&b=&c&=d"


@pytest.mark.spec("ADD-483")
async def test_no_form_without_its_type() -> None:
    assert not await make(method="POST", headers={"Host": "a"}, body=b"a=1").post()
    assert not await make(method="POST", headers={"Content-Type": "text/plain"}, body=b"a=1").post()


@pytest.mark.spec("ADD-485", "ADD-817", "ADD-900")
async def test_field_limit() -> None:
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    request = make(method="POST", headers=headers, body=b"&" * 1000)
    with pytest.raises(HTTPRequestEntityTooLarge) as caught:
        await request.post()
    assert caught.value.text == "Maximum number of form fields 1000 exceeded."
    few = make(method="POST", headers=headers, body=b"a&b&c", client_max_fields=0)
    assert len(await few.post()) == 3


@pytest.mark.spec("WFRM-01")
async def test_where_the_fields_of_a_form_are() -> None:
    got = make("/find?q=a+b&q=c")
    assert got.query.getall("q") == ["a b", "c"]
    assert not await got.post()
    headers = {"Content-Type": "multipart/form-data; boundary=b"}
    posted = make(method="POST", headers=headers, body=MULTIPART)
    assert (await posted.post())["text"] == "value"
    posted.close_files()
    reader = await make(method="POST", headers=headers, body=MULTIPART).multipart()
    assert [part.name async for part in reader] == ["text", "file"]  # type: ignore[union-attr]


MULTIPART = (
    b'--b\r\nContent-Disposition: form-data; name="text"\r\n\r\nvalue\r\n'
    b'--b\r\nContent-Disposition: form-data; name="file"; filename="f.txt"\r\n'
    b"Content-Type: text/css\r\n\r\ncontent\r\n--b--\r\n"
)


@pytest.mark.spec("WREQ-25", "ADD-489", "ADD-496", "ADD-1067")
async def test_multipart_form() -> None:
    headers = {"Content-Type": "multipart/form-data; boundary=b"}
    request = make(method="POST", headers=headers, body=MULTIPART)
    form = await request.post()
    assert form["text"] == "value"
    field: Any = form["file"]
    assert (field.name, field.filename, field.content_type) == ("file", "f.txt", "text/css")
    assert field.file.read() == b"content"
    request.close_files()
    assert field.file.closed
    request.close_files()


@pytest.mark.spec("ADD-486", "ADD-782", "ADD-494", "ADD-495")
async def test_bad_multipart_forms() -> None:
    headers = {"Content-Type": "multipart/form-data; boundary=b"}
    with pytest.raises(HTTPRequestEntityTooLarge):
        await make(method="POST", headers=headers, body=MULTIPART, client_max_size=50).post()
    with pytest.raises(ValueError, match=r"."):
        await make(method="POST", headers=headers, body=MULTIPART[:-10]).post()


@pytest.mark.spec("WREQ-23")
async def test_multipart_reader() -> None:
    headers = {"Content-Type": "multipart/form-data; boundary=b"}
    request = make(method="POST", headers=headers, body=MULTIPART)
    reader = await request.multipart()
    part: Any = await reader.next()
    assert part.name == "text"


@pytest.mark.spec("ADD-695")
async def test_multipart_reader_is_limited() -> None:
    headers = {"Content-Type": "multipart/form-data; boundary=b"}
    request = make(method="POST", headers=headers, body=MULTIPART, client_max_size=4)
    part: Any = await (await request.multipart()).next()
    with pytest.raises(HTTPRequestEntityTooLarge, match=r".") as caught:
        await part.read()
    assert caught.value.text == "Maximum request body size 4 exceeded."
    request = make(method="POST", headers=headers, body=MULTIPART, client_max_size=4)
    part = await (await request.multipart()).next()
    assert await part.read_chunk() == b"value"
    request = make(method="POST", headers=headers, body=MULTIPART)
    request.protocol.head_limits = HeadLimits(max_field_size=30)
    with pytest.raises(MultipartLimitError):
        await (await request.multipart()).next()


@pytest.mark.parametrize(
    ("part", "error"),
    [
        (b"Content-Transfer-Encoding: base64\r\n\r\nYQ", PartDecodingError),
        (b"Content-Transfer-Encoding: base64\r\n\r\nY=Q=", PartDecodingError),
        (b"Content-Transfer-Encoding: x\r\n\r\nYQ", UnknownEncoding),
        (b"Content-Type: text/plain; charset=x\r\n\r\nYQ", HTTPUnsupportedMediaType),
        (b"\r\n\xff", HTTPUnsupportedMediaType),
    ],
)
async def test_undecodable_parts_of_forms(part: bytes, error: type[Exception]) -> None:
    headers = {"Content-Type": "multipart/form-data; boundary=b"}
    body = b'--b\r\nContent-Disposition: form-data; name="a"\r\n' + part + b"\r\n--b--"
    with pytest.raises(error):
        await make(method="POST", headers=headers, body=body).post()


async def test_trailers_over_a_socket(raw_server: Any) -> None:
    async def handler(request: Any) -> Response:
        assert not request.trailers
        await request.read()
        return Response(text=request.trailers.get("X-Sum", "-"))

    server = await raw_server(handler)
    client = await server.open()
    head = b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
    await client.send(head)
    while not server.server.requests_count:
        await asyncio.sleep(0.001)
    assert (await client.ask(b"1\r\na\r\n0\r\nX-Sum: 5\r\n\r\n")).body == b"5"


@pytest.mark.spec("C96", "WREQ-25", "ADD-1080")
async def test_a_file_of_a_form_is_a_dataclass_and_has_a_type() -> None:
    assert dataclasses.is_dataclass(FileField)
    assert not issubclass(FileField, tuple)
    headers = {"Content-Type": "multipart/form-data; boundary=b"}
    body = b'--b\r\nContent-Disposition: form-data; name="f"; filename="f"\r\n\r\nx\r\n--b--\r\n'
    request = make(method="POST", headers=headers, body=body)
    field: Any = (await request.post())["f"]
    assert isinstance(field, FileField)
    assert field.content_type == "application/octet-stream"
    request.close_files()
    # And JSON is not judged by its type unless somebody asks for that.
    assert await make(headers={"Content-Type": "text/plain"}, body=b"1").json() == 1
