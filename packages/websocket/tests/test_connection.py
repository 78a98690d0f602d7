import asyncio
import contextlib
import logging
import os
from collections.abc import Callable
from typing import Any

import pytest
from frames_by_hand import frame
from hypothesis import given, settings
from hypothesis import strategies as st
from memory_wire import Pair, Wire, server_on

from aiohttp_core.errors import ClientConnectionResetError
from aiohttp_websocket import (
    DeflateParams,
    HeartbeatError,
    WebSocketConnection,
    WebSocketError,
    WebSocketSettings,
    WSCloseCode,
    WSMessage,
    WSMsgType,
    close_payload,
)
from aiohttp_websocket import connection as connection_module

KEY = b"\x01\x02\x03\x04"
TEXT, BINARY, CLOSE, PING, PONG = 1, 2, 8, 9, 10


def masked(opcode: int, payload: bytes = b"", **options: Any) -> bytes:
    return frame(opcode, payload, key=KEY, **options)


def closing(code: int = 1000, reason: bytes = b"") -> bytes:
    return masked(CLOSE, close_payload(code, reason))


async def turns(count: int = 5) -> None:
    for _ in range(count):
        await asyncio.sleep(0)


# Receiving


async def test_messages_are_received_in_order() -> None:
    ws = server_on(Wire())
    ws.data_received(masked(TEXT, b"a") + masked(BINARY, b"b"))
    assert await ws.receive() == (WSMsgType.TEXT, "a", "")
    assert await ws.receive() == (WSMsgType.BINARY, b"b", "")
    receiving = asyncio.create_task(ws.receive())
    await turns()
    ws.data_received(masked(TEXT, b"c"))
    assert (await receiving).data == "c"


async def test_the_fast_path() -> None:
    ws = server_on(Wire())
    assert ws.take() is None
    waiter = ws.arrival()
    assert waiter is not None
    assert ws.arrival() is None
    ws.data_received(masked(TEXT, b"a"))
    assert await waiter is None
    assert ws.take() == (WSMsgType.TEXT, "a", "")
    ws.data_received(closing(3000))
    assert ws.take() is None
    assert ws.arrival() is None
    assert await ws.receive() == (WSMsgType.CLOSE, 3000, "")
    assert ws.take() is None
    assert ws.arrival() is None


async def test_a_timeout_for_every_receive_rules_the_fast_path_out() -> None:
    assert server_on(Wire(), receive_timeout=1).arrival() is None


@pytest.mark.spec("ADD-675", "WSS-25", "WSC-17")
async def test_one_task_receives() -> None:
    ws = server_on(Wire())
    receiving = asyncio.create_task(ws.receive())
    await turns()
    with pytest.raises(RuntimeError, match="Concurrent"):
        await ws.receive()
    with pytest.raises(RuntimeError, match="Concurrent"):
        await ws.listen(print)
    ws.data_received(masked(TEXT, b"a"))
    assert (await receiving).data == "a"


@pytest.mark.spec("ADD-678", "WSS-04", "WSS-22")
@pytest.mark.parametrize(("default", "given"), [(0.01, None), (60, 0.01), (None, 0.01)])
async def test_a_receive_timeout_leaves_the_connection_open(
    default: float | None, given: float | None
) -> None:
    ws = server_on(Wire(), receive_timeout=default)
    with pytest.raises(TimeoutError, match=r"^No message was received within 0.01 seconds$"):
        await ws.receive(given)
    assert not ws.closed
    assert ws.close_code is None
    ws.data_received(masked(TEXT, b"a"))
    assert (await ws.receive(5)).data == "a"


async def test_a_lost_peer_is_no_receive_timeout() -> None:
    ws = server_on(Wire(), receive_timeout=60)
    task = asyncio.create_task(ws.receive())
    await turns()
    ws.abort(HeartbeatError("silent"))
    assert await task == (WSMsgType.ERROR, ws.exception(), None)


async def test_cancelling_a_receiver_loses_nothing() -> None:
    for count in range(6):
        ws = server_on(Wire())
        receiving = asyncio.create_task(ws.receive())
        await turns(count)
        ws.data_received(masked(TEXT, b"a"))
        receiving.cancel()
        try:
            got = (await receiving).data
        except asyncio.CancelledError:
            got = (await ws.receive()).data
        assert got == "a"


@pytest.mark.spec("ADD-669", "ADD-823")
async def test_reading_pauses_above_the_limit_and_resumes_below_half_of_it() -> None:
    wire = Wire()
    ws = server_on(wire, read_limit=500)
    message = masked(BINARY, bytes(100))
    ws.data_received(message * 6)
    assert wire.reading_paused
    assert len(ws.queue) == 5  # 5 * (100 + 128) > 2 * 500; the sixth is still bytes
    for _ in range(3):
        await ws.receive()
    assert not wire.reading_paused
    assert len(ws.queue) == 3


