"""File responses: decisions, validators, ranges, neighbours, ways of sending."""

import asyncio
import gzip
import os
import zlib
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from email.parser import BytesParser
from email.policy import HTTP
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import aiohttp_web
from aiohttp_core.fields.etags import ETag
from aiohttp_core.sendfile import send_file
from aiohttp_web import file_response
from aiohttp_web.application import Application
from aiohttp_web.application_server import make_server
from aiohttp_web.file_response import FileResponse, Plan, content_type_of, plan

Serve = Callable[..., Awaitable[Any]]

TAG = ETag("tag")
MODIFIED = datetime(2026, 1, 1, 12, 0, 0, tzinfo=UTC)
SAME = "Thu, 01 Jan 2026 12:00:00 GMT"
BEFORE = "Thu, 01 Jan 2026 11:59:59 GMT"
AFTER = "Thu, 01 Jan 2026 12:00:01 GMT"


def planned(fields: dict[str, str], method: str = "GET", size: int = 100, **options: Any) -> Plan:
    return plan(method, fields, size, etag=TAG, last_modified=MODIFIED, **options)


@pytest.mark.spec("ADD-530", "ADD-531", "FILE-06", "STAT-09")
@pytest.mark.parametrize(
    ("fields", "status"),
    [
        ({}, 200),
        ({"If-Match": '"tag"'}, 200),
        ({"If-Match": '"x", "tag"'}, 200),
        ({"If-Match": "*"}, 200),
        ({"If-Match": '"x"'}, 412),
        ({"If-Match": 'W/"tag"'}, 412),
        ({"If-Unmodified-Since": SAME}, 200),
        ({"If-Unmodified-Since": AFTER}, 200),
        ({"If-Unmodified-Since": BEFORE}, 412),
        ({"If-Unmodified-Since": "nonsense"}, 200),
        ({"If-Match": '"tag"', "If-Unmodified-Since": BEFORE}, 200),
        ({"If-None-Match": '"tag"'}, 304),
        ({"If-None-Match": 'W/"tag"'}, 304),
        ({"If-None-Match": "*"}, 304),
        ({"If-None-Match": '"x"'}, 200),
        ({"If-Modified-Since": SAME}, 304),
        ({"If-Modified-Since": AFTER}, 304),
        ({"If-Modified-Since": BEFORE}, 200),
        ({"If-Modified-Since": "nonsense"}, 200),
        ({"If-None-Match": '"x"', "If-Modified-Since": AFTER}, 200),
        ({"If-None-Match": '"tag"', "Range": "bytes=0-1"}, 304),
        ({"If-Match": '"x"', "If-None-Match": '"tag"'}, 412),
        ({"If-Match": '"x"', "Range": "bytes=200-"}, 412),
    ],
)
def test_preconditions(fields: dict[str, str], status: int) -> None:
    found = planned(fields)
    assert found.status == status
    assert found.size == (100 if status == 200 else 0)


def test_a_matching_tag_of_a_writing_request_fails() -> None:
    assert planned({"If-None-Match": '"tag"'}, "POST").status == 412


