"""The fast path does what the general one does: on the wire, in the response, in errors."""

import asyncio
import gc
import socket
from typing import Any

import pytest
from multidict import CIMultiDict
from yarl import URL

from aiohttp_client import (
    NO_RETRY,
    ClientConnectionError,
    ClientError,
    ClientResponse,
    ClientResponseError,
    ClientSession,
    ClientTimeout,
    CookieJar,
    DummyCookieJar,
    ServerDisconnectedError,
    SocketTimeoutError,
    TCPConnector,
    TraceConfig,
)
from aiohttp_client.fast_path import AT_ONCE
from aiohttp_client.prepared_requests import PreparedRequest
from aiohttp_client.request import JOIN_BELOW

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello"


def took_the_fast_path(response: ClientResponse) -> bool:
    return isinstance(response._request, PreparedRequest)


@pytest.fixture
def recording() -> Any:
    """A script that answers every request with OK and remembers its bytes."""

    def make(seen: list[bytes], answer: bytes = OK) -> Any:
        async def script(talk: Any) -> None:
            while True:
                head = await talk.head()
                length = 0
                for line in head.split(b"\r\n"):
                    if line.lower().startswith(b"content-length:"):
                        length = int(line.partition(b":")[2])
                seen.append(head + await talk.exactly(length))
                bodiless = head.startswith(b"HEAD ")
                await talk.send(answer.partition(b"hello")[0] if bodiless else answer)

        return script

    return make


def make_session(**options: Any) -> ClientSession:
    return ClientSession(**{"cookie_jar": CookieJar(unsafe=True), **options})


def take_the_general_path(session: ClientSession) -> None:
    async def through(*args: Any, **options: Any) -> ClientResponse:
        return await ClientSession._request(session, *args, **options)

    session._request = through  # type: ignore[method-assign]


CALLS: list[tuple[str, str, dict[str, Any]]] = [
    ("GET", "/", {}),
    ("HEAD", "/a?b=c#d", {}),
    ("OPTIONS", "/", {"allow_redirects": False}),
    ("DELETE", "/x", {}),
    ("POST", "/", {}),
    ("POST", "/", {"data": None, "json": None, "headers": None, "params": None}),
    ("POST", "/", {"data": b""}),
    ("POST", "/p", {"data": b"x" * 70}),
    ("PUT", "/p?q=1", {"data": b"\r\n\r\n\x00"}),
    ("POST", "/", {"data": b"x" * (JOIN_BELOW - 1)}),
    ("PUT", "/", {"data": b"y" * JOIN_BELOW}),
    ("POST", "/", {"json": "z" * JOIN_BELOW}),
    ("PATCH", "/", {"json": {"a": ["ä", 1, None]}}),
    ("DELETE", "/", {"json": []}),
    ("GET", "/", {"json": False}),
    ("GET", "/", {"headers": {"X-A": "1", "x-a": "2", "Accept": "text/plain"}}),
    ("GET", "/", {"headers": [("X-A", "1"), ("User-Agent", "me"), ("X-A", "2")]}),
    ("GET", "/", {"headers": CIMultiDict({"Host": "other", "X-Own": "replaced"})}),
    ("POST", "/", {"headers": {"content-type": "text/x"}, "data": b"abc"}),
    ("POST", "/", {"headers": {"Content-Type": "text/x"}}),
    ("POST", "/", {"headers": {"Accept-Encoding": "identity"}, "json": "text"}),
    ("GET", "/a?b=c", {"params": {"q": "x y&z", "n": 1}}),
    ("GET", "/a#frag", {"params": [("q", "ä"), ("q", "+")]}),
    ("GET", "/a", {"params": "raw=%20"}),
    ("GET", "/ä/%41/../b", {"params": {}, "headers": {}}),
    ("GET", "/", {"timeout": 5}),
    ("GET", "/", {"timeout": None, "raise_for_status": True}),
    ("GET", "/", {"timeout": ClientTimeout(total=3, sock_read=2)}),
]

SESSIONS: list[dict[str, Any]] = [
    {},
    {"headers": {"X-Own": "o", "Content-Type": "text/own"}},
    {"skip_auto_headers": ["user-agent", "CONTENT-TYPE", "Accept"]},
    {"json_serialize_bytes": lambda value: b"<bytes>"},
]


