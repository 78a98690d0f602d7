"""The connector for TCP: names, addresses, TLS, and proxies on the way.

Laws
* Every failure to connect is a ``ClientConnectorError`` that names host and port; one on the way to
  the proxy names the proxy (spec rows ADD-276, ADD-409).
* A host that looks like an IPv4 address without being one is refused, not resolved (ADD-192).
* What is specific to the target (TLS options, pins) is never applied to the proxy, except a context
  of the user's, which serves both (ADD-279, ADD-280).
"""

import asyncio
import socket
import ssl
from collections.abc import Callable, Sequence
from typing import Any, Final

from aiohttp_client.abc import AbstractResolver, ResolveResult
from aiohttp_client.connection import HttpConnection
from aiohttp_client.connection_key import ConnectionKey
from aiohttp_client.connector import BaseConnector, ConnectRequest
from aiohttp_client.dial import (
    AddrInfoType,
    DialOptions,
    SocketFactoryType,
    TLSPlan,
    abort_transport,
    address_infos,
    check_fingerprint,
    dial_tcp,
    is_ipv4_literal,
    is_odd_ipv4,
    local_address_infos,
    start_tls,
)
from aiohttp_client.dns_cache import DNSCacheTable, SharedLookups
from aiohttp_client.errors import (
    ClientConnectionError,
    ClientConnectorDNSError,
    ClientConnectorError,
    ClientProxyConnectionError,
    ConnectionTimeoutError,
    InvalidUrlClientError,
    connect_error,
)
from aiohttp_client.proxies import ProxyChoice
from aiohttp_client.resolver import DefaultResolver
from aiohttp_client.socks import SocksHandshake, TargetRefused
from aiohttp_client.timeouts import (
    ClientTimeout,
    Phase,
    PhaseLimit,
    Unset,
    deadline_after,
    sentinel,
)
from aiohttp_client.tls import (
    Fingerprint,
    SSLOption,
    contexts_ready,
    merge_ssl_params,
    shared_context,
)
from aiohttp_client.tracing import Trace
from aiohttp_client.tunnel import ConnectExchange, connect_headers, proxy_fields
from aiohttp_client.tunnel_dial import HandshakeProtocol, run_handshake
from aiohttp_core import warn_caller

__all__ = ("TCPConnector",)

MAX_TARGETS: Final = 4
"""So many addresses of a target are tried through a SOCKS proxy, one after the other."""

_NUMERIC: Final = socket.AI_NUMERICHOST | socket.AI_NUMERICSERV


