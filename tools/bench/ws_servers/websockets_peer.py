"""websockets, with its C accelerator."""

import asyncio
import sys

from handlers import ACKNOWLEDGE
from websockets.asyncio.server import serve


async def handler(ws):
    if ws.request.path == "/count":
        seen = 0
        async for _ in ws:
            seen += 1
            if seen % ACKNOWLEDGE == 0:
                await ws.send(b"ack")
    else:
        async for message in ws:
            await ws.send(message)


async def main(port: int) -> None:
    async with serve(handler, "127.0.0.1", port, max_size=None, ping_interval=None) as server:
        await server.serve_forever()


if __name__ == "__main__":
    if sys.argv[2] == "uvloop":
        import uvloop

        uvloop.install()
    asyncio.run(main(int(sys.argv[1])))
