"""The server's WebSocket: a response that turns the connection into one (RFC 6455).

Laws
* This is a shell: frames, closing and compression are the work of ``aiohttp_websocket``; what
  stands here is how they meet a request and a response.
* The handshake is checked before anything is sent; a broken one is an HTTP 400 for the middlewares.
* After the handler has ended the connection is closed, whatever state it is in.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final, Literal, TypedDict, Unpack, overload

from aiohttp_core.log import ws_logger
from aiohttp_web.base_request import BaseRequest
from aiohttp_web.exceptions import HTTPBadRequest
from aiohttp_web.stream_response import StreamResponse
from aiohttp_websocket import (
    ServerHandshake,
    WebSocketConnection,
    WebSocketEndpoint,
    WebSocketSettings,
    WSCloseCode,
    WSHandshakeError,
    WSMessage,
    accept_request,
)
from aiohttp_websocket.endpoint import TextT_co

__all__ = ("WebSocketOptions", "WebSocketReady", "WebSocketResponse")

DEFAULT_WRITER_LIMIT: Final = 2**18
CALLS_AFTER_CLOSE: Final = 5


class WebSocketOptions(TypedDict, total=False):
    """The keyword arguments of :class:`WebSocketResponse`."""

    timeout: float
    receive_timeout: float | None
    autoclose: bool
    autoping: bool
    heartbeat: float | None
    protocols: Iterable[str]
    compress: bool
    max_msg_size: int
    writer_limit: int


@dataclass(frozen=True)
class WebSocketReady:
    """Whether a request can become a WebSocket, and with which subprotocol (spec row WSS-11)."""

    ok: bool
    protocol: str | None

    def __bool__(self) -> bool:
        return self.ok


class WebSocketResponse(WebSocketEndpoint[TextT_co], StreamResponse):
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

    @overload
    def __init__(
        self: "WebSocketResponse[Literal[True]]",
        *,
        decode_text: Literal[True] = ...,
        **options: Unpack[WebSocketOptions],
    ) -> None: ...

    @overload
    def __init__(
        self: "WebSocketResponse[Literal[False]]",
        *,
        decode_text: Literal[False],
        **options: Unpack[WebSocketOptions],
    ) -> None: ...

    @overload
    def __init__(
        self: "WebSocketResponse[bool]",
        *,
        decode_text: bool = ...,
        **options: Unpack[WebSocketOptions],
    ) -> None: ...

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
        if isinstance(protocols, str):
            raise TypeError("protocols must be an iterable of str, not a str")
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
            raise HTTPBadRequest(text=str(exc), headers=exc.headers) from exc
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
        _ = request.remote  # kept for the access log, which comes when the transport is gone
        connection = request.protocol
        receiver = WebSocketConnection(
            connection, server=True, settings=self._settings, deflate=handshake.deflate
        )
        tail = connection.upgrade(receiver)
        self._ws = receiver
        if tail:
            receiver.data_received(tail)
        return writer

    def __repr__(self) -> str:
        if self._ws is None:
            return super().__repr__()
        state = "open"
        if self.closed:
            state = "closing" if self.close_code is None else f"closed {self.close_code}"
        return f"<{type(self).__name__} {self._req.method} {self._req.path} [{state}]>"

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

    # receiving

    async def _receive_slowly(self, timeout: float | None) -> WSMessage:
        connection = self._opened()
        if connection.closed:
            # A handler that ignores the end would spin for ever (spec row ADD-674).
            self._calls_after_close += 1
            if self._calls_after_close >= CALLS_AFTER_CLOSE:
                raise RuntimeError("WebSocket connection is closed.")
        return await connection.receive(timeout)

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
            await self._ws.wait_closed()
        self._eof_sent = True
