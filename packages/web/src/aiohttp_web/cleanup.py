"""Cleanup contexts: what an application sets up at start and takes down at its end.

Laws
* Contexts are entered in order and left in reverse order; a context is left if and only if it was
  entered (spec rows SIG-07, ADD-589, ADD-592).
* Every context that was entered is left, whatever the others raise. One failure is raised as it
  is, several as :class:`CleanupError`.
"""

import asyncio
import contextlib
import inspect
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager
from typing import Any

from frozenlist import FrozenList

__all__ = ("CleanupContext", "CleanupContextFactory", "CleanupError")

CleanupContextFactory = Callable[[Any], AsyncIterator[None] | AbstractAsyncContextManager[None]]


class CleanupError(RuntimeError):
    """Several cleanup contexts failed; ``exceptions`` lists what they raised."""

    @property
    def exceptions(self) -> list[BaseException]:
        """What the contexts raised, in the order in which they were left."""
        exceptions: list[BaseException] = self.args[1]
        return exceptions


class _OneYield(AbstractAsyncContextManager[None]):
    """An asynchronous generator with exactly one ``yield``, as a context manager."""

    def __init__(self, generator: AsyncIterator[Any]) -> None:
        self._generator = generator

    async def __aenter__(self) -> None:
        try:
            await anext(self._generator)
        except StopAsyncIteration:
            raise RuntimeError(f"{self._generator!r} did not yield") from None

    async def __aexit__(self, *exc_info: object) -> None:
        try:
            await anext(self._generator)
        except StopAsyncIteration:
            return
        with contextlib.suppress(RuntimeError):
            await self._generator.aclose()  # type: ignore[attr-defined]
        raise RuntimeError(f"{self._generator!r} has more than one 'yield'")


def _as_manager(context: Any) -> AbstractAsyncContextManager[Any]:
    if isinstance(context, AbstractAsyncContextManager):
        return context
    if inspect.isasyncgen(context) or isinstance(context, AsyncIterator):
        return _OneYield(context)
    raise TypeError(
        f"a cleanup context must be an async generator or an async context manager: {context!r}"
    )


class CleanupContext(FrozenList[CleanupContextFactory]):
    """The list ``Application.cleanup_ctx``: functions that take the application."""

    def __init__(self) -> None:
        super().__init__()
        self._entered: list[AbstractAsyncContextManager[Any]] = []

    async def on_startup(self, app: Any) -> None:
        """Enter all contexts; what one raises goes to the caller, the entered ones stay open."""
        for factory in self:
            manager = _as_manager(factory(app))
            await manager.__aenter__()
            self._entered.append(manager)

    async def on_cleanup(self, app: Any) -> None:
        """Leave what was entered, in reverse order."""
        failures: list[BaseException] = []
        while self._entered:
            manager = self._entered.pop()
            try:
                await manager.__aexit__(None, None, None)
            except (Exception, asyncio.CancelledError) as failure:
                failures.append(failure)
        if len(failures) == 1:
            raise failures[0]
        if failures:
            raise CleanupError("Multiple errors on cleanup stage", failures)
