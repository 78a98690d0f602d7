"""What makes two requests use the same connection.

Laws
* The key *is* the set of all options that change a connection: two requests share one exactly when
  every field is equal.  An option that is forgotten here leaks credentials or certificates between
  requests (CVE-2026-54275, spec rows ADD-295, ADD-807).
* Options of a proxy are ``None`` without one, so that they split the pool only where they matter.
* What is fixed for a connector (local address, family, resolver) needs no field: each connector has
  a pool of its own.
"""

from ssl import SSLContext
from typing import NamedTuple

from yarl import URL

from aiohttp_client.tls import Fingerprint

__all__ = ("ConnectionKey", "HostKey", "host_key")

HostKey = tuple[str, int | None, bool]
"""The unit of ``limit_per_host``: host, port, TLS or not (spec row CON-04)."""


class ConnectionKey(NamedTuple):
    """Every option of a request that changes the connection it needs."""

    host: str
    port: int | None
    is_ssl: bool
    ssl: SSLContext | bool | Fingerprint = True
    proxy: URL | None = None
    proxy_auth: str | None = None
    """The ``Proxy-Authorization`` value that the tunnel was made with."""
    proxy_headers: tuple[tuple[str, str], ...] | None = None
    server_hostname: str | None = None
    tunnel: bool = False
    """The connection goes through a proxy by ``CONNECT`` or SOCKS, not by absolute-form targets."""


def host_key(key: ConnectionKey) -> HostKey:
    """Return the part of *key* that ``limit_per_host`` counts by."""
    return key[:3]
