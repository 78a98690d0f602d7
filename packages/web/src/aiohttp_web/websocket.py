"""The server's WebSocket: a response that turns the connection into one (RFC 6455).

Laws
* This is a shell: frames, closing and compression are the work of ``aiohttp_websocket``; what
  stands here is how they meet a request and a response.
* The handshake is checked before anything is sent; a broken one is an HTTP 400 for the middlewares.
* After the handler has ended the connection is closed, whatever state it is in.
"""

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Final, Generic, Self, TypeVar

from aiohttp_core.log import ws_logger
from aiohttp_web.base_request import BaseRequest
from aiohttp_web.exceptions import HTTPBadRequest
from aiohttp_web.response import StreamResponse
from aiohttp_websocket import (
    ServerHandshake,
    WebSocketConnection,
    WebSocketSettings,
    WSCloseCode,
    WSHandshakeError,
    WSMessage,
    WSMessageTypeError,
    WSMsgType,
    accept_request,
)

__all__ = ("WebSocketReady", "WebSocketResponse")

DEFAULT_WRITER_LIMIT: Final = 2**18
CALLS_AFTER_CLOSE: Final = 5

TextT = TypeVar("TextT", bound=bool)


@dataclass(frozen=True)
class WebSocketReady:
    """Whether a request can become a WebSocket, and with which subprotocol (spec row WSS-11)."""

    ok: bool
    protocol: str | None

    def __bool__(self) -> bool:
        return self.ok


