"""Fuzz the request parser: ``python tools/fuzz/request_parser.py --seconds 600``.

The highest bit of the first byte chooses narrow limits.
"""

import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from tools.fuzz import engine, wire


def prepare() -> tuple[engine.Check, Sequence[bytes]]:
    """Return the check and its seeds."""
    builds = wire.builds("parser")

    def makers(narrow: bool) -> list[Callable[[], Any]]:
        limits = wire.limits(narrow)
        plain = [lambda build=build: build.RequestParser(limits) for build in builds]  # type: ignore[misc]
        return [*plain, *(lambda make=make: wire.Taking(make()) for make in plain)]  # type: ignore[misc]

    wide, narrow = makers(False), makers(True)

    def check(data: bytes) -> None:
        wire.same(narrow if data[:1] >= b"\x80" else wide, data)

    rows = [row.raw for row in wire.table()["ROWS"] if len(row.raw) < 3000]
    seeds = [bytes((size,)) + raw for raw in rows for size in (0, 6, 128, 134)]
    return check, seeds


if __name__ == "__main__":
    sys.exit(engine.main(prepare, instrument="aiohttp_core"))
