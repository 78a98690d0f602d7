"""What connectors are made with, and what older versions had."""

import asyncio
import contextlib
import errno
import gc
import hashlib
import inspect
import socket
import ssl
import threading
import warnings
from typing import Any

import pytest
import trustme

import aiohttp_client
from aiohttp_client import (
    AbstractResolver,
    AddrInfoType,
    BaseConnector,
    ClientConnectionError,
    ClientConnectorCertificateError,
    ClientConnectorDNSError,
    ClientConnectorError,
    ClientSession,
    ClientSSLError,
    ClientTimeout,
    Connection,
    CookieJar,
    SocketFactoryType,
    TCPConnector,
    TraceConfig,
    UnixConnector,
    WSServerHandshakeError,
)

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello"


def result(host: str, address: str, port: int, family: int = socket.AF_INET) -> dict[str, Any]:
    return {
        "hostname": host,
        "host": address,
        "port": port,
        "family": family,
        "proto": 0,
        "flags": 0,
    }


class Names(AbstractResolver):
    """Knows some names; keeps what it was asked."""

    def __init__(self, **hosts: str) -> None:
        self.hosts = {name.replace("_", "."): address for name, address in hosts.items()}
        self.asked: list[tuple[str, int, int]] = []

    async def resolve(self, host: str, port: int = 0, family: Any = socket.AF_INET) -> list[Any]:
        self.asked.append((host, port, family))
        if host not in self.hosts:
            raise OSError(None, "unknown")
        return [result(host, self.hosts[host], port)]

    async def close(self) -> None:
        """Do nothing."""


class At:
    """The clock of the running loop, some seconds later, for code that does not wait."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self._patch = monkeypatch

    def __call__(self, connector: BaseConnector, seconds: float) -> int:
        """Return how many connections are idle when those whose time is over are closed."""
        loop = connector.loop
        now = loop.time() + seconds
        with self._patch.context() as patch:
            patch.setattr(connector, "_loop", Clock(loop, now))
            connector.expire()
            timer, connector._expiry = connector._expiry, None
            if timer is not None:
                timer.cancel()
        return connector.stats.idle


class Clock:
    """A loop with another time."""

    def __init__(self, loop: asyncio.AbstractEventLoop, now: float) -> None:
        self._loop = loop
        self._now = now

    def time(self) -> float:
        return self._now

    def __getattr__(self, name: str) -> Any:
        return getattr(self._loop, name)


async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Answer every request of a connection."""
    try:
        while True:
            await reader.readuntil(b"\r\n\r\n")
            writer.write(OK)
    except (asyncio.IncompleteReadError, ConnectionError):
        writer.close()


@pytest.fixture
def at(monkeypatch: pytest.MonkeyPatch) -> At:
    return At(monkeypatch)


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture(scope="module")
def server_tls(authority: trustme.CA) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("localhost", "127.0.0.1", "b\u00fccher.test").configure_cert(context)
    return context


@pytest.fixture(scope="module")
def client_tls(authority: trustme.CA) -> ssl.SSLContext:
    context = ssl.create_default_context()
    authority.configure_trust(context)
    return context


# -- the pool -------------------------------------------------------------------------------------


@pytest.mark.spec("CON-08", "C08", "ADD-1042")
async def test_close_closes_all_connections(serve: Any) -> None:
    """Those in use and the idle ones; the call itself closes, awaiting it waits."""
    ended: list[bytes] = []

    async def script(talk: Any) -> None:
        path = (await talk.head()).split(b" ")[1]
        await talk.send(OK if path == b"/idle" else OK.removesuffix(b"hello"))
        await talk.ended()
        ended.append(path)

    server = await serve(script)
    connector = TCPConnector()
    session = ClientSession(connector=connector)
    busy = await session.get(server.url("/busy"))
    async with session.get(server.url("/idle")) as resp:
        await resp.read()
    assert (connector.stats.leased, connector.stats.idle) == (1, 1)
    closing = connector.close()
    assert inspect.isawaitable(closing)
    assert connector.closed
    assert (connector.stats.leased, connector.stats.idle) == (0, 0)
    await closing
    with pytest.raises(ClientConnectionError):
        await busy.read()
    async with asyncio.timeout(15):
        while len(ended) < 2:
            await asyncio.sleep(0.001)
    assert sorted(ended) == [b"/busy", b"/idle"]
    await session.close()


