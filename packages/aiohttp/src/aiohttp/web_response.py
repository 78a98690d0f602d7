"""Responses of the server."""

from aiohttp import _web_required as _web_required
from aiohttp_web import (
    ContentCoding,
    Response,
    StreamResponse,
    json_bytes_response,
    json_response,
)

__all__ = ("ContentCoding", "Response", "StreamResponse", "json_bytes_response", "json_response")
