"""The client's WebSocket against scripted servers that speak bytes."""

import asyncio
import re
import warnings
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest

import aiohttp_client
from aiohttp_client import (
    ClientConnectionResetError,
    ClientSession,
    ClientTimeout,
    ClientWebSocketResponse,
    ClientWSTimeout,
    ServerTimeoutError,
    TCPConnector,
    WSMessageTypeError,
    WSServerHandshakeError,
)
from aiohttp_client.websocket import DEFAULT_WS_CLIENT_TIMEOUT
from aiohttp_websocket import (
    Deflater,
    Inflater,
    MessageReader,
    WebSocketError,
    WSCloseCode,
    WSMessage,
    WSMsgType,
    accept_value,
    close_payload,
    encode_frame,
)

TEXT, BINARY, CLOSE, PING, PONG = 1, 2, 8, 9, 10


def frame(opcode: int, payload: bytes = b"", *, flags: int = 0x80) -> bytes:
    return encode_frame(flags | opcode, payload, None)


def closing(code: int = 1000, reason: str = "") -> bytes:
    return frame(CLOSE, close_payload(code, reason))


class Talking:
    """The server's side of one WebSocket."""

    def __init__(self, talk: Any) -> None:
        self.talk = talk
        self.got: list[WSMessage] = []
        self.reader = MessageReader(
            lambda message, size: self.got.append(message),
            masked=True,
            max_msg_size=0,
            inflater=Inflater(),
        )

    async def next(self) -> WSMessage | None:
        while not self.got:
            data = await asyncio.wait_for(self.talk.reader.read(2**16), 10)
            if not data:
                return None
            self.reader.feed(data)
        return self.got.pop(0)

    async def send(self, data: bytes) -> None:
        await self.talk.send(data)

    async def hang_up(self) -> None:
        """Answer a CLOSE and wait for the client's end."""
        while (message := await self.next()) is not None:
            if message.type is WSMsgType.CLOSE:
                await self.send(closing(message.data or 1000))


def field(head: bytes, name: str) -> str | None:
    found = re.search(rf"(?im)^{name}: (.*?)\r$", head.decode())
    return None if found is None else found[1]


def answering(body: Callable[[Talking], Awaitable[Any]], **changed: str | None) -> Any:
    """A script: shake hands, with *changed* fields, then *body*."""

    async def script(talk: Any) -> None:
        head = await talk.head()
        fields: dict[str, str | None] = {
            "Upgrade": "websocket",
            "Connection": "upgrade",
            "Sec-WebSocket-Accept": accept_value(field(head, "Sec-WebSocket-Key") or ""),
        }
        fields.update({name.replace("_", "-"): value for name, value in changed.items()})
        lines = "".join(f"{n}: {v}\r\n" for n, v in fields.items() if v is not None)
        await talk.send(f"HTTP/1.1 101 Switching Protocols\r\n{lines}\r\n".encode())
        await body(Talking(talk))

    return script


async def echo(peer: Talking) -> None:
    while (message := await peer.next()) is not None:
        if message.type is WSMsgType.TEXT:
            await peer.send(frame(TEXT, message.data.encode()))
        elif message.type is WSMsgType.BINARY:
            await peer.send(frame(BINARY, message.data))
        elif message.type is WSMsgType.CLOSE:
            await peer.send(closing(message.data or 1000))


def saying(*frames: bytes) -> Callable[[Talking], Awaitable[Any]]:
    async def body(peer: Talking) -> None:
        await peer.send(b"".join(frames))
        await peer.hang_up()

    return body


async def all_over(server: Any) -> None:
    """Wait until the scripts have seen the client's end."""
    while server.tasks:
        await asyncio.wait(server.tasks, timeout=10)


@pytest.fixture
async def session() -> AsyncIterator[ClientSession]:
    async with ClientSession() as made:
        yield made


# The handshake


