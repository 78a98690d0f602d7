"""Nested applications as resources of the outer router.

Laws
* Below its prefix, or on its domain, the nested application decides alone: its 404 and 405 are
  final and pass through its own middlewares.
* An application that was added is frozen, and its paths carry the prefix of the outer one.
"""

from collections.abc import Iterator
from typing import Any, NoReturn, Protocol

from aiohttp_web.domains import AbstractRuleMatching, Domain
from aiohttp_web.match import UrlMappingMatchInfo
from aiohttp_web.resources import NOWHERE, AbstractResource, PrefixResource, Resolution
from aiohttp_web.routes import AbstractRoute

__all__ = ("MatchedSubAppResource", "NestedApplication", "NestedRouter", "PrefixedSubAppResource")


class NestedRouter(Protocol):
    """What the outer router asks of the router of a nested application."""

    @property
    def synchronous(self) -> bool:
        """Whether :meth:`find` can decide without waiting."""

    def find(self, request: Any) -> UrlMappingMatchInfo:
        """Return the match of *request*."""

    async def resolve(self, request: Any) -> Any:
        """Return the match of *request*, after waiting if that is needed."""

    def add_prefix(self, prefix: str) -> None:
        """Put *prefix* before all paths."""

    def routes(self) -> Any:
        """Return a view of all routes."""


class NestedApplication(Protocol):
    """What the outer router asks of a nested application."""

    @property
    def router(self) -> Any:
        """The routing table: a :class:`NestedRouter`, or one with ``resolve`` alone."""


class PrefixedSubAppResource(PrefixResource):
    """A nested application below a prefix; made by ``Application.add_subapp``."""

    def __init__(self, prefix: str, app: NestedApplication) -> None:
        super().__init__(prefix)
        self._app = app
        app.router.add_prefix(self._prefix)

    @property
    def app(self) -> NestedApplication:
        """The nested application."""
        return self._app

    def add_prefix(self, prefix: str) -> None:
        """Put *prefix* before the own one and before all paths of the nested application."""
        super().add_prefix(prefix)
        self._app.router.add_prefix(prefix)

    @property
    def synchronous(self) -> bool:
        """Whether :meth:`find` can decide without waiting."""
        return bool(getattr(self._app.router, "synchronous", False))

    def applies(self, path: str, request: Any) -> bool:
        """Whether the nested application has to serve *path*."""
        return path == self._match_prefix or path.startswith(self._match_below)

    def find(self, method: str, path: str, request: Any) -> Resolution:
        """Return the match of the nested application; ``None`` for paths elsewhere."""
        if not self.applies(path, request):
            return NOWHERE
        return self._adopt(self._app.router.find(request))

    async def resolve(self, request: Any) -> Resolution:
        """Return the match of the nested application; ``None`` for requests elsewhere."""
        if not self.applies(request.match_path, request):
            return NOWHERE
        return self._adopt(await self._app.router.resolve(request))

    def _adopt(self, match_info: Any) -> Resolution:
        match_info.add_app(self._app)
        return match_info, set(getattr(match_info.http_exception, "allowed_methods", ()))

    def url_for(self, *args: str, **kwargs: str) -> NoReturn:
        """Raise ``RuntimeError``: URLs are made by the router of the nested application."""
        raise RuntimeError(".url_for() is not supported by sub-application root")

    def get_info(self) -> Any:
        """Return the application and its prefix."""
        return {"app": self._app, "prefix": self._prefix}

    def __len__(self) -> int:
        return len(self._app.router.routes())

    def __iter__(self) -> Iterator[AbstractRoute]:
        return iter(self._app.router.routes())

    def __repr__(self) -> str:
        return f"<PrefixedSubAppResource {self._prefix} -> {self._app!r}>"


class MatchedSubAppResource(PrefixedSubAppResource):
    """A nested application for the requests that meet a rule; made by ``add_domain``."""

    def __init__(self, rule: AbstractRuleMatching, app: NestedApplication) -> None:
        # No prefix: the paths of the application stay as they are.
        AbstractResource.__init__(self)
        self._set_prefix("")
        self._app = app
        self._rule = rule

    @property
    def canonical(self) -> str:
        """The rule as a text."""
        return self._rule.canonical

    @property
    def rule(self) -> AbstractRuleMatching:
        """The rule."""
        return self._rule

    @property
    def synchronous(self) -> bool:
        """Whether the rule and the nested router can decide without waiting."""
        # A subclass may have overridden the coroutine alone.
        known = isinstance(self._rule, Domain) and type(self._rule).match is Domain.match
        return known and super().synchronous

    def applies(self, path: str, request: Any) -> bool:
        """Whether the host of *request* meets the rule."""
        return isinstance(self._rule, Domain) and self._rule.match_domain(request.host)

    async def resolve(self, request: Any) -> Resolution:
        """Return the match of the nested application; ``None`` if the rule is not met."""
        if not await self._rule.match(request):
            return NOWHERE
        return self._adopt(await self._app.router.resolve(request))

    def get_info(self) -> Any:
        """Return the application and its rule."""
        return {"app": self._app, "rule": self._rule}

    def __repr__(self) -> str:
        return f"<MatchedSubAppResource -> {self._app!r}>"
