"""Streamed responses: state, fields, cookies, framing."""

import asyncio
import datetime
import gzip
import zlib
from http.cookies import SimpleCookie
from typing import Any

import pytest
from multidict import CIMultiDict

from aiohttp_core.fields.etags import ETag
from aiohttp_core.versions import HttpVersion10
from aiohttp_web import (
    Application,
    ContentCoding,
    FileResponse,
    HTTPFound,
    Request,
    Response,
    StreamResponse,
    WebSocketResponse,
    middleware,
)


def get(extra: str = "", version: str = "1.1", method: str = "GET", path: str = "/") -> bytes:
    return f"{method} {path} HTTP/{version}\r\nHost: a\r\n{extra}\r\n".encode()


# State


@pytest.mark.spec("WRSP-03", "WRSP-01")
def test_status_line() -> None:
    response = StreamResponse()
    assert (response.status, response.reason, response.prepared) == (200, "OK", False)
    response.set_status(404)
    assert (response.status, response.reason) == (404, "Not Found")
    response.set_status(299, "Fine")
    assert (response.status, response.reason) == (299, "Fine")
    response.set_status(599)
    assert response.reason == ""
    assert StreamResponse(status=201, reason="Made").reason == "Made"
    with pytest.raises(ValueError, match="control"):
        response.set_status(200, "a\r\nb")


@pytest.mark.spec("WRSP-01", "ADD-511", "ADD-509", "ADD-510")
async def test_nothing_of_the_head_changes_after_prepare(make_request: Any) -> None:
    request = make_request("GET", "/")
    response = StreamResponse()
    writer = await response.prepare(request)
    assert response.prepared
    assert await response.prepare(request) is writer
    changes = (
        lambda: response.set_status(201),
        lambda: response.set_cookie("a", "b"),
        lambda: response.del_cookie("a"),
        lambda: setattr(response, "content_type", "a/b"),
        lambda: setattr(response, "charset", "utf-8"),
        lambda: setattr(response, "content_length", 5),
        lambda: setattr(response, "last_modified", 5),
        lambda: setattr(response, "etag", "a"),
        response.enable_compression,
    )
    for change in changes:
        with pytest.raises(RuntimeError):
            change()
    await response.write_eof()
    assert response.prepared
    assert await response.prepare(request) is None


@pytest.mark.spec("WRSP-17", "WRSP-18", "ADD-512")
async def test_writing_has_its_time(make_request: Any) -> None:
    response = StreamResponse()
    with pytest.raises(RuntimeError):
        await response.write(b"a")
    with pytest.raises(RuntimeError):
        await response.write_eof()
    await response.prepare(make_request("GET", "/"))
    for wrong in ("text", 5, None, [b"a"]):
        with pytest.raises(TypeError):
            await response.write(wrong)  # type: ignore[arg-type]
    with pytest.raises(TypeError):
        await response.write_eof("text")  # type: ignore[arg-type]
    for piece in (b"a", bytearray(b"b"), memoryview(b"c")):
        await response.write(piece)
    await response.write_eof()
    await response.write_eof()
    with pytest.raises(RuntimeError):
        await response.write(b"a")


@pytest.mark.spec("WRSP-27")
async def test_one_request_only(make_request: Any) -> None:
    response = StreamResponse()
    await response.prepare(make_request("GET", "/"))
    with pytest.raises(RuntimeError, match="twice"):
        await response.prepare(make_request("GET", "/"))


@pytest.mark.spec("HTTP-24", "ADD-513", "WRSP-02")
async def test_repr_and_truth(make_request: Any) -> None:
    response = StreamResponse()
    assert response
    assert repr(response) == "<StreamResponse OK not prepared>"
    await response.prepare(make_request("GET", "/path"))
    assert repr(response) == "<StreamResponse OK GET /path >"
    await response.write_eof()
    assert repr(response) == "<StreamResponse OK eof>"


@pytest.mark.spec("WRSP-05")
async def test_keep_alive(make_request: Any) -> None:
    response = StreamResponse()
    assert response.keep_alive is None
    response.force_close()
    assert response.keep_alive is False
    await response.prepare(make_request("GET", "/"))
    assert response.keep_alive is False
    assert response.headers["Connection"] == "close"


