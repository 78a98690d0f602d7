"""A server for an application (spec rows RUN-02, ADD-963)."""

from typing import Any

from aiohttp_web.application import Application, install_server_factory
from aiohttp_web.request import Request
from aiohttp_web.server import Server

__all__ = ("make_server",)


def make_server(app: Application, **options: Any) -> Server:
    """Return a :class:`Server` for *app*, which must be frozen.  *options* are those of Server."""
    return Server(
        app.handle_request,
        request_factory=Request,
        client_max_size=app.client_max_size,
        client_max_fields=app.client_max_fields,
        expect_first=False,
        response_hooks=app.listens_to_responses,
        **options,
    )


install_server_factory(make_server)
