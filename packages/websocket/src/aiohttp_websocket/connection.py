"""One open WebSocket connection on asyncio: what the server's and the client's object share.

Laws
* One task receives, any task sends; a message is delivered once, in order, and a cancelled
  ``receive()`` loses nothing.
* With ``autoping`` a ping is answered when it arrives, whether or not anybody receives.
* The close handshake follows :class:`~aiohttp_websocket.closing.Closing`.  It ends within the close
  timeout, after which the transport is closed; ``close_code`` is what the peer said, or 1006.
* What came before a CLOSE or a broken frame can still be received and answered.  Nobody receives?
  Then the CLOSE is answered, or the breach reported, when the close timeout is over.
* After a breach of the protocol the CLOSE frame carries the code that the RFC names, nothing of the
  broken message is delivered, and the connection is closed so that the peer can read that frame.
* The receiver's limit in bytes holds whatever one read inflates to: parsing stops above it.
"""

import asyncio
from collections.abc import Callable
from inspect import iscoroutinefunction
from typing import TYPE_CHECKING, Any, Final

from aiohttp_core.log import ws_logger
from aiohttp_websocket.closing import CloseState, Closing, close_payload
from aiohttp_websocket.deflate_params import DeflateParams
from aiohttp_websocket.heartbeat import HeartbeatError
from aiohttp_websocket.heartbeat_timer import HeartbeatTimer
from aiohttp_websocket.ping_answers import PingAnswers
from aiohttp_websocket.queue import DEFAULT_LIMIT, StreamEnd, WebSocketDataQueue
from aiohttp_websocket.reader import MessageReader
from aiohttp_websocket.settings import (
    ConnectionControl,
    WebSocketSettings,
    make_inflater,
    make_writer,
)
from aiohttp_websocket.transport_end import TransportEnd
from aiohttp_websocket.types import (
    WS_CLOSED_MESSAGE,
    WS_CLOSING_MESSAGE,
    WebSocketError,
    WSCloseCode,
    WSMessage,
    WSMsgType,
)

if TYPE_CHECKING:
    import cython
    from cython.cimports.aiohttp_websocket.message import kind_of
else:
    from aiohttp_core import interpreted as cython

__all__ = ("COMPILED", "WebSocketConnection")

COMPILED: Final[bool] = cython.compiled

BURST: Final = 8 * 1024 * 1024
"""Bytes that a listener gets in one turn of the loop."""

BytesLike = bytes | bytearray | memoryview
PING: Final = WSMsgType.PING
PONG: Final = WSMsgType.PONG
CLOSE: Final = WSMsgType.CLOSE


