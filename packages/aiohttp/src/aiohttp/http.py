"""HTTP messages and WebSocket frames."""

from aiohttp_client.version import SERVER_SOFTWARE
from aiohttp_core import (
    HttpProcessingError,
    HttpVersion,
    HttpVersion10,
    HttpVersion11,
    RawRequestMessage,
    RawResponseMessage,
    StreamWriter,
)
from aiohttp_websocket import (
    WS_CLOSED_MESSAGE,
    WS_CLOSING_MESSAGE,
    WS_KEY,
    WebSocketError,
    WebSocketWriter,
    WSCloseCode,
    WSMessage,
    WSMsgType,
    ws_ext_gen,
    ws_ext_parse,
)

__all__ = (
    "HttpProcessingError",
    "HttpVersion",
    "HttpVersion10",
    "HttpVersion11",
    "RawRequestMessage",
    "RawResponseMessage",
    "SERVER_SOFTWARE",
    "StreamWriter",
    "WSCloseCode",
    "WSMessage",
    "WSMsgType",
    "WS_CLOSED_MESSAGE",
    "WS_CLOSING_MESSAGE",
    "WS_KEY",
    "WebSocketError",
    "WebSocketWriter",
    "ws_ext_gen",
    "ws_ext_parse",
)
