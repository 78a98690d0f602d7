import asyncio
import socket
import ssl

import pytest
import trustme
from yarl import URL

from aiohttp_client import ClientPayloadError, ClientSession
from aiohttp_test_utils import BaseTestServer, RawTestServer, TestServer, get_port_socket
from aiohttp_web import Application, HTTPNotFound, Response, Server, StreamResponse


async def raw_handler(request):
    return Response(text="raw")


@pytest.mark.spec("TST-01", "TST-02", "TST-03", "TST-04", "ADD-722", "ADD-724")
async def test_life_of_an_application_server(app):
    server = TestServer(app)
    assert isinstance(server, BaseTestServer)
    assert (server.started, server.closed, server.port, server.scheme) == (False, False, None, "")
    assert server.host == "127.0.0.1"
    assert server.app is app
    assert server.server is None
    await server.start_server()
    assert (server.started, server.closed, server.scheme) == (True, False, "http")
    assert isinstance(server.handler, Server)
    assert isinstance(server.server, asyncio.AbstractServer)
    assert server.make_url("/a?b=1") == URL(f"http://127.0.0.1:{server.port}/a?b=1")
    async with ClientSession() as session, session.get(server.make_url("/")) as response:
        assert await response.text() == "Hello, world"
    await server.close()
    assert (server.started, server.closed, server.port, server.server) == (False, True, None, None)
    await server.close()


@pytest.mark.spec("TST-01")
async def test_a_raw_server_runs_a_handler():
    async with RawTestServer(raw_handler) as server:
        async with ClientSession() as session, session.get(server.make_url("/")) as response:
            assert await response.text() == "raw"


@pytest.mark.spec("ADD-724")
def test_nothing_to_see_before_the_start(app):
    server = TestServer(app)
    with pytest.raises(RuntimeError, match="not started"):
        _ = server.handler
    with pytest.raises(AssertionError, match="not started"):
        server.make_url("/")


@pytest.mark.spec("ADD-725")
async def test_starting_twice_is_harmless(app):
    async with TestServer(app) as server:
        port = server.port
        await server.start_server()
        assert server.port == port


async def test_a_closed_server_can_be_started_again():
    server = RawTestServer(raw_handler)
    for _ in range(2):
        async with server:
            async with ClientSession() as session, session.get(server.make_url("/")) as response:
                assert response.status == 200


@pytest.mark.spec("TST-02", "C53")
async def test_port_and_socket_factory(app):
    asked = []

    def factory(host: str, port: int, family: socket.AddressFamily) -> socket.socket:
        asked.append((host, port, family))
        return get_port_socket(host, port, family)

    async with TestServer(app, socket_factory=factory) as server:
        port = server.port
        assert server.socket_factory is factory
    async with TestServer(app_of(app), port=port, socket_factory=factory) as server:
        assert server.port == port
    assert asked == [("127.0.0.1", 0, socket.AF_INET), ("127.0.0.1", port, socket.AF_INET)]
    async with RawTestServer(raw_handler, port=port) as raw:
        assert raw.port == port


def app_of(app: Application) -> Application:
    """Return another application: one can be started once."""
    other = Application()
    for route in app.router.routes():
        other.router.add_route(route.method, route.resource.canonical, route.handler)
    return other


@pytest.mark.spec("ADD-722")
async def test_tls_makes_the_scheme_https(app):
    authority = trustme.CA()
    server_context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert("127.0.0.1").configure_cert(server_context)
    client_context = ssl.create_default_context()
    authority.configure_trust(client_context)
    server = TestServer(app)
    await server.start_server(ssl=server_context)
    try:
        assert server.scheme == "https"
        url = server.make_url("/")
        assert url.scheme == "https"
        async with ClientSession() as session, session.get(url, ssl=client_context) as response:
            assert response.status == 200
    finally:
        await server.close()


