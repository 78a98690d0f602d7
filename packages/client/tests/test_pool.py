from math import inf

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from aiohttp_client.pool import Pool, Slot, SlotState, Ticket

KEYS = [("a", 80, "x"), ("a", 80, "y"), ("b", 80, "x"), ("c", 80, "x")]


def host_of(key: tuple[str, int, str]) -> tuple[str, int]:
    return key[:2]


def make(**options: object) -> Pool:
    return Pool(host_of, **options)


def lease(pool: Pool, key: tuple[str, int, str], now: float = 0.0) -> Slot:
    slot = pool.acquire(key, now)
    assert slot is not None
    if slot.state == SlotState.CONNECTING:
        pool.opened(slot, object(), now)
    return slot


def reuse(pool: Pool, key: tuple[str, int, str], now: float) -> Slot | None:
    lane = pool.lane(key)
    return None if lane is None else pool.reuse(lane, now)


def test_a_kept_lane_has_nothing_once_it_is_dropped() -> None:
    pool = make()
    slot = lease(pool, KEYS[0])
    pool.release(slot, 1.0)
    lane = pool.lane(KEYS[0])
    assert lane is not None
    pool.discard(slot, 2.0)
    assert pool.lane(KEYS[0]) is None
    assert pool.reuse(lane, 2.0) is None
    pool.release(lease(pool, KEYS[0]), 3.0)
    fresh = pool.lane(KEYS[0])
    assert fresh is not None
    assert fresh is not lane
    pool.close()
    assert pool.reuse(fresh, 3.0) is None


def test_create_release_reuse() -> None:
    pool = make()
    slot = lease(pool, KEYS[0])
    first = slot.connection
    pool.release(slot, 1.0)
    again = pool.acquire(KEYS[0], 2.0)
    assert again is not None
    assert again.connection is first
    assert again.state == SlotState.LEASED
    assert pool.stats().reused == 1
    pool.check_invariants()


@pytest.mark.spec("ADD-294")
def test_released_first_is_used_first() -> None:
    pool = make()
    one, two = lease(pool, KEYS[0]), lease(pool, KEYS[0])
    pool.release(two, 1.0)
    pool.release(one, 2.0)
    assert pool.acquire(KEYS[0], 3.0) is two
    assert reuse(pool, KEYS[0], 3.0) is one


@pytest.mark.spec("ADD-295", "ADD-807")
def test_other_key_gets_other_socket() -> None:
    pool = make()
    slot = lease(pool, KEYS[0])
    pool.release(slot, 1.0)
    other = pool.acquire(KEYS[1], 2.0)
    assert other is not None
    assert other is not slot
    assert other.state == SlotState.CONNECTING


@pytest.mark.spec("CON-02", "ADD-1041")
@pytest.mark.parametrize(
    ("keepalive", "fresh"), [(15.0, True), (1.0, False), (0.0, False), (None, True)]
)
def test_keepalive(keepalive: float | None, fresh: bool) -> None:
    pool = make(keepalive=keepalive)
    slot = lease(pool, KEYS[0])
    connection = slot.connection
    pool.release(slot, 0.0)
    again = pool.acquire(KEYS[0], 2.0)
    assert again is not None
    assert (again.connection is connection) is fresh
    assert pool.doomed == ([] if fresh else [connection])
    pool.check_invariants()


def test_server_limit_shortens_keepalive() -> None:
    pool = make(keepalive=15.0)
    slot = lease(pool, KEYS[0])
    pool.release(slot, 0.0, idle_limit=4.0)
    assert reuse(pool, KEYS[0], 5.0) is None
    assert pool.expire(5.0) == float("inf")
    assert len(pool.doomed) == 1
    pool.check_invariants()


def test_lifetime_and_uses() -> None:
    pool = make(max_lifetime=10.0)
    slot = lease(pool, KEYS[0], 0.0)
    pool.release(slot, 11.0)
    assert pool.idle == 0
    assert len(pool.doomed) == 1
    pool = make(max_uses=2)
    slot = lease(pool, KEYS[0])
    pool.release(slot, 0.0)
    slot = pool.acquire(KEYS[0], 0.0)
    assert slot is not None
    pool.release(slot, 0.0)
    assert pool.idle == 0
    assert len(pool.doomed) == 1


