import asyncio

import pytest

from aiohttp_core.futures import noop, set_exception, set_result


async def test_noop_is_done():
    assert await noop() is None


@pytest.mark.spec("ADD-992")
async def test_results_come_once():
    future = asyncio.get_running_loop().create_future()
    set_result(future, 1)
    set_result(future, 2)
    set_exception(future, ZeroDivisionError())
    assert future.result() == 1


@pytest.mark.spec("ADD-992")
async def test_errors_have_their_cause():
    future = asyncio.get_running_loop().create_future()
    cause = OSError()
    set_exception(future, ZeroDivisionError(), cause)
    with pytest.raises(ZeroDivisionError) as caught:
        await future
    assert caught.value.__cause__ is cause


async def test_a_cancelled_future_takes_nothing():
    future = asyncio.get_running_loop().create_future()
    future.cancel()
    set_result(future, 1)
    set_exception(future, ZeroDivisionError())
    assert future.cancelled()


def test_streams_are_failed_too():
    class Stream:
        def set_exception(self, exc, exc_cause=None):
            self.seen = exc, exc_cause

    stream, error, cause = Stream(), ZeroDivisionError(), OSError()
    set_exception(stream, error, cause)
    assert stream.seen == (error, cause)
