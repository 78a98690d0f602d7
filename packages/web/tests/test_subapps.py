"""Nested applications: prefixes, domains, middlewares, signals, values."""

from collections.abc import Callable
from typing import Any

import pytest
from yarl import URL

from aiohttp_web.application import Application
from aiohttp_web.domains import AbstractRuleMatching
from aiohttp_web.exceptions import HTTPException, HTTPMethodNotAllowed, HTTPNotFound
from aiohttp_web.keys import AppKey
from aiohttp_web.request import Request
from aiohttp_web.response import Response
from aiohttp_web.router import UrlDispatcher
from aiohttp_web.subapps import MatchedSubAppResource, PrefixedSubAppResource

MakeRequest = Callable[..., Request]


def named(name: str) -> Any:
    async def serve(request: Request) -> Response:
        return Response(text=name)

    return serve


async def answer(app: Application, request: Request) -> str:
    app.freeze()
    try:
        response: Any = await app._handle(request)
    except HTTPException as error:
        return str(error.status)
    return str(response.text)


@pytest.mark.spec("NEST-01", "NEST-06", "NEST-10", "ADD-592")
async def test_prefixes(make_request: MakeRequest) -> None:
    outer, middle, inner = Application(), Application(), Application()
    outer.router.add_get("/mid", named("outer"))
    outer.router.add_get("/{x}/y", named("outer variable"))
    middle.router.add_get("", named("middle root"))
    middle.router.add_get("/", named("middle slash"))
    inner.router.add_get("/leaf", named("leaf"))
    inner.router.add_get("/leaf/{x}", named("leaf variable"))
    made = middle.add_subapp("/in/", inner)
    assert isinstance(made, PrefixedSubAppResource)
    assert made.canonical == "/in"
    resource = outer.add_subapp("/middle/", middle)
    assert resource.canonical == "/middle"
    assert made.canonical == "/middle/in"
    for target, text in [
        ("/mid", "outer"),
        ("/middle", "middle root"),
        ("/middle/", "middle slash"),
        ("/middle/y", "404"),
        ("/other/y", "outer variable"),
        ("/middle/in/leaf", "leaf"),
        ("/middle/in/leaf/1", "leaf variable"),
        ("/middle/in", "404"),
        ("/middlein/leaf", "404"),
        ("/middl", "404"),
        ("/in/leaf", "404"),
    ]:
        assert await answer(outer, make_request("GET", target)) == text, target


@pytest.mark.spec("NEST-07", "RES-12")
def test_urls_have_the_prefix() -> None:
    outer, admin, inner = Application(), Application(), Application()
    admin.router.add_get("/resource", named("x"), name="fixed")
    admin.router.add_get("/resource/{x}", named("x"), name="variable")
    inner.router.add_get("/é", named("x"), name="leaf")
    admin.add_subapp("/inner", inner)
    outer.add_subapp("/admin/", admin)
    assert admin.router["fixed"].url_for() == URL("/admin/resource")
    assert admin.router["variable"].url_for(x="1") == URL("/admin/resource/1")
    assert str(inner.router["leaf"].url_for()) == "/admin/inner/%C3%A9"
    url = admin.router["fixed"].url_for().with_query({"a": "b"})
    assert str(url) == "/admin/resource?a=b"


@pytest.mark.spec("RES-07", "RES-01")
def test_the_resource() -> None:
    outer, nested = Application(), Application()
    nested.router.add_get("/a", named("a"))
    resource = outer.add_subapp("/n", nested)
    with pytest.raises(RuntimeError):
        resource.url_for()
    assert resource.get_info() == {"app": nested, "prefix": "/n"}
    assert len(resource) == 2
    assert [route.method for route in resource] == ["HEAD", "GET"]
    assert resource.app is nested
    assert repr(resource).startswith("<PrefixedSubAppResource /n -> <Application")
    assert not resource.raw_match("/n")


@pytest.mark.spec("ADD-578", "APP-13", "APP-14")
def test_refused() -> None:
    app = Application()
    for prefix, error in [("", ValueError), ("/", ValueError), (5, TypeError), ("x", ValueError)]:
        with pytest.raises(error):
            app.add_subapp(prefix, Application())  # type: ignore[arg-type]
    with pytest.raises(TypeError):
        app.add_subapp("/x", object())  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="itself"):
        app.add_subapp("/x", app)
    nested = Application()
    app.add_subapp("/n", nested)
    with pytest.raises(RuntimeError, match="frozen"):
        Application().add_subapp("/again", nested)
    with pytest.raises(RuntimeError, match="frozen"):
        nested.add_subapp("/more", Application())
    app.freeze()
    with pytest.raises(RuntimeError, match="frozen"):
        app.add_subapp("/late", Application())
    assert len(app.router.resources()) == 1


