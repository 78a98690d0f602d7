"""The server that the client's examples talk to."""

import asyncio
import base64
import hashlib
import re

from aiohttp import web


async def root(request: web.Request) -> web.Response:
    return web.Response(text="Hello, reader")


async def echo(request: web.Request) -> web.Response:
    """Tell what was sent, in JSON."""
    answer: dict[str, object] = {
        "method": request.method,
        "args": dict(request.query),
        "headers": dict(request.headers),
        "cookies": dict(request.cookies),
    }
    if request.content_type == "application/json":
        answer["json"] = await request.json()
    elif request.content_type.startswith(("multipart/form-data", "application/x-www")):
        form = await request.post()
        answer["form"] = {
            key: value if isinstance(value, str) else getattr(value, "filename", "bytes")
            for key, value in form.items()
        }
    else:
        answer["data"] = (await request.read()).decode("utf-8", "replace")
    return web.json_response(answer)


async def stream(request: web.Request) -> web.StreamResponse:
    response = web.StreamResponse()
    response.content_type = "application/octet-stream"
    await response.prepare(request)
    for number in range(10):
        await response.write(b"line %d\n" % number)
        await asyncio.sleep(0)
    await response.write_eof()
    return response


async def socket(request: web.Request) -> web.WebSocketResponse:
    ws = web.WebSocketResponse(protocols=["chat"])
    await ws.prepare(request)
    async for message in ws:
        if message.type is web.WSMsgType.TEXT:
            if message.data == "bye":
                break
            await ws.send_str(message.data)
        elif message.type is web.WSMsgType.BINARY:
            await ws.send_bytes(message.data)
    await ws.close()
    return ws


async def status(request: web.Request) -> web.Response:
    return web.Response(status=int(request.match_info["code"]))


async def redirect(request: web.Request) -> web.Response:
    raise web.HTTPFound("/")


async def set_cookie(request: web.Request) -> web.Response:
    response = web.Response(text="set")
    for name, value in request.query.items():
        response.set_cookie(name, value)
    return response


async def basic(request: web.Request) -> web.Response:
    expected = "Basic " + base64.b64encode(b"anna:secret").decode()
    if request.headers.get("Authorization") != expected:
        raise web.HTTPUnauthorized(headers={"WWW-Authenticate": 'Basic realm="docs"'})
    return web.json_response({"user": "anna"})


def digest(*parts: str) -> str:
    return hashlib.sha256(":".join(parts).encode()).hexdigest()


async def digest_login(request: web.Request) -> web.Response:
    """Answer by RFC 7616, to one user."""
    given = dict(re.findall(r'(\w+)="?([^",]*)', request.headers.get("Authorization", "")))
    secret = digest("anna", "docs", "secret")
    target = digest(request.method, request.rel_url.raw_path_qs)
    rest = (given.get(name, "") for name in ("nonce", "nc", "cnonce", "qop"))
    if given.get("response") != digest(secret, *rest, target):
        challenge = 'Digest realm="docs", nonce="8a2f", qop="auth", algorithm=SHA-256'
        raise web.HTTPUnauthorized(headers={"WWW-Authenticate": challenge})
    return web.json_response({"user": "anna"})


async def slow(request: web.Request) -> web.Response:
    await asyncio.sleep(30)
    return web.Response()


async def parts(request: web.Request) -> web.StreamResponse:
    body = (
        b'--b\r\nContent-Type: application/json\r\n\r\n{"n": 1}\r\n'
        b"--b\r\nContent-Type: text/plain\r\n\r\nplain text\r\n--b--\r\n"
    )
    return web.Response(body=body, headers={"Content-Type": "multipart/mixed; boundary=b"})


def peer() -> web.Application:
    app = web.Application(client_max_size=2**20)
    app.router.add_get("/", root)
    app.router.add_get("/stream", stream)
    app.router.add_get("/ws", socket)
    app.router.add_get("/status/{code}", status)
    app.router.add_get("/redirect", redirect)
    app.router.add_get("/cookies/set", set_cookie)
    app.router.add_get("/basic", basic)
    app.router.add_get("/digest", digest_login)
    app.router.add_get("/slow", slow)
    app.router.add_get("/parts", parts)
    app.router.add_route("*", "/{tail:.+}", echo)
    return app
