"""aiohttp-sse: server-sent events on a StreamResponse."""

import asyncio

from aiohttp_sse import sse_response

from aiohttp import web


async def test_events(aiohttp_client):
    async def events(request):
        async with sse_response(request, headers={"X-A": "1"}) as response:
            for number in range(3):
                await response.send(f"n{number}\nline", id=str(number), event="count", retry=10)
        return response

    app = web.Application()
    app.router.add_get("/", events)
    client = await aiohttp_client(app)
    response = await client.get("/")
    assert response.headers["Content-Type"] == "text/event-stream"
    assert response.headers["X-A"] == "1"
    text = await response.text()
    assert text.count("event: count\r\n") == 3
    assert "id: 2\r\n" in text
    assert "data: n1\r\ndata: line\r\n" in text


async def test_pings_and_stopping(aiohttp_client):
    stopped = asyncio.Event()

    async def events(request):
        async with sse_response(request) as response:
            response.ping_interval = 0.01
            try:
                await response.wait()
            finally:
                stopped.set()
        return response

    app = web.Application()
    app.router.add_get("/", events)
    client = await aiohttp_client(app)
    response = await client.get("/")
    assert (await response.content.readline()).startswith(b": ping")
    response.close()
    await asyncio.wait_for(stopped.wait(), 10)
