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
from collections.abc import Awaitable, Callable, Iterable
from ssl import SSLContext
from typing import Any

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
    *shutdown_timeout*, in seconds, is spent at most twice at the end (SHUT-04, SHUT-05).
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
    main = loop.create_task(
        serve_app(
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
    )
    try:
        asyncio.set_event_loop(loop)
        with contextlib.suppress(GracefulExit, KeyboardInterrupt):
            loop.run_until_complete(main)
    finally:
        try:
            _finish(main, loop)
        finally:
            asyncio.set_event_loop(None)
            loop.close()


def _finish(main: "asyncio.Task[None]", loop: asyncio.AbstractEventLoop) -> None:
    """Let the main task clean up, then cancel whatever is left (SHUT-07)."""
    try:
        if not main.done():
            main.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                loop.run_until_complete(main)
        _cancel_tasks(loop)
        loop.run_until_complete(loop.shutdown_asyncgens())
        loop.run_until_complete(loop.shutdown_default_executor())
    except (GracefulExit, KeyboardInterrupt):
        server_logger.warning("Second signal: the server ends at once")
        # Nobody will ever ask for the outcome of the tasks that are left.
        loop.set_exception_handler(lambda *_: None)
        raise


def _cancel_tasks(loop: asyncio.AbstractEventLoop) -> None:
    tasks = [task for task in asyncio.all_tasks(loop) if not task.done()]
    if not tasks:
        return
    for task in tasks:
        task.cancel()
    loop.run_until_complete(asyncio.gather(*tasks, return_exceptions=True))
    for task in tasks:
        if not task.cancelled() and task.exception() is not None:
            loop.call_exception_handler(
                {
                    "message": "unhandled exception during run_app() shutdown",
                    "exception": task.exception(),
                    "task": task,
                }
            )


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
    if not isinstance(app, Application):
        app = await app
    runner = AppRunner(app, **kwargs)
    try:
        await runner.setup()
        sites = _sites(
            runner,
            host=host,
            port=port,
            path=path,
            sock=sock,
            ssl_context=ssl_context,
            backlog=backlog,
            reuse_address=reuse_address,
            reuse_port=reuse_port,
        )
        for site in sites:
            await site.start()
        if print is not None:
            names = sorted(site.name for site in runner.sites)
            print(f"======== Running on {', '.join(names)} ========\n(Press CTRL+C to quit)")
        await asyncio.get_running_loop().create_future()
    finally:
        await runner.cleanup()


def _sites(
    runner: AppRunner,
    *,
    host: str | Iterable[str] | None,
    port: int | None,
    path: Path | Iterable[Path] | None,
    sock: socket.socket | Iterable[socket.socket] | None,
    ssl_context: SSLContext | None,
    backlog: int,
    reuse_address: bool | None,
    reuse_port: bool | None,
) -> list[BaseSite]:
    """Make a site for each address (ADD-612)."""
    hosts: list[str | None] = []
    if host is not None:
        hosts += [host] if isinstance(host, str) else host
    elif port is not None or (path is None and sock is None):
        hosts.append(None)
    sites: list[BaseSite] = [
        TCPSite(
            runner,
            each,
            port,
            ssl_context=ssl_context,
            backlog=backlog,
            reuse_address=reuse_address,
            reuse_port=reuse_port,
        )
        for each in hosts
    ]
    if path is not None:
        paths = [path] if isinstance(path, (str, os.PathLike)) else path
        sites += [
            UnixSite(runner, each, ssl_context=ssl_context, backlog=backlog) for each in paths
        ]
    if sock is not None:
        socks = [sock] if isinstance(sock, socket.socket) else sock
        sites += [
            SockSite(runner, each, ssl_context=ssl_context, backlog=backlog) for each in socks
        ]
    return sites


def _show_access_log(access_log: logging.Logger) -> None:
    """Make the default access log visible in debug mode (LOG-04, ADD-617)."""
    if access_log.name == default_access_logger.name:
        if access_log.level == logging.NOTSET:
            access_log.setLevel(logging.DEBUG)
        if not access_log.hasHandlers():
            access_log.addHandler(logging.StreamHandler())
