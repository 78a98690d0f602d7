"""Data structures that are not messages."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, TypeVar, overload

__all__ = ("ChainMapProxy",)

_K = TypeVar("_K")
_V = TypeVar("_V")
_D = TypeVar("_D")


class ChainMapProxy(Mapping[_K, _V]):
    """An immutable chain of mappings: the first one that has a key gives its value.

    The mappings are looked at anew for each lookup, so later changes in them are seen.  It cannot
    be inherited from (spec row DATA-02).
    """

    __slots__ = ("_maps",)

    def __init__(self, maps: Iterable[Mapping[_K, _V]]) -> None:
        self._maps = tuple(maps)

    def __init_subclass__(cls) -> None:
        raise TypeError(f"Inheritance class {cls.__name__} from ChainMapProxy is forbidden")

    def __getitem__(self, key: _K) -> _V:
        for mapping in self._maps:
            try:
                return mapping[key]
            except KeyError:
                continue
        raise KeyError(key)

    @overload
    def get(self, key: _K, /) -> _V | None: ...
    @overload
    def get(self, key: _K, default: _V | _D, /) -> _V | _D: ...
    @overload
    def get(self, key: _K, /, *, default: _V | _D) -> _V | _D: ...
    def get(self, key: _K, default: Any = None) -> Any:
        """Return the value of *key*, or *default*."""
        try:
            return self[key]
        except KeyError:
            return default

    def __contains__(self, key: object) -> bool:
        return any(key in mapping for mapping in self._maps)

    def __iter__(self) -> Iterator[_K]:
        merged: dict[_K, None] = {}
        for mapping in reversed(self._maps):
            merged.update(dict.fromkeys(mapping))
        return iter(merged)

    def __len__(self) -> int:
        return len(set().union(*self._maps))

    def __bool__(self) -> bool:
        return any(self._maps)

    def __repr__(self) -> str:
        return f"ChainMapProxy({', '.join(map(repr, self._maps))})"
