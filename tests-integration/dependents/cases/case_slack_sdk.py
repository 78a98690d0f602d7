"""slack_sdk: the asynchronous web client, web hooks, and socket mode."""

import asyncio

import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.socket_mode.aiohttp import SocketModeClient
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.webhook.async_client import AsyncWebhookClient

from aiohttp import web


@pytest.fixture
async def slack(aiohttp_server):
    posted = []
    acknowledged = asyncio.Event()

    async def api(request):
        form = dict(await request.post())
        posted.append((request.match_info["method"], form, request.headers.get("Authorization")))
        if request.match_info["method"] == "auth.test":
            return web.json_response({"ok": False, "error": "invalid_auth"})
        if request.match_info["method"] == "apps.connections.open":
            url = str(server.make_url("/link")).replace("http", "ws", 1)
            return web.json_response({"ok": True, "url": url})
        return web.json_response({"ok": True, "channel": "C1"})

    async def hook(request):
        posted.append(("hook", await request.json(), None))
        return web.Response(text="ok")

    async def link(request):
        ws = web.WebSocketResponse()
        await ws.prepare(request)
        await ws.send_json({"type": "hello"})
        await ws.send_json({"type": "events_api", "envelope_id": "E1", "payload": {"a": 1}})
        async for message in ws:
            if "E1" in message.data:
                acknowledged.set()
        return ws

    app = web.Application()
    app.router.add_route("*", "/api/{method}", api)
    app.router.add_post("/hook", hook)
    app.router.add_get("/link", link)
    server = await aiohttp_server(app)
    server.posted = posted
    server.acknowledged = acknowledged
    return server


async def test_web_client(slack):
    client = AsyncWebClient(token="xoxb-1", base_url=str(slack.make_url("/api/")))
    answer = await client.chat_postMessage(channel="#general", text="hello")
    assert answer["channel"] == "C1"
    method, _, authorization = slack.posted[0]
    assert (method, authorization) == ("chat.postMessage", "Bearer xoxb-1")
    with pytest.raises(SlackApiError, match="invalid_auth"):
        await client.auth_test()


async def test_web_hook(slack):
    client = AsyncWebhookClient(str(slack.make_url("/hook")))
    answer = await client.send(text="hello")
    assert (answer.status_code, answer.body) == (200, "ok")
    assert slack.posted == [("hook", {"text": "hello"}, None)]


async def test_socket_mode(slack):
    web_client = AsyncWebClient(token="xoxb-1", base_url=str(slack.make_url("/api/")))
    client = SocketModeClient(app_token="xapp-1", web_client=web_client)
    seen = asyncio.Queue()

    async def listen(client, request):
        from slack_sdk.socket_mode.response import SocketModeResponse

        await client.send_socket_mode_response(SocketModeResponse(envelope_id=request.envelope_id))
        await seen.put(request.payload)

    client.socket_mode_request_listeners.append(listen)
    await client.connect()
    try:
        assert await asyncio.wait_for(seen.get(), 10) == {"a": 1}
        await asyncio.wait_for(slack.acknowledged.wait(), 10)
    finally:
        await client.close()
