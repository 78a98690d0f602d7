"""The states of a server connection, and which may follow which.

::

    IDLE -> READING_HEAD                     the first byte of a head
    IDLE, READING_HEAD -> HANDLING           a head is complete
    HANDLING -> IDLE                         answered, body read, connection kept
    HANDLING -> DRAINING                     answered, body not read yet
    DRAINING -> IDLE                         the rest of the body has come
    HANDLING -> UPGRADED                     a handler took the connection
    any but CLOSED -> CLOSING                the last byte was written; wait for the client's end
    any -> CLOSED                            connection_lost

Before ``HANDLING`` no request is served; from ``CLOSING`` on what the client sends is dropped.
Both are asked by comparing, so the order of the numbers matters.
"""

from enum import IntEnum
from typing import Final

__all__ = ("TRANSITIONS", "ConnectionState", "check_transition", "check_transitions", "is_checking")


class ConnectionState(IntEnum):
    """Where a connection is."""

    IDLE = 0
    READING_HEAD = 1
    HANDLING = 2
    DRAINING = 3
    UPGRADED = 4
    CLOSING = 5
    CLOSED = 6


_S = ConnectionState

TRANSITIONS: Final[dict[ConnectionState, frozenset[ConnectionState]]] = {
    _S.IDLE: frozenset({_S.READING_HEAD, _S.HANDLING, _S.CLOSING, _S.CLOSED}),
    _S.READING_HEAD: frozenset({_S.HANDLING, _S.CLOSING, _S.CLOSED}),
    _S.HANDLING: frozenset({_S.IDLE, _S.DRAINING, _S.UPGRADED, _S.CLOSING, _S.CLOSED}),
    _S.DRAINING: frozenset({_S.IDLE, _S.CLOSING, _S.CLOSED}),
    _S.UPGRADED: frozenset({_S.CLOSING, _S.CLOSED}),
    _S.CLOSING: frozenset({_S.CLOSED}),
    _S.CLOSED: frozenset(),
}
"""The successors of each state."""

_checking: list[bool] = [False]


def check_transitions(on: bool) -> None:
    """Let connections made from now on check every change of state; for tests."""
    _checking[0] = on


def is_checking() -> bool:
    """Tell whether connections check every change of their state."""
    return _checking[0]


def check_transition(before: int, after: int) -> None:
    """Raise RuntimeError if the state *after* may not follow *before*."""
    old, new = ConnectionState(before), ConnectionState(after)
    if new not in TRANSITIONS[old]:
        raise RuntimeError(f"{old.name} -> {new.name} is no transition")
