"""A call that nobody has awaited yet: a coroutine, a context manager, and nothing sent before."""

import gc
from typing import Any

import pytest

from aiohttp_client import ClientSession


@pytest.fixture
async def session(serve: Any, answering: Any, ok: bytes) -> Any:
    """Return a session with a warm connection, and its server."""
    server = await serve(answering(ok))
    async with ClientSession() as made:
        await (await made.get(server.url())).read()
        yield made, server


async def test_nothing_is_sent_before_it_is_awaited(session: Any) -> None:
    made, server = session
    pending = made.get(server.url("/later"))
    assert made.connector.stats.leased == 0
    assert len(server.talks[0].heads) == 1
    response = await pending
    assert response.url.path == "/later"
    assert await response.read() == b"hello"
    assert [head.split()[1] for head in server.talks[0].heads] == [b"/", b"/later"]


@pytest.mark.parametrize("first", ["await", "enter"])
@pytest.mark.parametrize("again", ["await", "enter"])
async def test_it_is_used_once(session: Any, first: str, again: str) -> None:
    made, server = session
    pending = made.get(server.url())

    async def use(how: str) -> None:
        if how == "await":
            await (await pending).read()
        else:
            async with pending as response:
                await response.read()

    await use(first)
    with pytest.raises(RuntimeError, match="cannot reuse already awaited coroutine"):
        await use(again)
    assert len(server.talks[0].heads) == 2


async def test_driven_by_hand(session: Any) -> None:
    made, server = session
    pending = made.get(server.url())
    future = pending.send(None)
    assert not future.done()
    with pytest.raises(ZeroDivisionError):
        pending.throw(ZeroDivisionError)
    assert made.connector.stats.leased == 0
    unused = made.get(server.url())
    unused.close()
    with pytest.raises(RuntimeError, match="cannot reuse"):
        await unused


async def test_never_awaited_is_told(session: Any) -> None:
    made, server = session
    with pytest.warns(RuntimeWarning, match="never awaited"):
        made.get(server.url())
        gc.collect()
    assert len(server.talks[0].heads) == 1


async def test_whoever_replaced_the_funnel_sees_every_call_at_once(session: Any) -> None:
    made, _ = session
    seen: list[tuple[Any, ...]] = []

    async def replaced(method: str, url: str, **options: Any) -> str:
        return "answer"

    def recording(*args: Any, **options: Any) -> Any:
        seen.append((*args, options))
        return replaced(*args, **options)

    made._request = recording
    pending = made.get("http://h/", timeout=5)
    assert seen == [("GET", "http://h/", {"timeout": 5})]
    assert await pending == "answer"
