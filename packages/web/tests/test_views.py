"""Class-based views."""

from collections.abc import Callable
from typing import Any

import pytest

from aiohttp_web.abc import AbstractView
from aiohttp_web.application import Application
from aiohttp_web.exceptions import HTTPMethodNotAllowed
from aiohttp_web.request import Request
from aiohttp_web.response import Response
from aiohttp_web.route_defs import RouteTableDef, view
from aiohttp_web.views import View

MakeRequest = Callable[..., Request]
METHODS = ["CONNECT", "DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT", "TRACE"]


async def text(self: Any) -> Response:
    return Response(text=f"{self.request.method} {self.request.match_info.get('x')}")


class Everything(View):
    connect = delete = get = head = options = patch = post = put = trace = text


class Some(View):
    get = post = text

    def helper(self) -> None:
        raise AssertionError("no request may reach this")


@pytest.mark.spec("RDEF-06", "ABC-05")
@pytest.mark.parametrize("method", METHODS)
async def test_each_method(make_request: MakeRequest, method: str) -> None:
    made = Everything(make_request(method, "/"))
    assert isinstance(made, AbstractView)
    assert isinstance(made.request, Request)
    made.request.set_match_info({"x": "1"})
    assert (await made).text == f"{method} 1"


@pytest.mark.spec("RDEF-06", "ADD-574")
@pytest.mark.parametrize("method", ["PUT", "HELPER", "REQUEST", "_SERVE", "__AWAIT__"])
async def test_other_methods_are_405(make_request: MakeRequest, method: str) -> None:
    with pytest.raises(HTTPMethodNotAllowed) as raised:
        await Some(make_request(method, "/"))
    assert raised.value.allowed_methods == {"GET", "POST"}
    assert raised.value.method == method


@pytest.mark.spec("RDEF-07", "RTR-07")
@pytest.mark.parametrize("way", ["definition", "table", "add_view", "add_route"])
async def test_registration(make_request: MakeRequest, way: str) -> None:
    app = Application()
    if way == "definition":
        app.add_routes([view("/{x}", Some)])
    elif way == "table":
        table = RouteTableDef()
        assert table.view("/{x}")(Some) is Some
        app.add_routes(table)
    elif way == "add_view":
        app.router.add_view("/{x}", Some)
    else:
        app.router.add_route("*", "/{x}", Some)
    app.freeze()
    response: Any = await app._handle(make_request("POST", "/7"))
    assert response.text == "POST 7"
    with pytest.raises(HTTPMethodNotAllowed):
        await app._handle(make_request("DELETE", "/7"))


@pytest.mark.spec("WMW-03")
async def test_inside_middlewares(make_request: MakeRequest) -> None:
    async def shout(request: Request, handler: Any) -> Response:
        response: Response = await handler(request)
        response.text = (response.text or "").upper()
        return response

    class Quiet(View):
        async def get(self) -> Response:
            return Response(text="quiet")

    app = Application(middlewares=[shout])
    app.router.add_view("/", Quiet)
    app.freeze()
    response: Any = await app._handle(make_request("GET", "/"))
    assert response.text == "QUIET"
