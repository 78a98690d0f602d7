"""Sockets on free ports of this machine (spec rows TST-12, ADD-734).

Laws
* A port is free while its socket is bound; a test that wants no race keeps the socket.
"""

import os
import socket
import sys
from typing import Final

__all__ = ("REUSE_ADDRESS", "get_port_socket", "get_unused_port_socket", "unused_port")

REUSE_ADDRESS: Final = os.name == "posix" and sys.platform != "cygwin"
"""Whether a port may be bound again while old connections to it linger.

Elsewhere the same option would let two sockets listen at one port.
"""


def get_port_socket(host: str, port: int, family: socket.AddressFamily) -> socket.socket:
    """Return a TCP socket bound to *port*, 0 for any, of *host*; ``OSError`` if it is taken."""
    sock = socket.socket(family, socket.SOCK_STREAM)
    try:
        if REUSE_ADDRESS:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        sock.bind((host, port))
    except BaseException:
        sock.close()
        raise
    return sock


def get_unused_port_socket(
    host: str, family: socket.AddressFamily = socket.AF_INET
) -> socket.socket:
    """Return a TCP socket bound to a free port of *host*."""
    return get_port_socket(host, 0, family)


def unused_port() -> int:
    """Return a TCP port of 127.0.0.1 that was free a moment ago."""
    with get_unused_port_socket("127.0.0.1") as sock:
        port: int = sock.getsockname()[1]
        return port
