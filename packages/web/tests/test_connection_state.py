"""The table of states, and its check."""

import pytest

from aiohttp_web.connection_state import TRANSITIONS, ConnectionState, check_transition


def test_transitions_name_only_states() -> None:
    assert set(TRANSITIONS) == set(ConnectionState)
    assert set().union(*TRANSITIONS.values()) <= set(ConnectionState)
    assert not TRANSITIONS[ConnectionState.CLOSED]


@pytest.mark.parametrize("before", ConnectionState)
@pytest.mark.parametrize("after", ConnectionState)
def test_the_check_follows_the_table(before: ConnectionState, after: ConnectionState) -> None:
    if after in TRANSITIONS[before]:
        check_transition(before, after)
    else:
        with pytest.raises(RuntimeError, match=f"{before.name} -> {after.name}"):
            check_transition(before, after)
