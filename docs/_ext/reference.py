"""Reference pages out of docstrings: ``.. reference:: package`` and the names on it.

A page lists public names in the groups that readers look for; what each name is (a class, an
exception, a function, a value) is found out by importing it.  Names in the running text are linked
to where they are documented, under whatever module they are written; a name that nowhere exists is
a warning, and so an error of the build.
"""

import builtins
import enum
import functools
import importlib
import inspect
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Generic, get_origin

from docutils import nodes
from docutils.statemachine import StringList
from sphinx.addnodes import pending_xref
from sphinx.application import Sphinx
from sphinx.errors import NoUri
from sphinx.pycode import ModuleAnalyzer
from sphinx.transforms.post_transforms import SphinxPostTransform
from sphinx.util.docutils import SphinxDirective
from sphinx.util.typing import stringify_annotation

PACKAGES = (
    "aiohttp_client",
    "aiohttp_web",
    "aiohttp_websocket",
    "aiohttp_multipart",
    "aiohttp_test_utils",
    "aiohttp_core",
)
#: Where else names come from that texts and annotations mention.
OUTSIDE = {
    "multidict",
    "yarl",
    "aiosignal",
    "frozenlist",
    "aiodns",
    "uvloop",
    "gunicorn",
    "pytest",
}
#: Words for public names that another project defines.
FROM_ELSEWHERE = {
    "AddrInfoType": "One address to connect to, as :func:`socket.getaddrinfo` returns it.",
    "SocketFactoryType": "Called with an :data:`AddrInfoType`; returns the socket to connect.",
}
DIRECTIVE = re.compile(
    r"^\.\. reference:: +([\w.]+)\n(.*?)(?=^\S|\Z)", re.MULTILINE | re.DOTALL
)


def names_of(block: str) -> list[str]:
    """Return the names that the body of a directive lists."""
    lines = (line for line in block.splitlines() if not line.strip().startswith(":"))
    return " ".join(lines).split()


def listed(folder: Path) -> Iterator[tuple[str, str]]:
    """Give each (module, name) that the pages in *folder* list."""
    for page in sorted(folder.glob("*.rst")):
        for module, block in DIRECTIVE.findall(page.read_text(encoding="utf-8")):
            for name in names_of(block):
                yield module, name


def is_function(value: Any) -> bool:
    """Return whether *value* is a function, compiled ones included."""
    kinds = ("function", "builtin_function_or_method", "cython_function_or_method")
    return type(value).__name__ in kinds


def sources(package: str) -> Iterator[tuple[Path, str]]:
    """Give the file and the dotted name of each module that has a source."""
    root = Path(importlib.import_module(package).__path__[0])
    for file in sorted(root.rglob("*.py")):
        parts = [package, *file.relative_to(root).with_suffix("").parts]
        yield file, ".".join(parts).removesuffix(".__init__")


@functools.cache
def values_with_words(package: str) -> dict[str, list[str]]:
    """Return what the modules of *package* say below their values, by the name of the value."""
    found = {name: [words] for name, words in FROM_ELSEWHERE.items()}
    top = importlib.import_module(package)
    for file, dotted in sources(package):
        # The source is read even where the module runs compiled.
        words = ModuleAnalyzer.for_file(file, dotted).find_attr_docs()
        for (owner, name), lines in words.items():
            # The same name in two modules: the one that the package gives away counts.
            module = sys.modules.get(dotted)
            mine = getattr(module, name, None) is getattr(top, name, module)
            if not owner and mine:
                found[name] = lines
    return found


def members_of(value: type[enum.Enum]) -> str:
    """Return one line that lists the members of an enumeration."""
    shown = (
        f"``{m.name}`` ({m.value})" if isinstance(m, int) else f"``{m.name}``"
        for m in value
    )
    return "Members: " + ", ".join(shown) + "."


def public_bases(value: type) -> list[type]:
    """Return the bases that a reader can look up: ours if they are public, and others' ones."""
    found: list[type] = []
    for base in getattr(value, "__orig_bases__", value.__bases__):
        plain = get_origin(base) or base
        if plain in (object, Generic):
            continue
        home = getattr(plain, "__module__", "").partition(".")[0]
        if home not in PACKAGES or any(
            getattr(importlib.import_module(package), plain.__name__, None) is plain
            for package in PACKAGES
        ):
            found.append(base)
        else:
            found += public_bases(plain)
    return found


def written(value: Any) -> str:
    """Return a type alias as it is written, without the modules."""
    return re.sub(r"~?(?:\w+\.)+(?=\w)", "", stringify_annotation(value, "smart"))


