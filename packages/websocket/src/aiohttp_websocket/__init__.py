"""RFC 6455 and RFC 7692 without input and output: frames, handshake, closing, compression.

A program that only needs the codec takes :class:`MessageReader` and :func:`encode_frame`;
:class:`WebSocketWriter` and :class:`WebSocketDataQueue` put them on an asyncio transport.
"""

# Before all else: it decides whether extensions or sources are loaded.
import aiohttp_core as _core  # noqa: F401
from aiohttp_websocket.closing import (
    CloseState,
    Closing,
    close_payload,
    is_wire_code,
    parse_close_payload,
)
from aiohttp_websocket.connection import WebSocketConnection
from aiohttp_websocket.deflate import Deflater, Inflater
from aiohttp_websocket.deflate_params import (
    DeflateParams,
    accept_answer,
    choose_offer,
    offer_header,
    ws_ext_gen,
    ws_ext_parse,
)
from aiohttp_websocket.endpoint import WebSocketEndpoint
from aiohttp_websocket.frames import FIN, RSV1, encode_frame, encode_header
from aiohttp_websocket.handshake import (
    WS_KEY,
    ClientHandshake,
    ServerHandshake,
    accept_request,
    accept_value,
    check_response,
    new_key,
    request_headers,
)
from aiohttp_websocket.heartbeat import HeartbeatError
from aiohttp_websocket.masking import mask, mask_in_place
from aiohttp_websocket.queue import StreamEnd, WebSocketDataQueue
from aiohttp_websocket.reader import COMPILED, MessageReader
from aiohttp_websocket.settings import ConnectionControl, WebSocketSettings
from aiohttp_websocket.types import (
    WS_CLOSED_MESSAGE,
    WS_CLOSING_MESSAGE,
    WebSocketError,
    WSCloseCode,
    WSHandshakeError,
    WSMessage,
    WSMessageDecodeText,
    WSMessageNoDecodeText,
    WSMessageTextBytes,
    WSMessageTypeError,
    WSMsgType,
)
from aiohttp_websocket.writer import WebSocketWriter

__all__ = (
    "COMPILED",
    "FIN",
    "RSV1",
    "WS_CLOSED_MESSAGE",
    "WS_CLOSING_MESSAGE",
    "WS_KEY",
    "ClientHandshake",
    "CloseState",
    "Closing",
    "ConnectionControl",
    "DeflateParams",
    "Deflater",
    "HeartbeatError",
    "Inflater",
    "MessageReader",
    "ServerHandshake",
    "StreamEnd",
    "WSCloseCode",
    "WSHandshakeError",
    "WSMessage",
    "WSMessageDecodeText",
    "WSMessageNoDecodeText",
    "WSMessageTextBytes",
    "WSMessageTypeError",
    "WSMsgType",
    "WebSocketConnection",
    "WebSocketDataQueue",
    "WebSocketEndpoint",
    "WebSocketError",
    "WebSocketSettings",
    "WebSocketWriter",
    "accept_answer",
    "accept_request",
    "accept_value",
    "check_response",
    "choose_offer",
    "close_payload",
    "encode_frame",
    "encode_header",
    "is_wire_code",
    "mask",
    "mask_in_place",
    "new_key",
    "offer_header",
    "parse_close_payload",
    "request_headers",
    "ws_ext_gen",
    "ws_ext_parse",
)
