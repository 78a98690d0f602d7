"""Connectors: the pool at work.  Who wants a connection asks here, and gets one or waits.

Laws
* Decisions are the pool's; this module carries them out: opens, wakes, closes.
* Whatever happens to a request while it waits or connects, cancellation included, its place in the
  pool is given back before the error leaves (spec row ADD-415).
* Of an idle connection only the pool and the event loop know; whatever arrives on it closes it.
* A closed connector gives ``ClientConnectionError`` to everybody, also to those who wait.
"""

import asyncio
import sys
import warnings
import weakref
from collections.abc import Awaitable, Callable, Generator, Sequence
from math import inf
from types import TracebackType
from typing import Any, Final, Protocol, Self

from multidict import CIMultiDict
from yarl import URL

from aiohttp_client.buffered_connection import BufferedHttpConnection
from aiohttp_client.connection import HttpConnection
from aiohttp_client.connection_key import ConnectionKey, host_key
from aiohttp_client.deadline_wheel import DeadlineWheel
from aiohttp_client.errors import ClientConnectionError, ConnectionTimeoutError
from aiohttp_client.idle_connections import IdleConnections
from aiohttp_client.lease import Connection
from aiohttp_client.pool import Pool, PoolStats, Slot, SlotState
from aiohttp_client.proxies import ProxyChoice
from aiohttp_client.timeouts import (
    ClientTimeout,
    Phase,
    PhaseLimit,
    Unset,
    deadline_after,
    sentinel,
)
from aiohttp_client.tls import SSLOption
from aiohttp_client.tracing import Trace
from aiohttp_core import warn_caller

__all__ = ("BaseConnector", "ConnectRequest")

READ_BUFFER: Final = 2**16
"""Size of the buffer that the connections of a connector read into, in bytes."""

DEFAULT_KEEPALIVE: Final = 15.0

CLEANUP_CLOSED_AFTER: Final = 2.0
"""Seconds that a TLS connection which is being closed gets, with ``enable_cleanup_closed``."""

HTTP_SCHEMES: Final = frozenset(("", "http", "https"))
WS_SCHEMES: Final = frozenset(("ws", "wss"))

_LEASED: Final = int(SlotState.LEASED)


class ConnectRequest(Protocol):
    """What a connector needs to know of a request."""

    phase: Phase
    """What is done for the request now; connectors keep it up to date."""

    @property
    def connection_key(self) -> ConnectionKey:
        """Every option that the connection depends on."""

    @property
    def url(self) -> URL:
        """The target, without fragment."""

    @property
    def is_ssl(self) -> bool:
        """Whether the target speaks TLS."""

    @property
    def ssl(self) -> SSLOption:
        """The TLS option of the request."""

    @property
    def server_hostname(self) -> str | None:
        """The name to ask and check for in TLS, if it is not that of the URL."""

    @property
    def proxy_choice(self) -> ProxyChoice | None:
        """The proxy, or ``None``."""

    @property
    def proxy_headers(self) -> CIMultiDict[str] | None:
        """The fields for the proxy."""

    @property
    def default_headers(self) -> CIMultiDict[str]:
        """The automatic fields that a CONNECT carries too."""


class _Closing:
    """What ``close()`` returns: the closing has begun, awaiting it waits for its end."""

    __slots__ = ("_awaited", "_coroutine", "_task", "_what")

    def __init__(self, coroutine: Any, what: str, loop: asyncio.AbstractEventLoop) -> None:
        self._what = what
        self._awaited = False
        self._task: asyncio.Task[None] | None = None
        self._coroutine = coroutine
        if not loop.is_closed() and loop.is_running():
            self._task = loop.create_task(coroutine)
        else:
            coroutine.close()

    def __await__(self) -> Generator[Any, None, None]:
        self._awaited = True
        if self._task is not None:
            yield from self._task.__await__()

    def __del__(self, _warnings: Any = warnings) -> None:
        if not self._awaited:
            _warnings.warn(
                f"{self._what}.close() is a coroutine: await it",
                DeprecationWarning,
                source=self,
                stacklevel=2,
            )


