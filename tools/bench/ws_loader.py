"""Load for WebSocket servers: raw frames on plain sockets, made beforehand where that is possible.

``echo``: one message at a time per connection.  ``count``: a window of 4000 small messages in
flight, acknowledged by the thousand.  ``deflate``: echo of JSON that never repeats, compressed with
context takeover in both directions.
"""

import asyncio
import base64
import json
import os
import random
import sys
import time
import zlib

WINDOW, ACKNOWLEDGED = 4000, 1000
KEY = b"\x12\x34\x56\x78"


def frame(first: int, payload: bytes) -> bytes:
    size = len(payload)
    if size < 126:
        head = bytes((first, 0x80 | size))
    elif size < 65536:
        head = bytes((first, 0xFE)) + size.to_bytes(2, "big")
    else:
        head = bytes((first, 0xFF)) + size.to_bytes(8, "big")
    key = int.from_bytes(KEY * (size // 4 + 1), "big") >> (8 * (4 - size % 4))
    return head + KEY + (int.from_bytes(payload, "big") ^ key).to_bytes(size, "big")


def split(data: bytes) -> tuple[bytes, int] | None:
    """The payload of the first frame of *data* and the frame's size, if it is complete."""
    if len(data) < 2:
        return None
    size, start = data[1] & 127, 2
    if size > 125:
        start = 4 if size == 126 else 10
        if len(data) < start:
            return None
        size = int.from_bytes(data[2:start], "big")
    if len(data) < start + size:
        return None
    return data[start : start + size], start + size


class Load(asyncio.Protocol):
    def __init__(self, kind: str, size: int, text: bool) -> None:
        self.kind, self.size = kind, size
        self.open = asyncio.Event()
        self.over = False
        self.held = b""
        self.done = 0
        self.left = self.back = 0
        opcode = 0x81 if text else 0x82
        payload = b"x" * size if text else os.urandom(size)
        self.one = frame(opcode, payload)
        self.back = len(self.one) - 4
        if kind == "count":
            self.one *= ACKNOWLEDGED
        if kind == "deflate":
            self.random = random.Random(os.urandom(8))
            self.deflater = zlib.compressobj(1, wbits=-15)

    def connection_made(self, transport) -> None:
        self.transport = transport
        key = base64.b64encode(os.urandom(16)).decode()
        path = "/count" if self.kind == "count" else "/echo"
        extra = "Sec-WebSocket-Extensions: permessage-deflate\r\n" if self.kind == "deflate" else ""
        transport.write(
            f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\n"
            f"Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: {key}\r\n"
            f"{extra}\r\n".encode()
        )

    def fresh(self) -> bytes:
        values = [self.random.getrandbits(40) for _ in range(self.size // 40 + 1)]
        data = json.dumps(
            [{"id": v, "name": f"user {v % 9973}", "on": v % 2 == 0} for v in values]
        )[: self.size].encode()
        packed = self.deflater.compress(data) + self.deflater.flush(zlib.Z_SYNC_FLUSH)
        return frame(0xC1, packed.removesuffix(b"\x00\x00\xff\xff"))

    def begin(self) -> None:
        if self.kind == "count":
            for _ in range(WINDOW // ACKNOWLEDGED):
                self.transport.write(self.one)
        elif self.kind == "deflate":
            self.transport.write(self.fresh())
        else:
            self.left = self.back
            self.transport.write(self.one)

    def data_received(self, data: bytes) -> None:
        if self.over:
            return
        if not self.open.is_set():
            self.held += data
            head, end, _ = self.held.partition(b"\r\n\r\n")
            if not end:
                return
            if not head.startswith(b"HTTP/1.1 101"):
                raise SystemExit(head.decode("latin-1"))
            if self.kind == "deflate" and b"permessage-deflate" not in head:
                raise SystemExit("the server does not compress")
            self.held = b""
            self.open.set()
            self.begin()
        elif self.kind == "echo":
            self.left -= len(data)
            if self.left <= 0:
                self.done += 1
                self.left = self.back
                self.transport.write(self.one)
        elif self.kind == "count":
            self.held += data
            while len(self.held) >= 5:
                self.held = self.held[5:]
                self.done += ACKNOWLEDGED
                self.transport.write(self.one)
        else:
            self.held += data
            found = split(self.held)
            if found is not None:
                self.held = self.held[found[1] :]
                self.done += 1
                self.transport.write(self.fresh())

    def connection_lost(self, exc) -> None:
        if not self.over:
            raise SystemExit(f"the server closed: {exc}")


async def main(port: int, kind: str, size: int, text: bool, connections: int, seconds: float):
    loop = asyncio.get_running_loop()
    made = [
        await loop.create_connection(lambda: Load(kind, size, text), "127.0.0.1", port)
        for _ in range(connections)
    ]
    for _, load in made:
        await load.open.wait()
    before = sum(load.done for _, load in made)
    started = time.monotonic()
    await asyncio.sleep(seconds)
    took = time.monotonic() - started
    done = sum(load.done for _, load in made) - before
    for transport, load in made:
        load.over = True
        transport.write(frame(0x88, b"\x03\xe8"))
    await asyncio.sleep(0.1)
    for transport, _ in made:
        transport.abort()
    print(json.dumps({"messages": done, "seconds": took}))


if __name__ == "__main__":
    port, kind, size, text, connections, seconds = sys.argv[1:]
    import uvloop

    uvloop.install()
    asyncio.run(main(int(port), kind, int(size), text == "text", int(connections), float(seconds)))
