"""Inputs of published advisories against a server, each over a connection.

What stands in ``data/raw_inputs.tsv`` is tested by ``test_raw_inputs``; here are those that need
more than bytes and a verdict.  The number is that of the advisory.
"""

import asyncio
import gc
import logging
import os
import socket
import struct
import tracemalloc
from typing import Any

import pytest

from aiohttp_web import Application, FileResponse, Response
from aiohttp_web.application_server import make_server

POST = "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n"
SMUGGLED = "GET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n"


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(f"{POST}Content-Length: 5\r\n\r\n0\r\n\r\n{SMUGGLED}", id="CVE-2023-47641"),
        pytest.param(
            "GET / HTTP/1.1\r\nHost: a\r\nX: y\rTransfer-Encoding: chunked\r\n\r\n"
            f"0\r\n\r\n{SMUGGLED}",
            id="CVE-2023-37276",
        ),
        pytest.param(f"GET / HTTP/1.1\r\nHost: a\r\n\rX: 1\r\n\r\n{SMUGGLED}", id="GHSA-pjjw-head"),
        pytest.param(f"{POST}\r\n5\rXhello\r\n0\r\n\r\n{SMUGGLED}", id="GHSA-pjjw-chunk"),
        pytest.param(f"{POST}\r\n5;a=\n0\r\n\r\n{SMUGGLED}", id="CVE-2024-52304"),
        pytest.param(
            f"{POST}\r\n1\r\na\r\n0\r\n" + "X: 1\r\n" * 1000 + f"\r\n{SMUGGLED}",
            id="CVE-2026-22815",
        ),
        pytest.param(
            f"GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n{SMUGGLED}", id="CVE-2026-34525"
        ),
    ],
)
@pytest.mark.parametrize("step", [7, 10**6])
async def test_nothing_is_smuggled(raw_server: Any, caplog: Any, data: str, step: int) -> None:
    seen: list[str] = []

    async def handler(request: Any) -> Response:
        await request.read()
        seen.append(request.path)
        return Response()

    caplog.set_level(logging.INFO)
    server = await raw_server(handler)
    client = await server.open()
    for start in range(0, len(data), step):
        await client.send(data[start : start + step].encode("latin-1"))
    client.writer.write_eof()
    answer = await client.rest()
    assert seen == []
    assert answer[:12] in (b"HTTP/1.1 400", b"HTTP/1.1 431")
    assert answer.count(b"HTTP/1.1 ") == 1
    assert b"\r\nConnection: close\r\n" in answer
    assert caplog.records == []


async def test_methods_that_nobody_has_seen_cost_no_memory(raw_server: Any) -> None:
    """CVE-2024-52303: a cache keyed by what clients send has no bound."""
    app = Application()
    app.router.add_get("/", _ok)
    app.router.add_get("/{name}", _ok)
    app.freeze()
    server = await raw_server(app.handle_request, request_factory=_factory_of(app))
    client = await server.open()

    async def ask(number: int) -> None:
        await client.ask(f"M{number:08} /p{number} HTTP/1.1\r\nHost: a\r\n\r\n".encode())

    tracemalloc.start()
    try:
        for number in range(200):
            await ask(number)
        gc.collect()
        before, _ = tracemalloc.get_traced_memory()
        for number in range(200, 1200):
            await ask(number)
        gc.collect()
        after, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    # One entry of a dictionary for each request would be above a hundred bytes each.
    assert after - before < 50_000


async def _ok(request: Any) -> Response:
    return Response()


def _factory_of(app: Application) -> Any:
    return make_server(app, access_log=None).request_factory


async def test_bad_cookies_are_no_storm_of_log_lines(raw_server: Any, caplog: Any) -> None:
    """CVE-2025-69230."""

    async def handler(request: Any) -> Response:
        return Response(text=",".join(request.cookies))

    caplog.set_level(logging.DEBUG)
    server = await raw_server(handler)
    cookies = "; ".join(["b@[ad=1", "=x", "good=1", '"q=2'] * 150)
    answer = await server.ask(f"GET / HTTP/1.1\r\nHost: a\r\nCookie: {cookies}\r\n\r\n".encode())
    assert answer.status == 200
    assert "good" in answer.body.decode()
    lines = [record for record in caplog.records if record.name.startswith("aiohttp")]
    assert len(lines) <= 1


@pytest.mark.skipif(not os.path.isdir("/proc/self/fd"), reason="needs /proc")
async def test_files_are_closed_when_clients_leave_in_the_middle(
    raw_server: Any, tmp_path: Any
) -> None:
    """CVE-2026-54280."""
    file = tmp_path / "file"
    file.write_bytes(b"x" * 4_000_000)

    async def handler(request: Any) -> FileResponse:
        return FileResponse(file)

    def opened() -> int:
        return sum(
            os.path.realpath(f"/proc/self/fd/{entry}") == str(file)
            for entry in os.listdir("/proc/self/fd")
        )

    server = await raw_server(handler)
    for _ in range(30):
        client = await server.open()
        await client.send(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n")
        await client.reader.readexactly(1000)
        sock = client.writer.get_extra_info("socket")
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        client.writer.transport.abort()
    async with asyncio.timeout(20):
        while server.server.connections or opened():
            await asyncio.sleep(0.01)
