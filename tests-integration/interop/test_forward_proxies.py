"""Our client through real forward proxies."""

import asyncio
import ssl
from collections.abc import AsyncIterator
from typing import Any

import pytest
from yarl import URL

from aiohttp_client import (
    ClientHttpProxyError,
    ClientProxyConnectionError,
    ClientSession,
    TCPConnector,
    encode_basic_auth,
)
from aiohttp_web import Application, AppRunner, Request, Response, TCPSite, WebSocketResponse

REFUSED = {401, 407}
"""tinyproxy says 401 where RFC 9110 wants 407."""

LARGE = bytes(range(256)) * 2048  # half a megabyte


class Origin:
    """What proxies lead to; keeps what has come."""

    def __init__(self) -> None:
        self.requests: list[Request] = []
        self.plain = self.secure = URL()

    async def handle(self, request: Request) -> Any:
        self.requests.append(request)
        if request.path == "/ws":
            socket = WebSocketResponse()
            await socket.prepare(request)
            async for message in socket:
                await socket.send_str(f"echo {message.data}")
            return socket
        if request.path == "/large":
            return Response(body=LARGE)
        if request.path == "/moved":
            return Response(status=302, headers={"Location": "/x"})
        body = await request.read()
        return Response(text=f"{request.method} {request.path_qs} {len(body)}")


@pytest.fixture
async def origin(server_tls: ssl.SSLContext) -> AsyncIterator[Origin]:
    made = Origin()
    application = Application(client_max_size=2**24)
    application.router.add_route("*", "/{path:.*}", made.handle)
    runner = AppRunner(application)
    await runner.setup()
    for tls in (None, server_tls):
        site = TCPSite(runner, "127.0.0.1", 0, ssl_context=tls)
        await site.start()
    plain, secure = runner.addresses
    made.plain = URL.build(scheme="http", host="localhost", port=plain[1])
    made.secure = URL.build(scheme="https", host="localhost", port=secure[1])
    yield made
    await runner.cleanup()
    for _ in range(5):  # a connection that was being accepted, or closed, gets its turns
        await asyncio.sleep(0)


@pytest.fixture
async def session(client_tls: ssl.SSLContext) -> AsyncIterator[ClientSession]:
    async with ClientSession(connector=TCPConnector(ssl=client_tls)) as made:
        connector = made.connector
        assert connector is not None
        yield made
        connector.check_invariants()
        assert connector.stats.leased == 0


async def told(proxy: Any, text: str) -> None:
    """Wait until the proxy has written *text* into its log."""
    async with asyncio.timeout(15):
        while text not in proxy.said():
            await asyncio.sleep(0.02)


async def exchange(session: ClientSession, url: URL, **options: Any) -> None:
    """Requests of all kinds, by one proxy.

    None is a POST: tinyproxy closes its connections without a word, and only what is idempotent is
    sent again when that crosses the next request.
    """
    async with session.get(url / "x", params={"q": "1"}, **options) as resp:
        assert await resp.text() == "GET /x?q=1 0"
    async with session.put(url / "x", data=LARGE, **options) as resp:
        assert await resp.text() == f"PUT /x {len(LARGE)}"
    async with session.get(url / "large", **options) as resp:
        assert await resp.read() == LARGE
    async with session.get(url / "moved", **options) as resp:
        assert await resp.text() == "GET /x 0"
        assert len(resp.history) == 1


async def websocket(session: ClientSession, url: URL, **options: Any) -> None:
    async with session.ws_connect(url / "ws", **options) as socket:
        await socket.send_str("hello")
        assert await socket.receive_str() == "echo hello"


# -- HTTP proxies ---------------------------------------------------------------------------------


@pytest.mark.spec("PRX-01", "ADD-169", "ADD-272", "ADD-281")
async def test_plain_requests(http_proxy: Any, origin: Origin, session: ClientSession) -> None:
    """They are forwarded: what the proxy says of itself arrives with them."""
    await exchange(session, origin.plain, proxy=http_proxy.url)
    for request in origin.requests:
        assert "Via" in request.headers
        assert "Proxy-Authorization" not in request.headers
        assert request.headers["Host"] == origin.plain.authority
    async with session.get(origin.plain / "x") as resp:
        assert resp.status == 200
    assert "Via" not in origin.requests[-1].headers


@pytest.mark.spec("PRX-01", "ADD-273", "ADD-281")
async def test_tunnels(http_proxy: Any, origin: Origin, session: ClientSession) -> None:
    """What is inside is nobody's but the origin's."""
    assert session.connector is not None
    await exchange(session, origin.secure, proxy=http_proxy.url)
    assert session.connector.stats.created == 1
    for request in origin.requests:
        assert "Via" not in request.headers
    await websocket(session, origin.secure, proxy=http_proxy.url)
    await session.close()  # squid writes its log when a tunnel ends
    await told(http_proxy, f"CONNECT {origin.secure.authority}")


