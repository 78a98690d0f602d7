import asyncio
import contextlib
import hashlib
import inspect
import socket
import ssl
import sys
import threading
import warnings
from types import SimpleNamespace
from typing import Any

import pytest
import trustme

from aiohttp_client import (
    AbstractResolver,
    BaseConnector,
    ClientConnectionError,
    ClientConnectorCertificateError,
    ClientConnectorDNSError,
    ClientConnectorError,
    ClientConnectorSSLError,
    ClientHttpProxyError,
    ClientProxyConnectionError,
    ClientSession,
    ClientTimeout,
    ConnectionTimeoutError,
    Fingerprint,
    InvalidURL,
    ServerFingerprintMismatch,
    TCPConnector,
    TraceConfig,
)
from aiohttp_client.connection import HttpConnection
from aiohttp_client.connector import needs_cleanup_closed

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello"


@pytest.fixture(scope="session")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture(scope="session")
def server_tls(authority: trustme.CA) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("localhost", "127.0.0.1", "other.test").configure_cert(context)
    context.set_alpn_protocols(["http/1.1", "h2"])
    return context


@pytest.fixture(scope="session")
def client_tls(authority: trustme.CA) -> ssl.SSLContext:
    context = ssl.create_default_context()
    authority.configure_trust(context)
    return context


class FakeResolver(AbstractResolver):
    def __init__(self, hosts: dict[str, list[str]] | None = None) -> None:
        self.hosts = hosts or {}
        self.asked: list[str] = []
        self.closed = False
        self.gate: asyncio.Event | None = None

    async def resolve(self, host: str, port: int = 0, family: Any = socket.AF_INET) -> list[Any]:
        self.asked.append(host)
        if self.gate is not None:
            await self.gate.wait()
        if host not in self.hosts:
            raise OSError(None, f"no such host {host}")
        return [
            {
                "hostname": host,
                "host": ip,
                "port": port,
                "family": socket.AF_INET,
                "proto": 0,
                "flags": 0,
            }
            for ip in self.hosts[host]
        ]

    async def close(self) -> None:
        self.closed = True


# -- TLS ------------------------------------------------------------------------------------------


class BlockingTLSServer:
    """Answers one request and tells how the client ended: with the goodbye of TLS or without."""

    def __init__(self, context: ssl.SSLContext) -> None:
        self._context = context
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._listener.settimeout(20)
        self.url = f"https://localhost:{self._listener.getsockname()[1]}/"
        self.release = threading.Event()
        self.parted = threading.Event()

    def serve(self) -> str:
        with self._listener:
            plain, _ = self._listener.accept()
        plain.settimeout(20)
        with self._context.wrap_socket(
            plain, server_side=True, suppress_ragged_eofs=False
        ) as connection:
            data = b""
            while not data.endswith(b"\r\n\r\n"):
                data += connection.recv(4096)
            connection.sendall(OK)
            try:
                said_goodbye = connection.recv(1) == b""
            except (ssl.SSLEOFError, ConnectionResetError):
                said_goodbye = False
            self.parted.set()
            if said_goodbye:
                self.release.wait(20)  # and never answer it
        return "goodbye" if said_goodbye else "aborted"


@pytest.mark.spec("SES-28", "CON-25", "ADD-301", "ADD-334", "ADD-1032")
@pytest.mark.parametrize("where", ["session", "connector"])
@pytest.mark.parametrize(
    ("seconds", "abort", "expected"),
    [
        (None, False, "aborted"),
        (0, False, "aborted"),
        (0.05, False, "goodbye"),
        (0.05, True, "aborted"),
    ],
)
async def test_how_tls_ends_when_the_connector_is_closed(
    server_tls: Any, client_tls: Any, where: str, seconds: float | None, abort: bool, expected: str
) -> None:
    server = BlockingTLSServer(server_tls)
    ended = asyncio.create_task(asyncio.to_thread(server.serve))
    options = {} if seconds is None else {"ssl_shutdown_timeout": seconds}
    warned = (
        contextlib.nullcontext()
        if seconds is None
        else pytest.warns(DeprecationWarning, match="ssl_shutdown_timeout is deprecated")
    )
    with warned:
        if where == "session":
            session = ClientSession(**options)
        else:
            session = ClientSession(connector=TCPConnector(**options))
    try:
        connector = session.connector
        assert connector is not None
        async with session.get(server.url, ssl=client_tls) as resp:
            assert await resp.read() == b"hello"
        if abort:
            await connector.close(abort_ssl=True)
        # The peer never answers the goodbye; the time for it is over soon.
        await asyncio.wait_for(session.close(), 15)
        assert connector.stats.idle == 0
        server.release.set()
        assert await ended == expected
    finally:
        server.release.set()
        await session.close()


