"""What every connection of a pool is, whichever version of HTTP it speaks.

Laws
* Each connection has one owner, the connector, and one state, whose transitions are those of
  :mod:`aiohttp_client.connection_state`.
* The owner is told once that the connection is gone, whatever ends it; the state is ``CLOSING`` or
  ``CLOSED`` then, and nothing leads back.
* The connection does not keep its owner alive.
"""

import asyncio
import weakref
from math import inf
from typing import TYPE_CHECKING, Any, Protocol

from aiohttp_client.connection_state import CHECKS, TRANSITIONS, ConnectionState
from aiohttp_client.pool import Slot
from aiohttp_client.socket_peek import peer_has_spoken
from aiohttp_core.fields.keep_alive import parse_keep_alive
from aiohttp_core.flow import WriteGate

if TYPE_CHECKING:
    import cython
else:
    from aiohttp_core import interpreted as cython

__all__ = ("ConnectionOwner", "PooledConnection")

COMPILED: bool = cython.compiled
"""Whether this module runs compiled."""

# The same as numbers: the state is looked at for every read and write.
IDLE: int = int(ConnectionState.IDLE)
RESERVED: int = int(ConnectionState.RESERVED)
CLOSING: int = int(ConnectionState.CLOSING)
CLOSED: int = int(ConnectionState.CLOSED)


class ConnectionOwner(Protocol):
    """Who made a connection and takes it back: the connector."""

    def connection_free(self, connection: Any, /) -> None:
        """The connection is ``IDLE``, and back in its pool, which has decided something by that.

        Also told without a pool.
        """

    def connection_gone(self, connection: Any, /) -> None:
        """The connection must not be used again.  Told exactly once."""


class PooledConnection:
    """State, transport and place in the pool of one connection; the event loop's side of it."""

    __slots__ = (
        "_loop",
        "_lost_waiter",
        "_owner",
        "_told_gone",
        "force_close",
        "gate",
        "idle_limit",
        "key",
        "promised",
        "reading_paused",
        "slot",
        "state",
        "transport",
    )

    def __init__(self, owner: ConnectionOwner, loop: asyncio.AbstractEventLoop) -> None:
        # Weak: a connector that nobody holds any more is collected, and says that it was open.
        self._owner = weakref.ref(owner)
        self._loop = loop
        self._told_gone = False
        self._lost_waiter: asyncio.Future[None] | None = None
        self.state = RESERVED
        self.transport: Any = None
        self.gate = WriteGate()
        self.reading_paused = False
        self.force_close = False
        """Whether the connection is closed after the present exchange."""
        self.slot: Slot | None = None
        """Its place in the pool, if it has one; set by the owner."""
        self.key: Any = None
        """For the owner: the options that it was made with."""
        self.idle_limit = inf
        """Seconds after which the server closes an idle connection; ``inf`` if it did not say."""
        self.promised = False
        """For the owner: given to somebody who has not taken it yet."""

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {ConnectionState(self.state).name} {self.key}>"

    # -- looking ----------------------------------------------------------------------------------

    @property
    def connected(self) -> bool:
        """Whether there is a transport that is not about to close."""
        return self.state < CLOSING and self.transport is not None

    @property
    def speaks_tls(self) -> bool:
        """Whether the connection is open and protected by TLS."""
        transport = self.transport
        return transport is not None and transport.get_extra_info("sslcontext") is not None

    def is_stale(self) -> bool:
        """Ask the operating system whether anything came in that the loop has not seen yet.

        On an idle connection that is the end, or bytes that nobody asked for; with TLS it may be
        bookkeeping of the protocol, so there only the end counts.
        """
        transport = self.transport
        if transport is None or transport.is_closing():
            return True
        sock = transport.get_extra_info("socket")
        if sock is None:
            return False
        return peer_has_spoken(sock.fileno(), only_end=self.speaks_tls)

    # -- the owner's side -------------------------------------------------------------------------

    def reserve(self) -> None:
        """Take an ``IDLE`` connection out of the pool."""
        self._go(RESERVED)

    def when_lost(self) -> "asyncio.Future[None] | None":
        """Return a future for the end of the transport, ``None`` if that is over."""
        if self.transport is None:
            return None
        if self._lost_waiter is None:
            self._lost_waiter = self._loop.create_future()
        return self._lost_waiter

    # -- the event loop's side --------------------------------------------------------------------

    def connection_made(self, transport: Any) -> None:
        """Take the transport (called by the loop)."""
        self.transport = transport

    def pause_writing(self) -> None:
        """Shut the write gate (called by the transport)."""
        self.gate.pause()

    def resume_writing(self) -> None:
        """Open the write gate (called by the transport)."""
        self.gate.resume()

    # -- flow control -----------------------------------------------------------------------------

    def pause_reading(self) -> None:
        """Stop reading: whoever reads what was received is full."""
        if not self.reading_paused:
            self.reading_paused = True
            transport = self.transport
            if transport is not None:
                try:
                    transport.pause_reading()
                except (NotImplementedError, RuntimeError):
                    pass

    def _resume_transport(self) -> None:
        self.reading_paused = False
        transport = self.transport
        if transport is not None:
            try:
                transport.resume_reading()
            except (NotImplementedError, RuntimeError):
                pass

    # -- transitions ------------------------------------------------------------------------------

    def _go(self, state: int) -> None:
        if CHECKS[0] and state not in TRANSITIONS[self.state]:
            raise AssertionError(f"{self!r} cannot become {ConnectionState(state).name}")
        self.state = state

    def _note_keep_alive(self, value: str | None) -> None:
        """Remember what a Keep-Alive field says of how long the server waits for requests."""
        if value is None:
            return
        hints = parse_keep_alive(value)
        if hints.timeout is not None:
            # The server's clock started earlier, and the next request needs time to travel.
            self.idle_limit = hints.timeout - min(1.0, hints.timeout / 2)
        if hints.max is not None and hints.max <= 0:
            self.force_close = True

    def _free(self) -> None:
        """Go back to the pool: the state is ``IDLE``."""
        slot = self.slot
        if slot is not None and not slot.pool.release(slot, self._loop.time(), self.idle_limit):
            return
        owner = self._owner()
        if owner is None:
            self._close_transport(False)
        else:
            owner.connection_free(self)

    def _close_transport(self, abort: bool) -> None:
        """Leave the pool and close the transport.

        Without *abort* a closing handshake is made, unless data still waits to be sent.
        """
        if self.state < CLOSING:
            self._go(CLOSING)
        self._tell_gone()
        transport = self.transport
        if transport is None:
            return
        if abort or transport.get_write_buffer_size():
            transport.abort()
        elif not transport.is_closing():
            # asyncio's TLS transport, closed a second time, cannot be aborted any more.
            transport.close()

    def _transport_lost(self) -> None:
        """There is no transport any more."""
        if self.state < CLOSED:
            self._go(CLOSED)
        self.transport = None

    def _tell_lost(self) -> None:
        """Tell everybody who wants to know that the transport is gone."""
        self._tell_gone()
        waiter = self._lost_waiter
        if waiter is not None and not waiter.done():
            waiter.set_result(None)

    def _tell_gone(self) -> None:
        if not self._told_gone:
            self._told_gone = True
            owner = self._owner()
            if owner is not None:
                owner.connection_gone(self)
