"""What the distributions require: all that they import, nothing that they do not."""

import ast
import re
import sys
from collections.abc import Iterator

import pytest

from tools.workspace import Package, normalised, packages

EVERYTHING = packages()
BY_NAME = {p.name: p for p in EVERYTHING}
# Where the name of the import is not the name of the distribution.
IMPORTS = {
    "backports-zstd": {"backports"},
    "brotli": {"brotli"},
    "brotlicffi": {"brotlicffi"},
    "zlib-ng": {"zlib_ng"},
}
OURS = {normalised(p.distribution): p.import_name for p in EVERYTHING}


def imported(package: Package) -> Iterator[str]:
    """Yield the top-level names of all third-party imports, those inside functions included."""
    for path in package.source.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            names = []
            if isinstance(node, ast.Import):
                names = [alias.name for alias in node.names]
            elif isinstance(node, ast.ImportFrom) and not node.level and node.module:
                names = [node.module]
            yield from (name.partition(".")[0] for name in names)


def imports_of(distribution: str) -> set[str]:
    if distribution in OURS:
        return {OURS[distribution]}
    return IMPORTS.get(distribution, {distribution.replace("-", "_")})


def mandatory(package: Package) -> list[str]:
    return [normalised(re.split(r"[ \[~<>=;]", text)[0]) for text in dependencies(package)]


def dependencies(package: Package) -> list[str]:
    return list(package.settings["project"].get("dependencies", ()))


def extra(package: str, name: str) -> list[str]:
    return list(BY_NAME[package].settings["project"]["optional-dependencies"][name])


@pytest.mark.parametrize("package", EVERYTHING, ids=lambda p: p.name)
def test_every_import_is_declared(package: Package) -> None:
    declared = {name for d, _ in package.requirements() for name in imports_of(d)}
    # `cython` and `typing_extensions` are only for the type checker; `compression` is the
    # standard library of 3.14.
    known = declared | sys.stdlib_module_names | {package.import_name}
    known |= {"cython", "typing_extensions", "compression"}
    assert {name for name in imported(package) if name not in known} == set()


@pytest.mark.parametrize("package", EVERYTHING, ids=lambda p: p.name)
def test_every_requirement_is_imported(package: Package) -> None:
    if not (package.source / package.import_name / "__init__.py").is_file():
        pytest.skip("the package is not written yet")
    used = set(imported(package))
    assert [name for name in mandatory(package) if not imports_of(name) & used] == []


@pytest.mark.spec("BLD-03", "ADD-002", "ADD-003")
def test_hard_dependencies() -> None:
    needed = {name for p in EVERYTHING for name in mandatory(p)} - set(OURS)
    assert {"aiohappyeyeballs", "aiosignal", "multidict", "yarl"} <= needed
    assert not needed & {"attrs", "async-timeout", "chardet", "charset-normalizer"}


@pytest.mark.spec("BLD-04", "ADD-004", "ADD-005")
def test_optional_content_codings() -> None:
    found = extra("core", "speedups")
    assert 'Brotli >= 1.2; platform_python_implementation == "CPython"' in found
    assert 'brotlicffi >= 1.2; platform_python_implementation != "CPython"' in found
    assert 'backports.zstd >= 1.0; python_version < "3.14"' in found
    assert not [text for text in found if text.startswith("zstandard")]


@pytest.mark.spec("BLD-05", "ADD-006")
def test_one_command_brings_all_accelerators() -> None:
    """`aiohttp[speedups]` forwards to the extras of its siblings, down to the core's."""
    waiting, seen = ["aiohttp[speedups] == 3.90.0"], set()
    found = set()
    while waiting:
        text = waiting.pop()
        match = re.match(r"([\w.-]+)(?:\[(\w+)\])?", text)
        assert match
        found.add(normalised(match[1]))
        if match[2] and text not in seen:
            seen.add(text)
            folder = next(p.name for p in EVERYTHING if p.distribution == match[1])
            waiting += extra(folder, match[2])
    assert {"aiodns", "brotli", "brotlicffi", "backports-zstd", "uvloop"} <= found


@pytest.mark.spec("BLD-06")
def test_no_charset_detection() -> None:
    names = {name for p in EVERYTHING for name, _ in p.requirements()}
    assert not names & {"chardet", "cchardet"}


@pytest.mark.spec("BLD-07")
@pytest.mark.parametrize("package", EVERYTHING, ids=lambda p: p.name)
def test_lowest_python(package: Package) -> None:
    assert package.settings["project"]["requires-python"] == ">= 3.11"
