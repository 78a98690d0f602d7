"""The request: target, origin, fields, body, clones."""

import asyncio
import datetime
import json
from types import SimpleNamespace
from typing import Any

import pytest
from multidict import CIMultiDict, CIMultiDictProxy, MultiDict
from yarl import URL

from aiohttp_core.fields.etags import ETag
from aiohttp_core.limits import DEFAULT_LIMITS, HeadLimits
from aiohttp_core.raw_messages import RawRequestMessage
from aiohttp_core.streams import EMPTY_PAYLOAD, StreamReader
from aiohttp_core.versions import HttpVersion10, HttpVersion11
from aiohttp_multipart import MultipartLimitError, PartDecodingError, UnknownEncoding
from aiohttp_web import (
    BaseRequest,
    HTTPBadRequest,
    HTTPRequestEntityTooLarge,
    HTTPUnsupportedMediaType,
    RequestKey,
    Response,
)


class Transport:
    def __init__(self, **info: Any) -> None:
        self.info = info

    def get_extra_info(self, name: str, default: Any = None) -> Any:
        return self.info.get(name, default)


class Connection:
    keeps_alive = True
    client_max_size = 1024**2
    client_max_fields = 1000
    head_limits = DEFAULT_LIMITS
    reading_paused = False

    def __init__(self, transport: Any = None) -> None:
        self.transport = transport

    def pause_reading(self) -> None:
        pass

    resume_reading = pause_reading

    def make_writer(self) -> Any:
        return SimpleNamespace(output_size=0)


def make(
    target: str = "/", headers: Any = (), method: str = "GET", body: bytes | None = None,
    transport: Any = None, version: Any = HttpVersion11, **options: Any,
) -> BaseRequest:  # fmt: skip
    fields = CIMultiDictProxy(CIMultiDict(headers or {"Host": "example.com"}))
    raw = tuple((name.encode(), value.encode()) for name, value in fields.items())
    message = RawRequestMessage(
        method, target, version, fields, raw, version < HttpVersion11, None, False, False,
        URL.build(path="/"),
    )  # fmt: skip
    connection = Connection(transport)
    payload: Any = EMPTY_PAYLOAD
    if body is not None:
        payload = StreamReader(connection, 2**16)
        payload.feed_data(body)
        payload.feed_eof()
    return BaseRequest(message, payload, connection, **options)


@pytest.mark.spec("WREQ-02", "HTTP-01", "HTTP-24", "ADD-995")
def test_request_line() -> None:
    request = make("/path?q", method="PUT", version=HttpVersion10)
    assert request.method == "PUT"
    assert request.version == HttpVersion10
    assert not request.keep_alive
    assert repr(request) == "<BaseRequest PUT /path?q >"


@pytest.mark.spec("WREQ-10", "ADD-463", "ADD-464", "ADD-465", "ADD-466", "ADD-1066", "ADD-036")
@pytest.mark.parametrize(
    ("target", "path", "match", "path_qs", "query_string"),
    [
        ("/", "/", "/", "/", ""),
        ("/a/b?c=d", "/a/b", "/a/b", "/a/b?c=d", "c=d"),
        ("/a%20b", "/a b", "/a b", "/a%20b", ""),
        ("/a%2Fb%25c?x=%C3%A9+z", "/a/b%c", "/a%2Fb%25c", "/a%2Fb%25c?x=%C3%A9+z", "x=é z"),
        ("/a?b?c#d", "/a", "/a", "/a?b?c#d", "b?c"),
        ("/path?#f", "/path", "/path", "/path#f", ""),
        ("//host/x", "//host/x", "//host/x", "//host/x", ""),
        ("*", "*", "*", "*", ""),
        ("http://other:8080/x%20y?z", "/x y", "/x y", "/x%20y?z", "z"),
    ],
)
def test_targets(target: str, path: str, match: str, path_qs: str, query_string: str) -> None:
    request = make(target, method="OPTIONS")
    assert request.raw_path == target
    assert request.path == path
    assert request.match_path == match
    assert request.path_qs in (path_qs, "//" + path_qs)
    assert request.query_string == query_string
    assert not request.rel_url.absolute


@pytest.mark.spec("WREQ-03", "ADD-461", "ADD-462", "ADD-820", "WREQ-07")
@pytest.mark.parametrize(
    ("target", "headers", "url", "host"),
    [
        ("/a?b", {"Host": "x.example:81"}, "http://x.example:81/a?b", "x.example:81"),
        ("https://other:444/a", {"Host": "x"}, "http://other:444/a", "other"),
        ("/a", {"Host": ""}, None, ""),
        ("/a", {"X": ""}, "http://10.0.0.1/a", "10.0.0.1"),
    ],
)
def test_url_and_host(target: str, headers: Any, url: str | None, host: str) -> None:
    request = make(target, headers, transport=Transport(sockname=("10.0.0.1", 80)))
    assert request.host == host
    if url is not None:
        assert request.url == URL(url)
        assert request.url is request.url
    assert request.scheme == "http"


