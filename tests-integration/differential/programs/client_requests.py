"""What a client sends: the bytes of its requests."""

# ruff: noqa: E501 (tables)

import datetime
import io
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

from harness import OK, Facts, parsed, recording, run
from multidict import CIMultiDict, MultiDict

import aiohttp
from aiohttp import BasicAuth, FormData, MultipartWriter

FOLDER = Path(mkdtemp())
(FOLDER / "file.txt").write_text("content\n")
(FOLDER / "file.json").write_text("{}")
(FOLDER / "noext").write_bytes(b"\x00\x01")


async def pieces() -> Any:
    for piece in (b"one", b"", b"two" * 3):
        yield piece


def form(*fields: Any, **options: Any) -> FormData:
    made = FormData(**options)
    for name, value, more in fields:
        made.add_field(name, value, **more)
    return made


METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS", "PROPFIND", "get", "CUSTOM")
BAD_METHODS = ("", "GET x", "G\r\nET", "G\x00T", "ＧＥＴ")
PARAMS: dict[str, Any] = {
    "mapping": {"a": "1", "b": "zwei é"},
    "pairs": [("a", "1"), ("a", "2")],
    "multi": MultiDict([("a", "1"), ("a", "2")]),
    "text": "a=1&b=x y",
    "encoded text": "a=%20&b=%2B",
    "int": {"a": 1},
    "float": {"a": 1.5},
    "bool": {"a": True},
    "none": {"a": None},
    "list": {"a": ["1", "2"]},
    "empty": {},
    "special": {"a&b": "c=d", "e#": "f+g", "h": "/?:@"},
    "blank": {"a": ""},
    "bytes": {"a": b"x"},
    "inf": {"a": float("inf")},
}
PATHS = (
    "/", "", "?a=1", "/a b", "/é", "/%C3%A9", "/%2F", "/%7E", "/~", "/a?b=c&d", "/a?b=%20", "/a?b=c+d",
    "/a#frag", "/a?b#frag", "//double", "/a//b", "/./a/../b", "/a;b=c", "/a:b@c", "/%zz", "/%",
    "/a?b=%zz", "/\u20ac", "/a?b=\u20ac", "/a|b", "/[x]", "/a?x=[1]", "/*", "/a?", "/'\"<>", "/a?'\"<>",
    "/a\\b", "/a^b`{}", "/%2e%2e/x", "/..", "/a?b=1;c=2", "/a?b=a%26c",
)  # fmt: skip
DATA: dict[str, Any] = {
    "none": None,
    "bytes": b"abc",
    "empty bytes": b"",
    "bytearray": bytearray(b"abc"),
    "memoryview": memoryview(b"abc"),
    "text": "zwei é",
    "empty text": "",
    "mapping": {"a": "1", "b": "é &="},
    "empty mapping": {},
    "pairs": [("a", "1"), ("a", "2")],
    "multi": MultiDict(a="1"),
    "int value": {"a": 1},
    "none value": {"a": None},
    "int": 5,
    "set": {1},
    "list of str": ["a"],
    "generator": pieces,
    "bytesio": lambda: io.BytesIO(b"abc"),
    "stringio": lambda: io.StringIO("zwei é"),
    "file": lambda: (FOLDER / "file.txt").open("rb"),
    "text file": lambda: (FOLDER / "file.txt").open(),
    "json file": lambda: (FOLDER / "file.json").open("rb"),
    "noext file": lambda: (FOLDER / "noext").open("rb"),
    "file at 3": lambda: at((FOLDER / "file.txt").open("rb"), 3),
    "mapping with file": lambda: {"f": (FOLDER / "file.txt").open("rb"), "t": "x"},
    "mapping with bytes": {"b": b"raw"},
    "mapping with bytesio": lambda: {"b": io.BytesIO(b"raw")},
    "mapping with text file": lambda: {"f": (FOLDER / "file.txt").open()},
    "list of files": lambda: [(FOLDER / "file.txt").open("rb")],
    "form": lambda: form(("a", "1", {})),
    "form charset": lambda: form(("a", "é", {}), charset="latin1"),
    "form multipart": lambda: form(("a", "1", {}), default_to_multipart=True),
    "form file": lambda: form(("f", b"x", {"filename": 'q"u ö.txt'})),
    "form file unquoted": lambda: form(("f", b"x", {"filename": 'q"u ö.txt'}), quote_fields=False),
    "form names": lambda: form(("n é", "x", {}), ('n"q', "y", {"content_type": "text/x"})),
    "form type": lambda: form(("f", "{}", {"content_type": "application/json"})),
    "form stringio": lambda: form(("f", io.StringIO("é"), {})),
    "form generator": lambda: form(("f", pieces(), {"filename": "g"})),
    "form int": lambda: form(("f", 5, {"filename": "g"})),
    "multipart": lambda: multipart(),
    "multipart related": lambda: multipart("related"),
    "payload": lambda: aiohttp.StringPayload("x", content_type="text/css"),
    "payload json": lambda: aiohttp.JsonPayload({"a": 1}),
    "payload bytes": lambda: aiohttp.BytesPayload(b"x", headers={"X-P": "1"}),
}
JSON: dict[str, Any] = {
    "mapping": {"a": 1, "b": "é"},
    "list": [1, None, True],
    "text": "x",
    "zero": 0,
    "empty": {},
    "false": False,
    "unserialisable": {1},
}
OPTIONS: dict[str, tuple[str, dict[str, Any]]] = {
    "header": ("GET", {"headers": {"X-A": "1", "x-b": "2"}}),
    "header pairs": ("GET", {"headers": [("X-A", "1"), ("X-A", "2")]}),
    "header multi": ("GET", {"headers": CIMultiDict([("X-A", "1"), ("x-a", "2")])}),
    "header empty": ("GET", {"headers": {"X-A": ""}}),
    "header spaces": ("GET", {"headers": {"X-A": " v "}}),
    "header latin": ("GET", {"headers": {"X-A": "é"}}),
    "header unicode": ("GET", {"headers": {"X-A": "€"}}),
    "header crlf": ("GET", {"headers": {"X-A": "a\r\nX-B: b"}}),
    "header nul": ("GET", {"headers": {"X-A": "a\x00"}}),
    "header name bad": ("GET", {"headers": {"X A": "a"}}),
    "header name crlf": ("GET", {"headers": {"X\r\nA": "a"}}),
    "header int": ("GET", {"headers": {"X-A": 1}}),
    "header none": ("GET", {"headers": {"X-A": None}}),
    "user agent": ("GET", {"headers": {"User-Agent": "me"}}),
    "no user agent": ("GET", {"skip_auto_headers": ["User-Agent"]}),
    "skip accept": ("GET", {"skip_auto_headers": ["accept", "Accept-Encoding"]}),
    "skip content type": ("POST", {"data": b"x", "skip_auto_headers": ["Content-Type"]}),
    "skip host": ("GET", {"skip_auto_headers": ["Host"]}),
    "accept": ("GET", {"headers": {"Accept": "text/html"}}),
    "accept encoding": ("GET", {"headers": {"Accept-Encoding": "identity"}}),
    "host": ("GET", {"headers": {"Host": "other.example"}}),
    "connection close": ("GET", {"headers": {"Connection": "close"}}),
    "content type": ("POST", {"data": b"x", "headers": {"Content-Type": "a/b"}}),
    "content type and json": ("POST", {"json": {}, "headers": {"Content-Type": "a/b+json"}}),
    "content length": ("POST", {"data": b"xyz", "headers": {"Content-Length": "3"}}),
    "content length wrong": ("POST", {"data": b"xyz", "headers": {"Content-Length": "2"}}),
    "content length and none": ("POST", {"headers": {"Content-Length": "0"}}),
    "transfer encoding": ("POST", {"data": b"x", "headers": {"Transfer-Encoding": "chunked"}}),
    "transfer encoding other": ("POST", {"data": b"x", "headers": {"Transfer-Encoding": "gzip"}}),
    "chunked": ("POST", {"data": b"abc", "chunked": True}),
    "chunked none": ("POST", {"chunked": True}),
    "chunked and length": (
        "POST",
        {"data": b"abc", "chunked": True, "headers": {"Content-Length": "3"}},
    ),
    "chunked and transfer": (
        "POST",
        {"data": b"abc", "chunked": True, "headers": {"Transfer-Encoding": "chunked"}},
    ),
    "chunked false": ("POST", {"data": b"abc", "chunked": False}),
    "chunked get": ("GET", {"data": b"abc", "chunked": True}),
    "compress and encoding": (
        "POST",
        {"data": b"abc", "compress": "gzip", "headers": {"Content-Encoding": "x"}},
    ),
    "content encoding": ("POST", {"data": b"abc", "headers": {"Content-Encoding": "gzip"}}),
    "compress none": ("POST", {"compress": "gzip"}),
    "compress bad": ("POST", {"data": b"x", "compress": "rot13"}),
    "expect": ("POST", {"data": b"abc", "expect100": True}),
    "expect header": ("POST", {"data": b"abc", "headers": {"Expect": "100-continue"}}),
    "expect no body": ("POST", {"expect100": True}),
    "expect get": ("GET", {"expect100": True}),
    "cookies": ("GET", {"cookies": {"a": "1", "b": "zwei"}}),
    "cookies odd": ("GET", {"cookies": {"a": 'x"y', "b": "c d", "c": "e,f;g"}}),
    "cookies and header": ("GET", {"cookies": {"a": "1"}, "headers": {"Cookie": "b=2; c=3"}}),
    "cookies same in header": ("GET", {"cookies": {"a": "1"}, "headers": {"Cookie": "a=2"}}),
    "cookie header": ("GET", {"headers": {"Cookie": "a=1; b=2"}}),
    "auth": ("GET", {"auth": BasicAuth("user", "päss")}),
    "auth utf8": ("GET", {"auth": BasicAuth("user", "p€ss", encoding="utf-8")}),
    "auth empty": ("GET", {"auth": BasicAuth("", "")}),
    "auth and header": ("GET", {"auth": BasicAuth("a", "b"), "headers": {"Authorization": "x"}}),
    "auth tuple": ("GET", {"auth": ("a", "b")}),
    "data and json": ("POST", {"data": b"x", "json": {}}),
    "data on get": ("GET", {"data": b"x"}),
    "data on head": ("HEAD", {"data": b"x"}),
    "data on delete": ("DELETE", {"data": b"x"}),
    "data on options": ("OPTIONS", {"data": b"x"}),
    "trace": ("TRACE", {}),
    "connect": ("CONNECT", {}),
    "version 1.0": ("POST", {"data": b"x"}),
    "timeout object": ("GET", {"timeout": aiohttp.ClientTimeout(total=3)}),
    "timeout number": ("GET", {"timeout": 3}),
    "unknown option": ("GET", {"nonsense": 1}),
    "proxy none": ("GET", {"proxy": None}),
    "range header": ("GET", {"headers": {"Range": "bytes=0-1"}}),
    "date header": ("GET", {"headers": {"If-Modified-Since": datetime.date(2020, 1, 1).ctime()}}),
}
SESSIONS: dict[str, dict[str, Any]] = {
    "headers": {"headers": {"X-S": "1", "X-T": "2"}},
    "headers user agent": {"headers": {"User-Agent": "s"}},
    "skip": {"skip_auto_headers": ["User-Agent", "accept-encoding"]},
    "auth": {"auth": BasicAuth("s", "t")},
    "cookies": {"cookies": {"s": "1"}},
    "version 1.0": {"version": aiohttp.HttpVersion10},
    "params": {"headers": [("X-S", "1"), ("X-S", "2")]},
    "json serialize": {"json_serialize": lambda value: "J"},
    "no decompress": {"auto_decompress": False},
    "fallback charset": {"fallback_charset_resolver": lambda *a: "latin1"},
}
CALLS: dict[str, tuple[str, dict[str, Any]]] = {
    "get": ("GET", {}),
    "post": ("POST", {"data": b"x"}),
    "json": ("POST", {"json": {"a": 1}}),
    "stream": ("POST", {"data": pieces}),
    "header": ("GET", {"headers": {"X-S": "c", "X-U": "3"}}),
    "header other case": ("GET", {"headers": {"x-s": "c"}}),
    "auth": ("GET", {"auth": BasicAuth("c", "d")}),
    "auth header": ("GET", {"headers": {"Authorization": "x"}}),
    "cookies": ("GET", {"cookies": {"c": "2"}}),
    "skip": ("GET", {"skip_auto_headers": ["Accept"]}),
}


