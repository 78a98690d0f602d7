"""The chain of client middlewares around the sending of one request.

Laws
* A middleware is any callable that takes a request and the next handler and returns a response.
* The first of the list is the outermost one.
* The chain runs anew for each hop of a redirect and for each repetition (spec row ADD-373).
"""

from collections.abc import Awaitable, Callable, Sequence
from typing import TypeAlias

from aiohttp_client.request import ClientRequest
from aiohttp_client.response import ClientResponse

__all__ = ("ClientHandlerType", "ClientMiddlewareType", "build_client_middlewares")

ClientHandlerType: TypeAlias = Callable[[ClientRequest], Awaitable[ClientResponse]]
"""Sends a request, or hands it to the next middleware."""

ClientMiddlewareType: TypeAlias = Callable[
    [ClientRequest, ClientHandlerType], Awaitable[ClientResponse]
]
"""May look at a request, change it, send it several times, or answer it itself."""


def build_client_middlewares(
    handler: ClientHandlerType, middlewares: Sequence[ClientMiddlewareType]
) -> ClientHandlerType:
    """Return *handler* wrapped into *middlewares*, the first one outermost."""
    for middleware in reversed(middlewares):
        handler = _bind(middleware, handler)
    return handler


def _bind(middleware: ClientMiddlewareType, handler: ClientHandlerType) -> ClientHandlerType:
    def call(request: ClientRequest) -> Awaitable[ClientResponse]:
        return middleware(request, handler)

    return call
