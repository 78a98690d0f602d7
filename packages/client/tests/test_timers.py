import asyncio
from unittest import mock

import pytest

from aiohttp_client.timers import (
    BaseTimerContext,
    TimeoutHandle,
    TimerContext,
    TimerNoop,
    calculate_timeout_when,
    ceil_timeout,
)


@pytest.mark.spec("ADD-992")
def test_a_timer_without_limit():
    with TimerNoop() as timer:
        timer.assert_timeout()
    assert isinstance(timer, BaseTimerContext)


@pytest.mark.spec("ADD-992")
async def test_a_timeout_cancels_whoever_is_inside():
    timer = TimerContext(asyncio.get_running_loop())
    inside = asyncio.Event()

    async def wait() -> None:
        with timer:
            inside.set()
            await asyncio.Event().wait()

    task = asyncio.ensure_future(wait())
    await inside.wait()
    timer.timeout()
    timer.timeout()
    with pytest.raises(TimeoutError):
        await task
    with pytest.raises(TimeoutError):
        timer.assert_timeout()
    with pytest.raises(TimeoutError):
        with timer:
            raise AssertionError("never reached")


async def test_a_cancellation_from_outside_stays_one():
    timer = TimerContext(asyncio.get_running_loop())
    inside = asyncio.Event()

    async def wait() -> None:
        with timer:
            inside.set()
            await asyncio.Event().wait()

    task = asyncio.ensure_future(wait())
    await inside.wait()
    task.cancel()
    timer.timeout()
    with pytest.raises(asyncio.CancelledError):
        await task


async def test_other_errors_pass():
    with pytest.raises(ZeroDivisionError):
        with TimerContext(asyncio.get_running_loop()):
            raise ZeroDivisionError


def test_outside_of_a_task():
    loop = asyncio.new_event_loop()
    try:
        with pytest.raises(RuntimeError, match="inside a task"):
            with TimerContext(loop):
                raise AssertionError("never reached")
    finally:
        loop.close()


@pytest.mark.spec("ADD-992")
async def test_a_handle_calls_back():
    loop = asyncio.get_running_loop()
    called = asyncio.Event()
    handle = TimeoutHandle(loop, 0.001)
    handle.register(called.set)
    assert isinstance(handle.timer(), TimerContext)
    started = handle.start()
    assert started is not None
    await called.wait()


@pytest.mark.parametrize("timeout", [None, 0])
async def test_a_handle_without_limit(timeout):
    handle = TimeoutHandle(asyncio.get_running_loop(), timeout)
    assert handle.start() is None
    assert isinstance(handle.timer(), TimerNoop)


async def test_a_closed_handle_calls_nobody():
    callback = mock.Mock()
    handle = TimeoutHandle(asyncio.get_running_loop(), 1)
    handle.register(callback, 1, a=2)
    handle()
    handle.register(callback)
    handle.close()
    handle()
    callback.assert_called_once_with(1, a=2)


@pytest.mark.spec("ADD-992")
@pytest.mark.parametrize(("timeout", "when"), [(1, 101.25), (5, 105.25), (6, 107.0)])
def test_long_timeouts_end_on_a_whole_second(timeout, when):
    assert calculate_timeout_when(100.25, timeout, 5) == when


@pytest.mark.spec("ADD-992")
async def test_ceil_timeout():
    async with ceil_timeout(None) as unlimited:
        assert unlimited.when() is None
    async with ceil_timeout(30) as limited:
        assert limited.when() % 1 == 0
    with pytest.raises(TimeoutError):
        async with ceil_timeout(0.001):
            await asyncio.Event().wait()