@pytest.mark.spec("ADD-579", "APP-13")
def test_a_nested_application_is_frozen_but_for_its_values() -> None:
    nested = Application()
    key = AppKey("key", int)
    app = Application()
    app.add_subapp("/n", nested)
    assert nested.pre_frozen
    assert not nested.frozen
    nested[key] = 1
    with pytest.raises(RuntimeError):
        nested.router.add_get("/", named("x"))
    with pytest.raises(RuntimeError):
        nested.middlewares.append(named("x"))
    with pytest.raises(RuntimeError):
        nested.on_startup.append(named("x"))
    app.freeze()
    assert nested.frozen


@pytest.mark.spec("NEST-02", "ADD-558", "ADD-839", "RTR-17", "ADD-580", "ADD-1077")
async def test_domains_come_first(make_request: MakeRequest) -> None:
    app, site, wild = Application(), Application(), Application()
    app.router.add_get("/", named("main"))
    site.router.add_get("/", named("site"))
    wild.router.add_get("/", named("wild"))
    resource = app.add_domain("www.example.com", site)
    masked = app.add_domain("*.example.com", wild)
    assert isinstance(resource, MatchedSubAppResource)
    assert resource.canonical == "www.example.com"
    assert resource.get_info() == {"app": site, "rule": resource.rule}
    assert masked.canonical == r"[^:]*\.example\.com(:.*)?"
    assert repr(resource).startswith("<MatchedSubAppResource -> <Application")
    for host, text in [
        ("example.com", "main"),
        ("www.example.com", "site"),
        ("WWW.example.com:8080", "site"),
        ("x.example.com", "wild"),
    ]:
        assert await answer(app, make_request("GET", "/", {"Host": host})) == text
    request = make_request("GET", "/missing", {"Host": "www.example.com"})
    assert await answer(app, request) == "404"
    assert request.match_info.apps == (app, site)
    for wrong, error in [(5, TypeError), ("", ValueError), ("http://a", ValueError)]:
        with pytest.raises(error):
            Application().add_domain(wrong, Application())  # type: ignore[arg-type]


async def test_a_domain_inside_a_prefix(make_request: MakeRequest) -> None:
    app, nested, site = Application(), Application(), Application()
    site.router.add_get("/", named("site"))
    nested.router.add_get("/", named("nested"))
    nested.add_domain("example.com", site)
    app.add_subapp("/n", nested)
    assert await answer(app, make_request("GET", "/n/", {"Host": "example.com"})) == "site"
    assert await answer(app, make_request("GET", "/n/", {"Host": "other"})) == "nested"
    assert await answer(app, make_request("GET", "/", {"Host": "example.com"})) == "404"


async def test_own_rules(make_request: MakeRequest) -> None:
    class Own(AbstractRuleMatching):
        canonical = "own"

        async def match(self, request: Any) -> bool:
            return "X-Own" in request.headers

        def get_info(self) -> dict[str, Any]:
            return {}

    app, site = Application(), Application()
    site.router.add_get("/", named("site"))
    app.router.add_get("/", named("main"))
    app.router.register_resource(MatchedSubAppResource(Own(), site))
    site.pre_freeze()
    assert not app.router.synchronous
    assert await answer(app, make_request("GET", "/", {"Host": "a", "X-Own": "1"})) == "site"
    assert await answer(app, make_request("GET", "/")) == "main"


@pytest.mark.spec("NEST-03", "ADD-586", "NEST-08")
async def test_middlewares_and_the_current_application(make_request: MakeRequest) -> None:
    log: list[Any] = []

    def watching(name: str) -> Any:
        async def watch(request: Request, handler: Any) -> Any:
            log.append((name, request.app))
            response = await handler(request)
            log.append((name, request.app))
            return response

        return watch

    async def serve(request: Request) -> Response:
        log.append(("handler", request.app))
        return Response()

    outer = Application(middlewares=[watching("outer")])
    middle = Application()
    inner = Application(middlewares=[watching("inner 1"), watching("inner 2")])
    plain = Application()
    inner.router.add_get("/", serve)
    plain.router.add_get("/", serve)
    middle.add_subapp("/inner", inner)
    outer.add_subapp("/middle", middle)
    outer.add_subapp("/plain", plain)
    request = make_request("GET", "/middle/inner/")
    await answer(outer, request)
    assert log == [
        ("outer", outer),
        ("inner 1", inner),
        ("inner 2", inner),
        ("handler", inner),
        ("inner 2", inner),
        ("inner 1", inner),
        ("outer", outer),
    ]
    assert request.match_info.apps == (outer, middle, inner)
    log.clear()
    await answer(outer, make_request("GET", "/plain/"))
    assert log == [("outer", outer), ("handler", plain), ("outer", outer)]