@pytest.mark.spec("FILE-02", "ADD-532", "ADD-533", "ADD-902", "ADD-779")
@pytest.mark.parametrize(
    ("value", "status", "parts", "content_range"),
    [
        ("bytes=0-9", 206, [(0, 10)], "bytes 0-9/100"),
        ("Bytes=0-9", 206, [(0, 10)], "bytes 0-9/100"),
        ("bytes=0-0", 206, [(0, 1)], "bytes 0-0/100"),
        ("bytes=90-", 206, [(90, 100)], "bytes 90-99/100"),
        ("bytes=90-1000", 206, [(90, 100)], "bytes 90-99/100"),
        ("bytes=-10", 206, [(90, 100)], "bytes 90-99/100"),
        ("bytes=-1000", 206, [(0, 100)], "bytes 0-99/100"),
        ("bytes=0-", 206, [(0, 100)], "bytes 0-99/100"),
        ("bytes=100-", 416, [], "bytes */100"),
        ("bytes=200-300", 416, [], "bytes */100"),
        ("bytes=9-0", 416, [], "bytes */100"),
        ("bytes=-0", 416, [], "bytes */100"),
        ("bytes=-", 416, [], "bytes */100"),
        ("bytes=", 416, [], "bytes */100"),
        ("bytes", 416, [], "bytes */100"),
        # RFC 9110 section 14.2: a unit that is not understood must be ignored, ADD-533 or not.
        ("lines=0-9", 200, [(0, 100)], None),
        ("items = 0-1", 200, [(0, 100)], None),
        ("li nes=0-9", 416, [], "bytes */100"),
        ("=0-9", 416, [], "bytes */100"),
        ("bytes=\u0661-\u0662", 416, [], "bytes */100"),
        ("bytes=+1-2", 416, [], "bytes */100"),
        ("bytes=0x1-2", 416, [], "bytes */100"),
        ("bytes=0-1,20-29", 206, [(0, 2), (20, 30)], None),
        ("bytes=20-29, 0-1", 206, [(0, 2), (20, 30)], None),
        ("bytes=0-10,5-20", 206, [(0, 21)], "bytes 0-20/100"),
        ("bytes=0-4,5-9", 206, [(0, 10)], "bytes 0-9/100"),
        ("bytes=0-4,200-", 206, [(0, 5)], "bytes 0-4/100"),
        ("bytes=200-,300-", 416, [], "bytes */100"),
        ("bytes=0-4,x", 416, [], "bytes */100"),
        ("bytes=" + ",".join(["0-"] * 1000), 200, [(0, 100)], None),
        ("bytes=99999999999999999999999999-", 416, [], "bytes */100"),
    ],
)
def test_ranges(
    value: str, status: int, parts: list[tuple[int, int]], content_range: str | None
) -> None:
    found = planned({"Range": value})
    assert (found.status, [tuple(part) for part in found.ranges]) == (status, parts)
    assert found.fields.get("Content-Range") == content_range


@pytest.mark.spec("ADD-534", "ADD-1095")
@pytest.mark.parametrize(
    ("if_range", "status"),
    [
        (SAME, 206),
        (BEFORE, 200),
        (AFTER, 200),
        ('"tag"', 206),
        ('"x"', 200),
        ('W/"tag"', 200),
        ("nonsense", 200),
    ],
)
def test_if_range(if_range: str, status: int) -> None:
    assert planned({"Range": "bytes=0-9", "If-Range": if_range}).status == status


def test_ranges_are_for_get_alone_and_can_be_switched_off() -> None:
    assert planned({"Range": "bytes=0-9"}, "HEAD").status == 200
    assert planned({"Range": "bytes=0-9"}, "POST").status == 200
    assert planned({"Range": "bytes=0-9"}, ranges=False).status == 200


@pytest.mark.spec("ADD-535")
def test_an_empty_file() -> None:
    assert planned({}, size=0) == Plan(200, [], {})
    assert planned({"Range": "bytes=0-"}, size=0).status == 416


@given(st.text("bytes=0123456789-, ", max_size=30), st.integers(0, 200))
def test_never_more_than_the_file(value: str, size: int) -> None:
    for text in (value, "bytes=" + value):
        found = planned({"Range": text}, size=size)
        assert found.size <= size
        assert all(0 <= start < stop <= size for start, stop in found.ranges)


@pytest.mark.spec("ADD-538", "ADD-539", "ADD-1010")
@pytest.mark.parametrize(
    ("name", "content_type"),
    [
        ("a.html", "text/html"),
        ("A.HTML", "text/html"),
        ("a.css", "text/css"),
        ("a.png", "image/png"),
        ("a.json", "application/json"),
        ("a.tar.gz", "application/gzip"),
        ("a.br", "application/x-brotli"),
        ("a.bz2", "application/x-bzip2"),
        ("a.Z", "application/x-compress"),
        ("a.xz", "application/x-xz"),
        ("a.zst", "application/zstd"),
        ("a.unknown-extension", "application/octet-stream"),
        ("plain", "application/octet-stream"),
        (".html", "application/octet-stream"),
        ("data:text/html,x", "application/octet-stream"),
    ],
)
def test_types(name: str, content_type: str) -> None:
    assert content_type_of(name) == content_type


