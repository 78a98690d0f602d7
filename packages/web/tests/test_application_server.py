"""Servers of applications."""

from typing import Any

import pytest

from aiohttp_web import Application, Request, Response, make_server


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
