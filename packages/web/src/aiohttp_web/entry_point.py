"""``module:function``: where the command line finds an application (spec rows CLI-12, ADD-618).

Laws
* Everything that is wrong with the words themselves is an :class:`EntryPointError`; what goes
  wrong inside the module is its own exception, traceback and all.
"""

from importlib import import_module
from typing import Any

__all__ = ("EntryPointError", "load_entry_point", "split_entry_point")


class EntryPointError(ValueError):
    """The entry point does not lead to an object; the text says why."""


def split_entry_point(entry: str) -> tuple[str, str]:
    """Return the two parts of ``module:function``; :exc:`EntryPointError` for other forms."""
    name, _, attribute = entry.partition(":")
    if not name or not attribute:
        raise EntryPointError("'entry-func' not in 'module:function' syntax")
    if name.startswith("."):
        raise EntryPointError("relative module names not supported")
    return name, attribute


def load_entry_point(entry: str) -> Any:
    """Import and return what *entry* names; :exc:`EntryPointError` if there is no such thing."""
    name, attribute = split_entry_point(entry)
    try:
        module = import_module(name)
    except ImportError as exc:
        raise EntryPointError(f"unable to import {name}: {exc}") from exc
    try:
        return getattr(module, attribute)
    except AttributeError as exc:
        raise EntryPointError(f"module {name!r} has no attribute {attribute!r}") from exc
