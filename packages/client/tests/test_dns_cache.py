import asyncio
import socket
from typing import Any

import pytest

from aiohttp_client.dns_cache import DNSCacheTable, SharedLookups


def address(ip: str) -> Any:
    return {
        "hostname": "h",
        "host": ip,
        "port": 80,
        "family": socket.AF_INET,
        "proto": 0,
        "flags": 0,
    }


def ips(found: Any) -> list[str]:
    return [one["host"] for one in found]


@pytest.mark.spec("ADD-319")
def test_rotation() -> None:
    table = DNSCacheTable()
    table.add(("h", 80), [address("1"), address("2"), address("3")], 0.0)
    seen = [ips(table.next_addresses(("h", 80), 1.0)) for _ in range(4)]
    assert seen == [["1", "2", "3"], ["2", "3", "1"], ["3", "1", "2"], ["1", "2", "3"]]


@pytest.mark.spec("CON-15", "DNS-02", "ADD-320")
@pytest.mark.parametrize(("ttl", "later"), [(10, False), (None, True), (0, False)])
def test_ttl(ttl: float | None, later: bool) -> None:
    table = DNSCacheTable(ttl)
    table.add(("h", 80), [address("1")], 0.0)
    assert (table.next_addresses(("h", 80), 5.0) is not None) is (ttl != 0)
    assert (table.next_addresses(("h", 80), 10.0) is not None) is later


@pytest.mark.spec("ADD-320", "ADD-789")
def test_bound_and_order_of_use() -> None:
    table = DNSCacheTable(max_size=2)
    for host in "ab":
        table.add((host, 80), [address(host)], 0.0)
    table.next_addresses(("a", 80), 0.0)
    table.add(("c", 80), [address("c")], 0.0)
    assert [(host, 80) in table for host in "abc"] == [True, False, True]
    table.remove(("a", 80))
    table.remove(("a", 80))
    assert len(table) == 1
    table.clear()
    assert len(table) == 0


def test_negative_answers() -> None:
    table = DNSCacheTable(negative_ttl=2.0)
    table.add(("h", 80), OSError("no"), 0.0)
    with pytest.raises(OSError, match="no"):
        table.next_addresses(("h", 80), 1.0)
    assert table.next_addresses(("h", 80), 3.0) is None
    plain = DNSCacheTable()
    plain.add(("h", 80), OSError("no"), 0.0)
    assert plain.next_addresses(("h", 80), 0.0) is None


class Resolver:
    def __init__(self) -> None:
        self.asked = 0
        self.error: Exception | None = None
        self.gate = asyncio.Event()

    async def resolve(self, host: str, port: int = 0, family: Any = 0) -> list[Any]:
        self.asked += 1
        await self.gate.wait()
        if self.error is not None:
            raise self.error
        return [address("1"), address("2")]

    async def close(self) -> None: ...


def shared(resolver: Any, table: DNSCacheTable | None) -> SharedLookups:
    return SharedLookups(lambda: resolver, table, socket.AF_UNSPEC, asyncio.get_running_loop())


@pytest.mark.spec("ADD-318")
async def test_error_goes_to_all() -> None:
    resolver = Resolver()
    resolver.error = OSError("no")
    lookups = shared(resolver, DNSCacheTable())
    tasks = [asyncio.ensure_future(lookups.resolve("h", 80)) for _ in range(3)]
    await asyncio.sleep(0)
    resolver.gate.set()
    results = await asyncio.gather(*tasks, return_exceptions=True)
    assert [type(result) for result in results] == [OSError] * 3
    assert resolver.asked == 1


@pytest.mark.spec("ADD-318")
async def test_all_cancelled_and_still_remembered() -> None:
    resolver = Resolver()
    lookups = shared(resolver, DNSCacheTable())
    tasks = [asyncio.ensure_future(lookups.resolve("h", 80)) for _ in range(2)]
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    for task in tasks:
        task.cancel()
    await asyncio.wait(tasks)
    resolver.gate.set()
    assert ips(await lookups.resolve("h", 80)) in (["1", "2"], ["2", "1"])
    assert resolver.asked == 1


@pytest.mark.spec("ADD-321")
async def test_without_table_every_call_asks() -> None:
    resolver = Resolver()
    resolver.gate.set()
    lookups = shared(resolver, None)
    await lookups.resolve("h", 80)
    await lookups.resolve("h", 80)
    assert resolver.asked == 2
