"""The types of client middlewares, and how they are put together."""

from typing import TYPE_CHECKING

from aiohttp._later import later
from aiohttp_client.middlewares import (
    ClientHandlerType,
    ClientMiddlewareType,
    build_client_middlewares,
)

if not TYPE_CHECKING:
    __getattr__ = later(__name__)

__all__ = ("ClientHandlerType", "ClientMiddlewareType", "build_client_middlewares")
