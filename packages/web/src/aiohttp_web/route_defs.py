"""Route definitions: routes that are written down first and registered later.

Laws
* A definition is plain data and may be registered in several routers.
* The names are those of the router's ``add_*`` methods, and so are the options.
"""

from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from os import PathLike
from typing import Any, Protocol, TypeVar, Unpack, overload

from aiohttp_core import hdrs
from aiohttp_web.router import UrlDispatcher
from aiohttp_web.routes import AbstractRoute, ExpectHandler, HandlerOrView, RouteOptions
from aiohttp_web.static import StaticOptions

__all__ = (
    "AbstractRouteDef",
    "RouteDef",
    "RouteTableDef",
    "StaticDef",
    "delete",
    "get",
    "head",
    "options",
    "patch",
    "post",
    "put",
    "route",
    "static",
    "view",
)

_HandlerT = TypeVar("_HandlerT", bound=HandlerOrView)


class _Decorator(Protocol):
    """Registers a handler and gives it back as it is."""

    def __call__(self, handler: _HandlerT, /) -> _HandlerT: ...


class AbstractRouteDef(ABC):
    """Something that can register itself in a router."""

    @abstractmethod
    def register(self, router: UrlDispatcher) -> list[AbstractRoute]:
        """Register in *router* and return the routes that were made."""


@dataclass(frozen=True, repr=False)
class RouteDef(AbstractRouteDef):
    """A handler for a method of a path; *kwargs* are the options of the ``add_*`` method."""

    method: str
    path: str
    handler: HandlerOrView
    kwargs: dict[str, Any]

    def __repr__(self) -> str:
        info = [f", {name}={value!r}" for name, value in sorted(self.kwargs.items())]
        name = getattr(self.handler, "__name__", repr(self.handler))
        return f"<RouteDef {self.method} {self.path} -> {name!r}{''.join(info)}>"

    def register(self, router: UrlDispatcher) -> list[AbstractRoute]:
        """Register in *router*; GET is registered with HEAD unless that is forbidden."""
        if self.method == hdrs.METH_GET:
            return [router.add_get(self.path, self.handler, **self.kwargs)]
        options = {name: value for name, value in self.kwargs.items() if name != "allow_head"}
        return [router.add_route(self.method, self.path, self.handler, **options)]


@dataclass(frozen=True, repr=False)
class StaticDef(AbstractRouteDef):
    """A directory of files; *kwargs* are the options of ``UrlDispatcher.add_static``."""

    prefix: str
    path: str | PathLike[str]
    kwargs: dict[str, Any]

    def __repr__(self) -> str:
        info = [f", {name}={value!r}" for name, value in sorted(self.kwargs.items())]
        return f"<StaticDef {self.prefix} -> {self.path}{''.join(info)}>"

    def register(self, router: UrlDispatcher) -> list[AbstractRoute]:
        """Register in *router*."""
        return list(router.add_static(self.prefix, self.path, **self.kwargs))


def route(
    method: str, path: str, handler: HandlerOrView, **kwargs: Unpack[RouteOptions]
) -> RouteDef:
    """Define a route for *method*; options as for ``UrlDispatcher.add_route``."""
    return RouteDef(method, path, handler, {**kwargs})


def head(path: str, handler: HandlerOrView, **kwargs: Unpack[RouteOptions]) -> RouteDef:
    """Define a route for HEAD."""
    return route(hdrs.METH_HEAD, path, handler, **kwargs)


def options(path: str, handler: HandlerOrView, **kwargs: Unpack[RouteOptions]) -> RouteDef:
    """Define a route for OPTIONS."""
    return route(hdrs.METH_OPTIONS, path, handler, **kwargs)


def get(
    path: str,
    handler: HandlerOrView,
    *,
    name: str | None = None,
    allow_head: bool = True,
    expect_handler: ExpectHandler | None = None,
) -> RouteDef:
    """Define a route for GET and, unless *allow_head* is false, for HEAD."""
    kwargs: dict[str, Any] = {"name": name, "allow_head": allow_head}
    if expect_handler is not None:
        kwargs["expect_handler"] = expect_handler
    return RouteDef(hdrs.METH_GET, path, handler, kwargs)


def post(path: str, handler: HandlerOrView, **kwargs: Unpack[RouteOptions]) -> RouteDef:
    """Define a route for POST."""
    return route(hdrs.METH_POST, path, handler, **kwargs)


def put(path: str, handler: HandlerOrView, **kwargs: Unpack[RouteOptions]) -> RouteDef:
    """Define a route for PUT."""
    return route(hdrs.METH_PUT, path, handler, **kwargs)