# Over a socket


def application(path: Path, **options: Any) -> Application:
    async def handler(request: Any) -> FileResponse:
        response = FileResponse(path, **options)
        if "X-Compress" in request.headers:
            response.enable_compression()
        return response

    app = Application()
    app.router.add_route("*", "/", handler)
    return app


SMALL = bytes(range(256)) * 4
LARGE = os.urandom(300_000)


@pytest.fixture(params=["small", "large", "large-read"])
def data(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> bytes:
    """What the file holds: read at once, by sendfile, and in pieces."""
    if request.param == "large-read":
        monkeypatch.setattr(file_response, "NOSENDFILE", True)
    return SMALL if request.param == "small" else LARGE


@pytest.fixture
def path(tmp_path: Path, data: bytes) -> Path:
    made = tmp_path / "file.txt"
    made.write_bytes(data)
    os.utime(made, ns=(0, 1_767_268_800_000_000_001))
    return made


@pytest.mark.spec(
    "FILE-01", "FILE-03", "FILE-04", "ADD-528", "ADD-529", "ADD-543", "ADD-1051", "C32"
)
async def test_the_whole_file(serve: Serve, path: Path, data: bytes) -> None:
    served = await serve(application(path, chunk_size=4096))
    answer = await served.ask("GET", "/")
    assert answer.status == 200
    assert answer.body == data
    assert (
        dict(answer.headers).items()
        >= {
            "Content-Type": "text/plain",
            "Content-Length": str(len(data)),
            "Accept-Ranges": "bytes",
            "Last-Modified": "Thu, 01 Jan 2026 12:00:01 GMT",
        }.items()
    )
    assert answer.headers["Etag"] == f'"{path.stat().st_mtime_ns:x}-{len(data):x}"'
    assert "Vary" not in answer.headers
    assert "Transfer-Encoding" not in answer.headers


@pytest.mark.spec("ADD-532", "ADD-543", "ADD-790")
async def test_a_range(serve: Serve, path: Path, data: bytes) -> None:
    served = await serve(application(path, chunk_size=1000))
    answer = await served.ask("GET", "/", Range="bytes=100-99999")
    assert answer.status == 206
    assert answer.body == data[100:100_000]
    size = len(data)
    assert answer.headers["Content-Range"] == f"bytes 100-{min(99_999, size - 1)}/{size}"
    assert answer.headers["Content-Length"] == str(len(answer.body))


async def test_several_ranges(serve: Serve, path: Path, data: bytes) -> None:
    served = await serve(application(path, chunk_size=1000))
    answer = await served.ask("GET", "/", Range="bytes=0-9,500-899,-5")
    assert answer.status == 206
    assert "Content-Range" not in answer.headers
    assert answer.headers["Content-Length"] == str(len(answer.body))
    kind = answer.headers["Content-Type"]
    assert kind.startswith("multipart/byteranges; boundary=")
    message = BytesParser(policy=HTTP).parsebytes(
        b"Content-Type: " + kind.encode() + b"\r\n\r\n" + answer.body
    )
    parts = list(message.iter_parts())  # type: ignore[attr-defined]
    size = len(data)
    assert [part["Content-Range"] for part in parts] == [
        f"bytes 0-9/{size}",
        f"bytes 500-899/{size}",
        f"bytes {size - 5}-{size - 1}/{size}",
    ]
    assert {part["Content-Type"] for part in parts} == {"text/plain"}
    for piece in (data[:10], data[500:900], data[-5:]):
        assert b"\r\n\r\n" + piece + b"\r\n--" in answer.body


async def test_lists_of_tags_may_come_in_several_lines(serve: Serve, path: Path) -> None:
    served = await serve(application(path))
    tag = (await served.ask("GET", "/")).headers["Etag"]
    for name, other, matching in (("If-None-Match", 200, 304), ("If-Match", 412, 200)):
        for second, status in (('"b"', other), (tag, matching)):
            answer = await served.send(
                f'GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n{name}: "a"\r\n'
                f"{name}: {second}\r\n\r\n".encode()
            )
            assert answer.startswith(b"HTTP/1.1 %d " % status), (name, second)


@pytest.mark.spec("ADD-533", "ADD-1103")
async def test_416(serve: Serve, path: Path, data: bytes) -> None:
    answer = await (await serve(application(path))).ask("GET", "/", Range="bytes=900000-")
    assert (answer.status, answer.body) == (416, b"")
    assert answer.headers["Content-Range"] == f"bytes */{len(data)}"
    assert answer.headers["Content-Length"] == "0"
    assert "Transfer-Encoding" not in answer.headers


@pytest.mark.spec("ADD-531", "ADD-423")
async def test_304_and_412(serve: Serve, path: Path) -> None:
    served = await serve(application(path))
    first = await served.ask("GET", "/")
    tag = first.headers["Etag"]
    answer = await served.ask("GET", "/", If_None_Match=tag)
    assert (answer.status, answer.body) == (304, b"")
    assert answer.headers["Etag"] == tag
    assert answer.headers["Last-Modified"] == first.headers["Last-Modified"]
    assert "Content-Length" not in answer.headers
    answer = await served.ask("GET", "/", If_Modified_Since=first.headers["Last-Modified"])
    assert answer.status == 304
    answer = await served.ask("GET", "/", If_Match='"x"')
    assert (answer.status, answer.body) == (412, b"")
    assert answer.headers["Content-Length"] == "0"


@pytest.mark.spec("ADD-544", "RTR-09")
async def test_head(serve: Serve, path: Path, data: bytes) -> None:
    served = await serve(application(path))
    get, head = await served.ask("GET", "/"), await served.ask("HEAD", "/")
    assert head.body == b""
    for name in ("Content-Length", "Content-Type", "Etag", "Last-Modified", "Accept-Ranges"):
        assert head.headers[name] == get.headers[name]


async def test_the_connection_is_usable_afterwards(serve: Serve, path: Path, data: bytes) -> None:
    served = await serve(application(path))
    one = b"GET / HTTP/1.1\r\nHost: a\r\n\r\n"
    head = b"HEAD / HTTP/1.1\r\nHost: a\r\n\r\n"
    last = b"GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"
    raw = await served.send(one + head + one + last)
    assert raw.count(b"HTTP/1.1 200 OK\r\n") == 4
    assert raw.count(data) == 3
    assert raw.endswith(data)


@pytest.mark.spec("FILE-05")
async def test_own_fields_and_status(serve: Serve, path: Path, data: bytes) -> None:
    headers = {"Content-Type": "text/own", "X-Own": "1", "Cache-Control": "max-age=1"}
    served = await serve(application(path, headers=headers, status=404, reason="Own"))
    answer = await served.ask("GET", "/", Range="bytes=0-1", If_None_Match="*")
    assert answer.raw.startswith(b"HTTP/1.1 404 Own\r\n")
    assert answer.body == data
    assert answer.headers["Content-Type"] == "text/own"
    assert answer.headers["X-Own"] == "1"


@pytest.mark.spec("ADD-541")
async def test_missing_directory_and_special(serve: Serve, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "fifo")
    for name, status in (("missing", 404), (".", 403), ("fifo", 403), ("a\0b", 404)):
        answer = await (await serve(application(tmp_path / name))).ask("GET", "/")
        assert (answer.status, answer.body) == (status, b"")
        assert answer.headers["Content-Length"] == "0"


@pytest.mark.spec("ADD-535")
async def test_a_file_without_bytes(serve: Serve, tmp_path: Path) -> None:
    (tmp_path / "empty.txt").write_bytes(b"")
    answer = await (await serve(application(tmp_path / "empty.txt"))).ask("GET", "/")
    assert (answer.status, answer.body, answer.headers["Content-Length"]) == (200, b"", "0")


@pytest.mark.spec("ADD-536", "ADD-1104", "STAT-03", "ADD-903")
@pytest.mark.parametrize(
    ("accept", "coding"),
    [
        ("gzip, br, zstd", "br"),
        ("gzip, zstd", "zstd"),
        ("gzip", "gzip"),
        ("GZIP", "gzip"),
        ("gzip;q=1, br;q=0.5", "gzip"),
        ("gzip;q=0, br;q=0", None),
        ("gzip;q=0", None),
        ("br;q=0, *", "zstd"),
        ("identity", None),
        ("gzip;q=0.5, identity;q=1", None),
        ("deflate", None),
        ("xgzipx", None),
        (None, None),
    ],
)
async def test_neighbours(
    serve: Serve, tmp_path: Path, accept: str | None, coding: str | None
) -> None:
    path = tmp_path / "x.css"
    path.write_bytes(b"plain")
    for suffix in (".br", ".zst", ".gz"):
        (tmp_path / f"x.css{suffix}").write_bytes(f"in {suffix}".encode())
    served = await serve(application(path))
    answer = await served.ask("GET", "/", **({"Accept_Encoding": accept} if accept else {}))
    assert answer.headers["Content-Type"] == "text/css"
    if coding is None:
        assert answer.body == b"plain"
        assert "Content-Encoding" not in answer.headers
        assert "Vary" not in answer.headers
    else:
        suffix = {"br": ".br", "zstd": ".zst", "gzip": ".gz"}[coding]
        assert answer.body == f"in {suffix}".encode()
        assert answer.headers["Content-Encoding"] == coding
        assert answer.headers["Vary"] == "Accept-Encoding"
        neighbour = (tmp_path / f"x.css{suffix}").stat()
        assert answer.headers["Etag"] == f'"{neighbour.st_mtime_ns:x}-{neighbour.st_size:x}"'


@pytest.mark.spec("ADD-536", "ADD-423")
async def test_304_of_a_neighbour_varies_too(serve: Serve, tmp_path: Path) -> None:
    (tmp_path / "x.css.gz").write_bytes(gzip.compress(b"x"))
    served = await serve(application(tmp_path / "x.css"))
    first = await served.ask("GET", "/", Accept_Encoding="gzip")
    answer = await served.ask("GET", "/", Accept_Encoding="gzip", If_None_Match="*")
    assert answer.status == 304
    assert answer.headers["Vary"] == "Accept-Encoding"
    assert answer.headers["Etag"] == first.headers["Etag"]


@pytest.mark.spec("ADD-540", "ADD-545")
async def test_compression_on_the_fly(serve: Serve, path: Path, data: bytes) -> None:
    served = await serve(application(path))
    answer = await served.ask(
        "GET", "/", Accept_Encoding="deflate", X_Compress="1", Range="bytes=0-9"
    )
    assert answer.status == 200
    assert answer.headers["Content-Encoding"] == "deflate"
    assert answer.headers["Etag"].startswith('W/"')
    assert "Accept-Ranges" not in answer.headers
    assert zlib.decompress(unchunk(answer.body)) == data
    path.with_name("file.txt.gz").write_bytes(b"ready")
    answer = await served.ask("GET", "/", Accept_Encoding="gzip", X_Compress="1")
    assert answer.body == b"ready"
    assert answer.headers["Content-Encoding"] == "gzip"
    assert not answer.headers["Etag"].startswith("W/")


def unchunk(body: bytes) -> bytes:
    out = b""
    while True:
        size, _, rest = body.partition(b"\r\n")
        count = int(size, 16)
        if not count:
            return out
        out += rest[:count]
        body = rest[count + 2 :]


async def test_own_content_encoding_is_left_alone(serve: Serve, tmp_path: Path) -> None:
    path = tmp_path / "x.bin"
    path.write_bytes(b"own coding")
    (tmp_path / "x.bin.gz").write_bytes(b"neighbour")
    served = await serve(application(path, headers={"Content-Encoding": "own"}))
    answer = await served.ask("GET", "/", Accept_Encoding="gzip", X_Compress="1")
    assert answer.body == b"own coding"
    assert answer.headers["Content-Encoding"] == "own"


@pytest.mark.spec("STAT-02", "FILE-04")
async def test_sendfile_is_used_unless_switched_off(
    serve: Serve, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "large"
    path.write_bytes(LARGE)
    calls = []

    async def counted(connection: Any, file: int, start: int, stop: int) -> int | None:
        calls.append((start, stop))
        return await send_file(connection, file, start, stop)

    monkeypatch.setattr(file_response, "send_file", counted)
    served = await serve(application(path))
    assert (await served.ask("GET", "/")).body == LARGE
    assert (await served.ask("GET", "/", Range="bytes=10-200009")).body == LARGE[10:200_010]
    assert calls == [(0, len(LARGE)), (10, 200_010)]
    monkeypatch.setattr(file_response, "NOSENDFILE", True)
    assert (await served.ask("GET", "/")).body == LARGE
    assert len(calls) == 2


@pytest.mark.spec("ADD-543")
async def test_where_sendfile_does_not_exist(
    serve: Serve, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "large"
    path.write_bytes(LARGE)

    async def refuse(*args: Any) -> None:
        return None

    monkeypatch.setattr(file_response, "send_file", refuse)
    served = await serve(application(path))
    assert (await served.ask("GET", "/")).body == LARGE


@pytest.mark.parametrize("by_sendfile", [True, False])
async def test_a_file_that_shrinks_ends_the_connection(
    serve: Serve, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, by_sendfile: bool
) -> None:
    path = tmp_path / "large"
    path.write_bytes(LARGE)
    monkeypatch.setattr(file_response, "NOSENDFILE", not by_sendfile)
    decide = FileResponse._open_and_decide

    def shrink(self: FileResponse, *args: Any) -> Any:
        found = decide(self, *args)
        os.truncate(path, 200_000)
        return found

    monkeypatch.setattr(FileResponse, "_open_and_decide", shrink)
    served = await serve(application(path))
    request = b"GET / HTTP/1.1\r\nHost: a\r\n\r\n"
    raw = await served.send(request + request)
    assert raw.count(b"HTTP/1.1") == 1
    assert len(raw.partition(b"\r\n\r\n")[2]) <= 200_000


async def test_a_file_that_grows_is_cut(
    serve: Serve, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "large"
    path.write_bytes(LARGE)
    decide = FileResponse._open_and_decide

    def grow(self: FileResponse, *args: Any) -> Any:
        found = decide(self, *args)
        with path.open("ab") as file:
            file.write(b"more")
        return found

    monkeypatch.setattr(FileResponse, "_open_and_decide", grow)
    assert (await (await serve(application(path))).ask("GET", "/")).body == LARGE


@pytest.mark.spec("ADD-542")
async def test_the_file_system_is_touched_in_other_threads_only(
    serve: Serve, path: Path, data: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    import threading

    loop_thread = threading.get_ident()
    threads = []
    # Not fstat: asyncio asks the open file for its size, which never blocks.
    for name in ("open", "stat", "lstat", "pread"):
        real = getattr(os, name)

        def watched(*args: Any, _real: Any = real, **kwargs: Any) -> Any:
            threads.append(threading.get_ident())
            return _real(*args, **kwargs)

        monkeypatch.setattr(os, name, watched)
    served = await serve(application(path))
    threads.clear()
    answer = await served.ask("GET", "/", Accept_Encoding="gzip")
    seen = list(threads)
    monkeypatch.undo()
    assert answer.body == data
    assert seen
    assert loop_thread not in seen


async def test_no_file_stays_open(serve: Serve, path: Path) -> None:
    served = await serve(application(path))
    await served.ask("GET", "/")
    before = len(os.listdir("/proc/self/fd"))
    for headers in ({}, {"Range": "bytes=0-1"}, {"If_None_Match": "*"}, {"Range": "bytes=0-1,5-6"}):
        await served.ask("GET", "/", **headers)
        await served.ask("HEAD", "/", **headers)
    assert len(os.listdir("/proc/self/fd")) <= before + 2


@pytest.mark.spec("ADD-546")
async def test_a_client_that_leaves(
    serve: Serve, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "huge"
    path.write_bytes(b"x" * 20_000_000)
    errors = []
    done = asyncio.Event()
    prepare = FileResponse.prepare

    async def watched(self: FileResponse, request: Any) -> Any:
        try:
            return await prepare(self, request)
        except BaseException as error:
            errors.append(error)
            raise
        finally:
            done.set()

    monkeypatch.setattr(FileResponse, "prepare", watched)
    served = await serve(application(path))
    reader, writer = await asyncio.open_connection("127.0.0.1", served.port)
    writer.write(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n")
    await reader.readexactly(1000)
    writer.transport.abort()
    await asyncio.wait_for(done.wait(), 20)
    assert errors
    assert isinstance(errors[0], (ConnectionError, asyncio.CancelledError))


async def test_cancelled_while_opening(
    tmp_path: Path, make_request: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    import threading

    path = tmp_path / "large"
    path.write_bytes(LARGE)
    entered, leave = threading.Event(), threading.Event()
    opened = []
    decide = FileResponse._open_and_decide

    def slow(self: FileResponse, *args: Any) -> Any:
        entered.set()
        leave.wait(20)
        opened.append(decide(self, *args))
        return opened[-1]

    monkeypatch.setattr(FileResponse, "_open_and_decide", slow)
    opening = asyncio.ensure_future(FileResponse(path).open(make_request("GET", "/")))
    await asyncio.get_running_loop().run_in_executor(None, entered.wait, 20)
    opening.cancel()
    with pytest.raises(asyncio.CancelledError):
        await opening
    leave.set()
    while not opened or opened[0].file.fd != -1:
        await asyncio.get_running_loop().run_in_executor(None, lambda: None)
    assert opened[0].file.fd == -1


@pytest.mark.spec("WRSP-27")
async def test_prepared_twice(tmp_path: Path, make_request: Any) -> None:
    path = tmp_path / "small"
    path.write_bytes(SMALL)
    request = make_request("GET", "/")
    response = FileResponse(path)
    assert await response.prepare(request) is request.response_writer()
    assert await response.prepare(request) is None
    assert request.response_writer().body == SMALL


@pytest.mark.spec("ADD-543")
def test_on_uvloop(tmp_path: Path) -> None:
    """The transports of uvloop have no sendfile of their own."""
    uvloop = pytest.importorskip("uvloop")
    path = tmp_path / "large"
    path.write_bytes(LARGE)

    async def run() -> bytes:
        app = application(path)
        app.freeze()
        server = make_server(app)
        listening = await asyncio.get_running_loop().create_server(server, "127.0.0.1", 0)
        port = listening.sockets[0].getsockname()[1]
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(b"GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
        raw = await asyncio.wait_for(reader.read(), 20)
        writer.close()
        listening.close()
        await server.shutdown(5)
        return raw

    raw: bytes = uvloop.run(run())
    assert raw.partition(b"\r\n\r\n")[2] == LARGE


@pytest.mark.spec("FILE-07")
async def test_a_file_response_does_what_the_sender_of_files_did(serve: Serve, path: Path) -> None:
    assert not hasattr(aiohttp_web, "FileSender")
    answer = await (await serve(application(path))).ask("GET", "/")
    assert answer.body == path.read_bytes()
