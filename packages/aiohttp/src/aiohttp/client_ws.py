"""WebSockets of the client."""

from aiohttp_client.websocket import (
    DEFAULT_WS_CLIENT_TIMEOUT,
    ClientWebSocketResponse,
    ClientWSTimeout,
)
from aiohttp_websocket import (
    WebSocketError,
    WSCloseCode,
    WSMessage,
    WSMessageTypeError,
    WSMsgType,
)

__all__ = (
    "ClientWSTimeout",
    "ClientWebSocketResponse",
    "DEFAULT_WS_CLIENT_TIMEOUT",
    "WSCloseCode",
    "WSMessage",
    "WSMessageTypeError",
    "WSMsgType",
    "WebSocketError",
)
