import asyncio
from typing import Any

import pytest

from aiohttp_client import (
    ClientSession,
    NamedPipeConnector,
    UnixClientConnectorError,
    UnixConnector,
)


@pytest.mark.spec("CON-27", "ADD-195", "ADD-307", "ADD-1040")
async def test_unix(tmp_path: Any) -> None:
    path = str(tmp_path / "s")

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                heads.append(head)
                writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
        except asyncio.IncompleteReadError:
            writer.close()

    heads: list[bytes] = []
    server = await asyncio.start_unix_server(handle, path)
    async with ClientSession("http://host.test/", connector=UnixConnector(path)) as session:
        for _ in range(2):
            async with session.get("/x") as resp:
                assert await resp.read() == b"ok"
        assert session.connector is not None
        assert session.connector.stats.created == 1
    assert b"\r\nHost: host.test\r\n" in heads[0]
    server.close()


@pytest.mark.spec("ADD-307")
async def test_unix_failure(tmp_path: Any) -> None:
    path = str(tmp_path / "nothing")
    connector = UnixConnector(path)
    assert connector.path == path
    async with ClientSession(connector=connector) as session:
        with pytest.raises(UnixClientConnectorError) as caught:
            await session.get("http://host.test/")
        assert caught.value.path == path


@pytest.mark.spec("ADD-308")
async def test_named_pipe_needs_windows() -> None:
    with pytest.raises(RuntimeError):
        NamedPipeConnector("pipe")
