"""The test-suite: what is run, what comes after what, and how the results are summed.

Every package's tests run interpreted from the source tree, then compiled from its wheel in an
environment of its own; what crosses packages runs against the compiled source tree.  All of it is
cut into jobs of one process each, which fill the processors from the first compilation to the last
test.
"""

from __future__ import annotations

import os
import shutil
import tempfile
import threading
import xml.etree.ElementTree as ET
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from tools import checks
from tools.environment import (
    STATE,
    CommandFailed,
    build_environ,
    environ,
    run,
    wanted_mode,
)
from tools.extensions import Extensions
from tools.peer_wheel import peer_python
from tools.schedule import Job, Worker, command, run_jobs
from tools.system_packages import SystemPackages
from tools.workspace import ROOT, Package, packages

INTEGRATION = ROOT / "tests-integration"
WHEELS = INTEGRATION / "wheels"
ALONE = f"{(WHEELS / 'test_alone.py').relative_to(ROOT).as_posix()}::test_alone"
ARTIFACTS = STATE / "artifacts"
WORKERS = str(max(2, min(4, os.cpu_count() or 2)))


@dataclass
class Tally:
    """Counts of tests, over all runs."""

    passed: int = 0
    failed: int = 0
    skipped: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def add_reports(self, folder: Path) -> None:
        """Add what the JUnit files in a folder say."""
        for report in sorted(folder.glob("*.xml")):
            for group in ET.parse(report).getroot().iter("testsuite"):
                count = {
                    k: int(group.get(k, 0)) for k in ("tests", "failures", "errors", "skipped")
                }
                bad = count["failures"] + count["errors"]
                with self._lock:
                    self.failed += bad
                    self.skipped += count["skipped"]
                    self.passed += count["tests"] - bad - count["skipped"]


class Suite:
    """The jobs of one run of the suite, and the counts that they add to."""

    def __init__(self, python: Path, *, workers: str = "0") -> None:
        """``workers`` is how many processes each run of pytest has beside itself."""
        self.python = python
        self._workers = workers
        self.tally = Tally()

    def pytest(
        self,
        name: str,
        arguments: Sequence[str],
        env: dict[str, str | None],
        *,
        after: Sequence[str] = (),
        seconds: float,
    ) -> Job:
        """Return a job that runs pytest once, adds its counts and remarks what was skipped."""

        def action(worker: Worker) -> bool:
            with tempfile.TemporaryDirectory(prefix="aiohttp-reports-") as folder:
                status = worker.run(
                    *(self.python, "-m", "pytest", "-q", "--no-header", "--tb=short"),
                    *(["-n", self._workers] if self._workers != "0" else ["-p", "no:xdist"]),
                    f"--junitxml={Path(folder, 'own.xml')}",
                    *arguments,
                    env=environ(AIOHTTP_REPORTS=folder, AIOHTTP_WORKERS=self._workers, **env),
                )
                self.tally.add_reports(Path(folder))
            lines = worker.output().splitlines()
            worker.remarks += [line for line in lines if line.startswith("SKIPPED [")]
            worker.remarks += lines[-1:]
            # 5 means that nothing was there to run.
            return status in (0, 5)

        return Job(name, action, frozenset(after), seconds)

    def interpreted(self, package: Package, *, fast: bool) -> Job:
        """Return the run of a package's tests without extensions, from the source tree."""
        return self.pytest(
            f"{package.name}, interpreted",
            [*(["-m", "not slow"] if fast else []), _relative(package.tests)],
            {"AIOHTTP_NO_EXTENSIONS": "1"},
            seconds=_weight(package.tests),
        )

    def compiled(self, package: Package, after: Sequence[str]) -> Job:
        """Return the run of a package's tests with extensions, from the source tree."""
        return self.pytest(
            f"{package.name}, compiled",
            [_relative(package.tests)],
            {"AIOHTTP_NO_EXTENSIONS": None},
            after=after,
            seconds=_weight(package.tests),
        )

    def wheels(self, folder: Path, after: Sequence[str]) -> list[Job]:
        """Return the job that builds all distributions, then those that try each of them alone."""
        mode = wanted_mode()
        env = build_environ("require" if mode == "auto" else mode)
        build = command(
            "all sdists and wheels",
            *(self.python, "tools/release.py", "build", "--out", folder),
            env=dict(env),
            after=after,
            seconds=25,
        )
        seen = {"AIOHTTP_NO_EXTENSIONS": None, "AIOHTTP_ARTIFACTS": os.fspath(folder)}
        rest = [_relative(WHEELS), f"--deselect={ALONE}"]
        jobs = [build, self.pytest("wheels", rest, seen, after=[build.name], seconds=10)]
        for package in packages():
            jobs.append(
                self.pytest(
                    f"{package.name}, from its wheel",
                    [f"{ALONE}[{package.name}]"],
                    seen,
                    after=[build.name],
                    seconds=_weight(package.tests),
                )
            )
        return jobs

    def integration(self, after: Sequence[str]) -> list[Job]:
        """Return the runs of what crosses packages, folder by folder."""
        return [
            self.pytest(
                f"integration: {folder.name}",
                [_relative(folder)],
                {"AIOHTTP_NO_EXTENSIONS": None},
                after=after,
                # Most start processes: they take about eight times as long as their text.
                seconds=8 * _weight(folder),
            )
            for folder in sorted(INTEGRATION.iterdir())
            if folder != WHEELS and any(folder.glob("test_*.py"))
        ]


