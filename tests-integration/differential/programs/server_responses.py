"""What a server answers: handlers of all kinds, raw requests, files, conditions."""

# ruff: noqa: E501 (tables)

import asyncio
import datetime
import io
import os
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

from harness import Facts, ask, chunks, run, serving, stable

from aiohttp import ETag, MultipartWriter, web

FOLDER = Path(mkdtemp())
for name, data in {
    "a.txt": b"0123456789" * 10,
    "empty.txt": b"",
    "page.html": b"<p>page</p>" * 50,
    "data.json": b"{}",
    "noext": b"\x00\x01",
    "odd name é.txt": b"odd",
    "archive.tar.gz": b"tar",
    "image.png": b"png",
    "style.css": b"css" * 300,
    "style.css.gz": b"zipped",
}.items():
    (FOLDER / name).write_bytes(data)
    os.utime(FOLDER / name, (1_700_000_000, 1_700_000_000))
(FOLDER / "sub").mkdir()
(FOLDER / "sub" / "inner.txt").write_text("inner")
os.utime(FOLDER / "sub" / "inner.txt", (1_700_000_000, 1_700_000_000))

HANDLERS: dict[str, Any] = {}


def handler(function: Any) -> Any:
    HANDLERS[function.__name__] = function
    return function


def simple(name: str, make: Any) -> None:
    async def answer(request: web.Request) -> Any:
        return make()

    HANDLERS[name] = answer


simple("text", lambda: web.Response(text="hello"))
simple("text_unicode", lambda: web.Response(text="zwei é"))
simple("text_latin", lambda: web.Response(text="é", charset="latin1"))
simple("text_type", lambda: web.Response(text="x", content_type="text/html"))
simple("text_type_charset", lambda: web.Response(text="x", content_type="a/b", charset="utf-16"))
simple("text_charset_in_type", lambda: web.Response(text="x", content_type="a/b; charset=utf-8"))
simple("body", lambda: web.Response(body=b"hello"))
simple("body_type", lambda: web.Response(body=b"x", content_type="a/b"))
simple("body_header_type", lambda: web.Response(body=b"x", headers={"Content-Type": "a/b; c=d"}))
simple(
    "body_both_types",
    lambda: web.Response(body=b"x", headers={"Content-Type": "a/b"}, content_type="c/d"),
)
simple("body_text", lambda: web.Response(body="text"))
simple("body_bytearray", lambda: web.Response(body=bytearray(b"x")))
simple("body_bytesio", lambda: web.Response(body=io.BytesIO(b"io")))
simple("body_file", lambda: web.Response(body=(FOLDER / "a.txt").open("rb")))
simple("body_int", lambda: web.Response(body=5))
simple("body_and_text", lambda: web.Response(body=b"x", text="x"))
simple("empty", lambda: web.Response())
simple("empty_text", lambda: web.Response(text=""))
simple("status", lambda: web.Response(status=201))
simple("status_reason", lambda: web.Response(status=299, reason="My Reason"))
simple("status_odd", lambda: web.Response(status=799, text="odd"))
simple("reason_bad", lambda: web.Response(reason="a\r\nb"))
for number in (100, 101, 199, 204, 205, 206, 301, 304, 400, 404, 405, 413, 500, 503):
    simple(f"status_{number}", lambda number=number: web.Response(status=number))
    simple(f"status_{number}_text", lambda number=number: web.Response(status=number, text="x"))
simple("headers", lambda: web.Response(headers={"X-A": "1", "x-b": "é"}))
simple("headers_pairs", lambda: web.Response(headers=[("X-A", "1"), ("X-A", "2")]))
simple("headers_length", lambda: web.Response(body=b"abc", headers={"Content-Length": "3"}))
simple("headers_server", lambda: web.Response(headers={"Server": "me", "Date": "now"}))
simple("headers_connection", lambda: web.Response(headers={"Connection": "close"}))
simple("headers_crlf", lambda: web.Response(headers={"X-A": "a\r\nb: c"}))
simple("headers_name", lambda: web.Response(headers={"X\nA": "a"}))
simple("headers_te", lambda: web.Response(text="x", headers={"Transfer-Encoding": "chunked"}))
simple("json", lambda: web.json_response({"a": [1, None, "é"]}))
simple("json_text", lambda: web.json_response(text="[1]"))
simple("json_body", lambda: web.json_response(body=b"[1]"))
simple("json_none", lambda: web.json_response(None))
simple("json_status", lambda: web.json_response([], status=201, content_type="a/b+json"))
simple("json_both", lambda: web.json_response([], text="x"))
simple("json_dumps", lambda: web.json_response([], dumps=lambda value: "D"))
simple("json_bad", lambda: web.json_response({1, 2}))
simple("multipart", lambda: web.Response(body=multipart()))
simple("none", lambda: None)
simple("string", lambda: "text")
simple("tuple", lambda: ("text", 200))
simple("exception_returned", lambda: web.HTTPFound("/x"))
simple("file", lambda: web.FileResponse(FOLDER / "a.txt"))
simple("file_headers", lambda: web.FileResponse(FOLDER / "a.txt", headers={"X-A": "1"}))
simple("file_type", lambda: web.FileResponse(FOLDER / "a.txt", headers={"Content-Type": "a/b"}))
simple("file_status", lambda: web.FileResponse(FOLDER / "a.txt", status=404))
simple("file_missing", lambda: web.FileResponse(FOLDER / "missing"))
simple("file_folder", lambda: web.FileResponse(FOLDER))


