"""The life of one worker process, from the inside: ``python -m aiohttp_web.worker_process``.

Laws
* A worker is a fresh interpreter, never a fork of one that has done something: it has no locks,
  threads, loops or random state of its parent, and a new worker runs the newest code.
* It serves sockets that it inherits; it binds nothing.
* While it serves it tells its parent, from a timer of the loop, that the loop turns.
* The lifeline is a socket pair whose other end the parent holds.  What goes up are lines of JSON;
  its end means that the parent is gone, and nobody outlives the parent: the worker ends
  gracefully, and by an alarm of the kernel if that takes too long.
* SIGTERM is graceful however often it comes: a service manager and the parent may both send it.
  SIGINT belongs to the parent: a terminal sends it to everybody.
"""

import asyncio
import contextlib
import faulthandler
import inspect
import json
import logging
import os
import signal
import socket
import ssl
import sys
import sysconfig
import traceback
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any, Final, Self

from aiohttp_web.entry_point import EntryPointError, load_entry_point
from aiohttp_web.run import run_app
from aiohttp_web.runner import GracefulExit, longest_shutdown

__all__ = ("WorkerSettings", "main", "project_files", "server_context")

_CLEANUP: Final = 5
"""Seconds for the cleanup of a worker without a parent, beyond its graceful shutdown."""

_REPORT_INTERVAL: Final = 1.0
"""Seconds between two looks at which files were imported."""

_BEATS: Final = 4
_LONGEST_BEAT: Final = 5.0
"""A worker says that it lives this many times within its timeout, and this often at least."""

_STDERR: Final = 2

_USAGE_STATUS: Final = 2
"""Exit status for an entry point that leads nowhere, as that of the command line."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkerSettings:
    """What a worker has to know; travels as JSON on its command line."""

    entry: str
    """``module:function``; the function gets *arguments* and returns an application."""
    arguments: tuple[str, ...] = ()
    search_path: tuple[str, ...] = ()
    """``sys.path`` of the parent."""
    command: tuple[str, ...] = ()
    """``sys.argv`` of the parent."""
    shutdown_timeout: float = 60.0
    backlog: int = 128
    tls_cert: str | None = None
    tls_key: str | None = None
    watch: bool = False
    """Whether the parent wants to know which files were imported."""
    worker_timeout: float = 0.0
    """Seconds after which a worker whose loop does not turn is stuck; 0 for never."""
    log_level: int | None = None
    """Level for ``logging.basicConfig``, which is not called for ``None``."""

    def dump(self) -> str:
        """Return the settings as JSON."""
        return json.dumps(asdict(self))

    @classmethod
    def parse(cls, text: str) -> Self:
        """Return the settings that :meth:`dump` gave as *text*."""
        found = json.loads(text)
        for name in ("arguments", "search_path", "command"):
            found[name] = tuple(found[name])
        return cls(**found)


def server_context(cert: str | None, key: str | None) -> ssl.SSLContext | None:
    """Return a TLS context with the certificate chain *cert*, ``None`` without one."""
    if cert is None:
        return None
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(cert, key)
    context.set_alpn_protocols(["http/1.1"])
    return context


def _foreign_folders() -> tuple[str, ...]:
    names = ("stdlib", "platstdlib", "purelib", "platlib")
    return tuple({os.path.join(sysconfig.get_path(name), "") for name in names})


def project_files(error: BaseException | None = None) -> set[str]:
    """Return the source files that were imported, those of Python and of installed packages not.

    *error*, if any, adds the files that it came through: a module with a mistake in it is not
    among the imported ones.
    """
    found = {getattr(module, "__file__", None) for module in list(sys.modules.values())}
    while error is not None:
        found.update(frame.filename for frame in traceback.extract_tb(error.__traceback__))
        if isinstance(error, SyntaxError):
            found.add(error.filename)
        error = error.__cause__ or error.__context__
    foreign = _foreign_folders()
    return {
        os.path.abspath(name)
        for name in found
        if name is not None
        and name.endswith(".py")
        and not os.path.abspath(name).startswith(foreign)
        and "site-packages" not in name
        and os.path.exists(name)
    }


_ALIVE: Final = b'{"alive": true}\n'


class _Lifeline:
    """The worker's end of the line to its parent."""

    def __init__(self, sock: socket.socket) -> None:
        self._sock = sock
        self._known: set[str] = set()

    def tell(self, message: dict[str, Any]) -> None:
        """Send *message*; a parent that is gone is noticed elsewhere."""
        with contextlib.suppress(OSError):
            self._sock.sendall(json.dumps(message).encode() + b"\n")

    def tell_files(self, error: BaseException | None = None) -> None:
        """Send the files that were imported since the last time."""
        new = project_files(error) - self._known
        if new:
            self._known |= new
            self.tell({"files": sorted(new)})

    def watch_files(self, loop: asyncio.AbstractEventLoop) -> None:
        """Send new files now and from time to time."""
        self.tell_files()
        loop.call_later(_REPORT_INTERVAL, self.watch_files, loop)

    def beat(self, loop: asyncio.AbstractEventLoop, interval: float) -> None:
        """Say now, and every *interval* seconds, that the loop turns."""
        # A parent that does not read must not block the loop.
        with contextlib.suppress(OSError):
            self._sock.send(_ALIVE, socket.MSG_DONTWAIT)
        loop.call_later(interval, self.beat, loop, interval)

    def listen(self, loop: asyncio.AbstractEventLoop, gone: Callable[[], None]) -> None:
        """Call *gone* when the parent is."""
        loop.add_reader(self._sock.fileno(), self._heard, loop, gone)

    def _heard(self, loop: asyncio.AbstractEventLoop, gone: Callable[[], None]) -> None:
        with contextlib.suppress(OSError):
            if self._sock.recv(4096):
                return
        loop.remove_reader(self._sock.fileno())
        gone()


