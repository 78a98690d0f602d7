"""Published packages that depend on aiohttp do their main job on ours, unmodified.

Each ``cases/case_<package>.py`` runs in the environment that ``conftest.py`` makes, under the
settings of ``cases/pytest.ini``.  All of them pass with aiohttp 3.14.5 too, but those of
aioresponses 0.7.9, which does not work with it.
"""

import os
import subprocess
from pathlib import Path

import pytest

CASES = Path(__file__).with_name("cases")


# User sessions, templates and CORS are things of other packages.
THIRD_PARTY = {"aiohttp_session", "aiohttp_jinja2", "aiohttp_cors"}


def marked(case: Path):
    """Return the parameters of one case."""
    name = case.stem.removeprefix("case_")
    marks = [pytest.mark.spec("WFRM-06")] if name in THIRD_PARTY else []
    return pytest.param(case, id=name, marks=marks)


@pytest.mark.dependents
@pytest.mark.timeout(900)
@pytest.mark.parametrize("case", [marked(case) for case in sorted(CASES.glob("case_*.py"))])
def test_dependent(environment: Path, case: Path):
    clean = {k: v for k, v in os.environ.items() if not k.startswith(("PYTEST_", "PYTHONPATH"))}
    done = subprocess.run(
        [environment, "-P", "-m", "pytest", "-q", "-c", CASES / "pytest.ini", case],
        cwd=CASES,
        env=clean,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-10_000:]


@pytest.mark.dependents
def test_requirements_of_dependents_are_met(environment: Path):
    """``aiohttp>=3.x,<4`` and the like accept our version."""
    code = """
from importlib.metadata import distributions
from packaging.requirements import Requirement
from importlib.metadata import version

for each in distributions():
    for text in each.requires or ():
        wanted = Requirement(text)
        if wanted.name == "aiohttp" and (wanted.marker is None or wanted.marker.evaluate()):
            assert wanted.specifier.contains(version("aiohttp")), (each.metadata["Name"], text)
            print(each.metadata["Name"])
"""
    done = subprocess.run([environment, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert len(done.stdout.split()) >= 10
