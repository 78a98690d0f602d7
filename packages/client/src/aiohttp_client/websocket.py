"""The client's WebSocket (RFC 6455): the handshake request, and the object that users hold.

Laws
* This is a shell: frames, closing and compression are the work of ``aiohttp_websocket``; what
  stands here is how they meet a session and a response.
* A broken handshake closes the connection and raises :class:`WSServerHandshakeError`; what the
  server said instead is readable as the error's ``body``.
* This module knows no session: whoever opens a WebSocket passes a callable that makes requests.
"""

import asyncio
import json
import warnings
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from typing import Any, Final, Generic, Self, TypeVar

from multidict import CIMultiDict

from aiohttp_client.errors import ClientError, ServerTimeoutError, WSServerHandshakeError
from aiohttp_client.options import LooseHeaders
from aiohttp_client.response import ClientResponse
from aiohttp_client.timeouts import Unset
from aiohttp_core import BaseProtocol
from aiohttp_websocket import (
    ClientHandshake,
    WebSocketConnection,
    WebSocketSettings,
    WSCloseCode,
    WSHandshakeError,
    WSMessage,
    WSMessageTypeError,
    WSMsgType,
    check_response,
    new_key,
    request_headers,
)

__all__ = (
    "DEFAULT_WS_CLIENT_TIMEOUT",
    "ClientWSTimeout",
    "ClientWebSocketResponse",
    "WebSocketOptions",
    "connect",
)

SHOWN_BODY: Final = 65536
"""Bytes of a refusal's body that are kept."""

TextT = TypeVar("TextT", bound=bool)


@dataclass(frozen=True, slots=True)
class ClientWSTimeout:
    """Timeouts of a WebSocket in seconds; ``None`` is no limit (spec rows TMO-09, ADD-637)."""

    ws_receive: float | None = None
    """Longest wait in ``receive()``."""
    ws_close: float | None = None
    """Longest wait for the server's CLOSE."""


