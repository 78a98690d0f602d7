"""What a handler sees of raw requests, forms included."""

# ruff: noqa: E501 (tables)

import asyncio
from typing import Any

from harness import Facts, ask, run, serving, stable

from aiohttp import web

TARGETS = (
    "/", "/a/b?c=d&e=f&c=g", "/a%20b?c=%20d+e", "/%C3%A9?%C3%A9=%C3%A9", "/%E9?%E9=%E9", "/a%2Fb%25c",
    "/a?b", "/a?b=", "/a?=b", "/a?&&", "/a?b;c", "/a?", "/a?b=c?d", "/a?b=%zz", "/%zz", "/a#b",
    "/a?b#c", "//a//b", "/./a/../b", "/a;b=c", "http://other.example/x?y=z", "http://o.example:81/x",
    "https://o.example/x", "*", "/~%7E", "/a:b@c", "/'\"", "/a|b", "/[x]", "/a%00b", "/a\\b", "/a?b=%2B",
)  # fmt: skip
HEADS: dict[str, str] = {
    "none": "",
    "host port": "Host: b.example:8080\r\n",
    "host ipv6": "Host: [::1]:80\r\n",
    "host empty": "Host:\r\n",
    "fields": "X-A: 1\r\nx-a: 2\r\nX-B:  v \t\r\n",
    "latin": "X-A: \u00e9\r\n",
    "cookies": "Cookie: a=1; b=2; a=3\r\n",
    "cookies odd": 'Cookie: a="q x"; b; =c; d=e=f; g=h,i; [j]=k\r\n',
    "cookies twice": "Cookie: a=1\r\nCookie: b=2\r\n",
    "cookies bad": "Cookie: a=\u00e9; b=2;;; c = 3 \r\n",
    "cookies quoted": 'Cookie: a="x;y"; b="\\"q\\073"; c="open\r\n',
    "type": "Content-Type: Text/HTML; Charset=LATIN1\r\n",
    "type bad": "Content-Type: nonsense\r\n",
    "type empty": "Content-Type:\r\n",
    "type quoted": 'Content-Type: a/b; charset="utf-8"; x="y;z"\r\n',
    "range": "Range: bytes=0-499\r\n",
    "range open": "Range: bytes=500-\r\n",
    "range suffix": "Range: bytes=-500\r\n",
    "range many": "Range: bytes=0-1,3-4\r\n",
    "range bad": "Range: bytes=5-1\r\n",
    "range unit": "Range: items=0-1\r\n",
    "range empty": "Range: bytes=-\r\n",
    "dates": "If-Modified-Since: Sat, 08 Jan 2000 00:00:00 GMT\r\n",
    "dates old": "If-Unmodified-Since: Saturday, 08-Jan-00 00:00:00 GMT\r\n",
    "dates asctime": "If-Modified-Since: Sat Jan  8 00:00:00 2000\r\n",
    "dates bad": "If-Modified-Since: yesterday\r\nIf-Range: x\r\n",
    "etags": 'If-Match: "a", W/"b" ,"c"\r\nIf-None-Match: *\r\n',
    "etags bad": 'If-Match: a, "b\r\nIf-None-Match: "x" y\r\n',
    "etags comma": 'If-None-Match: "a,b", "c"\r\n',
    "forwarded": 'Forwarded: for=1.2.3.4;proto=https;by="[::1]:80", for=x;host=h\r\n',
    "forwarded bad": "Forwarded: for=a b, ;; for=c\r\n",
    "forwarded quoted": 'Forwarded: for="a\\"b";host="c,d"\r\n',
    "connection close": "Connection: close\r\n",
    "connection list": "Connection: Foo, Keep-Alive\r\n",
    "upgrade": "Connection: Upgrade\r\nUpgrade: foo\r\n",
    "upgrade h2c": "Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: x\r\n",
    "expect other": "Expect: 200-ok\r\n",
    "x forwarded": "X-Forwarded-For: 1.2.3.4\r\nX-Forwarded-Proto: https\r\n",
    "accept": "Accept: a/b\r\nAccept-Encoding: gzip\r\n",
}
VERSIONS = ("HTTP/1.1", "HTTP/1.0")
BODIES: dict[str, tuple[str, bytes]] = {
    "text": ("text/plain; charset=utf-8", "é".encode()),
    "latin": ("text/plain; charset=latin1", b"\xe9"),
    "unknown charset": ("text/plain; charset=nonsense", b"x"),
    "not of charset": ("text/plain; charset=utf-8", b"\xe9"),
    "json": ("application/json", b'{"a": [1]}'),
    "json bad": ("application/json", b"{"),
    "json text": ("text/plain", b"[1]"),
    "json empty": ("application/json", b""),
    "form": ("application/x-www-form-urlencoded", b"a=1&a=2&b=%C3%A9+x&c=&d&=e&&f=g;h=i"),
    "form latin": ("application/x-www-form-urlencoded; charset=latin1", b"a=%E9"),
    "form bad bytes": ("application/x-www-form-urlencoded", b"a=%E9&b=\xe9"),
    "form bad charset": ("application/x-www-form-urlencoded; charset=nonsense", b"a=1"),
    "form percent": ("application/x-www-form-urlencoded", b"a=%&b=%zz&c=%2"),
    "form newline": ("application/x-www-form-urlencoded", b"a=1\r\n"),
    "form no type": ("", b"a=1"),
    "form upper type": ("APPLICATION/X-WWW-FORM-URLENCODED", b"a=1"),
    "form many": ("application/x-www-form-urlencoded", b"a&" * 1001),
    "large": ("application/octet-stream", b"x" * (2**20 + 1)),
    "exactly": ("application/octet-stream", b"x" * 2**20),
}
PART = b'--b\r\nContent-Disposition: form-data; name="%s"%s\r\n\r\n%s\r\n'
MULTIPART: dict[str, bytes] = {
    "one": PART % (b"a", b"", b"1") + b"--b--\r\n",
    "two of a name": PART % (b"a", b"", b"1") + PART % (b"a", b"", b"2") + b"--b--",
    "no end": PART % (b"a", b"", b"1"),
    "no crlf at end": PART % (b"a", b"", b"1") + b"--b--",
    "epilogue": PART % (b"a", b"", b"1") + b"--b--\r\nepilogue",
    "preamble": b"preamble\r\n" + PART % (b"a", b"", b"1") + b"--b--",
    "no start": b"nothing at all",
    "empty": b"",
    "only end": b"--b--",
    "empty value": PART % (b"a", b"", b"") + b"--b--",
    "crlf in value": PART % (b"a", b"", b"x\r\n--c\r\ny") + b"--b--",
    "file": PART % (b"f", b'; filename="n.txt"', b"data") + b"--b--",
    "file type": PART % (b"f", b'; filename="n"\r\nContent-Type: a/b; c=d', b"x") + b"--b--",
    "file empty name": PART % (b"f", b'; filename=""', b"x") + b"--b--",
    "file path": PART % (b"f", b'; filename="../../etc/passwd"', b"x") + b"--b--",
    "file backslash": PART % (b"f", b'; filename="C:\\\\dir\\\\x.txt"', b"x") + b"--b--",
    "file ext": PART % (b"f", b"; filename*=utf-8''%C3%A9.txt", b"x") + b"--b--",
    "file ext bad": PART % (b"f", b"; filename*=utf-8''%zz", b"x") + b"--b--",
    "file both": PART % (b"f", b"; filename=\"a\"; filename*=utf-8''b", b"x") + b"--b--",
    "file unicode": PART % (b"f", '; filename="é.txt"'.encode(), b"x") + b"--b--",
    "file latin": PART % (b"f", b'; filename="\xe9.txt"', b"x") + b"--b--",
    "file percent": PART % (b"f", b'; filename="a%20b%22.txt"', b"x") + b"--b--",
    "file quote": PART % (b"f", b'; filename="a\\"b.txt"', b"x") + b"--b--",
    "file token": PART % (b"f", b"; filename=n.txt", b"x") + b"--b--",
    "file semicolon": PART % (b"f", b'; filename="a;b.txt"', b"x") + b"--b--",
    "name unicode": PART % ("é".encode(), b"", b"x") + b"--b--",
    "name percent": PART % (b"a%22b", b"", b"x") + b"--b--",
    "name empty": PART % (b"", b"", b"x") + b"--b--",
    "no name": b"--b\r\nContent-Disposition: form-data\r\n\r\nx\r\n--b--",
    "no disposition": b"--b\r\nContent-Type: text/plain\r\n\r\nx\r\n--b--",
    "no head": b"--b\r\n\r\nx\r\n--b--",
    "attachment": b'--b\r\nContent-Disposition: attachment; name="a"\r\n\r\nx\r\n--b--',
    "json part": PART % (b"j", b"\r\nContent-Type: application/json", b"{}") + b"--b--",
    "text part": PART % (b"t", b"\r\nContent-Type: text/x; charset=latin1", b"\xe9") + b"--b--",
    "text bad": PART % (b"t", b"\r\nContent-Type: text/x", b"\xe9") + b"--b--",
    "base64": PART % (b"t", b"\r\nContent-Transfer-Encoding: base64", b"YWJj") + b"--b--",
    "base64 bad": PART % (b"t", b"\r\nContent-Transfer-Encoding: base64", b"YWJ") + b"--b--",
    "quoted": PART % (b"t", b"\r\nContent-Transfer-Encoding: quoted-printable", b"=3D") + b"--b--",
    "8bit": PART % (b"t", b"\r\nContent-Transfer-Encoding: 8bit", b"x") + b"--b--",
    "unknown te": PART % (b"t", b"\r\nContent-Transfer-Encoding: rot13", b"x") + b"--b--",
    "content encoding": PART % (b"t", b"\r\nContent-Encoding: gzip", b"x") + b"--b--",
    "content length": PART % (b"t", b"\r\nContent-Length: 5", b"x") + b"--b--",
    "charset first": PART % (b"_charset_", b"", b"latin1") + PART % (b"a", b"", b"\xe9") + b"--b--",
    "charset later": PART % (b"a", b"", b"x") + PART % (b"_charset_", b"", b"utf-8") + b"--b--",
    "nested": PART % (b"n", b"\r\nContent-Type: multipart/mixed; boundary=c", b"--c--") + b"--b--",
    "bare lf": b'--b\nContent-Disposition: form-data; name="a"\n\nx\n--b--',
    "padding": b'--b  \r\nContent-Disposition: form-data; name="a"\r\n\r\nx\r\n--b-- \r\n',
    "prefix": PART % (b"a", b"", b"x\r\n--bb") + b"--b--",
    "head long": PART % (b"a", b"\r\nX: " + b"x" * 9000, b"x") + b"--b--",
    "head bad": PART % (b"a", b"\r\nnonsense", b"x") + b"--b--",
}