class TCPConnector(BaseConnector):
    """Connects over TCP, for ``http`` and ``https`` (spec rows CON-11 to CON-26).

    * *ssl*: how TLS is verified, unless the session or the request says otherwise.
    * *use_dns_cache*: remember addresses, for *ttl_dns_cache* seconds (``None`` is for ever), of
      at most *dns_cache_max_size* names; *negative_ttl_dns_cache*: for how many seconds a failure
      is remembered, 0 by default.
    * *family*: ``AF_INET`` or ``AF_INET6``, to use only one of them.
    * *local_addr*: the ``(host, port)`` to connect from.
    * *resolver*: an :class:`AbstractResolver`; it is not closed with the connector.
    * *happy_eyeballs_delay* (seconds, ``None`` switches it off) and *interleave*: see RFC 8305.
    * *socket_factory*: makes the sockets.

    The other options are those of :class:`BaseConnector`.  *ssl_shutdown_timeout* is deprecated
    and sets :attr:`tls_shutdown_timeout`.
    """

    allowed_protocol_schema_set = BaseConnector.allowed_protocol_schema_set | {"tcp"}

    def __init__(
        self,
        *,
        verify_ssl: bool = True,
        fingerprint: bytes | None = None,
        use_dns_cache: bool = True,
        ttl_dns_cache: float | None = 10,
        dns_cache_max_size: int = 1000,
        negative_ttl_dns_cache: float = 0,
        family: socket.AddressFamily = socket.AF_UNSPEC,
        ssl_context: ssl.SSLContext | None = None,
        ssl: SSLOption | None = True,
        local_addr: tuple[str, int] | None = None,
        resolver: AbstractResolver | None = None,
        keepalive_timeout: Unset | float | None = sentinel,
        force_close: bool = False,
        limit: int = 100,
        limit_per_host: int = 0,
        enable_cleanup_closed: bool = False,
        loop: asyncio.AbstractEventLoop | None = None,
        timeout_ceil_threshold: float = 5,
        happy_eyeballs_delay: float | None = 0.25,
        interleave: int | None = None,
        socket_factory: SocketFactoryType | None = None,
        ssl_shutdown_timeout: Unset | float | None = sentinel,
        max_lifetime: float | None = None,
        max_uses: int | None = None,
    ) -> None:
        super().__init__(
            keepalive_timeout=keepalive_timeout,
            force_close=force_close,
            limit=limit,
            limit_per_host=limit_per_host,
            enable_cleanup_closed=enable_cleanup_closed,
            loop=loop,
            timeout_ceil_threshold=timeout_ceil_threshold,
            max_lifetime=max_lifetime,
            max_uses=max_uses,
        )
        self._closed = True  # an error below must not leave a connector that looks alive
        self._companions: dict[HttpConnection, Any] = {}
        self._ssl = merge_ssl_params(ssl, verify_ssl, ssl_context, fingerprint)
        if ssl_shutdown_timeout is not sentinel:
            warn_caller("ssl_shutdown_timeout is deprecated")
            self.tls_shutdown_timeout = ssl_shutdown_timeout
        self._given_resolver = resolver
        self._family = family
        self._use_dns_cache = use_dns_cache
        table = (
            DNSCacheTable(ttl_dns_cache, dns_cache_max_size, negative_ttl_dns_cache)
            if use_dns_cache
            else None
        )
        self._lookups = SharedLookups(
            _resolver_maker(resolver, self._loop), table, family, self._loop
        )
        if interleave is None and happy_eyeballs_delay is not None:
            interleave = 1
        self._options = DialOptions(
            local_address_infos(local_addr), happy_eyeballs_delay, interleave, socket_factory
        )
        self._closed = False

    @property
    def family(self) -> int:
        """The address family that is used; 0 for both."""
        return self._family

    @property
    def use_dns_cache(self) -> bool:
        """Whether addresses are remembered."""
        return self._use_dns_cache

    def clear_dns_cache(self, host: str | None = None, port: int | None = None) -> None:
        """Forget the addresses of *host* and *port*, or everything without arguments.

        Only one of the two raises ``ValueError`` (spec row ADD-304).
        """
        table = self._lookups.table
        if host is not None and port is not None:
            if table is not None:
                table.remove((host, port))
        elif host is not None or port is not None:
            raise ValueError("either both host and port or none of them are allowed")
        elif table is not None:
            table.clear()

    async def _close_resources(self) -> None:
        await self._lookups.close()
        resolver = self._lookups.resolver
        if resolver is not None and resolver is not self._given_resolver:
            await resolver.close()

    # -- names ------------------------------------------------------------------------------------

    async def _resolve_host(
        self, host: str, port: int, traces: Sequence[Trace] | None = None
    ) -> list[ResolveResult]:
        """Return the addresses of *host*; a failure is an ``OSError``.  For subclasses."""
        if is_ipv4_literal(host):
            return [_literal(host, port, socket.AF_INET)]
        if ":" in host:
            return [_literal(host, port, socket.AF_INET6)]
        return await self._lookups.resolve(host, port, traces)

    async def _addresses(
        self,
        key: ConnectionKey,
        host: str,
        port: int,
        req: ConnectRequest,
        traces: Sequence[Trace],
        timeout: ClientTimeout,
    ) -> list[ResolveResult]:
        if is_odd_ipv4(host):
            raise InvalidUrlClientError(
                req.url, "the host is an IPv4 address in an unusual notation"
            )
        req.phase = Phase.DNS
        limit = deadline_after(self._loop.time(), timeout.dns, timeout.ceil_threshold)
        try:
            async with PhaseLimit(limit, lambda: self._timed_out(req)):
                addresses = await self._resolve_host(host, port, traces)
        except ConnectionTimeoutError:
            raise
        except (OSError, UnicodeError) as exc:
            error = exc if isinstance(exc, OSError) else OSError(None, str(exc))
            raise ClientConnectorDNSError(key, error) from exc
        req.phase = Phase.CONNECT
        if self._closed:
            raise ClientConnectionError("Connector is closed")
        return addresses

    # -- connections ------------------------------------------------------------------------------

    async def _create_connection(
        self, req: ConnectRequest, traces: Sequence[Trace], timeout: ClientTimeout
    ) -> HttpConnection:
        choice = req.proxy_choice
        if choice is None:
            return await self._create_direct_connection(req, traces, timeout)
        return await self._create_proxy_connection(req, choice, traces, timeout)

    async def _tls_plan(self, option: SSLOption, hostname: str, timeout: ClientTimeout) -> TLSPlan:
        if contexts_ready(option):
            context = shared_context(option)
        else:
            context = await self._loop.run_in_executor(None, shared_context, option)
        pin = option if isinstance(option, Fingerprint) else None
        return TLSPlan(context, hostname.rstrip("."), pin, timeout.tls)

    def _target_option(self, req: ConnectRequest) -> SSLOption:
        return req.ssl if req.ssl is not True else self._ssl

    async def _create_direct_connection(
        self, req: ConnectRequest, traces: Sequence[Trace], timeout: ClientTimeout
    ) -> HttpConnection:
        url = req.url
        host, port = url.raw_host, url.port
        if not host or port is None:
            raise InvalidUrlClientError(url, "the URL has no host or no port")
        key = req.connection_key
        option = self._target_option(req)
        shown = key._replace(ssl=option)
        addresses = await self._addresses(shown, host, port, req, traces, timeout)
        plan = None
        if req.is_ssl:
            plan = await self._tls_plan(option, req.server_hostname or host, timeout)
        infos = address_infos(addresses)
        if type(self)._wrap_create_connection is not TCPConnector._wrap_create_connection:
            return await self._adopt_connection(infos, req, timeout, plan)
        try:
            _, protocol = await dial_tcp(
                self._loop, self._factory, infos, self._options, plan, _phases_of(req)
            )
        except ClientConnectionError:
            raise
        except (OSError, ssl.CertificateError) as exc:
            raise connect_error(shown, exc) from exc
        return _own(protocol)

    async def _wrap_create_connection(
        self,
        *args: Any,
        addr_infos: Sequence[AddrInfoType],
        req: ConnectRequest,
        timeout: ClientTimeout,
        client_error: type[Exception] = ClientConnectorError,
        **kwargs: Any,
    ) -> tuple[asyncio.Transport, Any]:
        """Open a transport to one of *addr_infos*, for subclasses that go another way.

        Connectors written for aiohttp 3 override this, those of SOCKS proxies for example (spec row
        ADD-1018); *args* is the factory of the protocol, *kwargs* are ``ssl`` and
        ``server_hostname``.  They return the transport and whatever protocol they have used.
        """
        plan: TLSPlan | None = kwargs.get("tls_plan")
        try:
            return await dial_tcp(
                self._loop, self._factory, addr_infos, self._options, plan, _phases_of(req)
            )
        except ClientConnectionError:
            raise
        except (OSError, ssl.CertificateError) as exc:
            raise connect_error(req.connection_key, exc) from exc

    async def _adopt_connection(
        self,
        infos: list[AddrInfoType],
        req: ConnectRequest,
        timeout: ClientTimeout,
        plan: TLSPlan | None,
    ) -> HttpConnection:
        """Make a connection of the transport that a subclass opens."""
        transport, protocol = await self._wrap_create_connection(
            self._factory,
            addr_infos=infos,
            req=req,
            timeout=timeout,
            client_error=ClientConnectorError,
            ssl=None if plan is None else plan.context,
            server_hostname=None if plan is None else plan.server_hostname,
            tls_plan=plan,
        )
        if plan is not None:
            check_fingerprint(transport, plan)
        if isinstance(protocol, HttpConnection):
            return protocol
        connection = self._factory()
        # The subclass may hold things by its protocol that close the transport when they go.
        self._companions[connection] = protocol
        transport.set_protocol(connection)  # type: ignore[arg-type]  # it has the methods
        connection.connection_made(transport)
        transport.resume_reading()
        return connection

    def connection_gone(self, connection: HttpConnection) -> None:
        """Forget a connection (called by the connection)."""
        if self._companions:
            self._companions.pop(connection, None)
        super().connection_gone(connection)

    async def _create_proxy_connection(
        self,
        req: ConnectRequest,
        choice: ProxyChoice,
        traces: Sequence[Trace],
        timeout: ClientTimeout,
    ) -> HttpConnection:
        proxy = choice.url
        host, port = proxy.raw_host, proxy.port
        if not host or port is None:
            raise InvalidUrlClientError(proxy, "the proxy URL has no host or no port")
        proxy_key = ConnectionKey(host, port, proxy.scheme == "https", self._ssl)
        # The names of proxies fire no events: traces are about the request (spec row ADD-401).
        addresses = await self._addresses(proxy_key, host, port, req, (), timeout)
        plan = None
        if proxy.scheme == "https":
            # A pin is for the target; the proxy is verified as usual.
            option = self._target_option(req)
            plan = await self._tls_plan(
                True if isinstance(option, Fingerprint) else option, host, timeout
            )
        if not req.connection_key.tunnel:
            _, protocol = await self._dial_proxy(proxy_key, self._factory, addresses, plan)
            return _own(protocol)
        limit = deadline_after(self._loop.time(), timeout.proxy, timeout.ceil_threshold)
        req.phase = Phase.PROXY
        async with PhaseLimit(limit, lambda: self._timed_out(req)):
            targets = await self._tunnel_targets(req, choice, proxy_key)
            while True:
                target = targets.pop(0)
                transport, protocol = await self._dial_proxy(
                    proxy_key, self._make_handshake, addresses, plan
                )
                assert isinstance(protocol, HandshakeProtocol)  # the factory made it
                try:
                    await self._make_tunnel(transport, protocol, req, choice, target)
                    break
                except OSError as exc:
                    if isinstance(exc, TargetRefused) and targets:
                        continue  # the target has another address
                    if isinstance(exc, ClientConnectionError):
                        raise
                    raise ClientProxyConnectionError(proxy_key, exc) from exc
        return await self._enter_tunnel(transport, req, timeout)

    async def _dial_proxy(
        self,
        proxy_key: ConnectionKey,
        factory: Callable[[], Any],
        addresses: Sequence[ResolveResult],
        plan: TLSPlan | None,
    ) -> tuple[asyncio.Transport, Any]:
        try:
            return await dial_tcp(
                self._loop, factory, address_infos(addresses), self._options, plan
            )
        except ConnectionTimeoutError:
            raise
        except (OSError, ssl.CertificateError) as exc:
            if isinstance(exc, (ssl.SSLError, ssl.CertificateError)):
                raise connect_error(proxy_key, exc) from exc
            raise ClientProxyConnectionError(proxy_key, exc) from exc

    async def _tunnel_targets(
        self, req: ConnectRequest, choice: ProxyChoice, proxy_key: ConnectionKey
    ) -> list[str]:
        """Return what the proxy may be asked for: the name of the target, or its addresses."""
        host, port = req.url.raw_host or "", req.url.port or 0
        if not choice.is_socks or SocksHandshake.resolves_remotely(choice.url.scheme):
            return [host]
        family = socket.AF_INET if choice.url.scheme == "socks4" else self._family
        try:
            addresses = await self._resolve_host(host, port)
        except OSError as exc:
            raise ClientProxyConnectionError(proxy_key, exc) from exc
        targets = [
            address["host"]
            for address in addresses
            if family in (socket.AF_UNSPEC, address["family"])
        ]
        if not targets:
            error = OSError(None, f"no address of {host} fits the proxy")
            raise ClientProxyConnectionError(proxy_key, error)
        return targets[:MAX_TARGETS]

    def _make_handshake(self) -> HandshakeProtocol:
        return HandshakeProtocol(self._loop)

    async def _make_tunnel(
        self,
        transport: asyncio.Transport,
        protocol: HandshakeProtocol,
        req: ConnectRequest,
        choice: ProxyChoice,
        target: str,
    ) -> None:
        """Let the proxy connect to *target*; on failure its connection is aborted."""
        port = req.url.port or 0
        try:
            handshake: SocksHandshake | _Connect
            if choice.is_socks:
                handshake = SocksHandshake(
                    choice.url.scheme,
                    target,
                    port,
                    login=choice.login,
                    password=choice.password,
                )
            else:
                fields = proxy_fields(req.proxy_headers, choice.authorization)
                headers = connect_headers(target, port, defaults=req.default_headers, fields=fields)
                handshake = _Connect(ConnectExchange(target, port, headers, url=req.url))
            await run_handshake(transport, protocol, handshake)
        except BaseException:
            abort_transport(transport)
            raise

    async def _enter_tunnel(
        self, transport: asyncio.Transport, req: ConnectRequest, timeout: ClientTimeout
    ) -> HttpConnection:
        connection = self._factory()
        if not req.is_ssl:
            transport.set_protocol(connection)  # type: ignore[arg-type]  # it has the methods
            connection.connection_made(transport)
            transport.resume_reading()
            return connection
        option = self._target_option(req)
        host = req.url.raw_host or ""
        try:
            plan = await self._tls_plan(option, req.server_hostname or host, timeout)
            req.phase = Phase.TLS
            inner = await start_tls(self._loop, transport, connection, plan)
        except ClientConnectionError:
            raise
        except (OSError, ssl.CertificateError) as exc:
            abort_transport(transport)
            raise connect_error(req.connection_key._replace(ssl=option), exc) from exc
        except BaseException:
            abort_transport(transport)
            raise
        connection.connection_made(inner)
        return connection


