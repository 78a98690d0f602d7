"""What a client makes of responses: heads, codings, redirects, cookies, errors."""

# ruff: noqa: E501 (tables)

import zlib
from typing import Any

from harness import Facts, parsed, recording, run

import aiohttp
from aiohttp import BasicAuth, CookieJar

OK = b"HTTP/1.1 200 OK\r\n"


def reply(*fields: bytes, body: bytes = b"body", line: bytes = b"HTTP/1.1 200 OK") -> bytes:
    head = b"\r\n".join((line, *fields, b"Content-Length: %d" % len(body)))
    return head + b"\r\n\r\n" + body


def zipped(data: bytes) -> bytes:
    packer = zlib.compressobj(wbits=31)
    return packer.compress(data) + packer.flush()


RAW: dict[str, bytes] = {
    "plain": reply(),
    "empty": reply(body=b""),
    "to the end": OK + b"\r\nuntil the end",
    "http 1.0": b"HTTP/1.0 200 OK\r\n\r\nold",
    "http 1.0 keep alive": b"HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nContent-Length: 1\r\n\r\nx",
    "no reason": reply(line=b"HTTP/1.1 200"),
    "empty reason": reply(line=b"HTTP/1.1 200 "),
    "odd reason": reply(line=b"HTTP/1.1 200 Odd Reason\xe9!"),
    "status 299": reply(line=b"HTTP/1.1 299 X"),
    "status 600": reply(line=b"HTTP/1.1 600 X"),
    "status 999": reply(line=b"HTTP/1.1 999 X"),
    "status 99": reply(line=b"HTTP/1.1 99 X"),
    "status abc": reply(line=b"HTTP/1.1 abc X"),
    "status +200": reply(line=b"HTTP/1.1 +200 X"),
    "version 2": reply(line=b"HTTP/2.0 200 OK"),
    "version none": reply(line=b"200 OK"),
    "version lower": reply(line=b"http/1.1 200 OK"),
    "garbage": b"nonsense\r\n\r\n",
    "closed": b"",
    "half head": b"HTTP/1.1 200 OK\r\nX: y",
    "204": b"HTTP/1.1 204 No Content\r\n\r\n",
    "204 with length": b"HTTP/1.1 204 No Content\r\nContent-Length: 0\r\n\r\n",
    "304": b'HTTP/1.1 304 Not Modified\r\nETag: "x"\r\n\r\n',
    "404": reply(line=b"HTTP/1.1 404 Not Found"),
    "500": reply(line=b"HTTP/1.1 500 Internal Server Error"),
    "100 first": b"HTTP/1.1 100 Continue\r\n\r\n" + reply(),
    "103 first": b"HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n" + reply(),
    "chunked": OK + b"Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2;x=y\r\nde\r\n0\r\n\r\n",
    "chunked trailer": OK + b"Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\nX-T: 1\r\n\r\n",
    "chunked cut": OK + b"Transfer-Encoding: chunked\r\nConnection: close\r\n\r\n3\r\nab",
    "chunked bad size": OK + b"Transfer-Encoding: chunked\r\n\r\nzz\r\nabc\r\n0\r\n\r\n",
    "chunked bad end": OK + b"Transfer-Encoding: chunked\r\n\r\n3\r\nabcX\r\n0\r\n\r\n",
    "length cut": OK + b"Content-Length: 10\r\nConnection: close\r\n\r\nabc",
    "length bad": OK + b"Content-Length: x\r\n\r\nabc",
    "length negative": OK + b"Content-Length: -1\r\n\r\nabc",
    "length plus": OK + b"Content-Length: +3\r\n\r\nabc",
    "length twice": OK + b"Content-Length: 3\r\nContent-Length: 3\r\n\r\nabc",
    "length differs": OK + b"Content-Length: 3\r\nContent-Length: 4\r\n\r\nabcd",
    "length and chunked": OK
    + b"Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n",
    "header no colon": OK + b"Nonsense\r\nContent-Length: 0\r\n\r\n",
    "header space": OK + b"X : y\r\nContent-Length: 0\r\n\r\n",
    "header empty name": OK + b": y\r\nContent-Length: 0\r\n\r\n",
    "header folded": OK + b"X: a\r\n b\r\nContent-Length: 0\r\n\r\n",
    "header nul": OK + b"X: a\x00b\r\nContent-Length: 0\r\n\r\n",
    "header latin": OK + b"X: \xe9\r\nContent-Length: 0\r\n\r\n",
    "header utf8": OK + b"X: \xc3\xa9\r\nContent-Length: 0\r\n\r\n",
    "header twice": OK + b"X: 1\r\nx: 2\r\nContent-Length: 0\r\n\r\n",
    "header spaces": OK + b"X: \t v \t\r\nContent-Length: 0\r\n\r\n",
    "header empty": OK + b"X:\r\nContent-Length: 0\r\n\r\n",
    "header long": OK + b"X: " + b"x" * 9000 + b"\r\nContent-Length: 0\r\n\r\n",
    "many headers": OK
    + b"".join(b"X%d: y\r\n" % n for n in range(140))
    + b"Content-Length: 0\r\n\r\n",
    "bare lf": b"HTTP/1.1 200 OK\nContent-Length: 1\n\nx",
    "more bytes": reply() + b"more",
    "type text": reply(b"Content-Type: text/html; charset=latin1", body=b"\xe9"),
    "type text utf8": reply(b"Content-Type: text/html", body="é".encode()),
    "type bad charset": reply(b"Content-Type: text/html; charset=nonsense", body="é".encode()),
    "type bad bytes": reply(b"Content-Type: text/html; charset=utf-8", body=b"\xe9"),
    "type quoted": reply(b'Content-Type: text/html; charset="utf-8"; x=y', body="é".encode()),
    "type nonsense": reply(b"Content-Type: nonsense"),
    "type empty": reply(b"Content-Type:"),
    "json": reply(b"Content-Type: application/json", body=b'{"a": 1}'),
    "json vendor": reply(b"Content-Type: application/vnd.x+json", body=b'{"a": 1}'),
    "json charset": reply(b"Content-Type: application/json; charset=latin1", body=b'"\xe9"'),
    "json utf16": reply(b"Content-Type: application/json", body='{"a": 1}'.encode("utf-16")),
    "json text": reply(b"Content-Type: text/plain", body=b'{"a": 1}'),
    "json bad": reply(b"Content-Type: application/json", body=b"{"),
    "json empty": reply(b"Content-Type: application/json", body=b""),
    "json blank": reply(b"Content-Type: application/json", body=b"  "),
    "json lookalike": reply(b"Content-Type: application/jsonfoo", body=b"1"),
    "gzip": reply(b"Content-Encoding: gzip", body=zipped(b"zipped")),
    "x-gzip": reply(b"Content-Encoding: x-gzip", body=zipped(b"zipped")),
    "gzip upper": reply(b"Content-Encoding: GZIP", body=zipped(b"zipped")),
    "gzip cut": reply(b"Content-Encoding: gzip", body=zipped(b"zipped" * 50)[:-9]),
    "gzip bad": reply(b"Content-Encoding: gzip", body=b"nonsense"),
    "gzip empty": reply(b"Content-Encoding: gzip", body=b""),
    "gzip twice": reply(b"Content-Encoding: gzip", body=zipped(b"a") + zipped(b"b")),
    "gzip tail": reply(b"Content-Encoding: gzip", body=zipped(b"a") + b"tail"),
    "deflate": reply(b"Content-Encoding: deflate", body=zlib.compress(b"deflated")),
    "deflate raw": reply(b"Content-Encoding: deflate", body=zlib.compress(b"deflated", wbits=-15)),
    "identity": reply(b"Content-Encoding: identity"),
    "unknown coding": reply(b"Content-Encoding: rot13"),
    "two codings": reply(b"Content-Encoding: deflate, gzip", body=zipped(zlib.compress(b"two"))),
    "disposition": reply(b'Content-Disposition: attachment; filename="a b.txt"; x=y'),
    "disposition ext": reply(b"Content-Disposition: attachment; filename*=utf-8''%C3%A9.txt"),
    "disposition bad": reply(b"Content-Disposition: ;;"),
    "link": reply(b'Link: </next?p=2>; rel="next", <http://x.example/>; rel=other; title=t'),
    "link bad": reply(b"Link: nonsense"),
    "etag": reply(b'ETag: W/"x"', b"Last-Modified: Thu, 01 Jan 2026 00:00:00 GMT"),
    "cookie": reply(b"Set-Cookie: a=1; Path=/; HttpOnly", b"Set-Cookie: b=2; Max-Age=0"),
    "cookie odd": reply(b'Set-Cookie: a="x y"; Secure', b"Set-Cookie: =nameless", b"Set-Cookie: x"),
    "cookie attributes": reply(
        b"Set-Cookie: a=1; Domain=example.com; Expires=Wed, 21 Oct 2099 07:28:00 GMT; SameSite=Lax"
    ),
    "upgrade": b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\nraw",
}

