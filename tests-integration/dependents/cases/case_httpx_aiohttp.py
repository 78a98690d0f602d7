"""httpx-aiohttp: aiohttp as the transport of httpx."""

import httpx
import pytest
from httpx_aiohttp import HttpxAiohttpClient

from aiohttp import web


@pytest.fixture
async def server(aiohttp_server):
    async def mirror(request):
        return web.json_response(
            {"method": request.method, "query": dict(request.query), "body": await request.text()},
            headers={"X-A": request.headers.get("X-A", "")},
        )

    async def stream(request):
        response = web.StreamResponse()
        await response.prepare(request)
        for _ in range(10):
            await response.write(b"x" * 1000)
        return response

    async def redirect(request):
        raise web.HTTPFound("/")

    async def drop(request):
        request.transport.abort()

    app = web.Application()
    app.router.add_route("*", "/", mirror)
    app.router.add_get("/stream", stream)
    app.router.add_get("/redirect", redirect)
    app.router.add_get("/drop", drop)
    return await aiohttp_server(app)


async def test_requests(server):
    async with HttpxAiohttpClient(base_url=str(server.make_url("/"))) as client:
        response = await client.post("/", params={"q": "1"}, content=b"abc", headers={"X-A": "1"})
        assert response.status_code == 200
        assert response.json() == {"method": "POST", "query": {"q": "1"}, "body": "abc"}
        assert response.headers["x-a"] == "1"
        response = await client.get("/redirect")
        assert response.status_code == 302
        assert (await client.get("/redirect", follow_redirects=True)).status_code == 200


async def test_streaming(server):
    async with HttpxAiohttpClient() as client:
        async with client.stream("GET", str(server.make_url("/stream"))) as response:
            size = 0
            async for piece in response.aiter_bytes():
                size += len(piece)
    assert size == 10_000


async def test_errors(server, unused_tcp_port):
    async with HttpxAiohttpClient() as client:
        for url in (f"http://127.0.0.1:{unused_tcp_port}/", str(server.make_url("/drop"))):
            with pytest.raises(httpx.TransportError):
                await client.get(url)
