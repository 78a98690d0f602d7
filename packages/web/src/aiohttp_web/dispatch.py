"""The short way from a request to its handler, taken where the default router decides at once.

Laws
* The outcome is that of ``Application._handle``, which stays the way of everything unusual: custom
  routers, ``Expect``, nested applications, requests that lead nowhere.
* Nothing waits here: one coroutine less stands between a connection and the handler.
* What depends on the route alone, its handler inside the middlewares, is made once per route; the
  tables hold what the application has registered and nothing of a peer.
* The match of a fixed path says nothing that the route does not say: it is made when it is asked
  for.
"""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final

from aiohttp_web.base_request import BaseRequest
from aiohttp_web.match import UrlMappingMatchInfo
from aiohttp_web.routes import AbstractRoute, Handler, ResourceRoute

__all__ = ("Shortcut",)

# More routes than this are wrapped anew: a resource of the user's may make routes per request.
_HANDLERS_KEPT: Final = 16384


class Shortcut:
    """Answers the requests of *app*.

    *fixed* gives the routes of fixed paths by method, *find* the match of any request, at once.
    *wrap* puts the handler of a route into the middlewares.  *handle* is the coroutine function
    that answers any request, *handle_match* the one that goes on with a match.
    """

    __slots__ = ("_app", "_find", "_fixed", "_handle", "_handle_match", "_handlers", "_wrap")

    def __init__(
        self,
        app: Any,
        fixed: Mapping[str, Mapping[str, ResourceRoute]],
        find: Callable[[Any], Any],
        wrap: Callable[[AbstractRoute], Handler],
        handle: Callable[[Any], Awaitable[Any]],
        handle_match: Callable[[Any, Any], Awaitable[Any]],
    ) -> None:
        self._app = app
        self._fixed = dict(fixed)
        self._find = find
        self._wrap = wrap
        self._handle = handle
        self._handle_match = handle_match
        self._handlers: dict[AbstractRoute, Handler] = {}

    def answer(self, request: BaseRequest) -> Awaitable[Any]:
        """Return an awaitable that gives the response to *request*."""
        if request.has_expectation:
            return self._handle(request)
        routes = self._fixed.get(request.match_path)
        if routes is not None:
            route = routes.get(request.method)
            if route is None:
                route = routes.get("*")
            if route is not None:
                request.take_route(route, self._app)
                return self._handler_of(route)(request)
        match_info = self._find(request)
        if type(match_info) is not UrlMappingMatchInfo or match_info.apps:
            return self._handle_match(request, match_info)
        match_info.settle(self._app)
        request.take_match(match_info)
        return self._handler_of(match_info.route)(request)

    def _handler_of(self, route: AbstractRoute) -> Handler:
        handler = self._handlers.get(route)
        if handler is None:
            if len(self._handlers) >= _HANDLERS_KEPT:
                self._handlers.clear()
            handler = self._handlers[route] = self._wrap(route)
        return handler
