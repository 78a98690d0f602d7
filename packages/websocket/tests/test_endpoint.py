import asyncio
import json
from typing import Any

import pytest
from frames_by_hand import frame
from memory_wire import Wire, server_on

from aiohttp_websocket import (
    WebSocketConnection,
    WebSocketEndpoint,
    WSMessage,
    WSMessageTypeError,
    WSMsgType,
)

KEY = b"\x01\x02\x03\x04"
TEXT, BINARY, CLOSE = 1, 2, 8


class End(WebSocketEndpoint[bool]):
    def __init__(self, connection: WebSocketConnection | None = None) -> None:
        self._ws = connection


@pytest.fixture
async def wire() -> Wire:
    return Wire()


@pytest.fixture
async def end(wire: Wire) -> End:
    return End(server_on(wire, close_timeout=0))


def give(end: End, *frames: tuple[int, bytes]) -> None:
    assert end._ws is not None
    end._ws.data_received(b"".join(frame(op, data, key=KEY) for op, data in frames))


async def test_before_there_is_a_connection() -> None:
    end = End()
    assert (end.closed, end.close_code, end.exception()) == (False, None, None)
    for call in (end.receive(), end.send_str(""), end.ping(), end.listen(print), anext(end)):
        with pytest.raises(RuntimeError, match="prepare"):
            await call
    with pytest.raises(RuntimeError, match="prepare"):
        end.send_nowait("")


@pytest.mark.spec("WSS-17", "WSS-18", "WSS-19", "ADD-684", "ADD-685")
async def test_sending(end: End, wire: Wire) -> None:
    await end.send_str("é")
    for data in (b"b", bytearray(b"b"), memoryview(b"b")):
        await end.send_bytes(data)
    await end.send_json([1], dumps=json.dumps)
    await end.send_json_bytes([2], dumps=lambda data: b"two")
    await end.send_frame(b"f", WSMsgType.TEXT)
    await end.ping("p")
    await end.ping(bytearray(b"p"))
    await end.pong(memoryview(b"q"))
    assert end.send_nowait("now")
    assert end.send_nowait(bytearray(b"now"))
    for call in (end.send_str(b""), end.send_bytes("")):  # type: ignore[arg-type]
        with pytest.raises(TypeError, match="data argument"):
            await call
    assert [(int(message.type), message.data) for message in wire.sent()] == [
        (1, "é"),
        (2, b"b"),
        (2, b"b"),
        (2, b"b"),
        (1, "[1]"),
        (2, b"two"),
        (1, "f"),
        (9, b"p"),
        (9, b"p"),
        (10, b"q"),
        (1, "now"),
        (2, b"now"),
    ]


@pytest.mark.spec("WSS-09", "ADD-694")
@pytest.mark.parametrize("text", [True, False])
async def test_senders_wait(wire: Wire, text: bool) -> None:
    end = End(server_on(wire, writer_limit=0))
    wire.gate.pause()
    task = asyncio.create_task(end.send_str("x") if text else end.send_bytes(b"x"))
    await asyncio.sleep(0)
    assert not task.done()
    wire.gate.resume()
    await task


@pytest.mark.spec("WSS-22", "WSS-23", "WSS-24", "ADD-680", "ADD-682")
async def test_receiving(end: End) -> None:
    give(end, (TEXT, b"a"), (BINARY, b"b"), (TEXT, b"{}"), (TEXT, b"c"), (BINARY, b"d"))
    assert (await end.receive()).data == "a"
    assert await end.receive_bytes() == b"b"
    assert await end.receive_json() == {}
    assert await end.receive_str(timeout=1) == "c"
    assert (await end.receive(timeout=1)).data == b"d"
    give(end, (TEXT, b"x"), (BINARY, b"x"), (BINARY, b"x"))
    for call in (end.receive_bytes, end.receive_str, end.receive_json):
        with pytest.raises(WSMessageTypeError):
            await call()
    give(end, (BINARY, b"x" * 10_000), (CLOSE, b"\x03\xe9"))
    with pytest.raises(WSMessageTypeError, match=r"^Received message WSMsgType.BINARY:b'x+\.\.\."):
        await end.receive_str()
    with pytest.raises(WSMessageTypeError, match=r"WSMsgType.CLOSE:1001 is not WSMsgType.BINARY$"):
        await end.receive_bytes()


@pytest.mark.parametrize("iterate", [True, False])
async def test_receiving_what_comes_later(end: End, iterate: bool) -> None:
    got: list[Any] = []

    async def receive() -> None:
        if iterate:
            async for message in end:
                got.append(message.data)
        else:
            while (message := await end.receive()).type is not WSMsgType.CLOSE:
                got.append(message.data)

    task = asyncio.create_task(receive())
    for number in range(3):
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        give(end, (TEXT, str(number).encode()))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    give(end, (CLOSE, b""))
    await task
    assert got == ["0", "1", "2"]
    assert end.closed
    assert end.close_code == 0


@pytest.mark.spec("ADD-676", "ADD-680")
@pytest.mark.parametrize("iterate", [True, False])
async def test_a_close_of_another_task(end: End, iterate: bool) -> None:
    async def receive() -> WSMessage | None:
        if iterate:
            async for message in end:
                return message
            return None
        return await end.receive()

    task = asyncio.create_task(receive())
    await asyncio.sleep(0)
    assert end._ws is not None
    await end._ws.close()
    message = await task
    assert message is None if iterate else message == (WSMsgType.CLOSING, None, None)


async def test_listening(end: End) -> None:
    got: list[Any] = []
    give(end, (TEXT, b"a"), (CLOSE, b""))
    await end.listen(lambda message: got.append(message.data))
    assert got == ["a"]
