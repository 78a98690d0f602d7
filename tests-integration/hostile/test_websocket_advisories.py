"""What advisories about WebSockets teach, against a running server and a running client.

Both sides get the bytes that once broke somebody; the tables of broken frames, in every split, are
with the codec.
"""

import asyncio
import socket
import zlib
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from functools import cache
from typing import Any

import pytest
from hostile_server import Script, bounded_memory, client, hostile

from aiohttp import ClientSession, WSMsgType, WSServerHandshakeError, web
from aiohttp_websocket import Inflater, MessageReader, WSMessage, accept_value, encode_frame

KEY = b"\x0a\x0b\x0c\x0d"
SHAKE = (
    b"GET %b HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n%b\r\n"
)
DEFLATE = b"Sec-WebSocket-Extensions: permessage-deflate\r\n"
HUGE = (2**40).to_bytes(8, "big")


@cache
def bomb(mask: bytes | None) -> bytes:
    """A frame of 100 KB that inflates to 100 MB."""
    stream = zlib.compressobj(9, wbits=-15)
    payload = b"".join(stream.compress(bytes(2**20)) for _ in range(100))
    payload += stream.flush(zlib.Z_SYNC_FLUSH)
    return encode_frame(0xC2, payload[:-4], mask)


ARRIVED = web.AppKey("ARRIVED", asyncio.Event)
"""Set once a server has received TEXT."""


async def sockets(request: web.Request) -> web.StreamResponse:
    """A WebSocket that sends everything back; whoever wants none is told what it sent."""
    ws = web.WebSocketResponse(timeout=2)
    if request.query.get("decline"):
        return web.Response(body=b"read:" + await request.read())
    await ws.prepare(request)
    async for message in ws:
        if message.type is WSMsgType.BINARY:
            await ws.send_bytes(message.data)
        else:
            request.app[ARRIVED].set()
    return ws


async def smuggled(request: web.Request) -> web.Response:
    raise AssertionError("a body was run as a request")


async def afterwards(request: web.Request) -> web.Response:
    return web.Response(text="next")


Connect = Callable[[], Awaitable[tuple[asyncio.StreamReader, asyncio.StreamWriter]]]


@pytest.fixture
def app() -> web.Application:
    app = web.Application()
    app[ARRIVED] = asyncio.Event()
    return app


@pytest.fixture
async def connect(app: web.Application) -> AsyncIterator[Connect]:
    app.router.add_get("/", sockets)
    app.router.add_get("/smuggled", smuggled)
    app.router.add_get("/next", afterwards)
    runner = web.AppRunner(app, shutdown_timeout=1)
    await runner.setup()
    # Small buffers in the kernel: whoever meets a peer that does not read has to wait soon.
    listening = socket.socket()
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4096)
    listening.bind(("127.0.0.1", 0))
    await web.SockSite(runner, listening).start()
    writers: list[asyncio.StreamWriter] = []

    async def opened() -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        sock = socket.socket()
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        sock.setblocking(False)
        await asyncio.get_running_loop().sock_connect(sock, listening.getsockname())
        reader, writer = await asyncio.open_connection(sock=sock)
        writers.append(writer)
        return reader, writer

    yield opened
    for writer in writers:
        writer.close()
    await runner.cleanup()


