"""Each wheel alone in an empty environment: what it brings, that it imports, that its tests pass.

The packages' own tests run here compiled, from the wheel; `tools/dev.py test` runs them
interpreted from the source tree.
"""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tools.environment import environ, in_venv, install, make_venv
from tools.workspace import ROOT, Package, closure, normalised, packages

if TYPE_CHECKING:
    from conftest import Artifacts

EVERYTHING = packages()
OURS = {normalised(p.distribution): p for p in EVERYTHING}
TEST_REQUIREMENTS = ROOT / "tools" / "requirements-test.txt"
WORKERS = os.environ.get("AIOHTTP_WORKERS") or str(max(2, min(4, os.cpu_count() or 2)))
PARALLEL = ("-p", "no:xdist") if WORKERS == "0" else ("-n", WORKERS)

pytestmark = pytest.mark.timeout(900)

LOOK = """
import importlib, importlib.metadata, importlib.util, json, pkgutil, sys
package, others = sys.argv[1], sys.argv[2:]
found = {d.metadata["Name"]: d.version for d in importlib.metadata.distributions()}
root = importlib.import_module(package)
failed, files = {}, {}
for info in pkgutil.walk_packages(root.__path__, package + "."):
    if info.name.endswith(".__main__"):
        continue
    try:
        files[info.name] = importlib.import_module(info.name).__file__
    except ImportError as error:
        failed[info.name] = (error.name or "").partition(".")[0] or repr(error)
print(json.dumps({
    "found": found, "failed": failed, "files": files,
    "reachable": [name for name in others if importlib.util.find_spec(name)],
}))
"""


def clean(**changes: str | None) -> dict[str, str]:
    """Return an environment in which nothing points into the source tree."""
    dropped = dict.fromkeys(
        [n for n in os.environ if n.startswith(("AIOHTTP_", "PYTEST_", "PYTHON", "COV_"))]
    )
    return environ(**{**dropped, **changes})


class Site:
    """A fresh virtual environment."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        make_venv(folder / "venv", sys.executable)
        self.python = in_venv(folder / "venv", "python")

    def install(self, wheels: Path, *arguments: str) -> None:
        install(self.python, arguments, clean(), wheels=wheels)

    def run(self, *arguments: str, timeout: float = 60) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [self.python, *arguments],
            cwd=self.folder,
            env=clean(),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=timeout,
            check=False,
        )


@pytest.fixture
def site(tmp_path: Path) -> Site:
    return Site(tmp_path)


@pytest.mark.parametrize("package", EVERYTHING, ids=lambda p: p.name)
def test_alone(package: Package, artifacts: "Artifacts", site: Site) -> None:
    artifacts.find(package, "-*.whl")
    site.install(artifacts.folder, f"{package.distribution}=={package.version}")

    others = [p.import_name for p in EVERYTHING]
    looked = site.run("-I", "-W", "error", "-c", LOOK, package.import_name, *others)
    assert looked.returncode == 0, looked.stdout
    seen = json.loads(looked.stdout.splitlines()[-1])
    expected = {p.distribution: p.version for p in closure(package, EVERYTHING)}
    here = {n: v for n, v in seen["found"].items() if normalised(n) in OURS}
    assert here == expected
    assert set(seen["reachable"]) == {p.import_name for p in closure(package, EVERYTHING)}
    # Only what an extra brings may be missing: modules for gunicorn and the like.
    for module, missing in seen["failed"].items():
        assert not missing.startswith("aiohttp"), f"{module} needs {missing}"
        assert missing.isidentifier(), f"{module}: {missing}"
    inside = os.fspath(site.folder.resolve())
    assert all(os.path.realpath(f).startswith(inside) for f in seen["files"].values())
    hot = {
        ".".join(path.relative_to(package.source).with_suffix("").parts)
        for path in package.hot_modules()
    }
    if os.environ.get("AIOHTTP_EXTENSIONS", "require") == "require":
        assert {n for n, f in seen["files"].items() if not f.endswith(".py")} == hot

    if not any(package.tests.rglob("test_*.py")):
        pytest.skip(f"{package.name} has no tests yet")
    extras = f"[{','.join(package.extras)}]" if package.extras else ""
    site.install(
        artifacts.folder, f"{package.distribution}{extras}", "-r", os.fspath(TEST_REQUIREMENTS)
    )
    reports = os.environ.get("AIOHTTP_REPORTS")
    report = [f"--junitxml={os.path.join(reports, package.name)}.xml"] if reports else []
    # -P: the current folder stays off the path, so only the wheel can be imported.
    tests = site.run(
        *("-P", "-m", "pytest", "-q", "--no-header", *PARALLEL, *report),
        *("-c", os.fspath(ROOT / "pyproject.toml"), "--rootdir", os.fspath(ROOT)),
        os.fspath(package.tests),
        timeout=800,
    )
    assert tests.returncode == 0, tests.stdout[-20_000:]


def test_facade_with_the_client_alone(artifacts: "Artifacts", site: Site) -> None:
    """Beside the client alone the facade gives the client, and says what is not installed."""
    known = {p.name: p for p in EVERYTHING}
    if not (known["aiohttp"].source / "aiohttp" / "__init__.py").is_file():
        pytest.skip("the facade is not there yet")
    site.install(artifacts.folder, f"aiohttp-client=={known['client'].version}")
    site.install(artifacts.folder, "--no-deps", f"aiohttp=={known['aiohttp'].version}")
    done = site.run("-I", "-W", "error", "-c", "import aiohttp; aiohttp.ClientSession")
    assert done.returncode == 0, done.stdout
    done = site.run("-I", "-W", "error", "-c", "import aiohttp.web")
    assert done.returncode == 1
    assert "ImportError" in done.stdout or "ModuleNotFoundError" in done.stdout
    assert "aiohttp-web" in done.stdout.splitlines()[-1]
