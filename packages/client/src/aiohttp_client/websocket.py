"""The client's WebSocket (RFC 6455): the handshake request, and the object that users hold.

Laws
* This is a shell: frames, closing and compression are the work of ``aiohttp_websocket``; what
  stands here is how they meet a session and a response.
* A broken handshake closes the connection and raises :class:`WSServerHandshakeError`; what the
  server said instead is readable as the error's ``body``.
* This module knows no session: whoever opens a WebSocket passes a callable that makes requests.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from typing import Any, Final, Self

from multidict import CIMultiDict

from aiohttp_client.errors import ClientError, ServerTimeoutError, WSServerHandshakeError
from aiohttp_client.options import LooseHeaders
from aiohttp_client.response import ClientResponse
from aiohttp_client.timeouts import DEFAULT_WS_CLIENT_TIMEOUT, ClientWSTimeout, Unset
from aiohttp_core import BaseProtocol, warn_caller
from aiohttp_websocket import (
    ClientHandshake,
    WebSocketConnection,
    WebSocketEndpoint,
    WebSocketSettings,
    WSCloseCode,
    WSHandshakeError,
    check_response,
    new_key,
    request_headers,
)
from aiohttp_websocket.endpoint import TextT_co

__all__ = (
    "ClientWebSocketResponse",
    "WebSocketOptions",
    "connect",
)

SHOWN_BODY: Final = 65536
"""Bytes of a refusal's body that are kept."""
READING_BODY: Final = 1.0
"""Seconds at most that its body is read."""


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
        warn_caller(
            "parameter 'timeout' of type 'float' is deprecated, "
            "please use timeout=ClientWSTimeout(ws_close=...)"
        )
        chosen = ClientWSTimeout(ws_close=timeout)
    if receive_timeout is not None:
        warn_caller(
            "float parameter 'receive_timeout' is deprecated, "
            "please use parameter timeout=ClientWSTimeout(ws_receive=...)"
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

    def eof_received(self) -> bool:
        return self.receiver is not None and self.receiver.eof_received()

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

    Raises :class:`WSServerHandshakeError` for a wrong answer, ``ValueError`` for options that make
    no sense, before anything is sent, and what *request* raises.
    """
    settings = options.settings()
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
    response = await request(options.method, url, headers=headers, **request_options)
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
        return response_class(_take_over(response, settings, handshake), response, handshake)
    except BaseException:
        response.close()
        raise


async def _refusal(response: ClientResponse) -> bytes:
    """Return the beginning of what the server said instead, and close."""
    body = bytearray()
    try:
        if response.status != 101:
            async with asyncio.timeout(READING_BODY):
                while len(body) < SHOWN_BODY and not response.content.at_eof():
                    body += await response.content.read(SHOWN_BODY - len(body))
    except (ClientError, TimeoutError):
        pass  # what came until then is shown
    finally:
        response.close()
    return bytes(body)


def _take_over(
    response: ClientResponse, settings: WebSocketSettings, handshake: ClientHandshake
) -> WebSocketConnection:
    incoming = response.incoming
    connection = None if incoming is None else incoming.connection
    if connection is None:
        raise RuntimeError("The response has no connection to take over")
    protocol = _Upgraded(connection.transport, connection.connection_lost)
    receiver = WebSocketConnection(
        protocol,
        server=False,
        settings=settings,
        deflate=handshake.deflate,
        heartbeat_error=ServerTimeoutError,
    )
    protocol.receiver = receiver
    tail = connection.hand_over(protocol)
    if tail:
        receiver.data_received(tail)
    return receiver


class ClientWebSocketResponse(WebSocketEndpoint[TextT_co]):
    """An open WebSocket on the client side; made by ``ClientSession.ws_connect()``.

    Messages are received by :meth:`receive`, by ``async for``, or by a callback with
    :meth:`listen`, and sent by the ``send_*`` methods.  The type parameter tells whether TEXT is
    decoded (``decode_text``).  One task may receive, any task may send.
    """

    def __init__(
        self, connection: WebSocketConnection, response: ClientResponse, handshake: ClientHandshake
    ) -> None:
        self._ws: WebSocketConnection = connection
        self._response = response
        self._handshake = handshake

    def __repr__(self) -> str:
        state = "open"
        if self.closed:
            state = "closing" if self.close_code is None else f"closed {self.close_code}"
        return f"<{type(self).__name__}({self._response.url}) [{state}]>"

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    # state

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

    # closing

    async def close(self, *, code: int = WSCloseCode.OK, message: bytes | str = b"") -> bool:
        """Close the connection; ``False`` if it was closed before (spec rows WSC-14, ADD-677)."""
        return await self._ws.close(code=code, message=message)


def as_protocols(protocols: Iterable[str]) -> tuple[str, ...]:
    """Return subprotocols as a tuple; a single ``str`` is an error that is easily made."""
    if isinstance(protocols, str):
        raise TypeError("protocols must be an iterable of str, not a str")
    return tuple(protocols)
