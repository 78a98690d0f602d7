"""Whole responses: construction, body, compression, and both ways to the wire."""

import asyncio
import gzip
import io
import zlib
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from multidict import CIMultiDict

from aiohttp_core.payload import BytesPayload
from aiohttp_core.versions import HttpVersion10
from aiohttp_web import ContentCoding, Response, ResponseKey
from aiohttp_web.response import is_joinable


def get(extra: str = "", version: str = "1.1", method: str = "GET") -> bytes:
    return f"{method} / HTTP/{version}\r\nHost: a\r\n{extra}\r\n".encode()


class Untouched(Response):
    """A subclass that changes nothing."""


class Overriding(Response):
    """A subclass that wants its own end."""

    async def write_eof(self, data: bytes = b"", **kwargs: Any) -> None:
        await super().write_eof(b"", **kwargs)


@pytest.mark.spec("WRSP-21", "ADD-502")
@pytest.mark.parametrize(
    ("arguments", "content_type", "charset", "field", "body"),
    [
        ({}, "application/octet-stream", None, None, None),
        ({"text": "a"}, "text/plain", "utf-8", "text/plain; charset=utf-8", b"a"),
        ({"text": "é", "charset": "latin-1"}, "text/plain", "latin-1",
         "text/plain; charset=latin-1", b"\xe9"),
        ({"text": "a", "content_type": "text/html"}, "text/html", "utf-8",
         "text/html; charset=utf-8", b"a"),
        ({"body": b"a"}, "application/octet-stream", None, None, b"a"),
        ({"body": b"a", "content_type": "image/png"}, "image/png", None, "image/png", b"a"),
        ({"body": b"a", "content_type": "text/css", "charset": "utf-8"}, "text/css", "utf-8",
         "text/css; charset=utf-8", b"a"),
        ({"text": "a", "headers": {"Content-Type": "application/xml"}}, "application/xml", "utf-8",
         "application/xml; charset=utf-8", b"a"),
        ({"text": "é", "headers": {"Content-Type": "a/b; charset=latin-1"}}, "a/b", "latin-1",
         "a/b; charset=latin-1", b"\xe9"),
    ],
)  # fmt: skip
def test_content_type_by_construction(
    arguments: dict[str, Any], content_type: str, charset: Any, field: Any, body: Any
) -> None:
    response = Response(**arguments)
    assert response.content_type == content_type
    assert response.charset == charset
    assert response.body == body
    assert response.headers.get("Content-Type") == field


@pytest.mark.spec("ADD-497", "WRSP-22", "ADD-773", "ADD-525")
@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        ({"body": b"", "text": ""}, ValueError),
        ({"text": b"x"}, TypeError),
        ({"text": "a", "content_type": "text/html; charset=utf-8"}, ValueError),
        ({"text": "a", "content_type": "text/html", "headers": {"Content-Type": "a/b"}},
         ValueError),
        ({"text": "a", "charset": "utf-8", "headers": {"content-type": "a/b"}}, ValueError),
        ({"body": b"a", "content_type": "a/b", "headers": {"Content-Type": "a/b"}}, ValueError),
        ({"body": object()}, ValueError),
        ({"reason": "OK\rX: y"}, ValueError),
        ({"reason": "OK\nX: y"}, ValueError),
        ({"reason": "OK\x00"}, ValueError),
        ({"text": "a", "content_type": "a/b\r\nX: y"}, ValueError),
        ({"text": "a", "charset": "utf-8\r\nX: y"}, LookupError),
        ({"body": b"a", "content_type": "a/b", "charset": "utf-8\r\nX: y"}, ValueError),
        ({"text": "a", "content_type": 5}, TypeError),
    ],
)  # fmt: skip
def test_construction_refuses(arguments: dict[str, Any], error: type[Exception]) -> None:
    with pytest.raises(error):
        Response(**arguments)


@pytest.mark.spec("ADD-498")
def test_headers_argument_is_copied() -> None:
    given = CIMultiDict({"X": "1"})
    response = Response(text="a", headers=given)
    response.headers["Y"] = "2"
    assert dict(given) == {"X": "1"}
    pairs = Response(headers=[("A", "1"), ("A", "2")])
    assert pairs.headers.getall("a") == ["1", "2"]


