"""Our client against servers of other people: the standard library's and nginx."""

import asyncio
import json
from pathlib import Path

import pytest

import aiohttp


@pytest.fixture(params=["stdlib", "nginx"])
def server(request: pytest.FixtureRequest) -> str:
    name = "stdlib_server" if request.param == "stdlib" else "nginx"
    return str(request.getfixturevalue(name))


async def test_small_and_large_files(server: str, files: Path) -> None:
    async with aiohttp.ClientSession(server) as session:
        for name in ("small.txt", "large.bin", "page.html"):
            async with session.get(f"/{name}") as response:
                assert response.status == 200
                assert await response.read() == (files / name).read_bytes()


async def test_streaming(server: str, files: Path) -> None:
    got = bytearray()
    async with aiohttp.ClientSession(server) as session, session.get("/large.bin") as response:
        async for piece in response.content.iter_chunked(65536):
            assert len(piece) <= 65536
            got += piece
    assert bytes(got) == (files / "large.bin").read_bytes()


async def test_head_and_errors(server: str) -> None:
    async with aiohttp.ClientSession(server) as session:
        async with session.head("/small.txt") as response:
            assert response.status == 200
            assert response.content_length == 18
            assert await response.read() == b""
        async with session.get("/nowhere") as response:
            assert response.status == 404
            with pytest.raises(aiohttp.ClientResponseError) as caught:
                response.raise_for_status()
        assert caught.value.status == 404


async def test_many_at_once(server: str, files: Path) -> None:
    expected = (files / "small.txt").read_bytes()

    async def ask(session: aiohttp.ClientSession) -> bytes:
        async with session.get("/small.txt") as response:
            return await response.read()

    connector = aiohttp.TCPConnector(limit=8)
    async with aiohttp.ClientSession(server, connector=connector) as session:
        assert set(await asyncio.gather(*(ask(session) for _ in range(100)))) == {expected}


async def test_nginx_compresses_and_keeps_alive(nginx: str, files: Path) -> None:
    async with aiohttp.ClientSession(nginx) as session:
        async with session.get("/page.html") as response:
            assert response.headers["Content-Encoding"] == "gzip"
            assert await response.read() == (files / "page.html").read_bytes()
        async with session.get("/large.bin", headers={"Range": "bytes=10-19"}) as response:
            assert response.status == 206
            assert await response.read() == (files / "large.bin").read_bytes()[10:20]


async def test_our_server_behind_nginx(nginx: str) -> None:
    async with aiohttp.ClientSession(f"{nginx}/app/") as session:
        async with session.get("hello/nginx") as response:
            assert (await response.json())["hello"] == "nginx"
        async with session.get("count", params={"to": 200}) as response:
            assert len((await response.text()).splitlines()) == 200
        async with session.post("upload", data=b"u" * 1_000_000) as response:
            assert json.loads(await response.text())["bytes"] == 1_000_000
        async with session.get("nowhere") as response:
            assert response.status == 404
