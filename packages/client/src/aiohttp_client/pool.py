r"""The pool's decisions: who gets which connection, who waits, and what is closed.

Nothing here knows a loop, a socket or a future.  Time comes in as a number; connections are opaque
objects.  What the owner has to do comes out as data: a :class:`Slot` to use, ``doomed`` connections
to close, ``granted`` tickets to wake.  The owner empties both lists after every call.

A :class:`Slot` stands for one socket that exists or is being opened::

    CONNECTING -> LEASED <-> IDLE
         \______________|________> GONE

Laws (``check_invariants`` verifies them)
* Every socket has exactly one slot; slots that are not ``GONE`` never outnumber ``limit``, nor, per
  host key, ``limit_per_host``.  Idle sockets count: an idle one is closed to make room.
* A slot is leased to one user at a time; leaving it twice is an error, not a second release.
* Waiters are served strictly first come, first served.  Only a waiter whose host is at
  ``limit_per_host`` is passed over, and it keeps its place.
* While somebody waits for a slot that could be given, no slot can be: no idle socket is hoarded and
  no newcomer overtakes.
* The idle socket that was released first is used first (spec row ADD-294), unless it is past its
  idle limit or its lifetime.
* A host without sockets and waiters leaves no trace: memory is bounded by the limits, not by the
  number of hosts ever seen.
"""

from collections import deque
from collections.abc import Callable, Hashable
from enum import IntEnum
from heapq import heappop, heappush
from math import inf
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

if TYPE_CHECKING:
    import cython
else:
    from aiohttp_core import interpreted as cython

__all__ = ("Lane", "Pool", "PoolStats", "Slot", "SlotState", "Ticket")

Key: TypeAlias = Hashable
"""What a connection is kept under."""

Conn: TypeAlias = Any
"""A connection: the pool asks nothing of it."""


COMPILED: bool = cython.compiled
"""Whether this module runs compiled."""


class SlotState(IntEnum):
    """Where a slot is in its life."""

    CONNECTING = 0
    LEASED = 1
    IDLE = 2
    GONE = 3


# The same as numbers: an attribute look-up on the enum class costs as much as the decision.
CONNECTING: int = 0
LEASED: int = 1
IDLE: int = 2
GONE: int = 3


class PoolStats(NamedTuple):
    """What the pool holds now, and what it has done since it was made."""

    connecting: int
    leased: int
    idle: int
    waiting: int
    created: int
    reused: int
    evicted: int
    """Idle connections closed to make room for another host."""
    expired: int
    """Idle connections closed for age, idle time or number of uses."""


class _Group:
    """The sockets and waiters of one host key."""

    __slots__ = ("host", "lanes", "queued", "size", "waiters")

    def __init__(self, host: Hashable) -> None:
        self.host = host
        self.size = 0
        self.lanes: dict[Key, Lane] = {}
        self.waiters: deque[Ticket] = deque()
        self.queued = False


class Lane:
    """The sockets of one key: those that are idle, in order of release."""

    __slots__ = ("group", "idle", "key", "size", "waiting")

    def __init__(self, key: Key, group: _Group) -> None:
        self.key = key
        self.group = group
        self.idle: deque[Slot] = deque()
        self.size = 0
        self.waiting = 0


class Slot:
    """One socket, existing or being opened, and the right to use it."""

    __slots__ = ("born", "connection", "expires", "idle_since", "lane", "pool", "state", "uses")

    def __init__(self, pool: "Pool", lane: "Lane") -> None:
        self.pool = pool
        self.lane = lane
        self.state = CONNECTING
        self.connection: Conn | None = None
        self.born = 0.0
        self.idle_since = 0.0
        self.expires = inf
        self.uses = 0

    @property
    def key(self) -> Key:
        """The key that the socket serves."""
        return self.lane.key