def multipart() -> MultipartWriter:
    writer = MultipartWriter(boundary="b")
    writer.append("x")
    return writer


@handler
async def raised(request: web.Request) -> Any:
    raise RuntimeError("on purpose <b>")


@handler
async def timed_out(request: web.Request) -> Any:
    raise TimeoutError


@handler
async def echo(request: web.Request) -> Any:
    return web.Response(body=await request.read())


@handler
async def unread(request: web.Request) -> Any:
    return web.Response(text="unread")


@handler
async def charset_set(request: web.Request) -> Any:
    response = web.Response(text="x")
    response.charset = "latin1"
    response.content_type = "a/b"
    response.headers["X-A"] = "1"
    return response


@handler
async def text_set(request: web.Request) -> Any:
    response = web.Response()
    response.text = "later é"
    return response


@handler
async def modified(request: web.Request) -> Any:
    response = web.Response(text="x")
    response.last_modified = 1_000_000_000
    response.etag = "tag"
    return response


@handler
async def modified_others(request: web.Request) -> Any:
    response = web.Response(text="x")
    response.last_modified = datetime.datetime(2020, 1, 2, 3, 4, 5, tzinfo=datetime.UTC)
    response.etag = ETag("weak", True)
    return response


@handler
async def cookies(request: web.Request) -> Any:
    response = web.Response()
    response.set_cookie("a", "1")
    response.set_cookie("b", "x y;z", path="/p", domain="d.example", max_age=5, httponly=True)
    response.set_cookie("c", "3", secure=True, samesite="Lax", expires="never")
    response.del_cookie("d")
    response.del_cookie("a", path="/q")
    return response


@handler
async def cookie_odd(request: web.Request) -> Any:
    response = web.Response()
    response.set_cookie("a", 'q"uo,te')
    response.set_cookie("b", "é")
    response.set_cookie("c", "")
    return response


@handler
async def cookie_bad(request: web.Request) -> Any:
    response = web.Response()
    response.set_cookie("a b", "x")
    return response


@handler
async def cookie_crlf(request: web.Request) -> Any:
    response = web.Response()
    response.set_cookie("a", "x\r\nY: z")
    return response


@handler
async def closed(request: web.Request) -> Any:
    response = web.Response(text="x")
    response.force_close()
    return response


@handler
async def compressed(request: web.Request) -> Any:
    response = web.Response(text="text " * 300)
    response.enable_compression()
    return response


@handler
async def compressed_gzip(request: web.Request) -> Any:
    response = web.Response(text="text " * 300)
    response.enable_compression(web.ContentCoding.gzip)
    return response


@handler
async def compressed_small(request: web.Request) -> Any:
    response = web.Response(text="x")
    response.enable_compression()
    return response


@handler
async def compressed_already(request: web.Request) -> Any:
    response = web.Response(body=b"x", headers={"Content-Encoding": "br"})
    response.enable_compression()
    return response


@handler
async def compressed_stream(request: web.Request) -> Any:
    response = web.StreamResponse()
    response.enable_compression()
    await response.prepare(request)
    await response.write(b"text " * 300)
    return response


@handler
async def chunked(request: web.Request) -> Any:
    response = web.Response(text="x")
    response.enable_chunked_encoding()
    return response


@handler
async def stream(request: web.Request) -> Any:
    response = web.StreamResponse()
    await response.prepare(request)
    await response.write(b"one")
    await response.write(b"")
    await response.write(bytearray(b"two"))
    await response.write_eof(b"end")
    return response


