"""Retries: the ready-made middleware, and one of your own.

``RetryMiddleware`` knows idempotent methods, ``Retry-After``, back-off with jitter, and a budget
over all requests.  For a rule of your own a function of a few lines is enough.
"""

import asyncio

from aiohttp_client import (
    ClientHandlerType,
    ClientRequest,
    ClientResponse,
    ClientSession,
)
from aiohttp_client.retry_middleware import Backoff, RetryMiddleware

patient = RetryMiddleware(
    attempts=4,
    statuses={429, 502, 503, 504},
    backoff=Backoff(first=0.5, longest=10),
    longest_retry_after=30,
)


async def retry_while_locked(
    request: ClientRequest, handler: ClientHandlerType
) -> ClientResponse:
    """Try again while the resource is locked (423): three times, never for ever."""
    for _ in range(3):
        response = await handler(request)
        if response.status != 423:
            return response
        # Give the connection back before the pause.
        await response.release()
        await asyncio.sleep(0.1)
    return await handler(request)


async def fetch(url: str) -> str:
    """Use both: the first of the list is the outermost."""
    middlewares = [patient, retry_while_locked]
    async with (
        ClientSession(middlewares=middlewares) as session,
        session.get(url) as response,
    ):
        return await response.text()
