"""Timers around waits, as extensions of aiohttp 3 use them (spec row ADD-992).

The sessions of this package measure time with a :class:`~aiohttp_client.timeouts.DeadlineWheel`.
What stands here is for classes of dependents that were written against these names.

Laws
* A cancellation that a timer caused becomes ``TimeoutError``; one that came from outside stays.
"""

import asyncio
from abc import ABC, abstractmethod
from collections.abc import Callable
from contextlib import AbstractContextManager
from math import ceil
from types import TracebackType
from typing import Any, Self

__all__ = (
    "BaseTimerContext",
    "TimeoutHandle",
    "TimerContext",
    "TimerNoop",
    "calculate_timeout_when",
    "ceil_timeout",
)


class BaseTimerContext(AbstractContextManager["BaseTimerContext", None], ABC):
    """What is entered around each wait of a stream."""

    __slots__ = ()

    @abstractmethod
    def assert_timeout(self) -> None:
        """Raise ``TimeoutError`` if the time is over."""


class TimerNoop(BaseTimerContext):
    """A timer without a limit."""

    __slots__ = ()

    def assert_timeout(self) -> None:
        """Do nothing."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc_val: BaseException | None,
        exc_tb: TracebackType | None,
    ) -> None:
        return None


class TimerContext(BaseTimerContext):
    """A timer that cancels the tasks inside it when :meth:`timeout` is called.

    May be entered by several tasks, and again by the same one.  Entering it after the timeout
    raises ``TimeoutError``, outside of a task ``RuntimeError``.
    """

    __slots__ = ("_expired", "_loop", "_tasks")

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._tasks: list[tuple[asyncio.Task[Any], int]] = []
        self._expired = False

    def assert_timeout(self) -> None:
        """Raise ``TimeoutError`` if the time is over."""
        if self._expired:
            raise TimeoutError

    def __enter__(self) -> Self:
        task = asyncio.current_task(self._loop)
        if task is None:
            raise RuntimeError("Timeout context manager should be used inside a task")
        self.assert_timeout()
        self._tasks.append((task, task.cancelling()))
        return self

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc_val: BaseException | None,
        exc_tb: TracebackType | None,
    ) -> None:
        task, cancelling = self._tasks.pop()
        if exc_type is asyncio.CancelledError and self._expired:
            # Only as many cancellations as the timer asked for are its own.
            if task.uncancel() > cancelling:
                return
            raise TimeoutError from exc_val

    def timeout(self) -> None:
        """Say that the time is over: cancel whoever is inside."""
        if not self._expired:
            self._expired = True
            for task in {task for task, _ in self._tasks}:
                task.cancel()


class TimeoutHandle:
    """A timeout and what is called when it is over."""

    __slots__ = ("_callbacks", "_ceil_threshold", "_loop", "_timeout")

    def __init__(
        self, loop: asyncio.AbstractEventLoop, timeout: float | None, ceil_threshold: float = 5
    ) -> None:
        self._loop = loop
        self._timeout = timeout
        self._ceil_threshold = ceil_threshold
        self._callbacks: list[tuple[Callable[..., None], tuple[Any, ...], dict[str, Any]]] = []

    def register(self, callback: Callable[..., None], *args: Any, **kwargs: Any) -> None:
        """Let *callback* be called when the time is over."""
        self._callbacks.append((callback, args, kwargs))

    def close(self) -> None:
        """Forget all callbacks."""
        self._callbacks.clear()

    def start(self) -> asyncio.TimerHandle | None:
        """Start to measure; ``None`` without a limit."""
        if self._timeout is None or self._timeout <= 0:
            return None
        when = calculate_timeout_when(self._loop.time(), self._timeout, self._ceil_threshold)
        return self._loop.call_at(when, self)

    def timer(self) -> BaseTimerContext:
        """Return a context that this timeout ends."""
        if self._timeout is None or self._timeout <= 0:
            return TimerNoop()
        timer = TimerContext(self._loop)
        self.register(timer.timeout)
        return timer

    def __call__(self) -> None:
        """Call what was registered; the time is over."""
        callbacks, self._callbacks = self._callbacks, []
        for callback, args, kwargs in callbacks:
            callback(*args, **kwargs)


def calculate_timeout_when(
    loop_time: float, timeout: float, timeout_ceiling_threshold: float
) -> float:
    """Return when *timeout* seconds after *loop_time* are over; long ones on a whole second."""
    when = loop_time + timeout
    return float(ceil(when)) if timeout > timeout_ceiling_threshold else when


def ceil_timeout(delay: float | None, ceil_threshold: float = 5) -> asyncio.Timeout:
    """Return an ``asyncio.timeout()`` that ends on a whole second if *delay* is long."""
    if delay is None or delay <= 0:
        return asyncio.timeout(None)
    now = asyncio.get_running_loop().time()
    return asyncio.timeout_at(calculate_timeout_when(now, delay, ceil_threshold))
