"""The server's side of a connection."""

from typing import TYPE_CHECKING

from aiohttp import _web_required as _web_required
from aiohttp._later import later
from aiohttp_web import PayloadAccessError, RequestHandler, RequestPayloadError
from aiohttp_web.server import (
    LowLevelHandler as _RequestHandler,
    RequestFactory as _RequestFactory,
)

if not TYPE_CHECKING:
    __getattr__ = later(__name__)

__all__ = (
    "PayloadAccessError",
    "RequestHandler",
    "RequestPayloadError",
    "_RequestFactory",
    "_RequestHandler",
)
