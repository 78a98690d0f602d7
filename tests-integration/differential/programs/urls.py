"""URLs: what becomes of base, path, query, fragment and user on the way to the request."""

# ruff: noqa: E501 (tables)

from typing import Any

from harness import Facts, parsed, recording, run
from yarl import URL

import aiohttp

BASES = ("", "/", "/api", "/api/", "/api/v1/", "/a b/", "?q=1", "/api#frag")
JOINED = (
    "", "x", "/x", "./x", "../x", "../../x", "x/y", "x?a=1", "?a=1", "#f", "x#f", "//other.example/x",
    "x y", "é", "%C3%A9", "%2F", "x%20y", ".", "..", "x/", "/x/", "x;p", "x:y", "a//b",
)  # fmt: skip
BAD = (
    "", "x", "/x", "http://", "http:///x", "http:/x", "//x", "ftp://x.example/", "http://[::1",
    "http://x y/", "http://x:99999/", "http://x:port/", "http://x:-1/", "http://ex ample/", "mailto:a",
    "http://.../", "http://..x/", "http://x..y/", "http://\u2100.example/", "http://a\r\nb/",
    "http://a\x00b/", "http://%31/", "http://127.1:0/", "://x", "http:", "http://?q", "http://#f",
    "http://@/", "http://u:p@/", "ws:///", "javascript:x", "http://x\\y/", "tel:1",
)  # fmt: skip
OBJECTS = {
    "encoded": lambda base: URL(base + "/%7Ea%2Fb?c=%2B", encoded=True),
    "requoted": lambda base: URL(base + "/%7Ea%2Fb?c=%2B"),
    "built": lambda base: URL(base) / "a b" / "é",
    "with query": lambda base: URL(base).with_query({"a": "b c", "d": "é+"}),
    "with fragment": lambda base: URL(base + "/x").with_fragment("frag"),
    "raw text": lambda base: base + "/a%20b?c=d%20e",
    "encoded odd": lambda base: URL(base + "/a|b?c={d}", encoded=True),
    "encoded space": lambda base: URL(base + "/a b", encoded=True),
    "encoded unicode": lambda base: URL(base + "/é", encoded=True),
    "encoded crlf": lambda base: URL(base + "/a\r\nX: y", encoded=True),
    "bytes": lambda base: base.encode(),
    "none": lambda base: None,
    "int": lambda base: 5,
}


async def main(facts: Facts) -> None:
    async with recording() as (port, requests):
        origin = f"http://127.0.0.1:{port}"

        async def get(name: str, session: Any, url: Any, **options: Any) -> None:
            async def call() -> Any:
                before = len(requests)
                async with session.get(url, **options) as response:
                    return [
                        parsed(requests[before])["line"],
                        str(response.url),
                        str(response.real_url),
                        str(response.request_info.url),
                        str(response.request_info.real_url),
                    ]

            await facts.wait(name, call())

        for base in BASES:
            try:
                session = aiohttp.ClientSession(origin + base)
            except Exception as exc:
                facts.add(f"base {base!r}", type(exc).__name__)
                continue
            async with session:
                for path in JOINED:
                    if "other" not in path:
                        await get(f"base {base!r} joined {path!r}", session, path)
                await get(f"base {base!r} absolute", session, origin + "/abs")
        for base in ("nonsense", "/x", "ftp://x.example/", "http://x.example/y"):
            facts.call(f"base {base}", lambda base=base: type(aiohttp.ClientSession(base)).__name__)
        async with aiohttp.ClientSession() as session:
            for name, make in OBJECTS.items():
                await get(f"object {name}", session, make(origin))
                await get(f"object {name} params", session, make(origin), params={"p": "q r"})
            for url in BAD:
                await get(f"bad {url!r}", session, url)
        async with aiohttp.ClientSession(requote_redirect_url=False) as session:
            await get("no requote", session, origin + "/%7E")


if __name__ == "__main__":
    run(main)
