"""Addresses of hosts, remembered for a while, and one query at a time for each name.

Laws
* :class:`DNSCacheTable` knows no loop: time comes in as a number.  It never holds more than its
  maximum; the entry that was used least recently goes first (spec row ADD-320).
* Each use of an entry starts with the next address of the list (ADD-319).
* :class:`SharedLookups` asks the resolver once for any number of requests that wait for the same
  name.  Its answer or error goes to all of them; cancelling one of them cancels nothing for the
  others (ADD-318).
"""

import asyncio
import socket
from collections import OrderedDict
from collections.abc import Callable, Sequence
from math import inf

from aiohttp_client.abc import AbstractResolver, ResolveResult
from aiohttp_client.errors import ClientConnectionError
from aiohttp_client.tracing import Trace

__all__ = ("DNSCacheTable", "SharedLookups")

HostPort = tuple[str, int]


class DNSCacheTable:
    """A bounded table of answers by ``(host, port)``.

    *ttl*: seconds that an answer is used, ``None`` for ever, 0 not at all.  *negative_ttl*: the
    same for failures, 0 by default.
    """

    __slots__ = ("_entries", "_max_size", "_negative_ttl", "_ttl")

    def __init__(
        self, ttl: float | None = None, max_size: int = 1000, negative_ttl: float = 0
    ) -> None:
        if max_size < 1:
            raise ValueError("dns_cache_max_size must be positive")
        self._ttl = inf if ttl is None else ttl
        self._negative_ttl = negative_ttl
        self._max_size = max_size
        self._entries: OrderedDict[HostPort, tuple[float, list[ResolveResult] | OSError]] = (
            OrderedDict()
        )

    def __len__(self) -> int:
        return len(self._entries)

    def __contains__(self, key: object) -> bool:
        return key in self._entries

    def add(self, key: HostPort, answer: list[ResolveResult] | OSError, now: float) -> None:
        """Remember *answer*, a list of addresses or a failure, from *now* on."""
        lifetime = self._negative_ttl if isinstance(answer, OSError) else self._ttl
        if lifetime <= 0:
            self._entries.pop(key, None)
            return
        self._entries[key] = (now + lifetime, answer)
        self._entries.move_to_end(key)
        while len(self._entries) > self._max_size:
            self._entries.popitem(last=False)

    def next_addresses(self, key: HostPort, now: float) -> list[ResolveResult] | None:
        """Return the addresses of *key*, or ``None``; raise the failure that is remembered."""
        entry = self._entries.get(key)
        if entry is None:
            return None
        expires, answer = entry
        if expires <= now:
            del self._entries[key]
            return None
        self._entries.move_to_end(key)
        if isinstance(answer, OSError):
            raise answer
        addresses = list(answer)
        if len(answer) > 1:
            answer.append(answer.pop(0))
        return addresses

    def remove(self, key: HostPort) -> None:
        """Forget *key*, if it is known."""
        self._entries.pop(key, None)

    def clear(self) -> None:
        """Forget everything."""
        self._entries.clear()


class SharedLookups:
    """Asks the resolver that *make_resolver* gives, through *table* if there is one.

    Equal questions are joined.
    """

    __slots__ = (
        "_family",
        "_loop",
        "_make_resolver",
        "_queries",
        "closed",
        "resolver",
        "table",
    )

    def __init__(
        self,
        make_resolver: Callable[[], AbstractResolver],
        table: DNSCacheTable | None,
        family: socket.AddressFamily,
        loop: asyncio.AbstractEventLoop,
    ) -> None:
        self._make_resolver = make_resolver
        self.resolver: AbstractResolver | None = None
        """The resolver, once one was needed."""
        self._family = family
        self._loop = loop
        self._queries: dict[HostPort, asyncio.Task[list[ResolveResult]]] = {}
        self.table = table
        self.closed = False

    async def resolve(
        self, host: str, port: int, traces: Sequence[Trace] | None = None
    ) -> list[ResolveResult]:
        """Return the addresses of *host*.  A failure is an ``OSError``.

        Without a table every call is a query of its own.
        """
        if self.table is None:
            return await self._query(host, port, traces)
        key = (host, port)
        addresses = self.table.next_addresses(key, self._loop.time())
        if addresses is not None:
            for trace in traces or ():
                await trace.send_dns_cache_hit(host)
            return addresses
        query = self._queries.get(key)
        for trace in traces or ():
            if query is not None:
                await trace.send_dns_cache_hit(host)
            else:
                await trace.send_dns_cache_miss(host)
        # The receivers of a trace may have waited, and somebody else may have asked meanwhile.
        query = self._queries.get(key)
        if query is None:
            query = self._loop.create_task(self._query(host, port, traces))
            self._queries[key] = query
            query.add_done_callback(lambda task: self._answered(key, task))
        try:
            return list(await asyncio.shield(query))
        except asyncio.CancelledError:
            if self.closed and query.cancelled():
                raise ClientConnectionError("Connector is closed") from None
            raise

    async def _query(
        self, host: str, port: int, traces: Sequence[Trace] | None
    ) -> list[ResolveResult]:
        for trace in traces or ():
            await trace.send_dns_resolvehost_start(host)
        if self.resolver is None:
            self.resolver = self._make_resolver()
        addresses = await self.resolver.resolve(host, port, family=self._family)
        for trace in traces or ():
            await trace.send_dns_resolvehost_end(host)
        return addresses

    def _answered(self, key: HostPort, task: "asyncio.Task[list[ResolveResult]]") -> None:
        if self._queries.get(key) is task:
            del self._queries[key]
        if task.cancelled():
            return
        error = task.exception()  # also marks it as seen when nobody waits any more
        if self.table is None or self.closed:
            return
        now = self._loop.time()
        if error is None:
            answer = list(task.result())
            if answer:
                self.table.add(key, answer, now)
                self.table.next_addresses(key, now)  # who asked has used the first address
        elif isinstance(error, OSError):
            self.table.add(key, error, now)

    async def close(self) -> None:
        """Cancel the queries under way and wait until they are gone."""
        self.closed = True
        queries = list(self._queries.values())
        for query in queries:
            query.cancel()
        if queries:
            await asyncio.wait(queries)
