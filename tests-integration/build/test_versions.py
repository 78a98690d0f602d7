"""Versions, pins and shared settings of the seven distributions agree."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tools import versions
from tools.workspace import Package, closure, packages


def test_everything_agrees() -> None:
    assert versions.problems() == []


def test_order_is_the_order_of_knowledge() -> None:
    order = [p.name for p in packages()]
    assert order[0] == "core"
    assert order[-1] == "aiohttp"
    assert order.index("test_utils") > max(order.index("client"), order.index("web"))


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("core", {"core"}),
        ("multipart", {"core", "multipart"}),
        ("client", {"core", "multipart", "websocket", "client"}),
        ("web", {"core", "multipart", "websocket", "web"}),
    ],
)
def test_what_a_package_brings_along(name: str, expected: set[str]) -> None:
    everything = packages()
    package = next(p for p in everything if p.name == name)
    assert {p.name for p in closure(package, everything)} == expected


def altered(package: Package, folder: Path, old: str, new: str) -> Package:
    """Return a copy of the package with another text in its pyproject.toml."""
    text = (package.folder / "pyproject.toml").read_text()
    assert old in text
    copy = folder / package.name
    (copy / "src").mkdir(parents=True)
    (copy / "pyproject.toml").write_text(text.replace(old, new))
    return replace(package, folder=copy)


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        ('version = "3.90.0"', 'version = "3.91.0"', "trains differ"),
        ('version = "3.90.0"', 'version = "3.90"', "not of the form"),
        ("aiohttp-core ~= 3.90.0", "aiohttp-core >= 3.90.0", "requires aiohttp-core"),
        ("multidict >= 6.3, < 8", "multidict", "without a lowest version"),
        ('requires-python = ">= 3.11"', 'requires-python = ">= 3.12"', "requires-python differs"),
        ('core-metadata-version = "2.4"', 'core-metadata-version = "2.5"', "is not 2.4"),
    ],
)
def test_what_disagrees_is_found(old: str, new: str, complaint: str, tmp_path: Path) -> None:
    everything: list[Any] = packages()
    index = next(i for i, p in enumerate(everything) if p.name == "multipart")
    everything[index] = altered(everything[index], tmp_path, old, new)
    found = versions.package_problems(everything[index], everything)
    assert any(complaint in problem for problem in found), found
