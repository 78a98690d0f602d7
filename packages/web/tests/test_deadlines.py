"""The sweep."""

import asyncio
from typing import Any

from aiohttp_web.deadlines import NEVER, Sweep, Timeouts


class Watched:
    def __init__(self, deadline: float, fails: bool = False) -> None:
        self.deadline = deadline
        self.fails = fails
        self.expired: list[float] = []
        self.aborted = False

    def expire(self, now: float) -> None:
        self.expired.append(now)
        self.deadline = NEVER
        if self.fails:
            raise ValueError("in expire")

    def abort(self) -> None:
        self.aborted = True


async def test_only_the_late_expire(caplog: Any) -> None:
    now = [100.0]
    sweep = Sweep(asyncio.get_running_loop(), 1.0, lambda: now[0])
    early, late, failing = Watched(150), Watched(105), Watched(105, fails=True)
    for watched in (failing, early, late):
        sweep.add(watched)
    now[0] = 104.9
    sweep.sweep()
    assert not late.expired
    now[0] = 105
    sweep.sweep()
    assert sweep.now == 105
    assert late.expired == [105]
    assert not early.expired
    assert failing.aborted
    assert "in expire" in caplog.text
    sweep.discard(early)
    now[0] = 200
    sweep.sweep()
    assert not early.expired
    sweep.stop()
    sweep.stop()


async def test_the_timer_runs_only_for_somebody() -> None:
    sweep = Sweep(asyncio.get_running_loop(), 0.01)
    watched = Watched(0)
    sweep.add(watched)
    while not watched.expired:
        await asyncio.sleep(0.001)
    sweep.discard(watched)
    before = sweep.now
    while sweep.now == before:
        await asyncio.sleep(0.001)
    last = sweep.now
    await asyncio.sleep(0.03)
    assert sweep.now == last


def test_deadlines_are_never_early() -> None:
    loop = asyncio.new_event_loop()
    sweep = Sweep(loop, 0.5, lambda: 10.0)
    assert sweep.after(3) == 13.5
    assert sweep.after(None) == NEVER
    assert sweep.after(0) == NEVER
    loop.close()


def test_intervals() -> None:
    assert Timeouts().interval() == 1.0
    assert Timeouts(keepalive=2).interval() == 0.5
    assert Timeouts(keepalive=0.001).interval() == 0.02
    assert Timeouts(keepalive=None, head=None, body=None, send=None, lingering=0).interval() == 1.0
