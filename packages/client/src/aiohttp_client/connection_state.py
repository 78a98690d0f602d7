"""The states of a connection, and which may follow which."""

from enum import IntEnum
from typing import Final

__all__ = ("TRANSITIONS", "ConnectionState")


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
    _S.RESERVED: frozenset(
        (
            _S.IDLE,
            _S.SENDING,
            _S.CLOSING,
            _S.CLOSED,
        )
    ),
    _S.SENDING: frozenset(
        (
            _S.WAITING_1XX,
            _S.RECEIVING,
            _S.CLOSING,
            _S.CLOSED,
        )
    ),
    _S.WAITING_1XX: frozenset(
        (
            _S.SENDING,
            _S.RECEIVING,
            _S.CLOSING,
            _S.CLOSED,
        )
    ),
    _S.RECEIVING: frozenset(
        (
            _S.IDLE,
            _S.DRAINING,
            _S.UPGRADED,
            _S.CLOSING,
            _S.CLOSED,
        )
    ),
    _S.DRAINING: frozenset((_S.IDLE, _S.CLOSING, _S.CLOSED)),
    _S.UPGRADED: frozenset((_S.CLOSING, _S.CLOSED)),
    _S.CLOSING: frozenset((_S.CLOSED,)),
    _S.CLOSED: frozenset(),
}
"""The successors of each state."""
