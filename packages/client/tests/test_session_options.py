"""What a session is made with, what it says of itself, and when it may be made."""

import asyncio
import inspect
import json
from typing import Any

import pytest
from multidict import CIMultiDict
from yarl import URL

from aiohttp_client import (
    BaseConnector,
    BasicAuth,
    ClientRequest,
    ClientResponse,
    ClientSession,
    ClientTimeout,
    CookieJar,
    TCPConnector,
    TraceConfig,
    encode_basic_auth,
    request,
)
from aiohttp_core.versions import HttpVersion10, HttpVersion11

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello"


def names(head: bytes) -> list[bytes]:
    """Return the names of the fields of a request, in lower case."""
    return [line.partition(b":")[0].lower() for line in head.split(b"\r\n")[1:] if line]


@pytest.mark.spec("SES-06")
async def test_the_connector_is_given_or_made() -> None:
    connector = BaseConnector()
    async with ClientSession(connector=connector) as session:
        assert session.connector is connector
    assert connector.closed
    async with ClientSession() as session:
        assert isinstance(session.connector, TCPConnector)
        with pytest.raises(AttributeError):
            session.connector = connector  # type: ignore[misc]


@pytest.mark.spec("SES-09", "CREQ-10", "ADD-168")
@pytest.mark.parametrize("where", ["session", "request"])
async def test_automatic_fields_are_skipped(serve: Any, answering: Any, where: str) -> None:
    """All but those without which the message would be no valid one."""
    skipped = ["accept", "ACCEPT-ENCODING", "User-Agent", "Content-Type", "Host", "Content-Length"]
    server = await serve(answering(OK))
    for_session = {"skip_auto_headers": skipped} if where == "session" else {}
    for_request: Any = {"skip_auto_headers": skipped} if where == "request" else {}
    async with ClientSession(**for_session) as session:  # type: ignore[arg-type]
        async with session.post(server.url(), data=b"hello", **for_request) as resp:
            assert resp.status == 200
    head = server.talks[0].heads[0]
    assert sorted(names(head)) == [b"content-length", b"host"]
    assert b"Content-Length: 5\r\n" in head


@pytest.mark.spec("CREQ-10")
async def test_fields_of_one_request(serve: Any, answering: Any) -> None:
    server = await serve(answering(OK))
    async with ClientSession(headers={"X-All": "1"}) as session:
        auth = encode_basic_auth("nkim", "pwd")
        async with session.get(
            server.url(),
            headers={"X-One": "2", "Authorization": auth},
            skip_auto_headers=["User-Agent"],
        ) as resp:
            assert resp.request_info.headers["Authorization"] == auth
        async with session.get(server.url()) as resp:
            assert "X-One" not in resp.request_info.headers
    first, second = server.talks[0].heads
    assert b"X-All: 1\r\nX-One: 2\r\n" in first
    assert f"Authorization: {auth}\r\n".encode() in first
    assert b"user-agent" not in names(first)
    assert {b"x-one", b"authorization"}.isdisjoint(names(second))
    assert b"user-agent" in names(second)


@pytest.mark.spec("SES-14", "ADD-156", "CREQ-31")
async def test_the_version_belongs_to_the_session(serve: Any, answering: Any) -> None:
    server = await serve(answering(OK))
    async with ClientSession() as session:
        assert session.version == HttpVersion11
        with pytest.raises(TypeError, match="version"):
            await session.get(server.url(), version=HttpVersion10)  # type: ignore[call-arg]
        with pytest.raises(TypeError, match="encoding"):
            await session.get(server.url(), encoding="utf-8")  # type: ignore[call-arg]
    async with ClientSession(version=HttpVersion10) as session:
        assert session.version == HttpVersion10
        with pytest.raises(AttributeError):
            session.version = HttpVersion11  # type: ignore[misc]
        async with session.get(server.url()) as resp:
            assert await resp.read() == b"hello"
    assert [head.split(b"\r\n")[0] for talk in server.talks for head in talk.heads] == [
        b"GET / HTTP/1.0"
    ]


@pytest.mark.spec("SES-18", "TMO-07", "C01", "C02")
async def test_the_default_timeout_is_the_sessions_not_the_class_s() -> None:
    async with ClientSession() as session:
        assert session.timeout == ClientTimeout(total=300, sock_connect=30)
        assert session.timeout.sock_read is session.timeout.connect is None
    plain = ClientTimeout()
    assert (plain.total, plain.connect, plain.sock_read, plain.sock_connect) == (None,) * 4
    assert plain.ceil_threshold == 5
    async with ClientSession(timeout=plain) as session:
        assert session.timeout is plain


