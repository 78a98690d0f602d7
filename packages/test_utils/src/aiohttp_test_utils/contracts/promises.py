"""Saying what a contract asks for, so that it is checked under ``python -O`` too."""

from collections.abc import Iterator
from contextlib import contextmanager

__all__ = ("promise", "raises")


def promise(kept: object, text: str) -> None:
    """Raise ``AssertionError`` with *text* unless *kept* is true."""
    if not kept:
        raise AssertionError(text)


@contextmanager
def raises(kind: type[BaseException], text: str) -> Iterator[None]:
    """Expect an exception of *kind*; ``AssertionError`` with *text* if there is none."""
    try:
        yield
    except kind:
        return
    raise AssertionError(text)
