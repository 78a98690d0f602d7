"""Runners: the life of a server, from setup to the seven steps of a graceful end (spec 3.15, 3.18).

Laws
* A runner owns one server and knows its sites; sites come after ``setup()`` and go with
  ``cleanup()``.
* The end is graceful and has a deadline: sites stop, idle connections close, ``on_shutdown``,
  waiting for handlers, cancelling them, ``on_cleanup``.  Each step runs although one before failed.
* Only the last step may take all the time it needs, since what it saves would be lost otherwise;
  if that is long, the log says so.
"""

import asyncio
import contextlib
import contextvars
import logging
import signal
from abc import ABC, abstractmethod
from typing import Any, Final, NoReturn

from aiohttp_core.log import server_logger
from aiohttp_web.application import Application
from aiohttp_web.application_server import make_server
from aiohttp_web.server import Server

__all__ = ("AppRunner", "BaseRunner", "GracefulExit", "ServerRunner", "longest_shutdown")

_FIRST_REQUEST: Final = 0.5
"""Seconds that a new connection gets at the end to bring its first request."""

_LEAST_TO_TELL: Final = 5.0
"""Seconds that ``on_shutdown`` gets even if ``shutdown_timeout`` is shorter."""

_UNWINDING: Final = 1.0
"""Seconds that ``on_shutdown`` gets to unwind after it was cancelled."""


def longest_shutdown(shutdown_timeout: float) -> float:
    """Return how many seconds a graceful shutdown takes at most, without ``on_cleanup``.

    ``on_shutdown``, waiting for handlers and waiting for cancelled ones take *shutdown_timeout*
    each, the first one not less than five seconds.
    """
    telling = max(shutdown_timeout, _LEAST_TO_TELL) + _UNWINDING
    return min(shutdown_timeout, _FIRST_REQUEST) + telling + 2 * shutdown_timeout


class GracefulExit(SystemExit):
    """Raised in the loop by SIGINT and SIGTERM under ``handle_signals``; exit code 1 (RUN-04)."""

    code = 1


def _exit_gracefully() -> NoReturn:
    raise GracefulExit


