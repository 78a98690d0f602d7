"""Retries as a middleware."""

import math
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from yarl import URL

from aiohttp_client.connection_key import ConnectionKey
from aiohttp_client.errors import (
    ClientConnectorCertificateError,
    ClientConnectorError,
    ClientOSError,
    ClientPayloadError,
    ConnectionTimeoutError,
    ExchangeFacts,
    ServerDisconnectedError,
    SocketTimeoutError,
)
from aiohttp_client.request import ClientRequest
from aiohttp_client.response import ClientResponse
from aiohttp_client.retry_middleware import (
    Backoff,
    RetryBudget,
    RetryMiddleware,
    is_transient,
    retry_after_seconds,
)

KEY = ConnectionKey("h", 80, False)
NOW = datetime(2026, 1, 1, tzinfo=UTC)


class Server:
    def __init__(self, *answers: int | Exception | tuple[int, str]) -> None:
        self.answers = list(answers)
        self.asked = 0
        self.pauses: list[float] = []

    async def __call__(self, request: ClientRequest) -> ClientResponse:
        self.asked += 1
        answer = self.answers.pop(0) if self.answers else 200
        if isinstance(answer, Exception):
            raise answer
        status, after = answer if isinstance(answer, tuple) else (answer, None)
        headers = {} if after is None else {"Retry-After": after}
        return ClientResponse.build(status=status, headers=headers)

    async def sleep(self, seconds: float) -> None:
        self.pauses.append(seconds)


async def run(server: Server, method: str = "GET", data: Any = None, **options: Any) -> int:
    middleware = RetryMiddleware(sleep=server.sleep, **options)
    request = ClientRequest(method, URL("http://a.example/"), data=data)
    return (await middleware(request, server)).status


def unsent() -> ServerDisconnectedError:
    error = ServerDisconnectedError()
    error.exchange = ExchangeFacts(True, 0, 0)
    return error


@pytest.mark.spec("RED-06", "CMW-04")
@pytest.mark.parametrize(
    ("method", "answers", "status", "asked"),
    [
        ("GET", [200], 200, 1),
        ("GET", [503, 200], 200, 2),
        ("GET", [503, 429, 200], 200, 3),
        ("GET", [503, 503, 503, 200], 503, 3),
        ("GET", [500, 200], 500, 1),
        ("GET", [404, 200], 404, 1),
        ("POST", [503, 200], 503, 1),
        ("PUT", [502, 200], 200, 2),
        ("GET", [ServerDisconnectedError(), 200], 200, 2),
        ("POST", [unsent(), 200], 200, 2),
        ("POST", [ClientConnectorError(KEY, OSError(111, "refused")), 201], 201, 2),
    ],
)
async def test_attempts(method: str, answers: list[Any], status: int, asked: int) -> None:
    server = Server(*answers)
    assert await run(server, method) == status
    assert server.asked == asked
    assert len(server.pauses) == asked - 1


@pytest.mark.parametrize(
    ("method", "error", "asked"),
    [
        ("GET", ServerDisconnectedError(), 3),
        ("POST", ServerDisconnectedError(), 1),
        ("GET", ClientPayloadError(), 1),
        ("GET", TimeoutError(), 1),
        ("GET", ValueError(), 1),
    ],
)
async def test_the_last_error_is_the_result(method: str, error: Exception, asked: int) -> None:
    server = Server(*[error] * 5)
    with pytest.raises(type(error)):
        await run(server, method)
    assert server.asked == asked


@pytest.mark.parametrize(
    ("error", "idempotent", "otherwise"),
    [
        (ClientConnectorError(KEY, OSError()), True, True),
        (ConnectionTimeoutError(), True, True),
        (ServerDisconnectedError(), True, False),
        (unsent(), True, True),
        (ClientOSError(104, "reset"), True, False),
        (SocketTimeoutError(), True, False),
        (ClientConnectorCertificateError(KEY, ValueError()), False, False),
        (ClientPayloadError(), False, False),
        (TimeoutError(), False, False),
    ],
)
def test_transient_errors(error: Exception, idempotent: bool, otherwise: bool) -> None:
    assert is_transient(error, idempotent=True) is idempotent
    assert is_transient(error, idempotent=False) is otherwise


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        (None, None), ("0", 0.0), ("120", 120.0), (" 5 ", 5.0), ("9" * 5000, math.inf),
        ("-1", None), ("1.5", None), ("٣", None), ("", None), ("soon", None),
        ("Thu, 01 Jan 2026 00:01:00 GMT", 60.0), ("Wed, 31 Dec 2025 00:00:00 GMT", 0.0),
    ],
)  # fmt: skip
def test_retry_after(value: str | None, seconds: float | None) -> None:
    assert retry_after_seconds(value, NOW) == seconds


async def test_retry_after_sets_the_pause() -> None:
    server = Server((503, "7"), 200)
    await run(server, backoff=Backoff(first=0.5))
    assert 7 <= server.pauses[0] <= 7.5
    patient = Server((429, "600"), 200)
    assert await run(patient) == 429
    assert patient.asked == 1


@given(st.integers(1, 5000), st.floats(0, 0.999))
def test_backoff_is_bounded(repetition: int, chance: float) -> None:
    backoff = Backoff(first=0.25, factor=2, longest=30)
    bound = min(30.0, 0.25 * 2 ** min(repetition - 1, 64))
    assert 0 <= backoff.pause(repetition, chance) <= bound


@pytest.mark.parametrize("options", [{"first": -1}, {"longest": -1}, {"factor": 0.5}])
def test_bad_backoff(options: dict[str, float]) -> None:
    with pytest.raises(ValueError):
        Backoff(**options)


def test_bad_arguments() -> None:
    with pytest.raises(ValueError):
        RetryMiddleware(attempts=0)
    with pytest.raises(ValueError):
        RetryBudget(ratio=-1)


async def test_the_budget_limits_a_storm() -> None:
    budget = RetryBudget(ratio=0.1, reserve=5)
    asked = 0
    for _ in range(1000):
        server = Server(503, 503, 503)
        assert await run(server, budget=budget) == 503
        asked += server.asked
    # One repetition for ten requests, and the reserve.
    assert 1000 + 100 <= asked <= 1000 + 100 + 5
    assert budget.available < 1


def test_a_budget_earns_again() -> None:
    budget = RetryBudget(ratio=0.5, reserve=1)
    assert budget.spend()
    assert not budget.spend()
    budget.earn()
    budget.earn()
    budget.earn()
    assert budget.available == 1
    assert RetryMiddleware(budget=budget).budget is budget
    endless = RetryBudget(reserve=math.inf)
    assert all(endless.spend() for _ in range(1000))


async def test_a_body_that_is_used_up_ends_the_trying() -> None:
    class UsedUp(ClientRequest):
        replayable = False

    for kind, status in ((UsedUp, 503), (ClientRequest, 200)):
        server = Server(503, 200)
        middleware = RetryMiddleware(sleep=server.sleep)
        response = await middleware(kind("PUT", URL("http://a.example/"), data=b"x"), server)
        assert response.status == status
