import asyncio
from math import inf

import pytest

from aiohttp_client.timeouts import ClientTimeout, DeadlineWheel, PhaseLimit, deadline_after


@pytest.mark.spec("TMO-01", "ADD-339")
def test_order_of_fields() -> None:
    timeout = ClientTimeout(1, 2, 3, 4, 5)
    assert (
        timeout.total,
        timeout.connect,
        timeout.sock_read,
        timeout.sock_connect,
        timeout.ceil_threshold,
    ) == (
        1,
        2,
        3,
        4,
        5,
    )
    assert ClientTimeout() == ClientTimeout(None)


@pytest.mark.spec("TMO-06", "TMO-08", "ADD-346", "ADD-1070", "ADD-1071")
@pytest.mark.parametrize(
    ("delay", "inclusive", "due"),
    [
        (None, True, inf),
        (0, True, inf),
        (4.9, True, 105.4),
        (5, True, 106.0),
        (5, False, 105.5),
        (5.1, False, 106.0),
        (300, True, 401.0),
    ],
)
def test_deadlines(delay: float | None, inclusive: bool, due: float) -> None:
    assert deadline_after(100.5, delay, inclusive=inclusive) == pytest.approx(due)
    assert deadline_after(100.5, 2, 1) == 103.0


class Thing:
    def __init__(self, deadline: float) -> None:
        self.deadline = deadline
        self.fired: asyncio.Future[float] = asyncio.get_running_loop().create_future()

    def check_deadline(self, now: float) -> float:
        if self.deadline <= now:
            self.fired.set_result(now)
            self.deadline = inf
        return self.deadline


async def test_wheel_fires_each_when_due() -> None:
    loop = asyncio.get_running_loop()
    wheel = DeadlineWheel(loop)
    now = loop.time()
    things = [Thing(now + 0.03), Thing(now + 0.01), Thing(inf)]
    for thing in things:
        wheel.add(thing)
        wheel.note(thing.deadline)
    assert wheel.due == things[1].deadline
    first, second = await asyncio.gather(things[1].fired, things[0].fired)
    assert now + 0.01 <= first
    assert now + 0.03 <= second
    assert wheel.due == inf
    for thing in things:
        wheel.discard(thing)
    assert len(wheel) == 0


async def test_later_deadlines_do_not_move_the_timer() -> None:
    loop = asyncio.get_running_loop()
    wheel = DeadlineWheel(loop)
    thing = Thing(inf)
    wheel.add(thing)
    wheel.note(loop.time() + 50)
    due = wheel.due
    wheel.note(loop.time() + 60)
    assert wheel.due == due
    wheel.discard(thing)
    assert wheel.due == inf


@pytest.mark.spec("ADD-345")
async def test_phase_limit() -> None:
    loop = asyncio.get_running_loop()
    with pytest.raises(LookupError):
        async with PhaseLimit(loop.time() + 0.01, LookupError):
            await asyncio.sleep(10)
    async with PhaseLimit(inf, LookupError):
        pass

    async def cancelled() -> None:
        async with PhaseLimit(loop.time() + 10, LookupError):
            await asyncio.sleep(10)

    task = asyncio.ensure_future(cancelled())
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    with pytest.raises(TimeoutError, match="inner"):
        async with PhaseLimit(loop.time() + 10, LookupError):
            raise TimeoutError("inner")
