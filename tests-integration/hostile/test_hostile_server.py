"""A hostile server: whatever it sends, the client gives one documented answer.

For every script of a server the same is proven: the caller gets the named error (or the body),
within the timeouts; the connection is not left occupied, and is not used again after a breach; a
limit of memory holds.
"""

import asyncio
import gzip
import ssl
import zlib
from contextlib import suppress

import pytest
from hostile_server import OK, ask, bounded_memory, client, endless, hostile, says

from aiohttp_client import (
    ClientConnectorError,
    ClientConnectorSSLError,
    ClientError,
    ClientOSError,
    ClientPayloadError,
    ClientResponseError,
    ClientSession,
    ClientTimeout,
    ServerDisconnectedError,
    SocketTimeoutError,
    TCPConnector,
    TooManyRedirects,
)

BAD_HEADS = {
    "garbage": b"\x00\x01\x02garbage\r\n\r\n",
    "ssh": b"SSH-2.0-OpenSSH_9.6\r\n\r\n",
    "status-99": b"HTTP/1.1 99 X\r\n\r\n",
    "status-1000": b"HTTP/1.1 1000 X\r\n\r\n",
    "status-20": b"HTTP/1.1 20 X\r\n\r\n",
    "status-2xx": b"HTTP/1.1 2xx X\r\n\r\n",
    "status-plus": b"HTTP/1.1 +200 X\r\n\r\n",
    "status-glued": b"HTTP/1.1 200OK\r\n\r\n",
    "status-arabic": "HTTP/1.1 ٢٠٠ OK\r\n\r\n".encode(),
    "no-status": b"HTTP/1.1\r\n\r\n",
    "version": b"HTTP/3.9 200 OK\r\n\r\n",
    "two-lengths": OK + b"Content-Length: 5\r\nContent-Length: 6\r\n\r\nhello!",
    "length-sign": OK + b"Content-Length: +5\r\n\r\nhello",
    "length-minus": OK + b"Content-Length: -1\r\n\r\n",
    "length-hex": OK + b"Content-Length: 0x5\r\n\r\nhello",
    "length-underscore": OK + b"Content-Length: 1_0\r\n\r\nhellohello",
    "length-huge": OK + b"Content-Length: " + b"9" * 400 + b"\r\n\r\n",
    "nul-in-value": OK + b"X: a\x00b\r\n\r\n",
    "name-with-blank": OK + b"X Y: a\r\n\r\n",
    "empty-name": OK + b": a\r\n\r\n",
    "no-colon": OK + b"nonsense\r\n\r\n",
    "too-many-fields": OK + b"X: y\r\n" * 129 + b"\r\n",
    "long-line": OK + b"X: " + b"y" * 9000 + b"\r\n\r\n",
    "long-reason": b"HTTP/1.1 200 " + b"y" * 9000 + b"\r\n\r\n",
    "unasked-101": b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n",
}


@pytest.mark.parametrize("name", BAD_HEADS)
async def test_bad_heads(name: str) -> None:
    async with hostile(says(BAD_HEADS[name], then="hang")) as (url, _), client() as session:
        with pytest.raises(ClientResponseError) as caught:
            await ask(session, url)
        assert caught.value.message
        assert len(str(caught.value)) < 1000


ENDLESS_HEADS = {
    "line": (b"HTTP/1.1 200 ", b"x" * 65536),
    "field": (OK + b"X: ", b"x" * 65536),
    "fields": (OK, b"X-Field: value\r\n" * 4096),
    "informational": (b"", b"HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n" * 100),
    "continue": (b"", b"HTTP/1.1 100 Continue\r\n\r\n" * 100),
    "blank-lines": (b"", b"\r\n" * 30000),
    "trailers": (
        OK + b"Transfer-Encoding: chunked\r\n\r\n0\r\n",
        b"X-Trailer: value\r\n" * 4096,
    ),
    "chunk-extension": (
        OK + b"Transfer-Encoding: chunked\r\n\r\n5;",
        b"x" * 65536,
    ),
}


@pytest.mark.parametrize("name", ENDLESS_HEADS)
async def test_endless_heads(name: str) -> None:
    start, piece = ENDLESS_HEADS[name]
    async with hostile(endless(start, piece)) as (url, _), client() as session:
        with bounded_memory(8 * 2**20):
            with pytest.raises((ClientResponseError, ClientPayloadError)):
                await ask(session, url)


