"""Large uploads cost bounded memory on both sides, and no file outlives its request."""

import hashlib
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

SIZE = 200 * 2**20
BOUND = 40 * 2**20
"""Bytes by which an upload may raise the peak of a process."""

PROGRAM = """
import asyncio, json, resource, sys
import aiohttp

PIECE = bytes(range(256)) * 4096

async def pieces(size):
    for _ in range(size // len(PIECE)):
        yield PIECE

def peak():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024

async def upload(session, path, size, source):
    form = aiohttp.FormData()
    form.add_field("text", "before")
    value = pieces(size) if source == "generator" else open(source, "rb")
    form.add_field("file", value, filename="large.bin")
    async with session.post(path, data=form) as response:
        assert response.status == 200, await response.text()
        return await response.json()

async def main(url, path, size, source):
    async with aiohttp.ClientSession(url) as session:
        await upload(session, path, len(PIECE), "generator")
        async with session.get("/state") as response:
            server = (await response.json())["peak"]
        mine = peak()
        answer = await upload(session, path, size, source)
        async with session.get("/state") as response:
            state = await response.json()
        print(json.dumps({
            "answer": answer, "client": peak() - mine, "server": state["peak"] - server,
            "spooled": state["spooled"],
        }))

asyncio.run(main(sys.argv[1], sys.argv[2], int(sys.argv[3]), sys.argv[4]))
"""


@pytest.fixture(scope="module")
def fresh_server(serve_program: Any, files: Path, tmp_path_factory: pytest.TempPathFactory) -> Any:
    """A server of its own: the peak of a process never falls."""
    program = Path(__file__).with_name("application.py")
    env = {"TMPDIR": str(tmp_path_factory.mktemp("spool")), "FILES": str(files)}
    with serve_program(program, env=env) as url:
        yield url


@pytest.mark.slow
@pytest.mark.spec("ADD-487", "ADD-496", "ADD-699", "WFRM-02")
@pytest.mark.parametrize("path", ["/stream", "/form?max=1000000000"])
@pytest.mark.parametrize("source", ["generator", "file"])
def test_200_megabytes(fresh_server: str, tmp_path: Path, path: str, source: str) -> None:
    if source == "file":
        source = str(tmp_path / "large.bin")
        with Path(source).open("wb") as file:
            file.writelines(bytes(range(256)) * 4096 for _ in range(SIZE // 2**20))
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", PROGRAM, fresh_server, path, str(SIZE), source],
        capture_output=True,
        text=True,
        timeout=55,
    )
    assert done.returncode == 0, done.stderr
    said = json.loads(done.stdout)
    assert said["client"] < BOUND
    assert said["server"] < BOUND
    assert said["spooled"] == 0
    if path == "/stream":
        assert said["answer"]["sizes"] == [6, SIZE]
    else:
        digest = hashlib.sha256()
        for _ in range(SIZE // 2**20):
            digest.update(bytes(range(256)) * 4096)
        assert said["answer"]["fields"][1]["sha256"] == digest.hexdigest()
        assert said["answer"]["spooled"] == 1
