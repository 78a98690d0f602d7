"""Cleanup contexts: order, failures, both kinds."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from typing import Any

import pytest

from aiohttp_web.application import Application
from aiohttp_web.cleanup import CleanupContext, CleanupError


def context(name: str, log: list[str], *, enter: Any = None, leave: Any = None) -> Any:
    async def generator(app: Any) -> AsyncIterator[None]:
        if enter is not None:
            raise enter
        log.append(f"+{name}")
        yield
        log.append(f"-{name}")
        if leave is not None:
            raise leave

    return generator


def manager(name: str, log: list[str], *, leave: Any = None) -> Any:
    return contextlib.asynccontextmanager(context(name, log, leave=leave))


async def run(*contexts: Any) -> None:
    app = Application()
    app.cleanup_ctx.extend(contexts)
    app.freeze()
    try:
        await app.startup()
    finally:
        await app.cleanup()


@pytest.mark.spec("SIG-06", "ADD-588", "ADD-589", "ADD-860")
async def test_entered_in_order_and_left_in_reverse() -> None:
    log: list[str] = []
    await run(context("a", log), manager("b", log), context("c", log))
    assert log == ["+a", "+b", "+c", "-c", "-b", "-a"]


@pytest.mark.spec("SIG-07", "ADD-589", "ADD-592", "ADD-593")
async def test_only_what_was_entered_is_left() -> None:
    log: list[str] = []
    broken = context("b", log, enter=ValueError("no"))
    with pytest.raises(ValueError, match="no") as raised:
        await run(context("a", log), broken, context("c", log))
    assert log == ["+a", "-a"]
    frames = [entry.name for entry in raised.traceback]
    assert "generator" in frames, "the frame of the user's code is kept"


@pytest.mark.spec("ADD-591")
async def test_one_failure_is_raised_as_it_is_after_the_others_ran() -> None:
    log: list[str] = []
    with pytest.raises(KeyError):
        await run(context("a", log), context("b", log, leave=KeyError("x")), manager("c", log))
    assert log[-3:] == ["-c", "-b", "-a"]


@pytest.mark.spec("ADD-591")
async def test_several_failures() -> None:
    log: list[str] = []
    first, second = KeyError("a"), asyncio.CancelledError()
    with pytest.raises(CleanupError) as raised:
        await run(
            context("a", log, leave=first), context("b", log), manager("c", log, leave=second)
        )
    assert isinstance(raised.value, RuntimeError)
    assert raised.value.exceptions == [second, first]
    assert log[-3:] == ["-c", "-b", "-a"]


@pytest.mark.spec("ADD-591")
async def test_a_cancelled_context_does_not_stop_the_others() -> None:
    log: list[str] = []
    with pytest.raises(asyncio.CancelledError):
        await run(context("a", log), context("b", log, leave=asyncio.CancelledError()))
    assert log == ["+a", "+b", "-b", "-a"]


@pytest.mark.spec("ADD-590", "SIG-06")
async def test_a_second_yield_fails() -> None:
    closed = []

    async def two(app: Any) -> AsyncIterator[None]:
        try:
            yield
            yield
        finally:
            closed.append(True)

    with pytest.raises(RuntimeError, match="more than one 'yield'"):
        await run(two)
    assert closed == [True]


async def test_no_yield_fails() -> None:
    async def none(app: Any) -> AsyncIterator[None]:
        for _ in ():
            yield

    with pytest.raises(RuntimeError, match="did not yield"):
        await run(none)


@pytest.mark.parametrize("wrong", [None, 5])
async def test_other_things_are_refused(wrong: Any) -> None:
    with pytest.raises(TypeError, match="cleanup context"):
        await run(lambda app: wrong)


async def test_the_application_is_given_and_nothing_is_left_twice() -> None:
    seen = []

    async def own(app: Any) -> AsyncIterator[None]:
        seen.append(app)
        yield
        seen.append(app)

    contexts = CleanupContext()
    contexts.append(own)
    contexts.freeze()
    await contexts.on_startup("app")
    await contexts.on_cleanup("app")
    await contexts.on_cleanup("app")
    assert seen == ["app", "app"]
    with pytest.raises(RuntimeError):
        contexts.append(own)


async def test_cleanup_of_an_application_that_never_started() -> None:
    app = Application()
    app.cleanup_ctx.append(context("a", []))
    await app.cleanup()
