"""Running the handshake with a proxy on a transport, before the connection proper takes it over.

Laws
* The handshakes are :mod:`aiohttp_client.tunnel` and :mod:`aiohttp_client.socks`; here is only the
  transport under them.
* If the handshake does not succeed, cancellation included, the transport is aborted.
"""

import asyncio
from typing import Protocol

from aiohttp_client.dial import abort_transport

__all__ = ("Handshake", "HandshakeProtocol", "run_handshake")


class Handshake(Protocol):
    """A conversation with a proxy."""

    @property
    def complete(self) -> bool:
        """Whether the tunnel stands."""

    def start(self) -> bytes:
        """Return the first bytes to send."""

    def feed(self, data: bytes, /) -> bytes:
        """Take bytes of the proxy; return bytes to send.  Raises if the proxy refuses."""

    def feed_eof(self) -> None:
        """The proxy has closed the connection; raises if that is too early."""


class HandshakeProtocol(asyncio.Protocol):
    """Feeds a handshake; :attr:`done` is its result."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self.done: asyncio.Future[None] = loop.create_future()
        self.transport: asyncio.Transport | None = None
        self._handshake: Handshake | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Take the transport."""
        self.transport = transport  # type: ignore[assignment]  # the loop gives what it made

    def begin(self, handshake: Handshake) -> None:
        """Start talking."""
        self._handshake = handshake
        if self.transport is None:
            self._fail(ConnectionResetError("the proxy closed the connection"))
            return
        self.transport.write(handshake.start())

    def data_received(self, data: bytes) -> None:
        """Take bytes of the proxy."""
        handshake = self._handshake
        if self.done.done():
            return
        if handshake is None:
            self._fail(ConnectionResetError("the proxy spoke before it was asked"))
            return
        try:
            answer = handshake.feed(data)
            complete = handshake.complete
        except Exception as exc:
            self._fail(exc)
            return
        if answer and self.transport is not None:
            self.transport.write(answer)
        if complete:
            # What the origin sends belongs to the protocol that comes next.
            if self.transport is not None:
                self.transport.pause_reading()
            self.done.set_result(None)

    def eof_received(self) -> bool | None:
        """Take note of the end."""
        self._ended()
        return None

    def connection_lost(self, exc: BaseException | None) -> None:
        """Take note of the end."""
        self.transport = None
        if exc is not None:
            self._fail(exc)
        self._ended()

    def _ended(self) -> None:
        if self.done.done():
            return
        try:
            if self._handshake is not None:
                self._handshake.feed_eof()
        except Exception as exc:
            self._fail(exc)
            return
        self._fail(ConnectionResetError("the proxy closed the connection"))

    def _fail(self, error: BaseException) -> None:
        if not self.done.done():
            self.done.set_exception(error)


async def run_handshake(
    transport: asyncio.Transport, protocol: HandshakeProtocol, handshake: Handshake
) -> None:
    """Talk until the tunnel stands; reading is paused then.  Raises what *handshake* raises."""
    try:
        protocol.begin(handshake)
        await protocol.done
    except BaseException:
        protocol.done.cancel()
        abort_transport(transport)
        raise
