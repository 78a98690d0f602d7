"""What every WebSocket server of the benchmark does: echo, or count and acknowledge."""

ACKNOWLEDGE = 1000


async def echo(ws, text):
    """``receive()`` loop: send each message back."""
    async for message in ws:
        if message.type is text:
            await ws.send_str(message.data)
        else:
            await ws.send_bytes(message.data)


async def count(ws):
    """``receive()`` loop: one short answer per thousand messages."""
    seen = 0
    async for _ in ws:
        seen += 1
        if seen % ACKNOWLEDGE == 0:
            await ws.send_bytes(b"ack")