CHUNKED = OK + b"Transfer-Encoding: chunked\r\n\r\n"
BAD_BODIES = {
    "short": OK + b"Content-Length: 10\r\n\r\nhello",
    "nothing": OK + b"Content-Length: 10\r\n\r\n",
    "chunk-size": CHUNKED + b"xyz\r\nhello\r\n",
    "chunk-negative": CHUNKED + b"-5\r\nhello\r\n",
    "chunk-0x": CHUNKED + b"0x5\r\nhello\r\n",
    "chunk-huge": CHUNKED + b"f" * 40 + b"\r\nhello\r\n",
    "chunk-too-long": CHUNKED + b"5\r\nhello!!\r\n0\r\n\r\n",
    "chunk-cut": CHUNKED + b"5\r\nhel",
    "chunk-no-end": CHUNKED + b"5\r\nhello\r\n",
    "chunk-bad-trailer": CHUNKED + b"0\r\nbad trailer\r\n\r\n",
    "gzip-garbage": OK + b"Content-Encoding: gzip\r\nContent-Length: 5\r\n\r\nhello",
    "gzip-cut": OK
    + b"Content-Encoding: gzip\r\nContent-Length: 20\r\n\r\n"
    + gzip.compress(b"hello" * 100)[:20],
    "deflate-garbage": OK
    + b"Content-Encoding: deflate\r\nContent-Length: 5\r\n\r\n\xff\xff\xff\xff\xff",
}


@pytest.mark.parametrize("name", BAD_BODIES)
async def test_bad_bodies(name: str) -> None:
    async with hostile(says(BAD_BODIES[name])) as (url, tasks), client() as session:
        for _ in range(2):
            with pytest.raises(ClientPayloadError):
                await ask(session, url)
        # A connection in doubt is never used again.
        assert len(tasks) == 2


@pytest.mark.parametrize(
    "head",
    [
        OK + b"Content-Length: 1000000000000\r\n\r\n",
        OK + b"Transfer-Encoding: chunked\r\n\r\nffffffffff\r\n",
    ],
    ids=["length", "chunk"],
)
async def test_declared_sizes_allocate_nothing(head: bytes) -> None:
    async with (
        hostile(says(head + b"x", then="hang")) as (url, _),
        client(sock_read=0.3) as session,
    ):
        with bounded_memory(4 * 2**20):
            with pytest.raises(SocketTimeoutError):
                await ask(session, url)


def bomb(size: int) -> bytes:
    compressor = zlib.compressobj(9, zlib.DEFLATED, 31)
    piece = bytes(2**20)
    return b"".join(compressor.compress(piece) for _ in range(size >> 20)) + compressor.flush()


async def test_a_bomb_is_read_in_bounded_steps() -> None:
    data = bomb(64 * 2**20)
    head = OK + b"Content-Encoding: gzip\r\nContent-Length: %d\r\n\r\n" % len(data)
    async with hostile(says(head + data, then="hang")) as (url, _), client() as session:
        with bounded_memory(32 * 2**20):
            seen = 0
            with suppress(ClientPayloadError):
                async with session.get(url) as response:
                    async for piece in response.content.iter_any():
                        seen += len(piece)
                        assert len(piece) <= 4 * 2**20
        assert seen > 0


