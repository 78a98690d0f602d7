"""One HTTP/1.1 connection of a client: one exchange of request and response after the other.

Its states and transitions are those of :mod:`~aiohttp_client.connection_state`; what is sent is
its base's matter, :mod:`~aiohttp_client.sending_connection`.

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
from math import inf
from typing import TYPE_CHECKING, Any, Final

from aiohttp_client.connection_state import CHECKS, ConnectionState
from aiohttp_client.deadline_wheel import DeadlineWheel
from aiohttp_client.errors import (
    ClientConnectionError,
    ClientConnectionResetError,
    ExchangeFacts,
    exchange_error,
    payload_error,
)
from aiohttp_client.exchange_clock import ExchangeClock
from aiohttp_client.exchange_options import DEFAULT_EXCHANGE_OPTIONS, ExchangeOptions
from aiohttp_client.incoming import DECODED, Incoming
from aiohttp_client.lease import Connection
from aiohttp_client.pooled_connection import ConnectionOwner
from aiohttp_client.sending_connection import SendingConnection
from aiohttp_client.timeouts import Phase
from aiohttp_core.chunked import EndOfMessage
from aiohttp_core.development import DEBUG
from aiohttp_core.errors import BadHttpMessage, HttpProcessingError
from aiohttp_core.head import ResponseHead
from aiohttp_core.limits import DEFAULT_LIMITS, HeadLimits
from aiohttp_core.parser import ResponseParser

if TYPE_CHECKING:
    import cython
else:
    from aiohttp_core import interpreted as cython

__all__ = ("HttpConnection",)

COMPILED: bool = cython.compiled
"""Whether this module runs compiled."""

MAX_INFORMATIONAL: Final = 64
"""So many 1xx responses may come before the final one."""

STRICT: Final = DEBUG
"""In development mode responses are parsed strictly (spec row HTTP-08)."""

# The same as numbers: the state is looked at for every read and write.
IDLE: int = int(ConnectionState.IDLE)
RESERVED: int = int(ConnectionState.RESERVED)
SENDING: int = int(ConnectionState.SENDING)
WAITING_1XX: int = int(ConnectionState.WAITING_1XX)
RECEIVING: int = int(ConnectionState.RECEIVING)
DRAINING: int = int(ConnectionState.DRAINING)
UPGRADED: int = int(ConnectionState.UPGRADED)
CLOSING: int = int(ConnectionState.CLOSING)
CLOSED: int = int(ConnectionState.CLOSED)


class HttpConnection(SendingConnection):
    """The state machine of one connection, fed by the event loop as its protocol."""

    __slots__ = ("_drained", "_eof", "_incoming", "_informational", "_limits", "_lost", "_parser")

    def __init__(
        self,
        owner: ConnectionOwner,
        loop: asyncio.AbstractEventLoop,
        wheel: DeadlineWheel,
    ) -> None:
        SendingConnection.__init__(self, owner, loop, ExchangeClock(loop, wheel))
        self._limits: HeadLimits = DEFAULT_LIMITS
        self._parser = ResponseParser(DEFAULT_LIMITS, STRICT, gather_chunks=True)
        self._incoming: Incoming | None = None
        self._drained: Incoming | None = None
        self._eof = False
        self._lost: BaseException | None = None
        self._informational = 0

    # -- looking ----------------------------------------------------------------------------------

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
            or self._clock.stopped
            or state in (DRAINING, CLOSING, CLOSED),
            "idle reads": state != IDLE or not self.reading_paused,
            "idle is clean": state != IDLE or not self._parser.buffered,
            "told gone": not self._told_gone or state in (CLOSING, CLOSED),
        }
        broken = [name for name, true in facts.items() if not true]
        if broken:
            raise AssertionError(f"{self!r}: {', '.join(broken)}")

    # -- the owner's side -------------------------------------------------------------------------

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
        options: ExchangeOptions = DEFAULT_EXCHANGE_OPTIONS,
        deadline: float = inf,
        read_until_eof: bool = True,
        upgrade: bool = False,
    ) -> Incoming:
        """Start an exchange; :meth:`write` the request, then say :meth:`sent`.

        *deadline* is a time of the loop.  Raises :exc:`ClientConnectionResetError` if the
        connection is gone.
        """
        if self.state != RESERVED or self.transport is None:
            if self.state < CLOSING:
                raise RuntimeError(f"{self!r} carries an exchange already")
            raise exchange_error(
                ClientConnectionResetError("Cannot write to closing transport"),
                ExchangeFacts(self._exchanges > 0, 0, 0),
            )
        if options.limits is not self._limits:
            self._use_limits(options.limits)
        incoming = Incoming(
            self,
            lease,
            self._loop.create_future(),
            options.read_bufsize,
            options.decompress,
            upgrade,
        )
        self._parser.expect(method, read_until_eof=read_until_eof)
        self._incoming = incoming
        self._exchanges += 1
        self._sent = 0
        self.received = 0
        self._informational = 0
        self.writing = True
        self._go(SENDING)
        self._clock.start(options, deadline)
        self._clock.sending()
        return incoming

    def exchange(
        self,
        request: Any,
        method: str,
        data: bytes,
        body: bytes,
        options: ExchangeOptions,
        deadline: float,
    ) -> Incoming:
        """Send a whole request on an ``IDLE`` connection: reserve, begin, write, sent.

        *data* is the request, without the large *body* if that is not empty.  *request* is kept for
        whoever makes the response.  Nothing is leased: the exchange is given up with
        :meth:`Incoming.abort`.
        """
        if self.state != IDLE or self._incoming is not None:
            raise RuntimeError(f"{self!r} is not idle")
        if CHECKS[0]:
            self._go(RESERVED)
            self._go(SENDING)
            self._go(RECEIVING)
        if options.limits is not self._limits:
            self._use_limits(options.limits)
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
        self.state = RECEIVING
        clock = self._clock
        clock.options = options
        clock.deadline = deadline
        if deadline < clock.wheel.due:
            clock.wheel.note(deadline)
        if options.sock_read or options.first_byte:
            clock.waiting_for_head()
        self.transport.write(data)
        if body:
            self._write_large(body)
        return incoming

    def _use_limits(self, limits: HeadLimits) -> None:
        """Parse the next response under *limits*."""
        same = limits == self._limits
        self._limits = limits
        if not same:
            self._parser = ResponseParser(limits, STRICT, gather_chunks=True)

    def lease_to(self, incoming: Incoming) -> Connection:
        """Return the lease of the present exchange, made now if it began without one."""
        lease = incoming.lease
        if not isinstance(lease, Connection):
            lease = incoming.lease = Connection(self, self.key, self._loop)
        return lease

    def sent(self) -> None:
        """The whole request has been handed over: if it is answered, the exchange is over."""
        SendingConnection.sent(self)
        if self.state == DRAINING:
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
            self._fail(incoming, ClientConnectionError("Connection closed"))
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
        self._stop_writing()
        self._cut_drained()
        self._close_transport(abort)

    # -- the event loop's side --------------------------------------------------------------------

    def connection_made(self, transport: Any) -> None:
        """Take the transport (called by the loop)."""
        self.transport = transport
        self._clock.wheel.add(self)

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
        self._transport_lost()
        self.gate.close(exc)
        incoming = self._incoming
        if incoming is not None:
            if incoming.head is not None and exc is None:
                self._parser.feed_eof()
            self._pump()
            incoming = self._incoming
            if incoming is not None and not self.reading_paused:
                self._lose(incoming, exc)
        self._clock.wheel.discard(self)
        self._cut_drained()
        self._tell_lost()

    def check_deadline(self, now: float) -> float:
        """Act on deadlines that have passed (called by the wheel); return the next one."""
        incoming = self._incoming
        clock = self._clock
        if incoming is None:
            # The answer is complete; what is left to be sent is held to the same limits.
            if self.state == DRAINING and clock.error(now, Phase.SEND.value) is not None:
                self.abort()
            return clock.next()
        if self.reading_paused and not self.writing:
            clock.pause()
        error = clock.error(now, self._phase(incoming))
        if error is not None:
            self._expire(incoming, error)
        return clock.next()

    # -- flow control of the body -----------------------------------------------------------------

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
            if self._incoming is not None and not self.writing:
                self._clock.waiting_for_body()

    # -- inside -----------------------------------------------------------------------------------

    def _receive(self, incoming: Incoming, data: bytes) -> None:
        """Take the first bytes of an answer, which may be the whole of it."""
        try:
            head = self._parser.receive(data)
            if head is None:
                self._clock.head_goes_on()
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
        clock = self._clock
        if clock.options.sock_read and not self.writing:
            clock.waiting_for_body()
        if not incoming.announced:
            incoming.open_stream()
            incoming.announce()

    def _take_head(self, incoming: Incoming, event: Any) -> None:
        head: ResponseHead = event
        if head.informational:
            self._informational += 1
            if self._informational > MAX_INFORMATIONAL:
                raise BadHttpMessage("Too many informational responses")
            self.stop_waiting()
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
            self._note_keep_alive(head.field(b"keep-alive"))
        if incoming.wants_cookies:
            incoming.sets_cookies = head.sets_cookies
        if self._clock.step < inf and not self.writing:
            self._clock.pause()  # the limit for the head is over; that for the body comes later
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

    def _upgrade(self, incoming: Incoming) -> None:
        self._go(UPGRADED)
        self._incoming = None
        self._drained = incoming
        self._clock.stop()
        self.pause_reading()  # until somebody takes the transport over
        incoming.complete = True
        incoming.announce()

    def _finish(self, incoming: Incoming) -> None:
        """The response is complete: let go of the connection, then tell the reader."""
        incoming.complete = True
        incoming.connection = None
        self._incoming = None
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
                self._clock.stop()
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
            incoming.announce()

    def _settle(self) -> None:
        """Request and response are over: back to the pool, or closed."""
        if self._drained is not None:
            self._clock.stop()
            self._cut_drained()
        if self.force_close:
            self.close()
            return
        if self.reading_paused:
            self._resume_transport()
        self._writer = None
        if CHECKS[0]:
            self._go(IDLE)
            self.check_invariants()
        self.state = IDLE
        self._free()

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
        """End the exchange with *error*."""
        self._incoming = None
        self._clock.stop()
        self._allow_body(False)
        incoming.fail(error)

    def _phase(self, incoming: Incoming) -> str:
        if incoming.head is not None:
            return Phase.READ.value
        if self.writing and self.state == SENDING:
            return Phase.SEND.value
        return Phase.FIRST_BYTE.value
