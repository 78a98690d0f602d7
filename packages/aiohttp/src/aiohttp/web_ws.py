"""WebSockets of the server."""

from aiohttp import _web_required as _web_required
from aiohttp_web.websocket import WebSocketReady, WebSocketResponse
from aiohttp_websocket import WSMsgType

__all__ = ("WSMsgType", "WebSocketReady", "WebSocketResponse")