@pytest.mark.spec("CON-06", "ADD-309")
@pytest.mark.parametrize("wanted", [True, False])
@pytest.mark.skipif(
    not needs_cleanup_closed(sys.version_info[:3]), reason="the TLS of this Python closes by itself"
)
async def test_a_goodbye_that_is_never_answered(
    server_tls: Any, client_tls: Any, monkeypatch: pytest.MonkeyPatch, wanted: bool
) -> None:
    """With ``enable_cleanup_closed`` the connection is aborted some seconds later."""
    monkeypatch.setattr("aiohttp_client.connector.CLEANUP_CLOSED_AFTER", 0.05)
    lost: list[asyncio.Future[None] | None] = []

    class Watched(TCPConnector):
        def connection_gone(self, connection: HttpConnection) -> None:
            lost.append(connection.when_lost())
            super().connection_gone(connection)

    server = BlockingTLSServer(server_tls)
    ended = asyncio.create_task(asyncio.to_thread(server.serve))
    connector = Watched(force_close=True, enable_cleanup_closed=wanted)
    try:
        async with ClientSession(connector=connector) as session:
            async with session.get(server.url, ssl=client_tls) as resp:
                assert await resp.read() == b"hello"
            (gone,) = lost
            assert gone is not None
            if wanted:
                await asyncio.wait_for(gone, 15)  # the server still says nothing
            else:
                await asyncio.to_thread(server.parted.wait, 15)
                assert not gone.done()
    finally:
        server.release.set()
        assert await ended == "goodbye"
    await asyncio.wait_for(asyncio.shield(gone), 15)


@pytest.mark.spec("SES-28", "CON-25")
@pytest.mark.parametrize("seconds", [0, 0.05])
async def test_closing_the_session_ends_goodbyes_that_were_said_before(
    server_tls: Any, client_tls: Any, seconds: float
) -> None:
    """A connection that closed after its answer, and whose peer is silent, does not outlive it."""
    lost: list[asyncio.Future[None] | None] = []

    class Watched(TCPConnector):
        def connection_gone(self, connection: HttpConnection) -> None:
            lost.append(connection.when_lost())
            super().connection_gone(connection)

    server = BlockingTLSServer(server_tls)
    ended = asyncio.create_task(asyncio.to_thread(server.serve))
    connector = Watched(force_close=True)
    connector.tls_shutdown_timeout = seconds
    try:
        async with ClientSession(connector=connector) as session:
            async with session.get(server.url, ssl=client_tls) as resp:
                assert await resp.read() == b"hello"
            await asyncio.to_thread(server.parted.wait, 15)
            (gone,) = lost
            assert gone is not None
            assert not gone.done()
        assert gone.done()
    finally:
        server.release.set()
        assert await ended == "goodbye"


@pytest.mark.spec("CON-06", "ADD-309", "ADD-853", "ADD-959", "ADD-1039")
@pytest.mark.parametrize(
    ("version", "needed"),
    [
        ((3, 11, 0), True),
        ((3, 12, 7), True),
        ((3, 12, 8), False),
        ((3, 13, 0), True),
        ((3, 13, 1), False),
        ((3, 14, 0), False),
    ],
)
async def test_which_pythons_need_enable_cleanup_closed(
    monkeypatch: pytest.MonkeyPatch, version: tuple[int, int, int], needed: bool
) -> None:
    """The others warn."""
    monkeypatch.setattr(
        "aiohttp_client.connector.sys", SimpleNamespace(version_info=(*version, "final", 0))
    )
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        for make in (TCPConnector, BaseConnector):
            await make(enable_cleanup_closed=True).close()
            await make(enable_cleanup_closed=False).close()
    assert [warning.category for warning in caught] == ([] if needed else [DeprecationWarning] * 2)
    assert all("enable_cleanup_closed is ignored" in str(w.message) for w in caught)


