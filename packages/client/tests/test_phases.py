"""Each timeout ends the phase that it is for, and its error says which one that was."""

import asyncio
import io
import ssl
from typing import Any

import pytest
import trustme

from aiohttp_client import (
    ClientSession,
    ClientTimeout,
    ConnectionTimeoutError,
    ServerTimeoutError,
    SocketTimeoutError,
    TCPConnector,
)

SHORT = 0.05

TOO_LONG = 16 * 1024 * 1024
"""Bytes of a body that no socket buffers hold."""


async def silent(talk: Any) -> None:
    """Take the connection and do nothing with it."""
    await asyncio.Event().wait()


async def ended(talk: Any) -> None:
    await talk.ended()


def said(error: BaseException) -> str:
    """Return the phase that *error* names."""
    phase = getattr(error, "phase", None)
    if phase is not None:
        return str(phase)
    (note,) = error.__notes__
    return note.rpartition("phase ")[2].strip("'")


async def fails(url: str, timeout: ClientTimeout, **options: Any) -> BaseException:
    """Return the error of a request that runs into *timeout*; nothing of it is left."""
    connector = TCPConnector(**options.pop("connector", {}))
    async with ClientSession(connector=connector, timeout=timeout) as session:
        with pytest.raises(TimeoutError) as caught:
            await session.post(url, **options)
        connector.check_invariants()
        assert connector.stats[:4] == (0, 0, 0, 0)
    return caught.value


@pytest.mark.spec("TMO-04", "ADD-343")
@pytest.mark.parametrize(
    ("timeout", "error"),
    [
        (ClientTimeout(sock_connect=SHORT), ConnectionTimeoutError),
        (ClientTimeout(connect=SHORT), ConnectionTimeoutError),
        (ClientTimeout(total=SHORT), TimeoutError),
    ],
)
async def test_connect(
    monkeypatch: pytest.MonkeyPatch, timeout: ClientTimeout, error: type[BaseException]
) -> None:
    async def start_connection(*args: Any, **kwargs: Any) -> Any:
        await asyncio.Event().wait()

    monkeypatch.setattr("aiohappyeyeballs.start_connection", start_connection)
    caught = await fails("http://127.0.0.1:1/", timeout)
    assert type(caught) is error
    assert said(caught) == "connect"


@pytest.mark.spec("ADD-343")
@pytest.mark.parametrize(
    ("timeout", "error"),
    [
        (ClientTimeout(tls=SHORT), ConnectionTimeoutError),
        (ClientTimeout(sock_connect=SHORT), ConnectionTimeoutError),
        (ClientTimeout(connect=SHORT), ConnectionTimeoutError),
        (ClientTimeout(total=SHORT), TimeoutError),
    ],
)
async def test_tls(serve: Any, timeout: ClientTimeout, error: type[BaseException]) -> None:
    server = await serve(ended)
    caught = await fails(f"https://127.0.0.1:{server.port}/", timeout)
    assert type(caught) is error
    assert said(caught) == "tls"


async def test_a_handshake_in_time_is_not_disturbed(serve: Any, answering: Any) -> None:
    authority = trustme.CA()
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    trusting = ssl.create_default_context()
    authority.configure_trust(trusting)
    answer = answering(b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello")
    server = await serve(answer, tls=context)
    timeout = ClientTimeout(tls=30)
    async with ClientSession(ssl=trusting, timeout=timeout) as session:
        assert await (await session.get(server.url())).read() == b"hello"


@pytest.mark.parametrize(
    ("timeout", "error"),
    [
        (ClientTimeout(send=SHORT), ServerTimeoutError),
        (ClientTimeout(total=SHORT), TimeoutError),
    ],
)
async def test_send(serve: Any, timeout: ClientTimeout, error: type[BaseException]) -> None:
    server = await serve(silent)
    caught = await fails(server.url(), timeout, data=io.BytesIO(b"x" * TOO_LONG))
    assert type(caught) is error
    assert said(caught) == "send"


@pytest.mark.parametrize(
    ("timeout", "error"),
    [
        (ClientTimeout(first_byte=SHORT), SocketTimeoutError),
        (ClientTimeout(sock_read=SHORT), SocketTimeoutError),
        (ClientTimeout(total=SHORT), TimeoutError),
    ],
)
@pytest.mark.parametrize("expect100", [False, True])
async def test_first_byte(
    serve: Any, timeout: ClientTimeout, error: type[BaseException], expect100: bool
) -> None:
    server = await serve(ended)
    caught = await fails(server.url(), timeout, data=b"small", expect100=expect100)
    assert type(caught) is error
    assert said(caught) == "first byte"


async def test_the_body_has_its_own_time_after_100_continue(serve: Any) -> None:
    async def script(talk: Any) -> None:
        await talk.head()
        await talk.send(b"HTTP/1.1 100 Continue\r\n\r\n")
        await silent(talk)

    server = await serve(script)
    data = io.BytesIO(b"x" * TOO_LONG)
    timeout = ClientTimeout(send=SHORT, first_byte=30)
    caught = await fails(server.url(), timeout, data=data, expect100=True)
    assert said(caught) == "send"


@pytest.mark.parametrize("timeout", [ClientTimeout(send=SHORT), ClientTimeout(total=SHORT)])
async def test_a_body_that_nobody_takes_after_the_answer(
    serve: Any, timeout: ClientTimeout
) -> None:
    """The answer is complete; what is still being sent does not keep the connection for ever."""

    async def script(talk: Any) -> None:
        await talk.head()
        await talk.send(b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello")
        await silent(talk)

    server = await serve(script)
    async with ClientSession(timeout=timeout) as session:
        response = await session.post(server.url(), data=io.BytesIO(b"x" * TOO_LONG))
        assert await response.read() == b"hello"
        assert session.connector is not None
        async with asyncio.timeout(5):
            while session.connector.stats.leased:
                await asyncio.sleep(SHORT / 5)
        session.connector.check_invariants()
        response.release()


@pytest.mark.spec("TMO-03")
@pytest.mark.parametrize(
    ("timeout", "error"),
    [
        (ClientTimeout(sock_read=SHORT), SocketTimeoutError),
        (ClientTimeout(total=SHORT), TimeoutError),
    ],
)
async def test_read(serve: Any, timeout: ClientTimeout, error: type[BaseException]) -> None:
    async def script(talk: Any) -> None:
        await talk.head()
        await talk.send(b"HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\nhello")
        await talk.ended()

    server = await serve(script)
    async with ClientSession(timeout=timeout) as session:
        response = await session.get(server.url())
        with pytest.raises(TimeoutError) as caught:
            await response.read()
    assert type(caught.value) is error
    assert said(caught.value) == "read"


async def test_a_gap_ends_with_each_piece_of_the_head(serve: Any) -> None:
    """``sock_read`` is for one gap: a head that comes slowly, but steadily, may take longer."""

    async def script(talk: Any) -> None:
        await talk.head()
        for piece in (b"HTTP/1.1 ", b"200 ", b"OK\r\n", b"Content-Length", b": 0\r\n", b"\r\n"):
            await asyncio.sleep(0.1)
            await talk.send(piece)
        await talk.ended()

    server = await serve(script)
    async with ClientSession(timeout=ClientTimeout(sock_read=0.4)) as session:
        assert (await session.get(server.url())).status == 200
        with pytest.raises(SocketTimeoutError) as caught:
            await session.get(server.url(), timeout=ClientTimeout(sock_read=30, first_byte=0.3))
    assert said(caught.value) == "first byte"
