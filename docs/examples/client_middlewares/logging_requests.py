"""One line in the log per request, and the same to a service, without slowing requests down."""

import asyncio
import logging
import time

from aiohttp_client import (
    ClientError,
    ClientHandlerType,
    ClientRequest,
    ClientResponse,
    ClientSession,
)

logger = logging.getLogger("example.client")


async def log_requests(
    request: ClientRequest, handler: ClientHandlerType
) -> ClientResponse:
    """Log method, URL, status and time of each request, also if it fails."""
    started = time.perf_counter()
    outcome = "cancelled"
    try:
        response = await handler(request)
        outcome = str(response.status)
        return response
    except ClientError as exc:
        outcome = type(exc).__name__
        raise
    finally:
        milliseconds = (time.perf_counter() - started) * 1000
        # The URL has no credentials: they were taken out of it.
        logger.info(
            "%s %s -> %s (%.1f ms)", request.method, request.url, outcome, milliseconds
        )


class ReportToService:
    """Tells a service of each request.  The queue is bounded: reports are lost, not requests."""

    def __init__(self, service_url: str, size: int = 1000) -> None:
        self._url = service_url
        self._queue: asyncio.Queue[dict[str, object]] = asyncio.Queue(size)

    async def __call__(
        self, request: ClientRequest, handler: ClientHandlerType
    ) -> ClientResponse:
        """Send *request* and note what came of it."""
        response = await handler(request)
        if not self._queue.full():
            self._queue.put_nowait({"url": str(request.url), "status": response.status})
        return response

    async def run(self, session: ClientSession) -> None:
        """Deliver the reports; run it as a task beside the application."""
        while True:
            report = await self._queue.get()
            try:
                # middlewares=(): a report about a report about a report has no end.
                async with session.post(self._url, json=report, middlewares=()):
                    pass
            except ClientError as exc:
                logger.warning("a report was lost: %r", exc)
            finally:
                self._queue.task_done()

    async def delivered(self) -> None:
        """Wait until all reports so far have been handled."""
        await self._queue.join()
