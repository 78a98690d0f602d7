"""``--reload``: a development server that starts anew when a file of the project changes.

Laws
* The server is one worker process; this one watches, keeps the port, and imports nothing of the
  application: no mistake in it can end the watching.
* The worker tells which files it imported; they are looked at twice a second (time stamp and size).
* A server that ended by itself, by a syntax error for example, starts anew with the next change.
* A connection that comes while there is no server waits in the queue of the socket.
"""

import enum
import os
import signal
import sys
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from aiohttp_web.entry_point import split_entry_point
from aiohttp_web.listeners import Listeners
from aiohttp_web.worker_launch import SignalInbox, WorkerProcess
from aiohttp_web.worker_process import WorkerSettings

__all__ = ("FileWatch", "Reloading", "Step", "entry_files", "run_reloading")

_INTERVAL: Final = 0.5
"""Seconds between two looks at the files."""

_GRACE: Final = 3.0
"""Seconds that the old server gets to end before it is killed."""

_SHOWN: Final = 3

Stamp = tuple[int, int] | None
"""Time stamp in nanoseconds and size of a file, ``None`` if there is none."""


def stamp(path: str) -> Stamp:
    """Look at the file *path*."""
    try:
        found = os.stat(path)
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size


class FileWatch:
    """Knows files by their stamps; *look* gives the stamp of a file."""

    def __init__(self, look: Callable[[str], Stamp] = stamp) -> None:
        self._look = look
        self._stamps: dict[str, Stamp] = {}

    @property
    def files(self) -> Mapping[str, Stamp]:
        """What is watched."""
        return self._stamps

    def add(self, files: Iterable[str]) -> None:
        """Watch *files*, too.  What is watched already keeps its stamp."""
        for path in files:
            if path not in self._stamps:
                self._stamps[path] = self._look(path)

    def changes(self) -> list[str]:
        """Return the files that have changed, come or gone since the last time."""
        found = []
        for path, old in self._stamps.items():
            new = self._look(path)
            if new != old:
                self._stamps[path] = new
                found.append(path)
        return sorted(found)


class Step(enum.Enum):
    """What is to be done."""

    START = enum.auto()
    TERMINATE = enum.auto()
    KILL = enum.auto()
    FINISH = enum.auto()


class _State(enum.Enum):
    RUNNING = enum.auto()
    BROKEN = enum.auto()
    RESTARTING = enum.auto()
    STOPPING = enum.auto()


@dataclass(slots=True)
class Reloading:
    """The decisions: events and times in, a step and a message for people out."""

    grace: float = _GRACE
    status: int = 0
    _state: _State = _State.RUNNING
    _kill_at: float | None = None

    @property
    def kill_at(self) -> float | None:
        """When :meth:`tick` is due."""
        return self._kill_at

    def changed(self, files: list[str], now: float) -> tuple[list[Step], str]:
        """*files* are not what they were."""
        shown = ", ".join(os.path.relpath(path) for path in files[:_SHOWN])
        more = f" and {len(files) - _SHOWN} more" if len(files) > _SHOWN else ""
        if self._state is _State.BROKEN:
            self._state = _State.RUNNING
            return [Step.START], f"Changed: {shown}{more}; the server starts"
        if self._state is _State.RUNNING:
            self._state = _State.RESTARTING
            self._kill_at = now + self.grace
            return [Step.TERMINATE], f"Changed: {shown}{more}; the server restarts"
        return [], ""

    def died(self, status: int) -> tuple[list[Step], str]:
        """The server has ended."""
        self._kill_at = None
        if self._state is _State.STOPPING:
            return [Step.FINISH], ""
        if self._state is _State.RESTARTING:
            self._state = _State.RUNNING
            return [Step.START], ""
        self._state = _State.BROKEN
        return [], f"The server has ended (status {status}); it starts again when a file changes"

    def stop(self, now: float) -> tuple[list[Step], str]:
        """Somebody wants the end; who says it twice wants it at once."""
        if self._state is _State.STOPPING:
            self.status = 1
            return [Step.KILL], "Second signal: the server ends at once"
        broken = self._state is _State.BROKEN
        self._state = _State.STOPPING
        if broken:
            return [Step.FINISH], ""
        self._kill_at = now + self.grace
        return [Step.TERMINATE], ""

    def tick(self, now: float) -> tuple[list[Step], str]:
        """Time has passed."""
        if self._kill_at is None or now < self._kill_at:
            return [], ""
        self._kill_at = None
        return [Step.KILL], f"The server did not end within {self.grace:g} s and is killed"