async def test_pieces_that_come_while_paused_are_kept() -> None:
    wire = Wire()
    ws = server_on(wire, read_limit=0)
    data = b"".join(masked(TEXT, str(number).encode()) for number in range(20))
    for index in range(len(data)):
        ws.data_received(data[index : index + 1])
    got = [(await ws.receive()).data for _ in range(20)]
    assert got == [str(number) for number in range(20)]
    assert not wire.reading_paused


@pytest.mark.spec("ADD-667")
async def test_one_read_cannot_inflate_beyond_the_limit() -> None:
    wire = Wire()
    deflate = DeflateParams()
    client = WebSocketConnection(wire, server=False, settings=WebSocketSettings(), deflate=deflate)
    for _ in range(20):
        client.send_nowait(bytes(10_000))
    ws = server_on(Wire(), deflate=deflate, read_limit=20_000)
    ws.data_received(b"".join(wire.written))
    assert len(ws.queue) < 6
    for _ in range(20):
        assert (await ws.receive()).data == bytes(10_000)


@pytest.mark.spec("ADD-683")
async def test_text_may_stay_bytes() -> None:
    ws = server_on(Wire(), decode_text=False)
    ws.data_received(masked(TEXT, b"\xff"))
    assert await ws.receive() == (WSMsgType.TEXT, b"\xff", "")


# Pings


@pytest.mark.spec("WSS-06", "WSC-15")
async def test_a_ping_is_answered_whether_or_not_anybody_receives() -> None:
    wire = Wire()
    ws = server_on(wire)
    ws.data_received(masked(PING, b"p") + masked(PONG, b"unasked"))
    assert wire.sent() == [(WSMsgType.PONG, b"p", "")]
    assert ws.take() is None


@pytest.mark.spec("ADD-681")
@pytest.mark.parametrize("listening", [False, True])
async def test_pings_can_be_left_to_the_application(listening: bool) -> None:
    wire = Wire()
    ws = server_on(wire, autoping=False)
    got: list[WSMessage] = []
    task = asyncio.create_task(ws.listen(got.append)) if listening else None
    await turns()
    ws.data_received(masked(PING, b"p") + masked(PONG, b"q"))
    if task is None:
        got += [await ws.receive(), await ws.receive()]
    assert got == [(WSMsgType.PING, b"p", ""), (WSMsgType.PONG, b"q", "")]
    assert wire.written == []
    if task is not None:
        task.cancel()


async def test_only_the_latest_ping_waits_for_a_slow_peer() -> None:
    wire = Wire()
    ws = server_on(wire)
    wire.gate.pause()
    for number in range(1000):
        ws.data_received(masked(PING, str(number).encode()))
    await turns()
    assert wire.written == []
    wire.gate.resume()
    await turns()
    assert wire.sent() == [(WSMsgType.PONG, b"999", "")]
    ws.data_received(masked(PING, b"next"))
    assert wire.sent()[1:] == [(WSMsgType.PONG, b"next", "")]


async def test_a_ping_on_a_connection_that_goes_is_not_answered() -> None:
    wire = Wire()
    ws = server_on(wire)
    wire.gate.pause()
    ws.data_received(masked(PING))
    await turns()
    wire.gate.close()
    ws.connection_lost(None)
    await turns()
    wire.close()
    ws.data_received(masked(PING))
    closed = server_on(wire)
    closed.data_received(masked(PING))
    assert wire.written == []


# Closing


@pytest.mark.spec("ADD-673", "ADD-674", "WSS-05", "WSS-13")
async def test_the_peer_closes() -> None:
    wire = Wire()
    ws = server_on(wire)
    ws.data_received(masked(TEXT, b"a") + closing(3001, b"bye"))
    assert (await ws.receive()).data == "a"
    assert not ws.closed
    assert await ws.receive() == (WSMsgType.CLOSE, 3001, "bye")
    assert wire.sent() == [(WSMsgType.CLOSE, 1000, "")]
    assert (ws.closed, ws.close_code, wire.state) == (True, 3001, "closing")
    for _ in range(2):
        assert await ws.receive() == (WSMsgType.CLOSED, None, None)
    assert await ws.close() is False
    assert ws.exception() is None


@pytest.mark.spec("ADD-673")
async def test_a_close_without_a_code() -> None:
    ws = server_on(Wire())
    ws.data_received(masked(CLOSE))
    assert await ws.receive() == (WSMsgType.CLOSE, 0, "")
    assert ws.close_code == 0


