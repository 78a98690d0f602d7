"""The default router: from method, path and host to a match.

Laws
* Fixed paths win over variable ones whatever the order of registration; variable paths and
  prefixes are tried from the longest fixed part to the shortest, and in order of registration
  where that part is the same (spec rows RTR-16, RTR-19, ADD-558).
* The work for one request is bounded by the depth of the table, not by the length of the path or
  by the number of routes.
* ``resolve()`` raises nothing: 404 and 405 are matches whose handler raises (RTR-11).
* Names are unique, and after ``freeze()`` the table stands.
"""

import keyword
import re
from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sized
from collections.abc import Set as AbstractSet
from os import PathLike
from types import MappingProxyType
from typing import Any, Final, Unpack

from aiohttp_core import hdrs
from aiohttp_web.abc import AbstractRouter
from aiohttp_web.exceptions import HTTPException, HTTPMethodNotAllowed, HTTPNotFound
from aiohttp_web.match import MatchInfoError, UrlMappingMatchInfo
from aiohttp_web.resource_index import FoundRoute, ResourceIndex
from aiohttp_web.resources import (
    AbstractResource,
    DynamicResource,
    PlainResource,
    Resource,
)
from aiohttp_web.routes import (
    AbstractRoute,
    ExpectHandler,
    HandlerOrView,
    ResourceRoute,
    RouteOptions,
)
from aiohttp_web.static import StaticResource
from aiohttp_web.subapps import MatchedSubAppResource, PrefixedSubAppResource

__all__ = ("ResourcesView", "RoutesView", "UrlDispatcher")

_SEPARATORS = re.compile(r"[.:-]")

# Resources of these classes decide without waiting, unless a subclass has its own ``resolve``.
_SYNCHRONOUS: Final = (
    Resource.resolve,
    StaticResource.resolve,
    PrefixedSubAppResource.resolve,
    MatchedSubAppResource.resolve,
)


class ResourcesView(Sized, Iterable[AbstractResource], Container[AbstractResource]):
    """The registered resources, live."""

    def __init__(self, resources: list[AbstractResource]) -> None:
        self._resources = resources

    def __len__(self) -> int:
        return len(self._resources)

    def __iter__(self) -> Iterator[AbstractResource]:
        return iter(self._resources)

    def __contains__(self, resource: object) -> bool:
        return resource in self._resources


class RoutesView(Sized, Iterable[AbstractRoute], Container[AbstractRoute]):
    """The routes of all resources, as they were when the view was made."""

    def __init__(self, resources: Iterable[AbstractResource]) -> None:
        self._routes = [route for resource in resources for route in resource]

    def __len__(self) -> int:
        return len(self._routes)

    def __iter__(self) -> Iterator[AbstractRoute]:
        return iter(self._routes)

    def __contains__(self, route: object) -> bool:
        return route in self._routes


