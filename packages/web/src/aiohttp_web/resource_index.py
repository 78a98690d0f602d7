"""Which resources of a table can match a path at all.

Laws
* The candidates are a superset of what matches, in the right order: from the longest fixed part to
  the shortest, and in order of registration where that part is the same (spec row RTR-16).
* Where many resources share one fixed part they are told apart by their literal steps, so that the
  candidates stay few: ``/{tenant}/orders`` is not tried for ``/acme/users``.
* The work depends on the depth of the table, never on the length of a path.
* :meth:`ResourceIndex.route_of` answers what ``DynamicResource.find`` would, without the calls
  between; of resources of any other class it says nothing.
"""

from operator import itemgetter
from typing import Final

from aiohttp_web.resources import (
    ANY_STEPS,
    ONE_STEP,
    AbstractResource,
    DynamicResource,
    index_key,
)
from aiohttp_web.routes import ResourceRoute

__all__ = ("FoundRoute", "ResourceIndex")

FoundRoute = tuple[ResourceRoute, dict[str, str]]
"""A route and the variable parts of the path."""

# With fewer resources trying them all is quicker than taking the path apart.
_TRY_ALL: Final = 4

_Ordered = tuple[int, AbstractResource]


class _Bucket:
    """The resources of one fixed part."""

    __slots__ = ("_deepest", "_everything", "_plain", "_shapes")

    def __init__(self) -> None:
        self._plain: list[AbstractResource] = []
        self._everything: list[_Ordered] = []
        # (number of steps or -1, positions of literal steps) -> the literals -> resources
        self._shapes: dict[tuple[int, tuple[int, ...]], dict[tuple[str, ...], list[_Ordered]]] = {}
        self._deepest = 0

    def add(self, resource: AbstractResource) -> None:
        entry = (len(self._everything), resource)
        self._everything.append(entry)
        self._plain.append(resource)
        count = -1
        literals: dict[int, str] = {}
        if isinstance(resource, DynamicResource):
            steps = resource.skeleton.split("/")
            for position, step in enumerate(steps):
                if ANY_STEPS in step:
                    # From here on the positions are unknown.
                    break
                if ONE_STEP not in step:
                    literals[position] = step
                self._deepest = max(self._deepest, position)
            else:
                count = len(steps)
        table = self._shapes.setdefault((count, tuple(literals)), {})
        table.setdefault(tuple(literals.values()), []).append(entry)

    @property
    def small(self) -> list[AbstractResource]:
        """All resources, if they are few, else an empty list."""
        return self._plain if len(self._plain) <= _TRY_ALL else []

    def candidates(self, path: str) -> list[AbstractResource]:
        """Return the resources whose literal steps *path* has."""
        steps = path.split("/", self._deepest + 1)
        size = len(steps)
        found: list[_Ordered] = []
        for (count, positions), table in self._shapes.items():
            if count >= 0 and size != count:
                continue
            if positions and positions[-1] >= size:
                continue
            found += table.get(tuple([steps[position] for position in positions]), ())
        if len(found) > 1:
            found.sort(key=itemgetter(0))
        return [resource for _, resource in found]


def _shorter_key(key: str) -> str:
    """Return *key* without its last step, empty after the root."""
    return "" if key == "/" else key[: key.rfind("/")] or "/"


class ResourceIndex:
    """Resources by the fixed part of their path."""

    __slots__ = ("_buckets", "_longest", "_small")

    def __init__(self) -> None:
        self._buckets: dict[str, _Bucket] = {}
        # The resources of small buckets; an empty list tells to ask the bucket.
        self._small: dict[str, list[AbstractResource]] = {}
        self._longest = 0

    def __bool__(self) -> bool:
        return bool(self._buckets)

    def add(self, resource: AbstractResource) -> None:
        """Take *resource* in, behind those that were added before."""
        key = index_key(resource.canonical)
        bucket = self._buckets.get(key)
        if bucket is None:
            bucket = self._buckets[key] = _Bucket()
        bucket.add(resource)
        self._small[key] = bucket.small
        self._longest = max(self._longest, len(key))

    def clear(self) -> None:
        """Forget all resources."""
        self._buckets.clear()
        self._small.clear()
        self._longest = 0

    def candidates(self, path: str) -> list[AbstractResource]:
        """Return the resources that may match the match form *path*, in order of precedence."""
        found: list[AbstractResource] = []
        key = self._longest_key(path)
        while key:
            if key in self._small:
                more = self._small[key] or self._buckets[key].candidates(path)
                found = found + more if found else more
            key = _shorter_key(key)
        return found

    def _longest_key(self, path: str) -> str:
        """Return the longest part of *path* that a resource may be kept under."""
        longest = self._longest
        if len(path) <= longest + 1:
            return path
        # No key is longer: the rest of the path is skipped, however many slashes it has.
        return path[: path.rfind("/", 0, longest + 1) + 1]

    def route_of(self, method: str, path: str) -> FoundRoute | None:
        """Return the route that serves the match form *path*, and its variable parts.

        ``None`` says that nothing was found, or that only :meth:`candidates` can tell.
        """
        key = self._longest_key(path)
        while key:
            # Shorter fixed parts are looked up only where the longer ones do not lead anywhere.
            if key in self._small:
                for resource in self._small[key] or self._buckets[key].candidates(path):
                    if type(resource) is not DynamicResource:
                        return None
                    match = resource.fullmatch(path)
                    if match is not None:
                        routes = resource.routes_by_method
                        route = routes.get(method)
                        if route is None:
                            route = routes.get("*")
                        if route is not None:
                            return route, resource.values_of(match)
            key = _shorter_key(key)
        return None
