"""The state machine of a connection, over sockets, on asyncio and uvloop."""

import asyncio
import contextlib
import contextvars
import gzip
import logging
import socket
import sys
from typing import Any

import pytest

from aiohttp_core.streams import StreamReader
from aiohttp_web import (
    BaseRequest,
    HTTPException,
    HTTPForbidden,
    HTTPNotFound,
    PayloadAccessError,
    RequestPayloadError,
    Response,
    StreamResponse,
)
from aiohttp_web.connection import STATES, TRANSITIONS


def get(path: str = "/", extra: str = "", version: str = "1.1") -> bytes:
    return f"GET {path} HTTP/{version}\r\nHost: a\r\n{extra}\r\n".encode()


def post(body: bytes, extra: str = "", path: str = "/") -> bytes:
    head = f"POST {path} HTTP/1.1\r\nHost: a\r\nContent-Length: {len(body)}\r\n{extra}\r\n"
    return head.encode() + body


async def hello(request: Any) -> Response:
    return Response(text=f"hello {request.path}")


async def echo(request: Any) -> Response:
    return Response(body=await request.read())


def test_transitions_name_only_states() -> None:
    assert set(TRANSITIONS) == set(STATES)
    assert set().union(*TRANSITIONS.values()) <= set(STATES)
    assert not TRANSITIONS["CLOSED"]


# Keep-alive and pipelining


@pytest.mark.spec("HTTP-11", "ADD-459", "LOW-01")
async def test_requests_follow_each_other(raw_server: Any) -> None:
    server = await raw_server(hello)
    client = await server.open()
    for number in range(3):
        assert (await client.ask(get(f"/{number}"))).body == f"hello /{number}".encode()
    assert server.server.requests_count == 3
    assert len(server.server.connections) == 1
    assert server.server.connections[0].state == "IDLE"
    client.close()
    await client.writer.wait_closed()
    while server.server.connections:
        await asyncio.sleep(0)
    assert server.server.requests_count == 3


@pytest.mark.spec("ADD-418", "ADD-042")
@pytest.mark.parametrize("request_bytes", [get(extra="Connection: close\r\n"), get(version="1.0")])
async def test_connection_closes_when_asked(raw_server: Any, request_bytes: bytes) -> None:
    server = await raw_server(hello)
    answer = await server.send(request_bytes + get("/second"))
    assert answer.count(b"HTTP/1.") == 1


@pytest.mark.spec("HTTP-10", "ADD-451")
async def test_pipelined_requests_are_answered_in_order(raw_server: Any) -> None:
    gate = asyncio.Event()
    running: list[str] = []

    async def handler(request: Any) -> Response:
        running.append(request.path)
        assert len(running) == 1
        if request.path == "/slow":
            await gate.wait()
        running.clear()
        return Response(text=request.path)

    server = await raw_server(handler)
    client = await server.open()
    await client.send(get("/slow") + get("/quick") + get("/last"))
    while not running:
        await asyncio.sleep(0)
    gate.set()
    for path in ("/slow", "/quick", "/last"):
        assert (await client.answer()).body == path.encode()


@pytest.mark.parametrize("method", ["GET", "HEAD"])
@pytest.mark.parametrize(
    ("error", "status"),
    [
        (lambda: ValueError("x"), 500),
        (lambda: HTTPNotFound(), 404),
        (lambda: HTTPNotFound(headers={"X-A": "b"}), 404),
    ],
)
async def test_an_error_after_prepare_and_before_the_first_byte(
    raw_server: Any, method: str, error: Any, status: int
) -> None:
    prepared = StreamResponse()

    async def handler(request: Any) -> Any:
        await prepared.prepare(request)
        raise error()

    server = await raw_server(handler)
    head = f"{method} / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"
    answer = await server.send(head.encode())
    assert answer.startswith(f"HTTP/1.1 {status} ".encode())
    assert answer.count(b"HTTP/1.1") == 1
    if method == "GET":
        with pytest.raises(RuntimeError):
            await prepared.write(b"late")


@pytest.mark.spec("ADD-043", "ADD-805")
async def test_the_backlog_is_bounded(raw_server: Any) -> None:
    gate = asyncio.Event()

    async def handler(request: Any) -> Response:
        await gate.wait()
        return Response(text="a")

    server = await raw_server(handler)
    client = await server.open()
    one = get(extra=f"X: {'x' * 7000}\r\n")
    number = 8_000_000 // len(one)
    client.writer.write(one * number)
    while not server.server.connections or not server.server.connections[0].reading_paused:
        await asyncio.sleep(0.001)
    gate.set()
    for _ in range(number):
        assert (await client.answer()).body == b"a"


