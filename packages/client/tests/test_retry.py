"""The keep-alive race: which requests are sent once more."""

import pytest

from aiohttp_client.connection_key import ConnectionKey
from aiohttp_client.errors import (
    ClientConnectorError,
    ClientOSError,
    ClientPayloadError,
    ConnectionTimeoutError,
    ExchangeFacts,
    ServerDisconnectedError,
    SocketTimeoutError,
)
from aiohttp_client.retry import DEFAULT_RETRY_POLICY, IDEMPOTENT_METHODS, NO_RETRY, RetryPolicy


def lost(reused: bool, sent: int, received: int = 0) -> ServerDisconnectedError:
    error = ServerDisconnectedError()
    error.exchange = ExchangeFacts(reused, sent, received)
    return error


def reset(reused: bool, sent: int) -> ClientOSError:
    error = ClientOSError(104, "reset")
    error.exchange = ExchangeFacts(reused, sent, 0)
    return error


REFUSED = ClientConnectorError(ConnectionKey("h", 80, False), OSError(111, "refused"))


@pytest.mark.spec("ADD-226", "ADD-227", "ADD-228", "ADD-230", "ADD-983")
@pytest.mark.parametrize(
    ("method", "error", "replayable", "allowed"),
    [
        *((method, lost(True, 90), True, True) for method in sorted(IDEMPOTENT_METHODS)),
        ("GET", lost(False, 90), True, True),
        ("GET", reset(True, 90), True, True),
        ("GET", ServerDisconnectedError(), True, True),
        ("GET", lost(True, 90, 1), True, False),
        ("GET", lost(True, 90), False, False),
        ("POST", lost(True, 90), True, False),
        ("PATCH", reset(True, 90), True, False),
        ("POST", ServerDisconnectedError(), True, False),
        ("POST", lost(True, 0), True, True),
        ("POST", reset(False, 0), True, True),
        ("POST", lost(True, 0), False, False),
        ("GET", REFUSED, True, False),
        ("GET", ConnectionTimeoutError(), True, False),
        ("GET", SocketTimeoutError(), True, False),
        ("GET", ClientPayloadError(), True, False),
        ("GET", ValueError(), True, False),
    ],
)
def test_default_policy(method: str, error: Exception, replayable: bool, allowed: bool) -> None:
    policy = DEFAULT_RETRY_POLICY
    assert policy.allows(method=method, error=error, replayable=replayable, done=0) is allowed
    assert not policy.allows(method=method, error=error, replayable=replayable, done=1)
    assert not NO_RETRY.allows(method=method, error=error, replayable=replayable, done=0)


@pytest.mark.spec("ADD-229", "ADD-231")
def test_other_policies() -> None:
    only_race = RetryPolicy(fresh_connections=False, attempts=2)
    assert only_race.allows(method="GET", error=lost(True, 1), replayable=True, done=1)
    assert not only_race.allows(method="GET", error=lost(False, 1), replayable=True, done=0)
    strict = RetryPolicy(unsent=False, methods=frozenset({"GET"}))
    assert not strict.allows(method="POST", error=lost(True, 0), replayable=True, done=0)
    assert not strict.allows(method="PUT", error=lost(True, 1), replayable=True, done=0)
    with pytest.raises(ValueError, match="negative"):
        RetryPolicy(attempts=-1)