@pytest.mark.spec("WRSP-24")
def test_text_and_body_are_read_write() -> None:
    response = Response()
    assert response.text is None
    response.text = "é"
    assert response.body == b"\xc3\xa9"
    assert response.headers["Content-Type"] == "text/plain; charset=utf-8"
    response.body = b"raw"
    assert response.text == "raw"
    response.body = "text"
    assert response.body.size == 4
    assert response.text == "text"
    response.text = None
    assert response.body is None
    with pytest.raises(TypeError):
        response.text = b"x"  # type: ignore[assignment]


@pytest.mark.spec("ADD-502")
def test_str_body_is_a_payload_with_its_type() -> None:
    response = Response(body="é")
    assert response.headers["Content-Type"] == "text/plain; charset=utf-8"
    assert response.content_length == 2


@pytest.mark.spec("ADD-500", "WRSP-25")
def test_content_length_follows_the_body() -> None:
    response = Response(text="abc")
    assert response.content_length == 3
    response.body = None
    assert response.content_length == 0
    with pytest.raises(RuntimeError):
        response.content_length = 5
    response = Response(text="abc")
    response.enable_chunked_encoding()
    assert response.content_length is None
    response = Response(text="abc")
    response.enable_compression()
    assert response.content_length is None
    assert Response(body=io.BytesIO(b"abcd")).content_length == 4


@pytest.mark.spec("WRSP-02", "ADD-513")
def test_mapping_and_truth() -> None:
    response = Response()
    key = ResponseKey("key", int)
    assert response
    assert response != Response()
    response[key] = 1
    response["other"] = 2
    assert dict(response) == {key: 1, "other": 2}
    response.custom = 5  # type: ignore[attr-defined]
    assert response.custom == 5  # type: ignore[attr-defined]


# On the wire


@pytest.mark.spec("ADD-417", "ADD-418", "ADD-419", "WRSP-20")
async def test_plain_response_in_one_write(raw_server: Any) -> None:
    async def handler(request: Any) -> Response:
        return Response(text="Hello")

    server = await raw_server(handler)
    client = await server.open()
    answer = await client.ask(get())
    head, _, _ = answer.raw.partition(b"\r\nDate: ")
    assert head == (
        b"HTTP/1.1 200 OK\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Length: 5"
    )
    assert answer.body == b"Hello"
    assert answer.headers["Server"].startswith("Python/3.")
    assert answer.headers["Date"].endswith(" GMT")
    assert "Connection" not in answer.headers


@pytest.mark.spec("ADD-418")
@pytest.mark.parametrize(
    ("request_bytes", "connection"),
    [
        (get(), None),
        (get("Connection: close\r\n"), "close"),
        (get(version="1.0"), None),
        (get("Connection: keep-alive\r\n", "1.0"), "keep-alive"),
    ],
)
@pytest.mark.parametrize("kind", ["joined", "own fields", "prepared"])
async def test_connection_field(
    raw_server: Any, request_bytes: bytes, connection: str | None, kind: str
) -> None:
    async def handler(request: Any) -> Response:
        response = Response(text="a")
        if kind == "own fields":
            response.headers["X"] = "1"
        elif kind == "prepared":
            await response.prepare(request)
        return response

    server = await raw_server(handler)
    answer = await server.ask(request_bytes)
    assert answer.headers.get("Connection") == connection
    assert answer.raw[:9] == b"HTTP/" + request_bytes.partition(b"HTTP/")[2][:3] + b" "


