"""The sweep that looks at all connections of a server, by default once a second.

Laws
* A connection holds time stamps and no timer: whoever sets ``deadline`` pays an assignment.
* ``now`` is the time of the last sweep.  It lags by at most one interval, so a deadline is set one
  interval later and never comes early.
* The timer runs only while there are connections.
* A connection that fails while it is swept is closed and stops nobody else's deadline.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Protocol

from aiohttp_core.log import server_logger

__all__ = ("NEVER", "Sweep", "Timeouts", "Watched")

NEVER: Final = float("inf")

_LONGEST: Final = 1.0
_SHORTEST: Final = 0.02


@dataclass(frozen=True, slots=True)
class Timeouts:
    """How long a client may take, in seconds; 0 or ``None`` is for ever, if not said otherwise."""

    keepalive: float | None = 3630.0
    """Between two requests, and from the start of a connection to the end of its first head.
    0 closes after each response."""
    head: float | None = 60.0
    """From the first to the last byte of a head."""
    body: float | None = 60.0
    """The window in which :attr:`body_rate` is measured while a body is awaited."""
    body_rate: int = 16
    """Bytes per second that a client must send at least, averaged over that window."""
    send: float | None = 300.0
    """Without any progress while the client does not read what is sent to it."""
    lingering: float = 10.0
    """How long the unread rest of a body is read and dropped; 0 closes at once."""

    def interval(self) -> float:
        """Return how often to look: a quarter of the shortest time, at most once a second."""
        times = (self.keepalive, self.head, self.body, self.send, self.lingering)
        shortest = min((time for time in times if time), default=4.0)
        return max(_SHORTEST, min(_LONGEST, shortest / 4))


class Watched(Protocol):
    """What has a deadline."""

    @property
    def deadline(self) -> float:
        """When to act, on the clock of the sweep."""

    def expire(self, now: float) -> None:
        """Act upon the deadline that has passed."""

    def abort(self) -> None:
        """Cut the connection."""


class Sweep:
    """Watches connections; *clock* gives seconds and is that of the loop by default."""

    __slots__ = ("_clock", "_handle", "_loop", "interval", "now", "watched")

    def __init__(
        self,
        loop: asyncio.AbstractEventLoop,
        interval: float = _LONGEST,
        clock: Callable[[], float] | None = None,
    ) -> None:
        self._loop = loop
        self._clock = loop.time if clock is None else clock
        self._handle: asyncio.TimerHandle | None = None
        self.interval = interval
        self.now = self._clock()
        """The time of the last sweep."""
        self.watched: dict[int, Watched] = {}

    def add(self, connection: Watched) -> None:
        """Watch *connection* from now on."""
        self.watched[id(connection)] = connection
        if self._handle is None:
            self.now = self._clock()
            self._handle = self._loop.call_later(self.interval, self._tick)

    def discard(self, connection: Watched) -> None:
        """Watch *connection* no longer."""
        self.watched.pop(id(connection), None)

    def after(self, seconds: float | None) -> float:
        """Return the deadline *seconds* from now, never for ``None`` and 0."""
        return self.now + seconds + self.interval if seconds else NEVER

    def sweep(self) -> None:
        """Look at all connections once."""
        now = self.now = self._clock()
        late = [watched for watched in self.watched.values() if now >= watched.deadline]
        for connection in late:
            try:
                connection.expire(now)
            except Exception:
                server_logger.exception("Error while a deadline was handled")
                connection.abort()

    def stop(self) -> None:
        """Stop the timer."""
        if self._handle is not None:
            self._handle.cancel()
            self._handle = None

    def _tick(self) -> None:
        self._handle = None
        self.sweep()
        if self.watched:
            self._handle = self._loop.call_later(self.interval, self._tick)