@pytest.mark.spec("ADD-967", "ADD-515", "WRSP-31")
async def test_deprecated_ways(make_request: Any) -> None:
    response = StreamResponse()
    with pytest.warns(DeprecationWarning, match="boolean"):
        response.enable_compression(force=True)
    with pytest.warns(DeprecationWarning, match="Chunk size"):
        response.enable_chunked_encoding(chunk_size=5)
    await response.prepare(make_request("GET", "/"))
    with pytest.warns(DeprecationWarning, match="drain"):
        await response.drain()
    await response.write_eof()
    with pytest.warns(DeprecationWarning, match="drain"), pytest.raises(RuntimeError):
        await response.drain()


# Fields


@pytest.mark.spec("WRSP-13", "ADD-501")
def test_content_type_and_charset() -> None:
    response = StreamResponse()
    assert response.content_type == "application/octet-stream"
    assert response.charset is None
    with pytest.raises(RuntimeError):
        response.charset = "utf-8"
    response.content_type = "text/html"
    response.charset = "UTF-8"
    assert response.charset == "utf-8"
    assert response.headers["Content-Type"] == "text/html; charset=utf-8"
    response.content_type = "text/plain"
    assert response.headers["Content-Type"] == "text/plain; charset=utf-8"
    response.charset = None
    assert response.headers["Content-Type"] == "text/plain"
    response.headers["Content-Type"] = "a/b; charset=koi8-r"
    assert (response.content_type, response.charset) == ("a/b", "koi8-r")
    with pytest.raises(ValueError, match="control"):
        response.content_type = "a/b\r\nX: y"


@pytest.mark.spec("WRSP-13", "HTTP-13", "ADD-500", "WRSP-07")
def test_content_length_and_chunks_exclude_each_other() -> None:
    response = StreamResponse()
    assert response.content_length is None
    response.content_length = 5
    assert response.headers["Content-Length"] == "5"
    with pytest.raises(RuntimeError):
        response.enable_chunked_encoding()
    response.content_length = None
    assert "Content-Length" not in response.headers
    with pytest.raises(ValueError, match="negative"):
        response.content_length = -1
    response.enable_chunked_encoding()
    assert response.chunked
    with pytest.raises(RuntimeError):
        response.content_length = 5


@pytest.mark.spec("WRSP-14", "ADD-504")
def test_last_modified() -> None:
    response = StreamResponse()
    assert response.last_modified is None
    moment = datetime.datetime(2020, 2, 3, 4, 5, 6, tzinfo=datetime.UTC)
    for value in (moment, moment.timestamp(), int(moment.timestamp()),
                  "Mon, 03 Feb 2020 04:05:06 GMT"):  # fmt: skip
        response.last_modified = value
        assert response.headers["Last-Modified"] == "Mon, 03 Feb 2020 04:05:06 GMT"
        assert response.last_modified == moment
    response.last_modified = moment + datetime.timedelta(milliseconds=1)
    assert response.headers["Last-Modified"] == "Mon, 03 Feb 2020 04:05:07 GMT"
    response.last_modified = None
    assert "Last-Modified" not in response.headers
    with pytest.raises(TypeError):
        response.last_modified = object()  # type: ignore[assignment]
    with pytest.raises(ValueError, match="control"):
        response.last_modified = "a\r\nb"


@pytest.mark.spec("WRSP-15", "ADD-503")
def test_etag() -> None:
    response = StreamResponse()
    assert response.etag is None
    response.etag = "value"
    assert response.headers["ETag"] == '"value"'
    assert response.etag == ETag("value")
    response.etag = ETag("weak", is_weak=True)
    assert response.headers["ETag"] == 'W/"weak"'
    response.etag = "*"
    assert response.headers["ETag"] == "*"
    response.etag = None
    assert "ETag" not in response.headers
    for wrong in ('a"b', 5, b"a"):
        with pytest.raises(ValueError, match=r"(?i)etag|tag"):
            response.etag = wrong  # type: ignore[assignment]


@pytest.mark.spec("ADD-499")
def test_headers_argument() -> None:
    response = StreamResponse(headers={"X": "1"})
    assert response.headers["x"] == "1"


# Cookies


@pytest.mark.spec("WRSP-09", "WRSP-10", "WRSP-12", "ADD-429")
async def test_cookies(make_request: Any) -> None:
    response = StreamResponse()
    response.set_cookie("a", "1")
    response.set_cookie(
        "b", 2, path="/p", domain="example.com", max_age=0, secure=True, httponly=True,
        samesite="Lax", expires="Thu, 01 Jan 2026 00:00:00 GMT", partitioned=True,
    )  # fmt: skip
    request = make_request("GET", "/")
    writer = await response.prepare(request)
    assert writer.headers.getall("Set-Cookie") == [
        "a=1; Path=/",
        (
            "b=2; expires=Thu, 01 Jan 2026 00:00:00 GMT; Path=/p; Domain=example.com; Max-Age=0; "
            "Secure; HttpOnly; SameSite=Lax; Partitioned"
        ),
    ]
    assert "Set-Cookie" not in response.headers