@pytest.mark.spec("CTLS-01", "ADD-327", "ADD-328", "ADD-336", "CREQ-21")
async def test_tls(serve: Any, answering: Any, server_tls: Any, client_tls: Any) -> None:
    server = await serve(answering(OK), tls=server_tls)
    async with ClientSession() as session:
        for _ in range(2):
            async with session.get(server.url(host="localhost"), ssl=client_tls) as resp:
                assert await resp.read() == b"hello"
        async with session.get(server.url(host="localhost"), ssl=False) as resp:
            assert resp.status == 200
    assert len(server.talks) == 2  # one per TLS option, each reused
    async with ClientSession(connector=TCPConnector(ssl=client_tls)) as session:
        async with session.get(server.url(host="localhost")) as resp:
            assert resp.status == 200


@pytest.mark.spec("CTLS-06", "ADD-335", "ADD-337")
async def test_untrusted(serve: Any, answering: Any, server_tls: Any) -> None:
    server = await serve(answering(OK), tls=server_tls)
    async with ClientSession() as session:
        with pytest.raises(ClientConnectorCertificateError) as caught:
            await session.get(server.url(host="localhost"))
        assert isinstance(caught.value, ssl.CertificateError)
        assert caught.value.host == "localhost"
        assert caught.value.port == server.port
        assert session.connector is not None
        assert session.connector.stats[:3] == (0, 0, 0)


@pytest.mark.spec("ADD-868")
async def test_tls_to_a_plain_port(serve: Any, client_tls: Any) -> None:
    async def garbage(talk: Any) -> None:
        await talk.reader.read(10)
        await talk.send(b"HTTP/1.1 400 Bad Request\r\n\r\n")
        await talk.ended()

    server = await serve(garbage)
    async with ClientSession() as session:
        with pytest.raises(ClientConnectorSSLError):
            await session.get(f"https://127.0.0.1:{server.port}/", ssl=client_tls)


@pytest.mark.spec("CTLS-02", "CTLS-03", "ADD-332")
async def test_fingerprint(serve: Any, answering: Any, server_tls: Any) -> None:
    server = await serve(answering(OK), tls=server_tls)
    wrong = Fingerprint(b"x" * 32)
    async with ClientSession() as session:
        with pytest.raises(ServerFingerprintMismatch) as caught:
            await session.get(server.url(), ssl=wrong)
        assert caught.value.expected == b"x" * 32
        assert caught.value.port == server.port
        right = Fingerprint(caught.value.got)
        async with session.get(server.url(), ssl=right) as resp:
            assert resp.status == 200
    assert len(caught.value.got) == hashlib.sha256().digest_size


@pytest.mark.spec("CREQ-22", "ADD-333", "ADD-807", "ADD-889", "ADD-295")
async def test_server_hostname_splits_the_pool(
    serve: Any, answering: Any, server_tls: Any, client_tls: Any
) -> None:
    names: list[str | None] = []
    server_tls.sni_callback = lambda sock, name, context: names.append(name)
    try:
        server = await serve(answering(OK), tls=server_tls)
        async with ClientSession() as session:
            for name in ("localhost", "other.test", "localhost"):
                async with session.get(server.url(), ssl=client_tls, server_hostname=name) as resp:
                    assert resp.status == 200
            with pytest.raises(ClientConnectorCertificateError):
                await session.get(server.url(), ssl=client_tls, server_hostname="evil.test")
        assert names == ["localhost", "other.test", "evil.test"]
    finally:
        server_tls.sni_callback = None


@pytest.mark.spec("ADD-338", "TMO-04")
async def test_handshake_is_limited(serve: Any, client_tls: Any) -> None:
    async def silent(talk: Any) -> None:
        await talk.ended()

    server = await serve(silent)
    async with ClientSession() as session:
        with pytest.raises(ConnectionTimeoutError):
            await session.get(
                f"https://127.0.0.1:{server.port}/",
                ssl=client_tls,
                timeout=ClientTimeout(sock_connect=0.1),
            )
        assert session.connector is not None
        assert session.connector.stats[:3] == (0, 0, 0)


# -- names ----------------------------------------------------------------------------------------


