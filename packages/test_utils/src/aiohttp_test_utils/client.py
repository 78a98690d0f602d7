"""A client for one test server: paths instead of URLs (spec rows TST-05 to TST-09).

Laws
* What the client made it closes: its responses, its WebSockets, its session and its server.
* A request is made once; a test wants to see the failure that a retry would hide.
"""

from types import TracebackType
from typing import Any, Generic, Literal, NoReturn, Self, TypeVar, overload
from weakref import WeakSet

from yarl import URL

from aiohttp_client import (
    NO_RETRY,
    AbstractCookieJar,
    ClientResponse,
    ClientSession,
    ClientWebSocketResponse,
    CookieJar,
    RequestContextManager,
)
from aiohttp_client.session import WSRequestContextManager
from aiohttp_test_utils.servers import BaseTestServer, TestServer
from aiohttp_web import Application, BaseRequest, Request

__all__ = ("TestClient",)

RequestT = TypeVar("RequestT", bound=BaseRequest)
ApplicationT = TypeVar("ApplicationT", bound=Application | None)


class TestClient(Generic[RequestT, ApplicationT]):
    """Makes requests to *server*, and starts and closes it.

    Use it as an asynchronous context manager.  *cookie_jar* defaults to one that keeps cookies of
    IP addresses.  *kwargs* are options of the session; *loop* is accepted and has no effect.
    ``TypeError`` for what is no test server.
    """

    __test__ = False

    @overload
    def __init__(
        self: "TestClient[Request, Application]",
        server: TestServer,
        *,
        cookie_jar: AbstractCookieJar | None = None,
        **kwargs: Any,
    ) -> None: ...
    @overload
    def __init__(
        self: "TestClient[BaseRequest, None]",
        server: BaseTestServer,
        *,
        cookie_jar: AbstractCookieJar | None = None,
        **kwargs: Any,
    ) -> None: ...
    def __init__(
        self,
        server: BaseTestServer,
        *,
        cookie_jar: AbstractCookieJar | None = None,
        loop: Any = None,
        **kwargs: Any,
    ) -> None:
        if not isinstance(server, BaseTestServer):
            raise TypeError(f"server must be TestServer instance, found type: {type(server)!r}")
        self._server = server
        connector = server.make_connector()
        if connector is not None:
            kwargs.setdefault("connector", connector)
        kwargs.setdefault("retry", NO_RETRY)
        self._session = ClientSession(
            cookie_jar=CookieJar(unsafe=True) if cookie_jar is None else cookie_jar, **kwargs
        )
        self._closed = False
        self._responses: WeakSet[ClientResponse] = WeakSet()
        self._websockets: WeakSet[ClientWebSocketResponse[Any]] = WeakSet()

    # the server

    async def start_server(self, **kwargs: Any) -> None:
        """Start the server; *kwargs* are those of :meth:`BaseTestServer.start_server`."""
        await self._server.start_server(**kwargs)

    @property
    def scheme(self) -> str:
        """The scheme of the server."""
        return self._server.scheme

    @property
    def host(self) -> str:
        """The host of the server."""
        return self._server.host

    @property
    def port(self) -> int | None:
        """The port of the server; ``None`` before the start if any will do."""
        return self._server.port

    @property
    def server(self) -> BaseTestServer:
        """The server."""
        return self._server

    @property
    def app(self) -> ApplicationT:
        """The application of the server; ``None`` for a raw server."""
        app: ApplicationT = getattr(self._server, "app", None)  # type: ignore[assignment]
        return app

    @property
    def session(self) -> ClientSession:
        """The session.  It takes absolute URLs, see :meth:`make_url`."""
        return self._session

    def make_url(self, path: str | URL) -> URL:
        """Return the absolute URL of *path* on the server."""
        return self._server.make_url(path)

    # requests

    async def _request(self, method: str, path: str | URL, **kwargs: Any) -> ClientResponse:
        response = await self._session.request(method, self.make_url(path), **kwargs)
        self._responses.add(response)
        return response

    def request(self, method: str, path: str | URL, **kwargs: Any) -> RequestContextManager:
        """Make a request: await the result, or enter it with ``async with``.

        *kwargs* are the options of ``ClientSession.request()``.  ``AssertionError`` for an absolute
        URL.
        """
        return RequestContextManager(self._request(method, path, **kwargs))

    def get(self, path: str | URL, **kwargs: Any) -> RequestContextManager:
        """Make a GET request."""
        return self.request("GET", path, **kwargs)

    def post(self, path: str | URL, **kwargs: Any) -> RequestContextManager:
        """Make a POST request."""
        return self.request("POST", path, **kwargs)

    def options(self, path: str | URL, **kwargs: Any) -> RequestContextManager:
        """Make an OPTIONS request."""
        return self.request("OPTIONS", path, **kwargs)

    def head(self, path: str | URL, **kwargs: Any) -> RequestContextManager:
        """Make a HEAD request; redirects are not followed unless asked for."""
        kwargs.setdefault("allow_redirects", False)
        return self.request("HEAD", path, **kwargs)

    def put(self, path: str | URL, **kwargs: Any) -> RequestContextManager:
        """Make a PUT request."""
        return self.request("PUT", path, **kwargs)

    def patch(self, path: str | URL, **kwargs: Any) -> RequestContextManager:
        """Make a PATCH request."""
        return self.request("PATCH", path, **kwargs)

    def delete(self, path: str | URL, **kwargs: Any) -> RequestContextManager:
        """Make a DELETE request."""
        return self.request("DELETE", path, **kwargs)

    async def _ws_connect(self, path: str | URL, **kwargs: Any) -> ClientWebSocketResponse[Any]:
        websocket = await self._session.ws_connect(self.make_url(path), **kwargs)
        self._websockets.add(websocket)
        return websocket

    @overload
    def ws_connect(
        self, path: str | URL, *, decode_text: Literal[True] = ..., **kwargs: Any
    ) -> WSRequestContextManager[Literal[True]]: ...

    @overload
    def ws_connect(
        self, path: str | URL, *, decode_text: Literal[False], **kwargs: Any
    ) -> WSRequestContextManager[Literal[False]]: ...

    @overload
    def ws_connect(
        self, path: str | URL, *, decode_text: bool = ..., **kwargs: Any
    ) -> WSRequestContextManager[bool]: ...

    def ws_connect(self, path: str | URL, **kwargs: Any) -> WSRequestContextManager[Any]:
        """Open a WebSocket: await the result, or enter it with ``async with``."""
        return WSRequestContextManager(self._ws_connect(path, **kwargs))

    # the end

    @property
    def closed(self) -> bool:
        """Whether the client was closed."""
        return self._closed

    async def close(self) -> None:
        """Close what the client made, its session, and the server.  May be called again."""
        if self._closed:
            return
        self._closed = True
        try:
            for response in tuple(self._responses):
                response.close()
            for websocket in tuple(self._websockets):
                await websocket.close()
        finally:
            try:
                await self._session.close()
            finally:
                await self._server.close()

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
        """Never reached: ``with client`` fails on entering."""