@pytest.mark.spec("CON-16", "C04", "C05", "ADD-905")
@pytest.mark.parametrize(
    ("options", "kept", "gone"),
    [
        ({}, 14.9, 15.1),
        ({"keepalive_timeout": 30}, 29.9, 30.1),
        ({"keepalive_timeout": 0}, None, 0.1),
        ({"keepalive_timeout": None}, 1e9, None),
    ],
)
@pytest.mark.parametrize("unix", [False, True])
async def test_how_long_idle_connections_are_kept(
    at: At,
    tmp_path: Any,
    monkeypatch: pytest.MonkeyPatch,
    options: Any,
    kept: float | None,
    gone: float | None,
    unix: bool,
) -> None:
    """15 s unless something else is said, over TCP and Unix sockets alike."""

    connector: BaseConnector
    if unix:
        monkeypatch.chdir(tmp_path)  # the address of a socket is short
        server = await asyncio.start_unix_server(answer, "s")
        connector = UnixConnector("s", **options)
        url = "http://a.test/"
    else:
        server = await asyncio.start_server(answer, "127.0.0.1", 0)
        connector = TCPConnector(**options)
        url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/"
    async with ClientSession(connector=connector) as session:
        async with session.get(url) as resp:
            await resp.read()
        if kept is not None:
            assert at(connector, kept) == 1
        if gone is not None:
            assert at(connector, gone) == 0
        async with session.get(url) as resp:
            await resp.read()
        assert connector.stats.created == (1 if gone is None else 2)
    server.close()


@pytest.mark.spec("CON-24")
@pytest.mark.parametrize(("threshold", "whole"), [(None, True), (5, True), (14, True), (20, False)])
async def test_long_delays_end_on_whole_seconds(
    serve: Any, answering: Any, monkeypatch: pytest.MonkeyPatch, threshold: Any, whole: bool
) -> None:
    server = await serve(answering(OK))
    options = {} if threshold is None else {"timeout_ceil_threshold": threshold}
    timers: list[float] = []
    loop = asyncio.get_running_loop()
    call_at = loop.call_at

    def noting(when: float, callback: Any, *args: Any, **more: Any) -> Any:
        if getattr(callback, "__name__", "") == "_expire":
            timers.append(when)
        return call_at(when, callback, *args, **more)

    monkeypatch.setattr(loop, "call_at", noting)
    monkeypatch.setattr(loop, "time", lambda: 1000.25)
    connector = TCPConnector(**options)
    async with ClientSession(connector=connector, timeout=ClientTimeout()) as session:
        async with session.get(server.url()) as resp:
            await resp.read()
    assert timers == [1016.0 if whole else 1015.25]


@pytest.mark.spec("C06", "C76", "C77", "ADD-293")
async def test_defaults() -> None:
    defaults = {
        name: parameter.default
        for name, parameter in inspect.signature(TCPConnector).parameters.items()
    }
    assert defaults["limit"] == 100
    assert defaults["limit_per_host"] == 0
    assert defaults["use_dns_cache"] is True
    assert defaults["ttl_dns_cache"] == 10
    assert defaults["ssl"] is True
    async with TCPConnector() as connector:
        assert (connector.limit, connector.limit_per_host) == (100, 0)


@pytest.mark.spec("C06", "C77")
@pytest.mark.parametrize(
    ("options", "most"),
    [({}, 4), ({"limit": 0}, 4), ({"limit": 3}, 3), ({"limit": 0, "limit_per_host": 2}, 2)],
)
async def test_zero_is_no_limit(serve: Any, options: Any, most: int) -> None:
    """The total is one of all endpoints, that per host is one of each."""
    goes_on = asyncio.Event()
    busy = 0

    async def script(talk: Any) -> None:
        nonlocal busy
        while True:
            await talk.head()
            busy += 1
            if busy >= most:
                goes_on.set()
            await goes_on.wait()
            await talk.send(OK)

    server = await serve(script)
    connector = TCPConnector(**options)
    async with ClientSession(connector=connector) as session:

        async def use() -> None:
            async with session.get(server.url()) as resp:
                await resp.read()

        async with asyncio.timeout(15):
            await asyncio.gather(*[use() for _ in range(4)])
    assert len(server.talks) == most


# -- addresses ------------------------------------------------------------------------------------


