import asyncio
from typing import Any

import pytest

from aiohttp_client import ClientConnectionError, ServerDisconnectedError
from aiohttp_client.connection import HttpConnection
from aiohttp_client.connection_state import TRANSITIONS, ConnectionState
from aiohttp_client.deadline_wheel import DeadlineWheel
from aiohttp_client.exchange_options import ExchangeOptions

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello"


class Transport:
    """An in-memory transport that closes at once."""

    def __init__(self) -> None:
        self.sent = b""
        self.paused = False
        self.closing = False
        self.aborted = False
        self.protocol: Any = None

    def write(self, data: bytes) -> None:
        self.sent += data

    def pause_reading(self) -> None:
        self.paused = True

    def resume_reading(self) -> None:
        self.paused = False

    def close(self) -> None:
        self.closing = True

    def abort(self) -> None:
        self.closing = self.aborted = True

    def is_closing(self) -> bool:
        return self.closing

    def get_write_buffer_size(self) -> int:
        return 0

    def get_extra_info(self, name: str, default: Any = None) -> Any:
        return default

    def set_protocol(self, protocol: Any) -> None:
        self.protocol = protocol


class Owner:
    def __init__(self) -> None:
        self.free: list[HttpConnection] = []
        self.gone: list[HttpConnection] = []

    def connection_free(self, connection: HttpConnection) -> None:
        self.free.append(connection)

    def connection_gone(self, connection: HttpConnection) -> None:
        self.gone.append(connection)


@pytest.fixture
async def parts() -> Any:
    loop = asyncio.get_running_loop()
    owner = Owner()
    connection = HttpConnection(owner, loop, DeadlineWheel(loop))
    transport = Transport()
    connection.connection_made(transport)
    yield connection, transport, owner
    connection.check_invariants()
    connection.connection_lost(None)
    assert connection.state == ConnectionState.CLOSED
    assert owner.gone == [connection]


def begin(connection: HttpConnection, method: str = "GET", **options: Any) -> Any:
    upgrade = options.pop("upgrade", False)
    incoming = connection.begin(None, method, ExchangeOptions(**options), upgrade=upgrade)
    connection.write(b"request")
    return incoming


def test_table_is_complete() -> None:
    assert set(TRANSITIONS) == set(ConnectionState)
    assert all(ConnectionState.CLOSED in after for state, after in TRANSITIONS.items() if state < 8)


async def test_every_split_gives_the_same(parts: Any) -> None:
    connection, transport, owner = parts  # noqa: RUF059
    for cut in range(1, len(OK)):
        incoming = begin(connection)
        connection.sent()
        connection.data_received(OK[:cut])
        connection.data_received(OK[cut:])
        await incoming.waiter
        assert await incoming.take_stream().read() == b"hello"
        assert connection.state == ConnectionState.IDLE
        assert owner.free.pop() is connection
        connection.reserve()
        connection.check_invariants()


async def test_whole_body_needs_no_stream(parts: Any) -> None:
    connection, transport, owner = parts  # noqa: RUF059
    incoming = begin(connection)
    connection.sent()
    connection.data_received(OK)
    assert incoming.complete
    assert incoming.stream is None
    assert incoming.body() == b"hello"
    assert incoming.connection is None


@pytest.fixture
def slow(parts: Any) -> Any:
    """An idle connection whose transport takes no large body at once, and the exchange on it."""
    connection, transport, owner = parts  # noqa: RUF059
    connection.give_back()

    class Slow(Transport):
        def write(self, data: bytes) -> None:
            super().write(data)
            if len(data) > 10:
                connection.pause_writing()

    connection.transport = taking = Slow()

    def send(body: bytes, **options: Any) -> Any:
        incoming = connection.exchange(
            None, "POST", b"head", body, ExchangeOptions(**options), float("inf")
        )
        assert taking.sent == b"head" + body
        assert connection.facts.bytes_sent == len(taking.sent)
        connection.check_invariants()
        return incoming

    return connection, taking, send


async def test_a_large_body_that_is_taken_at_once(slow: Any) -> None:
    connection, _, send = slow
    incoming = send(b"small")
    assert connection.state == ConnectionState.RECEIVING
    assert not connection.writing
    await connection.until_sent()
    connection.data_received(OK)
    assert incoming.body() == b"hello"
    assert connection.state == ConnectionState.IDLE


@pytest.mark.parametrize("answer", ["after", "before", "between"])
async def test_a_large_body_is_sent_when_the_transport_has_room(slow: Any, answer: str) -> None:
    connection, _, send = slow
    incoming = send(b"x" * 100)
    assert connection.state == ConnectionState.SENDING
    assert connection.writing
    waiting = asyncio.ensure_future(connection.until_sent())
    await asyncio.sleep(0)
    if answer == "before":
        connection.data_received(OK)
        assert connection.state == ConnectionState.DRAINING
    elif answer == "between":
        connection.data_received(OK[:-2])
        assert connection.state == ConnectionState.RECEIVING
    assert connection.writing
    assert not waiting.done()
    connection.check_invariants()
    connection.resume_writing()
    assert not connection.writing
    await waiting
    if answer == "after":
        connection.data_received(OK)
    elif answer == "between":
        connection.data_received(OK[-2:])
    await incoming.waiter
    assert await incoming.take_stream().read() == b"hello"
    assert connection.state == ConnectionState.IDLE
    connection.resume_writing()
    assert connection.state == ConnectionState.IDLE


