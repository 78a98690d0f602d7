"""Sites: where a runner listens (spec rows RUN-12 to RUN-17).

Laws
* A site belongs to one runner, is made after its ``setup()``, starts once and stops once.
* ``stop()`` only stops listening; the connections are the runner's business.
* What was accepted is served: ``stop()`` loses no connection that has left the kernel's queue.
"""

import asyncio
import contextlib
import os
import socket
import stat
from abc import ABC, abstractmethod
from ssl import SSLContext
from typing import Any

from aiohttp_core import warn_caller
from aiohttp_web.runner import BaseRunner

__all__ = ("BaseSite", "NamedPipeSite", "SockSite", "TCPSite", "UnixSite")


class BaseSite(ABC):
    """A place where connections come from.

    RuntimeError if *runner* was not set up.  *shutdown_timeout* belongs to the runner and is
    deprecated here (ADD-603).
    """

    def __init__(
        self,
        runner: BaseRunner,
        *,
        shutdown_timeout: float | None = None,
        ssl_context: SSLContext | None = None,
        backlog: int = 128,
    ) -> None:
        if runner.server is None:
            raise RuntimeError("Call runner.setup() before making a site")
        if shutdown_timeout is not None:
            warn_caller("shutdown_timeout should be set on BaseRunner")
            runner.set_shutdown_timeout(shutdown_timeout)
        self._runner = runner
        self._ssl_context = ssl_context
        self._backlog = backlog
        self._server: asyncio.AbstractServer | None = None

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.name}>"

    @property
    @abstractmethod
    def name(self) -> str:
        """The URL of the site, for people."""

    @property
    def listening(self) -> asyncio.AbstractServer | None:
        """What asyncio made, while the site listens."""
        return self._server

    @property
    def _scheme(self) -> str:
        return "https" if self._ssl_context else "http"

    async def _listen(self) -> asyncio.AbstractServer | None:
        """Begin to listen.

        A subclass may instead extend :meth:`start` and set ``_server`` itself, as sites written
        for aiohttp 3 do.
        """
        return None

    async def start(self) -> None:
        """Begin to listen.  RuntimeError the second time, OSError if the address is taken."""
        self._runner.register_site(self)
        try:
            self._server = await self._listen()
        except BaseException:
            self._runner.unregister_site(self)
            raise

    async def stop(self) -> None:
        """Listen no longer.  RuntimeError if the site was not started."""
        self._runner.check_site(self)
        server = self._server
        if server is not None:
            try:
                await _accept_no_more(server)
            finally:
                server.close()
                self._server = None
        self._runner.unregister_site(self)


async def _accept_no_more(server: asyncio.AbstractServer) -> None:
    """Let what *server* has just accepted become connections.

    asyncio accepts a socket in one round of its loop and makes the transport in the next one.  If
    the server is closed in between, it drops the socket without a word, and the client sees a
    reset.  So the round between is waited for, while nothing more is accepted.
    """
    loop = asyncio.get_running_loop()
    for sock in getattr(server, "sockets", ()):
        # Other loops accept in their own way, in one step.
        with contextlib.suppress(NotImplementedError, RuntimeError, ValueError):
            loop.remove_reader(sock.fileno())
    await asyncio.sleep(0)


class TCPSite(BaseSite):
    """Listens on *host*, by default on all interfaces, and *port*, by default 8080, 8443 for TLS.

    *reuse_address* defaults to True on Unix; *reuse_port* lets several processes share the port.
    """

    def __init__(
        self,
        runner: BaseRunner,
        host: str | None = None,
        port: int | None = None,
        *,
        shutdown_timeout: float | None = None,
        ssl_context: SSLContext | None = None,
        backlog: int = 128,
        reuse_address: bool | None = None,
        reuse_port: bool | None = None,
    ) -> None:
        super().__init__(
            runner, shutdown_timeout=shutdown_timeout, ssl_context=ssl_context, backlog=backlog
        )
        self._host = host
        self._port = (8443 if ssl_context else 8080) if port is None else port
        self._bound_port: int | None = None
        self._reuse_address = reuse_address
        self._reuse_port = reuse_port

    @property
    def port(self) -> int:
        """The port: the wanted one before the start, then the bound one (ADD-605)."""
        return self._port if self._bound_port is None else self._bound_port

    @property
    def name(self) -> str:
        """``http://host:port`` (ADD-607)."""
        host = self._host or "0.0.0.0"  # noqa: S104 (what asyncio binds then)
        if ":" in host:
            host = f"[{host}]"
        return f"{self._scheme}://{host}:{self.port}"

    async def _listen(self) -> asyncio.AbstractServer:
        server: Any = self._runner.server
        listening = await asyncio.get_running_loop().create_server(
            server,
            self._host,
            self._port,
            ssl=self._ssl_context,
            backlog=self._backlog,
            reuse_address=self._reuse_address,
            reuse_port=self._reuse_port,
        )
        if listening.sockets:
            self._bound_port = listening.sockets[0].getsockname()[1]
        return listening