@pytest.mark.spec("CON-17")
@pytest.mark.parametrize("family", [socket.AF_UNSPEC, socket.AF_INET, socket.AF_INET6])
async def test_family(serve: Any, answering: Any, family: int) -> None:
    """The resolver is asked for this family alone."""
    server = await serve(answering(OK))
    names = Names(a_test="127.0.0.1")
    options: Any = {} if family == socket.AF_UNSPEC else {"family": family}
    connector = TCPConnector(resolver=names, **options)
    assert connector.family == family
    async with ClientSession(connector=connector) as session:
        async with session.get(server.url(host="a.test")) as resp:
            assert resp.status == 200
    assert names.asked == [("a.test", server.port, family)]


class ManyAddresses(AbstractResolver):
    async def resolve(self, host: str, port: int = 0, family: Any = socket.AF_INET) -> list[Any]:
        six = [result(host, f"2001:db8::{n}", port, socket.AF_INET6) for n in (1, 2, 3)]
        return [*six, result(host, "192.0.2.1", port), result(host, "192.0.2.2", port)]

    async def close(self) -> None:
        """Do nothing."""


@pytest.mark.spec("CON-21", "CON-23")
@pytest.mark.parametrize(
    ("options", "order"),
    [
        ({}, "6 4 6 4 6"),
        ({"happy_eyeballs_delay": None}, "6 6 6 4 4"),
        ({"interleave": 0}, "6 6 6 4 4"),
        ({"interleave": 1}, "6 4 6 4 6"),
        ({"interleave": 2}, "6 6 4 6 4"),
        ({"interleave": 1, "happy_eyeballs_delay": None}, "6 4 6 4 6"),
    ],
)
async def test_interleave(options: Any, order: str) -> None:
    """The First Address Family Count of RFC 8305: so many of the first family, then in turn."""
    tried: list[str] = []

    def refuse(info: AddrInfoType) -> socket.socket:
        family, kind, proto, name, address = info
        assert (kind, proto, name) == (socket.SOCK_STREAM, socket.IPPROTO_TCP, "")
        assert address[1] == 80
        tried.append("6" if family == socket.AF_INET6 else "4")
        raise OSError(errno.ENETUNREACH, "unreachable")

    factory: SocketFactoryType = refuse
    connector = TCPConnector(resolver=ManyAddresses(), socket_factory=factory, **options)
    async with ClientSession(connector=connector) as session:
        with pytest.raises(ClientConnectorError, match=r"Cannot connect to host a\.test:80"):
            await session.get("http://a.test/")
    assert " ".join(tried[:5]) == order
    assert {"AddrInfoType", "SocketFactoryType"} <= set(aiohttp_client.__all__)


@pytest.mark.spec("ADD-304", "CON-26", "C76")
async def test_clear_dns_cache(serve: Any, answering: Any) -> None:
    server = await serve(answering(OK))
    names = Names(a_test="127.0.0.1", b_test="127.0.0.1")
    connector = TCPConnector(resolver=names, force_close=True)
    async with ClientSession(connector=connector) as session:

        async def asked() -> list[str]:
            names.asked.clear()
            for host in ("a.test", "b.test"):
                async with session.get(server.url(host=host)) as resp:
                    assert resp.status == 200
            return [host for host, _, _ in names.asked]

        assert await asked() == ["a.test", "b.test"]
        assert await asked() == []
        for wrong in ({"host": "a.test"}, {"port": server.port}):
            with pytest.raises(ValueError, match="both host and port"):
                connector.clear_dns_cache(**wrong)
        assert await asked() == []
        connector.clear_dns_cache("a.test", server.port)
        assert await asked() == ["a.test"]
        connector.clear_dns_cache("a.test", server.port + 1)
        assert await asked() == []
        connector.clear_dns_cache()
        assert await asked() == ["a.test", "b.test"]


@pytest.mark.spec("ADD-292", "ADD-847")
async def test_size_of_the_dns_cache(serve: Any, answering: Any) -> None:
    assert inspect.signature(TCPConnector).parameters["dns_cache_max_size"].default == 1000
    server = await serve(answering(OK))
    names = Names(a_test="127.0.0.1", b_test="127.0.0.1")
    connector = TCPConnector(resolver=names, force_close=True, dns_cache_max_size=1)
    async with ClientSession(connector=connector) as session:
        for host in ("a.test", "a.test", "b.test", "a.test"):
            async with session.get(server.url(host=host)) as resp:
                assert resp.status == 200
    assert [host for host, _, _ in names.asked] == ["a.test", "b.test", "a.test"]
    with pytest.raises(ValueError, match="dns_cache_max_size"):
        TCPConnector(dns_cache_max_size=0)


