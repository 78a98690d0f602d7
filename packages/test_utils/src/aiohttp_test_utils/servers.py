"""Servers for tests: an application or a handler at a free port of this machine (TST-01 to TST-04).

Laws
* A server is started by :meth:`BaseTestServer.start_server` or by entering it, never before.
* A handler whose client has left is cancelled: a test must not wait for it.
* After ``close()`` nothing of the server lives; it can be called any number of times.
"""

import ipaddress
import socket
from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable
from ssl import SSLContext
from types import TracebackType
from typing import Any, Final, Generic, NoReturn, Self, TypeVar

from yarl import URL

from aiohttp_client import BaseConnector
from aiohttp_core import HttpProcessingError
from aiohttp_core.log import server_logger
from aiohttp_test_utils.ports import get_port_socket
from aiohttp_web import (
    Application,
    AppRunner,
    BaseRequest,
    BaseRunner,
    HTTPException,
    RequestPayloadError,
    Server,
    ServerRunner,
    SockSite,
    StreamResponse,
)
from aiohttp_web.error_pages import error_response

__all__ = ("BaseTestServer", "RawTestServer", "TestServer")

RequestT = TypeVar("RequestT", bound=BaseRequest)

_HAVE_AN_ANSWER: Final = (
    HTTPException,
    HttpProcessingError,
    OSError,
    RequestPayloadError,
    TimeoutError,
)
"""Exceptions that the server answers itself, or that are the client's fault."""

SocketFactory = Callable[[str, int, socket.AddressFamily], socket.socket]