@pytest.mark.spec("NEST-03", "WMW-05")
async def test_errors_below_a_prefix_pass_its_middlewares(make_request: MakeRequest) -> None:
    seen: list[Any] = []

    async def watch(request: Request, handler: Any) -> Any:
        try:
            return await handler(request)
        except HTTPException as error:
            seen.append((request.app, error.status))
            raise

    outer, inner = Application(middlewares=[watch]), Application(middlewares=[watch])
    inner.router.add_post("/a", named("a"))
    outer.router.add_get("/n/{tail:.*}", named("not reached"))
    outer.add_subapp("/n", inner)
    outer_first = Application(middlewares=[watch])
    assert await answer(outer_first, make_request("GET", "/x")) == "404"
    seen.clear()
    only = Application(middlewares=[watch])
    nested = Application(middlewares=[watch])
    nested.router.add_post("/a", named("a"))
    only.add_subapp("/n", nested)
    assert await answer(only, make_request("GET", "/n/missing")) == "404"
    assert await answer(only, make_request("GET", "/n/a")) == "405"
    assert seen == [(nested, 404), (only, 404), (nested, 405), (only, 405)]


async def test_405_of_a_nested_application_tells_its_methods(make_request: MakeRequest) -> None:
    app, nested = Application(), Application()
    nested.router.add_post("/a", named("a"))
    resource = app.add_subapp("/n", nested)
    app.freeze()
    match_info, methods = await resource.resolve(make_request("GET", "/n/a"))
    assert methods == {"POST"}
    assert match_info is not None
    assert isinstance(match_info.http_exception, HTTPMethodNotAllowed)
    match_info, methods = await resource.resolve(make_request("GET", "/n/b"))
    assert isinstance(match_info.http_exception, HTTPNotFound)  # type: ignore[union-attr]
    assert await resource.resolve(make_request("GET", "/other")) == (None, set())


@pytest.mark.spec("NEST-05")
async def test_signals_reach_nested_applications() -> None:
    outer, nested = Application(), Application()
    log: list[Any] = []
    for kind in ("startup", "shutdown", "cleanup"):
        for app in (outer, nested):

            async def listen(app: Application, kind: str = kind) -> None:
                log.append((kind, app))

            getattr(app, f"on_{kind}").append(listen)
    outer.add_subapp("/n", nested)
    outer.freeze()
    await outer.startup()
    await outer.shutdown()
    await outer.cleanup()
    assert log == [
        (kind, app) for kind in ("startup", "shutdown", "cleanup") for app in (outer, nested)
    ]


@pytest.mark.spec("NEST-04")
async def test_response_prepare_reaches_both(make_request: MakeRequest) -> None:
    outer, nested = Application(), Application()
    log = []

    async def in_outer(request: Request, response: Any) -> None:
        log.append("outer")

    async def in_nested(request: Request, response: Any) -> None:
        log.append("nested")

    outer.on_response_prepare.append(in_outer)
    nested.on_response_prepare.append(in_nested)
    nested.router.add_get("/", named("x"))
    outer.router.add_get("/", named("x"))
    outer.add_subapp("/n", nested)
    outer.freeze()
    request = make_request("GET", "/n/")
    await (await outer._handle(request)).prepare(request)
    assert log == ["outer", "nested"]
    log.clear()
    request = make_request("GET", "/")
    await (await outer._handle(request)).prepare(request)
    assert log == ["outer"]


@pytest.mark.spec("NEST-08", "NEST-09")
async def test_config_dict(make_request: MakeRequest) -> None:
    outer, nested = Application(), Application()
    both, only_outer, missing = AppKey("both", str), AppKey("outer", str), AppKey("no", str)
    outer[both], nested[both] = "outer", "nested"
    outer[only_outer] = "outer"

    async def serve(request: Request) -> Response:
        config = request.config_dict
        assert missing not in config
        assert only_outer not in request.app
        return Response(text=f"{config[both]} {config[only_outer]}")

    nested.router.add_get("/", serve)
    outer.add_subapp("/n", nested)
    assert await answer(outer, make_request("GET", "/n/")) == "nested outer"


async def test_a_nested_application_with_its_own_router(make_request: MakeRequest) -> None:
    class Own(UrlDispatcher):
        async def resolve(self, request: Any) -> Any:
            return await super().resolve(request)

    with pytest.warns(DeprecationWarning, match="router"):
        nested = Application(router=Own())
    nested.router.add_get("/", named("own"))
    app = Application()
    app.add_subapp("/n", nested)
    assert not app.router.synchronous
    assert await answer(app, make_request("GET", "/n/")) == "own"
