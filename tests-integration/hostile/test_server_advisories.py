"""What advisories about servers teach, against a running server with all its parts.

Each test sends what once broke somebody: the answer is a documented one, the cost is bounded, and
nothing of it stays.
"""

import asyncio
import contextlib
import logging
import os
import socket
import sys
import tracemalloc
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from aiohttp import web

Ask = Callable[..., Awaitable[bytes]]
GET = b"GET /%b HTTP/1.1\r\nHost: a\r\nConnection: close\r\n%b\r\n"


PART = b"--b\r\nContent-Disposition: form-data; name="
MULTIPART = (
    b"POST /form HTTP/1.1\r\nHost: a\r\nConnection: close\r\n"
    b"Content-Type: multipart/form-data; boundary=b\r\nContent-Length: %d\r\n\r\n"
)


async def seen(request: web.Request) -> web.Response:
    """Tell what the request has become."""
    return web.json_response({"cookies": len(request.cookies), "type": request.content_type})


async def form(request: web.Request) -> web.Response:
    """Tell how many fields came."""
    return web.json_response({"fields": len(await request.post())})


@pytest.fixture
async def port(tmp_path: Path) -> AsyncIterator[int]:
    (tmp_path / "large").write_bytes(os.urandom(4_000_000))
    app = web.Application(
        middlewares=[web.normalize_path_middleware(append_slash=True, merge_slashes=True)]
    )
    app.router.add_get("/seen", seen)
    app.router.add_post("/form", form)
    app.router.add_get("/evil.example/", seen)
    app.router.add_get("/below/evil.example/", seen)
    app.router.add_static("/files", tmp_path)
    runner = web.AppRunner(app, shutdown_timeout=1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    yield site.port
    await runner.cleanup()


@pytest.fixture
async def ask(port: int) -> Ask:
    async def send(data: bytes) -> bytes:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        try:
            writer.write(data)
            return await asyncio.wait_for(reader.read(), 30)
        finally:
            writer.close()
            with contextlib.suppress(OSError):
                await writer.wait_closed()

    return send


@pytest.mark.parametrize(
    "target",
    [
        "/evil.example", "//evil.example", "%2fevil.example", "%2f%2fevil.example",
        "\\evil.example", "%5cevil.example", "/%09/evil.example", "below//evil.example",
        "//evil.example/%2f..", "/evil.example?x=//y",
    ],
)  # fmt: skip
async def test_no_redirect_leads_to_another_host(ask: Ask, target: str) -> None:
    """GHSA-v6wp-4m6f-gcjg, CVE-2020-28724, CVE-2023-28370."""
    answer = await ask(GET % (target.encode(), b""))
    head = answer.partition(b"\r\n\r\n")[0].decode()
    status = int(head.split()[1])
    assert status in {308, 404, 400}
    if status == 308:
        location = head.partition("\r\nLocation: ")[2].split("\r\n")[0]
        assert location.startswith("/")
        assert location[1:2] not in {"/", "\\"}


@pytest.mark.parametrize(
    "cookie",
    [
        b"; ".join(b"(%d)=b" % n for n in range(600)),
        b'a="' + b"\\" * 7000,
        b"; ".join(b"=__Host-a=%d" % n for n in range(400)),
        b";" * 7000,
        b"a=b; " * 1400,
    ],
    ids=["invalid", "backslashes", "nameless", "separators", "many"],
)
async def test_cookies_log_nothing(
    ask: Ask, cookie: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    """GHSA-fh55-r93g-j68g, CVE-2024-52804, CVE-2023-23934."""
    caplog.set_level(logging.INFO)
    answer = await ask(GET % (b"seen", b"Cookie: " + cookie + b"\r\n"))
    assert answer.startswith(b"HTTP/1.1 200 ")
    told = [record for record in caplog.records if record.name != "aiohttp.access"]
    assert told == []


async def test_methods_are_remembered_nowhere(ask: Ask) -> None:
    """GHSA-27mf-ghqm-j3j8."""

    async def many(start: int) -> None:
        for batch in range(20):
            requests = b"".join(
                b"M%dX%dX%d /seen HTTP/1.1\r\nHost: a\r\n\r\n" % (start, batch, n)
                for n in range(50)
            )
            answers = await ask(requests + GET % (b"seen", b""))
            assert answers.count(b"HTTP/1.1 405 ") == 50
            assert answers.count(b"HTTP/1.1 200 ") == 1

    await many(0)
    tracemalloc.start()
    try:
        await many(1)
        before, _ = tracemalloc.get_traced_memory()
        await many(2)
        after, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    # A thousand methods that are kept with their matches would be hundreds of kilobytes.
    assert after - before < 150_000


@pytest.mark.filterwarnings("ignore:Malformed Content-Disposition")
@pytest.mark.parametrize(
    ("part", "statuses"),
    [
        (b'Content-Disposition: form-data; name="a"' + b"; a=b" * 1500, {200, 400}),
        (b'Content-Disposition: form-data; name="a"; filename="../../etc/cron.d/x"', {200}),
        (b"X: y\r\n" * 1000 + b'Content-Disposition: form-data; name="a"', {400, 413, 431}),
        (b"X: " + b"y" * 100_000, {400, 413, 431}),
    ],
    ids=["parameters", "path", "fields", "long"],
)
async def test_heads_of_parts_are_bounded(ask: Ask, part: bytes, statuses: set[int]) -> None:
    """GHSA-m5qp-6w8w-w647, CVE-2025-67726, CVE-2026-24486."""
    body = b"--b\r\n" + part + b"\r\n\r\nvalue\r\n--b--\r\n"
    answer = await ask(MULTIPART % len(body) + body)
    assert int(answer.split()[1]) in statuses
    assert (await ask(GET % (b"seen", b""))).startswith(b"HTTP/1.1 200 ")


@pytest.mark.parametrize(
    ("body", "statuses"),
    [(b"a=1&" * 200_000, {400, 413}), (b"&" * 500_000, {200, 400, 413}), (b"a" * 1_100_000, {413})],
    ids=["fields", "separators", "one"],
)
async def test_forms_are_bounded(ask: Ask, body: bytes, statuses: set[int]) -> None:
    """GHSA-6jhg-hg63-jvvf, GHSA-3wq7-rqq7-wx6j, CVE-2023-25577."""
    head = (
        b"POST /form HTTP/1.1\r\nHost: a\r\nConnection: close\r\n"
        b"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: %d\r\n\r\n"
    )
    answer = await ask(head % len(body) + body)
    assert int(answer.split()[1]) in statuses


@pytest.mark.parametrize(
    ("start", "part", "statuses"),
    [
        (b"", PART + b"a\r\n\r\n\r\n", {413}),
        (b"", PART + b'a; filename="f"\r\n\r\n\r\n', {413}),
        (b"", b"--b\r\n\r\n\r\n", {400, 413}),
        (b"", b"--b\r\nbroken\r\n\r\n\r\n", {400}),
        (PART + b"a\r\n\r\n", b"value" * 100, {413}),
        (PART + b'a; filename="f"\r\n\r\n', b"file\r\n" * 100, {413}),
        (PART + b"a\r\nContent-Type: multipart/mixed; boundary=c\r\n\r\n", b"--c\r\n\r\n", {400}),
        (b"", b"preamble\r\n", {400, 413}),
    ],
    ids=["fields", "files", "nameless", "broken", "field", "file", "nested", "preamble"],
)
async def test_multipart_forms_are_bounded(
    ask: Ask, start: bytes, part: bytes, statuses: set[int], caplog: pytest.LogCaptureFixture
) -> None:
    """GHSA-6jhg-hg63-jvvf, GHSA-3wq7-rqq7-wx6j, CVE-2025-47287, CVE-2024-53981, CVE-2024-49767."""
    caplog.set_level(logging.INFO)
    body = start + part * (4_000_000 // len(part))
    request = MULTIPART % len(body) + body
    tracemalloc.start()
    try:
        answer = await ask(request)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert int(answer.split()[1]) in statuses
    assert peak < 9_000_000  # what the sender holds is half of it
    told = [record for record in caplog.records if record.name != "aiohttp.access"]
    assert told == []


async def test_multipart_forms_that_end_too_early(ask: Ask) -> None:
    """GHSA-5m98-qgg9-wh84, GHSA-jj3x-wxrx-4x23: each cut is an error, and none an endless loop."""
    whole = PART + b"a\r\n\r\none\r\n" + PART + b'f; filename="f"\r\n\r\ntwo\r\n--b--'
    for cut in range(len(whole)):
        answer = await ask(MULTIPART % cut + whole[:cut])
        assert int(answer.split()[1]) == 400, whole[:cut]
    assert b'"fields": 2' in await ask(MULTIPART % len(whole) + whole)


async def test_a_type_full_of_backslashes(ask: Ask) -> None:
    """CVE-2024-24762."""
    field = b'Content-Type: application/x; !="' + b"\\" * 7000 + b"\r\n"
    assert (await ask(GET % (b"seen", field))).startswith(b"HTTP/1.1 200 ")


@pytest.mark.skipif(sys.platform != "linux", reason="counts descriptors as Linux does")
async def test_readers_that_leave_in_the_middle_of_a_file_leak_nothing(port: int) -> None:
    """GHSA-9x8q-7h8h-wcw9."""

    async def leave() -> None:
        loop = asyncio.get_running_loop()
        with socket.socket() as sock:
            sock.setblocking(False)
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            await loop.sock_connect(sock, ("127.0.0.1", port))
            await loop.sock_sendall(sock, b"GET /files/large HTTP/1.1\r\nHost: a\r\n\r\n")
            assert (await loop.sock_recv(sock, 100)).startswith(b"HTTP/1.1 200 ")
            # A reset instead of a polite end.
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")

    async def settled() -> int:
        count, same = -1, 0
        while same < 5:
            await asyncio.sleep(0.02)
            now = len(os.listdir("/proc/self/fd"))
            count, same = now, same + 1 if now == count else 0
        return count

    await leave()
    before = await settled()
    for _ in range(10):
        await asyncio.gather(*(leave() for _ in range(20)))
    assert await settled() <= before + 2


@pytest.mark.parametrize("attribute", ["domain", "path", "samesite", "expires"])
@pytest.mark.parametrize("value", ["x; HttpOnly", "x\r\nX-Evil: 1", "x\0"])
def test_attributes_of_cookies_stay_what_they_are(attribute: str, value: Any) -> None:
    """CVE-2026-35536."""
    with pytest.raises(ValueError, match=r"."):
        web.Response().set_cookie("a", "b", **{attribute: value})
