import asyncio
import gc
from typing import Any

import pytest
from multidict import CIMultiDict
from yarl import URL

from aiohttp_client import (
    NO_RETRY,
    BaseConnector,
    ClientConnectionError,
    ClientConnectorError,
    ClientOSError,
    ClientPayloadError,
    ClientResponse,
    ClientResponseError,
    ClientSession,
    ClientTimeout,
    CookieJar,
    DummyCookieJar,
    InvalidURL,
    InvalidUrlClientError,
    NonHttpUrlClientError,
    ServerDisconnectedError,
    SocketTimeoutError,
    TCPConnector,
    TooManyRedirects,
    TraceConfig,
    UploadTracker,
    encode_basic_auth,
    request,
)

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello"


@pytest.fixture
async def session() -> Any:
    async with ClientSession(cookie_jar=CookieJar(unsafe=True)) as session:
        yield session
        connector = session.connector
        if connector is not None and not connector.closed:
            connector.check_invariants()


def header(head: bytes, name: bytes) -> bytes | None:
    for line in head.split(b"\r\n")[1:]:
        key, _, value = line.partition(b":")
        if key.lower() == name.lower():
            return value.strip()
    return None


# -- plain requests and the pool ------------------------------------------------------------------


@pytest.mark.spec("SES-01", "SES-02", "CRSP-02", "ADD-357")
async def test_get_and_reuse(serve: Any, session: ClientSession, answering: Any) -> None:
    server = await serve(answering(OK))
    for _ in range(3):
        async with session.get(server.url("/x?a=1")) as resp:
            assert resp.status == 200
            assert resp.reason == "OK"
            assert resp.version == (1, 1)
            assert resp.connection is None
            assert resp.closed
            assert await resp.text() == "hello"
    assert len(server.talks) == 1
    assert session.connector is not None
    assert session.connector.stats.reused == 2
    assert server.talks[0].heads[0].startswith(b"GET /x?a=1 HTTP/1.1\r\n")


@pytest.mark.spec("ADD-161", "ADD-162", "ADD-163", "ADD-164", "ADD-165")
async def test_fast_path_sends_what_the_general_path_sends(
    serve: Any, session: ClientSession, answering: Any
) -> None:
    server = await serve(answering(OK))
    for path in ("/", "/a/b.c?x=1&y=2", "/p%41th/%20?q=%31", "/d/../e", "/ä", "/a?b#frag"):
        url = server.url(path)
        async with session.get(url) as general_path:
            await general_path.read()
        async with session.get(url) as fast_path:
            await fast_path.read()
        assert general_path.url == fast_path.url
        assert general_path.real_url == fast_path.real_url
        assert general_path.request_info == fast_path.request_info
    heads = [head for talk in server.talks for head in talk.heads]
    assert len(server.talks) == 1
    assert heads[0::2] == heads[1::2]
    first = heads[0]
    assert header(first, b"host") == f"127.0.0.1:{server.port}".encode()
    assert header(first, b"accept") == b"*/*"
    assert (header(first, b"accept-encoding") or b"").startswith(b"gzip, deflate")
    assert (header(first, b"user-agent") or b"").startswith(b"Python/3.")
    assert header(first, b"connection") is None


@pytest.mark.spec("ADD-144", "ADD-145", "SES-08")
async def test_session_headers(serve: Any, answering: Any) -> None:
    server = await serve(answering(OK))
    given = {"X-A": "1", "Accept": "text/html"}
    async with ClientSession(headers=given) as session:
        given["X-A"] = "changed"
        for _ in range(2):
            async with session.get(server.url()) as resp:
                await resp.read()
        session.headers["X-B"] = "2"
        async with session.get(server.url()) as resp:
            assert resp.request_info.headers["X-B"] == "2"
        headers = CIMultiDict([("x-a", "3"), ("x-a", "4")])
        async with session.get(server.url(), headers=headers) as resp:
            await resp.read()
    heads = server.talks[0].heads
    assert [header(head, b"x-a") for head in heads[:3]] == [b"1"] * 3
    assert header(heads[2], b"x-b") == b"2"
    assert heads[3].count(b"x-a: ") == 2
    assert header(heads[0], b"accept") == b"text/html"


@pytest.mark.spec("ADD-053", "ADD-405")
async def test_informational_heads_are_skipped(
    serve: Any, session: ClientSession, answering: Any
) -> None:
    server = await serve(answering(b"HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n" + OK))
    async with session.get(server.url()) as resp:
        assert resp.status == 200


BAD_HEADS = {
    "R01": b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello!",
    "R02": b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n"
    b"5\r\nhello\r\n0\r\n\r\n",
    "R09": b"HTTP/1.1 100 Continue\r\n\r\n" * 1000,
    "R10": b"HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n",
    "R12a": b"HTTP/1.1 99 Low\r\n\r\n",
    "R12b": b"HTTP/1.1 1000 High\r\n\r\n",
    "R12c": b"HTTP/1.1 +200 OK\r\n\r\n",
    "R12d": b"HTTP/1.1 2\xd9\xa20 OK\r\n\r\n",
    "ssh": b"SSH-2.0-OpenSSH\r\n\r\n",
    "nul": b"HTTP/1.1 200 OK\r\nX: a\x00b\r\n\r\n",
}


@pytest.mark.spec("ADD-049", "ADD-051", "ADD-048")
@pytest.mark.parametrize("name", BAD_HEADS)
async def test_bad_heads(serve: Any, session: ClientSession, answering: Any, name: str) -> None:
    server = await serve(answering(BAD_HEADS[name]))
    with pytest.raises(ClientResponseError) as caught:
        await session.get(server.url())
    assert caught.value.status == 400
    assert caught.value.message
    assert caught.value.request_info.method == "GET"
    assert session.connector is not None
    assert session.connector.stats[:3] == (0, 0, 0)


