"""aiohttp-socks: a connector that goes through a SOCKS proxy."""

import asyncio
import struct

import pytest
from aiohttp_socks import ProxyConnectionError, ProxyConnector, ProxyType

from aiohttp import ClientSession, web


async def pump(reader, writer):
    try:
        while data := await reader.read(65536):
            writer.write(data)
            await writer.drain()
    except (ConnectionError, asyncio.CancelledError):
        pass
    finally:
        writer.close()


@pytest.fixture
async def proxy():
    """A SOCKS5 proxy without authentication that counts its customers."""
    served = []

    async def serve(reader, writer):
        _, count = await reader.readexactly(2)
        await reader.readexactly(count)
        writer.write(b"\x05\x00")
        _, _, _, kind = await reader.readexactly(4)
        if kind == 1:
            host = ".".join(map(str, await reader.readexactly(4)))
        else:
            host = (await reader.readexactly((await reader.readexactly(1))[0])).decode()
        (port,) = struct.unpack("!H", await reader.readexactly(2))
        served.append((host, port))
        far_reader, far_writer = await asyncio.open_connection(host, port)
        writer.write(b"\x05\x00\x00\x01\x7f\x00\x00\x01\x00\x00")
        await asyncio.gather(pump(reader, far_writer), pump(far_reader, writer))

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    server.served = served
    yield server
    server.close()


@pytest.fixture
async def target(aiohttp_server):
    async def hello(request):
        return web.Response(text="through the proxy")

    app = web.Application()
    app.router.add_get("/", hello)
    return await aiohttp_server(app)


@pytest.mark.parametrize("rdns", [False, True])
async def test_through_a_proxy(proxy, target, rdns):
    port = proxy.sockets[0].getsockname()[1]
    connector = ProxyConnector(proxy_type=ProxyType.SOCKS5, host="127.0.0.1", port=port, rdns=rdns)
    async with ClientSession(connector=connector) as session:
        for _ in range(2):
            async with session.get(target.make_url("/")) as response:
                assert await response.text() == "through the proxy"
    assert proxy.served == [("127.0.0.1", target.port)]


async def test_from_a_url(proxy, target):
    port = proxy.sockets[0].getsockname()[1]
    connector = ProxyConnector.from_url(f"socks5://127.0.0.1:{port}")
    async with ClientSession(connector=connector) as session:
        async with session.get(target.make_url("/")) as response:
            assert response.status == 200


async def test_no_proxy_there(unused_tcp_port, target):
    connector = ProxyConnector.from_url(f"socks5://127.0.0.1:{unused_tcp_port}")
    async with ClientSession(connector=connector) as session:
        with pytest.raises(ProxyConnectionError):
            await session.get(target.make_url("/"))
