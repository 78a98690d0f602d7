"""A response from its head to the end of its connection."""

import asyncio
import io
import pickle
from typing import Any

import pytest
from multidict import CIMultiDict, CIMultiDictProxy
from yarl import URL

from aiohttp_client import (
    ClientConnectionError,
    ClientPayloadError,
    ClientResponse,
    ClientResponseError,
    ClientSession,
    ClientTimeout,
    RequestInfo,
)
from aiohttp_core.streams import StreamReader

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello"
HALF = b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhel"


async def waiting(talk: Any) -> None:
    """Send a part of the answer to each request and wait for the client's end."""
    await talk.head()
    await talk.send(HALF)
    await talk.ended()


@pytest.mark.spec("CRSP-01")
@pytest.mark.parametrize("fails", [False, True])
async def test_a_response_is_released_at_exit(serve: Any, answering: Any, fails: bool) -> None:
    server = await serve(answering(OK))
    async with ClientSession() as session:
        assert session.connector is not None
        for _ in range(2):
            response = await session.get(server.url())
            try:
                async with response as entered:
                    assert entered is response
                    if not fails:
                        assert await response.read() == b"hello"
                    else:
                        raise KeyError("of the application")
            except KeyError:
                assert fails
            assert response.closed
            assert response.connection is None
            assert session.connector.stats.leased == 0
    # Its whole body was there, so the connection was kept in either case.
    assert len(server.talks) == 1


@pytest.mark.spec("CRSP-16", "CRSP-27")
async def test_close_closes_the_connection_too(serve: Any, answering: Any) -> None:
    server = await serve(waiting, answering(OK))
    async with ClientSession() as session:
        assert session.connector is not None
        response = await session.get(server.url())
        assert response.connection is not None
        response.close()
        assert response.closed
        assert response.connection is None
        assert session.connector.stats[:3] == (0, 0, 0)
        response.close()
        with pytest.raises(ClientConnectionError, match="Connection closed"):
            await response.read()
        async with session.get(server.url()) as other:
            assert await other.read() == b"hello"
            with pytest.raises(TypeError):
                other.close(force=True)  # type: ignore[call-arg]
            assert not hasattr(other, "message")
    assert len(server.talks) == 2
    assert await server.talks[0].ended() == b""


@pytest.mark.spec("CRSP-17", "C11", "ADD-1044")
async def test_a_body_that_was_read_gives_the_connection_back(serve: Any, answering: Any) -> None:
    """One that breaks closes it."""

    async def cut(talk: Any) -> None:
        await talk.head()
        await talk.send(HALF)

    server = await serve(answering(OK))
    other = await serve(cut)
    async with ClientSession() as session:
        connector = session.connector
        assert connector is not None
        response = await session.get(server.url())
        assert await response.read() == b"hello"
        assert (connector.stats.idle, connector.stats.leased) == (1, 0)
        assert await response.read() == b"hello"
        broken = await session.get(other.url())
        with pytest.raises(ClientPayloadError) as caught:
            await broken.read()
        assert not isinstance(caught.value, ClientResponseError)
        assert broken.closed
        assert (connector.stats.idle, connector.stats.leased) == (1, 0)
        connector.check_invariants()


@pytest.mark.spec("CRSP-17")
async def test_a_cancelled_read_closes_the_connection(serve: Any) -> None:
    server = await serve(waiting)
    async with ClientSession() as session:
        assert session.connector is not None
        response = await session.get(server.url())
        reading = asyncio.ensure_future(response.read())
        await asyncio.sleep(0)
        reading.cancel()
        with pytest.raises(asyncio.CancelledError):
            await reading
        assert response.closed
        assert session.connector.stats[:3] == (0, 0, 0)


