"""Worker processes seen from the parent: starting them, hearing them, waking up for signals.

Laws
* A worker gets exactly the sockets that it shall have, and its end of the lifeline.
* Nothing here blocks, except :meth:`SignalInbox.wait`.
* What a worker sends is bounded, whatever it does.
"""

import contextlib
import json
import selectors
import signal
import socket
import subprocess
import sys
from collections import deque
from collections.abc import Iterable, Sequence
from types import FrameType
from typing import Any, Final, Self

from aiohttp_web.worker_process import WorkerSettings

__all__ = ("SignalInbox", "WorkerProcess", "interpreter_options")

_LONGEST_MESSAGE: Final = 16 * 2**20
_HEARD_PER_TURN: Final = 2**18


def interpreter_options() -> list[str]:
    """Return the options that this interpreter was started with and that a worker needs too."""
    flags = sys.flags
    options = ["-" + "O" * flags.optimize] if flags.optimize else []
    switches = {
        "-B": flags.dont_write_bytecode,
        "-I": flags.isolated,
        "-E": flags.ignore_environment and not flags.isolated,
        "-s": flags.no_user_site and not flags.isolated,
        "-S": flags.no_site,
    }
    options += [option for option, on in switches.items() if on]
    for warning in sys.warnoptions:
        options += ["-W", warning]
    for name, value in sys._xoptions.items():
        options += ["-X", name if value is True else f"{name}={value}"]
    return options


class WorkerProcess:
    """One worker that serves *sockets*.  OSError if it cannot be started."""

    def __init__(self, settings: WorkerSettings, sockets: Sequence[socket.socket]) -> None:
        ours, theirs = socket.socketpair()
        with theirs:
            numbers = [theirs.fileno(), *(sock.fileno() for sock in sockets)]
            command = [sys.executable, *interpreter_options(), "-m", "aiohttp_web.worker_process"]
            try:
                self._process = subprocess.Popen(  # noqa: S603 (our own interpreter)
                    [*command, settings.dump(), *map(str, numbers)], pass_fds=numbers
                )
            except BaseException:
                ours.close()
                raise
        ours.setblocking(False)
        self._lifeline = ours
        self._heard = b""

    @property
    def pid(self) -> int:
        """The number of the process."""
        return self._process.pid

    def fileno(self) -> int:
        """The lifeline, for a selector; -1 after :meth:`close`."""
        return self._lifeline.fileno()

    def status(self) -> int | None:
        """How the process ended, negative for a signal; ``None`` while it lives."""
        return self._process.poll()

    def messages(self) -> tuple[list[dict[str, Any]], bool]:
        """Return what the worker has sent since the last time, and whether more may come."""
        open_ = True
        try:
            data = self._lifeline.recv(_HEARD_PER_TURN)
            open_ = bool(data)
            self._heard += data
        except BlockingIOError:
            pass
        except OSError:
            open_ = False
        *lines, self._heard = self._heard.split(b"\n")
        if len(self._heard) > _LONGEST_MESSAGE:
            self._heard = b""
        found = []
        for line in lines:
            with contextlib.suppress(ValueError):
                message = json.loads(line)
                if isinstance(message, dict):
                    found.append(message)
        return found, open_

    def send_signal(self, number: signal.Signals) -> None:
        """Send a signal to the worker; nothing happens if it has ended."""
        self._process.send_signal(number)

    def terminate(self) -> None:
        """Ask the worker to end gracefully."""
        self._process.terminate()

    def kill(self) -> None:
        """End the worker now."""
        self._process.kill()

    def close(self) -> None:
        """Let go of the lifeline of a worker that has ended."""
        self._lifeline.close()


class SignalInbox:
    """Collects signals of the process and wakes a waiting loop; a context manager.

    Only for the main thread.  Leaving the context brings the former handlers back.
    """

    def __init__(self, signals: Iterable[signal.Signals]) -> None:
        self._signals = tuple(signals)
        self._caught: deque[signal.Signals] = deque()
        self._former: dict[signal.Signals, Any] = {}
        self._former_wakeup = -1
        self._bell, self._pushed = socket.socketpair()
        self._selector = selectors.DefaultSelector()

    def __enter__(self) -> Self:
        for end in (self._bell, self._pushed):
            end.setblocking(False)
        self._former_wakeup = signal.set_wakeup_fd(self._pushed.fileno(), warn_on_full_buffer=False)
        for number in self._signals:
            self._former[number] = signal.signal(number, self._catch)
        self._selector.register(self._bell, selectors.EVENT_READ)
        return self

    def __exit__(self, *exc_info: object) -> None:
        for number, handler in self._former.items():
            signal.signal(number, handler)
        signal.set_wakeup_fd(self._former_wakeup)
        self._selector.close()
        self._bell.close()
        self._pushed.close()

    def _catch(self, number: int, frame: FrameType | None) -> None:
        self._caught.append(signal.Signals(number))

    def add(self, worker: WorkerProcess) -> None:
        """Wake up for what *worker* sends, too."""
        self._selector.register(worker, selectors.EVENT_READ, worker)

    def discard(self, worker: WorkerProcess) -> None:
        """Wake up for *worker* no longer.  May be repeated."""
        with contextlib.suppress(KeyError, ValueError):
            self._selector.unregister(worker)

    def wait(self, timeout: float | None) -> tuple[list[signal.Signals], list[WorkerProcess]]:
        """Return signals, and workers that have something to say, after *timeout* s at the latest.

        ``None`` waits until something happens.
        """
        ready = self._selector.select(0 if self._caught else timeout)
        talking = [key.data for key, _ in ready if key.data is not None]
        with contextlib.suppress(BlockingIOError):
            self._bell.recv(4096)
        signals = [self._caught.popleft() for _ in range(len(self._caught))]
        return signals, talking