class BaseTestServer(ABC):
    """A server that a test runs.  Use it as an asynchronous context manager.

    *scheme* is ``https`` if :meth:`start_server` is given a TLS context, else ``http``, unless it
    is said here.  *port* ``None`` means any free one.  *socket_factory* makes the listening socket
    from host, port and family.  With *skip_url_asserts* :meth:`make_url` takes what it is given,
    odd paths too.  *loop* is accepted and has no effect.
    """

    __test__ = False

    def __init__(
        self,
        *,
        scheme: str = "",
        loop: Any = None,
        host: str = "127.0.0.1",
        port: int | None = None,
        skip_url_asserts: bool = False,
        socket_factory: SocketFactory = get_port_socket,
        **kwargs: Any,
    ) -> None:
        self.scheme = scheme
        self.host = host
        self.port: int | None = port
        """The port; ``None`` before the start if any will do, and after the end."""
        self.skip_url_asserts = skip_url_asserts
        self.socket_factory = socket_factory
        self.runner: BaseRunner | None = None
        self.server: Any = None
        """What asyncio made, while the server listens."""
        self._root: URL | None = None
        self._wanted_port = port
        self._closed = False
        self._options = kwargs

    # life

    @property
    def started(self) -> bool:
        """Whether the server was started and not closed."""
        return self.runner is not None

    @property
    def closed(self) -> bool:
        """Whether the server was closed."""
        return self._closed

    @property
    def handler(self) -> Server:
        """The :class:`~aiohttp_web.Server`; ``RuntimeError`` before there is one."""
        server = None if self.runner is None else self.runner.server
        if server is None:
            raise RuntimeError("The test server is not started")
        return server

    @abstractmethod
    async def _make_runner(self, **kwargs: Any) -> BaseRunner:
        """Return the runner."""

    async def start_server(
        self, loop: Any = None, *, ssl: SSLContext | None = None, **kwargs: Any
    ) -> None:
        """Start the server; does nothing if it runs.

        *kwargs* are options of the runner.  With *ssl* it speaks TLS.
        """
        if self.runner is not None:
            return
        options: dict[str, Any] = {"handler_cancellation": True, **self._options, **kwargs}
        self.runner = await self._make_runner(**options)
        self._closed = False
        try:
            await self.runner.setup()
            await self._listen(self.runner, ssl)
        except BaseException:
            await self.close()
            raise
        if not self.scheme:
            self.scheme = "https" if ssl is not None else "http"
        self._root = URL.build(scheme=self.scheme, host=self.host, port=self.port)

    async def _listen(self, runner: BaseRunner, ssl: SSLContext | None) -> None:
        sock = self.socket_factory(self.host, self._wanted_port or 0, _family(self.host))
        try:
            self.port = sock.getsockname()[1]
            site = SockSite(runner, sock, ssl_context=ssl)
            await site.start()
        except BaseException:
            sock.close()
            raise
        self.server = site.listening

    async def close(self) -> None:
        """Stop the server and cancel its handlers.  May be called again, and before the start."""
        runner, self.runner = self.runner, None
        if runner is None:
            return
        self._closed = True
        self.server = None
        self._root = None
        self.port = self._wanted_port
        await runner.cleanup()

    async def __aenter__(self) -> Self:
        await self.start_server()
        return self

    async def __aexit__(
        self,
        exc_type: type[BaseException] | None,
        exc_value: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self.close()

    def __enter__(self) -> NoReturn:
        raise TypeError("Use async with instead")

    def __exit__(self, *exc: object) -> None:
        """Never reached: ``with server`` fails on entering."""

    # addresses

    def make_url(self, path: str | URL) -> URL:
        """Return the absolute URL of *path* on this server.

        ``AssertionError`` if the server does not run, and for an absolute URL.
        """
        root = self._root
        if root is None:
            raise AssertionError("The test server is not started")
        if self.skip_url_asserts:
            return URL(str(root).rstrip("/") + str(path))
        url = URL(path)
        if url.absolute:
            raise AssertionError(f"A path is wanted, not the absolute URL {url}")
        return root.join(url)

    def make_connector(self) -> BaseConnector | None:
        """Return the connector that reaches this server, ``None`` if any TCP connector does."""
        return None


def _family(host: str) -> socket.AddressFamily:
    try:
        version = ipaddress.ip_address(host).version
    except ValueError:
        return socket.AF_INET
    return socket.AF_INET6 if version == 6 else socket.AF_INET


class TestServer(BaseTestServer):
    """Runs an application; *kwargs* are options of :class:`BaseTestServer` and of the runner."""

    def __init__(
        self,
        app: Application,
        *,
        scheme: str = "",
        host: str = "127.0.0.1",
        port: int | None = None,
        **kwargs: Any,
    ) -> None:
        self.app = app
        super().__init__(scheme=scheme, host=host, port=port, **kwargs)

    async def _make_runner(self, **kwargs: Any) -> BaseRunner:
        return AppRunner(self.app, **kwargs)


class RawTestServer(BaseTestServer, Generic[RequestT]):
    """Runs *handler*, a coroutine function from a request to a response, without an application."""

    def __init__(
        self,
        handler: Callable[[RequestT], Awaitable[StreamResponse]],
        *,
        scheme: str = "",
        host: str = "127.0.0.1",
        port: int | None = None,
        **kwargs: Any,
    ) -> None:
        self._handler = handler
        super().__init__(scheme=scheme, host=host, port=port, **kwargs)

    async def _make_runner(self, debug: bool = True, **kwargs: Any) -> BaseRunner:
        """Return the runner; with *debug* the client is shown tracebacks (spec row ADD-727)."""
        handler = _showing_tracebacks(self._handler) if debug else self._handler
        return ServerRunner(Server(handler, **kwargs))


def _showing_tracebacks(
    handler: Callable[[Any], Awaitable[StreamResponse]],
) -> Callable[[Any], Awaitable[StreamResponse]]:
    async def handle(request: Any) -> StreamResponse:
        try:
            return await handler(request)
        except _HAVE_AN_ANSWER:
            raise
        except Exception as exc:
            if request.response_started:
                raise
            server_logger.error("Error handling request from %s", request.remote, exc_info=exc)
            return error_response(request, 500, exc, debug=True)

    return handle