@pytest.mark.spec("WSS-05")
async def test_without_autoclose_the_caller_closes() -> None:
    wire = Wire()
    ws = server_on(wire, autoclose=False, close_timeout=0.01)
    ws.data_received(closing(3001))
    await asyncio.sleep(0.03)
    assert (await ws.receive()).data == 3001
    assert ws.arrival() is None
    assert await ws.receive() == (WSMsgType.CLOSING, None, None)
    assert wire.written == []
    assert not ws.closed
    assert await ws.close(code=3002) is True
    assert wire.sent() == [(WSMsgType.CLOSE, 3002, "")]
    assert ws.close_code == 3001


@pytest.mark.spec("ADD-677", "WSS-21", "WSC-14", "WSS-03")
async def test_we_close_and_the_peer_answers() -> None:
    wire = Wire()
    ws = server_on(wire)
    task = asyncio.create_task(ws.close(code=1001, message="ciao"))
    await turns()
    assert wire.sent() == [(WSMsgType.CLOSE, 1001, "ciao")]
    ws.data_received(masked(TEXT, b"dropped") + masked(PING) + closing(1001))
    assert await task is True
    assert (ws.close_code, wire.state, ws.exception()) == (1001, "closing", None)
    assert len(wire.sent()) == 1


@pytest.mark.spec("ADD-677", "WSS-03")
async def test_a_peer_that_does_not_answer() -> None:
    wire = Wire()
    ws = server_on(wire, close_timeout=0.01)
    assert await ws.close() is True
    assert (ws.close_code, wire.state) == (1006, "closing")
    assert isinstance(ws.exception(), asyncio.TimeoutError)


async def test_a_close_timeout_of_zero_does_not_wait() -> None:
    wire = Wire()
    ws = server_on(wire, close_timeout=0)
    await ws.close()
    assert wire.sent() == [(WSMsgType.CLOSE, 1000, "")]
    assert ws.close_code == 1006


async def test_a_transport_that_does_not_drain_is_cut() -> None:
    wire = Wire()
    ws = server_on(wire, close_timeout=0.01)
    wire.gate.pause()
    wire.buffered = 100
    await ws.close()
    assert wire.state == "closing"
    wire.ended.clear()
    await wire.ended.wait()
    assert wire.state == "aborted"


@pytest.mark.spec("ADD-676")
async def test_closing_interrupts_the_receiver() -> None:
    ws = server_on(Wire(), close_timeout=0.05)
    receiving = asyncio.create_task(ws.receive())
    await turns()
    task = asyncio.create_task(ws.close())
    assert await receiving == (WSMsgType.CLOSING, None, None)
    assert await ws.receive() == (WSMsgType.CLOSED, None, None)
    ws.data_received(closing())
    assert await task is True


async def test_closing_ends_listening() -> None:
    ws = server_on(Wire(), close_timeout=0.05)
    got: list[WSMessage] = []
    listening = asyncio.create_task(ws.listen(got.append))
    await turns()
    task = asyncio.create_task(ws.close())
    await listening
    ws.data_received(masked(TEXT, b"dropped") + closing())
    await task
    assert got == []


@pytest.mark.parametrize(
    ("code", "reason"), [(1006, ""), (1005, ""), (999, ""), (5000, ""), (1000, "x" * 124)]
)
async def test_what_may_not_stand_in_a_close_is_refused(code: int, reason: str) -> None:
    wire = Wire()
    ws = server_on(wire)
    with pytest.raises(ValueError, match="Close"):
        await ws.close(code=code, message=reason)
    assert not ws.closed
    assert wire.written == []


async def test_a_close_that_came_before_ours_is_an_answer() -> None:
    wire = Wire()
    ws = server_on(wire)
    ws.data_received(closing(3000))
    assert ws.take() is None  # it has left the queue, and nobody was told
    await ws.close()
    assert ws.close_code == 3000
    assert ws.exception() is None


async def test_cancelling_close_closes_the_transport() -> None:
    for count in range(8):
        wire = Wire()
        ws = server_on(wire)
        task = asyncio.create_task(ws.close())
        await turns(count)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        if count:
            assert ws.closed
            assert (ws.close_code, wire.state) == (1006, "closing")
        else:
            assert not ws.closed


@pytest.mark.spec("ADD-687")
async def test_waiting_for_a_close_of_another_task() -> None:
    wire = Wire()
    ws = server_on(wire)
    closer = asyncio.create_task(ws.close())
    await turns()
    waiting = asyncio.create_task(ws.wait_closed())
    await turns()
    assert not waiting.done()
    ws.data_received(closing())
    await waiting
    assert await closer is True
    await ws.wait_closed()


@pytest.mark.spec("WSS-26", "SHUT-03")
async def test_going_away() -> None:
    wire = Wire()
    ws = server_on(wire)
    receiving = asyncio.create_task(ws.receive())
    await turns()
    ws.going_away()
    ws.going_away()
    assert (await receiving).type is WSMsgType.CLOSING
    ws.data_received(closing(1001))
    await ws.wait_closed()
    assert wire.sent() == [(WSMsgType.CLOSE, 1001, "")]
    assert ws.close_code == 1001
    ws.going_away()


