"""Real peers in both roles: the websockets package, aiohttp from the index, over TCP and TLS."""

import asyncio
import os
import ssl
import subprocess
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Any

import pytest
import trustme
import websockets
from echo import answer, echo_server
from peer_process import peer_server
from websockets.asyncio.client import connect as websockets_connect
from websockets.asyncio.server import serve as websockets_serve

import aiohttp
from aiohttp import WSMsgType

SIZES = (0, 1, 125, 126, 65535, 65536, 1_000_000)
PEER = Path(__file__).parent / "aiohttp_peer.py"


@pytest.fixture(scope="session")
def authority() -> trustme.CA:
    return trustme.CA()


def contexts(authority: trustme.CA) -> tuple[ssl.SSLContext, ssl.SSLContext]:
    server = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert("127.0.0.1").configure_cert(server)
    client = ssl.create_default_context()
    authority.configure_trust(client)
    return server, client


async def talk(ws: Any) -> None:
    """Our client, against a server that echoes."""
    for size in SIZES:
        data = os.urandom(size // 2) * 2
        await ws.send_bytes(data)
        assert await ws.receive_bytes() == data[: len(data)]
        await ws.send_str("é" * size)
        assert await ws.receive_str() == "é" * size
    await ws.ping(b"p")


# websockets


@pytest.mark.parametrize("tls", [False, True])
@pytest.mark.parametrize("compress", [0, 9, 15])
async def test_our_client_and_websockets(compress: int, tls: bool, authority: trustme.CA) -> None:
    server, client = contexts(authority)

    async def echo(ws: Any) -> None:
        async for message in ws:
            await ws.send(message)

    async with websockets_serve(
        echo, "127.0.0.1", 0, max_size=None, ssl=server if tls else None
    ) as running:
        port = next(iter(running.sockets)).getsockname()[1]
        url = f"{'wss' if tls else 'ws'}://127.0.0.1:{port}/"
        async with aiohttp.ClientSession() as session:
            async with session.ws_connect(url, compress=compress, max_msg_size=0, ssl=client) as ws:
                assert bool(ws.compress) == bool(compress)
                await talk(ws)
                assert await ws.close(code=4001, message="bye")
            assert ws.close_code == 4001


@pytest.mark.parametrize("tls", [False, True])
@pytest.mark.parametrize("compression", [None, "deflate"])
async def test_our_server_and_websockets(
    compression: Any, tls: bool, authority: trustme.CA
) -> None:
    server, client = contexts(authority)
    async with echo_server(answer, server if tls else None, max_msg_size=0) as url:
        options: Any = {"ssl": client} if tls else {}
        async with websockets_connect(
            url,
            compression=compression,
            max_size=None,
            **options,
        ) as ws:
            for size in SIZES:
                for message in (os.urandom(size), "é" * size):
                    await ws.send(message)
                    assert await ws.recv() == message
            await (await ws.ping(b"p"))
            await ws.close(4001, "bye")
        assert ws.close_code == 1000


async def test_websockets_sees_our_failure() -> None:
    async with echo_server(answer, max_msg_size=100) as url:
        async with websockets_connect(url, compression=None) as ws:
            await ws.send(bytes(1_000_000))
            with pytest.raises(websockets.ConnectionClosedError) as caught:
                await ws.recv()
        assert caught.value.rcvd is not None
        assert caught.value.rcvd.code == 1009


# aiohttp


def clean_environment() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}


def aiohttp_server(python: str) -> AbstractAsyncContextManager[str]:
    return peer_server(python, "-P", PEER, "serve", env=clean_environment(), cwd="/")


@pytest.mark.parametrize("compress", [0, 9, 15])
async def test_our_client_and_aiohttp(compress: int, aiohttp_python: str) -> None:
    async with aiohttp_server(aiohttp_python) as url, aiohttp.ClientSession() as session:
        async with session.ws_connect(
            url, compress=compress, protocols=("other", "echo"), max_msg_size=0
        ) as ws:
            assert (ws.protocol, bool(ws.compress)) == ("echo", bool(compress))
            await talk(ws)
            assert await ws.close(code=4001)
        assert ws.close_code == 1000


@pytest.mark.parametrize("compress", [0, 15])
async def test_our_server_and_aiohttp(compress: int, aiohttp_python: str) -> None:
    async with echo_server(answer, max_msg_size=0, protocols=("echo",)) as url:
        process = await asyncio.create_subprocess_exec(
            *(aiohttp_python, "-P", PEER, "call", url, str(compress)),
            stderr=subprocess.PIPE,
            env=clean_environment(),
            cwd="/",
        )
        _, errors = await asyncio.wait_for(process.communicate(), 50)
        assert process.returncode == 0, errors.decode()


async def test_both_ends_are_ours(authority: trustme.CA) -> None:
    server, client = contexts(authority)
    async with echo_server(answer, server, max_msg_size=0) as url:
        async with aiohttp.ClientSession() as session:
            async with session.ws_connect(
                url, compress=15, max_msg_size=0, ssl=client, heartbeat=30
            ) as ws:
                await talk(ws)
                await asyncio.gather(*(ws.send_str(str(number)) for number in range(100)))
                got = [await ws.receive_str() for _ in range(100)]
                assert got == [str(number) for number in range(100)]
            assert (await ws.receive()).type is WSMsgType.CLOSED