@pytest.mark.spec("ADD-642", "WSC-01", "WSC-04", "WSC-05", "WSC-06", "ADD-650")
@pytest.mark.parametrize(
    ("compress", "offer"),
    [
        (0, None),
        (15, "permessage-deflate; client_max_window_bits"),
        (9, "permessage-deflate; client_max_window_bits; server_max_window_bits=9"),
    ],
)
async def test_the_request(serve: Any, session: Any, compress: int, offer: str | None) -> None:
    server = await serve(answering(echo))
    async with session.ws_connect(
        server.url("/chat"),
        protocols=("a", "b"),
        origin="http://here",
        compress=compress,
        params={"q": "1"},
        headers={"X-Own": "yes"},
    ) as ws:
        assert (ws.protocol, ws.compress, ws.client_notakeover) == (None, 0, False)
    head = server.talks[0].heads[0]
    assert head.startswith(b"GET /chat?q=1 HTTP/1.1\r\n")
    assert field(head, "Upgrade") == "websocket"
    assert field(head, "Connection") == "Upgrade"
    assert field(head, "Sec-WebSocket-Version") == "13"
    assert len(field(head, "Sec-WebSocket-Key") or "") == 24
    assert field(head, "Sec-WebSocket-Protocol") == "a,b"
    assert field(head, "Sec-WebSocket-Extensions") == offer
    assert field(head, "Origin") == "http://here"
    assert field(head, "X-Own") == "yes"


@pytest.mark.spec("ADD-642")
async def test_a_caller_may_replace_all_but_the_key(serve: Any, session: Any) -> None:
    server = await serve(answering(echo))
    headers = {"Sec-WebSocket-Key": "mine", "Sec-WebSocket-Version": "8"}
    async with session.ws_connect(server.url(), headers=headers):
        pass
    head = server.talks[0].heads[0]
    assert field(head, "Sec-WebSocket-Version") == "8"
    assert field(head, "Sec-WebSocket-Key") != "mine"


@pytest.mark.spec("WSC-07")
async def test_the_method(serve: Any, session: Any) -> None:
    server = await serve(answering(echo))
    async with session.ws_connect(server.url(), method="POST"):
        pass
    assert server.talks[0].heads[0].startswith(b"POST / ")


@pytest.mark.spec("WSC-08", "ADD-643", "ADD-644")
@pytest.mark.parametrize(
    ("changed", "text"),
    [
        ({"Upgrade": None}, "Invalid upgrade header"),
        ({"Upgrade": "tcp"}, "Invalid upgrade header"),
        ({"Connection": "keep-alive"}, "Invalid connection header"),
        ({"Sec_WebSocket_Accept": "wrong"}, "Invalid challenge response"),
        ({"Sec_WebSocket_Protocol": "not-offered"}, "Subprotocol was not offered"),
        ({"Sec_WebSocket_Extensions": "permessage-deflate"}, "Extension was not offered"),
    ],
)
async def test_a_wrong_answer(serve: Any, session: Any, changed: Any, text: str) -> None:
    server = await serve(answering(lambda peer: peer.next(), **changed))
    with pytest.raises(WSServerHandshakeError) as caught:
        await session.ws_connect(server.url(), protocols=("a",))
    assert caught.value.status == 101
    assert text in str(caught.value)
    assert caught.value.headers is not None
    await all_over(server)


@pytest.mark.spec("ADD-653")
@pytest.mark.parametrize(
    "extension",
    [
        "permessage-deflate; wrong",
        "permessage-deflate; server_max_window_bits=16",
        "permessage-deflate; client_max_window_bits=7",
        "other",
    ],
)
async def test_a_wrong_extension(serve: Any, session: Any, extension: str) -> None:
    server = await serve(answering(lambda peer: peer.next(), Sec_WebSocket_Extensions=extension))
    with pytest.raises(WSServerHandshakeError):
        await session.ws_connect(server.url(), compress=15)


@pytest.mark.spec("WSC-08", "ADD-643")
async def test_a_refusal_can_be_read(serve: Any, session: Any) -> None:
    async def script(talk: Any) -> None:
        await talk.head()
        await talk.send(b"HTTP/1.1 403 Forbidden\r\nContent-Length: 8\r\n\r\nnot you!")
        await talk.ended()

    server = await serve(script)
    with pytest.raises(WSServerHandshakeError) as caught:
        await session.ws_connect(server.url())
    assert (caught.value.status, caught.value.body) == (403, b"not you!")


@pytest.mark.spec("ADD-646", "WSC-09", "C69", "ADD-1062")
async def test_the_chosen_protocol(serve: Any, session: Any) -> None:
    server = await serve(answering(echo, Sec_WebSocket_Protocol="b"))
    async with session.ws_connect(server.url(), protocols=["a", "b"]) as ws:
        assert ws.protocol == "b"


