"""WebSockets: what a client asks, what a server answers, and what a few frames come to."""

# ruff: noqa: E501 (tables)

import asyncio
import base64
import hashlib
import itertools
from typing import Any

from harness import Facts, parsed, recording, run, serving, stable

import aiohttp
from aiohttp import web

KEY = "dGhlIHNhbXBsZSBub25jZQ=="
HEAD = f"Host: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: {KEY}\r\n"
HEADS: dict[str, str] = {
    "plain": HEAD,
    "no upgrade": HEAD.replace("Upgrade: websocket\r\n", ""),
    "upgrade other": HEAD.replace("websocket", "other"),
    "upgrade case": HEAD.replace("websocket", "WebSocket"),
    "no connection": HEAD.replace("Connection: Upgrade\r\n", ""),
    "connection list": HEAD.replace("Connection: Upgrade", "Connection: keep-alive, upgrade"),
    "version 12": HEAD.replace("Version: 13", "Version: 12"),
    "version 8": HEAD.replace("Version: 13", "Version: 8"),
    "version none": HEAD.replace("Sec-WebSocket-Version: 13\r\n", ""),
    "key short": HEAD.replace(KEY, "c2hvcnQ="),
    "key bad": HEAD.replace(KEY, "!!!!"),
    "key none": HEAD.replace(f"Sec-WebSocket-Key: {KEY}\r\n", ""),
    "protocol known": HEAD + "Sec-WebSocket-Protocol: b, a\r\n",
    "protocol other": HEAD + "Sec-WebSocket-Protocol: z\r\n",
    "deflate": HEAD + "Sec-WebSocket-Extensions: permessage-deflate\r\n",
    "deflate max": HEAD
    + "Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits\r\n",
    "deflate server bits": HEAD
    + "Sec-WebSocket-Extensions: permessage-deflate; server_max_window_bits=10\r\n",
    "deflate no takeover": HEAD
    + "Sec-WebSocket-Extensions: permessage-deflate; server_no_context_takeover; client_no_context_takeover\r\n",
    "deflate bits 8": HEAD
    + "Sec-WebSocket-Extensions: permessage-deflate; server_max_window_bits=8\r\n",
    "extension other": HEAD + "Sec-WebSocket-Extensions: x-other\r\n",
}
METHODS = ("POST", "HEAD")
CONNECTS: dict[str, dict[str, Any]] = {
    "plain": {},
    "protocols": {"protocols": ("a", "b")},
    "origin": {"origin": "http://o.example"},
    "headers": {"headers": {"X-A": "1", "Sec-WebSocket-Version": "8"}},
    "compress 15": {"compress": 15},
    "compress 12": {"compress": 12},
    "compress 8": {"compress": 8},
    "params": {"params": {"a": "b c"}},
    "auth": {"auth": aiohttp.BasicAuth("u", "p")},
    "method": {"method": "POST"},
}