@pytest.mark.spec("ADD-461", "ADD-797", "ADD-881")
def test_host_without_field_or_transport() -> None:
    assert make(headers={"X": "y"}).host == ""
    six = Transport(sockname=("::1", 80, 0, 0))
    assert make(headers={"X": "y"}, transport=six).host == "[::1]"
    assert make(headers={"X": "y"}, transport=Transport(sockname="/run/x")).host == "/run/x"


@pytest.mark.spec("WREQ-04", "WREQ-05", "FWD-01")
def test_scheme() -> None:
    forwarded = {"Host": "a", "X-Forwarded-Proto": "https", "Forwarded": "proto=https"}
    plain = make(headers=forwarded, transport=Transport())
    assert (plain.scheme, plain.secure) == ("http", False)
    tls = make(transport=Transport(sslcontext=object()))
    assert (tls.scheme, tls.secure, str(tls.url)) == ("https", True, "https://example.com/")
    assert plain.clone(scheme="https").secure


@pytest.mark.spec("WREQ-08", "ADD-471", "WREQ-19", "ADD-479")
def test_remote_and_extra_info() -> None:
    assert make(transport=Transport(peername=("10.1.2.3", 5))).remote == "10.1.2.3"
    assert make(transport=Transport(peername="")).remote == ""
    gone = make(headers={"Host": "a", "X-Forwarded-For": "1.2.3.4"})
    assert gone.remote is None
    assert gone.transport is None
    assert gone.get_extra_info("peername", 5) == 5
    assert gone.clone(remote="9.9.9.9").remote == "9.9.9.9"


@pytest.mark.spec("WREQ-06", "ADD-470")
def test_forwarded() -> None:
    headers = [
        ("Host", "a"),
        ("Forwarded", 'for=1.1.1.1;By="a\\"b"'),
        ("Forwarded", "for=2, for=3"),
    ]
    found = make(headers=headers).forwarded
    assert [dict(element) for element in found] == [
        {"for": "1.1.1.1", "by": 'a"b'}, {"for": "2"}, {"for": "3"},
    ]  # fmt: skip
    assert make().forwarded == ()


@pytest.mark.spec("WREQ-11")
def test_headers() -> None:
    request = make(headers={"Host": "a", "X-Y": "é"})
    assert request.headers["x-y"] == "é"
    assert request.raw_headers == ((b"Host", b"a"), (b"X-Y", "é".encode()))


@pytest.mark.spec("WREQ-10", "WREQ-28", "WREQ-29")
def test_query() -> None:
    query = make("/?a=1&a=%C3%A9+b&c&d=").query
    assert list(query.items()) == [("a", "1"), ("a", "é b"), ("c", ""), ("d", "")]
    assert not make("/").query
    with pytest.raises(AttributeError):
        query.add("x", "y")  # type: ignore[attr-defined]
    assert make("http://a/?x=1").query == MultiDict(x="1")


@pytest.mark.spec("WREQ-14", "ADD-837")
@pytest.mark.parametrize(
    ("value", "content_type", "charset"),
    [
        (None, "application/octet-stream", None),
        ("Text/HTML; Charset=UTF-8", "text/html", "utf-8"),
        ("nonsense", "application/octet-stream", None),
    ],
)
def test_content_type(value: str | None, content_type: str, charset: str | None) -> None:
    headers = {"Host": "a"} if value is None else {"Host": "a", "Content-Type": value}
    request = make(headers=headers)
    assert (request.content_type, request.charset) == (content_type, charset)
    assert request.content_length is None
    assert make(headers={"Content-Length": "5"}).content_length == 5


@pytest.mark.spec("WREQ-12", "ADD-472", "ADD-784")
def test_cookies() -> None:
    request = make(headers=[("Host", "a"), ("Cookie", 'a=1; b="x y"; path=p; bad; c=3')])
    assert dict(request.cookies) == {"a": "1", "b": "x y", "path": "p", "c": "3"}
    with pytest.raises(TypeError):
        request.cookies["x"] = "y"  # type: ignore[index]
    assert dict(make().cookies) == {}


@pytest.mark.spec("WREQ-15", "ADD-467", "ADD-779")
def test_http_range() -> None:
    assert make().http_range == slice(None, None, 1)
    assert make(headers={"Range": "Bytes=0-499"}).http_range == slice(0, 500, 1)
    assert make(headers={"Range": "bytes=-500"}).http_range == slice(-500, None, 1)
    for wrong in ("bytes=5-4", "bytes=0-1,3-4", "lines=0-1", "bytes=", "bytes=\u0661-\u0662"):
        with pytest.raises(ValueError, match=r"."):
            _ = make(headers={"Range": wrong}).http_range


