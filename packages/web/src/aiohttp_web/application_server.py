"""A server for an application (spec rows RUN-02, ADD-008, ADD-963)."""

from typing import Any

from aiohttp_core.caller_warnings import warn_caller
from aiohttp_core.development import DEBUG
from aiohttp_web.application import Application, install_server_factory
from aiohttp_web.request import Request
from aiohttp_web.server import Server

__all__ = ("make_server",)


class _WatchedRequest(Request):
    """What a server makes in development mode: a request that warns about attributes of users."""

    def __setattr__(self, name: str, value: Any) -> None:
        if not hasattr(Request, name):
            warn_caller(f"Setting custom Request.{name} attribute is discouraged")
        super().__setattr__(name, value)


_WatchedRequest.__name__ = _WatchedRequest.__qualname__ = Request.__name__


def make_server(app: Application, **options: Any) -> Server:
    """Return a :class:`Server` for *app*, which must be frozen.  *options* are those of Server."""
    return Server(
        app.handle_request,
        request_factory=_WatchedRequest if DEBUG else Request,
        client_max_size=app.client_max_size,
        client_max_fields=app.client_max_fields,
        expect_first=False,
        response_hooks=app.listens_to_responses,
        **options,
    )


install_server_factory(make_server)