def accepted(key: str) -> str:
    digest = hashlib.sha1(key.encode() + b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11").digest()
    return base64.b64encode(digest).decode()


ANSWERS: dict[str, Any] = {
    "accepted": lambda key: (
        f"101 X\r\nUpgrade: websocket\r\nConnection: upgrade\r\nSec-WebSocket-Accept: {accepted(key)}\r\n"
    ),
    "other case": lambda key: (
        f"101 X\r\nupgrade: WebSocket\r\nconnection: Upgrade\r\nsec-websocket-accept: {accepted(key)}\r\n"
    ),
    "protocol": lambda key: (
        f"101 X\r\nUpgrade: websocket\r\nConnection: upgrade\r\nSec-WebSocket-Protocol: a\r\nSec-WebSocket-Accept: {accepted(key)}\r\n"
    ),
    "wrong accept": lambda key: (
        "101 X\r\nUpgrade: websocket\r\nConnection: upgrade\r\nSec-WebSocket-Accept: x\r\n"
    ),
    "no accept": lambda key: "101 X\r\nUpgrade: websocket\r\nConnection: upgrade\r\n",
    "wrong upgrade": lambda key: (
        f"101 X\r\nUpgrade: other\r\nConnection: upgrade\r\nSec-WebSocket-Accept: {accepted(key)}\r\n"
    ),
    "wrong connection": lambda key: (
        f"101 X\r\nUpgrade: websocket\r\nConnection: close\r\nSec-WebSocket-Accept: {accepted(key)}\r\n"
    ),
    "200": lambda key: "200 OK\r\nContent-Length: 0\r\n",
    "404": lambda key: "404 Not Found\r\nContent-Length: 0\r\n",
}


def frame(
    opcode: int, data: bytes = b"", *, fin: bool = True, masked: bool = True, rsv: int = 0
) -> bytes:
    head = bytes(((0x80 if fin else 0) | rsv | opcode,))
    size = len(data)
    bit = 0x80 if masked else 0
    if size < 126:
        head += bytes((bit | size,))
    else:
        head += bytes((bit | 126,)) + size.to_bytes(2, "big")
    return head + (b"\0\0\0\0" if masked else b"") + data


FRAMES: dict[str, bytes] = {
    "text": frame(1, b"hello"),
    "unicode": frame(1, "é".encode()),
    "binary": frame(2, b"\x00\xff"),
    "empty": frame(1),
    "long": frame(2, b"x" * 300),
    "fragments": frame(1, b"he", fin=False) + frame(0, b"ll", fin=False) + frame(0, b"o"),
    "ping between": frame(1, b"he", fin=False) + frame(9, b"p") + frame(0, b"llo"),
    "ping": frame(9, b"data"),
    "pong": frame(10, b"data"),
    "close": frame(8),
    "close code": frame(8, b"\x03\xe8bye"),
    "close 1005": frame(8, b"\x03\xed"),
    "close 4000": frame(8, b"\x0f\xa0own"),
    "close 999": frame(8, b"\x03\xe7"),
    "close one byte": frame(8, b"\x03"),
    "close bad text": frame(8, b"\x03\xe8\xff"),
    "bad utf8": frame(1, b"\xff"),
    "reserved opcode": frame(3, b"x"),
    "reserved bit": frame(1, b"x", rsv=0x40),
    "continuation first": frame(0, b"x"),
    "text in text": frame(1, b"a", fin=False) + frame(1, b"b"),
    "long ping": frame(9, b"x" * 126),
    "cut ping": frame(9, b"x", fin=False),
    "too large": frame(2, b"x" * 1001),
    "large enough": frame(2, b"x" * 999),
}


async def echo(request: web.Request) -> web.StreamResponse:
    ws = web.WebSocketResponse(protocols=("a", "b"), max_msg_size=1000)
    await ws.prepare(request)
    seen: list[Any] = []
    async for message in ws:
        data = message.data
        if isinstance(data, Exception):
            data = [type(data).__name__, int(getattr(data, "code", 0))]
        seen.append([int(message.type), stable(data), stable(message.extra)])
    request.app["seen"][request.query["id"]] = [seen, ws.close_code, ws.ws_protocol, ws.closed]
    request.app["news"].set()
    return ws


async def servers(facts: Facts) -> None:
    app = web.Application()
    app["seen"] = {}
    app["news"] = asyncio.Event()
    count = itertools.count()
    app.router.add_route("*", "/", echo)

    async def exchange(port: int, request: bytes, frames: bytes = b"") -> Any:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        try:
            name = str(next(count))
            writer.write(request.replace(b" / ", f" /?id={name} ".encode(), 1))
            head = await reader.readuntil(b"\r\n\r\n")
            answer: Any = parsed(head)
            # The text of a refusal is ours, and so is its length.
            answer["fields"] = [one for one in answer["fields"] if "Content-Length" not in one]
            if not head.startswith(b"HTTP/1.1 101"):
                return answer
            writer.write(frames + frame(8, b"\x03\xe8"))
            sent = await reader.read()
            while name not in app["seen"]:
                app["news"].clear()
                await app["news"].wait()
            return [answer, sent, app["seen"][name]]
        finally:
            writer.close()

    async with serving(app) as port:
        for name, head in HEADS.items():
            await facts.wait(
                f"asked {name}", exchange(port, f"GET / HTTP/1.1\r\n{head}\r\n".encode())
            )
        for method in METHODS:
            request = f"{method} / HTTP/1.1\r\n{HEAD}\r\n".encode()
            await facts.wait(f"asked by {method}", exchange(port, request))
        request = f"GET / HTTP/1.0\r\n{HEAD}\r\n".encode()
        await facts.wait("asked by 1.0", exchange(port, request))
        request = f"GET / HTTP/1.1\r\n{HEAD}\r\n".encode()
        for name, frames in FRAMES.items():
            await facts.wait(f"frames {name}", exchange(port, request, frames))


async def clients(facts: Facts) -> None:
    def refuse(message: bytes) -> bytes:
        return b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n"

    async with recording(refuse) as (port, requests), aiohttp.ClientSession() as session:
        for name, options in CONNECTS.items():

            async def connect(options: dict[str, Any] = options) -> Any:
                async with session.ws_connect(f"http://127.0.0.1:{port}/", **options):
                    return "connected"

            del requests[:]
            await facts.wait(f"connect {name}", connect())
            facts.add(f"connect {name}: sent", [parsed(one) for one in requests])
    for name, make in ANSWERS.items():

        def answer(message: bytes, make: Any = make) -> bytes:
            key = next(
                line.partition(b": ")[2].decode()
                for line in message.split(b"\r\n")
                if line.lower().startswith(b"sec-websocket-key")
            )
            return b"HTTP/1.1 " + make(key).encode() + b"\r\n"

        async with recording(answer) as (port, _), aiohttp.ClientSession() as session:

            async def open_one(port: int = port, session: Any = session) -> Any:
                url = f"http://127.0.0.1:{port}/"
                async with session.ws_connect(url, protocols=("a",), timeout=0.2) as ws:
                    return [ws.protocol, ws.compress, ws.closed]

            await facts.wait(f"answered {name}", open_one())


async def main(facts: Facts) -> None:
    await servers(facts)
    await clients(facts)


if __name__ == "__main__":
    import logging

    logging.disable(logging.CRITICAL)
    run(main)
