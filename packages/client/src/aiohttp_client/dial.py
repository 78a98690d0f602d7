"""Making transports: sockets by happy eyeballs, TLS on them, certificates checked against pins.

Laws
* All addresses are tried before an error is raised, also after one of them failed in TLS; the last
  error of an address that answered is the one that is raised (spec row ADD-322).
* A socket that does not become a connection is closed here, whatever happens, cancellation too.
* Lower errors leave as ``OSError`` and ``ssl.SSLError``; only a wrong pin and a handshake that took
  too long have their public errors already.  The connector knows to whom it was connecting and
  makes the other ones.
"""

import asyncio
import socket
import ssl
from collections.abc import Callable, Sequence
from typing import Any, Final

import aiohappyeyeballs
from aiohappyeyeballs import AddrInfoType, SocketFactoryType

from aiohttp_client.abc import ResolveResult
from aiohttp_client.errors import ConnectionTimeoutError, ServerFingerprintMismatch
from aiohttp_client.timeouts import Phase, PhaseLimit, deadline_after
from aiohttp_client.tls import Fingerprint
from aiohttp_core.records import Record

__all__ = (
    "AddrInfoType",
    "DialOptions",
    "SocketFactoryType",
    "TLSPlan",
    "abort_transport",
    "address_infos",
    "check_fingerprint",
    "dial_tcp",
    "is_ipv4_literal",
    "is_odd_ipv4",
    "local_address_infos",
    "start_tls",
)

# A connection is a protocol by its methods; compiled, it cannot inherit from asyncio's class.
ProtocolFactory = Callable[[], Any]
_DEFAULT_HANDSHAKE_TIMEOUT: Final = 60.0
_CUT_HANDSHAKE: Final = "the connection was closed during the TLS handshake"


class DialOptions(Record):
    """How sockets are opened; fixed for a connector."""

    local_addr_infos: Sequence[AddrInfoType] | None = None
    happy_eyeballs_delay: float | None = 0.25
    interleave: int | None = None
    socket_factory: SocketFactoryType | None = None


class TLSPlan(Record):
    """One TLS handshake: context, the name to ask and check for, and a pinned certificate."""

    context: ssl.SSLContext
    server_hostname: str
    fingerprint: Fingerprint | None = None
    timeout: float | None = None


def is_ipv4_literal(host: str) -> bool:
    """Return whether *host* is a dotted quad without leading zeros (spec row ADD-192)."""
    if not host or not host.isascii():
        return False
    parts = host.split(".")
    return len(parts) == 4 and all(
        part.isdecimal() and len(part) <= 3 and str(int(part)) == part and int(part) < 256
        for part in parts
    )


def is_odd_ipv4(host: str) -> bool:
    """Return whether the system would take *host* for an IPv4 address in an unusual notation.

    Shortened, octal, hexadecimal and plain numeric forms pass filters that compare texts; they are
    refused (spec row ADD-192).
    """
    if not host or not host.isascii() or is_ipv4_literal(host):
        return False
    try:
        socket.inet_aton(host)
    except OSError:
        return False
    return True


def address_infos(addresses: Sequence[ResolveResult]) -> list[AddrInfoType]:
    """Return resolver results in the form of ``getaddrinfo``."""
    infos: list[AddrInfoType] = []
    for address in addresses:
        host, port = address["host"], address["port"]
        if address["family"] == socket.AF_INET6:
            name, _, scope = host.partition("%")
            target: tuple[Any, ...] = (name, port, 0, _scope_id(scope) if scope else 0)
            family = socket.AF_INET6
        else:
            target = (host, port)
            family = socket.AF_INET
        infos.append((family, socket.SOCK_STREAM, socket.IPPROTO_TCP, "", target))
    return infos


def _scope_id(scope: str) -> int:
    if scope.isascii() and scope.isdecimal():
        return int(scope)
    return socket.if_nametoindex(scope)


def local_address_infos(local_addr: tuple[str, int] | None) -> list[AddrInfoType] | None:
    """Return *local_addr* in the form that sockets are bound by."""
    if local_addr is None:
        return None
    return aiohappyeyeballs.addr_to_addr_infos(local_addr)


