"""WebSockets of the client."""

from typing import TYPE_CHECKING

from aiohttp._later import later
from aiohttp_client.timeouts import DEFAULT_WS_CLIENT_TIMEOUT, ClientWSTimeout
from aiohttp_client.websocket import ClientWebSocketResponse
from aiohttp_websocket import (
    WebSocketError,
    WSCloseCode,
    WSMessage,
    WSMessageTypeError,
    WSMsgType,
)

if not TYPE_CHECKING:
    __getattr__ = later(__name__)

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
