import asyncio
import gc
import warnings
from math import inf
from typing import Any

import pytest

from aiohttp_client import (
    BaseConnector,
    ClientConnectionError,
    ClientSession,
    ClientTimeout,
    TCPConnector,
)
from aiohttp_client.connection import HttpConnection

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello"


@pytest.mark.spec("CON-01", "CON-07", "ADD-293")
async def test_options() -> None:
    connector = TCPConnector(limit=7, limit_per_host=3)
    assert (connector.limit, connector.limit_per_host, connector.force_close) == (7, 3, False)
    assert not connector.closed
    assert connector.use_dns_cache
    assert {"http", "https", "ws", "wss", "tcp", ""} <= connector.allowed_protocol_schema_set
    await connector.close()
    assert connector.closed
    with pytest.raises(ValueError):
        TCPConnector(force_close=True, keepalive_timeout=5)


@pytest.mark.spec("ADD-300", "ADD-303", "ADD-959")
async def test_close_without_await() -> None:
    connector = TCPConnector()
    with pytest.warns(DeprecationWarning, match="close"):
        closing = connector.close()
        await asyncio.sleep(0)
        del closing
        gc.collect()
    connector = TCPConnector()
    with pytest.warns(DeprecationWarning, match="with Connector"):
        with connector:
            pass
    assert connector.closed
    async with TCPConnector() as connector:
        pass
    assert connector.closed


@pytest.mark.spec("CON-05", "ADD-164")
async def test_force_close(serve: Any, answering: Any) -> None:
    server = await serve(answering(OK))
    async with ClientSession(connector=TCPConnector(force_close=True)) as session:
        for _ in range(2):
            async with session.get(server.url()) as resp:
                await resp.read()
    assert len(server.talks) == 2
    assert b"\r\nConnection: close\r\n" in server.talks[0].heads[0]


@pytest.mark.spec("CON-02", "ADD-343")
async def test_idle_connections_expire(serve: Any, answering: Any) -> None:
    server = await serve(answering(OK))
    connector = TCPConnector(keepalive_timeout=0.01)
    async with ClientSession(connector=connector) as session:
        async with session.get(server.url()) as resp:
            await resp.read()
        await asyncio.sleep(0.02)
        async with session.get(server.url()) as resp:
            await resp.read()
        assert len(server.talks) == 2
        connector.expire()
        assert connector.stats.expired == 1


@pytest.mark.spec("ADD-343", "ADD-893")
async def test_idle_connections_have_no_read_timer(serve: Any, answering: Any) -> None:
    """Only the pool's own time counts while nobody waits for an answer."""
    server = await serve(answering(OK))
    async with ClientSession(timeout=ClientTimeout(total=9, sock_read=3)) as session:
        connector = session.connector
        assert connector is not None
        async with session.get(server.url()) as resp:
            await resp.read()
        (connection,) = [idle for idles in connector._conns.values() for idle, _ in idles]
        assert connection.check_deadline(connector.loop.time() + 1e6) == inf
        assert connection.connected
        async with session.get(server.url()) as resp:
            await resp.read()
        assert connector.stats.created == 1


async def test_servers_keep_alive_is_honoured(serve: Any, answering: Any) -> None:
    short = b"HTTP/1.1 200 OK\r\nKeep-Alive: timeout=0\r\nContent-Length: 0\r\n\r\n"
    server = await serve(answering(short))
    async with ClientSession() as session:
        for _ in range(2):
            async with session.get(server.url()) as resp:
                await resp.read()
    assert len(server.talks) == 2


async def test_max_uses(serve: Any, answering: Any) -> None:
    server = await serve(answering(OK))
    async with ClientSession(connector=TCPConnector(max_uses=2)) as session:
        for _ in range(4):
            async with session.get(server.url()) as resp:
                await resp.read()
    assert len(server.talks) == 2


@pytest.mark.spec("CON-03", "CON-04", "CON-09")
@pytest.mark.parametrize("options", [{"limit": 2}, {"limit_per_host": 2}])
async def test_limits(serve: Any, options: dict[str, int]) -> None:
    busy = peak = 0

    async def script(talk: Any) -> None:
        nonlocal busy, peak
        while True:
            await talk.head()
            busy += 1
            peak = max(peak, busy)
            await asyncio.sleep(0.001)
            busy -= 1
            await talk.send(OK)

    server = await serve(script)
    connector = TCPConnector(**options)
    async with ClientSession(connector=connector) as session:

        async def use() -> None:
            async with session.get(server.url()) as resp:
                assert await resp.read() == b"hello"

        await asyncio.gather(*[use() for _ in range(20)])
        connector.check_invariants()
    assert peak == 2
    assert len(server.talks) == 2