class UnixSite(BaseSite):
    """Listens on the Unix socket *path*.  The file is removed at the end, if it is still ours."""

    def __init__(
        self,
        runner: BaseRunner,
        path: "str | os.PathLike[str]",
        *,
        shutdown_timeout: float | None = None,
        ssl_context: SSLContext | None = None,
        backlog: int = 128,
    ) -> None:
        super().__init__(
            runner, shutdown_timeout=shutdown_timeout, ssl_context=ssl_context, backlog=backlog
        )
        self._path = os.fspath(path)
        self._inode: int | None = None

    @property
    def name(self) -> str:
        """``http://unix:path:`` (ADD-607)."""
        return f"{self._scheme}://unix:{self._path}:"

    async def _listen(self) -> asyncio.AbstractServer:
        server: Any = self._runner.server
        listening = await asyncio.get_running_loop().create_unix_server(
            server, self._path, ssl=self._ssl_context, backlog=self._backlog
        )
        with contextlib.suppress(OSError, ValueError):
            self._inode = os.stat(self._path).st_ino
        return listening

    async def stop(self) -> None:
        """Listen no longer and remove the socket file."""
        await super().stop()
        with contextlib.suppress(OSError, ValueError):
            found = os.stat(self._path)
            if found.st_ino == self._inode and stat.S_ISSOCK(found.st_mode):
                os.unlink(self._path)


class NamedPipeSite(BaseSite):
    """Listens on the named pipe *path* of Windows; RuntimeError for other loops than Proactor's."""

    def __init__(
        self, runner: BaseRunner, path: str, *, shutdown_timeout: float | None = None
    ) -> None:
        loop = asyncio.get_event_loop()
        proactor: Any = getattr(asyncio, "ProactorEventLoop", None)
        if proactor is None or not isinstance(loop, proactor):
            raise RuntimeError("Named Pipes only available in proactor loop under windows")
        super().__init__(runner, shutdown_timeout=shutdown_timeout)
        self._path = path

    @property
    def name(self) -> str:
        """The path."""
        return self._path

    async def _listen(self) -> asyncio.AbstractServer:
        loop: Any = asyncio.get_running_loop()
        listening: list[asyncio.AbstractServer] = await loop.start_serving_pipe(
            self._runner.server, self._path
        )
        return listening[0]


class SockSite(BaseSite):
    """Listens on *sock*, a bound socket of any family."""

    def __init__(
        self,
        runner: BaseRunner,
        sock: socket.socket,
        *,
        shutdown_timeout: float | None = None,
        ssl_context: SSLContext | None = None,
        backlog: int = 128,
    ) -> None:
        super().__init__(
            runner, shutdown_timeout=shutdown_timeout, ssl_context=ssl_context, backlog=backlog
        )
        self._sock = sock
        unix = getattr(socket, "AF_UNIX", None)
        address = sock.getsockname()
        if unix is not None and sock.family == unix:
            self._name = f"{self._scheme}://unix:{os.fsdecode(address)}:"
        else:
            host, port = address[:2]
            self._name = f"{self._scheme}://{f'[{host}]' if ':' in host else host}:{port}"

    @property
    def name(self) -> str:
        """The URL of the socket."""
        return self._name

    async def _listen(self) -> asyncio.AbstractServer:
        server: Any = self._runner.server
        return await asyncio.get_running_loop().create_server(
            server, sock=self._sock, ssl=self._ssl_context, backlog=self._backlog
        )
