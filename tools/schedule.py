"""Running many commands on few processors: what may start, starts, the longest chain first.

Laws
* A job starts when all that it comes after has ended, well or not: a job that cannot do without
  the result of another says so itself, in its own output.
* Output goes into a file of the job and is shown only if the job fails; of one that succeeds
  there is one line, and what it chose to remark.
* No process outlives the queue, however that ends.

Standard library only.
"""

from __future__ import annotations

import contextlib
import os
import queue
import signal
import subprocess
import tempfile
import threading
import time
import traceback
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from tools.environment import environ, say
from tools.workspace import ROOT

# One more than there are processors: tests wait for timers and peers now and then.
PLACES = (os.cpu_count() or 2) + 1
SILENCE = 60.0
"""Seconds after which it is said what is still running."""


class Worker:
    """What a running job is given: a file for its output, and commands that end with the queue."""

    def __init__(self, log: Path, running: set[subprocess.Popen[bytes]]) -> None:
        """Use a file that need not exist yet and the queue's set of running processes."""
        self.log = log
        self.remarks: list[str] = []
        self._running = running

    def run(self, *command: str | os.PathLike[str], env: Mapping[str, str] | None = None) -> int:
        """Run a command in the root of the workspace and return its status."""
        with self.log.open("ab") as output:
            process = subprocess.Popen(
                [os.fspath(part) for part in command],
                cwd=ROOT,
                env=None if env is None else dict(env),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                # A group of its own, so that it can be ended with all that it started.
                start_new_session=True,
            )
            self._running.add(process)
            try:
                return process.wait()
            finally:
                self._running.discard(process)

    def output(self) -> str:
        """Return what the commands have printed."""
        return self.log.read_text(errors="replace") if self.log.is_file() else ""


@dataclass(frozen=True)
class Job:
    """A piece of work; ``action`` returns whether it succeeded."""

    name: str
    action: Callable[[Worker], bool]
    after: frozenset[str] = frozenset()
    """Names of jobs that must have ended before; unknown names do not count."""
    seconds: float = 1.0
    """About how long it takes; decides the order alone."""
    waits: bool = False
    """Waits for others most of the time, and takes no place."""


def command(
    name: str,
    *arguments: str | os.PathLike[str],
    env: Mapping[str, str | None] | None = None,
    after: Sequence[str] = (),
    seconds: float = 1.0,
) -> Job:
    """Return a job that runs one command and succeeds if its status is 0."""

    def action(worker: Worker) -> bool:
        return worker.run(*arguments, env=environ(**(env or {}))) == 0

    return Job(name, action, frozenset(after), seconds)


def ranks(jobs: Sequence[Job]) -> dict[str, float]:
    """Return for each job how long the longest chain is that begins with it."""
    followers: dict[str, list[Job]] = {job.name: [] for job in jobs}
    for job in jobs:
        for name in job.after & followers.keys():
            followers[name].append(job)
    known = {job.name: job for job in jobs}

    @cache
    def rank(name: str) -> float:
        return known[name].seconds + max((rank(f.name) for f in followers[name]), default=0.0)

    return {job.name: rank(job.name) for job in jobs}


@dataclass
class _Run:
    """The state of one run of the queue."""

    folder: Path
    places: int
    processes: set[subprocess.Popen[bytes]] = field(default_factory=set)
    active: dict[str, bool] = field(default_factory=dict)
    ended: queue.SimpleQueue[tuple[Job, Worker, bool, float]] = field(
        default_factory=queue.SimpleQueue
    )

    def start(self, job: Job) -> None:
        self.active[job.name] = not job.waits
        worker = Worker(self.folder / f"{len(os.listdir(self.folder))}-{id(job)}", self.processes)
        threading.Thread(target=self._perform, args=(job, worker), daemon=True).start()

    def _perform(self, job: Job, worker: Worker) -> None:
        began = time.monotonic()
        try:
            ok = job.action(worker)
        except Exception:
            with worker.log.open("a") as log:
                traceback.print_exc(file=log)
            ok = False
        self.ended.put((job, worker, ok, time.monotonic() - began))

    def has_place(self) -> bool:
        return sum(self.active.values()) < self.places

    def kill(self) -> None:
        for process in list(self.processes):
            with contextlib.suppress(OSError):
                if os.name == "posix":
                    os.killpg(process.pid, signal.SIGKILL)
                else:
                    process.kill()


@contextlib.contextmanager
def _ended_by_sigterm() -> Iterator[None]:
    """Let SIGTERM end the queue like Ctrl-C does; a signal's default would leave processes."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def interrupt(number: int, frame: object) -> None:
        raise KeyboardInterrupt

    old = signal.signal(signal.SIGTERM, interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, old)


def run_jobs(jobs: Sequence[Job], places: int = PLACES) -> list[str]:
    """Run all jobs and return the names of those that failed, in the order in which they ended."""
    rank = ranks(jobs)
    waiting = sorted(jobs, key=lambda job: -rank[job.name])
    open_names = {job.name for job in jobs}
    failed = []
    with (
        tempfile.TemporaryDirectory(prefix="aiohttp-jobs-") as folder,
        _ended_by_sigterm(),
    ):
        state = _Run(Path(folder), places)
        try:
            while waiting or state.active:
                for job in list(waiting):
                    if not job.after & open_names and (job.waits or state.has_place()):
                        waiting.remove(job)
                        state.start(job)
                try:
                    job, worker, ok, seconds = state.ended.get(timeout=SILENCE)
                except queue.Empty:
                    say(f"       ... {', '.join(sorted(state.active))}")
                    continue
                del state.active[job.name]
                open_names.discard(job.name)
                if not ok:
                    failed.append(job.name)
                    print(worker.output(), end="", flush=True)
                say(f"{'ok    ' if ok else 'FAILED'} {job.name} ({seconds:.1f} s)")
                for remark in worker.remarks:
                    print(f"           {remark}", flush=True)
        finally:
            state.kill()
    return failed