async def attributes(request: web.Request) -> web.Response:
    def safe(function: Any) -> Any:
        try:
            return function()
        except Exception as exc:
            return type(exc).__name__

    found = {
        name: safe(lambda name=name: getattr(request, name))
        for name in (
            "method", "path", "path_qs", "raw_path", "query_string", "host", "scheme", "secure",
            "remote", "url", "rel_url", "keep_alive", "content_type", "charset", "content_length",
            "http_range", "if_modified_since", "if_unmodified_since", "if_range", "if_match",
            "if_none_match", "body_exists", "can_read_body", "raw_headers",
        )
    }  # fmt: skip
    found["version"] = list(request.version)
    found["query"] = safe(lambda: list(request.query.items()))
    found["cookies"] = safe(lambda: sorted(request.cookies.items()))
    found["forwarded"] = safe(lambda: [dict(one) for one in request.forwarded])
    found["headers"] = list(request.headers.items())
    found["body"] = await request.read()
    return web.json_response(stable({name: str(value) for name, value in found.items()}))


async def body(request: web.Request) -> web.Response:
    kind = request.match_info["kind"]
    value = await getattr(request, kind)()
    if kind == "post":
        value = [
            (name, [one.filename, one.content_type, one.file.read().decode("latin1")])
            if isinstance(one, web.FileField)
            else (name, type(one).__name__, one if isinstance(one, str) else bytes(one).hex())
            for name, one in value.items()
        ]
    text = value.decode("latin1") if isinstance(value, bytes) else value
    return web.json_response(text if len(str(text)) < 10_000 else len(str(text)))