@pytest.mark.parametrize("kind", ["joined", "prepared"])
@pytest.mark.parametrize(
    ("method", "status", "body", "length", "sent"),
    [
        pytest.param("GET", 200, None, "0", b"", marks=pytest.mark.spec("ADD-421")),
        pytest.param("GET", 205, None, "0", b"", marks=pytest.mark.spec("ADD-424")),
        pytest.param("HEAD", 200, None, None, b"", marks=pytest.mark.spec("ADD-422")),
        pytest.param("HEAD", 200, b"abc", "3", b"", marks=pytest.mark.spec("ADD-422")),
        pytest.param("GET", 204, b"abc", None, b"", marks=pytest.mark.spec("ADD-423", "HTTP-15")),
        pytest.param("GET", 304, b"abc", None, b"", marks=pytest.mark.spec("ADD-423", "ADD-762")),
        pytest.param("GET", 404, b"abc", "3", b"abc", marks=pytest.mark.spec("WRSP-20")),
        pytest.param("GET", 599, b"", "0", b"", marks=pytest.mark.spec("ADD-419")),
    ],
)
async def test_length_rules(
    raw_server: Any, kind: str, method: str, status: int, body: Any, length: Any, sent: bytes
) -> None:
    async def handler(request: Any) -> Response:
        response = Response(status=status, body=body)
        if kind == "prepared":
            await response.prepare(request)
        return response

    server = await raw_server(handler)
    client = await server.open()
    await client.send(get("Connection: close\r\n", method=method))
    head, _, rest = (await client.rest()).partition(b"\r\n\r\n")
    assert rest == sent
    fields = head.lower().split(b"\r\n")[1:]
    found = [field[16:] for field in fields if field.startswith(b"content-length: ")]
    assert found == ([length.encode()] if length is not None else [])
    assert not any(field.startswith(b"transfer-encoding") for field in fields)
    if status == 599:
        assert head.startswith(b"HTTP/1.1 599 \r\n")
    if not body:
        assert not any(field.startswith(b"content-type") for field in fields)


@pytest.mark.spec("ADD-423")
async def test_successful_connect_has_no_length(raw_server: Any) -> None:
    async def handler(request: Any) -> Response:
        return Response(body=b"abc")

    server = await raw_server(handler)
    answer = await server.send(b"CONNECT a:443 HTTP/1.1\r\nHost: a:443\r\n\r\n")
    assert answer.startswith(b"HTTP/1.1 200 OK\r\n")
    assert b"Content-Length" not in answer
    assert answer.endswith(b"\r\n\r\n")


@pytest.mark.spec("ADD-426", "WRSP-13")
async def test_default_type_of_a_body(raw_server: Any) -> None:
    async def handler(request: Any) -> Response:
        return Response(body=b"abc")

    server = await raw_server(handler)
    assert (await server.ask(get())).headers["Content-Type"] == "application/octet-stream"


@pytest.mark.spec("HTTP-26", "ADD-417")
@pytest.mark.parametrize("prepared", [False, True])
async def test_default_fields_never_overwrite(raw_server: Any, prepared: bool) -> None:
    async def handler(request: Any) -> Response:
        response = Response(text="a", headers={"Server": "me", "Date": "now", "X-A": "é"})
        if prepared:
            await response.prepare(request)
        return response

    server = await raw_server(handler)
    answer = await server.ask(get())
    assert answer.headers.getall("Server") == ["me"]
    assert answer.headers.getall("Date") == ["now"]
    assert answer.headers["X-A"].encode("latin-1") == "é".encode()


@pytest.mark.spec("ADD-757", "ADD-795")
@pytest.mark.parametrize("field", [("X", "a\r\nY: b"), ("X", "a\nb"), ("X", "a\0"), ("X Y", "a"),
                                   ("X\r\n", "a"), ("", "a")])  # fmt: skip
@pytest.mark.parametrize("prepared", [False, True])
async def test_bad_fields_never_reach_the_wire(
    raw_server: Any, field: tuple[str, str], prepared: bool, caplog: pytest.LogCaptureFixture
) -> None:
    async def handler(request: Any) -> Response:
        response = Response(text="a")
        response.headers[field[0]] = field[1]
        if prepared:
            await response.prepare(request)
        return response

    server = await raw_server(handler)
    answer = await server.ask(get())
    assert answer.status == 500
    assert b"Y: b" not in answer.raw
    assert len(caplog.records) == 1


async def test_declared_length_and_chunks_go_by_prepare(raw_server: Any) -> None:
    async def handler(request: Any) -> Response:
        if request.path == "/chunked":
            response = Response(text="abc")
            response.enable_chunked_encoding()
            return response
        return Response(body=b"abc", headers={"Content-Length": "2"})

    server = await raw_server(handler)
    client = await server.open()
    await client.send(get().replace(b"/ ", b"/chunked "))
    head = await client.head()
    assert b"Transfer-Encoding: chunked\r\n" in head
    assert b"Content-Length" not in head
    assert await client.reader.readexactly(13) == b"3\r\nabc\r\n0\r\n\r\n"
    answer = await client.ask(get())
    assert answer.body == b"ab"


