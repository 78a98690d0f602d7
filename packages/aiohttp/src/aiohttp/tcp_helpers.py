"""Options of TCP sockets."""

from aiohttp_core.tcp_options import tcp_keepalive, tcp_nodelay

__all__ = ("tcp_keepalive", "tcp_nodelay")
