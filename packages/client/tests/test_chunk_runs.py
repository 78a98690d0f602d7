"""Small HTTP chunks reach the response in runs and come out one by one."""

import asyncio
import gzip
from collections.abc import AsyncIterator

import pytest

from aiohttp_client import ClientSession

HEAD = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n"
PIECES = [b"%d;" % number for number in range(700)]


def chunked(pieces: list[bytes]) -> bytes:
    return b"".join(b"%x\r\n%b\r\n" % (len(piece), piece) for piece in pieces) + b"0\r\n\r\n"


@pytest.fixture(params=["at once", "head first", "in small pieces"])
async def url(request: pytest.FixtureRequest) -> AsyncIterator[str]:
    coded = gzip.compress(b"".join(PIECES))
    plain = HEAD + b"\r\n" + chunked(PIECES)
    packed = (
        HEAD
        + b"Content-Encoding: gzip\r\n\r\n"
        + chunked([coded[at : at + 7] for at in range(0, len(coded), 7)])
    )

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while line := await reader.readline():
            answer = packed if b"/gzip" in line else plain
            while (await reader.readline()).strip():
                pass
            cuts = {"at once": len(answer), "head first": answer.index(b"\r\n\r\n") + 4}
            size = cuts.get(request.param, 101)
            rest = answer
            while rest:
                writer.write(rest[:size])
                await writer.drain()
                rest = rest[size:]
                if request.param == "head first":
                    size = len(answer)
                await asyncio.sleep(0)
        writer.close()

    server = await asyncio.start_server(handle, "127.0.0.1", 0)
    yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    server.close()


@pytest.mark.spec("STR-11", "STR-07")
async def test_chunks_can_be_rebuilt(url: str) -> None:
    async with ClientSession() as session:
        for _ in range(2):
            async with session.get(url) as resp:
                pairs = [pair async for pair in resp.content.iter_chunks()]
            whole = [b""]
            for data, ended in pairs:
                whole[-1] += data
                if ended:
                    whole.append(b"")
            assert whole == [*PIECES, b""]


@pytest.mark.spec("CMP-08")
async def test_the_same_body_as_a_whole_plain_and_coded(url: str) -> None:
    async with ClientSession() as session:
        async with session.get(url) as resp:
            assert await resp.read() == b"".join(PIECES)
        async with session.get(f"{url}/gzip") as resp:
            assert await resp.read() == b"".join(PIECES)
        async with session.get(f"{url}/gzip", auto_decompress=False) as resp:
            assert gzip.decompress(await resp.read()) == b"".join(PIECES)
        async with session.get(f"{url}/gzip") as resp:
            assert b"".join([piece async for piece in resp.content]) == b"".join(PIECES)
    async with ClientSession(auto_decompress=False) as session:
        async with session.get(f"{url}/gzip") as resp:
            assert gzip.decompress(await resp.read()) == b"".join(PIECES)
        async with session.get(f"{url}/gzip", auto_decompress=True) as resp:
            assert await resp.read() == b"".join(PIECES)
