"""Values that users keep on requests and responses under keys (spec rows WREQ-01, WRSP-02).

Laws
* The mapping exists only after the first value was set: most messages carry none.
* Truth and equality are those of the object, never of the mapping (ADD-481, ADD-513).
* A typed key says what type its value has; what stands under a ``str`` can be anything.
"""

from collections.abc import ItemsView, Iterator, KeysView, MutableMapping, ValuesView
from typing import Any, TypeVar, overload

from aiohttp_web.keys import RequestKey, ResponseKey

__all__ = ("KeyedState",)

_MISSING: Any = object()
_T = TypeVar("_T")
_U = TypeVar("_U")


class KeyedState:
    """The dictionary half of a message; keys are ``RequestKey``, ``ResponseKey`` or ``str``."""

    __slots__ = ("__dict__", "__weakref__", "_state")

    def __init__(self, state: dict[Any, Any] | None = None) -> None:
        self._state = state

    def state_mapping(self) -> dict[Any, Any]:
        """Return the dictionary itself, made on first use."""
        if self._state is None:
            self._state = {}
        return self._state

    @overload
    def __getitem__(self, key: RequestKey[_T] | ResponseKey[_T]) -> _T: ...

    @overload
    def __getitem__(self, key: str) -> Any: ...

    def __getitem__(self, key: Any) -> Any:
        if self._state is None:
            raise KeyError(key)
        return self._state[key]

    @overload
    def __setitem__(self, key: RequestKey[_T] | ResponseKey[_T], value: _T) -> None: ...

    @overload
    def __setitem__(self, key: str, value: Any) -> None: ...

    def __setitem__(self, key: Any, value: Any) -> None:
        if self._state is None:
            self._state = {}
        self._state[key] = value

    def __delitem__(self, key: Any) -> None:
        if self._state is None:
            raise KeyError(key)
        del self._state[key]

    def __contains__(self, key: object) -> bool:
        return self._state is not None and key in self._state

    def __len__(self) -> int:
        return 0 if self._state is None else len(self._state)

    def __iter__(self) -> Iterator[Any]:
        return iter(() if self._state is None else self._state)

    def __bool__(self) -> bool:
        return True

    @overload
    def get(self, key: RequestKey[_T] | ResponseKey[_T], default: None = ...) -> _T | None: ...

    @overload
    def get(self, key: RequestKey[_T] | ResponseKey[_T], default: _U) -> _T | _U: ...

    @overload
    def get(self, key: str, default: Any = ...) -> Any: ...

    def get(self, key: Any, default: Any = None) -> Any:
        """Return the value of *key*, or *default*."""
        return default if self._state is None else self._state.get(key, default)

    def keys(self) -> KeysView[Any]:
        """Return a live view of the keys."""
        return self.state_mapping().keys()

    def items(self) -> ItemsView[Any, Any]:
        """Return a live view of the pairs."""
        return self.state_mapping().items()

    def values(self) -> ValuesView[Any]:
        """Return a live view of the values."""
        return self.state_mapping().values()

    @overload
    def pop(self, key: RequestKey[_T] | ResponseKey[_T]) -> _T: ...

    @overload
    def pop(self, key: RequestKey[_T] | ResponseKey[_T], default: _U) -> _T | _U: ...

    @overload
    def pop(self, key: str, default: Any = ...) -> Any: ...

    def pop(self, key: Any, default: Any = _MISSING) -> Any:
        """Remove *key* and return its value; without it return *default* or raise ``KeyError``."""
        state = self.state_mapping()
        return state.pop(key) if default is _MISSING else state.pop(key, default)

    def popitem(self) -> tuple[Any, Any]:
        """Remove the pair that was set last and return it."""
        return self.state_mapping().popitem()

    @overload
    def setdefault(self, key: RequestKey[_T] | ResponseKey[_T], default: _T) -> _T: ...

    @overload
    def setdefault(self, key: str, default: Any = ...) -> Any: ...

    def setdefault(self, key: Any, default: Any = None) -> Any:
        """Return the value of *key*, set to *default* where it was missing."""
        return self.state_mapping().setdefault(key, default)

    def update(self, *args: Any, **kwargs: Any) -> None:
        """Set several values, as ``dict.update`` does."""
        self.state_mapping().update(*args, **kwargs)

    def clear(self) -> None:
        """Remove all values."""
        self._state = None


MutableMapping.register(KeyedState)
