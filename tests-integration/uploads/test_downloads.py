"""Multipart bodies that servers send, read by our client."""

from pathlib import Path
from typing import Any

import pytest

from aiohttp import BodyPartReader, ClientSession, MultipartReader

PAGE = Path(__file__).with_name("page.html")


async def plain(part: Any) -> BodyPartReader:
    assert isinstance(part, BodyPartReader)
    return part


@pytest.mark.spec("MPR-01", "MPR-02", "MPR-10", "MPR-11", "MPR-16", "ADD-721")
async def test_mixed(uploads: str) -> None:
    async with ClientSession(uploads) as session, session.get("/mixed") as response:
        assert response.content_type == "multipart/mixed"
        reader = MultipartReader.from_response(response)
        assert await (await plain(await reader.next())).text() == "text é"
        assert await (await plain(await reader.next())).json() == {"key": [1, 2]}
        assert await (await plain(await reader.next())).form() == [("a", "1"), ("b", "ü")]
        assert await (await plain(await reader.next())).read(decode=True) == b"raw" * 1000
        assert await (await plain(await reader.next())).read(decode=True) == b"\x00\xff" * 100
        inner = await reader.next()
        assert isinstance(inner, MultipartReader)
        assert await (await plain(await inner.next())).text() == "inside"
        page = await plain(await inner.next())
        assert page.filename == "page.html"
        assert await page.read() == PAGE.read_bytes()
        assert await inner.next() is None
        assert await (await plain(await reader.next())).read() == b""
        assert await reader.next() is None
        assert reader.at_eof()


@pytest.mark.spec("MPR-03", "MPR-04")
async def test_parts_may_be_skipped_and_the_connection_lives_on(uploads: str) -> None:
    async with ClientSession(uploads) as session:
        for _ in range(2):
            async with session.get("/mixed") as response:
                count = 0
                async for _ in MultipartReader.from_response(response):
                    count += 1
                assert count == 7
        async with session.get("/mixed") as response:
            await MultipartReader.from_response(response).release()
        async with session.get("/state") as response:
            assert response.status == 200


@pytest.mark.spec("MPW-07")
async def test_endless_pictures(uploads: str) -> None:
    pictures = []
    async with ClientSession(uploads) as session, session.get("/replaced") as response:
        reader = MultipartReader.from_response(response)
        for _ in range(5):
            part = await plain(await reader.next())
            assert part.headers["Content-Type"] == "image/jpeg"
            length = int(part.headers["Content-Length"])
            picture = b""
            while len(picture) < length:
                picture += await part.read_chunk(length - len(picture))
            pictures.append(picture)
    assert pictures == [f"picture {number}".encode() for number in range(5)]


@pytest.mark.spec("MPR-01", "ADD-705")
@pytest.mark.parametrize("server", ["ours", "nginx"])
@pytest.mark.parametrize("ranges", ["0-9,100-199", "0-0,-1", "5-1000,2000-2999999,1500-1500"])
async def test_byteranges(
    request: pytest.FixtureRequest, files: Path, server: str, ranges: str
) -> None:
    if server == "ours":
        url = f"{request.getfixturevalue('uploads')}/files/large.bin"
    else:
        url = f"{request.getfixturevalue('nginx')}/large.bin"
    data = (files / "large.bin").read_bytes()
    wanted = []
    for first, last in (one.split("-") for one in ranges.split(",")):
        start = int(first) if first else len(data) - int(last)
        stop = int(last) + 1 if first else len(data)
        wanted.append((f"bytes {start}-{stop - 1}/{len(data)}", data[start:stop]))
    headers = {"Range": f"bytes={ranges}"}
    async with ClientSession() as session, session.get(url, headers=headers) as response:
        assert response.status == 206
        assert response.content_type == "multipart/byteranges"
        found = []
        async for part in MultipartReader.from_response(response):
            body = await (await plain(part)).read()
            found.append((part.headers["Content-Range"], bytes(body)))
    assert sorted(found) == sorted(wanted)
