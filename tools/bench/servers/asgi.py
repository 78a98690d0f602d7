"""A raw ASGI application, for uvicorn and granian."""

HEADERS = [(b"content-type", b"text/plain; charset=utf-8"), (b"content-length", b"12")]


async def app(scope, receive, send):
    if scope["type"] != "http":
        return
    await send({"type": "http.response.start", "status": 200, "headers": HEADERS})
    await send({"type": "http.response.body", "body": b"Hello, world"})
