"""When a silent peer is pinged, and when it is given up (spec rows ADD-689 to ADD-691).

Laws
* Neither a clock nor a timer is kept here: the owner says what time it is and does what is asked.
* Whatever arrives counts as a sign of life.  It costs the owner one time stamp; only when its timer
  fires does the owner ask what is to be done.
"""

from enum import Enum

__all__ = ("Heartbeat", "HeartbeatError", "Pulse")


class HeartbeatError(TimeoutError):
    """The peer sent nothing for the heartbeat interval and did not answer a ping in time."""


class Pulse(Enum):
    """What is to be done now."""

    WAIT = "wait"
    PING = "ping"
    GIVE_UP = "give up"


class Heartbeat:
    """The heartbeat of one connection.

    After *interval* seconds of silence a ping is due, and the peer has :attr:`patience` seconds to
    answer it.  *now* is the time of the connection's begin, in seconds of any monotonic clock.
    """

    __slots__ = ("_ping_sent", "heard", "interval")

    def __init__(self, interval: float, now: float) -> None:
        self.interval = interval
        self.heard = now
        """When something of the peer arrived last; the owner sets it."""
        self._ping_sent: float | None = None

    @property
    def patience(self) -> float:
        """Seconds that the peer has to answer a ping."""
        return self.interval / 2

    def beat(self, now: float) -> tuple[Pulse, float]:
        """Return what is to be done, and in how many seconds to ask again."""
        sent = self._ping_sent
        if sent is not None and self.heard < sent:
            left = sent + self.patience - now
            return (Pulse.WAIT, left) if left > 0 else (Pulse.GIVE_UP, 0.0)
        self._ping_sent = None
        left = self.heard + self.interval - now
        if left > 0:
            return Pulse.WAIT, left
        self._ping_sent = now
        return Pulse.PING, self.patience
