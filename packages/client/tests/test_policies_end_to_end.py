"""Redirects, cookies, credentials, proxies, tracing and retries over real sockets.

The servers here are scripted: each is a function from a request to the bytes of an answer.
"""

import asyncio
import hashlib
import re
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, suppress
from dataclasses import dataclass, field
from typing import Any

import pytest
import trustme
from multidict import CIMultiDict
from yarl import URL

from aiohttp_client.auth import BasicAuth, encode_basic_auth
from aiohttp_client.cookiejar import CookieJar
from aiohttp_client.digest_auth import DigestAuthMiddleware
from aiohttp_client.errors import (
    ClientConnectorError,
    ClientHttpProxyError,
    ClientPayloadError,
    ClientProxyConnectionError,
    InvalidURL,
    InvalidUrlRedirectClientError,
    NonHttpUrlRedirectClientError,
    ServerDisconnectedError,
    ServerFingerprintMismatch,
    TooManyRedirects,
)
from aiohttp_client.retry import NO_RETRY
from aiohttp_client.retry_middleware import Backoff, RetryMiddleware
from aiohttp_client.session import ClientSession
from aiohttp_client.tcp_connector import TCPConnector
from aiohttp_client.timeouts import ClientTimeout
from aiohttp_client.tls import Fingerprint
from aiohttp_client.tracing import TraceConfig
from aiohttp_client.upload_tracker import UploadTracker


@dataclass
class Received:
    method: str
    target: str
    headers: CIMultiDict[str]
    body: bytes
    connection: int


Answer = Callable[[Received], "bytes | Awaitable[bytes]"]


def reply(status: int = 200, body: bytes = b"", *fields: str) -> bytes:
    lines = [f"HTTP/1.1 {status} Reason", f"Content-Length: {len(body)}", *fields]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


@dataclass
class Server:
    """Answers each request by ``answer``; an answer of ``b""`` closes the connection."""

    answer: Answer
    tls: ssl.SSLContext | None = None
    requests: list[Received] = field(default_factory=list)
    connections: int = 0
    scheme: str = "http"

    async def __aenter__(self) -> "Server":
        self._tasks: set[asyncio.Task[Any]] = set()
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0, ssl=self.tls)
        self.port: int = self._server.sockets[0].getsockname()[1]
        if self.tls is not None:
            self.scheme = "https"
        self.url = URL(f"{self.scheme}://127.0.0.1:{self.port}")
        return self

    async def __aexit__(self, *exc: object) -> None:
        self._server.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        self.connections += 1
        number = self.connections
        try:
            with suppress(ConnectionError, asyncio.IncompleteReadError, ssl.SSLError):
                await self._talk(reader, writer, number)
        finally:
            writer.close()
            self._tasks.discard(task)

    async def _talk(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, number: int
    ) -> None:
        while True:
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin1")
            line, *fields = head[:-4].split("\r\n")
            method, target, _ = line.split(" ")
            headers = CIMultiDict(tuple(item.split(": ", 1)) for item in fields)
            body = await self._body(reader, headers)
            received = Received(method, target, headers, body, number)
            self.requests.append(received)
            answer = self.answer(received)
            data = answer if isinstance(answer, bytes) else await answer
            if not data:
                return
            writer.write(data)
            await writer.drain()
            if method == "CONNECT" and data.startswith(b"HTTP/1.1 200"):
                host, _, port = target.rpartition(":")
                await relay(reader, writer, host, int(port))
                return

    async def _body(self, reader: asyncio.StreamReader, headers: CIMultiDict[str]) -> bytes:
        if headers.get("Transfer-Encoding") == "chunked":
            body = b""
            while size := int(await reader.readline(), 16):
                body += await reader.readexactly(size)
                await reader.readline()
            await reader.readline()
            return body
        return await reader.readexactly(int(headers.get("Content-Length", "0")))


