"""Giving a result to a future that somebody else may have finished already.

Between the moment something happened and the moment its waiter is told, the waiter may have been
cancelled; a second result is then nobody's error (spec row ADD-992).
"""

import asyncio
from collections.abc import Generator
from typing import Protocol, TypeVar

__all__ = ("Errorable", "noop", "set_exception", "set_result")

ResultT = TypeVar("ResultT")


class Errorable(Protocol):
    """Something that a reader waits on and that can be failed, such as a stream."""

    def set_exception(self, exc: BaseException, exc_cause: BaseException | None = None, /) -> None:
        """Fail it."""


class noop:  # noqa: N801  # the historical name
    """An awaitable that is done."""

    __slots__ = ()

    def __await__(self) -> Generator[None, None, None]:
        return
        yield


def set_result(fut: "asyncio.Future[ResultT]", result: ResultT) -> None:
    """Set the result of *fut* unless it is done."""
    if not fut.done():
        fut.set_result(result)


def set_exception(
    fut: "asyncio.Future[ResultT] | Errorable",
    exc: BaseException,
    exc_cause: BaseException | None = None,
) -> None:
    """Fail *fut*, a future or a stream, with *exc* unless it is a future that is done.

    *exc_cause* becomes the ``__cause__`` of *exc*.
    """
    if isinstance(fut, asyncio.Future):
        if fut.done():
            return
        if exc_cause is not None and exc_cause is not exc:
            exc.__cause__ = exc_cause
        fut.set_exception(exc)
    else:
        fut.set_exception(exc, exc_cause)
