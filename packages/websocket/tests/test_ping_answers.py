import asyncio
import logging

import pytest
from memory_wire import Wire

from aiohttp_websocket import WebSocketWriter, WSMessage, WSMsgType
from aiohttp_websocket.ping_answers import PingAnswers


def answering_on(wire: Wire) -> PingAnswers:
    return PingAnswers(WebSocketWriter(wire, wire), wire.gate)  # type: ignore[arg-type]


async def turns(count: int = 5) -> None:
    for _ in range(count):
        await asyncio.sleep(0)


def pongs(*payloads: bytes) -> list[WSMessage]:
    return [WSMessage(WSMsgType.PONG, payload, "") for payload in payloads]


async def test_a_ping_is_answered_at_once() -> None:
    wire = Wire()
    answers = answering_on(wire)
    answers.answer(b"a")
    answers.answer(b"")
    assert wire.sent() == pongs(b"a", b"")


async def test_only_the_latest_ping_waits_for_a_full_transport() -> None:
    wire = Wire()
    answers = answering_on(wire)
    for round_ in (b"a", b"b"):
        wire.gate.pause()
        for number in range(100):
            answers.answer(b"%b%d" % (round_, number))
        await turns()
        wire.gate.resume()
        await turns()
    assert wire.sent() == pongs(b"a99", b"b99")


@pytest.mark.parametrize("full", [False, True])
async def test_nothing_is_answered_after_a_close(full: bool) -> None:
    wire = Wire()
    writer = WebSocketWriter(wire, wire)  # type: ignore[arg-type]
    answers = PingAnswers(writer, wire.gate)
    if full:
        wire.gate.pause()
        answers.answer(b"a")
        await turns()
    writer.close_now(1000)
    answers.answer(b"b")
    wire.gate.resume()
    await turns()
    assert [message.type for message in wire.sent()] == [WSMsgType.CLOSE]


async def test_a_connection_that_is_lost_while_a_ping_waits() -> None:
    wire = Wire()
    answers = answering_on(wire)
    wire.gate.pause()
    answers.answer(b"a")
    await turns()
    wire.gate.close()
    await turns()
    assert wire.written == []


async def test_a_transport_that_closes(caplog: pytest.LogCaptureFixture) -> None:
    wire = Wire()
    answers = answering_on(wire)
    wire.close()
    with caplog.at_level(logging.DEBUG, "aiohttp.websocket"):
        answers.answer(b"a")
    assert wire.written == []
    assert "could not be answered" in caplog.text