@pytest.mark.spec("WSC-18", "NAM-18")
async def test_only_sessions_open_websockets(serve: Any, session: Any) -> None:
    """The function of aiohttp 0.x is gone; its place is the method."""
    assert not hasattr(aiohttp_client, "ws_connect")
    server = await serve(answering(echo))
    async with session.ws_connect(server.url()) as ws:
        await ws.send_str("a")
        assert await ws.receive_str() == "a"


async def test_protocols_are_no_string(session: Any) -> None:
    with pytest.raises(TypeError, match="iterable"):
        session.ws_connect("ws://localhost", protocols="chat")


@pytest.mark.spec("WSC-05", "ADD-650", "ADD-1088")
@pytest.mark.parametrize("bits", [1, 8, 16])
async def test_wrong_window_bits(serve: Any, session: Any, bits: int) -> None:
    server = await serve(answering(echo))
    with pytest.raises(ValueError, match="wbits"):
        await session.ws_connect(server.url(), compress=bits)


@pytest.mark.parametrize("option", ["heartbeat", "max_msg_size"])
async def test_options_are_checked_before_anything_is_sent(session: Any, option: str) -> None:
    with pytest.raises(ValueError, match=f"{option} may not be negative"):
        await session.ws_connect("http://127.0.0.1:9/", **{option: -1})


@pytest.mark.spec("ADD-645")
async def test_redirects_are_followed(serve: Any, session: Any) -> None:
    target = await serve(answering(echo))

    async def script(talk: Any) -> None:
        await talk.head()
        await talk.send(
            f"HTTP/1.1 302 Found\r\nLocation: {target.url('/there')}\r\n"
            "Content-Length: 0\r\n\r\n".encode()
        )
        await talk.ended()

    server = await serve(script)
    async with session.ws_connect(server.url()) as ws:
        await ws.send_str("x")
        assert await ws.receive_str() == "x"


@pytest.mark.spec("ADD-647")
async def test_a_handshake_that_is_not_answered_times_out(serve: Any) -> None:
    async def script(talk: Any) -> None:
        await talk.head()
        await talk.ended()

    server = await serve(script)
    async with ClientSession(timeout=ClientTimeout(total=0.05)) as session:
        with pytest.raises(asyncio.TimeoutError):
            await session.ws_connect(server.url())


@pytest.mark.spec("ADD-647", "ADD-692")
async def test_the_timeouts_of_the_request_end_with_the_handshake(serve: Any) -> None:
    timeout = ClientTimeout(total=0.5, sock_read=0.5)

    async def body(peer: Talking) -> None:
        await asyncio.sleep(0.8)
        await peer.send(frame(TEXT, b"late"))
        await peer.hang_up()

    server = await serve(answering(body))
    async with ClientSession(timeout=timeout) as session:
        async with session.ws_connect(server.url()) as ws:
            assert await ws.receive_str() == "late"


@pytest.mark.spec("ADD-649", "ADD-956", "WSC-02", "TMO-09", "ADD-637")
async def test_old_timeouts(serve: Any, session: Any) -> None:
    server = await serve(answering(echo))
    with pytest.warns(DeprecationWarning, match="ws_close"):
        ws = await session.ws_connect(server.url(), timeout=2.0)
    await ws.close()
    with pytest.warns(DeprecationWarning, match="ws_receive"):
        ws = await session.ws_connect(server.url(), receive_timeout=0.01)
    with pytest.raises(asyncio.TimeoutError):
        await ws.receive()
    await ws.close()
    for timeout in (None, ClientWSTimeout(ws_receive=0.01)):
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            ws = await session.ws_connect(server.url(), timeout=timeout)
        await ws.close()
    assert ClientWSTimeout() == ClientWSTimeout(None, None)


@pytest.mark.spec("C85", "C03", "ADD-637")
async def test_a_number_is_the_timeout_of_closing(serve: Any, session: Any) -> None:
    """Nothing that comes over a socket comes within a nanosecond."""
    assert ClientWSTimeout(ws_receive=None, ws_close=10.0) == DEFAULT_WS_CLIENT_TIMEOUT
    server = await serve(answering(echo))
    with pytest.warns(DeprecationWarning, match="ws_close"):
        ws = await session.ws_connect(server.url(), timeout=1e-9)
    await ws.send_str("a")
    assert await ws.receive_str() == "a"
    assert await ws.close() is True
    assert ws.close_code == 1006
    assert isinstance(ws.exception(), TimeoutError)


