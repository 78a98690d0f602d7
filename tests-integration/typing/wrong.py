"""What type checkers must find: each line that ends in ``# wrong`` is an error, no other is."""

import aiohttp
from aiohttp import web


async def client(session: aiohttp.ClientSession) -> None:
    session.get(5)  # wrong
    aiohttp.ClientTimeout(total="long")  # wrong
    async with session.get("http://h.test/") as response:
        response.text().upper()  # wrong
        number: str = response.status  # wrong
        print(number)
    session.retrieve("http://h.test/")  # wrong


NAME = web.AppKey("NAME", str)


WHO = web.RequestKey("WHO", str)
TOOK = web.ResponseKey("TOOK", float)


async def keyed(request: web.Request, response: web.StreamResponse) -> None:
    request[WHO] = 1  # wrong
    number: int = request[WHO]  # wrong
    response[TOOK] = "long"  # wrong
    print(number, response.get(TOOK, 0.0).upper())  # wrong


async def received(ws: aiohttp.ClientWebSocketResponse) -> None:
    message = await ws.receive()
    if message.type is aiohttp.WSMsgType.BINARY:
        message.data.encode()  # wrong
    elif message.type is aiohttp.WSMsgType.TEXT:
        message.data.hex()  # wrong


async def server(request: web.Request) -> web.Response:
    name: int = request.app[NAME]  # wrong
    request.app[NAME] = name  # wrong
    web.Response(status="200")  # wrong
    return web.Response(text=b"bytes")  # wrong


def application() -> web.Application:
    app = web.Application()
    app.router.add_get("/", 5)  # wrong
    return app
