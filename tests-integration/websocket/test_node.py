"""Node in both roles: its built-in WebSocket (undici), and the package ``ws`` from npm."""

import asyncio
import json
import os
import re
import shutil
import subprocess
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Any

import pytest
from echo import Answer, answer, answer_listening, echo_server
from peer_process import peer_server

import aiohttp
from aiohttp import web
from tools.exclusive import exclusively

PEER = Path(__file__).parent / "node_peer.mjs"
HOME = Path(__file__).resolve().parents[2] / ".node-peers"
WS = "ws@8"

pytestmark = pytest.mark.timeout(120)


@pytest.fixture(scope="session")
def node() -> list[str]:
    """The command of a Node that has a WebSocket of its own."""
    found = shutil.which("node") or shutil.which("nodejs")
    if found is None:
        pytest.skip("there is no Node")
    said = subprocess.run([found, "--version"], capture_output=True, text=True, check=True).stdout
    version = re.match(r"v(\d+)\.(\d+)", said)
    if version is None or (int(version[1]), int(version[2])) < (20, 10):
        pytest.skip(f"Node {said.strip()} has no WebSocket")
    return [found] if int(version[1]) >= 22 else [found, "--experimental-websocket"]


@pytest.fixture(scope="session")
def ws_package(node: list[str]) -> str:
    """The path of the package ``ws``, installed once."""
    npm = shutil.which("npm")
    package = HOME / "node_modules" / "ws"
    with exclusively(HOME / "lock"):
        if not (package / "package.json").exists():
            if npm is None:
                pytest.skip("there is no npm to install ws with")
            command = [npm, "install", "--no-audit", "--no-fund", "--prefix", os.fspath(HOME), WS]
            try:
                done = subprocess.run(command, capture_output=True, text=True, timeout=60)
            except subprocess.TimeoutExpired:
                pytest.skip("ws cannot be installed: npm does not end")
            if done.returncode:
                pytest.skip(f"ws cannot be installed: {done.stderr[-200:]}")
    return os.fspath(package)


async def say(*command: str | os.PathLike[str]) -> Any:
    process = await asyncio.create_subprocess_exec(
        *command, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    try:
        said, errors = await asyncio.wait_for(process.communicate(), 60)
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    assert process.returncode == 0, errors.decode()
    return json.loads(said)


@pytest.mark.parametrize("compress", [False, True])
@pytest.mark.parametrize("client", ["undici", "ws"])
@pytest.mark.parametrize("answering", [answer, answer_listening])
async def test_our_server(
    client: str,
    compress: bool,
    answering: Answer,
    node: list[str],
    request: pytest.FixtureRequest,
) -> None:
    package = [request.getfixturevalue("ws_package")] if client == "ws" else []
    closed: list[Any] = []

    async def noting(ws: web.WebSocketResponse[Any]) -> None:
        await answering(ws)
        closed.append(ws.close_code)

    options = {"max_msg_size": 0, "protocols": ("echo",), "compress": compress}
    async with echo_server(noting, **options) as url:
        said = await say(*node, PEER, "call", url, *package)
    assert said == {
        "equal": [True] * 8,
        "protocol": "echo",
        "extensions": "permessage-deflate" if compress else "",
        "code": 1000,
        "clean": True,
    }
    assert closed == [4001]


def ws_server(node: list[str], package: str, bits: int) -> AbstractAsyncContextManager[str]:
    return peer_server(*node, PEER, "serve", package, str(bits))


@pytest.mark.parametrize("bits", [0, 9, 15])
@pytest.mark.parametrize("compress", [0, 9, 15])
async def test_our_client(bits: int, compress: int, node: list[str], ws_package: str) -> None:
    async with ws_server(node, ws_package, bits) as url, aiohttp.ClientSession() as session:
        async with session.ws_connect(
            url, compress=compress, protocols=("other", "echo"), max_msg_size=0
        ) as ws:
            assert (ws.protocol, bool(ws.compress)) == ("echo", bool(bits and compress))
            for size in (0, 1, 125, 126, 65535, 65536, 1_000_000):
                data = os.urandom(size // 2) * 2
                await ws.send_bytes(data)
                assert await ws.receive_bytes() == data
                await ws.send_str("é" * size)
                assert await ws.receive_str() == "é" * size
            assert await ws.close(code=4001)
        assert ws.close_code == 4001