@pytest.mark.spec("ADD-161", "ADD-162", "ADD-163", "ADD-164", "ADD-165", "CREQ-05", "CREQ-06")
@pytest.mark.parametrize("options", SESSIONS)
async def test_the_wire_and_the_response_are_the_same(
    serve: Any, recording: Any, options: dict[str, Any]
) -> None:
    seen: list[bytes] = []
    server = await serve(recording(seen))
    async with make_session(**options) as fast, make_session(**options) as general:
        take_the_general_path(general)
        for session in (fast, general):
            for cookie in ({}, {"session": 'a"b', "other": "1"}):
                session.cookie_jar.update_cookies(cookie, URL(server.url()))
                await (await session.get(server.url())).read()
        seen.clear()
        for method, path, arguments in CALLS:
            url: Any = server.url(path)
            for target in (url, URL(url)):
                responses = []
                for session in (fast, general):
                    async with session.request(method, target, **arguments) as response:
                        responses.append(response)
                one, other = responses
                assert took_the_fast_path(one), (method, path, arguments)
                assert not took_the_fast_path(other)
                assert seen[-2] == seen[-1], (method, path, arguments)
                assert one.url == other.url
                assert one.real_url == other.real_url
                assert one.method == other.method
                assert one.request_info == other.request_info
                assert one.history == other.history == ()
        assert b"\r\nCookie: " in seen[-1]


@pytest.mark.parametrize("end", ["read", "release", "drop"])
async def test_the_connection_can_be_looked_at_while_the_body_is_arriving(
    serve: Any, end: str
) -> None:
    goes_on = asyncio.Event()

    async def in_two_parts(talk: Any) -> None:
        while True:
            await talk.head()
            await talk.send(OK[:-5])
            await goes_on.wait()
            await talk.send(OK[-5:])

    server = await serve(in_two_parts)
    async with make_session() as session:
        for warm in (False, True):
            goes_on.clear()
            response = await session.get(server.url())
            assert took_the_fast_path(response) == warm
            connection = response.connection
            assert connection is not None
            assert connection.transport is not None
            assert connection.transport.get_extra_info("peername") == ("127.0.0.1", server.port)
            assert response.connection is connection
            assert not response.closed
            if not warm:
                goes_on.set()
                assert await response.read() == b"hello"
                assert response.connection is None
        over: list[bool] = []
        connection.add_callback(lambda: over.append(True))
        goes_on.set()
        if end == "read":
            assert await response.read() == b"hello"
            assert response.connection is None
        elif end == "release":
            response.release()
            assert response.connection is None
        else:
            del response
            gc.collect()
        assert over == [True]
        assert connection.closed


@pytest.mark.spec("SES-10")
async def test_a_base_url_has_a_fast_path(serve: Any, recording: Any) -> None:
    seen: list[bytes] = []
    server = await serve(recording(seen))
    async with make_session(base_url=server.url("/api/")) as session:
        for path in ("users", "users", "/root", "?q=1"):
            response = await session.get(path)
            assert response.url == URL(server.url("/api/")).join(URL(path))
        assert took_the_fast_path(response)
    assert [head.split()[1] for head in seen] == [b"/api/users"] * 2 + [b"/root", b"/api/?q=1"]


@pytest.mark.parametrize(
    "arguments",
    [
        {"data": "text"},
        {"data": {"a": "b"}},
        {"data": b"x" * (AT_ONCE + 1)},
        {"json": "x" * AT_ONCE},
        {"headers": {"Connection": "close"}},
        {"headers": {"Cookie": "a=b"}},
        {"cookies": {"a": "b"}},
        {"headers": iter([("X-A", "b")])},
        {"expect100": False},
    ],
)
@pytest.mark.filterwarnings("ignore:Sending a large body:ResourceWarning")
async def test_what_takes_the_general_path(
    serve: Any, recording: Any, arguments: dict[str, Any]
) -> None:
    seen: list[bytes] = []
    server = await serve(recording(seen))
    async with make_session() as session:
        await session.post(server.url())
        response = await session.post(server.url(), **arguments)
        assert not took_the_fast_path(response)
        assert await response.read() == b"hello"
    if "headers" in arguments and not isinstance(arguments["headers"], dict):
        assert b"\r\nX-A: b\r\n" in seen[-1]


