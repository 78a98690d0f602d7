"""What stands in the workspace: the packages, in the order in which they need each other.

The list of packages is read from the folder ``packages`` and written down nowhere else.  Standard
library only: this runs before anything is installed.
"""

from __future__ import annotations

import hashlib
import re
import sysconfig
import tomllib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from graphlib import TopologicalSorter
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
PACKAGES_FOLDER = ROOT / "packages"
EXTENSION_SUFFIX: str = sysconfig.get_config_var("EXT_SUFFIX") or ".so"
_REQUIREMENT = re.compile(r"([A-Za-z0-9._-]+)(?:\[[^\]]*\])?\s*([^;]*)")


def normalised(name: str) -> str:
    """Return the name of a distribution in the form in which indexes compare it."""
    return re.sub(r"[-_.]+", "-", name).lower()


@dataclass(frozen=True)
class Package:
    """One distribution of the workspace, as its ``pyproject.toml`` describes it."""

    folder: Path

    @cached_property
    def settings(self) -> dict[str, Any]:
        """The parsed ``pyproject.toml``."""
        with (self.folder / "pyproject.toml").open("rb") as file:
            return tomllib.load(file)

    @property
    def name(self) -> str:
        """The name of the folder, which is the short name of the package."""
        return self.folder.name

    @property
    def distribution(self) -> str:
        """The name under which an index knows the package."""
        return str(self.settings["project"]["name"])

    @property
    def version(self) -> str:
        """The version."""
        return str(self.settings["project"]["version"])

    @cached_property
    def import_name(self) -> str:
        """The one import package that the distribution owns."""
        (name,) = (path.parent.name for path in sorted((self.folder / "src").glob("*/py.typed")))
        return name

    @property
    def source(self) -> Path:
        """The folder that is put on the path."""
        return self.folder / "src"

    @property
    def tests(self) -> Path:
        """The folder of the package's own tests."""
        return self.folder / "tests"

    @property
    def extras(self) -> list[str]:
        """The names of the optional dependency groups."""
        return sorted(self.settings["project"].get("optional-dependencies", {}))

    def requirements(self) -> Iterator[tuple[str, str]]:
        """Yield (normalised name, version specifier) of every requirement, extras included."""
        project = self.settings["project"]
        optional = project.get("optional-dependencies", {}).values()
        for requirement in [*project.get("dependencies", ()), *(r for rs in optional for r in rs)]:
            match = _REQUIREMENT.match(requirement)
            if match:
                yield normalised(match[1]), match[2].strip()

    def hot_modules(self) -> list[Path]:
        """The sources that have a ``.pxd`` beside them, sorted."""
        return sorted(
            declarations.with_suffix(".py")
            for declarations in self.source.rglob("*.pxd")
            if declarations.with_suffix(".py").is_file()
        )

    def is_compiled(self, suffix: str = EXTENSION_SUFFIX) -> bool:
        """Tell whether an extension stands beside every hot module, and none elsewhere."""
        hot = {path.with_name(path.stem + suffix) for path in self.hot_modules()}
        return hot == set(self.source.rglob(f"*{suffix}"))

    def build_inputs(self) -> list[Path]:
        """The files on which an editable build depends."""
        found = [self.folder / "pyproject.toml", self.folder / "hatch_build.py"]
        found += self.hot_modules()
        found += self.source.rglob("*.pxd")
        return sorted(path for path in found if path.is_file())


def packages(root: Path = ROOT) -> list[Package]:
    """Return the packages of the workspace, each after those that it requires."""
    known = {
        normalised(package.distribution): package
        for package in map(
            Package, sorted(path.parent for path in root.glob("packages/*/pyproject.toml"))
        )
    }
    graph = {
        name: sorted(
            {required for required, _ in package.requirements() if required in known} - {name}
        )
        for name, package in known.items()
    }
    return [known[name] for name in TopologicalSorter(graph).static_order()]


def closure(package: Package, among: Iterable[Package]) -> list[Package]:
    """Return the package and every sibling that it requires, directly or not."""
    known = {normalised(other.distribution): other for other in among}
    wanted: dict[str, Package] = {}
    waiting = [normalised(package.distribution)]
    while waiting:
        name = waiting.pop()
        if name in wanted or name not in known:
            continue
        wanted[name] = known[name]
        mandatory = known[name].settings["project"].get("dependencies", ())
        waiting += (
            normalised(re.split(r"[\s\[~=<>!;]", text, maxsplit=1)[0]) for text in mandatory
        )
    return [other for other in known.values() if normalised(other.distribution) in wanted]


def digest(paths: Iterable[Path], *facts: str) -> str:
    """Return one hash over the names and contents of files and over some facts."""
    total = hashlib.sha256()
    for fact in facts:
        total.update(fact.encode() + b"\0")
    for path in paths:
        total.update(str(path.relative_to(ROOT)).encode() + b"\0")
        total.update(hashlib.sha256(path.read_bytes()).digest())
    return total.hexdigest()