@pytest.mark.spec("ADD-305", "CON-14", "ADD-1039")
async def test_what_a_connector_says_of_names() -> None:
    """The cache itself is not shown."""
    async with TCPConnector() as connector:
        assert connector.use_dns_cache is True
        assert connector.family == socket.AF_UNSPEC
        assert connector.allowed_protocol_schema_set == {"", "http", "https", "ws", "wss", "tcp"}
        for name in ("use_dns_cache", "family"):
            with pytest.raises(AttributeError):
                setattr(connector, name, 1)
        for name in ("dns_cache", "cached_hosts"):
            assert not hasattr(connector, name)
    async with TCPConnector(use_dns_cache=False) as connector:
        assert connector.use_dns_cache is False


@pytest.mark.spec("DNS-03")
@pytest.mark.parametrize("how", ["resolver", "connector"])
async def test_addresses_can_be_blocked(serve: Any, answering: Any, how: str) -> None:
    """Forged requests to the own network end before a connection is opened."""
    server = await serve(answering(OK))
    names = Names(good_test="127.0.0.1", evil_test="127.0.0.2")

    class Careful(Names):
        async def resolve(self, host: str, port: int = 0, family: Any = 0) -> list[Any]:
            found = await names.resolve(host, port, family)
            if any(address["host"] == "127.0.0.2" for address in found):
                raise OSError(None, f"{host} is blocked")
            return found

    class CarefulConnector(TCPConnector):
        async def _resolve_host(self, host: str, port: int, traces: Any = None) -> list[Any]:
            found = await super()._resolve_host(host, port, traces)
            if any(address["host"] == "127.0.0.2" for address in found):
                raise OSError(None, f"{host} is blocked")
            return found

    if how == "resolver":
        connector = TCPConnector(resolver=Careful())
    else:
        connector = CarefulConnector(resolver=names)
    async with ClientSession(connector=connector) as session:
        async with session.get(server.url(host="good.test")) as resp:
            assert resp.status == 200
        with pytest.raises(ClientConnectorDNSError, match=r"evil\.test is blocked"):
            await session.get(server.url(host="evil.test"))
        if how == "connector":  # a literal address is no question for a resolver
            with pytest.raises(ClientConnectorDNSError, match="is blocked"):
                await session.get(server.url(host="127.0.0.2"))
    assert len(server.talks) == 1


@pytest.mark.spec("ADD-401")
@pytest.mark.parametrize("cached", [True, False])
async def test_the_name_of_a_proxy_fires_no_events(
    serve: Any, answering: Any, cached: bool
) -> None:
    server = await serve(answering(OK))
    events: list[str] = []
    config: TraceConfig[Any] = TraceConfig()

    def noting(name: str) -> Any:
        async def note(session: Any, context: Any, params: Any) -> None:
            events.append(f"{name} {params.host}")

        return note

    for name in ("resolvehost_start", "resolvehost_end", "cache_hit", "cache_miss"):
        getattr(config, f"on_dns_{name}").append(noting(name))
    names = Names(proxy_test="127.0.0.1", direct_test="127.0.0.1")
    connector = TCPConnector(resolver=names, use_dns_cache=cached, force_close=True)
    async with ClientSession(connector=connector, trace_configs=[config]) as session:
        for _ in range(2):
            async with session.get(
                "http://target.test/", proxy=server.url(host="proxy.test")
            ) as resp:
                assert resp.status == 200
        assert events == []
        async with session.get(server.url(host="direct.test")) as resp:
            assert resp.status == 200
    assert events[-2:] == ["resolvehost_start direct.test", "resolvehost_end direct.test"]


# -- sockets --------------------------------------------------------------------------------------


