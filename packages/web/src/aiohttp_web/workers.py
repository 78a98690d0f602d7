"""Several processes that serve one application: the supervisor (research row 23).

Laws
* What to do is decided by :mod:`aiohttp_web.supervision`; this module only does it: sockets,
  processes, signals, the clock.
* The supervisor imports nothing of the application, runs no loop and no thread.  So nothing of the
  application can break it, and each worker starts from the newest code.
* The supervisor holds the listening sockets: no connection is lost while workers change.
* A worker whose loop does not turn is aborted with a traceback of what it hangs in, and replaced.
* SIGTERM and SIGINT end everything gracefully, with a deadline; a second one at once.  SIGHUP
  replaces the workers one by one.  No worker outlives the supervisor, however that ends.
"""

import os
import signal
import time
from collections.abc import Callable, Iterable, Sequence
from typing import Final

from aiohttp_core.log import server_logger
from aiohttp_web.entry_point import split_entry_point
from aiohttp_web.listeners import Listeners
from aiohttp_web.runner import longest_shutdown
from aiohttp_web.supervision import (
    Abort,
    Action,
    Announce,
    CloseListeners,
    Finish,
    Kill,
    Policy,
    Report,
    Start,
    Supervision,
    Terminate,
)
from aiohttp_web.worker_launch import SignalInbox, WorkerProcess
from aiohttp_web.worker_process import WorkerSettings

__all__ = ("Supervisor", "listeners_for", "run_workers")

_MARGIN: Final = 5.0
"""Seconds that a worker gets for its cleanup beyond the deadline of its graceful shutdown."""


_SIGNALS: Final[dict[type[Action], signal.Signals]] = {
    Terminate: signal.SIGTERM,
    # The fault handler of the worker writes the tracebacks of all threads.
    Abort: signal.SIGABRT,
    Kill: signal.SIGKILL,
}


class Supervisor:
    """Runs workers with *settings* on *listeners* until it is told to stop.

    *write* gets the banner when all workers serve.  Closes *listeners* at the end.
    """

    def __init__(
        self,
        settings: WorkerSettings,
        listeners: Listeners,
        policy: Policy,
        write: Callable[[str], object] | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._settings = settings
        self._listeners = listeners
        self._policy = policy
        self._write = write
        self._clock = clock
        self._supervision = Supervision(policy)
        self._processes: dict[int, WorkerProcess] = {}
        self._pending: list[Action] = []
        self._status: int | None = None

    def run(self) -> int:
        """Serve; return the exit status.  To be called in the main thread."""
        caught = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGCHLD)
        try:
            with SignalInbox(caught) as inbox:
                self._do(self._supervision.start(), inbox)
                while self._status is None:
                    self._turn(inbox)
            return self._status
        finally:
            self._listeners.close()
            # Only if this method failed: nothing of ours may go on.
            for process in self._processes.values():
                process.kill()
                process.close()

    def _turn(self, inbox: SignalInbox) -> None:
        deadline = self._supervision.next_deadline()
        timeout = None if deadline is None else max(0.0, deadline - self._clock())
        signals, talking = inbox.wait(timeout)
        for process in talking:
            self._hear(process, inbox)
        for caught in signals:
            if caught is signal.SIGHUP:
                self._do(self._supervision.reload(self._clock()), inbox)
            elif caught is not signal.SIGCHLD:
                self._do(self._supervision.stop(self._clock()), inbox)
        self._reap(inbox)
        self._do(self._supervision.tick(self._clock()), inbox)

    def _hear(self, process: WorkerProcess, inbox: SignalInbox) -> None:
        messages, more = process.messages()
        if not more:
            inbox.discard(process)
        said = {key for message in messages for key, value in message.items() if value is True}
        if not said:
            return
        for worker, known in list(self._processes.items()):
            if known is process and "ready" in said:
                self._do(self._supervision.ready(worker, self._clock()), inbox)
            elif known is process and "alive" in said:
                self._do(self._supervision.alive(worker, self._clock()), inbox)

    def _reap(self, inbox: SignalInbox) -> None:
        for worker, process in list(self._processes.items()):
            status = process.status()
            if status is None:
                continue
            # What it said before its end comes before its end.
            self._hear(process, inbox)
            del self._processes[worker]
            inbox.discard(process)
            process.close()
            self._do(self._supervision.died(worker, status, self._clock()), inbox)

    def _do(self, actions: Iterable[Action], inbox: SignalInbox) -> None:
        self._pending += actions
        while self._pending:
            self._act(self._pending.pop(0), inbox)

    def _act(self, action: Action, inbox: SignalInbox) -> None:
        match action:
            case Start(worker, slot):
                self._start(worker, slot, inbox)
            case Terminate(worker) | Abort(worker) | Kill(worker):
                self._signal(worker, _SIGNALS[type(action)])
            case CloseListeners():
                self._listeners.close()
            case Announce():
                self._announce()
            case Report(text, error):
                if error:
                    server_logger.error("%s", text)
                else:
                    server_logger.info("%s", text)
            case Finish(status):
                self._status = status

    def _signal(self, worker: int, number: signal.Signals) -> None:
        # One that could not even be started is unknown here.
        process = self._processes.get(worker)
        if process is not None:
            process.send_signal(number)

    def _start(self, worker: int, slot: int, inbox: SignalInbox) -> None:
        try:
            process = WorkerProcess(self._settings, self._listeners.slots[slot])
        except OSError as exc:
            server_logger.error("Worker %d cannot be started: %s", worker, exc)
            self._pending += self._supervision.died(worker, 1, self._clock())
            return
        server_logger.info("Worker %d starts as process %d", worker, process.pid)
        self._processes[worker] = process
        inbox.add(process)

    def _announce(self) -> None:
        if self._write is not None:
            names = ", ".join(sorted(self._listeners.names))
            self._write(
                f"======== Running on {names} ========\n"
                f"({self._policy.workers} workers, press CTRL+C to quit)"
            )


