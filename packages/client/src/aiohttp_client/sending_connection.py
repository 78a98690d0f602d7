"""How a request leaves a connection: the writing half of one exchange.

Laws
* A request is sent when it is written as a whole and the transport is below its high-water mark
  again: till then an early answer, a deadline or its end find it being sent.
* Whether the body may follow a head that asks for permission is answered once: by the server, by
  the time, or by the end of the exchange.
* What has been sent is counted, so that an error can tell.
"""

import asyncio
from typing import TYPE_CHECKING, Any

from aiohttp_client.connection_state import ConnectionState
from aiohttp_client.errors import ClientConnectionResetError, ExchangeFacts
from aiohttp_client.exchange_clock import ExchangeClock
from aiohttp_client.pooled_connection import ConnectionOwner, PooledConnection

if TYPE_CHECKING:
    import cython
else:
    from aiohttp_core import interpreted as cython

__all__ = ("SendingConnection",)

COMPILED: bool = cython.compiled
"""Whether this module runs compiled."""

# The same as numbers: the state is looked at for every read and write.
SENDING: int = int(ConnectionState.SENDING)
WAITING_1XX: int = int(ConnectionState.WAITING_1XX)
RECEIVING: int = int(ConnectionState.RECEIVING)


class SendingConnection(PooledConnection):
    """What is sent on a connection, and how far that is; the base of a whole connection."""

    __slots__ = (
        "_clock",
        "_exchanges",
        "_handed_over",
        "_sent",
        "_task",
        "_writer",
        "continued",
        "received",
        "writing",
    )

    def __init__(
        self, owner: ConnectionOwner, loop: asyncio.AbstractEventLoop, clock: ExchangeClock
    ) -> None:
        PooledConnection.__init__(self, owner, loop)
        self._clock = clock
        self._exchanges = 0
        self._writer: Any = None
        self._task: asyncio.Task[None] | None = None
        # Whether a request that is still being written has been handed to the transport as a whole.
        self._handed_over = False
        self._sent = 0
        self.received = 0
        """Bytes of the present response so far."""
        self.continued: asyncio.Future[bool] | None = None
        """Says whether the body may follow, in ``WAITING_1XX``."""
        self.writing = False
        """Whether the request is not yet written completely."""

    # -- looking ----------------------------------------------------------------------------------

    @property
    def reused(self) -> bool:
        """Whether the present exchange is not the first one."""
        return self._exchanges > 1

    @property
    def exchanges(self) -> int:
        """How many requests were sent on this connection."""
        return self._exchanges

    @property
    def facts(self) -> ExchangeFacts:
        """How far the present exchange has come."""
        writer = self._writer
        sent = self._sent if writer is None else self._sent + writer.output_size
        return ExchangeFacts(self._exchanges > 1, sent, self.received)

    # -- the request's side -----------------------------------------------------------------------

    def write(self, data: bytes) -> None:
        """Hand bytes of the request to the transport."""
        self._sent += len(data)
        self.transport.write(data)

    def written_by(self, writer: Any) -> None:
        """Let ``output_size`` of *writer* count what is sent from now on."""
        self._writer = writer

    def sent_by(self, task: "asyncio.Task[None] | None") -> None:
        """Cancel *task* when the exchange is given up before the request is written."""
        self._task = task

    def wait_continue(self) -> "asyncio.Future[bool]":
        """The head is out and asks for permission: return what tells whether the body may follow.

        ``True``: send it.  ``False``: the final response has come, or the connection is lost.
        """
        self._go(WAITING_1XX)
        self.continued = self._loop.create_future()
        self._clock.waiting_for_head()
        return self.continued

    def stop_waiting(self) -> None:
        """The body follows: the server asked for it, or did not answer in time (ADD-053)."""
        if self.state == WAITING_1XX:
            self._go(SENDING)
            self._clock.sending()
            self._allow_body(True)

    def sent(self) -> None:
        """The whole request has been handed over."""
        self.writing = False
        self._handed_over = False
        if self.state == SENDING:
            self._go(RECEIVING)
            self._clock.waiting_for_head()
        elif self.state == RECEIVING:
            self._clock.waiting_for_body()  # its head came early

    async def until_sent(self) -> None:
        """Wait until the transport has taken a request that it has as a whole, or is lost."""
        if self._handed_over:
            try:
                await self.gate.wait()
            except ClientConnectionResetError:
                pass

    # -- the event loop's side --------------------------------------------------------------------

    def resume_writing(self) -> None:
        """Open the write gate (called by the transport)."""
        self.gate.resume()
        if self._handed_over:
            self.sent()

    # -- inside -----------------------------------------------------------------------------------

    def _write_large(self, body: bytes) -> None:
        """Hand over the rest of a request; it is sent when the transport has taken it."""
        self._sent += len(body)
        # A view: some transports cut off what the kernel has taken, and copy what is left.
        self.transport.write(memoryview(body))
        if self.gate.paused and self.state == RECEIVING:
            self.state = SENDING  # not yet, after all
            self.writing = True
            self._handed_over = True
            self._clock.sending()

    def _allow_body(self, allowed: bool) -> None:
        continued = self.continued
        if continued is not None:
            self.continued = None
            if not continued.done():
                continued.set_result(allowed)

    def _stop_writing(self) -> None:
        """The exchange is given up: so is the task that writes its request."""
        task = self._task
        if task is not None:
            self._task = None
            if self.writing:
                task.cancel()
