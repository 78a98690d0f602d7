"""One open WebSocket connection on asyncio: what the server's and the client's object share.

Laws
* One task receives, any task sends; a message is delivered once, in order, and a cancelled
  ``receive()`` loses nothing.
* With ``autoping`` a ping is answered when it arrives, whether or not anybody receives.  While the
  transport is full only the latest ping is remembered (RFC 6455 section 5.5.3).
* The close handshake follows :class:`~aiohttp_websocket.closing.Closing`.  It ends within the close
  timeout, after which the transport is closed; ``close_code`` is what the peer said, or 1006.
* After a breach of the protocol the CLOSE frame carries the code that the RFC names, nothing of the
  broken message is delivered, and the transport is closed.
* The heartbeat uses one timer: data only leaves a time stamp, and the timer looks at it when it
  fires.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

from aiohttp_core.flow import WriteGate
from aiohttp_core.log import ws_logger
from aiohttp_websocket.closing import CloseState, Closing
from aiohttp_websocket.deflate import Inflater
from aiohttp_websocket.deflate_params import DeflateParams
from aiohttp_websocket.queue import DEFAULT_LIMIT, StreamEnd, WebSocketDataQueue
from aiohttp_websocket.reader import MessageReader
from aiohttp_websocket.types import (
    WS_CLOSED_MESSAGE,
    WS_CLOSING_MESSAGE,
    WebSocketError,
    WSCloseCode,
    WSMessage,
    WSMsgType,
)
from aiohttp_websocket.writer import WebSocketWriter

__all__ = ("ConnectionControl", "HeartbeatError", "WebSocketConnection", "WebSocketSettings")


class ConnectionControl(Protocol):
    """What a WebSocket needs of the connection that was upgraded."""

    @property
    def transport(self) -> Any:
        """The transport, or ``None`` once the connection is lost."""

    @property
    def gate(self) -> WriteGate:
        """The gate that is shut while the transport is above its high-water mark."""

    @property
    def reading_paused(self) -> bool:
        """Whether the connection reads nothing at the moment."""

    def pause_reading(self) -> None:
        """Stop feeding."""

    def resume_reading(self) -> None:
        """Feed again."""


@dataclass(frozen=True, slots=True)
class WebSocketSettings:
    """How one connection behaves; times in seconds, sizes in bytes."""

    close_timeout: float | None = 10.0
    receive_timeout: float | None = None
    autoclose: bool = True
    autoping: bool = True
    heartbeat: float | None = None
    max_msg_size: int = 4 * 1024 * 1024
    writer_limit: int = DEFAULT_LIMIT
    decode_text: bool = True


class HeartbeatError(TimeoutError):
    """The peer sent nothing for the heartbeat interval and did not answer a ping in time."""


class WebSocketConnection:
    """An open connection: receive, send, close.

    *server* decides about masking.  *deflate* is what the handshake agreed upon.
    *heartbeat_error* makes the exception of a missing PONG.  The owner passes on what its
    transport says: :meth:`data_received`, :meth:`eof_received`, :meth:`connection_lost`.
    """

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
        self._settings = settings
        self._server = server
        self._heartbeat_error = heartbeat_error
        self.queue = WebSocketDataQueue(control, read_limit, loop=self._loop)
        self.writer = _make_writer(control, server, settings, deflate)
        self._reader = MessageReader(
            self._deliver,
            masked=server,
            max_msg_size=settings.max_msg_size,
            inflater=_make_inflater(server, deflate),
            decode_text=settings.decode_text,
        )
        self._listener: Callable[[WSMessage], object] | None = None
        self._closing = Closing()
        self._receiving = False
        self._closed = False
        self._ended: asyncio.Future[None] | None = None
        self._exception: BaseException | None = None
        self._failure: Exception | None = None
        self._pending_pong: bytes | None = None
        self._lost = False
        # heartbeat
        self._heard = 0.0
        self._ping_sent = 0.0
        self._timer: asyncio.TimerHandle | None = None
        if settings.heartbeat is not None:
            self._heard = self._loop.time()
            self._timer = self._loop.call_later(settings.heartbeat, self._beat)

    # state

    @property
    def closed(self) -> bool:
        """True once the connection takes no more messages from us."""
        return self._closed

    @property
    def close_code(self) -> int | None:
        """The peer's close code, 1006 after a loss or failure, ``None`` while open."""
        return self._closing.code

    @property
    def lost(self) -> bool:
        """True once the transport is gone."""
        return self._lost

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
        if self._timer is not None:
            self._heard = self._loop.time()
        try:
            self._reader.feed(data)
        except WebSocketError as error:
            ws_logger.debug("Broken WebSocket message: %s", error)
            self.queue.set_exception(error)
            self._end_listening()
        except Exception as error:
            self._failure = error
            self._end_listening()
        if self._pending_pong is not None and not self._control.gate.paused:
            self._pong(self._pending_pong)

    def eof_received(self) -> None:
        """The peer sends no more."""
        self.queue.feed_eof()

    def connection_lost(self, exc: BaseException | None) -> None:
        """The transport is gone."""
        self._lost = True
        self._stop_heartbeat()
        if exc is not None and not self._closed and self._exception is None:
            self._exception = exc
        self.queue.feed_eof()
        self._end_listening()

    def _deliver(self, message: WSMessage, size: int) -> None:
        kind = message[0]
        if kind is WSMsgType.PING or kind is WSMsgType.PONG:
            if self._settings.autoping:
                if kind is WSMsgType.PING:
                    self._pong(message[1])
                return
        elif self._listener is not None and kind is not WSMsgType.CLOSE:
            self._listener(message)
            return
        self.queue.feed_data(message, size)
        if kind is WSMsgType.CLOSE:
            self._end_listening()

    def _pong(self, payload: bytes) -> None:
        self._pending_pong = None
        if self.writer.closing or self._lost:
            return
        if self._control.gate.paused:
            self._pending_pong = payload
        else:
            try:
                self.writer.start_frame(payload, WSMsgType.PONG)
            except ConnectionError:
                ws_logger.debug("A ping could not be answered: the connection is closing")

    # receiving

    async def receive(self, timeout: float | None = None) -> WSMessage:
        """Return the next message.

        CLOSE is returned once; after it, or after a loss, CLOSED.  A broken message gives ERROR.
        *timeout* overrides the ``receive_timeout`` of the settings; running out of it raises
        :exc:`TimeoutError` and leaves the connection open.  ``RuntimeError`` if another task is
        receiving.
        """
        if self._receiving:
            raise RuntimeError("Concurrent call to receive() is not allowed")
        if self._closed:
            return WS_CLOSED_MESSAGE
        if self._closing.state is CloseState.CLOSE_RECEIVED:
            return WS_CLOSING_MESSAGE
        message = self.queue.read_nowait()
        if message is None:
            message = await self._wait_for_message(timeout)
        if message[0] is WSMsgType.CLOSE:
            await self._close_received(message)
        return message

    async def _wait_for_message(self, timeout: float | None) -> WSMessage:
        self._receiving = True
        try:
            limit = self._settings.receive_timeout if timeout is None else timeout
            if limit:
                async with asyncio.timeout(limit):
                    return await self.queue.read()
            return await self.queue.read()
        except StreamEnd:
            self._receiving = False
            return await self._end_received()
        except WebSocketError as error:
            self._receiving = False
            self._exception = error
            await self._fail(error.code)
            return WSMessage(WSMsgType.ERROR, error, None)
        except TimeoutError as error:
            if error is not self.queue.exception():
                raise
            return await self._failure_received(error)
        except Exception as error:
            return await self._failure_received(error)
        finally:
            self._receiving = False

    async def _failure_received(self, error: BaseException) -> WSMessage:
        self._receiving = False
        self._exception = error
        self._finish(WSCloseCode.ABNORMAL_CLOSURE)
        return WSMessage(WSMsgType.ERROR, error, None)

    async def _end_received(self) -> WSMessage:
        """The stream ended without a CLOSE frame."""
        if self._closing.state is CloseState.CLOSE_SENT and not self._lost:
            return WS_CLOSING_MESSAGE
        self._finish(WSCloseCode.ABNORMAL_CLOSURE)
        return WS_CLOSED_MESSAGE

    async def _close_received(self, message: WSMessage) -> None:
        answer = self._closing.received(message[1], message[2] or "")
        if answer and self._settings.autoclose:
            await self.close()

    # sending

    async def send(self, payload: bytes, opcode: int, compress: int | None = None) -> None:
        """Send one message, given as encoded bytes; see :meth:`WebSocketWriter.send_frame`."""
        waiting = self.writer.start_frame(payload, opcode, compress)
        if waiting is not None:
            await waiting

    def send_nowait(self, payload: bytes, opcode: int) -> bool:
        """Send without waiting; return whether the peer keeps up.

        For callbacks: after ``False`` the caller should send less, because what it sends is
        buffered.  ``RuntimeError`` for a message that has to be awaited, because it is large and
        compressed, larger than one frame should be, or behind such a one.
        """
        self.writer.write_frame(payload, opcode)
        return not self._control.gate.paused

    # listening

    async def listen(self, on_message: Callable[[WSMessage], object]) -> None:
        """Call *on_message* for each message, as it arrives, until the connection closes.

        This is the fast way to receive: no queue, no task switch.  Pings are answered as with
        :meth:`receive`; the closing handshake is done.  An exception of *on_message* closes the
        connection with 1011 and is raised here.
        """
        if self._receiving or self._listener is not None:
            raise RuntimeError("Concurrent call to receive() is not allowed")
        ended = self._ended = self._loop.create_future()
        try:
            while (waiting := self.queue.read_nowait()) is not None:
                if waiting[0] is WSMsgType.CLOSE:
                    await self._close_received(waiting)
                    return
                on_message(waiting)
            self._listener = on_message
            if not self.queue.is_eof() and not self._closed:
                await ended
        except Exception:
            await self.close(code=WSCloseCode.INTERNAL_ERROR)
            raise
        finally:
            self._listener = None
            self._ended = None
        if self._failure is not None:
            failure, self._failure = self._failure, None
            await self.close(code=WSCloseCode.INTERNAL_ERROR)
            raise failure
        if not self._closed:
            await self.receive()

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
        closes the transport at once.
        """
        if self._closed:
            return False
        self._closed = True
        self._stop_heartbeat()
        self._closing.sent()
        try:
            await self._within_close_timeout(self._send_close(code, message, drain))
            if self._receiving:
                self.queue.feed_data(WS_CLOSING_MESSAGE, 0)
                await asyncio.sleep(0)
            if self._closing.state is not CloseState.CLOSED:
                await self._within_close_timeout(self._wait_for_close())
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

    async def _send_close(self, code: int, message: bytes | str, drain: bool) -> None:
        await self.writer.close(code, message)
        if drain:
            await self.writer.drain()

    async def _wait_for_close(self) -> None:
        while True:
            message = await self.queue.read()
            if message[0] is WSMsgType.CLOSE:
                self._closing.received(message[1], message[2] or "")
                return

    async def _within_close_timeout(self, step: Any) -> None:
        async with asyncio.timeout(self._settings.close_timeout or None):
            await step

    async def _fail(self, code: int) -> None:
        """Fail the connection (RFC 6455 section 7.1.7): tell the peer why, then go."""
        self._stop_heartbeat()
        if not self._closed:
            self._closed = True
            self._closing.sent()
            try:
                await self._within_close_timeout(self._send_close(code, b"", drain=True))
            except (ConnectionError, TimeoutError) as error:
                ws_logger.debug("The peer could not be told of its mistake: %s", error)
        self._finish(WSCloseCode.ABNORMAL_CLOSURE)

    def _finish(self, code: int | None) -> None:
        """Close the transport; *code* is set where the peer gave none."""
        self._closed = True
        self._stop_heartbeat()
        if code is not None:
            self._closing.lost()
        transport = self._control.transport
        if transport is not None:
            transport.close()
        self._end_listening()

    def abort(self, error: BaseException) -> None:
        """Give the connection up because of *error*: 1006, and the transport is closed."""
        self._exception = error
        self.queue.set_exception(error)
        self._closing.lost()
        self._stop_heartbeat()
        transport = self._control.transport
        if transport is not None:
            transport.close()
        self._end_listening()

    # heartbeat (spec rows ADD-689 to ADD-691)

    def _stop_heartbeat(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _beat(self) -> None:
        heartbeat = self._settings.heartbeat or 0.0
        now = self._loop.time()
        if self._ping_sent and self._heard < self._ping_sent:
            if now - self._ping_sent >= heartbeat / 2:
                self._timer = None
                text = f"No PONG received after {heartbeat / 2} seconds"
                self.abort(self._heartbeat_error(text))
                return
            wait = self._ping_sent + heartbeat / 2 - now
        else:
            self._ping_sent = 0.0
            wait = self._heard + heartbeat - now
            if wait <= 0:
                wait = heartbeat / 2
                self._ping_sent = now
                try:
                    self.writer.start_frame(b"", WSMsgType.PING)
                except ConnectionError as error:
                    self._timer = None
                    self.abort(error)
                    return
        self._timer = self._loop.call_later(wait, self._beat)


def _make_writer(
    control: ConnectionControl,
    server: bool,
    settings: WebSocketSettings,
    deflate: DeflateParams | None,
) -> WebSocketWriter:
    bits, notakeover = 0, False
    if deflate is not None:
        bits = deflate.server_bits if server else deflate.client_bits
        notakeover = (
            deflate.server_no_context_takeover if server else deflate.client_no_context_takeover
        )
    return WebSocketWriter(
        control,
        control.transport,
        use_mask=not server,
        limit=settings.writer_limit,
        compress=bits,
        notakeover=notakeover,
    )


def _make_inflater(server: bool, deflate: DeflateParams | None) -> Inflater | None:
    if deflate is None:
        return None
    return Inflater(
        no_context_takeover=(
            deflate.client_no_context_takeover if server else deflate.server_no_context_takeover
        )
    )
