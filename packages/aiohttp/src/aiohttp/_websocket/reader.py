"""The old place of the WebSocket reader."""

from aiohttp_websocket import WebSocketDataQueue

__all__ = ("WebSocketDataQueue",)