@pytest.mark.spec("CON-11", "CON-12")
async def test_one_connector_for_http_and_https(
    serve: Any, answering: Any, server_tls: Any, client_tls: Any
) -> None:
    """TLS is verified unless the connector is told otherwise."""
    plain = await serve(answering(OK))
    secure = await serve(answering(OK), tls=server_tls)
    for option in (client_tls, False):
        async with ClientSession(connector=TCPConnector(ssl=option)) as session:
            for url in (plain.url(), secure.url(host="localhost")):
                async with session.get(url) as resp:
                    assert await resp.read() == b"hello"
    async with ClientSession(connector=TCPConnector(ssl=True)) as session:
        with pytest.raises(ClientConnectorCertificateError):
            await session.get(secure.url(host="localhost"))


@pytest.mark.spec("CTLS-07")
async def test_tls_with_a_name_that_is_not_ascii(
    serve: Any, answering: Any, server_tls: Any, client_tls: Any
) -> None:
    asked: list[Any] = []
    server_tls.sni_callback = lambda sock, name, context: asked.append(name)
    try:
        server = await serve(answering(OK), tls=server_tls)
        names = Names(**{"xn--bcher-kva_test": "127.0.0.1"})
        connector = TCPConnector(resolver=names, ssl=client_tls)
        async with ClientSession(connector=connector) as session:
            async with session.get(server.url(host="b\u00fccher.test")) as resp:
                assert await resp.read() == b"hello"
                assert resp.url.host == "b\u00fccher.test"
    finally:
        server_tls.sni_callback = None
    assert asked == ["xn--bcher-kva.test"]
    assert f"\r\nHost: xn--bcher-kva.test:{server.port}\r\n".encode() in server.talks[0].heads[0]


@pytest.mark.spec("ADD-851")
@pytest.mark.parametrize("where", ["session", "call"])
async def test_tls_without_a_total_timeout(
    serve: Any, answering: Any, server_tls: Any, client_tls: Any, where: str
) -> None:
    """Zero is no limit, for the handshake neither."""
    server = await serve(answering(OK), tls=server_tls)
    none = ClientTimeout(total=0, connect=0, sock_connect=0, sock_read=0)
    options: Any = {"timeout": none}
    async with ClientSession(**(options if where == "session" else {})) as session:
        async with session.get(
            server.url(host="localhost"), ssl=client_tls, **(options if where == "call" else {})
        ) as resp:
            assert await resp.read() == b"hello"


@pytest.mark.spec("ADD-855", "ADD-1072", "CTLS-06")
async def test_what_a_certificate_error_tells(serve: Any, answering: Any, server_tls: Any) -> None:
    server = await serve(answering(OK), tls=server_tls)
    async with ClientSession() as session:
        with pytest.raises(ClientConnectorCertificateError) as caught:
            await session.get(server.url(host="localhost"))
    error = caught.value
    assert isinstance(error, ClientSSLError)
    assert isinstance(error, ssl.CertificateError)
    assert isinstance(error.certificate_error, ssl.SSLCertVerificationError)
    assert error.os_error is error.certificate_error
    assert (error.host, error.port, error.ssl) == ("localhost", server.port, True)
    assert "certificate verify failed" in str(error)


@pytest.mark.spec("CTLS-05", "C79")
@pytest.mark.parametrize("how", ["verify_ssl", "ssl_context", "fingerprint", "ssl"])
@pytest.mark.parametrize("call", ["ws_connect", "get", "connector"])
async def test_older_ways_to_say_how_tls_is_verified(
    serve: Any, answering: Any, server_tls: Any, client_tls: Any, how: str, call: str
) -> None:
    """They work with a warning, ``ssl`` without one; two of them contradict each other."""
    server = await serve(answering(OK), tls=server_tls)
    certificate = ssl.PEM_cert_to_DER_cert(
        await asyncio.to_thread(ssl.get_server_certificate, ("127.0.0.1", server.port))
    )
    values: dict[str, Any] = {
        "verify_ssl": False,
        "ssl_context": client_tls,
        "fingerprint": hashlib.sha256(certificate).digest(),
        "ssl": client_tls,
    }
    given = {how: values[how]}
    warned = (
        contextlib.nullcontext()
        if how == "ssl"
        else pytest.warns(DeprecationWarning, match="use ssl=")
    )
    url = server.url(host="localhost")
    if call == "connector":
        with warned:
            connector = TCPConnector(**given)
        async with ClientSession(connector=connector) as session:
            async with session.get(url) as resp:
                assert resp.status == 200
    else:
        async with ClientSession() as session:
            with warned:
                if call == "get":
                    async with session.get(url, **given) as resp:
                        assert resp.status == 200
                else:
                    with pytest.raises(WSServerHandshakeError):  # TLS went well
                        await session.ws_connect(url, **given)
    other = "ssl_context" if how != "ssl_context" else "fingerprint"
    both = {**given, other: values[other]}
    with contextlib.suppress(DeprecationWarning), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        async with ClientSession() as session:
            with pytest.raises(ValueError, match="mutually exclusive"):
                if call == "connector":
                    TCPConnector(**both)
                elif call == "get":
                    await session.get(url, **both)
                else:
                    await session.ws_connect(url, **both)