@handler
async def stream_length(request: web.Request) -> Any:
    response = web.StreamResponse(headers={"Content-Type": "a/b"})
    response.content_length = 6
    await response.prepare(request)
    await response.write(b"onetwo")
    return response


@handler
async def stream_empty(request: web.Request) -> Any:
    response = web.StreamResponse()
    await response.prepare(request)
    return response


@handler
async def stream_unprepared(request: web.Request) -> Any:
    return web.StreamResponse()


@handler
async def stream_204(request: web.Request) -> Any:
    response = web.StreamResponse(status=204)
    await response.prepare(request)
    return response


@handler
async def stream_text(request: web.Request) -> Any:
    response = web.StreamResponse()
    await response.prepare(request)
    await response.write("text")  # type: ignore[arg-type]
    return response


@handler
async def stream_early(request: web.Request) -> Any:
    response = web.StreamResponse()
    await response.write(b"too early")
    return response


ERRORS = (
    "HTTPOk", "HTTPCreated", "HTTPNoContent", "HTTPResetContent", "HTTPPartialContent",
    "HTTPNotModified", "HTTPBadRequest", "HTTPUnauthorized", "HTTPForbidden", "HTTPNotFound",
    "HTTPNotAcceptable", "HTTPConflict", "HTTPGone", "HTTPPreconditionFailed", "HTTPExpectationFailed",
    "HTTPUnprocessableEntity", "HTTPTooManyRequests", "HTTPInternalServerError", "HTTPBadGateway",
    "HTTPServiceUnavailable", "HTTPInsufficientStorage",
)  # fmt: skip


def raising(make: Any) -> Any:
    async def answer(request: web.Request) -> Any:
        raise make()

    return answer


for error in ERRORS:
    HANDLERS[f"error_{error}"] = raising(getattr(web, error))
for error in ("HTTPFound", "HTTPSeeOther", "HTTPPermanentRedirect", "HTTPMovedPermanently"):
    HANDLERS[f"error_{error}"] = raising(lambda error=error: getattr(web, error)("/to?é=ü y"))
HANDLERS |= {
    "error_text": raising(lambda: web.HTTPNotFound(text="my text")),
    "error_body_type": raising(
        lambda: web.HTTPNotFound(text="<p>", content_type="text/html", headers={"X-A": "1"})
    ),
    "error_reason": raising(lambda: web.HTTPNotFound(reason="My Reason")),
    "error_reason_bad": raising(lambda: web.HTTPNotFound(reason="a\nb")),
    "error_method": raising(lambda: web.HTTPMethodNotAllowed("GET", ["PUT", "POST"])),
    "error_too_large": raising(lambda: web.HTTPRequestEntityTooLarge(10, 20)),
    "error_legal": raising(lambda: web.HTTPUnavailableForLegalReasons("http://l.example/")),
    "error_redirect_url": raising(lambda: web.HTTPFound("http://x.example/a b?c=d#e")),
    "error_redirect_empty": raising(lambda: web.HTTPFound("")),
    "error_redirect_crlf": raising(lambda: web.HTTPFound("/x\r\nY: z")),
}