@pytest.mark.spec("WRSP-11", "ADD-506", "WRSP-32", "ADD-505")
async def test_deleting_and_setting_again(make_request: Any) -> None:
    response = StreamResponse()
    response.del_cookie("a", domain="x.example")
    deleted = response.cookies["a"]
    assert (deleted["max-age"], deleted["domain"], deleted.value) == ("0", "x.example", "")
    assert deleted["expires"] == "Thu, 01 Jan 1970 00:00:00 GMT"
    response.set_cookie("a", "new")
    writer = await response.prepare(make_request("GET", "/"))
    assert writer.headers.getall("Set-Cookie") == ["a=new; Path=/"]


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("a b", {}),
        ("a", {"domain": "x; HttpOnly"}),
        ("a", {"path": "/\r\nX: y"}),
        ("a", {"samesite": "Odd"}),
    ],
)
def test_cookies_that_cannot_be(name: str, options: Any) -> None:
    with pytest.raises(ValueError, match=r"(?i)cookie"):
        StreamResponse().set_cookie(name, "v", **options)


# On the wire


@pytest.mark.spec("ADD-425", "WRSP-16", "WRSP-07")
async def test_streams_are_chunked(raw_server: Any) -> None:
    async def handler(request: Any) -> StreamResponse:
        response = StreamResponse()
        await response.prepare(request)
        await response.write(b"one")
        await response.write(b"")
        await response.write(b"two")
        await response.write_eof(b"!")
        return response

    server = await raw_server(handler)
    answer = await server.send(get("Connection: close\r\n"))
    assert b"\r\nTransfer-Encoding: chunked\r\n" in answer
    assert answer.endswith(b"\r\n\r\n3\r\none\r\n3\r\ntwo\r\n1\r\n!\r\n0\r\n\r\n")
    old = await server.send(get("Connection: keep-alive\r\n", "1.0"))
    assert old.startswith(b"HTTP/1.0 200 OK\r\n")
    assert b"Transfer-Encoding" not in old
    assert b"keep-alive" not in old
    assert old.endswith(b"\r\n\r\nonetwo!")


@pytest.mark.spec("ADD-427", "ADD-1093")
async def test_exactly_the_declared_length(raw_server: Any, caplog: Any) -> None:
    async def handler(request: Any) -> StreamResponse:
        response = StreamResponse()
        response.content_length = 5
        await response.prepare(request)
        if request.path == "/short":
            await response.write(b"abc")
        else:
            await response.write(b"abcd")
            await response.write(b"efgh")
            await response.write(b"ijkl")
        return response

    server = await raw_server(handler)
    client = await server.open()
    assert (await client.ask(get())).body == b"abcde"
    assert (await client.ask(get())).body == b"abcde"
    short = await server.send(get(path="/short"))
    assert short.endswith(b"\r\n\r\nabc")


@pytest.mark.spec("ADD-1092", "ADD-423")
@pytest.mark.parametrize(
    ("method", "status", "version"),
    [("HEAD", 200, "1.1"), ("GET", 204, "1.1"), ("GET", 304, "1.1"), ("HEAD", 200, "1.0")],
)
async def test_no_byte_of_body_where_none_may_be(
    raw_server: Any, method: str, status: int, version: str
) -> None:
    async def handler(request: Any) -> StreamResponse:
        response = StreamResponse(status=status)
        if request.path == "/length":
            response.content_length = 5
        await response.prepare(request)
        await response.write(b"body!")
        await response.write_eof(b"end")
        return response

    server = await raw_server(handler)
    for path in ("/", "/length"):
        extra = "Connection: keep-alive\r\n"
        client = await server.open()
        for _ in range(2):
            await client.send(get(extra, version, method, path))
            head = await client.head()
            assert f" {status} ".encode() in head
            if status != 200:
                assert b"Transfer-Encoding" not in head
                assert b"Content-Length" not in head


@pytest.mark.spec("HTTP-12", "ADD-428")
async def test_chunks_need_11(make_request: Any) -> None:
    response = StreamResponse()
    response.enable_chunked_encoding()
    with pytest.raises(RuntimeError, match=r"HTTP/1\.0"):
        await response.prepare(make_request("GET", "/", version=HttpVersion10))


