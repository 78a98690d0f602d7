"""The routing table: precedence, 404 and 405, names, registration, cost."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import aiohttp_web
from aiohttp_web.abc import AbstractMatchInfo
from aiohttp_web.exceptions import HTTPMethodNotAllowed, HTTPNotFound
from aiohttp_web.match import UrlMappingMatchInfo
from aiohttp_web.request import Request
from aiohttp_web.resources import (
    AbstractResource,
    DynamicResource,
    PlainResource,
    Resolution,
)
from aiohttp_web.response import Response
from aiohttp_web.route_defs import RouteTableDef, get, post
from aiohttp_web.router import UrlDispatcher

MakeRequest = Callable[..., Request]


async def handler(request: Any) -> Response:
    return Response()


def named(name: str) -> Any:
    async def serve(request: Any) -> Response:
        return Response(text=name)

    serve.__name__ = name
    return serve


def found(router: UrlDispatcher, request: Request) -> str:
    match_info = router.find(request)
    if match_info.http_exception is not None:
        return str(match_info.http_exception.status)
    name: str = match_info.handler.__name__
    return name


@pytest.mark.spec("RTR-02", "ADD-563")
def test_add_resource_makes_the_right_kind() -> None:
    router = UrlDispatcher()
    assert isinstance(router.add_resource("/a"), PlainResource)
    assert isinstance(router.add_resource("/{a}"), DynamicResource)
    assert isinstance(router.add_resource(""), PlainResource)
    with pytest.raises(ValueError, match="/"):
        router.add_resource("a")


@pytest.mark.spec("RTR-03", "RTR-07", "ADD-567")
@pytest.mark.parametrize("method", ["head", "options", "post", "put", "patch", "delete"])
def test_shortcuts(method: str) -> None:
    router = UrlDispatcher()
    route = getattr(router, f"add_{method}")("/", handler, name="n")
    assert route.method == method.upper()
    assert route.handler is handler
    assert route.name == "n"
    assert route.resource is router["n"]
    assert len(router.routes()) == 1


@pytest.mark.spec("RTR-03")
def test_methods_in_any_case() -> None:
    router = UrlDispatcher()
    assert router.add_route("gEt", "/", handler).method == "GET"
    assert router.add_route("*", "/x", handler).method == "*"


@pytest.mark.spec("RTR-06", "RTR-09", "C24", "ADD-1047")
def test_get_serves_head_under_one_name(make_request: MakeRequest) -> None:
    router = UrlDispatcher()
    route = router.add_get("/", handler, name="root")
    assert route.method == "GET"
    assert [known.method for known in router.routes()] == ["HEAD", "GET"]
    assert list(router) == ["root"]
    assert found(router, make_request("HEAD", "/")) == "handler"


@pytest.mark.spec("RTR-08")
def test_head_can_be_forbidden(make_request: MakeRequest) -> None:
    router = UrlDispatcher()
    router.add_get("/", handler, allow_head=False)
    assert found(router, make_request("HEAD", "/")) == "405"


@pytest.mark.spec("RTR-10", "ADD-565")
def test_the_last_resource_is_used_again() -> None:
    router = UrlDispatcher()
    first = router.add_get("/a", handler).resource
    assert router.add_post("/a", handler).resource is first
    assert router.add_put("/a", handler, name="other").resource is not first
    router.add_get("/{x}", handler)
    router.add_post("/{x}", handler)
    assert len(router.resources()) == 3


@pytest.mark.spec("RTR-10")
def test_a_path_that_was_registered_twice_serves_both(make_request: MakeRequest) -> None:
    router = UrlDispatcher()
    router.add_get("/a", named("get_a"))
    router.add_get("/b", named("get_b"))
    router.add_post("/a", named("post_a"))
    assert found(router, make_request("GET", "/a")) == "get_a"
    assert found(router, make_request("POST", "/a")) == "post_a"
    match_info = router.find(make_request("PUT", "/a"))
    assert isinstance(match_info.http_exception, HTTPMethodNotAllowed)
    assert match_info.http_exception.allowed_methods == {"GET", "HEAD", "POST"}


PRECEDENCE = [
    ("/{tail:.*}", "everything"),
    ("/a/{x}", "a_x"),
    ("/a/b", "a_b"),
    ("/a/b/", "a_b_slash"),
    ("/users/{x}/{y}/z", "first"),
    ("/users/{x}/y/z", "second"),
    ("/one/two/{tail:.*}", "one_two"),
    ("/one/{tail:.*}", "one"),
    ("/pre{x}", "pre"),
]


@pytest.mark.spec("RTR-16", "RTR-19", "RTR-24", "C23")
@pytest.mark.parametrize("turned", [False, True])
@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("/", "everything"),
        ("/nothing/here", "everything"),
        ("/a/b", "a_b"),
        ("/a/b/", "a_b_slash"),
        ("/a/c", "a_x"),
        ("/a/c/d", "everything"),
        ("/one/two/three", "one_two"),
        ("/one/two/", "one_two"),
        ("/one/two", "one"),
        ("/one/", "one"),
        ("/one", "everything"),
        ("/a/b?query", "a_b"),
    ],
)
def test_precedence(make_request: MakeRequest, path: str, name: str, turned: bool) -> None:
    router = UrlDispatcher()
    for template, own in reversed(PRECEDENCE) if turned else PRECEDENCE:
        if own != "pre":
            router.add_get(template, named(own))
    assert found(router, make_request("GET", path)) == name


@pytest.mark.spec("RTR-19")
def test_same_fixed_prefix_in_order_of_registration(make_request: MakeRequest) -> None:
    for names in (("first", "second"), ("second", "first")):
        router = UrlDispatcher()
        templates = {"first": "/users/{x}/{y}/z", "second": "/users/{x}/y/z"}
        for name in names:
            router.add_get(templates[name], named(name))
        assert found(router, make_request("GET", "/users/1/y/z")) == names[0]


@pytest.mark.spec("ADD-559")
def test_a_variable_in_the_middle_of_a_step(make_request: MakeRequest) -> None:
    router = UrlDispatcher()
    router.add_get("/api/pre{x}", named("pre"))
    assert found(router, make_request("GET", "/api/prefix")) == "pre"
    assert found(router, make_request("GET", "/api/other")) == "404"


@pytest.mark.spec("RTR-12", "RTR-22", "ADD-562", "RTR-28", "ADD-561", "ADD-1076")
@pytest.mark.parametrize("registered", ["/café/x", "/caf%C3%A9/x", "/caf%c3%a9/x"])
@pytest.mark.parametrize("variable", [False, True])
def test_encoded_and_plain_paths_are_one(
    make_request: MakeRequest, registered: str, variable: bool
) -> None:
    router = UrlDispatcher()
    router.add_get(registered.replace("x", "{x}") if variable else registered, handler)
    for path in ("/caf%C3%A9/x", "/caf%c3%a9/x", "/caf%C3%A9/%78"):
        assert found(router, make_request("GET", path)) == "handler"
    assert found(router, make_request("GET", "/caf%C3%A9%2Fx")) == "404"


@pytest.mark.spec("ADD-561")
def test_a_quoted_slash_is_part_of_the_value(make_request: MakeRequest) -> None:
    router = UrlDispatcher()
    router.add_get("/{x}/end", handler)
    assert router.find(make_request("GET", "/a%2Fb%25/end")) == {"x": "a/b%"}


@pytest.mark.spec("RTR-11", "RTR-18", "ABC-03")
async def test_nowhere(make_request: MakeRequest) -> None:
    router = UrlDispatcher()
    router.add_get("/a", handler)
    request = make_request("GET", "/b")
    match_info = await router.resolve(request)
    assert isinstance(match_info, AbstractMatchInfo)
    assert isinstance(match_info.http_exception, HTTPNotFound)
    assert match_info.route.status == 404  # type: ignore[attr-defined]
    with pytest.raises(HTTPNotFound) as raised:
        await match_info.handler(request)
    assert raised.value is match_info.http_exception
    other = await router.resolve(request)
    assert other.http_exception is not match_info.http_exception


@pytest.mark.spec("RTR-18", "ADD-560")
async def test_methods_of_all_matching_resources_are_collected(make_request: MakeRequest) -> None:
    router = UrlDispatcher()
    router.add_post("/a/b", handler)
    router.add_put("/a/{x}", handler)
    router.add_delete("/{tail:.*}", handler)
    router.add_patch("/other", handler)
    match_info = await router.resolve(make_request("GET", "/a/b"))
    assert isinstance(match_info.http_exception, HTTPMethodNotAllowed)
    assert match_info.http_exception.headers["Allow"] == "DELETE,POST,PUT"
    assert match_info.http_exception.method == "GET"
    for resource in router.resources():
        assert len(resource) == 1, "what was collected must not reach the resources"


@pytest.mark.spec("RTR-18")
@pytest.mark.parametrize("target", ["*", "example.com:80", "/", "//", "/a//b", "/" * 100])
def test_odd_targets_lead_nowhere(make_request: MakeRequest, target: str) -> None:
    router = UrlDispatcher()
    router.add_get("/a/b", handler)
    router.add_get("/a/{x}", handler)
    method = "CONNECT" if target.startswith("example") else "GET"
    assert found(router, make_request(method, target)) == "404"


@pytest.mark.spec("RTR-01", "RTR-13", "RTR-14", "RTR-15", "ADD-568")
def test_views() -> None:
    router = UrlDispatcher()
    assert router
    assert len(router) == 0
    route = router.add_route("*", "/a", handler, name="a")
    router.add_get("/b", handler)
    assert list(router) == ["a"]
    assert "a" in router
    assert "b" not in router
    assert router["a"] is route.resource
    assert router.get("b") is None
    with pytest.raises(KeyError):
        router["b"]
    resources = router.resources()
    assert len(resources) == 2
    assert route.resource in resources
    assert next(iter(resources)) is route.resource
    routes = router.routes()
    assert len(routes) == 3
    assert route in routes
    assert [known.method for known in routes] == ["*", "HEAD", "GET"]
    names = router.named_resources()
    assert dict(names) == {"a": route.resource}
    with pytest.raises(TypeError):
        names["x"] = route.resource  # type: ignore[index]


@pytest.mark.spec("RTR-26", "ADD-569")
@pytest.mark.parametrize("name", ["a", "a-b", "a.b", "a:b", "a1-b_2.c:d"])
def test_good_names(name: str) -> None:
    router = UrlDispatcher()
    router.add_get("/", handler, name=name)
    assert name in router


@pytest.mark.spec("RTR-26", "ADD-569")
@pytest.mark.parametrize("name", ["", "1a", "a b", "class", "a.class", "a--b", "a/b", "a.", "-"])
def test_bad_names(name: str) -> None:
    router = UrlDispatcher()
    with pytest.raises(ValueError, match="Incorrect route name"):
        router.add_get("/", handler, name=name)
    assert len(router.resources()) == 0


@pytest.mark.spec("ADD-569")
def test_names_are_unique() -> None:
    router = UrlDispatcher()
    router.add_get("/a", handler, name="a")
    with pytest.raises(ValueError, match="Duplicate 'a'"):
        router.add_get("/b", handler, name="a")


@pytest.mark.spec("ADD-572", "ADD-582", "APP-13")
def test_frozen() -> None:
    router = UrlDispatcher()
    router.freeze()
    assert router.frozen
    with pytest.raises(RuntimeError, match="frozen"):
        router.add_get("/", handler)


def test_routes_may_be_added_while_serving_where_freezing_was_switched_off(
    make_request: MakeRequest,
) -> None:
    # A large user replaces ``freeze`` of the instance.
    router = UrlDispatcher()
    router.freeze = lambda: None  # type: ignore[method-assign]
    router.freeze()
    assert found(router, make_request("GET", "/late")) == "404"
    router.add_get("/late", handler)
    router.add_get("/later/{x}", handler)
    assert found(router, make_request("GET", "/late")) == "handler"
    assert found(router, make_request("GET", "/later/1")) == "handler"


@pytest.mark.spec("RTR-05", "RDEF-04", "APP-11")
def test_add_routes() -> None:
    router = UrlDispatcher()
    made = router.add_routes([get("/", handler), post("/", handler)])
    assert [route.method for route in made] == ["GET", "POST"]
    table = RouteTableDef()
    table.get("/x")(handler)
    assert [route.resource.canonical for route in router.add_routes(table)] == ["/x"]


class OwnResource(AbstractResource):
    """A resource of a user's: every path that ends in .txt, after waiting."""

    def __init__(self) -> None:
        super().__init__()
        self.prefixes: list[str] = []
        self._inner = PlainResource("/inner")
        self._inner.add_route("GET", named("own"))

    @property
    def canonical(self) -> str:
        return "/own/{path}"

    def url_for(self, *args: Any, **kwargs: Any) -> Any:
        return self._inner.url_for()

    def add_prefix(self, prefix: str) -> None:
        self.prefixes.append(prefix)

    def get_info(self) -> Any:
        return {}

    async def resolve(self, request: Any) -> Resolution:
        if not request.match_path.endswith(".txt"):
            return None, set()
        route = self._inner.routes_by_method.get(request.method)
        if route is None:
            return None, {"GET"}
        return UrlMappingMatchInfo({"path": request.match_path}, route), {"GET"}

    def __len__(self) -> int:
        return 1

    def __iter__(self) -> Any:
        return iter(self._inner)