def _phases_of(req: ConnectRequest) -> Callable[[Phase], None]:
    """Return what tells *req* which phase begins."""

    def entered(phase: Phase) -> None:
        req.phase = phase

    return entered


def _resolver_maker(
    resolver: AbstractResolver | None, loop: asyncio.AbstractEventLoop
) -> Callable[[], AbstractResolver]:
    """Return what gives *resolver*, or makes one: late, because few connectors need it at once."""

    def make() -> AbstractResolver:
        return DefaultResolver(loop=loop) if resolver is None else resolver

    return make


class _Connect:
    """A CONNECT exchange in the form of a handshake."""

    __slots__ = ("_exchange", "complete")

    def __init__(self, exchange: ConnectExchange) -> None:
        self._exchange = exchange
        self.complete = False

    def start(self) -> bytes:
        return self._exchange.request

    def feed(self, data: bytes) -> bytes:
        self.complete = self._exchange.feed(data)
        return b""

    def feed_eof(self) -> None:
        self._exchange.feed_eof()


def _own(protocol: Any) -> HttpConnection:
    if not isinstance(protocol, HttpConnection):  # pragma: no cover - a broken subclass
        raise TypeError(f"_factory must make connections, not {type(protocol).__name__}")
    return protocol


def _literal(host: str, port: int, family: int) -> ResolveResult:
    return ResolveResult(
        hostname=host, host=host, port=port, family=family, proto=0, flags=_NUMERIC
    )
