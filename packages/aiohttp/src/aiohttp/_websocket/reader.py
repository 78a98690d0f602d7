"""The old place of the WebSocket reader."""

from aiohttp_websocket import WebSocketDataQueue
from aiohttp_websocket.queue_reader import WebSocketReader

__all__ = ("WebSocketDataQueue", "WebSocketReader")