SET_COOKIES = (
    b"a=1", b"a=1; Path=/x", b"a=1; Path=/", b"a=1; Path=relative", b"a=1; Domain=localhost",
    b"a=1; Domain=127.0.0.1", b"a=1; Domain=.localhost", b"a=1; Domain=other.example",
    b"a=1; Secure", b"a=1; HttpOnly", b"a=1; Max-Age=100", b"a=1; Max-Age=-1", b"a=1; Max-Age=x",
    b"a=1; Expires=Thu, 01 Jan 1970 00:00:10 GMT", b"a=1; Expires=Wed, 21 Oct 2099 07:28:00 GMT",
    b"a=1; Expires=nonsense", b"a=", b'a="quoted"', b'a="q;x"', b"a=b=c", b"a b=c", b"a=b c",
    b"a=1, b=2", b"\xc3\xa9=1", b"a=\xc3\xa9", b"A=1; path=/; PATH=/x", b"__Host-a=1; Path=/; Secure",
    b"__Secure-a=1; Secure", b"a=1; SameSite=Strict", b"a=1; SameSite=x", b"a=1; Version=1",
    b"a=1; Partitioned", b"a={json:1}", b"a[b]=1", b"a:b=1", b"a/b=1",
)  # fmt: skip

STATUSES = (300, 301, 302, 303, 304, 305, 307, 308)
LOCATIONS = (
    b"/to", b"to", b"?q=1", b"//127.0.0.1:{port}/to", b"http://127.0.0.1:{port}/to",
    b"http://localhost:{port}/to", b"HTTP://127.0.0.1:{port}/TO", b"/to#frag", b"#frag", b"",
    b"ftp://x.example/", b"http://", b"http://[::1", b"mailto:a@b", b"javascript:alert(1)",
    b"/\xc3\xa9", b"/\xe9", b"/a b", b"/%zz", b"/to?a=b&c=%20", b"//", b"///", b"http:///to",
    b"http://u:p@127.0.0.1:{port}/to", b"data:,x", b"\\\\x", b"/to\x01",
)  # fmt: skip


