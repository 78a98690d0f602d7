"""Listening sockets that exist before the processes that accept from them.

Laws
* Who makes the sockets keeps them open as long as anybody shall be served: a connection that waits
  in a queue survives the worker that would have accepted it.
* Where the kernel spreads connections over the sockets of a port (``SO_REUSEPORT`` on Linux) each
  worker has a queue of its own; elsewhere, and for Unix sockets, all share one.
* Two servers never share a port by accident: the port is asked for exclusively first.
"""

import contextlib
import errno
import os
import socket
import stat
import sys
from collections.abc import Iterator, Sequence
from typing import Any

__all__ = ("BALANCED", "Listeners")

BALANCED = sys.platform == "linux" and hasattr(socket, "SO_REUSEPORT")
"""Whether the kernel spreads connections over the sockets that share a port."""

_UNAVAILABLE = frozenset({errno.EADDRNOTAVAIL, errno.EAFNOSUPPORT})


class Listeners:
    """Bound and listening sockets for *slots* workers.

    *hosts* are names or addresses, ``None`` for all interfaces, all with *port*, 0 for one that is
    free; *paths* are those of Unix sockets.  Each list of :attr:`slots` has the sockets of one
    worker.  Raises OSError for an address that cannot be had; nothing stays open then.
    """

    def __init__(
        self,
        slots: int,
        *,
        hosts: Sequence[str | None] = (),
        port: int = 8080,
        paths: Sequence[str] = (),
        backlog: int = 128,
        scheme: str = "http",
    ) -> None:
        self.slots: list[list[socket.socket]] = [[] for _ in range(slots)]
        self.names: list[str] = []
        """The URL of each address, for people."""
        self._backlog = backlog
        self._files: list[tuple[str, int]] = []
        try:
            for host in hosts:
                bound = self._add_tcp(host, port)
                shown = host or "0.0.0.0"  # noqa: S104 (what a server without host binds)
                shown = f"[{shown}]" if ":" in shown else shown
                self.names.append(f"{scheme}://{shown}:{bound}")
            for path in paths:
                self._add_unix(path)
                self.names.append(f"{scheme}://unix:{path}:")
        except BaseException:
            self.close()
            raise

    def _sockets(self) -> Iterator[socket.socket]:
        return iter({id(sock): sock for slot in self.slots for sock in slot}.values())

    def close(self) -> None:
        """Listen no longer, as far as this process is concerned, and remove the Unix sockets."""
        for sock in self._sockets():
            sock.close()
        for slot in self.slots:
            slot.clear()
        for path, inode in self._files:
            with contextlib.suppress(OSError):
                if os.stat(path).st_ino == inode:
                    os.unlink(path)
        self._files.clear()

    def _add_tcp(self, host: str | None, port: int) -> int:
        """Listen on all addresses of *host*; return the port."""
        found = socket.getaddrinfo(
            host or None, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )
        problem: OSError | None = None
        bound = 0
        for family, _, _, _, address in dict.fromkeys(found):
            try:
                bound = self._add_address(family, (address[0], bound or port, *address[2:]))
            except OSError as exc:
                if family != socket.AF_INET6 or exc.errno not in _UNAVAILABLE:
                    raise
                # A name with an IPv6 address on a machine without IPv6.
                problem = exc
        if not bound and problem is not None:
            raise problem
        return bound

    def _add_address(self, family: int, address: tuple[Any, ...]) -> int:
        own_queues = BALANCED and len(self.slots) > 1
        first = self._bind(family, address)
        port = int(first.getsockname()[1])
        if not own_queues:
            first.listen(self._backlog)
            for slot in self.slots:
                slot.append(first)
            return port
        # Nobody else had the port.  It is free again for a moment, then it is ours together.
        first.close()
        for slot in self.slots:
            sock = self._bind(family, (address[0], port, *address[2:]), shared=True)
            slot.append(sock)
            sock.listen(self._backlog)
        return port

    def _bind(
        self, family: int, address: tuple[Any, ...], *, shared: bool = False
    ) -> socket.socket:
        sock = socket.socket(family, socket.SOCK_STREAM)
        try:
            sock.setblocking(False)
            if os.name == "posix":
                sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            if shared:
                sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
            if family == socket.AF_INET6:
                sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
            try:
                sock.bind(address)
            except OSError as exc:
                text = f"error while attempting to bind on address {address}: {exc.strerror}"
                raise OSError(exc.errno, text) from None
        except BaseException:
            sock.close()
            raise
        return sock

    def _add_unix(self, path: str) -> None:
        with contextlib.suppress(FileNotFoundError):
            # What a server that died has left; what is no socket is somebody's file.
            if stat.S_ISSOCK(os.stat(path).st_mode):
                os.unlink(path)
        sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        for slot in self.slots:
            slot.append(sock)
        sock.setblocking(False)
        sock.bind(path)
        self._files.append((path, os.stat(path).st_ino))
        sock.listen(self._backlog)