LARGE = bytes(range(256)) * (AT_ONCE // 256)


def narrow(address: Any) -> socket.socket:
    """A socket that takes only little of a large body at once."""
    family, kind, protocol, _, _ = address
    sock = socket.socket(family, kind, protocol)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 2**14)
    return sock


@pytest.mark.filterwarnings("ignore:Sending a large body:ResourceWarning")
async def test_a_large_body_arrives_and_the_connection_stays(serve: Any, recording: Any) -> None:
    seen: list[bytes] = []
    server = await serve(recording(seen))
    async with make_session(connector=TCPConnector(socket_factory=narrow)) as session:
        await (await session.post(server.url())).read()
        for method in ("POST", "PUT"):
            async with session.request(method, server.url(), data=LARGE) as response:
                assert await response.read() == b"hello"
                assert took_the_fast_path(response)
            head, _, body = seen[-1].partition(b"\r\n\r\n")
            assert f"\r\nContent-Length: {len(LARGE)}\r\n".encode() in head + b"\r\n"
            assert body == LARGE
    assert len(server.talks) == 1


@pytest.mark.spec("ADD-188")
@pytest.mark.filterwarnings("ignore:Sending a large body:ResourceWarning")
@pytest.mark.parametrize("end", ["release", "wait", "close", "drop"])
async def test_an_answer_before_a_large_body_is_taken(serve: Any, end: str) -> None:
    goes_on = asyncio.Event()
    bodies: list[bytes] = []

    async def early(talk: Any) -> None:
        await talk.head()
        await talk.send(OK)
        await talk.head()
        await talk.send(b"HTTP/1.1 413 Too Large\r\nContent-Length: 2\r\n\r\nno")
        await goes_on.wait()
        try:
            bodies.append(await talk.exactly(len(LARGE)))
        except (asyncio.IncompleteReadError, ConnectionError):
            bodies.append(b"cut off")

    async def read_to_its_end() -> None:
        goes_on.set()
        while not bodies:
            await asyncio.sleep(0)

    server = await serve(early)
    connector = TCPConnector(socket_factory=narrow)
    async with make_session(connector=connector) as session:
        await (await session.get(server.url())).read()
        response = await session.post(server.url(), data=LARGE)
        assert took_the_fast_path(response)
        assert response.status == 413
        assert await response.read() == b"no"
        with pytest.warns(DeprecationWarning, match="UploadTracker"):
            assert response.upload_complete is False
        connector.check_invariants()
        assert connector.stats.leased == 1
        if end == "wait":
            goes_on.set()
            await response.wait_for_close()
            assert connector.stats[:3] == (0, 0, 1)
            with pytest.warns(DeprecationWarning, match="UploadTracker"):
                assert response.upload_complete is True
            await read_to_its_end()
        else:
            if end == "release":
                response.release()
            elif end == "close":
                response.close()
            else:
                del response
                gc.collect()
            assert connector.stats[:3] == (0, 0, 0)
            await read_to_its_end()
        connector.check_invariants()
    assert bodies == [LARGE if end == "wait" else b"cut off"]


@pytest.mark.parametrize(
    "options",
    [
        {"connector": {"force_close": True}},
        {"trust_env": True},
        {"middlewares": (lambda request, handler: handler(request),)},
        {"trace_configs": [TraceConfig()]},
        {"response_class": type("Own", (ClientResponse,), {})},
    ],
)
async def test_sessions_without_a_fast_path(
    serve: Any, recording: Any, options: dict[str, Any]
) -> None:
    seen: list[bytes] = []
    server = await serve(recording(seen))
    chosen = dict(options)
    if "connector" in chosen:
        chosen["connector"] = TCPConnector(**chosen["connector"])
    async with make_session(**chosen) as session:
        for _ in range(2):
            response = await session.get(server.url())
            assert not took_the_fast_path(response)
            assert await response.read() == b"hello"


