"""The right to use one connection ends once, and nothing old disturbs what comes later."""

import asyncio
import gc
from typing import Any

import pytest

from aiohttp_client import Connection, ConnectionKey

KEY = ConnectionKey("h", 80, False)


class Protocol:
    """Remembers what the lease does to the connection."""

    transport = object()
    connected = True

    def __init__(self) -> None:
        self.done: list[str] = []

    def close(self) -> None:
        self.done.append("close")

    def give_back(self) -> None:
        self.done.append("give back")


@pytest.mark.parametrize(("end", "done"), [("close", "close"), ("release", "give back")])
@pytest.mark.spec("CON-28", "CON-29", "ADD-311")
async def test_it_ends_once(end: str, done: str) -> None:
    protocol = Protocol()
    lease = Connection(protocol, KEY, asyncio.get_running_loop())
    assert (lease.protocol, lease.transport, lease.key) == (protocol, protocol.transport, KEY)
    assert bool(lease)
    assert not lease.closed
    getattr(lease, end)()
    assert protocol.done == [done]
    assert lease.closed
    assert lease.protocol is lease.transport is None
    lease.close()
    lease.release()
    assert lease.end() is None
    assert protocol.done == [done]


async def test_a_lost_connection_counts_as_closed() -> None:
    protocol = Protocol()
    protocol.connected = False
    lease = Connection(protocol, KEY, asyncio.get_running_loop())
    assert lease.closed
    lease.end()


async def test_callbacks_run_once_and_cannot_harm() -> None:
    loop = asyncio.get_running_loop()
    problems: list[dict[str, Any]] = []
    loop.set_exception_handler(lambda _, context: problems.append(context))
    lease = Connection(Protocol(), KEY, loop)
    called: list[str] = []
    error = RuntimeError("bad callback")

    def bad() -> None:
        raise error

    lease.add_callback(None)
    lease.add_callback(bad)
    lease.add_callback(lambda: called.append("good"))
    lease.release()
    lease.close()
    assert called == ["good"]
    assert [problem["exception"] for problem in problems] == [error]


async def test_a_forgotten_lease_closes_the_connection_and_says_so() -> None:
    loop = asyncio.get_running_loop()
    problems: list[dict[str, Any]] = []
    loop.set_exception_handler(lambda _, context: problems.append(context))
    protocol = Protocol()
    lease = Connection(protocol, KEY, loop)
    with pytest.warns(ResourceWarning, match="Unclosed connection"):
        del lease
        gc.collect()
    assert protocol.done == ["close"]
    assert [problem["message"] for problem in problems] == ["Unclosed connection"]


@pytest.mark.spec("CON-30")
async def test_the_loop_is_deprecated() -> None:
    loop = asyncio.get_running_loop()
    lease = Connection(Protocol(), KEY, loop)
    with pytest.warns(DeprecationWarning, match="connector.loop"):
        assert lease.loop is loop
    lease.end()
