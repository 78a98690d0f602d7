"""aiohttp from the index, used as a black box: the same routes as ours."""

import asyncio
import os
import ssl
import sys

from aiohttp.web import (
    Application,
    AppRunner,
    FileResponse,
    Response,
    StreamResponse,
    TCPSite,
    json_response,
)

BLOCK = b"x" * 65536
FILE = os.environ.get("BENCH_FILE", __file__)
CERTIFICATE = os.environ.get("BENCH_CERTIFICATE")


async def hello(request):
    return Response(text="Hello, world")


async def user(request):
    return json_response({"name": request.match_info["name"], "page": request.query.get("page")})


async def echo_json(request):
    data = await request.json()
    return json_response({"got": data["id"]})


async def stream(request):
    response = StreamResponse()
    await response.prepare(request)
    for _ in range(64):
        await response.write(BLOCK)
    await response.write_eof()
    return response


async def send_file(request):
    return FileResponse(FILE)


async def upload(request):
    size = 0
    async for piece in request.content.iter_any():
        size += len(piece)
    return Response(text=str(size))


def application(routes: int = 0) -> Application:
    app = Application(client_max_size=1 << 30)
    for number in range(routes):
        app.router.add_get(f"/fixed/{number}/x", hello)
    for number in range(routes // 2):
        app.router.add_get(f"/dynamic/{number}/{{name}}", user)
    app.router.add_get("/", hello)
    app.router.add_get("/user/{name}", user)
    app.router.add_post("/json", echo_json)
    app.router.add_get("/stream", stream)
    app.router.add_get("/file", send_file)
    app.router.add_post("/upload", upload)
    return app


async def main(port: int, routes: int) -> None:
    runner = AppRunner(application(routes), access_log=None)
    await runner.setup()
    context = None
    if CERTIFICATE:
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(CERTIFICATE)
    await TCPSite(runner, "127.0.0.1", port, ssl_context=context, backlog=4096).start()
    await asyncio.sleep(3600)


if __name__ == "__main__":
    port, loop = int(sys.argv[1]), sys.argv[2]
    if loop == "uvloop":
        import uvloop

        uvloop.install()
    asyncio.run(main(port, int(sys.argv[3]) if len(sys.argv) > 3 else 0))
