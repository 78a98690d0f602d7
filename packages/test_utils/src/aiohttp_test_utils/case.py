"""Test cases of unittest for applications (spec rows TST-10, ADD-735, ADD-736)."""

import asyncio
from typing import Any, TypeVar
from unittest import IsolatedAsyncioTestCase

from aiohttp_core import warn_caller
from aiohttp_test_utils.client import TestClient
from aiohttp_test_utils.servers import TestServer
from aiohttp_web import Application, Request

__all__ = ("AioHTTPTestCase", "unittest_run_loop")

FunctionT = TypeVar("FunctionT")


class AioHTTPTestCase(IsolatedAsyncioTestCase):
    """Starts an application before each test and closes it after.

    Subclasses override :meth:`get_application`.  Who overrides ``asyncSetUp`` or ``asyncTearDown``
    awaits that of ``super()``.
    """

    app: Application
    """What :meth:`get_application` returned."""
    server: TestServer
    """What :meth:`get_server` returned."""
    client: TestClient[Request, Application]
    """What :meth:`get_client` returned."""

    async def get_application(self) -> Application:
        """Return the application to test; must be overridden, this or the older ``get_app``."""
        return await self.get_app()

    async def get_app(self) -> Application:
        """Return the application to test; the older name of :meth:`get_application`."""
        raise RuntimeError("Did you forget to define get_application()?")

    async def get_server(self, app: Application) -> TestServer:
        """Return the server for *app*."""
        return TestServer(app)

    async def get_client(self, server: TestServer) -> TestClient[Request, Application]:
        """Return the client for *server*."""
        return TestClient(server)

    @property
    def loop(self) -> asyncio.AbstractEventLoop:
        """The loop of the test."""
        return asyncio.get_running_loop()

    async def asyncSetUp(self) -> None:
        """Start the application."""
        self.app = await self.get_application()
        self.server = await self.get_server(self.app)
        self.client = await self.get_client(self.server)
        await self.client.start_server()
        await self.setUpAsync()

    async def asyncTearDown(self) -> None:
        """Close client and server."""
        try:
            await self.tearDownAsync()
        finally:
            await self.client.close()

    async def setUpAsync(self) -> None:  # noqa: N802
        """Override ``asyncSetUp`` instead; the name of aiohttp before 3.8."""

    async def tearDownAsync(self) -> None:  # noqa: N802
        """Override ``asyncTearDown`` instead; the name of aiohttp before 3.8."""


def unittest_run_loop(func: FunctionT, *args: Any, **kwargs: Any) -> FunctionT:
    """Return *func*.  Deprecated: coroutine methods are tests by themselves since 3.8."""
    warn_caller("Decorator `@unittest_run_loop` is no longer needed in aiohttp 3.8+")
    return func