@pytest.mark.spec("SES-13")
async def test_a_class_of_ones_own(serve: Any) -> None:
    class Mine(ClientWebSocketResponse[bool]):
        pass

    server = await serve(answering(echo))
    async with ClientSession(ws_response_class=Mine) as session:
        async with session.ws_connect(server.url()) as ws:
            assert type(ws) is Mine
            assert "[open]" in repr(ws)
        assert "[closed 1000]" in repr(ws)


async def test_frames_behind_the_handshake(serve: Any, session: Any) -> None:
    async def script(talk: Any) -> None:
        head = await talk.head()
        accept = accept_value(field(head, "Sec-WebSocket-Key") or "")
        await talk.send(
            "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: upgrade\r\n"
            f"Sec-WebSocket-Accept: {accept}\r\n\r\n".encode()
            + frame(TEXT, b"early")
            + frame(TEXT, b"half")[:3]
        )
        await talk.send(frame(TEXT, b"half")[3:])
        await Talking(talk).hang_up()

    server = await serve(script)
    async with session.ws_connect(server.url()) as ws:
        assert [await ws.receive_str() for _ in range(2)] == ["early", "half"]


async def test_cancelling_the_handshake_at_every_turn(serve: Any) -> None:
    server = await serve(answering(echo))
    async with ClientSession(connector=TCPConnector(limit=1)) as session:
        for count in range(0, 40, 2):
            task = asyncio.create_task(session.ws_connect(server.url())._coro)
            for _ in range(count):
                await asyncio.sleep(0)
            task.cancel()
            try:
                ws = await task
            except asyncio.CancelledError:
                continue
            await ws.close()
        # The one place in the pool is free again.
        async with asyncio.timeout(10):
            async with session.ws_connect(server.url()) as ws:
                await ws.send_str("x")
                assert await ws.receive_str() == "x"


@pytest.mark.spec("ADD-1021")
def test_subscriptable() -> None:
    assert ClientWebSocketResponse[bool] is not None


# Messages


@pytest.mark.spec("WSC-11", "WSC-12", "WSC-13", "ADD-684", "ADD-660", "ADD-685")
@pytest.mark.spec("ADD-1063", "C70", "C72")
async def test_everything_that_can_be_sent(serve: Any, session: Any) -> None:
    got: list[tuple[Any, Any]] = []

    async def body(peer: Talking) -> None:
        while (message := await peer.next()) is not None:
            got.append((message.type, message.data))
            if message.type is WSMsgType.CLOSE:
                await peer.send(closing())

    server = await serve(answering(body))
    async with session.ws_connect(server.url()) as ws:
        await ws.send_str("häl")
        for data in (b"b", bytearray(b"b"), memoryview(b"b")):
            await ws.send_bytes(data)
        await ws.send_json([1])
        await ws.send_json_bytes(0, dumps=lambda data: b"json")
        await ws.send_frame(b"f", WSMsgType.TEXT)
        await ws.ping("p")
        await ws.pong(b"q")
        assert ws.send_nowait("now") is True
        with pytest.raises(TypeError):
            await ws.send_str(b"x")
        with pytest.raises(TypeError):
            await ws.send_bytes("x")
    assert got == [
        (WSMsgType.TEXT, "häl"),
        *[(WSMsgType.BINARY, b"b")] * 3,
        (WSMsgType.TEXT, "[1]"),
        (WSMsgType.BINARY, b"json"),
        (WSMsgType.TEXT, "f"),
        (WSMsgType.PING, b"p"),
        (WSMsgType.PONG, b"q"),
        (WSMsgType.TEXT, "now"),
        (WSMsgType.CLOSE, 1000),
    ]
    for send in (ws.send_str("x"), ws.send_bytes(b"x"), ws.send_json(1), ws.ping()):
        with pytest.raises(ClientConnectionResetError) as caught:
            await send
        assert isinstance(caught.value, ConnectionResetError)


@pytest.mark.spec("WSC-15", "WSC-16", "ADD-682", "ADD-683", "C71")
async def test_typed_receiving(serve: Any, session: Any) -> None:
    script = saying(
        frame(TEXT, b"t") + frame(BINARY, b"b") + frame(TEXT, b"[1]") + frame(PING, b"p"),
        frame(BINARY) + frame(TEXT) + frame(BINARY) + frame(TEXT, b"no json"),
    )
    server = await serve(answering(script))
    async with session.ws_connect(server.url()) as ws:
        assert await ws.receive_str() == "t"
        assert await ws.receive_bytes() == b"b"
        assert await ws.receive_json(timeout=10) == [1]
        for wrong in (ws.receive_str, ws.receive_bytes, ws.receive_json):
            with pytest.raises(WSMessageTypeError) as caught:
                await wrong()
            assert isinstance(caught.value, TypeError)
        with pytest.raises(ValueError, match="Expecting"):
            await ws.receive_json()