def entry_files(entry: str, search_path: Iterable[str]) -> list[str]:
    """Return the files in which the module of *entry* may stand, now or one day."""
    name, _ = split_entry_point(entry)
    below = name.replace(".", os.sep)
    return [
        os.path.join(os.path.abspath(folder), below + ending)
        for folder in search_path
        if "site-packages" not in folder and not folder.startswith(sys.base_prefix)
        for ending in (".py", os.sep + "__init__.py")
    ]


class _Reloader:
    def __init__(
        self,
        settings: WorkerSettings,
        listeners: Listeners,
        write: Callable[[str], object],
        interval: float = _INTERVAL,
    ) -> None:
        self._settings = settings
        self._listeners = listeners
        self._write = write
        self._interval = interval
        self._watch = FileWatch()
        self._watch.add(entry_files(settings.entry, settings.search_path))
        self._reloading = Reloading()
        self._process: WorkerProcess | None = None
        self._announced = False
        self._finished = False

    def run(self) -> int:
        try:
            with SignalInbox((signal.SIGTERM, signal.SIGINT, signal.SIGCHLD)) as inbox:
                self._start(inbox)
                while not self._finished:
                    self._turn(inbox)
        finally:
            self._listeners.close()
            if self._process is not None:
                self._process.kill()
                self._process.close()
        return self._reloading.status

    def _turn(self, inbox: SignalInbox) -> None:
        signals, talking = inbox.wait(self._interval)
        for process in talking:
            self._hear(process, inbox)
        for caught in signals:
            if caught is not signal.SIGCHLD:
                self._do(*self._reloading.stop(time.monotonic()), inbox)
        self._reap(inbox)
        changed = self._watch.changes()
        if changed:
            self._do(*self._reloading.changed(changed, time.monotonic()), inbox)
        self._do(*self._reloading.tick(time.monotonic()), inbox)

    def _hear(self, process: WorkerProcess, inbox: SignalInbox) -> None:
        messages, more = process.messages()
        if not more:
            inbox.discard(process)
        for message in messages:
            self._watch.add(message.get("files", ()))
            if message.get("ready"):
                self._announce()

    def _announce(self) -> None:
        names = ", ".join(sorted(self._listeners.names))
        if self._announced:
            self._write(f"Serving again on {names}")
            return
        self._announced = True
        self._write(
            f"======== Running on {names} ========\n"
            "(Reloads when a file changes, press CTRL+C to quit)"
        )

    def _reap(self, inbox: SignalInbox) -> None:
        process = self._process
        status = None if process is None else process.status()
        if process is None or status is None:
            return
        self._hear(process, inbox)
        inbox.discard(process)
        process.close()
        self._process = None
        self._do(*self._reloading.died(status), inbox)

    def _do(self, steps: list[Step], text: str, inbox: SignalInbox) -> None:
        if text:
            self._write(text)
        for step in steps:
            if step is Step.START:
                self._start(inbox)
            elif step is Step.FINISH:
                self._finished = True
            elif self._process is not None:
                if step is Step.KILL:
                    self._process.kill()
                else:
                    self._process.terminate()

    def _start(self, inbox: SignalInbox) -> None:
        self._process = WorkerProcess(self._settings, self._listeners.slots[0])
        inbox.add(self._process)


def run_reloading(
    settings: WorkerSettings,
    listeners: Listeners,
    write: Callable[[str], object] = print,
) -> int:
    """Serve the application of *settings* on *listeners* and start anew with each change.

    *write* gets the messages.  Ends with SIGINT or SIGTERM and returns the exit status; a second
    signal ends the server at once.  For development: one process, no connection outlives a change
    by more than three seconds.  RuntimeError where processes cannot inherit sockets (Windows).
    """
    if os.name != "posix":
        raise RuntimeError("Reloading needs a system where processes inherit sockets")
    return _Reloader(settings, listeners, write).run()
