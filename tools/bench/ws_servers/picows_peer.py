"""picows: callbacks on a Cython protocol; no compression."""

import asyncio
import sys

from handlers import ACKNOWLEDGE
from picows import WSListener, WSMsgType, ws_create_server


class Echo(WSListener):
    def on_ws_frame(self, transport, frame):
        kind = frame.msg_type
        if kind == WSMsgType.CLOSE:
            transport.send_close(frame.get_close_code())
            transport.disconnect()
        elif kind == WSMsgType.TEXT:
            # Text reaches the application as a str, as with all others.
            transport.send(kind, frame.get_payload_as_utf8_text().encode())
        else:
            transport.send(kind, frame.get_payload_as_bytes())


class Count(WSListener):
    def on_ws_connected(self, transport):
        self.seen = 0

    def on_ws_frame(self, transport, frame):
        if frame.msg_type == WSMsgType.CLOSE:
            transport.disconnect()
            return
        frame.get_payload_as_bytes()
        self.seen += 1
        if self.seen % ACKNOWLEDGE == 0:
            transport.send(WSMsgType.BINARY, b"ack")


def choose(request):
    return Count() if request.path == b"/count" else Echo()


async def main(port: int) -> None:
    server = await ws_create_server(
        choose, "127.0.0.1", port, max_frame_size=1 << 30, websocket_handshake_timeout=5
    )
    await server.serve_forever()


if __name__ == "__main__":
    if sys.argv[2] == "uvloop":
        import uvloop

        uvloop.install()
    asyncio.run(main(int(sys.argv[1])))
