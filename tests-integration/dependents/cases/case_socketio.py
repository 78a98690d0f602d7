"""python-socketio and python-engineio: server and client, polling and WebSocket."""

import asyncio

import pytest
import socketio

from aiohttp import web


@pytest.fixture
async def server(aiohttp_server):
    sio = socketio.AsyncServer(async_mode="aiohttp", cors_allowed_origins="*")

    @sio.event
    async def connect(sid, environ):
        assert environ["REQUEST_METHOD"] == "GET"

    @sio.event
    async def shout(sid, text):
        await sio.emit("heard", text.upper(), to=sid)
        return len(text)

    app = web.Application()
    sio.attach(app)
    yield await aiohttp_server(app)
    await sio.shutdown()


@pytest.mark.parametrize("transports", [["polling"], ["websocket"], ["polling", "websocket"]])
async def test_events(server, transports):
    heard = asyncio.Queue()
    client = socketio.AsyncClient()
    client.on("heard", heard.put)
    await client.connect(str(server.make_url("/")), transports=transports)
    assert await client.call("shout", "hello") == 5
    assert await asyncio.wait_for(heard.get(), 10) == "HELLO"
    await client.emit("shout", "x" * 10_000)
    assert len(await asyncio.wait_for(heard.get(), 10)) == 10_000
    await client.disconnect()
