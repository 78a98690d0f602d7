r"""The states of a connection, and which may follow which.

::

    RESERVED --> SENDING <--> WAITING_1XX
      ^  |          |  \________ |
      |  |          v           \v
     IDLE <------ RECEIVING --> UPGRADED
      ^             |
      |             v
      +--------- DRAINING                     any --> CLOSING --> CLOSED

``RESERVED``: leased, nothing sent yet.  ``SENDING``: the request is being written.
``WAITING_1XX``: the head is out, the body waits for ``100 Continue``.  ``RECEIVING``: the request
is out, or its answer came early.  ``DRAINING``: the answer is complete, the request's body is not.
``UPGRADED``: the transport belongs to another protocol.  ``IDLE``: in the pool.

Laws
* The table is the only place that says what may follow what; with :func:`check_transitions` every
  transition is held against it.
"""

from enum import IntEnum
from typing import Final

__all__ = ("CHECKS", "TRANSITIONS", "ConnectionState", "check_transitions")


class ConnectionState(IntEnum):
    """Where a connection is."""

    IDLE = 0
    RESERVED = 1
    SENDING = 2
    WAITING_1XX = 3
    RECEIVING = 4
    DRAINING = 5
    UPGRADED = 6
    CLOSING = 7
    CLOSED = 8


_S = ConnectionState

TRANSITIONS: Final[dict[int, frozenset[int]]] = {
    _S.IDLE: frozenset((_S.RESERVED, _S.CLOSING, _S.CLOSED)),
    _S.RESERVED: frozenset((_S.IDLE, _S.SENDING, _S.CLOSING, _S.CLOSED)),
    _S.SENDING: frozenset((_S.WAITING_1XX, _S.RECEIVING, _S.CLOSING, _S.CLOSED)),
    _S.WAITING_1XX: frozenset((_S.SENDING, _S.RECEIVING, _S.CLOSING, _S.CLOSED)),
    _S.RECEIVING: frozenset((_S.IDLE, _S.DRAINING, _S.UPGRADED, _S.CLOSING, _S.CLOSED)),
    _S.DRAINING: frozenset((_S.IDLE, _S.CLOSING, _S.CLOSED)),
    _S.UPGRADED: frozenset((_S.CLOSING, _S.CLOSED)),
    _S.CLOSING: frozenset((_S.CLOSED,)),
    _S.CLOSED: frozenset(),
}
"""The successors of each state."""

CHECKS: Final = [False]
"""Whether transitions and invariants are checked; one for the process."""


def check_transitions(on: bool) -> bool:
    """Switch the check of every transition and of the invariants; return what it was before."""
    was = CHECKS[0]
    CHECKS[0] = on
    return was
