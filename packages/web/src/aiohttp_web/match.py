"""The result of routing one request.

Laws
* A match is cheap: a ``dict`` of the variable parts, the route, and the applications on the way.
  Where one application alone is on the way, it is settled from the start.
* Applications are added from the inside outwards; after ``freeze()`` the stack stands.
* ``current_app`` is the application whose code runs: middlewares of outer applications see their
  own one (spec row ADD-586).
"""

from typing import Any

from aiohttp_web.abc import AbstractMatchInfo
from aiohttp_web.exceptions import HTTPException
from aiohttp_web.routes import AbstractRoute, SystemRoute

__all__ = ("MatchInfoError", "UrlMappingMatchInfo")


class UrlMappingMatchInfo(dict[str, str], AbstractMatchInfo):
    """The variable parts of the path, decoded, and the route that was found."""

    __slots__ = ("_apps", "_current_app", "_frozen", "_route")

    def __init__(self, match_dict: dict[str, str], route: AbstractRoute, app: Any = None) -> None:
        if match_dict:
            self.update(match_dict)
        self._route = route
        self._current_app = app
        self._apps: tuple[Any, ...] = () if app is None else (app,)
        self._frozen = app is not None

    @property
    def route(self) -> AbstractRoute:
        """The route that serves the request."""
        return self._route

    @property
    def handler(self) -> Any:
        """The handler of the route."""
        return self._route.handler

    @property
    def expect_handler(self) -> Any:
        """The coroutine function that answers the ``Expect`` field."""
        return self._route.handle_expect_header

    @property
    def http_exception(self) -> HTTPException | None:
        """``None``: the request leads somewhere."""
        return None

    def get_info(self) -> Any:
        """Return the description of the resource."""
        return self._route.get_info()

    @property
    def apps(self) -> tuple[Any, ...]:
        """The applications on the way to the handler, the outermost first."""
        return self._apps

    def add_app(self, app: Any) -> None:
        """Put *app* before the others; ``RuntimeError`` after :meth:`freeze`."""
        if self._frozen:
            raise RuntimeError("Cannot change apps stack after .freeze() call")
        if self._current_app is None:
            self._current_app = app
            self._apps = (app,)
        else:
            self._apps = (app, *self._apps)

    @property
    def current_app(self) -> Any:
        """The application whose handler or middleware runs; the innermost one at first."""
        app = self._current_app
        if app is None:
            raise RuntimeError("the match belongs to no application yet")
        return app

    @current_app.setter
    def current_app(self, app: Any) -> None:
        if app not in self._apps:
            raise ValueError(f"Expected one of the following apps {self._apps!r}, got {app!r}")
        self._current_app = app

    def freeze(self) -> None:
        """Close the stack of applications."""
        self._frozen = True

    def __repr__(self) -> str:
        return f"<MatchInfo {super().__repr__()}: {self._route!r}>"


class MatchInfoError(UrlMappingMatchInfo):
    """The match of a request that leads nowhere; its handler raises *http_exception*."""

    __slots__ = ("_exception",)

    def __init__(self, http_exception: HTTPException) -> None:
        self._exception = http_exception
        super().__init__({}, SystemRoute(http_exception))

    @property
    def http_exception(self) -> HTTPException | None:
        """The 404 or 405."""
        return self._exception

    def __repr__(self) -> str:
        return f"<MatchInfoError {self._exception.status}: {self._exception.reason}>"
