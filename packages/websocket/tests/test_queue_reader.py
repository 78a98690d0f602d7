from unittest import mock

import pytest

from aiohttp_websocket import FIN, WebSocketDataQueue, WebSocketError, WSMsgType, encode_frame
from aiohttp_websocket.queue_reader import WebSocketReader


@pytest.fixture
def queue():
    return WebSocketDataQueue(mock.Mock(reading_paused=False), 2**16)


def frame(data: bytes, opcode: WSMsgType = WSMsgType.TEXT) -> bytes:
    return encode_frame(FIN | opcode, data, None)


@pytest.mark.spec("ADD-993", "ADD-997")
async def test_messages_come_into_the_queue(queue):
    reader = WebSocketReader(queue, 0)
    assert reader.feed_data(frame(b"one") + frame(b"two")) == (False, b"")
    assert [(await queue.read()).data for _ in range(2)] == ["one", "two"]


@pytest.mark.spec("ADD-993")
async def test_an_error_comes_after_what_was_good(queue):
    reader = WebSocketReader(queue, 4)
    assert reader.feed_data(frame(b"good") + frame(b"too long")) == (True, b"")
    assert (await queue.read()).data == "good"
    with pytest.raises(WebSocketError):
        await queue.read()
    assert reader.feed_data(b"more") == (True, b"more")


async def test_the_end(queue):
    reader = WebSocketReader(queue, 0)
    reader.feed_eof()
    assert queue.is_eof()


async def test_text_may_stay_bytes(queue):
    WebSocketReader(queue, 0, decode_text=False).feed_data(bytearray(frame(b"x")))
    assert (await queue.read()).data == b"x"


async def test_a_compressed_frame_without_an_agreement(queue):
    broken, _ = WebSocketReader(queue, 0, compress=False).feed_data(b"\xc1\x01x")
    assert broken
