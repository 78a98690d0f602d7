"""What advisories about HTTP clients teach, as input for ours.

The numbers are those of advisories of aiohttp, urllib3, requests, httplib2, Go, curl and others:
each names the input that went wrong somewhere, and what has to happen.
"""

import asyncio
import gzip
import socket
import ssl
import time
import zlib
from contextlib import suppress
from typing import Any

import pytest
import trustme
from hostile_server import OK, ask, bounded_memory, client, endless, hostile, reset, says
from yarl import URL

from aiohttp_client import (
    AbstractResolver,
    ClientConnectionError,
    ClientConnectorCertificateError,
    ClientConnectorDNSError,
    ClientError,
    ClientHttpProxyError,
    ClientPayloadError,
    ClientProxyConnectionError,
    ClientResponseError,
    ClientSession,
    ClientTimeout,
    InvalidUrlClientError,
    InvalidUrlRedirectClientError,
    NonHttpUrlRedirectClientError,
    TCPConnector,
    TooManyRedirects,
)

SECRETS = ("authorization", "cookie", "proxy-authorization")


def moved(location: str | bytes, status: int = 302) -> bytes:
    if isinstance(location, str):
        location = location.encode("latin-1")
    head = b"HTTP/1.1 %d Moved\r\nLocation: %b\r\nContent-Length: 0\r\n\r\n"
    return head % (status, location)


class Recording:
    """A server that answers each request with the next answer, and keeps the heads."""

    def __init__(self, *answers: bytes) -> None:
        self.answers = list(answers)
        self.heads: list[str] = []

    async def __aenter__(self) -> "Recording":
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.port: int = self._server.sockets[0].getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}/"
        return self

    async def __aexit__(self, *_: object) -> None:
        self._server.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(ConnectionError, asyncio.IncompleteReadError):
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                self.heads.append(head.decode("latin-1"))
                index = min(len(self.heads), len(self.answers)) - 1
                writer.write(self.answers[index])
        writer.close()


PLAIN = OK + b"Content-Length: 2\r\n\r\nok"


# -- what callers may put into a request ----------------------------------------------------------


@pytest.mark.parametrize(
    "url",
    [
        "http://[::1",
        "http://[::1]x/",
        "http://a:99999/",
        "http://a:b/",
        "http://",
        "http:///x",
        "//",
        "http://a b/",
        "http://a\r\nX/",
        "http://a\x00b/",
        "http://" + "a" * 100_000 + "/",
        "http://" + "@" * 100_000,
        "http://\u00fc" + "\u0300" * 50_000 + "/",
        "http://" + "a." * 50_000 + "/",
    ],
    ids=lambda url: url[:24].encode("unicode_escape").decode(),
)
async def test_urls_that_are_none(url: str) -> None:
    """CVE-2022-33124, CVE-2021-33503, CVE-2024-3651: the documented error, in linear time."""
    async with client() as session:
        started = time.process_time()
        with pytest.raises((InvalidUrlClientError, ClientConnectorDNSError)) as caught:
            await session.get(url)
        assert len(str(caught.value)) < 300_000
        assert time.process_time() - started < 5


@pytest.mark.parametrize("url", ["/a\r\nX: y", "/a?b\r\nX: y", "/a\x00b", "/\u00e9 \u2028"])
async def test_line_ends_in_urls(url: str) -> None:
    """CVE-2020-26137, CVE-2019-11236: quoted, or refused; never a second field."""
    async with Recording(PLAIN) as server, client() as session:
        with suppress(InvalidUrlClientError):
            await ask(session, server.url[:-1] + url)
        for head in server.heads:
            assert "X: y" not in head.split("\r\n")[1:]
            line = head.split("\r\n")[0]
            assert line.isascii()
            assert len(line.split(" ")) == 3


@pytest.mark.parametrize(
    "method",
    ["GET / HTTP/1.1\r\nX: y\r\n\r\nGET", "GET x", "G\x00T", "\uff27\uff25\uff34", "", "GET\n"],
)
async def test_methods_that_are_none(method: str) -> None:
    """GHSA-qvrw-v9rv-5rjx, CVE-2023-49082."""
    async with Recording(PLAIN) as server, client() as session:
        with pytest.raises(ValueError, match=r"(?i)method"):
            await session.request(method, server.url)
        assert server.heads == []