async def test_going_away_leaves_a_close_of_the_application_alone() -> None:
    wire = Wire()
    ws = server_on(wire)
    closer = asyncio.create_task(ws.close(code=4000))
    await turns()
    ws.going_away()
    ws.data_received(closing(4000))
    await closer
    assert wire.sent() == [(WSMsgType.CLOSE, 4000, "")]


async def test_an_abandoned_connection_says_1011() -> None:
    wire = Wire()
    ws = server_on(wire)
    ws.abandon()
    assert wire.sent() == [(WSMsgType.CLOSE, 1011, "")]
    assert ws.lingering
    ws.abandon()
    assert wire.state == "half"
    ws.connection_lost(None)
    assert not ws.lingering


async def test_a_close_under_way_is_cut_by_abandoning() -> None:
    wire = Wire()
    ws = server_on(wire, close_timeout=0.05)
    task = asyncio.create_task(ws.close())
    await turns()
    ws.abandon()
    assert wire.state == "closing"
    ws.connection_lost(None)
    await task
    assert ws.close_code == 1006


# Losses


@pytest.mark.spec("ADD-679", "ADD-766")
@pytest.mark.parametrize("cause", [None, ConnectionResetError("reset")])
async def test_a_loss_is_told_after_what_came_before(cause: Exception | None) -> None:
    wire = Wire()
    ws = server_on(wire)
    ws.data_received(masked(TEXT, b"a"))
    wire.close()
    ws.connection_lost(cause)
    assert ws.lost
    assert not ws.closed
    assert (await ws.receive()).data == "a"
    assert ws.closed
    assert await ws.receive() == (WSMsgType.CLOSED, None, None)
    assert (ws.close_code, ws.exception()) == (1006, cause)
    with pytest.raises(ClientConnectionResetError):
        await ws.send(b"", TEXT)


async def test_the_end_of_the_stream_without_a_close() -> None:
    wire = Wire()
    ws = server_on(wire)
    receiving = asyncio.create_task(ws.receive())
    await turns()
    assert ws.eof_received() is False
    assert await receiving == (WSMsgType.CLOSED, None, None)
    assert (ws.close_code, wire.state) == (1006, "closing")


async def test_closing_a_lost_connection() -> None:
    wire = Wire()
    ws = server_on(wire)
    wire.close()
    ws.connection_lost(None)
    assert await ws.close() is True
    assert ws.close_code == 1006


async def test_a_loss_during_the_handshake_of_closing() -> None:
    wire = Wire()
    ws = server_on(wire)
    task = asyncio.create_task(ws.close())
    await turns()
    ws.connection_lost(None)
    await task
    assert ws.close_code == 1006


async def test_the_transport_is_gone_already() -> None:
    wire = Wire()
    ws = server_on(wire, close_timeout=0.01)
    wire.transport = None
    ws.data_received(masked(3))
    assert (await ws.receive()).type is WSMsgType.ERROR
    assert ws.closed
    other = server_on(Wire(), heartbeat=0.01)
    other.abort(OSError())
    assert other.closed


# Broken messages: the code of the RFC, nothing delivered, and the end

BROKEN = [
    pytest.param(frame(TEXT, b"hello"), 1002, id="W01 unmasked"),
    pytest.param(masked(TEXT, b"a", rsv=2), 1002, id="W02 RSV2"),
    pytest.param(masked(TEXT, b"a", rsv=1), 1002, id="W02 RSV3"),
    pytest.param(masked(TEXT, b"a", rsv=4), 1002, id="W03 RSV1 without deflate"),
    pytest.param(masked(3), 1002, id="W04 opcode"),
    pytest.param(masked(PING, bytes(126)), 1002, id="W05 large ping"),
    pytest.param(masked(PING, fin=False), 1002, id="W05 fragmented ping"),
    pytest.param(masked(0), 1002, id="W06 continuation without start"),
    pytest.param(masked(TEXT, fin=False) + masked(TEXT), 1002, id="W06 text inside text"),
    pytest.param(masked(BINARY, b"12345", length_form=16), 1002, id="W08 not minimal"),
    pytest.param(masked(BINARY, b"", length_form=64, declared=2**63), 1009, id="W08 2**63"),
    pytest.param(masked(CLOSE, b"\x03"), 1002, id="W09 one byte"),
    pytest.param(masked(CLOSE, b"\x03\xee"), 1002, id="W09 1006"),
    pytest.param(masked(CLOSE, b"\x03\xe8\xff"), 1007, id="W09 reason"),
    pytest.param(masked(TEXT, b"\xff", fin=False), 1007, id="W10 UTF-8"),
    pytest.param(masked(BINARY, b"", declared=4 * 2**20 + 1), 1009, id="too big"),
]