async def shake_hands(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, extra: bytes = b""
) -> None:
    writer.write(SHAKE % (b"/", extra))
    head = await reader.readuntil(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 101 "), head


async def answers(reader: asyncio.StreamReader) -> list[WSMessage]:
    """What comes until the connection ends."""
    got: list[WSMessage] = []
    messages = MessageReader(
        lambda message, size: got.append(message), masked=False, inflater=Inflater()
    )
    with suppress(ConnectionError):
        while data := await reader.read(2**16):
            messages.feed(data)
    return got


# -- the server ------------------------------------------------------------------------------------


@pytest.mark.parametrize("piece", [b"x", b"x" * 2**16], ids=["dribble", "flood"])
async def test_a_length_is_refused_when_it_is_declared(connect: Connect, piece: bytes) -> None:
    """GHSA-xcgm-r5h9-7989: the bytes of the frame are not waited for."""
    reader, writer = await connect()
    await shake_hands(reader, writer)
    with bounded_memory(5_000_000):
        for byte in b"\x82\xff" + HUGE + KEY:
            writer.write(bytes([byte]))
            await asyncio.sleep(0)

        async def more() -> None:
            with suppress(ConnectionError):
                while True:
                    writer.write(piece)
                    await writer.drain()
                    await asyncio.sleep(0)

        sending = asyncio.create_task(more())
        try:
            got = await asyncio.wait_for(answers(reader), 20)
        finally:
            sending.cancel()
    assert [(message.type, message.data) for message in got] == [(WSMsgType.CLOSE, 1009)]


async def test_a_bomb_costs_its_limit(connect: Connect) -> None:
    """CVE-2018-1000518."""
    reader, writer = await connect()
    await shake_hands(reader, writer, DEFLATE)
    data = bomb(KEY)
    with bounded_memory(20_000_000):
        writer.write(data)
        got = await asyncio.wait_for(answers(reader), 20)
    assert [(message.type, message.data) for message in got] == [(WSMsgType.CLOSE, 1009)]


async def test_compressed_frames_that_were_not_agreed_upon(connect: Connect) -> None:
    """GHSA-mq44-7p77-q5h7, on the side of the server."""
    reader, writer = await connect()
    await shake_hands(reader, writer)
    writer.write(bomb(KEY))
    got = await asyncio.wait_for(answers(reader), 20)
    assert [(message.type, message.data) for message in got] == [(WSMsgType.CLOSE, 1002)]


async def test_pings_of_a_peer_that_does_not_read(app: web.Application, connect: Connect) -> None:
    """Ten thousand pings, and not one answer is fetched: nothing is piled up."""
    reader, writer = await connect()
    await shake_hands(reader, writer)
    writer.transport.pause_reading()  # type: ignore[attr-defined]
    with bounded_memory(700_000):
        for batch in range(10):
            for index in range(1000):
                payload = b"%06d" % (batch * 1000 + index) + bytes(100)
                writer.write(encode_frame(0x89, payload, KEY))
            await writer.drain()
        writer.write(encode_frame(0x81, b"all sent", KEY))
        await asyncio.wait_for(app[ARRIVED].wait(), 20)
    writer.transport.resume_reading()  # type: ignore[attr-defined]
    pongs: list[int] = []
    messages = MessageReader(
        lambda message, size: pongs.append(int(message.data[:6])), masked=False
    )
    async with asyncio.timeout(20):
        while pongs[-1:] != [9_999]:
            messages.feed(await reader.read(2**16))
    assert pongs == sorted(set(pongs))


@pytest.mark.parametrize("decline", [True, False])
@pytest.mark.parametrize("framing", ["length", "chunked"])
async def test_a_body_in_the_handshake_is_a_body(
    connect: Connect, decline: bool, framing: str
) -> None:
    """GHSA-mfx4-hv73-q22v: it is read as one or refused, and never run as a request."""
    body = b"GET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n"
    extra = b"Content-Length: %d\r\n" % len(body)
    sent = body
    if framing == "chunked":
        extra = b"Transfer-Encoding: chunked\r\n"
        sent = b"%x\r\n%b\r\n0\r\n\r\n" % (len(body), body)
    reader, writer = await connect()
    writer.write(SHAKE % (b"/?decline=1" if decline else b"/", extra) + sent)
    writer.write(b"GET /next HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
    answer = await asyncio.wait_for(reader.read(), 20)
    first, _, rest = answer.partition(b"HTTP/1.1 ")[2].partition(b"HTTP/1.1 ")
    if decline:
        assert first.startswith(b"200 ")
        assert first.endswith(b"read:" + body)
    else:
        assert first.startswith(b"400 ")
    assert rest.startswith(b"200 ")
    assert rest.endswith(b"next")


@pytest.mark.parametrize(
    ("extra", "status"),
    [
        (b"X: y\r\n" * 3000, b"431"),
        (b"Sec-WebSocket-Protocol: " + b"a," * 5000 + b"\r\n", b"431"),
        (b"Upgrade: web\xc5\xbfocket\r\n", b"400"),
        (b"Sec-WebSocket-Extensions: " + b"permessage-deflate;" * 400 + b"\r\n", b"101"),
        (b"Sec-WebSocket-Extensions: " + b'permessage-deflate;a="\\' * 300 + b"\r\n", b"101"),
    ],
    ids=["fields", "protocols", "letters", "parameters", "quotes"],
)
async def test_odd_handshakes(connect: Connect, extra: bytes, status: bytes) -> None:
    """CVE-2024-37890, GHSA-69f9-5gxw-wvc2; offers that cannot be read are no offers."""
    reader, writer = await connect()
    request = SHAKE % (b"/", extra)
    if status == b"400":
        request = request.replace(b"Upgrade: websocket\r\n", b"", 1)
    writer.write(request)
    head = await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), 20)
    assert head.split()[1] == status
    assert b"Sec-WebSocket-Extensions" not in head