async def test_a_bomb_behind_a_redirect_is_not_inflated() -> None:
    data = bomb(32 * 2**20)
    redirect = b"HTTP/1.1 302 Found\r\nLocation: /\r\nContent-Encoding: gzip\r\n"
    redirect += b"Content-Length: %d\r\n\r\n" % len(data)

    async def script(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while True:
            writer.write(redirect + data)
            await reader.readuntil(b"\r\n\r\n")

    async with hostile(script) as (url, _), client() as session:
        with bounded_memory(16 * 2**20):
            with pytest.raises(TooManyRedirects):
                await ask(session, url, max_redirects=4)


@pytest.mark.parametrize(
    "start", [b"HTTP/1.1 20", OK, OK + b"Content-Length: 100\r\n\r\n"], ids=len
)
async def test_a_slow_drip_meets_the_timeouts(start: bytes) -> None:
    async def drip(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(start)
        while True:
            writer.write(b"0")
            await asyncio.sleep(0.05)

    async with hostile(drip) as (url, _):
        async with client(total=0.5) as session:
            with pytest.raises(TimeoutError):
                await ask(session, url)
    async with hostile(says(start, then="hang")) as (url, _):
        async with client(sock_read=0.2) as session:
            with pytest.raises(SocketTimeoutError):
                await ask(session, url)


DEATHS = {
    "at-once": (b"", False),
    "in-status-line": (b"HTTP/1.1 20", False),
    "in-head": (OK + b"X: y\r\n", False),
    "in-body": (OK + b"Content-Length: 100\r\n\r\nhello", True),
    "in-chunk": (CHUNKED + b"5\r\nhe", True),
}


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize("then", ["close", "reset"])
@pytest.mark.parametrize("name", DEATHS)
async def test_connections_that_die(name: str, then: str, method: str) -> None:
    """One error for the head, according to who ended it, and one for the body."""
    answer, has_head = DEATHS[name]
    error: type[ClientError] = ClientPayloadError
    if not has_head:
        error = ServerDisconnectedError if then == "close" else ClientOSError
    async with hostile(says(answer, then=then)) as (url, tasks), client() as session:
        with pytest.raises(error) as caught:
            async with session.request(method, url) as response:
                await response.read()
        assert type(caught.value) is error
        # A GET without any answer is sent twice, one that was answered in part is not.
        assert len(tasks) == (2 if method == "GET" and not answer else 1)


async def test_what_came_of_a_cut_body_is_not_lost() -> None:
    async with hostile(says(BAD_BODIES["short"])) as (url, _), client() as session:
        async with session.get(url) as response:
            got = b""
            with pytest.raises(ClientPayloadError):
                async for piece in response.content.iter_any():
                    got += piece
        assert got == b"hello"


@pytest.mark.parametrize("then", ["close", "reset"])
async def test_cut_at_every_byte(then: str) -> None:
    body = gzip.compress(b"hello world!", mtime=0)
    answer = OK + b"Transfer-Encoding: chunked\r\nContent-Encoding: gzip\r\n\r\n"
    answer += b"%x\r\n%b\r\n0\r\n\r\n" % (len(body), body)
    size = 0

    async def script(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await says(answer[:size], then=then)(reader, writer)

    async with hostile(script) as (url, _), client() as session:
        for size in range(len(answer)):  # noqa: B007 (the script reads it)
            with pytest.raises(ClientError):
                await ask(session, url)
        size = len(answer)
        if then == "close":
            assert await ask(session, url) == b"hello world!"


@pytest.mark.parametrize("head", [OK + b"Content-Length: 2\r\n\r\nok"])
async def test_more_than_was_asked_for_is_never_an_answer(head: bytes) -> None:
    async with hostile(says(head + OK + b"Content-Length: 4\r\n\r\nevil", then="hang")) as (
        url,
        tasks,
    ):
        async with client() as session:
            for _ in range(3):
                assert await ask(session, url) == b"ok"
            assert len(tasks) == 3


@pytest.mark.parametrize(
    ("answer", "method"),
    [
        (b"HTTP/1.1 204 No Content\r\nContent-Length: 4\r\n\r\nevil", "GET"),
        (b"HTTP/1.1 304 Not Modified\r\nContent-Length: 4\r\n\r\nevil", "GET"),
        (OK + b"Content-Length: 4\r\n\r\nevil", "HEAD"),
    ],
)
async def test_bodies_where_there_are_none(answer: bytes, method: str) -> None:
    async with hostile(says(answer, then="hang")) as (url, tasks), client() as session:
        for _ in range(2):
            async with session.request(method, url) as response:
                assert await response.read() == b""
        assert len(tasks) == 2


async def test_length_and_chunked_together_end_the_connection() -> None:
    answer = OK + b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n"
    async with hostile(says(answer, then="hang")) as (url, tasks), client() as session:
        for _ in range(2):
            with suppress(ClientResponseError):
                assert await ask(session, url) == b"ok"
        assert len(tasks) == 2


async def test_cookies_by_the_thousand() -> None:
    fields = b"".join(b"Set-Cookie: c%d=%s\r\n" % (number, b"x" * 50) for number in range(120))
    odd = (
        b"Set-Cookie: a=1; Domain=other.example\r\n"
        b"Set-Cookie: =\r\n"
        b"Set-Cookie: e=1; Expires=Thu, 01 Jan 60000 00:00:00 GMT\r\n"
        b"Set-Cookie: m=1; Max-Age=9999999999999999999999\r\n"
    )
    answer = OK + odd + fields + b"Content-Length: 0\r\n\r\n"
    async with hostile(says(answer)) as (url, _), client() as session:
        await ask(session, url)
        assert len(session.cookie_jar) <= 50


async def test_redirects_for_ever() -> None:
    redirect = b"HTTP/1.1 302 Found\r\nLocation: /\r\nContent-Length: 0\r\n\r\n"

    async def script(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while True:
            writer.write(redirect)
            await reader.readuntil(b"\r\n\r\n")

    async with hostile(script) as (url, tasks), client() as session:
        with pytest.raises(TooManyRedirects):
            await ask(session, url)
        assert len(tasks) == 1


@pytest.mark.parametrize(
    ("greeting", "error"),
    [
        (b"HTTP/1.1 400 Bad Request\r\n\r\n", ClientConnectorSSLError),
        (b"\x00" * 100, ClientConnectorSSLError),
        (b"\x16\x03\x03\x00\x02zz", ClientConnectorError),
        (b"", ClientConnectorError),
    ],
    ids=["http", "zeros", "record", "close"],
)
async def test_garbage_instead_of_tls(greeting: bytes, error: type[ClientError]) -> None:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(1)
        writer.write(greeting)
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    try:
        async with client() as session:
            with pytest.raises(error, match=r"wrong version number|TLS handshake") as caught:
                await ask(session, f"https://127.0.0.1:{port}/")
            assert type(caught.value) is error
    finally:
        server.close()


async def test_a_tls_handshake_that_never_ends() -> None:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(ConnectionError):
            await reader.read()
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    try:
        connector = TCPConnector(ssl=ssl.create_default_context())
        async with ClientSession(
            connector=connector, timeout=ClientTimeout(total=5, sock_connect=0.3)
        ) as session:
            with pytest.raises(TimeoutError):
                await ask(session, f"https://127.0.0.1:{port}/")
            assert (connector.stats.connecting, connector.stats.leased) == (0, 0)
    finally:
        server.close()