@pytest.mark.spec("DISC-03", "ADD-452", "WRSP-04")
async def test_each_request_has_a_task_and_a_context_of_its_own(raw_server: Any) -> None:
    variable: contextvars.ContextVar[int] = contextvars.ContextVar("variable", default=0)
    tasks = []

    async def handler(request: Any) -> Response:
        assert variable.get() == 0
        variable.set(1)
        assert request.task is asyncio.current_task()
        if request.path == "/wait":
            await asyncio.sleep(0)
        assert request.task is asyncio.current_task()
        tasks.append(request.task)
        return Response(text="a")

    server = await raw_server(handler)
    client = await server.open()
    await client.send(get("/wait") + get() + get("/wait") + get())
    for _ in range(4):
        assert (await client.answer()).status == 200
    assert len({id(task) for task in tasks}) == 4


async def test_many_immediate_handlers_do_not_recurse(raw_server: Any) -> None:
    depths = []

    async def handler(request: Any) -> Response:
        depth = 0
        frame = sys._getframe()
        while frame is not None:
            depth += 1
            frame = frame.f_back  # type: ignore[assignment]
        depths.append(depth)
        return Response(text="a")

    server = await raw_server(handler)
    client = await server.open()
    client.writer.write(get() * 500)
    for _ in range(500):
        await client.answer()
    assert max(depths) - min(depths) < 15


async def test_custom_task_factory_is_asked(raw_server: Any) -> None:
    made = []

    def factory(loop: Any, coro: Any, **options: Any) -> Any:
        task = asyncio.Task(coro, loop=loop, **options)
        made.append(task)
        return task

    async def handler(request: Any) -> Response:
        await asyncio.sleep(0)
        assert request.task in made
        return Response(text="a")

    server = await raw_server(handler)
    asyncio.get_running_loop().set_task_factory(factory)
    assert (await server.ask(get())).status == 200
    asyncio.get_running_loop().set_task_factory(None)


async def test_large_answers_wait_for_the_client(raw_server: Any) -> None:
    async def handler(request: Any) -> Response:
        return Response(body=b"x" * 1_000_000)

    server = await raw_server(handler)
    client = await server.open()
    await client.send(get() * 3)
    for _ in range(3):
        assert len((await client.answer()).body) == 1_000_000


# Errors


@pytest.mark.spec("LOW-03", "ADD-430", "WMW-04", "LOG-12", "ADD-439")
@pytest.mark.parametrize(
    ("accept", "content_type", "start"),
    [
        ("", "text/plain; charset=utf-8", b"500 Internal Server Error\n\n"),
        ("Accept: */*\r\n", "text/plain; charset=utf-8", b"500 Internal Server Error\n\n"),
        ("Accept: text/html\r\n", "text/html; charset=utf-8", b"<html>"),
        ("Accept: text/html;q=0.1, text/plain\r\n", "text/plain; charset=utf-8", b"500 "),
    ],
)
async def test_an_exception_is_500_and_one_traceback(
    raw_server: Any, caplog: Any, accept: str, content_type: str, start: bytes
) -> None:
    async def handler(request: Any) -> Response:
        raise KeyError("<secret>")

    server = await raw_server(handler)
    answer = (await server.send(get(extra=accept))).decode()
    assert answer.startswith("HTTP/1.1 500 Internal Server Error\r\n")
    assert f"Content-Type: {content_type}\r\n" in answer
    assert "Connection: close\r\n" in answer
    assert answer.partition("\r\n\r\n")[2].startswith(start.decode())
    assert "secret" not in answer
    (record,) = caplog.records
    assert record.name == "aiohttp.server"
    assert record.exc_info is not None
    assert "127.0.0.1" in record.getMessage()


@pytest.mark.spec("ADD-431", "LOW-04")
async def test_debug_mode_shows_the_traceback_escaped(raw_server: Any, caplog: Any) -> None:
    async def handler(request: Any) -> Response:
        raise KeyError("<script>")

    server = await raw_server(handler)
    asyncio.get_running_loop().set_debug(True)
    plain = await server.send(get())
    page = await server.send(get(extra="Accept: text/html\r\n"))
    asyncio.get_running_loop().set_debug(False)
    assert b"KeyError: '<script>'" in plain
    assert b"KeyError: &#x27;&lt;script&gt;&#x27;" in page
    assert b"<script>" not in page


@pytest.mark.spec("ADD-433")
async def test_a_timeout_is_504(raw_server: Any, caplog: Any) -> None:
    async def handler(request: Any) -> Response:
        raise TimeoutError

    server = await raw_server(handler)
    answer = await server.send(get())
    assert answer.startswith(b"HTTP/1.1 504 Gateway Timeout\r\n")
    assert b"Content-Length: 0\r\n" in answer
    assert b"Connection: close\r\n" in answer
    assert not [record for record in caplog.records if record.levelno > logging.DEBUG]


@pytest.mark.spec("ADD-434", "ADD-932")
@pytest.mark.parametrize("returned", [None, "text", 5])
async def test_no_response_is_500(raw_server: Any, caplog: Any, returned: Any) -> None:
    async def handler(request: Any) -> Any:
        return returned

    server = await raw_server(handler)
    client = await server.open()
    answer = await client.ask(get())
    assert answer.status == 500
    assert answer.body == b"500: Internal Server Error"
    assert "Connection" not in answer.headers
    assert len(caplog.records) == 1
    assert (await client.ask(get())).status == 500


