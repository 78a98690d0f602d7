"""Small throw-away projects for the build hook."""

import os
import shutil
import subprocess
import sys
import sysconfig
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SUFFIX: str = sysconfig.get_config_var("EXT_SUFFIX")

PYPROJECT = """
[build-system]
requires = ["hatchling", "Cython", "setuptools"]
build-backend = "hatchling.build"

[project]
name = "aiohttp-trial"
version = "1.0.0"
requires-python = ">= 3.11"

[tool.hatch.build]
dev-mode-dirs = ["src"]

[tool.hatch.build.targets.sdist]
core-metadata-version = "2.4"
include = ["/src", "/hatch_build.py"]
exclude = ["*.c", "*.so", "*.pyd"]

[tool.hatch.build.targets.wheel]
core-metadata-version = "2.4"
packages = ["src/aiohttp_trial"]
exclude = ["*.c", "*.so", "*.pyd", "*.pxd"]

[tool.hatch.build.targets.wheel.hooks.custom]
path = "hatch_build.py"
"""

# Two hot modules, one in a folder below, whose declarations know each other.
SOURCES = {
    "__init__.py": "",
    "cold.py": "ANSWER = 42\n",
    "interpreted.py": "compiled = False\n",
    "point.py": """
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import cython
else:
    from aiohttp_trial import interpreted as cython


class Point:
    def __init__(self, x: int) -> None:
        self.x = x


COMPILED = bool(cython.compiled)
""",
    "point.pxd": "cdef class Point:\n    cdef public Py_ssize_t x\n",
    "deep/__init__.py": "",
    "deep/line.py": """
from aiohttp_trial.point import Point


def length(a: Point, b: Point) -> int:
    return b.x - a.x
""",
    "deep/line.pxd": "from aiohttp_trial.point cimport Point\n\n"
    "cpdef object length(Point a, Point b)\n",
}


@dataclass
class Trial:
    """A project folder and the environment its builds run in."""

    folder: Path
    out: Path

    @property
    def package(self) -> Path:
        return self.folder / "src" / "aiohttp_trial"

    def run(self, *arguments: str, env: Mapping[str, str]) -> subprocess.CompletedProcess[str]:
        clean = {k: v for k, v in os.environ.items() if not k.startswith(("AIOHTTP_", "COV_"))}
        return subprocess.run(
            [sys.executable, *arguments],
            cwd=self.folder,
            env={**clean, **env},
            capture_output=True,
            text=True,
            timeout=240,
            check=False,
        )

    def build(self, kind: str = "wheel", **env: str) -> subprocess.CompletedProcess[str]:
        """Build through the standard interface of build back ends."""
        self.out.mkdir(exist_ok=True)
        call = f"import hatchling.build as b; print(b.build_{kind}({os.fspath(self.out)!r}))"
        return self.run("-c", call, env=env)

    def wheel(self, **env: str) -> Path:
        result = self.build(**env)
        assert result.returncode == 0, result.stderr
        return self.out / result.stdout.split()[-1]

    def imports(self, place: Path, **env: str) -> str:
        """Say which file `point` comes from, or fail, when `place` is on the path."""
        code = (
            "import aiohttp_trial.point as p, aiohttp_trial.deep.line as l;"
            "assert l.length(p.Point(1), p.Point(4)) == 3; print(p.COMPILED, p.__file__)"
        )
        result = self.run("-c", code, env={"PYTHONPATH": os.fspath(place), **env})
        assert result.returncode == 0, result.stderr
        return result.stdout.strip()


@pytest.fixture
def trial(tmp_path: Path) -> Trial:
    folder = tmp_path / "project"
    package = folder / "src" / "aiohttp_trial"
    for name, text in SOURCES.items():
        path = package / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    (folder / "pyproject.toml").write_text(PYPROJECT)
    shutil.copy(ROOT / "tools" / "hatch_build.py", folder)
    return Trial(folder, tmp_path / "out")


@pytest.fixture
def names() -> Callable[[Path], set[str]]:
    """Return a function: the names of the files inside a wheel."""

    def listed(wheel: Path) -> set[str]:
        with zipfile.ZipFile(wheel) as archive:
            return set(archive.namelist())

    return listed
