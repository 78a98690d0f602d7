"""Our client inside our server, and limits and sockets that both have."""

import asyncio
import socket
import ssl
from collections.abc import AsyncIterator
from typing import Any

import pytest

from aiohttp_client import ClientResponseError, ClientSession, TCPConnector
from aiohttp_core.streams import StreamReader
from aiohttp_web import AppKey, Application, AppRunner, Request, Response, TCPSite

SESSIONS: AppKey[list[ClientSession]] = AppKey("SESSIONS", list)


class Running:
    """An application that is served until the block ends."""

    def __init__(self, application: Application, **options: Any) -> None:
        self.runner = AppRunner(application, **options)

    async def __aenter__(self) -> str:
        await self.runner.setup()
        await TCPSite(self.runner, "127.0.0.1", 0).start()
        return f"http://127.0.0.1:{self.runner.addresses[0][1]}"

    async def __aexit__(self, *_: object) -> None:
        await self.runner.cleanup()


@pytest.mark.spec("ADD-404")
async def test_sessions_live_as_long_as_their_application() -> None:
    """They are made in a cleanup context, used by all handlers, and closed together."""

    async def upstream(request: Request) -> Response:
        return Response(text=f"answer to {request.path}")

    async def sessions(application: Application) -> AsyncIterator[None]:
        made = application[SESSIONS] = [ClientSession(), ClientSession()]
        yield
        await asyncio.gather(*[session.close() for session in made])

    back = Application()
    back.router.add_get("/{name}", upstream)
    async with Running(back) as backend:

        async def forward(request: Request) -> Response:
            session = request.app[SESSIONS][int(request.query["which"])]
            async with session.get(backend + request.path) as response:
                return Response(text=await response.text())

        front = Application()
        front.cleanup_ctx.append(sessions)
        front.router.add_get("/{name}", forward)
        async with Running(front) as frontend, ClientSession() as session:

            async def use(number: int) -> str:
                url = f"{frontend}/{number}?which={number % 2}"
                async with session.get(url) as response:
                    return await response.text()

            answers = await asyncio.gather(*[use(number) for number in range(20)])
            assert answers == [f"answer to /{number}" for number in range(20)]
            for made in front[SESSIONS]:
                assert not made.closed
                assert made.connector is not None
                assert made.connector.stats.leased == 0
                assert made.connector.stats.idle > 0
        assert all(made.closed for made in front[SESSIONS])


@pytest.mark.spec("ADD-312")
async def test_small_writes_are_not_delayed_on_either_side() -> None:
    def no_delay(transport: Any) -> int:
        sock = transport.get_extra_info("socket")
        return int(sock.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY))

    async def handle(request: Request) -> Response:
        assert request.transport is not None
        seen.append(no_delay(request.transport))
        return Response(text="x" * 1_000_000)

    seen: list[int] = []
    application = Application()
    application.router.add_get("/", handle)
    async with Running(application) as url, ClientSession() as session:
        for _ in range(2):
            async with session.get(url) as response:
                assert response.connection is not None
                seen.append(no_delay(response.connection.transport))
                await response.read()
    assert len(seen) == 4
    assert all(seen)


@pytest.mark.spec("ADD-846")
@pytest.mark.parametrize("where", ["session", "request", "runner"])
@pytest.mark.parametrize("count", [10, 20])
async def test_how_many_fields_a_message_may_have(where: str, count: int) -> None:
    """``max_headers`` of each of them; the message of 20 passes it, that of 10 does not."""
    fields = {f"X-{number}": "1" for number in range(count)}

    async def handle(request: Request) -> Response:
        return Response(headers=fields if where != "runner" else None)

    application = Application()
    application.router.add_get("/", handle)
    limit = {"max_headers": 16}
    for_session: Any = limit if where == "session" else {}
    for_request: Any = limit if where == "request" else {}
    for_runner: Any = limit if where == "runner" else {}
    async with Running(application, **for_runner) as url, ClientSession(**for_session) as session:
        for_request["headers"] = fields if where == "runner" else None
        if count < 16:
            async with session.get(url, **for_request) as response:
                assert response.status == 200
        elif where == "runner":
            async with session.get(url, **for_request) as response:
                assert response.status in {400, 431}
        else:
            with pytest.raises(ClientResponseError):
                await session.get(url, **for_request)
        assert session.connector is not None
        assert session.connector.stats.leased == 0


@pytest.mark.spec("STR-01")
async def test_bodies_are_streams_on_both_sides() -> None:
    async def handle(request: Request) -> Response:
        assert isinstance(request.content, StreamReader)
        return Response(body=await request.content.read())

    application = Application()
    application.router.add_post("/", handle)
    async with Running(application) as url, ClientSession() as session:
        for data in (b"", b"x" * 100_000):
            async with session.post(url, data=data) as response:
                assert isinstance(response.content, StreamReader)
                assert await response.content.read() == data


@pytest.mark.spec("C52", "ADD-1056")
@pytest.mark.parametrize(
    ("make", "options"),
    [
        (ClientSession, {"ssl_shutdown_timeout": 0.1}),
        (TCPConnector, {"ssl_shutdown_timeout": 0.1}),
        (TCPConnector, {"verify_ssl": False}),
        (TCPConnector, {"fingerprint": bytes(32)}),
        (TCPConnector, {"ssl_context": ssl.create_default_context()}),
        (Application, {"debug": True}),
        (Application, {"loop": None}),
    ],
    ids=lambda value: value.__name__ if isinstance(value, type) else next(iter(value)),
)
async def test_arguments_that_a_later_version_drops(make: Any, options: dict[str, Any]) -> None:
    """Here they work, and warn."""
    if "loop" in options:
        options = {"loop": asyncio.get_running_loop()}
    with pytest.warns(DeprecationWarning):
        made = make(**options)
    if make is Application:
        async with Running(made), ClientSession():
            pass
    else:
        await made.close()
    # A loop is what clients take without a word, as they did.
    async with ClientSession(loop=asyncio.get_running_loop()) as session:
        assert not session.closed