class WebSocketConnection:
    """An open connection: receive, send, close.

    *server* decides about masking.  *deflate* is what the handshake agreed upon.
    *heartbeat_error* makes the exception of a missing PONG.  The owner passes on what its
    transport says: :meth:`data_received`, :meth:`eof_received`, :meth:`connection_lost`.
    """

    __slots__ = (
        "__weakref__",
        "_aborted",
        "_autoclose",
        "_autoping",
        "_burst",
        "_close_message",
        "_close_timeout",
        "_closed",
        "_closing",
        "_control",
        "_done",
        "_end",
        "_ended",
        "_exception",
        "_failure",
        "_finished",
        "_gate",
        "_heartbeat",
        "_leaving",
        "_listener",
        "_loop",
        "_lost",
        "_peer_closed",
        "_pings",
        "_reader",
        "_receive_timeout",
        "_unattended",
        "queue",
        "writer",
    )

    def __init__(
        self,
        control: ConnectionControl,
        *,
        server: bool,
        settings: WebSocketSettings,
        deflate: DeflateParams | None = None,
        read_limit: int = DEFAULT_LIMIT,
        heartbeat_error: Callable[[str], BaseException] = HeartbeatError,
    ) -> None:
        self._loop = asyncio.get_running_loop()
        self._control = control
        self._gate = control.gate
        self._end = TransportEnd(control, settings.close_timeout)
        self._close_timeout = settings.close_timeout
        self._receive_timeout = settings.receive_timeout or None
        self._autoclose = settings.autoclose
        self._autoping = settings.autoping
        self.queue = WebSocketDataQueue(self, read_limit, loop=self._loop)
        """Messages that were received and not yet taken."""
        self.writer = make_writer(control, server, settings, deflate)
        """The sending half."""
        self._pings = PingAnswers(self.writer, control.gate)
        self._reader = _Reader(
            self,
            masked=server,
            max_msg_size=settings.max_msg_size,
            inflater=make_inflater(server, deflate),
            decode_text=settings.decode_text,
        )
        # listening
        self._listener: Any = None
        self._ended: asyncio.Future[None] | None = None
        self._failure: Exception | None = None
        self._burst = BURST
        # closing
        self._closing = Closing()
        self._close_message: WSMessage | None = None
        self._closed = False
        self._peer_closed = False
        self._aborted = False
        self._lost = False
        self._finished = False
        self._done: asyncio.Future[None] | None = None
        self._leaving: asyncio.Task[bool] | None = None
        self._unattended: asyncio.TimerHandle | None = None
        self._exception: BaseException | None = None
        self._heartbeat: HeartbeatTimer | None = None
        if settings.heartbeat:
            self._heartbeat = HeartbeatTimer(self, settings.heartbeat, heartbeat_error, self._loop)

    # state

    @property
    def closed(self) -> bool:
        """True once the connection takes no more messages from us and none of the peer waits."""
        return self._closed or ((self._aborted or self._lost) and not len(self.queue))

    @property
    def close_code(self) -> int | None:
        """The peer's close code, 1006 after a loss or failure, ``None`` while open."""
        return self._closing.code

    @property
    def lost(self) -> bool:
        """True once the transport is gone."""
        return self._lost

    @property
    def lingering(self) -> bool:
        """True while the transport is left open only so that the peer reads our last frame."""
        return self._end.lingering and not self._lost

    @property
    def compress(self) -> int:
        """Our compression window in bits, 0 without compression."""
        return self.writer.compress

    def exception(self) -> BaseException | None:
        """Return what broke the connection, or ``None``."""
        return self._exception

    # the transport speaks

    def data_received(self, data: bytes) -> None:
        """Take bytes from the wire."""
        if self._heartbeat is not None:
            self._heartbeat.heard()
        try:
            self._reader.feed(data)
        except WebSocketError as error:
            self._broken(error)

    def eof_received(self) -> bool:
        """The peer sends no more; the transport is to be closed."""
        self.queue.feed_eof()
        return False

    def connection_lost(self, exc: BaseException | None) -> None:
        """The transport is gone."""
        self._lost = True
        self._stop_timers()
        if exc is not None and not self._closed and self._exception is None:
            self._exception = exc
        self.queue.feed_eof()
        self._end_listening()

    def _broken(self, error: WebSocketError) -> None:
        """The peer broke the protocol; who receives is told after what came before."""
        ws_logger.debug("Broken WebSocket message: %s", error)
        self.queue.set_exception(error)
        self._attend_later()
        self._end_listening()

    def deliver(self, message: WSMessage, size: int) -> None:
        """Take a message from the reader."""
        kind = kind_of(message) if cython.compiled else message[0]
        if kind is CLOSE:
            self.queue.feed_data(message, size)
            self._attend_later()
            self._end_listening()
        elif self._autoping and (kind is PING or kind is PONG):
            if kind is PING and not self._lost:
                self._pings.answer(message[1])
        elif self._listener is None:
            self.queue.feed_data(message, size)
        else:
            self._call_listener(message, size)

    # the queue speaks: it is the reader that has to stop, and the transport after it

    @property
    def reading_paused(self) -> bool:
        """Whether no message is delivered, because too many wait."""
        return self._reader.held

    def pause_reading(self) -> None:
        """Deliver nothing more, and read nothing more."""
        self._reader.hold()
        self._control.pause_reading()

    def resume_reading(self) -> None:
        """Deliver what was held back; read again if that was not too much."""
        if self._heartbeat is not None:
            self._heartbeat.heard()
        try:
            self._reader.release()
        except WebSocketError as error:
            self._broken(error)
        if not self._reader.held:
            self._control.resume_reading()

    # receiving

    def take(self) -> WSMessage | None:
        """Return a message that waits and asks for nothing but to be returned, else ``None``.

        After ``None`` await :meth:`receive`, or :meth:`arrival` first where that is not ``None``.
        """
        if self._closed or self._close_message is not None:
            return None
        message = self.queue.read_nowait()
        if message is not None:
            kind = kind_of(message) if cython.compiled else message[0]
            if kind is CLOSE:
                self._close_message = message
                return None
        return message

    def arrival(self) -> "asyncio.Future[WSMessage | None] | None":
        """Return a future for the next arrival, ``None`` where :meth:`receive` is to be awaited.

        The fast path of receiving, without a coroutine.  The future's result is the
        message, or ``None``: then take it.
        """
        if (
            self._closed
            or self._peer_closed
            or self._receive_timeout is not None
            or self._close_message is not None
        ):
            return None
        return self.queue.arrival()

    async def receive(self, timeout: float | None = None) -> WSMessage:
        """Return the next message.

        CLOSE is returned once; after it, or after a loss, CLOSED.  A broken message gives ERROR.
        *timeout* overrides the ``receive_timeout`` of the settings; running out of it raises
        :exc:`TimeoutError` and leaves the connection open.  ``RuntimeError`` if another task is
        receiving.  Cancelling loses nothing.
        """
        if self._closed:
            return WS_CLOSED_MESSAGE
        if self.queue.waiting or self._ended is not None:
            raise RuntimeError("Concurrent call to receive() is not allowed")
        if self._peer_closed:
            return WS_CLOSING_MESSAGE
        message = self.take()
        if message is None:
            message = self._close_message
            if message is None:
                message = await self._wait_for_message(timeout)
            self._close_message = None
        if message[0] is CLOSE:
            await self._close_received(message)
        return message

    async def _wait_for_message(self, timeout: float | None) -> WSMessage:
        try:
            limit = self._receive_timeout if timeout is None else timeout
            if limit:
                return await self._read_within(limit)
            return await self.queue.read()
        except StreamEnd:
            self._finish(WSCloseCode.ABNORMAL_CLOSURE)
            return WS_CLOSED_MESSAGE
        except WebSocketError as error:
            self._exception = error
            self._break_off(error.code)
            return WSMessage(WSMsgType.ERROR, error, None)
        except Exception as error:
            if error is not self.queue.exception():
                raise
            self._exception = error
            self._finish(WSCloseCode.ABNORMAL_CLOSURE)
            return WSMessage(WSMsgType.ERROR, error, None)

    async def _read_within(self, seconds: float) -> WSMessage:
        deadline = asyncio.timeout(seconds)
        try:
            async with deadline:
                return await self.queue.read()
        except TimeoutError as error:
            if not deadline.expired() or error is self.queue.exception():
                raise
            raise TimeoutError(f"No message was received within {seconds} seconds") from None

    async def _close_received(self, message: WSMessage) -> None:
        self._peer_closed = True
        answer = self._closing.received(message[1], message[2] or "")
        if answer and self._autoclose:
            await self.close()

    # sending

    async def send(self, payload: BytesLike, opcode: int, compress: int | None = None) -> None:
        """Send one message, given as encoded bytes; see :meth:`WebSocketWriter.send_frame`."""
        waiting = self.writer.start_frame(payload, opcode, compress)
        if waiting is not None:
            await waiting

    def send_nowait(self, data: BytesLike | str) -> bool:
        """Send TEXT or BINARY without waiting; return whether the peer keeps up.

        For callbacks: after ``False`` the caller should send less, because what it sends is
        buffered.  A large message that is compressed or fragmented leaves in the background.
        """
        if isinstance(data, str):
            self.writer.write_frame(data.encode("utf-8"), 1)
        else:
            self.writer.write_frame(data, 2)
        return not (self._gate.paused or self.writer.busy)

    # listening

    async def listen(self, on_message: Callable[[WSMessage], object]) -> None:
        """Call *on_message* for each message, as it arrives, until the connection closes.

        This is the fast way to receive: no queue, no task switch.  Pings are answered as with
        :meth:`receive`; the closing handshake is done.  An exception of *on_message* closes the
        connection with 1011 and is raised here, a breach of the protocol as
        :class:`WebSocketError`.  Cancelling stops listening and leaves the connection open.
        """
        if iscoroutinefunction(on_message):
            raise TypeError("on_message is called and not awaited: a coroutine function cannot be")
        if self._closed:
            return
        if self.queue.waiting or self._ended is not None:
            raise RuntimeError("Concurrent call to receive() is not allowed")
        ended = self._ended = self._loop.create_future()
        try:
            while self._failure is None:
                message = self.take()
                if message is None:
                    break
                self._call(on_message, message)
            # Only now: what waited in the queue comes first.
            self._listener = on_message
            if not (
                self._failure is not None
                or self._close_message is not None
                or self.queue.is_eof()
                or self._closed
            ):
                await ended
        finally:
            self._listener = None
            self._ended = None
        failure, self._failure = self._failure, None
        if failure is None and not self._closed:
            message = await self.receive()
            if message[0] is WSMsgType.ERROR:
                failure = message[1]
        if failure is not None:
            await self.close(code=WSCloseCode.INTERNAL_ERROR)
            raise failure

    def _call(self, listener: Callable[[WSMessage], object], message: WSMessage) -> None:
        try:
            listener(message)
        except Exception as error:
            self._failure = error
            self._end_listening()

    def _call_listener(self, message: WSMessage, size: int) -> None:
        if self._failure is not None or self._closed:
            return  # the listener raised, or the connection is closing: the rest is dropped
        self._call(self._listener, message)
        self._burst -= size
        if self._burst < 0:
            # A few KB can inflate to this: let others have their turn.
            self._burst = BURST
            self.pause_reading()
            self._loop.call_soon(self._go_on)

    def _go_on(self) -> None:
        if not self.queue.paused:
            self.resume_reading()

    def _end_listening(self) -> None:
        if self._ended is not None and not self._ended.done():
            self._ended.set_result(None)

    # closing

    async def close(
        self, *, code: int = WSCloseCode.OK, message: bytes | str = b"", drain: bool = True
    ) -> bool:
        """Close the connection; return ``False`` if that was done before.

        Sends CLOSE, waits up to the close timeout for the peer's CLOSE, dropping other messages,
        then closes the transport.  A receiver in another task gets a CLOSING message.  Cancelling
        closes the transport at once.  ``ValueError`` for a code or reason that may not be sent.
        """
        close_payload(code, message)
        if self._closed:
            return False
        self._closed = True
        if self._heartbeat is not None:
            self._heartbeat.stop()
        self._closing.sent()
        try:
            async with asyncio.timeout(self._close_timeout):
                await self._shake_hands(code, message, drain)
        except asyncio.CancelledError:
            self._finish(WSCloseCode.ABNORMAL_CLOSURE)
            raise
        except StreamEnd:
            self._finish(WSCloseCode.ABNORMAL_CLOSURE)
        except Exception as error:
            if self._exception is None:
                self._exception = error
            self._finish(WSCloseCode.ABNORMAL_CLOSURE)
        else:
            self._finish(None)
        return True

    async def _shake_hands(self, code: int, message: bytes | str, drain: bool) -> None:
        self.queue.interrupt(WS_CLOSING_MESSAGE)
        self._end_listening()
        await self.writer.close(code, message)
        if drain:
            await self.writer.drain()
        answer = self._close_message
        while self._closing.state is not CloseState.CLOSED:
            if answer is None:
                answer = await self.queue.read()
            if answer[0] is CLOSE:
                self._closing.received(answer[1], answer[2] or "")
            answer = None

    async def wait_closed(self) -> None:
        """Close, unless that was done; wait for a close of another task to end.

        It ends within the close timeout.
        """
        if await self.close() or self._finished:
            return
        if self._done is None:
            self._done = self._loop.create_future()
        await asyncio.shield(self._done)

    def going_away(self) -> None:
        """Begin to close with 1001, in the background: the program ends (spec row WSS-26)."""
        if not self._closed and not self._lost and self._leaving is None:
            self._leaving = self._loop.create_task(self.close(code=WSCloseCode.GOING_AWAY))

    def abandon(self, code: int = WSCloseCode.INTERNAL_ERROR) -> None:
        """Close without waiting: whoever served the connection failed."""
        if not self._closed:
            self._break_off(code)
        elif not self._finished:
            self._finish(WSCloseCode.ABNORMAL_CLOSURE)

    def abort(self, error: BaseException) -> None:
        """Give the connection up because of *error*: 1006, and the transport is cut."""
        self._exception = error
        self._aborted = True
        self.queue.set_exception(error)
        self._closing.lost()
        self._stop_timers()
        self._end.cut()
        self._end_listening()

    def _attend_later(self) -> None:
        """A CLOSE or an error waits to be received; see to it if nobody comes."""
        timeout = self._close_timeout
        if self._unattended is None and not self._closed and timeout is not None:
            self._unattended = self._loop.call_later(timeout, self._attend)

    def _attend(self) -> None:
        self._unattended = None
        if self._closed:
            return
        error = self.queue.exception()
        if isinstance(error, WebSocketError):
            self._exception = error
            self._break_off(error.code)
            return
        if not self._autoclose:
            return
        message = self._close_message
        while message is None or message[0] is not CLOSE:
            message = self.queue.read_nowait()
            if message is None:
                return
        self._closing.received(message[1], message[2] or "")
        self._break_off(WSCloseCode.OK)

    def _break_off(self, code: int) -> None:
        """Send CLOSE and go without waiting for an answer (RFC 6455 section 7.1.7)."""
        self._closed = True
        self._closing.sent()
        try:
            self.writer.close_now(code)
        except ConnectionError as error:
            ws_logger.debug("The peer could not be told: %s", error)
        self._finish(WSCloseCode.ABNORMAL_CLOSURE, True)

    def _finish(self, code: int | None, linger: bool = False) -> None:
        """Close the transport; *code* is set where the peer gave none."""
        self._closed = True
        self._finished = True
        self._stop_timers()
        if code is not None:
            self._closing.lost()
        self._end_listening()
        if self._done is not None and not self._done.done():
            self._done.set_result(None)
        self._end.close(linger)

    def _stop_timers(self) -> None:
        if self._heartbeat is not None:
            self._heartbeat.stop()
        if self._unattended is not None:
            self._unattended.cancel()
            self._unattended = None
        self._end.stop()


class _Reader(MessageReader):
    """Delivers to its connection without a detour through a callable."""

    __slots__ = ("_owner",)

    def __init__(self, owner: WebSocketConnection, **options: Any) -> None:
        super().__init__(None, **options)
        self._owner = owner

    def deliver(self, message: WSMessage, size: int) -> None:
        self._owner.deliver(message, size)