async def main(facts: Facts) -> None:
    app = web.Application()
    app.router.add_post("/body/{kind}", body)
    app.router.add_route("*", "/{tail:.*}", attributes)

    async def one(name: str, port: int, request: bytes) -> None:
        async def call() -> Any:
            answer = await ask(port, request)
            head, _, content = answer.partition(b"\r\n\r\n")
            return [stable(head.split(b"\r\n")[0]), stable(content)]

        await facts.wait(name, call())

    async with serving(app) as port:
        waiting = []
        for target in TARGETS:
            request = f"GET {target} HTTP/1.1\r\nHost: a\r\n\r\n"
            waiting.append(one(f"target {target}", port, request.encode("latin1")))
        for name, head in HEADS.items():
            for version in VERSIONS:
                host = "" if "Host" in head else "Host: a\r\n"
                request = f"GET / {version}\r\n{host}{head}\r\n"
                waiting.append(one(f"head {name} {version}", port, request.encode()))
        for name, (kind, data) in BODIES.items():
            for call in ("read", "text", "json", "post"):
                head = f"POST /body/{call} HTTP/1.1\r\nHost: a\r\nContent-Length: {len(data)}\r\n"
                head += f"Content-Type: {kind}\r\n\r\n" if kind else "\r\n"
                waiting.append(one(f"body {name}: {call}", port, head.encode() + data))
        for name, data in MULTIPART.items():
            head = (
                f"POST /body/post HTTP/1.1\r\nHost: a\r\nContent-Length: {len(data)}\r\n"
                "Content-Type: multipart/form-data; boundary=b\r\n\r\n"
            )
            waiting.append(one(f"multipart {name}", port, head.encode() + data))
        for boundary in ("", "b" * 70, "b" * 71, '"b"', '"a b"', "a b", "b;"):
            data = PART % (b"a", b"", b"1") + b"--b--"
            data = data.replace(b"--b", b"--" + boundary.strip('";').encode())
            head = (
                f"POST /body/post HTTP/1.1\r\nHost: a\r\nContent-Length: {len(data)}\r\n"
                f"Content-Type: multipart/form-data; boundary={boundary}\r\n\r\n"
            )
            waiting.append(one(f"boundary {boundary!r}", port, head.encode() + data))
        await asyncio.gather(*waiting)


if __name__ == "__main__":
    import logging

    logging.disable(logging.CRITICAL)
    run(main)
