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
from aiohttp_core.message_parsers import (
    HeadersParser,
    HttpParser,
    HttpRequestParser,
    HttpResponseParser,
)
from aiohttp_core.reasons import RESPONSES
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
from aiohttp_websocket.queue_reader import WebSocketReader

__all__ = (
    "HeadersParser",
    "HttpParser",
    "HttpProcessingError",
    "HttpRequestParser",
    "HttpResponseParser",
    "HttpVersion",
    "HttpVersion10",
    "HttpVersion11",
    "RESPONSES",
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
    "WebSocketReader",
    "WebSocketWriter",
    "ws_ext_gen",
    "ws_ext_parse",
)
