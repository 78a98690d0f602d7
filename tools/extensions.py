"""The extensions of the development tree: compiled in pieces into a cache, then put in place.

A piece is some hot modules of one package.  Pieces have nothing to do with each other and are
compiled by processes of their own, beside whatever else there is to do.  The compiling itself is
the build hook's; the cache is the one that it uses for wheels too.

As a script, with the interpreter of the environment:

    python tools/extensions.py compile PACKAGE [MODULE.py ...]    fill the cache
    python tools/extensions.py place PACKAGE                      from the cache to the sources
    python tools/extensions.py remove PACKAGE                     leave plain Python alone
"""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from tools.environment import STATE, CommandFailed, State, build_environ, extension_suffix, say
from tools.schedule import Job, Worker, run_jobs
from tools.workspace import ROOT, Package, digest, packages

SCRIPT = Path(__file__)
PIECE = 25_000
"""Bytes of source up to which modules are compiled by one process."""
SECONDS_PER_BYTE = 12 / PIECE


def pieces(package: Package) -> list[list[Path]]:
    """Divide the hot modules of a package, the largest first."""
    result: list[tuple[int, list[Path]]] = []
    for module in sorted(package.hot_modules(), key=lambda path: -path.stat().st_size):
        size = module.stat().st_size
        for index, (total, members) in enumerate(result):
            if total + size <= PIECE:
                result[index] = (total + size, [*members, module])
                break
        else:
            result.append((size, [module]))
    return [members for _, members in result]


class Extensions:
    """What is to be built for the tree, and what was built."""

    def __init__(self, python: Path, mode: str) -> None:
        """Look at the tree; ``mode`` is one of the build hook's."""
        self._python = python
        self._mode = mode
        self._suffix = extension_suffix(python)
        self._state = State(STATE / "environment.json")

    def _inputs(self, package: Package) -> str:
        return digest(package.build_inputs(), self._mode, self._suffix)

    def is_current(self, package: Package) -> bool:
        """Tell whether nothing is to be done for a package."""
        if not package.hot_modules():
            return True
        noted = self._state.is_current(f"build:{package.name}", self._inputs(package))
        if not noted or self._mode == "no":
            return noted and not package.is_compiled(self._suffix)
        # In `auto` a failed compilation is not tried again until the inputs change.
        plain = self._state.is_current(f"built:{package.name}", "plain")
        return plain or package.is_compiled(self._suffix)

    def jobs(self, chosen: Sequence[Package] | None = None) -> list[Job]:
        """Return the jobs that build what is not current, or what was chosen."""
        if chosen is None:
            chosen = [package for package in packages() if not self.is_current(package)]
        return [job for package in chosen if package.hot_modules() for job in self._jobs(package)]

    def _jobs(self, package: Package) -> list[Job]:
        env = build_environ(self._mode)
        first = []
        for number, members in enumerate(pieces(package) if self._mode != "no" else (), 1):

            def fill(worker: Worker, members: list[Path] = members) -> bool:
                status = worker.run(
                    self._python, SCRIPT, "compile", package.name, *members, env=env
                )
                # In `auto` the last step tries again, and says what is the matter.
                return status == 0 or self._mode == "auto"

            size = sum(path.stat().st_size for path in members)
            name = f"extensions of {package.name}, piece {number}"
            first.append(Job(name, fill, seconds=size * SECONDS_PER_BYTE))

        def place(worker: Worker) -> bool:
            step = "remove" if self._mode == "no" else "place"
            if worker.run(self._python, SCRIPT, step, package.name, env=env):
                if self._mode != "auto":
                    return False
                worker.remarks += worker.output().splitlines()[-1:]
                worker.remarks.append(f"warning: {package.distribution} runs as plain Python")
                worker.run(self._python, SCRIPT, "remove", package.name, env=env)
            compiled = package.is_compiled(self._suffix)
            self._state.note(f"build:{package.name}", self._inputs(package))
            self._state.note(f"built:{package.name}", "compiled" if compiled else "plain")
            return True

        after = frozenset(job.name for job in first)
        return [*first, Job(f"extensions of {package.name}", place, after)]

    def ensure(self, chosen: Sequence[Package] | None = None) -> None:
        """Build now; raise `CommandFailed` if that was required and cannot be done."""
        jobs = self.jobs(chosen)
        if jobs:
            say(f"building extensions (mode: {self._mode})")
        if failed := run_jobs(jobs):
            raise CommandFailed(", ".join(failed))


def remove(src: Path) -> None:
    """Remove the extensions of this interpreter from the sources."""
    from tools import hatch_build

    for stale in hatch_build.built_files(src):
        stale.unlink()


def main(arguments: Sequence[str]) -> int:
    """Do one step for one package."""
    from tools import hatch_build

    step, name, *modules = arguments
    (package,) = (p for p in packages() if p.name == name)
    src = package.source.resolve()
    if step == "remove":
        remove(src)
        return 0
    sources = [Path(module).resolve() for module in modules] or hatch_build.hot_modules(src)
    with tempfile.TemporaryDirectory(prefix="aiohttp-build-") as scratch:
        built = hatch_build.obtain_extensions(src, sources, Path(scratch).resolve())
        if step == "place":
            remove(src)
            for file, place in built.items():
                # A running process may have the old file mapped: a new inode, never a rewrite.
                target = src / place
                fresh = target.with_name(target.name + ".new")
                shutil.copyfile(file, fresh)
                fresh.chmod(0o755)
                fresh.replace(target)
    return 0


if __name__ == "__main__":
    os.chdir(ROOT)
    sys.exit(main(sys.argv[1:]))