@pytest.mark.spec("ADD-672", "ADD-670")
@pytest.mark.parametrize(("data", "code"), BROKEN)
async def test_a_broken_message(data: bytes, code: int, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG, logger="aiohttp.websocket")
    wire = Wire()
    ws = server_on(wire)
    ws.data_received(masked(TEXT, b"before") + data + masked(TEXT, b"after"))
    assert (await ws.receive()).data == "before"
    await ws.send(b"answer", TEXT)  # what came before can be answered
    message = await ws.receive()
    assert message.type is WSMsgType.ERROR
    assert isinstance(message.data, WebSocketError)
    assert message.data.code == code
    assert ws.exception() is message.data
    assert wire.sent() == [(WSMsgType.TEXT, "answer", ""), (WSMsgType.CLOSE, code, "")]
    assert (ws.closed, ws.close_code, wire.state) == (True, 1006, "half")
    assert ws.lingering
    assert not wire.reading_paused
    assert len(caplog.records) == 1
    assert (await ws.receive()).type is WSMsgType.CLOSED
    ws.data_received(masked(TEXT, b"ignored"))
    ws.connection_lost(None)
    assert not ws.lingering


async def test_who_was_told_and_does_not_go_is_cut() -> None:
    wire = Wire()
    ws = server_on(wire, close_timeout=0.01)
    ws.data_received(masked(3))
    await ws.receive()
    assert wire.state == "half"
    wire.ended.clear()
    await wire.ended.wait()
    assert wire.state == "aborted"


async def test_without_halves_the_transport_is_closed() -> None:
    wire = Wire()
    wire.half_close = False
    ws = server_on(wire)
    ws.data_received(masked(3))
    await ws.receive()
    assert (wire.state, ws.lingering) == ("closing", False)


async def test_a_peer_that_has_reset_the_connection() -> None:
    wire = Wire()
    wire.eof_error = OSError(107, "not connected")
    ws = server_on(wire)
    ws.data_received(masked(3))
    await ws.receive()
    assert (wire.state, ws.lingering) == ("aborted", False)


async def test_a_peer_that_is_gone_cannot_be_told() -> None:
    wire = Wire()
    ws = server_on(wire)
    ws.data_received(masked(3))
    wire.close()
    assert (await ws.receive()).type is WSMsgType.ERROR
    assert wire.written == []


@pytest.mark.parametrize(
    ("data", "code"), [(masked(TEXT, b"unread") + masked(3), 1002), (closing(3000), 1000)]
)
async def test_the_end_is_answered_though_nobody_receives(data: bytes, code: int) -> None:
    wire = Wire()
    ws = server_on(wire, close_timeout=0.01)
    ws.data_received(data)
    assert wire.written == []
    await wire.ended.wait()
    assert wire.sent() == [(WSMsgType.CLOSE, code, "")]
    assert ws.closed
    assert ws.close_code == (3000 if code == 1000 else 1006)
    with pytest.raises(ClientConnectionResetError):
        await ws.send(b"", TEXT)


async def test_a_breach_during_our_close() -> None:
    wire = Wire()
    ws = server_on(wire)
    task = asyncio.create_task(ws.close())
    await turns()
    ws.data_received(masked(3))
    await task
    assert isinstance(ws.exception(), WebSocketError)
    assert ws.close_code == 1006


# Listening


@pytest.mark.parametrize("before", [0, 3])
async def test_listening(before: int) -> None:
    wire = Wire()
    ws = server_on(wire)
    got: list[Any] = []
    ws.data_received(b"".join(masked(TEXT, str(n).encode()) for n in range(before)))

    def on_message(message: WSMessage) -> None:
        got.append(message.data)
        assert ws.send_nowait("echo")

    task = asyncio.create_task(ws.listen(on_message))
    await turns()
    ws.data_received(masked(TEXT, b"x") + masked(PING, b"p") + masked(TEXT, b"y") + closing(3000))
    await task
    assert got == [*(str(n) for n in range(before)), "x", "y"]
    kinds = [message.type for message in wire.sent()]
    assert kinds.count(WSMsgType.PONG) == 1
    assert kinds[-1] is WSMsgType.CLOSE
    assert ws.close_code == 3000
    assert ws.closed


async def test_listening_keeps_the_order_of_held_messages() -> None:
    ws = server_on(Wire(), read_limit=100)
    data = b"".join(masked(TEXT, str(n).encode()) for n in range(50))
    ws.data_received(data)
    got: list[int] = []
    task = asyncio.create_task(ws.listen(lambda message: got.append(int(message.data))))
    await turns()
    ws.data_received(masked(TEXT, b"50") + closing())
    await task
    assert got == list(range(51))