class _Ending:
    """Makes the first request to end a graceful exit, and the others nothing."""

    def __init__(self) -> None:
        self._asked = False

    def ask(self) -> None:
        if not self._asked:
            self._asked = True
            raise GracefulExit


def _serve(settings: WorkerSettings, lifeline: _Lifeline, sockets: list[socket.socket]) -> None:
    make_app = load_entry_point(settings.entry)
    app = make_app(list(settings.arguments))
    ending = _Ending()
    patience = max(1, round(longest_shutdown(settings.shutdown_timeout)) + _CLEANUP)

    def orphaned() -> None:
        # Not a timer of the loop: this must work even if the application blocks it.
        signal.signal(signal.SIGALRM, signal.SIG_DFL)
        signal.alarm(patience)
        ending.ask()

    async def start() -> Any:
        loop = asyncio.get_running_loop()
        loop.add_signal_handler(signal.SIGTERM, ending.ask)
        lifeline.listen(loop, orphaned)
        if settings.watch:
            lifeline.watch_files(loop)
        if settings.worker_timeout > 0:
            lifeline.beat(loop, min(settings.worker_timeout / _BEATS, _LONGEST_BEAT))
        return await app if inspect.isawaitable(app) else app

    run_app(
        start(),
        sock=sockets,
        ssl_context=server_context(settings.tls_cert, settings.tls_key),
        shutdown_timeout=settings.shutdown_timeout,
        backlog=settings.backlog,
        handle_signals=False,
        # All sites listen when the banner is written.
        print=lambda banner: lifeline.tell({"ready": True}),
    )


def main(argv: list[str]) -> None:
    """Serve as *argv* says: settings, number of the lifeline, numbers of the sockets."""
    settings = WorkerSettings.parse(argv[0])
    numbers = [int(number) for number in argv[1:]]
    for number in numbers:
        # What the application starts must not keep the port or the lifeline open.
        os.set_inheritable(number, False)
    for ignored in (signal.SIGINT, signal.SIGHUP):
        signal.signal(ignored, signal.SIG_IGN)
    sys.path[:] = settings.search_path
    sys.argv[:] = settings.command
    if settings.watch:
        # Cached bytecode is told by seconds and size: two quick changes could become one.
        sys.dont_write_bytecode = True
    if settings.log_level is not None:
        logging.basicConfig(level=settings.log_level)
    if settings.worker_timeout > 0 and not faulthandler.is_enabled():
        # If the parent aborts a stuck worker, everybody shall see what it hung in.
        faulthandler.enable(_STDERR)
    with contextlib.ExitStack() as stack:
        line, *sockets = [stack.enter_context(socket.socket(fileno=each)) for each in numbers]
        _run(settings, _Lifeline(line), sockets)


def _run(settings: WorkerSettings, lifeline: _Lifeline, sockets: list[socket.socket]) -> None:
    """Serve, and tell the parent what a failing start has imported."""
    try:
        _serve(settings, lifeline, sockets)
    except EntryPointError as exc:
        if settings.watch:
            lifeline.tell_files(exc)
        traceback.print_exception(exc.__cause__ or exc)
        sys.stderr.write(f"error: {exc}\n")
        raise SystemExit(_USAGE_STATUS) from None
    except BaseException as exc:
        if settings.watch:
            lifeline.tell_files(exc)
        raise


if __name__ == "__main__":
    main(sys.argv[1:])
