"""Reference pages out of docstrings: ``.. reference:: package`` and the names on it.

A page lists public names in the groups that readers look for; what each name is (a class, an
exception, a function, a value) is found out by importing it.  Names in the running text are linked
to where they are documented, under whatever module they are written; a name that nowhere exists is
a warning, and so an error of the build.
"""

import builtins
import importlib
import inspect
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from docutils import nodes
from docutils.statemachine import StringList
from sphinx.application import Sphinx
from sphinx.errors import NoUri
from sphinx.util.docutils import SphinxDirective

PACKAGES = (
    "aiohttp_client",
    "aiohttp_web",
    "aiohttp_websocket",
    "aiohttp_multipart",
    "aiohttp_test_utils",
    "aiohttp_core",
)
#: Where else names come from that texts and annotations mention.
OUTSIDE = {"multidict", "yarl", "aiosignal", "frozenlist", "aiodns", "uvloop", "gunicorn", "pytest"}
DIRECTIVE = re.compile(r"^(?:```\{|\.\. )reference(?:\}|::) +([\w.]+)\n(.*?)(?=^```|^\S|\Z)", re.M | re.S)


def names_of(block: str) -> list[str]:
    """Return the names that the body of a directive lists."""
    lines = (line for line in block.splitlines() if not line.strip().startswith(":"))
    return " ".join(lines).split()


def listed(folder: Path) -> Iterator[tuple[str, str]]:
    """Give each (module, name) that the pages in *folder* list."""
    for page in sorted(folder.glob("*.md")):
        for module, block in DIRECTIVE.findall(page.read_text(encoding="utf-8")):
            for name in names_of(block):
                yield module, name


def directive_for(module: str, name: str, brief: bool) -> list[str]:
    """Return the lines of reStructuredText that document one name."""
    value = getattr(importlib.import_module(module), name)
    lines = []
    if inspect.isclass(value):
        kind = "autoexception" if issubclass(value, BaseException) else "autoclass"
        lines.append(f".. {kind}:: {module}.{name}")
        if brief:
            lines.append("   :no-members:")
    elif inspect.isfunction(value) or inspect.isbuiltin(value):
        lines.append(f".. autofunction:: {module}.{name}")
    else:
        lines.append(f".. autodata:: {module}.{name}")
        lines.append("   :no-value:")
    return [*lines, ""]


class Reference(SphinxDirective):
    """Documents names of one module; ``:brief:`` leaves out the members of classes."""

    required_arguments = 1
    has_content = True
    option_spec = {"brief": lambda value: True}  # noqa: RUF012 - docutils wants it so

    def run(self) -> list[nodes.Node]:
        module = self.arguments[0]
        lines: list[str] = []
        for name in names_of("\n".join(self.content)):
            lines += directive_for(module, name, "brief" in self.options)
        source = self.get_source_info()[0]
        return self.parse_text_to_nodes(StringList(lines, source=source))


def _exists(dotted: str) -> bool:
    parts = dotted.split(".")
    for cut in range(len(parts), 0, -1):
        try:
            value: Any = importlib.import_module(".".join(parts[:cut]))
        except ImportError:
            continue
        for name in parts[cut:]:
            annotations = getattr(value, "__annotations__", {})
            if not hasattr(value, name) and name not in annotations:
                return False
            value = getattr(value, name, None)
        return True
    return False


def _candidates(target: str, node: nodes.Element) -> Iterator[str]:
    """Give the full names that a short or historical one may mean."""
    if target.startswith("aiohttp.web."):
        yield "aiohttp_web." + target.removeprefix("aiohttp.web.")
    last = target.removeprefix("aiohttp.").removeprefix("web.")
    module = node.get("py:module") or ""
    for package in ([module.partition(".")[0]] if module else []) + list(PACKAGES):
        yield f"{package}.{last}"
    if target.startswith("aiohttp_"):
        # A name in the module that defines it: documented in the package.
        parts = target.split(".")
        for cut in range(1, len(parts)):
            yield ".".join([parts[0], *parts[cut:]])


def resolve(
    app: Sphinx, env: Any, node: nodes.Element, contnode: nodes.Element
) -> nodes.Node | None:
    """Find what a link to Python code means, or let it be text if it is not ours."""
    if node.get("refdomain") != "py":
        return None
    target = str(node.get("reftarget", "")).lstrip("~!.")
    domain = env.domains["py"]
    kind = node.get("reftype", "obj")
    for name in dict.fromkeys(_candidates(target, node)):
        if name in domain.objects:
            try:
                found = domain.resolve_xref(
                    env, node["refdoc"], app.builder, "obj", name, node, contnode
                )
            except NoUri:
                return contnode
            if found is not None:
                return found
    first = target.partition(".")[0]
    if first in sys.stdlib_module_names or first in OUTSIDE or hasattr(builtins, first):
        return contnode
    if kind in {"class", "exc", "obj", "data"} and node.get("py:class") is not None:
        pass
    # A name of ours that is not public API: it must exist, and stays text.
    if any(_exists(name) for name in [target, *_candidates(target, node)]):
        return contnode
    owner = node.get("py:class")
    if owner and any(_exists(f"{package}.{owner}.{target}") for package in PACKAGES):
        return contnode
    # Annotations name type variables and private aliases.
    if node.get("refspecific") is None and kind in {"class", "data", "obj"} and "." not in target:
        return contnode if node.get("py:module") else None
    return None


def setup(app: Sphinx) -> dict[str, bool]:
    """Register directive and resolver."""
    app.add_directive("reference", Reference)
    app.connect("missing-reference", resolve)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