async def test_trailers(raw_server: Any) -> None:
    async def handler(request: Any) -> StreamResponse:
        response = StreamResponse()
        await response.prepare(request)
        await response.write(b"a")
        await response.write_eof(trailers={"X-Sum": "5"})
        return response

    server = await raw_server(handler)
    answer = await server.send(get("Connection: close\r\n"))
    assert answer.endswith(b"1\r\na\r\n0\r\nX-Sum: 5\r\n\r\n")
    assert (await server.send(get(version="1.0"))).endswith(b"\r\n\r\na")


@pytest.mark.spec("WRSP-06", "HTTP-19", "ADD-516", "ADD-077")
@pytest.mark.parametrize("coding", [ContentCoding.gzip, ContentCoding.deflate])
async def test_streams_are_compressed(raw_server: Any, coding: ContentCoding) -> None:
    async def handler(request: Any) -> StreamResponse:
        response = StreamResponse()
        response.content_length = 600
        response.enable_compression(coding, strategy=zlib.Z_FILTERED)
        assert response.compression
        await response.prepare(request)
        for _ in range(100):
            await response.write(b"hello ")
        return response

    server = await raw_server(handler)
    answer = await server.send(get("Connection: close\r\n"))
    head, _, body = answer.partition(b"\r\n\r\n")
    assert f"Content-Encoding: {coding.value}".encode() in head
    assert b"Content-Length" not in head
    assert b"Vary" not in head
    decoded = b""
    while body:
        size, _, rest = body.partition(b"\r\n")
        decoded += rest[: int(size, 16)]
        body = rest[int(size, 16) + 2 :]
    undo = gzip.decompress if coding is ContentCoding.gzip else zlib.decompress
    assert undo(decoded) == b"hello " * 100


def test_force_has_a_type() -> None:
    with pytest.raises(TypeError):
        StreamResponse().enable_compression("gzip")  # type: ignore[arg-type]


async def test_identity_and_coded_bodies_are_left_alone(make_request: Any) -> None:
    response = StreamResponse()
    response.enable_compression(ContentCoding.identity)
    await response.prepare(make_request("GET", "/"))
    assert "Content-Encoding" not in response.headers
    coded = StreamResponse(headers={"Content-Encoding": "br"})
    coded.enable_compression(ContentCoding.gzip)
    await coded.prepare(make_request("GET", "/"))
    assert coded.headers["Content-Encoding"] == "br"


async def test_vary_is_extended(make_request: Any) -> None:
    for before, after in (("Cookie", "Cookie, Accept-Encoding"), ("*", "*"),
                          ("accept-encoding", "accept-encoding")):  # fmt: skip
        response = StreamResponse(headers={"Vary": before})
        response.enable_compression()
        await response.prepare(make_request("GET", "/"))
        assert response.headers["Vary"] == after


@pytest.mark.spec("WRSP-04")
async def test_task(raw_server: Any) -> None:
    async def handler(request: Any) -> StreamResponse:
        response = StreamResponse()
        assert response.task is None
        await response.prepare(request)
        assert response.task is asyncio.current_task()
        return response

    server = await raw_server(handler)
    assert (await server.send(get("Connection: close\r\n"))).startswith(b"HTTP/1.1 200")


@pytest.mark.spec("ADD-514", "LOG-05", "C74", "ADD-1064")
async def test_body_length_counts_the_head(make_request: Any, raw_server: Any) -> None:
    sizes = []

    async def handler(request: Any) -> StreamResponse:
        response = StreamResponse()
        assert response.body_length == 0
        response.content_length = 3
        await response.prepare(request)
        await response.write(b"abc")
        before = response.body_length
        await response.write_eof()
        assert response.body_length == before
        sizes.append(before)
        return response

    server = await raw_server(handler)
    answer = await server.ask(get())
    assert sizes == [len(answer.raw) + 3]


async def test_custom_attributes_and_the_writer(make_request: Any) -> None:
    class Events(StreamResponse):
        async def say(self) -> None:
            await self._payload_writer.write(b"data: 1\n\n")

    response = Events()
    response.note = "kept"  # type: ignore[attr-defined]
    writer = await response.prepare(make_request("GET", "/"))
    await response.say()
    assert writer.body == b"data: 1\n\n"
    assert response.note == "kept"  # type: ignore[attr-defined]


