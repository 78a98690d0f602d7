"""Serve the demo application and drive it with the client, over real sockets.

Prints one table: what was asked, what came back, how long it took.  Then it keeps serving until
Ctrl-C; with ``--once`` it exits after the table, with status 1 if anything was not as expected.
"""

import argparse
import asyncio
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path

import aiohttp
from aiohttp import web

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from demo.app import make_app

HOST, PORT = "127.0.0.1", 8080


@dataclass
class Row:
    """One line of the table."""

    asked: str
    came_back: str
    milliseconds: float
    good: bool


Step = Callable[[aiohttp.ClientSession], Awaitable[tuple[str, bool]]]


async def the_page(session: aiohttp.ClientSession) -> tuple[str, bool]:
    """Ask for the page."""
    async with session.get("/") as response:
        text = await response.text()
        good = response.status == 200 and "aiohttp demo" in text
        return f"{response.status} {response.content_type}, {len(text)} characters", good


async def some_json(session: aiohttp.ClientSession) -> tuple[str, bool]:
    """Ask for JSON with a path and a query variable."""
    async with session.get("/hello/Grace", params={"lang": "fr"}) as response:
        data = await response.json()
        return f"{response.status} {data}", data["hello"] == "Grace" and data["lang"] == "fr"


async def a_stream(session: aiohttp.ClientSession) -> tuple[str, bool]:
    """Read a streamed answer line by line."""
    async with session.get("/count", params={"to": 100}) as response:
        lines = [line async for line in response.content]
    return f"{response.status} {len(lines)} lines, the last {lines[-1]!r}", len(lines) == 100


async def an_upload(session: aiohttp.ClientSession) -> tuple[str, bool]:
    """Send a body that is made while it is sent."""

    async def pieces() -> AsyncIterator[bytes]:
        for _ in range(64):
            yield b"x" * 65536

    async with session.post("/upload", data=pieces()) as response:
        data = await response.json()
        return f"{response.status} {data['bytes']} bytes arrived", data["bytes"] == 64 * 65536


async def nothing_there(session: aiohttp.ClientSession) -> tuple[str, bool]:
    """Ask for what does not exist."""
    async with session.get("/nowhere") as response:
        return f"{response.status} {response.reason}", response.status == 404


async def wrong_method(session: aiohttp.ClientSession) -> tuple[str, bool]:
    """Use a method that the resource does not have."""
    async with session.delete("/count") as response:
        allow = response.headers.get("Allow", "")
        return f"{response.status} Allow: {allow}", response.status == 405 and "GET" in allow


async def impatience(session: aiohttp.ClientSession) -> tuple[str, bool]:
    """Lose patience with a slow answer."""
    try:
        async with session.get("/slow", timeout=aiohttp.ClientTimeout(total=0.1)) as response:
            return f"{response.status}, which should have been too late", False
    except TimeoutError as exc:
        return f"{type(exc).__name__}, as it should", True


async def many_at_once(session: aiohttp.ClientSession) -> tuple[str, bool]:
    """Ask two hundred times at the same time."""

    async def ask(number: int) -> bool:
        async with session.get(f"/hello/guest-{number}") as response:
            return bool((await response.json())["hello"] == f"guest-{number}")

    answers = await asyncio.gather(*(ask(number) for number in range(200)))
    return f"{sum(answers)} right answers", all(answers)


async def a_chat(session: aiohttp.ClientSession) -> tuple[str, bool]:
    """Let two people chat, each over a WebSocket of their own."""
    async with (
        session.ws_connect("/ws", params={"name": "Ada"}, protocols=("chat",)) as ada,
        session.ws_connect("/ws", params={"name": "Bob"}, compress=15) as bob,
    ):
        await ada.send_str("hello Bob")
        heard = await bob.receive_json()
        while heard["from"] != "Ada":
            heard = await bob.receive_json()
        closed = await ada.close(code=1001, message="bye")
        good = heard["text"] == "hello Bob" and closed and ada.close_code == 1000
        return f"Bob heard {heard['text']!r}, Ada closed with {ada.close_code}", good


STEPS: dict[str, Step] = {
    "GET /": the_page,
    "GET /hello/Grace?lang=fr": some_json,
    "GET /count?to=100, line by line": a_stream,
    "POST /upload, 4 MiB made on the way": an_upload,
    "GET /nowhere": nothing_there,
    "DELETE /count": wrong_method,
    "GET /slow, 0.1 s of patience": impatience,
    "two WebSockets, one chat": a_chat,
    "200 x GET /hello/guest-N at once": many_at_once,
}


async def drive(url: str) -> list[Row]:
    """Take every step once and return the rows of the table."""
    rows = []
    async with aiohttp.ClientSession(url) as session:
        for asked, step in STEPS.items():
            started = time.perf_counter()
            try:
                came_back, good = await step(session)
            except Exception as exc:
                came_back, good = f"{type(exc).__name__}: {exc}", False
            rows.append(Row(asked, came_back, (time.perf_counter() - started) * 1000, good))
    return rows


def show(rows: list[Row]) -> None:
    """Print the table."""
    asked = max(len(row.asked) for row in rows)
    came_back = min(max(len(row.came_back) for row in rows), 70)
    print(f"      {'asked':{asked}}  {'came back':{came_back}}  {'time':>11}")
    for row in rows:
        mark = "ok " if row.good else "BAD"
        print(
            f"  {mark} {row.asked:{asked}}  {row.came_back:{came_back}}  {row.milliseconds:8.1f} ms"
        )


async def main(port: int, *, once: bool) -> int:
    """Serve, drive, show; return the exit status."""
    runner = web.AppRunner(make_app())
    await runner.setup()
    try:
        site = web.TCPSite(runner, HOST, port)
        try:
            await site.start()
        except OSError as exc:
            print(f"{exc.strerror}\nIs something else there? Try --port 0.", file=sys.stderr)
            return 1
        print(f"serving on {site.name}\n")
        rows = await drive(site.name)
        show(rows)
        status = 0 if all(row.good for row in rows) else 1
        if not once:
            print(
                f"\nstill serving on {site.name}; open it in a browser, or press Ctrl-C", flush=True
            )
            await asyncio.Event().wait()
        return status
    finally:
        await runner.cleanup()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--once", action="store_true", help="exit after the table")
    parser.add_argument("--port", type=int, default=PORT, help="0 for any free port")
    options = parser.parse_args()
    try:
        sys.exit(asyncio.run(main(options.port, once=options.once)))
    except KeyboardInterrupt:
        pass