@pytest.mark.spec("ADD-054", "ADD-055", "ADD-057", "ADD-296", "ADD-762")
@pytest.mark.parametrize(
    ("answer", "reusable"),
    [
        (b"HTTP/1.1 204 No Content\r\nContent-Length: 5\r\n\r\nhello", False),
        (b"HTTP/1.1 204 No Content\r\n\r\n", True),
        (b"HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n\r\n", True),
        (OK + b"x", False),
        (OK + OK, False),
        (b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 0\r\n\r\n", False),
        (b"HTTP/1.0 200 OK\r\nContent-Length: 0\r\n\r\n", False),
        (b"HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nContent-Length: 0\r\n\r\n", True),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n", True),
    ],
)
async def test_what_makes_a_connection_reusable(
    serve: Any, session: ClientSession, answering: Any, answer: bytes, reusable: bool
) -> None:
    server = await serve(answering(answer))
    for _ in range(2):
        async with session.get(server.url()) as resp:
            await resp.read()
    assert len(server.talks) == (1 if reusable else 2)


async def test_answer_to_head_has_no_body(
    serve: Any, session: ClientSession, answering: Any
) -> None:
    server = await serve(answering(b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n"))
    for _ in range(2):
        async with session.head(server.url()) as resp:
            assert await resp.read() == b""
            assert resp.content_length == 5
    assert len(server.talks) == 1


@pytest.mark.spec("ADD-057")
async def test_bytes_on_an_idle_connection_end_it(serve: Any, session: ClientSession) -> None:
    async def chatty(talk: Any) -> None:
        await talk.head()
        await talk.send(OK)
        await asyncio.sleep(0)
        await talk.send(b"HTTP/1.1 408 Request Timeout\r\n\r\n")
        await talk.ended()

    server = await serve(chatty)
    async with session.get(server.url()) as resp:
        await resp.read()
    connector = session.connector
    assert connector is not None
    while connector.stats.idle:
        await asyncio.sleep(0)
    async with session.get(server.url()) as resp:
        assert resp.status == 200
    assert len(server.talks) == 2


async def test_eof_is_seen_before_reuse(serve: Any, session: ClientSession) -> None:
    """The loop had no time to see the server's end; the operating system knows it."""

    async def once(talk: Any) -> None:
        await talk.head()
        await talk.send(OK)
        talk.close()

    server = await serve(once)
    async with session.get(server.url()) as resp:
        await resp.read()
    # Read the end off the socket by blocking this loop, as a busy application would.
    import select

    talk = server.talks[0]
    talk.writer.close()
    connector = session.connector
    assert connector is not None
    slots = connector._pool.idle_slots()
    if slots:
        fd = slots[0].connection.transport.get_extra_info("socket").fileno()
        poll = select.poll()
        poll.register(fd, select.POLLIN)
        poll.poll(2000)
    async with session.post(server.url(), data=b"x", retry=NO_RETRY) as resp:
        assert resp.status == 200
    assert len(server.talks) == 2


@pytest.mark.spec("ADD-226", "ADD-227", "ADD-060", "ADD-411")
async def test_keep_alive_race(serve: Any, session: ClientSession, answering: Any) -> None:
    async def dies_on_second(talk: Any) -> None:
        await talk.head()
        await talk.send(OK)
        await talk.head()

    server = await serve(dies_on_second, answering(OK))
    async with session.get(server.url()) as resp:
        await resp.read()
    async with session.get(server.url()) as resp:
        assert await resp.read() == b"hello"
    assert len(server.talks) == 2


async def test_lost_connection_tells_the_facts(serve: Any, session: ClientSession) -> None:
    async def dies_on_second(talk: Any) -> None:
        await talk.head()
        await talk.send(OK)
        await talk.head()

    server = await serve(dies_on_second)
    async with session.get(server.url()) as resp:
        await resp.read()
    with pytest.raises(ServerDisconnectedError) as caught:
        await session.post(server.url(), data=b"abc")
    facts = caught.value.exchange
    assert facts is not None
    assert facts.reused
    assert facts.bytes_sent == len(server.talks[0].heads[1]) + 3
    assert facts.bytes_received == 0
    assert str(caught.value) == "Server disconnected"


async def test_partial_head_is_a_disconnect(serve: Any, session: ClientSession) -> None:
    async def partial(talk: Any) -> None:
        await talk.head()
        await talk.send(b"HTTP/1.1 200 OK\r\nX: y")

    server = await serve(partial)
    with pytest.raises(ServerDisconnectedError):
        await session.get(server.url())
    assert len(server.talks) == 1  # something came, so it is not repeated


async def test_reset_before_the_head(serve: Any, session: ClientSession) -> None:
    async def resets(talk: Any) -> None:
        await talk.head()
        talk.reset()

    server = await serve(resets)
    with pytest.raises((ClientOSError, ServerDisconnectedError)) as caught:
        await session.get(server.url())
    assert caught.value.exchange is not None
    assert not caught.value.exchange.reused
    assert len(server.talks) == 2


# -- bodies of responses --------------------------------------------------------------------------


@pytest.mark.spec("ADD-058", "ADD-408", "CEX-03", "CRSP-06")
@pytest.mark.parametrize(
    ("answer", "reset"),
    [
        (b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhello", False),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhello", True),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n", False),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhelloXX", False),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nhello\r\n", False),
        (b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 5\r\n\r\nhello", False),
    ],
)
async def test_broken_bodies(
    serve: Any, session: ClientSession, answer: bytes, reset: bool
) -> None:
    async def script(talk: Any) -> None:
        await talk.head()
        await talk.send(answer)
        if reset:
            await asyncio.sleep(0.01)
            talk.reset()

    server = await serve(script)
    async with session.get(server.url()) as resp:
        assert resp.status == 200
        with pytest.raises(ClientPayloadError) as caught:
            await resp.read()
        assert caught.value.__cause__ is not None
    assert session.connector is not None
    assert session.connector.stats[:3] == (0, 0, 0)


async def test_cut_body_keeps_what_came(serve: Any, session: ClientSession) -> None:
    async def script(talk: Any) -> None:
        await talk.head()
        await talk.send(b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhello")

    server = await serve(script)
    async with session.get(server.url()) as resp:
        assert await resp.content.readany() == b"hello"
        with pytest.raises(ClientPayloadError):
            await resp.content.readany()


@pytest.mark.spec("ADD-056", "CREQ-18", "HTTP-17")
async def test_until_eof(serve: Any, session: ClientSession) -> None:
    async def script(talk: Any) -> None:
        await talk.head()
        await talk.send(b"HTTP/1.1 200 OK\r\n\r\nabc")

    server = await serve(script)
    async with session.get(server.url()) as resp:
        assert await resp.read() == b"abc"
    async with session.get(server.url(), read_until_eof=False) as resp:
        assert await resp.read() == b""
    assert len(server.talks) == 2


@pytest.mark.spec("CRSP-18", "ADD-160", "ADD-363")
async def test_half_read_response_closes_its_connection(serve: Any, session: ClientSession) -> None:
    async def script(talk: Any) -> None:
        await talk.head()
        await talk.send(b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhello")
        await talk.ended()

    server = await serve(script)
    async with session.get(server.url()) as resp:
        assert not resp.closed
        assert resp.connection is not None
        assert await resp.content.read(2) == b"he"
    assert resp.closed
    assert resp.connection is None
    assert session.connector is not None
    assert session.connector.stats[:3] == (0, 0, 0)
    with pytest.raises(ClientConnectionError, match="Connection closed"):
        await resp.content.read()


@pytest.mark.spec("ADD-347")
async def test_reading_after_release(serve: Any, session: ClientSession, answering: Any) -> None:
    server = await serve(answering(OK))
    async with session.get(server.url()) as resp:
        assert await resp.text() == "hello"
        assert await resp.read() == b"hello"
    with pytest.raises(ClientConnectionError, match="Connection closed"):
        await resp.read()
    assert await resp.text() == "hello"
    async with session.get(server.url()) as unread:
        pass
    with pytest.raises(ClientConnectionError):
        await unread.read()


@pytest.mark.spec("CRSP-05", "STR-11")
async def test_http_chunks_are_seen(serve: Any, session: ClientSession) -> None:
    complete = (
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
        b"3\r\nabc\r\n2\r\nde\r\n0\r\nX-T: v\r\n\r\n"
    )

    async def script(talk: Any) -> None:
        await talk.head()
        await talk.send(complete)
        await talk.head()
        for index in range(len(complete)):
            await talk.send(complete[index : index + 1])
            await asyncio.sleep(0)

    server = await serve(script)
    for _ in range(2):
        async with session.get(server.url()) as resp:
            chunks = [chunk async for chunk in resp.content.iter_chunks()]
            if _ == 0:
                assert chunks == [(b"abc", True), (b"de", True)]
            assert b"".join(data for data, _ in chunks) == b"abcde"
            assert sum(end for _, end in chunks) == 2
            assert resp.trailers is not None
            assert resp.trailers["X-T"] == "v"
    assert len(server.talks) == 1


@pytest.mark.spec("ADD-068", "ADD-342", "ADD-344")
async def test_slow_reader_pauses_the_server(serve: Any, session: ClientSession) -> None:
    size = 8 * 1024 * 1024
    sent = 0

    async def script(talk: Any) -> None:
        nonlocal sent
        await talk.head()
        await talk.send(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % size)
        while sent < size:
            await talk.send(b"x" * 65536)
            sent += 65536
        await talk.ended()

    server = await serve(script)
    async with session.get(server.url(), read_bufsize=65536) as resp:
        protocol = resp.connection.protocol if resp.connection else None
        assert protocol is not None
        while not protocol.reading_paused:
            await asyncio.sleep(0)
        before = -1
        while before != sent:
            before = sent
            for _ in range(50):
                await asyncio.sleep(0)
        assert sent < size
        total = 0
        async for piece in resp.content.iter_any():
            total += len(piece)
        assert total == size
    assert session.connector is not None
    assert session.connector.stats.idle == 1


@pytest.mark.spec("ADD-064", "SES-19", "CREQ-26", "ADD-903")
@pytest.mark.parametrize("split", [False, True])
async def test_decoding(serve: Any, session: ClientSession, split: bool) -> None:
    import gzip

    plain = b"0123456789" * 50000
    coded = gzip.compress(plain)
    head = b"HTTP/1.1 200 OK\r\nContent-Encoding: GZip\r\nContent-Length: %d\r\n\r\n" % len(coded)

    async def script(talk: Any) -> None:
        while True:
            await talk.head()
            if split:
                await talk.send(head + coded[:100])
                await asyncio.sleep(0.01)
                await talk.send(coded[100:])
            else:
                await talk.send(head + coded)

    server = await serve(script)
    async with session.get(server.url()) as resp:
        assert await resp.read() == plain
    async with session.get(server.url(), auto_decompress=False) as resp:
        assert await resp.read() == coded
    async with session.get(server.url(), read_bufsize=1024) as resp:
        got = b"".join([piece async for piece in resp.content.iter_chunked(3000)])
        assert got == plain
    assert len(server.talks) == 1


async def test_bomb_costs_bounded_memory(
    serve: Any, session: ClientSession, answering: Any
) -> None:
    import zlib

    compressor = zlib.compressobj(9, zlib.DEFLATED, 31)
    coded = b"".join(compressor.compress(bytes(1 << 20)) for _ in range(64)) + compressor.flush()
    head = b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: %d\r\n\r\n" % len(coded)
    server = await serve(answering(head + coded))
    async with session.get(server.url()) as resp:
        for _ in range(100):
            await asyncio.sleep(0)
        assert resp.content.total_bytes < 4 * 1024 * 1024
        assert len(await resp.content.read(10)) == 10


# -- timeouts -------------------------------------------------------------------------------------


async def hang(talk: Any) -> None:
    await talk.head()
    await talk.ended()


@pytest.mark.spec("ADD-341", "TMO-02")
@pytest.mark.parametrize("warm", [False, True])
async def test_total(serve: Any, answering: Any, warm: bool) -> None:
    async def script(talk: Any) -> None:
        if warm:
            await talk.head()
            await talk.send(OK)
        await hang(talk)

    server = await serve(script)
    async with ClientSession(timeout=ClientTimeout(total=0.5)) as session:
        if warm:
            async with session.get(server.url(), timeout=ClientTimeout()) as resp:
                await resp.read()
        with pytest.raises(TimeoutError) as caught:
            await session.get(server.url())
        assert type(caught.value) is TimeoutError
        assert str(caught.value) == ""
        assert "first byte" in caught.value.__notes__[0]
        assert session.connector is not None
        assert session.connector.stats[:3] == (0, 0, 0)


async def test_total_while_reading(serve: Any, session: ClientSession) -> None:
    async def script(talk: Any) -> None:
        await talk.head()
        await talk.send(b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhello")
        await talk.ended()

    server = await serve(script)
    async with session.get(server.url(), timeout=0.5) as resp:
        with pytest.raises(TimeoutError) as caught:
            await resp.read()
        assert type(caught.value) is TimeoutError
        assert "'read'" in caught.value.__notes__[0]


@pytest.mark.spec("ADD-342", "TMO-05", "TMO-10")
async def test_sock_read(serve: Any, session: ClientSession) -> None:
    async def script(talk: Any) -> None:
        await talk.head()
        await talk.send(b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhello")
        await talk.ended()

    server = await serve(hang, script)
    timeout = ClientTimeout(sock_read=0.5)
    with pytest.raises(SocketTimeoutError) as caught:
        await session.get(server.url(), timeout=timeout)
    assert caught.value.phase == "first byte"
    async with session.get(server.url(), timeout=timeout) as resp:
        with pytest.raises(SocketTimeoutError) as caught:
            await resp.read()
        assert caught.value.phase == "read"


async def test_first_byte(serve: Any, session: ClientSession) -> None:
    server = await serve(hang)
    with pytest.raises(SocketTimeoutError) as caught:
        await session.get(server.url(), timeout=ClientTimeout(first_byte=0.05))
    assert caught.value.phase == "first byte"


@pytest.mark.spec("ADD-299", "ADD-412", "TMO-03")
async def test_pool_wait(serve: Any) -> None:
    server = await serve(hang)
    async with ClientSession(connector=TCPConnector(limit=1)) as session:
        first = asyncio.create_task(session.get(server.url()))
        while not server.talks or not server.talks[0].heads:
            await asyncio.sleep(0)
        for timeout in (ClientTimeout(connect=0.05), ClientTimeout(pool=0.05)):
            with pytest.raises(TimeoutError) as caught:
                await session.get(server.url(), timeout=timeout)
            assert type(caught.value).__name__ == "ConnectionTimeoutError"
            assert caught.value.phase == "pool"
            assert server.url() in str(caught.value)
        first.cancel()
        with pytest.raises(asyncio.CancelledError):
            await first
        assert session.connector is not None
        session.connector.check_invariants()
        assert session.connector.stats[:4] == (0, 0, 0, 0)


@pytest.mark.spec("ADD-148")
async def test_bad_timeouts(session: ClientSession) -> None:
    with pytest.raises(ValueError, match="timeout"):
        ClientSession(timeout=5)
    with pytest.raises(ValueError, match="timeout"):
        await session.get("http://127.0.0.1:1/", timeout="5")


# -- cancellation ---------------------------------------------------------------------------------


@pytest.mark.spec("ADD-808", "ADD-415", "ADD-345")
@pytest.mark.parametrize("limit", [1, 100])
@pytest.mark.parametrize("warm", [False, True])
async def test_cancelled_anywhere_leaves_a_whole_pool(
    serve: Any, answering: Any, limit: int, warm: bool
) -> None:
    server = await serve(
        answering(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n")
    )
    connector = TCPConnector(limit=limit)
    async with ClientSession(connector=connector) as session:

        async def use() -> bytes:
            async with session.post(server.url(), data=iter_once()) as resp:
                return await resp.read()

        done: list[object] = []
        steps = 0
        while done != [b"hello"] * 3:
            steps += 1
            assert steps < 500, "the requests never end before they are cancelled"
            if warm:
                assert await use() == b"hello"
            tasks = [asyncio.ensure_future(use()) for _ in range(3)]
            for _ in range(steps):
                await asyncio.sleep(0)
            for task in tasks:
                task.cancel()
            done = await asyncio.gather(*tasks, return_exceptions=True)
            for result in done:
                assert result == b"hello" or isinstance(result, asyncio.CancelledError), result
            connector.check_invariants()
            stats = connector.stats
            assert stats.waiting == 0
            assert stats.connecting == 0
            assert stats.leased == 0
        assert await use() == b"hello"


async def iter_once() -> Any:
    yield b"abc"
    await asyncio.sleep(0)
    yield b"def"


@pytest.mark.spec("ADD-406")
async def test_closing_the_session_fails_requests(serve: Any) -> None:
    server = await serve(hang)
    session = ClientSession(connector=TCPConnector(limit=1))
    tasks = [asyncio.ensure_future(session.get(server.url())) for _ in range(2)]
    while not server.talks or not server.talks[0].heads:
        await asyncio.sleep(0)
    await session.close()
    results = await asyncio.gather(*tasks, return_exceptions=True)
    assert all(isinstance(result, ClientConnectionError) for result in results), results
    with pytest.raises(RuntimeError, match="Session is closed"):
        await session.get(server.url())
    await session.close()


# -- bodies of requests ---------------------------------------------------------------------------


async def receive(talk: Any) -> tuple[bytes, bytes]:
    head = await talk.head()
    length = header(head, b"content-length")
    if length is not None:
        return head, await talk.exactly(int(length))
    if header(head, b"transfer-encoding") == b"chunked":
        body = b""
        while True:
            line = await talk.reader.readuntil(b"\r\n")
            size = int(line, 16)
            piece = await talk.exactly(size + 2)
            if not size:
                return head, body
            body += piece[:-2]
    return head, b""


def echo(bodies: list[tuple[bytes, bytes]], answer: bytes = OK) -> Any:
    async def script(talk: Any) -> None:
        while True:
            bodies.append(await receive(talk))
            await talk.send(answer)

    return script


@pytest.mark.spec(
    "CREQ-07", "CREQ-08", "ADD-173", "ADD-174", "ADD-175", "ADD-176", "ADD-177", "ADD-183"
)
async def test_bodies(serve: Any, session: ClientSession, tmp_path: Any) -> None:
    import io

    got: list[tuple[bytes, bytes]] = []
    server = await serve(echo(got))
    url = server.url()
    path = tmp_path / "f.txt"
    path.write_bytes(b"file" * 100000)
    cases: list[tuple[str, dict[str, Any], bytes, bytes | None, bytes | None]] = [
        ("POST", {"data": b"abc"}, b"abc", b"application/octet-stream", b"3"),
        ("POST", {"data": "äbc"}, "äbc".encode(), b"text/plain; charset=utf-8", b"4"),
        ("POST", {"json": {"a": 1}}, b'{"a": 1}', b"application/json", b"8"),
        ("POST", {}, b"", b"application/octet-stream", b"0"),
        ("DELETE", {}, b"", None, b"0"),
        ("GET", {}, b"", None, None),
        ("GET", {"data": b"x"}, b"x", b"application/octet-stream", b"1"),
        ("PUT", {"data": b""}, b"", b"application/octet-stream", b"0"),
        ("POST", {"data": iter_once()}, b"abcdef", b"application/octet-stream", None),
        ("POST", {"data": io.BytesIO(b"xyz")}, b"xyz", b"application/octet-stream", b"3"),
        ("POST", {"data": path.open("rb")}, b"file" * 100000, b"text/plain", b"400000"),
        (
            "POST",
            {"data": b"abcdef", "headers": {"Content-Length": "3"}},
            b"abc",
            b"application/octet-stream",
            b"3",
        ),
        ("POST", {"data": b"a" * 100000}, b"a" * 100000, b"application/octet-stream", b"100000"),
        ("POST", {"data": b"abc", "chunked": True}, b"abc", b"application/octet-stream", None),
        ("POST", {"data": b"abc", "chunked": False}, b"abc", b"application/octet-stream", b"3"),
        ("POST", {"data": b"abc", "skip_auto_headers": ["Content-Type"]}, b"abc", None, b"3"),
    ]
    for method, options, body, kind, length in cases:
        async with session.request(method, url, **options) as resp:
            assert resp.status == 200
        head, sent = got[-1]
        assert sent == body, options
        assert header(head, b"content-type") == kind, options
        assert header(head, b"content-length") == length, options
    assert len(server.talks) == 1


@pytest.mark.spec("ADD-181", "CREQ-13")
@pytest.mark.parametrize(("compress", "wbits"), [(True, 15), ("deflate", 15), ("gzip", 31)])
async def test_compressed_request(
    serve: Any, session: ClientSession, compress: Any, wbits: int
) -> None:
    import zlib

    got: list[tuple[bytes, bytes]] = []
    server = await serve(echo(got))
    async with session.post(server.url(), data=b"abc" * 1000, compress=compress) as resp:
        assert resp.status == 200
    head, body = got[0]
    assert header(head, b"content-encoding") == (b"gzip" if compress == "gzip" else b"deflate")
    assert zlib.decompress(body, wbits) == b"abc" * 1000
    async with session.post(server.url(), data=b"", compress=compress) as resp:
        assert resp.status == 200
    assert header(got[1][0], b"content-encoding") is None


@pytest.mark.spec("ADD-170", "ADD-178", "ADD-179", "ADD-182", "ADD-184", "CREQ-14", "ADD-757")
@pytest.mark.parametrize(
    ("method", "options", "error"),
    [
        ("GE T", {}, ValueError),
        ("GET\r\nX:", {}, ValueError),
        ("GET", {"data": b"x", "json": 1}, ValueError),
        ("POST", {"data": b"x", "headers": {"Content-Length": "+1"}}, ValueError),
        ("POST", {"data": b"x", "headers": {"Content-Length": "1"}, "chunked": True}, ValueError),
        (
            "POST",
            {"data": b"x", "headers": {"Transfer-Encoding": "chunked"}, "chunked": True},
            ValueError,
        ),
        (
            "POST",
            {"data": b"x", "headers": {"Content-Encoding": "gzip"}, "compress": True},
            ValueError,
        ),
        ("POST", {"data": b"x", "compress": "snappy"}, ValueError),
        ("GET", {"headers": {"X": "a\r\nb: c"}}, ValueError),
        ("GET", {"headers": {"X y": "a"}}, ValueError),
        ("GET", {"nonsense": 1}, TypeError),
        ("GET", {"params": {"a": None}}, TypeError),
        ("GET", {"params": {"a": True}}, TypeError),
        ("GET", {"ssl": 5}, TypeError),
        ("POST", {"data": 5}, TypeError),
    ],
)
async def test_mistakes_send_nothing(
    serve: Any, session: ClientSession, answering: Any, method: str, options: Any, error: Any
) -> None:
    server = await serve(answering(OK))
    with pytest.raises(error):
        await session.request(method, server.url(), **options)
    assert not any(talk.heads for talk in server.talks)
    assert session.connector is not None
    assert session.connector.stats.leased == 0


@pytest.mark.spec("ADD-185", "CREQ-16")
async def test_expect_continue(serve: Any, session: ClientSession) -> None:
    seen: list[bytes] = []

    async def script(talk: Any) -> None:
        head = await talk.head()
        assert header(head, b"expect") == b"100-continue"
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.05):
                await talk.exactly(1)
        await talk.send(b"HTTP/1.1 100 Continue\r\n\r\n")
        seen.append(await talk.exactly(3))
        await talk.send(OK)
        await talk.head()
        await talk.send(OK)

    server = await serve(script)
    async with session.post(server.url(), data=b"abc", expect100=True) as resp:
        assert await resp.read() == b"hello"
    assert seen == [b"abc"]
    async with session.get(server.url()) as resp:
        assert resp.status == 200
    assert len(server.talks) == 1


@pytest.mark.spec("ADD-186", "ADD-825")
async def test_expectation_refused(serve: Any, session: ClientSession) -> None:
    async def script(talk: Any) -> None:
        await talk.head()
        await talk.send(b"HTTP/1.1 417 No\r\nContent-Length: 0\r\n\r\n")
        assert await talk.ended() == b""

    server = await serve(script)
    async with session.post(server.url(), data=b"abc", expect100=True) as resp:
        assert resp.status == 417
    assert session.connector is not None
    assert session.connector.stats.idle == 0


@pytest.mark.spec("ADD-188", "ADD-774")
async def test_early_answer(serve: Any, session: ClientSession) -> None:
    async def endless() -> Any:
        while True:
            yield b"x" * 1000
            await asyncio.sleep(0)

    async def script(talk: Any) -> None:
        await talk.head()
        await talk.exactly(1000)
        await talk.send(b"HTTP/1.1 413 Too Large\r\nContent-Length: 2\r\n\r\nno")
        await talk.ended()

    server = await serve(script)
    async with session.post(server.url(), data=endless()) as resp:
        assert resp.status == 413
        assert await resp.read() == b"no"
    assert session.connector is not None
    assert session.connector.stats[:3] == (0, 0, 0)


@pytest.mark.spec("ADD-187")
async def test_error_in_the_body(serve: Any, session: ClientSession) -> None:
    async def broken() -> Any:
        yield b"abc"
        raise RuntimeError("source failed")

    server = await serve(hang)
    with pytest.raises(ClientConnectionError) as caught:
        await session.post(server.url(), data=broken())
    assert isinstance(caught.value.__cause__, RuntimeError)

    async def os_error() -> Any:
        yield b"abc"
        raise OSError(5, "disk")

    with pytest.raises(ClientOSError) as caught_os:
        await session.post(server.url(), data=os_error())
    assert caught_os.value.errno == 5
    assert session.connector is not None
    assert session.connector.stats[:3] == (0, 0, 0)


@pytest.mark.spec("ADD-102")
@pytest.mark.parametrize("tracked", [False, True])
async def test_a_large_file_is_sent_again_after_a_redirect(
    serve: Any, session: ClientSession, tmp_path: Any, tracked: bool
) -> None:
    data = bytes(range(256)) * 12_000
    path = tmp_path / "large"
    path.write_bytes(data)
    bodies: list[bytes] = []

    async def script(talk: Any) -> None:
        for answer in (
            b"HTTP/1.1 307 Over There\r\nLocation: /there\r\nContent-Length: 0\r\n\r\n",
            b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok",
        ):
            head = await talk.head()
            assert f"\r\nContent-Length: {len(data)}\r\n".encode() in head
            bodies.append(await talk.exactly(len(data)))
            await talk.send(answer)

    server = await serve(script)
    tracker = UploadTracker() if tracked else None
    with path.open("rb") as file:
        async with session.put(server.url(), data=file, upload_tracker=tracker) as resp:
            assert await resp.read() == b"ok"
    assert bodies == [data, data]
    if tracker is not None:
        assert tracker.bytes_written == len(data)


@pytest.mark.spec("ADD-366", "ADD-367", "ADD-368", "ADD-369")
async def test_upload_tracker(serve: Any, session: ClientSession) -> None:
    got: list[tuple[bytes, bytes]] = []
    server = await serve(echo(got))
    tracker = UploadTracker()
    async with session.post(server.url(), data=b"a" * 200000, upload_tracker=tracker) as resp:
        assert resp.status == 200
    assert await tracker.upload_complete is None
    assert tracker.bytes_written == 200000
    assert tracker.attempts == 1
    with pytest.raises(RuntimeError):
        await session.post(server.url(), data=b"a", upload_tracker=tracker)


# -- URLs -----------------------------------------------------------------------------------------


@pytest.mark.spec("ADD-147", "ADD-190", "ADD-191", "ADD-192", "ADD-1099")
@pytest.mark.parametrize(
    ("url", "error"),
    [
        ("/path", InvalidUrlClientError),
        ("//host", InvalidUrlClientError),
        ("http://", InvalidURL),
        ("http://:80/", InvalidURL),
        ("http://host:99999/", InvalidURL),
        ("http://[::1]@", InvalidURL),
        ("http://ho\x1fst/", InvalidURL),
        ("ftp://host/", NonHttpUrlClientError),
        ("javascript:alert(1)", NonHttpUrlClientError),
        ("http://2130706433/", InvalidUrlClientError),
        ("http://127.1/", InvalidUrlClientError),
        ("http://017700000001/", InvalidUrlClientError),
    ],
)
async def test_bad_urls(session: ClientSession, url: str, error: Any) -> None:
    for _ in range(2):
        with pytest.raises(error):
            await session.get(url)


@pytest.mark.spec("SES-03", "SES-04", "SES-05", "ADD-146")
async def test_base_url(serve: Any, answering: Any) -> None:
    server = await serve(answering(OK))
    async with ClientSession(server.url("/foo/")) as session:
        for url in ("bar", "/bar", server.url("/abs")):
            async with session.get(url) as resp:
                assert resp.status == 200
    targets = [head.split(b" ")[1] for head in server.talks[0].heads]
    assert targets == [b"/foo/bar", b"/bar", b"/abs"]
    with pytest.raises(ValueError, match="slash"):
        ClientSession("http://example.com/foo")
    with pytest.raises(ValueError):
        ClientSession("foo/")


@pytest.mark.spec("CREQ-02", "CREQ-04", "ADD-171", "ADD-172", "CREQ-06")
async def test_params(serve: Any, session: ClientSession, answering: Any) -> None:
    server = await serve(answering(OK))
    for params in ({"a": 1, "b": ["x", "y"]}, [("a", "1"), ("a", "2")], "x=a+b c", None):
        async with session.get(server.url("/?q=0"), params=params) as resp:
            await resp.read()
    async with session.get(URL(server.url("/%30"), encoded=True)) as resp:
        await resp.read()
    targets = [head.split(b" ")[1] for head in server.talks[0].heads]
    assert targets == [b"/?q=0&a=1&b=x&b=y", b"/?q=0&a=1&a=2", b"/?q=0&x=a+b+c", b"/?q=0", b"/%30"]


@pytest.mark.spec("ADD-193", "ADD-194", "ADD-198", "ADD-199")
async def test_credentials_of_the_url(serve: Any, session: ClientSession, answering: Any) -> None:
    server = await serve(answering(OK))
    url = URL(server.url("/#f")).with_user("u").with_password("p")
    for _ in range(2):
        async with session.get(str(url)) as resp:
            assert str(resp.url) == server.url("/")
            assert str(resp.real_url) == server.url("/#f")
    assert header(server.talks[0].heads[1], b"authorization") == b"Basic dTpw"
    with pytest.raises(ValueError):
        await session.get(url, headers={"Authorization": "x"})


@pytest.mark.spec("ADD-203", "ADD-271", "ADD-859")
async def test_credentials_have_one_encoding_wherever_they_come_from(
    serve: Any, answering: Any, tmp_path: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """UTF-8, from the URL of the target, of the proxy and of a redirect, and from netrc."""
    expected = encode_basic_auth("й", "ü€").encode()
    server = await serve(answering(OK))
    url = URL(server.url("/")).with_user("й").with_password("ü€")
    moved = b"HTTP/1.1 302 F\r\nLocation: %s\r\nContent-Length: 0\r\n\r\n" % str(url).encode()
    redirecting = await serve(answering(moved))
    file = tmp_path / "netrc"
    file.write_text("machine 127.0.0.1 login й password ü€\n", encoding="utf-8")
    monkeypatch.setenv("NETRC", str(file))
    monkeypatch.setenv("no_proxy", "*")
    async with ClientSession() as session:
        for _ in range(2):
            await (await session.get(url)).read()
        await (await session.get(redirecting.url())).read()
        await (await session.get("http://example.test/", proxy=url)).read()
    async with ClientSession(trust_env=True) as session:
        await (await session.get(server.url())).read()
    heads = [head for talk in server.talks for head in talk.heads]
    sent = [header(head, b"authorization") for head in heads]
    assert sent == [expected, expected, expected, None, expected]
    assert header(heads[3], b"proxy-authorization") == expected


# -- redirects, cookies, signals ------------------------------------------------------------------


@pytest.mark.spec("RED-01", "ADD-206", "ADD-207", "ADD-208", "ADD-210", "CRSP-15")
@pytest.mark.parametrize(
    ("status", "method", "then", "body"),
    [
        (301, "POST", "GET", b""),
        (302, "POST", "GET", b""),
        (303, "PUT", "GET", b""),
        (301, "PUT", "PUT", b"abc"),
        (307, "POST", "POST", b"abc"),
        (308, "PATCH", "PATCH", b"abc"),
    ],
)
async def test_redirects(
    serve: Any, session: ClientSession, status: int, method: str, then: str, body: bytes
) -> None:
    got: list[tuple[bytes, bytes]] = []

    async def script(talk: Any) -> None:
        got.append(await receive(talk))
        await talk.send(
            b"HTTP/1.1 %d Moved\r\nLocation: /new#x\r\nSet-Cookie: c=1\r\nContent-Length: 0\r\n\r\n"
            % status
        )
        got.append(await receive(talk))
        await talk.send(OK)

    server = await serve(script)
    async with session.request(method, server.url("/old"), data=b"abc") as resp:
        assert await resp.read() == b"hello"
        assert [r.status for r in resp.history] == [status]
        assert str(resp.real_url) == server.url("/new#x")
        assert resp.method == then
    head, sent = got[1]
    assert head.startswith(f"{then} /new ".encode())
    assert sent == body
    assert header(head, b"cookie") == b"c=1"
    assert len(server.talks) == 1


async def test_redirect_on_the_fast_path(
    serve: Any, session: ClientSession, answering: Any
) -> None:
    moved = b"HTTP/1.1 302 Found\r\nLocation: /new\r\nContent-Length: 0\r\n\r\n"
    server = await serve(answering(OK, moved, OK))
    async with session.get(server.url()) as resp:
        await resp.read()
    async with session.get(server.url()) as resp:
        assert resp.status == 200
        assert len(resp.history) == 1
        assert str(resp.url) == server.url("/new")


@pytest.mark.spec("CREQ-11", "CREQ-12", "ADD-212", "ADD-213", "RED-02")
async def test_redirect_limits(serve: Any, session: ClientSession, answering: Any) -> None:
    server = await serve(
        answering(b"HTTP/1.1 302 Found\r\nLocation: /\r\nContent-Length: 0\r\n\r\n")
    )
    async with session.get(server.url(), allow_redirects=False) as resp:
        assert resp.status == 302
    with pytest.raises(TooManyRedirects) as caught:
        await session.get(server.url(), max_redirects=3)
    assert len(caught.value.history) == 3
    assert caught.value.status == 0
    with pytest.raises(TooManyRedirects):
        await session.get(server.url())


@pytest.mark.spec("ADD-799", "ADD-875")
async def test_used_up_body_is_not_replaced(serve: Any, session: ClientSession) -> None:
    async def script(talk: Any) -> None:
        await receive(talk)
        await talk.send(b"HTTP/1.1 307 Moved\r\nLocation: /new\r\nContent-Length: 0\r\n\r\n")
        await talk.ended()

    server = await serve(script)
    with pytest.raises(ClientPayloadError):
        await session.post(server.url(), data=iter_once())


@pytest.mark.spec("ADD-218", "ADD-814", "ADD-815", "ADD-794")
async def test_other_origin_gets_no_secrets(
    serve: Any, session: ClientSession, answering: Any
) -> None:
    target = await serve(answering(OK))
    source = await serve(
        answering(
            b"HTTP/1.1 302 F\r\nLocation: http://localhost:%d/\r\nContent-Length: 0\r\n\r\n"
            % target.port
        )
    )
    headers = {"AUTHORIZATION": "secret", "proxy-authorization": "secret", "X-Keep": "1"}
    async with session.get(source.url(), headers=headers, cookies={"s": "secret"}) as resp:
        assert resp.status == 200
    first, second = source.talks[0].heads[0], target.talks[0].heads[0]
    assert first.count(b"secret") == 3
    assert b"secret" not in second
    assert header(second, b"x-keep") == b"1"
    assert header(second, b"host") == f"localhost:{target.port}".encode()


@pytest.mark.spec("CREQ-09", "SES-07", "SES-15", "ADD-158", "CRSP-07", "CRSP-08")
async def test_cookies(serve: Any, answering: Any) -> None:
    answer = (
        b"HTTP/1.1 200 OK\r\nSet-Cookie: a=1\r\nSet-Cookie: b=2; Path=/\r\n"
        b"Content-Length: 0\r\n\r\n"
    )
    server = await serve(answering(answer))
    async with ClientSession(cookies={"shared": "x"}, cookie_jar=CookieJar(unsafe=True)) as session:
        for _ in range(2):
            async with session.get(server.url(), cookies={"own": "y"}) as resp:
                assert resp.cookies["b"].value == "2"
        assert {c.key for c in session.cookie_jar} == {"shared", "a", "b"}
    heads = server.talks[0].heads
    assert header(heads[0], b"cookie") == b"shared=x; own=y"
    assert set((header(heads[1], b"cookie") or b"").split(b"; ")) == {
        b"shared=x",
        b"own=y",
        b"a=1",
        b"b=2",
    }
    async with ClientSession(cookie_jar=DummyCookieJar()) as session:
        for _ in range(2):
            async with session.get(server.url()) as resp:
                await resp.read()
    assert header(server.talks[1].heads[1], b"cookie") is None


async def test_cookie_of_the_fast_path_is_kept(
    serve: Any, session: ClientSession, answering: Any
) -> None:
    server = await serve(
        answering(OK, b"HTTP/1.1 200 OK\r\nset-cookie: a=1\r\nContent-Length: 0\r\n\r\n", OK)
    )
    for _ in range(3):
        async with session.get(server.url()) as resp:
            await resp.read()
    assert header(server.talks[0].heads[2], b"cookie") == b"a=1"


@pytest.mark.spec("TRC-15", "TRC-16", "ADD-394", "ADD-396", "SES-24", "CREQ-24")
async def test_signals(serve: Any, answering: Any) -> None:
    events: list[str] = []
    config = TraceConfig()
    for name in vars(config):
        if name.startswith("on_"):

            async def note(session: Any, context: Any, params: Any, name: str = name) -> None:
                events.append(name.removeprefix("on_"))
                assert context.trace_request_ctx == "ctx"

            getattr(config, name).append(note)
    moved = b"HTTP/1.1 307 F\r\nLocation: /\r\nContent-Length: 0\r\n\r\n"

    async def script(talk: Any) -> None:
        await receive(talk)
        await talk.send(moved)
        while True:
            await receive(talk)
            await talk.send(OK)

    server = await serve(script)
    async with ClientSession(trace_configs=[config]) as session:
        async with session.post(server.url(), data=b"abc", trace_request_ctx="ctx") as resp:
            await resp.read()
        assert events == [
            "request_start",
            "connection_create_start",
            "connection_create_end",
            "request_headers_sent",
            "request_chunk_sent",
            "request_redirect",
            "connection_reuseconn",
            "request_headers_sent",
            "request_chunk_sent",
            "request_end",
            "response_chunk_received",
        ]
        events.clear()
        with pytest.raises(ClientConnectorError):
            await session.get("http://127.0.0.1:1/", trace_request_ctx="ctx")
        assert events == ["request_start", "connection_create_start", "request_exception"]


@pytest.mark.spec(
    "CMW-03", "CMW-04", "ADD-372", "ADD-374", "ADD-379", "CREQ-25", "CRQ-09", "CRQ-10"
)
async def test_middlewares(serve: Any, answering: Any) -> None:
    got: list[tuple[bytes, bytes]] = []
    server = await serve(echo(got))
    order: list[str] = []

    async def outer(req: Any, handler: Any) -> Any:
        order.append("outer")
        resp = await handler(req)
        resp.release()
        return await handler(req)

    async def inner(req: Any, handler: Any) -> Any:
        order.append("inner")
        req.headers["X-M"] = "1"
        await req.update_body(b"changed")
        assert req.session is session
        return await handler(req)

    async def answer(req: Any, handler: Any) -> Any:
        return ClientResponse.build(req.method, req.url, status=299, body=b"mine")

    async with ClientSession(middlewares=(outer, inner)) as session:
        async with session.post(server.url(), data=b"x") as resp:
            assert resp.status == 200
        assert order == ["outer", "inner", "inner"]
        assert [body for _, body in got] == [b"changed", b"changed"]
        assert header(got[0][0], b"x-m") == b"1"
        async with session.get(server.url(), middlewares=()) as resp:
            assert resp.status == 200
        assert header(got[2][0], b"x-m") is None
        async with session.get(server.url(), middlewares=[answer]) as resp:
            assert resp.status == 299
            assert await resp.read() == b"mine"
    assert len(got) == 3


@pytest.mark.spec("SES-17", "CREQ-17", "ADD-157", "ADD-356", "ADD-348")
@pytest.mark.parametrize("warm", [False, True])
async def test_raise_for_status(serve: Any, answering: Any, warm: bool) -> None:
    server = await serve(
        answering(*([OK] if warm else []), b"HTTP/1.1 404 Nope\r\nContent-Length: 0\r\n\r\n")
    )
    async with ClientSession(raise_for_status=True) as session:
        if warm:
            async with session.get(server.url()) as resp:
                await resp.read()
        with pytest.raises(ClientResponseError) as caught:
            await session.get(server.url())
        assert (caught.value.status, caught.value.message) == (404, "Nope")
        async with session.get(server.url(), raise_for_status=False) as resp:
            assert not resp.ok

        async def check(resp: ClientResponse) -> None:
            raise LookupError(resp.status)

        with pytest.raises(LookupError):
            await session.get(server.url(), raise_for_status=check)


# -- life -----------------------------------------------------------------------------------------


@pytest.mark.spec("SES-16", "SES-34", "ADD-407", "ADD-151", "SES-29")
async def test_shared_connector_and_detach(serve: Any, answering: Any) -> None:
    server = await serve(answering(OK))
    connector = TCPConnector()
    async with ClientSession(connector=connector, connector_owner=False) as session:
        async with session.get(server.url()) as resp:
            await resp.read()
    assert not connector.closed
    second = ClientSession(connector=connector)
    assert second.connector is connector
    second.detach()
    assert second.closed
    assert second.connector is None
    assert not connector.closed
    third = ClientSession(connector=connector)
    await connector.close()
    assert third.closed


@pytest.mark.spec("ADD-153", "ADD-154", "HTTP-23")
async def test_unclosed_session_warns() -> None:
    session = ClientSession()
    calls: list[dict[str, Any]] = []
    loop = asyncio.get_running_loop()
    loop.set_exception_handler(lambda loop, context: calls.append(context))
    with pytest.raises(TypeError):
        with session:  # type: ignore[attr-defined]
            pass
    with pytest.warns(ResourceWarning, match="Unclosed client session"):
        del session
        gc.collect()
    assert calls[0]["message"] == "Unclosed client session"


@pytest.mark.spec(
    "ADD-152", "ADD-155", "ADD-954", "ADD-955", "ADD-956", "ADD-957", "SES-23", "SES-32"
)
async def test_deprecated_spellings(serve: Any, answering: Any) -> None:
    with pytest.warns(DeprecationWarning, match="Inheritance"):
        type("Own", (ClientSession,), {})
    with pytest.warns(DeprecationWarning, match="read_timeout"):
        session = ClientSession(read_timeout=5)
    assert session.timeout.total == 5
    with pytest.warns(DeprecationWarning, match="loop"):
        assert session.loop is asyncio.get_running_loop()
    with pytest.warns(DeprecationWarning, match="requote"):
        session.requote_redirect_url = False
    server = await serve(answering(OK))
    with pytest.warns(DeprecationWarning, match="verify_ssl"):
        await session.get(server.url(), verify_ssl=False)
    with pytest.warns(DeprecationWarning, match="Chunk size"):
        await session.post(server.url(), data=b"x", chunked=1024)
    await session.close()
    with pytest.warns(DeprecationWarning, match="ssl_shutdown_timeout"):
        session = ClientSession(ssl_shutdown_timeout=0.1)
    await session.close()


@pytest.mark.spec("CREQ-28", "ADD-159", "ADD-1034")
async def test_module_request(serve: Any, answering: Any) -> None:
    server = await serve(answering(OK))
    async with request("GET", server.url(), params={"a": "b"}) as resp:
        assert await resp.text() == "hello"
    assert header(server.talks[0].heads[0], b"connection") == b"close"
    with pytest.raises(ClientConnectorError):
        async with request("GET", "http://127.0.0.1:1/"):
            pass


@pytest.mark.spec("SES-35", "SES-36")
async def test_verbs(serve: Any, session: ClientSession) -> None:
    got: list[tuple[bytes, bytes]] = []
    server = await serve(echo(got, b"HTTP/1.1 204 No Content\r\n\r\n"))
    for verb in ("get", "post", "put", "delete", "head", "options", "patch"):
        resp = await getattr(session, verb)(server.url())
        assert resp.method == verb.upper()
        resp.release()
    assert [head.split(b" ")[0] for head, _ in got] == [
        b"GET",
        b"POST",
        b"PUT",
        b"DELETE",
        b"HEAD",
        b"OPTIONS",
        b"PATCH",
    ]


@pytest.mark.spec("ADD-142", "SES-12")
async def test_json_encoders(serve: Any) -> None:
    got: list[tuple[bytes, bytes]] = []
    server = await serve(echo(got))
    async with ClientSession(json_serialize=lambda value: "TEXT") as session:
        await session.post(server.url(), json={})
    async with ClientSession(json_serialize_bytes=lambda value: b"BYTES") as session:
        await session.post(server.url(), json={})
    assert [body for _, body in got] == [b"TEXT", b"BYTES"]


@pytest.mark.spec("ADD-149")
async def test_connector_of_another_loop() -> None:
    other = asyncio.new_event_loop()
    try:
        connector = BaseConnector(loop=other)
        with pytest.raises(RuntimeError):
            ClientSession(connector=connector, loop=asyncio.get_running_loop())
        connector._closed = True
    finally:
        other.close()


@pytest.mark.spec("HTTP-05", "HTTP-06", "ADD-052")
async def test_limits_of_heads(serve: Any, session: ClientSession, answering: Any) -> None:
    big = b"HTTP/1.1 200 OK\r\nX: " + b"a" * 9000 + b"\r\nContent-Length: 0\r\n\r\n"
    many = b"HTTP/1.1 200 OK\r\n" + b"X: a\r\n" * 200 + b"Content-Length: 0\r\n\r\n"
    server = await serve(answering(big))
    with pytest.raises(ClientResponseError):
        await session.get(server.url())
    async with session.get(server.url(), max_field_size=10000) as resp:
        assert len(resp.headers["X"]) == 9000
    server = await serve(answering(many))
    with pytest.raises(ClientResponseError):
        await session.get(server.url())
    async with session.get(server.url(), max_headers=300) as resp:
        assert resp.status == 200
