"""A real browser, headless, against our server: the demo's chat, and an echo that checks itself."""

import asyncio
import json
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from echo import answer

import aiohttp
from aiohttp import web
from demo.app import make_app

FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--remote-debugging-port=0",
)
NAMES = ("chromium", "chromium-browser", "google-chrome", "chrome")

PAGE = """<!doctype html><script>
const report = result => fetch("/report", {method: "POST", body: JSON.stringify(result)});
const socket = new WebSocket(location.origin.replace(/^http/, "ws") + "/ws", ["none", "echo"]);
socket.binaryType = "arraybuffer";
const sent = ["plain", "häl \\u{1F600}", "x".repeat(100000), new Uint8Array([0, 255, 7]),
              new Uint8Array(1000000).fill(5), ""];
const got = [];
const same = (a, b) => typeof a === "string" ? a === b :
  b instanceof ArrayBuffer && a.length === b.byteLength &&
  new Uint8Array(b).every((byte, index) => byte === a[index]);
socket.onopen = () => sent.forEach(message => socket.send(message));
socket.onmessage = event => {
  got.push(event.data);
  if (got.length === sent.length) socket.close(4001, "thanks");
};
socket.onclose = event => report({
  equal: sent.map((message, index) => same(message, got[index])),
  protocol: socket.protocol, extensions: socket.extensions,
  code: event.code, clean: event.wasClean,
});
</script>"""


@pytest.fixture(scope="session")
def browser() -> str:
    for name in NAMES:
        found = shutil.which(name)
        if found is not None:
            return found
    pytest.skip(f"there is no browser: none of {', '.join(NAMES)}")


@asynccontextmanager
async def serving(app: web.Application) -> AsyncIterator[str]:
    runner = web.AppRunner(app, shutdown_timeout=2)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    try:
        yield site.name
    finally:
        await runner.cleanup()


@asynccontextmanager
async def visiting(browser: str, url: str, profile: Path) -> AsyncIterator[None]:
    """Keep a browser on *url*."""
    process = await asyncio.create_subprocess_exec(
        *(browser, *FLAGS, f"--user-data-dir={profile}", url),
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.DEVNULL,
    )
    try:
        yield
    finally:
        process.terminate()
        try:
            await asyncio.wait_for(process.wait(), 10)
        except TimeoutError:
            process.kill()
            await process.wait()


@pytest.mark.timeout(120)
async def test_echo(browser: str, tmp_path: Path) -> None:
    reported: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
    closed: list[Any] = []

    async def page(request: web.Request) -> web.Response:
        return web.Response(text=PAGE, content_type="text/html", charset="utf-8")

    async def socket(request: web.Request) -> web.WebSocketResponse[Any]:
        ws = web.WebSocketResponse(protocols=("echo",))
        await ws.prepare(request)
        await answer(ws)
        closed.append(ws.close_code)
        return ws

    async def report(request: web.Request) -> web.Response:
        reported.set_result(json.loads(await request.text()))
        return web.Response()

    app = web.Application()
    app.add_routes([web.get("/", page), web.get("/ws", socket), web.post("/report", report)])
    async with serving(app) as url, visiting(browser, url, tmp_path):
        result = await asyncio.wait_for(reported, 90)
    assert result["equal"] == [True] * 6
    assert result["protocol"] == "echo"
    assert result["extensions"].startswith("permessage-deflate")
    assert (result["code"], result["clean"]) == (1000, True)
    assert closed == [4001]


@pytest.mark.timeout(120)
async def test_the_chat_of_the_demo(browser: str, tmp_path: Path) -> None:
    async with serving(make_app()) as url, aiohttp.ClientSession(url) as session:
        async with session.ws_connect("/ws", params={"name": "Ada"}) as ada:
            page = f"{url}/chat?name=browser&say=hello"
            heard: list[tuple[str, str]] = []
            async with visiting(browser, page, tmp_path):
                async with asyncio.timeout(90):
                    while ("browser", "hello") not in heard:
                        said = await ada.receive_json()
                        heard.append((said["from"], said["text"]))
            assert heard == [
                ("the server", "Ada is here"),
                ("the server", "browser is here"),
                ("browser", "hello"),
            ]
            # The browser was ended, and its connection with it.
            assert (await ada.receive_json(timeout=30))["text"] == "browser has left"
