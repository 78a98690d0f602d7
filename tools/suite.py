"""The test-suite: what is run, in which order, and how the results are summed.

Every package's tests run interpreted from the source tree, then compiled from its wheel in an
environment of its own; what crosses packages runs against the compiled source tree.
"""

from __future__ import annotations

import os
import shutil
import tempfile
import time
import xml.etree.ElementTree as ET
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tools import checks
from tools.environment import environ, run, say, wanted_mode
from tools.system_packages import SystemPackages
from tools.workspace import ROOT, Package

INTEGRATION = ROOT / "tests-integration"
WHEELS = INTEGRATION / "wheels"
WORKERS = str(max(2, min(4, os.cpu_count() or 2)))


@dataclass
class Tally:
    """Counts of tests, over all runs."""

    passed: int = 0
    failed: int = 0
    skipped: int = 0

    def add_reports(self, folder: Path) -> int:
        """Add what the JUnit files in a folder say and return how many files there were."""
        reports = sorted(folder.glob("*.xml"))
        for report in reports:
            for group in ET.parse(report).getroot().iter("testsuite"):
                count = {
                    k: int(group.get(k, 0)) for k in ("tests", "failures", "errors", "skipped")
                }
                bad = count["failures"] + count["errors"]
                self.failed += bad
                self.skipped += count["skipped"]
                self.passed += count["tests"] - bad - count["skipped"]
        return len(reports)


def _pytest(
    python: Path,
    name: str,
    tally: Tally,
    arguments: Sequence[str],
    env: dict[str, str | None],
    workers: str = WORKERS,
) -> bool:
    """Run pytest once, show its output, add its counts, and return whether all was well."""
    began = time.monotonic()
    say(f"tests: {name}")
    before = tally.failed
    with tempfile.TemporaryDirectory(prefix="aiohttp-reports-") as folder:
        report = Path(folder, "own.xml")
        parallel = ["-n", workers] if workers != "0" else ["-p", "no:xdist"]
        status = run(
            python,
            "-m",
            "pytest",
            "-q",
            "--no-header",
            *parallel,
            f"--junitxml={report}",
            *arguments,
            env=environ(AIOHTTP_REPORTS=folder, **env),
        )
        tally.add_reports(Path(folder))
    # 5 means that nothing was there to run.
    ok = status in (0, 5)
    if not ok and tally.failed == before:
        tally.failed += 1
    say(f"{'ok    ' if ok else 'FAILED'} {name} ({time.monotonic() - began:.1f} s)")
    return ok


def _interpreted(python: Path, chosen: Sequence[Package], tally: Tally, *, fast: bool) -> bool:
    folders = [
        os.fspath(p.tests.relative_to(ROOT)) for p in chosen if any(p.tests.rglob("test_*.py"))
    ]
    if not folders:
        return True
    marks = ["-m", "not slow"] if fast else []
    return _pytest(python, "interpreted", tally, [*marks, *folders], {"AIOHTTP_NO_EXTENSIONS": "1"})


def _compiled_in_place(python: Path, chosen: Sequence[Package], tally: Tally) -> bool:
    folders = [os.fspath(p.tests.relative_to(ROOT)) for p in chosen if p.hot_modules()]
    if not folders:
        return True
    return _pytest(python, "compiled", tally, folders, {"AIOHTTP_NO_EXTENSIONS": None})


def _integration(python: Path, tally: Tally) -> bool:
    return _pytest(
        python,
        "integration",
        tally,
        [INTEGRATION.name, f"--ignore={WHEELS.relative_to(ROOT)}"],
        {"AIOHTTP_NO_EXTENSIONS": None},
    )


def _wheels(python: Path, tally: Tally) -> bool:
    # The inner runs have workers of their own; the outer one goes wheel by wheel.
    return _pytest(
        python,
        "each wheel alone",
        tally,
        [os.fspath(WHEELS.relative_to(ROOT))],
        {"AIOHTTP_NO_EXTENSIONS": None},
        workers="0",
    )


def run_all(python: Path, some: Sequence[Package] | None, *, fast: bool) -> int:
    """Run the suite and print the sums on the last line; return 0 only if nothing failed."""
    from tools.workspace import packages

    tally = Tally()
    chosen = packages() if some is None else some
    whole = some is None and not fast
    system = SystemPackages() if whole else None
    if system:
        system.start()
    wanted = checks.all_checks(python)
    if some is not None:
        names = {f"mypy {p.name}" for p in some}
        wanted = [c for c in wanted if c.name in names or not c.name.startswith("mypy ")]
    failed = [check.name for check in wanted if not check()]
    runs = {"interpreted": _interpreted(python, chosen, tally, fast=fast)}
    if some is not None and not fast and wanted_mode() != "no":
        runs["compiled"] = _compiled_in_place(python, chosen, tally)
    if system:
        runs["wheels"] = _wheels(python, tally)
        system.finish()
        runs["integration"] = _integration(python, tally)
        if not checks.docs_check(python)():
            failed.append("documents")
    tally.failed += len(failed)
    failed += [f"tests ({name})" for name, ok in runs.items() if not ok]
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
