"""The transport side of a server connection: flow in both directions, and its end.

Laws
* The state changes only in ``_to``; :mod:`~aiohttp_web.connection_state` says how.
* Reading is paused by whoever cannot take more: the stream of a body, the backlog of requests.
* Writing is told to wait by the gate; a client that does not read is dropped when a whole window
  has passed without a byte of progress.
* A connection ends softly where the client may still be sending: a socket that is closed with
  unread input resets the connection, and the client loses the answer.
* A deadline is a time stamp, looked at by the server's sweep.
"""

import asyncio
import socket
from typing import Any, Final

from aiohttp_core.flow import WriteGate
from aiohttp_core.writer import StreamWriter
from aiohttp_web.connection_state import ConnectionState, check_transition, is_checking
from aiohttp_web.deadlines import NEVER

__all__ = ("ConnectionTransport",)

_IDLE: Final = int(ConnectionState.IDLE)
_CLOSING: Final = int(ConnectionState.CLOSING)
_CLOSED: Final = int(ConnectionState.CLOSED)

_NAMES: Final = tuple(state.name for state in ConnectionState)


class ConnectionTransport:
    """What a connection of *server* does with its transport."""

    __slots__ = (
        "__weakref__",
        "_checking",
        "_choked",
        "_loop",
        "_lost",
        "_options",
        "_peer_eof",
        "_sent_left",
        "_server",
        "_state",
        "_sweep",
        "_transport_paused",
        "deadline",
        "gate",
        "reading_paused",
        "transport",
    )

    def __init__(self, server: Any, loop: asyncio.AbstractEventLoop) -> None:
        self._server = server
        self._loop = loop
        self._options = server.options
        self._sweep = server.sweep
        self._checking = is_checking()
        self._state = _IDLE
        self.transport: Any = None
        self.gate = WriteGate()
        self.deadline = NEVER
        self.reading_paused = False
        self._transport_paused = False
        # Whether the transport is above its high-water mark; the gate says so too, a call away.
        self._choked = False
        # Bytes that waited to be sent when it was looked last; negative if nobody has looked.
        self._sent_left = -1
        self._peer_eof = False
        self._lost: Any = None

    # The state

    def _to(self, state: int) -> None:
        if self._checking:
            check_transition(self._state, state)
        self._state = state

    @property
    def state(self) -> str:
        """The name of the state."""
        return _NAMES[self._state]

    # Reading

    def pause_reading(self) -> None:
        """Read no more from the transport.  May be repeated."""
        self.reading_paused = True
        if not self._transport_paused and self.transport is not None:
            self._transport_paused = True
            self.transport.pause_reading()

    def _resume_transport(self) -> None:
        self.reading_paused = False
        if self._transport_paused:
            self._transport_paused = False
            if self.transport is not None and not self.transport.is_closing():
                self.transport.resume_reading()

    # Writing

    def make_writer(self) -> StreamWriter:
        """Return a writer for one message on this connection."""
        return StreamWriter(self)

    def pause_writing(self) -> None:
        """The transport is above its high-water mark."""
        self.gate.pause()
        self._choked = True
        self._sent_left = -1
        if self.deadline == NEVER and self._options.timeouts.send:
            self.deadline = self._sweep.after(self._options.timeouts.send)

    def resume_writing(self) -> None:
        """The transport takes more."""
        self.gate.resume()
        self._choked = False
        self._sent_left = -1

    def _expire_sending(self) -> None:
        """Look whether the client has read anything since it was looked last."""
        left = self.transport.get_write_buffer_size() if self.transport is not None else 0
        if 0 <= self._sent_left <= left:
            self._server.logger.debug("%s does not read its response", self._peer_text())
            self.abort()
            return
        self._sent_left = left
        self.deadline = self._sweep.after(self._options.timeouts.send)

    # The client

    def _peer_text(self) -> str:
        peer = None if self.transport is None else self.transport.get_extra_info("peername")
        return str(peer[0]) if isinstance(peer, tuple) and peer else str(peer or "-")

    def _client_is_gone(self) -> bool:
        return self._peer_eof or self.transport is None or bool(self.transport.is_closing())

    def _peer_left(self) -> None:
        lost, self._lost = self._lost, None
        if lost is not None and not lost.done():
            lost.set_result(None)

    async def wait_for_loss(self) -> None:
        """Return as soon as the client has left."""
        if self._peer_eof or self._state == _CLOSED:
            return
        if self._lost is None:
            self._lost = self._loop.create_future()
        await asyncio.shield(self._lost)

    def _keep_probing(self) -> None:
        """Let the kernel look after the peer of a silent TCP connection (ADD-456)."""
        sock = self.transport.get_extra_info("socket")
        if sock is not None and sock.family in (socket.AF_INET, socket.AF_INET6):
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)

    # Closing

    def _close_now(self) -> None:
        """Close; what was written is still sent."""
        if self._state < _CLOSING:
            self._to(_CLOSING)
        self.deadline = self._sweep.after(self._options.timeouts.send)
        transport = self.transport
        # asyncio's TLS transport, closed a second time, cannot be aborted any more.
        if transport is not None and not transport.is_closing():
            transport.close()

    def _close_softly(self) -> None:
        """Say that no more comes, and drop what the client sends: it can read the answer."""
        transport = self.transport
        lingering = self._options.timeouts.lingering
        if transport is None or not lingering or self._peer_eof or not transport.can_write_eof():
            self._close_now()
            return
        if self._state < _CLOSING:
            self._to(_CLOSING)
        self.deadline = self._sweep.after(lingering)
        transport.write_eof()
        self._resume_transport()

    def abort(self) -> None:
        """Cut the connection; what was written may be lost."""
        if self._state < _CLOSING:
            self._to(_CLOSING)
        if self.transport is not None:
            self.transport.abort()