@pytest.mark.spec("LOW-02", "ADD-435")
async def test_http_exceptions_are_answers(raw_server: Any) -> None:
    async def handler(request: Any) -> Any:
        if request.path == "/return":
            return HTTPForbidden(text="no")
        raise HTTPForbidden(text="no", headers={"X": "1"})

    server = await raw_server(handler)
    client = await server.open()
    answer = await client.ask(get())
    assert (answer.status, answer.body, answer.headers["X"]) == (403, b"no", "1")
    with pytest.warns(DeprecationWarning, match="HTTPException"):
        assert (await client.ask(get("/return"))).status == 403


@pytest.mark.spec("ADD-432")
async def test_an_error_after_the_head_closes(raw_server: Any, caplog: Any) -> None:
    async def handler(request: Any) -> StreamResponse:
        response = StreamResponse()
        await response.prepare(request)
        await response.write(b"begun")
        raise ValueError("late")

    server = await raw_server(handler)
    answer = await server.send(get())
    assert answer.startswith(b"HTTP/1.1 200 OK\r\n")
    assert answer.endswith(b"5\r\nbegun\r\n")
    assert "late" in caplog.text


async def test_an_http_exception_before_any_byte_replaces_a_prepared_head(raw_server: Any) -> None:
    async def handler(request: Any) -> StreamResponse:
        await StreamResponse().prepare(request)
        raise HTTPForbidden

    server = await raw_server(handler)
    answer = await server.send(get(extra="Connection: close\r\n"))
    assert answer.count(b"HTTP/1.1 ") == 1


