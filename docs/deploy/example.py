"""The application of the deployment guide: ``python -m aiohttp.web example:make_app``."""

import os

from aiohttp import web


async def hello(request: web.Request) -> web.Response:
    """Tell which process answers, and whom."""
    client = request.headers.get("X-Forwarded-For", request.remote or "-")
    return web.Response(text=f"Hello, {client}, from process {os.getpid()}\n")


async def health(request: web.Request) -> web.Response:
    """Answer probes: whoever gets this answer can send requests."""
    return web.Response(text="ok\n")


async def echo(request: web.Request) -> web.WebSocketResponse:
    """Send back every message of a WebSocket."""
    socket = web.WebSocketResponse(heartbeat=30)
    await socket.prepare(request)
    async for message in socket:
        if message.type is web.WSMsgType.TEXT:
            await socket.send_str(message.data)
    return socket


def make_app(argv: list[str]) -> web.Application:
    """Return the application; *argv* is what stands behind the entry point."""
    app = web.Application()
    app.add_routes(
        [web.get("/", hello), web.get("/health", health), web.get("/echo", echo)]
    )
    return app


async def make_gunicorn_app() -> web.Application:
    """Return the application, as gunicorn wants it."""
    return make_app([])