async def test_a_large_body_that_is_given_up(slow: Any) -> None:
    connection, transport, send = slow
    incoming = send(b"x" * 100)
    waiting = asyncio.ensure_future(connection.until_sent())
    await asyncio.sleep(0)
    incoming.abort()
    assert transport.aborted
    with pytest.raises(ClientConnectionError):
        await incoming.waiter
    connection.resume_writing()
    assert connection.state == ConnectionState.CLOSING
    await waiting


async def test_a_lost_connection_ends_the_waiting_for_a_large_body(slow: Any) -> None:
    connection, _, send = slow
    incoming = send(b"x" * 100)
    waiting = asyncio.ensure_future(connection.until_sent())
    await asyncio.sleep(0)
    connection.connection_lost(ConnectionResetError(104, "reset"))
    await waiting
    with pytest.raises(ClientConnectionError):
        await incoming.waiter


@pytest.mark.parametrize(
    ("options", "step"), [({"send": 5.0}, True), ({"first_byte": 5.0}, False), ({}, False)]
)
async def test_the_times_of_a_large_body(slow: Any, options: dict[str, float], step: bool) -> None:
    connection, _, send = slow
    incoming = send(b"x" * 100, **options)
    late = asyncio.get_running_loop().time() + 6
    due = connection.check_deadline(late)
    if step:
        with pytest.raises(TimeoutError, match="sending"):
            await incoming.waiter
        return
    assert due == float("inf")
    connection.resume_writing()
    assert (connection.check_deadline(0) < float("inf")) == bool(options)
    incoming.abort()


async def test_answer_before_the_end_of_the_request(parts: Any) -> None:
    connection, transport, owner = parts
    incoming = begin(connection, "POST")
    connection.data_received(OK)
    assert connection.state == ConnectionState.DRAINING
    assert owner.free == []
    connection.sent()
    assert connection.state == ConnectionState.IDLE
    assert owner.free == [connection]
    assert incoming.body() == b"hello"
    connection.reserve()
    # An old exchange cannot disturb the next one.
    later = begin(connection)
    incoming.abort()
    assert not transport.closing
    later.abort()
    assert transport.aborted


async def test_upgrade(parts: Any) -> None:
    connection, transport, owner = parts  # noqa: RUF059
    incoming = begin(connection, upgrade=True)
    connection.sent()
    connection.data_received(b"HTTP/1.1 101 S\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\ntail")
    await incoming.waiter
    assert connection.state == ConnectionState.UPGRADED
    assert transport.paused
    protocol = object()
    assert connection.hand_over(protocol) == b"tail"
    assert transport.protocol is protocol
    assert not transport.paused
    with pytest.raises(RuntimeError):
        connection.hand_over(protocol)


async def test_two_exchanges_at_a_time_are_a_mistake(parts: Any) -> None:
    connection, transport, owner = parts  # noqa: RUF059
    incoming = begin(connection)
    with pytest.raises(RuntimeError):
        connection.begin(None, "GET")
    incoming.waiter.cancel()
    incoming.abort()


async def test_forbidden_transition_is_caught(parts: Any) -> None:
    connection, transport, owner = parts  # noqa: RUF059
    with pytest.raises(AssertionError, match="cannot become"):
        connection.reserve()
        connection.reserve()


async def test_gone_before_sending(parts: Any) -> None:
    connection, transport, owner = parts  # noqa: RUF059
    connection.close()
    assert owner.gone == [connection]
    with pytest.raises(ClientConnectionError):
        connection.begin(None, "GET")


async def test_loss_tells_how_far_it_came(parts: Any) -> None:
    connection, transport, owner = parts  # noqa: RUF059
    incoming = begin(connection)
    connection.sent()
    connection.data_received(b"HTTP/1")
    connection.eof_received()
    with pytest.raises(ServerDisconnectedError) as caught:
        await incoming.waiter
    assert caught.value.exchange == (False, 7, 6)


async def test_paused_reader_gets_everything_after_the_loss(parts: Any) -> None:
    connection, transport, owner = parts  # noqa: RUF059
    incoming = begin(connection, read_bufsize=4)
    connection.sent()
    connection.data_received(b"HTTP/1.1 200 OK\r\nContent-Length: 40\r\n\r\n" + b"x" * 20)
    assert connection.reading_paused
    connection.data_received(b"y" * 20)
    stream = incoming.take_stream()
    assert stream.total_bytes == 20
    assert await stream.readexactly(20) == b"x" * 20
    assert await stream.read() == b"y" * 20
    assert connection.state == ConnectionState.IDLE
