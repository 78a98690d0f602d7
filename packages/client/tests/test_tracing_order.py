"""The signals of requests that fail or are cancelled, in every phase.

What has begun is told, what did not end is not, and the last word is ``request_exception``.
"""

import asyncio
import socket
import ssl
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
import trustme

from aiohttp_client import (
    AbstractResolver,
    ClientConnectorDNSError,
    ClientConnectorError,
    ClientConnectorSSLError,
    ClientPayloadError,
    ClientResponseError,
    ClientSession,
    ClientTimeout,
    ConnectionTimeoutError,
    NonHttpUrlRedirectClientError,
    ServerDisconnectedError,
    SocketTimeoutError,
    TCPConnector,
    TooManyRedirects,
    TraceConfig,
)

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello"
START = ["request_start"]
CREATED = ["connection_create_start", "connection_create_end"]
FAILED = ["request_exception"]


class Recorder:
    """Two trace configurations; both have to see the same."""

    def __init__(self) -> None:
        self.events: list[list[str]] = [[], []]
        self.errors: list[BaseException] = []
        self.configs = [self._config(events) for events in self.events]
        self.reached: dict[str, asyncio.Event] = {}

    def _config(self, events: list[str]) -> TraceConfig[Any]:
        config: TraceConfig[Any] = TraceConfig()

        def listen(name: str) -> Any:
            async def receive(session: Any, context: Any, params: Any) -> None:
                events.append(name)
                if name == "request_exception":
                    self.errors.append(params.exception)
                if name in self.reached:
                    self.reached[name].set()

            return receive

        for name, signal in vars(config).items():
            if name.startswith("on_"):
                signal.append(listen(name[3:]))
        return config

    async def until(self, name: str) -> None:
        """Wait until the event *name* has been told."""
        async with asyncio.timeout(15):
            await self.reached.setdefault(name, asyncio.Event()).wait()

    def check(self, expected: list[str], error: type[BaseException]) -> None:
        assert self.events == [expected, expected]
        assert [type(seen) for seen in self.errors] == [error, error]


class Hanging(AbstractResolver):
    """Knows no name, or never says."""

    def __init__(self, fails: bool) -> None:
        self.fails = fails

    async def resolve(self, host: str, port: int = 0, family: Any = socket.AF_INET) -> list[Any]:
        if self.fails:
            raise OSError(None, "no such name")
        await asyncio.Event().wait()
        raise AssertionError

    async def close(self) -> None:
        """Do nothing."""


@pytest.fixture
def recorder() -> Recorder:
    return Recorder()


@pytest.fixture(scope="module")
def server_tls() -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    trustme.CA().issue_cert("localhost").configure_cert(context)
    return context


async def silent(talk: Any) -> None:
    await talk.head()
    await talk.ended()


async def cut(talk: Any) -> None:
    await talk.head()


# -- failures -------------------------------------------------------------------------------------


@pytest.mark.spec("TRC-08", "TRC-15", "TRC-16", "ADD-396")
async def test_a_name_that_is_not_known(recorder: Recorder) -> None:
    connector = TCPConnector(resolver=Hanging(True))
    async with ClientSession(connector=connector, trace_configs=recorder.configs) as session:
        with pytest.raises(ClientConnectorDNSError):
            await session.get("http://a.test/")
    dns = ["dns_cache_miss", "dns_resolvehost_start"]
    recorder.check([*START, "connection_create_start", *dns, *FAILED], ClientConnectorDNSError)


@pytest.mark.spec("TRC-08", "TRC-16", "ADD-396")
async def test_nobody_listens(recorder: Recorder) -> None:
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        async with ClientSession(trace_configs=recorder.configs) as session:
            with pytest.raises(ClientConnectorError):
                await session.get(f"http://127.0.0.1:{held.getsockname()[1]}/")
    recorder.check([*START, "connection_create_start", *FAILED], ClientConnectorError)