async def test_mistakes_are_the_same(serve: Any, recording: Any) -> None:
    server = await serve(recording([]))
    mistakes: list[tuple[type[Exception], dict[str, Any]]] = [
        (ValueError, {"headers": {"X": "a\r\nb: c"}}),
        (ValueError, {"headers": {"X Y": "a"}}),
        (TypeError, {"headers": {"X": 1}}),
        (ValueError, {"data": b"x", "json": 1}),
        (TypeError, {"json": object()}),
        (TypeError, {"params": {"a": object()}}),
        (TypeError, {"nonsense": 1}),
        (ValueError, {"timeout": "5"}),
    ]
    async with make_session() as fast, make_session() as general:
        take_the_general_path(general)
        for session in (fast, general):
            await (await session.get(server.url())).read()
            for error, arguments in mistakes:
                with pytest.raises(error):
                    await session.get(server.url(), **arguments)
            assert session.connector is not None
            assert session.connector.stats.leased == 0
        assert (await (await fast.get(server.url())).read()) == b"hello"


@pytest.mark.spec("TMO-01", "TMO-03", "ADD-343")
@pytest.mark.parametrize(
    ("session_timeout", "timeout", "error", "phase"),
    [
        (None, ClientTimeout(total=0.02), TimeoutError, "first byte"),
        (None, 0.02, TimeoutError, "first byte"),
        (None, ClientTimeout(sock_read=0.02), SocketTimeoutError, "first byte"),
        (ClientTimeout(sock_read=0.02), None, SocketTimeoutError, "first byte"),
        (ClientTimeout(first_byte=0.02), None, SocketTimeoutError, "first byte"),
        (ClientTimeout(total=0.02), None, TimeoutError, "first byte"),
    ],
)
async def test_timeouts(
    serve: Any, session_timeout: Any, timeout: Any, error: Any, phase: str
) -> None:
    silent = asyncio.Event()

    async def script(talk: Any) -> None:
        await talk.head()
        await talk.send(OK)
        await talk.head()
        silent.set()
        await talk.ended()

    server = await serve(script)
    options = {} if session_timeout is None else {"timeout": session_timeout}
    async with make_session(**options) as session:
        await (await session.get(server.url(), timeout=ClientTimeout(total=30))).read()
        arguments = {} if timeout is None else {"timeout": timeout}
        with pytest.raises(error) as caught:
            await session.get(server.url(), **arguments)
        said = getattr(caught.value, "phase", "") or "".join(caught.value.__notes__)
        assert phase in said
        assert silent.is_set()
        assert session.connector is not None
        session.connector.check_invariants()
        assert session.connector.stats[:3] == (0, 0, 0)


@pytest.mark.spec("ADD-226", "ADD-229")
async def test_a_dying_connection_is_met_as_on_the_general_path(serve: Any, answering: Any) -> None:
    async def once(talk: Any) -> None:
        await talk.head()
        await talk.send(OK)
        await talk.head()
        talk.close()

    server = await serve(once, once, answering(OK))
    async with make_session() as session:
        await (await session.get(server.url())).read()
        response = await session.get(server.url(), params={"a": "b"})
        assert await response.read() == b"hello"
        assert response.url == URL(server.url()) % {"a": "b"}
        with pytest.raises(ServerDisconnectedError) as caught:
            await session.post(server.url(), json=1)
        assert caught.value.exchange is not None
        assert caught.value.exchange.reused
    async with make_session(retry=NO_RETRY) as session:
        server = await serve(once)
        await (await session.get(server.url())).read()
        with pytest.raises(ServerDisconnectedError):
            await session.get(server.url())


async def test_a_broken_answer(serve: Any) -> None:
    async def script(talk: Any) -> None:
        await talk.head()
        await talk.send(OK)
        await talk.head()
        await talk.send(b"nonsense\r\n\r\n")

    server = await serve(script)
    async with make_session() as session:
        await (await session.get(server.url())).read()
        with pytest.raises(ClientResponseError) as caught:
            await session.get(server.url(), headers={"X": "1"})
        assert caught.value.request_info.headers["X"] == "1"
        assert session.connector is not None
        assert session.connector.stats[:3] == (0, 0, 0)


