r"""One HTTP/1.1 connection of a client: its state machine, and the asyncio protocols around it.

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
``IDLE``: in the pool.

Laws
* The connection carries one exchange at a time.  It is reusable only if request and response were
  framed completely and not one byte more came; everything else ends it (ADD-055, ADD-057, ADD-296).
* A complete response leaves the connection at once: who reads the body later holds bytes, not a
  socket (ADD-357).
* One future per exchange, for the head.  Deadlines are numbers that a wheel looks at.
* Bytes that came before an error are delivered before it.  An error tells whether the connection
  was a reused one and how many bytes went each way.
* A small response that is complete with its head costs no stream.
* Reading stops while the reader of the body is full: nothing is pulled out of the parser then.
"""

import asyncio
import sys
import weakref
from math import inf
from typing import TYPE_CHECKING, Any, Final, Protocol

from aiohttp_client.connection_state import TRANSITIONS, ConnectionState
from aiohttp_client.deadline_wheel import DeadlineWheel
from aiohttp_client.errors import (
    ClientConnectionError,
    ClientConnectionResetError,
    ExchangeFacts,
    ServerTimeoutError,
    SocketTimeoutError,
    exchange_error,
    payload_error,
    total_timeout_error,
)
from aiohttp_client.exchange_options import ExchangeOptions
from aiohttp_client.incoming import DECODED, Incoming
from aiohttp_client.lease import Connection
from aiohttp_client.pool import Slot
from aiohttp_client.socket_peek import peer_has_spoken
from aiohttp_client.timeouts import Phase
from aiohttp_core.chunked import EndOfMessage
from aiohttp_core.errors import BadHttpMessage, HttpProcessingError
from aiohttp_core.fields.keep_alive import parse_keep_alive
from aiohttp_core.flow import WriteGate
from aiohttp_core.head import ResponseHead
from aiohttp_core.limits import DEFAULT_LIMITS, HeadLimits
from aiohttp_core.parser import ResponseParser
from aiohttp_core.streams import DEFAULT_LIMIT

if TYPE_CHECKING:
    import cython
else:
    from aiohttp_core import interpreted as cython

__all__ = (
    "ConnectionOwner",
    "HttpConnection",
    "check_transitions",
)

COMPILED: bool = cython.compiled
"""Whether this module runs compiled."""

MAX_INFORMATIONAL: Final = 64
"""So many 1xx responses may come before the final one."""

STRICT: Final = bool(sys.flags.dev_mode)
"""In development mode responses are parsed strictly (spec row HTTP-08)."""


# The same as numbers: the state is looked at for every read and write.
IDLE: int = 0
RESERVED: int = 1
SENDING: int = 2
WAITING_1XX: int = 3
RECEIVING: int = 4
DRAINING: int = 5
UPGRADED: int = 6
CLOSING: int = 7
CLOSED: int = 8

_checks: list[bool] = [False]


def check_transitions(on: bool) -> bool:
    """Switch the check of every transition and of the invariants; return what it was before."""
    was = _checks[0]
    _checks[0] = on
    return was


class ConnectionOwner(Protocol):
    """Who made a connection and takes it back: the connector."""

    def connection_free(self, connection: "HttpConnection", /) -> None:
        """The connection is ``IDLE``, and back in its pool, which has decided something by that.

        Also told without a pool.
        """

    def connection_gone(self, connection: "HttpConnection", /) -> None:
        """The connection must not be used again.  Told exactly once."""


