"""What users call on an open WebSocket, the same on the server and on the client.

Laws
* This is the asynchronous surface alone; state and rules are :class:`WebSocketConnection`'s.
* The common case of each method, a message that waits or a peer that keeps up, costs one coroutine.
"""

import json
import reprlib
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final, Generic, Literal, Self, overload

from aiohttp_websocket.connection import WebSocketConnection
from aiohttp_websocket.types import WSMessage, WSMessageTypeError, WSMsgType

if TYPE_CHECKING:
    # Every type checker knows this module; at run time the default is not needed.
    from typing_extensions import TypeVar

    # Quoted below: what documents show are these names, not the one class that they are.
    from aiohttp_websocket.types import WSMessageDecodeText, WSMessageNoDecodeText

    TextT_co = TypeVar("TextT_co", bound=bool, default=Literal[True], covariant=True)
else:
    from typing import TypeVar

    TextT_co = TypeVar("TextT_co", bound=bool, covariant=True)
"""Whether TEXT is decoded (spec row ADD-1021); true if nothing is said."""

__all__ = ("TextT_co", "WebSocketEndpoint")

BytesLike = bytes | bytearray | memoryview

# Reading a member from its enumeration costs more than the rest of a receive().
TEXT: Final = WSMsgType.TEXT
BINARY: Final = WSMsgType.BINARY
PING: Final = WSMsgType.PING
PONG: Final = WSMsgType.PONG
CLOSE: Final = WSMsgType.CLOSE
CLOSING: Final = WSMsgType.CLOSING
CLOSED: Final = WSMsgType.CLOSED


def _encoded(message: BytesLike | str) -> BytesLike:
    return message.encode("utf-8") if isinstance(message, str) else message


def _other_type(message: WSMessage, wanted: WSMsgType) -> WSMessageTypeError:
    return WSMessageTypeError(
        f"Received message WSMsgType.{message.type.name}:{reprlib.repr(message.data)}"
        f" is not WSMsgType.{wanted.name}"
    )


