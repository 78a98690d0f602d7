"""The build hook on small projects: each mode, with and without a working compiler."""

import shutil
import sysconfig
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from conftest import Trial

SUFFIX: str = sysconfig.get_config_var("EXT_SUFFIX")
HOT = {f"aiohttp_trial/point{SUFFIX}", f"aiohttp_trial/deep/line{SUFFIX}"}
BROKEN = {"CC": "/bin/false", "CXX": "/bin/false"}

pytestmark = [pytest.mark.timeout(300)]
needs_compiler = pytest.mark.skipif(
    shutil.which((sysconfig.get_config_var("CC") or "cc").split()[0]) is None,
    reason="no C compiler on this machine",
)


def is_pure(wheel: Path) -> bool:
    return wheel.name.endswith("-py3-none-any.whl")


def leftovers(trial: "Trial") -> list[str]:
    return sorted(
        p.name for p in trial.folder.rglob("*") if p.suffix in {".c", ".so", ".pyd", ".o"}
    )


@needs_compiler
@pytest.mark.spec("BLD-02")
@pytest.mark.parametrize(
    # Nothing is vendored, so there is no system copy to choose: the old variable changes nothing.
    "env",
    [
        {},
        {"AIOHTTP_USE_SYSTEM_DEPS": "1"},
        {"AIOHTTP_EXTENSIONS": "auto"},
        {"AIOHTTP_EXTENSIONS": "require"},
    ],
)
def test_wheel_is_compiled(
    trial: "Trial", names: Callable[[Path], set[str]], env: dict[str, str], tmp_path: Path
) -> None:
    wheel = trial.wheel(**env)
    assert not is_pure(wheel)
    inside = names(wheel)
    assert inside >= HOT
    assert "aiohttp_trial/point.py" in inside, "wheels keep the sources"
    assert not [n for n in inside if n.endswith((".c", ".pxd"))]
    assert leftovers(trial) == [], "a wheel build leaves the source tree as it was"
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(tmp_path / "site")
        metadata = archive.read("aiohttp_trial-1.0.0.dist-info/METADATA").decode()
    assert metadata.startswith("Metadata-Version: 2.4\n")
    said = trial.imports(tmp_path / "site")
    assert said.startswith("True ")
    assert said.endswith(SUFFIX)


@pytest.mark.spec("BLD-01", "ADD-744")
@pytest.mark.parametrize("env", [{"AIOHTTP_EXTENSIONS": "no"}, {"AIOHTTP_NO_EXTENSIONS": "1"}])
def test_wheel_without_extensions(
    trial: "Trial", names: Callable[[Path], set[str]], env: dict[str, str]
) -> None:
    wheel = trial.wheel(**env, **BROKEN)
    assert is_pure(wheel)
    assert not names(wheel) & HOT


@pytest.mark.spec("BLD-01")
def test_old_name_wins_over_require(trial: "Trial") -> None:
    assert is_pure(trial.wheel(AIOHTTP_NO_EXTENSIONS="1", AIOHTTP_EXTENSIONS="require"))


def test_auto_falls_back_with_a_warning(trial: "Trial", names: Callable[[Path], set[str]]) -> None:
    result = trial.build(**BROKEN)
    assert result.returncode == 0, result.stderr
    assert "going on as plain Python" in result.stderr
    wheel = trial.out / result.stdout.split()[-1]
    assert is_pure(wheel)
    assert not names(wheel) & HOT


def test_require_fails_without_a_compiler(trial: "Trial") -> None:
    result = trial.build(AIOHTTP_EXTENSIONS="require", **BROKEN)
    assert result.returncode != 0
    assert "AIOHTTP_EXTENSIONS=require" in result.stderr
    assert not list(trial.out.glob("*.whl"))


def test_broken_declarations_fall_back_too(trial: "Trial") -> None:
    (trial.package / "point.pxd").write_text("cdef class Point:\n    no such syntax\n")
    assert is_pure(trial.wheel())


def test_unknown_mode_is_refused(trial: "Trial") -> None:
    result = trial.build(AIOHTTP_EXTENSIONS="maybe")
    assert result.returncode != 0
    assert "'maybe'" in result.stderr


def test_no_hot_modules_give_a_universal_wheel(trial: "Trial") -> None:
    for declarations in trial.package.rglob("*.pxd"):
        declarations.unlink()
    assert is_pure(trial.wheel(AIOHTTP_EXTENSIONS="require"))


