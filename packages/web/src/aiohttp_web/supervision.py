"""What a supervisor of worker processes decides; :mod:`aiohttp_web.workers` carries it out.

Laws
* Sans-IO: events and the time go in, actions come out, nothing is done here.  The same events at
  the same times give the same actions.
* A slot is a place for one serving worker.  What serves is stopped only when its successor is
  ready (reload) or everything is to stop.
* A worker that ends unasked is replaced: at once if it had served for a while, else after a delay
  that doubles with each quick end up to a bound.
* A first start that fails ends the supervisor.  A reload that fails leaves the old workers.
* Whoever is told to end and does not is killed at a fixed time, and nothing is left at the end.
* A worker that serves says so again and again.  One that is silent for too long is aborted, which
  shows where it hangs, and killed if even that does not help.  If the supervisor itself was asleep
  (stopped, swapped out), the silence proves nothing and everybody gets the time anew.
"""

import enum
from dataclasses import dataclass

__all__ = (
    "Abort",
    "Action",
    "Announce",
    "CloseListeners",
    "Finish",
    "Kill",
    "Policy",
    "Report",
    "Start",
    "Supervision",
    "Terminate",
)


@dataclass(frozen=True, slots=True)
class Policy:
    """The numbers of a supervisor; all times in seconds."""

    workers: int
    """How many workers serve."""
    grace: float = 125.0
    """Between asking a worker to end and killing it."""
    first_delay: float = 0.5
    """Before the restart of a worker that ended quickly."""
    longest_delay: float = 30.0
    """The bound of the delays that follow."""
    healthy_after: float = 10.0
    """How long a worker has to serve to be restarted without delay."""
    silence: float = 0.0
    """How long a serving worker may be silent before it counts as stuck; 0 for ever."""
    abort_grace: float = 5.0
    """Between aborting a stuck worker and killing it."""


@dataclass(frozen=True, slots=True)
class Start:
    """Start *worker*, a number never used before, on the sockets of *slot*."""

    worker: int
    slot: int


@dataclass(frozen=True, slots=True)
class Terminate:
    """Ask *worker* to end gracefully."""

    worker: int


@dataclass(frozen=True, slots=True)
class Abort:
    """End *worker*, which is stuck, in a way that shows what it was doing."""

    worker: int


@dataclass(frozen=True, slots=True)
class Kill:
    """End *worker* without asking."""

    worker: int


@dataclass(frozen=True, slots=True)
class CloseListeners:
    """Give up the listening sockets: new connections are refused from now on."""


@dataclass(frozen=True, slots=True)
class Announce:
    """Tell the world that all workers serve; comes once."""


@dataclass(frozen=True, slots=True)
class Report:
    """Tell people; an *error* is something that they should look at."""

    text: str
    error: bool = False


@dataclass(frozen=True, slots=True)
class Finish:
    """End the supervisor with *status*; no worker lives any more."""

    status: int


Action = Start | Terminate | Abort | Kill | CloseListeners | Announce | Report | Finish


class _Phase(enum.Enum):
    STARTING = enum.auto()
    SERVING = enum.auto()
    ENDING = enum.auto()
    ABORTED = enum.auto()
    KILLED = enum.auto()


@dataclass(slots=True)
class _Worker:
    slot: int
    phase: _Phase = _Phase.STARTING
    serving_since: float = 0.0
    stuck_at: float | None = None
    kill_at: float | None = None


@dataclass(slots=True)
class _Slot:
    current: int | None = None
    successor: int | None = None
    quick_ends: int = 0
    start_at: float | None = None


def _manner(status: int) -> str:
    return f"was killed by signal {-status}" if status < 0 else f"ended with status {status}"