class UrlDispatcher(AbstractRouter, Mapping[str, AbstractResource]):
    """The routing table of an application, and a mapping of its named resources."""

    NAME_SPLIT_RE = _SEPARATORS

    def __init__(self) -> None:
        super().__init__()
        self._resources: list[AbstractResource] = []
        self._named_resources: dict[str, AbstractResource] = {}
        self._domains: list[MatchedSubAppResource] = []
        self._fixed: dict[str, list[PlainResource]] = {}
        self._index = ResourceIndex()
        self._decided_at_once = True
        self.synchronous = type(self).resolve is _RESOLVE
        """Whether :meth:`find` can decide every request without waiting.

        False as soon as a resource has a ``resolve`` of its own, or this class has. Looked at
        again with each registration and when the router is frozen, not for each request.
        """

    # Resolving

    async def resolve(self, request: Any) -> UrlMappingMatchInfo:
        """Return the match of *request*; for 404 and 405 one whose handler raises."""
        if self._decided_at_once:
            return self.find(request)
        method: str = request.method
        allowed: set[str] = set()
        for resource in self._candidates(request.match_path):
            match_info, methods = await resource.resolve(request)
            if match_info is not None:
                return match_info
            allowed |= methods
        return self._nowhere(method, allowed)

    def find(self, request: Any) -> UrlMappingMatchInfo:
        """Return what :meth:`resolve` does, at once; only for a :attr:`synchronous` router."""
        method: str = request.method
        path: str = request.match_path
        allowed: AbstractSet[str] = frozenset()
        for domain in self._domains:
            match_info, _ = domain.find(method, path, request)
            if match_info is not None:
                return match_info
        fixed = self._fixed.get(path)
        if fixed is not None:
            for plain in fixed:
                routes = plain.routes_by_method
                route = routes.get(method) or routes.get(hdrs.METH_ANY)
                if route is not None:
                    return UrlMappingMatchInfo({}, route)
                allowed = allowed | routes.keys()
        if self._index:
            for resource in self._index.candidates(path):
                match_info, methods = resource.find(method, path, request)  # type: ignore[attr-defined]
                if match_info is not None:
                    found: UrlMappingMatchInfo = match_info
                    return found
                if methods:
                    allowed = allowed | methods
        return self._nowhere(method, allowed)

    def fixed_routes(self) -> dict[str, dict[str, ResourceRoute]]:
        """Return the live tables of routes by method of the fixed paths that one resource has.

        Empty if domains, which are asked before all paths, were registered.
        """
        if self._domains:
            return {}
        return {
            path: resources[0].routes_by_method
            for path, resources in self._fixed.items()
            if len(resources) == 1
        }

    def quick_lookup(self) -> Callable[[str, str], FoundRoute | None] | None:
        """Return the lookup of what no fixed path has; see :meth:`ResourceIndex.route_of`.

        ``None`` if something is asked before it that :meth:`fixed_routes` does not tell.
        """
        if self._domains or any(len(resources) > 1 for resources in self._fixed.values()):
            return None
        return self._index.route_of

    def _candidates(self, path: str) -> Iterator[AbstractResource]:
        yield from self._domains
        yield from self._fixed.get(path, ())
        yield from self._index.candidates(path)

    @staticmethod
    def _nowhere(method: str, allowed: AbstractSet[str]) -> MatchInfoError:
        exception: HTTPException
        if allowed:
            exception = HTTPMethodNotAllowed(method, allowed)
        else:
            exception = HTTPNotFound()
        return MatchInfoError(exception)

    # The mapping of names

    def __iter__(self) -> Iterator[str]:
        return iter(self._named_resources)

    def __len__(self) -> int:
        return len(self._named_resources)

    def __contains__(self, resource: object) -> bool:
        return resource in self._named_resources

    def __getitem__(self, name: str) -> AbstractResource:
        return self._named_resources[name]

    def __bool__(self) -> bool:
        return True

    def resources(self) -> ResourcesView:
        """Return a live view of all resources."""
        return ResourcesView(self._resources)

    def routes(self) -> RoutesView:
        """Return a view of the routes of all resources, ``*`` ones included."""
        return RoutesView(self._resources)

    def named_resources(self) -> Mapping[str, AbstractResource]:
        """Return a read-only view of the resources that have a name."""
        return MappingProxyType(self._named_resources)

    # Registration

    def register_resource(self, resource: AbstractResource) -> None:
        """Add *resource*, which may be of a class of the user's.

        Raises ``RuntimeError`` after the router was frozen, ``ValueError`` for a bad or used name.
        """
        if not isinstance(resource, AbstractResource):
            raise TypeError(f"Instance of AbstractResource class is required, got {resource!r}")
        if self.frozen:
            raise RuntimeError("Cannot register a resource into frozen router.")
        name = resource.name
        if name is not None:
            self._check_name(name)
            self._named_resources[name] = resource
        self._resources.append(resource)
        self._index_resource(resource)

    def _check_name(self, name: str) -> None:
        for part in _SEPARATORS.split(name):
            if keyword.iskeyword(part):
                raise ValueError(
                    f"Incorrect route name {name!r}, python keywords cannot be used for route name"
                )
            if not part.isidentifier():
                raise ValueError(
                    f"Incorrect route name {name!r}, the name should be a sequence of python "
                    "identifiers separated by dash, dot or column"
                )
        if name in self._named_resources:
            raise ValueError(
                f"Duplicate {name!r}, already handled by {self._named_resources[name]!r}"
            )

    def _index_resource(self, resource: AbstractResource) -> None:
        if type(resource).resolve not in _SYNCHRONOUS or (
            isinstance(resource, PrefixedSubAppResource) and not resource.synchronous
        ):
            self._decided_at_once = False
        self._review()
        if isinstance(resource, MatchedSubAppResource):
            self._domains.append(resource)
        elif type(resource) is PlainResource:
            self._fixed.setdefault(resource.match_path, []).append(resource)
        else:
            self._index.add(resource)

    def _review(self) -> None:
        self.synchronous = self._decided_at_once and type(self).resolve is _RESOLVE

    def _reindex(self) -> None:
        self._domains.clear()
        self._fixed.clear()
        self._index.clear()
        for resource in self._resources:
            self._index_resource(resource)

    def add_prefix(self, prefix: str) -> None:
        """Put *prefix* before all paths; the application becomes a nested one."""
        if prefix:
            for resource in self._resources:
                resource.add_prefix(prefix)
            self._reindex()

    def freeze(self) -> None:
        """Forbid further registrations."""
        super().freeze()
        for resource in self._resources:
            resource.freeze()
        self._reindex()
        self._review()

    def add_resource(self, path: str, *, name: str | None = None) -> Resource:
        """Return the resource of *path*, made unless the last added one has path and name.

        *path* is empty or starts with ``/`` (``ValueError``) and may hold variable parts.
        """
        if path and not path.startswith("/"):
            raise ValueError("path should be started with / or be empty")
        if self._resources:
            last = self._resources[-1]
            if last.name == name and last.raw_match(path) and isinstance(last, Resource):
                return last
        resource: Resource
        if "{" in path or "}" in path:
            resource = DynamicResource(path, name=name)
        else:
            resource = PlainResource(path, name=name)
        self.register_resource(resource)
        return resource

    def add_route(
        self,
        method: str,
        path: str,
        handler: HandlerOrView,
        *,
        name: str | None = None,
        expect_handler: ExpectHandler | None = None,
    ) -> AbstractRoute:
        """Add *handler* for *method* (any case, ``*`` for all) of *path*; return the route."""
        resource = self.add_resource(path, name=name)
        return resource.add_route(method, handler, expect_handler=expect_handler)

    def add_static(
        self,
        prefix: str,
        path: str | PathLike[str],
        *,
        name: str | None = None,
        expect_handler: ExpectHandler | None = None,
        chunk_size: int = 256 * 1024,
        show_index: bool = False,
        follow_symlinks: bool = False,
        append_version: bool = False,
    ) -> StaticResource:
        """Serve the files below the directory *path* under *prefix*; return the resource.

        *show_index* shows directories, which are 403 otherwise. *follow_symlinks* lets links lead
        out of the directory; this is a risk, and links inside work without it. *append_version*
        makes ``url_for`` add the hash of the file. *chunk_size* bytes are read at once where
        ``sendfile`` is not used.
        """
        resource = StaticResource(
            prefix.removesuffix("/"),
            path,
            name=name,
            expect_handler=expect_handler,
            chunk_size=chunk_size,
            show_index=show_index,
            follow_symlinks=follow_symlinks,
            append_version=append_version,
        )
        self.register_resource(resource)
        return resource

    def add_head(
        self, path: str, handler: HandlerOrView, **kwargs: Unpack[RouteOptions]
    ) -> AbstractRoute:
        """Add a route for HEAD; arguments as for :meth:`add_route`."""
        return self.add_route(hdrs.METH_HEAD, path, handler, **kwargs)

    def add_options(
        self, path: str, handler: HandlerOrView, **kwargs: Unpack[RouteOptions]
    ) -> AbstractRoute:
        """Add a route for OPTIONS; arguments as for :meth:`add_route`."""
        return self.add_route(hdrs.METH_OPTIONS, path, handler, **kwargs)

    def add_get(
        self,
        path: str,
        handler: HandlerOrView,
        *,
        name: str | None = None,
        allow_head: bool = True,
        expect_handler: ExpectHandler | None = None,
    ) -> AbstractRoute:
        """Add a route for GET and, unless *allow_head* is false, for HEAD."""
        resource = self.add_resource(path, name=name)
        if allow_head:
            resource.add_route(hdrs.METH_HEAD, handler, expect_handler=expect_handler)
        return resource.add_route(hdrs.METH_GET, handler, expect_handler=expect_handler)

    def add_post(
        self, path: str, handler: HandlerOrView, **kwargs: Unpack[RouteOptions]
    ) -> AbstractRoute:
        """Add a route for POST; arguments as for :meth:`add_route`."""
        return self.add_route(hdrs.METH_POST, path, handler, **kwargs)

    def add_put(
        self, path: str, handler: HandlerOrView, **kwargs: Unpack[RouteOptions]
    ) -> AbstractRoute:
        """Add a route for PUT; arguments as for :meth:`add_route`."""
        return self.add_route(hdrs.METH_PUT, path, handler, **kwargs)

    def add_patch(
        self, path: str, handler: HandlerOrView, **kwargs: Unpack[RouteOptions]
    ) -> AbstractRoute:
        """Add a route for PATCH; arguments as for :meth:`add_route`."""
        return self.add_route(hdrs.METH_PATCH, path, handler, **kwargs)

    def add_delete(
        self, path: str, handler: HandlerOrView, **kwargs: Unpack[RouteOptions]
    ) -> AbstractRoute:
        """Add a route for DELETE; arguments as for :meth:`add_route`."""
        return self.add_route(hdrs.METH_DELETE, path, handler, **kwargs)

    def add_view(
        self, path: str, handler: HandlerOrView, **kwargs: Unpack[RouteOptions]
    ) -> AbstractRoute:
        """Add a class of a view for all methods; arguments as for :meth:`add_route`."""
        return self.add_route(hdrs.METH_ANY, path, handler, **kwargs)

    def add_routes(self, routes: Iterable[Any]) -> list[AbstractRoute]:
        """Register route definitions; return the routes that were made."""
        registered: list[AbstractRoute] = []
        for definition in routes:
            registered.extend(definition.register(self))
        return registered


# Tools replace ``UrlDispatcher.resolve``; as soon as one has, every request takes the coroutine.
_RESOLVE: Final = UrlDispatcher.resolve
