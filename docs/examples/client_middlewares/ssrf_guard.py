"""Requests for strangers' URLs that must not reach the own network.

Two guards, because either alone can be passed by: the middleware looks at each hop's URL, also
after redirects; the resolver looks at the addresses that a name turns out to have, in the moment
in which they are connected to (so that a name which changes between check and use gains nothing).
"""

import ipaddress
import socket

from aiohttp_client import (
    AbstractResolver,
    ClientError,
    ClientHandlerType,
    ClientRequest,
    ClientResponse,
    ClientSession,
    ResolveResult,
    TCPConnector,
    ThreadedResolver,
)


class ForbiddenTarget(ClientError):
    """The request would leave the public internet."""


def is_public(address: str) -> bool:
    """Return whether the IP *address* is one of the public internet."""
    ip = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(ip, ipaddress.IPv6Address):
        # An IPv4 address may travel inside of an IPv6 one.
        inner = ip.ipv4_mapped or ip.sixtofour or (ip.teredo[1] if ip.teredo else None)
        if inner is not None:
            return is_public(str(inner))
    return ip.is_global and not ip.is_multicast


async def only_public_urls(
    request: ClientRequest, handler: ClientHandlerType
) -> ClientResponse:
    """Refuse URLs that name a private address, an odd port or an odd scheme."""
    url = request.url
    if url.scheme not in ("http", "https") or url.port not in (80, 443):
        raise ForbiddenTarget(f"{url.scheme} and port {url.port} are not allowed")
    host = url.raw_host or ""
    try:
        public = is_public(host)
    except ValueError:
        # A name: the resolver sees what it means.
        return await handler(request)
    if not public:
        raise ForbiddenTarget(f"{host} is not a public address")
    return await handler(request)


class PublicResolver(AbstractResolver):
    """Gives only public addresses of names."""

    def __init__(self, inner: AbstractResolver | None = None) -> None:
        self._inner = inner if inner is not None else ThreadedResolver()

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        """Resolve *host*; an ``OSError`` if nothing public is left."""
        found = await self._inner.resolve(host, port, family)
        public = [result for result in found if is_public(result["host"])]
        if not public:
            raise OSError(None, f"{host} has no public address")
        return public

    async def close(self) -> None:
        """Close the resolver inside."""
        await self._inner.close()


def guarded_session(resolver: AbstractResolver | None = None) -> ClientSession:
    """Return a session that reaches nothing but the public internet.

    Do not give it a proxy: the proxy would do the connecting.
    """
    connector = TCPConnector(resolver=PublicResolver(resolver))
    return ClientSession(connector=connector, middlewares=[only_public_urls])
