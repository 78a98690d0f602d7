"""An application that says what was uploaded: ``python application.py PORT``.

It also says what it holds: open files of its spool folder, and the most memory it ever had.
"""

import asyncio
import hashlib
import os
import resource
import sys
from pathlib import Path
from typing import Any

from aiohttp import MultipartReader, MultipartWriter, web
from aiohttp.abc import AbstractStreamWriter
from aiohttp.typedefs import Handler

PAGE = Path(__file__).with_name("page.html")
RECEIVED = web.AppKey("RECEIVED", dict[str, "asyncio.Future[Any]"])
HELD = web.AppKey("HELD", asyncio.Queue[int])
RELEASED = web.AppKey("RELEASED", asyncio.Queue[int])


def described(name: str, value: Any) -> dict[str, Any]:
    """Say what a field of a form is."""
    if isinstance(value, str):
        return {"name": name, "text": value}
    if isinstance(value, bytearray):
        return {"name": name, "bytes": value.hex()}
    size, digest = 0, hashlib.sha256()
    while piece := value.file.read(2**16):
        size += len(piece)
        digest.update(piece)
    return {
        "name": name,
        "filename": value.filename,
        "type": value.content_type,
        "size": size,
        "sha256": digest.hexdigest(),
    }


def spooled() -> int:
    """Return how many files of the spool folder are open or lie there."""
    folder = os.environ["TMPDIR"]
    names = list(Path(folder).iterdir())
    for entry in Path("/proc/self/fd").iterdir():
        try:
            target = os.readlink(entry)
        except FileNotFoundError:
            continue
        if target.startswith(folder):
            names.append(entry)
    return len(names)


async def page(request: web.Request) -> web.StreamResponse:
    return web.Response(text=PAGE.read_text(encoding="utf-8"), content_type="text/html")


async def form(request: web.Request) -> web.StreamResponse:
    """Answer with the fields of a form, and keep them for who asks ``/received``."""
    key = request.query.get("key")
    try:
        fields = await request.post()
    except Exception as exc:
        if key:
            received(request.app, key).set_result({"error": repr(exc)})
        raise
    answer = {
        "fields": [described(name, value) for name, value in fields.items()],
        "spooled": spooled(),
        "type": request.content_type,
    }
    if key:
        received(request.app, key).set_result(answer)
    return web.json_response(answer)


def received(app: web.Application, key: str) -> "asyncio.Future[Any]":
    waiting = app[RECEIVED]
    if key not in waiting:
        waiting[key] = asyncio.get_running_loop().create_future()
    return waiting[key]


async def told(request: web.Request) -> web.StreamResponse:
    """Answer what was posted under a key, as soon as it was."""
    return web.json_response(await received(request.app, request.match_info["key"]))


async def parts_of(reader: MultipartReader) -> list[Any]:
    found: list[Any] = []
    async for part in reader:
        if isinstance(part, MultipartReader):
            found.append({"parts": await parts_of(part)})
            continue
        data = await part.read(decode=True)
        found.append(
            {
                "name": part.name,
                "filename": part.filename,
                "type": part.headers.get("Content-Type"),
                "size": len(data),
                "sha256": hashlib.sha256(data).hexdigest(),
            }
        )
    return found


async def parts(request: web.Request) -> web.StreamResponse:
    """Answer with the parts of any multipart body."""
    return web.json_response({"parts": await parts_of(await request.multipart())})


async def stream(request: web.Request) -> web.StreamResponse:
    """Read parts of any size piece by piece."""
    sizes = []
    digest = hashlib.sha256()
    async for part in await request.multipart():
        assert not isinstance(part, MultipartReader)
        size = 0
        while piece := await part.read_chunk(2**16):
            size += len(piece)
            digest.update(piece)
        sizes.append(size)
    return web.json_response({"sizes": sizes, "sha256": digest.hexdigest()})


async def hold(request: web.Request) -> web.StreamResponse:
    """Keep an uploaded form until the client leaves."""
    await request.post()
    request.app[HELD].put_nowait(spooled())
    await request.disconnected()
    count = request.app[RELEASED]
    asyncio.get_running_loop().call_soon(lambda: count.put_nowait(spooled()))
    return web.Response()


async def held(request: web.Request) -> web.StreamResponse:
    """Answer as soon as a form is held."""
    return web.json_response({"spooled": await request.app[HELD].get()})


async def released(request: web.Request) -> web.StreamResponse:
    """Answer as soon as the client of a held form has left."""
    return web.json_response({"spooled": await request.app[RELEASED].get()})


async def broken(request: web.Request) -> web.StreamResponse:
    """Fail with a form in hand."""
    await request.post()
    raise RuntimeError("on purpose")


async def state(request: web.Request) -> web.StreamResponse:
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    return web.json_response({"spooled": spooled(), "peak": peak})


async def mixed(request: web.Request) -> web.StreamResponse:
    """Answer with a multipart body that holds all sorts of parts."""
    with MultipartWriter("mixed", boundary="the 'odd' boundary") as writer:
        writer.append("text é")
        writer.append_json({"key": [1, 2]})
        writer.append_form({"a": "1", "b": "ü"})
        writer.append(b"raw" * 1000, {"Content-Encoding": "gzip"})
        writer.append(b"\x00\xff" * 100, {"Content-Transfer-Encoding": "base64"})
        with MultipartWriter("related") as inner:
            inner.append("inside")
            inner.append(PAGE.open("rb"))
        writer.append(inner)
        writer.append(b"")
    return web.Response(body=writer)


async def replaced(request: web.Request) -> web.StreamResponse:
    """Send pictures one after the other, without an end (``multipart/x-mixed-replace``)."""
    response = web.StreamResponse()
    response.content_type = "multipart/x-mixed-replace"
    response.headers["Content-Type"] = "multipart/x-mixed-replace; boundary=frame"
    writer = await response.prepare(request)
    assert isinstance(writer, AbstractStreamWriter)
    for number in range(5):
        with MultipartWriter("x-mixed-replace", boundary="frame") as frame:
            frame.append(f"picture {number}".encode(), {"Content-Type": "image/jpeg"})
            await frame.write(writer, close_boundary=False)
    return response


@web.middleware
async def more_allowed(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Let ``?max=`` raise the limit of one request."""
    if wanted := request.query.get("max"):
        request = request.clone(client_max_size=int(wanted))
    return await handler(request)


def make_app(folder: Path) -> web.Application:
    app = web.Application(client_max_size=2**20, middlewares=[more_allowed])
    app[RECEIVED] = {}
    app[HELD] = asyncio.Queue()
    app[RELEASED] = asyncio.Queue()
    for path, handler in {
        "/form": form,
        "/parts": parts,
        "/stream": stream,
        "/hold": hold,
        "/broken": broken,
    }.items():
        app.router.add_post(path, handler)
    for path, handler in {
        "/": page,
        "/received/{key}": told,
        "/held": held,
        "/released": released,
        "/state": state,
        "/mixed": mixed,
        "/replaced": replaced,
    }.items():
        app.router.add_get(path, handler)
    app.router.add_static("/files", folder)
    return app


if __name__ == "__main__":
    web.run_app(
        make_app(Path(os.environ["FILES"])),
        host="127.0.0.1",
        port=int(sys.argv[1]),
        print=None,
        access_log=None,
    )