@pytest.mark.spec("TRC-08", "TRC-16", "ADD-396")
async def test_no_tls(recorder: Recorder, serve: Any) -> None:
    async def garbage(talk: Any) -> None:
        await talk.reader.read(10)
        await talk.send(b"HTTP/1.1 400 No\r\n\r\n")
        await talk.ended()

    server = await serve(garbage)
    async with ClientSession(trace_configs=recorder.configs) as session:
        with pytest.raises(ClientConnectorSSLError):
            await session.get(server.url().replace("http:", "https:"))
    recorder.check([*START, "connection_create_start", *FAILED], ClientConnectorSSLError)


@pytest.mark.spec("TRC-08", "TRC-15", "ADD-396")
@pytest.mark.parametrize(
    ("script", "timeout", "error"),
    [
        (cut, None, ServerDisconnectedError),
        (silent, 0.05, SocketTimeoutError),
    ],
)
async def test_no_answer(
    recorder: Recorder, serve: Any, script: Any, timeout: float | None, error: Any
) -> None:
    server = await serve(script)
    async with ClientSession(trace_configs=recorder.configs) as session:
        with pytest.raises(error):
            await session.post(server.url(), data=b"abc", timeout=ClientTimeout(sock_read=timeout))
    sent = ["request_headers_sent", "request_chunk_sent"]
    recorder.check([*START, *CREATED, *sent, *FAILED], error)


@pytest.mark.spec("TRC-08", "TRC-15", "ADD-226")
async def test_an_attempt_that_is_repeated(recorder: Recorder, serve: Any, answering: Any) -> None:
    """Two connections, one request."""
    server = await serve(cut, answering(OK))
    async with ClientSession(trace_configs=recorder.configs) as session:
        async with session.get(server.url()) as response:
            assert await response.read() == b"hello"
    attempt = [*CREATED, "request_headers_sent"]
    expected = [*START, *attempt, *attempt, "request_end", "response_chunk_received"]
    assert recorder.events == [expected, expected]
    assert recorder.errors == []


@pytest.mark.spec("TRC-08", "TRC-15")
async def test_an_answer_that_is_none(recorder: Recorder, serve: Any, answering: Any) -> None:
    server = await serve(answering(b"nonsense\r\n\r\n"))
    async with ClientSession(trace_configs=recorder.configs) as session:
        with pytest.raises(ClientResponseError):
            await session.get(server.url())
    recorder.check([*START, *CREATED, "request_headers_sent", *FAILED], ClientResponseError)


@pytest.mark.spec("TRC-06", "TRC-08", "ADD-397")
@pytest.mark.parametrize(
    ("location", "error"),
    [("/again", TooManyRedirects), ("ftp://a.test/", NonHttpUrlRedirectClientError)],
)
async def test_a_redirect_that_is_not_followed(
    recorder: Recorder, serve: Any, answering: Any, location: str, error: Any
) -> None:
    moved = f"HTTP/1.1 302 F\r\nLocation: {location}\r\nContent-Length: 0\r\n\r\n".encode()
    server = await serve(answering(moved))
    async with ClientSession(trace_configs=recorder.configs) as session:
        with pytest.raises(error):
            await session.get(server.url(), max_redirects=2)
    hop = ["request_headers_sent", "request_redirect"]
    hops = [*CREATED, *hop, "connection_reuseconn", *hop]
    if error is not TooManyRedirects:
        hops = [*CREATED, *hop]
    recorder.check([*START, *hops, *FAILED], error)


@pytest.mark.spec("TRC-08")
async def test_a_status_that_is_an_error(recorder: Recorder, serve: Any, answering: Any) -> None:
    bad = b"HTTP/1.1 500 No\r\nContent-Length: 0\r\n\r\n"
    server = await serve(answering(bad))
    async with ClientSession(trace_configs=recorder.configs, raise_for_status=True) as session:
        with pytest.raises(ClientResponseError):
            await session.get(server.url())
    recorder.check([*START, *CREATED, "request_headers_sent", *FAILED], ClientResponseError)


