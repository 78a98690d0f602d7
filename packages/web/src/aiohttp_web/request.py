"""The request of an application: a BaseRequest that was routed (WREQ-01)."""

from typing import Any, Self

from aiohttp_core.structures import ChainMapProxy
from aiohttp_web.application import Application
from aiohttp_web.base_request import BaseRequest
from aiohttp_web.match import UrlMappingMatchInfo

__all__ = ("Request",)


class Request(BaseRequest):
    """A request of an :class:`Application`."""

    __slots__ = ()

    def set_match_info(self, match_info: Any) -> None:
        """Take what the router found; done by the application."""
        self.take_match(match_info)

    @property
    def match_info(self) -> UrlMappingMatchInfo:
        """The variable parts of the path and the route; ``None`` while the router looks."""
        if self._match_info is None and self._route is not None:
            values = self._match_values or {}
            self.take_match(UrlMappingMatchInfo(values, self._route, self._route_app))
        match_info: UrlMappingMatchInfo = self._match_info
        return match_info

    @property
    def app(self) -> Application:
        """The application whose handler or middleware runs."""
        app: Application = self.match_info.current_app
        return app

    @property
    def config_dict(self) -> ChainMapProxy[Any, Any]:
        """The values of :attr:`app` and, behind them, of the applications around it."""
        apps = self.match_info.apps
        around = apps[: apps.index(self.app) + 1]
        return ChainMapProxy(around[::-1])

    @property
    def has_response_hooks(self) -> bool:
        """Whether an application on the way listens to ``on_response_prepare``."""
        match_info = self.match_info
        if match_info is not None:
            for app in match_info.apps:
                if app.on_response_prepare:
                    return True
        return False

    async def run_response_hooks(self, response: Any) -> None:
        """Fire ``on_response_prepare`` of all applications on the way, the outermost first."""
        match_info = self.match_info
        if match_info is not None:
            for app in match_info.apps:
                if app.on_response_prepare:
                    await app.on_response_prepare.send(self, response)

    def clone(self, **changes: Any) -> Self:
        """Return a copy with the given parts replaced; it keeps the match.

        See :meth:`BaseRequest.clone` for what can be changed and for the errors.
        """
        copy = super().clone(**changes)
        copy.set_match_info(self.match_info)
        return copy
