"""The demo application: a page, JSON, a streamed response, an upload and a chat.

Run ``python tools/dev.py demo`` to see it driven by the client, or
``python -m aiohttp.web demo.app:make_app`` to serve it alone.
"""

import asyncio
import hashlib
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

from aiohttp import ClientConnectionResetError, WSMsgType, web
from aiohttp.typedefs import Handler

PAGE = Path(__file__).parent / "index.html"
CHAT_PAGE = Path(__file__).parent / "chat.html"
VISITS = web.AppKey("VISITS", dict[str, int])
CHATTING = web.AppKey("CHATTING", set[web.WebSocketResponse[Any]])


async def page(request: web.Request) -> web.StreamResponse:
    """Answer with the page, which tries everything else from a browser."""
    return web.Response(text=PAGE.read_text(encoding="utf-8"), content_type="text/html")


async def greet(request: web.Request) -> web.Response:
    """Answer JSON made of a path variable and a query variable."""
    name = request.match_info["name"]
    visits = request.app[VISITS]
    if name in visits or len(visits) < 1000:
        visits[name] = visits.get(name, 0) + 1
    return web.json_response(
        {"hello": name, "lang": request.query.get("lang", "en"), "visits": visits.get(name, 1)}
    )


async def count(request: web.Request) -> web.StreamResponse:
    """Stream lines as they are made, *pause* seconds apart."""
    try:
        lines = min(int(request.query.get("to", "5")), 1000)
        pause = min(max(0.0, float(request.query.get("pause", "0"))), 1.0)
    except ValueError:
        raise web.HTTPBadRequest(text="to and pause are numbers\n") from None
    response = web.StreamResponse(headers={"Content-Type": "text/plain; charset=utf-8"})
    await response.prepare(request)
    for number in range(1, lines + 1):
        await response.write(f"line {number}\n".encode())
        await asyncio.sleep(pause)
    await response.write_eof()
    return response


async def upload(request: web.Request) -> web.Response:
    """Read a body of any size piece by piece and say what it was."""
    digest, size = hashlib.sha256(), 0
    async for piece in request.content.iter_any():
        digest.update(piece)
        size += len(piece)
    return web.json_response({"bytes": size, "sha256": digest.hexdigest()})


async def slow(request: web.Request) -> web.Response:
    """Answer late, so that a client can lose patience."""
    await asyncio.sleep(0.5)
    return web.Response(text="finally")


async def chat_page(request: web.Request) -> web.StreamResponse:
    """Answer with the page of the chat."""
    return web.Response(text=CHAT_PAGE.read_text(encoding="utf-8"), content_type="text/html")


async def chat(request: web.Request) -> web.StreamResponse:
    """Pass what anybody says on to everybody, over one WebSocket each."""
    ws = web.WebSocketResponse(heartbeat=30, protocols=("chat",), max_msg_size=64 * 1024)
    await ws.prepare(request)
    name = request.query.get("name", "somebody")[:40]
    everybody = request.app[CHATTING]
    everybody.add(ws)
    try:
        await tell(everybody, "the server", f"{name} is here")
        async for message in ws:
            if message.type is WSMsgType.TEXT:
                await tell(everybody, name, message.data)
    finally:
        everybody.discard(ws)
    await tell(everybody, "the server", f"{name} has left")
    return ws


async def tell(everybody: set[web.WebSocketResponse[Any]], name: str, text: str) -> None:
    """Send to all at once; whoever is gone misses it."""
    said = json.dumps({"from": name, "text": text})
    done = await asyncio.gather(*(ws.send_str(said) for ws in everybody), return_exceptions=True)
    for error in done:
        if error is not None and not isinstance(error, ClientConnectionResetError):
            raise error


@web.middleware
async def named(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Say on every answer who served it."""
    response = await handler(request)
    response.headers["X-Served-By"] = "the demo"
    return response


async def counters(app: web.Application) -> AsyncIterator[None]:
    """Make the shared state at startup and drop it at cleanup."""
    app[VISITS] = {}
    app[CHATTING] = set()
    yield
    app[VISITS].clear()


def make_app(argv: list[str] | None = None) -> web.Application:
    """Return the application; *argv* is what ``python -m aiohttp.web`` did not use itself."""
    app = web.Application(middlewares=[named], client_max_size=64 * 2**20)
    app.cleanup_ctx.append(counters)
    app.add_routes(
        [
            web.get("/", page),
            web.get("/hello/{name}", greet),
            web.get("/count", count),
            web.post("/upload", upload),
            web.get("/slow", slow),
            web.get("/chat", chat_page),
            web.get("/ws", chat),
        ]
    )
    return app