@pytest.mark.spec("WREQ-16", "ADD-468")
def test_conditional_dates() -> None:
    date = "Mon, 03 Feb 2020 04:05:06 GMT"
    moment = datetime.datetime(2020, 2, 3, 4, 5, 6, tzinfo=datetime.UTC)
    request = make(headers={"If-Modified-Since": date, "If-Unmodified-Since": date,
                            "If-Range": date})  # fmt: skip
    assert request.if_modified_since == moment
    assert request.if_unmodified_since == moment
    assert request.if_range == moment
    bad = make(headers={"If-Modified-Since": "soon", "If-Range": '"etag"'})
    assert bad.if_modified_since is None
    assert bad.if_unmodified_since is None
    assert bad.if_range is None


@pytest.mark.spec("WREQ-17", "ADD-469")
def test_conditional_etags() -> None:
    request = make(headers={"If-Match": '"a", W/"b"', "If-None-Match": "*"})
    assert request.if_match == (ETag("a"), ETag("b", is_weak=True))
    assert request.if_none_match == (ETag("*"),)
    assert make().if_match is None


@pytest.mark.spec("WREQ-01", "ADD-481")
def test_mapping() -> None:
    request = make()
    key = RequestKey("key", int)
    request[key] = 1
    request["a"] = 2
    assert request[key] == 1
    assert len(request) == 2
    assert request
    assert request != make()
    assert hash(request) == hash(request)
    request.custom = 5  # type: ignore[attr-defined]
    assert request.custom == 5  # type: ignore[attr-defined]


# The body


@pytest.mark.spec("WREQ-13", "WREQ-20", "WREQ-21", "ADD-1079")
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


@pytest.mark.spec("WREQ-24", "ADD-483", "ADD-484")
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


# Clones


@pytest.mark.spec("WREQ-18", "ADD-478", "WREQ-09")
def test_clone() -> None:
    request = make("/a?b=1", {"Host": "a", "X": "1"}, client_max_size=5)
    request["key"] = "value"
    same = request.clone()
    assert (same.method, same.path_qs, same.headers) == ("GET", "/a?b=1", request.headers)
    assert same["key"] == "value"
    same["key"] = "other"
    assert request["key"] == "value"
    assert same.client_max_size == 5
    changed = request.clone(
        method="POST", rel_url="/c?d=2", headers={"Host": "z", "Y": "2"}, scheme="https",
        host="h.example", remote="1.2.3.4", client_max_size=7, client_max_fields=8,
    )  # fmt: skip
    assert (changed.method, changed.path, changed.query["d"]) == ("POST", "/c", "2")
    assert dict(changed.headers) == {"Host": "z", "Y": "2"}
    assert changed.raw_headers == ((b"Host", b"z"), (b"Y", b"2"))
    assert str(changed.url) == "https://h.example/c?d=2"
    assert (changed.remote, changed.client_max_size, changed.client_max_fields) == ("1.2.3.4", 7, 8)
    assert changed.clone().host == "h.example"
    assert request.clone(rel_url=URL("/é")).raw_path == "/%C3%A9"


async def test_the_answer_to_a_clone_is_that_to_the_request() -> None:
    request = make()
    copy = request.clone().clone()
    assert copy.response_writer() is request.response_writer()
    copy.response_writer().output_size = 10  # type: ignore[attr-defined]
    assert request.response_started


@pytest.mark.spec("ADD-496")
async def test_files_of_a_clone_are_closed_with_the_request() -> None:
    headers = {"Content-Type": "multipart/form-data; boundary=b"}
    request = make(method="POST", headers=headers, body=MULTIPART)
    copy = request.clone(client_max_size=10**6).clone()
    field: Any = (await copy.post())["file"]
    assert not field.file.closed
    request.close_files()
    assert field.file.closed


@pytest.mark.spec("ADD-478")
async def test_no_clone_after_reading() -> None:
    request = make(body=b"abc")
    await request.read()
    with pytest.raises(RuntimeError):
        request.clone()


@pytest.mark.spec("ADD-480", "ADD-966", "WREQ-31", "WREQ-32")
async def test_deprecated_attributes() -> None:
    request = make(body=b"a")
    with pytest.warns(DeprecationWarning, match="can_read_body"):
        assert request.has_body
    with pytest.warns(DeprecationWarning, match="loop"):
        assert request.loop is asyncio.get_running_loop()
    with pytest.warns(DeprecationWarning, match="message"):
        message = request.message
    assert isinstance(message, RawRequestMessage)
    assert message.path == "/"
    with pytest.raises(AttributeError):
        request.wait_for_disconnection  # type: ignore[attr-defined]  # noqa: B018 (ADD-482)
