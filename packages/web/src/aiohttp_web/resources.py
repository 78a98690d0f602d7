"""Resources: the items of the routing table, each a path with its routes.

Laws
* Paths are compared in one form, on both sides: percent-decoded, with ``%2F`` and ``%25`` kept
  (spec rows ADD-561, ADD-562). A quoted slash is no separator, and a path that was registered
  encoded is the same resource as the decoded one.
* ``find()`` is synchronous and pure; ``resolve()`` is its coroutine for those who call it directly
  or write resources of their own.
* What ``url_for`` makes is matched by the resource again and never names another host.
"""

import re
from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Sized
from collections.abc import Set as AbstractSet
from typing import Any, Final
from urllib.parse import quote

from yarl import URL

from aiohttp_web.match import UrlMappingMatchInfo
from aiohttp_web.routes import (
    AbstractRoute,
    ExpectHandler,
    HandlerOrView,
    ResourceRoute,
    check_method,
)

__all__ = (
    "ANY_STEPS",
    "NOWHERE",
    "ONE_STEP",
    "AbstractResource",
    "DynamicResource",
    "PlainResource",
    "PrefixResource",
    "Resolution",
    "Resource",
    "index_key",
    "match_form",
    "requote_path",
    "unquote_match",
)

Resolution = tuple[UrlMappingMatchInfo | None, AbstractSet[str]]

NOWHERE: Final[Resolution] = (None, frozenset())
"""What a resource finds for a path that is not its own."""

# RFC 3986 section 3.3: what a path may hold without being quoted.
_PATH_SAFE: Final = "/!$&'()*+,;=:@-._~"
_BROKEN_ESCAPE = re.compile(r"%(?![0-9A-Fa-f]{2})")

# ``{name}`` or ``{name:regex}``; the regex may hold braces one level deep.
_VARIABLE = re.compile(r"(\{[_a-zA-Z][^{}]*(?:\{[^{}]*\}[^{}]*)*\})")
_NAMED = re.compile(r"\{(?P<name>[_a-zA-Z][_a-zA-Z0-9]*)(?::(?P<pattern>.+))?\}", re.DOTALL)
_DEFAULT_PATTERN: Final = r"[^{}/]+"


# Stand for variable parts in a skeleton: of one step, and of an own pattern that may cross steps.
ONE_STEP: Final = "\0"
ANY_STEPS: Final = "\1"


def match_form(path: str) -> str:
    """Return *path* as routing compares it: decoded, but ``%2F`` and ``%25`` stay."""
    return URL.build(path=path, encoded=True).path_safe if "%" in path else path


def unquote_match(value: str) -> str:
    """Return the decoded text of a matched *value*."""
    if "%" not in value:
        return value
    # In this order: ``%252F`` is the text ``%2F``, not a slash.
    return value.replace("%2F", "/").replace("%25", "%")


def requote_path(path: str) -> str:
    """Return *path* percent-encoded; escapes that are already there stay."""
    return quote(_BROKEN_ESCAPE.sub("%25", path), safe=_PATH_SAFE + "%")


def index_key(canonical: str) -> str:
    """Return the fixed part of *canonical* before the first ``{``, cut at a ``/`` (ADD-559)."""
    fixed, brace, _ = canonical.partition("{")
    if brace:
        fixed = fixed.rpartition("/")[0]
    return match_form(fixed).rstrip("/") or "/"


def _own_path(path: str) -> URL:
    # ``//host`` would be a reference to another host, in whatever way the value came in.
    if path.startswith("//"):
        path = "/%2F" + path[2:]
    return URL.build(path=path, encoded=True)


class AbstractResource(Sized, Iterable[AbstractRoute], ABC):
    """An item of the routing table; subclasses of the user's go to ``register_resource``.

    Its ``len()`` is the number of routes, iteration gives them.
    """

    def __init__(self, *, name: str | None = None) -> None:
        self._name = name

    @property
    def name(self) -> str | None:
        """The name, unique in the router, or ``None``."""
        return self._name

    @property
    @abstractmethod
    def canonical(self) -> str:
        """The path with its variable parts in braces, such as ``/path/{to}``."""

    @abstractmethod
    def url_for(self, *args: Any, **kwargs: Any) -> URL:
        """Return a relative URL of the resource."""

    @abstractmethod
    async def resolve(self, request: Any) -> Resolution:
        """Return the match, or ``None``, and the methods that the path has here.

        The set of methods is empty if the path does not match at all.
        """

    @abstractmethod
    def add_prefix(self, prefix: str) -> None:
        """Put *prefix* before all paths; called when the application becomes a nested one."""

    @abstractmethod
    def get_info(self) -> Any:
        """Return a mapping that describes the resource."""

    def freeze(self) -> None:
        """Take notice that the router serves from now on; does nothing by default."""

    def raw_match(self, path: str) -> bool:
        """Whether the resource was made from exactly this *path*."""
        return False