async def relay(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, host: str, port: int
) -> None:
    far_reader, far_writer = await asyncio.open_connection(host.strip("[]"), port)

    async def pump(source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
        with suppress(ConnectionError):
            while data := await source.read(65536):
                sink.write(data)
                await sink.drain()
        sink.close()

    try:
        await asyncio.gather(pump(reader, far_writer), pump(far_reader, writer))
    finally:
        far_writer.close()


@pytest.fixture
async def serve() -> AsyncIterator[Callable[..., Awaitable[Server]]]:
    async with AsyncExitStack() as stack:

        async def start(answer: Answer, tls: ssl.SSLContext | None = None) -> Server:
            return await stack.enter_async_context(Server(answer, tls))

        yield start


@pytest.fixture
async def session() -> AsyncIterator[ClientSession]:
    async with ClientSession(cookie_jar=CookieJar(unsafe=True)) as session:
        yield session


Serve = Callable[..., Awaitable[Server]]


def routes(table: dict[str, bytes]) -> Answer:
    return lambda request: table.get(request.target, reply(404))


# ---------------------------------------------------------------- redirects


@pytest.mark.spec("RED-01", "ADD-217", "ADD-221", "ADD-363", "CREQ-03", "CREQ-11", "ADD-193")
async def test_a_chain(serve: Serve, session: ClientSession) -> None:
    server = await serve(
        routes({
            "/a?x=1": reply(302, b"", "Location: /b#frag"),
            "/b": reply(301, b"body", "Location: c"),
            "/c": reply(200, b"end"),
        })
    )  # fmt: skip
    async with session.get(server.url / "a", params={"x": "1"}) as response:
        assert await response.read() == b"end"
        assert [(r.status, r.url.path) for r in response.history] == [(302, "/a"), (301, "/b")]
        assert response.history[1].real_url.fragment == "frag"
        assert response.real_url.fragment == ""
    assert server.connections == 1
    async with session.get(server.url / "a", params="x=1", allow_redirects=False) as response:
        assert response.status == 302
        assert response.history == ()


@pytest.mark.spec("ADD-206", "ADD-207", "ADD-208", "ADD-209", "ADD-210", "ADD-1105")
@pytest.mark.parametrize(
    ("status", "method", "new_method", "body"),
    [
        (303, "POST", "GET", b""),
        (302, "POST", "GET", b""),
        (302, "PUT", "PUT", b"data"),
        (307, "POST", "POST", b"data"),
        (308, "PATCH", "PATCH", b"data"),
    ],
)
async def test_bodies(
    serve: Serve, session: ClientSession, status: int, method: str, new_method: str, body: bytes
) -> None:
    server = await serve(routes({"/": reply(status, b"", "Location: /x"), "/x": reply()}))
    headers = {"Content-Type": "text/x-mine"}
    async with session.request(method, server.url, data=b"data", headers=headers) as response:
        assert response.status == 200
    first, second = server.requests
    assert (first.method, first.body) == (method, b"data")
    assert (second.method, second.body) == (new_method, body)
    assert ("Content-Type" in second.headers) is bool(body)
    assert ("Content-Length" in second.headers) is bool(body)


@pytest.mark.spec("ADD-210", "ADD-799", "ADD-875")
async def test_a_body_that_cannot_be_sent_again(serve: Serve, session: ClientSession) -> None:
    async def pieces() -> AsyncIterator[bytes]:
        yield b"data"

    server = await serve(routes({"/": reply(307, b"", "Location: /x"), "/x": reply()}))
    with pytest.raises(ClientPayloadError, match="redirect"):
        await session.post(server.url, data=pieces())
    assert len(server.requests) == 1
    server = await serve(routes({"/": reply(303, b"", "Location: /x"), "/x": reply()}))
    async with session.post(server.url, data=pieces()) as response:
        assert response.status == 200


@pytest.mark.spec("CREQ-12", "RED-02", "ADD-212", "ADD-213")
async def test_too_many(serve: Serve, session: ClientSession) -> None:
    server = await serve(lambda request: reply(302, b"", "Location: /"))
    with pytest.raises(TooManyRedirects) as caught:
        await session.get(server.url, max_redirects=3)
    assert len(server.requests) == 3
    assert len(caught.value.history) == 3
    assert caught.value.status == 0
    assert caught.value.request_info.method == "GET"


@pytest.mark.spec("RED-03", "ADD-211", "ADD-214", "ADD-1100")
async def test_bad_targets(serve: Serve, session: ClientSession) -> None:
    location = "ftp://a/"
    server = await serve(lambda request: reply(302, b"", f"Location: {location}"))
    with pytest.raises(NonHttpUrlRedirectClientError):
        await session.get(server.url)
    location = "http://[::1"
    with pytest.raises(InvalidUrlRedirectClientError):
        await session.get(server.url)
    none = await serve(lambda request: reply(302))
    async with session.get(none.url) as response:
        assert response.status == 302
        assert response.history == ()
    assert session.connector is not None


@pytest.mark.spec("ADD-218", "ADD-219", "ADD-794", "ADD-815")
async def test_secrets_stay(serve: Serve, session: ClientSession) -> None:
    other = await serve(lambda request: reply())
    server = await serve(
        routes({
            "/same": reply(302, b"", "Location: /x"),
            "/other": reply(302, b"", f"Location: {other.url}/y"),
            "/x": reply(),
        })
    )  # fmt: skip
    headers = {"AUTHORIZATION": "Bearer t", "X-Mine": "1", "proxy-authorization": "Basic x"}
    for path in ("/same", "/other"):
        async with session.get(
            server.url.with_path(path), headers=headers, cookies={"call": "1"}
        ) as response:
            assert response.status == 200
    kept = server.requests[1].headers
    assert kept["Authorization"] == "Bearer t"
    assert kept["Cookie"] == "call=1"
    gone = other.requests[0].headers
    assert gone["X-Mine"] == "1"
    assert gone["Host"] == f"127.0.0.1:{other.port}"
    for name in ("Authorization", "Cookie", "Proxy-Authorization"):
        assert name not in gone


@pytest.mark.spec("ADD-194", "ADD-197", "ADD-198", "SES-10")
async def test_credentials_of_urls(serve: Serve, session: ClientSession) -> None:
    def answer(request: Received) -> bytes:
        if request.target != "/":
            return reply()
        return reply(302, b"", f"Location: http://new:pw@{request.headers['Host']}/x")

    server = await serve(answer)
    async with session.get(server.url.with_user("old").with_password("pw")) as response:
        assert response.url.user is None
    assert [request.headers["Authorization"] for request in server.requests] == [
        encode_basic_auth("old", "pw"),
        encode_basic_auth("new", "pw"),
    ]
    with pytest.warns(DeprecationWarning, match="BasicAuth"):
        auth = BasicAuth("a", "b")
    with (
        pytest.warns(DeprecationWarning, match="auth"),
        pytest.raises(ValueError, match="Cannot combine"),
    ):
        await session.get(server.url.with_user("x"), auth=auth)


# ---------------------------------------------------------------- cookies


@pytest.mark.spec("ADD-223", "ADD-254", "ADD-255", "JAR-12", "CREQ-09", "SES-15", "CRSP-08")
async def test_cookies(serve: Serve, session: ClientSession) -> None:
    server = await serve(
        routes({
            "/": reply(302, b"", "Set-Cookie: a=1; Path=/", "Set-Cookie: b=2; Path=/x",
                       "Location: /x"),
            "/x": reply(200, b"", "Set-Cookie: c=3"),
        })
    )  # fmt: skip
    async with session.get(server.url) as response:
        assert set(response.cookies) == {"c"}
    assert "Cookie" not in server.requests[0].headers
    assert server.requests[1].headers["Cookie"] == "b=2; a=1"
    assert {cookie.key for cookie in session.cookie_jar} == {"a", "b", "c"}
    async with session.get(
        server.url / "x", cookies={"a": "call", "d": "4"}, headers={"Cookie": "own=0; c=0"}
    ):
        pass
    sent = server.requests[2].headers.getall("Cookie")
    assert len(sent) == 1
    assert dict(pair.split("=") for pair in sent[0].split("; ")) == {
        "own": "0", "a": "call", "b": "2", "c": "3", "d": "4",
    }  # fmt: skip
    assert {cookie.key for cookie in session.cookie_jar} == {"a", "b", "c"}


async def test_cookies_with_odd_names_do_not_break_later_requests(
    serve: Serve, session: ClientSession
) -> None:
    server = await serve(
        lambda request: (
            b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n"
            b'Set-Cookie: "odd name\xc3\xa9=1\r\nSet-Cookie: ok=1\r\n\r\n'
        )
    )
    for _ in range(2):
        async with session.get(server.url) as response:
            assert response.status == 200
    sent = server.requests[1].headers["Cookie"].encode("latin1").decode()
    assert sent == '"odd nameé=1; ok=1'


@pytest.mark.spec("ADD-253", "ADD-260", "ADD-872")
async def test_cookies_of_one_call(serve: Serve) -> None:
    server = await serve(lambda request: reply())
    jar = CookieJar(unsafe=True, quote_cookie=False)
    async with ClientSession(cookie_jar=jar) as session:
        jar.update_cookies({"a": "jar", "b": "jar"}, server.url)
        own = {"a": "x y", "__Host-z": "1"} | {f"c{number}": "v" for number in range(200)}
        await session.get(server.url, cookies=own)
        await session.get(server.url)
    first, second = (request.headers["Cookie"].split("; ") for request in server.requests)
    assert {"a=x y", "b=jar", "__Host-z=1", "c199=v"} <= set(first)
    assert len(first) == 203
    assert second == ["a=jar", "b=jar"]


# ---------------------------------------------------------------- digest, middlewares, retry


def digest_server(algorithm: str, qop: str) -> Answer:
    name = algorithm.removesuffix("-sess").lower().replace("-", "")

    def digest(data: str | bytes) -> str:
        raw = data.encode() if isinstance(data, str) else data
        return hashlib.new(name, raw).hexdigest()

    def answer(request: Received) -> bytes:
        given = dict(re.findall(r'(\w+)="?([^",]+)"?', request.headers.get("Authorization", "")))
        if given:
            secret = digest("user:realm:pass")
            if algorithm.endswith("-sess"):
                secret = digest(f"{secret}:{given['nonce']}:{given['cnonce']}")
            subject = f"{request.method}:{request.target}"
            if given["qop"] == "auth-int":
                subject += ":" + digest(request.body)
            parts = (secret, given["nonce"], given["nc"], given["cnonce"], given["qop"])
            if given["response"] == digest(":".join((*parts, digest(subject)))):
                return reply(200, given["qop"].encode())
        return reply(
            401,
            b"denied",
            f'WWW-Authenticate: Digest realm="realm", nonce="abc", qop="{qop}", '
            f"algorithm={algorithm}",
        )

    return answer


@pytest.mark.spec("AUTH-05", "AUTH-06", "ADD-385", "ADD-393")
@pytest.mark.parametrize("qop", ["auth", "auth,auth-int"])
@pytest.mark.parametrize("algorithm", ["MD5", "SHA-256", "SHA-256-sess", "SHA-512"])
async def test_digest(serve: Serve, algorithm: str, qop: str) -> None:
    server = await serve(digest_server(algorithm, qop))
    middleware = DigestAuthMiddleware("user", "pass")
    async with ClientSession(middlewares=[middleware]) as session:
        for number in range(2):
            async with session.post(server.url / "x y?q=ä", data=b"payload") as response:
                assert response.status == 200, number
                assert await response.text() == qop.rpartition(",")[2]
    assert [request.body for request in server.requests] == [b"payload"] * 3


@pytest.mark.spec("ADD-390", "ADD-802")
async def test_digest_across_a_redirect(serve: Serve) -> None:
    other = await serve(digest_server("MD5", "auth"))
    server = await serve(lambda request: reply(302, b"", f"Location: {other.url}/"))
    async with ClientSession(middlewares=[DigestAuthMiddleware("user", "pass")]) as session:
        async with session.get(server.url) as response:
            assert response.status == 401
    assert len(other.requests) == 1
    assert "Authorization" not in other.requests[0].headers


@pytest.mark.spec("ADD-222", "ADD-373", "ADD-374", "ADD-378", "CREQ-25", "SES-25")
async def test_middlewares_run_for_each_hop(serve: Serve) -> None:
    seen: list[str] = []

    async def mark(request: Any, handler: Any) -> Any:
        seen.append(request.url.path)
        request.headers[f"X-Hop-{len(seen)}"] = "1"
        return await handler(request)

    server = await serve(routes({"/": reply(302, b"", "Location: /x"), "/x": reply()}))
    async with ClientSession(middlewares=[mark]) as session:
        await session.get(server.url)
        assert seen == ["/", "/x"]
        assert "X-Hop-1" not in server.requests[1].headers
        assert "X-Hop-2" in server.requests[1].headers
        await session.get(server.url, middlewares=())
    assert seen == ["/", "/x"]


@pytest.mark.spec("CMW-05", "CMW-06", "ADD-377", "ADD-380", "CRQ-09")
async def test_a_middleware_uses_the_session(serve: Serve) -> None:
    async def sign(request: Any, handler: Any) -> Any:
        async with request.session.get(server.url / "key", middlewares=()) as response:
            key = await response.text()
        await request.update_body(f"signed with {key}")
        assert request.timeout.total == 7
        first = await handler(request)
        await first.release()
        return await handler(request)

    server = await serve(routes({"/key": reply(200, b"k1"), "/": reply()}))
    async with ClientSession(middlewares=[sign]) as session:
        await session.post(server.url, data=b"plain", timeout=ClientTimeout(total=7))
        assert session.connector is not None
        assert session.connector.stats.leased == 0
    assert [(request.target, request.body) for request in server.requests] == [
        ("/key", b""), ("/", b"signed with k1"), ("/", b"signed with k1"),
    ]  # fmt: skip
    assert server.connections == 1


@pytest.mark.spec("ADD-225")
async def test_total_covers_all_hops(serve: Serve, session: ClientSession) -> None:
    async def slow(request: Received) -> bytes:
        await asyncio.sleep(0.2)
        return reply(302, b"", "Location: /")

    server = await serve(slow)
    with pytest.raises(TimeoutError):
        await session.get(server.url, timeout=ClientTimeout(total=0.7), max_redirects=0)
    assert 2 <= len(server.requests) <= 4


@pytest.mark.spec("CEX-02")
@pytest.mark.parametrize(
    ("options", "error"),
    [
        ({"data": b"", "json": {}}, ValueError),
        ({"headers": {"X": "a\r\nb"}}, ValueError),
        ({"headers": {"X\n": "a"}}, ValueError),
        ({"params": {"a": object()}}, TypeError),
        ({"ssl": "yes"}, TypeError),
        ({"timeout": "soon"}, ValueError),
        ({"cookies": {"a b": "1"}}, ValueError),
        ({"proxy": 5}, TypeError),
    ],
)
async def test_mistakes_of_the_caller(
    serve: Serve, session: ClientSession, options: dict[str, Any], error: type[Exception]
) -> None:
    server = await serve(lambda request: reply())
    with pytest.raises(error):
        await session.get(server.url, **options)
    assert server.requests == []
    assert session.connector is not None
    assert session.connector.stats.leased == 0


@pytest.mark.spec("ADD-204", "SES-10")
async def test_auth_arguments_are_deprecated(serve: Serve, session: ClientSession) -> None:
    server = await serve(lambda request: reply())
    with pytest.warns(DeprecationWarning, match="BasicAuth"):
        auth = BasicAuth("a", "b")
    with pytest.warns(DeprecationWarning, match="auth"):
        await session.get(server.url, auth=auth)
    assert server.requests[0].headers["Authorization"] == encode_basic_auth("a", "b")


@pytest.mark.spec("ADD-226", "ADD-227", "ADD-229", "ADD-231")
async def test_the_keep_alive_race(serve: Serve, session: ClientSession) -> None:
    def answer(request: Received) -> bytes:
        # The second request of each connection meets a server that has just closed.
        same = [other for other in server.requests if other.connection == request.connection]
        return reply(200, b"ok") if len(same) == 1 else b""

    server = await serve(answer)
    for _ in range(3):
        async with session.get(server.url) as response:
            assert await response.read() == b"ok"
    assert server.connections == 3
    with pytest.raises(ServerDisconnectedError) as caught:
        await session.post(server.url, data=b"x")
    facts = caught.value.exchange
    assert facts is not None
    assert facts.reused
    assert facts.bytes_sent > 0
    assert facts.bytes_received == 0
    async with session.get(server.url) as response:
        await response.read()
    with pytest.raises(ServerDisconnectedError):
        await session.get(server.url, retry=NO_RETRY)


async def test_retry_middleware(serve: Serve) -> None:
    answers = [b"", reply(503, b"", "Retry-After: 0"), reply(200, b"at last")]
    server = await serve(lambda request: answers.pop(0))
    middleware = RetryMiddleware(backoff=Backoff(first=0))
    async with ClientSession(middlewares=[middleware], retry=NO_RETRY) as session:
        async with session.get(server.url) as response:
            assert await response.text() == "at last"
    assert len(server.requests) == 3


@pytest.mark.spec("ADD-366", "ADD-367", "ADD-368", "ADD-369", "ADD-899")
async def test_upload_tracking(serve: Serve, session: ClientSession) -> None:
    server = await serve(routes({"/": reply(307, b"", "Location: /x"), "/x": reply()}))
    tracker = UploadTracker()
    async with session.put(server.url, data=b"x" * 300_000, upload_tracker=tracker):
        await tracker.upload_complete
    assert tracker.bytes_written == 300_000
    assert tracker.attempts == 2
    with pytest.raises(RuntimeError):
        await session.put(server.url, data=b"x", upload_tracker=tracker)


# ---------------------------------------------------------------- tracing


def recorder() -> tuple[TraceConfig[Any], list[str]]:
    config: TraceConfig[Any] = TraceConfig()
    events: list[str] = []

    def listen(name: str) -> Any:
        async def receiver(session: Any, context: Any, params: Any) -> None:
            events.append(name)

        return receiver

    for name, signal in vars(config).items():
        if name.startswith("on_"):
            signal.append(listen(name[3:]))
    return config, events


@pytest.mark.spec("TRC-15", "TRC-16", "ADD-394", "ADD-395", "ADD-397", "ADD-317")
async def test_order_of_signals(serve: Serve) -> None:
    config, events = recorder()
    server = await serve(routes({"/": reply(302, b"", "Location: /x"), "/x": reply(200, b"ok")}))
    async with ClientSession(trace_configs=[config]) as session:
        async with session.put(server.url, data=b"data") as response:
            await response.read()
    hop = ["request_headers_sent", "request_chunk_sent"]
    assert events == [
        "request_start", "connection_create_start", "connection_create_end", *hop,
        "request_redirect", "connection_reuseconn", *hop, "request_end",
        "response_chunk_received",
    ]  # fmt: skip


@pytest.mark.spec("C56", "TRC-06")
async def test_every_hop_acquires_a_connection(serve: Serve) -> None:
    """To another host that is a new one; the head that came has no signal of its own."""
    config, events = recorder()
    other = await serve(lambda request: reply(200, b"ok"))
    server = await serve(lambda request: reply(302, b"", f"Location: {other.url}"))
    async with ClientSession(trace_configs=[config]) as session:
        await session.get(server.url)
    acquired = ["connection_create_start", "connection_create_end", "request_headers_sent"]
    assert events == [
        "request_start", *acquired, "request_redirect", *acquired, "request_end",
    ]  # fmt: skip
    assert not any(name.startswith("on_response_headers") for name in vars(config))


@pytest.mark.spec("TRC-05", "ADD-395", "ADD-1075")
@pytest.mark.parametrize("size", [0, 1, 300_000])
async def test_one_signal_for_a_body(serve: Serve, size: int) -> None:
    """``read()`` tells of it as a whole; who reads the stream sees the pieces himself."""
    chunks: list[bytes] = []

    async def received(session: Any, context: Any, params: Any) -> None:
        assert (params.method, params.url) == ("GET", server.url)
        chunks.append(params.chunk)

    config: TraceConfig[Any] = TraceConfig()
    config.on_response_chunk_received.append(received)
    server = await serve(lambda request: reply(200, b"x" * size))
    async with ClientSession(trace_configs=[config]) as session:
        async with session.get(server.url) as response:
            for _ in range(2):
                assert await response.read() == b"x" * size
        assert chunks == [b"x" * size]
        async with session.get(server.url) as response:
            assert await response.content.read() == b"x" * size
        assert len(chunks) == 1


@pytest.mark.spec("TRC-17", "TRC-12", "TRC-13")
async def test_order_of_dns_signals(serve: Serve) -> None:
    config, events = recorder()
    server = await serve(lambda request: reply())
    connector = TCPConnector(force_close=True)
    async with ClientSession(trace_configs=[config], connector=connector) as session:
        for _ in range(2):
            await session.get(server.url.with_host("localhost"))
    first, second = (
        events[: events.index("request_end") + 1],
        events[events.index("request_end") + 1 :],
    )
    assert [event for event in first if event.startswith("dns")] == [
        "dns_cache_miss", "dns_resolvehost_start", "dns_resolvehost_end",
    ]  # fmt: skip
    assert [event for event in second if event.startswith("dns")] == ["dns_cache_hit"]


@pytest.mark.spec("TRC-08", "ADD-396", "ADD-415")
async def test_signals_of_failures(serve: Serve) -> None:
    config, events = recorder()
    server = await serve(lambda request: b"")
    async with ClientSession(trace_configs=[config]) as session:
        with pytest.raises(ServerDisconnectedError):
            await session.post(server.url)
        assert events == [
            "request_start", "connection_create_start", "connection_create_end",
            "request_headers_sent", "request_exception",
        ]  # fmt: skip
        events.clear()
        with pytest.raises(InvalidURL):
            await session.get("http://127.0.0.1", proxy="nonsense")
        events.clear()
        with pytest.raises(ClientConnectorError):
            await session.get("http://127.0.0.1:1/")
        assert events[0] == "request_start"
        assert events[-1] == "request_exception"


@pytest.mark.spec("TRC-08", "ADD-396", "ADD-808")
async def test_signals_of_a_cancellation(serve: Serve) -> None:
    config, events = recorder()
    asked = asyncio.Event()

    async def never(request: Received) -> bytes:
        asked.set()
        await asyncio.Event().wait()
        return b""

    server = await serve(never)
    async with ClientSession(trace_configs=[config]) as session:
        task = asyncio.ensure_future(session._request("GET", server.url))
        await asked.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
    assert events[-1] == "request_exception"
    assert events.count("request_start") == 1


@pytest.mark.spec("CREQ-24", "ADD-398", "ADD-400", "TRC-01", "TRC-03")
async def test_context_and_headers_of_a_trace(serve: Serve) -> None:
    config: TraceConfig[Any] = TraceConfig()
    seen: list[Any] = []

    async def start(session: Any, context: Any, params: Any) -> None:
        seen.append(
            (session, context.trace_request_ctx, params.method, str(params.url.query_string))
        )
        params.headers["X-Trace"] = "1"

    config.on_request_start.append(start)
    server = await serve(lambda request: reply())
    async with ClientSession(trace_configs=[config]) as session:
        await session.get(server.url, params={"a": "1"}, trace_request_ctx={"id": 7})
        assert seen == [(session, {"id": 7}, "GET", "a=1")]
    assert server.requests[0].headers["X-Trace"] == "1"


# ---------------------------------------------------------------- proxies


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture
def server_tls(authority: trustme.CA) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1", "localhost").configure_cert(context)
    return context


@pytest.fixture
def client_tls(authority: trustme.CA) -> ssl.SSLContext:
    context = ssl.create_default_context()
    authority.configure_trust(context)
    return context


def proxy_answer(credentials: str | None = None) -> Answer:
    def answer(request: Received) -> bytes:
        if credentials is not None and request.headers.get("Proxy-Authorization") != credentials:
            return reply(407, b"who are you", "Proxy-Authenticate: Basic realm=x")
        if request.method == "CONNECT":
            return b"HTTP/1.1 200 OK\r\n\r\n"
        return reply(200, b"by proxy: " + request.target.encode())

    return answer


@pytest.mark.spec("PRX-01", "PRX-06", "ADD-169", "ADD-272", "ADD-274", "ADD-1106", "CREQ-19",
                  "CREQ-23")  # fmt: skip
async def test_plain_requests_through_a_proxy(serve: Serve, session: ClientSession) -> None:
    proxy = await serve(proxy_answer())
    async with session.get(
        "http://a.example/x?y#z", proxy=proxy.url, proxy_headers={"X-Tenant": "t"}
    ) as response:
        assert await response.text() == "by proxy: http://a.example/x?y"
    (request,) = proxy.requests
    assert request.headers["Host"] == "a.example"
    assert request.headers["X-Tenant"] == "t"
    assert "Proxy-Authorization" not in request.headers


@pytest.mark.spec("PRX-02", "PRX-03", "ADD-271", "ADD-273", "ADD-275", "ADD-281", "ADD-282")
@pytest.mark.parametrize("proxy_over_tls", [False, True])
async def test_tunnels(
    serve: Serve,
    server_tls: ssl.SSLContext,
    client_tls: ssl.SSLContext,
    proxy_over_tls: bool,
) -> None:
    server = await serve(lambda request: reply(200, b"secret"), server_tls)
    proxy = await serve(
        proxy_answer(encode_basic_auth("u", "p")), server_tls if proxy_over_tls else None
    )
    async with ClientSession(connector=TCPConnector(ssl=client_tls)) as session:
        with pytest.raises(ClientHttpProxyError) as caught:
            await session.get(server.url, proxy=proxy.url)
        assert caught.value.status == 407
        assert server.connections == 0
        with_auth = proxy.url.with_user("u").with_password("p")
        for _ in range(2):
            async with session.get(
                server.url, proxy=with_auth, headers={"X-Origin": "1"}
            ) as response:
                assert await response.read() == b"secret"
    assert len(server.requests) == 2
    assert server.connections == 1
    tunnel = proxy.requests[-1]
    assert (tunnel.method, tunnel.target) == ("CONNECT", f"127.0.0.1:{server.port}")
    assert "X-Origin" not in tunnel.headers
    assert "User-Agent" in tunnel.headers
    assert "Proxy-Authorization" not in server.requests[0].headers


@pytest.mark.spec("ADD-279", "ADD-280", "ADD-283", "ADD-284", "ADD-278")
async def test_pins_and_headers_of_a_session_through_a_proxy(
    serve: Serve, server_tls: ssl.SSLContext, client_tls: ssl.SSLContext
) -> None:
    server = await serve(lambda request: reply(200, b"secret"), server_tls)
    proxy = await serve(proxy_answer(), server_tls)
    connector = TCPConnector(ssl=client_tls)
    async with ClientSession(
        connector=connector, proxy=proxy.url, proxy_headers={"X-Tenant": "t"}
    ) as session:
        async with session.get(server.url) as response:
            assert await response.read() == b"secret"
        plain = await serve(proxy_answer())
        with pytest.raises(ServerFingerprintMismatch):
            await session.get(server.url, proxy=plain.url, ssl=Fingerprint(bytes(32)))
        assert connector.stats.leased == 0
    assert proxy.requests[0].headers["X-Tenant"] == "t"
    assert len(server.requests) == 1


@pytest.mark.spec("PRX-07")
async def test_a_middleware_authenticates_to_the_proxy(serve: Serve) -> None:
    credentials = encode_basic_auth("u", "p")

    async def authenticate(request: Any, handler: Any) -> Any:
        request.proxy_headers = CIMultiDict({"Proxy-Authorization": credentials})
        return await handler(request)

    proxy = await serve(proxy_answer(credentials))
    async with ClientSession(middlewares=[authenticate]) as session:
        async with session.get("http://a.example/", proxy=proxy.url) as response:
            assert response.status == 200


@pytest.mark.spec("PRX-05", "ADD-276", "ADD-277", "ADD-828")
async def test_proxies_that_fail(serve: Serve, session: ClientSession) -> None:
    closed = await serve(lambda request: b"")
    with pytest.raises(ClientProxyConnectionError):
        await session.get("https://a.example/", proxy=closed.url)
    with pytest.raises(ClientProxyConnectionError):
        await session.get("http://a.example/", proxy="http://127.0.0.1:1")
    with pytest.raises(ValueError, match="not supported"):
        await session.get("http://a.example/", proxy="gopher://127.0.0.1:1")
    with pytest.raises(InvalidURL):
        await session.get("http://a.example/", proxy="127.0.0.1")


@pytest.mark.spec("PRX-04", "SES-20", "ADD-290", "ADD-291", "ADD-224")
async def test_proxy_of_the_environment(
    serve: Serve, monkeypatch: pytest.MonkeyPatch, tmp_path: Any
) -> None:
    proxy = await serve(proxy_answer())
    other = await serve(proxy_answer())
    (tmp_path / "netrc").write_text("machine a.example login l password p\n")
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    monkeypatch.setenv("http_proxy", str(proxy.url))
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    async with ClientSession(trust_env=True) as session:
        await session.get("http://a.example/")
        assert proxy.requests[0].headers["Authorization"] == encode_basic_auth("l", "p")
        async with session.get(other.url / "direct") as response:
            assert await response.text() == "by proxy: /direct"
        await session.get("http://b.example/", proxy=other.url)
    async with ClientSession() as session:
        with pytest.raises(ClientConnectorError):
            await session.get("http://127.0.0.1:1/")
    assert len(proxy.requests) == 1
    assert len(other.requests) == 2


@pytest.mark.spec("ADD-224", "ADD-829")
async def test_credentials_of_one_proxy_do_not_go_to_the_next(
    serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A redirect leads to another scheme, and the environment to another proxy."""

    def first(request: Received) -> bytes:
        return reply(302, b"", "Location: https://b.example/")

    def second(request: Received) -> bytes:
        return reply(403, b"no tunnel")

    one, two = await serve(first), await serve(second)
    secret = one.url.with_user("u").with_password("p")
    monkeypatch.setenv("http_proxy", str(secret))
    monkeypatch.setenv("https_proxy", str(two.url))
    monkeypatch.setenv("no_proxy", "")
    async with ClientSession(trust_env=True) as session:
        with pytest.raises(ClientHttpProxyError):
            await session.get("http://a.example/")
    (request,) = one.requests
    assert request.headers["Proxy-Authorization"] == encode_basic_auth("u", "p")
    (request,) = two.requests
    assert request.method == "CONNECT"
    assert "Proxy-Authorization" not in request.headers


class SocksServer(Server):
    """A SOCKS 4a and 5 server that relays; ``requests`` holds the targets as texts."""

    async def _talk(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, number: int
    ) -> None:
        (version,) = await reader.readexactly(1)
        if version == 4:
            _, port_high, port_low, *address = await reader.readexactly(7)
            await reader.readuntil(b"\0")
            host = ".".join(map(str, address))
            if host == "0.0.0.1":
                host = (await reader.readuntil(b"\0"))[:-1].decode()
            ok = b"\x00\x5a" + bytes(6)
            port = port_high << 8 | port_low
        else:
            (count,) = await reader.readexactly(1)
            methods = await reader.readexactly(count)
            if 2 in methods:
                writer.write(b"\x05\x02")
                _, size = await reader.readexactly(2)
                login = await reader.readexactly(size)
                (size,) = await reader.readexactly(1)
                password = await reader.readexactly(size)
                writer.write(b"\x01\x00" if (login, password) == (b"u", b"p") else b"\x01\x01")
            else:
                writer.write(b"\x05\x00")
            _, _, _, kind = await reader.readexactly(4)
            if kind == 3:
                (size,) = await reader.readexactly(1)
                host = (await reader.readexactly(size)).decode()
            else:
                host = ".".join(map(str, await reader.readexactly(4)))
            port = int.from_bytes(await reader.readexactly(2), "big")
            ok = b"\x05\x00\x00\x01" + bytes(6)
        self.requests.append(f"{host}:{port}")  # type: ignore[arg-type]
        writer.write(ok)
        await relay(reader, writer, "127.0.0.1", port)


@pytest.mark.parametrize(
    ("scheme", "target_host", "seen"),
    [
        ("socks5h", "name.invalid", "name.invalid"),
        ("socks4a", "name.invalid", "name.invalid"),
        ("socks5", "127.0.0.1", "127.0.0.1"),
        ("socks4", "127.0.0.1", "127.0.0.1"),
    ],
)
@pytest.mark.parametrize("tls", [False, True])
async def test_socks(
    serve: Serve,
    server_tls: ssl.SSLContext,
    client_tls: ssl.SSLContext,
    scheme: str,
    target_host: str,
    seen: str,
    tls: bool,
) -> None:
    server = await serve(lambda request: reply(200, b"ok"), server_tls if tls else None)
    async with SocksServer(proxy_answer()) as proxy:
        url = server.url.with_host(target_host)
        async with ClientSession(connector=TCPConnector(ssl=client_tls)) as session:
            for _ in range(2):
                async with session.get(
                    url,
                    proxy=f"{scheme}://u:p@127.0.0.1:{proxy.port}",
                    server_hostname="localhost" if tls else None,
                ) as response:
                    assert await response.read() == b"ok"
            if scheme == "socks5h":
                with pytest.raises(ClientProxyConnectionError, match="refused login"):
                    await session.get(url, proxy=f"socks5h://u:wrong@127.0.0.1:{proxy.port}")
        assert proxy.requests == [f"{seen}:{server.port}"]
    assert server.connections == 1
    assert [request.target for request in server.requests] == ["/", "/"]
