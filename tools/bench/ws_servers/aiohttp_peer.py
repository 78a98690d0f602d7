"""aiohttp from the index, used as a black box."""

import asyncio
import sys

from handlers import count, echo

from aiohttp import WSMsgType
from aiohttp.web import Application, AppRunner, TCPSite, WebSocketResponse


async def receiving(request):
    ws = WebSocketResponse(max_msg_size=0)
    await ws.prepare(request)
    await (count(ws) if request.path == "/count" else echo(ws, WSMsgType.TEXT))
    return ws


async def main(port: int) -> None:
    app = Application()
    app.router.add_get("/echo", receiving)
    app.router.add_get("/count", receiving)
    runner = AppRunner(app, access_log=None)
    await runner.setup()
    await TCPSite(runner, "127.0.0.1", port).start()
    await asyncio.sleep(3600)


if __name__ == "__main__":
    if sys.argv[2] == "uvloop":
        import uvloop

        uvloop.install()
    asyncio.run(main(int(sys.argv[1])))
