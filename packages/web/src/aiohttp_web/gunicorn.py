"""Workers for gunicorn (spec section 7, ADD-745 to ADD-754); never imported by the package itself.

Laws
* gunicorn owns sockets, processes and settings; a worker is one loop with one runner.
* A failure before the first request is a boot error: the arbiter stops and says so.  Respawning for
  ever would hide it (ADD-752).
* A worker tells the arbiter that it lives as long as its loop turns: while the application starts,
  and while it ends, too, but no longer than ``graceful_timeout``.
"""

import asyncio
import inspect
import os
import re
import signal
import ssl
import sys
import traceback
from collections.abc import Callable
from typing import Any, Final

from gunicorn.arbiter import Arbiter
from gunicorn.config import AccessLogFormat
from gunicorn.sock import ssl_context
from gunicorn.workers.base import Worker

from aiohttp_web.access_log import AccessLogger
from aiohttp_web.application import Application
from aiohttp_web.request import Request
from aiohttp_web.response import Response
from aiohttp_web.runner import AppRunner
from aiohttp_web.sites import SockSite

__all__ = ("GunicornUVLoopWebWorker", "GunicornWebWorker")

_OTHER_FORMAT: Final = re.compile(r"%\([^)]+\)")
_OBSOLETE: Final = (ssl.PROTOCOL_TLSv1, ssl.PROTOCOL_TLSv1_1)
_SHUTDOWN_SHARE: Final = 0.95
"""Part of ``graceful_timeout`` that handlers get; the rest is for the cleanup."""


class _NotStartedError(Exception):
    """The application did not start; the cause says why."""


def access_log_format(configured: str) -> str:
    """Return the access log format for gunicorn's setting *configured* (ADD-748).

    gunicorn's own default is replaced; ValueError for other formats in gunicorn's language.
    """
    if configured == AccessLogFormat.default:
        return AccessLogger.LOG_FORMAT
    if _OTHER_FORMAT.search(configured):
        raise ValueError(
            "The access log format of gunicorn, %(name)s, is not supported; use the format codes "
            "of aiohttp: %a %t %r %s %b %{NAME}i ..."
        )
    return configured


def tls_context(config: Any) -> ssl.SSLContext | None:
    """Return the TLS context that gunicorn's settings describe, ``None`` without TLS (ADD-749).

    The hook ``ssl_context`` of gunicorn is respected.  ``ssl_version`` can pin TLS 1.2; the
    versions before it are refused with a ValueError, all others mean what is negotiated.
    """
    if not config.is_ssl:
        return None
    context: ssl.SSLContext = ssl_context(config)
    # The server speaks HTTP/1.1, whatever gunicorn is configured to speak by itself.
    context.set_alpn_protocols(["http/1.1"])
    # A name from the command line, a number from a configuration file.
    version = config.ssl_version
    if version in ("TLSv1_2", ssl.PROTOCOL_TLSv1_2):
        context.minimum_version = context.maximum_version = ssl.TLSVersion.TLSv1_2
    elif version in ("SSLv2", "SSLv3", "TLSv1", "TLSv1_1", *_OBSOLETE):
        raise ValueError("TLS before 1.2 is not supported")
    return context


def _failing_application(text: str) -> Application:
    """Return an application that shows a traceback; only for gunicorn's ``--reload``."""

    async def show(request: Request) -> Response:
        return Response(status=500, text=text)

    app = Application()
    app.router.add_route("*", "/{tail:.*}", show)
    return app