@pytest.mark.spec("ADD-436", "ADD-438", "HTTP-14", "ADD-010", "HTTP-03", "HTTP-04", "RUN-09")
@pytest.mark.parametrize(
    ("data", "status"),
    [
        (b"GARBAGE\r\n\r\n", b"400 Bad Request"),
        (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n", b"400 Bad Request"),
        (get("/" + "a" * 9000), b"414 "),
        (get(extra=f"X: {'a' * 9000}\r\n"), b"431 "),
        (get(extra="X: a\r\n" * 200), b"431 "),
    ],
)
async def test_bad_requests(raw_server: Any, caplog: Any, data: bytes, status: bytes) -> None:
    caplog.set_level(logging.DEBUG, "aiohttp.server")
    server = await raw_server(hello)
    answer = await server.send(data)
    assert answer.startswith(b"HTTP/1.1 " + status)
    assert b"Content-Type: text/plain; charset=utf-8\r\n" in answer
    assert b"Connection: close\r\n" in answer
    assert server.server.requests_count == 0
    (record,) = caplog.records
    assert record.levelno == logging.DEBUG
    assert "127.0.0.1" in record.getMessage()


@pytest.mark.spec("ADD-009", "RUN-09", "HTTP-07")
async def test_limits_are_options(raw_server: Any) -> None:
    server = await raw_server(hello, max_line_size=50, max_field_size=60, max_headers=3)
    assert (await server.ask(get())).status == 200
    assert (await server.send(get("/" + "a" * 60)))[9:12] == b"414"
    assert (await server.send(get(extra=f"X: {'a' * 70}\r\n")))[9:12] == b"431"
    assert (await server.send(get(extra="X: a\r\nY: a\r\nZ: a\r\n")))[9:12] == b"431"


@pytest.mark.spec("ADD-440", "FWD-02", "ADD-070", "ADD-1108")
@pytest.mark.parametrize(
    ("head", "body"),
    [
        ("Transfer-Encoding: chunked\r\n", b"zz\r\n"),
        ("Content-Length: 3\r\nContent-Encoding: gzip\r\n", b"abc"),
        ("Content-Length: 3\r\nContent-Encoding: " + ",".join(["gzip"] * 9) + "\r\n", b"abc"),
    ],
)
async def test_a_broken_body_is_400_without_a_traceback(
    raw_server: Any, caplog: Any, head: str, body: bytes
) -> None:
    errors = []

    async def handler(request: Any) -> Response:
        try:
            await request.read()
        except RequestPayloadError as exc:
            errors.append(exc)
            raise
        return Response()

    server = await raw_server(handler)
    client = await server.open()
    await client.send(f"POST / HTTP/1.1\r\nHost: a\r\n{head}\r\n".encode())
    while not server.server.requests_count:
        await asyncio.sleep(0)
    await client.send(body)
    answer = await client.rest()
    assert answer.startswith(b"HTTP/1.1 400 Bad Request\r\n")
    assert len(errors) == 1
    assert not [record for record in caplog.records if record.levelno > logging.DEBUG]


@pytest.mark.spec("ADD-441")
async def test_broken_chunks_with_the_head_never_reach_the_handler(raw_server: Any) -> None:
    server = await raw_server(echo)
    data = b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n"
    assert (await server.send(data)).startswith(b"HTTP/1.1 400 ")


# Bodies


@pytest.mark.spec("ADD-064", "ADD-903", "RUN-11", "ADD-071", "CMP-07")
@pytest.mark.parametrize("auto_decompress", [True, False])
async def test_codings_are_undone(raw_server: Any, auto_decompress: bool) -> None:
    coded = gzip.compress(b"plain")
    server = await raw_server(echo, auto_decompress=auto_decompress)
    client = await server.open()
    answer = await client.ask(post(coded, "Content-Encoding: GZip\r\n"))
    assert answer.body == (b"plain" if auto_decompress else coded)
    assert (await client.ask(post(coded, "Content-Encoding: unknown\r\n"))).body == coded
    assert (await client.ask(post(b"", "Content-Encoding: gzip\r\n"))).body == b""


@pytest.mark.spec("ADD-778", "ADD-473", "STR-20")
async def test_a_bomb_costs_a_bounded_amount(raw_server: Any) -> None:
    most = 0

    async def handler(request: Any) -> Response:
        nonlocal most
        total = 0
        async for piece in request.content.iter_any():
            most = max(most, len(piece))
            total += len(piece)
        return Response(text=str(total))

    server = await raw_server(handler)
    bomb = gzip.compress(b"\0" * 50_000_000)
    answer = await server.ask(post(bomb, "Content-Encoding: gzip\r\n"))
    assert answer.body == b"50000000"
    assert most <= 2**20
    client = await (await raw_server(echo)).open()
    assert (await client.ask(post(bomb, "Content-Encoding: gzip\r\n"))).status == 413
    assert (await client.ask(post(b"small"))).body == b"small"


async def test_back_pressure_pauses_the_client(raw_server: Any) -> None:
    gate = asyncio.Event()

    async def handler(request: Any) -> Response:
        await gate.wait()
        total = 0
        async for piece in request.content.iter_chunked(65536):
            total += len(piece)
        return Response(text=str(total))

    server = await raw_server(handler, read_bufsize=65536)
    client = await server.open()
    size = 30_000_000
    client.writer.write(f"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: {size}\r\n\r\n".encode())
    client.writer.write(b"x" * size)
    while not server.server.connections or not server.server.connections[0].reading_paused:
        await asyncio.sleep(0.001)
    gate.set()
    assert (await client.answer()).body == str(size).encode()
    assert (await client.ask(get())).status == 200


@pytest.mark.spec("ADD-600", "ADD-601", "ADD-025")
@pytest.mark.parametrize("body", [b"", b"body"])
async def test_a_declined_upgrade_goes_on(raw_server: Any, body: bytes) -> None:
    server = await raw_server(echo)
    client = await server.open()
    await client.send(post(body, "Connection: upgrade\r\nUpgrade: websocket\r\n") + post(b"next"))
    assert (await client.answer()).body == body
    assert (await client.answer()).body == b"next"


@pytest.mark.spec("ADD-602")
async def test_garbage_behind_a_declined_upgrade_is_400(raw_server: Any) -> None:
    server = await raw_server(echo)
    data = post(b"", "Connection: upgrade\r\nUpgrade: websocket\r\n") + b"GARBAGE\r\n\r\n"
    answer = await server.send(data)
    assert answer.startswith(b"HTTP/1.1 200 OK\r\n")
    assert b"HTTP/1.1 400 Bad Request\r\n" in answer


async def test_a_receiver_gets_the_connection(raw_server: Any) -> None:
    class Receiver:
        def __init__(self) -> None:
            self.data = b""
            self.more = asyncio.Event()
            self.lost = asyncio.Event()

        def data_received(self, data: bytes) -> None:
            self.data += data
            self.more.set()

        def eof_received(self) -> bool:
            return False

        def connection_lost(self, exc: Any) -> None:
            self.lost.set()

        lingering = False

        async def wait_closed(self) -> None:
            await self.lost.wait()

        def abandon(self) -> None:
            raise AssertionError("the handler did not fail")

        def going_away(self) -> None:
            raise AssertionError("the server does not end")

    receiver = Receiver()

    async def handler(request: Any) -> Response:
        response = Response(status=101, headers={"Upgrade": "tcp", "Connection": "upgrade"})
        await response.prepare(request)
        await response.write_eof()
        receiver.data = request.protocol.upgrade(receiver)
        await receiver.more.wait()
        request.transport.write(b"pong")
        await receiver.lost.wait()
        return response

    server = await raw_server(handler)
    client = await server.open()
    await client.send(get(extra="Connection: upgrade\r\nUpgrade: tcp\r\n") + b"tail ")
    assert (await client.head()).startswith(b"HTTP/1.1 101 ")
    await client.send(b"ping")
    assert await client.reader.readexactly(4) == b"pong"
    client.close()
    await receiver.lost.wait()
    assert receiver.data == b"tail ping"


# Unread bodies


@pytest.mark.spec("ADD-450", "ADD-449")
async def test_an_unread_body_is_dropped_and_the_connection_kept(raw_server: Any) -> None:
    server = await raw_server(hello)
    client = await server.open()
    await client.send(b"POST /a HTTP/1.1\r\nHost: a\r\nContent-Length: 100000\r\n\r\n")
    assert (await client.answer()).body == b"hello /a"
    assert server.server.connections[0].state == "DRAINING"
    await client.send(b"x" * 100000 + get("/b"))
    assert (await client.answer()).body == b"hello /b"


@pytest.mark.spec("ADD-449", "RUN-10")
async def test_without_lingering_an_unread_body_closes(raw_server: Any) -> None:
    server = await raw_server(hello, lingering_time=0)
    answer = await server.send(b"POST /a HTTP/1.1\r\nHost: a\r\nContent-Length: 100000\r\n\r\n")
    assert answer.endswith(b"hello /a")


@pytest.mark.spec("ADD-443")
async def test_the_body_is_gone_after_the_answer(raw_server: Any) -> None:
    kept = []

    async def handler(request: Any) -> Response:
        kept.append(request)
        return Response()

    server = await raw_server(handler)
    client = await server.open()
    await client.send(b"POST /a HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\n")
    await client.answer()
    with pytest.raises(PayloadAccessError):
        await kept[0].read()


async def test_an_unread_bomb_is_never_inflated(
    raw_server: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    server = await raw_server(hello)
    client = await server.open()
    bomb = gzip.compress(b"\0" * 5_000_000)
    head = f"POST / HTTP/1.1\r\nHost: a\r\nContent-Encoding: gzip\r\nContent-Length: {len(bomb)}"
    await client.send(head.encode() + b"\r\n\r\n")
    assert (await client.answer()).status == 200
    decoded = []
    monkeypatch.setattr(
        "aiohttp_core.codings.pipeline.BodyDecoder.read", lambda *_: decoded.append(1) or b""
    )
    await client.send(bomb + get("/after"))
    assert (await client.answer()).body == b"hello /after"
    assert not decoded


# Expect


@pytest.mark.spec("EXP-01")
async def test_100_continue_by_default(raw_server: Any) -> None:
    server = await raw_server(echo)
    client = await server.open()
    await client.send(
        b"POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-Continue\r\nContent-Length: 3\r\n\r\n"
    )
    assert await client.head() == b"HTTP/1.1 100 Continue\r\n\r\n"
    assert (await client.ask(b"abc")).body == b"abc"
    assert (await client.ask(get())).status == 200


@pytest.mark.spec("EXP-02", "ADD-597", "ADD-596")
async def test_other_expectations(raw_server: Any) -> None:
    server = await raw_server(echo)
    client = await server.open()
    answer = await client.ask(post(b"hello", "Expect: 200-ok\r\n"))
    assert answer.status == 417
    assert answer.body == b"Unknown Expect: 200-ok"
    assert (await client.ask(get())).status == 200
    old = post(b"abc", "Expect: 100-continue\r\n").replace(b"1.1", b"1.0")
    assert (await server.send(old)).startswith(b"HTTP/1.0 200 OK\r\n")


@pytest.mark.spec("ADD-599")
async def test_an_error_after_100_is_still_answered(raw_server: Any, caplog: Any) -> None:
    async def handler(request: Any) -> Response:
        raise ValueError

    server = await raw_server(handler)
    answer = await server.send(post(b"abc", "Expect: 100-continue\r\n"))
    assert answer.startswith(b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 500 ")


async def test_a_final_answer_instead_of_100_closes(raw_server: Any) -> None:
    async def handler(request: Any) -> Response:
        return Response(status=401)

    server = await raw_server(handler, expect_first=False)
    answer = await server.send(
        b"POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 30\r\n\r\n"
        b"GET /smuggled HTTP/1.1\r\n"
    )
    assert answer.count(b"HTTP/1.1 ") == 1
    assert b"Connection: close\r\n" in answer


async def test_early_hints(raw_server: Any) -> None:
    async def handler(request: BaseRequest) -> Response:
        await request.send_informational(103, {"Link": "</a.css>; rel=preload"})
        for bad in (101, 200, 99):
            with pytest.raises(ValueError, match="informational"):
                await request.send_informational(bad)
        response = Response(text="final")
        await response.prepare(request)
        await response.write_eof()
        with pytest.raises(RuntimeError):
            await request.send_informational(103)
        return response

    server = await raw_server(handler)
    client = await server.open()
    await client.send(get())
    hints = await client.head()
    assert hints == b"HTTP/1.1 103 Early Hints\r\nLink: </a.css>; rel=preload\r\n\r\n"
    assert (await client.answer()).body == b"final"
    assert (await server.send(get(version="1.0"))).startswith(b"HTTP/1.0 200 OK\r\n")


# The client leaves


@pytest.mark.spec("DISC-02", "ADD-453")
async def test_cancellation_by_choice(raw_server: Any) -> None:
    started, cancelled = asyncio.Event(), asyncio.Event()

    async def handler(request: Any) -> Response:
        started.set()
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            cancelled.set()
            raise
        return Response()

    server = await raw_server(handler, handler_cancellation=True)
    client = await server.open()
    await client.send(get())
    await started.wait()
    client.close()
    await cancelled.wait()


@pytest.mark.spec("DISC-01", "DISC-02", "ADD-453", "ADD-442", "ADD-479")
async def test_without_it_the_handler_runs_to_its_end(raw_server: Any, caplog: Any) -> None:
    started, left = asyncio.Event(), asyncio.Event()
    seen: list[Any] = []

    async def handler(request: Any) -> StreamResponse:
        response = StreamResponse()
        await response.prepare(request)
        await response.write(b"a")
        started.set()
        await request.disconnected()
        await request.disconnected()
        try:
            while True:
                await response.write(b"x" * 100000)
                await asyncio.sleep(0)
        except OSError as exc:
            seen.append(exc)
            seen.append(request.transport)
            seen.append(request.get_extra_info("peername", "default"))
            left.set()
            raise

    server = await raw_server(handler)
    client = await server.open()
    await client.send(get())
    await started.wait()
    client.writer.transport.abort()
    await left.wait()
    assert isinstance(seen[0], ConnectionResetError)
    while server.server.connections:
        await asyncio.sleep(0)
    assert seen[1:] in ([None, "default"], seen[1:])
    assert not [record for record in caplog.records if record.levelno > logging.DEBUG]


@pytest.mark.spec("DISC-01")
async def test_reading_from_a_client_that_left(raw_server: Any) -> None:
    seen = asyncio.get_running_loop().create_future()
    started = asyncio.Event()

    async def handler(request: Any) -> Response:
        started.set()
        try:
            await request.read()
        except BaseException as exc:
            seen.set_result(exc)
            raise
        return Response()

    server = await raw_server(handler)
    client = await server.open()
    await client.send(b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nabc")
    await started.wait()
    client.writer.transport.abort()
    assert isinstance(await seen, (OSError, RequestPayloadError))


async def test_a_half_closed_client_gets_its_answers(raw_server: Any) -> None:
    gate = asyncio.Event()

    async def handler(request: Any) -> Response:
        await request.disconnected()
        gate.set()
        return Response(text=request.path)

    server = await raw_server(handler)
    client = await server.open()
    await client.send(get("/1") + get("/2"))
    client.writer.write_eof()
    await gate.wait()
    answer = await client.rest()
    assert answer.count(b"HTTP/1.1 200 OK\r\n") == 2
    assert answer.endswith(b"/2")


# Deadlines


class Clock:
    """Time that moves when a test says so."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


async def pass_time(server: Any, seconds: float) -> None:
    clock = server.clock
    for _ in range(int(seconds)):
        clock.now += 1
        server.server.sweep.sweep()
        await asyncio.sleep(0)


@pytest.fixture
def timed_server(raw_server: Any) -> Any:
    async def start(handler: Any, **options: Any) -> Any:
        clock = Clock()
        server = await raw_server(handler, clock=clock, **options)
        server.clock = clock
        return server

    return start


async def accepted(server: Any) -> Any:
    while not server.server.connections:
        await asyncio.sleep(0.001)
    return server.server.connections[0]


@pytest.mark.spec("ADD-444", "RUN-07")
async def test_idle_connections_are_closed(timed_server: Any) -> None:
    server = await timed_server(hello, keepalive_timeout=75)
    client = await server.open()
    await client.ask(get())
    await pass_time(server, 74)
    assert (await client.ask(get())).status == 200
    await pass_time(server, 78)
    assert await client.rest() == b""


@pytest.mark.spec("ADD-445", "ADD-446", "ADD-819", "ADD-908")
@pytest.mark.parametrize("first", [b"", get()])
@pytest.mark.parametrize("drip", [b"", b"GET / HTTP/1.1\r\n", b"drip"])
async def test_heads_have_a_deadline(timed_server: Any, first: bytes, drip: bytes) -> None:
    server = await timed_server(hello, keepalive_timeout=20)
    client = await server.open()
    connection = await accepted(server)
    if first:
        await client.ask(first)
    for number in range(25):
        if connection.state == "CLOSED":
            break
        if drip == b"drip":
            client.writer.write(b"GET / HTTP/1.1\r\nX-Long-Name: "[number : number + 1])
            await asyncio.sleep(0.002)
        elif drip and not number:
            await client.send(drip)
            while connection.state != "READING_HEAD":
                await asyncio.sleep(0.001)
        await pass_time(server, 1)
    assert await client.rest() == b""


@pytest.mark.spec("ADD-445")
async def test_a_head_must_be_complete_in_time_even_with_long_keep_alive(timed_server: Any) -> None:
    server = await timed_server(hello, keepalive_timeout=3630, head_timeout=10)
    client = await server.open()
    connection = await accepted(server)
    await client.ask(get())
    await pass_time(server, 500)
    await client.send(b"GET /")
    while connection.state != "READING_HEAD":
        await asyncio.sleep(0.001)
    await pass_time(server, 13)
    assert await client.rest() == b""


@pytest.mark.spec("ADD-448")
async def test_no_keep_alive_at_all(raw_server: Any) -> None:
    server = await raw_server(hello, keepalive_timeout=0)
    answer = await server.send(get() + get())
    assert answer.count(b"HTTP/1.1 200 OK\r\n") == 1
    assert b"Connection: close\r\n" in answer


@pytest.mark.spec("ADD-447")
async def test_a_stalled_body_ends_the_request(timed_server: Any, caplog: Any) -> None:
    server = await timed_server(echo)
    client = await server.open()
    await client.send(b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nabc")
    while not server.server.requests_count:
        await asyncio.sleep(0.001)
    await pass_time(server, 63)
    answer = await client.rest()
    assert answer.startswith(b"HTTP/1.1 408 Request Timeout\r\n")
    assert not [record for record in caplog.records if record.levelno > logging.DEBUG]


@pytest.mark.spec("ADD-447")
@pytest.mark.parametrize(("per_second", "survives"), [(1, False), (100, True)])
async def test_a_body_has_to_progress(timed_server: Any, per_second: int, survives: bool) -> None:
    got = []

    async def handler(request: Any) -> Response:
        async for piece in request.content.iter_any():
            got.append(piece)
        return Response(text="whole")

    server = await timed_server(handler, body_timeout=20, min_body_rate=16)
    client = await server.open()
    total = 60 * per_second
    await client.send(f"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: {total}\r\n\r\n".encode())
    while not server.server.requests_count:
        await asyncio.sleep(0.001)
    connection = server.server.connections[0]
    for number in range(1, 61):
        if connection.state != "HANDLING":
            break
        client.writer.write(b"x" * per_second)
        while sum(map(len, got)) < number * per_second:
            await asyncio.sleep(0.001)
        await pass_time(server, 1)
    answer = await client.rest() if not survives else (await client.answer()).raw
    assert answer.startswith(b"HTTP/1.1 200 OK\r\n" if survives else b"HTTP/1.1 408 ")


async def test_a_slow_handler_is_not_the_clients_fault(timed_server: Any) -> None:
    gate = asyncio.Event()

    async def handler(request: Any) -> Response:
        await gate.wait()
        return Response(text=str(len(await request.read())))

    server = await timed_server(handler, body_timeout=10, read_bufsize=65536, client_max_size=0)
    client = await server.open()
    client.writer.write(b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5000000\r\n\r\n")
    client.writer.write(b"x" * 5_000_000)
    connection = await accepted(server)
    while not connection.reading_paused:
        await asyncio.sleep(0.001)
    await pass_time(server, 100)
    gate.set()
    assert (await client.answer()).body == b"5000000"


async def test_a_client_that_does_not_read_is_dropped(timed_server: Any) -> None:
    ended = asyncio.Event()

    async def handler(request: Any) -> StreamResponse:
        response = StreamResponse()
        try:
            await response.prepare(request)
            while True:
                await response.write(b"x" * 1_000_000)
        finally:
            ended.set()

    server = await timed_server(handler, send_timeout=30)
    sock = socket.create_connection(("127.0.0.1", server.port))
    sock.sendall(get())
    connection = await accepted(server)
    while not connection.gate.paused:
        await asyncio.sleep(0.001)
    await asyncio.sleep(0.05)
    await pass_time(server, 100)
    await ended.wait()
    sock.close()


@pytest.mark.spec("ADD-449")
async def test_lingering_has_an_end(timed_server: Any) -> None:
    server = await timed_server(hello, lingering_time=10)
    client = await server.open()
    await client.send(b"POST /a HTTP/1.1\r\nHost: a\r\nContent-Length: 100000\r\n\r\n")
    await client.answer()
    await pass_time(server, 9)
    await client.send(b"x")
    await pass_time(server, 5)
    with contextlib.suppress(ConnectionError):  # the connection may be reset instead of ended
        assert await client.rest() == b""


# Limits


async def test_connections_are_limited(raw_server: Any) -> None:
    server = await raw_server(hello, max_connections=1)
    client = await server.open()
    assert (await client.ask(get())).status == 200
    assert (await (await server.open()).rest()).startswith(b"HTTP/1.1 503 ")
    client.close()
    while server.server.connections:
        await asyncio.sleep(0.001)
    assert (await server.ask(get())).status == 200


async def test_requests_per_connection_are_limited(raw_server: Any) -> None:
    server = await raw_server(hello, max_requests=2)
    answer = await server.send(get() * 3)
    assert answer.count(b"HTTP/1.1 200 OK\r\n") == 2
    assert answer.count(b"Connection: close\r\n") == 1


async def test_concurrent_requests_are_limited(raw_server: Any) -> None:
    gate = asyncio.Event()

    async def handler(request: Any) -> Response:
        await gate.wait()
        return Response(text="a")

    server = await raw_server(handler, max_concurrent_requests=1)
    first, second = await server.open(), await server.open()
    await first.send(get())
    while not server.server.requests_count:
        await asyncio.sleep(0.001)
    refused = await second.ask(get())
    assert refused.status == 503
    assert refused.headers["Retry-After"]
    gate.set()
    assert (await first.answer()).status == 200
    assert (await second.ask(get())).status == 200


@pytest.mark.spec("RUN-06", "ADD-456", "HTTP-22")
@pytest.mark.parametrize("keepalive", [True, False])
async def test_tcp_keepalive(raw_server: Any, keepalive: bool) -> None:
    found = []

    async def handler(request: Any) -> Response:
        sock = request.get_extra_info("socket")
        found.append(sock.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE))
        return Response()

    server = await raw_server(handler, tcp_keepalive=keepalive)
    await server.ask(get())
    assert bool(found[0]) is keepalive


@pytest.mark.spec("ADD-455")
async def test_nothing_is_served_after_a_forced_close(raw_server: Any) -> None:
    async def handler(request: Any) -> Response:
        request.protocol.force_close()
        return Response(text="never sent")

    server = await raw_server(handler)
    assert await server.send(get() + get()) == b""
    assert server.server.requests_count == 1


async def test_cancelling_the_handler_closes(raw_server: Any) -> None:
    async def handler(request: Any) -> Response:
        request.task.cancel()
        await asyncio.sleep(1)
        return Response()

    server = await raw_server(handler)
    assert await server.send(get()) == b""


def test_repr_and_public_errors() -> None:
    assert issubclass(HTTPForbidden, HTTPException)
    assert issubclass(PayloadAccessError, Exception)


class ReadBodies:
    """What handlers do with a body that came as a whole with its head."""

    @staticmethod
    async def by_read(request: Any) -> bytes:
        assert request.body_exists
        assert request.can_read_body
        body = await request.read()
        assert not request.can_read_body
        assert request.content.at_eof()
        assert request.content.total_bytes == len(body)
        assert await request.content.read() == b""
        assert not request.trailers
        return bytes(body)

    @staticmethod
    async def by_content(request: Any) -> bytes:
        first = await request.content.readexactly(2)
        assert request.can_read_body
        return bytes(first + await request.content.read() + await request.read())

    @staticmethod
    async def by_a_copy(request: Any) -> bytes:
        body = await request.clone(method="PUT").read()
        assert not request.can_read_body
        return bytes(body + await request.read())

    @staticmethod
    async def by_release(request: Any) -> bytes:
        await request.release()
        assert not request.can_read_body
        return b"01234"


@pytest.mark.parametrize("way", ["by_read", "by_content", "by_a_copy", "by_release"])
async def test_bodies_that_come_with_their_head(raw_server: Any, way: str) -> None:
    async def handler(request: Any) -> Response:
        return Response(body=await getattr(ReadBodies, way)(request))

    client = await (await raw_server(handler)).open()
    message = b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\n01234"
    # The second one waits in the parser while the first one is served.
    await client.send(message + message)
    for _ in range(2):
        answer = await client.answer()
        assert (answer.status, answer.body) == (200, b"01234")


async def test_a_whole_body_that_is_too_large(raw_server: Any) -> None:
    async def handler(request: Any) -> Response:
        await request.read()
        return Response()

    client = await (await raw_server(handler, client_max_size=4)).open()
    await client.send(b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\n01234")
    assert (await client.answer()).status == 413


async def test_a_whole_body_is_not_read_after_the_answer(raw_server: Any) -> None:
    kept = []

    async def handler(request: Any) -> Response:
        kept.append(request)
        return Response()

    client = await (await raw_server(handler)).open()
    message = b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\n01234"
    for _ in range(2):
        await client.send(message)
        assert (await client.answer()).status == 200
    with pytest.raises(PayloadAccessError):
        await kept[0].read()


async def test_own_classes_of_requests_get_a_stream(raw_server: Any) -> None:
    payloads = []

    class Own(BaseRequest):
        def __init__(self, message: Any, payload: Any, *args: Any, **kwargs: Any) -> None:
            payloads.append(payload)
            super().__init__(message, payload, *args, **kwargs)

    async def handler(request: Any) -> Response:
        return Response(body=await request.read())

    client = await (await raw_server(handler, request_factory=Own)).open()
    await client.send(b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\n01234")
    assert (await client.answer()).body == b"01234"
    assert isinstance(payloads[0], StreamReader)
