"""The types of client middlewares, and how they are put together."""

from aiohttp_client.middlewares import (
    ClientHandlerType,
    ClientMiddlewareType,
    build_client_middlewares,
)

__all__ = ("ClientHandlerType", "ClientMiddlewareType", "build_client_middlewares")