@pytest.mark.spec("RTR-20", "NAM-13", "RTR-27")
async def test_own_resources(make_request: MakeRequest) -> None:
    router = UrlDispatcher()
    assert router.synchronous
    router.add_get("/own/fixed.txt", named("fixed"))
    router.add_put("/own/{x}", named("put"))
    router.register_resource(OwnResource())
    assert not router.synchronous
    match_info = await router.resolve(make_request("GET", "/own/a.txt"))
    assert match_info.handler.__name__ == "own"
    assert match_info == {"path": "/own/a.txt"}
    match_info = await router.resolve(make_request("GET", "/own/fixed.txt"))
    assert match_info.handler.__name__ == "fixed"
    match_info = await router.resolve(make_request("POST", "/own/a.txt"))
    assert match_info.http_exception.headers["Allow"] == "GET,PUT"  # type: ignore[union-attr]
    assert (await router.resolve(make_request("GET", "/own/a"))).route.status == 405  # type: ignore[attr-defined]
    assert (await router.resolve(make_request("GET", "/x.txt"))).route.status == 404  # type: ignore[attr-defined]
    with pytest.raises(TypeError):
        router.register_resource(object())  # type: ignore[arg-type]


async def test_a_subclass_with_its_own_resolve_is_asked(make_request: MakeRequest) -> None:
    class Upper(PlainResource):
        async def resolve(self, request: Any) -> Resolution:
            return await super().resolve(request)

    router = UrlDispatcher()
    resource = Upper("/a")
    resource.add_route("GET", handler)
    router.register_resource(resource)
    assert not router.synchronous
    assert (await router.resolve(make_request("GET", "/a"))).handler is handler


