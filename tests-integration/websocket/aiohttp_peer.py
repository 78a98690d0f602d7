"""Run by the interpreter that has aiohttp from the index: an echo server, or a client of ours."""

import asyncio
import os
import sys
from typing import Any

import aiohttp
from aiohttp import web


async def echo(request: Any) -> Any:
    ws = web.WebSocketResponse(protocols=("echo",), max_msg_size=0)
    await ws.prepare(request)
    async for message in ws:
        if message.type is aiohttp.WSMsgType.TEXT:
            await ws.send_str(message.data)
        else:
            await ws.send_bytes(message.data)
    return ws


async def serve() -> None:
    app = web.Application()
    app.router.add_get("/", echo)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    print(runner.addresses[0][1], flush=True)
    await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)
    await runner.cleanup()


async def call(url: str, compress: int) -> None:
    async with aiohttp.ClientSession() as session:
        async with session.ws_connect(
            url, compress=compress, protocols=("echo",), max_msg_size=0
        ) as ws:
            assert ws.compress == compress, ws.compress
            for size in (0, 1, 125, 126, 65535, 65536, 1000000):
                data = os.urandom(size // 2) * 2
                await ws.send_bytes(data)
                assert await ws.receive_bytes() == data
                await ws.send_str("é" * size)
                assert await ws.receive_str() == "é" * size
            await ws.ping(b"p")
            assert await ws.close(code=4001)
            assert ws.close_code == 1000, ws.close_code


if sys.argv[1] == "serve":
    asyncio.run(serve())
else:
    asyncio.run(call(sys.argv[2], int(sys.argv[3])))