@pytest.mark.parametrize("size", [0, 1, 1023, 1024, 65536, 65537, 3_000_000])
async def test_bodies_of_all_sizes(raw_server: Any, size: int) -> None:
    async def handler(request: Any) -> Response:
        return Response(body=b"x" * size)

    server = await raw_server(handler)
    client = await server.open()
    for _ in range(2):
        answer = await client.ask(get())
        assert answer.headers["Content-Length"] == str(size)
        assert answer.body == b"x" * size


@pytest.mark.spec("PAY-09", "PAY-07", "ADD-102")
async def test_payload_bodies(raw_server: Any, tmp_path: Any) -> None:
    path = tmp_path / "file.txt"
    path.write_bytes(b"file content")

    async def generate() -> Any:
        yield b"one "
        yield b"two"

    async def handler(request: Any) -> Response:
        if request.path == "/file":
            return Response(body=path.open("rb"))
        return Response(body=generate())

    server = await raw_server(handler)
    client = await server.open()
    answer = await client.ask(get().replace(b"/ ", b"/file "))
    assert answer.body == b"file content"
    assert answer.headers["Content-Length"] == "12"
    await client.send(get())
    assert b"Transfer-Encoding: chunked" in await client.head()
    assert await client.reader.readuntil(b"0\r\n\r\n") == b"4\r\none \r\n3\r\ntwo\r\n0\r\n\r\n"


@pytest.mark.spec("WRSP-06", "ADD-517", "ADD-075", "ADD-076", "ADD-1104", "CMP-05")
@pytest.mark.parametrize(
    ("accept", "coding"),
    [
        ("gzip", "gzip"),
        ("deflate", "deflate"),
        ("gzip, deflate", "deflate"),
        ("gzip;q=1.0, deflate;q=0.5", "gzip"),
        ("gzip;q=0, DEFLATE", "deflate"),
        ("br", None),
        ("", None),
        ("identity", None),
        ("gzip;q=0", None),
    ],
)
async def test_compression_by_accept_encoding(
    raw_server: Any, accept: str, coding: str | None
) -> None:
    async def handler(request: Any) -> Response:
        response = Response(text="hello " * 100)
        response.enable_compression()
        return response

    server = await raw_server(handler)
    answer = await server.ask(get(f"Accept-Encoding: {accept}\r\n" if accept else ""))
    assert answer.headers.get("Content-Encoding") == coding
    assert answer.headers["Vary"] == "Accept-Encoding"
    assert answer.headers["Content-Length"] == str(len(answer.body))
    plain = {"gzip": gzip.decompress, "deflate": zlib.decompress, None: bytes}[coding](answer.body)
    assert plain == b"hello " * 100


@pytest.mark.spec("WRSP-23", "ADD-518", "ADD-1081")
async def test_compression_in_an_executor(raw_server: Any) -> None:
    used: list[int] = []

    class Executor(ThreadPoolExecutor):
        def submit(self, *args: Any, **kwargs: Any) -> Any:
            used.append(1)
            return super().submit(*args, **kwargs)

    with Executor(1) as executor:

        async def handler(request: Any) -> Response:
            response = Response(
                body=b"x" * 1000,
                zlib_executor_size=int(request.query["size"]),
                zlib_executor=executor,
            )
            response.enable_compression(ContentCoding.gzip)
            return response

        server = await raw_server(handler)
        for size, jobs in ((2000, 0), (10, 1)):
            answer = await server.ask(get().replace(b"/ ", f"/?size={size} ".encode()))
            assert gzip.decompress(answer.body) == b"x" * 1000
            assert len(used) == jobs


@pytest.mark.spec("ADD-883")
async def test_payloads_are_compressed_in_the_executor_of_the_loop_by_default(
    raw_server: Any,
) -> None:
    jobs: list[int] = []

    class Executor(ThreadPoolExecutor):
        def submit(self, *args: Any, **kwargs: Any) -> Any:
            jobs.append(1)
            return super().submit(*args, **kwargs)

    with Executor(1) as executor:
        asyncio.get_running_loop().set_default_executor(executor)

        async def pieces(size: int) -> AsyncIterator[bytes]:
            for _ in range(3):
                yield b"x" * size

        async def handler(request: Any) -> Response:
            response = Response(body=pieces(int(request.query["size"])))
            if "plain" not in request.query:
                response.enable_compression(ContentCoding.gzip)
            return response

        server = await raw_server(handler)
        for query, size, expected in (
            ("size=100000&plain=1", 100_000, 0),
            ("size=100", 100, 0),
            ("size=100000", 100_000, 3),
        ):
            # Answers to HTTP/1.0 end with the connection: their bodies are not cut into chunks.
            ask = get(version="1.0").replace(b"/ ", f"/?{query} ".encode())
            body = (await server.send(ask)).partition(b"\r\n\r\n")[2]
            assert len(jobs) == expected
            assert (body if "plain" in query else gzip.decompress(body)) == b"x" * size * 3


