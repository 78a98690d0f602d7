"""gql: queries over HTTP, subscriptions over a WebSocket."""

import json

import pytest
from gql import Client, gql
from gql.transport.aiohttp import AIOHTTPTransport
from gql.transport.aiohttp_websockets import AIOHTTPWebsocketsTransport
from gql.transport.exceptions import TransportQueryError, TransportServerError

from aiohttp import web


@pytest.fixture
async def server(aiohttp_server):
    async def query(request):
        asked = await request.json()
        if "broken" in asked["query"]:
            return web.json_response({"errors": [{"message": "broken"}]})
        if "refused" in asked["query"]:
            return web.Response(status=401)
        name = asked.get("variables", {}).get("name", "world")
        return web.json_response({"data": {"hello": name}})

    async def subscribe(request):
        ws = web.WebSocketResponse(protocols=("graphql-transport-ws",))
        await ws.prepare(request)
        async for message in ws:
            told = json.loads(message.data)
            if told["type"] == "connection_init":
                await ws.send_json({"type": "connection_ack"})
            elif told["type"] == "subscribe":
                for number in range(3):
                    payload = {"data": {"count": number}}
                    await ws.send_json({"type": "next", "id": told["id"], "payload": payload})
                await ws.send_json({"type": "complete", "id": told["id"]})
        return ws

    app = web.Application()
    app.router.add_post("/graphql", query)
    app.router.add_get("/ws", subscribe)
    return await aiohttp_server(app)


async def test_query(server):
    transport = AIOHTTPTransport(url=str(server.make_url("/graphql")))
    async with Client(transport=transport) as session:
        query = gql("query ($name: String) { hello(name: $name) }")
        query.variable_values = {"name": "Grace"}
        assert await session.execute(query) == {"hello": "Grace"}
        with pytest.raises(TransportQueryError, match="broken"):
            await session.execute(gql("{ broken }"))
        with pytest.raises(TransportServerError):
            await session.execute(gql("{ refused }"))


async def test_subscription(server):
    transport = AIOHTTPWebsocketsTransport(url=str(server.make_url("/ws")).replace("http", "ws", 1))
    async with Client(transport=transport) as session:
        seen = [each async for each in session.subscribe(gql("subscription { count }"))]
    assert seen == [{"count": number} for number in range(3)]
