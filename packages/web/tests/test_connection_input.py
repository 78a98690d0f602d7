"""The receiving side of a connection: bodies, their pace, what becomes of unread ones."""

import asyncio
import gzip
import logging
from typing import Any

import pytest
from raw_traffic import echo, get, hello, post

from aiohttp_core.streams import StreamReader
from aiohttp_web import (
    BaseRequest,
    PayloadAccessError,
    RequestPayloadError,
    Response,
)


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


@pytest.mark.spec("ADD-447")
async def test_a_stalled_body_ends_the_request(timed_server: Any, caplog: Any) -> None:
    server = await timed_server(echo)
    client = await server.open()
    await client.send(b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nabc")
    while not server.server.requests_count:
        await asyncio.sleep(0.001)
    await server.pass_time(63)
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
        await server.pass_time(1)
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
    connection = await server.accepted()
    while not connection.reading_paused:
        await asyncio.sleep(0.001)
    await server.pass_time(100)
    gate.set()
    assert (await client.answer()).body == b"5000000"


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


@pytest.mark.parametrize("way", ["read", "text", "json"])
async def test_a_whole_body_that_is_too_large(raw_server: Any, way: str) -> None:
    async def handler(request: Any) -> Response:
        await getattr(request, way)()
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


@pytest.mark.spec("WREQ-21", "WREQ-22")
async def test_a_whole_body_is_kept_whoever_reads_it_first(raw_server: Any) -> None:
    async def handler(request: Any) -> Response:
        seen = [await request.json(), await request.text(), await request.read()]
        assert not request.can_read_body
        with pytest.raises(RuntimeError, match="clone"):
            request.clone()
        return Response(text=repr(seen))

    client = await (await raw_server(handler)).open()
    head = "POST / HTTP/1.1\r\nHost: a\r\nContent-Type: application/json; charset=latin-1\r\n"
    answer = await client.ask(head.encode() + b'Content-Length: 3\r\n\r\n"\xe9"')
    assert answer.body.decode() == repr(["\xe9", '"\xe9"', b'"\xe9"'])


async def test_own_ways_to_read_are_taken(raw_server: Any) -> None:
    class Own(BaseRequest):
        async def read(self) -> bytes:
            return b"[" + await super().read() + b"]"

    async def handler(request: Any) -> Response:
        return Response(text=f"{await request.json()} {await request.text()}")

    client = await (await raw_server(handler, request_factory=Own)).open()
    answer = await client.ask(b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\n\r\n1")
    assert answer.body == b"[1] [1]"
