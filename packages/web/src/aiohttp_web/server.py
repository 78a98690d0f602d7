"""The protocol factory of a server: its settings, its connections, its end (spec section 3.17).

Laws
* Everything that all connections share stands here and is computed once.
* The connections are known by identity, from ``connection_made`` to ``connection_lost``.
* Shutting down has a hard deadline: after it nothing of the server lives.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, fields
from typing import Any, Final

from aiohttp_core import warn_caller
from aiohttp_core.limits import HeadLimits
from aiohttp_core.log import access_logger as default_access_logger
from aiohttp_core.log import server_logger
from aiohttp_core.streams import DEFAULT_LIMIT
from aiohttp_web.abc import AbstractAccessLogger, AbstractAsyncAccessLogger
from aiohttp_web.access_log import AccessLogger, ServerAccessLog
from aiohttp_web.base_request import BaseRequest
from aiohttp_web.connection import RequestHandler
from aiohttp_web.deadlines import Sweep, Timeouts

__all__ = ("LowLevelHandler", "RequestFactory", "Server", "ServerOptions")

LowLevelHandler = Callable[[Any], Awaitable[Any]]
"""A coroutine function from a request to a response."""

RequestFactory = Callable[..., Any]
"""Makes a request of message, payload, protocol, writer and task."""

_LOG_WAITING: Final = 5
_ROUNDS: Final = 4
_LOOK: Final = 0.01


@dataclass(frozen=True, slots=True)
class ServerOptions:
    """The settings of the connections of a server."""

    limits: HeadLimits = field(default_factory=HeadLimits)
    timeouts: Timeouts = field(default_factory=Timeouts)
    tcp_keepalive: bool = True
    """Whether the kernel probes silent TCP connections."""
    read_bufsize: int = DEFAULT_LIMIT
    """Low-water mark of a body that the handler does not read fast enough, in bytes."""
    auto_decompress: bool = True
    """Whether bodies with a content coding are decoded."""
    handler_cancellation: bool = False
    """Whether the handler is cancelled when the client leaves."""
    max_connections: int = 0
    """Most connections at a time; further ones get 503.  0 is no limit."""
    max_concurrent_requests: int = 0
    """Most handlers at a time; further requests get 503.  0 is no limit."""
    max_requests: int = 0
    """Requests per connection before it is closed; 0 is no limit."""


_LIMITS: Final = frozenset(entry.name for entry in fields(HeadLimits))
_TIMEOUTS: Final = {
    "keepalive_timeout": "keepalive",
    "head_timeout": "head",
    "body_timeout": "body",
    "min_body_rate": "body_rate",
    "send_timeout": "send",
    "lingering_time": "lingering",
}
_PLAIN: Final = frozenset(entry.name for entry in fields(ServerOptions)) - {"limits", "timeouts"}
# Accepted for old callers; what they did has no counterpart (ADD-458, ADD-110x).
_WITHOUT_EFFECT: Final = frozenset({"loop", "timeout_ceil_threshold"})


def make_options(given: dict[str, Any], logger: logging.Logger) -> ServerOptions:
    """Return the settings that *given* keywords name; unknown ones are ignored with a warning.

    Only the unknown ones: the reference drops them all (ADD-457, ADD-1101).
    """
    limits: dict[str, Any] = {}
    timeouts: dict[str, Any] = {}
    plain: dict[str, Any] = {}
    for name, value in given.items():
        if name in _LIMITS:
            limits[name] = value
        elif name in _TIMEOUTS:
            timeouts[_TIMEOUTS[name]] = value
        elif name in _PLAIN:
            if value is not None:
                plain[name] = value
        elif name not in _WITHOUT_EFFECT:
            logger.warning("Unknown server option %r is ignored", name)
    return ServerOptions(limits=HeadLimits(**limits), timeouts=Timeouts(**timeouts), **plain)


def _is_expecting(connection: RequestHandler) -> bool:
    """Tell whether a request has begun to come, or the first one is still to come."""
    state = connection.state
    return state == "READING_HEAD" or (state == "IDLE" and not connection.served)


class Server:
    """Serves *handler*, a coroutine function that takes a request and returns a response.

    An instance is the protocol factory for ``loop.create_server()``.  *request_factory* makes the
    requests; it is called with message, payload, protocol, writer and task.  The other keywords are
    those of :class:`ServerOptions`, :class:`~aiohttp_web.deadlines.Timeouts`
    (``keepalive_timeout``, ``head_timeout``, ``body_timeout``, ``min_body_rate``,
    ``send_timeout``, ``lingering_time``) and
    :class:`~aiohttp_core.limits.HeadLimits`, and ``logger``, ``access_log``, ``access_log_class``,
    ``access_log_format``, ``debug``.
    """

    def __init__(
        self,
        handler: LowLevelHandler,
        *,
        request_factory: RequestFactory | None = None,
        debug: bool | None = None,
        handler_cancellation: bool = False,
        logger: logging.Logger = server_logger,
        access_log: logging.Logger | None = default_access_logger,
        access_log_class: type[Any] = AccessLogger,
        access_log_format: str = AccessLogger.LOG_FORMAT,
        expect_first: bool = True,
        response_hooks: bool = True,
        client_max_size: int = 1024**2,
        client_max_fields: int = 1000,
        clock: Callable[[], float] | None = None,
        loop: asyncio.AbstractEventLoop | None = None,
        **kwargs: Any,
    ) -> None:
        if debug is not None:
            warn_caller("debug argument is no-op since 4.0 and scheduled for removal in 5.0")
        self._loop = loop or asyncio.get_running_loop()
        self.logger = logger
        self.request_handler = handler
        self.request_factory = request_factory or BaseRequest
        self.client_max_size = client_max_size
        """Bytes of body that ``read()`` and ``post()`` of a request take; 0 is no limit."""
        self.client_max_fields = client_max_fields
        """Fields that ``post()`` of a request takes; 0 is no limit."""
        self.response_hooks = response_hooks
        """Whether requests may have hooks that want to see responses before they are sent."""
        self.expect_first = expect_first
        """Whether connections answer ``Expect`` themselves, before the handler runs."""
        self.options = make_options(
            {"handler_cancellation": handler_cancellation, **kwargs}, logger
        )
        self.sweep = Sweep(self._loop, self.options.timeouts.interval(), clock)
        self._requests_before = 0
        self._slots = self.options.max_concurrent_requests
        self._connections: dict[int, RequestHandler] = {}
        self._emptied: asyncio.Event | None = None
        self._access_log: ServerAccessLog | None = None
        if access_log is not None and access_log_class is not None:
            if issubclass(access_log_class, AbstractAccessLogger):
                made: Any = access_log_class(access_log, access_log_format)
            elif issubclass(access_log_class, AbstractAsyncAccessLogger):
                made = access_log_class(access_log, access_log_format)
            else:
                raise TypeError(
                    "access_log_class must be subclass of aiohttp.abc.AbstractAccessLogger, "
                    f"got {access_log_class}"
                )
            self._access_log = ServerAccessLog(made, logger)
        self._closing = False

    def __repr__(self) -> str:
        return f"<{type(self).__name__} connections={len(self._connections)}>"

    def __call__(self) -> RequestHandler:
        """Return the protocol of one new connection."""
        return RequestHandler(self, self._loop)

    # What connections ask

    def enabled_access_logger(self) -> ServerAccessLog | None:
        """Return the access log, or ``None`` if it would write nothing (ADD-627)."""
        log = self._access_log
        return log if log is not None and log.enabled else None

    def connected(self, connection: RequestHandler) -> bool:
        """Take note of a new connection; tell whether there is room for it."""
        limit = self.options.max_connections
        room = not self._closing and (not limit or len(self._connections) < limit)
        self._connections[id(connection)] = connection
        self.sweep.add(connection)
        return room

    def disconnected(self, connection: RequestHandler) -> None:
        """Take note that a connection is gone."""
        self._requests_before += connection.served
        self._connections.pop(id(connection), None)
        self.sweep.discard(connection)

    def take_slot(self) -> bool:
        """Tell whether another handler may run; each true answer needs a :meth:`give_slot`."""
        if self._slots <= 0:
            return False
        self._slots -= 1
        return True

    def give_slot(self) -> None:
        """Say that a handler has ended."""
        self._slots += 1

    # What users ask

    @property
    def connections(self) -> list[RequestHandler]:
        """The open connections (ADD-459)."""
        return list(self._connections.values())

    @property
    def requests_count(self) -> int:
        """Requests since the start of the server (ADD-459)."""
        living = sum(connection.served for connection in self._connections.values())
        return self._requests_before + living

    async def settle(self, timeout: float) -> None:
        """Wait until no request is on its way, *timeout* seconds at most.

        A connection that was accepted a moment ago has, more likely than not, a request in
        flight; to close it as an idle one would cost the client an error.
        """
        # asyncio needs some rounds from accepting a socket to telling the protocol.
        for _ in range(_ROUNDS):
            await asyncio.sleep(0)
        deadline = self._loop.time() + timeout
        while self._loop.time() < deadline and any(map(_is_expecting, self.connections)):  # noqa: ASYNC110
            # An event would have to be set for each request of the server's life.
            await asyncio.sleep(_LOOK)

    def pre_shutdown(self) -> None:
        """Close idle connections, and each other one after its response (SHUT-02)."""
        self._closing = True
        for connection in self.connections:
            connection.close()

    async def shutdown(self, timeout: float | None = None) -> None:
        """Wait for running handlers, then cancel them, then cut what is left (SHUT-04, SHUT-05).

        *timeout*, in seconds, is spent twice at most: for handlers to end, and for cancelled ones
        to clean up; ``None`` does not wait.
        """
        self.pre_shutdown()
        # Applications may have closed their WebSockets themselves, in on_shutdown (WSS-26).
        for connection in self.connections:
            connection.going_away()
        running = self._running()
        if running and timeout:
            self._tell(running, timeout)
            await asyncio.wait(running, timeout=timeout)
            running = self._running()
        for task in running:
            task.cancel()
        if running:
            await asyncio.wait(running, timeout=timeout or 0)
        for connection in self.connections:
            connection.abort()
        self.sweep.stop()
        # The loop tells the connections of their end in its next round.
        while self._connections and await self._round():
            pass

    async def _round(self) -> bool:
        before = len(self._connections)
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        return len(self._connections) < before

    def _running(self) -> "list[asyncio.Task[None]]":
        current = asyncio.current_task()
        tasks = [connection.task for connection in self.connections]
        return [task for task in tasks if task is not None and task is not current]

    def _tell(self, running: "list[asyncio.Task[None]]", timeout: float) -> None:
        shown = [
            repr(connection.current_request)
            for connection in self.connections
            if connection.current_request is not None
        ]
        more = len(shown) - _LOG_WAITING
        self.logger.info(
            "Shutting down: waiting up to %g s for %d request(s): %s%s",
            timeout,
            len(running),
            ", ".join(shown[:_LOG_WAITING]),
            f" and {more} more" if more > 0 else "",
        )
