"""Message types, close codes and errors of RFC 6455.

These names are public and older than the split into packages.  A message is one named tuple
``(type, data, extra)``; what ``data`` holds follows from ``type``, see :class:`WSMessage`.
"""

import json
from collections.abc import Callable, Mapping
from enum import IntEnum
from typing import TYPE_CHECKING, Any, Final, Literal, NamedTuple, TypeAlias

__all__ = (
    "WS_CLOSED_MESSAGE",
    "WS_CLOSING_MESSAGE",
    "WSCloseCode",
    "WSHandshakeError",
    "WSMessage",
    "WSMessageDecodeText",
    "WSMessageNoDecodeText",
    "WSMessageTextBytes",
    "WSMessageTypeError",
    "WSMsgType",
    "WebSocketError",
)


class WSCloseCode(IntEnum):
    """Close codes a peer may send (RFC 6455 section 7.4 and its registry)."""

    OK = 1000
    GOING_AWAY = 1001
    PROTOCOL_ERROR = 1002
    UNSUPPORTED_DATA = 1003
    ABNORMAL_CLOSURE = 1006
    INVALID_TEXT = 1007
    POLICY_VIOLATION = 1008
    MESSAGE_TOO_BIG = 1009
    MANDATORY_EXTENSION = 1010
    INTERNAL_ERROR = 1011
    SERVICE_RESTART = 1012
    TRY_AGAIN_LATER = 1013
    BAD_GATEWAY = 1014


class WSMsgType(IntEnum):
    """Opcodes of RFC 6455 section 5.2, and three flags that no frame carries."""

    CONTINUATION = 0x0
    TEXT = 0x1
    BINARY = 0x2
    PING = 0x9
    PONG = 0xA
    CLOSE = 0x8

    CLOSING = 0x100
    CLOSED = 0x101
    ERROR = 0x102

    # historical spellings (spec row ADD-633)
    text = TEXT
    binary = BINARY
    ping = PING
    pong = PONG
    close = CLOSE
    closing = CLOSING
    closed = CLOSED
    error = ERROR


class WSMessage(NamedTuple):
    """One received message: its type, and data that depend on the type.

    =============== ================================== ===============
    type            data                               extra
    =============== ================================== ===============
    TEXT            ``str`` (``bytes`` if not decoded) ``""``
    BINARY          ``bytes``                          ``""``
    PING, PONG      ``bytes``                          ``""``
    CLOSE           close code, 0 if there was none    reason, ``str``
    ERROR           the exception                      ``None``
    CLOSING, CLOSED ``None``                           ``None``
    =============== ================================== ===============

    Type checkers know this table: what is received is a ``WSMessageDecodeText`` for them, or a
    ``WSMessageNoDecodeText`` from a connection that does not decode TEXT, and comparing ``type``
    tells what ``data`` and ``extra`` are.  ``WSMessageTextBytes`` is the TEXT of the latter.
    """

    type: WSMsgType
    data: Any
    extra: str | None

    def json(self, *, loads: Callable[[Any], Any] = json.loads) -> Any:
        """Decode ``data`` of a TEXT or BINARY message as JSON."""
        return loads(self.data)


if TYPE_CHECKING:
    # For type checkers what is received is one of these, told apart by ``type``; at run time there
    # is one class.

    class WSMessageText(WSMessage):
        """TEXT, decoded."""

        type: Literal[WSMsgType.TEXT]
        data: str
        extra: str

    class WSMessageTextBytes(WSMessage):
        """TEXT as it came, without ``decode_text``."""

        type: Literal[WSMsgType.TEXT]
        data: bytes
        extra: str

    class WSMessageBinary(WSMessage):
        """BINARY."""

        type: Literal[WSMsgType.BINARY]
        data: bytes
        extra: str

    class WSMessagePing(WSMessage):
        """PING or PONG, without ``autoping``."""

        type: Literal[WSMsgType.PING, WSMsgType.PONG]
        data: bytes
        extra: str

    class WSMessageClose(WSMessage):
        """CLOSE of the peer."""

        type: Literal[WSMsgType.CLOSE]
        data: int
        extra: str

    class WSMessageError(WSMessage):
        """What went wrong."""

        type: Literal[WSMsgType.ERROR]
        data: BaseException
        extra: None

    class WSMessageEnd(WSMessage):
        """The connection closes, or is closed."""

        type: Literal[WSMsgType.CLOSING, WSMsgType.CLOSED]
        data: None
        extra: None

    _NoText: TypeAlias = (
        WSMessageBinary | WSMessagePing | WSMessageClose | WSMessageError | WSMessageEnd
    )
    WSMessageDecodeText: TypeAlias = WSMessageText | _NoText
    WSMessageNoDecodeText: TypeAlias = WSMessageTextBytes | _NoText
else:
    WSMessageDecodeText = WSMessageNoDecodeText = WSMessageTextBytes = WSMessage


WS_CLOSED_MESSAGE: Final = WSMessage(WSMsgType.CLOSED, None, None)
"""What receiving gives once the connection is closed."""
WS_CLOSING_MESSAGE: Final = WSMessage(WSMsgType.CLOSING, None, None)
"""What receiving gives while another task closes the connection."""


class WebSocketError(Exception):
    """The peer broke the protocol; ``code`` is the close code that the RFC names for it."""

    def __init__(self, code: int, message: str) -> None:
        self.code = code
        super().__init__(code, message)

    def __str__(self) -> str:
        return str(self.args[1])


class WSHandshakeError(Exception):
    """The opening handshake of RFC 6455 section 4 failed; the message names the rule.

    ``headers`` are fields that a server's refusal has to carry.
    """

    def __init__(self, message: str = "", headers: Mapping[str, str] | None = None) -> None:
        super().__init__(message)
        self.headers: Mapping[str, str] = headers or {}


class WSMessageTypeError(TypeError):
    """A message of another type arrived than the caller asked for."""