@pytest.mark.parametrize("version", ["1.1\r\nX: y", "1.1", (1, 2), (0, 9), (2, 0), b"1.1"])
async def test_versions_that_are_none(version: Any) -> None:
    """GHSA-q3qx-c6g2-7pw2, CVE-2023-49081."""
    async with Recording(PLAIN) as server:
        async with ClientSession(version=version) as session:
            with pytest.raises(ValueError, match="version"):
                await session.get(server.url)
        assert server.heads == []


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("X\r\n", "a"),
        ("X\n", "a"),
        ("X ", "a"),
        ("", "a"),
        ("X:", "a"),
        ("\u00e9", "a"),
        ("X", "a\r\nY: b"),
        ("X", "a\nb"),
        ("X", "a\rb"),
        ("X", "a\x00b"),
    ],
)
@pytest.mark.parametrize("where", ["session", "call", "middleware"])
async def test_fields_that_are_none(name: str, value: str, where: str) -> None:
    """CVE-2019-12387, CVE-2020-11078: before anything is sent, whoever has set them."""

    async def change(request: Any, handler: Any) -> Any:
        if where == "middleware":
            request.headers[name] = value
        return await handler(request)

    async with Recording(PLAIN) as server:
        async with ClientSession(
            headers={name: value} if where == "session" else None, middlewares=[change]
        ) as session:
            with pytest.raises(ValueError):
                await session.get(server.url, headers={name: value} if where == "call" else None)
            assert session.connector is not None
            assert session.connector.stats.leased == 0
        assert server.heads == []


# -- secrets belong to an origin ------------------------------------------------------------------


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@pytest.mark.parametrize("spelling", [str.lower, str.upper, str.title])
@pytest.mark.parametrize("change", ["port", "host", "none"])
async def test_secrets_do_not_leave_their_origin(status: int, spelling: Any, change: str) -> None:
    """GHSA-966j-vmvw-g2g9, GHSA-hg6j-4rv6-33pg, CVE-2018-20060, CVE-2018-18074 and their kind."""
    async with Recording(PLAIN) as other, Recording(b"") as first, client() as session:
        target = {
            "port": other.url,
            "host": first.url.replace("127.0.0.1", "localhost"),
            "none": "/again",
        }[change]
        first.answers = [moved(target, status), PLAIN]
        headers = [(spelling(name), f"a={number}") for number in "12" for name in SECRETS]
        await ask(session, first.url, headers=headers, cookies={"mine": "1"})
        head = (other if change == "port" else first).heads[-1].lower()
        assert head.startswith("get /again" if change == "none" else "get /")
        for name in SECRETS:
            assert (f"\r\n{name}:" in head) is (change == "none"), name
        assert ("mine=1" in head) is (change == "none")


async def test_netrc_is_asked_for_the_host_that_is_connected_to(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Any
) -> None:
    """CVE-2024-47081: what stands before the ``@`` is no host."""
    (tmp_path / "netrc").write_text("machine good.test login l password secret\n")
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    monkeypatch.setenv("no_proxy", "*")
    async with Recording(PLAIN) as server, ClientSession(trust_env=True) as session:
        await ask(session, f"http://good.test:@127.0.0.1:{server.port}/")
        await ask(session, f"http://good.test@127.0.0.1:{server.port}/")
        await ask(session, server.url)
    for head in server.heads:
        assert "bDpzZWNyZXQ=" not in head  # l:secret


@pytest.mark.parametrize("default", [True, False])
async def test_redirects_that_are_not_wanted_are_not_followed(default: bool) -> None:
    """CVE-2025-50181."""
    async with Recording(moved("/x")) as server, client() as session:
        methods = ["HEAD"] if default else ["GET", "HEAD", "OPTIONS", "POST", "PUT", "DELETE"]
        options = {} if default else {"allow_redirects": False}
        for method in methods:
            call = getattr(session, method.lower())
            async with call(server.url, **options) as response:
                assert response.status == 302
        assert len(server.heads) == len(methods)


