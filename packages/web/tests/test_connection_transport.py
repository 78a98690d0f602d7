"""The transport side of a connection, over sockets, on asyncio and uvloop."""

import asyncio
import contextlib
import socket
from pathlib import Path
from typing import Any

import pytest
from raw_traffic import get, hello

from aiohttp_web import (
    FileResponse,
    RequestPayloadError,
    Response,
    StreamResponse,
)


async def test_large_answers_wait_for_the_client(raw_server: Any) -> None:
    async def handler(request: Any) -> Response:
        return Response(body=b"x" * 1_000_000)

    server = await raw_server(handler)
    client = await server.open()
    await client.send(get() * 3)
    for _ in range(3):
        assert len((await client.answer()).body) == 1_000_000


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
    connection = await server.accepted()
    while not connection.gate.paused:
        await asyncio.sleep(0.001)
    await asyncio.sleep(0.05)
    await server.pass_time(100)
    await ended.wait()
    sock.close()


async def test_a_client_that_does_not_take_its_file_is_dropped(
    timed_server: Any, tmp_path: Path
) -> None:
    ended = asyncio.Event()
    path = tmp_path / "large"
    with path.open("wb") as file:
        file.truncate(2**30)

    async def handler(request: Any) -> FileResponse:
        response = FileResponse(path)
        try:
            await response.prepare(request)
        finally:
            ended.set()
        return response

    server = await timed_server(handler, send_timeout=30)
    sock = socket.create_connection(("127.0.0.1", server.port))
    sock.sendall(get())
    connection = await server.accepted()
    while not connection.gate.paused:
        await asyncio.sleep(0.001)
    await server.pass_time(100)
    await ended.wait()
    sock.close()


@pytest.mark.spec("ADD-449")
async def test_lingering_has_an_end(timed_server: Any) -> None:
    server = await timed_server(hello, lingering_time=10)
    client = await server.open()
    await client.send(b"POST /a HTTP/1.1\r\nHost: a\r\nContent-Length: 100000\r\n\r\n")
    await client.answer()
    await server.pass_time(9)
    await client.send(b"x")
    await server.pass_time(5)
    with contextlib.suppress(ConnectionError):  # the connection may be reset instead of ended
        assert await client.rest() == b""


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
