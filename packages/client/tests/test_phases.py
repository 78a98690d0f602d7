"""Each timeout ends the phase that it is for, and its error says which one that was.

The clock is put forward when a request has reached the phase, so nothing here depends on how fast
the machine is.
"""

import asyncio
import io
import socket
import ssl
from collections.abc import Awaitable, Callable
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

LIMIT = 50.0
"""Seconds of the timeout that is measured."""
STEP = 30.0
"""So far the clock goes at a time; two steps are more than the limit."""

TOO_LONG = 16 * 1024 * 1024
"""Bytes of a body that no socket buffers hold."""

Jump = Callable[[float], None]


def narrow(address: Any) -> socket.socket:
    """A socket that takes only little of a large body at once."""
    family, kind, protocol, _, _ = address
    sock = socket.socket(family, kind, protocol)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 2**14)
    return sock


def said(error: BaseException) -> str:
    """Return the phase that *error* names."""
    phase = getattr(error, "phase", None)
    if phase is not None:
        return str(phase)
    (note,) = error.__notes__
    return note.rpartition("phase ")[2].strip("'")


async def until(condition: Callable[[], object]) -> None:
    """Wait until *condition* holds."""
    async with asyncio.timeout(100 * LIMIT):
        while not condition():
            await asyncio.sleep(0)


async def fails(
    reached: Callable[[TCPConnector], Awaitable[object]],
    jump: Jump,
    url: str,
    timeout: ClientTimeout,
    *,
    warm: bool = False,
    **options: Any,
) -> BaseException:
    """Return the error of a request whose time is over when it has *reached* a phase.

    With *warm* there is a connection for it already.
    """
    connector = TCPConnector(socket_factory=narrow)
    async with ClientSession(connector=connector, timeout=timeout) as session:
        if warm:
            await (await session.get(url)).read()
        task = asyncio.ensure_future(session.post(url, **options))
        await reached(connector)
        jump(2 * STEP)
        with pytest.raises(TimeoutError) as caught:
            await task
        connector.check_invariants()
        assert connector.stats[:4] == (0, 0, 0, 0)
    return caught.value


def waiting_for(event: asyncio.Event) -> Callable[[TCPConnector], Awaitable[object]]:
    return lambda connector: event.wait()


async def being_sent(connector: TCPConnector) -> None:
    """Wait until the kernel takes no more of the body."""

    def stuck() -> bool:
        return any(
            connection.transport is not None and connection.transport.get_write_buffer_size() > 0
            for connection in connector._connections
        )

    await until(stuck)


@pytest.mark.spec("TMO-04", "ADD-343")
@pytest.mark.parametrize(
    ("timeout", "error"),
    [
        (ClientTimeout(sock_connect=LIMIT), ConnectionTimeoutError),
        (ClientTimeout(connect=LIMIT), ConnectionTimeoutError),
        (ClientTimeout(total=LIMIT), TimeoutError),
    ],
)
async def test_connect(
    monkeypatch: pytest.MonkeyPatch, jump: Jump, timeout: ClientTimeout, error: type[BaseException]
) -> None:
    reached = asyncio.Event()

    async def start_connection(*args: Any, **kwargs: Any) -> Any:
        reached.set()
        await asyncio.Event().wait()

    monkeypatch.setattr("aiohappyeyeballs.start_connection", start_connection)
    caught = await fails(waiting_for(reached), jump, "http://127.0.0.1:1/", timeout)
    assert type(caught) is error
    assert said(caught) == "connect"


@pytest.mark.spec("ADD-343")
@pytest.mark.parametrize(
    ("timeout", "error"),
    [
        (ClientTimeout(tls=LIMIT), ConnectionTimeoutError),
        (ClientTimeout(sock_connect=LIMIT), ConnectionTimeoutError),
        (ClientTimeout(connect=LIMIT), ConnectionTimeoutError),
        (ClientTimeout(total=LIMIT), TimeoutError),
    ],
)
async def test_tls(
    serve: Any, jump: Jump, timeout: ClientTimeout, error: type[BaseException]
) -> None:
    reached = asyncio.Event()

    async def script(talk: Any) -> None:
        await talk.exactly(1)
        reached.set()
        await talk.ended()

    server = await serve(script)
    caught = await fails(waiting_for(reached), jump, f"https://127.0.0.1:{server.port}/", timeout)
    assert type(caught) is error
    assert said(caught) == "tls"


async def test_a_handshake_in_time_is_not_disturbed(serve: Any, answering: Any, ok: bytes) -> None:
    authority = trustme.CA()
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    trusting = ssl.create_default_context()
    authority.configure_trust(trusting)
    server = await serve(answering(ok), tls=context)
    async with ClientSession(ssl=trusting, timeout=ClientTimeout(tls=LIMIT)) as session:
        assert await (await session.get(server.url())).read() == b"hello"


async def silent(talk: Any) -> None:
    """Take the connection and read nothing more than is there already."""
    await asyncio.Event().wait()