@pytest.mark.spec("SES-26", "ADD-141")
async def test_options_that_came_after_the_first_documentation(serve: Any) -> None:
    defaults = {
        name: parameter.default
        for name, parameter in inspect.signature(ClientSession).parameters.items()
    }
    assert defaults["read_bufsize"] == 2**18
    assert defaults["max_headers"] == 128
    assert defaults["ssl"] is True
    assert {"proxy", "proxy_auth", "json_serialize_bytes"} <= set(defaults)

    head = b"HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n"

    async def flood(talk: Any) -> None:
        talk.writer.transport.set_write_buffer_limits(0)
        await talk.head()
        await talk.send(head)
        for _ in range(1000):
            await talk.send(b"x" * 1000)

    server = await serve(flood)
    async with ClientSession(read_bufsize=1024) as session:
        async with session.get(server.url()) as resp:
            connection = resp.connection
            assert connection is not None
            assert connection.protocol is not None
            while not connection.protocol.reading_paused:
                await asyncio.sleep(0)
            assert len(await resp.read()) == 1_000_000


@pytest.mark.spec("SES-30", "SES-31", "SES-39", "ADD-156")
async def test_what_a_session_says_of_itself() -> None:
    jar = CookieJar()
    trace: TraceConfig[Any] = TraceConfig()
    async with ClientSession(
        headers={"a": "b"},
        skip_auto_headers=["User-Agent"],
        cookie_jar=jar,
        json_serialize=json.dumps,
        connector_owner=True,
        raise_for_status=True,
        auto_decompress=False,
        trust_env=True,
        trace_configs=[trace],
    ) as session:
        values = {
            "cookie_jar": jar,
            "headers": CIMultiDict({"A": "b"}),
            "skip_auto_headers": frozenset(["User-Agent"]),
            "auth": None,
            "json_serialize": json.dumps,
            "connector_owner": True,
            "raise_for_status": True,
            "auto_decompress": False,
            "trust_env": True,
            "trace_configs": [trace],
            "timeout": ClientTimeout(total=300, sock_connect=30),
        }
        for name, value in values.items():
            assert getattr(session, name) == value, name
            with pytest.raises(AttributeError):
                setattr(session, name, value)
        assert isinstance(session.skip_auto_headers, frozenset)
        assert not hasattr(session, "cookies")


@pytest.mark.spec("SES-33", "ADD-150", "C81")
async def test_close(serve: Any, answering: Any) -> None:
    server = await serve(answering(OK))
    session = ClientSession()
    connector = session.connector
    assert connector is not None
    async with session.get(server.url()) as resp:
        await resp.read()
    assert connector.stats.idle == 1
    assert inspect.iscoroutinefunction(ClientSession.close)
    await session.close()
    assert session.closed
    assert connector.closed
    assert connector.stats.idle == 0
    assert session.connector is None
    with pytest.raises(RuntimeError, match="Session is closed"):
        await session.get(server.url())
    with pytest.raises(RuntimeError, match="Session is closed"):
        await session.ws_connect(server.url())
    await session.close()


@pytest.mark.spec("SES-37")
def test_a_session_is_bound_to_a_running_loop() -> None:
    for make in (ClientSession, TCPConnector, BaseConnector):
        with pytest.raises(RuntimeError, match="no running event loop"):
            make()

    async def bound() -> None:
        async with ClientSession() as session:
            assert session.connector is not None
            assert session.connector.loop is asyncio.get_running_loop()

    asyncio.run(bound())


@pytest.mark.spec("SES-38", "ADD-149")
async def test_no_loop_is_needed(serve: Any, answering: Any) -> None:
    """The running one is used; one that is named has to be that of the connector."""
    server = await serve(answering(OK))
    loop = asyncio.get_running_loop()
    async with ClientSession() as session:
        assert session.connector is not None
        assert session.connector.loop is loop
        async with session.get(server.url()) as resp:
            assert resp.status == 200
    async with ClientSession(loop=None) as session:
        assert session.connector is not None
        assert session.connector.loop is loop
    other = asyncio.new_event_loop()
    try:
        async with TCPConnector() as connector:
            with pytest.raises(RuntimeError, match="same event loop"):
                ClientSession(connector=connector, loop=other)
    finally:
        other.close()


@pytest.mark.spec("SES-11", "ADD-775")
@pytest.mark.filterwarnings("ignore:.*auth.*:DeprecationWarning")
async def test_credentials_of_a_session_stay_at_its_base_url(serve: Any, answering: Any) -> None:
    home, other = await serve(answering(OK)), await serve(answering(OK))
    async with ClientSession(home.url(), auth=BasicAuth("u", "p")) as session:
        for url in ("x", other.url("/x"), home.url("/y"), home.url(host="localhost")):
            async with session.get(url) as resp:
                assert resp.status == 200
    sent = [
        (head.split(b" ")[1], b"authorization" in names(head))
        for talk in (*home.talks, *other.talks)
        for head in talk.heads
    ]
    assert sent == [(b"/x", True), (b"/y", True), (b"/", False), (b"/x", False)]


# -- calls ----------------------------------------------------------------------------------------


