"""When a request is sent once more because its connection was dying: the keep-alive race.

A server may close an idle connection in the moment in which the client picks it.  The request is
then lost, and nobody can know whether the server has seen it.

Laws
* Pure decisions; the session sends.
* Nothing is repeated once a byte of the answer has come, or if its body cannot be sent again.
* Without proof that no byte of it left, only idempotent methods are repeated (RFC 9110
  section 9.2.2).
* The number of repetitions is counted over the whole call, redirects included (spec row ADD-229).
"""

from dataclasses import dataclass
from typing import Final

from aiohttp_client.errors import (
    ClientConnectorError,
    ClientOSError,
    ExchangeFacts,
    ServerDisconnectedError,
)

__all__ = ("DEFAULT_RETRY_POLICY", "IDEMPOTENT_METHODS", "NO_RETRY", "RetryPolicy")

IDEMPOTENT_METHODS: Final = frozenset(("GET", "HEAD", "OPTIONS", "TRACE", "PUT", "DELETE"))
"""Methods that may be repeated without asking (RFC 9110 section 9.2.2)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RetryPolicy:
    """Which requests are repeated after their connection was lost before any answer.

    The default follows aiohttp 3: one repetition (spec rows ADD-226 to ADD-230).
    """

    attempts: int = 1
    """How often one call is repeated at most; 0 switches repetition off."""
    methods: frozenset[str] = IDEMPOTENT_METHODS
    """Methods that are repeated even if they may have reached the server."""
    unsent: bool = True
    """Repeat any method if no byte of the request left."""
    fresh_connections: bool = True
    """Repeat too if the lost connection was a new one, not only after the keep-alive race."""

    def __post_init__(self) -> None:
        if self.attempts < 0:
            raise ValueError("attempts must not be negative")

    def allows(self, *, method: str, error: BaseException, replayable: bool, done: int) -> bool:
        """Return whether a request that failed with *error* is sent again.

        *replayable*: there is no body, or it can be sent again in full.  *done*: repetitions of
        this call so far.  How far the exchange had come is taken from ``error.exchange``; without
        it the request counts as sent and the connection as new.
        """
        if done >= self.attempts or not replayable:
            return False
        if isinstance(error, ClientConnectorError):
            # Nothing was connected: the next attempt would meet the same (ADD-228).
            return False
        if not isinstance(error, (ServerDisconnectedError, ClientOSError)):
            return False
        facts = error.exchange
        if facts is None:
            facts = ExchangeFacts(False, 1, 0)
        if facts.bytes_received:
            return False
        if not (facts.reused or self.fresh_connections):
            return False
        return method in self.methods or (self.unsent and facts.bytes_sent == 0)


DEFAULT_RETRY_POLICY: Final = RetryPolicy()
"""What a session does if nothing else is said."""

NO_RETRY: Final = RetryPolicy(attempts=0)
"""Never repeat a request."""