@pytest.mark.parametrize(
    ("timeout", "error"),
    [
        (ClientTimeout(send=LIMIT), ServerTimeoutError),
        (ClientTimeout(total=LIMIT), TimeoutError),
    ],
)
@pytest.mark.parametrize("at_once", [False, True])
async def test_send(
    serve: Any,
    jump: Jump,
    ok: bytes,
    timeout: ClientTimeout,
    error: type[BaseException],
    at_once: bool,
) -> None:
    async def script(talk: Any) -> None:
        if at_once:
            await talk.head()
            await talk.send(ok)
        await silent(talk)

    server = await serve(script)
    data: Any = b"x" * 2**20 if at_once else io.BytesIO(b"x" * TOO_LONG)
    caught = await fails(being_sent, jump, server.url(), timeout, warm=at_once, data=data)
    assert type(caught) is error
    assert said(caught) == "send"


@pytest.mark.parametrize(
    ("timeout", "error"),
    [
        (ClientTimeout(first_byte=LIMIT), SocketTimeoutError),
        (ClientTimeout(sock_read=LIMIT), SocketTimeoutError),
        (ClientTimeout(total=LIMIT), TimeoutError),
    ],
)
@pytest.mark.parametrize("expect100", [False, True])
async def test_first_byte(
    serve: Any, jump: Jump, timeout: ClientTimeout, error: type[BaseException], expect100: bool
) -> None:
    reached = asyncio.Event()

    async def script(talk: Any) -> None:
        await talk.head()
        if not expect100:
            await talk.exactly(5)
        reached.set()
        await talk.ended()

    server = await serve(script)
    caught = await fails(
        waiting_for(reached), jump, server.url(), timeout, data=b"small", expect100=expect100
    )
    assert type(caught) is error
    assert said(caught) == "first byte"


async def test_the_body_has_its_own_time_after_100_continue(serve: Any, jump: Jump) -> None:
    async def script(talk: Any) -> None:
        await talk.head()
        jump(2 * STEP)
        await talk.send(b"HTTP/1.1 100 Continue\r\n\r\n")
        await silent(talk)

    server = await serve(script)
    data = io.BytesIO(b"x" * TOO_LONG)
    timeout = ClientTimeout(send=LIMIT, first_byte=3 * LIMIT)
    caught = await fails(being_sent, jump, server.url(), timeout, data=data, expect100=True)
    assert said(caught) == "send"


@pytest.mark.parametrize("timeout", [ClientTimeout(send=LIMIT), ClientTimeout(total=LIMIT)])
async def test_a_body_that_nobody_takes_after_the_answer(
    serve: Any, jump: Jump, ok: bytes, timeout: ClientTimeout
) -> None:
    """The answer is complete; what is still being sent does not keep the connection for ever."""

    async def script(talk: Any) -> None:
        await talk.head()
        await talk.send(ok)
        await silent(talk)

    server = await serve(script)
    connector = TCPConnector()
    async with ClientSession(connector=connector, timeout=timeout) as session:
        response = await session.post(server.url(), data=io.BytesIO(b"x" * TOO_LONG))
        assert await response.read() == b"hello"
        assert connector.stats.leased == 1
        jump(2 * STEP)
        await until(lambda: not connector.stats.leased)
        connector.check_invariants()
        response.release()


@pytest.mark.spec("TMO-03")
@pytest.mark.parametrize(
    ("timeout", "error"),
    [
        (ClientTimeout(sock_read=LIMIT), SocketTimeoutError),
        (ClientTimeout(total=LIMIT), TimeoutError),
    ],
)
async def test_read(
    serve: Any, jump: Jump, timeout: ClientTimeout, error: type[BaseException]
) -> None:
    async def script(talk: Any) -> None:
        await talk.head()
        await talk.send(b"HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\nhello")
        await talk.ended()

    server = await serve(script)
    async with ClientSession(timeout=timeout) as session:
        response = await session.get(server.url())
        jump(2 * STEP)
        with pytest.raises(TimeoutError) as caught:
            await response.read()
    assert type(caught.value) is error
    assert said(caught.value) == "read"


async def test_a_gap_ends_with_each_piece_of_the_head(serve: Any, jump: Jump) -> None:
    """``sock_read`` is for one gap: a head that comes slowly, but steadily, may take longer."""
    taken = asyncio.Event()

    async def script(talk: Any) -> None:
        while True:
            await talk.head()
            for piece in (b"HTTP/1.1 ", b"200 ", b"OK\r\nContent-Length", b": 0\r\n", b"\r\n"):
                before = received()
                jump(STEP)
                await asyncio.sleep(0)
                await talk.send(piece)
                while received() == before and not taken.is_set():
                    await asyncio.sleep(0)

    server = await serve(script)
    connector = TCPConnector()

    def received() -> int:
        return sum(connection.received for connection in connector._connections)

    async with ClientSession(connector=connector) as session:
        gap = ClientTimeout(sock_read=LIMIT)
        assert (await session.get(server.url(), timeout=gap)).status == 200
        both = ClientTimeout(sock_read=10 * LIMIT, first_byte=LIMIT)
        with pytest.raises(SocketTimeoutError) as caught:
            await session.get(server.url(), timeout=both)
        taken.set()
    assert said(caught.value) == "first byte"
