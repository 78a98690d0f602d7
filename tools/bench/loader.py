"""A load generator for machines without ``wrk``: prints its result in wrk's words."""

import asyncio
import re
import ssl
import sys
import time
from urllib.parse import urlsplit


class Loader(asyncio.Protocol):
    """Sends one request after the other on one connection and counts answers by their length."""

    def __init__(self, request: bytes) -> None:
        self.request = request
        self.done = 0
        self.length: int | None = None
        self.left = 0
        self.held = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport
        self.transport.write(self.request)  # type: ignore[attr-defined]

    def data_received(self, data: bytes) -> None:
        if self.length is None:
            self.held += data
            end = self.held.find(b"\r\n\r\n")
            if end < 0:
                return
            found = re.search(rb"(?i)content-length: (\d+)", self.held[:end])
            if found is None:
                raise SystemExit("the built-in loader needs Content-Length; install wrk")
            self.length = int(found[1])
            self.left = self.length - (len(self.held) - end - 4)
            self.held = b""
        else:
            self.left -= len(data)
        if self.left <= 0:
            self.done += 1
            self.length = None
            self.transport.write(self.request)  # type: ignore[attr-defined]


async def main(url: str, connections: int, seconds: float, method: str, body: str) -> None:
    parts = urlsplit(url)
    target = parts.path + (f"?{parts.query}" if parts.query else "")
    data = body.encode()
    head = f"{method} {target} HTTP/1.1\r\nHost: {parts.netloc}\r\n"
    if data:
        head += f"Content-Type: application/json\r\nContent-Length: {len(data)}\r\n"
    request = head.encode() + b"\r\n" + data
    loop = asyncio.get_running_loop()
    context = None
    if parts.scheme == "https":
        # The certificate of the measured server was made for the occasion.
        context = ssl.create_default_context()
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    started = time.monotonic()
    made = [
        await loop.create_connection(
            lambda: Loader(request), parts.hostname, parts.port, ssl=context
        )
        for _ in range(connections)
    ]
    await asyncio.sleep(seconds)
    for transport, _ in made:
        transport.abort()
    took = time.monotonic() - started
    print(f"{sum(loader.done for _, loader in made)} requests in {took:.2f}s")


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], int(sys.argv[2]), float(sys.argv[3]), sys.argv[4], sys.argv[5]))
