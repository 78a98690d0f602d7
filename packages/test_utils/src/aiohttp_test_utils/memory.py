"""Client and server in one process, without sockets.

::

    async with MemoryNetwork() as network:
        await network.serve("http://shop.example", app)
        async with ClientSession(connector=network.connector()) as session:
            async with session.get("http://shop.example/cart") as response:
                ...

Both sides are the real ones, down to the bytes; only the transport is another.  ``https`` works
without certificates: both sides are told that it is TLS, the bytes stay plain.

Laws
* Bytes are delivered in order, in a later round of the loop than they were written.
* A side that reads nothing stops the other: above the high-water mark writing is paused.
* ``connection_lost`` comes once, after everything that was delivered.
"""

import asyncio
import ssl
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from types import TracebackType
from typing import Any, Final, Self

from yarl import URL

from aiohttp_client import BaseConnector, ClientConnectorError, ClientTimeout, Trace
from aiohttp_client.connection import HttpConnection
from aiohttp_client.connector import ConnectRequest
from aiohttp_test_utils.servers import TestServer
from aiohttp_web import Application, AppRunner, BaseRunner, Server, ServerRunner

__all__ = ("MemoryConnector", "MemoryNetwork", "MemoryTestServer", "MemoryTransport", "connect")

HIGH_WATER: Final = 2**16
LOW_WATER: Final = 2**14

Address = tuple[str, int]
ProtocolFactory = Callable[[], Any]