def needs_cleanup_closed(version: Sequence[int]) -> bool:
    """Whether a Python of *version* keeps TLS connections whose peer never answers the goodbye."""
    return tuple(version) < (3, 12, 8) or (3, 13, 0) <= tuple(version) < (3, 13, 1)


def _expire(connector: "weakref.ref[BaseConnector]") -> None:
    """Expire idle connections, if the connector is still there."""
    alive = connector()
    if alive is not None:
        alive.expire()


class BaseConnector(IdleConnections):
    """A pool of connections; subclasses know how to open one (spec rows CON-01 to CON-10).

    * *keepalive_timeout*: seconds that an idle connection is kept; 15 by default, ``None`` is for
      ever.
    * *force_close*: use every connection once.
    * *limit*: how many connections there may be, idle ones included; *limit_per_host*: the same for
      one host, port, and TLS or not.  0 is no limit.
    * *max_lifetime*: seconds after which a connection is not used again; *max_uses*: how many
      requests a connection serves.
    * *enable_cleanup_closed*: abort a TLS connection whose peer has not answered the closing
      handshake for two seconds.  Python 3.12.8 and 3.13.1 and later do not need that; there the
      option only warns.
    * *timeout_ceil_threshold*: delays of more seconds than this end on a whole second of the clock
      when idle connections are looked through.
    """

    allowed_protocol_schema_set = HTTP_SCHEMES | WS_SCHEMES
    """The URL schemes that this connector connects to."""

    def __init__(
        self,
        *,
        keepalive_timeout: Unset | float | None = sentinel,
        force_close: bool = False,
        limit: int = 100,
        limit_per_host: int = 0,
        enable_cleanup_closed: bool = False,
        loop: asyncio.AbstractEventLoop | None = None,
        timeout_ceil_threshold: float = 5,
        max_lifetime: float | None = None,
        max_uses: int | None = None,
    ) -> None:
        if force_close:
            if keepalive_timeout is not sentinel and keepalive_timeout is not None:
                raise ValueError("keepalive_timeout cannot be set if force_close is True")
            keepalive_timeout = 0.0
        elif keepalive_timeout is sentinel:
            keepalive_timeout = DEFAULT_KEEPALIVE
        self._cleanup_closed = enable_cleanup_closed and needs_cleanup_closed(sys.version_info[:3])
        if enable_cleanup_closed and not self._cleanup_closed:
            warn_caller("enable_cleanup_closed is ignored: the TLS of this Python closes by itself")
        self._loop = loop or asyncio.get_running_loop()
        self._force_close = force_close
        self._timeout_ceil_threshold = timeout_ceil_threshold
        self._pool: Pool = Pool(
            host_key,
            limit=limit,
            limit_per_host=limit_per_host,
            keepalive=keepalive_timeout,
            max_lifetime=max_lifetime,
            max_uses=max_uses,
        )
        self._wheel = DeadlineWheel(self._loop)
        self._connections: set[HttpConnection] = set()
        self._closing: set[HttpConnection] = set()
        self._expiry: asyncio.TimerHandle | None = None
        self.tls_shutdown_timeout: float | None = 0.0
        """Seconds that TLS connections get for their closing handshake when the connector is
        closed: 0 aborts them, ``None`` leaves it to the event loop."""
        self._buffer: memoryview | None = None
        if isinstance(self._loop, asyncio.SelectorEventLoop):
            self._buffer = memoryview(bytearray(READ_BUFFER))
        self._factory: Callable[[], HttpConnection] = self._make_connection
        self._closed = False

    # -- looking ----------------------------------------------------------------------------------

    @property
    def closed(self) -> bool:
        """Whether the connector is closed."""
        return self._closed

    @property
    def force_close(self) -> bool:
        """Whether every connection is used once."""
        return self._force_close

    @property
    def limit(self) -> int:
        """The most connections at a time; 0 without a limit."""
        return self._pool.limit

    @property
    def limit_per_host(self) -> int:
        """The most connections to one host, port and TLS or not; 0 without a limit."""
        return self._pool.limit_per_host

    @property
    def loop(self) -> asyncio.AbstractEventLoop:
        """The event loop that the connector belongs to."""
        return self._loop

    @property
    def stats(self) -> PoolStats:
        """What the pool holds now, and what it has done."""
        return self._pool.stats()

    @property
    def _conns(self) -> dict[ConnectionKey, list[tuple[HttpConnection, float]]]:
        """Idle connections and since when they are; a copy, for libraries (spec row ADD-1018)."""
        found: dict[Any, list[tuple[HttpConnection, float]]] = {}
        for slot in self._pool.idle_slots():
            if slot.connection is not None:
                found.setdefault(slot.key, []).append((slot.connection, slot.idle_since))
        return found

    @property
    def _acquired(self) -> set[HttpConnection]:
        """Connections in use; a copy, for libraries (spec row ADD-1018)."""
        return self._connections - {slot.connection for slot in self._pool.idle_slots()}

    def check_invariants(self) -> None:
        """Raise ``AssertionError`` if the pool or a connection is not as it should be."""
        self._pool.check_invariants()
        for connection in self._connections:
            connection.check_invariants()
        for slot in self._pool.idle_slots():
            if slot.connection is None or not slot.connection.connected:
                raise AssertionError(f"an idle slot without a connection: {slot.connection!r}")

    # -- life -------------------------------------------------------------------------------------

    def __del__(self, _warnings: Any = warnings) -> None:
        if self._closed or not getattr(self, "_connections", None):
            return  # closed, unused, or never made completely
        connections = [repr(connection) for connection in self._connections]
        if not self._loop.is_closed():
            _warnings.warn(f"Unclosed connector {self!r}", ResourceWarning, source=self)
            self._loop.call_exception_handler(
                {"connector": self, "connections": connections, "message": "Unclosed connector"}
            )
        self._begin_close()

    def __enter__(self) -> Self:
        warn_caller('"with Connector():" is deprecated, use "async with Connector():" instead')
        return self

    def __exit__(self, *exc: object) -> None:
        self._begin_close()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        exc_type: type[BaseException] | None = None,
        exc_value: BaseException | None = None,
        exc_traceback: TracebackType | None = None,
    ) -> None:
        await self.close()

    def close(self, *, abort_ssl: bool = False) -> Awaitable[None]:
        """Close all connections, at once; awaiting the result waits until they are gone.

        That includes those that were closing before.

        TLS connections are aborted, without their closing handshake (spec row ADD-301), unless
        :attr:`tls_shutdown_timeout` gives them time for it; *abort_ssl* aborts them in any case.
        Requests under way fail with ``ClientConnectionError``.  May be called more than once.
        """
        grace = 0.0 if abort_ssl else self.tls_shutdown_timeout
        connections = self._begin_close(abort_tls=grace == 0)
        return _Closing(self._finish_close(connections, grace), type(self).__name__, self._loop)

    def _close(self) -> None:
        """Close without waiting; for libraries whose loop is gone (spec row ADD-1018)."""
        self._begin_close()

    def _begin_close(self, *, abort_tls: bool = True) -> "list[HttpConnection]":
        if self._closed:
            return []
        self._closed = True
        if self._expiry is not None:
            self._expiry.cancel()
            self._expiry = None
        if self._loop.is_closed():
            self._connections.clear()
            self._closing.clear()
            return []
        # Those that were closed before may be in their TLS closing handshake still.
        connections = [*self._connections, *self._closing]
        self._pool.close()
        for connection in connections:
            connection.force_close = True
            if abort_tls and connection.speaks_tls:
                connection.abort()
            elif connection not in self._closing:
                connection.close()
        self._wake_granted()
        self._wheel.stop()
        return connections

    async def _finish_close(self, connections: "list[HttpConnection]", grace: float | None) -> None:
        waiters = [
            waiter for waiter in (connection.when_lost() for connection in connections) if waiter
        ]
        if waiters and grace:
            await asyncio.wait(waiters, timeout=grace)
            for connection in connections:
                if connection.speaks_tls:
                    connection.abort()
        if waiters:
            await asyncio.wait(waiters)
        await self._close_resources()

    async def _close_resources(self) -> None:
        """Close what the connector has besides connections; for subclasses."""

    # -- connections ------------------------------------------------------------------------------

    def _make_connection(self) -> HttpConnection:
        """Return a new connection, as protocol for a transport."""
        connection: HttpConnection
        if self._buffer is not None:
            connection = BufferedHttpConnection(self, self._loop, self._wheel, self._buffer)
        else:
            connection = HttpConnection(self, self._loop, self._wheel)
        connection.force_close = self._force_close
        return connection

    def connection_free(self, connection: HttpConnection) -> None:
        """Do what the pool has decided when *connection* came back (called by the connection)."""
        if self._closed or connection.slot is None:
            connection.close()
            return
        self._carry_out()
        if self._expiry is None:
            self._schedule_expiry()

    def connection_gone(self, connection: HttpConnection) -> None:
        """Forget a connection (called by the connection)."""
        slot = connection.slot
        self._connections.discard(connection)
        lost = connection.when_lost()
        if lost is not None:
            closing = self._closing
            closing.add(connection)
            # Not through the connector: what is closing does not keep it alive.
            lost.add_done_callback(lambda _: closing.discard(connection))
        if self._cleanup_closed and connection.speaks_tls:
            self._loop.call_later(CLEANUP_CLOSED_AFTER, connection.abort)
        if slot is None:
            return
        connection.slot = None
        if connection.promised:
            slot.connection = None  # whoever waits for it gets a new one in the same place
        else:
            self._pool.discard(slot, self._loop.time())
            self._carry_out()

    def reuse(self, key: ConnectionKey, *, careful: bool = True) -> Connection | None:
        """Return the lease of an idle connection for *key*, or ``None``: then :meth:`connect`.

        *careful* asks the operating system whether the peer has closed it meanwhile; without it
        that is done only after an idle second.
        """
        if self._closed:
            raise ClientConnectionError("Connector is closed")
        lane = self._pool.lane(key)
        if lane is None:
            return None
        connection = self.take(lane, self._loop.time(), careful)
        if connection is None:
            return None
        connection.reserve()
        return Connection(connection, key, self._loop)

    async def connect(
        self, req: ConnectRequest, traces: Sequence[Trace], timeout: ClientTimeout
    ) -> Connection:
        """Return a connection for *req*: an idle one, or a new one, after a wait at the limit.

        ``ClientTimeout.connect`` covers all of it.  Expired timeouts raise
        :exc:`ConnectionTimeoutError`; failures to connect :exc:`ClientConnectorError`.
        """
        key = req.connection_key
        lease = self.reuse(key)
        if lease is None:
            now = self._loop.time()
            limit = deadline_after(now, timeout.connect, timeout.ceil_threshold)
            async with PhaseLimit(limit, lambda: self._timed_out(req)):
                slot = self._pool.acquire(key, now)
                self._carry_out()
                if slot is None:
                    req.phase = Phase.POOL
                    slot = await self._wait_for_slot(key, req, traces, timeout)
                lease = await self._use_slot(slot, key, req, traces, timeout)
        else:
            await self._tell_reuse(lease, traces)
        return lease

    async def _tell_reuse(self, lease: Connection, traces: Sequence[Trace]) -> None:
        try:
            for trace in traces:
                await trace.send_connection_reuseconn()
        except BaseException:
            lease.release()
            raise

    def _timed_out(self, req: ConnectRequest) -> ConnectionTimeoutError:
        return ConnectionTimeoutError(
            f"Connection timeout to host {req.url}", phase=req.phase.value
        )

    async def _wait_for_slot(
        self,
        key: ConnectionKey,
        req: ConnectRequest,
        traces: Sequence[Trace],
        timeout: ClientTimeout,
    ) -> Slot:
        pool = self._pool
        ticket = pool.enqueue(key, self._loop.time())
        waiter: asyncio.Future[None] = self._loop.create_future()
        ticket.wake = waiter
        self._carry_out()
        limit = deadline_after(self._loop.time(), timeout.pool, timeout.ceil_threshold)
        try:
            for trace in traces:
                await trace.send_connection_queued_start()
            async with PhaseLimit(limit, lambda: self._timed_out(req)):
                await waiter
            for trace in traces:
                await trace.send_connection_queued_end()
        except BaseException:
            if ticket.slot is not None and ticket.slot.connection is not None:
                ticket.slot.connection.promised = False
            pool.cancel(ticket, self._loop.time())
            self._carry_out()
            raise
        if ticket.slot is None or self._closed:
            raise ClientConnectionError("Connector is closed")
        return ticket.slot

    async def _use_slot(
        self,
        slot: Slot,
        key: ConnectionKey,
        req: ConnectRequest,
        traces: Sequence[Trace],
        timeout: ClientTimeout,
    ) -> Connection:
        """Turn *slot* into a lease: of its connection, or of a new one."""
        if slot.state == _LEASED:
            connection = slot.connection
            if connection is not None:
                connection.promised = False
                if connection.connected and not connection.is_stale():
                    connection.reserve()
                    lease = Connection(connection, key, self._loop)
                    await self._tell_reuse(lease, traces)
                    return lease
                connection.slot = None
                connection.abort()
            # It died since it was chosen; a new one takes its place.
            slot = self._pool.replace(slot)
        try:
            for trace in traces:
                await trace.send_connection_create_start()
            req.phase = Phase.CONNECT
            limit = deadline_after(self._loop.time(), timeout.sock_connect, timeout.ceil_threshold)
            async with PhaseLimit(limit, lambda: self._timed_out(req)):
                connection = await self._create_connection(req, traces, timeout)
        except BaseException:
            self._pool.discard(slot, self._loop.time())
            self._carry_out()
            raise
        if self._closed:
            connection.abort()
            raise ClientConnectionError("Connector is closed")
        connection.key = slot.key  # one object for all connections of a key
        if not connection.connected:
            # Lost between the handshake and now; whoever sends on it will be told.
            self._pool.discard(slot, self._loop.time())
            self._carry_out()
        else:
            connection.slot = slot
            self._connections.add(connection)
            self._pool.opened(slot, connection, self._loop.time())
        lease = Connection(connection, key, self._loop)
        try:
            for trace in traces:
                await trace.send_connection_create_end()
        except BaseException:
            lease.release()
            raise
        return lease

    async def _create_connection(
        self, req: ConnectRequest, traces: Sequence[Trace], timeout: ClientTimeout
    ) -> HttpConnection:
        """Open a connection for *req*; made by ``self._factory``.  For subclasses."""
        raise TypeError(f"{type(self).__name__} does not know how to connect")

    # -- carrying out -----------------------------------------------------------------------------

    def _carry_out(self) -> None:
        """Do what the pool has decided."""
        pool = self._pool
        while pool.doomed:
            connection = pool.doomed.pop()
            connection.slot = None
            self._connections.discard(connection)
            connection.close()
        self._wake_granted()

    def _wake_granted(self) -> None:
        granted = self._pool.granted
        while granted:
            ticket = granted.pop(0)
            slot = ticket.slot
            if slot is not None and slot.connection is not None:
                slot.connection.promised = True
            waiter = ticket.wake
            if isinstance(waiter, asyncio.Future) and not waiter.done():
                waiter.set_result(None)

    def _schedule_expiry(self) -> None:
        self._pool.watched = True
        delay = min(self._pool.keepalive, self._pool.max_lifetime)
        if delay < inf:
            self._expire_in(max(delay, 1.0))

    def _expire_in(self, delay: float) -> None:
        """Look for idle connections that are due, *delay* seconds from now."""
        when = deadline_after(self._loop.time(), delay, self._timeout_ceil_threshold)
        self._expiry = self._loop.call_at(when, _expire, weakref.ref(self))

    def expire(self) -> None:
        """Close the idle connections whose time is over; a timer does so too."""
        self._expiry = None
        if self._closed:
            return
        now = self._loop.time()
        due = self._pool.expire(now)
        self._carry_out()
        self._pool.watched = due < inf
        if due < inf:
            self._expire_in(max(due - now, 1.0))