def told(response: Any) -> dict[str, Any]:
    return {
        "status": response.status,
        "reason": response.reason,
        "version": f"{response.version.major}.{response.version.minor}",
        "headers": sorted((name.lower(), value) for name, value in response.headers.items()),
        "raw": sorted(response.raw_headers),
        "ok": response.ok,
        "type": response.content_type,
        "charset": response.charset,
        "encoding": response.get_encoding() if response.content_type != "" else None,
        "disposition": response.content_disposition and response.content_disposition.filename,
        "kind": response.content_disposition and response.content_disposition.type,
        "links": [(key, str(link["url"]), sorted(link)) for key, link in response.links.items()],
        "cookies": sorted((name, morsel.OutputString()) for name, morsel in response.cookies.items()),
        "url": str(response.url),
        "method": response.method,
        "history": [(one.status, str(one.url)) for one in response.history],
    }  # fmt: skip


async def raw_responses(facts: Facts) -> None:
    for name, raw in RAW.items():
        async with recording(raw) as (port, _), aiohttp.ClientSession() as session:
            url = f"http://127.0.0.1:{port}/"

            async def call(
                what: str, method: str = "GET", session: Any = session, url: str = url
            ) -> Any:
                async with session.request(method, url) as response:
                    if what == "told":
                        await response.read()
                        return told(response)
                    value = await getattr(response, what)()
                    return value if value is not response else "itself"

            await facts.wait(f"{name}: told", call("told"))
            for what in ("read", "text", "json"):
                await facts.wait(f"{name}: {what}", call(what))
        head = raw[: raw.find(b"\r\n\r\n") + 4]
        async with recording(head) as (port, _), aiohttp.ClientSession() as session:
            url = f"http://127.0.0.1:{port}/"
            await facts.wait(f"{name}: head", call("read", "HEAD", session, url))
        async with (
            recording(raw) as (port, _),
            aiohttp.ClientSession(raise_for_status=True, auto_decompress=False) as session,
        ):
            url = f"http://127.0.0.1:{port}/"
            await facts.wait(f"{name}: raising, raw", call("read", "GET", session, url))


