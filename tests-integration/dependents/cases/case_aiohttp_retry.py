"""aiohttp-retry: a client around the client."""

import pytest
from aiohttp_retry import ExponentialRetry, RetryClient

from aiohttp import ClientResponseError, web


@pytest.fixture
async def server(aiohttp_server):
    asked = []

    async def flaky(request):
        asked.append(request.path)
        return web.Response(status=200 if len(asked) > 2 else 503, text="up")

    app = web.Application()
    app.router.add_get("/flaky", flaky)
    made = await aiohttp_server(app)
    made.asked = asked
    return made


async def test_retry(server):
    async with RetryClient(
        retry_options=ExponentialRetry(attempts=5, start_timeout=0.001)
    ) as client:
        async with client.get(server.make_url("/flaky")) as response:
            assert response.status == 200
            assert await response.text() == "up"
    assert len(server.asked) == 3


async def test_giving_up(server):
    options = ExponentialRetry(attempts=2, start_timeout=0.001)
    async with RetryClient(retry_options=options, raise_for_status=True) as client:
        with pytest.raises(ClientResponseError):
            await client.get(server.make_url("/flaky"))
