import asyncio
from math import inf

from aiohttp_client.deadline_wheel import DeadlineWheel


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
