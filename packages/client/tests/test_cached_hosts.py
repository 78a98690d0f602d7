from typing import Any

import pytest

from aiohttp_client import TCPConnector
from aiohttp_client.dns_cache import DNSCacheTable


@pytest.mark.spec("CON-14", "CON-26")
async def test_remembered_hosts_can_be_seen():
    async with TCPConnector() as connector:
        assert connector.dns_cache is True
        assert connector.cached_hosts == {}
        await connector._resolve_host("localhost", 80)
        ((key, addresses),) = connector.cached_hosts.items()
        assert key == ("localhost", 80)
        assert addresses[0]["port"] == 80
        with pytest.raises(TypeError):
            connector.cached_hosts[key] = []
        connector.clear_dns_cache()
        assert connector.cached_hosts == {}
    async with TCPConnector(use_dns_cache=False) as connector:
        assert connector.dns_cache is False
        assert connector.cached_hosts == {}


def test_only_living_addresses_are_known():
    table = DNSCacheTable(ttl=10, negative_ttl=10)
    address: Any = {"host": "127.0.0.1"}
    table.add(("a", 1), [address], now=0)
    table.add(("b", 1), OSError("no"), now=0)
    assert table.known(5) == {("a", 1): [address]}
    assert table.known(10) == {}
