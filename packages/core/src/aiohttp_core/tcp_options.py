"""Options of TCP sockets."""

import asyncio
import contextlib
import socket

__all__ = ("tcp_keepalive", "tcp_nodelay")


def _socket_of(transport: asyncio.BaseTransport) -> socket.socket | None:
    found: socket.socket | None = transport.get_extra_info("socket")
    return found


def tcp_keepalive(transport: asyncio.BaseTransport) -> None:
    """Let the kernel probe a silent connection; does nothing without a socket."""
    sock = _socket_of(transport)
    if sock is not None:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)


def tcp_nodelay(transport: asyncio.BaseTransport, value: bool) -> None:
    """Switch Nagle's algorithm off (*value* true) or on; does nothing for sockets without it."""
    sock = _socket_of(transport)
    if sock is None or sock.family not in (socket.AF_INET, socket.AF_INET6):
        return
    # The socket may be closed by now.
    with contextlib.suppress(OSError):
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, bool(value))
