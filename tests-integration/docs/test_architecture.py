"""The map in docs/architecture.md shows the modules that there are."""

import ast
import re

import pytest
from blocks import DOCS, ROOT

SECTIONS = {
    "core": "Core",
    "web": "Web",
    "client": "Client",
    "websocket": "WebSocket",
    "multipart": "Multipart",
    "test_utils": "Test kit",
}


def section(title: str) -> str:
    text = (DOCS / "architecture.md").read_text(encoding="utf-8")
    found = re.search(rf"^## {title}\n(.*?)(?=^## |\Z)", text, re.MULTILINE | re.DOTALL)
    assert found is not None, title
    return found[1]


@pytest.mark.parametrize("package", SECTIONS)
def test_every_module_is_on_the_map(package: str) -> None:
    words = set(re.findall(r"\w+", section(SECTIONS[package])))
    source = ROOT / "packages" / package / "src" / f"aiohttp_{package}"
    modules = {p.stem for p in source.rglob("*.py") if not p.stem.startswith("__")}
    assert modules - words == set()


@pytest.mark.parametrize("package", SECTIONS)
def test_the_map_marks_what_is_compiled(package: str) -> None:
    marked = set(re.findall(r"(\w+) +\*", section(SECTIONS[package])))
    source = ROOT / "packages" / package / "src" / f"aiohttp_{package}"
    compiled = {p.stem for p in source.rglob("*.pxd") if p.with_suffix(".py").exists()}
    assert marked & {p.stem for p in source.rglob("*.py")} == compiled


def order(package: str) -> dict[str, int]:
    """Return where each module stands on the map: what begins a line, up to the words on it."""
    found: dict[str, int] = {}
    map_ = re.findall(r"^```text\n(.*?)^```", section(SECTIONS[package]), re.MULTILINE | re.DOTALL)[
        0
    ]
    for line in map_.splitlines():
        if not line.startswith(" "):
            for name in re.findall(r"\w+", re.split(r"  +", line)[0]):
                found[name] = len(found)
    return found


@pytest.mark.parametrize("package", ["web", "client", "websocket", "multipart"])
def test_the_map_is_the_order_of_knowledge(package: str) -> None:
    source = ROOT / "packages" / package / "src" / f"aiohttp_{package}"
    place = {name: n for name, n in order(package).items() if (source / f"{name}.py").exists()}
    upwards = []
    for name in place:
        for node in ast.walk(ast.parse((source / f"{name}.py").read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom) and node.module is not None:
                head, _, other = node.module.partition(".")
                if head == source.name and other in place and place[other] > place[name]:
                    upwards.append(f"{name} knows {other}")
    assert upwards == []


def test_where_to_change_what_names_what_there_is() -> None:
    rows = [row for row in section("Where to change what").splitlines() if row.startswith("| ")]
    assert len(rows) > 10
    modules = {p.stem for p in ROOT.glob("packages/*/src/**/*.py")}
    folders = {p.parent.name for p in ROOT.glob("packages/*/src/**/__init__.py")}
    tests = {p.stem for p in ROOT.glob("packages/*/tests/*.py")}
    for row in rows[1:]:
        wish, place, proof = (cell.strip() for cell in row.strip("|").split("|"))
        for name in re.findall(r"`([\w./*]+)`", place):
            last = name.rpartition(".")[2]
            there = last in modules | folders or list(ROOT.glob(name)) or name == "aiohttp.*"
            assert there, f"{wish}: {name}"
        for name in re.findall(r"`([\w./-]+)`", proof):
            assert name in tests or (ROOT / name).is_dir(), f"{wish}: {name}"
