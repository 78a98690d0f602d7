"""The part of a connector that every request passes: it gives idle connections out.

Laws
* A connection that was idle for more than a moment is looked at before it is used again: its peer
  may have closed it, and the loop may not have been told yet.
"""

from typing import TYPE_CHECKING, Final

from aiohttp_client.connection import HttpConnection
from aiohttp_client.connection_key import ConnectionKey
from aiohttp_client.pool import Lane, Pool

if TYPE_CHECKING:
    import cython
else:
    from aiohttp_core import interpreted as cython

__all__ = ("IdleConnections",)

COMPILED: bool = cython.compiled
"""Whether this module runs compiled."""

STALE_AFTER: Final = 1.0
"""A connection that was idle for so many seconds is looked at before it is used again."""


class IdleConnections:
    """Takes idle connections out of a pool; connectors are made of it."""

    _closed: bool
    _pool: Pool

    def lane(self, key: ConnectionKey) -> Lane | None:
        """Return where the connections for *key* are kept, if there are any."""
        return self._pool.lane(key)

    def take(self, lane: Lane, now: float, careful: bool = False) -> HttpConnection | None:
        """Return an ``IDLE`` connection of *lane* which nobody else gets, or ``None``.

        *now* is a time of the loop.  *careful* asks the operating system in any case whether the
        peer has closed it meanwhile; without it that is done only after an idle second.
        """
        if self._closed:
            return None
        while True:
            slot = self._pool.reuse(lane, now)
            if slot is None:
                return None
            connection: HttpConnection | None = slot.connection
            if connection is None:  # pragma: no cover - an idle slot has a connection
                return None
            if careful or now - slot.idle_since > STALE_AFTER:
                if connection.is_stale():
                    connection.abort()
                    continue
            return connection


if not cython.compiled:
    # What the field of a compiled object holds from the start.
    IdleConnections._closed = False
