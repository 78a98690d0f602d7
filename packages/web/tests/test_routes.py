"""Routes: which handlers are taken, and what a route tells."""

import functools
from collections.abc import Generator
from typing import Any
from unittest import mock

import pytest
from yarl import URL

from aiohttp_web.abc import AbstractView
from aiohttp_web.exceptions import HTTPMethodNotAllowed, HTTPNotFound
from aiohttp_web.expect import default_expect_handler
from aiohttp_web.resources import DynamicResource, PlainResource
from aiohttp_web.response import Response
from aiohttp_web.routes import AbstractRoute, ResourceRoute, SystemRoute, check_method


async def handler(request: Any) -> Response:
    return Response(text="async")


class View(AbstractView):
    def __await__(self) -> Generator[None, None, Response]:
        yield from ()
        return Response(text="view")


class WithCall:
    async def __call__(self, request: Any) -> Response:
        return Response(text="called")

    async def method(self, request: Any) -> Response:
        return Response(text="method")


async def two(extra: str, request: Any) -> Response:
    return Response(text=extra)


@pytest.mark.spec("RTR-04", "RDEF-08", "ADD-575", "C62")
@pytest.mark.parametrize(
    ("given", "text"),
    [
        (handler, "async"),
        (WithCall(), "called"),
        (WithCall().method, "method"),
        (functools.partial(two, "partial"), "partial"),
        (functools.partial(functools.partial(two), "nested"), "nested"),
        (View, "view"),
        (mock.AsyncMock(return_value=Response(text="mock")), "mock"),
    ],
)
async def test_handlers(given: Any, text: str) -> None:
    route = PlainResource("/").add_route("GET", given)
    assert route.handler is given
    assert (await route.handler(None)).text == text


def plain(request: Any) -> Response:
    return Response(text="plain")


def returns_coroutine(request: Any) -> Any:
    return handler(request)


def generator(request: Any) -> Any:
    yield
    inner = yield from iter([])
    assert inner is None
    return Response(text="generator")


@pytest.mark.spec("RTR-04", "ADD-575", "ADD-964", "ADD-1059")
@pytest.mark.parametrize(
    ("given", "text"),
    [(plain, "plain"), (returns_coroutine, "async"), (generator, "generator")],
)
async def test_other_callables_are_deprecated(given: Any, text: str) -> None:
    with pytest.warns(DeprecationWarning, match="async def"):
        route = PlainResource("/").add_route("GET", given)
    assert route.handler.__name__ == given.__name__
    assert (await route.handler(None)).text == text


@pytest.mark.parametrize("given", [None, 5, "text"])
def test_what_cannot_be_called_is_refused(given: Any) -> None:
    with pytest.raises(TypeError, match="callable"):
        PlainResource("/").add_route("GET", given)


@pytest.mark.spec("EXP-03", "RES-09")
async def test_expect_handler() -> None:
    async def own(request: Any) -> None:
        request.append("asked")

    route = PlainResource("/").add_route("GET", handler, expect_handler=own)
    seen: list[str] = []
    assert await route.handle_expect_header(seen) is None
    assert seen == ["asked"]
    for wrong in (5, lambda request: None):
        with pytest.raises(TypeError, match="expect"):
            PlainResource("/").add_route("GET", handler, expect_handler=wrong)  # type: ignore[arg-type]


@pytest.mark.spec("RES-09")
def test_resource_route() -> None:
    resource = DynamicResource("/a/{x}", name="n")
    route = resource.add_route("put", handler)
    assert isinstance(route, ResourceRoute)
    assert (route.method, route.handler, route.name) == ("PUT", handler, "n")
    assert route.resource is resource
    assert route.url_for(x="1") == URL("/a/1")
    assert route.get_info() == resource.get_info()
    assert repr(route).startswith("<ResourceRoute [PUT] <DynamicResource 'n'")


@pytest.mark.spec("RES-10", "RES-14")
async def test_system_route() -> None:
    raised = HTTPMethodNotAllowed("GET", ["POST"])
    route = SystemRoute(raised)
    assert (route.status, route.reason, route.method) == (405, "Method Not Allowed", "*")
    assert route.resource is None
    assert route.name is None
    assert route.get_info() == {"http_exception": raised}
    assert route.http_exception is raised
    assert repr(route) == "<SystemRoute 405: Method Not Allowed>"
    with pytest.raises(RuntimeError):
        route.url_for()
    with pytest.raises(HTTPMethodNotAllowed) as caught:
        await route.handler(None)
    assert caught.value is raised


@pytest.mark.spec("EXP-06")
async def test_expect_is_answered_where_nothing_is_found_too() -> None:
    route = SystemRoute(HTTPNotFound())
    asked = []

    class RequestStub:
        version = (1, 1)
        headers: dict[str, str] = {"Expect": "100-continue"}

        async def send_informational(self, status: int) -> None:
            asked.append(status)

    assert await route.handle_expect_header(RequestStub()) is None
    assert asked == [100]
    assert default_expect_handler is not None


@pytest.mark.spec("ADD-573")
def test_check_method() -> None:
    assert check_method("x-Own!") == "X-OWN!"
    for wrong in ("", " GET", "GET\n", "GÈT", "a/b", "a:b"):
        with pytest.raises(ValueError, match="method"):
            check_method(wrong)


def test_abstract_route_must_be_completed() -> None:
    with pytest.raises(TypeError):
        AbstractRoute("GET", handler)  # type: ignore[abstract]
