"""WebSockets over sockets: the client's side is bytes."""

import asyncio
import base64
import inspect
import json
import logging
import os
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest

from aiohttp_core.errors import ClientConnectionResetError
from aiohttp_web import (
    Application,
    AppRunner,
    HTTPBadRequest,
    HTTPForbidden,
    Request,
    Response,
    TCPSite,
    WebSocketReady,
    WebSocketResponse,
)
from aiohttp_websocket import (
    Deflater,
    Inflater,
    MessageReader,
    WebSocketError,
    WSCloseCode,
    WSMessage,
    WSMessageTypeError,
    WSMsgType,
    accept_value,
    close_payload,
    encode_frame,
)

KEY = b"\x01\x02\x03\x04"
TEXT, BINARY, CLOSE, PING, PONG = 1, 2, 8, 9, 10
Handler = Callable[[Request], Awaitable[Any]]


def frame(opcode: int, payload: bytes = b"", *, flags: int = 0x80) -> bytes:
    return encode_frame(flags | opcode, payload, KEY)


class Peer:
    """The client's side of one connection."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader = reader
        self.writer = writer
        self.head = b""
        self.polite = True
        self.key = base64.b64encode(os.urandom(16)).decode()
        self._got: list[WSMessage] = []
        self._messages = MessageReader(
            lambda message, size: self._got.append(message),
            masked=False,
            max_msg_size=0,
            inflater=Inflater(),
        )

    async def shake_hands(self, path: str = "/", **headers: str | None) -> bytes:
        """Send the request; *headers* replace those of a good one, ``None`` leaves one out."""
        fields: dict[str, str | None] = {
            "Host": "localhost",
            "Upgrade": "websocket",
            "Connection": "Upgrade",
            "Sec-WebSocket-Version": "13",
            "Sec-WebSocket-Key": self.key,
        }
        fields.update({name.replace("_", "-"): value for name, value in headers.items()})
        lines = "".join(f"{n}: {v}\r\n" for n, v in fields.items() if v is not None)
        self.send(f"GET {path} HTTP/1.1\r\n{lines}\r\n".encode())
        self.head = await asyncio.wait_for(self.reader.readuntil(b"\r\n\r\n"), 10)
        return self.head

    def send(self, data: bytes) -> None:
        self.writer.write(data)

    async def next(self) -> WSMessage | None:
        """The next message, or ``None`` at the end of the connection."""
        while not self._got:
            data = await asyncio.wait_for(self.reader.read(2**16), 10)
            if not data:
                return None
            self._messages.feed(data)
        message = self._got.pop(0)
        if message.type is WSMsgType.CLOSE and self.polite:
            self.send(frame(CLOSE, close_payload(1000)))
        return message

    async def all(self) -> list[WSMessage]:
        """What comes until the connection ends."""
        got = []
        while (message := await self.next()) is not None:
            got.append(message)
        return got

    async def close(self, code: int = 1000) -> list[WSMessage]:
        self.polite = False
        self.send(frame(CLOSE, close_payload(code)))
        return await self.all()


class Running:
    """A served application."""

    def __init__(self, runner: AppRunner, port: int) -> None:
        self.runner = runner
        self.port = port
        self.peers: list[Peer] = []

    async def connect(self) -> Peer:
        peer = Peer(*await asyncio.open_connection("127.0.0.1", self.port))
        self.peers.append(peer)
        return peer

    async def open(self, path: str = "/", **headers: str | None) -> Peer:
        peer = await self.connect()
        head = await peer.shake_hands(path, **headers)
        assert head.startswith(b"HTTP/1.1 101 Switching Protocols\r\n"), head
        return peer


@pytest.fixture
async def run() -> AsyncIterator[Callable[..., Awaitable[Running]]]:
    running: list[Running] = []

    async def start(handler: Handler, **options: Any) -> Running:
        app = Application()
        app.router.add_get("/", handler)
        for name in ("on_shutdown",):
            if name in options:
                getattr(app, name).append(options.pop(name))
        options.setdefault("shutdown_timeout", 5)
        runner = AppRunner(app, **options)
        await runner.setup()
        site = TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        running.append(Running(runner, site.port))
        return running[-1]

    yield start
    for each in running:
        for peer in each.peers:
            peer.writer.transport.abort()
        await each.runner.cleanup()


class Seen:
    """A handler that opens a WebSocket, lets *body* use it, and keeps what became of it."""

    def __init__(self, body: Callable[[WebSocketResponse[Any]], Awaitable[Any]], **options: Any):
        self.body = body
        self.options = options
        self.ws: WebSocketResponse[Any] = WebSocketResponse(**options)
        self.error: BaseException | None = None
        self.result: Any = None
        self.done = asyncio.Event()

    async def __call__(self, request: Request) -> Any:
        await self.ws.prepare(request)
        try:
            self.result = await self.body(self.ws)
        except BaseException as exc:
            self.error = exc
            raise
        finally:
            self.done.set()
        return self.ws


async def echo(ws: WebSocketResponse[Any]) -> list[WSMessage]:
    got = []
    async for message in ws:
        got.append(message)
        if message.type is WSMsgType.TEXT:
            await ws.send_str(message.data)
        elif message.type is WSMsgType.BINARY:
            await ws.send_bytes(message.data)
    return got


# The handshake


@pytest.mark.spec("ADD-638", "ADD-639", "WSS-10")
async def test_handshake(run: Any) -> None:
    peer = await (await run(Seen(echo))).open()
    lines = peer.head.decode().split("\r\n")
    fields = dict(line.split(": ", 1) for line in lines[1:] if line)
    assert fields.pop("Date")
    assert fields.pop("Server")
    assert fields == {
        "Upgrade": "websocket",
        "Connection": "upgrade",
        "Sec-WebSocket-Accept": accept_value(peer.key),
    }


@pytest.mark.spec("ADD-638", "WSS-10")
@pytest.mark.parametrize(
    ("headers", "text"),
    [
        ({"Upgrade": None}, "No WebSocket UPGRADE hdr"),
        ({"Upgrade": "tcp"}, "Can upgrade only to WebSocket"),
        ({"Connection": "keep-alive"}, "No CONNECTION upgrade hdr"),
        ({"Sec_WebSocket_Version": "12"}, "Unsupported version"),
        ({"Sec_WebSocket_Version": None}, "Unsupported version"),
        ({"Sec_WebSocket_Key": None}, "Handshake error"),
        ({"Sec_WebSocket_Key": "short"}, "Handshake error"),
        ({"Sec_WebSocket_Key": "A" * 24}, "Handshake error"),
        ({"Content_Length": "2"}, "no body"),
    ],
)
async def test_a_broken_handshake_is_400(run: Any, headers: dict[str, Any], text: str) -> None:
    seen = Seen(echo)
    served = await run(seen)
    peer = await served.connect()
    if "Content_Length" in headers:
        asyncio.get_running_loop().call_soon(peer.send, b"{}")
    head = await peer.shake_hands(**headers)
    assert head.startswith(b"HTTP/1.1 400 Bad Request\r\n")
    body = await peer.reader.read(1000)
    assert text in body.decode()
    # RFC 6455 section 4.4: the answer names the versions that are understood.
    assert (b"\r\nSec-WebSocket-Version: 13, 8, 7\r\n" in head) == ("version" in text)
    assert not seen.ws.prepared


@pytest.mark.spec("ADD-638", "WSP-09")
@pytest.mark.parametrize("version", ["13", "8", "7"])
async def test_versions(run: Any, version: str) -> None:
    peer = await (await run(Seen(echo))).open(Sec_WebSocket_Version=version)
    peer.send(frame(TEXT, b"x"))
    message = await peer.next()
    assert message is not None
    assert message.data == "x"


@pytest.mark.spec("ADD-640", "WSS-12", "WSP-10", "C69", "ADD-1062")
@pytest.mark.parametrize(
    ("offered", "chosen"),
    [("b, c, a", "b"), ("c", None), (None, None), ("x,a", "a")],
)
async def test_subprotocols(
    run: Any, offered: str | None, chosen: str | None, caplog: pytest.LogCaptureFixture
) -> None:
    seen = Seen(echo, protocols=("a", "b"))
    peer = await (await run(seen)).open(Sec_WebSocket_Protocol=offered)
    assert seen.ws.ws_protocol == chosen
    answer = f"Sec-WebSocket-Protocol: {chosen}\r\n".encode()
    assert (answer in peer.head) == (chosen is not None)
    warned = [r for r in caplog.records if r.name == "aiohttp.websocket"]
    assert len(warned) == (offered == "c")


def test_protocols_are_no_string() -> None:
    with pytest.raises(TypeError, match="iterable"):
        WebSocketResponse(protocols="chat")


@pytest.mark.spec("ADD-641", "WSS-11", "C34", "ADD-1052")
async def test_can_prepare(run: Any) -> None:
    found: list[WebSocketReady] = []

    async def handler(request: Request) -> Any:
        ws = WebSocketResponse(protocols=("a",))
        found.append(ws.can_prepare(request))
        if not found[-1]:
            return Response(text="plain")
        await ws.prepare(request)
        with pytest.raises(RuntimeError, match="started"):
            ws.can_prepare(request)
        await ws.close()
        return ws

    served = await run(handler)
    peer = await served.connect()
    assert (await peer.shake_hands(Upgrade=None)).startswith(b"HTTP/1.1 200 OK")
    peer = await served.open(Sec_WebSocket_Protocol="a")
    await peer.all()
    assert found == [WebSocketReady(False, None), WebSocketReady(True, "a")]


@pytest.mark.spec("ADD-686", "WSS-02", "WSS-13", "WSS-14", "WSS-20")
async def test_before_prepare(run: Any) -> None:
    ws: WebSocketResponse[bool] = WebSocketResponse()
    for call in (
        ws.ping(),
        ws.pong(),
        ws.send_str("a"),
        ws.send_bytes(b"a"),
        ws.send_json({}),
        ws.send_frame(b"", WSMsgType.TEXT),
        ws.receive(),
        ws.receive(1),
        ws.receive_str(),
        ws.listen(print),
        ws.close(),
        ws.__anext__(),
    ):
        with pytest.raises(RuntimeError, match="prepare"):
            await call
    with pytest.raises(RuntimeError, match="prepare"):
        ws.send_nowait("a")
    with pytest.raises(RuntimeError, match="write"):
        await ws.write(b"")
    assert (ws.closed, ws.close_code, ws.prepared, ws.exception()) == (False, None, False, None)
    assert ws.get_extra_info("peername", "default") == "default"
    assert ws.compress is True
    assert ws.ws_protocol is None


@pytest.mark.spec("WSS-15")
async def test_prepared_twice(run: Any) -> None:
    async def body(ws: WebSocketResponse[Any]) -> None:
        assert ws.prepared
        with pytest.raises(RuntimeError, match="write"):
            await ws.write(b"x")
        assert ws.get_extra_info("peername")[0] == "127.0.0.1"

    seen = Seen(body)

    async def handler(request: Request) -> Any:
        response = await seen(request)
        return await seen.ws.prepare(request) and response

    peer = await (await run(handler)).open()
    assert [message.type for message in await peer.all()] == [WSMsgType.CLOSE]
    assert seen.error is None


async def test_frames_behind_the_handshake_are_not_lost(run: Any) -> None:
    served = await run(Seen(echo))
    peer = await served.connect()
    asyncio.get_running_loop().call_soon(peer.send, frame(TEXT, b"early"))
    await peer.shake_hands()
    message = await peer.next()
    assert message is not None
    assert message.data == "early"


@pytest.mark.spec("ADD-671")
async def test_what_comes_before_the_answer_is_bounded(run: Any) -> None:
    go_on = asyncio.Event()

    async def handler(request: Request) -> Any:
        await go_on.wait()
        ws = WebSocketResponse(max_msg_size=0)
        await ws.prepare(request)
        await ws.send_str(str(len(await ws.receive_bytes())))
        return ws

    served = await run(handler)
    peer = await served.connect()
    shaking = asyncio.create_task(peer.shake_hands())
    await asyncio.sleep(0)
    size = 20 * 2**20
    peer.writer.transport.set_write_buffer_limits(0)
    peer.send(frame(BINARY, bytes(size)))
    draining = asyncio.create_task(peer.writer.drain())
    done, _ = await asyncio.wait((draining,), timeout=0.3)
    assert not done  # the server does not read what nobody can take yet
    go_on.set()
    await shaking
    await draining
    message = await peer.next()
    assert message is not None
    assert message.data == str(size)


@pytest.mark.spec("WSS-01", "ADD-693", "ADD-1087")
def test_defaults() -> None:
    parameters = inspect.signature(WebSocketResponse.__init__).parameters
    found = {name: each.default for name, each in parameters.items() if name != "self"}
    assert found == {
        "timeout": 10.0,
        "receive_timeout": None,
        "autoclose": True,
        "autoping": True,
        "heartbeat": None,
        "protocols": (),
        "compress": True,
        "max_msg_size": 4194304,
        "writer_limit": 262144,
        "decode_text": True,
    }


async def test_middlewares_and_hooks_see_the_handshake(run: Any) -> None:
    async def handler(request: Request) -> Any:
        ws = WebSocketResponse()
        ws.headers["X-Extra"] = "yes"
        await ws.prepare(request)
        return ws

    peer = await (await run(handler)).open()
    assert b"X-Extra: yes\r\n" in peer.head


# Sending and receiving


@pytest.mark.spec("WSS-18", "WSS-19", "WSS-17", "ADD-684", "WSS-24", "ADD-680")
async def test_everything_that_can_be_sent(run: Any) -> None:
    async def body(ws: WebSocketResponse[Any]) -> None:
        await ws.send_str("häl")
        for data in (b"b", bytearray(b"b"), memoryview(b"b")):
            await ws.send_bytes(data)
        await ws.send_json({"a": 1})
        await ws.send_json_bytes([1], dumps=lambda data: json.dumps(data).encode())
        await ws.send_frame(b"frame", WSMsgType.BINARY)
        await ws.ping("pïng")
        await ws.pong(b"pong")
        assert ws.send_nowait("now") is True
        with pytest.raises(TypeError):
            await ws.send_str(b"bytes")  # type: ignore[arg-type]
        with pytest.raises(TypeError):
            await ws.send_bytes("text")  # type: ignore[arg-type]
        with pytest.raises(TypeError):
            await ws.send_json(object())
        with pytest.raises(ValueError, match="Circular"):
            loop: list[Any] = []
            loop.append(loop)
            await ws.send_json(loop)

    seen = Seen(body)
    peer = await (await run(seen)).open()
    got = [(message.type, message.data) for message in await peer.all()]
    assert seen.error is None
    assert got == [
        (WSMsgType.TEXT, "häl"),
        *[(WSMsgType.BINARY, b"b")] * 3,
        (WSMsgType.TEXT, '{"a": 1}'),
        (WSMsgType.BINARY, b"[1]"),
        (WSMsgType.BINARY, b"frame"),
        (WSMsgType.PING, "pïng".encode()),
        (WSMsgType.PONG, b"pong"),
        (WSMsgType.TEXT, "now"),
        (WSMsgType.CLOSE, 1000),
    ]


@pytest.mark.spec("WSS-23", "ADD-682", "ADD-683", "ADD-634", "WSP-07")
async def test_typed_receiving(run: Any) -> None:
    async def body(ws: WebSocketResponse[Any]) -> list[Any]:
        got = [await ws.receive_str(), await ws.receive_bytes(), await ws.receive_json()]
        got.append(await ws.receive_json(loads=len, timeout=10))
        for wrong in (ws.receive_str, ws.receive_bytes, ws.receive_json):
            with pytest.raises(WSMessageTypeError):
                await wrong()
        with pytest.raises(ValueError, match="Expecting"):
            await ws.receive_json()
        got.append((await ws.receive()).json())
        with pytest.raises(WSMessageTypeError):
            await ws.receive_str(timeout=10)
        return got

    seen = Seen(body)
    peer = await (await run(seen)).open()
    peer.send(frame(TEXT, b"t") + frame(BINARY, b"b") + frame(TEXT, b"[1]") + frame(TEXT, b"four"))
    peer.send(frame(BINARY, b"") + frame(TEXT, b"") + frame(BINARY, b""))
    peer.send(frame(TEXT, b"no json") + frame(BINARY, b"{}") + frame(CLOSE))
    await peer.all()
    assert seen.error is None
    assert seen.result == ["t", b"b", [1], 4, {}]


@pytest.mark.spec("ADD-683", "ADD-863")
async def test_text_as_bytes(run: Any) -> None:
    async def body(ws: WebSocketResponse[Any]) -> Any:
        return await ws.receive_str()

    seen = Seen(body, decode_text=False)
    peer = await (await run(seen)).open()
    peer.send(frame(TEXT, b"\xff"))
    await peer.all()
    assert seen.result == b"\xff"


@pytest.mark.spec("WSS-08", "ADD-651", "ADD-654", "ADD-652")
@pytest.mark.parametrize(
    ("offer", "answer", "bits"),
    [
        ("permessage-deflate", "permessage-deflate", 15),
        (
            "permessage-deflate; server_max_window_bits=9",
            "permessage-deflate; server_max_window_bits=9",
            9,
        ),
        ("permessage-deflate; wrong", None, 0),
        ("permessage-deflate; wrong, permessage-deflate", "permessage-deflate", 15),
    ],
)
async def test_compression(run: Any, offer: str, answer: str | None, bits: int) -> None:
    seen = Seen(echo)
    peer = await (await run(seen)).open(Sec_WebSocket_Extensions=offer)
    field = f"Sec-WebSocket-Extensions: {answer}\r\n".encode()
    assert (field in peer.head) == (answer is not None)
    assert seen.ws.compress == bits
    deflater = Deflater()
    for data in (b"hello " * 10, b"", os.urandom(100_000)):
        if bits:
            peer.send(frame(BINARY, deflater.deflate(data), flags=0xC0))
        else:
            peer.send(frame(BINARY, data))
        message = await peer.next()
        assert message is not None
        assert message.data == data


@pytest.mark.spec("WSS-08", "ADD-655", "ADD-810")
async def test_without_compression_compressed_frames_are_refused(run: Any) -> None:
    seen = Seen(echo, compress=False)
    peer = await (await run(seen)).open(Sec_WebSocket_Extensions="permessage-deflate")
    assert b"Extensions" not in peer.head
    peer.send(frame(TEXT, Deflater().deflate(b"x"), flags=0xC0))
    assert [message.data for message in await peer.all()] == [1002]


@pytest.mark.spec("WSS-04", "WSS-22", "ADD-678")
async def test_receive_timeouts(run: Any) -> None:
    async def body(ws: WebSocketResponse[Any]) -> Any:
        for _ in range(2):
            with pytest.raises(asyncio.TimeoutError):
                await ws.receive()
        with pytest.raises(asyncio.TimeoutError):
            await ws.receive(timeout=0.01)
        assert not ws.closed
        assert ws.close_code is None
        await ws.send_str("ready")
        return await ws.receive_str(timeout=10)

    seen = Seen(body, receive_timeout=0.01)
    peer = await (await run(seen)).open()
    await peer.next()
    peer.send(frame(TEXT, b"late"))
    await peer.all()
    assert seen.result == "late"


async def test_listening(run: Any) -> None:
    async def body(ws: WebSocketResponse[Any]) -> None:
        await ws.listen(lambda message: ws.send_nowait(message.data))

    seen = Seen(body)
    peer = await (await run(seen)).open()
    peer.send(frame(TEXT, b"t") + frame(BINARY, b"b") + frame(PING, b"p"))
    got = await peer.close(3000)
    assert [message.data for message in got] == ["t", b"b", b"p", 1000]
    assert seen.ws.close_code == 3000


# Errors of the peer


@pytest.mark.spec("ADD-672", "WSS-16")
@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"\x81\x05hello", 1002),
        (frame(3), 1002),
        (frame(TEXT, b"\xff"), 1007),
        (b"\x82\xff" + (2**40).to_bytes(8, "big"), 1009),
        (frame(CLOSE, b"\x03\xee"), 1002),
    ],
)
async def test_a_breach_of_the_protocol(run: Any, data: bytes, code: int) -> None:
    async def body(ws: WebSocketResponse[Any]) -> Any:
        got = await echo(ws)
        assert (await ws.receive()).type is WSMsgType.CLOSED
        return got

    seen = Seen(body)
    peer = await (await run(seen)).open()
    # More than the kernel takes: the code must reach the peer though it is still sending.
    peer.send(frame(TEXT, b"before") + data + frame(BINARY, bytes(500_000)))
    got = await peer.all()
    assert [message.data for message in got] == ["before", code]
    await seen.done.wait()
    assert [message.type for message in seen.result] == [WSMsgType.TEXT, WSMsgType.ERROR]
    error = seen.result[-1].data
    assert isinstance(error, WebSocketError)
    assert error.code == code
    assert seen.ws.exception() is error
    assert seen.ws.close_code == 1006


@pytest.mark.spec("ADD-666", "WSS-08")
async def test_the_limit_of_a_message(run: Any) -> None:
    seen = Seen(echo, max_msg_size=10)
    peer = await (await run(seen)).open()
    peer.send(frame(BINARY, bytes(10)) + frame(BINARY, bytes(11)))
    assert [message.data for message in await peer.all()] == [bytes(10), 1009]


@pytest.mark.spec("ADD-766", "ADD-679")
@pytest.mark.parametrize("reset", [True, False])
async def test_a_client_that_vanishes(run: Any, reset: bool) -> None:
    seen = Seen(echo)
    served = await run(seen)
    peer = await served.open()
    if reset:
        peer.writer.transport.abort()
    else:
        peer.writer.close()
    await seen.done.wait()
    assert seen.ws.closed
    assert seen.ws.close_code == 1006
    with pytest.raises(ClientConnectionResetError):
        await seen.ws.send_str("x")
    while served.runner.server.connections:
        await asyncio.sleep(0)


# Closing


@pytest.mark.spec("WSS-05", "ADD-673", "ADD-674", "WSS-27", "ADD-1053", "C35", "C36")
@pytest.mark.spec("ADD-1063", "C70", "C72")
async def test_the_client_closes(run: Any) -> None:
    async def body(ws: WebSocketResponse[Any]) -> None:
        message = await ws.receive()
        assert (message.type, message.data, message.extra) == (WSMsgType.CLOSE, 3000, "bye")
        assert ws.closed
        for _ in range(4):
            assert (await ws.receive()).type is WSMsgType.CLOSED
        with pytest.raises(RuntimeError, match="closed"):
            await ws.receive()
        for send in (ws.send_str("x"), ws.send_bytes(b"x"), ws.send_json(1), ws.ping()):
            with pytest.raises(ClientConnectionResetError) as caught:
                await send
            assert isinstance(caught.value, ConnectionResetError)

    seen = Seen(body)
    peer = await (await run(seen)).open()
    peer.send(frame(CLOSE, close_payload(3000, "bye")))
    assert [message.data for message in await peer.all()] == [1000]
    assert seen.error is None
    assert seen.ws.close_code == 3000


@pytest.mark.spec("WSS-05")
async def test_without_autoclose(run: Any) -> None:
    async def body(ws: WebSocketResponse[Any]) -> None:
        assert (await ws.receive()).type is WSMsgType.CLOSE
        assert not ws.closed
        assert (await ws.receive()).type is WSMsgType.CLOSING
        assert await ws.close(code=3001) is True

    seen = Seen(body, autoclose=False)
    peer = await (await run(seen)).open()
    got = await peer.close()
    assert [message.data for message in got] == [3001]
    assert seen.error is None


@pytest.mark.spec("WSS-21", "ADD-677")
async def test_the_server_closes(run: Any) -> None:
    async def body(ws: WebSocketResponse[Any]) -> Any:
        first = await ws.close(code=WSCloseCode.POLICY_VIOLATION, message="no")
        return first, await ws.close(), ws.close_code

    seen = Seen(body)
    peer = await (await run(seen)).open()
    peer.polite = False
    message = await peer.next()
    assert message == (WSMsgType.CLOSE, 1008, "no")
    peer.send(frame(TEXT, b"dropped"))
    assert await peer.close(1008) == []
    assert seen.result == (True, False, 1008)


@pytest.mark.spec("WSS-03", "ADD-677")
async def test_a_client_that_does_not_answer_the_close(run: Any) -> None:
    async def body(ws: WebSocketResponse[Any]) -> Any:
        await ws.close()
        return ws.close_code, type(ws.exception())

    seen = Seen(body, timeout=0.02)
    peer = await (await run(seen)).open()
    peer.polite = False
    assert [message.data for message in await peer.all()] == [1000]
    assert seen.result == (1006, TimeoutError)


@pytest.mark.spec("ADD-676", "WSS-21")
async def test_another_task_closes(run: Any) -> None:
    async def body(ws: WebSocketResponse[Any]) -> Any:
        closer = asyncio.create_task(ws.close())
        message = await ws.receive()
        return message.type, await closer

    seen = Seen(body)
    peer = await (await run(seen)).open()
    await peer.next()
    await peer.close()
    await seen.done.wait()
    assert seen.result == (WSMsgType.CLOSING, True)


@pytest.mark.spec("ADD-687", "ADD-688")
async def test_the_end_of_the_handler_closes(run: Any) -> None:
    async def body(ws: WebSocketResponse[Any]) -> None:
        await ws.send_str("only this")

    peer = await (await run(Seen(body))).open()
    peer.polite = False
    assert [message.data for message in [await peer.next(), await peer.next()]] == [
        "only this",
        1000,
    ]
    peer.send(frame(CLOSE, close_payload(1000)))
    assert await peer.next() is None


@pytest.mark.parametrize("error", [KeyError("x"), HTTPForbidden(), HTTPBadRequest()])
async def test_a_handler_that_fails_says_1011(
    run: Any, error: Exception, caplog: pytest.LogCaptureFixture
) -> None:
    async def body(ws: WebSocketResponse[Any]) -> None:
        await ws.receive()
        raise error

    peer = await (await run(Seen(body))).open()
    peer.send(frame(TEXT, b"x"))
    got = await peer.all()
    assert [(message.type, message.data) for message in got] == [(WSMsgType.CLOSE, 1011)]
    logged = [record for record in caplog.records if record.levelno >= logging.ERROR]
    assert [record.exc_info[1] for record in logged if record.exc_info] == [error]


@pytest.mark.parametrize("returned", [None, Response(text="no"), "nonsense"])
async def test_what_a_handler_returns_cannot_be_sent(
    run: Any, returned: Any, caplog: pytest.LogCaptureFixture
) -> None:
    async def handler(request: Request) -> Any:
        ws = WebSocketResponse()
        await ws.prepare(request)
        return returned

    peer = await (await run(handler)).open()
    assert [message.data for message in await peer.all()] == [1000]
    errors = [record for record in caplog.records if record.levelno >= logging.ERROR]
    assert len(errors) == (not isinstance(returned, Response))


# Heartbeat


@pytest.mark.spec("WSS-07", "ADD-691", "ADD-689")
async def test_a_dead_client(run: Any) -> None:
    seen = Seen(echo, heartbeat=0.05)
    peer = await (await run(seen)).open()
    message = await peer.next()
    assert message is not None
    assert message.type is WSMsgType.PING
    await seen.done.wait()
    assert [message.type for message in seen.result] == [WSMsgType.ERROR]
    assert isinstance(seen.ws.exception(), asyncio.TimeoutError)
    assert (seen.ws.closed, seen.ws.close_code) == (True, 1006)


@pytest.mark.spec("WSS-07", "ADD-689")
async def test_a_living_client(run: Any) -> None:
    # Half of this is what a busy machine has for the way of a pong.
    seen = Seen(echo, heartbeat=0.5)
    peer = await (await run(seen)).open()
    for _ in range(2):
        message = await peer.next()
        assert message is not None
        assert message.type is WSMsgType.PING
        peer.send(frame(PONG, message.data))
    await peer.close()
    assert seen.result == []


# Flow control


@pytest.mark.spec("WSS-09", "ADD-694", "ADD-669")
async def test_back_pressure_both_ways(run: Any) -> None:
    sent = 0

    async def body(ws: WebSocketResponse[Any]) -> Any:
        nonlocal sent
        await ws.receive()
        while True:
            await ws.send_bytes(bytes(65536))
            sent += 1

    seen = Seen(body)
    served = await run(seen)
    peer = await served.open()
    peer.writer.transport.set_write_buffer_limits(0)
    peer.send(frame(TEXT, b"go"))
    before = -1
    while sent != before:
        before = sent
        await asyncio.sleep(0.05)
    assert sent < 1000  # the sender waits: what it sent is in the kernel's buffers
    # Nobody receives: the server stops reading, and our writing has to wait.
    draining = asyncio.create_task(asyncio.sleep(0))
    for _ in range(1000):
        peer.send(frame(BINARY, bytes(65536)))
        draining = asyncio.create_task(peer.writer.drain())
        done, _ = await asyncio.wait((draining,), timeout=0.3)
        if not done:
            break
    else:
        raise AssertionError("the server reads without limit")
    draining.cancel()
    peer.writer.transport.abort()
    await seen.done.wait()
    assert isinstance(seen.error, ClientConnectionResetError)


# Shutting down


@pytest.mark.spec("WSS-26", "SHUT-03")
async def test_shutting_down_says_1001(run: Any) -> None:
    seen = Seen(echo)
    served = await run(seen)
    peer = await served.open()
    peer.polite = False
    cleaning = asyncio.create_task(served.runner.cleanup())
    message = await peer.next()
    assert message is not None
    assert message.data == WSCloseCode.GOING_AWAY
    peer.send(frame(CLOSE, close_payload(1001)))
    assert await peer.next() is None
    await cleaning
    assert seen.error is None
    assert seen.ws.close_code == 1001


@pytest.mark.spec("WSS-26", "SHUT-03")
async def test_applications_may_close_themselves(run: Any) -> None:
    seen = Seen(echo)

    async def close(app: Application) -> None:
        await seen.ws.close(code=4000, message="by the application")

    served = await run(seen, on_shutdown=close)
    peer = await served.open()
    peer.polite = False
    cleaning = asyncio.create_task(served.runner.cleanup())
    assert await peer.next() == (WSMsgType.CLOSE, 4000, "by the application")
    assert await peer.close(4000) == []
    await cleaning


async def test_a_handler_that_does_not_end_is_cancelled(run: Any) -> None:
    async def body(ws: WebSocketResponse[Any]) -> None:
        await asyncio.Event().wait()

    seen = Seen(body, timeout=5)
    served = await run(seen, shutdown_timeout=0.1)
    peer = await served.open()
    peer.polite = False
    cleaning = asyncio.create_task(served.runner.cleanup())
    assert [message.data for message in await peer.all()] == [1001]
    await cleaning
    assert isinstance(seen.error, asyncio.CancelledError)


async def test_cancelling_the_handler_at_every_turn(run: Any) -> None:
    """Whatever it awaits, the connection is given back and closed."""
    for count in range(12):
        app_handler = Seen(echo)
        served = await run(app_handler)
        peer = await served.open()
        peer.send(frame(TEXT, b"a") + frame(BINARY, os.urandom(10)) + frame(PING))
        for _ in range(count):
            await asyncio.sleep(0)
        (connection,) = served.runner.server.connections
        connection.task.cancel()
        got = await peer.all()
        assert all(message.type is not WSMsgType.ERROR for message in got)
        peer.writer.close()
        while served.runner.server.connections:
            await asyncio.sleep(0)
        assert app_handler.ws.closed


async def test_repr(run: Any) -> None:
    shown = [repr(WebSocketResponse())]

    async def body(ws: WebSocketResponse[Any]) -> None:
        shown.append(repr(ws))
        await ws.receive()
        shown.append(repr(ws))

    async def closing(ws: WebSocketResponse[Any]) -> None:
        task = asyncio.create_task(ws.close())
        assert (await ws.receive()).type is WSMsgType.CLOSING
        shown.append(repr(ws))
        await task

    peer = await (await run(Seen(body))).open()
    await peer.close(1001)
    await (await (await run(Seen(closing))).open()).all()
    assert shown == [
        "<WebSocketResponse Switching Protocols not prepared>",
        "<WebSocketResponse GET / [open]>",
        "<WebSocketResponse GET / [closed 1001]>",
        "<WebSocketResponse GET / [closing]>",
    ]


async def test_the_address_is_known_to_the_access_log_after_a_loss(run: Any) -> None:
    seen = Seen(echo)
    requests: list[Request] = []

    async def handler(request: Request) -> Any:
        requests.append(request)
        return await seen(request)

    peer = await (await run(handler)).open()
    peer.writer.transport.abort()
    await seen.done.wait()
    assert requests[0].transport is None
    assert requests[0].remote == "127.0.0.1"


@pytest.mark.spec("ADD-1021")
def test_subscriptable() -> None:
    assert WebSocketResponse[bool] is not None