def _relative(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def _weight(folder: Path) -> float:
    """Guess how many seconds tests take by how much text they are."""
    return 5 + sum(path.stat().st_size for path in folder.rglob("test_*.py")) / 10_000


def _peer() -> Job:
    """Return the job that installs aiohttp's own wheel, to compare with, before tests need it."""

    def action(worker: Worker) -> bool:
        try:
            peer_python()
        except CommandFailed as error:
            # The tests that need it are skipped, and say so.
            worker.remarks.append(f"not installed: {error}")
        return True

    return Job("aiohttp from the index", action, waits=True)


def _system(system: SystemPackages) -> Job:
    def action(worker: Worker) -> bool:
        worker.remarks += system.install()
        return True

    return Job("programs to talk to", action, waits=True)


def plan(
    suite: Suite, some: Sequence[Package] | None, building: Sequence[Job], *, fast: bool
) -> list[Job]:
    """Return all jobs: for some packages or the whole workspace, or for what is quick.

    No test runs before the linters have ended; what needs extensions comes after ``building``.
    """
    chosen = packages() if some is None else some
    chosen = [p for p in chosen if any(p.tests.rglob("test_*.py"))]
    compiled = [job.name for job in building]
    tests = [suite.interpreted(package, fast=fast) for package in chosen]
    others = [*building, *checks.style_jobs(suite.python), *checks.type_jobs(suite.python, some)]
    if some is not None and not fast and wanted_mode() != "no":
        tests += [suite.compiled(p, compiled) for p in chosen if p.hot_modules()]
    if some is None and not fast:
        peers = _system(SystemPackages())
        build, *alone = suite.wheels(ARTIFACTS, compiled)
        wheel = _peer()
        others += [peers, wheel, checks.docs_check(suite.python).job(), build]
        tests += [*alone, *suite.integration([*compiled, peers.name, wheel.name])]
    linted = frozenset(job.name for job in checks.style_jobs(suite.python))
    return others + [replace(job, after=job.after | linted) for job in tests]


def run_all(python: Path, some: Sequence[Package] | None, *, fast: bool) -> int:
    """Run the suite and print the sums on the last line; return 0 only if nothing failed."""
    suite = Suite(python, workers="0" if some is None else WORKERS)
    building = []
    if not os.environ.get("AIOHTTP_DEV_HERE") and not fast:
        building = Extensions(python, wanted_mode()).jobs(some)
    shutil.rmtree(ARTIFACTS, ignore_errors=True)
    failed = run_jobs(plan(suite, some, building, fast=fast))
    tally = suite.tally
    tally.failed = max(tally.failed, len(failed))
    print("failed: " + ", ".join(failed) if failed else "all is well")
    print(f"{tally.passed} passed, {tally.failed} failed, {tally.skipped} skipped", flush=True)
    return 1 if failed else 0


def coverage(python: Path, package: Package, minimum: float) -> int:
    """Measure the branch coverage of one package by its own tests; non-zero below the minimum."""
    env = environ(
        AIOHTTP_NO_EXTENSIONS="1", COVERAGE_FILE=os.fspath(ROOT / f".coverage.{package.name}")
    )
    shutil.rmtree(ROOT / f".coverage.{package.name}", ignore_errors=True)
    return run(
        python,
        "-m",
        "pytest",
        "-q",
        "--no-header",
        "-n",
        WORKERS,
        f"--cov={package.import_name}",
        "--cov-branch",
        "--cov-report=term-missing:skip-covered",
        f"--cov-fail-under={minimum}",
        os.fspath(package.tests.relative_to(ROOT)),
        env=env,
    )