@pytest.mark.spec("PRX-02", "PRX-03", "ADD-271", "ADD-275", "ADD-282", "ADD-843")
@pytest.mark.parametrize("secure", [False, True])
async def test_credentials(
    private_proxy: Any, origin: Origin, session: ClientSession, secure: bool
) -> None:
    url = origin.secure if secure else origin.plain
    for wrong in (private_proxy.url, private_proxy.with_login.replace("user:", "nobody:")):
        if secure:
            with pytest.raises(ClientHttpProxyError) as caught:
                await session.get(url, proxy=wrong)
            assert caught.value.status in REFUSED
        else:
            async with session.get(url, proxy=wrong) as resp:
                assert resp.status in REFUSED
    assert origin.requests == []
    await exchange(session, url, proxy=private_proxy.with_login)
    header = {"Proxy-Authorization": encode_basic_auth("user", "pass-w0rd")}
    await exchange(session, url, proxy=private_proxy.url, proxy_headers=header)
    for request in origin.requests:
        assert "Proxy-Authorization" not in request.headers


@pytest.mark.spec("PRX-04", "SES-20", "ADD-285", "ADD-287", "ADD-289")
@pytest.mark.parametrize("credentials", ["url", "netrc"])
async def test_environment(
    private_proxy: Any,
    origin: Origin,
    client_tls: ssl.SSLContext,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Any,
    credentials: str,
) -> None:
    url = private_proxy.with_login
    if credentials == "netrc":
        url = private_proxy.url
        (tmp_path / "netrc").write_text(f"machine {URL(url).host} login user password pass-w0rd\n")
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    monkeypatch.setenv("http_proxy", url)
    monkeypatch.setenv("https_proxy", url)
    monkeypatch.setenv("no_proxy", "127.0.0.1, .internal.test")
    connector = TCPConnector(ssl=client_tls)
    async with ClientSession(connector=connector, trust_env=True) as session:
        await exchange(session, origin.plain)
        assert all("Via" in request.headers for request in origin.requests)
        await exchange(session, origin.secure)
        count = len(origin.requests)
        async with session.get(origin.plain.with_host("127.0.0.1") / "x") as resp:
            assert resp.status == 200
        assert "Via" not in origin.requests[count].headers


@pytest.mark.spec("PRX-05", "ADD-276", "ADD-415")
async def test_targets_that_cannot_be_reached(
    http_proxy: Any, peers: Any, session: ClientSession
) -> None:
    """The proxy says so, of a plain request in an answer of its own."""
    closed = f"127.0.0.1:{peers.port()}"
    with pytest.raises(ClientHttpProxyError) as caught:
        await session.get(f"https://{closed}/", proxy=http_proxy.url)
    assert caught.value.status in {500, 502, 503, 504}
    async with session.get(f"http://{closed}/", proxy=http_proxy.url) as resp:
        assert resp.status in {500, 502, 503, 504}
    with pytest.raises(ClientProxyConnectionError):
        await session.get("http://a.test/", proxy=f"http://{closed}")


# -- TLS to the proxy -----------------------------------------------------------------------------


@pytest.mark.spec("ADD-278", "ADD-279", "ADD-870")
async def test_tls_to_the_proxy(https_proxy: Any, origin: Origin, session: ClientSession) -> None:
    """And TLS in TLS behind it."""
    await exchange(session, origin.plain, proxy=https_proxy.url)
    assert all("Via" in request.headers for request in origin.requests)
    origin.requests.clear()
    await exchange(session, origin.secure, proxy=https_proxy.url)
    assert not any("Via" in request.headers for request in origin.requests)
    await websocket(session, origin.secure, proxy=https_proxy.url)


async def test_the_proxy_has_to_be_who_it_says(https_proxy: Any, origin: Origin) -> None:
    """Without the authority's certificate nothing is sent through it."""
    async with ClientSession() as session:
        for url in (origin.plain, origin.secure):
            with pytest.raises(ssl.CertificateError):
                await session.get(url, proxy=https_proxy.url)
    assert origin.requests == []


# -- SOCKS ----------------------------------------------------------------------------------------


async def test_socks5(
    socks5_proxy: tuple[Any, bool], origin: Origin, session: ClientSession
) -> None:
    proxy, private = socks5_proxy
    if private:
        for wrong in (proxy.url, proxy.with_login.replace("user:", "nobody:")):
            with pytest.raises(ClientProxyConnectionError):
                await session.get(origin.plain, proxy=wrong)
        assert origin.requests == []
    url = proxy.with_login if private else proxy.url
    for name in (url, url.replace("socks5h:", "socks5:")):
        await exchange(session, origin.plain, proxy=name)
        await exchange(session, origin.secure, proxy=name)
        await websocket(session, origin.plain, proxy=name)
    with pytest.raises(ClientProxyConnectionError):
        await session.get("http://name.invalid/", proxy=url)


@pytest.mark.parametrize("scheme", ["socks4", "socks5", "socks5h"])
async def test_dante(dante: Any, origin: Origin, session: ClientSession, scheme: str) -> None:
    """It has no 4a; the name of the target is an IPv6 address first on most machines."""
    url = dante.url.replace("socks5h", scheme)
    await exchange(session, origin.plain, proxy=url)
    await exchange(session, origin.secure, proxy=url)
    for url in (origin.plain, origin.secure):
        await told(dante, f" 127.0.0.1.{url.port}\n")