VARIANTS = {
    "get": b"GET %s HTTP/1.1\r\nHost: a\r\n\r\n",
    "head": b"HEAD %s HTTP/1.1\r\nHost: a\r\n\r\n",
    "1.0": b"GET %s HTTP/1.0\r\n\r\n",
    "1.0 keep": b"GET %s HTTP/1.0\r\nConnection: keep-alive\r\n\r\n",
    "close": b"GET %s HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n",
    "post": b"POST %s HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc",
}
FIELDS: dict[str, tuple[str, ...]] = {
    "/compressed": ("gzip", "deflate", "gzip, deflate", "identity", "*", "br", "GZIP", ""),
    "/compressed_gzip": ("gzip", "deflate", ""),
    "/compressed_stream": ("gzip", "deflate", ""),
    "/compressed_already": ("gzip",),
    "/compressed_small": ("gzip",),
    "/static/style.css": ("gzip", "deflate", "gzip;q=0", ""),
}
DATE = "Tue, 14 Nov 2023 22:13:20 GMT"
LATER, EARLIER = "Wed, 15 Nov 2023 22:13:20 GMT", "Mon, 13 Nov 2023 22:13:20 GMT"
CONDITIONS: tuple[dict[str, str], ...] = (
    {"Range": "bytes=0-9"}, {"Range": "bytes=90-"}, {"Range": "bytes=-10"},
    {"Range": "bytes=0-0"}, {"Range": "bytes=0-1000"}, {"Range": "bytes=100-"},
    {"Range": "bytes=200-300"}, {"Range": "bytes=-0"}, {"Range": "bytes=-1000"},
    {"Range": "bytes=9-0"}, {"Range": "bytes=x"}, {"Range": "items=0-1"}, {"Range": "bytes=-"},
    {"Range": "bytes=0-1", "If-Range": DATE}, {"Range": "bytes=0-1", "If-Range": EARLIER},
    {"Range": "bytes=0-1", "If-Range": LATER}, {"Range": "bytes=0-1", "If-Range": "nonsense"},
    {"If-Modified-Since": DATE}, {"If-Modified-Since": EARLIER}, {"If-Modified-Since": LATER},
    {"If-Modified-Since": "nonsense"}, {"If-Unmodified-Since": DATE},
    {"If-Unmodified-Since": EARLIER}, {"If-Unmodified-Since": LATER},
    {"If-None-Match": "*"}, {"If-None-Match": '"x"'}, {"If-Match": "*"}, {"If-Match": '"x"'},
    {"If-None-Match": '"x"', "If-Modified-Since": LATER},
    {"If-Match": "*", "If-Unmodified-Since": EARLIER},
)  # fmt: skip
STATIC = (
    "a.txt", "empty.txt", "page.html", "data.json", "noext", "odd%20name%20%C3%A9.txt",
    "archive.tar.gz", "image.png", "style.css.gz", "missing", "sub", "sub/", "sub/inner.txt", "",
    "../a.txt", "%2e%2e/a.txt", "..%2fa.txt", "sub/../a.txt", "a.txt/", "a.txt%00", "%2Fetc%2Fpasswd",
    "//a.txt", "sub//inner.txt", "a.txt?v=1", "A.TXT", "./a.txt",
)  # fmt: skip


def told(answer: bytes) -> dict[str, Any]:
    head, _, body = answer.partition(b"\r\n\r\n")
    line, *fields = head.split(b"\r\n")
    low = head.lower()
    if b"\r\ntransfer-encoding: chunked" in low:
        raw, _, ending = body.rpartition(b"<")
        try:
            body = b"".join(chunks(raw)) + b"<" + ending
        except ValueError:
            pass
    if b"\r\ncontent-encoding:" in low:
        body = body[:1] and b"(encoded)"
        fields = [one for one in fields if not one.startswith(b"Content-Length")]
    return {
        "line": stable(line),
        "fields": sorted(map(sorted_cookie, map(stable, fields))),
        "body": stable(body),
    }


def sorted_cookie(field: str) -> str:
    """Return the field; the attributes of a cookie have no order."""
    if not field.startswith("Set-Cookie: "):
        return field
    first, *attributes = field.split("; ")
    return "; ".join([first, *sorted(attributes)])


async def main(facts: Facts) -> None:
    app = web.Application()
    for name, function in HANDLERS.items():
        app.router.add_get(f"/{name}", function)
        app.router.add_post(f"/{name}", function)
    app.router.add_static("/static", FOLDER, name="static")
    app.router.add_static("/index", FOLDER, show_index=True)

    async def one(name: str, port: int, request: bytes) -> None:
        async def call() -> Any:
            return told(await ask(port, request))

        await facts.wait(name, call())

    async with serving(app) as port:
        await asyncio.gather(
            *(
                one(f"{name}: {variant}", port, request % f"/{name}".encode())
                for name in HANDLERS
                for variant, request in VARIANTS.items()
            )
        )
        waiting = []
        for path, codings in FIELDS.items():
            for coding in codings:
                request = f"GET {path} HTTP/1.1\r\nHost: a\r\nAccept-Encoding: {coding}\r\n\r\n"
                waiting.append(one(f"{path} accepting {coding!r}", port, request.encode()))
        for fields in CONDITIONS:
            lines = "".join(f"{name}: {value}\r\n" for name, value in fields.items())
            for method in ("GET", "HEAD"):
                request = f"{method} /static/a.txt HTTP/1.1\r\nHost: a\r\n{lines}\r\n"
                waiting.append(one(f"{method} file if {fields}", port, request.encode()))
        for path in STATIC:
            for method in ("GET", "HEAD", "POST"):
                request = (
                    f"{method} /static/{path} HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n"
                )
                waiting.append(one(f"{method} static {path}", port, request.encode()))
        await asyncio.gather(*waiting)


if __name__ == "__main__":
    import logging

    logging.disable(logging.CRITICAL)
    run(main)