@pytest.mark.spec("CRSP-23", "HDR-04")
async def test_request_info(serve: Any, answering: Any) -> None:
    """What was asked for, with the fragment in the real URL only."""
    server = await serve(answering(OK))
    async with ClientSession(headers={"X-All": "1"}) as session:
        for _ in range(2):
            url = URL(server.url("/a?b=c#d"))
            async with session.get(url, headers={"X-One": "2"}) as response:
                info = response.request_info
            assert isinstance(info, RequestInfo)
            assert isinstance(info, tuple)
            assert info._fields == ("url", "method", "headers", "real_url")
            assert (info.url, info.real_url) == (url.with_fragment(None), url)
            assert info.method == "GET"
            assert isinstance(info.headers, CIMultiDictProxy)
            assert (info.headers["x-all"], info.headers["X-ONE"]) == ("1", "2")
            assert info.headers["Host"] == url.authority
            assert pickle.loads(pickle.dumps(info)).url == info.url
    made = RequestInfo(url, "GET", CIMultiDictProxy(CIMultiDict()))
    assert made.real_url == url


@pytest.mark.spec("CRSP-25")
@pytest.mark.parametrize("method", ["read", "text", "json"])
async def test_content_that_was_read_is_not_given_again(
    serve: Any, answering: Any, method: str
) -> None:
    """Who reads the stream has the body; there is no second copy of it."""
    server = await serve(answering(OK.replace(b"hello", b"[1,2]")))
    async with ClientSession() as session:
        async with session.get(server.url()) as response:
            assert isinstance(response.content, StreamReader)
            assert await response.content.read() == b"[1,2]"
            rest = await getattr(response, method)(
                **({"content_type": None} if method == "json" else {})
            )
            assert not rest
        async with session.get(server.url()) as response:
            assert await response.read() == b"[1,2]"
            assert await response.text() == "[1,2]"
            assert await response.json(content_type=None) == [1, 2]


@pytest.mark.spec("CRSP-26")
async def test_the_url_is_an_object(serve: Any, answering: Any) -> None:
    server = await serve(answering(OK))
    async with ClientSession() as session:
        async with session.get(server.url("/x")) as response:
            assert type(response.url) is URL
            with pytest.warns(DeprecationWarning, match=r"use \.url"):
                assert response.url_obj == response.url


@pytest.mark.spec("CRSP-27", "C80", "ADD-1042")
async def test_release_waits_for_nothing(serve: Any, answering: Any) -> None:
    """It is a plain method; what it returns may be awaited, and need not be."""
    server = await serve(answering(OK))
    async with ClientSession() as session:
        assert session.connector is not None
        for awaited in (False, True):
            response = await session.get(server.url())
            done = response.release()
            assert response.closed
            assert session.connector.stats.leased == 0
            if awaited:
                assert await done is None
    assert len(server.talks) == 1


@pytest.mark.spec("C13")
@pytest.mark.parametrize(
    "body",
    ["grüße".encode("latin-1"), "привет, мир".encode("cp1251"), "こんにちは".encode("euc-jp")],
)
async def test_encodings_are_not_guessed(serve: Any, answering: Any, body: bytes) -> None:
    """Without a word of the server the resolver decides, UTF-8 if there is none."""
    head = f"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: {len(body)}\r\n\r\n"
    server = await serve(answering(head.encode() + body))
    async with ClientSession() as session:
        async with session.get(server.url()) as response:
            with pytest.raises(UnicodeDecodeError):
                await response.text()
    asked: list[bytes] = []

    def resolve(response: ClientResponse, data: bytes) -> str:
        asked.append(data)
        return "latin-1"

    async with ClientSession(fallback_charset_resolver=resolve) as session:
        async with session.get(server.url()) as response:
            assert await response.text() == body.decode("latin-1")
    assert asked == [body]