@pytest.mark.spec("CON-19", "DNS-02", "DNS-04", "ADD-318", "ADD-326", "ADD-410", "TRC-17")
async def test_resolver_and_cache(serve: Any, answering: Any) -> None:
    server = await serve(answering(OK))
    resolver = FakeResolver({"name.test": ["127.0.0.1"]})
    events: list[str] = []
    config = TraceConfig()

    def note(name: str) -> Any:
        async def signal(session: Any, context: Any, params: Any) -> None:
            events.append(f"{name}:{params.host}")

        return signal

    for name in ("dns_resolvehost_start", "dns_resolvehost_end", "dns_cache_hit", "dns_cache_miss"):
        getattr(config, f"on_{name}").append(note(name))
    connector = TCPConnector(resolver=resolver, force_close=True)
    async with ClientSession(connector=connector, trace_configs=[config]) as session:
        url = server.url(host="name.test")
        for _ in range(2):
            async with session.get(url) as resp:
                assert resp.status == 200
        assert events == [
            "dns_cache_miss:name.test",
            "dns_resolvehost_start:name.test",
            "dns_resolvehost_end:name.test",
            "dns_cache_hit:name.test",
        ]
        connector.clear_dns_cache("name.test", server.port)
        async with session.get(url) as resp:
            assert resp.status == 200
        assert resolver.asked == ["name.test"] * 2
        events.clear()
        async with session.get(server.url()) as resp:
            assert resp.status == 200
        assert events == []  # an address needs no name service
        with pytest.raises(ClientConnectorDNSError) as caught:
            await session.get("http://unknown.test/")
        assert caught.value.host == "unknown.test"
        with pytest.raises(ValueError):
            connector.clear_dns_cache("name.test")
        connector.clear_dns_cache()
    assert not resolver.closed


async def test_one_query_for_many(serve: Any, answering: Any) -> None:
    server = await serve(answering(OK))
    resolver = FakeResolver({"name.test": ["127.0.0.1"]})
    resolver.gate = asyncio.Event()
    async with ClientSession(connector=TCPConnector(resolver=resolver)) as session:
        tasks = [asyncio.ensure_future(session.get(server.url(host="name.test"))) for _ in range(5)]
        while not resolver.asked:
            await asyncio.sleep(0)
        await asyncio.sleep(0)
        tasks[0].cancel()
        await asyncio.sleep(0)
        resolver.gate.set()
        results = await asyncio.gather(*tasks, return_exceptions=True)
        assert isinstance(results[0], asyncio.CancelledError)
        assert all(result.status == 200 for result in results[1:])
    assert resolver.asked == ["name.test"]


@pytest.mark.spec("ADD-302", "ADD-885")
async def test_closing_while_resolving() -> None:
    resolver = FakeResolver()
    resolver.gate = asyncio.Event()
    session = ClientSession(connector=TCPConnector(resolver=resolver))
    task = asyncio.ensure_future(session.get("http://name.test/"))
    while not resolver.asked:
        await asyncio.sleep(0)
    await session.close()
    with pytest.raises(ClientConnectionError, match="closed"):
        await task


async def test_dns_timeout() -> None:
    resolver = FakeResolver()
    resolver.gate = asyncio.Event()
    async with ClientSession(connector=TCPConnector(resolver=resolver)) as session:
        with pytest.raises(ConnectionTimeoutError) as caught:
            await session.get("http://name.test/", timeout=ClientTimeout(dns=0.05))
        assert caught.value.phase == "dns"
        with pytest.raises(TimeoutError) as total:
            await session.get("http://name.test/", timeout=ClientTimeout(total=0.05))
        assert "'dns'" in total.value.__notes__[0]


@pytest.mark.spec("CON-20")
@pytest.mark.parametrize("delay", [0.01, None])
async def test_an_address_that_does_not_answer(
    serve: Any, answering: Any, delay: float | None
) -> None:
    """The next one is tried a moment later (RFC 8305 section 5); without a delay nobody is."""
    assert inspect.signature(TCPConnector).parameters["happy_eyeballs_delay"].default == 0.25
    server = await serve(answering(OK))
    with contextlib.ExitStack() as stack:
        # A listener whose queue is full drops whatever comes.
        listener = stack.enter_context(socket.socket())
        try:
            listener.bind(("127.0.0.2", server.port))
        except OSError:
            pytest.skip("this machine has one loopback address")
        listener.listen(0)
        for _ in range(4):
            filler = stack.enter_context(socket.socket())
            filler.setblocking(False)
            filler.connect_ex(listener.getsockname())
        resolver = FakeResolver({"name.test": ["127.0.0.2", "127.0.0.1"]})
        connector = TCPConnector(resolver=resolver, happy_eyeballs_delay=delay)
        async with ClientSession(connector=connector) as session:
            url = server.url(host="name.test")
            if delay is not None:
                async with session.get(url, timeout=ClientTimeout(sock_connect=30)) as resp:
                    assert resp.status == 200
            else:
                with pytest.raises(ConnectionTimeoutError):
                    await session.get(url, timeout=ClientTimeout(sock_connect=0.3))
    assert len(server.talks) == (0 if delay is None else 1)


