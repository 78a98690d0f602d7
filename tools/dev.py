#!/usr/bin/env python3
"""The commands of the workspace.  Nothing needs to be installed before.

python3 tools/dev.py demo [--once]     serve the demo, drive it with the client, show what happened
python3 tools/dev.py test [--package NAME] [--fast]
                                       checks, all tests interpreted and compiled, wheels, documents
python3 tools/dev.py build [NAME ...] [--pure]
                                       build extensions in place, or remove them
python3 tools/dev.py lint [--fix]      ruff, mypy, import-linter, structure
python3 tools/dev.py coverage [NAME]   branch coverage, package by package
python3 tools/dev.py docs              build the documents into docs/_build/html
python3 tools/dev.py bench ...         benchmarks against peers; see `bench --help`
python3 tools/dev.py sync              copy the build hook into the packages
python3 tools/dev.py clean [--all]     remove what was built; with --all also .venv
"""

from __future__ import annotations

import sys

if sys.version_info < (3, 11):  # noqa: UP036 - this file must say so itself on older ones
    sys.exit("Python 3.11 or newer is needed; this is " + sys.version.split()[0])

import argparse
import os
import shutil
from collections.abc import Callable, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from tools import checks, environment, suite  # noqa: E402
from tools.environment import CommandFailed, run, say  # noqa: E402
from tools.extensions import Extensions  # noqa: E402
from tools.workspace import Package, packages  # noqa: E402


def chosen(names: Sequence[str]) -> list[Package]:
    """Return the packages with these names (folder or distribution), or all."""
    everything = packages()
    if not names:
        return everything
    found = []
    for name in names:
        match = [p for p in everything if name in (p.name, p.distribution, p.import_name)]
        if not match:
            sys.exit(f"no package {name!r}; there are {', '.join(p.name for p in everything)}")
        found += match
    return found


def ready() -> Path:
    """Bring the environment up to date, extensions included, and return its interpreter."""
    python = environment.ensure_installed()
    if not os.environ.get("AIOHTTP_DEV_HERE"):
        Extensions(python, environment.wanted_mode()).ensure()
    return python


def demo(options: argparse.Namespace) -> int:
    """Run the demonstration."""
    script = ROOT / "demo" / "run.py"
    python = ready()
    return run(python, script, *(["--once"] if options.once else []), *options.rest)


def test(options: argparse.Namespace) -> int:
    """Run the whole suite, one package, or what is quick."""
    python = environment.ensure_installed()
    some = chosen(options.package) if options.package else None
    return suite.run_all(python, some, fast=options.fast)


def build(options: argparse.Namespace) -> int:
    """Build extensions in place, or take them away."""
    python = environment.ensure_installed()
    extensions = Extensions(python, "no" if options.pure else "require")
    extensions.ensure(chosen(options.packages))
    return 0


def lint(options: argparse.Namespace) -> int:
    """Run the checks that run no code."""
    python = ready()
    if options.fix:
        run(python, "-m", "ruff", "check", "--fix", "--quiet", ".")
        run(python, "-m", "ruff", "format", "--quiet", ".")
    failed = [check.name for check in checks.all_checks(python) if not check()]
    print(f"{len(failed)} checks failed" + (": " + ", ".join(failed) if failed else ""))
    return 1 if failed else 0


def coverage(options: argparse.Namespace) -> int:
    """Measure branch coverage of each package by its own tests."""
    python = ready()
    status = 0
    for package in chosen(options.packages):
        say(f"coverage of {package.distribution}")
        status |= suite.coverage(python, package, options.minimum)
    return status


def docs(options: argparse.Namespace) -> int:
    """Build the documents; warnings are errors."""
    return 0 if checks.docs_check(ready())() else 1


def bench(options: argparse.Namespace) -> int:
    """Hand over to the benchmarks."""
    return run(ready(), "-m", "tools.bench", *options.rest)


def release(options: argparse.Namespace) -> int:
    """Hand over to the release tool."""
    return run(ready(), "tools/release.py", *options.rest)


def sync(options: argparse.Namespace) -> int:
    """Copy the build hook into the packages that name it."""
    master = ROOT / "tools" / "hatch_build.py"
    for package in packages():
        targets = package.settings["tool"]["hatch"]["build"]["targets"]
        if "custom" in targets["wheel"].get("hooks", {}):
            shutil.copyfile(master, package.folder / master.name)
            print(f"{package.name}: hook copied")
    return 0


def clean(options: argparse.Namespace) -> int:
    """Remove built files and caches."""
    for package in packages():
        for hot in package.hot_modules():
            for built in (
                *hot.parent.glob(f"{hot.stem}.*.so"),
                *hot.parent.glob(f"{hot.stem}.*.pyd"),
            ):
                built.unlink()
            hot.with_suffix(".c").unlink(missing_ok=True)
    folders = [
        *ROOT.glob("packages/*/dist"),
        *ROOT.glob("packages/*/build"),
        ROOT / "dist",
        ROOT / "docs" / "_build",
        ROOT / ".mypy_cache",
        ROOT / ".ruff_cache",
        ROOT / ".pytest_cache",
        ROOT / ".hypothesis",
        ROOT / ".import_linter_cache",
        environment.STATE,
    ]
    if options.all:
        folders += [environment.VENV, ROOT / ".nox"]
    for folder in folders:
        shutil.rmtree(folder, ignore_errors=True)
    return 0


def parser() -> argparse.ArgumentParser:
    """Return the parser of the command line."""
    top = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    commands = top.add_subparsers(dest="command", required=True)

    def command(function: Callable[[argparse.Namespace], int]) -> argparse.ArgumentParser:
        sub = commands.add_parser(function.__name__, help=function.__doc__)
        sub.set_defaults(function=function)
        return sub

    sub = command(demo)
    sub.add_argument("--once", action="store_true", help="exit after the table, with 0 or 1")
    sub.set_defaults(passes_rest=True)
    sub = command(test)
    sub.add_argument("--package", action="append", metavar="NAME")
    sub.add_argument("--fast", action="store_true", help="checks and interpreted tests alone")
    sub = command(build)
    sub.add_argument("packages", nargs="*", metavar="NAME")
    sub.add_argument("--pure", action="store_true", help="remove the extensions instead")
    sub = command(lint)
    sub.add_argument("--fix", action="store_true", help="repair and format first")
    sub = command(coverage)
    sub.add_argument("packages", nargs="*", metavar="NAME")
    sub.add_argument("--minimum", type=float, default=95.0, help="percent; default %(default)s")
    command(docs)
    for other in (bench, release):
        sub = commands.add_parser(other.__name__, help=other.__doc__, add_help=False)
        sub.set_defaults(function=other, passes_rest=True)
    command(sync)
    sub = command(clean)
    sub.add_argument("--all", action="store_true", help="also .venv and .nox")
    return top


def main(arguments: Sequence[str]) -> int:
    """Run one command and return its status."""
    top = parser()
    options, rest = top.parse_known_args(arguments)
    if rest and not getattr(options, "passes_rest", False):
        top.error(f"unknown arguments: {' '.join(rest)}")
    options.rest = rest
    try:
        return int(options.function(options))
    except CommandFailed as error:
        print(f"failed: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