@pytest.mark.spec("ADD-403")
@pytest.mark.parametrize("secure", [False, True])
def test_nothing_is_left_of_a_closed_session(
    server_tls: Any, client_tls: Any, secure: bool
) -> None:
    """After ``close()`` the loop may end at once: no transport is unclosed, with TLS neither."""

    async def use() -> None:
        session = ClientSession()
        for _ in range(2):
            async with session.get(url, ssl=client_tls) as resp:
                assert await resp.read() == b"hello"
        await session.close()

    started = threading.Event()
    where: list[Any] = []

    async def serve_until_done() -> None:
        server = await asyncio.start_server(
            answer, "127.0.0.1", 0, ssl=server_tls if secure else None
        )
        done = asyncio.Event()
        where.extend((server.sockets[0].getsockname()[1], asyncio.get_running_loop(), done))
        started.set()
        await done.wait()
        server.close()

    thread = threading.Thread(target=asyncio.run, args=(serve_until_done(),))
    thread.start()
    try:
        assert started.wait(15)
        url = f"http{'s' if secure else ''}://localhost:{where[0]}/"
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            loop = asyncio.new_event_loop()
            loop.run_until_complete(use())
            loop.close()
            gc.collect()
        assert [str(warning.message) for warning in caught] == []
    finally:
        where[1].call_soon_threadsafe(where[2].set)
        thread.join(15)


async def test_several_sessions_are_closed_together(serve: Any, answering: Any) -> None:
    server = await serve(answering(OK))
    sessions = [ClientSession() for _ in range(3)]
    for session in sessions:
        async with session.get(server.url()) as resp:
            await resp.read()
    await asyncio.gather(*[session.close() for session in sessions])
    assert all(session.closed for session in sessions)
    async with asyncio.timeout(15):
        for talk in server.talks:
            assert await talk.ended() == b""


# -- what older versions had ----------------------------------------------------------------------


@pytest.mark.spec("CON-31", "CON-32", "CON-33", "CON-34", "CON-35", "CON-36", "C07")
async def test_what_older_connectors_had(serve: Any, answering: Any) -> None:
    for name in ("conn_timeout", "share_cookies", "resolve"):
        with pytest.raises(TypeError, match=name):
            TCPConnector(**{name: None})  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="conn_timeout"):
        UnixConnector("s", conn_timeout=1)  # type: ignore[call-arg]
    gone = ("resolved_hosts", "clear_resolved_hosts", "verify_ssl", "ssl_context", "fingerprint")
    for name in gone:
        assert not hasattr(TCPConnector, name), name
    assert not hasattr(Connection, "detach")
    assert not hasattr(aiohttp_client, "ProxyConnector")
    # What stands in their place.
    server = await serve(
        answering(b"HTTP/1.1 200 OK\r\nSet-Cookie: a=b\r\nContent-Length: 0\r\n\r\n")
    )
    jar = CookieJar(unsafe=True)
    for _ in range(2):  # two sessions with one jar share its cookies
        async with ClientSession(cookie_jar=jar, timeout=ClientTimeout(sock_connect=5)) as session:
            async with session.get("http://127.0.0.1:1/", proxy=server.url()) as resp:
                assert resp.status == 200
    assert b"cookie" not in server.talks[0].heads[0].lower()
    assert b"\r\nCookie: a=b\r\n" in server.talks[1].heads[0]


async def test_small_writes_are_not_delayed(serve: Any, answering: Any) -> None:
    server = await serve(answering(OK.removesuffix(b"hello")))
    async with ClientSession() as session:
        async with session.get(server.url()) as resp:
            assert resp.connection is not None
            assert resp.connection.transport is not None
            sock = resp.connection.transport.get_extra_info("socket")
            assert sock.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