# -- the client ------------------------------------------------------------------------------------


@asynccontextmanager
async def serving(body: Script, extra: bytes = b"") -> AsyncIterator[str]:
    """A server that shakes hands and then does as it likes."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(ConnectionError):
            head = (await reader.readuntil(b"\r\n\r\n")).decode()
            key = head.partition("Sec-WebSocket-Key: ")[2].split("\r\n")[0]
            accept = accept_value(key).encode()
            writer.write(
                b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n"
                b"Connection: Upgrade\r\nSec-WebSocket-Accept: %b\r\n%b\r\n" % (accept, extra)
            )
            await body(reader, writer)
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    try:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/"
    finally:
        server.close()


def sends(data: bytes, piece: bytes = b"") -> Script:
    """Send *data* and then *piece* for ever, until the client goes."""

    async def script(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(data)
        while piece:
            writer.write(piece)
            await writer.drain()
        await reader.read()

    return script


async def everything_given_back(session: ClientSession) -> None:
    """A connection lives on for a moment so that the server can read our last frame."""
    connector = session.connector
    assert connector is not None
    async with asyncio.timeout(20):
        while connector.stats.leased:
            await asyncio.sleep(0.01)


@pytest.mark.parametrize(
    ("script", "extra", "code"),
    [
        (sends(b"\x82\x7f" + HUGE, b"x" * 2**16), b"", 1009),
        (sends(bomb(None)), DEFLATE, 1009),
        (sends(b"\xc1\x05hello"), b"", 1002),
        (sends(b"\x81\x85" + KEY + b"hello"), b"", 1002),
    ],
    ids=["declared", "bomb", "not agreed upon", "masked"],
)
async def test_frames_of_a_hostile_server(script: Script, extra: bytes, code: int) -> None:
    """GHSA-xcgm-r5h9-7989, CVE-2018-1000518, GHSA-mq44-7p77-q5h7."""
    compress = 15 if extra else 0
    async with serving(script, extra) as url, client() as session:
        with bounded_memory(20_000_000):
            async with session.ws_connect(url, compress=compress) as ws:
                message = await ws.receive(timeout=20)
                assert message.type is WSMsgType.ERROR
                assert message.data.code == code
                assert (await ws.receive(timeout=20)).type is WSMsgType.CLOSED
            await everything_given_back(session)


@pytest.mark.parametrize(
    "head", [b"200 OK\r\n\r\n", b"403 Forbidden\r\nTransfer-Encoding: chunked\r\n\r\n"]
)
async def test_a_refusal_without_end(head: bytes) -> None:
    """As much of it as an error message needs is read, and the connection is gone."""

    async def script(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 " + head)
        while True:
            writer.write(b"3e8\r\n" + b"n" * 1000 + b"\r\n")
            await writer.drain()

    async with hostile(script) as (url, tasks), client() as session:
        with bounded_memory(5_000_000), pytest.raises(WSServerHandshakeError) as caught:
            await session.ws_connect(url)
        assert caught.value.status == int(head[:3])
        assert caught.value.body is not None
        assert len(caught.value.body) == 65536
        done, _ = await asyncio.wait(tasks, timeout=20)
        assert len(done) == 1


@pytest.mark.parametrize(
    "options",
    [
        {"origin": "http://o\r\nX: y"},
        {"protocols": ["a\r\nX: y"]},
        {"headers": {"X": "a\r\nY: z"}},
        {"headers": {"X\r\n": "a"}},
        {"method": "GET / HTTP/1.1\r\nX: y\r\n\r\nGET"},
    ],
    ids=str,
)
async def test_what_would_break_the_head_is_not_sent(options: Any) -> None:
    """CVE-2020-35678, GHSA-qvrw-v9rv-5rjx."""

    started = []

    async def script(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        started.append(reader)

    async with hostile(script) as (url, _), client() as session:
        with pytest.raises(ValueError, match=r"."):
            await session.ws_connect(url, **options)
    assert started == []
