"""Tests of an application as users write them."""

from collections.abc import Awaitable, Callable
from typing import Any, assert_type

import pytest

from aiohttp import web
from aiohttp.pytest_plugin import AiohttpClient, AiohttpServer
from aiohttp.test_utils import (
    AioHTTPTestCase,
    TestClient,
    TestServer,
    make_mocked_request,
    unused_port,
)

Client = TestClient[web.Request, web.Application]


async def hello(request: web.Request) -> web.Response:
    return web.Response(text="hello")


def make_app() -> web.Application:
    app = web.Application()
    app.router.add_get("/", hello)
    return app


@pytest.fixture
async def client(aiohttp_client: AiohttpClient) -> Client:
    return await aiohttp_client(make_app())


async def test_hello(client: Client) -> None:
    response = await client.get("/")
    assert_type(response.status, int)
    assert await response.text() == "hello"
    assert_type(client.app, web.Application)


async def test_server(aiohttp_server: AiohttpServer) -> None:
    server = await aiohttp_server(make_app())
    assert_type(server, TestServer)
    assert_type(server.port, int | None)
    assert server.make_url("/").scheme == "http"


class TestApp(AioHTTPTestCase):
    async def get_application(self) -> web.Application:
        return make_app()

    async def test_hello(self) -> None:
        async with self.client.get("/") as response:
            assert response.status == 200


async def test_by_hand() -> None:
    async with TestClient(TestServer(make_app(), port=unused_port())) as client:
        response = await client.post("/", json={"a": 1})
        assert response.status == 405


async def test_mocked() -> None:
    request = make_mocked_request("GET", "/?a=1", headers={"token": "x"})
    assert_type(request, web.Request)
    call: Callable[[web.Request], Awaitable[web.Response]] = hello
    assert (await call(request)).text == "hello"
    mapping: dict[str, Any] = dict(request.query)
    assert mapping == {"a": "1"}