@pytest.mark.spec("WRSP-27")
async def test_a_response_object_is_sent_once(
    raw_server: Any, caplog: pytest.LogCaptureFixture
) -> None:
    shared = Response(text="once")

    async def handler(request: Any) -> Response:
        return shared

    server = await raw_server(handler)
    assert (await server.ask(get())).status == 200
    answer = await server.ask(get())
    assert answer.status == 500
    assert "cannot be sent twice" in caplog.text


@pytest.mark.spec("WRSP-28")
async def test_a_handler_may_work_on_after_the_end(raw_server: Any) -> None:
    done = asyncio.Event()

    async def handler(request: Any) -> Response:
        response = Response(text="early")
        await response.prepare(request)
        await response.write_eof()
        assert response.prepared
        assert response.body_length > 5
        await asyncio.sleep(0)
        done.set()
        return response

    server = await raw_server(handler)
    assert (await server.ask(get())).body == b"early"
    await done.wait()


@pytest.mark.spec("ADD-108")
async def test_payload_is_closed_even_for_head(raw_server: Any, tmp_path: Any) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"abc")
    files = [path.open("rb"), path.open("rb")]
    queue = list(files)

    async def handler(request: Any) -> Response:
        return Response(body=queue.pop())

    server = await raw_server(handler)
    client = await server.open()
    await client.send(get(method="HEAD"))
    assert b"Content-Length: 3" in await client.head()
    assert (await client.ask(get())).body == b"abc"
    while not all(file.closed for file in files):
        await asyncio.sleep(0.001)


def test_which_classes_can_be_joined() -> None:
    assert is_joinable(Response)
    assert is_joinable(Untouched)
    assert not is_joinable(Overriding)
    assert not is_joinable(int)


async def test_overridden_methods_run(raw_server: Any) -> None:
    ran: list[str] = []

    class Spy(Response):
        async def prepare(self, request: Any) -> Any:
            ran.append("prepare")
            return await super().prepare(request)

    async def handler(request: Any) -> Response:
        return Spy(text="a")

    server = await raw_server(handler)
    assert (await server.ask(get())).body == b"a"
    assert ran == ["prepare"]


async def test_nothing_is_changed_after_sending(make_request: Any) -> None:
    request = make_request("GET", "/", version=HttpVersion10)
    response = Response(text="a")
    await response.prepare(request)
    for change in (
        lambda: setattr(response, "body", b""),
        lambda: setattr(response, "text", "b"),
        lambda: response.set_status(201),
        lambda: response.set_cookie("a", "b"),
    ):
        with pytest.raises(RuntimeError):
            change()


@pytest.mark.spec("ADD-883")
async def test_long_payloads_are_compressed_in_the_default_executor(raw_server: Any) -> None:
    used: list[int] = []

    class Executor(ThreadPoolExecutor):
        def submit(self, *args: Any, **kwargs: Any) -> Any:
            used.append(1)
            return super().submit(*args, **kwargs)

    data = b"x" * 100_000

    async def handler(request: Any) -> Response:
        response = Response(body=BytesPayload(data))
        response.enable_compression(ContentCoding.gzip)
        return response

    with Executor(1) as executor:
        asyncio.get_running_loop().set_default_executor(executor)
        server = await raw_server(handler)
        answer = await server.send(get("Connection: close\r\n"))
    head, _, body = answer.partition(b"\r\n\r\n")
    assert b"Content-Encoding: gzip" in head
    decoded = b""
    while body:
        size, _, rest = body.partition(b"\r\n")
        decoded += rest[: int(size, 16)]
        body = rest[int(size, 16) + 2 :]
    assert gzip.decompress(decoded) == data
    assert used
