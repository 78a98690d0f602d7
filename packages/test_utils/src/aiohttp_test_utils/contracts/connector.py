"""What a session relies on in a connector (spec rows CON-01 to CON-10)."""

import asyncio
from abc import ABC, abstractmethod
from contextlib import AsyncExitStack
from typing import Any

from yarl import URL

from aiohttp_client import (
    BaseConnector,
    ClientConnectionError,
    ClientSession,
    ClientTimeout,
)
from aiohttp_test_utils.contracts.promises import promise, raises
from aiohttp_test_utils.servers import RawTestServer
from aiohttp_web import BaseRequest, Response

__all__ = ("ConnectorContract",)


class ConnectorContract(ABC):
    """The contract of :class:`~aiohttp_client.BaseConnector`.

    By default the connector reaches a server at a port of 127.0.0.1; override :meth:`serve` for
    other places.
    """

    @abstractmethod
    async def make_connector(self, **kwargs: Any) -> BaseConnector:
        """Return a new connector; *kwargs* are ``limit`` and other options of all connectors."""

    async def serve(self, stack: AsyncExitStack, handler: Any) -> URL:
        """Serve *handler* until *stack* is closed, and return its URL."""
        server = await stack.enter_async_context(RawTestServer(handler))
        return server.make_url("/")

    async def unreachable(self, stack: AsyncExitStack) -> URL:
        """Return a URL where nobody listens."""
        server = RawTestServer(_hello)
        await server.start_server()
        url = server.make_url("/")
        await server.close()
        return url

    async def test_request(self) -> None:
        """A request gets its response."""
        async with AsyncExitStack() as stack:
            url = await self.serve(stack, _hello)
            session = await stack.enter_async_context(
                ClientSession(connector=await self.make_connector())
            )
            async with session.get(url) as response:
                promise(await response.read() == b"hello", "the body arrives")

    async def test_connections_are_used_again(self) -> None:
        """A connection whose response was read serves the next request."""
        seen: list[int] = []

        async def handler(request: BaseRequest) -> Response:
            seen.append(id(request.protocol))
            return Response(body=b"x")

        async with AsyncExitStack() as stack:
            url = await self.serve(stack, handler)
            session = await stack.enter_async_context(
                ClientSession(connector=await self.make_connector())
            )
            for _ in range(3):
                async with session.get(url) as response:
                    await response.read()
        promise(len(seen) == 3 and len(set(seen)) == 1, f"one connection served {seen}")

    async def test_limit(self) -> None:
        """There are never more connections than ``limit``."""
        running = most = 0
        both = asyncio.Event()

        async def handler(request: BaseRequest) -> Response:
            nonlocal running, most
            running += 1
            most = max(most, running)
            if running == 2:
                both.set()
            await both.wait()
            # Whoever came too early has had every chance to come by now.
            for _ in range(20):
                await asyncio.sleep(0)
            running -= 1
            return Response(body=b"x")

        async with AsyncExitStack() as stack:
            url = await self.serve(stack, handler)
            session = await stack.enter_async_context(
                ClientSession(connector=await self.make_connector(limit=2))
            )

            async def ask() -> None:
                async with session.get(url) as response:
                    await response.read()

            await asyncio.gather(*(ask() for _ in range(6)))
        promise(most == 2, f"there were {most} requests at a time")

    async def test_unreachable(self) -> None:
        """Where nobody listens there is a ``ClientConnectionError``, and a place is not lost."""
        async with AsyncExitStack() as stack:
            nowhere = await self.unreachable(stack)
            url = await self.serve(stack, _hello)
            session = await stack.enter_async_context(
                ClientSession(connector=await self.make_connector(limit=1))
            )
            with raises(ClientConnectionError, "nobody listens there"):
                await session.get(nowhere)
            async with session.get(url) as response:
                promise(response.status == 200, "the next request has the place")

    async def test_cancelled(self) -> None:
        """A request that is cancelled or runs out of time gives its place back."""
        began = asyncio.Event()
        slow = True

        async def handler(request: BaseRequest) -> Response:
            if slow:
                began.set()
                await asyncio.Event().wait()
            return Response(body=b"x")

        async with AsyncExitStack() as stack:
            url = await self.serve(stack, handler)
            session = await stack.enter_async_context(
                ClientSession(connector=await self.make_connector(limit=1))
            )
            task = asyncio.ensure_future(session.get(url))
            await began.wait()
            task.cancel()
            await asyncio.wait([task])
            promise(task.cancelled(), "the request is cancelled")
            with raises(TimeoutError, "the request runs out of time"):
                await session.get(url, timeout=ClientTimeout(total=0.05))
            slow = False
            async with session.get(url) as response:
                promise(response.status == 200, "the next request has the place")

    async def test_close(self) -> None:
        """A closed connector gives no connection; closing again is harmless."""
        async with AsyncExitStack() as stack:
            url = await self.serve(stack, _hello)
            connector = await self.make_connector()
            session = await stack.enter_async_context(ClientSession(connector=connector))
            async with session.get(url) as response:
                await response.read()
            await connector.close()
            promise(connector.closed, "it is closed")
            with raises(RuntimeError, "a session without a connector is closed"):
                await session.get(url)
            await connector.close()


async def _hello(request: BaseRequest) -> Response:
    return Response(body=b"hello")