@pytest.mark.parametrize(
    ("location", "outcome"),
    [
        ("//127.0.0.1:{port}/x", "/x"),
        ("http:/x", "/x"),
        ("http:x", "/x"),
        ("?y", "/?y"),
        ("\xe9", "/%E9"),
        ("/a b", "/a%20b"),
        (b"/\xc3\xa9", "/%C3%A9"),
        ("/" + "x" * 7000, "/" + "x" * 7000),
        ("javascript:x", NonHttpUrlRedirectClientError),
        ("ftp://x/", NonHttpUrlRedirectClientError),
        ("file:///etc/passwd", NonHttpUrlRedirectClientError),
        ("data:text/plain,x", NonHttpUrlRedirectClientError),
        ("http://[", InvalidUrlRedirectClientError),
        ("http://:80/", InvalidUrlRedirectClientError),
        ("http://a:99999/", InvalidUrlRedirectClientError),
        ("/" + "x" * 9000, ClientResponseError),
        ("/a\x00b", ClientResponseError),
    ],
    ids=lambda value: repr(value)[:30],
)
async def test_where_redirects_lead(location: str | bytes, outcome: Any) -> None:
    """R17: resolved by RFC 3986, or refused with one error; the connection is given back."""
    async with Recording(b"") as server, client() as session:
        if isinstance(location, str):
            location = location.replace("{port}", str(server.port))
        server.answers = [moved(location), PLAIN]
        if isinstance(outcome, str):
            assert await ask(session, server.url) == b"ok"
            assert server.heads[1].split(" ")[1] == outcome
        else:
            with pytest.raises(outcome):
                await ask(session, server.url)
            assert len(server.heads) == 1


async def test_a_hundred_redirects() -> None:
    async with Recording(moved("/x")) as server, client() as session:
        with pytest.raises(TooManyRedirects) as caught:
            await ask(session, server.url)
        assert len(caught.value.history) == len(server.heads) == 10


# -- bodies ---------------------------------------------------------------------------------------


def coded(coding: str, body: bytes) -> bytes:
    head = f"Content-Encoding: {coding}\r\nContent-Length: {len(body)}\r\n\r\n"
    return OK + head.encode() + body


TEXT = b"hello " * 100
NESTED = gzip.compress(gzip.compress(TEXT))


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        (coded("gzip", gzip.compress(TEXT)), TEXT),
        (coded("Gzip", gzip.compress(TEXT)), TEXT),
        (coded("x-gzip", gzip.compress(TEXT)), TEXT),
        (coded("deflate", zlib.compress(TEXT)), TEXT),
        (coded("deflate", zlib.compress(TEXT)[2:-4]), TEXT),
        (coded("gzip", gzip.compress(TEXT) + gzip.compress(TEXT)), TEXT * 2),
        (coded("gzip", b""), b""),
        (coded("unheard-of", TEXT), TEXT),
        (coded("identity", TEXT), TEXT),
        (coded("gzip, gzip", NESTED), NESTED),
        (coded(", ".join(["gzip"] * 1000), NESTED), NESTED),
        (coded("gzip", gzip.compress(TEXT)[:-9]), ClientPayloadError),
        (coded("gzip", TEXT), ClientPayloadError),
    ],
    ids=lambda value: "",  # compressed data holds the time
)
async def test_content_codings(answer: bytes, outcome: Any) -> None:
    """R16, CVE-2025-66418: one coding is undone; a list of them is handed on as it came."""
    async with hostile(says(answer)) as (url, _), client() as session:
        if isinstance(outcome, bytes):
            assert await ask(session, url) == outcome
        else:
            with pytest.raises(outcome):
                await ask(session, url)


@pytest.mark.parametrize("coding", ["br", "zstd"])
async def test_bombs_of_other_codings(coding: str) -> None:
    """CVE-2025-6176: pieces stay small however much is in them."""
    if coding == "br":
        module = pytest.importorskip("brotli")
        compressed = module.compress(bytes(64 * 2**20))
    else:
        module = pytest.importorskip("backports.zstd")
        compressed = module.compress(bytes(64 * 2**20))
    async with hostile(says(coded(coding, compressed), then="hang")) as (url, _):
        async with client() as session:
            with bounded_memory(32 * 2**20):
                seen = 0
                async with session.get(url) as response:
                    async for piece in response.content.iter_any():
                        seen += len(piece)
                        assert len(piece) <= 4 * 2**20
            assert seen == 64 * 2**20


