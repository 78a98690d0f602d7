"""Write down what an installed aiohttp shows to a program: module paths, names, signatures.

Usage, with the interpreter of an environment in which that aiohttp is installed::

    python -I record.py > surface-3.14.5.json

It looks at what ``dir()`` and ``inspect.signature()`` tell of the running package and opens none of
its files.
"""

from __future__ import annotations

import enum
import importlib
import inspect
import json
import pkgutil
import sys
import types
import warnings
from typing import Any

Parameters = list[list[str]]


def parameters(thing: object) -> Parameters | None:
    """Return name, kind and "" or "=" for a default, of each parameter."""
    try:
        found = inspect.signature(thing).parameters.values()  # type: ignore[arg-type]
    except (TypeError, ValueError):
        return None
    return [[p.name, p.kind.name, "" if p.default is p.empty else "="] for p in found]


def members(cls: type, public: frozenset[str]) -> dict[str, Parameters | None]:
    """Return the public methods of a class, and other attributes with ``None``.

    What it has from another public class stands there, what it has from elsewhere nowhere.
    """
    package = cls.__module__.partition(".")[0]
    bases = [
        base
        for base in cls.__mro__[1:]
        if base.__name__ in public or base.__module__.partition(".")[0] != package
    ]
    known = {name for base in bases for name in dir(base)}
    found: dict[str, Parameters | None] = {}
    for name in dir(cls):
        if name.startswith("_") or (name in known and name not in vars(cls)):
            continue
        value = getattr(cls, name, None)
        found[name] = parameters(value) if inspect.isroutine(value) else None
    return found


def is_protocol(cls: type) -> bool:
    """Return whether a class only describes others."""
    return bool(getattr(cls, "_is_protocol", False))


def describe(thing: object, public: frozenset[str]) -> dict[str, Any]:
    """Return kind, signature and members of a name."""
    if inspect.isclass(thing) and not isinstance(thing, types.GenericAlias):
        builtin = [c.__name__ for c in thing.__mro__[:-1] if c.__module__ == "builtins"]
        # The constructor of an exception or enum of the standard library says nothing.
        own = "__init__" in vars(thing) or "__new__" in vars(thing)
        own = own and not issubclass(thing, enum.Enum) and not is_protocol(thing)
        return {
            "kind": "class",
            "builtin_bases": builtin,
            "members": members(thing, public),
            "signature": parameters(thing) if own else None,
        }
    if inspect.isroutine(thing):
        return {"kind": "function", "signature": parameters(thing)}
    return {"kind": "value"}


def is_own(module: types.ModuleType, name: str, listed: frozenset[str]) -> bool:
    """Return whether a name of a module is its interface."""
    if listed:
        return name in listed
    home = getattr(getattr(module, name), "__module__", None)
    return not name.startswith("_") and home == module.__name__


def surface(package: str) -> dict[str, Any]:
    """Return the interface of a package: the names of each module, and each object once."""
    root = importlib.import_module(package)
    names = [m.name for m in pkgutil.iter_modules(root.__path__) if not m.name.startswith("_")]
    modules: dict[str, list[str]] = {}
    places: dict[int, str] = {}
    for path in [package, f"{package}.web", *(f"{package}.{name}" for name in names)]:
        try:
            module = importlib.import_module(path)
        except ImportError:
            modules[path] = []
            continue
        listed = frozenset(getattr(module, "__all__", ()))
        shown = sorted(set(vars(module)) | listed)
        modules[path] = [each for each in shown if is_own(module, each, listed)]
        for each in modules[path]:
            places.setdefault(id(getattr(module, each)), f"{path}:{each}")
    public = frozenset(place.partition(":")[2] for place in places.values())
    objects = {}
    for place in sorted(places.values()):
        path, _, name = place.partition(":")
        objects[place] = describe(getattr(sys.modules[path], name), public)
    return {"version": root.__version__, "modules": modules, "objects": objects}


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    found = surface("aiohttp")
    # One object per line: a difference between two recordings can be read.
    for part in ("modules", "objects"):
        found[part] = {key: found[part][key] for key in sorted(found[part])}
    lines = [f"{json.dumps(k)}: {json.dumps(v)}" for k, v in found["objects"].items()]
    head = json.dumps({k: found[k] for k in ("version", "modules")})[:-1]
    print(head + ',\n"objects": {\n' + ",\n".join(lines) + "\n}}")
