"""Bearer tokens that are fetched when needed, and again when they have expired."""

import asyncio
import time

from aiohttp_client import (
    ClientHandlerType,
    ClientRequest,
    ClientResponse,
    ClientSession,
)


class TokenRefresh:
    """Adds a token to each request for *api*; fetches a new one from *token_url* when needed.

    A token is fetched once even if many requests want it at the same time, a little before it
    expires, and after a 401.
    """

    def __init__(self, api: str, token_url: str, *, early: float = 10.0) -> None:
        self._api = api
        self._token_url = token_url
        self._early = early
        self._token = ""
        self._expires = 0.0
        self._lock = asyncio.Lock()

    async def __call__(
        self, request: ClientRequest, handler: ClientHandlerType
    ) -> ClientResponse:
        """Send *request* with a token that is good."""
        if str(request.url.origin()) != self._api:
            # A redirect may lead elsewhere; the token stays at home.
            return await handler(request)
        token = await self._fresh_token(request.session)
        request.headers["Authorization"] = f"Bearer {token}"
        response = await handler(request)
        if response.status != 401 or not request.replayable:
            return response
        await response.release()
        token = await self._fresh_token(request.session, refused=token)
        request.headers["Authorization"] = f"Bearer {token}"
        return await handler(request)

    async def _fresh_token(
        self, session: ClientSession, refused: str | None = None
    ) -> str:
        async with self._lock:
            still_good = time.monotonic() < self._expires - self._early
            if still_good and self._token != refused:
                return self._token
            # No middlewares: this request must not wait for a token itself.
            async with session.post(
                self._token_url, middlewares=(), raise_for_status=True
            ) as response:
                answer = await response.json()
            self._token = str(answer["token"])
            self._expires = time.monotonic() + float(answer["expires_in"])
            return self._token