@needs_compiler
def test_editable_builds_in_place(trial: "Trial") -> None:
    assert trial.build("editable", AIOHTTP_EXTENSIONS="require").returncode == 0
    assert leftovers(trial) == sorted(name.rpartition("/")[2] for name in HOT)
    said = trial.imports(trial.folder / "src")
    assert said.startswith("True ")


@needs_compiler
def test_editable_in_pure_mode_removes_stale_extensions(trial: "Trial") -> None:
    assert trial.build("editable", AIOHTTP_EXTENSIONS="require").returncode == 0
    other = trial.package / "point.cpython-20-somewhere.so"
    other.write_bytes(b"")
    unrelated = trial.package / f"vendored{SUFFIX}"
    unrelated.write_bytes(b"")
    assert trial.build("editable", AIOHTTP_EXTENSIONS="no").returncode == 0
    # What another interpreter built, and what has no source beside it, is not ours to remove.
    assert leftovers(trial) == sorted([other.name, unrelated.name])
    assert trial.imports(trial.folder / "src").startswith("False ")


@needs_compiler
def test_editable_fallback_removes_stale_extensions(trial: "Trial") -> None:
    assert trial.build("editable", AIOHTTP_EXTENSIONS="require").returncode == 0
    assert trial.build("editable", **BROKEN).returncode == 0
    assert leftovers(trial) == []
    assert trial.imports(trial.folder / "src").startswith("False ")


@needs_compiler
def test_wheel_from_an_edited_editable_tree_is_fresh(trial: "Trial", tmp_path: Path) -> None:
    assert trial.build("editable", AIOHTTP_EXTENSIONS="require").returncode == 0
    line = trial.package / "deep" / "line.py"
    line.write_text(line.read_text() + "\nFRESH = True\n")
    wheel = trial.wheel(AIOHTTP_EXTENSIONS="require")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(tmp_path / "site")
    result = trial.run(
        "-c",
        "import aiohttp_trial.deep.line as l; print(l.FRESH, l.__file__)",
        env={"PYTHONPATH": str(tmp_path / "site")},
    )
    assert result.stdout.split()[0] == "True", result.stderr
    assert result.stdout.strip().endswith(SUFFIX)


@needs_compiler
def test_sdist_holds_sources_and_builds_a_wheel(
    trial: "Trial", names: Callable[[Path], set[str]], tmp_path: Path
) -> None:
    assert trial.build("editable", AIOHTTP_EXTENSIONS="require").returncode == 0
    (trial.package / "point.c").write_text("generated")
    result = trial.build("sdist")
    assert result.returncode == 0, result.stderr
    with tarfile.open(trial.out / result.stdout.split()[-1]) as archive:
        listed = archive.getnames()
        archive.extractall(tmp_path / "unpacked", filter="data")
    assert not [n for n in listed if n.endswith((".c", ".so", ".pyd"))]
    assert [n for n in listed if n.endswith("point.pxd")]
    assert [n for n in listed if n.endswith("hatch_build.py")]
    (trial.folder,) = (tmp_path / "unpacked").iterdir()
    wheel = trial.wheel(AIOHTTP_EXTENSIONS="require")
    assert names(wheel) >= HOT


@needs_compiler
def test_cache_compiles_only_what_changed(
    trial: "Trial", names: Callable[[Path], set[str]], tmp_path: Path
) -> None:
    cache = tmp_path / "cache"
    env = {"AIOHTTP_EXTENSIONS": "require", "AIOHTTP_EXTENSIONS_CACHE": str(cache)}
    assert names(trial.wheel(**env)) >= HOT
    first = {path.name: path.stat().st_mtime_ns for path in cache.iterdir()}
    assert len(first) == 2
    # The compiler is not needed as long as nothing changes, neither for a wheel nor in place.
    no_compiler = {**env, "CC": "", "PATH": "/nowhere"}
    assert names(trial.wheel(**no_compiler)) >= HOT
    assert trial.build("editable", **no_compiler).returncode == 0
    assert trial.imports(trial.folder / "src").startswith("True ")
    line = trial.package / "deep" / "line.py"
    line.write_text(line.read_text().replace("b.x - a.x", "(b.x - a.x) * 1"))
    trial.wheel(**env)
    assert len(list(cache.iterdir())) == 3, "the other module was taken from the cache"
    declarations = trial.package / "point.pxd"
    declarations.write_text(declarations.read_text() + "# a change\n")
    trial.wheel(**env)
    assert len(list(cache.iterdir())) == 5, "declarations are known to every module"
    assert {p.name: p.stat().st_mtime_ns for p in cache.iterdir() if p.name in first} == first
