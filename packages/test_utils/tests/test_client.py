import asyncio
import gc

import pytest
from yarl import URL

from aiohttp_client import ClientSession, CookieJar, ServerDisconnectedError
from aiohttp_test_utils import RawTestServer, TestClient, TestServer
from aiohttp_web import Application, Request, Response


@pytest.mark.spec("TST-05", "TST-06", "TST-07", "ADD-730", "ADD-952")
async def test_life_of_a_client(app):
    server = TestServer(app)
    client = TestClient(server)
    assert client.server is server
    assert client.app is app
    assert isinstance(client.session, ClientSession)
    await client.start_server()
    assert (client.scheme, client.host, client.port) == ("http", "127.0.0.1", server.port)
    assert client.make_url("/x") == server.make_url("/x")
    response = await client.get("/")
    assert await response.text() == "Hello, world"
    await client.close()
    assert client.closed
    assert client.session.closed
    assert server.closed
    await client.close()


@pytest.mark.spec("TST-08")
@pytest.mark.parametrize("verb", ["get", "post", "put", "patch", "delete", "options"])
async def test_verbs(app, verb):
    async with TestClient(TestServer(app)) as client:
        async with getattr(client, verb)("/mirror", data=b"x") as response:
            assert await response.text() == f"{verb.upper()} x"
        response = await client.request(verb.upper(), "/mirror")
        assert (await response.text()).startswith(verb.upper())


@pytest.mark.spec("TST-08")
async def test_head(app):
    async with TestClient(TestServer(app)) as client:
        async with client.head("/") as response:
            assert response.status == 200
            assert response.headers["Content-Length"] == "12"


@pytest.mark.spec("TST-08")
async def test_websocket(app):
    async with TestClient(TestServer(app)) as client:
        async with client.ws_connect("/echo") as ws:
            await ws.send_str("there")
            assert await ws.receive_str() == "there"


@pytest.mark.spec("ADD-730")
async def test_a_raw_server_has_no_application():
    async def handler(request):
        return Response(text="raw")

    async with TestClient(RawTestServer(handler)) as client:
        assert client.app is None
        response = await client.get(URL("/"))
        assert await response.text() == "raw"


@pytest.mark.spec("ADD-728", "ADD-1090", "TST-09")
async def test_cookies_of_an_address_are_kept(app, make_app):
    async with TestClient(TestServer(app)) as client:
        assert await (await client.get("/cookie")).text() == "none"
        assert await (await client.get("/cookie")).text() == "7"
    jar = CookieJar()
    async with TestClient(TestServer(make_app()), cookie_jar=jar) as client:
        assert client.session.cookie_jar is jar
        assert await (await client.get("/cookie")).text() == "none"
        assert await (await client.get("/cookie")).text() == "none"


@pytest.mark.spec("ADD-728")
async def test_a_request_is_made_once():
    asked = 0

    async def handler(request):
        nonlocal asked
        asked += 1
        if asked == 2:
            request.transport.abort()
        return Response(text="x")

    async with TestClient(RawTestServer(handler)) as client:
        await (await client.get("/")).read()
        with pytest.raises((ServerDisconnectedError, OSError)):
            # A session of its own would try again: the connection was used before.
            await client.get("/")
    assert asked == 2


@pytest.mark.spec("ADD-728")
async def test_closing_closes_what_was_made(app):
    async def endless(request):
        response = Response()
        response.enable_chunked_encoding()
        writer = await response.prepare(request)
        await writer.write(b"x")
        await asyncio.Event().wait()

    app.router.add_get("/endless", endless)
    client = TestClient(TestServer(app))
    await client.start_server()
    response = await client.get("/endless")
    ws = await client.ws_connect("/echo")
    assert not response.closed
    assert not ws.closed
    await client.close()
    assert response.closed
    assert ws.closed


async def test_responses_are_not_held(app):
    async with TestClient(TestServer(app)) as client:
        for _ in range(3):
            await (await client.get("/")).read()
        gc.collect()
        assert len(client._responses) == 0


@pytest.mark.spec("ADD-729")
async def test_mistakes(app):
    with pytest.raises(TypeError, match="server must be TestServer instance"):
        TestClient(app)
    async with TestClient(TestServer(app)) as client:
        with pytest.raises(AssertionError):
            await client.get("http://example.test/")
        with pytest.raises(TypeError, match="async with"):
            with client:
                raise AssertionError("never reached")


async def test_options_reach_the_session(app):
    async with TestClient(TestServer(app), headers={"X-A": "1"}, raise_for_status=True) as client:
        assert client.session.headers["X-A"] == "1"
        assert client.session.raise_for_status is True


@pytest.mark.spec("ADD-1021")
def test_the_class_is_generic():
    assert TestClient[Request, Application].__origin__ is TestClient
