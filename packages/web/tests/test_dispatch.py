"""The fast path from a request to its handler gives what the general path gives."""

from collections.abc import Callable
from typing import Any

import pytest

from aiohttp_web import Application, Request, Response, middleware
from aiohttp_web.exceptions import HTTPMethodNotAllowed, HTTPNotFound

Serve = Callable[..., Any]


async def name_of_app(request: Request) -> Response:
    return Response(text=f"{request.app['name']} {dict(request.match_info)}")


def named(name: str, **options: Any) -> Application:
    app = Application(**options)
    app._state["name"] = name
    return app


@middleware
async def outer(request: Request, handler: Any) -> Any:
    response = await handler(request)
    response.headers["X-Outer"] = response.headers.get("X-Inner", "alone")
    return response


@middleware
async def inner(request: Request, handler: Any) -> Any:
    response = await handler(request)
    response.headers["X-Inner"] = str(request.match_info.route.resource.canonical)
    return response


def routed(*middlewares: Any) -> Application:
    app = named("root", middlewares=middlewares)
    app.router.add_get("/fixed", name_of_app)
    app.router.add_route("*", "/any", name_of_app)
    app.router.add_get("/user/{name}", name_of_app)
    nested = named("nested")
    nested.router.add_get("/fixed", name_of_app)
    app.add_subapp("/below", nested)
    return app


@pytest.mark.parametrize("middlewares", [(), (outer, inner)])
@pytest.mark.parametrize(
    ("method", "path", "text"),
    [
        ("GET", "/fixed", "root {}"),
        ("GET", "/fixed?a=b", "root {}"),
        ("GET", "/%66ixed", "root {}"),
        ("POST", "/any", "root {}"),
        ("GET", "/user/bob", "root {'name': 'bob'}"),
        ("GET", "/below/fixed", "nested {}"),
    ],
)
async def test_both_ways_give_the_same(
    make_request: Any, method: str, path: str, text: str, middlewares: Any
) -> None:
    app = routed(*middlewares)
    app.freeze()
    assert app.handle_request != app._handle
    # The second time what was made for the route is at hand.
    for handle in (app.handle_request, app._handle, app.handle_request):
        request = make_request(method, path)
        response = await handle(request)
        assert response.text == text
        assert response.headers.get("X-Outer") == (
            request.match_info.route.resource.canonical if middlewares else None
        )
        assert request.match_info.apps[0] is app
        with pytest.raises(RuntimeError, match="freeze"):
            request.match_info.add_app(app)


@pytest.mark.parametrize(
    ("method", "path", "error"),
    [("GET", "/nowhere", HTTPNotFound), ("POST", "/fixed", HTTPMethodNotAllowed)],
)
async def test_what_leads_nowhere(
    make_request: Any, method: str, path: str, error: type[Exception]
) -> None:
    app = routed()
    app.freeze()
    with pytest.raises(error):
        await app.handle_request(make_request(method, path))


async def test_the_match_of_a_fixed_path_is_made_once(make_request: Any) -> None:
    app = routed()
    app.freeze()
    request = make_request("GET", "/fixed")
    assert request.match_info is None
    awaitable: Any = app.handle_request(request)
    copy = request.clone()
    assert request.match_info is request.match_info
    assert copy.match_info is request.match_info
    assert request.app is app
    assert (await awaitable).text == "root {}"


async def test_routes_may_be_added_to_a_resource_later(make_request: Any) -> None:
    app = Application()
    resource = app.router.add_resource("/a")
    app.freeze()
    handle = app.handle_request
    resource.add_route("GET", name_of_app)
    app._state["name"] = "late"
    assert (await handle(make_request("GET", "/a"))).text == "late {}"


async def test_domains_come_before_fixed_paths(make_request: Any) -> None:
    app = routed()
    other = named("other")
    other.router.add_get("/fixed", name_of_app)
    app.add_domain("other.example", other)
    app.freeze()
    handle = app.handle_request
    request = make_request("GET", "/fixed", {"Host": "other.example"})
    assert (await handle(request)).text == "other {}"
    assert (await handle(make_request("GET", "/fixed"))).text == "root {}"


async def test_several_resources_of_one_path(make_request: Any) -> None:
    app = named("root")
    app.router.add_get("/a", name_of_app, name="first")
    app.router.add_post("/a", name_of_app, name="second")
    app.freeze()
    for method in ("GET", "POST"):
        request = make_request(method, "/a")
        assert (await app.handle_request(request)).text == "root {}"
    assert request.match_info.route.resource.name == "second"


async def test_expectations_are_answered_first(make_request: Any) -> None:
    asked = []

    async def refuse(request: Request) -> Response:
        asked.append(request.path)
        return Response(status=417)

    app = named("root")
    app.router.add_get("/a", name_of_app, expect_handler=refuse)
    app.freeze()
    request = make_request("GET", "/a", {"Host": "a", "Expect": "100-continue"})
    assert (await app.handle_request(request)).status == 417
    assert asked == ["/a"]


def test_a_replaced_way_is_the_way(monkeypatch: pytest.MonkeyPatch) -> None:
    async def traced(self: Application, request: Request) -> Response:
        return Response(text="traced")

    app = routed()
    app.freeze()
    monkeypatch.setattr(Application, "_handle", traced)
    assert app.handle_request == app._handle