@pytest.mark.spec("ADD-322")
async def test_next_address_is_tried(
    serve: Any, answering: Any, server_tls: Any, client_tls: Any
) -> None:
    server = await serve(answering(OK))
    resolver = FakeResolver({"name.test": ["127.0.0.2", "127.0.0.1"]})
    async with ClientSession(connector=TCPConnector(resolver=resolver)) as session:
        async with session.get(server.url(host="name.test")) as resp:
            assert resp.status == 200


@pytest.mark.spec("CON-18", "CON-22", "ADD-323", "ADD-324")
async def test_socket_options(serve: Any, answering: Any) -> None:
    server = await serve(answering(OK))
    made: list[Any] = []

    def factory(info: Any) -> socket.socket:
        made.append(info)
        return socket.socket(*info[:3])

    connector = TCPConnector(
        socket_factory=factory, local_addr=("127.0.0.1", 0), family=socket.AF_INET
    )
    async with ClientSession(connector=connector) as session:
        async with session.get(server.url()) as resp:
            assert resp.status == 200
    assert made[0][4] == ("127.0.0.1", server.port)
    assert connector.family == socket.AF_INET


@pytest.mark.spec("ADD-409", "ADD-228", "CEX-13")
async def test_refused() -> None:
    async with ClientSession() as session:
        with pytest.raises(ClientConnectorError) as caught:
            await session.get("http://127.0.0.1:1/")
    error = caught.value
    assert (error.host, error.port, error.ssl) == ("127.0.0.1", 1, True)
    assert isinstance(error.os_error, ConnectionRefusedError)
    assert str(error).startswith("Cannot connect to host 127.0.0.1:1 ssl:default [")


# -- proxies --------------------------------------------------------------------------------------


