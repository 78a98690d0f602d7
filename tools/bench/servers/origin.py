"""What clients are measured against: constant answers, by the path, as fast as Python gives them.

origin.py PORT LOOP [CERTIFICATE]
"""

import asyncio
import ssl
import sys


def answer(body: bytes, *fields: str) -> bytes:
    lines = ["HTTP/1.1 200 OK", f"Content-Length: {len(body)}", *fields]
    return ("\r\n".join(lines) + "\r\n\r\n").encode() + body


USUAL = ("Date: Thu, 01 Jan 1970 00:00:00 GMT", "Server: constant")
TWELVE = (
    *USUAL,
    "Content-Type: application/json; charset=utf-8",
    "Connection: keep-alive",
    "Vary: Accept-Encoding",
    "X-Request-Id: 0123456789abcdef",
    "X-Frame-Options: DENY",
    "X-Content-Type-Options: nosniff",
    "Cache-Control: no-store",
    "Strict-Transport-Security: max-age=63072000",
    "Referrer-Policy: same-origin",
)
HELLO = answer(b"Hello, world", *USUAL, "Content-Type: text/plain; charset=utf-8")
JSON = b'{"id": 421, "name": "bob", "tags": ["a", "b", "c"], "active": true, "score": 0.5}'
ANSWERS = {
    b"/": HELLO,
    b"/json": answer(JSON, *USUAL, "Content-Type: application/json"),
    b"/fields": answer(JSON, *TWELVE),
    b"/download": answer(b"d" * 4_000_000, *USUAL, "Content-Type: application/octet-stream"),
    b"/upload": HELLO,
}

held: list[asyncio.Transport] = []


class Origin(asyncio.Protocol):
    """One connection; requests come one after the other."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport: asyncio.Transport = transport  # type: ignore[assignment]
        self.data = b""
        self.left = 0

    def data_received(self, data: bytes) -> None:
        if self.left:
            self.left -= len(data)
        else:
            self.data += data
            head, end, body = self.data.partition(b"\r\n\r\n")
            if not end:
                return
            self.data = b""
            self.path = head.split(b" ", 2)[1]
            if head.startswith(b"POST"):
                size = head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0]
                self.left = int(size) - len(body)
        if self.left:
            return
        if self.path.startswith(b"/hold/"):
            held.append(self.transport)
            if len(held) == int(self.path[6:]):
                for transport in held:
                    transport.write(HELLO)
                held.clear()
        else:
            self.transport.write(ANSWERS[self.path])


async def main(port: int, certificate: str | None) -> None:
    tls = None
    if certificate:
        tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        tls.load_cert_chain(certificate)
    loop = asyncio.get_running_loop()
    await loop.create_server(Origin, "127.0.0.1", port, ssl=tls, backlog=4096)
    await asyncio.sleep(3600)


if __name__ == "__main__":
    if sys.argv[2] == "uvloop":
        import uvloop

        uvloop.install()
    asyncio.run(main(int(sys.argv[1]), sys.argv[3] if len(sys.argv) > 3 else None))
