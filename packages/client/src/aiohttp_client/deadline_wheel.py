"""The one clock that watches connections.

Laws
* A request costs no timer handle.  A deadline is a number on a connection; one timer per
  :class:`DeadlineWheel` wakes for the earliest of them, and is not moved when a deadline passes
  unused.
* Deadlines are acted upon within 1/64 of their length (at most 1/64 s) after they are due, never
  before (spec row ADD-346).
"""

import asyncio
from math import inf
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    import cython
else:
    from aiohttp_core import interpreted as cython

__all__ = ("DeadlineWheel", "Watched")

COMPILED: bool = cython.compiled
"""Whether this module runs compiled."""


class Watched(Protocol):
    """Something with deadlines: it reports the earliest one and acts on those that passed."""

    def check_deadline(self, now: float, /) -> float:
        """Act on what is due at *now*; return the next deadline, or ``inf``."""


class DeadlineWheel:
    """One timer for the deadlines of everything it watches.

    Watching is for the life of a connection, not of a request.  When a watched object gets a
    deadline it calls :meth:`note` with it, if it is earlier than :attr:`due`.
    """

    __slots__ = ("_handle", "_loop", "_watched", "due")

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._watched: set[Watched] = set()
        self._handle: asyncio.TimerHandle | None = None
        self.due = inf
        """When the timer fires next, in the loop's time; ``inf`` when it is not set."""

    def __len__(self) -> int:
        return len(self._watched)

    def add(self, watched: Watched) -> None:
        """Watch *watched* from now on."""
        self._watched.add(watched)

    def discard(self, watched: Watched) -> None:
        """Watch *watched* no longer; without anything to watch no timer is kept."""
        self._watched.discard(watched)
        if not self._watched:
            self.stop()

    def note(self, deadline: float) -> None:
        """Take notice of a new *deadline* of something watched."""
        if deadline < self.due:
            self._set(deadline)

    def stop(self) -> None:
        """Cancel the timer; the next :meth:`note` sets it again."""
        if self._handle is not None:
            self._handle.cancel()
            self._handle = None
        self.due = inf

    def _set(self, deadline: float) -> None:
        if self._handle is not None:
            self._handle.cancel()
        # The grid bounds how often many near deadlines can wake the loop.
        grid = min(max(deadline - self._loop.time(), 0.0), 1.0) / 64
        self.due = deadline
        self._handle = self._loop.call_at(deadline + grid, self._fire)

    def _fire(self) -> None:
        self._handle = None
        self.due = inf
        now = self._loop.time()
        earliest = inf
        for watched in tuple(self._watched):
            deadline = watched.check_deadline(now)
            if deadline < earliest:
                earliest = deadline
        if earliest < self.due:
            self._set(earliest)
