"""``run_app``: an application from its first to its last moment (spec section 3.16).

Laws
* Everything runs in one task of one loop, which is made here unless given and closed at the end.
* SIGINT and SIGTERM end it gracefully and with a normal return; a second signal ends it at once.
* Errors at the start are the caller's; what was started until then is cleaned up.
"""

import asyncio
import contextlib
import logging
import os
import socket
from collections.abc import Awaitable, Callable, Coroutine, Iterable
from dataclasses import dataclass
from ssl import SSLContext
from typing import Any, Final

from aiohttp_core.log import access_logger as default_access_logger
from aiohttp_core.log import server_logger
from aiohttp_web.access_log import AccessLogger
from aiohttp_web.application import Application
from aiohttp_web.runner import AppRunner, GracefulExit
from aiohttp_web.sites import BaseSite, SockSite, TCPSite, UnixSite

__all__ = ("HostSequence", "run_app", "serve_app")

Path = str | os.PathLike[str]

HostSequence = Iterable[str]
"""Several hosts to listen on."""

_LEAST_FOR_TASKS: Final = 5.0
"""Seconds that tasks which are left at the end get to unwind, even if others get less."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Places:
    """Where to listen; the fields are the arguments of :func:`run_app`."""

    host: str | HostSequence | None
    port: int | None
    path: Path | Iterable[Path] | None
    sock: socket.socket | Iterable[socket.socket] | None
    ssl_context: SSLContext | None
    backlog: int
    reuse_address: bool | None
    reuse_port: bool | None

    def sites(self, runner: AppRunner) -> list[BaseSite]:
        """Make a site for each address (ADD-612)."""
        hosts: list[str | None] = []
        if self.host is not None:
            hosts += [self.host] if isinstance(self.host, str) else self.host
        elif self.port is not None or (self.path is None and self.sock is None):
            hosts.append(None)
        tls, backlog = self.ssl_context, self.backlog
        sites: list[BaseSite] = [
            TCPSite(
                runner,
                each,
                self.port,
                ssl_context=tls,
                backlog=backlog,
                reuse_address=self.reuse_address,
                reuse_port=self.reuse_port,
            )
            for each in hosts
        ]
        path = self.path
        if path is not None:
            paths = [path] if isinstance(path, (str, os.PathLike)) else path
            sites += [UnixSite(runner, each, ssl_context=tls, backlog=backlog) for each in paths]
        sock = self.sock
        if sock is not None:
            socks = [sock] if isinstance(sock, socket.socket) else sock
            sites += [SockSite(runner, each, ssl_context=tls, backlog=backlog) for each in socks]
        return sites


def run_app(
    app: Application | Awaitable[Application],
    *,
    debug: bool = False,
    host: str | HostSequence | None = None,
    port: int | None = None,
    path: Path | Iterable[Path] | None = None,
    sock: socket.socket | Iterable[socket.socket] | None = None,
    shutdown_timeout: float = 60.0,
    keepalive_timeout: float = 75.0,
    ssl_context: SSLContext | None = None,
    print: Callable[..., None] | None = print,  # noqa: A002 (the documented name)
    backlog: int = 128,
    access_log_class: type[Any] = AccessLogger,
    access_log_format: str = AccessLogger.LOG_FORMAT,
    access_log: logging.Logger | None = default_access_logger,
    handle_signals: bool = True,
    reuse_address: bool | None = None,
    reuse_port: bool | None = None,
    handler_cancellation: bool = False,
    loop: asyncio.AbstractEventLoop | None = None,
    **kwargs: Any,
) -> None:
    """Serve *app*, or the application that the coroutine *app* returns, until a signal comes.

    It listens on each *host* with *port*, each Unix *path* and each *sock*; without any of them, or
    with a *port* alone, on all interfaces.  The port is 8080, or 8443 with *ssl_context*.
    *shutdown_timeout*, in seconds, is what running handlers get at the end, and once more if they
    had to be cancelled (SHUT-04, SHUT-05); see :class:`~aiohttp_web.runner.BaseRunner`.
    *print* writes the banner, ``None`` silences it; ``access_log=None`` switches the access log
    off.  *debug* turns the debug mode of asyncio on.  Other keywords are those of
    :class:`~aiohttp_web.runner.AppRunner`.

    Raises what the start of the application raises; GracefulExit after a second signal.
    """
    if loop is None:
        loop = asyncio.new_event_loop()
    if debug:
        loop.set_debug(True)
    if access_log is not None and loop.get_debug():
        _show_access_log(access_log)
    serving = serve_app(
        app,
        host=host,
        port=port,
        path=path,
        sock=sock,
        ssl_context=ssl_context,
        print=print,
        backlog=backlog,
        reuse_address=reuse_address,
        reuse_port=reuse_port,
        shutdown_timeout=shutdown_timeout,
        keepalive_timeout=keepalive_timeout,
        access_log_class=access_log_class,
        access_log_format=access_log_format,
        access_log=access_log,
        handle_signals=handle_signals,
        handler_cancellation=handler_cancellation,
        **kwargs,
    )
    _run(loop, serving, shutdown_timeout)


def _run(
    loop: asyncio.AbstractEventLoop, serving: Coroutine[Any, Any, None], shutdown_timeout: float
) -> None:
    """Run *serving* until it ends or a signal comes, and let nothing survive it."""
    main = loop.create_task(serving)
    try:
        asyncio.set_event_loop(loop)
        with contextlib.suppress(GracefulExit, KeyboardInterrupt):
            loop.run_until_complete(main)
    finally:
        try:
            _finish(main, loop, max(shutdown_timeout, _LEAST_FOR_TASKS))
        finally:
            asyncio.set_event_loop(None)
            loop.close()


def _finish(main: "asyncio.Task[None]", loop: asyncio.AbstractEventLoop, timeout: float) -> None:
    """Let the main task clean up, then cancel whatever is left (SHUT-07)."""
    try:
        if not main.done():
            main.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                loop.run_until_complete(main)
        _cancel_tasks(loop, timeout)
        loop.run_until_complete(loop.shutdown_asyncgens())
        loop.run_until_complete(loop.shutdown_default_executor())
    except (GracefulExit, KeyboardInterrupt):
        server_logger.warning("Second signal: the server ends at once")
        # Nobody will ever ask for the outcome of the tasks that are left.
        loop.set_exception_handler(lambda *_: None)
        raise


def _cancel_tasks(loop: asyncio.AbstractEventLoop, timeout: float) -> None:
    tasks = [task for task in asyncio.all_tasks(loop) if not task.done()]
    if not tasks:
        return
    for task in tasks:
        task.cancel()
    ended, stubborn = loop.run_until_complete(asyncio.wait(tasks, timeout=timeout))
    for task in ended:
        if not task.cancelled() and task.exception() is not None:
            loop.call_exception_handler(
                {
                    "message": "unhandled exception during run_app() shutdown",
                    "exception": task.exception(),
                    "task": task,
                }
            )
    if stubborn:
        names = ", ".join(sorted(map(repr, stubborn)))
        server_logger.error("Tasks that are cancelled but did not end: %s", names)


async def serve_app(
    app: Application | Awaitable[Application],
    *,
    host: str | HostSequence | None = None,
    port: int | None = None,
    path: Path | Iterable[Path] | None = None,
    sock: socket.socket | Iterable[socket.socket] | None = None,
    ssl_context: SSLContext | None = None,
    print: Callable[..., None] | None = print,  # noqa: A002 (the documented name)
    backlog: int = 128,
    reuse_address: bool | None = None,
    reuse_port: bool | None = None,
    **kwargs: Any,
) -> None:
    """Serve *app* until the task is cancelled: :func:`run_app` for a loop that runs already.

    *kwargs* are options of :class:`~aiohttp_web.runner.AppRunner`; signals are not handled unless
    *handle_signals* is among them.  Raises what the start of the application raises.  When
    cancelled it ends gracefully and then raises ``CancelledError``.
    """
    places = _Places(
        host=host,
        port=port,
        path=path,
        sock=sock,
        ssl_context=ssl_context,
        backlog=backlog,
        reuse_address=reuse_address,
        reuse_port=reuse_port,
    )
    if not isinstance(app, Application):
        app = await app
    runner = AppRunner(app, **kwargs)
    try:
        await runner.setup()
        for site in places.sites(runner):
            await site.start()
        if print is not None:
            names = sorted(site.name for site in runner.sites)
            print(f"======== Running on {', '.join(names)} ========\n(Press CTRL+C to quit)")
        await asyncio.get_running_loop().create_future()
    finally:
        await runner.cleanup()


def _show_access_log(access_log: logging.Logger) -> None:
    """Make the default access log visible in debug mode (LOG-04, ADD-617)."""
    if access_log.name == default_access_logger.name:
        if access_log.level == logging.NOTSET:
            access_log.setLevel(logging.DEBUG)
        if not access_log.hasHandlers():
            access_log.addHandler(logging.StreamHandler())