class Ticket:
    """A place in the queue; ``slot`` is set when it is granted."""

    __slots__ = ("cancelled", "lane", "number", "slot", "wake")

    def __init__(self, lane: "Lane", number: int) -> None:
        self.lane = lane
        self.number = number
        self.slot: Slot | None = None
        self.cancelled = False
        self.wake: object = None
        """For the owner: what to wake when the ticket is granted."""


class Pool:
    """Decides about connections; *host_of* maps a key to what ``limit_per_host`` counts by.

    *limit* and *limit_per_host*: most sockets at a time, 0 for no limit.  *keepalive*: seconds that
    an idle socket stays usable, ``None`` for ever.  *max_lifetime*: seconds after which a socket is
    not used again; *max_uses*: how many requests one socket serves; ``None`` for no limit.
    """

    __slots__ = (
        "_connecting",
        "_counts",
        "_groups",
        "_host_of",
        "_idle",
        "_lanes",
        "_runnable",
        "_tickets",
        "_waiting",
        "closed",
        "doomed",
        "granted",
        "keepalive",
        "limit",
        "limit_per_host",
        "max_lifetime",
        "max_uses",
        "size",
        "watched",
    )

    def __init__(
        self,
        host_of: Callable[[Any], Hashable],
        *,
        limit: int = 100,
        limit_per_host: int = 0,
        keepalive: float | None = 15.0,
        max_lifetime: float | None = None,
        max_uses: int | None = None,
    ) -> None:
        self._host_of = host_of
        self.limit = limit
        self.limit_per_host = limit_per_host
        self.keepalive = inf if keepalive is None else keepalive
        self.max_lifetime = inf if max_lifetime is None else max_lifetime
        self.max_uses = inf if max_uses is None else max_uses
        self.size = 0
        self.closed = False
        self.watched = False
        """For the owner: whether it will call :meth:`expire` when it is time to."""
        self.doomed: list[Conn] = []
        self.granted: list[Ticket] = []
        self._lanes: dict[Key, Lane] = {}
        self._groups: dict[Hashable, _Group] = {}
        self._idle: dict[Slot, None] = {}  # the order is that of release
        self._runnable: list[tuple[int, _Group]] = []
        self._tickets = 0
        self._waiting = 0
        self._connecting = 0
        self._counts = [0, 0, 0, 0]  # created, reused, evicted, expired

    # -- asking ---------------------------------------------------------------------------------

    def acquire(self, key: Key, now: float) -> Slot | None:
        """Return a slot for *key*, or ``None``: take a place with :meth:`enqueue`.

        The slot is ``LEASED`` with a connection that was idle, or ``CONNECTING``: then open one and
        say :meth:`opened`, or give the slot up with :meth:`discard`.
        """
        lane = self._lanes.get(key)
        if lane is None:
            if self._runnable:
                return None
            group = self._groups.get(self._host_of(key))
            if group is not None and group.waiters:
                return None
            lane = self._open_lane(key)
        elif self._waiting and (self._runnable or lane.group.waiters):
            return None
        slot = self._take(lane, now)
        if slot is None:
            self._drop_lane_if_unused(lane)
        return slot

    def lane(self, key: Key) -> Lane | None:
        """Return the lane of *key*, if it has sockets or waiters.

        It may be kept, and :meth:`reuse` asked with it: a lane that was dropped has nothing idle.
        """
        return self._lanes.get(key)

    def reuse(self, lane: Lane, now: float) -> Slot | None:
        """Return the ``LEASED`` slot of an idle connection; ``None``: :meth:`acquire` knows more.

        The fast path for a request that finds a connection ready.
        """
        idle = lane.idle
        if not idle:
            return None
        slot = idle[0]
        if slot.expires <= now or now - slot.born >= self.max_lifetime:
            return None
        idle.popleft()
        del self._idle[slot]
        slot.state = LEASED
        slot.uses += 1
        self._counts[1] += 1
        return slot

    def enqueue(self, key: Key, now: float) -> Ticket:
        """Take the last place in the queue.  The ticket is granted later, or cancelled by you.

        Where :meth:`acquire` would have had a slot, the ticket comes back granted.
        """
        lane = self._lanes.get(key)
        if lane is None:
            lane = self._open_lane(key)
        self._tickets += 1
        ticket: Ticket = Ticket(lane, self._tickets)
        lane.waiting += 1
        self._waiting += 1
        lane.group.waiters.append(ticket)
        self._freed(lane.group, now)
        return ticket

    def cancel(self, ticket: Ticket, now: float) -> None:
        """Give up *ticket*, granted or not; what it was granted goes to the next one."""
        if ticket.cancelled:
            return
        ticket.cancelled = True
        slot = ticket.slot
        if slot is None:
            self._forget(ticket)
            self._serve(now)
        elif slot.state == LEASED and slot.connection is not None:
            self.release(slot, now)
        else:
            self.discard(slot, now)

    # -- telling --------------------------------------------------------------------------------

    def opened(self, slot: Slot, connection: Conn, now: float) -> None:
        """The socket of a ``CONNECTING`` slot exists now; it is leased to you."""
        if slot.state != CONNECTING:
            raise RuntimeError(f"slot is {SlotState(slot.state).name}, not CONNECTING")
        slot.state = LEASED
        self._connecting -= 1
        slot.connection = connection
        slot.born = now
        slot.uses = 1
        self._counts[0] += 1

    def replace(self, slot: Slot) -> Slot:
        """The connection of a ``LEASED`` slot turned out to be dead: return a slot in its place.

        It is ``CONNECTING``; nobody else can come in between.
        """
        lane = slot.lane
        if slot.state == GONE or self._lanes.get(lane.key) is not lane:
            raise RuntimeError("the slot is gone")
        slot.state = GONE
        fresh = Slot(self, lane)
        self._connecting += 1
        return fresh

    def release(self, slot: Slot, now: float, idle_limit: float = inf) -> bool:
        """The connection of a ``LEASED`` slot is free and fit for another request.

        *idle_limit*: seconds after which the server closes it, ``inf`` if it did not say.  A
        connection that may not be used again is doomed.  Returns whether the owner has to do
        something: carry decisions out, or watch the time of what is idle.
        """
        if slot.state != LEASED:
            raise RuntimeError(f"slot is {SlotState(slot.state).name}, not LEASED")
        if now - slot.born >= self.max_lifetime or slot.uses >= self.max_uses or self.closed:
            self._counts[3] += 1
            self._doom(slot, now)
            return True
        slot.expires = now + (idle_limit if idle_limit < self.keepalive else self.keepalive)
        slot.idle_since = now
        slot.state = IDLE
        slot.lane.idle.append(slot)
        self._idle[slot] = None
        if self._waiting:
            self._freed(slot.lane.group, now)
            return True
        return not self.watched

    def discard(self, slot: Slot, now: float) -> None:
        """The socket is gone, or was never opened; in any state, and harmless when repeated."""
        if slot.state == GONE:
            return
        if slot.state == IDLE:
            slot.lane.idle.remove(slot)
            del self._idle[slot]
        self._remove(slot)
        if self._waiting:
            self._freed(slot.lane.group, now)
        self._drop_lane_if_unused(slot.lane)

    def expire(self, now: float) -> float:
        """Doom idle connections whose time is over; return when the next one's is, or ``inf``."""
        earliest = inf
        for slot in tuple(self._idle):
            due = min(slot.expires, slot.born + self.max_lifetime)
            if due <= now:
                self._expire(slot, now)
            elif due < earliest:
                earliest = due
        return earliest

    def close(self) -> list[Conn]:
        """Forget everything; return all connections.  Slots are ``GONE``, tickets cancelled."""
        connections = []
        for slot in tuple(self._idle):
            if slot.connection is not None:
                connections.append(slot.connection)
            slot.state = GONE
            slot.lane.idle.clear()
        for group in self._groups.values():
            for ticket in group.waiters:
                ticket.cancelled = True
                self.granted.append(ticket)
        self._idle.clear()
        self._lanes.clear()
        self._groups.clear()
        self._runnable.clear()
        self._waiting = 0
        self._connecting = 0
        self.size = 0
        self.closed = True
        return connections

    # -- looking --------------------------------------------------------------------------------

    @property
    def idle(self) -> int:
        """How many connections wait for a request."""
        return len(self._idle)

    @property
    def waiting(self) -> int:
        """How many tickets are neither granted nor cancelled."""
        return self._waiting

    @property
    def hosts(self) -> int:
        """How many host keys have sockets or waiters."""
        return len(self._groups)

    def available(self, key: Key) -> int:
        """Return how many more sockets could be in use for *key* now; at least 1 without limits."""
        idle = len(self._idle)
        room = self.limit - (self.size - idle) if self.limit else 1
        if self.limit_per_host:
            group = self._groups.get(self._host_of(key))
            if group is not None:
                used = group.size - sum(len(lane.idle) for lane in group.lanes.values())
                room = min(room, self.limit_per_host - used)
            else:
                room = min(room, self.limit_per_host)
        return room

    def idle_slots(self) -> list[Slot]:
        """Return the idle slots, the one that was released first in front."""
        return list(self._idle)

    def stats(self) -> PoolStats:
        """Return the figures of this moment."""
        connecting = self._connecting
        created, reused, evicted, expired = self._counts
        idle = len(self._idle)
        leased = self.size - idle - connecting
        return PoolStats(connecting, leased, idle, self._waiting, created, reused, evicted, expired)

    def check_invariants(self) -> None:
        """Raise ``AssertionError`` if a law of this module is broken; for tests and debugging."""
        lanes = list(self._lanes.values())
        idle = [slot for lane in lanes for slot in lane.idle]
        facts = {
            "size": self.size == sum(lane.size for lane in lanes),
            "limit": not self.limit or self.size <= self.limit,
            "idle": set(idle) == set(self._idle) and len(idle) == len(self._idle),
            "idle states": all(slot.state == IDLE for slot in idle),
            "no trace": all(lane.size or lane.waiting for lane in lanes),
            "waiting": self._waiting == sum(len(g.waiters) for g in self._groups.values()),
            "lane waiting": self._waiting == sum(lane.waiting for lane in lanes),
            "doomed are gone": all(connection is not None for connection in self.doomed),
        }
        for group in self._groups.values():
            name = f"group {group.host}"
            facts[f"{name} size"] = group.size == sum(ln.size for ln in group.lanes.values())
            facts[f"{name} limit"] = not self.limit_per_host or group.size <= self.limit_per_host
            facts[f"{name} is used"] = bool(group.lanes)
            numbers = [ticket.number for ticket in group.waiters]
            facts[f"{name} order"] = numbers == sorted(numbers)
            if group.waiters:
                full = self.limit and self.size >= self.limit and not self._idle
                busy = not any(lane.idle for lane in group.lanes.values())
                blocked = self.limit_per_host and group.size >= self.limit_per_host and busy
                facts[f"{name} nobody waits in vain"] = bool(full or blocked)
        broken = [name for name, true in facts.items() if not true]
        if broken:
            raise AssertionError(f"pool invariants broken: {', '.join(broken)}")

    # -- inside ---------------------------------------------------------------------------------

    def _open_lane(self, key: Key) -> Lane:
        host = self._host_of(key)
        group = self._groups.get(host)
        if group is None:
            group = self._groups[host] = _Group(host)
        lane = group.lanes[key] = self._lanes[key] = Lane(key, group)
        return lane

    def _drop_lane_if_unused(self, lane: Lane) -> None:
        if lane.size or lane.waiting or self._lanes.get(lane.key) is not lane:
            return
        del self._lanes[lane.key]
        group = lane.group
        del group.lanes[lane.key]
        if not group.lanes and self._groups.get(group.host) is group:
            del self._groups[group.host]

    def _take(self, lane: Lane, now: float) -> Slot | None:
        idle = lane.idle
        while idle:
            slot = idle[0]
            if slot.expires <= now or now - slot.born >= self.max_lifetime:
                self._counts[3] += 1
                self._doom(slot, now, False)
                continue
            idle.popleft()
            del self._idle[slot]
            slot.state = LEASED
            slot.uses += 1
            self._counts[1] += 1
            return slot
        if not self._make_room(lane.group, now):
            return None
        slot = Slot(self, lane)
        self._connecting += 1
        lane.size += 1
        lane.group.size += 1
        self.size += 1
        return slot

    def _make_room(self, group: _Group, now: float) -> bool:
        if self.limit_per_host and group.size >= self.limit_per_host:
            heads = [lane.idle[0] for lane in group.lanes.values() if lane.idle]
            if not heads:
                return False
            self._evict(min(heads, key=_idle_since), now)
        if self.limit and self.size >= self.limit:
            if not self._idle:
                return False
            self._evict(next(iter(self._idle)), now)
        return True

    def _evict(self, slot: Slot, now: float) -> None:
        late = slot.expires <= now or now - slot.born >= self.max_lifetime
        self._counts[3 if late else 2] += 1
        self._doom(slot, now, False)
        self._drop_lane_if_unused(slot.lane)

    def _expire(self, slot: Slot, now: float) -> None:
        self._counts[3] += 1
        self._doom(slot, now)

    def _doom(self, slot: Slot, now: float, serve: bool = True) -> None:
        if slot.state == IDLE:
            slot.lane.idle.remove(slot)
            del self._idle[slot]
        if slot.connection is not None:
            self.doomed.append(slot.connection)
        self._remove(slot)
        if serve:
            if self._waiting:
                self._freed(slot.lane.group, now)
            self._drop_lane_if_unused(slot.lane)

    def _remove(self, slot: Slot) -> None:
        lane = slot.lane
        was_connecting = slot.state == CONNECTING
        slot.state = GONE
        if self._lanes.get(lane.key) is not lane:
            return  # the pool was closed in between and has forgotten the slot
        if was_connecting:
            self._connecting -= 1
        lane.size -= 1
        lane.group.size -= 1
        self.size -= 1

    def _queue_group(self, group: _Group) -> None:
        if group.waiters and not group.queued:
            group.queued = True
            heappush(self._runnable, (group.waiters[0].number, group))

    def _freed(self, group: _Group, now: float) -> None:
        self._queue_group(group)
        self._serve(now)

    def _serve(self, now: float) -> None:
        """Grant slots to the waiters at the head of the queue, as many as there are."""
        heap = self._runnable
        while heap:
            number, group = heap[0]
            if not group.waiters or group.waiters[0].number != number:
                heappop(heap)
                group.queued = False
                self._queue_group(group)
                continue
            ticket = group.waiters[0]
            slot = self._take(ticket.lane, now)
            if slot is None:
                if not self.limit_per_host or group.size < self.limit_per_host:
                    return
                heappop(heap)  # blocked by its own limit: it comes back when the group is freed
                group.queued = False
                continue
            ticket.slot = slot
            self.granted.append(ticket)
            self._forget(ticket)

    def _forget(self, ticket: Ticket) -> None:
        lane = ticket.lane
        if self._lanes.get(lane.key) is not lane:
            return
        waiters = lane.group.waiters
        if waiters[0] is ticket:
            waiters.popleft()
        else:
            waiters.remove(ticket)
        lane.waiting -= 1
        self._waiting -= 1
        self._drop_lane_if_unused(lane)


def _idle_since(slot: Slot) -> float:
    return slot.idle_since
