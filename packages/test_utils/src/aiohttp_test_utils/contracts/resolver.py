"""What a session relies on in a resolver (spec rows ABC-10, ABC-11)."""

import asyncio
import ipaddress
import socket
from abc import ABC, abstractmethod

from aiohttp_client import AbstractResolver
from aiohttp_test_utils.contracts.promises import promise, raises

__all__ = ("ResolverContract",)


class ResolverContract(ABC):
    """The contract of :class:`~aiohttp_client.AbstractResolver`."""

    known_host = "localhost"
    """A name that has an IPv4 address."""
    unknown_host = "nobody.invalid"
    """A name that has no address."""

    @abstractmethod
    async def make_resolver(self) -> AbstractResolver:
        """Return a new resolver."""

    async def test_addresses_are_complete(self) -> None:
        """Each result has the name, an IP address, the port, and what a socket needs."""
        resolver = await self.make_resolver()
        try:
            results = await resolver.resolve(self.known_host, 8080, socket.AF_INET)
            promise(results, f"{self.known_host} has an address")
            for result in results:
                promise(result["hostname"] == self.known_host, "hostname is what was asked for")
                promise(ipaddress.ip_address(result["host"]).version == 4, "host is an address")
                promise(result["port"] == 8080, "port is what was asked for")
                promise(result["family"] == socket.AF_INET, "family is what was asked for")
                promise(isinstance(result["proto"], int), "proto is a number")
                promise(isinstance(result["flags"], int), "flags is a number")
        finally:
            await resolver.close()

    async def test_any_family(self) -> None:
        """``AF_UNSPEC`` gives addresses of either family, each with its own family."""
        resolver = await self.make_resolver()
        try:
            results = await resolver.resolve(self.known_host, 0, socket.AF_UNSPEC)
            promise(results, f"{self.known_host} has an address")
            for result in results:
                address = ipaddress.ip_address(result["host"].partition("%")[0])
                wanted = socket.AF_INET if address.version == 4 else socket.AF_INET6
                promise(result["family"] == wanted, "family is that of the address")
        finally:
            await resolver.close()

    async def test_unknown_name(self) -> None:
        """A name without address is an ``OSError``."""
        resolver = await self.make_resolver()
        try:
            with raises(OSError, f"{self.unknown_host} has no address and must be an OSError"):
                await resolver.resolve(self.unknown_host, 80, socket.AF_INET)
        finally:
            await resolver.close()

    async def test_many_at_once(self) -> None:
        """Lookups do not disturb each other, whether they succeed or fail."""
        resolver = await self.make_resolver()
        try:
            names = [self.known_host, self.unknown_host] * 3
            found = await asyncio.gather(
                *(resolver.resolve(name, port) for port, name in enumerate(names)),
                return_exceptions=True,
            )
            for port, (name, result) in enumerate(zip(names, found, strict=True)):
                if name == self.unknown_host:
                    promise(isinstance(result, OSError), "unknown names fail")
                else:
                    promise(isinstance(result, list), f"a known name succeeds: {result!r}")
                    ports = {each["port"] for each in result if isinstance(each, dict)}  # type: ignore[union-attr]
                    promise(ports == {port}, "each lookup has its own port")
        finally:
            await resolver.close()

    async def test_close_twice(self) -> None:
        """``close()`` may be called again."""
        resolver = await self.make_resolver()
        await resolver.close()
        await resolver.close()
