import asyncio
import ssl

import pytest

from aiohttp_client import ClientConnectorError, ClientSession, ServerDisconnectedError
from aiohttp_test_utils import MemoryNetwork, MemoryTestServer, TestClient
from aiohttp_test_utils.memory import connect
from aiohttp_web import Application, Response, Server, StreamResponse


async def where(request):
    return Response(text=f"{request.url} {request.secure} {await request.text()}")


def one_route(path, handler):
    app = Application()
    app.router.add_route("*", path, handler)
    return app


# -- servers and clients ---------------------------------------------------------------------------


async def test_requests_reach_the_server_of_their_origin(app):
    async with MemoryNetwork() as network:
        await network.serve("http://shop.example", one_route("/", where))
        await network.serve("http://other.example:81/", app)
        async with ClientSession(connector=network.connector()) as session:
            async with session.post("http://shop.example/?a=1", data="x") as response:
                assert await response.text() == "http://shop.example/?a=1 False x"
            async with session.get("http://other.example:81/") as response:
                assert await response.text() == "Hello, world"


async def test_tls_without_certificates():
    async with MemoryNetwork() as network:
        await network.serve("https://shop.example", one_route("/", where))
        async with ClientSession(connector=network.connector()) as session:
            async with session.get("https://shop.example/") as response:
                assert await response.text() == "https://shop.example/ True "


async def test_nothing_leaves_the_process(app):
    async with MemoryNetwork() as network:
        async with ClientSession(connector=network.connector()) as session:
            with pytest.raises(ClientConnectorError, match=r"Nobody serves http://shop\.example"):
                await session.get("http://shop.example/")


async def test_a_low_level_server():
    async with MemoryNetwork() as network:
        await network.serve("http://shop.example", Server(where))
        async with ClientSession(connector=network.connector()) as session:
            async with session.get("http://shop.example/") as response:
                assert response.status == 200


async def test_connections_are_kept_and_closed():
    connections = set()

    async def handler(request):
        connections.add(request.protocol)
        return Response()

    async with MemoryNetwork() as network:
        await network.serve("http://shop.example", one_route("/", handler))
        connector = network.connector()
        async with ClientSession(connector=connector) as session:
            for _ in range(3):
                await (await session.get("http://shop.example/")).read()
            connector.check_invariants()
        assert len(connections) == 1
        (connection,) = connections
        assert connection.transport is None


async def test_back_pressure_reaches_the_handler():
    written = 0
    stopped = asyncio.Event()

    async def handler(request):
        nonlocal written
        response = StreamResponse()
        await response.prepare(request)
        try:
            while True:
                await response.write(bytes(2**16))
                written += 2**16
        finally:
            stopped.set()

    async with MemoryNetwork() as network:
        await network.serve("http://shop.example", one_route("/", handler))
        async with ClientSession(connector=network.connector()) as session:
            response = await session.get("http://shop.example/")
            before = -1
            while written != before:
                before = written
                for _ in range(50):
                    await asyncio.sleep(0)
            assert written < 2**22
            assert len(await response.content.readexactly(2**22)) == 2**22
            response.close()
            await stopped.wait()


async def test_a_server_that_drops_the_connection():
    async def handler(request):
        request.transport.abort()
        return Response()

    async with MemoryNetwork() as network:
        await network.serve("http://shop.example", one_route("/", handler))
        async with ClientSession(connector=network.connector()) as session:
            with pytest.raises((ServerDisconnectedError, OSError)):
                await session.get("http://shop.example/")


async def test_a_test_client_without_sockets(app):
    async with TestClient(MemoryTestServer(app)) as client:
        assert client.server.server is None
        assert str(client.make_url("/")) == "http://127.0.0.1/"
        async with client.get("/") as response:
            assert await response.text() == "Hello, world"
        async with client.ws_connect("/echo") as ws:
            await ws.send_str("there")
            assert await ws.receive_str() == "there"


async def test_a_test_client_without_sockets_over_tls(app):
    client = TestClient(MemoryTestServer(app))
    await client.start_server(ssl=ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER))
    try:
        assert str(client.make_url("/")) == "https://127.0.0.1/"
        assert (await client.get("/")).status == 200
    finally:
        await client.close()


# -- transports ------------------------------------------------------------------------------------


class Recorder(asyncio.Protocol):
    def __init__(self, keep_open: bool = False) -> None:
        self.events: list[object] = []
        self.keep_open = keep_open
        self.lost = asyncio.Event()

    def connection_made(self, transport):
        self.events.append("made")

    def data_received(self, data):
        self.events.append(data)

    def eof_received(self):
        self.events.append("eof")
        return self.keep_open

    def connection_lost(self, exc):
        self.events.append(("lost", type(exc).__name__ if exc else None))
        self.lost.set()

    def pause_writing(self):
        self.events.append("pause")

    def resume_writing(self):
        self.events.append("resume")


