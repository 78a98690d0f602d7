"""Our echo server and echo client, as peers of test-suites and of other libraries."""

import ssl
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
from aiohttp import WSMsgType, web


async def answer(ws: Any) -> None:
    """Send every message back, received one by one."""
    async for message in ws:
        if message.type is WSMsgType.TEXT:
            await ws.send_str(message.data)
        elif message.type is WSMsgType.BINARY:
            await ws.send_bytes(message.data)


async def answer_listening(ws: Any) -> None:
    """Send every message back, from a callback."""

    def on_message(message: Any) -> None:
        ws.send_nowait(message.data)

    try:
        await ws.listen(on_message)
    except aiohttp.WebSocketError:
        pass


Answer = Callable[[Any], Any]


@asynccontextmanager
async def echo_server(
    answering: Answer = answer, tls: ssl.SSLContext | None = None, **options: Any
) -> AsyncIterator[str]:
    """Serve the echo; give the URL."""

    async def handler(request: web.Request) -> web.WebSocketResponse[Any]:
        ws = web.WebSocketResponse(**options)
        await ws.prepare(request)
        await answering(ws)
        return ws

    app = web.Application()
    app.router.add_get("/", handler)
    runner = web.AppRunner(app, shutdown_timeout=1)
    await runner.setup()
    try:
        site = web.TCPSite(runner, "127.0.0.1", 0, ssl_context=tls)
        await site.start()
        yield site.name.replace("http", "ws", 1)
    finally:
        await runner.cleanup()