class BaseRunner(ABC):
    """The common part of runners.

    *handle_signals* lets SIGINT and SIGTERM raise :class:`GracefulExit` in the loop.
    *shutdown_timeout*, in seconds, is spent once waiting for handlers to end and once more for
    cancelled ones to clean up.  ``on_shutdown`` gets as much before that, but at least five
    seconds, and is cancelled then.  The other options are those of :class:`Server`.
    """

    def __init__(
        self, *, handle_signals: bool = False, shutdown_timeout: float = 60.0, **kwargs: Any
    ) -> None:
        self._handle_signals = handle_signals
        self._shutdown_timeout = shutdown_timeout
        self._kwargs = kwargs
        self._server: Server | None = None
        self._sites: list[Any] = []

    @property
    def server(self) -> Server | None:
        """The server; ``None`` before :meth:`setup` and after :meth:`cleanup`."""
        return self._server

    @property
    def shutdown_timeout(self) -> float:
        """Seconds that running handlers get."""
        return self._shutdown_timeout

    def set_shutdown_timeout(self, seconds: float) -> None:
        """Change :attr:`shutdown_timeout`; for the deprecated argument of sites."""
        self._shutdown_timeout = seconds

    @property
    def addresses(self) -> list[Any]:
        """The socket names that are served."""
        found: list[Any] = []
        for site in self._sites:
            listening = site.listening
            if listening is None:
                continue
            sockets = getattr(listening, "sockets", None)
            if sockets is None:
                found.append(site.name)
            else:
                found.extend(sock.getsockname() for sock in sockets)
        return found

    @property
    def sites(self) -> set[Any]:
        """A copy of the set of sites (ADD-608)."""
        return set(self._sites)

    async def setup(self) -> None:
        """Make the server and install signal handlers; to be called before sites are made.

        What goes wrong, in ``on_startup`` for example, is raised; :meth:`cleanup` must then be
        called still.
        """
        loop = asyncio.get_running_loop()
        if self._handle_signals:
            # Not on Windows, and only in the main thread.
            with contextlib.suppress(NotImplementedError, RuntimeError, ValueError):
                loop.add_signal_handler(signal.SIGINT, _exit_gracefully)
                loop.add_signal_handler(signal.SIGTERM, _exit_gracefully)
        self._server = await self._make_server()

    @abstractmethod
    async def shutdown(self) -> None:
        """Tell long-lived handlers that the end has come."""

    @abstractmethod
    async def _make_server(self) -> Server:
        """Return the server, ready for connections."""

    @abstractmethod
    async def _cleanup_server(self) -> None:
        """Free what the server used."""

    async def cleanup(self) -> None:
        """End the server in the seven steps of a graceful shutdown, the last one excepted."""
        try:
            # 1. No new connections.
            for site in list(self._sites):
                await site.stop()
            server = self._server
            if server is not None:
                # Who was accepted a moment ago may still bring the request that is on its way.
                await server.settle(min(self._shutdown_timeout, _FIRST_REQUEST))
                # 2. Idle connections close, others after their response.
                server.pre_shutdown()
                try:
                    # 3. Handlers that would go on for long are told.
                    await self._tell_handlers(server.logger)
                finally:
                    # 4. and 5. Wait for handlers, then cancel them.
                    await server.shutdown(self._shutdown_timeout)
        finally:
            try:
                # 6. Free resources.
                await self._clean_up()
            finally:
                self._server = None
                self._remove_signal_handlers()

    async def _clean_up(self) -> None:
        """Free resources, however long it takes; say in the log if that is long."""
        limit = max(self._shutdown_timeout, _LEAST_TO_TELL)
        logger = server_logger if self._server is None else self._server.logger
        notice = asyncio.get_running_loop().call_later(
            limit,
            logger.warning,
            "Shutting down: on_cleanup has not ended after %g s; still waiting for it",
            limit,
        )
        try:
            await self._cleanup_server()
        finally:
            notice.cancel()

    async def _tell_handlers(self, logger: logging.Logger) -> None:
        """Let :meth:`shutdown` run for its time; what it raises goes to the caller."""
        limit = max(self._shutdown_timeout, _LEAST_TO_TELL)
        own = contextvars.copy_context()
        context = own.copy()
        telling = asyncio.create_task(self.shutdown(), context=context)
        try:
            await asyncio.wait([telling], timeout=limit)
            if not telling.done():
                logger.error(
                    "Shutting down: on_shutdown did not end within %g s and is cancelled", limit
                )
        finally:
            # Also if the caller is cancelled meanwhile.
            if not telling.done():
                telling.cancel()
                await asyncio.wait([telling], timeout=_UNWINDING)
        # Start and end run in one context (SIG-09): what changed in the task's is taken over.
        for variable, value in context.items():
            if variable not in own or own[variable] is not value:
                variable.set(value)
        if telling.done() and not telling.cancelled():
            telling.result()

    def _remove_signal_handlers(self) -> None:
        if self._handle_signals:
            loop = asyncio.get_running_loop()
            with contextlib.suppress(NotImplementedError, RuntimeError, ValueError):
                loop.remove_signal_handler(signal.SIGINT)
                loop.remove_signal_handler(signal.SIGTERM)

    def register_site(self, site: Any) -> None:
        """Take note of a site that starts; RuntimeError if it did already."""
        if site in self._sites:
            raise RuntimeError(f"Site {site} is already registered in runner {self}")
        self._sites.append(site)

    def check_site(self, site: Any) -> None:
        """Raise RuntimeError if *site* was not started."""
        if site not in self._sites:
            raise RuntimeError(f"Site {site} is not registered in runner {self}")

    def unregister_site(self, site: Any) -> None:
        """Forget a site that has stopped; RuntimeError if it was not started."""
        self.check_site(site)
        self._sites.remove(site)


class ServerRunner(BaseRunner):
    """Runs a low-level :class:`Server` that was made before (RUN-05)."""

    def __init__(self, web_server: Server, *, handle_signals: bool = False, **kwargs: Any) -> None:
        super().__init__(handle_signals=handle_signals, **kwargs)
        self._web_server = web_server

    async def shutdown(self) -> None:
        """Do nothing: a low-level server has no signal to send."""

    async def _make_server(self) -> Server:
        return self._web_server

    async def _cleanup_server(self) -> None:
        """There is nothing to free."""


class AppRunner(BaseRunner):
    """Runs an :class:`Application`: its signals belong to :meth:`setup` and :meth:`cleanup`.

    The application's ``handler_args`` win over *kwargs*.  TypeError for what is no application.
    """

    def __init__(self, app: Application, *, handle_signals: bool = False, **kwargs: Any) -> None:
        if not isinstance(app, Application):
            raise TypeError(f"The first argument should be web.Application instance, got {app!r}")
        super().__init__(handle_signals=handle_signals, **kwargs)
        self._app = app

    @property
    def app(self) -> Application:
        """The application."""
        return self._app

    async def shutdown(self) -> None:
        """Fire ``on_shutdown``."""
        await self._app.shutdown()

    async def _make_server(self) -> Server:
        app = self._app
        app.set_loop(asyncio.get_running_loop())
        app.on_startup.freeze()
        await app.startup()
        app.freeze()
        return make_server(app, **{**self._kwargs, **(app.handler_args or {})})

    async def _cleanup_server(self) -> None:
        await self._app.cleanup()
