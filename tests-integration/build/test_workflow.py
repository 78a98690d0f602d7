"""The workflow file runs what exists, and builds for whom wheels are promised."""

import itertools
import subprocess
import sys
from typing import Any

import pytest
import yaml
from packaging.specifiers import SpecifierSet

from tools.workspace import ROOT, packages

FILES = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
CI = ROOT / ".github" / "workflows" / "ci.yml"


def jobs() -> dict[str, Any]:
    return yaml.safe_load(CI.read_text())["jobs"]


def expanded(matrix: dict[str, Any]) -> list[dict[str, str]]:
    """Return the combinations of a matrix as the documentation of the workflows tells."""
    axes = {name: values for name, values in matrix.items() if name not in ("include", "exclude")}
    found = [dict(zip(axes, values, strict=True)) for values in itertools.product(*axes.values())]
    for extra in matrix.get("include", []):
        own = [c for c in found if all(c.get(k, v) == v for k, v in extra.items() if k in axes)]
        for combination in own:
            combination.update(extra)
        if not own:
            found.append(dict(extra))
    return found


@pytest.fixture(scope="module")
def sessions() -> set[str]:
    """The sessions of the noxfile, without version and parameters."""
    done = subprocess.run(
        [sys.executable, "-m", "nox", "--list"], cwd=ROOT, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    lines = [line[2:] for line in done.stdout.splitlines() if line.startswith(("* ", "- "))]
    names = {line.split(" -> ")[0].split("(")[0] for line in lines}
    return names | {name.rpartition("-3.")[0] for name in names if "-3." in name}


def test_sessions_exist(sessions: set[str]) -> None:
    named = {
        combination["session"]
        for job in jobs().values()
        for combination in expanded(job.get("strategy", {}).get("matrix", {}))
        if "session" in combination
    }
    assert len(named) > 10
    assert named <= sessions


def test_scripts_exist() -> None:
    """Everything that is called by its path is in the repository."""
    steps = [step["run"] for job in jobs().values() for step in job["steps"] if "run" in step]
    words = {word for text in steps for word in text.split()}
    paths = {word for word in words if word.startswith(("tools/", ".ci/"))}
    assert paths
    assert all((ROOT / path).is_file() for path in paths)


def test_jobs_need_jobs_that_exist_and_end_in_time() -> None:
    known = jobs()
    for name, job in known.items():
        assert set(job.get("needs", [])) <= known.keys(), name
        assert name == "publish" or job["timeout-minutes"] <= 60


def test_rights_are_small() -> None:
    """Only the job that publishes may do more than read, and it neither builds nor checks out."""
    text = yaml.safe_load(CI.read_text())
    assert text["permissions"] == {"contents": "read"}
    for name, job in jobs().items():
        if name == "publish":
            assert job["permissions"] == {"id-token": "write"}
            assert all("checkout" not in step.get("uses", "") for step in job["steps"])
        else:
            assert "permissions" not in job
            checkouts = [s for s in job["steps"] if "actions/checkout" in s.get("uses", "")]
            assert all(step["with"]["persist-credentials"] is False for step in checkouts)


@pytest.mark.spec("ADD-755")
def test_platforms_of_wheels() -> None:
    """Linux, also armv7l and riscv64, macOS, Windows, also on ARM, Android and iOS."""
    built = expanded(jobs()["wheels"]["strategy"]["matrix"])
    hot = {package.name for package in packages() if package.hot_modules()}
    assert {combination["package"] for combination in built} == hot
    for name in hot:
        mine = [c for c in built if c["package"] == name]
        systems = {c["os"] for c in mine if c["platform"] == "auto"}
        assert systems >= {"ubuntu-latest", "ubuntu-24.04-arm", "macos-latest"}
        assert systems >= {"windows-latest", "windows-11-arm"}
        assert {"armv7l", "riscv64"} <= {a for c in mine for a in c["archs"].split()}
        assert {"android", "ios"} <= {c["platform"] for c in mine}
    names = [f"{c['package']}-{c['os']}-{c['platform']}" for c in built]
    assert len(names) == len(set(names)), "files of one job would replace those of another"


@pytest.mark.spec("ADD-911")
def test_universal_wheels() -> None:
    """The release has a wheel without extensions, and takes the yarl that aiohttp 3.14.4 asks."""
    job = jobs()["universal"]
    (build,) = (s for s in job["steps"] if s.get("run", "").endswith("release.py build"))
    assert build["env"] == {"AIOHTTP_EXTENSIONS": "no"}
    wanted = [dict(package.requirements()).get("yarl") for package in packages()]
    assert any(wanted)
    assert all(SpecifierSet(text).contains("1.25.1") for text in wanted if text)