async def test_a_failed_head_leaves_the_response_open(make_request: Any) -> None:
    request = make_request("GET", "/")
    response = StreamResponse()

    async def fail(status_line: str, headers: Any) -> None:
        raise ValueError("bad field")

    request.response_writer().write_headers = fail
    with pytest.raises(ValueError, match="bad field"):
        await response.prepare(request)
    assert not response.prepared
    assert isinstance(Response(), StreamResponse)


@pytest.mark.spec("ADD-967", "ADD-972", "C98")
def test_names_and_arguments_of_older_releases():
    response = StreamResponse()
    with pytest.warns(DeprecationWarning, match="output_length"):
        assert response.output_length == response.body_length == 0
    response.set_cookie("id", "7", version="1")
    assert response.cookies["id"]["version"] == ""


def test_chunks_may_be_asked_for_again():
    response = StreamResponse()
    response.enable_chunked_encoding()
    response.enable_chunked_encoding()
    assert response.chunked


@pytest.mark.spec("WRSP-08", "ADD-973")
async def test_fields_and_cookies_are_of_the_usual_types(make_request: Any) -> None:
    response = StreamResponse()
    assert type(response.headers) is CIMultiDict
    assert type(response.cookies) is SimpleCookie
    # As in 3.0 a morsel may be put there directly.
    response.cookies["own"] = "value"
    response.cookies["own"]["path"] = "/below"
    with pytest.warns(DeprecationWarning, match="boolean"):
        response.enable_compression(True)
    request = make_request("GET", "/")
    await response.prepare(request)
    headers = request.response_writer().headers
    assert headers.getall("Set-Cookie") == ["own=value; Path=/below"]
    assert headers["Content-Encoding"] == "deflate"


@pytest.mark.spec("WRSP-30", "WRSP-34", "C94", "C58")
async def test_what_became_of_start_drain_and_send_headers(make_request: Any) -> None:
    response = StreamResponse()
    for name in ("start", "started", "send_headers"):
        assert not hasattr(response, name), name
    assert not hasattr(WebSocketResponse(), "can_start")
    kinds = (Response, FileResponse, WebSocketResponse)
    assert all(issubclass(kind, StreamResponse) for kind in kinds)
    for kind in (StreamResponse, Response):
        with pytest.raises(TypeError):
            kind(make_request("GET", "/"), b"body")
    fired: list[Any] = []

    async def hook(request: Any, prepared: Any = None) -> None:
        fired.append(prepared)

    app = Application()
    app.on_response_prepare.append(hook)
    app.router.add_get("/", hook)
    app.freeze()
    request = make_request("GET", "/")
    match_info = await app.router.resolve(request)
    match_info.add_app(app)
    match_info.freeze()
    request.set_match_info(match_info)
    assert not response.prepared
    await response.prepare(request)
    assert response.prepared
    assert fired == [response]
    await response.write(b"first")
    with pytest.warns(DeprecationWarning, match="drain"):
        await response.drain()


@pytest.mark.spec("WRSP-29")
@pytest.mark.parametrize("kind", [Response, StreamResponse])
async def test_a_middleware_compresses_what_an_application_answers(serve: Any, kind: Any) -> None:
    @middleware
    async def compressed(request: Request, handler: Any) -> Any:
        response = await handler(request)
        response.enable_compression()
        return response

    async def handler(request: Any) -> Any:
        return Response(text="text" * 50) if kind is Response else StreamResponse()

    for name in ("compress", "compression", "enable_compression"):
        with pytest.raises(TypeError):
            Application(**{name: True})  # type: ignore[arg-type]
    plain, app = Application(), Application(middlewares=[compressed])
    for application in (plain, app):
        application.router.add_get("/", handler)
    answer = await (await serve(plain)).ask("GET", "/", Accept_Encoding="gzip")
    assert "Content-Encoding" not in answer.headers
    answer = await (await serve(app)).ask("GET", "/", Accept_Encoding="gzip")
    assert answer.headers["Content-Encoding"] == "gzip"
    if kind is Response:
        assert gzip.decompress(answer.body) == b"text" * 50


@pytest.mark.spec("ADD-972")
def test_the_version_of_a_cookie_says_nothing_any_more() -> None:
    plain, versioned = StreamResponse(), StreamResponse()
    plain.set_cookie("name", "value")
    versioned.set_cookie("name", "value", version="1")
    assert versioned.cookies.output() == plain.cookies.output()
    assert "Version" not in plain.cookies.output()
    error = HTTPFound("/")
    error.set_cookie("name", "value", version="1")
    assert error.cookies.output() == plain.cookies.output()
