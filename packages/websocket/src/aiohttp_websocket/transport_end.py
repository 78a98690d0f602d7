"""The end of a transport, after the closing handshake or instead of it (RFC 6455 section 7.1.1).

Laws
* A peer whom we have told of its mistake gets time to read that: a socket that is closed with
  unread input resets the connection, and our last frame would be lost.
* Whatever the peer does, the transport is gone within the timeout.
"""

import asyncio
from typing import Final

from aiohttp_websocket.settings import ConnectionControl

__all__ = ("LINGER", "TransportEnd")

LINGER: Final = 2.0
"""Seconds at most that a peer whom we have told of its mistake has to read that."""


class TransportEnd:
    """Closes the transport of one connection, within *timeout* seconds (``None``: as above)."""

    __slots__ = ("_control", "_cutting", "_timeout", "lingering")

    def __init__(self, control: ConnectionControl, timeout: float | None) -> None:
        self._control = control
        self._timeout = LINGER if timeout is None else timeout
        self._cutting: asyncio.TimerHandle | None = None
        self.lingering = False
        """True once the transport is left open only so that the peer reads our last frame."""

    def close(self, linger: bool) -> None:
        """Close once what was written has left; with *linger* once the peer closes, too."""
        transport = self._control.transport
        if transport is None or transport.is_closing():
            return
        if linger and transport.can_write_eof():
            # Say that no more comes, and drop what the peer still sends.
            try:
                transport.write_eof()
            except OSError:  # the peer has reset the connection
                transport.abort()
                return
            self.lingering = True
            self._control.resume_reading()
            self._cut_in(min(self._timeout, LINGER))
        else:
            transport.close()
            if transport.get_write_buffer_size():
                self._cut_in(self._timeout)

    def cut(self) -> None:
        """Cut the connection; what has not left by now is lost."""
        self._cutting = None
        transport = self._control.transport
        if transport is not None:
            transport.abort()

    def stop(self) -> None:
        """Forget the timeout: the transport is gone."""
        if self._cutting is not None:
            self._cutting.cancel()
            self._cutting = None

    def _cut_in(self, seconds: float) -> None:
        self._cutting = asyncio.get_running_loop().call_later(seconds, self.cut)