@pytest.mark.parametrize("waiting", [True, False])
async def test_an_error_of_the_listener_is_raised_and_closes_with_1011(waiting: bool) -> None:
    wire = Wire()
    ws = server_on(wire)

    def fail(message: WSMessage) -> None:
        raise KeyError(message.data)

    data = masked(TEXT, b"a") + masked(TEXT, b"b")
    if waiting:
        ws.data_received(data)
    task = asyncio.create_task(ws.listen(fail))
    await turns()
    if not waiting:
        ws.data_received(data)
    await turns()
    ws.data_received(closing(1011))
    with pytest.raises(KeyError, match="a"):
        await task
    assert wire.sent() == [(WSMsgType.CLOSE, 1011, "")]
    assert ws.close_code == 1011


async def test_a_listener_is_no_coroutine_function() -> None:
    async def on_message(message: WSMessage) -> None:
        """Would never be awaited."""

    ws = server_on(Wire())
    with pytest.raises(TypeError, match="coroutine function"):
        await ws.listen(on_message)
    ws.data_received(masked(TEXT, b"a"))
    assert (await ws.receive()).data == "a"


async def test_a_breach_while_listening_is_raised() -> None:
    wire = Wire()
    ws = server_on(wire)
    task = asyncio.create_task(ws.listen(print))
    await turns()
    ws.data_received(masked(3))
    with pytest.raises(WebSocketError, match="opcode"):
        await task
    assert wire.sent() == [(WSMsgType.CLOSE, 1002, "")]


async def test_a_loss_ends_listening() -> None:
    ws = server_on(Wire())
    task = asyncio.create_task(ws.listen(print))
    await turns()
    ws.connection_lost(None)
    await task
    assert ws.close_code == 1006
    await ws.listen(print)


async def test_listening_can_be_cancelled_and_begun_again() -> None:
    ws = server_on(Wire())
    got: list[Any] = []
    for number in range(3):
        task = asyncio.create_task(ws.listen(lambda message: got.append(message.data)))
        await turns()
        with pytest.raises(RuntimeError, match="Concurrent"):
            await ws.receive()
        ws.data_received(masked(TEXT, str(number).encode()))
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
    ws.data_received(masked(TEXT, b"last"))
    assert got == ["0", "1", "2"]
    assert (await ws.receive()).data == "last"


async def test_a_flood_gives_others_their_turn(monkeypatch: pytest.MonkeyPatch) -> None:
    limit = connection_module.BURST
    size = 2**20
    count = limit // size + 3
    wire = Wire()
    deflate = DeflateParams()
    client = WebSocketConnection(
        wire,
        server=False,
        settings=WebSocketSettings(),
        deflate=deflate,
    )
    for _ in range(count):
        await client.send(bytes(size), BINARY)
    ws = server_on(Wire(), deflate=deflate)
    sizes: list[int] = []
    task = asyncio.create_task(ws.listen(lambda message: sizes.append(len(message.data))))
    await turns()
    ws.data_received(b"".join(wire.written))
    assert 0 < len(sizes) < count
    await turns()
    assert sizes == [size] * count
    task.cancel()


# Sending


async def test_sending_tells_whether_the_peer_keeps_up() -> None:
    wire = Wire()
    ws = server_on(wire)
    assert ws.send_nowait(b"a") is True
    wire.gate.pause()
    assert ws.send_nowait(b"b") is False
    wire.gate.resume()
    large = os.urandom(5 * 2**20)
    assert ws.send_nowait(large) is False
    assert ws.send_nowait("c") is False
    await turns()
    assert [message.data for message in wire.sent()] == [b"a", b"b", large, "c"]
    assert ws.send_nowait("d") is True


@pytest.mark.spec("ADD-694", "WSS-09", "ADD-693")
async def test_a_sender_waits_above_the_limit() -> None:
    wire = Wire()
    ws = server_on(wire, writer_limit=100)
    wire.gate.pause()
    await ws.send(bytes(50), BINARY)
    waiting = asyncio.create_task(ws.send(bytes(50), BINARY))
    await turns()
    assert not waiting.done()
    wire.gate.resume()
    await waiting
    assert len(wire.sent()) == 2


async def test_senders_in_several_tasks_keep_their_order() -> None:
    pair = Pair(deflate=DeflateParams())
    sizes = [10, 100_000, 20, 50_000, 30, 0]
    await asyncio.gather(*(pair.client.send(bytes(size), BINARY) for size in sizes))
    got = [len((await pair.server.receive(5)).data) for _ in sizes]
    assert got == sizes


