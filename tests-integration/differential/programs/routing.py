"""Routing: which handler gets which path, and the URLs that routes make."""

# ruff: noqa: E501 (tables)

import asyncio
from typing import Any

from harness import Facts, ask, run, serving, stable

from aiohttp import web

ROUTES = (
    "/", "/fixed", "/fixed/", "/a b", "/é", "/%C3%A9x", "/dot.txt", "/plus+x", "/tilde~", "/semi;x",
    "/colon:x", "/at@x", "/star*", "/{one}/v", "/num/{n:\\d+}", "/num/{n:\\d+}/{m}",
    "/tail/{tail:.*}", "/opt/{a}-{b}", "/ext/{name}.{ext}", "/re/{x:[a-c]+}", "/re/{x:[^/]+}",
    "/empty/{e:.*}/end", "/brace/{b:x{2}}", "/%2Fslash", "/pct%25",
)  # fmt: skip
PATHS = (
    "/", "//", "/fixed", "/fixed/", "/FIXED", "/fixed?x=1", "/fixed#x", "/fixed%2F", "/%66ixed",
    "/a%20b", "/a+b", "/%C3%A9", "/%c3%a9", "/%E9", "/%C3%A9x", "/dot.txt", "/dot%2Etxt", "/plus+x",
    "/plus%2Bx", "/tilde~", "/tilde%7E", "/semi;x", "/semi%3Bx", "/colon:x", "/at@x", "/star*",
    "/one/v", "/o%2Fne/v", "/o%25ne/v", "/%2F/v", "/a%20b/v", "/%C3%A9/v", "//v", "/a/b/v", "/num/5",
    "/num/x", "/num/%35", "/num/\u0665", "/num/5/x", "/num/5/", "/num/5/x/y", "/tail", "/tail/",
    "/tail/a", "/tail/a/b", "/tail/a%2Fb", "/tail/a//b", "/tail/../x", "/tail/%2e%2e/x", "/opt/a-b",
    "/opt/a-b-c", "/opt/-", "/opt/ab", "/ext/a.b", "/ext/a.b.c", "/ext/.b", "/re/abc", "/re/abd",
    "/re/", "/empty//end", "/empty/x/end", "/empty/x/y/end", "/brace/xx", "/brace/x", "/%2Fslash",
    "//slash", "/pct%25", "/pct%", "/nowhere", "/fixed/..", "/./fixed", "/x/../fixed", "*",
    "http://a/fixed", "/one/v?q=/", "/one%3F/v", "/one%23/v", "/%00/v", "/%0a/v", "/sub", "/sub/",
    "/sub/x", "/sub/y/z", "/subx", "/res", "/view", "/norm/a/", "/norm//a", "/norm/b", "/norm//b/?q=1",
)  # fmt: skip
METHODS = ("GET", "HEAD", "POST", "PUT", "OPTIONS", "BREW", "get")
URL_FOR: tuple[tuple[str, dict[str, str]], ...] = (
    ("/{one}/v", {"one": "x"}), ("/{one}/v", {"one": "a b"}), ("/{one}/v", {"one": "a/b"}),
    ("/{one}/v", {"one": "é"}), ("/{one}/v", {"one": "%"}), ("/{one}/v", {"one": "a?b#c"}),
    ("/{one}/v", {"one": ""}), ("/{one}/v", {}), ("/num/{n:\\d+}", {"n": "5"}),
    ("/num/{n:\\d+}", {"n": "x"}), ("/tail/{tail:.*}", {"tail": "a/b c"}), ("/a b", {}), ("/é", {}),
    ("/%C3%A9x", {}), ("/%2Fslash", {}), ("/pct%25", {}), ("/fixed", {"x": "y"}),
    ("/opt/{a}-{b}", {"a": "1", "b": "2"}), ("/num/{n:\\d+}", {"n": 5}),  # type: ignore[dict-item]
)  # fmt: skip
BAD_ROUTES = (
    "x", "", "/{", "/}", "/{a", "/a}", "/{}", "/{1a}", "/{a b}", "/{a:[}", "/{a:(}", "/{a:}",
    "/{a}{a}", "/{a}/{b}", "/{a:{b}}", "/a{b}c", "/{a.b}", "/{é}", "/?q", "/#f", "/a%zz", "//",
)  # fmt: skip


