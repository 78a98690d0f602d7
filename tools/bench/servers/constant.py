"""The floor: a protocol that answers a constant to every read."""

import asyncio
import sys

ANSWER = (
    b"HTTP/1.1 200 OK\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Length: 12\r\n"
    b"Date: Thu, 01 Jan 1970 00:00:00 GMT\r\nServer: constant\r\n\r\nHello, world"
)


class Constant(asyncio.Protocol):
    def connection_made(self, transport):
        self.transport = transport

    def data_received(self, data):
        self.transport.write(ANSWER)


async def main(port: int) -> None:
    await asyncio.get_running_loop().create_server(Constant, "127.0.0.1", port)
    await asyncio.sleep(3600)


if __name__ == "__main__":
    if sys.argv[2] == "uvloop":
        import uvloop

        uvloop.install()
    asyncio.run(main(int(sys.argv[1])))
