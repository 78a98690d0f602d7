"""The ready middlewares: normalisation of paths, and that it cannot redirect elsewhere."""

import gzip
from collections.abc import Callable
from typing import Any
from urllib.parse import urljoin

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from aiohttp_web.application import Application
from aiohttp_web.exceptions import HTTPException, HTTPFound, HTTPMove
from aiohttp_web.middlewares import middleware, normalize_path_middleware
from aiohttp_web.request import Request
from aiohttp_web.response import Response
from aiohttp_web.router import UrlDispatcher

MakeRequest = Callable[..., Request]


async def handler(request: Request) -> Response:
    return Response(text="found")


async def outcome(app: Application, request: Request) -> Any:
    app.freeze()
    try:
        response: Any = await app._handle(request)
    except HTTPMove as error:
        return (error.status, error.headers["Location"])
    except HTTPException as error:
        return error.status
    return response.text


def application(**options: Any) -> Application:
    app = Application(middlewares=[normalize_path_middleware(**options)])
    for path in ("/plain", "/slash/", "/a/b", "/a/c/", "/v/{x}/", "/w/{x}"):
        app.router.add_get(path, handler)
    return app


@pytest.mark.spec("WMW-09", "WMW-10", "ADD-594", "ADD-595")
@pytest.mark.parametrize(
    ("options", "target", "expected"),
    [
        ({}, "/plain", "found"),
        ({}, "/plain/", 404),
        ({}, "/slash", (308, "/slash/")),
        ({}, "/slash?a=b&c=%20", (308, "/slash/?a=b&c=%20")),
        ({}, "//plain", (308, "/plain")),
        ({}, "/a//b", (308, "/a/b")),
        ({}, "/a//c", (308, "/a/c/")),
        ({}, "/a//c?x=1", (308, "/a/c/?x=1")),
        ({}, "/a//c/", (308, "/a/c/")),
        ({}, "/v/%C3%A9", (308, "/v/%C3%A9/")),
        ({}, "/v/a%2Fb", (308, "/v/a%2Fb/")),
        ({}, "/missing", 404),
        ({}, "/missing//x", 404),
        ({"merge_slashes": False}, "/a//b", 404),
        ({"merge_slashes": False}, "/slash", (308, "/slash/")),
        ({"append_slash": False}, "/slash", 404),
        ({"append_slash": False}, "/a//b", (308, "/a/b")),
        ({"append_slash": False, "remove_slash": True}, "/plain/", (308, "/plain")),
        ({"append_slash": False, "remove_slash": True}, "/plain/?q", (308, "/plain?q")),
        ({"append_slash": False, "remove_slash": True}, "/a//b/", (308, "/a/b")),
        ({"append_slash": False, "remove_slash": True}, "/slash/", "found"),
        ({"append_slash": False, "remove_slash": True}, "/", 404),
        ({"redirect_class": HTTPFound}, "/slash", (302, "/slash/")),
    ],
)
async def test_normalisation(
    make_request: MakeRequest, options: Any, target: str, expected: Any
) -> None:
    assert await outcome(application(**options), make_request("GET", target)) == expected


@pytest.mark.spec("WMW-10")
async def test_405_leads_nowhere_too(make_request: MakeRequest) -> None:
    assert await outcome(application(), make_request("POST", "/plain")) == 405


@pytest.mark.spec("WMW-11")
def test_both_is_an_error() -> None:
    with pytest.raises(AssertionError):
        normalize_path_middleware(append_slash=True, remove_slash=True)


EVIL = [
    "//evil.example/x",
    "///evil.example",
    "/\\evil.example/x",
    "/%2f%2fevil.example",
    "/%2Fevil.example/x",
    "/%5cevil.example",
    "//evil.example",
    "/\\/evil.example",
    "//%2fevil.example",
    "/%2f/evil.example",
]


@pytest.mark.spec("ADD-594", "ADD-756")
@pytest.mark.parametrize("target", EVIL)
@pytest.mark.parametrize(
    "options",
    [{}, {"append_slash": False}, {"append_slash": False, "remove_slash": True}],
    ids=["append", "merge", "remove"],
)
async def test_no_redirect_names_another_host(
    make_request: MakeRequest, target: str, options: Any
) -> None:
    app = Application(middlewares=[normalize_path_middleware(**options)])
    for path in ("/{tail:.+}/", "/{tail:.+[^/]}"):
        app.router.add_get(path, handler)
    for spelling in (target, target + "/"):
        found = await outcome(app, make_request("GET", spelling))
        if isinstance(found, tuple):
            check_own_host(found[1])


def check_own_host(location: str) -> None:
    assert location.startswith("/")
    assert location[1:2] not in ("/", "\\")
    assert location[1:4].lower() not in ("%2f", "%5c")
    assert urljoin("http://own.example/p", location).startswith("http://own.example/")


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=200)
@given(st.text("/\\.%25cfe:a?", max_size=12))
async def test_any_text(make_request: MakeRequest, text: str) -> None:
    app = Application(middlewares=[normalize_path_middleware()])
    app.router.add_get("/{tail:.*}/", handler)
    found = await outcome(app, make_request("GET", "/" + text))
    if isinstance(found, tuple):
        check_own_host(found[1])


@pytest.mark.spec("WMW-02", "NAM-14", "ADD-585")
def test_decorator_marks_and_returns() -> None:
    async def own(request: Request, handler: Any) -> Any:
        return await handler(request)

    assert middleware(own) is own
    assert own.__middleware_version__ == 1  # type: ignore[attr-defined]


async def test_a_request_whose_body_was_read(make_request: MakeRequest) -> None:
    app = application()
    request = make_request("GET", "/slash")
    await request.read()
    assert await outcome(app, request) == (308, "/slash/")


async def test_a_router_that_has_to_wait(make_request: MakeRequest) -> None:
    class Own(UrlDispatcher):
        async def resolve(self, request: Any) -> Any:
            return await super().resolve(request)

    with pytest.warns(DeprecationWarning, match="router"):
        app = Application(router=Own(), middlewares=[normalize_path_middleware()])
    app.router.add_get("/slash/", handler)
    assert await outcome(app, make_request("GET", "/slash?q")) == (308, "/slash/?q")


async def test_requests_in_nested_applications(make_request: MakeRequest) -> None:
    app, nested = application(), Application()
    nested.router.add_get("/x/", handler)
    app.add_subapp("/n", nested)
    assert await outcome(app, make_request("GET", "/n/x")) == (308, "/n/x/")


@pytest.mark.spec("WRSP-29")
async def test_a_middleware_compresses_a_whole_application(serve: Any) -> None:
    with pytest.raises(TypeError):
        Application(compress=True)  # type: ignore[call-arg]

    @middleware
    async def compressed(request: Any, handler: Any) -> Any:
        response = await handler(request)
        response.enable_compression()
        return response

    async def long(request: Any) -> Response:
        return Response(text="hello " * 1000)

    app = Application(middlewares=[compressed])
    app.router.add_get("/a", long)
    app.router.add_get("/b", long)
    served = await serve(app)
    for path in ("/a", "/b"):
        answer = await served.ask("GET", path, Accept_Encoding="gzip")
        assert answer.headers["Content-Encoding"] == "gzip"
        assert gzip.decompress(answer.body) == b"hello " * 1000
        plain = await served.ask("GET", path)
        assert plain.body == b"hello " * 1000