class Resource(AbstractResource):
    """A path with a route for each of its methods."""

    def __init__(self, *, name: str | None = None) -> None:
        super().__init__(name=name)
        self._routes: dict[str, ResourceRoute] = {}
        self._allowed_methods: set[str] = set()

    def add_route(
        self, method: str, handler: HandlerOrView, *, expect_handler: ExpectHandler | None = None
    ) -> ResourceRoute:
        """Add *handler* for *method*, in any case; ``*`` means every method.

        Raises ``RuntimeError`` if the method is served already, so that the new route could never
        run.
        """
        method = check_method(method)
        for served in (method, "*"):
            if served in self._routes:
                raise RuntimeError(
                    f"Added route will never be executed, method {served} is already registered"
                )
        route = ResourceRoute(method, handler, self, expect_handler=expect_handler)
        self.register_route(route)
        return route

    def register_route(self, route: ResourceRoute) -> None:
        """Add a ready *route*."""
        if not isinstance(route, ResourceRoute):
            raise TypeError(f"Instance of ResourceRoute class is required, got {route!r}")
        self._routes[route.method] = route
        self._allowed_methods.add(route.method)

    @property
    def routes_by_method(self) -> dict[str, ResourceRoute]:
        """The live table of routes, ``*`` included; the router reads it."""
        return self._routes

    def match_values(self, path: str) -> dict[str, str] | None:
        """Return the variable parts of *path*, or ``None`` if it is not of this resource."""
        raise TypeError(f"{type(self).__name__} matches no path")

    def find(self, method: str, path: str, request: Any) -> Resolution:
        """Return what :meth:`resolve` does, for the match form of a path."""
        values = self.match_values(path)
        if values is None:
            return NOWHERE
        route = self._routes.get(method) or self._routes.get("*")
        if route is None:
            return None, self._allowed_methods
        return UrlMappingMatchInfo(values, route), self._allowed_methods

    async def resolve(self, request: Any) -> Resolution:
        """Return the match, or ``None``, and the methods that the path has here."""
        return self.find(request.method, request.match_path, request)

    def __len__(self) -> int:
        return len(self._routes)

    def __iter__(self) -> Iterator[AbstractRoute]:
        return iter(self._routes.values())


class PlainResource(Resource):
    """A path without variable parts."""

    def __init__(self, path: str, *, name: str | None = None) -> None:
        super().__init__(name=name)
        self._path = path
        self._match_path = match_form(path)

    @property
    def canonical(self) -> str:
        """The path as it was given."""
        return self._path

    @property
    def match_path(self) -> str:
        """The path as routing compares it."""
        return self._match_path

    def freeze(self) -> None:
        """Make an empty path, which is meant to follow a prefix, the root."""
        if not self._path:
            self._path = self._match_path = "/"

    def add_prefix(self, prefix: str) -> None:
        """Put *prefix* before the path."""
        self._path = prefix + self._path
        self._match_path = match_form(self._path)

    def match_values(self, path: str) -> dict[str, str] | None:
        """Return an empty mapping if *path* is the path of the resource."""
        return {} if path == self._match_path else None

    def raw_match(self, path: str) -> bool:
        """Whether the resource was made from exactly this *path*."""
        return self._path == path

    def get_info(self) -> Any:
        """Return the path under ``path``."""
        return {"path": self._path}

    def url_for(self) -> URL:
        """Return the path as a relative URL."""
        return _own_path(requote_path(self._path))

    def __repr__(self) -> str:
        name = f"{self.name!r} " if self.name is not None else ""
        return f"<PlainResource {name} {self._path}>"


