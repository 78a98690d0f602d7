"""Turning host names into addresses: by the system, or by aiodns where that is installed.

Laws
* A failure is an ``OSError``; which one, the connector decides.
* Only addresses that this machine can use are asked for (``AI_ADDRCONFIG``, spec row ADD-315).
* An address comes back in numeric form; a link-local IPv6 address keeps its scope (ADD-316).
"""

import asyncio
import socket
import sys
from importlib import import_module
from importlib.util import find_spec
from typing import Any, Final
from weakref import WeakKeyDictionary

from aiohttp_client.abc import AbstractResolver, ResolveResult

__all__ = ("AsyncResolver", "DefaultResolver", "ThreadedResolver")

_NUMERIC: Final = socket.AI_NUMERICHOST | socket.AI_NUMERICSERV
_NAME_FLAGS: Final = socket.NI_NUMERICHOST | socket.NI_NUMERICSERV
_HAS_AIODNS: Final = find_spec("aiodns") is not None


def _dns_resolver(*args: Any, **kwargs: Any) -> Any:
    """Return a new ``aiodns.DNSResolver``.  The import is late: it costs as much as ours."""
    return import_module("aiodns").DNSResolver(*args, **kwargs)


def _flags(host: str) -> list[int]:
    """Return the flags to ask with, one after the other while nothing is found (ADD-315)."""
    if sys.platform == "win32" and host == "localhost":
        return [socket.AI_ADDRCONFIG, 0]
    return [socket.AI_ADDRCONFIG]


class ThreadedResolver(AbstractResolver):
    """Asks the system with ``getaddrinfo`` in the default executor of the loop."""

    def __init__(self, loop: asyncio.AbstractEventLoop | None = None) -> None:
        self._loop = loop or asyncio.get_running_loop()

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        """Return the addresses of *host*; raises ``OSError``.  Cancelling abandons the thread."""
        infos: list[Any] = []
        flags = _flags(host)
        for index, flag in enumerate(flags):
            try:
                infos = await self._loop.getaddrinfo(
                    host, port, type=socket.SOCK_STREAM, family=family, flags=flag
                )
                break
            except OSError:
                if index == len(flags) - 1:
                    raise
        found: list[ResolveResult] = []
        for af, _, proto, _, address in infos:
            name, number = address[0], address[1]
            if af == socket.AF_INET6:
                if len(address) < 3:
                    continue  # a Python built without IPv6 cannot use it
                if address[3]:
                    name, service = await self._loop.getnameinfo(address, _NAME_FLAGS)
                    number = int(service)
            found.append(
                ResolveResult(
                    hostname=host, host=name, port=number, family=af, proto=proto, flags=_NUMERIC
                )
            )
        return found

    async def close(self) -> None:
        """Do nothing: the executor belongs to the loop."""


class _SharedResolvers:
    """One ``aiodns.DNSResolver`` per loop for all who need no special one (spec row ADD-314)."""

    def __init__(self) -> None:
        self._by_loop: WeakKeyDictionary[asyncio.AbstractEventLoop, tuple[Any, set[int]]] = (
            WeakKeyDictionary()
        )

    def get(self, user: object, loop: asyncio.AbstractEventLoop) -> Any:
        entry = self._by_loop.get(loop)
        if entry is None:
            entry = self._by_loop[loop] = (_dns_resolver(loop=loop), set())
        entry[1].add(id(user))
        return entry[0]

    def give_back(self, user: object, loop: asyncio.AbstractEventLoop) -> Any:
        """Return the resolver if its last user has gone, to be closed; else ``None``."""
        entry = self._by_loop.get(loop)
        if entry is None:
            return None
        entry[1].discard(id(user))
        if entry[1]:
            return None
        del self._by_loop[loop]
        return entry[0]


_shared = _SharedResolvers()


class AsyncResolver(AbstractResolver):
    """Asks with aiodns; arguments are those of ``aiodns.DNSResolver`` (spec row ADD-325).

    Without aiodns construction raises ``RuntimeError``.
    """

    def __init__(
        self, loop: asyncio.AbstractEventLoop | None = None, *args: Any, **kwargs: Any
    ) -> None:
        if not _HAS_AIODNS:
            raise RuntimeError("Resolver requires aiodns library")
        self._loop = loop or asyncio.get_running_loop()
        self._own = bool(args or kwargs)
        self._resolver: Any
        if self._own:
            self._resolver = _dns_resolver(*args, loop=self._loop, **kwargs)
        else:
            self._resolver = _shared.get(self, self._loop)

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        """Return the addresses of *host*; raises ``OSError``."""
        answer: Any = None
        dns_error = import_module("aiodns").error.DNSError
        flags = _flags(host)
        for index, flag in enumerate(flags):
            try:
                answer = await self._resolver.getaddrinfo(
                    host, port=port, type=socket.SOCK_STREAM, family=family, flags=flag
                )
                break
            except dns_error as exc:
                if index == len(flags) - 1:
                    text = exc.args[1] if len(exc.args) > 1 else "DNS lookup failed"
                    raise OSError(None, text) from exc
        found: list[ResolveResult] = []
        for node in answer.nodes:
            address = node.addr
            name: bytes | str = address[0]
            if node.family == socket.AF_INET6 and len(address) > 3 and address[3]:
                result = await self._resolver.getnameinfo(
                    (_text(address[0]), *address[1:]), _NAME_FLAGS
                )
                name = result.node
            found.append(
                ResolveResult(
                    hostname=host,
                    host=_text(name),
                    port=address[1],
                    family=node.family,
                    proto=0,
                    flags=_NUMERIC,
                )
            )
        if not found:
            raise OSError(None, "DNS lookup failed")
        return found

    async def close(self) -> None:
        """Close the resolver, a shared one with its last user.  May be called more than once."""
        resolver, self._resolver = self._resolver, None
        if resolver is None:
            return
        if not self._own:
            resolver = _shared.give_back(self, self._loop)
        if resolver is not None:
            closing = resolver.close()
            if closing is not None:
                await closing


def _text(name: bytes | str) -> str:
    return name.decode("ascii") if isinstance(name, bytes) else name


DefaultResolver: Final[type[AsyncResolver | ThreadedResolver]] = (
    AsyncResolver if _HAS_AIODNS else ThreadedResolver
)
"""What a connector uses by itself (spec row ADD-313)."""
