"""The client's side of a connection."""

from aiohttp_client.response_handler import ResponseHandler

__all__ = ("ResponseHandler",)
