"""The decisions of a supervisor: scripts of events and what has to follow."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aiohttp_web.supervision import (
    Abort,
    Announce,
    CloseListeners,
    Finish,
    Kill,
    Policy,
    Report,
    Start,
    Supervision,
    Terminate,
)

POLICY = Policy(workers=2, grace=10, first_delay=1, longest_delay=4, healthy_after=20)


def deeds(actions: list[Any]) -> list[Any]:
    """Return *actions* without what is only told."""
    return [action for action in actions if not isinstance(action, Report)]


def serving(policy: Policy = POLICY) -> Supervision:
    """Return a supervision with all workers serving since 0."""
    supervision = Supervision(policy)
    for action in supervision.start():
        supervision.ready(action.worker, 0)
    return supervision


def play(supervision: Supervision, script: list[tuple[Any, ...]]) -> None:
    """Let each event of *script*, ``(name, *arguments, expected)``, happen."""
    for number, (name, *arguments, expected) in enumerate(script):
        assert deeds(getattr(supervision, name)(*arguments)) == expected, (number, name)


def test_no_workers_make_no_supervisor() -> None:
    with pytest.raises(ValueError, match="At least one"):
        Supervision(Policy(workers=0))


def test_start_and_announcement() -> None:
    play(
        Supervision(POLICY),
        [
            ("start", [Start(1, 0), Start(2, 1)]),
            ("ready", 2, 0, []),
            ("ready", 1, 0, [Announce()]),
            ("ready", 1, 0, []),
            ("ready", 99, 0, []),
            ("died", 99, 0, 0, []),
            ("tick", 1000, []),
        ],
    )


@pytest.mark.parametrize(("status", "result"), [(1, 1), (2, 2), (0, 1), (-9, 1)])
def test_a_failing_first_start_ends_everything(status: int, result: int) -> None:
    play(
        Supervision(POLICY),
        [
            ("start", [Start(1, 0), Start(2, 1)]),
            ("died", 1, status, 0, [CloseListeners(), Terminate(2)]),
            ("died", 2, -15, 1, [Finish(result)]),
        ],
    )


def test_a_failing_first_start_of_the_last_worker() -> None:
    play(
        Supervision(Policy(workers=1)),
        [("start", [Start(1, 0)]), ("died", 1, 3, 0, [CloseListeners(), Finish(3)])],
    )


def test_a_worker_that_served_long_is_replaced_at_once() -> None:
    play(serving(), [("died", 1, -11, 20, [Start(3, 0)]), ("died", 2, 0, 30, [Start(4, 1)])])


def test_quick_ends_wait_longer_and_longer_up_to_a_bound() -> None:
    supervision = serving()
    now = 5.0
    worker = 1
    for delay in (1, 2, 4, 4, 4):
        assert deeds(supervision.died(worker, 1, now)) == []
        assert supervision.next_deadline() == now + delay
        assert deeds(supervision.tick(now + delay - 0.1)) == []
        now += delay
        worker = 3 if worker == 1 else worker + 1
        assert deeds(supervision.tick(now)) == [Start(worker, 0)]
        assert supervision.next_deadline() is None
    # It serves for long, and all is forgotten.
    supervision.ready(worker, now)
    assert deeds(supervision.died(worker, 1, now + 20)) == [Start(worker + 1, 0)]


def test_a_very_long_row_of_quick_ends_does_not_overflow() -> None:
    supervision = serving(Policy(workers=1, longest_delay=30))
    now, worker = 0.0, 1
    for _ in range(2000):
        supervision.died(worker, 1, now)
        deadline = supervision.next_deadline()
        assert deadline is not None
        assert deadline - now <= 30.0001
        now = deadline
        worker = deeds(supervision.tick(now))[0].worker


def test_reload_replaces_one_after_the_other_the_new_one_first() -> None:
    supervision = serving()
    play(
        supervision,
        [
            ("reload", 100, [Start(3, 0)]),
            ("ready", 3, 101, [Terminate(1), Start(4, 1)]),
            ("died", 1, 0, 102, []),
            ("ready", 4, 103, [Terminate(2)]),
            ("died", 2, 0, 104, []),
            ("tick", 1000, []),
        ],
    )
    assert "Reload complete" not in list(supervision.tick(1001))


def test_an_old_worker_that_does_not_end_is_killed() -> None:
    supervision = serving(Policy(workers=1, grace=10))
    play(
        supervision,
        [
            ("reload", 0, [Start(2, 0)]),
            ("ready", 2, 1, [Terminate(1)]),
            ("tick", 10.9, []),
            ("tick", 11, [Kill(1)]),
            ("tick", 12, []),
            ("died", 1, -9, 12, []),
        ],
    )
    assert supervision.next_deadline() is None


def test_a_reload_whose_new_worker_fails_leaves_the_old_ones() -> None:
    supervision = serving()
    supervision.reload(0)
    actions = supervision.died(3, 1, 1)
    assert deeds(actions) == []
    assert [a.error for a in actions if isinstance(a, Report)] == [True]
    # And a later one works.
    play(supervision, [("reload", 5, [Start(4, 0)]), ("ready", 4, 6, [Terminate(1), Start(5, 1)])])


def test_a_reload_begins_again() -> None:
    play(
        serving(),
        [
            ("reload", 0, [Start(3, 0)]),
            ("reload", 1, [Terminate(3), Start(4, 0)]),
            ("ready", 3, 1, []),
            ("died", 3, 0, 2, []),
            ("ready", 4, 2, [Terminate(1), Start(5, 1)]),
            ("ready", 5, 3, [Terminate(2)]),
        ],
    )


def test_a_reload_before_all_serve_waits_for_them() -> None:
    play(
        Supervision(POLICY),
        [
            ("start", [Start(1, 0), Start(2, 1)]),
            ("reload", 0, []),
            ("ready", 1, 0, []),
            ("ready", 2, 0, [Announce(), Start(3, 0)]),
        ],
    )


def test_a_worker_dies_while_its_successor_starts() -> None:
    play(
        serving(Policy(workers=1, first_delay=1)),
        [
            ("reload", 0, [Start(2, 0)]),
            ("died", 1, -11, 1, []),
            ("ready", 2, 2, []),
            ("tick", 100, []),
        ],
    )


def test_a_worker_and_its_successor_die() -> None:
    supervision = serving(Policy(workers=1, first_delay=1))
    play(
        supervision,
        [("reload", 0, [Start(2, 0)]), ("died", 1, -11, 1, []), ("died", 2, 1, 1, [])],
    )
    assert deeds(supervision.tick(3)) == [Start(3, 0)]


def test_a_reload_does_not_wait_for_a_delayed_restart() -> None:
    supervision = serving(Policy(workers=1))
    supervision.died(1, 1, 0)
    play(supervision, [("reload", 0.1, [Start(2, 0)]), ("tick", 100, []), ("ready", 2, 101, [])])


WATCHED = Policy(workers=1, grace=10, first_delay=1, healthy_after=5, silence=60, abort_grace=5)


def test_a_silent_worker_is_aborted_and_replaced() -> None:
    supervision = serving(WATCHED)
    assert supervision.next_deadline() == 60
    play(
        supervision,
        [
            ("alive", 1, 15, []),
            ("tick", 74.9, []),
            ("tick", 75, [Abort(1)]),
            # What it says now comes too late.
            ("alive", 1, 76, []),
            ("died", 1, -6, 76, [Start(2, 0)]),
            ("ready", 2, 77, []),
        ],
    )
    assert supervision.next_deadline() == 137


def test_a_worker_that_even_an_abort_does_not_end_is_killed() -> None:
    supervision = serving(WATCHED)
    play(supervision, [("tick", 60, [Abort(1)]), ("tick", 64.9, [])])
    actions = supervision.tick(65)
    assert deeds(actions) == [Kill(1)]
    assert "stuck so firmly" in actions[0].text
    play(supervision, [("died", 1, -9, 66, [Start(2, 0)])])


def test_silence_counts_only_while_a_worker_serves() -> None:
    supervision = Supervision(WATCHED)
    play(
        supervision,
        [
            ("start", [Start(1, 0)]),
            ("alive", 1, 0, []),
            ("alive", 99, 0, []),
            # Starting may take long.
            ("tick", 1000, []),
            ("ready", 1, 1000, [Announce()]),
            ("stop", 1001, [CloseListeners(), Terminate(1)]),
            ("alive", 1, 1002, []),
        ],
    )
    assert supervision.next_deadline() == 1011


def test_a_supervisor_that_slept_blames_nobody() -> None:
    play(
        serving(WATCHED),
        [
            ("tick", 500, []),
            ("tick", 559, []),
            ("tick", 561, [Abort(1)]),
        ],
    )


def test_the_end_while_a_worker_is_stuck() -> None:
    play(
        serving(WATCHED),
        [
            ("tick", 60, [Abort(1)]),
            ("stop", 61, [CloseListeners()]),
            ("tick", 65, [Kill(1)]),
            ("died", 1, -9, 65, [Finish(1)]),
        ],
    )


def test_a_successor_comes_for_a_stuck_worker() -> None:
    play(
        serving(WATCHED),
        [
            ("reload", 59, [Start(2, 0)]),
            ("tick", 60, [Abort(1)]),
            ("ready", 2, 61, []),
            ("died", 1, -6, 61, []),
        ],
    )


def test_graceful_end() -> None:
    supervision = serving()
    play(
        supervision,
        [
            ("stop", 50, [CloseListeners(), Terminate(1), Terminate(2)]),
            ("reload", 51, []),
            ("died", 2, 0, 51, []),
            ("died", 1, 0, 52, [Finish(0)]),
        ],
    )
    assert supervision.stopping


def test_the_end_has_a_deadline() -> None:
    play(
        serving(),
        [
            ("stop", 50, [CloseListeners(), Terminate(1), Terminate(2)]),
            ("died", 1, 0, 51, []),
            ("tick", 59, []),
            ("tick", 60, [Kill(2)]),
            ("died", 2, -9, 60, [Finish(1)]),
        ],
    )


def test_a_second_signal_ends_at_once() -> None:
    play(
        serving(),
        [
            ("stop", 50, [CloseListeners(), Terminate(1), Terminate(2)]),
            ("stop", 51, [Kill(1), Kill(2)]),
            ("stop", 52, []),
            ("died", 1, -9, 52, []),
            ("died", 2, -9, 52, [Finish(1)]),
        ],
    )


def test_the_end_while_a_reload_is_under_way() -> None:
    play(
        serving(Policy(workers=1)),
        [
            ("reload", 0, [Start(2, 0)]),
            ("stop", 1, [CloseListeners(), Terminate(1), Terminate(2)]),
            ("ready", 2, 1, []),
            ("died", 2, 0, 2, []),
            ("died", 1, 0, 2, [Finish(0)]),
        ],
    )


def test_the_end_while_nothing_runs() -> None:
    supervision = serving(Policy(workers=1))
    supervision.died(1, 1, 0)
    play(supervision, [("stop", 0.1, [CloseListeners(), Finish(0)])])
    assert supervision.next_deadline() is None


EVENTS = st.one_of(
    st.tuples(st.just("ready"), st.integers(1, 12)),
    st.tuples(st.just("alive"), st.integers(1, 12)),
    st.tuples(st.just("died"), st.integers(1, 12), st.sampled_from([0, 1, -9, -15])),
    st.tuples(st.just("reload")),
    st.tuples(st.just("tick")),
    st.tuples(st.just("stop")),
)


@settings(deadline=None, max_examples=300)
@given(st.integers(1, 3), st.lists(st.tuples(st.floats(0, 20), EVENTS), max_size=40))
def test_whatever_happens_the_books_are_right(workers: int, events: list[Any]) -> None:
    """No slot has more than a worker, a successor and the ending ones; the end comes and is one."""
    supervision = Supervision(Policy(workers=workers, grace=10, silence=15))
    alive: dict[int, str] = {}
    finished = 0
    now = 0.0

    def take(actions: list[Any]) -> None:
        nonlocal finished
        for action in actions:
            assert not finished, action
            match action:
                case Start(worker, slot):
                    assert worker not in alive
                    assert 0 <= slot < workers
                    alive[worker] = "runs"
                case Terminate(worker):
                    assert alive[worker] == "runs"
                    alive[worker] = "asked"
                case Abort(worker):
                    assert alive[worker] == "runs"
                    alive[worker] = "aborted"
                case Kill(worker):
                    assert alive[worker] in {"runs", "asked", "aborted"}
                    alive[worker] = "killed"
                case Finish():
                    assert not alive
                    finished += 1

    take(supervision.start())
    for pause, (name, *arguments) in events:
        if finished:
            break
        now += pause
        if name == "died":
            if arguments[0] not in alive:
                continue
            del alive[arguments[0]]
        take(getattr(supervision, name)(*arguments, *([now] if name != "start" else [])))
        running = [worker for worker, how in alive.items() if how == "runs"]
        assert len(running) <= 2 * workers
    if not finished:
        take(supervision.stop(now))
    for _ in range(3):
        take(supervision.tick(now + 1000))
    for worker in list(alive):
        del alive[worker]
        take(supervision.died(worker, -9, now + 1000))
    assert finished == 1
