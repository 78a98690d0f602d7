"""aiohttp's own client, from the index and in another environment, against our server."""

import subprocess

PROGRAM = """
import asyncio, sys
import aiohttp

async def pieces():
    for _ in range(20):
        yield b"x" * 10_000

async def main(url):
    assert aiohttp.__version__ == "3.14.5", aiohttp.__version__
    async with aiohttp.ClientSession(url) as session:
        async with session.get("/hello/peer", params={"lang": "nl"}) as response:
            data = await response.json()
            assert (data["hello"], data["lang"]) == ("peer", "nl"), data
            assert response.headers["X-Served-By"] == "the demo"
        async with session.get("/count", params={"to": 50}) as response:
            lines = [line async for line in response.content]
            assert len(lines) == 50 and lines[-1] == b"line 50\\n", lines[-1]
        for body, size in ((pieces(), 200_000), (b"y" * 1_000_000, 1_000_000), (b"", 0)):
            async with session.post("/upload", data=body) as response:
                assert (await response.json())["bytes"] == size
        async with session.post("/upload", data=b"z" * 100, expect100=True) as response:
            assert (await response.json())["bytes"] == 100
        async with session.head("/") as response:
            assert response.status == 200 and await response.read() == b""
        async with session.get("/nowhere") as response:
            assert response.status == 404
        answers = await asyncio.gather(*(session.get(f"/hello/{n}") for n in range(100)))
        assert all(answer.status == 200 for answer in answers)
        for answer in answers:
            await answer.read()
    print("all well")

asyncio.run(main(sys.argv[1]))
"""


def test_its_client_against_our_server(aiohttp_python: str, demo: str) -> None:
    done = subprocess.run(
        [aiohttp_python, "-W", "error", "-c", PROGRAM, demo],
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.stdout == "all well\n", done.stderr
