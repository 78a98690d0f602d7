#!/usr/bin/env python3
"""Check that the numbers and names of the seven distributions agree.

    python3 tools/versions.py

One release train: all packages share major.minor, patch numbers are free, siblings are required
by ``~= major.minor.0``.  The shared settings at the root name every package.  Prints one line per
problem; status 1 if there is one.
"""

from __future__ import annotations

import re
import sys
import tomllib
from pathlib import Path

if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from tools.workspace import ROOT, Package, normalised, packages

_LITERAL = re.compile(r'^__version__(?::[^=]+)? = "([^"]+)"', re.MULTILINE)


def _train(version: str) -> str:
    return ".".join(version.split(".")[:2])


def package_problems(package: Package, everything: list[Package]) -> list[str]:
    """Return what is wrong with one ``pyproject.toml``, measured by the others."""
    project = package.settings["project"]
    targets = package.settings["tool"]["hatch"]["build"]["targets"]
    siblings = {normalised(p.distribution): p for p in everything}
    trains = {_train(p.version) for p in everything}
    found = []
    if len(trains) != 1:
        found.append(f"version {package.version}: the trains differ ({', '.join(sorted(trains))})")
    if not re.fullmatch(r"\d+\.\d+\.\d+((a|b|rc)\d+)?", package.version):
        found.append(f"version {package.version} is not of the form X.Y.Z")
    pin = f"~= {_train(package.version)}.0"
    for name, specifier in package.requirements():
        if name in siblings and specifier != pin:
            found.append(f"requires {name} {specifier!r}, must be {pin!r}")
        if name not in siblings and not specifier:
            found.append(f"requires {name} without a lowest version")
    if "dynamic" in project:
        found.append("has dynamic metadata")
    pythons = {p.settings["project"].get("requires-python") for p in everything}
    if len(pythons) != 1 or None in pythons:
        found.append("requires-python differs or is missing")
    for target in ("wheel", "sdist"):
        if targets[target].get("core-metadata-version") != "2.4":
            found.append(f"core-metadata-version of the {target} is not 2.4")
    for path in package.source.rglob("*.py"):
        for literal in _LITERAL.findall(path.read_text()):
            if literal != package.version:
                found.append(f"{path.relative_to(ROOT)} says {literal}, not {package.version}")
    return [f"{package.name}: {problem}" for problem in found]


def settings_problems(everything: list[Package]) -> list[str]:
    """Return the lists in the shared settings that do not name every package."""
    with (ROOT / "pyproject.toml").open("rb") as file:
        tool = tomllib.load(file)["tool"]
    names = {p.import_name for p in everything}
    sources = {f"$MYPY_CONFIG_FILE_DIR/packages/{p.name}/src" for p in everything}
    contracts = tool["importlinter"]["contracts"]
    layers = {
        name.strip()
        for contract in contracts
        if contract["type"] == "layers"
        for layer in contract["layers"]
        for name in layer.split("|")
    }
    acyclic = {n for c in contracts if c["type"] == "acyclic_siblings" for n in c["ancestors"]}
    compared = {
        "ruff isort known-first-party": (
            set(tool["ruff"]["lint"]["isort"]["known-first-party"]),
            names,
        ),
        "mypy mypy_path": (set(tool["mypy"]["mypy_path"]) - {"$MYPY_CONFIG_FILE_DIR"}, sources),
        "coverage source_pkgs": (set(tool["coverage"]["run"]["source_pkgs"]), names),
        "importlinter root_packages": (set(tool["importlinter"]["root_packages"]), names),
        "importlinter layers": (layers, names),
        "importlinter acyclic_siblings": (acyclic, names),
    }
    return [
        f"pyproject.toml: {name} differs from the packages by {', '.join(sorted(has ^ must))}"
        for name, (has, must) in compared.items()
        if has != must
    ]


def facade_problems(everything: list[Package]) -> list[str]:
    """Return the siblings that the facade forgets to require."""
    facade = next(p for p in everything if p.distribution == "aiohttp")
    required = {name for name, _ in facade.requirements()}
    return [
        f"{facade.name}: does not require {p.distribution}"
        for p in everything
        if p is not facade and normalised(p.distribution) not in required
    ]


def problems() -> list[str]:
    """Return everything that does not agree."""
    everything = packages()
    found = [text for package in everything for text in package_problems(package, everything)]
    return found + settings_problems(everything) + facade_problems(everything)


def main() -> int:
    """Print the problems; return 1 if there are any."""
    found = problems()
    for problem in found:
        print(problem)
    if not found:
        print("the versions agree: " + ", ".join(f"{p.name} {p.version}" for p in packages()))
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