class MemoryTransport(asyncio.Transport):
    """One end of a connection inside the process; made by :func:`connect`."""

    def __init__(self, loop: asyncio.AbstractEventLoop, extra: dict[str, Any]) -> None:
        super().__init__(extra)
        self._loop = loop
        self._protocol: Any = None
        self._peer: MemoryTransport | None = None
        self._inbox: deque[bytes] = deque()
        self._inbox_size = 0
        self._eof_in = False
        self._eof_out = False
        self._reading = True
        self._scheduled = False
        self._closing = False
        self._lost = False
        self._writing_paused = False
        self._high, self._low = HIGH_WATER, LOW_WATER

    def __repr__(self) -> str:
        state = "lost" if self._lost else "closing" if self._closing else "open"
        return f"<MemoryTransport {self.get_extra_info('sockname')} {state}>"

    def attach(self, peer: "MemoryTransport", protocol: Any) -> None:
        """Join the other end and the protocol; part of :func:`connect`."""
        self._peer = peer
        self._protocol = protocol

    # -- asyncio.BaseTransport --------------------------------------------------------------------

    def get_protocol(self) -> asyncio.BaseProtocol:
        """Return the protocol."""
        protocol: asyncio.BaseProtocol = self._protocol
        return protocol

    def set_protocol(self, protocol: Any) -> None:
        """Hand the connection to another protocol."""
        self._protocol = protocol

    def is_closing(self) -> bool:
        """Return whether the connection is closed or about to."""
        return self._closing

    def close(self) -> None:
        """Close after what was written has arrived."""
        if self._closing:
            return
        self._closing = True
        peer = self._peer
        if peer is not None and not self._eof_out:
            peer.take_eof()
        if not self._pending():
            self._loop.call_soon(self._lose, None)

    def abort(self) -> None:
        """Close at once; the other end sees the connection reset."""
        if self._lost:
            return
        self._closing = True
        peer = self._peer
        if peer is not None:
            peer.drop(ConnectionResetError("Connection reset by peer"))
        self._loop.call_soon(self._lose, None)

    # -- asyncio.WriteTransport -------------------------------------------------------------------

    def write(self, data: bytes | bytearray | memoryview) -> None:
        """Send bytes."""
        if self._eof_out:
            raise RuntimeError("Cannot write after write_eof()")
        if self._closing or self._peer is None or not data:
            return
        self._peer.take(bytes(data))
        if not self._writing_paused and self._pending() > self._high:
            self._writing_paused = True
            self._protocol.pause_writing()

    def writelines(self, list_of_data: Iterable[Any]) -> None:
        """Send pieces as one."""
        self.write(b"".join(list_of_data))

    def write_eof(self) -> None:
        """Say that nothing more will be written."""
        if not self._eof_out and not self._closing:
            self._eof_out = True
            if self._peer is not None:
                self._peer.take_eof()

    def can_write_eof(self) -> bool:
        """Return True."""
        return True

    def get_write_buffer_size(self) -> int:
        """Return how many bytes have not been delivered."""
        return self._pending()

    def get_write_buffer_limits(self) -> tuple[int, int]:
        """Return the low- and the high-water mark."""
        return self._low, self._high

    def set_write_buffer_limits(self, high: int | None = None, low: int | None = None) -> None:
        """Set the marks, in bytes."""
        if high is None:
            high = HIGH_WATER if low is None else 4 * low
        if low is None:
            low = high // 4
        if not 0 <= low <= high:
            raise ValueError(f"high ({high!r}) must be >= low ({low!r}) must be >= 0")
        self._high, self._low = high, low

    def _pending(self) -> int:
        return 0 if self._peer is None else self._peer.waiting

    # -- asyncio.ReadTransport --------------------------------------------------------------------

    def is_reading(self) -> bool:
        """Return whether bytes are delivered."""
        return self._reading and not self._closing

    def pause_reading(self) -> None:
        """Deliver nothing until :meth:`resume_reading`."""
        self._reading = False

    def resume_reading(self) -> None:
        """Deliver again."""
        if not self._reading:
            self._reading = True
            self._schedule()

    # -- the other end ----------------------------------------------------------------------------

    @property
    def waiting(self) -> int:
        """Bytes that were sent to this end and not delivered."""
        return self._inbox_size

    def take(self, data: bytes) -> None:
        """Take bytes from the other end."""
        if self._closing:
            return
        self._inbox.append(data)
        self._inbox_size += len(data)
        self._schedule()

    def take_eof(self) -> None:
        """Take note that the other end will send nothing more."""
        self._eof_in = True
        self._schedule()

    def drop(self, error: Exception | None) -> None:
        """Lose the connection, undelivered bytes too."""
        self._inbox.clear()
        self._inbox_size = 0
        self._closing = True
        self._loop.call_soon(self._lose, error)

    def arrived(self) -> None:
        """Take note that the other end has taken bytes."""
        if self._writing_paused and self._pending() <= self._low:
            self._writing_paused = False
            self._protocol.resume_writing()
        if self._closing and not self._pending():
            self._loop.call_soon(self._lose, None)

    # -- delivering -------------------------------------------------------------------------------

    def _schedule(self) -> None:
        if not self._scheduled and self._reading and not self._closing:
            self._scheduled = True
            self._loop.call_soon(self._deliver)

    def _deliver(self) -> None:
        self._scheduled = False
        if self._closing or not self._reading:
            return
        if self._inbox:
            data = self._inbox.popleft()
            self._inbox_size -= len(data)
            self._hand_over(data)
            if self._peer is not None:
                self._peer.arrived()
            if self._inbox or self._eof_in:
                self._schedule()
        elif self._eof_in:
            self._eof_in = False
            keep_open = self._protocol.eof_received()
            if not keep_open:
                self.close()

    def _hand_over(self, data: bytes) -> None:
        protocol = self._protocol
        if not isinstance(protocol, asyncio.BufferedProtocol) and hasattr(
            protocol, "data_received"
        ):
            protocol.data_received(data)
            return
        view = memoryview(data)
        while view:
            room = memoryview(protocol.get_buffer(len(view)))
            count = min(len(room), len(view))
            room[:count] = view[:count]
            protocol.buffer_updated(count)
            view = view[count:]

    def _lose(self, error: Exception | None) -> None:
        if self._lost:
            return
        self._lost = True
        peer, self._peer = self._peer, None
        self._protocol.connection_lost(error)
        if peer is not None and not peer.is_closing():
            peer.take_eof()


