"""The checks that run no code of the packages: style, types, layers, structure, documents."""

from __future__ import annotations

import os
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from tools.environment import environ, in_venv, run, say
from tools.schedule import Job, command
from tools.workspace import ROOT, Package, packages

HOUSE_CHECK = ROOT.parent / "shared" / "tools" / "house_check.py"


@dataclass(frozen=True)
class Check:
    """One command that says yes or no; its output is shown only when it says no."""

    name: str
    command: Sequence[str]
    env: dict[str, str] = field(default_factory=dict)
    seconds: float = 5
    """What it takes, roughly: long jobs begin early."""

    def __call__(self) -> bool:
        """Run the command, print one line, and return whether it succeeded."""
        began = time.monotonic()
        ok = run(*self.command, env=environ(**self.env), quiet=True) == 0
        say(f"{'ok    ' if ok else 'FAILED'} {self.name} ({time.monotonic() - began:.1f} s)")
        return ok

    def job(self, after: Sequence[str] = ()) -> Job:
        """Return the check as a job of the test command."""
        return command(
            self.name, *self.command, env=dict(self.env), after=after, seconds=self.seconds
        )


def style_jobs(python: Path) -> list[Job]:
    """Return the quick checks, those of everything but types, as jobs."""
    return [check.job() for check in style_checks(python)]


def type_jobs(python: Path, some: Sequence[Package] | None) -> list[Job]:
    """Return the checks of types as jobs; with a choice of packages, of those alone."""
    names = {f"mypy {package.name}" for package in some or ()}
    jobs: list[Job] = []
    for check in type_checks(python):
        if some is None or check.name in names:
            # One after another: each goes on with what the one before has remembered.
            jobs.append(check.job([job.name for job in jobs[-1:]]))
    return jobs


def all_checks(python: Path) -> list[Check]:
    """Return the checks, the quickest first."""
    return [*style_checks(python), *type_checks(python)]


def style_checks(python: Path) -> list[Check]:
    """Return the checks of style, layers and structure."""
    scripts = python.parent
    found = [
        Check("ruff check", [os.fspath(python), "-m", "ruff", "check", "--quiet", "."]),
        Check(
            "ruff format", [os.fspath(python), "-m", "ruff", "format", "--check", "--quiet", "."]
        ),
        Check(
            "import-linter",
            [os.fspath(in_venv(scripts.parent, "lint-imports")), "--no-cache"],
            {"AIOHTTP_NO_EXTENSIONS": "1"},
        ),
    ]
    found.append(Check("private names", [os.fspath(python), "tools/private_names.py"]))
    if HOUSE_CHECK.is_file():
        found.append(
            Check("house_check", [os.fspath(python), os.fspath(HOUSE_CHECK), ".", "--strict"])
        )
    return found


def type_checks(python: Path) -> list[Check]:
    """Return one run of mypy in strict mode for each package, over sources and tests.

    One run for each: packages may have test files of the same name.
    """
    mypy = [os.fspath(python), "-m", "mypy", "--no-error-summary"]
    tools = sorted(path.relative_to(ROOT).as_posix() for path in ROOT.glob("tools/*.py"))
    found = [Check("mypy tools", [*mypy, *tools, "noxfile.py"])]
    for package in packages():
        folders = [f for f in (package.source, package.tests) if any(f.rglob("*.py"))]
        names = [folder.relative_to(ROOT).as_posix() for folder in folders]
        if names:
            found.append(Check(f"mypy {package.name}", [*mypy, *names]))
    return found


def docs_check(python: Path) -> Check:
    """Return the build of the documents, in which a warning is an error."""
    return Check(
        "documents",
        [
            os.fspath(python),
            "-m",
            "sphinx",
            "-W",
            "--keep-going",
            "-q",
            "-j",
            "2",
            "-b",
            "html",
            "docs",
            "docs/_build/html",
        ],
        {"AIOHTTP_NO_EXTENSIONS": "1"},
        seconds=50,
    )
