"""discord.py: logging in and the gateway, against a local fake."""

import asyncio
import json

import discord
import discord.gateway
import pytest
import yarl
from discord.http import Route

from aiohttp import web


def answer(data):
    # Discord says nothing of a charset, and discord.py looks for exactly that.
    return web.Response(body=json.dumps(data).encode(), content_type="application/json")


@pytest.fixture
async def fake(aiohttp_server, monkeypatch):
    heard = asyncio.Queue()

    async def me(request):
        assert request.headers["Authorization"] == "Bot token"
        assert (
            "discord.py" in request.headers["User-Agent"].lower()
            or "DiscordBot" in request.headers["User-Agent"]
        )
        return answer(
            {"id": "1", "username": "bot", "discriminator": "0", "avatar": None, "bot": True}
        )

    async def application(request):
        return answer(
            {
                "id": "2",
                "name": "app",
                "flags": 0,
                "description": "",
                "icon": None,
                "verify_key": "x",
                "bot_public": True,
                "bot_require_code_grant": False,
                "owner": {"id": "3", "username": "o", "discriminator": "0", "avatar": None},
            }
        )

    async def gateway_url(request):
        url = str(server.make_url("/gateway")).replace("http", "ws", 1)
        return answer({"url": url, "shards": 1, "session_start_limit": {}})

    async def gateway(request):
        ws = web.WebSocketResponse(max_msg_size=0)
        await ws.prepare(request)
        await ws.send_json({"op": 10, "d": {"heartbeat_interval": 40000}, "s": None, "t": None})
        async for message in ws:
            told = json.loads(message.data)
            await heard.put(told["op"])
            if told["op"] == 2:
                user = {"id": "1", "username": "bot", "discriminator": "0", "avatar": None}
                ready = {
                    "v": 10,
                    "user": user,
                    "guilds": [],
                    "session_id": "s",
                    "resume_gateway_url": str(server.make_url("/gateway")).replace("http", "ws", 1),
                    "application": {"id": "2", "flags": 0},
                }
                await ws.send_json({"op": 0, "s": 1, "t": "READY", "d": ready})
        return ws

    async def message(request):
        posted = await request.json()
        return answer(
            {
                "id": "9",
                "channel_id": "5",
                "content": posted["content"],
                "timestamp": "2026-01-01T00:00:00+00:00",
                "edited_timestamp": None,
                "tts": False,
                "mention_everyone": False,
                "mentions": [],
                "mention_roles": [],
                "attachments": [],
                "embeds": [],
                "pinned": False,
                "type": 0,
                "author": {"id": "1", "username": "bot", "discriminator": "0", "avatar": None},
            }
        )

    app = web.Application()
    app.router.add_get("/users/@me", me)
    app.router.add_get("/oauth2/applications/@me", application)
    app.router.add_get("/gateway/bot", gateway_url)
    app.router.add_get("/gateway", gateway)
    app.router.add_get("/gateway/", gateway)
    app.router.add_post("/channels/5/messages", message)
    server = await aiohttp_server(app)
    server.heard = heard
    monkeypatch.setattr(Route, "BASE", str(server.make_url("/")).rstrip("/"))
    monkeypatch.setattr(
        discord.gateway.DiscordWebSocket,
        "DEFAULT_GATEWAY",
        yarl.URL(str(server.make_url("/gateway")).replace("http", "ws", 1)),
    )
    return server


async def test_a_bot_gets_ready_and_speaks(fake):
    ready = asyncio.Event()

    class Bot(discord.Client):
        async def on_ready(self):
            ready.set()

    bot = Bot(intents=discord.Intents.none(), enable_debug_events=True)
    async with bot:
        running = asyncio.ensure_future(bot.start("token"))
        await asyncio.wait_for(ready.wait(), 20)
        assert bot.user.name == "bot"
        message = await bot.get_partial_messageable(5).send("hello")
        assert message.content == "hello"
        assert await asyncio.wait_for(fake.heard.get(), 10) in (1, 2)
        await bot.close()
        await asyncio.wait([running])