def connect(
    client: Any,
    server: Any,
    *,
    tls: bool = False,
    names: tuple[Address, Address] = (("127.0.0.1", 50000), ("127.0.0.1", 80)),
) -> tuple[MemoryTransport, MemoryTransport]:
    """Connect two asyncio protocols and return their transports, the client's first.

    *names* are the addresses of client and server.  *tls* tells both that the connection is TLS.
    """
    loop = asyncio.get_running_loop()
    ours, theirs = names
    shared: dict[str, Any] = {}
    if tls:
        shared["sslcontext"] = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    near = MemoryTransport(loop, {"sockname": ours, "peername": theirs, **shared})
    far = MemoryTransport(loop, {"sockname": theirs, "peername": ours, **shared})
    near.attach(far, client)
    far.attach(near, server)
    server.connection_made(far)
    client.connection_made(near)
    return near, far


class MemoryNetwork:
    """Servers by origin.  Use it as an asynchronous context manager: leaving closes them."""

    def __init__(self) -> None:
        self._servers: dict[URL, ProtocolFactory] = {}
        self._runners: list[BaseRunner] = []
        self._connectors: list[MemoryConnector] = []

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        exc_type: type[BaseException] | None,
        exc_value: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self.close()

    async def serve(
        self, origin: str | URL, app: Application | Server | ProtocolFactory, **kwargs: Any
    ) -> None:
        """Let *app* answer at *origin*, for example ``https://shop.example``.

        *app* is an application, a low-level server, or any factory of asyncio protocols; *kwargs*
        are options of the runner.
        """
        if isinstance(app, (Application, Server)):
            runner: BaseRunner
            if isinstance(app, Application):
                runner = AppRunner(app, **{"handler_cancellation": True, **kwargs})
            else:
                runner = ServerRunner(app, **kwargs)
            self._runners.append(runner)
            await runner.setup()
            app = _served(runner)
        self._servers[URL(origin).origin()] = app

    def connector(self, **kwargs: Any) -> "MemoryConnector":
        """Return a connector that knows the servers of this network and no others.

        *kwargs* are options of :class:`~aiohttp_client.BaseConnector`.
        """
        connector = MemoryConnector(self, **kwargs)
        self._connectors.append(connector)
        return connector

    def find(self, origin: URL) -> ProtocolFactory | None:
        """Return what answers at *origin*."""
        return self._servers.get(origin)

    async def close(self) -> None:
        """Close the connectors and the servers."""
        for connector in self._connectors:
            await connector.close()
        for runner in self._runners:
            await runner.cleanup()
        self._connectors.clear()
        self._runners.clear()
        self._servers.clear()


def _served(runner: BaseRunner) -> ProtocolFactory:
    server = runner.server
    if server is None:
        raise RuntimeError("The runner is not set up")
    return server


class MemoryConnector(BaseConnector):
    """Connects to the servers of a :class:`MemoryNetwork`.

    Other addresses raise :exc:`~aiohttp_client.ClientConnectorError`: nothing leaves the process.
    """

    def __init__(self, network: MemoryNetwork, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._network = network
        self._port = 50000

    async def _create_connection(
        self, req: ConnectRequest, traces: Sequence[Trace], timeout: ClientTimeout
    ) -> HttpConnection:
        url = req.url
        scheme = "https" if req.is_ssl else "http"
        host, port = url.host or "", url.port or (443 if req.is_ssl else 80)
        origin = URL.build(scheme=scheme, host=host, port=port)
        factory = self._network.find(origin)
        if factory is None:
            error = ConnectionRefusedError(111, f"Nobody serves {origin} in this network")
            raise ClientConnectorError(req.connection_key, error)
        connection = self._factory()
        self._port += 1
        connect(
            connection,
            factory(),
            tls=req.is_ssl,
            names=(("127.0.0.1", self._port), (host, port)),
        )
        return connection


class MemoryTestServer(TestServer):
    """A :class:`TestServer` without a socket, for :class:`TestClient`."""

    def __init__(self, app: Application, **kwargs: Any) -> None:
        super().__init__(app, **kwargs)
        self._network = MemoryNetwork()

    async def _listen(self, runner: BaseRunner, ssl: Any) -> None:
        self.port = self._wanted_port or (443 if ssl is not None else 80)
        scheme = self.scheme or ("https" if ssl is not None else "http")
        origin = URL.build(scheme=scheme, host=self.host, port=self.port)
        await self._network.serve(origin, _served(runner))

    def make_connector(self) -> BaseConnector:
        """Return a connector that reaches this server and nothing else."""
        return self._network.connector()