class GunicornWebWorker(Worker):  # type: ignore[misc]
    """Runs an application under gunicorn: ``--worker-class aiohttp.GunicornWebWorker``.

    The entry point is an :class:`Application`, or a coroutine function without arguments that
    returns an application or an :class:`AppRunner` (which keeps its own settings).  Of gunicorn's
    settings it respects ``keepalive``, ``graceful_timeout``, ``max_requests`` with its jitter,
    ``accesslog``, ``access_log_format``, ``backlog``, ``reload`` and those of TLS.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.loop: Any = None
        self.exit_code = 0
        self._stop: asyncio.Event | None = None

    # The steps of a worker, in the order in which gunicorn takes them

    def make_loop(self) -> asyncio.AbstractEventLoop:
        """Return the event loop of this worker."""
        return asyncio.new_event_loop()

    def init_process(self) -> None:
        """Make the loop, which the handlers of signals need, and go on as gunicorn does."""
        # What was made before the fork is not for this process.
        asyncio.set_event_loop(None)
        self.loop = self.make_loop()
        asyncio.set_event_loop(self.loop)
        super().init_process()

    def init_signals(self) -> None:
        """Let the loop handle the signals (ADD-751)."""
        for number in self.SIGNALS:
            signal.signal(number, signal.SIG_DFL)
        handlers: dict[signal.Signals, Callable[..., object]] = {
            signal.SIGQUIT: self.handle_quit,
            signal.SIGINT: self.handle_quit,
            signal.SIGTERM: self.handle_exit,
            signal.SIGABRT: self.handle_abort,
            signal.SIGWINCH: self.handle_winch,
            signal.SIGUSR1: self.handle_usr1,
        }
        for number, handler in handlers.items():
            self.loop.add_signal_handler(number, handler, number, None)
            # System calls of other threads go on.
            signal.siginterrupt(number, False)

    def load_wsgi(self) -> None:
        """Load the entry point; under ``--reload`` a syntax error becomes a page that shows it."""
        try:
            self.wsgi = self.app.wsgi()
        except SyntaxError as exc:
            if not self.cfg.reload:
                raise
            self.log.exception("The application cannot be loaded")
            if self.reloader is not None and exc.filename is not None:
                self.reloader.add_extra_file(exc.filename)
            self.wsgi = _failing_application("".join(traceback.format_exception(exc)))

    def run(self) -> None:
        """Serve until told to stop; ends with SystemExit."""
        loop = self.loop
        try:
            try:
                loop.run_until_complete(self._serve())
            except _NotStartedError as exc:
                self.log.error("The application did not start", exc_info=exc.__cause__)
                self.exit_code = Arbiter.WORKER_BOOT_ERROR
            except Exception:
                self.log.exception("Exception in worker")
                self.exit_code = 1
            finally:
                self._finish()
        finally:
            asyncio.set_event_loop(None)
            loop.close()
        sys.exit(self.exit_code)

    def _finish(self) -> None:
        """Cancel and await what is left (SHUT-07)."""
        tasks = asyncio.all_tasks(self.loop)
        for task in tasks:
            task.cancel()
        if tasks:
            self.loop.run_until_complete(asyncio.gather(*tasks, return_exceptions=True))
        self.loop.run_until_complete(self.loop.shutdown_asyncgens())
        self.loop.run_until_complete(self.loop.shutdown_default_executor())

    # Signals

    def handle_quit(self, sig: int, frame: Any) -> None:
        """QUIT and INT: end gracefully."""
        first = self.alive
        self._end()
        if first:
            self.cfg.worker_int(self)

    def handle_exit(self, sig: int, frame: Any) -> None:
        """TERM: end gracefully."""
        self._end()

    def handle_abort(self, sig: int, frame: Any) -> None:
        """ABRT: end with status 1; the arbiter sends it to workers that do not answer."""
        self.exit_code = 1
        self.cfg.worker_abort(self)
        self._end()

    def _end(self) -> None:
        self.alive = False
        if self._stop is not None:
            self._stop.set()

    # Serving

    async def _serve(self) -> None:
        self._stop = asyncio.Event()
        if not self.alive:
            self._stop.set()
        pulse = asyncio.create_task(self._pulse())
        try:
            runner = await self._started()
            try:
                await self._watch(runner)
            finally:
                await runner.cleanup()
        finally:
            pulse.cancel()

    async def _started(self) -> AppRunner:
        runner: AppRunner | None = None
        try:
            runner = await self._runner()
            await runner.setup()
            context = tls_context(self.cfg)
            for sock in self.sockets:
                site = SockSite(runner, sock.sock, ssl_context=context, backlog=self.cfg.backlog)
                await site.start()
        except Exception as exc:
            if runner is not None:
                await runner.cleanup()
            raise _NotStartedError from exc
        return runner

    async def _runner(self) -> AppRunner:
        """Return the runner for the entry point (ADD-746, ADD-747)."""
        made = self.wsgi
        if inspect.iscoroutinefunction(made):
            made = await made()
            if isinstance(made, AppRunner):
                return made
        if not isinstance(made, Application):
            raise RuntimeError(
                "The entry point should be an Application, or a coroutine function that returns "
                f"an Application or an AppRunner, got {made!r}"
            )
        config = self.cfg
        return AppRunner(
            made,
            logger=self.log,
            keepalive_timeout=config.keepalive,
            access_log=self.log.access_log if config.accesslog else None,
            access_log_format=access_log_format(config.access_log_format),
            shutdown_timeout=config.graceful_timeout * _SHUTDOWN_SHARE,
        )

    async def _watch(self, runner: AppRunner) -> None:
        """Return when it is time to end (ADD-750)."""
        stop = self._stop
        server = runner.server
        while self.alive and stop is not None:
            if server is not None and server.requests_count >= self.max_requests:
                self.log.info("Worker ends after %d requests", server.requests_count)
                self._end()
            elif self.ppid != os.getppid():
                self.log.info("Parent changed, shutting down: %s", self)
                self._end()
            else:
                try:
                    async with asyncio.timeout(1.0):
                        await stop.wait()
                except TimeoutError:
                    pass

    async def _pulse(self) -> None:
        """Tell the arbiter that the loop turns."""
        interval = min(1.0, self.timeout / 2) if self.timeout else 1.0
        deadline = None
        while deadline is None or self.loop.time() < deadline:
            self.notify()
            await asyncio.sleep(interval)
            if deadline is None and not self.alive:
                deadline = self.loop.time() + self.cfg.graceful_timeout


class GunicornUVLoopWebWorker(GunicornWebWorker):
    """Runs an application under gunicorn on uvloop, which has to be installed (ADD-754)."""

    def make_loop(self) -> asyncio.AbstractEventLoop:
        """Return a loop of uvloop; before Python 3.14 it becomes the policy, too."""
        import uvloop

        if sys.version_info < (3, 14):
            # Later versions warn of policies and will lose them.
            asyncio.set_event_loop_policy(uvloop.EventLoopPolicy())
        loop: asyncio.AbstractEventLoop = uvloop.new_event_loop()
        return loop