@pytest.mark.spec("CON-03")
def test_total_limit_makes_wait_and_serves_in_order() -> None:
    pool = make(limit=1)
    slot = lease(pool, KEYS[0])
    assert pool.acquire(KEYS[2], 0.0) is None
    first = pool.enqueue(KEYS[2], 0.0)
    second = pool.enqueue(KEYS[0], 0.0)
    assert pool.granted == []
    pool.release(slot, 1.0)
    # Strictly first come, first served: the idle socket of another host is closed for it.
    assert pool.granted == [first]
    assert first.slot is not None
    assert first.slot.state == SlotState.CONNECTING
    assert len(pool.doomed) == 1
    pool.granted.clear()
    pool.discard(first.slot, 2.0)
    assert pool.granted == [second]
    pool.check_invariants()


@pytest.mark.spec("CON-04", "ADD-298")
def test_host_limit_does_not_block_others() -> None:
    pool = make(limit=10, limit_per_host=1)
    lease(pool, KEYS[0])
    assert pool.acquire(KEYS[1], 0.0) is None  # the same host
    ticket = pool.enqueue(KEYS[1], 0.0)
    assert pool.acquire(KEYS[2], 0.0) is not None
    assert ticket.slot is None
    pool.check_invariants()


def test_newcomer_does_not_overtake() -> None:
    pool = make(limit_per_host=1)
    slot = lease(pool, KEYS[0])
    ticket = pool.enqueue(KEYS[0], 0.0)
    pool.discard(slot, 1.0)
    assert ticket.slot is not None
    pool.enqueue(KEYS[0], 1.0)
    assert pool.acquire(KEYS[0], 1.0) is None
    pool.check_invariants()


def test_idle_of_other_host_makes_room() -> None:
    pool = make(limit=1)
    slot = lease(pool, KEYS[0])
    pool.release(slot, 0.0)
    other = pool.acquire(KEYS[2], 1.0)
    assert other is not None
    assert pool.stats().evicted == 1
    assert len(pool.doomed) == 1
    pool.check_invariants()


def test_cancel_of_granted_ticket_passes_on() -> None:
    pool = make(limit=1)
    slot = lease(pool, KEYS[0])
    first, second = pool.enqueue(KEYS[0], 0.0), pool.enqueue(KEYS[0], 0.0)
    pool.release(slot, 1.0)
    assert first.slot is slot
    pool.cancel(first, 1.0)
    assert second.slot is slot
    pool.cancel(second, 1.0)
    pool.cancel(second, 1.0)
    assert pool.idle == 1
    pool.check_invariants()


def test_cancel_in_the_middle() -> None:
    pool = make(limit=1)
    slot = lease(pool, KEYS[0])
    tickets = [pool.enqueue(key, 0.0) for key in KEYS]
    pool.cancel(tickets[1], 0.0)
    pool.check_invariants()
    pool.discard(slot, 1.0)
    assert [ticket.slot is not None for ticket in tickets] == [True, False, False, False]
    pool.check_invariants()


def test_double_release_is_an_error() -> None:
    pool = make()
    slot = lease(pool, KEYS[0])
    pool.release(slot, 0.0)
    with pytest.raises(RuntimeError):
        pool.release(slot, 0.0)
    with pytest.raises(RuntimeError):
        pool.opened(slot, object(), 0.0)


def test_replace_keeps_the_place() -> None:
    pool = make(limit=1)
    slot = lease(pool, KEYS[0])
    fresh = pool.replace(slot)
    assert slot.state == SlotState.GONE
    assert fresh.state == SlotState.CONNECTING
    pool.check_invariants()
    with pytest.raises(RuntimeError):
        pool.replace(slot)


def test_close() -> None:
    pool = make(limit=2)
    idle, busy = lease(pool, KEYS[0]), lease(pool, KEYS[1])
    pool.release(idle, 0.0)
    pool.acquire(KEYS[2], 0.0)
    ticket = pool.enqueue(KEYS[3], 0.0)
    pool.doomed.clear()
    assert pool.close() == []
    assert ticket in pool.granted
    assert ticket.cancelled
    pool.release(busy, 1.0)
    assert pool.doomed == [busy.connection]
    pool.discard(busy, 1.0)
    pool.check_invariants()


def test_unknown_hosts_leave_no_trace() -> None:
    pool = make(limit=0, keepalive=0.0)
    for number in range(1000):
        slot = lease(pool, (f"h{number}", 80, ""), float(number))
        pool.discard(slot, float(number))
    assert pool.acquire(("z", 1, ""), 0.0) is not None
    pool.check_invariants()
    assert pool.hosts == 1


def test_available() -> None:
    pool = make(limit=3, limit_per_host=2)
    assert pool.available(KEYS[0]) == 2
    lease(pool, KEYS[0])
    assert pool.available(KEYS[0]) == 1
    lease(pool, KEYS[1])
    assert pool.available(KEYS[0]) == 0
    assert pool.available(KEYS[2]) == 1