class WebSocketResponse(StreamResponse, Generic[TextT]):
    """A WebSocket on the server side.

    ``await prepare(request)`` does the handshake; then messages are received by :meth:`receive`,
    by ``async for``, or by a callback with :meth:`listen`, and sent by the ``send_*`` methods.  The
    type parameter tells whether TEXT is decoded (``decode_text``).

    *timeout*: seconds to wait for the peer's CLOSE.  *receive_timeout*: seconds to wait in
    ``receive()``, ``None`` for ever.  *autoclose*: answer a CLOSE and close.  *autoping*: answer
    PING and hide PONG.  *heartbeat*: seconds of silence after which a ping is sent; a missing
    answer within half of that ends the connection.  *protocols*: known subprotocols.
    *compress*: accept permessage-deflate.  *max_msg_size*: bytes, 0 for no limit.
    *writer_limit*: bytes after which a sender waits for the transport to drain.
    """

    def __init__(
        self,
        *,
        timeout: float = 10.0,
        receive_timeout: float | None = None,
        autoclose: bool = True,
        autoping: bool = True,
        heartbeat: float | None = None,
        protocols: Iterable[str] = (),
        compress: bool = True,
        max_msg_size: int = 4 * 1024 * 1024,
        writer_limit: int = DEFAULT_WRITER_LIMIT,
        decode_text: bool = True,
    ) -> None:
        super().__init__(status=101)
        self._settings = WebSocketSettings(
            close_timeout=timeout,
            receive_timeout=receive_timeout,
            autoclose=autoclose,
            autoping=autoping,
            heartbeat=heartbeat,
            max_msg_size=max_msg_size,
            writer_limit=writer_limit,
            decode_text=decode_text,
        )
        self._protocols = tuple(protocols)
        self._compress = compress
        self._ws_protocol: str | None = None
        self._ws: WebSocketConnection | None = None
        self._calls_after_close = 0

    # the handshake

    def can_prepare(self, request: BaseRequest) -> WebSocketReady:
        """Tell whether *request* can become a WebSocket; never raises for a bad one.

        ``RuntimeError`` after :meth:`prepare`.
        """
        if self._ws is not None:
            raise RuntimeError("Already started")
        try:
            handshake = self._handshake(request)
        except WSHandshakeError:
            return WebSocketReady(False, None)
        return WebSocketReady(True, handshake.protocol)

    def _handshake(self, request: BaseRequest) -> ServerHandshake:
        if request.body_exists:
            raise WSHandshakeError("A WebSocket handshake has no body")
        return accept_request(request.headers, self._protocols, compress=self._compress)

    async def prepare(self, request: BaseRequest) -> Any:
        """Do the handshake and open the connection (spec row WSS-10).

        Raises :class:`HTTPBadRequest` if the request is no WebSocket handshake.
        """
        if self._payload_writer is not None:
            return self._payload_writer
        try:
            handshake = self._handshake(request)
        except WSHandshakeError as exc:
            raise HTTPBadRequest(text=str(exc)) from exc
        if handshake.unknown_protocols:
            ws_logger.warning(
                "%s: Client protocols %r don't overlap server-known ones %r",
                request.remote,
                handshake.unknown_protocols,
                self._protocols,
            )
        self.headers.update(handshake.headers)
        self._ws_protocol = handshake.protocol
        writer = await super().prepare(request)
        writer.send_headers()
        connection = request.protocol
        receiver = WebSocketConnection(
            connection, server=True, settings=self._settings, deflate=handshake.deflate
        )
        tail = connection.upgrade(receiver)
        self._ws = receiver
        if tail:
            receiver.data_received(tail)
        return writer

    def _opened(self) -> WebSocketConnection:
        if self._ws is None:
            raise RuntimeError("Call .prepare() first")
        return self._ws

    # state

    @property
    def closed(self) -> bool:
        """True once the connection takes no more messages (spec row WSS-13)."""
        return self._ws is not None and self._ws.closed

    @property
    def close_code(self) -> int | None:
        """The peer's close code, 1006 after a loss, ``None`` while open."""
        return None if self._ws is None else self._ws.close_code

    @property
    def prepared(self) -> bool:
        """True once the handshake is done (spec row WSS-14)."""
        return self._ws is not None

    @property
    def ws_protocol(self) -> str | None:
        """The subprotocol that was chosen, or ``None`` (spec row WSS-12)."""
        return self._ws_protocol

    @property
    def compress(self) -> int | bool:
        """After the handshake the window of our compression in bits, 0 without."""
        return self._compress if self._ws is None else self._ws.compress

    def get_extra_info(self, name: str, default: Any = None) -> Any:
        """Read *name* from the transport (spec row WSS-15)."""
        transport = None if self._req is None else self._req.transport
        return default if transport is None else transport.get_extra_info(name, default)

    def exception(self) -> BaseException | None:
        """Return what broke the connection, or ``None`` (spec row WSS-16)."""
        return None if self._ws is None else self._ws.exception()

    # sending

    async def ping(self, message: bytes | str = b"") -> None:
        """Send a PING; a ``str`` is encoded as UTF-8 (spec row WSS-17)."""
        await self._opened().send(_to_bytes(message), WSMsgType.PING)

    async def pong(self, message: bytes | str = b"") -> None:
        """Send an unsolicited PONG (spec row WSS-17)."""
        await self._opened().send(_to_bytes(message), WSMsgType.PONG)

    async def send_frame(
        self, message: bytes, opcode: WSMsgType, compress: int | None = None
    ) -> None:
        """Send encoded bytes as a message of type *opcode* (spec row WSS-19)."""
        await self._opened().send(message, opcode, compress)

    async def send_str(self, data: str, compress: int | None = None) -> None:
        """Send TEXT.  ``TypeError`` unless *data* is a ``str`` (spec row WSS-18).

        *compress* overrides the compression of this message: window bits, 0 for none.
        :class:`ClientConnectionResetError` if the connection is closing.
        """
        if not isinstance(data, str):
            raise TypeError(f"data argument must be str ({type(data)!r})")
        waiting = self._opened().writer.start_frame(data.encode("utf-8"), WSMsgType.TEXT, compress)
        if waiting is not None:
            await waiting

    async def send_bytes(
        self, data: bytes | bytearray | memoryview, compress: int | None = None
    ) -> None:
        """Send BINARY.  ``TypeError`` unless *data* is bytes-like (spec row WSS-18)."""
        if not isinstance(data, (bytes, bytearray, memoryview)):
            raise TypeError(f"data argument must be byte-ish ({type(data)!r})")
        waiting = self._opened().writer.start_frame(bytes(data), WSMsgType.BINARY, compress)
        if waiting is not None:
            await waiting

    async def send_json(
        self, data: Any, compress: int | None = None, *, dumps: Callable[[Any], str] = json.dumps
    ) -> None:
        """Send *data* as JSON in TEXT; errors of *dumps* are raised (spec row WSS-18)."""
        await self.send_str(dumps(data), compress)

    async def send_json_bytes(
        self, data: Any, compress: int | None = None, *, dumps: Callable[[Any], bytes]
    ) -> None:
        """Send *data* as JSON in BINARY (spec row ADD-684)."""
        await self.send_bytes(dumps(data), compress)

    def send_nowait(self, data: str | bytes) -> bool:
        """Send TEXT or BINARY without waiting, for callbacks of :meth:`listen`.

        Returns ``False`` when the peer does not keep up and what is sent is buffered.
        """
        if isinstance(data, str):
            return self._opened().send_nowait(data.encode("utf-8"), WSMsgType.TEXT)
        return self._opened().send_nowait(data, WSMsgType.BINARY)

    # receiving

    async def receive(self, timeout: float | None = None) -> WSMessage:
        """Return the next message (spec rows WSS-22, ADD-672 to ADD-676).

        Only one task may receive (``RuntimeError``).  *timeout* in seconds overrides
        ``receive_timeout``; running out of it raises :exc:`TimeoutError` and leaves the connection
        open.  After the end CLOSED is returned; calling again and again then is an error.
        """
        connection = self._opened()
        if connection.closed:
            self._calls_after_close += 1
            if self._calls_after_close >= CALLS_AFTER_CLOSE:
                raise RuntimeError("WebSocket connection is closed.")
        return await connection.receive(timeout)

    async def receive_str(self, *, timeout: float | None = None) -> Any:
        """Return the data of the next message, which must be TEXT (spec row WSS-23).

        :class:`WSMessageTypeError` for any other type.  ``bytes`` if text is not decoded.
        """
        message = await self.receive(timeout)
        if message.type is not WSMsgType.TEXT:
            raise WSMessageTypeError(
                f"Received message {message.type}:{message.data!r} is not WSMsgType.TEXT"
            )
        return message.data

    async def receive_bytes(self, *, timeout: float | None = None) -> bytes:
        """Return the data of the next message, which must be BINARY (spec row WSS-23)."""
        message = await self.receive(timeout)
        if message.type is not WSMsgType.BINARY:
            raise WSMessageTypeError(
                f"Received message {message.type}:{message.data!r} is not WSMsgType.BINARY"
            )
        data: bytes = message.data
        return data

    async def receive_json(
        self, *, loads: Callable[[Any], Any] = json.loads, timeout: float | None = None
    ) -> Any:
        """Return the next TEXT message decoded as JSON (spec row WSS-23)."""
        return loads(await self.receive_str(timeout=timeout))

    async def listen(self, on_message: Callable[[WSMessage], object]) -> None:
        """Call *on_message* for every message as it arrives, until the connection closes.

        The fastest way to receive: there is no queue and no task switch.  See
        :meth:`aiohttp_websocket.WebSocketConnection.listen`.
        """
        await self._opened().listen(on_message)

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> WSMessage:
        message = await self.receive()
        if message.type in (WSMsgType.CLOSE, WSMsgType.CLOSING, WSMsgType.CLOSED):
            raise StopAsyncIteration
        return message

    # closing

    async def close(
        self, *, code: int = WSCloseCode.OK, message: bytes | str = b"", drain: bool = True
    ) -> bool:
        """Close the connection; ``False`` if it was closed before (spec rows WSS-21, ADD-677).

        May be called from any task; a receiver in another one gets CLOSING.
        """
        return await self._opened().close(code=code, message=message, drain=drain)

    async def write(self, data: bytes | bytearray | memoryview) -> None:
        """Not for a WebSocket: ``RuntimeError`` (spec row WSS-02)."""
        raise RuntimeError("Cannot call .write() for websocket")

    async def write_eof(
        self, data: bytes | bytearray | memoryview = b"", *, trailers: Any = None
    ) -> None:
        """Close the connection, as the end of the handler does (spec row ADD-687)."""
        if self._eof_sent:
            return
        if self._ws is not None:
            await self._ws.close()
        self._eof_sent = True


def _to_bytes(message: bytes | str) -> bytes:
    return message.encode("utf-8") if isinstance(message, str) else bytes(message)
