"""Requests that are cancelled, or run out of time, at each place where they wait.

Each sweep goes on until the request ends before it is interrupted, so it has met every wait.  The
server holds against every socket that it carries one exchange at a time, and each answer names the
request that it answers: a connection that was given to two, or kept a part of an old exchange,
shows up as a wrong answer.  The other requests of each round must not notice anything.
"""

import asyncio
import itertools
import ssl
import types
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Generator
from typing import Any

import pytest
import trustme

from aiohttp_client import BaseConnector, ClientSession, ClientTimeout, TCPConnector

MOST_WAITS = 200
"""More places to wait than any request here has."""

SECONDS = 5.0
"""The total timeout of the request that runs out of time."""


class Ended(Exception):
    """The request was over before it could be interrupted."""


@types.coroutine
def interrupted(
    request: Coroutine[Any, Any, bytes], at: int, interrupt: Callable[[], None]
) -> Generator[Any, Any, bytes]:
    """Run *request* and call *interrupt* while it waits for the *at*-th time."""
    waits = 0
    send: Callable[[Any], Any] = request.send
    value: Any = None
    while True:
        try:
            awaited = send(value)
        except StopIteration as stop:
            if waits < at:
                raise Ended from None
            result: bytes = stop.value
            return result
        waits += 1
        if waits == at:
            # Called when the task has begun to wait for what is yielded here.
            asyncio.get_running_loop().call_soon(interrupt)
        try:
            value = yield awaited
            send = request.send
        except BaseException as exc:
            value, send = exc, request.throw


async def body_of(talk: Any, head: bytes) -> bytes:
    lowered = head.lower()
    if b"transfer-encoding: chunked" in lowered:
        body = b""
        while size := int(await talk.reader.readuntil(b"\r\n"), 16):
            body += (await talk.exactly(size + 2))[:-2]
        await talk.exactly(2)
        return body
    _, found, rest = lowered.partition(b"content-length: ")
    return b"" if not found else bytes(await talk.exactly(int(rest.partition(b"\r\n")[0])))