class WebSocketEndpoint(Generic[TextT_co]):
    """Receiving and sending.  One task may receive, any task may send."""

    _ws: WebSocketConnection | None = None

    def _opened(self) -> WebSocketConnection:
        """Return the connection, or raise ``RuntimeError`` before there is one."""
        if self._ws is None:
            raise RuntimeError("Call .prepare() first")
        return self._ws

    # state

    @property
    def closed(self) -> bool:
        """True once the connection takes no more messages and none waits (WSS-13, WSC-09)."""
        return self._ws is not None and self._ws.closed

    @property
    def close_code(self) -> int | None:
        """The peer's close code, 1006 after a loss, ``None`` while open."""
        return None if self._ws is None else self._ws.close_code

    def exception(self) -> BaseException | None:
        """Return what broke the connection, or ``None`` (spec rows WSS-16, WSC-11)."""
        return None if self._ws is None else self._ws.exception()

    # sending

    async def ping(self, message: BytesLike | str = b"") -> None:
        """Send a PING of at most 125 bytes; a ``str`` is encoded as UTF-8 (WSS-17, WSC-11).

        ``ValueError`` if it is longer.  Answers are waited for by ``heartbeat`` alone.
        """
        await self._opened().send(_encoded(message), PING)

    async def pong(self, message: BytesLike | str = b"") -> None:
        """Send an unsolicited PONG, as :meth:`ping` does (spec rows WSS-17, WSC-11)."""
        await self._opened().send(_encoded(message), PONG)

    async def send_frame(
        self, message: bytes, opcode: WSMsgType, compress: int | None = None
    ) -> None:
        """Send encoded bytes as a message of type *opcode* (spec rows WSS-19, WSC-13).

        TEXT must be valid UTF-8: that is not checked.  See :meth:`send_str` for the rest.
        """
        await self._opened().send(message, opcode, compress)

    async def send_str(self, data: str, compress: int | None = None) -> None:
        """Send TEXT; return when the peer keeps up (spec rows WSS-18, WSC-11).

        *compress* overrides the compression of this message: window bits 9 to 15, 0 for none, and
        ``ValueError`` for others.  ``TypeError`` unless *data* is a ``str``,
        :class:`ClientConnectionResetError` if the connection is closing.  Cancelled, the message is
        sent wholly or not at all.
        """
        waiting = (self._ws or self._opened()).writer.start_text(data, compress)
        if waiting is not None:
            await waiting

    async def send_bytes(self, data: BytesLike, compress: int | None = None) -> None:
        """Send BINARY, as :meth:`send_str` does.  ``TypeError`` unless *data* is bytes-like."""
        waiting = (self._ws or self._opened()).writer.start_bytes(data, compress)
        if waiting is not None:
            await waiting

    async def send_json(
        self, data: Any, compress: int | None = None, *, dumps: Callable[[Any], str] = json.dumps
    ) -> None:
        """Send *data* as JSON in TEXT; errors of *dumps* are raised (WSS-18, WSC-12)."""
        await self.send_str(dumps(data), compress)

    async def send_json_bytes(
        self, data: Any, compress: int | None = None, *, dumps: Callable[[Any], bytes]
    ) -> None:
        """Send *data* as JSON in BINARY (spec row ADD-684)."""
        await self.send_bytes(dumps(data), compress)

    def send_nowait(self, data: str | BytesLike) -> bool:
        """Send TEXT or BINARY without waiting, for callbacks of :meth:`listen`.

        Returns ``False`` when the peer does not keep up and what is sent is buffered: then send
        less.  A message larger than 4 MiB, or than 16 KiB if it is compressed, leaves in the
        background, in its place in the order.
        """
        return (self._ws or self._opened()).send_nowait(data)

    # receiving

    @overload
    async def receive(
        self: "WebSocketEndpoint[Literal[True]]", timeout: float | None = None
    ) -> "WSMessageDecodeText": ...

    @overload
    async def receive(
        self: "WebSocketEndpoint[Literal[False]]", timeout: float | None = None
    ) -> "WSMessageNoDecodeText": ...

    @overload
    async def receive(
        self: "WebSocketEndpoint[bool]", timeout: float | None = None
    ) -> "WSMessageDecodeText | WSMessageNoDecodeText": ...

    async def receive(self, timeout: float | None = None) -> WSMessage:
        """Return the next message (spec rows WSS-22, WSC-15, ADD-672 to ADD-679).

        CLOSE is returned once, CLOSED after the end, ERROR with the exception as ``data`` for a
        broken message.  *timeout* in seconds overrides the default one; running out of it raises
        :exc:`TimeoutError` and leaves the connection open.  ``RuntimeError`` if another task is
        receiving.  Cancelling loses no message.
        """
        if timeout is None:
            connection = self._ws or self._opened()
            message = connection.take()
            if message is not None:
                return message
            waiter = connection.arrival()
            if waiter is not None:
                message = await waiter or connection.take()
                if message is not None:
                    return message
        return await self._receive_slowly(timeout)

    async def _receive_slowly(self, timeout: float | None) -> WSMessage:
        return await self._opened().receive(timeout)

    @overload
    async def receive_str(
        self: "WebSocketEndpoint[Literal[True]]", *, timeout: float | None = None
    ) -> str: ...

    @overload
    async def receive_str(
        self: "WebSocketEndpoint[Literal[False]]", *, timeout: float | None = None
    ) -> bytes: ...

    @overload
    async def receive_str(
        self: "WebSocketEndpoint[bool]", *, timeout: float | None = None
    ) -> str | bytes: ...

    async def receive_str(self, *, timeout: float | None = None) -> str | bytes:
        """Return the data of the next message, which must be TEXT (spec rows WSS-23, WSC-16).

        :class:`WSMessageTypeError` for any other type.  ``bytes`` if text is not decoded.
        """
        message = await self.receive(timeout)
        if message[0] is not TEXT:
            raise _other_type(message, TEXT)
        data: str | bytes = message[1]
        return data

    async def receive_bytes(self, *, timeout: float | None = None) -> bytes:
        """Return the data of the next message, which must be BINARY (WSS-23, WSC-16)."""
        message = await self.receive(timeout)
        if message[0] is not BINARY:
            raise _other_type(message, BINARY)
        data: bytes = message[1]
        return data

    async def receive_json(
        self, *, loads: Callable[[Any], Any] = json.loads, timeout: float | None = None
    ) -> Any:
        """Return the next TEXT message decoded as JSON (spec rows WSS-23, WSC-16, ADD-683)."""
        message = await self.receive(timeout)
        if message[0] is not TEXT:
            raise _other_type(message, TEXT)
        return loads(message[1])

    async def listen(self, on_message: Callable[[WSMessage], object]) -> None:
        """Call *on_message* for every message as it arrives, until the connection closes.

        The fastest way to receive: there is no queue and no task switch.  *on_message* is a plain
        function and may send by :meth:`send_nowait`; ``TypeError`` for a coroutine function.  See
        :meth:`aiohttp_websocket.WebSocketConnection.listen`.
        """
        await self._opened().listen(on_message)

    def __aiter__(self) -> Self:
        return self

    @overload
    async def __anext__(self: "WebSocketEndpoint[Literal[True]]") -> "WSMessageDecodeText": ...

    @overload
    async def __anext__(self: "WebSocketEndpoint[Literal[False]]") -> "WSMessageNoDecodeText": ...

    @overload
    async def __anext__(
        self: "WebSocketEndpoint[bool]",
    ) -> "WSMessageDecodeText | WSMessageNoDecodeText": ...

    async def __anext__(self) -> WSMessage:
        """Return the next message; the iteration ends with CLOSE, CLOSING and CLOSED (ADD-680)."""
        connection = self._ws or self._opened()
        message = connection.take()
        if message is None:
            waiter = connection.arrival()
            if waiter is not None:
                message = await waiter or connection.take()
            if message is None:
                message = await self._receive_slowly(None)
            kind = message[0]
            if kind is CLOSE or kind is CLOSING or kind is CLOSED:
                raise StopAsyncIteration
        return message
