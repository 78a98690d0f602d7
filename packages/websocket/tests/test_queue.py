import asyncio

import pytest

from aiohttp_websocket import StreamEnd, WebSocketDataQueue, WSMessage, WSMsgType
from aiohttp_websocket.queue import MESSAGE_OVERHEAD


class Reading:
    """A connection that only remembers whether it reads."""

    def __init__(self) -> None:
        self.reading_paused = False

    def pause_reading(self) -> None:
        self.reading_paused = True

    def resume_reading(self) -> None:
        self.reading_paused = False


def message(number: int) -> WSMessage:
    return WSMessage(WSMsgType.TEXT, str(number), "")


async def test_messages_come_in_order_without_waiting() -> None:
    queue = WebSocketDataQueue(Reading())
    for number in range(3):
        queue.feed_data(message(number), 1)
    assert len(queue) == 3
    assert [(await queue.read()).data for _ in range(3)] == ["0", "1", "2"]
    assert queue.read_nowait() is None


async def test_a_receiver_is_woken() -> None:
    queue = WebSocketDataQueue(Reading())
    reader = asyncio.create_task(queue.read())
    await asyncio.sleep(0)
    queue.feed_data(message(1), 1)
    assert (await reader).data == "1"


@pytest.mark.spec("ADD-675", "WSS-25")
async def test_only_one_may_wait() -> None:
    queue = WebSocketDataQueue(Reading())
    reader = asyncio.create_task(queue.read())
    await asyncio.sleep(0)
    with pytest.raises(RuntimeError, match="Another task"):
        await queue.read()
    queue.feed_data(message(1), 1)
    assert (await reader).data == "1"


async def test_a_cancelled_receiver_loses_nothing() -> None:
    queue = WebSocketDataQueue(Reading())
    reader = asyncio.create_task(queue.read())
    await asyncio.sleep(0)
    queue.feed_data(message(1), 1)
    reader.cancel()
    with pytest.raises(asyncio.CancelledError):
        await reader
    assert (await queue.read()).data == "1"
    reader = asyncio.create_task(queue.read())
    await asyncio.sleep(0)
    reader.cancel()
    await asyncio.sleep(0)
    queue.feed_data(message(2), 1)
    assert (await queue.read()).data == "2"


@pytest.mark.spec("ADD-669", "ADD-823")
async def test_reading_pauses_by_bytes_and_resumes() -> None:
    reading = Reading()
    queue = WebSocketDataQueue(reading, 1000)
    each = 100 + MESSAGE_OVERHEAD
    fed = 0
    while not reading.reading_paused:
        queue.feed_data(message(fed), 100)
        fed += 1
    assert fed == 2000 // each + 1
    while reading.reading_paused:
        queue.read_nowait()
        fed -= 1
    assert fed * each < 1000


async def test_empty_messages_count_too() -> None:
    reading = Reading()
    queue = WebSocketDataQueue(reading, 1000)
    for number in range(2000 // MESSAGE_OVERHEAD + 1):
        queue.feed_data(message(number), 0)
    assert reading.reading_paused


async def test_the_end_comes_after_the_messages() -> None:
    queue = WebSocketDataQueue(Reading())
    queue.feed_data(message(1), 1)
    queue.feed_eof()
    assert queue.is_eof()
    assert (await queue.read()).data == "1"
    with pytest.raises(StreamEnd):
        await queue.read()


async def test_an_error_comes_after_the_messages_and_stays() -> None:
    queue = WebSocketDataQueue(Reading())
    queue.feed_data(message(1), 1)
    error = ValueError("broken")
    queue.set_exception(error, OSError("why"))
    assert queue.exception() is error
    assert isinstance(error.__cause__, OSError)
    assert (await queue.read()).data == "1"
    for _ in range(2):
        with pytest.raises(ValueError, match="broken"):
            await queue.read()


async def test_a_waiting_receiver_gets_the_error() -> None:
    queue = WebSocketDataQueue(Reading())
    reader = asyncio.create_task(queue.read())
    await asyncio.sleep(0)
    queue.set_exception(ValueError("broken"))
    with pytest.raises(ValueError, match="broken"):
        await reader
