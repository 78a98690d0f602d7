"""Our WebSocket server."""

import asyncio
import sys

from handlers import ACKNOWLEDGE, count, echo

from aiohttp_core import set_zlib_backend
from aiohttp_web import Application, AppRunner, TCPSite, WebSocketResponse
from aiohttp_websocket import WSMsgType


async def receiving(request):
    ws = WebSocketResponse(max_msg_size=0)
    await ws.prepare(request)
    await (count(ws) if request.path == "/count" else echo(ws, WSMsgType.TEXT))
    return ws


async def listening(request):
    ws = WebSocketResponse(max_msg_size=0)
    await ws.prepare(request)
    seen = 0

    def send_back(message):
        ws.send_nowait(message[1])

    def just_count(message):
        nonlocal seen
        seen += 1
        if seen % ACKNOWLEDGE == 0:
            ws.send_nowait(b"ack")

    await ws.listen(just_count if request.path == "/count" else send_back)
    return ws


async def main(port: int, handler) -> None:
    app = Application()
    app.router.add_get("/echo", handler)
    app.router.add_get("/count", handler)
    runner = AppRunner(app, access_log=None)
    await runner.setup()
    await TCPSite(runner, "127.0.0.1", port).start()
    await asyncio.sleep(3600)


if __name__ == "__main__":
    if sys.argv[2] == "uvloop":
        import uvloop

        uvloop.install()
    if "isal" in sys.argv:
        from isal import isal_zlib

        set_zlib_backend(isal_zlib)
    asyncio.run(main(int(sys.argv[1]), listening if sys.argv[3] == "listen" else receiving))
