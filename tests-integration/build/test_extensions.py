"""Extensions of the tree: pieces, jobs, and when nothing is to be done."""

import sys
from pathlib import Path

import pytest

from tools import extensions
from tools.environment import State
from tools.extensions import Extensions, pieces
from tools.schedule import ranks
from tools.workspace import Package, packages

HOT = [package for package in packages() if package.hot_modules()]


@pytest.mark.parametrize("package", HOT, ids=lambda p: p.name)
def test_pieces_hold_each_module_once(package: Package) -> None:
    divided = pieces(package)
    modules = [module for piece in divided for module in piece]
    assert sorted(modules) == package.hot_modules()
    for piece in divided:
        size = sum(path.stat().st_size for path in piece)
        assert len(piece) == 1 or size <= extensions.PIECE


@pytest.fixture
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> State:
    monkeypatch.setattr(extensions, "STATE", tmp_path)
    return State(tmp_path / "environment.json")


@pytest.fixture
def package() -> Package:
    """A package that has hot modules for more than one piece."""
    (package,) = (p for p in HOT if p.name == "websocket")
    return package


@pytest.mark.usefixtures("state")
def test_a_package_comes_in_place_after_all_its_pieces(package: Package) -> None:
    jobs = Extensions(Path(sys.executable), "require").jobs([package])
    *first, last = jobs
    assert len(first) == len(pieces(package)) > 1
    assert last.after == {job.name for job in first}
    assert ranks(jobs)[last.name] < min(ranks(jobs)[job.name] for job in first)


@pytest.mark.usefixtures("state")
def test_plain_python_needs_no_pieces(package: Package) -> None:
    (job,) = Extensions(Path(sys.executable), "no").jobs([package])
    assert job.after == frozenset()


@pytest.mark.usefixtures("state")
def test_a_package_without_hot_modules_needs_nothing() -> None:
    cold = [p for p in packages() if not p.hot_modules()]
    built = Extensions(Path(sys.executable), "require")
    assert cold
    assert all(built.is_current(p) for p in cold)
    assert built.jobs(cold) == []


@pytest.mark.parametrize(
    ("mode", "built", "there", "current"),
    [
        ("auto", "compiled", True, True),
        ("auto", "compiled", False, False),  # somebody removed them
        ("auto", "plain", False, True),  # it could not be compiled, and nothing has changed
        ("no", "plain", False, True),
        ("no", "plain", True, False),
        ("require", "compiled", True, True),
    ],
)
def test_what_is_current(
    mode: str,
    built: str,
    there: bool,
    current: bool,
    package: Package,
    state: State,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(Package, "is_compiled", lambda self, suffix: there)
    python = Path(sys.executable)
    assert not Extensions(python, mode).is_current(package)
    suffix = extensions.extension_suffix(python)
    inputs = extensions.digest(package.build_inputs(), mode, suffix)
    state.note(f"build:{package.name}", inputs)
    state.note(f"built:{package.name}", built)
    assert Extensions(python, mode).is_current(package) is current


def test_other_inputs_are_not_current(package: Package, state: State) -> None:
    state.note(f"build:{package.name}", "of yesterday")
    state.note(f"built:{package.name}", "plain")
    assert not Extensions(Path(sys.executable), "auto").is_current(package)
