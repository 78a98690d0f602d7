"""Private names that libraries written for aiohttp 3 read."""

import asyncio

import pytest
from yarl import URL

from aiohttp_client import ClientRequest, ClientResponse, ClientSession, ClientTimeout, TCPConnector
from aiohttp_core import BaseProtocol


@pytest.mark.spec("ADD-1018")
async def test_names_of_the_session():
    timeout = ClientTimeout(total=3)
    async with ClientSession(
        "http://shop.test/v1/", headers={"A": "1", "B": "2"}, timeout=timeout, raise_for_status=True
    ) as session:
        assert session._base_url == URL("http://shop.test/v1/")
        assert session._build_url("users") == URL("http://shop.test/v1/users")
        assert session._prepare_headers({"a": "3"}).getall("A") == ["3"]
        assert session._default_headers["B"] == "2"
        assert session._connector is session.connector
        assert session._cookie_jar is session.cookie_jar
        assert session._json_serialize({}) == "{}"
        assert session._loop is asyncio.get_running_loop()
        assert session._raise_for_status is True
        assert session._request_class is ClientRequest
        assert session._response_class is ClientResponse
        assert session._timeout is timeout
        assert session._trust_env is False


async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while await reader.readline():
        while (await reader.readline()).strip():
            pass
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi")
    writer.close()


@pytest.fixture
async def url():
    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/"
    server.close()


@pytest.mark.spec("ADD-1018")
async def test_connections_of_a_connector(url):
    async with ClientSession(connector=TCPConnector()) as session:
        connector = session.connector
        assert (connector._conns, connector._acquired) == ({}, set())
        async with session.get(url) as response:
            await response.read()
        ((key, ((connection, since),)),) = connector._conns.items()
        assert key.host == "127.0.0.1"
        assert connection.transport is not None
        assert since > 0
        assert connector._acquired == set()
        connector._close()
        assert connector.closed


class Detour(TCPConnector):
    """Opens transports its own way and wraps them in a protocol of its own."""

    async def _wrap_create_connection(self, *args, addr_infos, req, timeout, **kwargs):
        host, port = addr_infos[0][4]
        self.asked = (host, port, kwargs["ssl"], kwargs["server_hostname"], req.url, timeout)
        loop = asyncio.get_running_loop()
        return await loop.create_connection(lambda: BaseProtocol(loop), host, port)


@pytest.mark.spec("ADD-1018")
async def test_a_connector_may_open_transports_its_own_way(url):
    timeout = ClientTimeout(total=10)
    async with ClientSession(connector=Detour(), timeout=timeout) as session:
        for _ in range(2):
            async with session.get(url) as response:
                assert await response.text() == "hi"
        assert session.connector.asked == (
            "127.0.0.1",
            URL(url).port,
            None,
            None,
            URL(url),
            timeout,
        )
        session.connector.check_invariants()
        assert len(session.connector._companions) == 1
    assert session.connector is None


async def test_what_it_holds_goes_with_the_connection(url):
    connector = Detour()
    async with ClientSession(connector=connector) as session:
        async with session.get(url) as response:
            await response.read()
    assert connector._companions == {}


class Same(TCPConnector):
    async def _wrap_create_connection(self, *args, **kwargs):
        self.called = True
        return await super()._wrap_create_connection(*args, **kwargs)


async def test_a_connector_may_only_look(url):
    async with ClientSession(connector=Same()) as session:
        async with session.get(url) as response:
            assert response.status == 200
        assert session.connector.called
