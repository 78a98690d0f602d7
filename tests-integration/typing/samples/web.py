"""Server code as users write it, through the facade."""

from collections.abc import AsyncIterator
from typing import assert_type

from aiohttp import WSMsgType, web
from aiohttp.typedefs import Handler

DATABASE = web.AppKey("DATABASE", dict[str, str])
USER = web.RequestKey("USER", str)
ATTEMPTS = web.RequestKey("ATTEMPTS", int)
TOOK = web.ResponseKey("TOOK", float)

routes = web.RouteTableDef()


@routes.get("/items/{name}", name="item")
async def item(request: web.Request) -> web.Response:
    assert_type(request.match_info["name"], str)
    assert_type(request.method, str)
    database = request.app[DATABASE]
    assert_type(database, dict[str, str])
    if (value := database.get(request.match_info["name"])) is None:
        raise web.HTTPNotFound(text="no such item")
    return web.json_response({"value": value, "more": request.query.get("more", "no")})


@routes.view("/view")
class Item(web.View):
    async def get(self) -> web.StreamResponse:
        assert_type(self.request, web.Request)
        return web.Response(text="x", headers={"X": "1"}, status=201)

    async def post(self) -> web.StreamResponse:
        data = await self.request.post()
        field = data["file"]
        if isinstance(field, web.FileField):
            assert_type(field.filename, str)
            return web.Response(body=field.file.read())
        return web.Response(text=str(field))


async def stream(request: web.Request) -> web.StreamResponse:
    response = web.StreamResponse()
    response.content_type = "text/plain"
    response.enable_compression()
    await response.prepare(request)
    async for line in request.content:
        await response.write(line)
    await response.write_eof()
    return response


async def socket(request: web.Request) -> web.WebSocketResponse:
    ws = web.WebSocketResponse(heartbeat=30.0, max_msg_size=1 << 20)
    await ws.prepare(request)
    async for message in ws:
        if message.type is WSMsgType.TEXT:
            await ws.send_str(assert_type(message.data, str))
        elif message.type is WSMsgType.BINARY:
            await ws.send_bytes(assert_type(message.data, bytes))
        elif message.type is WSMsgType.ERROR:
            raise message.data
    raw = web.WebSocketResponse(decode_text=False)
    assert_type(await raw.receive_str(), bytes)
    return ws


@web.middleware
async def named(request: web.Request, handler: Handler) -> web.StreamResponse:
    request[USER] = "somebody"
    user = assert_type(request[USER], str)
    assert_type(request.get(ATTEMPTS), int | None)
    assert_type(request.get(ATTEMPTS, 0), int)
    request["anything"] = object()
    response = await handler(request)
    response.headers["X-User"] = user
    response[TOOK] = 0.5
    assert_type(response[TOOK], float)
    return response


async def database(app: web.Application) -> AsyncIterator[None]:
    app[DATABASE] = {}
    yield
    app[DATABASE].clear()


async def add_header(request: web.Request, response: web.StreamResponse) -> None:
    response.headers["X-Prepared"] = "1"


def make_app() -> web.Application:
    app = web.Application(middlewares=[named], client_max_size=1 << 20)
    app.cleanup_ctx.append(database)
    app.on_response_prepare.append(add_header)
    app.add_routes(routes)
    app.add_routes([web.get("/stream", stream), web.static("/files", ".")])
    app.router.add_get("/ws", socket)
    inner = web.Application()
    inner.router.add_view("/", Item)
    app.add_subapp("/inner/", inner)
    return app


async def serve() -> None:
    runner = web.AppRunner(make_app(), access_log=None)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 8080)
    await site.start()
    assert_type(site.name, str)
    await runner.cleanup()


def main() -> None:
    web.run_app(make_app(), host="127.0.0.1", port=8080, print=None)
