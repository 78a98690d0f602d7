"""All distributions, built once: an sdist each, and a wheel from that sdist."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tools.environment import build_environ
from tools.workspace import Package, packages


class Artifacts:
    """A folder with what could be built, and what the builds that failed said."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.failed: dict[str, str] = {}

    def build(self, package: Package) -> None:
        # A broken compilation would otherwise hide behind the plain fallback.
        mode = os.environ.get("AIOHTTP_EXTENSIONS") or "require"
        # Without --wheel or --sdist this builds the sdist, and the wheel from it.
        done = subprocess.run(
            [
                *(sys.executable, "-m", "build", "--no-isolation"),
                *("--outdir", os.fspath(self.folder), os.fspath(package.folder)),
            ],
            env=build_environ(mode),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=500,
            check=False,
        )
        if done.returncode:
            self.failed[package.name] = done.stdout

    def find(self, package: Package, ending: str) -> Path:
        """Return the one file of a package with this ending; fail if it was not built."""
        if package.name in self.failed:
            pytest.fail(self.failed[package.name][-10_000:], pytrace=False)
        stem = f"{package.distribution.replace('-', '_')}-{package.version}"
        found = list(self.folder.glob(f"{stem}{ending}"))
        assert len(found) == 1, f"built of {package.name}: {found}"
        return found[0]


@pytest.fixture(scope="session")
def artifacts(tmp_path_factory: pytest.TempPathFactory) -> Artifacts:
    """Build everything; what a compiler can build it must build.

    ``AIOHTTP_ARTIFACTS`` names a folder in which all of it was just built.
    """
    if built := os.environ.get("AIOHTTP_ARTIFACTS"):
        return Artifacts(Path(built))
    made = Artifacts(tmp_path_factory.mktemp("artifacts"))
    for package in packages():
        made.build(package)
    return made
