"""Responses of the server."""

from typing import TYPE_CHECKING

from aiohttp import _web_required as _web_required
from aiohttp._later import later
from aiohttp_web import (
    ContentCoding,
    Response,
    StreamResponse,
    json_bytes_response,
    json_response,
)

if not TYPE_CHECKING:
    __getattr__ = later(__name__)

__all__ = ("ContentCoding", "Response", "StreamResponse", "json_bytes_response", "json_response")