async def redirects(facts: Facts) -> None:
    def answering(status: int, location: bytes | None, port: list[int]) -> Any:
        def answer(message: bytes) -> bytes:
            whole = respond(message)
            bodiless = message.startswith(b"HEAD ") or whole.startswith(b"HTTP/1.1 304")
            return whole[: whole.index(b"\r\n\r\n") + 4] if bodiless else whole

        def respond(message: bytes) -> bytes:
            if message.split(b" ")[1].startswith(b"/from"):
                fields = [b"Set-Cookie: from=1"]
                if location is not None:
                    fields.append(b"Location: " + location.replace(b"{port}", b"%d" % port[0]))
                return reply(*fields, line=b"HTTP/1.1 %d X" % status, body=b"moved")
            return reply()

        return answer

    async def follow(
        name: str, status: int, location: bytes | None, method: str, **options: Any
    ) -> None:
        ports: list[int] = []
        async with recording(answering(status, location, ports)) as (port, requests):
            ports.append(port)
            jar = CookieJar(unsafe=True)
            async with aiohttp.ClientSession(cookie_jar=jar) as session:

                async def call() -> Any:
                    url = f"http://127.0.0.1:{port}/from?x#old"
                    async with session.request(method, url, **options) as response:
                        return [
                            response.status,
                            str(response.url),
                            str(response.real_url),
                            [(one.status, str(one.url)) for one in response.history],
                            await response.text(),
                        ]

                await facts.wait(name, call())
                facts.add(f"{name}: sent", list(map(parsed, requests)))

    for status in STATUSES:
        for method in ("GET", "HEAD", "POST", "PUT", "DELETE"):
            options: dict[str, Any] = {"data": b"x"} if method in ("POST", "PUT") else {}
            await follow(f"redirect {status} {method}", status, b"/to", method, **options)
        await follow(
            f"redirect {status} not followed", status, b"/to", "GET", allow_redirects=False
        )
        await follow(f"redirect {status} no location", status, None, "GET")
    for location in LOCATIONS:
        await follow(f"location {location!r}", 302, location, "GET")
    secret = {
        "auth": BasicAuth("u", "p"),
        "headers": {"X-A": "1", "Cookie": "c=1", "Proxy-Authorization": "z"},
    }
    for location in (b"/to", b"http://localhost:{port}/to", b"http://x:y@127.0.0.1:{port}/to"):
        await follow(f"secrets {location!r}", 302, location, "GET", **secret)
        headers = {"Authorization": "Bearer x"}
        await follow(f"header secrets {location!r}", 307, location, "GET", headers=headers)
        await follow(f"cookies {location!r}", 302, location, "GET", cookies={"own": "1"})
    for limit in (1, 2, 10):
        await follow(f"loop {limit}", 302, b"/from", "GET", max_redirects=limit)
    headers = {"Content-Type": "a/b", "Content-Encoding": "x", "X-A": "1"}
    for status in (303, 307):
        await follow(f"fields {status}", status, b"/to", "POST", data=b"x", headers=headers)
        await follow(f"json {status}", status, b"/to", "POST", json={"a": 1})
        await follow(f"form {status}", status, b"/to", "POST", data={"a": "1"})
        await follow(f"params {status}", status, b"/to", "GET", params={"a": "1"})


async def cookies(facts: Facts) -> None:
    for given in SET_COOKIES:
        answer = reply(b"Set-Cookie: " + given)
        async with recording(answer) as (port, requests):
            for host in ("127.0.0.1", "localhost"):
                for unsafe in (False, True):
                    jar = CookieJar(unsafe=unsafe)
                    async with aiohttp.ClientSession(cookie_jar=jar) as session:
                        del requests[:]
                        for path in ("/x/y", "/x/z", "/"):
                            await (await session.get(f"http://{host}:{port}{path}")).read()
                        found = [
                            [one for one in parsed(request)["fields"] if one.startswith("Cookie")]
                            for request in requests
                        ]
                        facts.add(f"cookie {given!r} {host} {unsafe}", found)
                        facts.add(
                            f"jar {given!r} {host} {unsafe}",
                            sorted((m.key, m.value, m["domain"], m["path"]) for m in jar),
                        )


async def main(facts: Facts) -> None:
    await raw_responses(facts)
    await redirects(facts)
    await cookies(facts)


if __name__ == "__main__":
    run(main)
