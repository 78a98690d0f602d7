"""Write down which names the modules of an installed aiohttp hold only because they import them.

Usage, with the interpreter of an environment in which that aiohttp is installed::

    python -I record_reexports.py > reexports-3.14.5.json

Like ``record.py`` this asks the running package and opens none of its files.  Only names of aiohttp
itself, multidict and yarl are kept, with the modules that hold them.
"""

from __future__ import annotations

import importlib
import json
import pkgutil
import types
import warnings
from typing import Any

HOMES = ("aiohttp", "multidict", "yarl")


def is_foreign(path: str, name: str, value: object, published: frozenset[str]) -> bool:
    """Return whether a name of the module at *path* stands for something made elsewhere."""
    if isinstance(value, types.ModuleType):
        return value.__name__.partition(".")[0] in HOMES
    origin = getattr(value, "__module__", None)
    if not isinstance(origin, str) or value is Any:
        # A constant, or a placeholder for the type checker: whose it is cannot be seen, but a name
        # that another module publishes is that one.
        return name in published
    return origin != path and origin.partition(".")[0] in HOMES


def modules(package: str) -> list[types.ModuleType]:
    """Return the public modules of a package, itself first."""
    root = importlib.import_module(package)
    names = [m.name for m in pkgutil.iter_modules(root.__path__) if not m.name.startswith("_")]
    found = [root]
    for name in names:
        try:
            found.append(importlib.import_module(f"{package}.{name}"))
        except ImportError:
            continue
    return found


def reexports(package: str) -> dict[str, list[str]]:
    """Return, for each public module, the names that it holds and does not publish."""
    all_modules = modules(package)
    listed = {m.__name__: frozenset(getattr(m, "__all__", ())) for m in all_modules}
    found: dict[str, list[str]] = {}
    for module in all_modules:
        path = module.__name__
        elsewhere = frozenset().union(*(names for each, names in listed.items() if each != path))
        found[path] = [
            name
            for name, value in sorted(vars(module).items())
            if not name.startswith("_")
            and name not in listed[path]
            and is_foreign(path, name, value, elsewhere)
            and f"{path}.{name}" not in listed
        ]
    return {path: names for path, names in found.items() if names and path != f"{package}.hdrs"}


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    lines = [f"{json.dumps(p)}: {json.dumps(n)}" for p, n in reexports("aiohttp").items()]
    print("{\n" + ",\n".join(lines) + "\n}")
