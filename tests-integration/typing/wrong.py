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


async def server(request: web.Request) -> web.Response:
    name: int = request.app[NAME]  # wrong
    request.app[NAME] = name  # wrong
    web.Response(status="200")  # wrong
    return web.Response(text=b"bytes")  # wrong


def application() -> web.Application:
    app = web.Application()
    app.router.add_get("/", 5)  # wrong
    return app