def listeners_for(
    slots: int,
    *,
    host: str | Sequence[str] | None,
    port: int | None,
    path: str | os.PathLike[str] | None,
    backlog: int,
    tls: bool,
) -> Listeners:
    """Bind what :func:`~aiohttp_web.run.run_app` would listen on (ADD-612)."""
    hosts: list[str | None] = []
    if host is not None:
        hosts += [host] if isinstance(host, str) else host
    elif port is not None or path is None:
        hosts.append(None)
    if port is None:
        port = 8443 if tls else 8080
    return Listeners(
        slots,
        hosts=hosts,
        port=port,
        paths=[] if path is None else [os.fspath(path)],
        backlog=backlog,
        scheme="https" if tls else "http",
    )


def run_workers(
    settings: WorkerSettings,
    *,
    workers: int,
    host: str | Sequence[str] | None = None,
    port: int | None = None,
    path: str | os.PathLike[str] | None = None,
    print: Callable[[str], object] | None = print,  # noqa: A002 (as in run_app)
) -> int:
    """Serve the application of *settings* in *workers* processes until a signal; return a status.

    0 after a graceful end; 1 if workers had to be killed or a second signal came; the status of the
    worker if the first start failed.  *host*, *port*, *path* and *print* are those of
    :func:`~aiohttp_web.run.run_app`.  SIGHUP replaces the workers one by one.

    Raises OSError if an address cannot be had, RuntimeError where processes cannot inherit sockets
    (Windows), :exc:`~aiohttp_web.entry_point.EntryPointError` for an entry point of wrong form.
    """
    if os.name != "posix":
        raise RuntimeError("Workers need a system where processes inherit sockets")
    split_entry_point(settings.entry)
    policy = Policy(
        workers=workers,
        grace=longest_shutdown(settings.shutdown_timeout) + _MARGIN,
        silence=settings.worker_timeout,
    )
    listeners = listeners_for(
        workers,
        host=host,
        port=port,
        path=path,
        backlog=settings.backlog,
        tls=settings.tls_cert is not None,
    )
    return Supervisor(settings, listeners, policy, print).run()