class HttpConnection:
    """The state machine of one connection, fed by the event loop as its protocol."""

    __slots__ = (
        "_deadline",
        "_drained",
        "_eof",
        "_exchanges",
        "_incoming",
        "_informational",
        "_limits",
        "_loop",
        "_lost",
        "_lost_waiter",
        "_next_step",
        "_owner",
        "_parser",
        "_sent",
        "_sock_read",
        "_step_error",
        "_step_limit",
        "_task",
        "_told_gone",
        "_total",
        "_wheel",
        "_writer",
        "continued",
        "force_close",
        "gate",
        "idle_limit",
        "key",
        "promised",
        "reading_paused",
        "received",
        "slot",
        "state",
        "transport",
        "writing",
    )

    def __init__(
        self,
        owner: ConnectionOwner,
        loop: asyncio.AbstractEventLoop,
        wheel: DeadlineWheel,
    ) -> None:
        # Weak: a connector that nobody holds any more is collected, and says that it was open.
        self._owner = weakref.ref(owner)
        self._loop = loop
        self._wheel = wheel
        self._limits: HeadLimits = DEFAULT_LIMITS
        self._parser = ResponseParser(DEFAULT_LIMITS, STRICT, gather_chunks=True)
        self._incoming: Incoming | None = None
        self._drained: Incoming | None = None
        self._writer: Any = None
        self._task: asyncio.Task[None] | None = None
        self._told_gone = False
        self._eof = False
        self._lost: BaseException | None = None
        self._lost_waiter: asyncio.Future[None] | None = None
        self._exchanges = 0
        self._informational = 0
        self._deadline = inf
        self._next_step = inf
        self._step_limit = 0.0
        self._step_error = Phase.SEND
        self._sock_read = 0.0
        self._total: float | None = None
        self._sent = 0
        self.received = 0
        """Bytes of the present response so far."""
        self.continued: asyncio.Future[bool] | None = None
        """Says whether the body may follow, in ``WAITING_1XX``."""
        self.state = RESERVED
        self.transport: Any = None
        self.gate = WriteGate()
        self.reading_paused = False
        self.writing = False
        """Whether the request is not yet written completely."""
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

    def check_invariants(self) -> None:
        """Raise ``AssertionError`` if a law is broken; for tests and debugging."""
        state = self.state
        busy = state in (SENDING, WAITING_1XX, RECEIVING)
        facts = {
            "an exchange exactly while busy": busy == (self._incoming is not None)
            or state in (UPGRADED, CLOSING, CLOSED),
            "writing only while busy or draining": not self.writing
            or busy
            or state in (DRAINING, CLOSING, CLOSED),
            "no deadline without an exchange": busy
            or (self._deadline == inf and self._next_step == inf)
            or state in (DRAINING, CLOSING, CLOSED),
            "idle reads": state != IDLE or not self.reading_paused,
            "idle is clean": state != IDLE or not self._parser.buffered,
            "told gone": not self._told_gone or state in (CLOSING, CLOSED),
        }
        broken = [name for name, true in facts.items() if not true]
        if broken:
            raise AssertionError(f"{self!r}: {', '.join(broken)}")

    # -- the owner's side -------------------------------------------------------------------------

    def reserve(self) -> None:
        """Take an ``IDLE`` connection out of the pool."""
        self._go(RESERVED)

    def use_limits(self, limits: HeadLimits) -> None:
        """Parse the next response under *limits*."""
        if limits is self._limits:
            return
        same = limits == self._limits
        self._limits = limits
        if not same:
            self._parser = ResponseParser(limits, STRICT, gather_chunks=True)

    def give_back(self) -> None:
        """Return the connection to its owner: for another request, or closed if it is not fit."""
        if self.state == RESERVED and not self.force_close and not self._parser.buffered:
            self._go(IDLE)
            self._free()
        else:
            self.close()

    # -- the request's side -----------------------------------------------------------------------

    def begin(
        self,
        lease: "Connection | None",
        method: str,
        limit: int = DEFAULT_LIMIT,
        decompress: bool = True,
        read_until_eof: bool = True,
        upgrade: bool = False,
    ) -> Incoming:
        """Start an exchange; :meth:`write` the request, then say :meth:`sent`.

        Raises :exc:`ClientConnectionResetError` if the connection is gone.
        """
        if self.state != RESERVED or self.transport is None:
            if self.state < CLOSING:
                raise RuntimeError(f"{self!r} carries an exchange already")
            raise exchange_error(
                ClientConnectionResetError("Cannot write to closing transport"),
                ExchangeFacts(self._exchanges > 0, 0, 0),
            )
        incoming = Incoming(self, lease, self._loop.create_future(), limit, decompress, upgrade)
        self._parser.expect(method, read_until_eof=read_until_eof)
        self._incoming = incoming
        self._exchanges += 1
        self._sent = 0
        self.received = 0
        self._informational = 0
        self.writing = True
        self._go(SENDING)
        return incoming

    def set_deadlines(
        self,
        deadline: float,
        total: float | None = None,
        sock_read: float | None = None,
        send: float | None = None,
        first_byte: float | None = None,
    ) -> None:
        """Set the limits of the present exchange, after :meth:`begin`.

        *deadline* is a time of the loop, ``inf`` for none, and *total* the number of seconds that
        it stands for; the others are seconds.
        """
        self._deadline = deadline
        self._total = total
        self._sock_read = sock_read or 0.0
        self._step_limit = first_byte or 0.0
        if deadline < self._wheel.due:
            self._wheel.note(deadline)
        if send:
            self._step_in(send, Phase.SEND)

    def exchange(
        self, request: Any, method: str, data: bytes, options: ExchangeOptions, deadline: float
    ) -> Incoming:
        """Send *data*, a whole request, on an ``IDLE`` connection: reserve, begin, write, sent.

        *request* is kept for whoever makes the response.  Nothing is leased: the exchange is given
        up with :meth:`Incoming.abort`.
        """
        if self.state != IDLE or self._incoming is not None:
            raise RuntimeError(f"{self!r} is not idle")
        if _checks[0]:
            self._go(RESERVED)
            self._go(SENDING)
            self._go(RECEIVING)
        if options.limits is not self._limits:
            self.use_limits(options.limits)
        incoming = Incoming.__new__(Incoming)
        incoming.connection = self
        incoming.request = request
        incoming.waiter = self._loop.create_future()
        incoming.limit = options.read_bufsize
        incoming.decompress = options.decompress
        incoming.wants_cookies = options.cookies
        incoming.deadline = deadline
        self._parser.expect(method)
        self._incoming = incoming
        self._exchanges += 1
        self._informational = 0
        self._sent = len(data)
        self.received = 0
        self._deadline = deadline
        self._total = options.total
        if deadline < self._wheel.due:
            self._wheel.note(deadline)
        self.state = RECEIVING
        self._sock_read = options.sock_read
        self._step_limit = options.first_byte
        if self._sock_read or self._step_limit:
            self._start_reading_clock()
        self.transport.write(data)
        return incoming

    def lease_to(self, incoming: Incoming) -> Connection:
        """Return the lease of the present exchange, made now if it began without one."""
        lease = incoming.lease
        if not isinstance(lease, Connection):
            lease = incoming.lease = Connection(self, self.key, self._loop)
        return lease

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
        self._start_reading_clock()
        return self.continued

    def sent(self) -> None:
        """The whole request has been handed over."""
        self.writing = False
        state = self.state
        if state == SENDING:
            self._go(RECEIVING)
            self._start_reading_clock()
        elif state == DRAINING:
            self._settle()

    def sending_failed(self, error: BaseException) -> None:
        """The request cannot be written to its end: the exchange fails, unless it is answered.

        An answer that has come, or is coming, is delivered; the connection is not used again.
        """
        self.force_close = True
        self.writing = False
        incoming = self._incoming
        if incoming is None:
            if self.state == DRAINING:
                self._settle()
            return
        if incoming.head is not None:
            return
        if self.received and self.state < CLOSING:
            return
        self._fail(incoming, error)
        self.close()

    def abort_exchange(self, incoming: Incoming) -> None:
        """Give up *incoming*, if it is the present exchange; the connection is closed."""
        if self._incoming is incoming:
            error = ClientConnectionError("Connection closed")
            self._fail(incoming, error)
            self.abort()
        elif self._drained is incoming:
            self.force_close = True
            self._settle()

    def finish_buffered(self, incoming: Incoming) -> bool:
        """Throw away what is buffered of the body; tell whether that was all of it.

        For a reader that has lost interest: a response that has arrived completely leaves a
        reusable connection.
        """
        stream = incoming.stream
        if self._incoming is incoming and stream is not None:
            stream.discard()
            if self._incoming is incoming:
                self._pump()
        return incoming.complete

    def hand_over(self, protocol: asyncio.BaseProtocol) -> bytes:
        """Let *protocol* have the transport of an ``UPGRADED`` connection.

        Returns the bytes that were received for it already.  The lease stays until
        *protocol* passes its ``connection_lost`` on to this object.
        """
        if self.state != UPGRADED:
            raise RuntimeError(f"{self!r} is not upgraded")
        tail = self._parser.take_tail()
        self.transport.set_protocol(protocol)
        self._resume_transport()
        return tail

    def when_lost(self) -> "asyncio.Future[None] | None":
        """Return a future for the end of the transport, ``None`` if that is over."""
        if self.transport is None:
            return None
        if self._lost_waiter is None:
            self._lost_waiter = self._loop.create_future()
        return self._lost_waiter

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

    @property
    def speaks_tls(self) -> bool:
        """Whether the connection is open and protected by TLS."""
        transport = self.transport
        return transport is not None and transport.get_extra_info("sslcontext") is not None

    def close(self) -> None:
        """Close the connection; what is buffered for sending goes out first, if it is little."""
        self._shut(abort=self.writing)

    def abort(self) -> None:
        """Close the connection at once."""
        self._shut(abort=True)

    def _shut(self, abort: bool) -> None:
        if self.state < CLOSING:
            self._go(CLOSING)
        incoming = self._incoming
        if incoming is not None:
            self._fail(incoming, ClientConnectionError("Connection closed"))
        task = self._task
        if task is not None:
            self._task = None
            if self.writing:
                task.cancel()
        self._cut_drained()
        transport = self.transport
        self._tell_gone()
        if transport is None:
            return
        if abort or transport.get_write_buffer_size():
            transport.abort()
        else:
            transport.close()

    # -- the event loop's side --------------------------------------------------------------------

    def connection_made(self, transport: Any) -> None:
        """Take the transport (called by the loop)."""
        self.transport = transport
        self._wheel.add(self)

    def data_received(self, data: bytes) -> None:
        """Take bytes (called by the loop)."""
        state = self.state
        incoming = self._incoming
        if incoming is not None:
            self.received += len(data)
            if incoming.head is None and not self.reading_paused:
                self._receive(incoming, data)
            else:
                self._parser.feed(data)
                self._pump()
        elif state < CLOSING:
            # Nobody asked for anything: whatever this is, it is no answer to the next request.
            self._parser.feed(data)
            if state == UPGRADED:
                self.pause_reading()
            else:
                self.abort()

    def eof_received(self) -> bool | None:
        """Take note of the peer's end (called by the loop); the transport closes itself then."""
        self._eof = True
        incoming = self._incoming
        if incoming is not None:
            if incoming.head is not None:
                self._parser.feed_eof()
            self._pump()
            incoming = self._incoming
            if incoming is not None and incoming.head is None:
                self._lose(incoming, None)
        if self.state < CLOSING:
            self._go(CLOSING)
            self._tell_gone()
        return None

    def connection_lost(self, exc: BaseException | None) -> None:
        """Take note that the connection is gone.

        Called by the loop, and by the protocol that took the transport over.
        """
        self._eof = True
        self._lost = exc
        if self.state < CLOSED:
            self._go(CLOSED)
        self.transport = None
        self.gate.close(exc)
        incoming = self._incoming
        if incoming is not None:
            if incoming.head is not None and exc is None:
                self._parser.feed_eof()
            self._pump()
            incoming = self._incoming
            if incoming is not None and not self.reading_paused:
                self._lose(incoming, exc)
        self._wheel.discard(self)
        self._cut_drained()
        self._tell_gone()
        waiter = self._lost_waiter
        if waiter is not None and not waiter.done():
            waiter.set_result(None)

    def pause_writing(self) -> None:
        """Shut the write gate (called by the transport)."""
        self.gate.pause()

    def resume_writing(self) -> None:
        """Open the write gate (called by the transport)."""
        self.gate.resume()

    def check_deadline(self, now: float) -> float:
        """Act on deadlines that have passed (called by the wheel); return the next one."""
        incoming = self._incoming
        if incoming is None:
            return inf
        if self._deadline <= now:
            phase = self._phase(incoming)
            self._expire(incoming, total_timeout_error(self._total, phase))
            return inf
        if self._next_step <= now:
            if self.reading_paused:
                # The reader is slow, not the server: its time starts anew when it resumes.
                self._next_step = inf
                return self._deadline
            phase = self._step_error
            error: ServerTimeoutError
            if phase is Phase.SEND:
                error = ServerTimeoutError("Timeout on sending the request", phase=phase.value)
            else:
                error = SocketTimeoutError("Timeout on reading data from socket", phase=phase.value)
            self._expire(incoming, error)
            return inf
        return self._deadline if self._deadline < self._next_step else self._next_step

    # -- flow control of the body -----------------------------------------------------------------

    def pause_reading(self) -> None:
        """Stop pulling and reading: the reader of the body is full."""
        if not self.reading_paused:
            self.reading_paused = True
            transport = self.transport
            if transport is not None:
                try:
                    transport.pause_reading()
                except (NotImplementedError, RuntimeError):
                    pass

    def resume_reading(self) -> None:
        """Pull what is buffered, then read on unless the reader is full again."""
        if not self.reading_paused:
            return
        self.reading_paused = False
        incoming = self._incoming
        if incoming is not None:
            self._pump()
            incoming = self._incoming
            if incoming is not None and self.state == CLOSED and not self.reading_paused:
                self._lose(incoming, self._lost)
        if not self.reading_paused:
            self._resume_transport()
            if self._incoming is not None:
                self._start_reading_clock()

    def _resume_transport(self) -> None:
        self.reading_paused = False
        transport = self.transport
        if transport is not None:
            try:
                transport.resume_reading()
            except (NotImplementedError, RuntimeError):
                pass

    # -- inside -----------------------------------------------------------------------------------

    def _go(self, state: int) -> None:
        if _checks[0] and state not in TRANSITIONS[self.state]:
            raise AssertionError(f"{self!r} cannot become {ConnectionState(state).name}")
        self.state = state

    def _receive(self, incoming: Incoming, data: bytes) -> None:
        """Take the first bytes of an answer, which may be the whole of it."""
        try:
            head = self._parser.receive(data)
            if head is None:
                return
            self._take_head(incoming, head)
        except HttpProcessingError as exc:
            self._break(incoming, exc)
            return
        if self._incoming is incoming:
            self._pump()

    def _pump(self) -> None:
        """Pull what the parser has for the present exchange."""
        incoming = self._incoming
        parser = self._parser
        if incoming is None:
            return
        try:
            while not self.reading_paused:
                if incoming.coded and incoming.decode_more():
                    continue
                event = parser.next_event()
                if event is None:
                    break
                if incoming.head is None:
                    self._take_head(incoming, event)
                elif type(event) is not EndOfMessage:
                    incoming.add(event)
                else:
                    incoming.end_decoding()
                    incoming.trailers = event.trailers
                    self._finish(incoming)
                if self._incoming is not incoming:
                    return
        except HttpProcessingError as exc:
            self._break(incoming, exc)
            return
        if incoming.head is None:
            return
        if self._sock_read:
            self._start_reading_clock()
        if not incoming.announced:
            incoming.open_stream()
            self._announce(incoming)

    def _take_head(self, incoming: Incoming, event: Any) -> None:
        head: ResponseHead = event
        if head.informational:
            self._informational += 1
            if self._informational > MAX_INFORMATIONAL:
                raise BadHttpMessage("Too many informational responses")
            if self.state == WAITING_1XX:
                self._go(SENDING)
                self._allow_body(True)
            return
        state = self.state
        incoming.head = head
        if head.status == 101 and not incoming.upgrade:
            incoming.head = None
            raise BadHttpMessage("The server switches to a protocol that nobody asked for")
        if state != RECEIVING:
            self._go(RECEIVING)
            if state == WAITING_1XX:
                # The body is not wanted, and the server may or may not wait for it (ADD-186).
                self.force_close = True
                self._allow_body(False)
        if self._exchanges == 1 or self.idle_limit < inf:
            self._note_keep_alive(head)
        if incoming.wants_cookies:
            incoming.sets_cookies = head.sets_cookies
        self._step_limit = 0.0
        if self._next_step < inf and not self._sock_read:
            self._next_step = inf
        if head.status == 101:
            self._upgrade(incoming)
        elif head.body is not None:
            incoming.whole = head.body
            self._finish(incoming)
        elif not head.has_body:
            self._finish(incoming)
        else:
            coded = incoming.decompress and head.content_encoding in DECODED
            if head.chunked:
                # A decoder takes one piece at a time: it may give more than the reader wants.
                self._parser.gather_chunks(not coded)
            if coded:
                incoming.open_stream()

    def _note_keep_alive(self, head: ResponseHead) -> None:
        """Remember for how long the server keeps the connection open."""
        value = head.field(b"keep-alive")
        if value is None:
            return
        hints = parse_keep_alive(value)
        if hints.timeout is not None:
            # The server's clock started earlier, and the next request needs time to travel.
            self.idle_limit = hints.timeout - min(1.0, hints.timeout / 2)
        if hints.max is not None and hints.max <= 0:
            self.force_close = True

    def _upgrade(self, incoming: Incoming) -> None:
        self._go(UPGRADED)
        self._incoming = None
        self._drained = incoming
        self._deadline = self._next_step = inf
        self.pause_reading()  # until somebody takes the transport over
        incoming.complete = True
        self._announce(incoming)

    def _announce(self, incoming: Incoming) -> None:
        incoming.announced = True
        try:
            incoming.waiter.set_result(None)
        except asyncio.InvalidStateError:
            pass  # cancelled: whoever waited gives the exchange up when its turn comes

    def _finish(self, incoming: Incoming) -> None:
        """The response is complete: let go of the connection, then tell the reader."""
        incoming.complete = True
        incoming.connection = None
        self._incoming = None
        self._deadline = self._next_step = inf
        head = incoming.head
        if self._eof:
            self.force_close = True
        elif incoming.whole is None:  # else the parser has looked at both
            if head is None or not head.keep_alive or self._parser.buffered:
                self.force_close = True
        lease = incoming.lease
        if self.state == RECEIVING:
            if self.writing and not self.force_close:
                self._go(DRAINING)
                self._drained = incoming
                incoming.connection = self  # the request can still be given up
            else:
                if lease is not None:
                    lease.end()
                if self.writing:
                    self.abort()
                else:
                    self._settle()
        stream = incoming.stream
        if stream is not None:
            stream.feed_eof(incoming.trailers)
        if not incoming.announced:
            self._announce(incoming)

    def _settle(self) -> None:
        """Request and response are over: back to the pool, or closed."""
        if self._drained is not None:
            self._cut_drained()
        if self.force_close:
            self.close()
            return
        if self.reading_paused:
            self._resume_transport()
        self._writer = None
        if _checks[0]:
            self._go(IDLE)
            self.check_invariants()
        self.state = IDLE
        self._free()

    def _free(self) -> None:
        slot = self.slot
        if slot is not None and not slot.pool.release(slot, self._loop.time(), self.idle_limit):
            return
        owner = self._owner()
        if owner is None:
            self.close()
        else:
            owner.connection_free(self)

    def _cut_drained(self) -> None:
        """End the lease of an exchange that was complete before the connection was free."""
        drained = self._drained
        if drained is not None:
            self._drained = None
            drained.connection = None
            if drained.lease is not None:
                drained.lease.end()

    def _break(self, incoming: Incoming, error: HttpProcessingError) -> None:
        """The response breaks the rules: the exchange and the connection end."""
        self._fail(incoming, error if incoming.head is None else payload_error(error))
        self.abort()

    def _lose(self, incoming: Incoming, cause: BaseException | None) -> None:
        """The connection is gone in the middle of an exchange."""
        if incoming.head is None:
            self._fail(incoming, exchange_error(cause, self.facts))
        else:
            self._fail(incoming, payload_error(cause or exchange_error(None, self.facts)))

    def _expire(self, incoming: Incoming, error: BaseException) -> None:
        stream = incoming.stream
        self._fail(incoming, error)
        if stream is not None:
            stream.set_exception(error)
        self.abort()

    def _fail(self, incoming: Incoming, error: BaseException) -> None:
        """End the exchange with *error*: for who waits for the head, else for the body's reader."""
        self._incoming = None
        incoming.connection = None
        self._deadline = self._next_step = inf
        self._allow_body(False)
        lease = incoming.lease
        if lease is not None:
            lease.end()
        if incoming.head is None or not incoming.announced:
            if incoming.head is not None:
                incoming.open_stream()
                self._announce(incoming)
            elif not incoming.waiter.done():
                incoming.waiter.set_exception(error)
        if incoming.stream is not None:
            incoming.stream.feed_error(error)

    def _allow_body(self, allowed: bool) -> None:
        continued = self.continued
        if continued is not None:
            self.continued = None
            if not continued.done():
                continued.set_result(allowed)

    def _tell_gone(self) -> None:
        if not self._told_gone:
            self._told_gone = True
            owner = self._owner()
            if owner is not None:
                owner.connection_gone(self)

    def _phase(self, incoming: Incoming) -> str:
        if incoming.head is not None:
            return Phase.READ.value
        if self.writing and self.state == SENDING:
            return Phase.SEND.value
        return Phase.FIRST_BYTE.value

    def _start_reading_clock(self) -> None:
        """The server has to say something within the limits, from now on."""
        incoming = self._incoming
        limit = self._sock_read
        phase = Phase.READ
        if incoming is not None and incoming.head is None:
            phase = Phase.FIRST_BYTE
            if self._step_limit and (not limit or self._step_limit < limit):
                limit = self._step_limit
        if limit and not self.writing:
            self._step_in(limit, phase)
        elif self._step_error is Phase.SEND:
            self._next_step = inf

    def _step_in(self, seconds: float, phase: Phase) -> None:
        when = self._loop.time() + seconds
        self._step_error = phase
        self._next_step = when
        self._wheel.note(when)
