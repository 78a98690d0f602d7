"""The server's side of a connection."""

from aiohttp import _web_required as _web_required
from aiohttp_web import PayloadAccessError, RequestHandler, RequestPayloadError
from aiohttp_web.server import (
    LowLevelHandler as _RequestHandler,
    RequestFactory as _RequestFactory,
)

__all__ = (
    "PayloadAccessError",
    "RequestHandler",
    "RequestPayloadError",
    "_RequestFactory",
    "_RequestHandler",
)
