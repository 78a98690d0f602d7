"""WebSockets of the server."""

from typing import TYPE_CHECKING

from aiohttp import _web_required as _web_required
from aiohttp._later import later
from aiohttp_web.websocket import WebSocketReady, WebSocketResponse
from aiohttp_websocket import WSMsgType

if not TYPE_CHECKING:
    __getattr__ = later(__name__)

__all__ = ("WSMsgType", "WebSocketReady", "WebSocketResponse")