async def test_a_replaced_resolve_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    router = UrlDispatcher()
    assert router.synchronous

    async def patched(self: UrlDispatcher, request: Any) -> Any:
        return None

    monkeypatch.setattr(UrlDispatcher, "resolve", patched)
    router.freeze()
    assert not router.synchronous
    assert not UrlDispatcher().synchronous


@pytest.mark.parametrize("routes", [10, 2_000])
def test_looking_up_touches_a_few_resources_however_many_there_are(
    make_request: MakeRequest, routes: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    router = UrlDispatcher()
    for number in range(routes):
        router.add_get(f"/fixed/{number}", handler)
        router.add_get(f"/things{number}/{{x}}", handler)
        router.add_get(f"/{{tenant}}/things{number}", handler)
    touched = []
    match_values = DynamicResource.match_values

    def counted(self: DynamicResource, path: str) -> Any:
        touched.append(path)
        return match_values(self, path)

    monkeypatch.setattr(DynamicResource, "match_values", counted)
    last = routes - 1
    for path in (f"/fixed/{last}", f"/things{last}/1", f"/bob/things{last}"):
        touched.clear()
        assert found(router, make_request("GET", path)) == "handler"
        assert len(touched) <= 2
    touched.clear()
    assert found(router, make_request("GET", f"/fixed/{last}/no")) == "404"
    assert len(touched) <= 2


@pytest.mark.spec("C28", "C29", "C46", "NAM-16", "RES-13")
def test_names_that_never_were_or_are_gone(tmp_path: Path) -> None:
    router = UrlDispatcher()
    assert not hasattr(router, "register_route")
    with pytest.raises(TypeError):
        router.add_static("/s", tmp_path, response_factory=object)  # type: ignore[call-arg]
    assert not hasattr(aiohttp_web, "add_get")
    assert isinstance(aiohttp_web.get("/", handler), aiohttp_web.RouteDef)
    for name in ("PlainRoute", "DynamicRoute", "StaticRoute"):
        assert not hasattr(aiohttp_web, name)
    # Routes and resources of each kind make URLs by ``url_for``.
    plain = router.add_get("/plain", handler)
    dynamic = router.add_get("/users/{name}", handler)
    static = router.add_static("/s", tmp_path)
    assert not hasattr(plain, "url")
    assert str(plain.url_for().with_query(a=1)) == "/plain?a=1"
    assert str(dynamic.url_for(name="a b")) == "/users/a%20b"
    assert str(static.url_for(filename="x.css")) == "/s/x.css"