@pytest.mark.spec("ADD-724")
async def test_ipv6(app):
    try:
        async with TestServer(app, host="::1") as server:
            url = server.make_url("/")
            assert str(url) == f"http://[::1]:{server.port}/"
            async with ClientSession() as session, session.get(url) as response:
                assert response.status == 200
    except OSError:
        pytest.skip("no IPv6 loopback here")


@pytest.mark.spec("ADD-723")
async def test_odd_paths_only_where_asked_for(app):
    async with TestServer(app) as server:
        with pytest.raises(AssertionError, match="absolute"):
            server.make_url("http://example.test/")
    async with RawTestServer(raw_handler, skip_url_asserts=True) as server:
        assert server.make_url("//x").raw_path == "//x"


@pytest.mark.spec("ADD-726")
def test_with_is_an_error(app):
    with pytest.raises(TypeError, match="async with"):
        with TestServer(app):
            raise AssertionError("never reached")


@pytest.mark.spec("ADD-454")
async def test_options_reach_the_runner(app):
    server = TestServer(app, shutdown_timeout=3)
    await server.start_server(keepalive_timeout=4)
    try:
        assert server.runner.shutdown_timeout == 3
        assert server.handler.options.timeouts.keepalive == 4
        assert server.handler.options.handler_cancellation
    finally:
        await server.close()


async def test_a_failed_start_leaves_nothing(app):
    cleaned = []

    async def context(app: Application):
        yield
        cleaned.append(app)

    async def fails(app: Application) -> None:
        raise ZeroDivisionError

    app.cleanup_ctx.append(context)
    app.on_startup.append(fails)
    server = TestServer(app)
    with pytest.raises(ZeroDivisionError):
        await server.start_server()
    assert not server.started
    assert cleaned == [app]


@pytest.mark.spec("ADD-454")
async def test_a_handler_whose_client_left_is_cancelled():
    began, ended = asyncio.Event(), asyncio.Event()

    async def handler(request):
        began.set()
        try:
            await asyncio.Event().wait()
        finally:
            ended.set()

    async with RawTestServer(handler) as server:
        async with ClientSession() as session:
            task = asyncio.ensure_future(session.get(server.make_url("/")))
            await began.wait()
            task.cancel()
        await ended.wait()
        assert task.cancelled()


@pytest.mark.spec("ADD-727")
async def test_a_raw_server_shows_tracebacks(caplog):
    async def handler(request):
        if request.path == "/missing":
            raise HTTPNotFound
        raise ZeroDivisionError("a number")

    async with RawTestServer(handler) as server:
        async with ClientSession() as session, session.get(server.make_url("/")) as response:
            assert response.status == 500
            assert "ZeroDivisionError" in await response.text()
        async with ClientSession() as session, session.get(server.make_url("/missing")) as response:
            assert response.status == 404
    assert "Error handling request" in caplog.text
    server = RawTestServer(handler)
    await server.start_server(debug=False)
    try:
        async with ClientSession() as session, session.get(server.make_url("/")) as response:
            assert "ZeroDivisionError" not in await response.text()
    finally:
        await server.close()


async def test_a_raw_server_does_not_answer_twice():
    async def handler(request):
        response = StreamResponse()
        await response.prepare(request)
        await response.write(b"x")
        raise ZeroDivisionError

    async with RawTestServer(handler) as server:
        async with ClientSession() as session, session.get(server.make_url("/")) as response:
            with pytest.raises(ClientPayloadError):
                await response.read()


@pytest.mark.spec("ADD-454")
@pytest.mark.parametrize("raw", [False, True])
async def test_handlers_are_cancelled_when_the_client_leaves(raw):
    started, cancelled = asyncio.Event(), asyncio.Event()

    async def wait(request):
        started.set()
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            cancelled.set()
            raise

    app = Application()
    app.router.add_get("/", wait)
    async with RawTestServer(wait) if raw else TestServer(app) as server:
        _, writer = await asyncio.open_connection(server.host, server.port)
        writer.write(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n")
        await asyncio.wait_for(started.wait(), 10)
        writer.close()
        await asyncio.wait_for(cancelled.wait(), 10)
