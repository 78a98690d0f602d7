"""The chain of middlewares."""

from typing import Any

import pytest
from yarl import URL

from aiohttp_client.middlewares import ClientHandlerType, build_client_middlewares
from aiohttp_client.request import ClientRequest
from aiohttp_client.response import ClientResponse


@pytest.mark.spec("CMW-01", "CMW-02", "CMW-03", "ADD-372", "ADD-376")
async def test_order() -> None:
    events: list[str] = []

    class Middleware:
        def __init__(self, name: str) -> None:
            self.name = name

        async def __call__(
            self, request: ClientRequest, handler: ClientHandlerType
        ) -> ClientResponse:
            events.append(f"enter {self.name}")
            try:
                return await handler(request)
            finally:
                events.append(f"leave {self.name}")

        async def method(
            self, request: ClientRequest, handler: ClientHandlerType
        ) -> ClientResponse:
            return await self(request, handler)

    async def function(request: ClientRequest, handler: ClientHandlerType) -> ClientResponse:
        events.append("function")
        return await handler(request)

    async def send(request: ClientRequest) -> ClientResponse:
        events.append("send")
        return ClientResponse.build(url=request.url)

    chain = build_client_middlewares(send, [Middleware("1"), Middleware("2").method, function])
    await chain(ClientRequest("GET", URL("http://a.example/")))
    assert events == ["enter 1", "enter 2", "function", "send", "leave 2", "leave 1"]


@pytest.mark.spec("CMW-04", "CMW-07", "ADD-375", "ADD-379")
async def test_a_middleware_decides() -> None:
    sent = 0

    async def send(request: ClientRequest) -> ClientResponse:
        nonlocal sent
        sent += 1
        return ClientResponse.build(url=request.url)

    async def twice(request: ClientRequest, handler: ClientHandlerType) -> ClientResponse:
        await handler(request)
        return await handler(request)

    async def cached(request: ClientRequest, handler: ClientHandlerType) -> ClientResponse:
        return ClientResponse.build(status=304)

    async def refuse(request: ClientRequest, handler: ClientHandlerType) -> Any:
        raise PermissionError("no")

    request = ClientRequest("GET", URL("http://a.example/"))
    assert build_client_middlewares(send, []) is send
    await build_client_middlewares(send, (twice,))(request)
    assert sent == 2
    assert (await build_client_middlewares(send, (cached,))(request)).status == 304
    with pytest.raises(PermissionError):
        await build_client_middlewares(send, (refuse,))(request)
    assert sent == 2
