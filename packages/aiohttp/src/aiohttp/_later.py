"""Names that a module has without importing what they come from until they are asked for.

``import aiohttp`` must load nothing of the server, and works with the client alone beside it.
"""

from collections.abc import Callable, Mapping
from importlib import import_module
from types import ModuleType
from typing import Any

from aiohttp_core.late_names import fetch

__all__ = ("later", "sibling")


def sibling(module: str) -> ModuleType:
    """Import *module*; where its distribution is missing, say which one to install."""
    try:
        return import_module(module)
    except ModuleNotFoundError as exc:
        package = module.partition(".")[0]
        if exc.name != package:
            raise
        distribution = package.replace("_", "-")
        raise ImportError(
            f"{package} is not installed: it is in the distribution {distribution}; "
            f"install {distribution}, or aiohttp for all",
            name=package,
        ) from exc


def later(module: str, places: Mapping[str, str] | None = None) -> Callable[[str], Any]:
    """Return a module's ``__getattr__``.

    *places* says where each name is: ``"package.module:name"``, or ``"package.module"`` for the
    module itself.  A submodule also finds the names of ``_reexports``.  What was found is kept in
    *module*; other names raise ``AttributeError``.  Where a distribution is missing
    ``ImportError`` is raised.
    """
    known = places or {}

    def __getattr__(name: str) -> Any:
        place = known.get(name)
        if place is None and "." in module:
            place = import_module("aiohttp._reexports").REEXPORTS.get(name)
        if place is None:
            raise AttributeError(f"module {module!r} has no attribute {name!r}")
        return fetch(module, name, place, sibling)

    return __getattr__