@pytest.mark.spec("CREQ-01", "CREQ-27")
@pytest.mark.parametrize("kind", [str, URL])
async def test_a_call_gives_the_head_and_leaves_the_body(serve: Any, kind: Any) -> None:
    goes_on = asyncio.Event()

    async def slow(talk: Any) -> None:
        while True:
            await talk.head()
            await talk.send(b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nX-A: b\r\n\r\n")
            await goes_on.wait()
            await talk.send(b"hello")

    server = await serve(slow)
    async with ClientSession() as session:
        for _ in range(2):
            goes_on.clear()
            async with session.request("GET", kind(server.url())) as resp:
                assert isinstance(resp, ClientResponse)
                assert resp.status == 200
                assert resp.headers["X-A"] == "b"
                assert not resp.closed
                assert resp.connection is not None
                goes_on.set()
                assert await resp.read() == b"hello"
        # Awaited instead of entered, the caller releases it.
        resp = await session.request("GET", kind(server.url()))
        assert isinstance(resp, ClientResponse)
        resp.release()


@pytest.mark.spec("CREQ-20")
@pytest.mark.parametrize("timeout", [0.02, ClientTimeout(total=0.02)])
async def test_timeout_of_one_call(serve: Any, timeout: Any) -> None:
    async def silent(talk: Any) -> None:
        await talk.head()
        await talk.ended()

    server = await serve(silent)
    async with ClientSession() as session:
        with pytest.raises(TimeoutError):
            await session.get(server.url(), timeout=timeout)


@pytest.mark.spec("CREQ-29", "ADD-1035")
async def test_module_function(serve: Any, answering: Any) -> None:
    """It takes middlewares, and compresses nothing by itself."""
    server = await serve(answering(OK))
    seen: list[tuple[str, str | None]] = []

    async def watch(req: ClientRequest, handler: Any) -> ClientResponse:
        seen.append((req.method, req.compress))
        resp: ClientResponse = await handler(req)
        return resp

    async with request("POST", server.url(), data=b"", middlewares=[watch]) as resp:
        assert resp.status == 200
    assert seen == [("POST", None)]
    assert b"content-encoding" not in names(server.talks[0].heads[0])


@pytest.mark.spec("CREQ-30", "CREQ-32", "CREQ-33", "C37")
async def test_what_older_versions_had_besides_sessions(serve: Any, answering: Any) -> None:
    """Verbs are methods of sessions, classes are options of sessions, files are data."""
    import aiohttp_client

    for verb in ("get", "post", "put", "delete", "head", "options", "patch"):
        assert not callable(getattr(aiohttp_client, verb, None)), verb
        assert callable(getattr(ClientSession, verb))
    assert not hasattr(aiohttp_client, "ws_connect")
    server = await serve(answering(OK))
    for name in ("request_class", "response_class", "files"):
        with pytest.raises(TypeError, match=name):
            async with request("GET", server.url(), **{name: None}):  # type: ignore[arg-type]
                pass

    class OwnRequest(ClientRequest):
        pass

    class OwnResponse(ClientResponse):
        pass

    kinds: list[type] = []

    async def watch(req: ClientRequest, handler: Any) -> ClientResponse:
        kinds.append(type(req))
        resp: ClientResponse = await handler(req)
        return resp

    async with ClientSession(
        request_class=OwnRequest, response_class=OwnResponse, middlewares=[watch]
    ) as session:
        async with session.get(server.url()) as resp:
            assert type(resp) is OwnResponse
    assert kinds == [OwnRequest]


@pytest.mark.spec("ADD-143")
async def test_json_none_is_no_body(serve: Any, answering: Any) -> None:
    server = await serve(answering(OK))
    async with ClientSession() as session:
        async with session.post(server.url(), json=None) as resp:
            assert resp.status == 200
    head = server.talks[0].heads[0]
    assert b"Content-Length: 0\r\n" in head
    assert b"application/json" not in head


@pytest.mark.spec("C14")
async def test_order_of_params(serve: Any, answering: Any) -> None:
    server = await serve(answering(OK))
    async with ClientSession() as session:
        async with session.get(server.url(), params=[("key", "value1"), ("key", "value2")]) as resp:
            assert resp.url.query_string == "key=value1&key=value2"
    assert server.talks[0].heads[0].startswith(b"GET /?key=value1&key=value2 ")


@pytest.mark.spec("C18")
async def test_requote_redirect_url_is_an_argument(serve: Any, answering: Any) -> None:
    moved = b"HTTP/1.1 302 F\r\nLocation: /%61%7e?x=%2B\r\nContent-Length: 0\r\n\r\n"
    targets = []
    for requote in (True, False):
        server = await serve(answering(moved, OK))
        async with ClientSession(requote_redirect_url=requote) as session:
            assert session.requote_redirect_url is requote
            async with session.get(server.url()) as resp:
                assert resp.status == 200
        targets.append(server.talks[0].heads[1].split(b" ")[1])
    assert targets == [b"/a~?x=%2B", b"/%61%7e?x=%2B"]