async def test_a_body_that_nobody_reads() -> None:
    """It waits at the server: reading stops when some of it is here."""
    async with hostile(endless(OK + b"\r\n", bytes(65536))) as (url, _), client() as session:
        with bounded_memory(8 * 2**20):
            async with session.get(url) as response:
                async with asyncio.timeout(15):
                    while not response.content.total_bytes:
                        await asyncio.sleep(0)
                    for _ in range(200):
                        await asyncio.sleep(0)
                assert response.content.total_bytes < 4 * 2**20


async def test_a_million_tiny_chunks() -> None:
    """GHSA-g84x-mcqj-x9qq: linear time."""
    chunks = b"1\r\na\r\n" * 200_000
    answer = OK + b"Transfer-Encoding: chunked\r\n\r\n" + chunks + b"0\r\n\r\n"
    async with hostile(says(answer, then="hang")) as (url, _), client() as session:
        started = time.process_time()
        assert len(await ask(session, url)) == 200_000
        assert time.process_time() - started < 20


async def test_a_server_that_never_reads() -> None:
    """The rest of an upload stays where it is, and the timeouts hold."""

    async def pieces() -> Any:
        while True:
            produced.append(65536)
            yield bytes(65536)

    async def deaf(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.transport.pause_reading()  # type: ignore[attr-defined]
        await asyncio.Event().wait()

    produced: list[int] = []
    async with hostile(deaf) as (url, _), client() as session:
        with bounded_memory(16 * 2**20):
            with pytest.raises(TimeoutError):
                await session.post(url, data=pieces(), timeout=ClientTimeout(total=0.5))
        assert sum(produced) < 32 * 2**20


@pytest.mark.parametrize("count", [0, 1, 65536, 1_000_000])
async def test_an_upload_that_is_reset(count: int) -> None:
    async def deadly(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if count:
            await reader.readexactly(count)
        reset(writer)

    async def pieces() -> Any:
        for _ in range(1000):
            yield bytes(65536)

    async with hostile(deadly) as (url, _), client() as session:
        with pytest.raises(ClientConnectionError):
            await session.post(url, data=pieces())


@pytest.mark.parametrize("status", [200, 401, 417, 500])
async def test_a_final_answer_instead_of_100(status: int) -> None:
    """CVE-2024-24791: the body that was announced is not sent as the next request."""
    answer = b"HTTP/1.1 %d X\r\nContent-Length: 0\r\n\r\n" % status
    async with Recording(answer) as server, client() as session:
        for _ in range(2):
            async with session.post(server.url, data=b"GET /evil HTTP/1.1\r\n\r\n",
                                    expect100=True) as response:  # fmt: skip
                assert response.status == status
        assert session.connector is not None
        assert session.connector.stats.created == 2
        assert all(head.startswith("POST / ") for head in server.heads)


# -- TLS ------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


def context_for(authority: trustme.CA, name: str) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(name).configure_cert(context)
    return context


async def test_an_unverified_connection_is_not_used_for_verified_requests(
    authority: trustme.CA,
) -> None:
    """CVE-2024-35195, GHSA-4m7w-qmgq-4wj5."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(ConnectionError, asyncio.IncompleteReadError):
            while True:
                await reader.readuntil(b"\r\n\r\n")
                writer.write(PLAIN)
        writer.close()

    server = await asyncio.start_server(
        serve, "127.0.0.1", 0, ssl=context_for(authority, "other.test")
    )
    url = f"https://127.0.0.1:{server.sockets[0].getsockname()[1]}/"
    trusting = ssl.create_default_context()
    authority.configure_trust(trusting)
    try:
        async with client() as session:
            assert await ask(session, url, ssl=False) == b"ok"
            for option in (True, trusting):
                with pytest.raises(ClientConnectorCertificateError):
                    await ask(session, url, ssl=option)
            assert await ask(session, url, ssl=trusting, server_hostname="other.test") == b"ok"
            with pytest.raises(ClientConnectorCertificateError):
                await ask(session, url, ssl=trusting, server_hostname="third.test")
            assert await ask(session, url, ssl=False) == b"ok"
    finally:
        server.close()


@pytest.mark.parametrize("target", ["http://a.test/", "https://a.test/"])
async def test_the_certificate_of_a_proxy_is_for_its_name(
    authority: trustme.CA, target: str
) -> None:
    """CVE-2021-28363: on this path too."""
    asked: list[bytes] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(ConnectionError, asyncio.IncompleteReadError, ssl.SSLError):
            asked.append(await reader.readuntil(b"\r\n\r\n"))
        writer.close()

    server = await asyncio.start_server(
        serve, "127.0.0.1", 0, ssl=context_for(authority, "other.test")
    )
    proxy = f"https://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    trusting = ssl.create_default_context()
    authority.configure_trust(trusting)
    try:
        async with ClientSession(connector=TCPConnector(ssl=trusting)) as session:
            with pytest.raises(ClientConnectorCertificateError) as caught:
                await session.get(target, proxy=proxy)
            assert caught.value.host == "127.0.0.1"
    finally:
        server.close()
    assert asked == []


# -- proxies and names ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (b"HTTP/1.1 407 No\r\nContent-Length: 1000000\r\n\r\n" + b"x" * 1000, ClientHttpProxyError),
        (b"HTTP/1.1 302 Found\r\nLocation: http://evil.test/\r\n\r\n", ClientHttpProxyError),
        (b"HTTP/1.1 204 No Content\r\n\r\n", ClientHttpProxyError),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello", ClientProxyConnectionError),
        (b"HTTP/1.1 200 OK\r\n\r\n\x16\x03\x01", ClientProxyConnectionError),
        (b"garbage\r\n\r\n", ClientHttpProxyError),
        (b"HTTP/1.1 200 " + b"x" * 100_000, ClientHttpProxyError),
        (b"HTTP/1.1 100 Continue\r\n\r\n" * 1000, ClientHttpProxyError),
        (b"HTTP/1.1 200 OK\r\n", ClientProxyConnectionError),
        (b"", ClientProxyConnectionError),
    ],
    ids=lambda value: value[:24].decode("latin-1") if isinstance(value, bytes) else "",
)
async def test_answers_to_connect(answer: bytes, error: type[ClientError]) -> None:
    """R22: the tunnel does not stand, its body is not read, its redirect not followed."""
    async with hostile(says(answer)) as (url, tasks), client() as session:
        with pytest.raises(error) as caught:
            await session.get("https://a.test/", proxy=url)
        assert type(caught.value) is error
        assert len(tasks) == 1


@pytest.mark.parametrize(
    ("start", "piece"),
    [
        (b"HTTP/1.1 200 ", b"x" * 65536),
        (b"HTTP/1.1 200 OK\r\n", b"X-Field: value\r\n" * 1000),
        (b"", b"HTTP/1.1 103 Early Hints\r\n\r\n" * 100),
    ],
)
async def test_endless_answers_to_connect(start: bytes, piece: bytes) -> None:
    async with hostile(endless(start, piece)) as (url, _), client() as session:
        with bounded_memory(8 * 2**20):
            with pytest.raises(ClientHttpProxyError):
                await session.get("https://a.test/", proxy=url)


@pytest.mark.parametrize("scheme", ["socks4a", "socks5h"])
async def test_a_name_that_is_too_long_for_socks(scheme: str) -> None:
    """CVE-2023-38545: it is refused here; nothing is sent."""
    got: list[bytes] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        got.append(await reader.read(1000))
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    proxy = f"{scheme}://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    try:
        async with ClientSession() as session:
            with pytest.raises((InvalidUrlClientError, ValueError)):
                await session.get(URL("http://" + "a" * 300 + "/", encoded=True), proxy=proxy)
            assert session.connector is not None
            assert session.connector.stats[:3] == (0, 0, 0)
    finally:
        server.close()
    assert got in ([], [b""])


async def test_a_hundred_thousand_names() -> None:
    """GHSA-hcc4-c3v8-rx92: the cache of addresses has its limit."""

    class Any(AbstractResolver):
        asked = 0

        async def resolve(self, host: str, port: int = 0, family: int = 0) -> list:  # type: ignore[override,type-arg]
            self.asked += 1
            return [
                {
                    "hostname": host, "host": "127.0.0.1", "port": port,
                    "family": socket.AF_INET, "proto": 0, "flags": 0,
                }
            ]  # fmt: skip

        async def close(self) -> None: ...

    resolver = Any()
    async with TCPConnector(resolver=resolver) as connector:
        with bounded_memory(4 * 2**20):
            for number in range(20_000):
                await connector._resolve_host(f"n{number}.test", 80)
        await connector._resolve_host("n19999.test", 80)
        assert resolver.asked == 20_000
        await connector._resolve_host("n0.test", 80)
        assert resolver.asked == 20_001
