"""The server's side of a connection."""

from aiohttp import _web_required as _web_required
from aiohttp_web import PayloadAccessError, RequestHandler, RequestPayloadError

__all__ = ("PayloadAccessError", "RequestHandler", "RequestPayloadError")