def at(file: Any, place: int) -> Any:
    file.seek(place)
    return file


def multipart(subtype: str = "mixed") -> MultipartWriter:
    writer = MultipartWriter(subtype, boundary=":")
    writer.append("text é")
    writer.append(b"bytes", {"X-A": "1"})
    writer.append_json({"a": 1})
    writer.append_form({"a": "é"})
    writer.append((FOLDER / "file.txt").open("rb"))
    return writer


async def main(facts: Facts) -> None:
    async with recording(answer) as (port, requests), aiohttp.ClientSession() as session:
        base = f"http://127.0.0.1:{port}"

        async def send(
            name: str, method: str, url: Any, session: Any = session, **options: Any
        ) -> None:
            async def call() -> Any:
                if callable(options.get("data")):
                    options["data"] = options["data"]()
                before = len(requests)
                async with session.request(method, url, **options) as response:
                    await response.read()
                return list(map(parsed, requests[before:]))

            await facts.wait(name, call())

        for method in (*METHODS, *BAD_METHODS):
            await send(f"method {method!r}", method, base)
        for name, params in PARAMS.items():
            await send(f"params {name}", "GET", f"{base}/p", params=params)
            await send(f"params {name} more", "GET", f"{base}/p?q=1#f", params=params)
        for path in PATHS:
            await send(f"path {path}", "GET", base + path)
        for name, data in DATA.items():
            await send(f"data {name}", "POST", base, data=data)
            await send(f"data {name} chunked", "PUT", base, data=data, chunked=True)
        for name in ("bytes", "text", "generator", "file", "mapping", "empty bytes"):
            for compress in (True, "gzip", "deflate"):
                await send(
                    f"data {name} compress {compress}", "POST", base, data=DATA[name],
                    compress=compress,
                )  # fmt: skip
            await send(f"data {name} expect", "POST", base, data=DATA[name], expect100=True)
            headers = {"Content-Type": "application/x-other"}
            await send(f"data {name} typed", "POST", base, data=DATA[name], headers=headers)
            await send(f"data {name} 1.0", "POST", base, data=DATA[name])
        for name, value in JSON.items():
            await send(f"json {name}", "POST", base, json=value)
        for name, (method, options) in OPTIONS.items():
            await send(f"option {name}", method, base, **options)
        for user in ("http://u:p@", "http://u@", "http://:p@", "http://u%40:p%3A@"):
            await send(f"user {user}", "GET", base.replace("http://", user))
        for name, settings in SESSIONS.items():
            async with aiohttp.ClientSession(**settings) as other:
                for kind, (method, options) in CALLS.items():
                    await send(f"session {name} {kind}", method, base, other, **dict(options))


def answer(message: bytes) -> bytes:
    if message[:5].lower() == b"head ":
        return b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n"
    return OK


if __name__ == "__main__":
    run(main)
