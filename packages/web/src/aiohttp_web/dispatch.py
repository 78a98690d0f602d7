"""The fast path from a request to its handler, taken where the default router decides at once.

Laws
* The outcome is that of ``Application._handle``, which stays the way of everything unusual: custom
  routers, ``Expect``, nested applications, requests that lead nowhere.
* Nothing waits here: one coroutine less stands between a connection and the handler.
* What depends on the route alone, its handler inside the middlewares, is made once per route; the
  tables hold what the application has registered and nothing of a peer.
* The match is made when it is asked for: the request is told the route and the variable parts.
"""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final

from aiohttp_web.base_request import BaseRequest
from aiohttp_web.routes import AbstractRoute, Handler, ResourceRoute

__all__ = ("FastPath",)

# More routes than this are wrapped anew: a resource of the user's may make routes per request.
_HANDLERS_KEPT: Final = 16384


class FastPath:
    """Answers the requests of *app*.

    *fixed* gives the routes of fixed paths by method; *route_of* gives the route and the variable
    parts of any other path, ``None`` where it cannot tell, and may itself be ``None``.  *wrap* puts
    the handler of a route into the middlewares.  *handle* is what answers any request.
    """

    __slots__ = ("_app", "_fixed", "_handle", "_handlers", "_route_of", "_wrap")

    def __init__(
        self,
        app: Any,
        fixed: Mapping[str, Mapping[str, ResourceRoute]],
        route_of: Callable[[str, str], tuple[ResourceRoute, dict[str, str]] | None] | None,
        wrap: Callable[[AbstractRoute], Handler],
        handle: Callable[[Any], Awaitable[Any]],
    ) -> None:
        self._app = app
        self._fixed = dict(fixed)
        self._route_of = route_of
        self._wrap = wrap
        self._handle = handle
        self._handlers: dict[AbstractRoute, Handler] = {}

    def answer(self, request: BaseRequest) -> Awaitable[Any]:
        """Return an awaitable that gives the response to *request*."""
        if request.has_expectation:
            return self._handle(request)
        path = request.match_path
        routes = self._fixed.get(path)
        if routes is not None:
            route = routes.get(request.method)
            if route is None:
                route = routes.get("*")
            if route is not None:
                request.take_route(route, None, self._app)
                return self._handler_of(route)(request)
        if self._route_of is not None:
            found = self._route_of(request.method, path)
            if found is not None:
                route, values = found
                request.take_route(route, values, self._app)
                return self._handler_of(route)(request)
        return self._handle(request)

    def _handler_of(self, route: AbstractRoute) -> Handler:
        handler = self._handlers.get(route)
        if handler is None:
            if len(self._handlers) >= _HANDLERS_KEPT:
                self._handlers.clear()
            handler = self._handlers[route] = self._wrap(route)
        return handler
