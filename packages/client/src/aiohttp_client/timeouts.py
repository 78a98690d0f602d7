"""How long things may take: the settings, and the phases that they are for.

Laws
* Every wait belongs to a :class:`Phase`, and whoever gives up says which one it was.
* Zero and ``None`` both mean "no limit" (spec row TMO-06).
* Long timeouts end on a whole second of the loop's clock (spec row TMO-08).
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum, StrEnum
from math import ceil, inf
from types import TracebackType
from typing import Final

__all__ = (
    "DEFAULT_TIMEOUT",
    "DEFAULT_WS_CLIENT_TIMEOUT",
    "ClientTimeout",
    "ClientWSTimeout",
    "Phase",
    "PhaseLimit",
    "Unset",
    "deadline_after",
    "sentinel",
)


class Unset(Enum):
    """The type of :data:`sentinel`."""

    SENTINEL = 0

    def __repr__(self) -> str:
        return "sentinel"


sentinel: Final = Unset.SENTINEL
"""Stands for an argument that was not given, where ``None`` means something."""


class Phase(StrEnum):
    """What a request was doing when its time ran out or its connection broke."""

    POOL = "pool"
    DNS = "dns"
    CONNECT = "connect"
    TLS = "tls"
    PROXY = "proxy"
    SEND = "send"
    FIRST_BYTE = "first byte"
    READ = "read"


@dataclass(frozen=True, slots=True)
class ClientTimeout:
    """Limits in seconds of one request; ``None`` and ``0`` switch a limit off.

    The first five fields are the historical ones (spec rows TMO-01 to TMO-08, ADD-339); the
    others limit single phases and are off by default.
    """

    total: float | None = None
    """The whole operation: all redirects, connecting, sending and reading."""
    connect: float | None = None
    """Waiting for a free connection of the pool, and establishing a new one."""
    sock_read: float | None = None
    """The longest gap between two pieces of the response."""
    sock_connect: float | None = None
    """Establishing one new connection: name, socket, proxy and TLS together."""
    ceil_threshold: float = 5
    """Limits of this length or more end on a whole second of the clock."""
    pool: float | None = None
    """Waiting for a free connection of the pool."""
    dns: float | None = None
    """Resolving the name of the host."""
    tls: float | None = None
    """One TLS handshake."""
    proxy: float | None = None
    """The ``CONNECT`` or SOCKS exchange with a proxy."""
    send: float | None = None
    """Sending the head and the body."""
    first_byte: float | None = None
    """From the end of the request to the head of the response."""


DEFAULT_TIMEOUT: Final = ClientTimeout(total=5 * 60, sock_connect=30)
"""What a session does by default: 300 s for the whole call, 30 s for each attempt to connect."""


@dataclass(frozen=True, slots=True)
class ClientWSTimeout:
    """Timeouts of a WebSocket in seconds; ``None`` is no limit (spec rows TMO-09, ADD-637)."""

    ws_receive: float | None = None
    """Longest wait in ``receive()``."""
    ws_close: float | None = None
    """Longest wait for the server's CLOSE."""


DEFAULT_WS_CLIENT_TIMEOUT: Final = ClientWSTimeout(ws_receive=None, ws_close=10.0)
"""Receiving waits for ever; the closing handshake may take 10 s."""


def deadline_after(
    now: float, delay: float | None, ceil_threshold: float = 5, *, inclusive: bool = False
) -> float:
    """Return when *delay* seconds from *now* are over; ``inf`` without a limit.

    *inclusive* rounds a delay of exactly *ceil_threshold* too: the rule for ``total``.
    """
    if not delay or delay < 0:
        return inf
    when = now + delay
    if delay > ceil_threshold or (inclusive and delay == ceil_threshold):
        return float(ceil(when))
    return when


class PhaseLimit:
    """``async with PhaseLimit(deadline, make_error)``: raise ``make_error()`` when time is over.

    For the waits before a connection has its own deadlines.  It costs nothing without a deadline
    (``inf``).  A cancellation from outside is never mistaken for the timeout, nor swallowed
    (spec row ADD-345).
    """

    __slots__ = ("_deadline", "_make_error", "_timeout")

    def __init__(self, deadline: float, make_error: Callable[[], BaseException]) -> None:
        self._deadline = deadline
        self._make_error = make_error
        self._timeout: asyncio.Timeout | None = None

    async def __aenter__(self) -> None:
        if self._deadline < inf:
            timeout = asyncio.timeout_at(self._deadline)
            await timeout.__aenter__()
            self._timeout = timeout

    async def __aexit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if self._timeout is None:
            return
        try:
            await self._timeout.__aexit__(exc_type, exc, traceback)
        except TimeoutError:
            raise self._make_error() from None
