"""Handlers inside middlewares: order, styles, errors."""

import warnings
from collections.abc import Callable
from typing import Any

import pytest

from aiohttp_web.application import Application
from aiohttp_web.exceptions import HTTPException, HTTPForbidden
from aiohttp_web.middlewares import middleware
from aiohttp_web.request import Request
from aiohttp_web.response import Response

MakeRequest = Callable[..., Request]


async def handler(request: Request) -> Response:
    return Response(text="hello")


async def answer(app: Application, request: Request) -> Response:
    app.freeze()
    response = await app._handle(request)
    assert isinstance(response, Response)
    return response


async def plain_middleware(request: Request, handler: Any) -> Any:
    return await handler(request)


def logging_middleware(name: str, log: list[str]) -> Any:
    async def log_it(request: Request, handler: Any) -> Any:
        log.append(f">{name}")
        try:
            return await handler(request)
        finally:
            log.append(f"<{name}")

    return log_it


@pytest.mark.spec("WMW-01", "WMW-02", "WMW-03", "WMW-07", "C20", "ADD-585", "ADD-935")
async def test_the_first_middleware_is_the_outermost(make_request: MakeRequest) -> None:
    log: list[str] = []
    app = Application(
        middlewares=[middleware(logging_middleware("1", log)), logging_middleware("2", log)]
    )
    app.router.add_get("/", handler)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert (await answer(app, make_request("GET", "/"))).text == "hello"
    assert log == [">1", ">2", "<2", "<1"]


@pytest.mark.spec("WMW-04", "WMW-05", "WMW-06")
async def test_middlewares_see_errors(make_request: MakeRequest) -> None:
    async def render(request: Request, handler: Any) -> Any:
        try:
            return await handler(request)
        except HTTPException as error:
            return Response(text=f"rendered {error.status}", status=error.status)

    async def forbid(request: Request) -> Response:
        raise HTTPForbidden

    async def fail(request: Request) -> Response:
        raise ValueError("no")

    app = Application(middlewares=[render])
    app.router.add_post("/", handler)
    app.router.add_get("/forbidden", forbid)
    app.router.add_get("/fail", fail)
    for target, text in [
        ("/missing", "rendered 404"),
        ("/", "rendered 405"),
        ("/forbidden", "rendered 403"),
    ]:
        assert (await answer(app, make_request("GET", target))).text == text
    with pytest.raises(ValueError, match="no"):
        await answer(app, make_request("GET", "/fail"))


async def test_middlewares_see_the_attributes_of_the_handler(make_request: MakeRequest) -> None:
    seen = []

    async def look(request: Request, handler: Any) -> Any:
        seen.append((handler.__name__, getattr(handler, "mark", None)))
        return await handler(request)

    async def marked(request: Request) -> Response:
        return Response()

    marked.mark = 1  # type: ignore[attr-defined]
    app = Application(middlewares=[look, look])
    app.router.add_get("/", marked)
    await answer(app, make_request("GET", "/"))
    assert seen == [("marked", 1), ("marked", 1)]


@pytest.mark.spec("WMW-12", "ADD-585", "ADD-964")
async def test_old_style_factories_are_deprecated(make_request: MakeRequest) -> None:
    async def factory(app: Application, handler: Any) -> Any:
        async def run(request: Request) -> Any:
            response = await handler(request)
            response.headers["X-Old"] = "1"
            return response

        return run

    log: list[str] = []
    app = Application(middlewares=[factory, logging_middleware("new", log)])
    app.router.add_get("/", handler)
    with pytest.warns(DeprecationWarning, match="old-style"):
        response = await answer(app, make_request("GET", "/"))
    assert response.headers["X-Old"] == "1"
    assert log == [">new", "<new"]


class CallableMiddleware:
    async def __call__(self, request: Request, handler: Any) -> Any:
        return await handler(request)

    async def method(self, request: Request, handler: Any) -> Any:
        return await handler(request)


@pytest.mark.spec("WMW-01", "WMW-02")
@pytest.mark.parametrize(
    "given", [CallableMiddleware(), CallableMiddleware().method, plain_middleware]
)
async def test_kinds_of_middlewares(given: Any, make_request: MakeRequest) -> None:
    app = Application(middlewares=[given])
    app.router.add_get("/", handler)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert (await answer(app, make_request("GET", "/"))).text == "hello"
