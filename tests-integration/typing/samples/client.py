"""Client code as users write it, through the facade."""

from collections.abc import AsyncIterator, Mapping
from types import SimpleNamespace
from typing import Any, assert_type

from multidict import CIMultiDictProxy
from yarl import URL

import aiohttp


class Api:
    """A class around a session, made in ``__aenter__``."""

    def __init__(self, base: str) -> None:
        self._base = base
        self._session: aiohttp.ClientSession | None = None

    async def __aenter__(self) -> "Api":
        timeout = aiohttp.ClientTimeout(total=30, connect=5.0)
        connector = aiohttp.TCPConnector(limit=10, ttl_dns_cache=300, ssl=False)
        self._session = aiohttp.ClientSession(
            self._base,
            timeout=timeout,
            connector=connector,
            headers={"Accept": "application/json"},
            cookie_jar=aiohttp.CookieJar(unsafe=True),
            auth=aiohttp.BasicAuth("user", "password"),
            raise_for_status=True,
        )
        return self

    async def __aexit__(self, *error: object) -> None:
        if self._session is not None:
            await self._session.close()

    async def item(self, number: int) -> Mapping[str, Any]:
        assert self._session is not None
        async with self._session.get("/items", params={"n": number}) as response:
            assert_type(response, aiohttp.ClientResponse)
            assert_type(response.status, int)
            assert_type(response.url, URL)
            assert_type(response.headers, CIMultiDictProxy[str])
            assert_type(await response.text(), str)
            assert_type(await response.read(), bytes)
            found: dict[str, Any] = await response.json()
            return found


async def pieces(session: aiohttp.ClientSession, url: str | URL) -> AsyncIterator[bytes]:
    async with session.get(url, allow_redirects=False) as response:
        async for piece in response.content.iter_chunked(1024):
            assert_type(piece, bytes)
            yield piece


async def without_a_block(session: aiohttp.ClientSession) -> str:
    response = await session.post("http://h.test/", json={"a": [1, 2]})
    assert_type(response, aiohttp.ClientResponse)
    try:
        response.raise_for_status()
        return await response.text()
    except aiohttp.ClientResponseError as error:
        assert_type(error.status, int)
        return error.message
    finally:
        response.release()


async def form(session: aiohttp.ClientSession) -> int:
    data = aiohttp.FormData()
    data.add_field("file", b"content", filename="a.txt", content_type="text/plain")
    async with session.put("http://h.test/", data=data) as response:
        return response.status


async def socket(session: aiohttp.ClientSession) -> list[str]:
    said: list[str] = []
    async with session.ws_connect("ws://h.test/", heartbeat=10.0) as ws:
        await ws.send_json({"subscribe": True})
        async for message in ws:
            if message.type is aiohttp.WSMsgType.TEXT:
                said.append(assert_type(message.data, str))
            elif message.type == aiohttp.WSMsgType.BINARY:
                said.append(assert_type(message.data, bytes).hex())
            elif message.type in (aiohttp.WSMsgType.CLOSED, aiohttp.WSMsgType.ERROR):
                break
        assert_type(ws.close_code, int | None)
        assert_type(await ws.receive_str(), str)
    return said


async def raw_socket(session: aiohttp.ClientSession, decode: bool) -> aiohttp.WSMessage:
    ws = await session.ws_connect("ws://h.test/", decode_text=False)
    message = await ws.receive(timeout=5)
    match message.type:
        case aiohttp.WSMsgType.TEXT:
            assert_type(message.data, bytes)
        case aiohttp.WSMsgType.CLOSE:
            assert_type(message.data, int)
            assert_type(message.extra, str)
        case aiohttp.WSMsgType.ERROR:
            assert_type(message.data, BaseException)
        case _:
            pass
    assert_type(await ws.receive_str(), bytes)
    either = await session.ws_connect("ws://h.test/", decode_text=decode)
    assert_type(await either.receive_str(), str | bytes)
    return message if decode else aiohttp.WSMessage(aiohttp.WSMsgType.TEXT, "", "")


def traced() -> aiohttp.TraceConfig[SimpleNamespace]:
    async def on_start(
        session: aiohttp.ClientSession,
        context: SimpleNamespace,
        params: aiohttp.TraceRequestStartParams,
    ) -> None:
        context.url = params.url

    config = aiohttp.TraceConfig(SimpleNamespace)
    config.on_request_start.append(on_start)
    return config


async def retry(
    request: aiohttp.ClientRequest, handler: aiohttp.ClientHandlerType
) -> aiohttp.ClientResponse:
    response = await handler(request)
    if response.status == 503:
        response = await handler(request)
    return response


async def with_middleware() -> None:
    async with aiohttp.ClientSession(middlewares=(retry,), trace_configs=[traced()]) as session:
        await session.head("http://h.test/")


async def errors(session: aiohttp.ClientSession) -> str:
    try:
        async with session.get("http://h.test/"):
            return "ok"
    except aiohttp.ClientConnectorError as error:
        return f"{error.host}:{error.port}"
    except (aiohttp.ClientPayloadError, aiohttp.ServerTimeoutError) as error:
        return str(error)
    except aiohttp.ClientError:
        return "other"