DEFAULT_WS_CLIENT_TIMEOUT: Final = ClientWSTimeout(ws_receive=None, ws_close=10.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class WebSocketOptions:
    """How one WebSocket is opened and behaves (spec rows WSC-01 to WSC-08)."""

    method: str = "GET"
    protocols: tuple[str, ...] = ()
    timeout: ClientWSTimeout = DEFAULT_WS_CLIENT_TIMEOUT
    autoclose: bool = True
    autoping: bool = True
    heartbeat: float | None = None
    origin: str | None = None
    headers: LooseHeaders | None = None
    compress: int = 0
    max_msg_size: int = 4 * 1024 * 1024
    decode_text: bool = True

    def settings(self) -> WebSocketSettings:
        """Return what the open connection needs to know."""
        return WebSocketSettings(
            close_timeout=self.timeout.ws_close,
            receive_timeout=self.timeout.ws_receive,
            autoclose=self.autoclose,
            autoping=self.autoping,
            heartbeat=self.heartbeat,
            max_msg_size=self.max_msg_size,
            decode_text=self.decode_text,
        )


def checked_timeout(
    timeout: ClientWSTimeout | float | Unset | None, receive_timeout: float | None
) -> ClientWSTimeout:
    """Return the timeouts of ``ws_connect``; the old spellings warn (spec row ADD-649)."""
    if isinstance(timeout, ClientWSTimeout):
        chosen = timeout
    elif isinstance(timeout, Unset):
        chosen = DEFAULT_WS_CLIENT_TIMEOUT
    elif timeout is None:
        chosen = ClientWSTimeout()
    else:
        warnings.warn(
            "parameter 'timeout' of type 'float' is deprecated, "
            "please use timeout=ClientWSTimeout(ws_close=...)",
            DeprecationWarning,
            stacklevel=3,
        )
        chosen = ClientWSTimeout(ws_close=timeout)
    if receive_timeout is not None:
        warnings.warn(
            "float parameter 'receive_timeout' is deprecated, "
            "please use parameter timeout=ClientWSTimeout(ws_receive=...)",
            DeprecationWarning,
            stacklevel=3,
        )
        chosen = ClientWSTimeout(receive_timeout, chosen.ws_close)
    return chosen


class _Upgraded(BaseProtocol):
    """The asyncio protocol of a connection after the handshake."""

    __slots__ = ("_on_lost", "receiver")

    def __init__(
        self, transport: asyncio.Transport, on_lost: Callable[[BaseException | None], None]
    ) -> None:
        super().__init__()
        self.transport = transport
        self.receiver: WebSocketConnection | None = None
        self._on_lost = on_lost

    def data_received(self, data: bytes) -> None:
        if self.receiver is not None:
            self.receiver.data_received(data)

    def eof_received(self) -> None:
        if self.receiver is not None:
            self.receiver.eof_received()

    def connection_lost(self, exc: BaseException | None) -> None:
        super().connection_lost(exc)
        # The HTTP connection gives its place in the pool back.
        self._on_lost(exc)
        if self.receiver is not None:
            self.receiver.connection_lost(exc)


async def connect(
    request: Callable[..., Awaitable[ClientResponse]],
    url: Any,
    options: WebSocketOptions,
    response_class: "type[ClientWebSocketResponse[Any]]",
    **request_options: Any,
) -> "ClientWebSocketResponse[Any]":
    """Open a WebSocket: make the request, check the answer, take the connection over.

    Raises :class:`WSServerHandshakeError` for a wrong answer and what *request* raises.
    """
    headers = CIMultiDict(options.headers or ())
    key = new_key()
    for name, value in request_headers(
        key, protocols=options.protocols, origin=options.origin, compress=options.compress
    ).items():
        # A caller may replace every field but the key (spec row ADD-642).
        if name == "Sec-WebSocket-Key":
            headers[name] = value
        else:
            headers.setdefault(name, value)
    response = await request(
        options.method, url, headers=headers, read_until_eof=False, **request_options
    )
    try:
        handshake = check_response(
            response.status,
            response.headers,
            key,
            protocols=options.protocols,
            compress=options.compress,
        )
    except WSHandshakeError as exc:
        error = WSServerHandshakeError(
            response.request_info,
            response.history,
            message=str(exc),
            status=response.status,
            headers=response.headers,
        )
        error.body = await _refusal(response)
        raise error from None
    try:
        return response_class(_take_over(response, options, handshake), response, handshake)
    except BaseException:
        response.close()
        raise


async def _refusal(response: ClientResponse) -> bytes:
    """Return the beginning of what the server said instead, and close."""
    try:
        if response.status == 101:
            return b""
        async with asyncio.timeout(1):
            return await response.content.read(SHOWN_BODY)
    except (ClientError, TimeoutError):
        return b""
    finally:
        response.close()


def _take_over(
    response: ClientResponse, options: WebSocketOptions, handshake: ClientHandshake
) -> WebSocketConnection:
    incoming = response.incoming
    connection = None if incoming is None else incoming.connection
    if connection is None:
        raise RuntimeError("The response has no connection to take over")
    protocol = _Upgraded(connection.transport, connection.connection_lost)
    tail = connection.hand_over(protocol)
    receiver = WebSocketConnection(
        protocol,
        server=False,
        settings=options.settings(),
        deflate=handshake.deflate,
        heartbeat_error=ServerTimeoutError,
    )
    protocol.receiver = receiver
    if tail:
        receiver.data_received(tail)
    return receiver


class ClientWebSocketResponse(Generic[TextT]):
    """An open WebSocket on the client side; made by ``ClientSession.ws_connect()``.

    Messages are received by :meth:`receive`, by ``async for``, or by a callback with
    :meth:`listen`, and sent by the ``send_*`` methods.  The type parameter tells whether TEXT is
    decoded (``decode_text``).  One task may receive, any task may send.
    """

    def __init__(
        self, connection: WebSocketConnection, response: ClientResponse, handshake: ClientHandshake
    ) -> None:
        self._ws = connection
        self._response = response
        self._handshake = handshake

    def __repr__(self) -> str:
        state = f"closed {self.close_code}" if self.closed else "open"
        return f"<{type(self).__name__}({self._response.url}) [{state}]>"

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    # state

    @property
    def closed(self) -> bool:
        """True after ``close()`` or a CLOSE of the peer (spec row WSC-09)."""
        return self._ws.closed

    @property
    def close_code(self) -> int | None:
        """The peer's close code, 1006 after a loss, ``None`` while open."""
        return self._ws.close_code

    @property
    def protocol(self) -> str | None:
        """The subprotocol that the server chose, or ``None`` (spec row WSC-09)."""
        return self._handshake.protocol

    @property
    def compress(self) -> int:
        """The window of our compression in bits, 0 without (spec row ADD-654)."""
        return self._ws.compress

    @property
    def client_notakeover(self) -> bool:
        """Whether our compression drops its context after each message (spec row ADD-654)."""
        deflate = self._handshake.deflate
        return deflate is not None and deflate.client_no_context_takeover

    def get_extra_info(self, name: str, default: Any = None) -> Any:
        """Read *name* from the transport (spec row WSC-10)."""
        if self._ws.lost:
            return default
        return self._ws.writer.transport.get_extra_info(name, default)

    def exception(self) -> BaseException | None:
        """Return what broke the connection, or ``None``."""
        return self._ws.exception()

    # sending

    async def ping(self, message: bytes | str = b"") -> None:
        """Send a PING; a ``str`` is encoded as UTF-8."""
        await self._ws.send(_to_bytes(message), WSMsgType.PING)

    async def pong(self, message: bytes | str = b"") -> None:
        """Send an unsolicited PONG."""
        await self._ws.send(_to_bytes(message), WSMsgType.PONG)

    async def send_frame(
        self, message: bytes, opcode: WSMsgType, compress: int | None = None
    ) -> None:
        """Send encoded bytes as a message of type *opcode* (spec row WSC-13)."""
        await self._ws.send(message, opcode, compress)

    async def send_str(self, data: str, compress: int | None = None) -> None:
        """Send TEXT.  ``TypeError`` unless *data* is a ``str``.

        *compress* overrides the compression of this message: window bits, 0 for none.
        :class:`ClientConnectionResetError` if the connection is closing.
        """
        if not isinstance(data, str):
            raise TypeError(f"data argument must be str ({type(data)!r})")
        waiting = self._ws.writer.start_frame(data.encode("utf-8"), WSMsgType.TEXT, compress)
        if waiting is not None:
            await waiting

    async def send_bytes(
        self, data: bytes | bytearray | memoryview, compress: int | None = None
    ) -> None:
        """Send BINARY.  ``TypeError`` unless *data* is bytes-like."""
        if not isinstance(data, (bytes, bytearray, memoryview)):
            raise TypeError(f"data argument must be byte-ish ({type(data)!r})")
        waiting = self._ws.writer.start_frame(bytes(data), WSMsgType.BINARY, compress)
        if waiting is not None:
            await waiting

    async def send_json(
        self, data: Any, compress: int | None = None, *, dumps: Callable[[Any], str] = json.dumps
    ) -> None:
        """Send *data* as JSON in TEXT; errors of *dumps* are raised (spec row WSC-12)."""
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
            return self._ws.send_nowait(data.encode("utf-8"), WSMsgType.TEXT)
        return self._ws.send_nowait(data, WSMsgType.BINARY)

    # receiving

    async def receive(self, timeout: float | None = None) -> WSMessage:
        """Return the next message; CLOSED after the end (spec rows WSC-15, ADD-672 to ADD-679).

        *timeout* in seconds overrides ``ws_receive``; running out of it raises
        :exc:`TimeoutError` and leaves the connection open.  ``RuntimeError`` if another task is
        receiving.
        """
        return await self._ws.receive(timeout)

    async def receive_str(self, *, timeout: float | None = None) -> Any:
        """Return the data of the next message, which must be TEXT (spec row WSC-16).

        :class:`WSMessageTypeError` for any other type.  ``bytes`` if text is not decoded.
        """
        message = await self.receive(timeout)
        if message.type is not WSMsgType.TEXT:
            raise WSMessageTypeError(
                f"Received message {message.type}:{message.data!r} is not WSMsgType.TEXT"
            )
        return message.data

    async def receive_bytes(self, *, timeout: float | None = None) -> bytes:
        """Return the data of the next message, which must be BINARY (spec row WSC-16)."""
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
        """Return the next TEXT message decoded as JSON (spec row WSC-16)."""
        return loads(await self.receive_str(timeout=timeout))

    async def listen(self, on_message: Callable[[WSMessage], object]) -> None:
        """Call *on_message* for every message as it arrives, until the connection closes.

        The fastest way to receive: there is no queue and no task switch.  See
        :meth:`aiohttp_websocket.WebSocketConnection.listen`.
        """
        await self._ws.listen(on_message)

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> WSMessage:
        message = await self.receive()
        if message.type in (WSMsgType.CLOSE, WSMsgType.CLOSING, WSMsgType.CLOSED):
            raise StopAsyncIteration
        return message

    # closing

    async def close(self, *, code: int = WSCloseCode.OK, message: bytes | str = b"") -> bool:
        """Close the connection; ``False`` if it was closed before (spec rows WSC-14, ADD-677)."""
        try:
            return await self._ws.close(code=code, message=message)
        finally:
            self._response.close()


def as_protocols(protocols: Iterable[str]) -> tuple[str, ...]:
    """Return subprotocols as a tuple; a single ``str`` is an error that is easily made."""
    if isinstance(protocols, str):
        raise TypeError("protocols must be an iterable of str, not a str")
    return tuple(protocols)


def _to_bytes(message: bytes | str) -> bytes:
    return message.encode("utf-8") if isinstance(message, str) else bytes(message)