def described(name: str) -> Any:
    async def handler(request: web.Request) -> web.Response:
        info = request.match_info
        resource = info.route.resource
        return web.json_response(
            {
                "route": name,
                "match": dict(info),
                "canonical": resource.canonical if resource is not None else None,
                "path": request.path,
                "method": info.route.method,
            }
        )

    return handler


def application() -> web.Application:
    app = web.Application()
    for path in ROUTES:
        app.router.add_get(path, described(path))
    app.router.add_post("/fixed", described("post /fixed"))
    app.router.add_route("*", "/any", described("any"))
    app.router.add_put("/{one}/v", described("put"))
    resource = app.router.add_resource("/res", name="resource")
    resource.add_route("GET", described("res get"))
    resource.add_route("DELETE", described("res delete"))

    class View(web.View):
        async def get(self) -> web.Response:
            return web.Response(text="view get")

        async def post(self) -> web.Response:
            return web.Response(text="view post")

    app.router.add_view("/view", View)
    app.router.add_get("/noallow", described("no head"), allow_head=False)
    sub = web.Application()
    sub.router.add_get("", described("sub root"))
    sub.router.add_get("/", described("sub slash"))
    sub.router.add_get("/x", described("sub x"))
    sub.router.add_get("/y/{z}", described("sub z"))
    app.add_subapp("/sub", sub)
    normal = web.Application(middlewares=[web.normalize_path_middleware()])
    normal.router.add_get("/a", described("norm a"))
    normal.router.add_get("/b/", described("norm b"))
    app.add_subapp("/norm", normal)
    other = web.Application()
    other.router.add_get("/fixed", described("domain"))
    other.router.add_get("/only", described("domain only"))
    app.add_domain("*.domain.example", other)
    return app


async def main(facts: Facts) -> None:
    app = application()

    async def one(name: str, port: int, method: str, path: str, host: str = "a") -> None:
        async def call() -> Any:
            request = f"{method} {path} HTTP/1.1\r\nHost: {host}\r\nContent-Length: 0\r\n\r\n"
            answer = await ask(port, request.encode())
            head, _, body = answer.partition(b"\r\n\r\n")
            lines = head.split(b"\r\n")
            wanted = [one for one in lines if one.startswith((b"Allow", b"Location"))]
            return [stable(lines[0]), wanted, stable(body)]

        await facts.wait(name, call())

    async with serving(app) as port:
        waiting = [one(f"GET {path}", port, "GET", path) for path in PATHS]
        for method in METHODS[1:]:
            for path in ("/fixed", "/one/v", "/any", "/res", "/view", "/noallow", "/sub/x", "/no"):
                waiting.append(one(f"{method} {path}", port, method, path))
        for host in (
            "x.domain.example",
            "domain.example",
            "X.Domain.Example:80",
            "a.b.domain.example",
        ):
            for path in ("/fixed", "/only", "/dot.txt"):
                waiting.append(one(f"{host} {path}", port, "GET", path, host))
        await asyncio.gather(*waiting)
        known = {resource.canonical: resource for resource in app.router.resources()}
        facts.add("canonical", [resource.canonical for resource in app.router.resources()])
        facts.add("routes", [(route.method, route.name) for route in app.router.routes()])
        facts.add("info", [sorted(resource.get_info()) for resource in app.router.resources()])
        facts.add("named", sorted(app.router.named_resources()))
        for path, parts in URL_FOR:
            facts.call(
                f"url_for {path} {parts}",
                lambda path=path, parts=parts: str(
                    known[path].url_for(**parts) if path in known else f"{path} is not canonical"
                ),
            )
    for path in BAD_ROUTES:
        facts.call(
            f"add {path}",
            lambda path=path: (
                web.Application().router.add_get(path, described("x")).resource.canonical
            ),
        )
    for method in ("GET", "get", "*", "", "G T", "BREW", "G\r\n"):
        facts.call(
            f"add method {method!r}",
            lambda method=method: (
                web.Application().router.add_route(method, "/", described("x")).method
            ),
        )
    for name in ("ok", "a.b", "a:b", "a-b", "1a", "a b", "class", "", "é"):
        facts.call(
            f"add name {name!r}",
            lambda name=name: web.Application().router.add_get("/", described("x"), name=name).name,
        )


if __name__ == "__main__":
    import logging

    logging.disable(logging.CRITICAL)
    run(main)
