"""The pytest plugin: servers and clients that end with the test (spec rows TST-14 to TST-19).

Load it with ``pytest_plugins = ["aiohttp_test_utils.pytest_plugin"]`` or, with the facade,
``"aiohttp.pytest_plugin"``.

Laws
* One engine runs a coroutine.  Where pytest-asyncio is in ``auto`` mode it runs tests and fixtures,
  those of this plugin too; else :mod:`aiohttp_test_utils.pytest_engine` does.
* What a fixture made is closed when the test ends, the last first, in the loop of the test.
"""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AsyncExitStack
from typing import Any, Final, Protocol, TypeVar, overload

import pytest

from aiohttp_core import warn_caller
from aiohttp_test_utils import pytest_engine, pytest_guest
from aiohttp_test_utils.client import TestClient
from aiohttp_test_utils.fake_requests import FakeRequests
from aiohttp_test_utils.ports import unused_port as find_unused_port
from aiohttp_test_utils.servers import BaseTestServer, RawTestServer, TestServer
from aiohttp_web import Application, BaseRequest, Request, StreamResponse

__all__ = ("AiohttpClient", "AiohttpRawServer", "AiohttpServer")

RequestT = TypeVar("RequestT", bound=BaseRequest)


class AiohttpClient(Protocol):
    """The type of the fixture ``aiohttp_client``."""

    @overload
    async def __call__(
        self,
        param: Application,
        *,
        server_kwargs: dict[str, Any] | None = None,
        **kwargs: Any,
    ) -> TestClient[Request, Application]: ...
    @overload
    async def __call__(
        self,
        param: BaseTestServer,
        *,
        server_kwargs: dict[str, Any] | None = None,
        **kwargs: Any,
    ) -> TestClient[BaseRequest, None]: ...


class AiohttpServer(Protocol):
    """The type of the fixture ``aiohttp_server``."""

    async def __call__(
        self, app: Application, *, host: str = ..., port: int | None = ..., **kwargs: Any
    ) -> TestServer:
        """Start a server for *app*."""


class AiohttpRawServer(Protocol):
    """The type of the fixture ``aiohttp_raw_server``."""

    async def __call__(
        self,
        handler: Callable[[Any], Awaitable[StreamResponse]],
        *,
        port: int | None = ...,
        **kwargs: Any,
    ) -> RawTestServer[Any]:
        """Start a server for *handler*."""