@pytest.mark.spec("ADD-842", "ADD-791", "ADD-657")
async def test_cancelling_a_compressed_send_at_every_turn() -> None:
    for count in range(8):
        pair = Pair(deflate=DeflateParams())
        await pair.client.send(b"first" * 10, TEXT)
        sending = asyncio.create_task(pair.client.send(os.urandom(10_000) * 10, BINARY))
        await turns(count)
        sending.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await sending
        await pair.client.send(b"last" * 10, TEXT)
        got = [await pair.server.receive(5)]
        while got[-1].data != "last" * 10:
            got.append(await pair.server.receive(5))
        assert got[0].data == "first" * 10
        assert len(got) in (2, 3)


@pytest.mark.spec("ADD-658")
async def test_a_message_with_a_fresh_context_between_others() -> None:
    pair = Pair(deflate=DeflateParams())
    messages = [os.urandom(50) * 3 for _ in range(3)]
    for _ in range(2):
        for message, compress in zip(messages, (None, 9, 0), strict=True):
            await pair.client.send(message, BINARY, compress)
    got = [(await pair.server.receive(5)).data for _ in range(6)]
    assert got == messages * 2


async def test_a_breach_cuts_a_message_that_is_being_compressed() -> None:
    wire = Wire()
    ws = server_on(wire, deflate=DeflateParams())
    sending = asyncio.create_task(ws.send(os.urandom(200_000), BINARY))
    behind = asyncio.create_task(ws.send(b"b", BINARY))
    await turns(1)
    ws.data_received(masked(3))
    await ws.receive()
    for task in (sending, behind):
        with pytest.raises(ClientConnectionResetError):
            await task
    assert wire.sent(inflate=True) == [(WSMsgType.CLOSE, 1002, "")]


async def test_a_close_waits_for_a_message_that_is_being_compressed() -> None:
    pair = Pair(deflate=DeflateParams())
    data = os.urandom(200_000)
    sending = asyncio.create_task(pair.client.send(data, BINARY))
    await turns(1)
    closer = asyncio.create_task(pair.client.close())
    assert (await pair.server.receive(5)).data == data
    assert (await pair.server.receive(5)).type is WSMsgType.CLOSE
    await sending
    assert await closer is True
    assert pair.client.close_code == 1000


# Heartbeat


@pytest.mark.spec("C33", "WSS-07")
async def test_without_a_heartbeat_no_ping_is_ever_due(monkeypatch: pytest.MonkeyPatch) -> None:
    timers: list[float] = []
    loop = asyncio.get_running_loop()
    call_later: Callable[..., asyncio.TimerHandle] = loop.call_later

    def noting(delay: float, *args: Any, **options: Any) -> asyncio.TimerHandle:
        timers.append(delay)
        return call_later(delay, *args, **options)

    monkeypatch.setattr(loop, "call_later", noting)
    ws = server_on(Wire())
    ws.data_received(masked(TEXT, b"a") + masked(PING))
    assert (await ws.receive()).data == "a"
    assert timers == []
    beating = server_on(Wire(), heartbeat=30)
    assert timers == [30]
    beating.connection_lost(None)


@pytest.mark.spec("ADD-689", "ADD-691", "WSS-07", "WSC-03")
@pytest.mark.parametrize("receiving", [True, False])
async def test_a_peer_that_does_not_answer_a_ping(receiving: bool) -> None:
    wire = Wire()
    ws = server_on(wire, heartbeat=0.02)
    task = asyncio.create_task(ws.receive()) if receiving else None
    await wire.ended.wait()
    assert wire.sent() == [(WSMsgType.PING, b"", "")]
    assert (wire.state, ws.close_code, ws.closed) == ("aborted", 1006, True)
    assert isinstance(ws.exception(), HeartbeatError)
    message = await (task or ws.receive())
    assert message == (WSMsgType.ERROR, ws.exception(), None)
    assert "No PONG received after 0.01 seconds" in str(ws.exception())
    assert (await ws.receive()).type is WSMsgType.CLOSED


@pytest.mark.spec("ADD-690", "WSS-07", "ADD-873")
@pytest.mark.parametrize("data", [masked(PONG), masked(TEXT, b"x"), masked(TEXT, b"xy")[:3]])
async def test_any_data_keeps_the_connection(data: bytes) -> None:
    wire = Wire()
    ws = server_on(wire, heartbeat=0.02)
    pings = 0
    pinged = asyncio.Event()

    def answer(frame: bytes) -> None:
        nonlocal pings
        pings += 1
        if pings < 4:
            ws.data_received(data)
        else:
            pinged.set()

    wire.on_write = answer
    await pinged.wait()
    assert not ws.closed
    ws.abort(OSError("over"))
    assert pings == 4


async def test_a_paused_reader_is_no_reason_to_give_the_peer_up() -> None:
    wire = Wire()
    ws = server_on(wire, heartbeat=0.01, read_limit=10)
    ws.data_received(masked(TEXT, b"x") * 3)
    assert wire.reading_paused
    await asyncio.sleep(0.05)
    assert not ws.closed
    assert wire.written == []
    ws.abort(OSError("over"))