@pytest.mark.spec("ADD-866", "ADD-362", "ADD-958")
async def test_older_view_of_an_upload(serve: Any) -> None:
    """``output_size`` and ``upload_complete``, which an upload tracker replaces."""
    goes_on = asyncio.Event()

    async def early(talk: Any) -> None:
        await talk.head()
        await talk.send(OK)
        await goes_on.wait()
        assert await talk.exactly(9)
        await talk.ended()

    async def pieces() -> Any:
        yield b"x"
        await goes_on.wait()
        yield b"y"

    server = await serve(early)
    async with ClientSession() as session:
        response = await session.post(server.url(), data=pieces())
        with pytest.warns(DeprecationWarning, match="UploadTracker"):
            assert response.upload_complete is False
        with pytest.warns(DeprecationWarning, match="UploadTracker"):
            assert response.output_size >= 0
        goes_on.set()
        await response.wait_for_close()
        with pytest.warns(DeprecationWarning, match="UploadTracker"):
            assert response.upload_complete is True


@pytest.mark.spec("RED-07")
async def test_a_connection_is_not_used_after_an_exception(serve: Any, answering: Any) -> None:
    async def garbage(talk: Any) -> None:
        await talk.head()
        await talk.send(b"garbage\r\n\r\n")
        await talk.ended()

    server = await serve(garbage, answering(OK))
    async with ClientSession() as session:
        connector = session.connector
        assert connector is not None
        with pytest.raises(ClientResponseError):
            await session.get(server.url())
        assert connector.stats[:3] == (0, 0, 0)
        async with session.get(server.url()) as response:
            assert await response.read() == b"hello"
    assert len(server.talks) == 2


@pytest.mark.spec("RED-07")
async def test_a_connection_that_was_closed_leaves_the_pool(serve: Any, answering: Any) -> None:
    async def once(talk: Any) -> None:
        await talk.head()
        await talk.send(OK)

    server = await serve(once, answering(OK))
    async with ClientSession() as session:
        connector = session.connector
        assert connector is not None
        async with session.get(server.url()) as response:
            await response.read()
        async with asyncio.timeout(15):
            while connector.stats.idle:
                await asyncio.sleep(0.001)
        async with session.get(server.url()) as response:
            assert await response.read() == b"hello"
        assert connector.stats.created == 2


@pytest.mark.spec("TMO-11", "C97")
async def test_what_stands_for_the_older_timeout(serve: Any) -> None:
    """``total`` is for the whole, ``sock_read`` for silence; the standard library's works too."""
    import aiohttp_client

    assert not hasattr(aiohttp_client, "Timeout")

    async def drip(talk: Any) -> None:
        await talk.head()
        await talk.send(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
        while True:
            await talk.send(b"x")
            await asyncio.sleep(0.02)

    server = await serve(drip)
    async with ClientSession() as session:

        async def use(**options: Any) -> None:
            async with session.get(server.url(), **options) as response:
                await response.read()

        with pytest.raises(TimeoutError):  # however much is said
            await use(timeout=ClientTimeout(total=0.2, sock_read=10))
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.2):
                await use(timeout=ClientTimeout(sock_read=10))
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(use(timeout=ClientTimeout(sock_read=10)), 0.2)
        assert session.connector is not None
        assert session.connector.stats[:3] == (0, 0, 0)


@pytest.mark.spec("ADD-909", "ADD-230")
@pytest.mark.parametrize("start", [0, 2])
async def test_a_retry_sends_the_complete_file(serve: Any, start: int) -> None:
    """From where it stood at first, although the lost attempt has read it."""
    got: list[bytes] = []

    async def lost(talk: Any) -> None:
        await talk.head()
        got.append(await talk.exactly(6 - start))
        talk.reset()

    async def kept(talk: Any) -> None:
        await talk.head()
        got.append(await talk.exactly(6 - start))
        await talk.send(OK)

    server = await serve(lost, kept)
    file = io.BytesIO(b"abcdef")
    file.seek(start)
    async with ClientSession() as session:
        async with session.put(server.url(), data=file) as response:
            assert response.status == 200
    assert got == [b"abcdef"[start:]] * 2
