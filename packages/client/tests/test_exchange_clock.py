"""The deadlines of one exchange after the other, with a clock of our own."""

import asyncio
from math import inf
from typing import Any

import pytest

from aiohttp_client import ServerTimeoutError, SocketTimeoutError
from aiohttp_client.deadline_wheel import DeadlineWheel
from aiohttp_client.exchange_clock import ExchangeClock
from aiohttp_client.exchange_options import ExchangeOptions


@pytest.fixture
async def parts(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Return a clock at time 100, and its wheel."""
    loop = asyncio.get_running_loop()
    start = loop.time()
    monkeypatch.setattr(loop, "time", lambda: 100.0)
    wheel = DeadlineWheel(loop)
    yield ExchangeClock(loop, wheel), wheel
    wheel.stop()
    monkeypatch.undo()
    assert loop.time() >= start


async def test_nothing_is_watched_without_limits(parts: Any) -> None:
    clock, wheel = parts
    clock.start(ExchangeOptions(), inf)
    clock.sending()
    clock.waiting_for_head()
    clock.head_goes_on()
    clock.waiting_for_body()
    assert clock.stopped
    assert clock.next() == inf
    assert wheel.due == inf
    assert clock.error(1e9, "read") is None


async def test_each_step_has_its_limit_and_its_error(parts: Any) -> None:
    clock, wheel = parts
    clock.start(ExchangeOptions(total=50, send=1, first_byte=3, sock_read=2), 150.0)
    assert (clock.next(), wheel.due) == (150.0, 150.0)
    steps = [
        (clock.sending, 101.0, ServerTimeoutError, "send"),
        (clock.waiting_for_head, 102.0, SocketTimeoutError, "first byte"),
        (clock.waiting_for_body, 102.0, SocketTimeoutError, "read"),
    ]
    for begin, when, kind, phase in steps:
        begin()
        assert clock.next() == when
        assert clock.error(when - 0.1, phase) is None
        error = clock.error(when, phase)
        assert type(error) is kind
        assert error.phase == phase
    assert wheel.due == 101.0
    clock.pause()
    assert clock.next() == 150.0
    error = clock.error(150.0, "read")
    assert type(error) is TimeoutError
    assert error.__notes__ == ["the total timeout of 50 s expired in phase 'read'"]
    clock.stop()
    assert clock.stopped
    assert clock.error(1e9, "read") is None


@pytest.mark.parametrize(
    ("options", "first", "second"),
    [
        ({"sock_read": 2}, 102.0, 103.0),  # a gap, which ends with each piece
        ({"first_byte": 2}, 102.0, 102.0),  # one limit for the whole head
        ({"first_byte": 2, "sock_read": 5}, 102.0, 102.0),
        ({"send": 2}, inf, inf),
    ],
)
async def test_a_head_in_pieces(
    parts: Any,
    monkeypatch: pytest.MonkeyPatch,
    options: dict[str, float],
    first: float,
    second: float,
) -> None:
    clock, _ = parts
    clock.start(ExchangeOptions(**options), inf)
    clock.waiting_for_head()
    assert clock.step == first
    monkeypatch.setattr(asyncio.get_running_loop(), "time", lambda: 101.0)
    clock.head_goes_on()
    assert clock.step == second


async def test_a_stopped_clock_holds_no_options(parts: Any) -> None:
    clock, _ = parts
    options = ExchangeOptions(total=5)
    clock.start(options, 105.0)
    clock.stop()
    assert clock.options is not options
