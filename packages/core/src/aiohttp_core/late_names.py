"""Names that a module offers without importing what they come from until they are asked for.

An import is paid by every program and every test process that is started; what a plain request does
not need is loaded by those who use it.

Laws
* The module imports the same names under ``TYPE_CHECKING``: for type checkers, and for freezing
  tools, which find what a program needs by its import statements.
* What was found is kept in the module: only the first look is slow.
"""

import sys
from collections.abc import Callable, Mapping
from importlib import import_module
from types import ModuleType
from typing import Any

__all__ = ("fetch", "late_names", "listing")


def fetch(
    module: str, name: str, place: str, load: Callable[[str], ModuleType] = import_module
) -> Any:
    """Return what *place* names, and keep it as *name* in *module*.

    A place is ``"package.module:name"``, or ``"package.module"`` for the module itself.
    """
    source, _, attribute = place.partition(":")
    found: Any = load(source)
    if attribute:
        found = getattr(found, attribute)
    setattr(sys.modules[module], name, found)
    return found


def late_names(module: str, places: Mapping[str, str]) -> Callable[[str], Any]:
    """Return a module's ``__getattr__``; *places* says in which module each name is defined.

    Other names raise ``AttributeError``, as they do in any module.
    """

    def find(name: str) -> Any:
        source = places.get(name)
        if source is None:
            raise AttributeError(f"module {module!r} has no attribute {name!r}", name=name)
        return fetch(module, name, f"{source}:{name}")

    return find


def listing(module: str) -> Callable[[], list[str]]:
    """Return a module's ``__dir__``: what it holds, and the names that come later."""

    def names() -> list[str]:
        held = vars(sys.modules[module])
        return sorted({*held, *held["__all__"]})

    return names