class BufferedRecorder(asyncio.BufferedProtocol):
    def __init__(self) -> None:
        self.buffer = bytearray(4)
        self.data = b""
        self.lost = asyncio.Event()

    def get_buffer(self, sizehint):
        return self.buffer

    def buffer_updated(self, nbytes):
        self.data += bytes(self.buffer[:nbytes])

    def connection_lost(self, exc):
        self.lost.set()


async def rounds(count: int = 10) -> None:
    for _ in range(count):
        await asyncio.sleep(0)


async def test_bytes_arrive_later_and_in_order():
    client, server = Recorder(), Recorder()
    near, far = connect(client, server)
    near.write(b"a")
    near.writelines([b"b", bytearray(b"c"), memoryview(b"d")])
    assert server.events == ["made"]
    await rounds()
    assert server.events == ["made", b"a", b"bcd"]
    assert near.get_extra_info("peername") == far.get_extra_info("sockname")
    assert near.get_protocol() is client


async def test_closing_delivers_what_was_written():
    client, server = Recorder(), Recorder()
    near, _ = connect(client, server)
    near.write(b"a")
    near.close()
    near.write(b"too late")
    assert near.is_closing()
    await client.lost.wait()
    await server.lost.wait()
    assert server.events == ["made", b"a", "eof", ("lost", None)]
    assert client.events == ["made", ("lost", None)]


async def test_aborting_resets_the_other_side():
    client, server = Recorder(), Recorder()
    near, _ = connect(client, server)
    near.write(b"a")
    near.abort()
    near.abort()
    await server.lost.wait()
    assert server.events == ["made", ("lost", "ConnectionResetError")]
    assert client.events == ["made", ("lost", None)]


async def test_half_closing():
    client, server = Recorder(), Recorder(keep_open=True)
    near, far = connect(client, server)
    assert near.can_write_eof()
    near.write_eof()
    near.write_eof()
    with pytest.raises(RuntimeError, match="write_eof"):
        near.write(b"x")
    await rounds()
    far.write(b"answer")
    await rounds()
    assert server.events == ["made", "eof"]
    assert client.events == ["made", b"answer"]
    far.close()
    await client.lost.wait()


async def test_pausing():
    client, server = Recorder(), Recorder()
    near, far = connect(client, server)
    near.set_write_buffer_limits(high=10, low=5)
    assert near.get_write_buffer_limits() == (5, 10)
    far.pause_reading()
    assert not far.is_reading()
    near.write(b"123456")
    near.write(b"78901")
    assert client.events == ["made", "pause"]
    assert near.get_write_buffer_size() == 11
    await rounds()
    assert server.events == ["made"]
    far.resume_reading()
    assert far.is_reading()
    await rounds()
    assert server.events == ["made", b"123456", b"78901"]
    assert client.events == ["made", "pause", "resume"]
    assert near.get_write_buffer_size() == 0


async def test_closing_waits_for_a_paused_reader():
    client, server = Recorder(), Recorder()
    near, far = connect(client, server)
    far.pause_reading()
    near.write(b"a")
    near.close()
    await rounds()
    assert client.events == ["made"]
    far.resume_reading()
    await client.lost.wait()
    assert server.events[:2] == ["made", b"a"]


@pytest.mark.parametrize(
    ("given", "limits"),
    [({}, (16384, 65536)), ({"high": 8}, (2, 8)), ({"low": 8}, (8, 32)), ({"high": 0}, (0, 0))],
)
async def test_limits(given, limits):
    near, _ = connect(Recorder(), Recorder())
    near.set_write_buffer_limits(**given)
    assert near.get_write_buffer_limits() == limits


async def test_wrong_limits():
    near, _ = connect(Recorder(), Recorder())
    with pytest.raises(ValueError, match="must be >= low"):
        near.set_write_buffer_limits(high=1, low=2)


async def test_a_buffered_protocol():
    client, server = Recorder(), BufferedRecorder()
    near, far = connect(client, server)
    near.write(b"0123456789")
    await rounds()
    assert server.data == b"0123456789"
    other = Recorder()
    far.set_protocol(other)
    near.write(b"x")
    await rounds()
    assert other.events == [b"x"]


async def test_tls_is_told():
    near, far = connect(Recorder(), Recorder(), tls=True)
    assert isinstance(near.get_extra_info("sslcontext"), ssl.SSLContext)
    assert isinstance(far.get_extra_info("sslcontext"), ssl.SSLContext)
    assert near.get_extra_info("nothing", 1) == 1
