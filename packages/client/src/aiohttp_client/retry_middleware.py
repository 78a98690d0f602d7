"""Repeating requests on purpose: after answers and errors that promise to pass.

This is policy of the application.  The session's own repetition after the keep-alive race is
:mod:`aiohttp_client.retry`.

Laws
* Bounded three ways: attempts per request, waiting time per pause, and a budget over all requests,
  so that a client does not multiply the load of a server that is going down.
* What may have had an effect is not repeated: other than idempotent methods are sent again only if
  the request cannot have reached the server.
* The decisions are functions of plain values; the middleware only waits and sends.
"""

import asyncio
import math
import random
from collections.abc import Awaitable, Callable, Collection
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from aiohttp_client.errors import (
    ClientConnectorError,
    ClientOSError,
    ClientSSLError,
    ConnectionTimeoutError,
    ServerDisconnectedError,
    SocketTimeoutError,
)
from aiohttp_client.middlewares import ClientHandlerType
from aiohttp_client.request import ClientRequest
from aiohttp_client.response import ClientResponse
from aiohttp_client.retry import IDEMPOTENT_METHODS
from aiohttp_core.fields.dates import parse_http_date
from aiohttp_core.log import client_logger

__all__ = ("Backoff", "RetryBudget", "RetryMiddleware", "is_transient", "retry_after_seconds")

TRANSIENT_STATUSES: Final = frozenset((429, 502, 503, 504))
"""Answers that ask for another try, or come from a gateway that found nobody."""

_MAX_SECONDS_DIGITS: Final = 9


@dataclass(frozen=True, slots=True, kw_only=True)
class Backoff:
    """Pauses that double, each drawn at random from zero to its bound ("full jitter")."""

    first: float = 0.25
    """Bound of the first pause in seconds."""
    factor: float = 2.0
    """How much the bound grows with each pause."""
    longest: float = 30.0
    """Bound of the longest pause in seconds."""

    def __post_init__(self) -> None:
        if self.first < 0 or self.longest < 0 or self.factor < 1:
            raise ValueError("a back-off needs first >= 0, longest >= 0 and factor >= 1")

    def pause(self, repetition: int, chance: float) -> float:
        """Return the pause before the *repetition*-th repetition (from 1); 0 <= *chance* < 1."""
        try:
            bound = min(self.longest, self.first * self.factor ** (repetition - 1))
        except OverflowError:
            bound = self.longest
        return bound * chance


class RetryBudget:
    """Limits repetitions to a share of all requests.

    Every request earns *ratio* of a repetition; at most *reserve* can be saved, which is also what
    there is at the beginning.
    """

    __slots__ = ("_ratio", "_reserve", "_saved")

    def __init__(self, ratio: float = 0.2, reserve: float = 10.0) -> None:
        if ratio < 0 or reserve < 0:
            raise ValueError("ratio and reserve must not be negative")
        self._ratio = ratio
        self._reserve = reserve
        self._saved = reserve

    @property
    def available(self) -> float:
        """How many repetitions are possible now."""
        return self._saved

    def earn(self) -> None:
        """Count one request."""
        self._saved = min(self._reserve, self._saved + self._ratio)

    def spend(self) -> bool:
        """Take one repetition; return false if there is none."""
        if self._saved < 1:
            return False
        self._saved -= 1
        return True


def retry_after_seconds(value: str | None, now: datetime) -> float | None:
    """Return how long a ``Retry-After`` value asks to wait (RFC 9110 section 10.2.3).

    Never negative; ``None`` if there is no value or it is malformed.
    """
    if value is None:
        return None
    value = value.strip(" \t")
    if value.isascii() and value.isdigit():
        return float(value) if len(value) <= _MAX_SECONDS_DIGITS else math.inf
    moment = parse_http_date(value)
    return None if moment is None else max(0.0, (moment - now).total_seconds())


def is_transient(error: BaseException, *, idempotent: bool) -> bool:
    """Return whether a request that failed with *error* may be sent again.

    A connection that was never made can be tried again whatever the method; failures of TLS do
    not pass.  A connection that broke later is tried again for idempotent methods, or if no byte
    of the request had left.
    """
    if isinstance(error, ClientSSLError):
        return False
    if isinstance(error, (ClientConnectorError, ConnectionTimeoutError)):
        return True
    if isinstance(error, (ServerDisconnectedError, ClientOSError)):
        exchange = error.exchange
        return idempotent or (exchange is not None and exchange.bytes_sent == 0)
    return idempotent and isinstance(error, SocketTimeoutError)


class RetryMiddleware:
    """Sends requests again after transient errors and answers.

    *attempts* counts all sendings of one request.  *statuses* are answers that lead to another
    try, *methods* those for which that is harmless.  A ``Retry-After`` of the server sets the
    pause; one that is longer than *longest_retry_after* seconds ends the trying, and the answer is
    returned.  *budget* is shared by all requests of the middleware, or of several; the default one
    lets a fifth of all requests be repeated, and ``RetryBudget(reserve=math.inf)`` has no end.

    The last answer or error is the result.  The ``total`` timeout covers all attempts and pauses.
    """

    def __init__(
        self,
        *,
        attempts: int = 3,
        statuses: Collection[int] = TRANSIENT_STATUSES,
        methods: Collection[str] = IDEMPOTENT_METHODS,
        backoff: Backoff | None = None,
        longest_retry_after: float = 120.0,
        budget: RetryBudget | None = None,
        sleep: Callable[[float], Awaitable[object]] = asyncio.sleep,
    ) -> None:
        if attempts < 1:
            raise ValueError("attempts must be at least 1")
        self._attempts = attempts
        self._statuses = frozenset(statuses)
        self._methods = frozenset(methods)
        self._backoff = backoff if backoff is not None else Backoff()
        self._longest_retry_after = longest_retry_after
        self._budget = budget if budget is not None else RetryBudget()
        self._sleep = sleep

    @property
    def budget(self) -> RetryBudget:
        """The budget in use."""
        return self._budget

    async def __call__(self, request: ClientRequest, handler: ClientHandlerType) -> ClientResponse:
        """Send *request* until an answer holds, or the attempts or the budget are used up."""
        self._budget.earn()
        for repetition in range(1, self._attempts):
            try:
                response = await handler(request)
            except Exception as exc:
                pause = self._pause_after_error(request, exc, repetition)
                if pause is None:
                    raise
                client_logger.debug("%s %s failed: %r", request.method, request.url, exc)
            else:
                pause = self._pause_after_answer(request, response, repetition)
                if pause is None:
                    return response
                client_logger.debug(
                    "%s %s was answered %d", request.method, request.url, response.status
                )
                await response.release()
            await self._sleep(pause)
        return await handler(request)

    def _pause_after_error(
        self, request: ClientRequest, error: Exception, repetition: int
    ) -> float | None:
        idempotent = request.method in self._methods
        if not is_transient(error, idempotent=idempotent) or not self._may_repeat(request):
            return None
        # Jitter is no secret.
        return self._backoff.pause(repetition, random.random())  # noqa: S311

    def _pause_after_answer(
        self, request: ClientRequest, response: ClientResponse, repetition: int
    ) -> float | None:
        if response.status not in self._statuses or request.method not in self._methods:
            return None
        asked = retry_after_seconds(response.headers.get("Retry-After"), datetime.now(UTC))
        if asked is not None and asked > self._longest_retry_after:
            return None
        if not self._may_repeat(request):
            return None
        pause = self._backoff.pause(repetition, random.random())  # noqa: S311
        return pause if asked is None else asked + pause

    def _may_repeat(self, request: ClientRequest) -> bool:
        return request.replayable and self._budget.spend()
