"""Exceptions: their classes, texts and attributes."""

import pickle
import ssl
from typing import Any

from harness import Facts, run
from multidict import CIMultiDict, CIMultiDictProxy
from yarl import URL

import aiohttp
from aiohttp import web

INFO = aiohttp.RequestInfo(
    URL("http://x.example/"), "GET", CIMultiDictProxy(CIMultiDict()), URL("http://x.example/#f")
)
MAKERS: dict[str, Any] = {
    "response error": lambda: aiohttp.ClientResponseError(INFO, ()),
    "response error full": lambda: aiohttp.ClientResponseError(
        INFO, (), status=418, message="tea", headers=CIMultiDict(a="b")
    ),
    "content type": lambda: aiohttp.ContentTypeError(INFO, (), status=200, message="m"),
    "redirects": lambda: aiohttp.TooManyRedirects(INFO, ()),
    "handshake": lambda: aiohttp.WSServerHandshakeError(INFO, (), status=400, message="no"),
    "proxy": lambda: aiohttp.ClientHttpProxyError(INFO, (), status=407, message="auth"),
    "disconnected": lambda: aiohttp.ServerDisconnectedError(),
    "disconnected text": lambda: aiohttp.ServerDisconnectedError("text"),
    "timeout": lambda: aiohttp.ServerTimeoutError("text"),
    "socket timeout": lambda: aiohttp.SocketTimeoutError("text"),
    "connection timeout": lambda: aiohttp.ConnectionTimeoutError("text"),
    "payload": lambda: aiohttp.ClientPayloadError("text"),
    "invalid url": lambda: aiohttp.InvalidURL("nonsense"),
    "invalid url text": lambda: aiohttp.InvalidURL("nonsense", "why"),
    "invalid url url": lambda: aiohttp.InvalidURL(URL("http://x/"), "why"),
    "invalid url client": lambda: aiohttp.InvalidUrlClientError("x"),
    "non http": lambda: aiohttp.NonHttpUrlClientError("x"),
    "redirect": lambda: aiohttp.InvalidUrlRedirectClientError("x", "y"),
    "os error": lambda: aiohttp.ClientOSError(5, "text"),
    "connection": lambda: aiohttp.ClientConnectionError("text"),
    "reset": lambda: aiohttp.ClientConnectionResetError("text"),
    "fingerprint": lambda: aiohttp.ServerFingerprintMismatch(b"e", b"g", "h", 1),
}
WEB = [
    name
    for name in dir(web)
    if name.startswith("HTTP")
    and isinstance(getattr(web, name), type)
    and issubclass(getattr(web, name), Exception)
]
ARGUMENTS: dict[str, tuple[Any, ...]] = {
    "HTTPMethodNotAllowed": ("GET", ["PUT", "POST"]),
    "HTTPRequestEntityTooLarge": (10, 20),
    "HTTPUnavailableForLegalReasons": ("http://l.example/",),
}


def told(exc: Any) -> dict[str, Any]:
    found: dict[str, Any] = {
        "str": str(exc),
        "repr": repr(exc),
        "bases": [kind.__name__ for kind in type(exc).__mro__ if kind.__module__ != "builtins"],
        "builtin": [kind.__name__ for kind in type(exc).__mro__ if kind.__module__ == "builtins"],
    }
    for name in (
        "status", "message", "headers", "history", "url", "description", "errno", "strerror",
        "expected", "got", "host", "port", "text", "reason", "body", "empty_body", "content_type",
        "location", "allowed_methods", "method", "link", "status_code", "args", "keep_alive",
    ):  # fmt: skip
        try:
            value = getattr(exc, name, "absent")
            found[name] = sorted(value) if isinstance(value, set) else repr(value)
        except Exception as error:
            found[name] = type(error).__name__
    return found


async def main(facts: Facts) -> None:
    for name, make in MAKERS.items():
        for key, value in told(make()).items():
            facts.add(f"{name}: {key}", value)
        facts.call(f"{name}: pickled", lambda make=make: str(pickle.loads(pickle.dumps(make()))))
    for name in WEB:
        kind = getattr(web, name)
        arguments = ARGUMENTS.get(name, ())
        try:
            if issubclass(kind, web.HTTPRedirection) and name not in (
                "HTTPRedirection", "HTTPNotModified",
            ):  # fmt: skip
                arguments = ("/to",)
            for key, value in told(kind(*arguments)).items():
                facts.add(f"{name}: {key}", value)
        except Exception as exc:
            facts.add(f"{name}: made", [type(exc).__name__, str(exc)])
    for kind in ("ClientConnectorError", "ClientConnectorSSLError", "ClientConnectorDNSError"):
        facts.add(f"{kind}: bases", [one.__name__ for one in getattr(aiohttp, kind).__mro__])

    async def get(name: str, url: str, **options: Any) -> None:
        async def call() -> Any:
            async with aiohttp.ClientSession() as session, session.get(url, **options):
                return "an answer"

        await facts.wait(name, call(), 10)

    await get("refused", "http://127.0.0.1:1/")
    await get("refused tls", "https://127.0.0.1:1/")
    await get("no name", "http://nowhere.invalid/")
    await get("bad ssl", "http://127.0.0.1:1/", ssl="x")
    await get("ssl false", "https://127.0.0.1:1/", ssl=False)
    await get("ssl context", "https://127.0.0.1:1/", ssl=ssl.create_default_context())
    await get("proxy refused", "http://x.example/", proxy="http://127.0.0.1:1/")
    await get("proxy scheme", "http://x.example/", proxy="ftp://127.0.0.1:1/")
    session = aiohttp.ClientSession()
    await session.close()

    async def closed() -> Any:
        return await session.get("http://x.example/")

    await facts.wait("closed session", closed())


if __name__ == "__main__":
    run(main)
