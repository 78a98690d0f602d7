"""sentry-sdk: its aiohttp integration patches the application, the router and the session."""

import pytest
import sentry_sdk
from sentry_sdk.integrations.aiohttp import AioHttpIntegration
from sentry_sdk.transport import Transport

import aiohttp
from aiohttp import web


class Kept(Transport):
    def __init__(self, options=None):
        super().__init__(options)
        self.items = []

    def capture_envelope(self, envelope):
        self.items.extend(envelope.items)


@pytest.fixture
def sentry():
    transport = Kept()
    sentry_sdk.init(
        dsn="http://key@127.0.0.1:9/1",
        transport=transport,
        integrations=[AioHttpIntegration()],
        traces_sample_rate=1.0,
        send_default_pii=True,
    )
    yield transport
    sentry_sdk.get_client().close()
    sentry_sdk.init()


async def test_errors_and_transactions(sentry, aiohttp_server):
    async def broken(request):
        await request.read()
        raise ZeroDivisionError("a number")

    async def hello(request):
        return web.Response(text=request.headers.get("sentry-trace", ""))

    app = web.Application()
    app.router.add_post("/broken/{name}", broken)
    app.router.add_get("/hello", hello)
    server = await aiohttp_server(app)
    async with aiohttp.ClientSession() as session:
        with sentry_sdk.start_transaction(name="outer", op="test") as outer:
            response = await session.get(server.make_url("/hello"))
            assert (await response.text()).startswith(outer.trace_id)
        response = await session.post(server.make_url("/broken/x"), data=b"sent")
        assert response.status == 500
    sentry_sdk.flush()
    events = [item.payload.json for item in sentry.items if item.type == "event"]
    transactions = [item.payload.json for item in sentry.items if item.type == "transaction"]
    (event,) = events
    assert event["exception"]["values"][-1]["type"] == "ZeroDivisionError"
    assert event["request"]["method"] == "POST"
    assert event["request"]["data"] == "sent"
    assert event["transaction"].endswith("broken")
    assert {t["contexts"]["trace"]["op"] for t in transactions} >= {"http.server", "test"}