async def dial_tcp(
    loop: asyncio.AbstractEventLoop,
    factory: ProtocolFactory,
    infos: Sequence[AddrInfoType],
    options: DialOptions,
    tls: TLSPlan | None = None,
    entered: Callable[[Phase], None] | None = None,
) -> tuple[asyncio.Transport, Any]:
    """Connect to the first of *infos* that answers, and do TLS with it if a plan is given.

    *entered* is told the phase that begins: ``CONNECT`` and ``TLS``, for each address.
    """
    left = list(infos)
    last: Exception | None = None
    while left:
        if entered is not None:
            entered(Phase.CONNECT)
        try:
            sock = await aiohappyeyeballs.start_connection(
                left,
                local_addr_infos=options.local_addr_infos,
                happy_eyeballs_delay=options.happy_eyeballs_delay,
                interleave=options.interleave,
                loop=loop,
                socket_factory=options.socket_factory,
            )
        except OSError:
            if last is None:
                raise
            # Somebody did answer at another address, and what went wrong there says more.
            raise last from None
        peer: Any = None
        try:
            peer = sock.getpeername()
            if tls is not None and entered is not None:
                entered(Phase.TLS)
            return await _adopt(loop, factory, sock, tls)
        except (OSError, ssl.CertificateError, ServerFingerprintMismatch) as exc:
            sock.close()
            last = exc
        before = len(left)
        if peer is not None:
            try:
                aiohappyeyeballs.remove_addr_infos(left, peer)
            except ValueError:
                left.clear()
        if len(left) == before:
            break
    raise last or OSError(None, "no address to connect to")


def _handshake_limit(loop: asyncio.AbstractEventLoop, tls: TLSPlan) -> PhaseLimit:
    def error() -> BaseException:
        name = tls.server_hostname
        return ConnectionTimeoutError(
            f"Timeout in the TLS handshake with {name}", phase=Phase.TLS.value
        )

    return PhaseLimit(deadline_after(loop.time(), tls.timeout), error)


def _handshake_timeout(tls: TLSPlan) -> float:
    """Return what the event loop is told: more than our own limit, whose error says more."""
    return 2 * tls.timeout if tls.timeout else _DEFAULT_HANDSHAKE_TIMEOUT


async def _adopt(
    loop: asyncio.AbstractEventLoop,
    factory: ProtocolFactory,
    sock: socket.socket,
    tls: TLSPlan | None,
) -> tuple[asyncio.Transport, Any]:
    if tls is None:
        return await loop.create_connection(factory, sock=sock)
    try:
        async with _handshake_limit(loop, tls):
            transport, protocol = await loop.create_connection(
                factory,
                sock=sock,
                ssl=tls.context,
                server_hostname=tls.server_hostname,
                ssl_handshake_timeout=_handshake_timeout(tls),
            )
    except ConnectionResetError as exc:
        if exc.args:
            raise
        raise ConnectionResetError(_CUT_HANDSHAKE) from exc  # the event loop says nothing
    check_fingerprint(transport, tls)
    return transport, protocol


def check_fingerprint(transport: asyncio.Transport, tls: TLSPlan) -> None:
    """Abort *transport* and raise ``ServerFingerprintMismatch`` if the pin does not match."""
    pin = tls.fingerprint
    if pin is None:
        return
    ssl_object = transport.get_extra_info("ssl_object")
    certificate = ssl_object.getpeercert(binary_form=True) if ssl_object is not None else None
    if certificate is not None and pin.matches(certificate):
        return
    abort_transport(transport)
    import hashlib

    got = hashlib.sha256(certificate or b"").digest()
    address = transport.get_extra_info("peername") or (tls.server_hostname, 0)
    raise ServerFingerprintMismatch(pin.fingerprint, got, address[0], address[1])


async def start_tls(
    loop: asyncio.AbstractEventLoop,
    transport: asyncio.Transport,
    protocol: Any,
    tls: TLSPlan,
) -> asyncio.Transport:
    """Do TLS inside *transport*, a tunnel; *protocol* gets the result.  Raises as TLS does.

    On failure and on cancellation the tunnel is aborted.
    """
    try:
        async with _handshake_limit(loop, tls):
            inner = await loop.start_tls(
                transport,
                protocol,
                tls.context,
                server_hostname=tls.server_hostname,
                ssl_handshake_timeout=_handshake_timeout(tls),
            )
    except BaseException:
        abort_transport(transport)
        raise
    if inner is None:  # the event loop saw the connection break and says it this way
        raise ConnectionResetError(_CUT_HANDSHAKE)
    check_fingerprint(inner, tls)
    return inner


def abort_transport(transport: asyncio.BaseTransport | None) -> None:
    """Close *transport* at once, without sending what is buffered."""
    if transport is None:
        return
    # uvloop's transports do not inherit from asyncio's classes.
    abort: Callable[[], None] | None = getattr(transport, "abort", None)
    (abort or transport.close)()