class Supervision:
    """The state of a supervisor.  Each method takes an event and returns what is to be done."""

    def __init__(self, policy: Policy) -> None:
        if policy.workers < 1:
            raise ValueError("At least one worker is needed")
        self._policy = policy
        self._slots = [_Slot() for _ in range(policy.workers)]
        self._workers: dict[int, _Worker] = {}
        self._numbers = 0
        self._announced = False
        self._to_reload: list[int] = []
        self._reloading = False
        self._stopping = False
        self._status = 0

    @property
    def stopping(self) -> bool:
        """Whether the end has begun."""
        return self._stopping

    def next_deadline(self) -> float | None:
        """When :meth:`tick` has to be called at the latest; ``None`` if only events matter."""
        times = [worker.kill_at for worker in self._workers.values()]
        times += [worker.stuck_at for worker in self._workers.values()]
        times += [slot.start_at for slot in self._slots]
        return min((time for time in times if time is not None), default=None)

    # Events

    def start(self) -> list[Action]:
        """Begin: every slot gets its worker."""
        actions: list[Action] = []
        for number, slot in enumerate(self._slots):
            slot.current = self._new(number, actions)
        return actions

    def ready(self, worker: int, now: float) -> list[Action]:
        """*worker* accepts connections."""
        known = self._workers.get(worker)
        if known is None or known.phase is not _Phase.STARTING:
            return []
        actions: list[Action] = []
        known.phase = _Phase.SERVING
        known.serving_since = now
        self._lives(known, now)
        slot = self._slots[known.slot]
        if slot.successor == worker:
            old, slot.current, slot.successor = slot.current, worker, None
            if old is not None:
                self._end(old, now, actions)
            self._reload_next(actions)
        elif not self._announced and all(map(self._is_served, self._slots)):
            self._announced = True
            actions.append(Announce())
            self._reload_next(actions)
        return actions

    def alive(self, worker: int, now: float) -> list[Action]:
        """*worker* says that its loop turns."""
        known = self._workers.get(worker)
        if known is not None and known.phase is _Phase.SERVING:
            self._lives(known, now)
        return []

    def died(self, worker: int, status: int, now: float) -> list[Action]:
        """The process of *worker* is gone; *status* is negative for a signal."""
        known = self._workers.pop(worker, None)
        if known is None:
            return []
        actions: list[Action] = []
        if self._stopping:
            if not self._workers:
                actions.append(Finish(self._status))
            return actions
        slot = self._slots[known.slot]
        if slot.successor == worker:
            slot.successor = None
            self._reloading = False
            self._to_reload.clear()
            text = f"Reload given up: the new worker {_manner(status)}"
            actions.append(Report(f"{text}; the old ones go on", error=True))
            if slot.current is None:
                self._restart(known.slot, now, actions)
        elif slot.current == worker:
            slot.current = None
            if known.phase is _Phase.STARTING and not self._announced:
                actions.append(Report(f"A worker did not start: it {_manner(status)}", error=True))
                self._status = status if status > 0 else 1
                self._stop(now, actions)
                return actions
            served = known.phase is not _Phase.STARTING
            if served and now - known.serving_since >= self._policy.healthy_after:
                slot.quick_ends = 0
            else:
                slot.quick_ends += 1
            actions.append(Report(f"Worker {worker} {_manner(status)}", error=True))
            if slot.successor is None:
                self._restart(known.slot, now, actions)
        return actions

    def reload(self, now: float) -> list[Action]:
        """Replace every worker, one after the other, the new one first.

        A reload that is under way begins again.
        """
        if self._stopping:
            return []
        actions: list[Action] = [Report("Reload: workers are replaced one by one")]
        self._reloading = True
        self._to_reload = list(range(len(self._slots)))
        for slot in self._slots:
            if slot.successor is not None:
                self._end(slot.successor, now, actions)
                slot.successor = None
        if self._announced:
            self._reload_next(actions)
        return actions

    def stop(self, now: float) -> list[Action]:
        """End gracefully; the second time, at once."""
        actions: list[Action] = []
        if not self._stopping:
            actions.append(Report(f"Stopping {len(self._workers)} worker(s)"))
            self._stop(now, actions)
            return actions
        actions.append(Report("Second signal: the workers end at once", error=True))
        self._status = 1
        for number in self._workers:
            self._kill(number, actions)
        return actions

    def tick(self, now: float) -> list[Action]:
        """Do what is due at *now*."""
        actions: list[Action] = []
        for number, worker in self._workers.items():
            if worker.kill_at is not None and worker.kill_at <= now:
                self._give_up(number, actions)
            elif worker.stuck_at is not None and worker.stuck_at <= now:
                self._look_at_silent(number, now, actions)
        for place, slot in enumerate(self._slots):
            if slot.start_at is not None and slot.start_at <= now:
                slot.start_at = None
                slot.current = self._new(place, actions)
        return actions

    # Steps

    def _lives(self, worker: _Worker, now: float) -> None:
        if self._policy.silence:
            worker.stuck_at = now + self._policy.silence

    def _look_at_silent(self, number: int, now: float, actions: list[Action]) -> None:
        policy = self._policy
        worker = self._workers[number]
        if worker.stuck_at is not None and now - worker.stuck_at > policy.silence / 2:
            # Nobody listened when it was due.
            self._lives(worker, now)
            return
        worker.phase = _Phase.ABORTED
        worker.stuck_at = None
        worker.kill_at = now + policy.abort_grace
        text = f"Worker {number} has been silent for {policy.silence:g} s: it is stuck"
        actions.append(Report(f"{text} and is aborted", error=True))
        actions.append(Abort(number))

    def _give_up(self, number: int, actions: list[Action]) -> None:
        if self._workers[number].phase is _Phase.ABORTED:
            text = f"Worker {number} is stuck so firmly that it"
        else:
            text = f"Worker {number} did not end within {self._policy.grace:g} s and"
        actions.append(Report(f"{text} is killed", error=True))
        if self._stopping:
            self._status = self._status or 1
        self._kill(number, actions)

    def _is_served(self, slot: _Slot) -> bool:
        if slot.current is None:
            return False
        return self._workers[slot.current].phase is _Phase.SERVING

    def _new(self, slot: int, actions: list[Action]) -> int:
        self._numbers += 1
        self._workers[self._numbers] = _Worker(slot)
        actions.append(Start(self._numbers, slot))
        return self._numbers

    def _restart(self, place: int, now: float, actions: list[Action]) -> None:
        policy = self._policy
        slot = self._slots[place]
        delay = 0.0
        if slot.quick_ends:
            # The exponent is bounded, or the power would not be.
            delay = policy.first_delay * 2.0 ** min(slot.quick_ends - 1, 30)
            delay = min(delay, policy.longest_delay)
            actions.append(Report(f"The next worker starts in {delay:g} s"))
            slot.start_at = now + delay
        else:
            slot.current = self._new(place, actions)

    def _reload_next(self, actions: list[Action]) -> None:
        if not self._reloading:
            return
        if not self._to_reload:
            self._reloading = False
            actions.append(Report("Reload complete"))
            return
        place = self._to_reload.pop(0)
        slot = self._slots[place]
        slot.start_at = None
        slot.quick_ends = 0
        slot.successor = self._new(place, actions)

    def _end(self, number: int, now: float, actions: list[Action]) -> None:
        worker = self._workers[number]
        if worker.phase in (_Phase.STARTING, _Phase.SERVING):
            worker.phase = _Phase.ENDING
            worker.stuck_at = None
            worker.kill_at = now + self._policy.grace
            actions.append(Terminate(number))

    def _kill(self, number: int, actions: list[Action]) -> None:
        worker = self._workers[number]
        worker.kill_at = None
        if worker.phase is not _Phase.KILLED:
            worker.phase = _Phase.KILLED
            actions.append(Kill(number))

    def _stop(self, now: float, actions: list[Action]) -> None:
        self._stopping = True
        self._to_reload.clear()
        self._reloading = False
        actions.append(CloseListeners())
        for slot in self._slots:
            slot.start_at = None
        for number in self._workers:
            self._end(number, now, actions)
        if not self._workers:
            actions.append(Finish(self._status))