@pytest.mark.spec("ADD-808")
async def test_cancelling_closes_the_connection(serve: Any) -> None:
    waiting = asyncio.Event()

    async def script(talk: Any) -> None:
        await talk.head()
        await talk.send(OK)
        await talk.head()
        waiting.set()
        await talk.ended()

    server = await serve(script)
    async with make_session() as session:
        await (await session.get(server.url())).read()
        task = asyncio.ensure_future(session.get(server.url()))
        await waiting.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert session.connector is not None
        session.connector.check_invariants()
        assert session.connector.stats[:3] == (0, 0, 0)


REDIRECT = b"HTTP/1.1 %d R\r\nLocation: /there\r\nContent-Length: 0\r\n\r\n"


@pytest.mark.spec("RED-01", "RED-02", "SES-36")
async def test_redirects(serve: Any, answering: Any) -> None:
    server = await serve(answering(OK, REDIRECT % 307, OK, REDIRECT % 302, REDIRECT % 302, OK))
    async with make_session() as session:
        await (await session.get(server.url())).read()
        response = await session.get(server.url(), params={"q": "1"})
        assert response.url == URL(server.url("/there"))
        assert [hop.url.query_string for hop in response.history] == ["q=1"]
        response = await session.get(server.url(), allow_redirects=False)
        assert took_the_fast_path(response)
        assert response.status == 302
        response = await session.head(server.url())
        assert response.status == 302


@pytest.mark.spec("SES-07", "CREQ-13", "ADD-157")
async def test_cookies_are_kept_and_statuses_judged(serve: Any, answering: Any) -> None:
    gone = b"HTTP/1.1 410 G\r\nSet-Cookie: a=1\r\nContent-Length: 0\r\n\r\n"
    judged: list[int] = []

    async def judge(response: ClientResponse) -> None:
        judged.append(response.status)

    server = await serve(answering(OK, gone))
    async with make_session() as session:
        await (await session.get(server.url())).read()
        response = await session.get(server.url())
        assert took_the_fast_path(response)
        assert len(session.cookie_jar) == 1
        with pytest.raises(ClientResponseError) as caught:
            await session.get(server.url(), raise_for_status=True)
        assert caught.value.status == 410
        await session.get(server.url(), raise_for_status=judge)
        await session.get(server.url(), raise_for_status=False)
        assert judged == [410]
    assert b"\r\nCookie: a=1\r\n" in server.talks[0].heads[-1]
    for value, calls in ((True, False), (judge, True)):
        server = await serve(answering(OK, gone))
        async with ClientSession(raise_for_status=value, cookie_jar=DummyCookieJar()) as session:
            await (await session.get(server.url())).read()
            if calls:
                await session.get(server.url())
                assert judged == [410, 200, 410]
            else:
                with pytest.raises(ClientResponseError):
                    await session.get(server.url())
                assert took_the_fast_path(await session.get(server.url(), raise_for_status=False))


async def test_a_charset_resolver_is_asked(serve: Any, answering: Any) -> None:
    answer = b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n\xe4"
    server = await serve(answering(answer))
    async with make_session(fallback_charset_resolver=lambda r, b: "latin-1") as session:
        for _ in range(2):
            response = await session.get(server.url())
            assert await response.text() == "ä"
        assert took_the_fast_path(response)


async def test_a_closed_session_has_no_way(serve: Any, answering: Any) -> None:
    server = await serve(answering(OK))
    connector = TCPConnector()
    session = ClientSession(connector=connector, connector_owner=False)
    await (await session.get(server.url())).read()
    pending = session.get(server.url())
    session.detach()
    for call in (pending, session.get(server.url())):
        with pytest.raises(RuntimeError, match="closed"):
            await call
    assert connector.stats.idle == 1
    other = ClientSession(connector=connector)
    pending = other.get(server.url())
    await connector.close()
    with pytest.raises((RuntimeError, ClientConnectionError), match="closed"):
        await pending
    await other.close()


async def test_arguments_of_other_types(serve: Any, answering: Any) -> None:
    server = await serve(answering(OK))

    class Text(str):
        __slots__ = ()

    async with make_session() as session:
        await (await session.get(server.url())).read()
        response = await session.get(Text(server.url()))
        assert not took_the_fast_path(response)
        response = await session.request("get", server.url())
        assert not took_the_fast_path(response)
        for url in ("http://u:p@127.0.0.1:1/", "ftp://h/", "/relative"):
            with pytest.raises(ClientError):
                await session.get(url)
