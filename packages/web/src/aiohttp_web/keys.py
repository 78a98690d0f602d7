"""Typed keys for what users keep on applications, requests and responses.

Laws
* A key is equal to itself alone: two keys of the same name never meet (spec row ADD-137).
* The name carries the module that made the key, so that a ``repr`` tells where to look.
* ``str`` keys keep working; :class:`NotAppKeyWarning` points at them, and is hidden by a filter
  that stands at the *end* of the list, so that any filter of the user's own comes before it.
"""

import sys
import warnings
from typing import Any, Generic, TypeVar

__all__ = ("AppKey", "NotAppKeyWarning", "RequestKey", "ResponseKey")

_T = TypeVar("_T")

_UNKNOWN = "<<Unknown>>"


class NotAppKeyWarning(UserWarning):
    """A ``str`` was used where an ``AppKey``, ``RequestKey`` or ``ResponseKey`` is better."""


warnings.filterwarnings("ignore", category=NotAppKeyWarning, append=True)


def _creator() -> str:
    """Return the name of the module whose code is making a key."""
    depth = 2
    while True:
        frame = sys._getframe(depth)
        module = frame.f_globals.get("__name__", "")
        # ``AppKey[int]("name")`` arrives here through a frame of typing.
        if module not in (__name__, "typing"):
            return str(module)
        depth += 1


class _Key(Generic[_T]):
    __slots__ = ("__orig_class__", "_name", "_t")

    # Set by ``AppKey[int]("name")``, after __init__.
    __orig_class__: type[object]

    def __init__(self, name: str, t: type[_T] | None = None) -> None:
        self._name = f"{_creator()}.{name}"
        self._t = t

    def __lt__(self, other: object) -> bool:
        if isinstance(other, _Key):
            return self._name < other._name
        # Keys come before everything else when a mixed list of keys is sorted.
        return True

    def __gt__(self, other: object) -> bool:
        if isinstance(other, _Key):
            return self._name > other._name
        return False

    def __repr__(self) -> str:
        shown: Any = self._t
        if shown is None:
            original = getattr(self, "__orig_class__", None)
            arguments = getattr(original, "__args__", ())
            shown = arguments[0] if arguments else None
        if shown is None:
            text = _UNKNOWN
        elif isinstance(shown, type) and not hasattr(shown, "__args__"):
            module = shown.__module__
            text = shown.__qualname__ if module == "builtins" else f"{module}.{shown.__qualname__}"
        else:
            text = repr(shown)
        return f"<{type(self).__name__}({self._name}, type={text})>"


class AppKey(_Key[_T]):
    """A typed key for an :class:`Application`: ``database = AppKey("database", Engine)``.

    *name* helps people and should be the name of the variable; it is prefixed with the name of the
    module that makes the key. *t* is the type of the value; ``AppKey[Engine]("database")`` says the
    same for types that are no classes. Nothing is checked at run time.
    """

    __slots__ = ()


class RequestKey(_Key[_T]):
    """A typed key for a request; see :class:`AppKey`."""

    __slots__ = ()


class ResponseKey(_Key[_T]):
    """A typed key for a response; see :class:`AppKey`."""

    __slots__ = ()
