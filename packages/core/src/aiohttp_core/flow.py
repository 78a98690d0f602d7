"""Flow control between a connection and what reads from or writes to it.

Laws
* A reader knows of its connection only :class:`ReadControl`, a writer only :class:`WriteControl`.
  Both are typing protocols: a compiled connection class satisfies them without inheriting.
* Writing waits only while the transport is above its high-water mark; then every waiter is held by
  one :class:`WriteGate` and is released exactly once: by room, or by the loss of the connection.
* ``resume_reading`` may feed data before it returns; whoever calls it looks at its state again.
"""

import asyncio
from typing import Any, Protocol

from aiohttp_core.errors import ClientConnectionResetError

__all__ = ("BaseProtocol", "ReadControl", "WriteControl", "WriteGate")

CLOSING = "Cannot write to closing transport"


class ReadControl(Protocol):
    """What a body reader needs of the connection that feeds it."""

    @property
    def reading_paused(self) -> bool:
        """Whether the connection reads nothing at the moment."""

    def pause_reading(self) -> None:
        """Stop feeding.  Pieces that are on their way may still come.  May be repeated."""

    def resume_reading(self) -> None:
        """Feed again, possibly before this call returns.  May be repeated."""


class WriteControl(Protocol):
    """What a message writer needs of the connection it writes to."""

    @property
    def transport(self) -> asyncio.WriteTransport | None:
        """The transport, or ``None`` before the connection was made and after it was lost."""

    @property
    def gate(self) -> "WriteGate":
        """The gate that is shut while the transport is above its high-water mark."""


class WriteGate:
    """Holds writers while the transport's buffer is above its high-water mark.

    The connection calls :meth:`pause`, :meth:`resume` and, once, :meth:`close`.  A writer tests
    :attr:`paused`, which costs an attribute, and awaits :meth:`wait` only if it is true.
    Without waiting writers the gate holds no future and knows no loop.
    """

    __slots__ = ("_cause", "_waiters", "closed", "paused")

    def __init__(self) -> None:
        self.paused = False
        """True between ``pause()`` and ``resume()``, and after ``close()``."""
        self.closed = False
        """True after ``close()``."""
        self._waiters: list[asyncio.Future[None]] | None = None
        self._cause: BaseException | None = None

    def __repr__(self) -> str:
        state = "closed" if self.closed else "shut" if self.paused else "open"
        return f"<WriteGate {state} waiters={len(self._waiters or ())}>"

    def pause(self) -> None:
        """Shut the gate: the transport has passed its high-water mark."""
        self.paused = True

    def resume(self) -> None:
        """Open the gate and release all who wait.  Does nothing after :meth:`close`."""
        if self.closed:
            return
        self.paused = False
        waiters, self._waiters = self._waiters, None
        for waiter in waiters or ():
            if not waiter.done():
                waiter.set_result(None)

    def close(self, cause: BaseException | None = None) -> None:
        """Fail all who wait, now and later, with :exc:`ClientConnectionResetError`.

        *cause* becomes the ``__cause__`` of those errors.
        """
        if self.closed:
            return
        self.closed = self.paused = True
        self._cause = cause
        waiters, self._waiters = self._waiters, None
        for waiter in waiters or ():
            if not waiter.done():
                waiter.set_exception(self._error())

    async def wait(self) -> None:
        """Return as soon as the transport takes more.

        Raises :exc:`ClientConnectionResetError` if the connection is lost before or meanwhile.
        Cancelling a waiter leaves the gate and the other waiters as they are.
        """
        if self.closed:
            raise self._error()
        if not self.paused:
            return
        waiter: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        if self._waiters is None:
            self._waiters = [waiter]
        else:
            self._waiters.append(waiter)
        try:
            await waiter
        finally:
            waiters = self._waiters
            if waiter.cancelled() and waiters is not None and waiter in waiters:
                waiters.remove(waiter)

    def _error(self) -> ClientConnectionResetError:
        error = ClientConnectionResetError("Connection lost" if self._cause else CLOSING)
        error.__cause__ = self._cause
        return error


class BaseProtocol(asyncio.Protocol):
    """A plain connection: transport, reading pause, write gate.  To be subclassed.

    It satisfies :class:`ReadControl` and :class:`WriteControl`.  *loop* is accepted for
    compatibility and kept as ``_loop``; the class itself needs none.
    """

    __slots__ = ("_loop", "gate", "reading_paused", "transport")

    def __init__(self, loop: asyncio.AbstractEventLoop | None = None) -> None:
        self._loop = loop
        self.transport: asyncio.Transport | None = None
        self.gate = WriteGate()
        self.reading_paused = False
        """Whether ``pause_reading()`` was the last word."""

    @property
    def connected(self) -> bool:
        """Whether there is a transport that is not about to close."""
        return self.transport is not None and not self.transport.is_closing()

    @property
    def writing_paused(self) -> bool:
        """Whether the transport is above its high-water mark, or gone."""
        return self.gate.paused

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Take the transport (called by the loop)."""
        self.transport = transport  # type: ignore[assignment]  # the loop gives what it made

    def connection_lost(self, exc: BaseException | None) -> None:
        """Drop the transport and fail the waiting writers (called by the loop)."""
        self.transport = None
        self.gate.close(exc)

    def pause_writing(self) -> None:
        """Shut the write gate (called by the transport)."""
        self.gate.pause()

    def resume_writing(self) -> None:
        """Open the write gate (called by the transport)."""
        self.gate.resume()

    def pause_reading(self) -> None:
        """Let the transport read no more.  Harmless when repeated or without a connection."""
        if not self.reading_paused:
            self.reading_paused = True
            self._tell_transport("pause_reading")

    def resume_reading(self) -> None:
        """Let the transport read again.  Harmless when repeated or without a connection."""
        if self.reading_paused:
            self.reading_paused = False
            self._tell_transport("resume_reading")

    async def drain(self) -> None:
        """Wait until the transport takes more; see :meth:`WriteGate.wait`."""
        if self.gate.paused:
            await self.gate.wait()

    def _tell_transport(self, what: str) -> None:
        # Transports differ in what they raise when they are closing or cannot pause at all.
        method: Any = getattr(self.transport, what, None)
        if method is not None:
            try:
                method()
            except (NotImplementedError, RuntimeError):
                pass