def patch(path: str, handler: HandlerOrView, **kwargs: Unpack[RouteOptions]) -> RouteDef:
    """Define a route for PATCH."""
    return route(hdrs.METH_PATCH, path, handler, **kwargs)


def delete(path: str, handler: HandlerOrView, **kwargs: Unpack[RouteOptions]) -> RouteDef:
    """Define a route for DELETE."""
    return route(hdrs.METH_DELETE, path, handler, **kwargs)


def view(path: str, handler: HandlerOrView, **kwargs: Unpack[RouteOptions]) -> RouteDef:
    """Define a class of a view for all methods."""
    return route(hdrs.METH_ANY, path, handler, **kwargs)


def static(prefix: str, path: str | PathLike[str], **kwargs: Unpack[StaticOptions]) -> StaticDef:
    """Define a directory of files; options as for ``UrlDispatcher.add_static``."""
    return StaticDef(prefix, path, {**kwargs})


class RouteTableDef(Sequence[AbstractRouteDef]):
    """A list of definitions that is filled by decorators; give it to ``add_routes``."""

    def __init__(self) -> None:
        self._items: list[AbstractRouteDef] = []

    def __repr__(self) -> str:
        return f"<RouteTableDef count={len(self._items)}>"

    @overload
    def __getitem__(self, index: int) -> AbstractRouteDef: ...

    @overload
    def __getitem__(self, index: slice) -> list[AbstractRouteDef]: ...

    def __getitem__(self, index: int | slice) -> AbstractRouteDef | list[AbstractRouteDef]:
        return self._items[index]

    def __iter__(self) -> Iterator[AbstractRouteDef]:
        return iter(self._items)

    def __len__(self) -> int:
        return len(self._items)

    def __contains__(self, item: object) -> bool:
        return item in self._items

    def route(self, method: str, path: str, **kwargs: Unpack[RouteOptions]) -> _Decorator:
        """Decorate a handler for *method*; options as for ``UrlDispatcher.add_route``."""
        return self._decorator(method, path, {**kwargs})

    def _decorator(self, method: str, path: str, kwargs: dict[str, Any]) -> _Decorator:
        def register(handler: _HandlerT) -> _HandlerT:
            self._items.append(RouteDef(method, path, handler, kwargs))
            return handler

        return register

    def head(self, path: str, **kwargs: Unpack[RouteOptions]) -> _Decorator:
        """Decorate a handler for HEAD."""
        return self.route(hdrs.METH_HEAD, path, **kwargs)

    def get(
        self, path: str, *, allow_head: bool = True, **kwargs: Unpack[RouteOptions]
    ) -> _Decorator:
        """Decorate a handler for GET and, unless *allow_head* is false, for HEAD."""
        options: dict[str, Any] = {**kwargs}
        if not allow_head:
            options["allow_head"] = False
        return self._decorator(hdrs.METH_GET, path, options)

    def post(self, path: str, **kwargs: Unpack[RouteOptions]) -> _Decorator:
        """Decorate a handler for POST."""
        return self.route(hdrs.METH_POST, path, **kwargs)

    def put(self, path: str, **kwargs: Unpack[RouteOptions]) -> _Decorator:
        """Decorate a handler for PUT."""
        return self.route(hdrs.METH_PUT, path, **kwargs)

    def patch(self, path: str, **kwargs: Unpack[RouteOptions]) -> _Decorator:
        """Decorate a handler for PATCH."""
        return self.route(hdrs.METH_PATCH, path, **kwargs)

    def delete(self, path: str, **kwargs: Unpack[RouteOptions]) -> _Decorator:
        """Decorate a handler for DELETE."""
        return self.route(hdrs.METH_DELETE, path, **kwargs)

    def options(self, path: str, **kwargs: Unpack[RouteOptions]) -> _Decorator:
        """Decorate a handler for OPTIONS."""
        return self.route(hdrs.METH_OPTIONS, path, **kwargs)

    def view(self, path: str, **kwargs: Unpack[RouteOptions]) -> _Decorator:
        """Decorate a class of a view for all methods."""
        return self.route(hdrs.METH_ANY, path, **kwargs)

    def static(
        self, prefix: str, path: str | PathLike[str], **kwargs: Unpack[StaticOptions]
    ) -> None:
        """Add a directory of files; options as for ``UrlDispatcher.add_static``."""
        self._items.append(StaticDef(prefix, path, {**kwargs}))