class DynamicResource(Resource):
    """A path with variable parts, each ``{name}`` or ``{name:regular expression}``."""

    def __init__(self, path: str, *, name: str | None = None) -> None:
        super().__init__(name=name)
        self._orig_path = path
        pattern = ""
        formatter = ""
        skeleton = ""
        for part in _VARIABLE.split(path):
            variable = _NAMED.fullmatch(part)
            if variable is not None:
                named = variable["name"]
                pattern += f"(?P<{named}>{variable['pattern'] or _DEFAULT_PATTERN})"
                formatter += f"{{{named}}}"
                skeleton += ANY_STEPS if variable["pattern"] else ONE_STEP
            elif "{" in part or "}" in part:
                raise ValueError(f"Invalid path {path!r}[{part!r}]")
            else:
                pattern += re.escape(match_form(part))
                formatter += requote_path(part)
                skeleton += match_form(part)
        try:
            self._pattern = re.compile(pattern)
        except re.error as error:
            raise ValueError(f"Bad pattern {pattern!r}: {error}") from None
        self._formatter = formatter
        self._skeleton = skeleton
        self.fullmatch = self._pattern.fullmatch
        """Matches the match form of a path."""
        # Only patterns of the user's can have groups that match nothing.
        self._own_patterns = ANY_STEPS in skeleton

    @property
    def skeleton(self) -> str:
        """The path with its variable parts as :data:`ONE_STEP` and :data:`ANY_STEPS`."""
        return self._skeleton

    @property
    def canonical(self) -> str:
        """The path with the names of its parts in braces, percent-encoded."""
        return self._formatter

    def add_prefix(self, prefix: str) -> None:
        """Put *prefix* before the path."""
        self._pattern = re.compile(re.escape(match_form(prefix)) + self._pattern.pattern)
        self.fullmatch = self._pattern.fullmatch
        self._formatter = prefix + self._formatter
        self._skeleton = match_form(prefix) + self._skeleton

    def match_values(self, path: str) -> dict[str, str] | None:
        """Return the decoded parts of *path*, or ``None``."""
        match = self.fullmatch(path)
        return None if match is None else self.values_of(match)

    def values_of(self, match: re.Match[str]) -> dict[str, str]:
        """Return the decoded parts of a path that :attr:`fullmatch` has matched."""
        values: dict[str, str] = match.groupdict()
        if self._own_patterns or "%" in match.string:
            return {
                name: unquote_match(value) for name, value in values.items() if value is not None
            }
        return values

    def raw_match(self, path: str) -> bool:
        """Whether the resource was made from exactly this *path*."""
        return self._orig_path == path

    def get_info(self) -> Any:
        """Return ``formatter`` and ``pattern``."""
        return {"formatter": self._formatter, "pattern": self._pattern}

    def url_for(self, **parts: str) -> URL:
        """Return the relative URL with *parts* quoted in their places.

        A ``/`` in a value stays. ``KeyError`` for a missing part, ``TypeError`` for what is no
        ``str``.
        """
        quoted = {}
        for name, value in parts.items():
            if not isinstance(value, str):
                raise TypeError(f"the part {name!r} must be str, not {type(value).__name__}")
            quoted[name] = quote(value, safe=_PATH_SAFE)
        return _own_path(self._formatter.format_map(quoted))

    def __repr__(self) -> str:
        name = f"{self.name!r} " if self.name is not None else ""
        return f"<DynamicResource {name} {self._formatter}>"


class PrefixResource(AbstractResource):
    """A path and everything below it."""

    def __init__(self, prefix: str, *, name: str | None = None) -> None:
        if prefix and not prefix.startswith("/"):
            raise ValueError(f"a prefix starts with /, got {prefix!r}")
        if prefix != "" and prefix.endswith("/") and prefix != "/":
            raise ValueError(f"a prefix does not end with /, got {prefix!r}")
        super().__init__(name=name)
        self._set_prefix("" if prefix == "/" else requote_path(prefix))

    def _set_prefix(self, prefix: str) -> None:
        self._prefix = prefix
        self._match_prefix = match_form(prefix)
        self._match_below = f"{self._match_prefix}/"

    @property
    def canonical(self) -> str:
        """The prefix, percent-encoded, without a slash at its end."""
        return self._prefix

    def add_prefix(self, prefix: str) -> None:
        """Put *prefix* before the own one."""
        if not prefix.startswith("/") or prefix.endswith("/"):
            raise ValueError(f"a prefix starts with / and does not end with it, got {prefix!r}")
        self._set_prefix(prefix + self._prefix)

    def raw_match(self, path: str) -> bool:
        """A prefix is never merged with what is registered later."""
        return False
