from collections.abc import Callable
from typing import Any

import pytest
from memory_wire import Wire

from aiohttp_websocket import HeartbeatError, WebSocketWriter
from aiohttp_websocket.heartbeat_timer import LAST_LOOK, HeartbeatTimer


class Handle:
    """A timer of :class:`Clock`."""

    def __init__(self, when: float, callback: Callable[[], object]) -> None:
        self.when = when
        self.callback = callback
        self.cancelled = False

    def cancel(self) -> None:
        self.cancelled = True


class Clock:
    """The time of a loop, and its only timer."""

    def __init__(self) -> None:
        self.now = 0.0
        self.handle: Any = None

    def time(self) -> float:
        return self.now

    def call_later(self, delay: float, callback: Callable[[], object]) -> Any:
        self.handle = Handle(self.now + delay, callback)
        return self.handle

    def fire(self, late: float = 0.0) -> None:
        """Let the timer fire, *late* seconds after it was due."""
        self.now = self.handle.when + late
        self.handle.callback()


class Owner:
    """A connection that keeps what is done to it."""

    def __init__(self) -> None:
        self.wire = Wire()
        self.writer = WebSocketWriter(self.wire, self.wire)  # type: ignore[arg-type]
        self.reading_paused = False
        self.error: BaseException | None = None

    def abort(self, error: BaseException) -> None:
        self.error = error


@pytest.fixture
def owner() -> Owner:
    return Owner()


@pytest.fixture
def clock() -> Any:
    return Clock()


@pytest.fixture
def timer(owner: Owner, clock: Any) -> HeartbeatTimer:
    return HeartbeatTimer(owner, 4.0, HeartbeatError, clock)


@pytest.mark.spec("ADD-689", "ADD-691")
def test_silence(owner: Owner, clock: Clock, timer: HeartbeatTimer) -> None:
    clock.fire()
    assert (clock.now, owner.wire.written) == (4.0, [b"\x89\x00"])
    clock.fire()
    assert (clock.now, owner.error) == (6.0, None)
    clock.fire()
    assert clock.now == 6.0 + LAST_LOOK
    assert isinstance(owner.error, HeartbeatError)
    assert str(owner.error) == "No PONG received after 2.0 seconds"
    assert owner.wire.written == [b"\x89\x00"]


@pytest.mark.spec("ADD-690")
def test_an_answer_that_the_loop_reads_late(
    owner: Owner, clock: Clock, timer: HeartbeatTimer
) -> None:
    clock.fire()
    # The program blocked the loop, and this loop runs timers before it reads.
    clock.fire(late=60.0)
    assert owner.error is None
    timer.heard()
    clock.fire()
    assert owner.error is None
    assert clock.handle.when == 66.0 + 4.0
    # Each silence gets its own last look.
    clock.fire()
    clock.fire()
    assert owner.error is None
    clock.fire()
    assert isinstance(owner.error, HeartbeatError)


def test_who_does_not_listen_gives_nobody_up(
    owner: Owner, clock: Clock, timer: HeartbeatTimer
) -> None:
    clock.fire()
    owner.reading_paused = True
    for _ in range(5):
        clock.fire(late=9.0)
    assert owner.error is None
    assert owner.wire.written == [b"\x89\x00"]


def test_a_dead_transport(owner: Owner, clock: Clock, timer: HeartbeatTimer) -> None:
    owner.wire.close()
    first = clock.handle
    clock.fire()
    assert isinstance(owner.error, ConnectionError)
    assert clock.handle is first
    timer.stop()
    assert not first.cancelled


def test_stopping(clock: Clock, timer: HeartbeatTimer) -> None:
    timer.stop()
    assert clock.handle.cancelled
    timer.stop()