class PoolMachine(RuleBasedStateMachine):
    """Everything that can happen to a pool, in any order, with cancellation everywhere."""

    @initialize(
        limit=st.integers(0, 4), per_host=st.integers(0, 3), keep=st.sampled_from([None, 0.0, 3.0])
    )
    def begin(self, limit: int, per_host: int, keep: float | None) -> None:
        self.pool = make(limit=limit, limit_per_host=per_host, keepalive=keep, max_lifetime=50.0)
        self.now = 0.0
        self.connecting: list[Slot] = []
        self.leased: dict[Slot, object] = {}
        self.tickets: list[Ticket] = []
        self.alive: set[object] = set()

    def settle(self) -> None:
        for connection in self.pool.doomed:
            assert connection in self.alive, "closed twice"
            assert connection not in self.leased.values(), "closed in use"
            self.alive.discard(connection)
        self.pool.doomed.clear()
        self.pool.granted.clear()

    def take(self, slot: Slot) -> None:
        if slot.state == SlotState.CONNECTING:
            self.connecting.append(slot)
        else:
            assert slot.state == SlotState.LEASED
            assert slot.connection in self.alive
            assert slot.connection not in self.leased.values(), "used twice"
            self.leased[slot] = slot.connection

    @rule(key=st.sampled_from(KEYS))
    def acquire(self, key: tuple[str, int, str]) -> None:
        waiting = [ticket for ticket in self.tickets if ticket.slot is None]
        slot = self.pool.acquire(key, self.now)
        self.settle()
        if slot is not None:
            assert not any(host_of(t.lane.key) == host_of(key) for t in waiting), "overtaken"
            self.take(slot)
        else:
            self.tickets.append(self.pool.enqueue(key, self.now))
            self.settle()
            assert self.tickets[-1].slot is None, "waited in vain"

    @rule(key=st.sampled_from(KEYS))
    def reuse(self, key: tuple[str, int, str]) -> None:
        slot = reuse(self.pool, key, self.now)
        if slot is not None:
            self.take(slot)

    @precondition(lambda self: self.tickets)
    @rule(data=st.data())
    def wake_or_cancel(self, data: st.DataObject) -> None:
        ticket = data.draw(st.sampled_from(self.tickets))
        if ticket.slot is not None and data.draw(st.booleans()):
            self.tickets.remove(ticket)
            self.take(ticket.slot)
        elif data.draw(st.booleans()):
            self.tickets.remove(ticket)
            self.pool.cancel(ticket, self.now)
            self.settle()

    @precondition(lambda self: self.connecting)
    @rule(works=st.booleans())
    def connected(self, works: bool) -> None:
        slot = self.connecting.pop(0)
        if works:
            connection = object()
            self.alive.add(connection)
            self.pool.opened(slot, connection, self.now)
            self.leased[slot] = connection
        else:
            self.pool.discard(slot, self.now)
        self.settle()

    @precondition(lambda self: self.leased)
    @rule(data=st.data(), how=st.sampled_from(["release", "short", "die"]))
    def finish(self, data: st.DataObject, how: str) -> None:
        slot = data.draw(st.sampled_from(list(self.leased)))
        connection = self.leased.pop(slot)
        if how == "die":
            self.alive.discard(connection)
            self.pool.discard(slot, self.now)
        else:
            self.pool.release(slot, self.now, 1.0 if how == "short" else inf)
        self.settle()

    @rule()
    def idle_dies(self) -> None:
        slots = self.pool.idle_slots()
        if slots:
            self.alive.discard(slots[-1].connection)
            self.pool.discard(slots[-1], self.now)
            self.settle()

    @rule(seconds=st.integers(0, 5))
    def time_passes(self, seconds: int) -> None:
        self.now += seconds
        self.pool.expire(self.now)
        self.settle()

    @invariant()
    def whole(self) -> None:
        if not hasattr(self, "pool"):
            return
        self.pool.check_invariants()
        granted = [ticket.slot for ticket in self.tickets if ticket.slot is not None]
        idle = [slot.connection for slot in self.pool.idle_slots()]
        assert len(idle) + len(self.leased) + len(self.connecting) + len(granted) == self.pool.size
        promised = [slot.connection for slot in granted if slot.connection is not None]
        known = idle + list(self.leased.values()) + promised
        assert len(known) == len(set(map(id, known))), "one socket in two places"
        assert set(map(id, known)) == set(map(id, self.alive)), "a connection was lost"


TestPoolMachine = PoolMachine.TestCase
TestPoolMachine.settings = settings(max_examples=150, stateful_step_count=40, deadline=None)