@pytest.mark.spec("ADD-648", "ADD-863")
async def test_text_as_bytes(serve: Any, session: Any) -> None:
    server = await serve(answering(saying(frame(TEXT, b"\xff"))))
    async with session.ws_connect(server.url(), decode_text=False) as ws:
        assert await ws.receive_str() == b"\xff"


@pytest.mark.spec("ADD-654", "ADD-652", "WSC-05")
@pytest.mark.parametrize(
    ("answer", "bits", "notakeover"),
    [
        ("permessage-deflate", 15, False),
        ("permessage-deflate; client_max_window_bits=10", 10, False),
        ("permessage-deflate; client_no_context_takeover", 15, True),
    ],
)
async def test_compression(
    serve: Any, session: Any, answer: str, bits: int, notakeover: bool
) -> None:
    async def body(peer: Talking) -> None:
        deflater = Deflater()
        while (message := await peer.next()) is not None:
            if message.type is WSMsgType.CLOSE:
                await peer.send(closing())
            else:
                await peer.send(frame(BINARY, deflater.deflate(message.data), flags=0xC0))

    server = await serve(answering(body, Sec_WebSocket_Extensions=answer))
    async with session.ws_connect(server.url(), compress=15) as ws:
        assert (ws.compress, ws.client_notakeover) == (bits, notakeover)
        for data in (b"x" * 1000, b"", bytes(100_000)):
            await ws.send_bytes(data)
            assert await ws.receive_bytes() == data


async def test_iteration_and_listening(serve: Any, session: Any) -> None:
    script = saying(frame(TEXT, b"1"), frame(TEXT, b"2"), closing(3000))
    server = await serve(answering(script))
    async with session.ws_connect(server.url()) as ws:
        assert [message.data async for message in ws] == ["1", "2"]
    got: list[Any] = []
    async with session.ws_connect(server.url()) as ws:
        await ws.listen(lambda message: got.append(message.data))
    assert got == ["1", "2"]
    assert ws.close_code == 3000


# Ends


@pytest.mark.spec("ADD-673", "ADD-674", "WSC-09", "ADD-1053", "C35", "C36")
async def test_the_server_closes(serve: Any, session: Any) -> None:
    seen: list[Any] = []

    async def body(peer: Talking) -> None:
        await peer.send(closing(3000, "bye"))
        seen.append(await peer.next())
        seen.append(await peer.next())

    server = await serve(answering(body))
    async with session.ws_connect(server.url()) as ws:
        message = await ws.receive()
        assert (message.type, message.data, message.extra) == (WSMsgType.CLOSE, 3000, "bye")
        assert (ws.closed, ws.close_code) == (True, 3000)
        for _ in range(10):
            assert (await ws.receive()).type is WSMsgType.CLOSED
        assert await ws.close() is False
    await all_over(server)
    assert seen == [(WSMsgType.CLOSE, 1000, ""), None]


@pytest.mark.spec("WSC-14", "ADD-677")
async def test_the_client_closes(serve: Any, session: Any) -> None:
    server = await serve(answering(echo))
    ws = await session.ws_connect(server.url())
    assert await ws.close(code=WSCloseCode.GOING_AWAY, message="later") is True
    assert (ws.close_code, ws.exception()) == (1001, None)
    assert await ws.close() is False


@pytest.mark.spec("ADD-677", "WSC-02")
async def test_a_server_that_does_not_answer_the_close(serve: Any, session: Any) -> None:
    async def body(peer: Talking) -> None:
        while await peer.next() is not None:
            pass

    server = await serve(answering(body))
    ws = await session.ws_connect(server.url(), timeout=ClientWSTimeout(ws_close=0.02))
    assert await ws.close() is True
    assert ws.close_code == 1006
    assert isinstance(ws.exception(), asyncio.TimeoutError)


