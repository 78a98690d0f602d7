"""The values that an application shares with its handlers.

Laws
* The keys are :class:`AppKey`; ``str`` keys work with a warning that is hidden by default.
* An application is equal to itself alone, whatever it holds, and always true (ADD-584).
* After the start changes are deprecated: handlers that run side by side would see them half done.
"""

from collections.abc import Iterator, MutableMapping
from typing import Any, TypeVar, overload

from aiohttp_core import warn_caller
from aiohttp_web.keys import AppKey, NotAppKeyWarning

__all__ = ("SharedValues",)

_T = TypeVar("_T")
_U = TypeVar("_U")


class SharedValues(MutableMapping[str | AppKey[Any], Any]):
    """The mapping that an :class:`~aiohttp_web.application.Application` is."""

    def __init__(self) -> None:
        self._state: dict[str | AppKey[Any], Any] = {}
        self._frozen = False

    def __eq__(self, other: object) -> bool:
        return self is other

    def __hash__(self) -> int:
        return id(self)

    def __bool__(self) -> bool:
        return True

    def __copy__(self) -> "SharedValues":
        raise TypeError("an application cannot be copied")

    @overload
    def __getitem__(self, key: AppKey[_T]) -> _T: ...

    @overload
    def __getitem__(self, key: str) -> Any: ...

    def __getitem__(self, key: str | AppKey[_T]) -> Any:
        return self._state[key]

    def _check_frozen(self) -> None:
        if self._frozen:
            warn_caller("Changing state of started or joined application is deprecated")

    @overload
    def __setitem__(self, key: AppKey[_T], value: _T) -> None: ...

    @overload
    def __setitem__(self, key: str, value: Any) -> None: ...

    def __setitem__(self, key: str | AppKey[_T], value: Any) -> None:
        self._check_frozen()
        if not isinstance(key, AppKey):
            warn_caller(
                f"It is recommended to use web.AppKey instances for keys, got {key!r}",
                NotAppKeyWarning,
            )
        self._state[key] = value

    def __delitem__(self, key: str | AppKey[_T]) -> None:
        self._check_frozen()
        del self._state[key]

    def __len__(self) -> int:
        return len(self._state)

    def __iter__(self) -> Iterator[str | AppKey[Any]]:
        return iter(self._state)

    @overload  # type: ignore[override]
    def get(self, key: AppKey[_T], default: None = ...) -> _T | None: ...

    @overload
    def get(self, key: AppKey[_T], default: _U) -> _T | _U: ...

    @overload
    def get(self, key: str, default: Any = ...) -> Any: ...

    def get(self, key: str | AppKey[_T], default: Any = None) -> Any:
        """Return the value under *key*, or *default*."""
        return self._state.get(key, default)