@pytest.mark.spec("ADD-310", "HTTP-23")
async def test_unclosed_connector_warns(serve: Any, answering: Any) -> None:
    server = await serve(answering(OK))
    calls: list[dict[str, Any]] = []
    asyncio.get_running_loop().set_exception_handler(lambda loop, context: calls.append(context))
    connector = TCPConnector()
    session = ClientSession(connector=connector, connector_owner=False)
    async with session.get(server.url()) as resp:
        await resp.read()
    await session.close()
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        del connector, session, resp
        gc.collect()
        for _ in range(3):
            await asyncio.sleep(0)
        gc.collect()
    assert any("Unclosed connector" in str(warning.message) for warning in caught)
    assert any(context["message"] == "Unclosed connector" for context in calls)


@pytest.mark.spec("CON-28", "CON-29", "CON-30", "ADD-311", "ADD-959")
async def test_lease(serve: Any, answering: Any) -> None:
    from yarl import URL

    from aiohttp_client import ClientRequest, ClientTimeout

    server = await serve(answering(OK))
    async with TCPConnector() as connector:
        request = ClientRequest("GET", URL(server.url()))
        lease = await connector.connect(request, [], ClientTimeout())
        assert lease
        assert not lease.closed
        assert lease.transport is not None
        assert isinstance(lease.protocol, HttpConnection)
        with pytest.warns(DeprecationWarning):
            assert lease.loop is asyncio.get_running_loop()
        called: list[int] = []
        lease.add_callback(lambda: called.append(1))
        lease.add_callback(None)
        first = lease.protocol
        lease.release()
        lease.release()
        lease.close()
        assert called == [1]
        assert lease.closed
        assert lease.transport is None
        assert connector.stats.idle == 1
        lease = await connector.connect(request, [], ClientTimeout())
        assert lease.protocol is first
        lease.close()
        assert connector.stats[:3] == (0, 0, 0)
        lease = await connector.connect(request, [], ClientTimeout())
        asyncio.get_running_loop().set_exception_handler(lambda loop, context: None)
        with pytest.warns(ResourceWarning, match="Unclosed connection"):
            del lease
            gc.collect()
        assert connector.stats[:3] == (0, 0, 0)
    with pytest.raises(ClientConnectionError, match="closed"):
        await connector.connect(request, [], ClientTimeout())


@pytest.mark.spec("ADD-306", "CON-10")
async def test_hooks_of_subclasses(serve: Any, answering: Any) -> None:
    server = await serve(answering(OK))
    seen: list[str] = []

    class Own(TCPConnector):
        async def _resolve_host(self, host: str, port: int, traces: Any = None) -> Any:
            seen.append(f"resolve {host}")
            return await super()._resolve_host("127.0.0.1", port, traces)

        async def _create_connection(self, req: Any, traces: Any, timeout: Any) -> Any:
            seen.append("create")
            return await super()._create_connection(req, traces, timeout)

        async def connect(self, req: Any, traces: Any, timeout: Any) -> Any:
            seen.append("connect")
            return await super().connect(req, traces, timeout)

    async with ClientSession(connector=Own()) as session:
        for _ in range(2):
            async with session.get(server.url(host="name.test")) as resp:
                await resp.read()
    assert seen == ["connect", "create", "resolve name.test", "connect"]


async def test_own_dialer(serve: Any, answering: Any) -> None:
    """A connector of the user's own: it opens the transport, the rest is the family's."""
    server = await serve(answering(OK))

    class Dialer(BaseConnector):
        async def _create_connection(self, req: Any, traces: Any, timeout: Any) -> Any:
            factory: Any = self._factory
            _, protocol = await self._loop.create_connection(factory, "127.0.0.1", server.port)
            return protocol

    async with ClientSession(connector=Dialer()) as session:
        async with session.get("http://anything.test/") as resp:
            assert await resp.read() == b"hello"


async def test_granted_connection_that_dies_is_replaced(serve: Any, answering: Any) -> None:
    async def once(talk: Any) -> None:
        await talk.head()
        await talk.send(OK)
        talk.reset()

    server = await serve(once)
    connector = TCPConnector(limit=1)
    async with ClientSession(connector=connector) as session:

        async def use() -> bytes:
            async with session.post(server.url(), data=b"x") as resp:
                return await resp.read()

        results = await asyncio.gather(*[use() for _ in range(6)], return_exceptions=True)
        connector.check_invariants()
        assert connector.stats.waiting == 0
        assert connector.stats.leased == 0
        assert any(result == b"hello" for result in results)
