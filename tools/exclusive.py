"""One process at a time: workers of pytest-xdist that would install the same thing."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

try:
    import fcntl
except ImportError:  # Windows has none: there two workers may both install
    fcntl = None  # type: ignore[assignment]

__all__ = ("exclusively",)


@contextmanager
def exclusively(lock: Path) -> Iterator[None]:
    """Hold *lock*, a file that is made if need be, waiting for whoever holds it."""
    lock.parent.mkdir(parents=True, exist_ok=True)
    with lock.open("w") as file:
        if fcntl is not None:
            fcntl.flock(file, fcntl.LOCK_EX)
        yield
