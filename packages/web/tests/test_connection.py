"""The state machine of a connection, over sockets, on asyncio and uvloop."""

import asyncio
import contextvars
import logging
import sys
from typing import Any

import pytest
from raw_traffic import echo, get, hello, post

from aiohttp_web import (
    BaseRequest,
    HTTPException,
    HTTPForbidden,
    HTTPNotFound,
    PayloadAccessError,
    Response,
    StreamResponse,
)

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


@pytest.mark.spec("ADD-452")
@pytest.mark.parametrize("factory", [False, True])
@pytest.mark.parametrize("size", [10, 150_000, 1_000_000])
@pytest.mark.parametrize("read", [False, True])
async def test_a_body_on_the_way_gives_its_context_to_nobody(
    raw_server: Any, size: int, read: bool, factory: bool
) -> None:
    """A handler's task resumes reading, and may drop the rest of a body, and so starts others."""
    variable: contextvars.ContextVar[str] = contextvars.ContextVar("variable", default="")
    seen = []

    async def handler(request: Any) -> Response:
        seen.append((request.path, variable.get()))
        variable.set(request.path)
        for _ in range(50):  # the body comes, as far as there is room for it
            await asyncio.sleep(0)
        if read:
            await request.read()
        return Response(text=request.path)

    if factory:
        asyncio.get_running_loop().set_task_factory(
            lambda loop, coro, **options: asyncio.Task(coro, loop=loop, **options)
        )
    server = await raw_server(handler)
    client = await server.open()
    paths = [f"/{number}" for number in range(6)]
    for one, two, three in (paths[:3], paths[3:]):
        client.writer.write(post(b"x" * size, path=one) + get(two) + get(three))
        for path in (one, two, three):
            assert (await client.answer()).body == path.encode()
    assert seen == [(path, "") for path in paths]


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


# Errors


@pytest.mark.spec("LOW-03", "ADD-430", "WMW-04", "LOG-12", "ADD-439")
@pytest.mark.parametrize(
    ("accept", "content_type", "start"),
    [
        ("", "text/plain; charset=utf-8", b"500 Internal Server Error\n\n"),
        ("Accept: */*\r\n", "text/plain; charset=utf-8", b"500 Internal Server Error\n\n"),
        ("Accept: text/html\r\n", "text/html; charset=utf-8", b"<!DOCTYPE html>"),
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


# Upgrades


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


@pytest.mark.spec("DISC-04")
async def test_a_tracked_task_outlives_its_cancelled_handler(raw_server: Any) -> None:
    started, go_on, done = asyncio.Event(), asyncio.Event(), asyncio.Event()
    tracked: set[asyncio.Task[None]] = set()
    ends: list[str] = []

    async def save() -> None:
        started.set()
        await go_on.wait()
        ends.append("saved")
        done.set()

    async def handler(request: Any) -> Response:
        task = asyncio.create_task(save())
        tracked.add(task)
        task.add_done_callback(tracked.discard)
        try:
            await asyncio.shield(task)
        except asyncio.CancelledError:
            ends.append("cancelled")
            go_on.set()
            raise
        return Response()

    server = await raw_server(handler, handler_cancellation=True)
    client = await server.open()
    await client.send(get())
    await started.wait()
    client.close()
    await asyncio.wait_for(done.wait(), 10)
    assert ends == ["cancelled", "saved"]


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


# Deadlines


@pytest.mark.spec("ADD-444", "RUN-07")
async def test_idle_connections_are_closed(timed_server: Any) -> None:
    server = await timed_server(hello, keepalive_timeout=75)
    client = await server.open()
    await client.ask(get())
    await server.pass_time(74)
    assert (await client.ask(get())).status == 200
    await server.pass_time(78)
    assert await client.rest() == b""


@pytest.mark.spec("ADD-445", "ADD-446", "ADD-819", "ADD-908")
@pytest.mark.parametrize("first", [b"", get()])
@pytest.mark.parametrize("drip", [b"", b"GET / HTTP/1.1\r\n", b"drip"])
async def test_heads_have_a_deadline(timed_server: Any, first: bytes, drip: bytes) -> None:
    server = await timed_server(hello, keepalive_timeout=20)
    client = await server.open()
    connection = await server.accepted()
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
        await server.pass_time(1)
    assert await client.rest() == b""


@pytest.mark.spec("ADD-445")
async def test_a_head_must_be_complete_in_time_even_with_long_keep_alive(timed_server: Any) -> None:
    server = await timed_server(hello, keepalive_timeout=3630, head_timeout=10)
    client = await server.open()
    connection = await server.accepted()
    await client.ask(get())
    await server.pass_time(500)
    await client.send(b"GET /")
    while connection.state != "READING_HEAD":
        await asyncio.sleep(0.001)
    await server.pass_time(13)
    assert await client.rest() == b""


@pytest.mark.spec("ADD-448")
async def test_no_keep_alive_at_all(raw_server: Any) -> None:
    server = await raw_server(hello, keepalive_timeout=0)
    answer = await server.send(get() + get())
    assert answer.count(b"HTTP/1.1 200 OK\r\n") == 1
    assert b"Connection: close\r\n" in answer


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