async def test_the_heartbeat_of_a_dead_transport() -> None:
    wire = Wire()
    ws = server_on(wire, heartbeat=0.01)
    wire.close()
    message = await ws.receive()
    assert message.type is WSMsgType.ERROR
    assert isinstance(ws.exception(), ClientConnectionResetError)


async def test_a_loss_during_the_heartbeat() -> None:
    ws = server_on(Wire(), heartbeat=0.01)
    ws.connection_lost(None)
    await asyncio.sleep(0.03)
    assert ws.exception() is None


# Both ends


async def test_both_close_at_once() -> None:
    pair = Pair()
    assert await asyncio.gather(pair.client.close(code=3001), pair.server.close(code=3002)) == [
        True,
        True,
    ]
    assert (pair.client.close_code, pair.server.close_code) == (3002, 3001)
    assert {wire.state for wire in pair.wires} == {"closing"}


def test_on_a_loop_only() -> None:
    with pytest.raises(RuntimeError, match="no running event loop"):
        server_on(Wire.__new__(Wire))


MESSAGES = st.lists(
    st.one_of(
        st.tuples(st.just(TEXT), st.text(max_size=300).map(str.encode)),
        st.tuples(st.just(BINARY), st.binary(max_size=300)),
        st.tuples(st.just(PING), st.binary(max_size=125)),
        st.tuples(st.just(BINARY), st.integers(0, 40_000).map(bytes)),
    ),
    max_size=12,
)
PARAMS = st.one_of(
    st.none(),
    st.builds(DeflateParams, st.integers(9, 15), st.integers(9, 15), st.booleans(), st.booleans()),
)


@settings(max_examples=60, deadline=None)
@given(
    messages=MESSAGES,
    deflate=PARAMS,
    piece=st.integers(1, 3000),
    limit=st.sampled_from([0, 1000, 2**18]),
    to_server=st.booleans(),
    cancels=st.lists(st.integers(0, 4), max_size=4),
)
def test_whatever_is_sent_arrives(
    messages: list[tuple[int, bytes]],
    deflate: DeflateParams | None,
    piece: int,
    limit: int,
    to_server: bool,
    cancels: list[int],
) -> None:
    async def scenario() -> None:
        pair = Pair(piece, deflate, writer_limit=limit)
        sender, receiver = (pair.client, pair.server) if to_server else (pair.server, pair.client)

        async def send() -> None:
            for opcode, payload in messages:
                await sender.send(payload, opcode)
            await sender.close(code=4000, message="end")

        sending = asyncio.create_task(send())
        expected = [
            (opcode, payload.decode() if opcode == TEXT else payload)
            for opcode, payload in messages
            if opcode != PING
        ]
        got = []
        while True:
            task = asyncio.create_task(receiver.receive(10))
            if cancels:
                await turns(cancels.pop())
                task.cancel()
            try:
                message = await task
            except asyncio.CancelledError:
                continue
            if message.type in (WSMsgType.CLOSE, WSMsgType.CLOSED):
                break
            got.append((int(message.type), message.data))
        assert got == expected
        await sending
        assert receiver.close_code in (4000, WSCloseCode.ABNORMAL_CLOSURE)
        assert sender.close_code in (1000, WSCloseCode.ABNORMAL_CLOSURE)
        if not cancels:
            assert receiver.closed

    asyncio.run(scenario())


@settings(max_examples=100, deadline=None)
@given(
    data=st.lists(
        st.one_of(
            st.binary(max_size=20),
            st.builds(
                masked,
                st.sampled_from([0, 1, 2, 3, 8, 9, 10]),
                st.binary(max_size=140),
                fin=st.booleans(),
                rsv=st.sampled_from([0, 0, 0, 4, 1]),
            ),
        ),
        max_size=8,
    ).map(b"".join),
    piece=st.integers(1, 40),
    deflate=st.booleans(),
    listening=st.booleans(),
)
def test_whatever_comes_it_ends_in_order(
    data: bytes, piece: int, deflate: bool, listening: bool
) -> None:
    async def scenario() -> None:
        wire = Wire()
        ws = server_on(wire, close_timeout=0, deflate=DeflateParams() if deflate else None)
        for start in range(0, len(data), piece):
            ws.data_received(data[start : start + piece])
        ws.connection_lost(None)
        if listening:
            with contextlib.suppress(WebSocketError):
                await ws.listen(lambda message: None)
        else:
            for _ in range(1000):
                if (await ws.receive(5)).type is WSMsgType.CLOSED:
                    break
        assert ws.closed
        assert ws.close_code is not None
        got = wire.sent()
        assert sum(message.type is WSMsgType.CLOSE for message in got) <= 1

    asyncio.run(scenario())
