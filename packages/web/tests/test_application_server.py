"""Servers of applications."""

from typing import Any

import pytest

from aiohttp_core.composed import compose_request_head
from aiohttp_web import Application, Request, Response, application_server, make_server


async def hello(request: Any) -> Response:
    return Response(text="a")


@pytest.mark.spec("ADD-963")
async def test_make_handler_is_deprecated_and_works() -> None:
    app = Application()
    with pytest.warns(DeprecationWarning, match="make_handler"):
        server = app.make_handler(access_log=None)
    assert server.request_factory is Request


async def test_what_the_application_says() -> None:
    app = Application(client_max_size=5, client_max_fields=6)
    app.freeze()
    server = make_server(app, access_log=None)
    assert (server.client_max_size, server.client_max_fields) == (5, 6)
    assert not server.response_hooks
    assert not server.expect_first
    listening = Application()
    inner = Application()

    async def hook(request: Any, response: Any) -> None:
        pass

    inner.on_response_prepare.append(hook)
    listening.add_subapp("/a", inner)
    listening.freeze()
    assert make_server(listening, access_log=None).response_hooks


@pytest.mark.spec("ADD-008")
async def test_in_development_mode_requests_warn_about_own_attributes(
    monkeypatch: pytest.MonkeyPatch, make_request: Any
) -> None:
    monkeypatch.setattr(application_server, "DEBUG", True)
    app = Application()
    app.freeze()
    factory = make_server(app, access_log=None).request_factory
    plain = make_request("GET", "/")
    request = factory(compose_request_head("GET", "/", {"Host": "a"}), None, None)
    assert isinstance(request, Request)
    assert type(request).__name__ == "Request"
    request.set_match_info("match")  # what the class itself keeps warns of nothing
    with pytest.warns(DeprecationWarning, match=r"custom Request\.own attribute") as caught:
        request.own = 1
    assert caught[0].filename == __file__
    assert request.own == 1
    plain.own = 1  # outside of it nothing is said
