"""WebSockets of the client."""

from aiohttp_client.websocket import (
    DEFAULT_WS_CLIENT_TIMEOUT,
    ClientWSTimeout,
    ClientWebSocketResponse,
)
from aiohttp_websocket import (
    WSCloseCode,
    WSMessage,
    WSMessageTypeError,
    WSMsgType,
    WebSocketError,
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