@pytest.mark.spec("ADD-672", "ADD-661")
@pytest.mark.parametrize(
    ("data", "code"),
    [
        (encode_frame(0x81, b"masked", b"\1\2\3\4"), 1002),
        (frame(3), 1002),
        (frame(TEXT, b"\xff"), 1007),
        (b"\x82\x7f" + (2**40).to_bytes(8, "big"), 1009),
        (frame(TEXT, b"x", flags=0xC0), 1002),
    ],
)
async def test_a_breach_of_the_protocol(serve: Any, session: Any, data: bytes, code: int) -> None:
    seen: list[Any] = []

    async def body(peer: Talking) -> None:
        await peer.send(frame(TEXT, b"before") + data + frame(BINARY, bytes(300_000)))
        while (message := await peer.next()) is not None:
            seen.append(message.data)

    server = await serve(answering(body))
    async with session.ws_connect(server.url()) as ws:
        got = [message async for message in ws]
        assert [message.type for message in got] == [WSMsgType.TEXT, WSMsgType.ERROR]
        assert isinstance(got[1].data, WebSocketError)
        assert ws.exception() is got[1].data
        assert (ws.closed, ws.close_code) == (True, 1006)
    await all_over(server)
    assert seen == [code]


@pytest.mark.spec("ADD-679", "WSC-15")
@pytest.mark.parametrize("reset", [True, False])
async def test_a_server_that_vanishes(serve: Any, session: Any, reset: bool) -> None:
    async def body(peer: Talking) -> None:
        await peer.next()
        if reset:
            peer.talk.reset()

    server = await serve(answering(body))
    async with session.ws_connect(server.url()) as ws:
        await ws.send_str("go")
        assert (await ws.receive()).type is WSMsgType.CLOSED
        assert (ws.closed, ws.close_code) == (True, 1006)
        assert ws.get_extra_info("peername", "gone") in ("gone", ("127.0.0.1", server.port))


@pytest.mark.spec("WSC-03", "ADD-691", "ADD-689")
async def test_a_dead_server(serve: Any, session: Any) -> None:
    async def body(peer: Talking) -> None:
        while await peer.next() is not None:
            pass

    server = await serve(answering(body))
    ws = await session.ws_connect(server.url(), heartbeat=0.05)
    message = await ws.receive()
    assert message.type is WSMsgType.ERROR
    assert isinstance(ws.exception(), ServerTimeoutError)
    assert (ws.closed, ws.close_code) == (True, 1006)


@pytest.mark.spec("ADD-678", "WSC-02")
async def test_a_receive_timeout_leaves_it_open(serve: Any, session: Any) -> None:
    server = await serve(answering(echo))
    timeout = ClientWSTimeout(ws_receive=0.01, ws_close=5)
    async with session.ws_connect(server.url(), timeout=timeout) as ws:
        with pytest.raises(asyncio.TimeoutError):
            await ws.receive()
        assert not ws.closed
        await ws.send_str("x")
        assert await ws.receive_str(timeout=10) == "x"


@pytest.mark.spec("WSC-10")
async def test_extra_info(serve: Any, session: Any) -> None:
    server = await serve(answering(echo))
    async with session.ws_connect(server.url()) as ws:
        assert ws.get_extra_info("peername") == ("127.0.0.1", server.port)
        assert ws.get_extra_info("nothing", 5) == 5


async def test_the_place_in_the_pool_is_free_after_the_end(serve: Any) -> None:
    server = await serve(answering(echo))
    async with ClientSession(connector=TCPConnector(limit=1)) as session:
        for _ in range(3):
            async with asyncio.timeout(10):
                async with session.ws_connect(server.url()) as ws:
                    await ws.send_str("x")
                    assert await ws.receive_str() == "x"


async def test_a_loss_that_nobody_saw_frees_the_place(serve: Any) -> None:
    async def body(peer: Talking) -> None:
        peer.talk.reset()

    server = await serve(answering(body), answering(echo))
    async with ClientSession(connector=TCPConnector(limit=1)) as session:
        await session.ws_connect(server.url())
        async with asyncio.timeout(10):
            async with session.ws_connect(server.url()):
                pass


async def test_a_session_that_closes_takes_its_websockets_along(serve: Any) -> None:
    server = await serve(answering(echo))
    session = ClientSession()
    ws = await session.ws_connect(server.url())
    receiving = asyncio.create_task(ws.receive())
    await asyncio.sleep(0)
    await session.close()
    assert (await receiving).type is WSMsgType.CLOSED
    assert ws.close_code == 1006