async def pipe(source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
    try:
        while data := await source.read(65536):
            sink.write(data)
            await sink.drain()
    except ConnectionError:
        pass
    finally:
        sink.close()


def tunnel_to(port: int) -> Any:
    async def script(talk: Any) -> None:
        head = await talk.head()
        assert head.startswith(b"CONNECT ")
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        await talk.send(b"HTTP/1.1 200 Connection established\r\n\r\n")
        await asyncio.gather(pipe(talk.reader, writer), pipe(reader, talk.writer))

    return script


@pytest.mark.spec("PRX-01", "PRX-06", "ADD-271", "ADD-272", "ADD-274", "ADD-282", "ADD-1106")
async def test_plain_proxy(serve: Any, answering: Any) -> None:
    proxy = await serve(answering(OK))
    async with ClientSession() as session:
        url = f"http://u:p@127.0.0.1:{proxy.port}"
        for _ in range(2):
            async with session.get(
                "http://target.test/path?q#f", proxy=url, proxy_headers={"X-P": "1"}
            ) as resp:
                assert await resp.read() == b"hello"
    assert len(proxy.talks) == 1
    for head in proxy.talks[0].heads:
        assert head.startswith(b"GET http://target.test/path?q HTTP/1.1\r\n")
        assert b"\r\nHost: target.test\r\n" in head
        assert b"\r\nProxy-Authorization: Basic dTpw\r\n" in head
        assert b"\r\nX-P: 1\r\n" in head
    assert "Proxy-Authorization" not in resp.request_info.headers


@pytest.mark.spec("ADD-273", "ADD-281", "PRX-03")
@pytest.mark.parametrize("tls_proxy", [False, True])
async def test_tunnel(
    serve: Any, answering: Any, server_tls: Any, client_tls: Any, tls_proxy: bool
) -> None:
    target = await serve(answering(OK), tls=server_tls)
    proxy = await serve(tunnel_to(target.port), tls=server_tls if tls_proxy else None)
    async with ClientSession() as session:
        for _ in range(2):
            async with session.get(
                target.url(host="localhost"),
                proxy=proxy.url(host="localhost"),
                proxy_headers={"X-P": "1"},
                ssl=client_tls,
            ) as resp:
                assert await resp.read() == b"hello"
    assert len(proxy.talks) == 1
    connect = proxy.talks[0].heads[0]
    assert connect.startswith(b"CONNECT localhost:%d HTTP/1.1\r\n" % target.port)
    assert b"\r\nX-P: 1\r\n" in connect
    assert b"X-P" not in target.talks[0].heads[0]
    assert len(target.talks[0].heads) == 2


@pytest.mark.spec("ADD-275", "ADD-828", "PRX-03")
async def test_refused_tunnel(serve: Any, answering: Any) -> None:
    proxy = await serve(answering(b"HTTP/1.1 407 Auth\r\nContent-Length: 3\r\n\r\nno!"))
    async with ClientSession() as session:
        with pytest.raises(ClientHttpProxyError) as caught:
            await session.get("https://target.test/", proxy=proxy.url())
        assert caught.value.status == 407
        assert session.connector is not None
        assert session.connector.stats[:3] == (0, 0, 0)


@pytest.mark.spec("PRX-05", "ADD-276", "ADD-277")
async def test_proxy_errors(serve: Any) -> None:
    async def hangs_up(talk: Any) -> None:
        await talk.head()

    proxy = await serve(hangs_up)
    async with ClientSession(connector=TCPConnector(resolver=FakeResolver())) as session:
        with pytest.raises(ClientProxyConnectionError):
            await session.get("http://target.test/", proxy="http://127.0.0.1:1")
        with pytest.raises(ClientProxyConnectionError):
            await session.get("https://target.test/", proxy=proxy.url())
        with pytest.raises(ClientConnectorDNSError):
            await session.get("http://target.test/", proxy="http://proxy.test:1")
        with pytest.raises(InvalidURL):
            await session.get("http://target.test/", proxy="proxy")
        with pytest.raises(ValueError):
            await session.get("http://target.test/", proxy="gopher://proxy:1")


async def test_proxy_timeout(serve: Any) -> None:
    async def silent(talk: Any) -> None:
        await talk.head()
        await talk.ended()

    proxy = await serve(silent)
    async with ClientSession() as session:
        with pytest.raises(ConnectionTimeoutError) as caught:
            await session.get(
                "https://target.test/", proxy=proxy.url(), timeout=ClientTimeout(proxy=0.05)
            )
        assert caught.value.phase == "proxy"


@pytest.mark.parametrize("scheme", ["socks5h", "socks5", "socks4", "socks4a"])
async def test_socks(serve: Any, answering: Any, scheme: str) -> None:
    target = await serve(answering(OK))

    async def socks(talk: Any) -> None:
        if scheme.startswith("socks5"):
            assert await talk.exactly(3) == b"\x05\x01\x00"
            await talk.send(b"\x05\x00")
            kind = (await talk.exactly(4))[3]
            await talk.exactly(4 if kind == 1 else (await talk.exactly(1))[0])
            await talk.exactly(2)
            await talk.send(b"\x05\x00\x00\x01\x00\x00\x00\x00\x00\x00")
        else:
            await talk.exactly(8)
            await talk.reader.readuntil(b"\0")
            if scheme == "socks4a":
                await talk.reader.readuntil(b"\0")
            await talk.send(b"\x00\x5a" + bytes(6))
        reader, writer = await asyncio.open_connection("127.0.0.1", target.port)
        await asyncio.gather(pipe(talk.reader, writer), pipe(reader, talk.writer))

    proxy = await serve(socks)
    resolver = FakeResolver({"name.test": ["127.0.0.1"]})
    async with ClientSession(connector=TCPConnector(resolver=resolver)) as session:
        for _ in range(2):
            async with session.get(
                target.url(host="name.test"), proxy=f"{scheme}://127.0.0.1:{proxy.port}"
            ) as resp:
                assert await resp.read() == b"hello"
    assert len(proxy.talks) == 1
    assert bool(resolver.asked) is (scheme in ("socks5", "socks4"))


@pytest.mark.parametrize("scheme", ["socks4", "socks5"])
@pytest.mark.parametrize("answered", [0, 1, 2])
async def test_next_address_is_tried_through_socks(
    serve: Any, answering: Any, scheme: str, answered: int
) -> None:
    """A proxy that cannot reach one address of the target is asked for the next one."""
    target = await serve(answering(OK))
    hosts = ["127.0.0.11", "127.0.0.12"]
    asked: list[str] = []

    async def socks(talk: Any) -> None:
        if scheme == "socks5":
            assert await talk.exactly(3) == b"\x05\x01\x00"
            await talk.send(b"\x05\x00")
            address = (await talk.exactly(10))[4:8]
        else:
            address = (await talk.exactly(9))[4:8]
        asked.append(socket.inet_ntoa(address))
        good = asked[-1] == [*hosts, "none"][answered]
        if scheme == "socks5":
            await talk.send(bytes((5, 0 if good else 5, 0, 1)) + bytes(6))
        else:
            await talk.send(bytes((0, 0x5A if good else 0x5B)) + bytes(6))
        if good:
            reader, writer = await asyncio.open_connection("127.0.0.1", target.port)
            await asyncio.gather(pipe(talk.reader, writer), pipe(reader, talk.writer))

    proxy = await serve(socks)
    resolver = FakeResolver({"name.test": hosts})
    async with ClientSession(connector=TCPConnector(resolver=resolver)) as session:
        url = target.url(host="name.test")
        if answered < 2:
            async with session.get(url, proxy=f"{scheme}://127.0.0.1:{proxy.port}") as resp:
                assert await resp.read() == b"hello"
        else:
            with pytest.raises(ClientProxyConnectionError, match=r"refused|rejected"):
                await session.get(url, proxy=f"{scheme}://127.0.0.1:{proxy.port}")
        assert session.connector is not None
        assert session.connector.stats.leased == 0
    assert asked == hosts[: answered + 1]


async def test_a_wrong_login_is_tried_once(serve: Any) -> None:
    async def socks(talk: Any) -> None:
        await talk.exactly(4)
        await talk.send(b"\x05\x02")
        await talk.exactly(5)
        await talk.send(b"\x01\x01")
        await talk.ended()

    proxy = await serve(socks)
    resolver = FakeResolver({"name.test": ["127.0.0.1", "127.0.0.2"]})
    async with ClientSession(connector=TCPConnector(resolver=resolver)) as session:
        with pytest.raises(ClientProxyConnectionError, match="refused login"):
            await session.get("http://name.test/", proxy=f"socks5://u:p@127.0.0.1:{proxy.port}")
    assert len(proxy.talks) == 1


async def test_environment_proxy(
    serve: Any, answering: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    proxy = await serve(answering(OK))
    monkeypatch.setenv("http_proxy", proxy.url())
    monkeypatch.setenv("no_proxy", "")
    async with ClientSession(trust_env=True) as session:
        async with session.get("http://target.test/") as resp:
            assert resp.status == 200
    assert proxy.talks[0].heads[0].startswith(b"GET http://target.test/ ")


async def test_handshake_cancelled_anywhere(
    serve: Any, answering: Any, server_tls: Any, client_tls: Any
) -> None:
    target = await serve(answering(OK), tls=server_tls)
    proxy = await serve(tunnel_to(target.port))
    connector = TCPConnector(limit=1)
    async with ClientSession(connector=connector) as session:
        for steps in range(1, 40, 2):
            task = asyncio.ensure_future(
                session.get(target.url(host="localhost"), proxy=proxy.url(), ssl=client_tls)
            )
            for _ in range(steps):
                await asyncio.sleep(0)
            task.cancel()
            done = await asyncio.gather(task, return_exceptions=True)
            if not isinstance(done[0], BaseException):
                done[0].release()
            connector.check_invariants()
            assert connector.stats[:2] == (0, 0)
        async with session.get(
            target.url(host="localhost"), proxy=proxy.url(), ssl=client_tls
        ) as resp:
            assert resp.status == 200


@pytest.mark.spec("CON-13", "ADD-330", "ADD-957", "ADD-334")
async def test_deprecated_options(client_tls: Any) -> None:
    for options in ({"verify_ssl": False}, {"fingerprint": b"x" * 32}, {"ssl_context": client_tls}):
        with pytest.warns(DeprecationWarning, match=next(iter(options))):
            connector = TCPConnector(**options)
        await connector.close()
    with pytest.warns(DeprecationWarning), pytest.raises(ValueError):
        TCPConnector(ssl=client_tls, verify_ssl=False)
    with pytest.raises(TypeError):
        TCPConnector(ssl=5)  # type: ignore[arg-type]
    with pytest.raises(ValueError):
        TCPConnector(dns_cache_max_size=0)
