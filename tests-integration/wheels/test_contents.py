"""What is inside the wheels and sdists."""

import os
import tarfile
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tools.environment import CommandFailed
from tools.release import remove_old_files, sdist_problems, wheel_problems
from tools.workspace import Package, packages

if TYPE_CHECKING:
    from conftest import Artifacts

EVERYTHING = packages()
pytestmark = pytest.mark.timeout(600)


@pytest.mark.parametrize("package", EVERYTHING, ids=lambda p: p.name)
def test_wheel(package: Package, artifacts: "Artifacts") -> None:
    compiled = (os.environ.get("AIOHTTP_EXTENSIONS") or "require") == "require"
    wheel = artifacts.find(package, "-*.whl")
    assert wheel_problems(wheel, package, compiled=compiled) == []


@pytest.mark.parametrize("package", EVERYTHING, ids=lambda p: p.name)
def test_sdist(package: Package, artifacts: "Artifacts") -> None:
    assert sdist_problems(artifacts.find(package, ".tar.gz"), package) == []


def test_a_bad_wheel_is_seen(tmp_path: Path) -> None:
    core = EVERYTHING[0]
    wheel = tmp_path / "aiohttp_core-3.90.0-py3-none-any.whl"
    with zipfile.ZipFile(wheel, "w") as archive:
        archive.writestr("aiohttp_core/head.c", "")
        archive.writestr("tests/test_head.py", "")
        archive.writestr("aiohttp_core-3.90.0.dist-info/METADATA", "Metadata-Version: 2.5\n\n")
    found = " ".join(wheel_problems(wheel, core, compiled=False))
    for complaint in ("head.c", "outside", "py.typed", "LICENSE", "2.4"):
        assert complaint in found


def test_a_bad_sdist_is_seen(tmp_path: Path) -> None:
    core = EVERYTHING[0]
    generated = tmp_path / "head.c"
    generated.write_text("")
    sdist = tmp_path / "aiohttp_core-3.90.0.tar.gz"
    with tarfile.open(sdist, "w:gz") as archive:
        archive.add(generated, "aiohttp_core-3.90.0/src/aiohttp_core/head.c")
    found = " ".join(sdist_problems(sdist, core))
    for complaint in ("head.c", "hatch_build.py", "README.md", "LICENSE", "PKG-INFO"):
        assert complaint in found


def test_only_files_of_a_release_are_removed(tmp_path: Path) -> None:
    folder = tmp_path / "dist"
    remove_old_files(folder)  # which is not there
    folder.mkdir()
    (folder / "a-1-py3-none-any.whl").touch()
    (folder / "a-1.tar.gz").touch()
    remove_old_files(folder)
    assert not folder.exists()
    folder.mkdir()
    (folder / "a-1.tar.gz").touch()
    (folder / "thesis.txt").touch()
    with pytest.raises(CommandFailed, match=r"thesis\.txt is no file of a release"):
        remove_old_files(folder)
    assert (folder / "a-1.tar.gz").exists()