@pytest.mark.spec("TRC-05", "TRC-15")
async def test_a_body_that_breaks(recorder: Recorder, serve: Any) -> None:
    """The request has ended with the head; what fails then is the reading."""

    async def half(talk: Any) -> None:
        await talk.head()
        await talk.send(OK[:-2])

    server = await serve(half)
    async with ClientSession(trace_configs=recorder.configs) as session:
        async with session.get(server.url()) as response:
            with pytest.raises(ClientPayloadError):
                await response.read()
    expected = [*START, *CREATED, "request_headers_sent", "request_end"]
    assert recorder.events == [expected, expected]


@pytest.mark.spec("TRC-09", "TRC-16")
async def test_a_place_in_the_pool_that_does_not_come(recorder: Recorder, serve: Any) -> None:
    server = await serve(silent)
    connector = TCPConnector(limit=1)
    async with ClientSession(connector=connector) as holder:
        held = asyncio.ensure_future(holder._request("GET", server.url()))
        async with asyncio.timeout(15):
            while not server.talks or not server.talks[0].heads:
                await asyncio.sleep(0)
        async with ClientSession(
            connector=connector, connector_owner=False, trace_configs=recorder.configs
        ) as session:
            with pytest.raises(ConnectionTimeoutError):
                await session.get(server.url(), timeout=ClientTimeout(connect=0.05))
        assert connector.stats.waiting == 0
        held.cancel()
        await asyncio.wait([held])
    recorder.check([*START, "connection_queued_start", *FAILED], ConnectionTimeoutError)


# -- cancellation ---------------------------------------------------------------------------------


async def _in_the_queue(serve: Any, recorder: Recorder) -> Any:
    server = await serve(silent)
    connector = TCPConnector(limit=1)
    session = ClientSession(connector=connector, trace_configs=recorder.configs)
    holder = ClientSession(connector=connector, connector_owner=False)
    held = asyncio.ensure_future(holder._request("GET", server.url()))
    async with asyncio.timeout(15):
        while not server.talks or not server.talks[0].heads:
            await asyncio.sleep(0)

    async def end() -> None:
        held.cancel()
        await asyncio.wait([held])
        await holder.close()

    return session, server.url(), end


async def _nothing() -> None:
    """Nothing is to be ended."""


async def _in_dns(serve: Any, recorder: Recorder) -> Any:
    connector = TCPConnector(resolver=Hanging(False))
    session = ClientSession(connector=connector, trace_configs=recorder.configs)
    return session, "http://a.test/", _nothing


async def _in_tls(serve: Any, recorder: Recorder) -> Any:
    async def quiet(talk: Any) -> None:
        await talk.ended()

    server = await serve(quiet)
    session = ClientSession(trace_configs=recorder.configs)
    return session, server.url().replace("http:", "https:"), _nothing


async def _before_the_answer(serve: Any, recorder: Recorder) -> Any:
    server = await serve(silent)
    session = ClientSession(trace_configs=recorder.configs)
    return session, server.url(), _nothing


PHASES: list[tuple[Callable[..., Awaitable[Any]], list[str]]] = [
    (_in_the_queue, ["connection_queued_start"]),
    (_in_dns, ["connection_create_start", "dns_cache_miss", "dns_resolvehost_start"]),
    (_in_tls, ["connection_create_start"]),
    (_before_the_answer, [*CREATED, "request_headers_sent"]),
]


@pytest.mark.spec("TRC-08", "TRC-15", "TRC-16", "TRC-17", "ADD-396")
@pytest.mark.parametrize(("phase", "told"), PHASES, ids=[phase.__name__ for phase, _ in PHASES])
async def test_a_cancelled_request(
    recorder: Recorder, serve: Any, phase: Any, told: list[str]
) -> None:
    session, url, end = await phase(serve, recorder)
    async with session:
        connector = session.connector
        recorder.reached[told[-1]] = asyncio.Event()
        task = asyncio.ensure_future(session._request("GET", url))
        await recorder.until(told[-1])
        for _ in range(3):  # let the request go on from the signal to what it waits for
            await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        await end()
        connector.check_invariants()
        assert (connector.stats.leased, connector.stats.waiting) == (0, 0)
    recorder.check([*START, *told, *FAILED], asyncio.CancelledError)
