"""aioresponses: patches ClientSession._request and builds responses by hand."""

import re

import pytest
from aioresponses import CallbackResult, aioresponses

import aiohttp

API = "http://api.example/users"


async def test_payload_status_and_headers():
    with aioresponses() as mocked:
        mocked.get(API, status=201, payload={"name": "Grace"}, headers={"X-A": "1"})
        async with aiohttp.ClientSession() as session, session.get(API) as response:
            assert response.status == 201
            assert await response.json() == {"name": "Grace"}
            assert response.headers["X-A"] == "1"
            assert response.content_type == "application/json"
        mocked.assert_called_once_with(API)


async def test_body_text_and_stream():
    with aioresponses() as mocked:
        mocked.post(API, body="x" * 1000, repeat=True)
        async with aiohttp.ClientSession() as session:
            assert await (await session.post(API, json={})).text() == "x" * 1000
            response = await session.post(API)
            pieces = [piece async for piece in response.content.iter_chunked(300)]
            assert [len(piece) for piece in pieces] == [300, 300, 300, 100]


async def test_exceptions_callbacks_and_patterns():
    with aioresponses() as mocked:
        mocked.get(API, exception=aiohttp.ClientConnectionError("no"))
        mocked.put(API, callback=lambda url, **kwargs: CallbackResult(status=418, body=str(url)))
        mocked.delete(re.compile(r"^http://api\.example/.*$"), status=204)
        async with aiohttp.ClientSession() as session:
            with pytest.raises(aiohttp.ClientConnectionError, match="no"):
                await session.get(API)
            assert (await session.put(API)).status == 418
            assert (await session.delete(API)).status == 204
            with pytest.raises(aiohttp.ClientConnectionError):
                await session.get("http://other.example/")


async def test_raise_for_status_redirects_and_cookies():
    with aioresponses() as mocked:
        mocked.get(API, status=404)
        mocked.get("http://api.example/old", status=302, headers={"Location": "/new"})
        mocked.get("http://api.example/new", headers={"Set-Cookie": "id=7"})
        async with aiohttp.ClientSession() as session:
            with pytest.raises(aiohttp.ClientResponseError) as caught:
                await session.get(API, raise_for_status=True)
            assert caught.value.status == 404
            response = await session.get("http://api.example/old")
            assert str(response.url) == "http://api.example/new"
            assert len(response.history) == 1
            assert response.cookies["id"].value == "7"


async def test_passthrough(aiohttp_server):
    async def hello(request):
        return aiohttp.web.Response(text="real")

    app = aiohttp.web.Application()
    app.router.add_get("/", hello)
    server = await aiohttp_server(app)
    with aioresponses(passthrough=["http://127.0.0.1"]):
        async with aiohttp.ClientSession() as session:
            assert await (await session.get(server.make_url("/"))).text() == "real"