def counting(seen: list[int]) -> Any:
    """A script that counts the exchanges of each socket and answers with the request's name."""

    async def script(talk: Any) -> None:
        place = len(seen)
        seen.append(0)
        while True:
            head = await talk.head()
            body = await body_of(talk, head)
            await asyncio.sleep(0)
            waiting = talk.reader._buffer
            assert not waiting, f"a second request before the answer: {bytes(waiting)!r}"
            seen[place] += 1
            target = head.split(b" ")[1]
            if target.startswith(b"/from"):
                location = target.replace(b"/from", b"/to")
                await talk.send(
                    b"HTTP/1.1 307 Go\r\nLocation: " + location + b"\r\nContent-Length: 2\r\n\r\ngo"
                )
                continue
            name = target.rpartition(b"=")[2] + body
            await talk.send(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
            await asyncio.sleep(0)
            await talk.send(b"%x\r\n%b\r\n0\r\n\r\n" % (len(name), name))

    return script


async def pieces() -> AsyncIterator[bytes]:
    yield b"abc"
    await asyncio.sleep(0)
    yield b"def"


async def get(session: ClientSession, url: str, name: str, timeout: Any) -> bytes:
    async with session.get(f"{url}?n={name}", timeout=timeout) as response:
        return (await response.read()).removeprefix(name.encode())


async def post_pieces(session: ClientSession, url: str, name: str, timeout: Any) -> bytes:
    async with session.post(f"{url}?n={name}", data=pieces(), timeout=timeout) as response:
        return (await response.read()).removeprefix(f"{name}abcdef".encode())


async def redirected(session: ClientSession, url: str, name: str, timeout: Any) -> bytes:
    async with session.post(f"{url}from?n={name}", data=b"body", timeout=timeout) as response:
        assert len(response.history) == 1
        return (await response.read()).removeprefix(f"{name}body".encode())


USES = {"get": get, "post": post_pieces, "redirect": redirected}
"""What a request is; each returns what its answer has too much, or lacks."""


@pytest.fixture(scope="module")
def contexts() -> tuple[ssl.SSLContext, ssl.SSLContext]:
    """Return the context of the server and that of the client."""
    authority = trustme.CA()
    server = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert("127.0.0.1").configure_cert(server)
    client = ssl.create_default_context()
    authority.configure_trust(client)
    return server, client


def check_pool(connector: BaseConnector) -> None:
    """Nothing is lost, nobody waits, and what is open is idle."""
    connector.check_invariants()
    stats = connector.stats
    assert (stats.connecting, stats.leased, stats.waiting) == (0, 0, 0)
    assert len(connector._connections) == stats.idle


async def sweep(
    session: ClientSession,
    url: str,
    use: Callable[..., Coroutine[Any, Any, bytes]],
    victim: int,
    warm: bool,
    timeout: ClientTimeout,
    interrupter: Callable[[Callable[[], Any]], Callable[[], None]],
    error: type[BaseException],
) -> int:
    """Interrupt one of three requests at each of its waits; return how many there were."""
    connector = session.connector
    assert connector is not None
    for at in range(1, MOST_WAITS):
        if warm:
            assert await use(session, url, "warm", ClientTimeout()) == b""
        tasks: list[asyncio.Task[bytes]] = []
        interrupt = interrupter(lambda: tasks[victim])  # noqa: B023
        for number in range(3):
            limits = timeout if number == victim else ClientTimeout()
            request = use(session, url, f"r{at}x{number}", limits)
            if number == victim:
                tasks.append(asyncio.create_task(as_coroutine(request, at, interrupt)))
            else:
                tasks.append(asyncio.create_task(request))
        results = await asyncio.gather(*tasks, return_exceptions=True)
        interrupted_result = results.pop(victim)
        assert results == [b"", b""], at
        check_pool(connector)
        if isinstance(interrupted_result, Ended):
            return at - 1
        # What was complete already may be delivered all the same.
        assert interrupted_result == b"" or isinstance(interrupted_result, error), (
            at,
            interrupted_result,
        )
    raise AssertionError(f"no end after {MOST_WAITS} waits")


async def as_coroutine(
    request: Coroutine[Any, Any, bytes], at: int, interrupt: Callable[[], None]
) -> bytes:
    result: bytes = await interrupted(request, at, interrupt)
    return result


async def run_sweep(
    serve: Callable[..., Awaitable[Any]],
    contexts: tuple[ssl.SSLContext, ssl.SSLContext],
    name: str,
    tls: bool,
    limit: int,
    timeout: ClientTimeout,
    interrupter: Callable[[Callable[[], Any]], Callable[[], None]],
    error: type[BaseException],
) -> None:
    seen: list[int] = []
    server = await serve(counting(seen), tls=contexts[0] if tls else None)
    connector = TCPConnector(limit=limit, keepalive_timeout=None)
    async with ClientSession(connector=connector, ssl=contexts[1] if tls else True) as session:
        for warm, victim in itertools.product((False, True), (0, 1)):
            waits = await sweep(
                session, server.url(), USES[name], victim, warm, timeout, interrupter, error
            )
            assert waits >= 1
        stats = connector.stats
        assert stats.created <= len(seen)  # who is interrupted while connecting takes nothing
        assert sum(seen) <= stats.created + stats.reused  # one exchange for each lease
    async with asyncio.timeout(5):
        while server.tasks:  # every socket was closed
            await asyncio.sleep(0)


CASES = [
    *((name, False, limit) for name in USES for limit in (1, 100)),
    ("get", True, 1),
    ("redirect", True, 100),
]


@pytest.mark.spec("ADD-808", "ADD-415", "ADD-345")
@pytest.mark.parametrize(("name", "tls", "limit"), CASES)
async def test_cancelled_anywhere(
    serve: Any, contexts: Any, name: str, tls: bool, limit: int
) -> None:
    def cancelling(task: Callable[[], asyncio.Task[bytes]]) -> Callable[[], None]:
        return lambda: [task().cancel()].clear()

    await run_sweep(
        serve,
        contexts,
        name,
        tls,
        limit,
        ClientTimeout(),
        cancelling,
        asyncio.CancelledError,
    )


@pytest.mark.spec("TMO-01", "ADD-415", "ADD-345")
@pytest.mark.parametrize(("name", "tls", "limit"), CASES)
async def test_out_of_time_anywhere(
    serve: Any, contexts: Any, jump: Callable[[float], None], name: str, tls: bool, limit: int
) -> None:
    await run_sweep(
        serve,
        contexts,
        name,
        tls,
        limit,
        ClientTimeout(total=SECONDS),
        lambda _: lambda: jump(SECONDS + 2),
        TimeoutError,
    )
