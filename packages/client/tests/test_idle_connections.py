"""Idle connections out of the pool: the usable one, which nobody else gets."""

import asyncio
import socket
from collections.abc import Iterator
from typing import Any

import pytest

from aiohttp_client import ConnectionKey
from aiohttp_client.connection import HttpConnection
from aiohttp_client.connection_key import host_key
from aiohttp_client.connection_state import ConnectionState
from aiohttp_client.deadline_wheel import DeadlineWheel
from aiohttp_client.idle_connections import STALE_AFTER, IdleConnections
from aiohttp_client.pool import Pool

KEY = ConnectionKey("h", 80, False)


class Transport:
    """The transport of one end of a pair of sockets, which no loop reads."""

    def __init__(self, sock: socket.socket) -> None:
        self.sock = sock
        self.aborted = False

    def get_extra_info(self, name: str, default: Any = None) -> Any:
        return self.sock if name == "socket" else default

    def get_write_buffer_size(self) -> int:
        return 0

    def is_closing(self) -> bool:
        return self.aborted

    def abort(self) -> None:
        self.aborted = True

    close = abort


class Keeper(IdleConnections):
    """A connector without a network: a pool, and what it is told about connections."""

    def __init__(self) -> None:
        self._pool = Pool(host_key, keepalive=None)
        self._closed = False
        self.gone: list[HttpConnection] = []

    def connection_free(self, connection: HttpConnection) -> None:
        pass

    def connection_gone(self, connection: HttpConnection) -> None:
        self.gone.append(connection)
        slot = connection.slot
        assert slot is not None
        self._pool.discard(slot, 0.0)

    def close(self) -> None:
        self._closed = True


@pytest.fixture
def pairs() -> Iterator[list[tuple[socket.socket, socket.socket]]]:
    """Return three pairs of connected sockets."""
    made = [socket.socketpair() for _ in range(3)]
    for mine, _ in made:
        mine.setblocking(False)
    yield made
    for pair in made:
        for sock in pair:
            sock.close()


def keep(keeper: Keeper, pairs: Any) -> list[HttpConnection]:
    """Fill *keeper* with an idle connection for each pair; return them in order of release."""
    loop = asyncio.get_running_loop()
    wheel = DeadlineWheel(loop)
    connections = []
    for mine, _ in pairs:
        slot = keeper._pool.acquire(KEY, 0.0)
        assert slot is not None
        connection = HttpConnection(keeper, loop, wheel)
        connection.connection_made(Transport(mine))
        connection.slot = slot
        keeper._pool.opened(slot, connection, 0.0)
        connections.append(connection)
    now = loop.time()
    for connection in connections:
        assert connection.slot is not None
        connection.give_back()
        connection.slot.idle_since = now
    return connections


@pytest.mark.spec("ADD-294")
async def test_each_is_given_once_the_first_released_first(pairs: Any) -> None:
    keeper = Keeper()
    connections = keep(keeper, pairs)
    lane = keeper.lane(KEY)
    assert lane is not None
    now = asyncio.get_running_loop().time()
    assert [keeper.take(lane, now) for _ in range(4)] == [*connections, None]
    assert all(connection.state == ConnectionState.IDLE for connection in connections)
    assert keeper._pool.stats().leased == 3
    assert keeper.lane(ConnectionKey("other", 80, False)) is None


@pytest.mark.parametrize("ending", ["closed", "spoken"])
@pytest.mark.parametrize(("careful", "idle"), [(True, 0.0), (False, STALE_AFTER + 0.1)])
async def test_a_dead_one_is_passed_over_and_closed(
    pairs: Any, ending: str, careful: bool, idle: float
) -> None:
    keeper = Keeper()
    connections = keep(keeper, pairs)
    lane = keeper.lane(KEY)
    assert lane is not None
    for _, peer in pairs[:2]:
        if ending == "closed":
            peer.close()
        else:
            peer.send(b"HTTP/1.1 408 Request Timeout\r\n\r\n")
    now = asyncio.get_running_loop().time() + idle
    assert keeper.take(lane, now, careful) is connections[2]
    assert keeper.gone == connections[:2]
    assert all(connection.transport.aborted for connection in connections[:2])
    keeper._pool.check_invariants()
    assert keeper._pool.stats()[:3] == (0, 1, 0)


async def test_a_closed_keeper_gives_nothing(pairs: Any) -> None:
    keeper = Keeper()
    keep(keeper, pairs)
    lane = keeper.lane(KEY)
    assert lane is not None
    keeper.close()
    assert keeper.take(lane, asyncio.get_running_loop().time()) is None
