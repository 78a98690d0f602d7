#!/usr/bin/env python3
"""Find where a module touches private attributes that belong to another module's classes.

    python3 tools/private_names.py

An attribute ``x._name`` is fine where the same file defines ``_name`` (assigns it, defines it,
lists it in ``__slots__``), where its declarations in the ``.pxd`` name it, or where ``x`` is
``self`` or ``cls``, or was made by ``type(self)(...)``: a subclass sees what its base made for it.
Standard library only.
"""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterator
from pathlib import Path

if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from tools.workspace import ROOT, packages

# Underscored names that are documented interfaces of the standard library.
DOCUMENTED = {
    "_asdict",
    "_fields",
    "_field_defaults",
    "_getframe",
    "_make",
    "_replace",
    "_exit",
    "_xoptions",
}


def _is_private(name: str) -> bool:
    return name.startswith("_") and not (name.startswith("__") and name.endswith("__"))


def defined_in(tree: ast.Module) -> set[str]:
    """Return every private name that a module gives a meaning to."""
    found: set[str] = set()
    for node in ast.walk(tree):
        match node:
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name):
                found.add(name)
            case ast.ClassDef(name=name):
                found.add(name)
            case ast.Attribute(value=ast.Name(id="self" | "cls"), attr=name, ctx=ast.Store()):
                found.add(name)
            case ast.Name(id=name, ctx=ast.Store()):
                found.add(name)
            case ast.Constant(value=str(name)) if name.isidentifier():
                # __slots__, and names given to getattr and its kin
                found.add(name)
    return found


def siblings(tree: ast.Module) -> set[str]:
    """Return the names that objects of the own class get, besides ``self`` and ``cls``."""
    found = {"self", "cls"}
    for node in ast.walk(tree):
        match node:
            case ast.Assign(
                targets=[ast.Name(id=name)],
                value=ast.Call(func=ast.Call(func=ast.Name(id="type"), args=[ast.Name(id="self")])),
            ):
                found.add(name)
    return found


def touched(path: Path) -> Iterator[tuple[int, str]]:
    """Yield (line, name) of each private attribute of somebody else that a file uses."""
    tree = ast.parse(path.read_text())
    own = defined_in(tree)
    same = siblings(tree)
    declarations = path.with_suffix(".pxd")
    if declarations.is_file():
        own |= set(re.findall(r"\b_\w+", declarations.read_text()))
    for node in ast.walk(tree):
        if not isinstance(node, ast.Attribute) or not _is_private(node.attr):
            continue
        base = node.value
        if isinstance(base, ast.Name) and base.id in same:
            continue
        if isinstance(base, ast.Call) and isinstance(base.func, ast.Name):
            if base.func.id == "super":
                continue
        if node.attr not in own and node.attr not in DOCUMENTED:
            yield node.lineno, node.attr


def main() -> int:
    """Print each place; return 1 if there is one."""
    found = 0
    for package in packages():
        for path in sorted(package.source.rglob("*.py")):
            for line, name in touched(path):
                found += 1
                print(f"{path.relative_to(ROOT)}:{line}: {name} belongs to another module")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
