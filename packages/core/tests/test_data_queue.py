"""The queue of messages: order, end, errors, one reader, flow control."""

import asyncio
from typing import Any

import pytest

from aiohttp_core.errors import ClientConnectionError
from aiohttp_core.streams import (
    AsyncStreamIterator,
    DataQueue,
    EofStream,
    FlowControlDataQueue,
)


class Connection:
    reading_paused = False

    def pause_reading(self):
        self.reading_paused = True

    def resume_reading(self):
        self.reading_paused = False


async def started(coroutine):
    task = asyncio.create_task(coroutine)
    await asyncio.sleep(0)
    return task


@pytest.mark.spec("ADD-092")
async def test_data_queue():
    queue: DataQueue[Any] = DataQueue(asyncio.get_running_loop())
    queue.feed_data("a", 1)
    assert len(queue) == 1
    assert await queue.read() == "a"
    task = await started(queue.read())
    with pytest.raises(RuntimeError, match="another coroutine"):
        await queue.read()
    queue.feed_data("b", 1)
    assert await task == "b"
    assert not queue.is_eof()
    queue.feed_data("c", 1)
    queue.feed_eof()
    assert queue.is_eof()
    assert not queue.at_eof()
    assert await queue.read() == "c"
    assert queue.at_eof()
    for _ in range(2):
        with pytest.raises(EofStream):
            await queue.read()


@pytest.mark.spec("ADD-092")
async def test_data_queue_iterates_to_its_end():
    queue: DataQueue[Any] = DataQueue()
    for item in (1, 2, 3):
        queue.feed_data(item, 1)
    queue.feed_eof()
    iterator = aiter(queue)
    assert isinstance(iterator, AsyncStreamIterator)
    assert [item async for item in iterator] == [1, 2, 3]


async def test_data_queue_delivers_before_its_error():
    queue: DataQueue[Any] = DataQueue()
    cause = OSError()
    task = await started(queue.read())
    queue.feed_data(1, 1)
    queue.feed_data(2, 1)
    queue.set_exception(ClientConnectionError(), cause)
    assert await task == 1
    assert await queue.read() == 2
    with pytest.raises(ClientConnectionError):
        await queue.read()
    error = queue.exception()
    assert error is not None
    assert error.__cause__ is cause


async def test_a_cancelled_reader_of_a_queue_loses_nothing():
    queue: DataQueue[Any] = DataQueue()
    task = await started(queue.read())
    queue.feed_data(1, 1)
    task.cancel()
    await asyncio.wait([task])
    assert await queue.read() == 1


@pytest.mark.spec("STR-21", "ADD-970")
async def test_flow_control_data_queue():
    connection = Connection()
    queue: DataQueue[Any] = FlowControlDataQueue(connection, 2, loop=asyncio.get_running_loop())
    queue.feed_data("a", 4)
    assert not connection.reading_paused
    queue.feed_data("b", 1)
    assert connection.reading_paused
    assert await queue.read() == "a"
    assert not connection.reading_paused
    assert await queue.read() == "b"
    queue.feed_eof()
    with pytest.raises(EofStream):
        await queue.read()
