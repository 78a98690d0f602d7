"""What an application adds to a request."""

from typing import Any

import pytest

from aiohttp_web import AppKey, Application, Request, Response, middleware

KEY = AppKey("KEY", str)


@pytest.mark.spec("WREQ-01", "ADD-586")
async def test_app_match_info_and_config(serve: Any) -> None:
    seen: list[Any] = []

    async def handler(request: Any) -> Response:
        seen.append((request.app, request.config_dict[KEY], request.match_info["name"]))
        copy = request.clone(rel_url="/other")
        assert copy.match_info is request.match_info
        assert copy.app is request.app
        return Response(text=request.match_info["name"])

    inner, outer = Application(), Application()
    inner.router.add_get("/{name}", handler)
    outer[KEY] = "outer"
    outer.add_subapp("/sub", inner)
    served = await serve(outer, access_log=None)
    assert (await served.ask("GET", "/sub/bob")).body == b"bob"
    inner_app, value, name = seen[0]
    assert inner_app is inner
    assert (value, name) == ("outer", "bob")


@pytest.mark.spec("WRSP-16", "SIG-01")
@pytest.mark.parametrize("nested", [False, True])
async def test_response_hooks(serve: Any, nested: bool) -> None:
    order: list[str] = []

    def hook(name: str) -> Any:
        async def receiver(request: Any, response: Any) -> None:
            order.append(name)
            assert "Server" in response.headers
            response.headers[f"X-{name}"] = "1"

        return receiver

    async def handler(request: Any) -> Response:
        return Response(text="a")

    inner, outer = Application(), Application()
    inner.on_response_prepare.append(hook("inner"))
    if nested:
        outer.on_response_prepare.append(hook("outer"))
    inner.router.add_get("/", handler)
    outer.add_subapp("/sub", inner)
    served = await serve(outer, access_log=None)
    answer = await served.ask("GET", "/sub/")
    assert answer.headers["X-inner"] == "1"
    assert order == (["outer", "inner"] if nested else ["inner"])
    order.clear()
    missing = await served.ask("GET", "/nowhere")
    assert missing.status == 404
    assert order == (["outer"] if nested else [])


@pytest.mark.spec("WREQ-09", "ADD-473")
async def test_limits_of_the_application(serve: Any) -> None:
    async def handler(request: Any) -> Response:
        return Response(text=f"{request.client_max_size} {request.client_max_fields}")

    app = Application(client_max_size=5, client_max_fields=6)
    app.router.add_get("/", handler)
    served = await serve(app, access_log=None)
    assert (await served.ask("GET", "/")).body == b"5 6"


@pytest.mark.spec("WREQ-33")
@pytest.mark.parametrize(("told", "scheme"), [("https", "https"), ("http", "http"), ("", "http")])
async def test_a_middleware_decides_on_the_scheme_behind_a_proxy(
    serve: Any, told: str, scheme: str
) -> None:
    @middleware
    async def behind_a_proxy(request: Request, handler: Any) -> Any:
        if request.headers.get("X-Forwarded-Proto") == "https":
            request = request.clone(scheme="https")
        return await handler(request)

    async def handler(request: Request) -> Response:
        return Response(text=f"{request.scheme} {request.secure} {request.url}")

    app = Application(middlewares=[behind_a_proxy])
    app.router.add_get("/{name}", handler)
    with pytest.raises(TypeError):
        Application(secure_proxy_ssl_header=("X-Forwarded-Proto", "https"))  # type: ignore[call-arg]
    served = await serve(app)
    answer = await served.ask("GET", "/bob", X_Forwarded_Proto=told)
    assert answer.body.decode() == f"{scheme} {scheme == 'https'} {scheme}://example.com/bob"