# -- options ---------------------------------------------------------------------------------------


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options of the plugin (spec row ADD-738)."""
    group = parser.getgroup("aiohttp")
    group.addoption(
        "--aiohttp-fast",
        action="store_true",
        default=False,
        help="do not collect garbage after each test",
    )
    group.addoption(
        "--aiohttp-loop",
        action="store",
        default="pyloop",
        help="run tests with these loops: pyloop, uvloop, all, or several with commas; "
        "a question mark behind a name leaves it out where it is not installed",
    )
    group.addoption(
        "--aiohttp-enable-loop-debug",
        action="store_true",
        default=False,
        help="turn the debug mode of event loops on",
    )


_ENGINE: Final = "aiohttp-engine"


def pytest_configure(config: pytest.Config) -> None:
    """Choose who runs coroutines."""
    if not config.pluginmanager.has_plugin(_ENGINE):
        engine = pytest_guest if _is_guest(config) else pytest_engine
        config.pluginmanager.register(engine, _ENGINE)


def _is_guest(config: pytest.Config) -> bool:
    if not config.pluginmanager.has_plugin("asyncio"):
        return False
    mode = config.getoption("asyncio_mode", None) or config.getini("asyncio_mode")
    return bool(getattr(mode, "value", mode) == "auto")


@pytest.fixture
def fast(request: pytest.FixtureRequest) -> bool:
    """Whether ``--aiohttp-fast`` was given."""
    return bool(request.config.getoption("--aiohttp-fast"))


@pytest.fixture
def loop_debug(request: pytest.FixtureRequest) -> bool:
    """Whether ``--aiohttp-enable-loop-debug`` was given."""
    return bool(request.config.getoption("--aiohttp-enable-loop-debug"))


# -- servers and clients ---------------------------------------------------------------------------


@pytest.fixture
def aiohttp_unused_port() -> Callable[[], int]:
    """Return a function that finds a free TCP port of 127.0.0.1."""
    return find_unused_port


@pytest.fixture
async def aiohttp_server(loop: Any) -> AsyncIterator[AiohttpServer]:
    """Start servers for applications.

    Call it as ``await aiohttp_server(app, *, host, port, **kwargs)``.

    *kwargs* are options of the runner.
    """
    async with AsyncExitStack() as stack:

        async def start(
            app: Application, *, host: str = "127.0.0.1", port: int | None = None, **kwargs: Any
        ) -> TestServer:
            server = TestServer(app, host=host, port=port)
            stack.push_async_callback(server.close)
            await server.start_server(**kwargs)
            return server

        yield start


@pytest.fixture
async def aiohttp_raw_server(loop: Any) -> AsyncIterator[AiohttpRawServer]:
    """Start servers for handlers.

    Call it as ``await aiohttp_raw_server(handler, *, port, **kwargs)``.

    *kwargs* are options of :class:`~aiohttp_web.Server`.
    """
    async with AsyncExitStack() as stack:

        async def start(
            handler: Callable[[Any], Awaitable[StreamResponse]],
            *,
            port: int | None = None,
            **kwargs: Any,
        ) -> RawTestServer[Any]:
            server: RawTestServer[Any] = RawTestServer(handler, port=port)
            stack.push_async_callback(server.close)
            await server.start_server(**kwargs)
            return server

        yield start


@pytest.fixture
def aiohttp_client_cls() -> type[TestClient[Any, Any]]:
    """Return the class of the clients; override it to use your own (spec row TST-17)."""
    return TestClient


@pytest.fixture
async def aiohttp_client(
    loop: Any, aiohttp_client_cls: type[TestClient[Any, Any]]
) -> AsyncIterator[AiohttpClient]:
    """Make clients and start their servers.

    Call it as ``await aiohttp_client(app_or_server, *, server_kwargs, **kwargs)``.

    Its server is started.  *server_kwargs* are options of :class:`TestServer` if an application is
    given, *kwargs* those of the client.  A function instead of an application is called with the
    loop and the remaining arguments, and returns the application.
    """
    async with AsyncExitStack() as stack:

        async def start(
            param: Any,
            *args: Any,
            server_kwargs: dict[str, Any] | None = None,
            **kwargs: Any,
        ) -> TestClient[Any, Any]:
            if callable(param) and not isinstance(param, (Application, BaseTestServer)):
                param = param(loop, *args, **kwargs)
                if isinstance(param, Awaitable):
                    param = await param
                args, kwargs = (), {}
            if args:
                raise TypeError(f"Arguments that nobody takes: {args!r}")
            if isinstance(param, Application):
                param = TestServer(param, **(server_kwargs or {}))
            elif not isinstance(param, BaseTestServer):
                raise TypeError(f"Unknown argument type: {type(param)!r}")
            client = aiohttp_client_cls(param, **kwargs)
            stack.push_async_callback(client.close)
            await client.start_server()
            return client

        yield start


# -- names of aiohttp before 3.0 -------------------------------------------------------------------


def _renamed(old: str, new: str) -> None:
    warn_caller(f"Deprecated, use {new} fixture instead of {old}")


@pytest.fixture
def unused_port(aiohttp_unused_port: Callable[[], int]) -> Callable[[], int]:
    """Return ``aiohttp_unused_port``; deprecated."""
    _renamed("unused_port", "aiohttp_unused_port")
    return aiohttp_unused_port


@pytest.fixture
def test_server(aiohttp_server: AiohttpServer) -> AiohttpServer:
    """Return ``aiohttp_server``; deprecated."""
    _renamed("test_server", "aiohttp_server")
    return aiohttp_server


@pytest.fixture
def raw_test_server(aiohttp_raw_server: AiohttpRawServer) -> AiohttpRawServer:
    """Return ``aiohttp_raw_server``; deprecated."""
    _renamed("raw_test_server", "aiohttp_raw_server")
    return aiohttp_raw_server


@pytest.fixture
def test_client(aiohttp_client: AiohttpClient) -> AiohttpClient:
    """Return ``aiohttp_client``; deprecated."""
    _renamed("test_client", "aiohttp_client")
    return aiohttp_client


@pytest.fixture
def fake_requests() -> Iterator[FakeRequests]:
    """Answer the requests of all sessions without a network; see :class:`FakeRequests`."""
    with FakeRequests() as fake:
        yield fake
