"""pytest-aiohttp: its fixtures, on our servers and clients."""

import pytest

from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer


async def hello(request):
    return web.Response(text="Hello, world")


@pytest.fixture
def app():
    app = web.Application()
    app.router.add_get("/", hello)
    return app


def test_the_plugin_is_theirs(request):
    assert request.config.pluginmanager.hasplugin("aiohttp")


async def test_client(aiohttp_client, app):
    client = await aiohttp_client(app)
    assert isinstance(client, TestClient)
    response = await client.get("/")
    assert await response.text() == "Hello, world"


async def test_server(aiohttp_server, aiohttp_client, app):
    server = await aiohttp_server(app)
    assert isinstance(server, TestServer)
    client = await aiohttp_client(server)
    assert (await client.get("/")).status == 200


async def test_raw_server(aiohttp_raw_server, aiohttp_client):
    client = await aiohttp_client(await aiohttp_raw_server(hello))
    assert (await client.get("/")).status == 200


def test_types():
    from pytest_aiohttp import AiohttpClient, AiohttpRawServer, AiohttpServer

    assert all((AiohttpClient, AiohttpRawServer, AiohttpServer))