def directive_for(module: str, name: str, brief: bool) -> list[str]:
    """Return the lines of reStructuredText that document one name."""
    value = getattr(importlib.import_module(module), name)
    if inspect.isclass(value):
        kind = "autoexception" if issubclass(value, BaseException) else "autoclass"
        lines = [f".. {kind}:: {module}.{name}"]
        if brief:
            lines.append("   :no-members:")
        if not public_bases(value):
            lines.append("   :no-show-inheritance:")
        if issubclass(value, enum.Enum):
            # Members that have words of their own are shown with them.
            lines += ["", "   " + members_of(value)]
    elif is_function(value):
        lines = [f".. autofunction:: {module}.{name}"]
    else:
        lines = [f".. py:data:: {name}", f"   :module: {module}"]
        if isinstance(value, int | bytes) and not isinstance(value, bool):
            lines.append(f"   :value: {value!r}")
        elif type(value).__module__ in ("typing", "types", "collections.abc"):
            lines.append(f"   :value: {written(value)}")
        words = values_with_words(module).get(name, [])
        lines += ["", *(f"   {line}" for line in words)]
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


@functools.cache
def _names() -> dict[str, Any]:
    """Return all names that the modules of the packages know, for texts that mention internals."""
    found: dict[str, Any] = {}
    for package in PACKAGES:
        for file, dotted in sources(package):
            if file.stem == "__main__":
                continue
            try:
                module = importlib.import_module(dotted)
            except ImportError:  # what needs an extra that is not installed
                continue
            found.update(vars(module))
    return found


def _has(value: Any, path: list[str]) -> bool:
    for name in path:
        if name not in getattr(value, "__annotations__", {}) and not hasattr(
            value, name
        ):
            return False
        value = getattr(value, name, None)
    return True


def _exists(dotted: str) -> bool:
    parts = dotted.split(".")
    if parts[0] in _names() and _has(_names()[parts[0]], parts[1:]):
        return True
    for cut in range(len(parts), 0, -1):
        try:
            module = importlib.import_module(".".join(parts[:cut]))
        except ImportError:
            continue
        return _has(module, parts[cut:])
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
    # A name of ours that is not public API: it must exist, and stays text.
    if any(_exists(name) for name in [target, *_candidates(target, node)]):
        return contnode
    owner = node.get("py:class")
    if owner and node.get("reftype") == "attr":
        # Instances may have attributes that their class does not show.
        return contnode
    if owner and any(_exists(f"{package}.{owner}.{target}") for package in PACKAGES):
        return contnode
    return None


class Builtins(SphinxPostTransform):
    """Takes the links out of names of the language, which are attributes of ours, too."""

    default_priority = 5

    def run(self, **kwargs: Any) -> None:
        for node in list(self.document.findall(pending_xref)):
            if node.get("refdomain") == "py" and hasattr(
                builtins, node.get("reftarget", "")
            ):
                text = nodes.Text(
                    node.astext() if len(node) == 1 else node["reftarget"]
                )
                node.replace_self(text)


#: Rows of the inventory of features, which tell a reader of the reference nothing.
_ROW = r"(?:[A-Z]{2,5}-\d+[a-z]?|C\d+)(?: to [A-Z]{2,5}-\d+)?"
_ROWS = re.compile(
    rf" ?\((?:spec (?:rows?|sections?) [^()]*|{_ROW}(?:(?:,| and) {_ROW})*)\)"
)


def without_rows(
    app: Sphinx, what: str, name: str, obj: Any, options: Any, lines: list[str]
) -> None:
    """Take the numbers of rows out of a docstring."""
    text = _ROWS.sub("", "\n".join(lines))
    lines[:] = text.split("\n")


def without_field_numbers(
    app: Sphinx, what: str, name: str, obj: Any, options: Any, lines: list[str]
) -> None:
    """Take out what Python itself says about the fields of a named tuple."""
    if lines and lines[0].startswith("Alias for field number"):
        lines.clear()


def show_public_bases(
    app: Sphinx, name: str, obj: Any, options: Any, bases: list[Any]
) -> None:
    """Name as bases what is public, so that each can be looked up."""
    bases[:] = public_bases(obj)


@functools.cache
def aliases() -> dict[str, str]:
    """Return the public type aliases by what Python makes of them in a signature."""
    found = {}
    for package in PACKAGES:
        module = importlib.import_module(package)
        for name in module.__all__:
            value = getattr(module, name)
            if get_origin(value) is not None and not inspect.isclass(value):
                found[stringify_annotation(value, "smart")] = f"~{package}.{name}"
    return dict(sorted(found.items(), key=lambda item: -len(item[0])))


def with_aliases(
    app: Sphinx,
    what: str,
    name: str,
    obj: Any,
    options: Any,
    signature: str | None,
    returns: str | None,
) -> tuple[str | None, str | None]:
    """Show a type by its public alias where it has one."""
    for long, short in aliases().items():
        signature = signature and signature.replace(long, short)
        returns = returns and returns.replace(long, short)
    return signature, returns


def setup(app: Sphinx) -> dict[str, bool]:
    """Register directive and resolver."""
    app.add_directive("reference", Reference)
    app.add_post_transform(Builtins)
    app.connect("autodoc-process-docstring", without_rows)
    app.connect("autodoc-process-docstring", without_field_numbers)
    app.connect("autodoc-process-bases", show_public_bases)
    app.connect("autodoc-process-signature", with_aliases)
    app.connect("missing-reference", resolve)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
