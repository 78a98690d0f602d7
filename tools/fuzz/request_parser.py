"""Fuzz the request parser: ``python tools/fuzz/request_parser.py --seconds 600``."""

import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from tools.fuzz import engine, wire


def prepare() -> tuple[engine.Check, Sequence[bytes]]:
    """Return the check and its seeds."""
    builds = wire.builds("parser")
    makers: list[Callable[[], Any]] = [build.RequestParser for build in builds]
    makers += [lambda build=build: wire.Taking(build.RequestParser()) for build in builds]  # type: ignore[misc]
    rows = [row.raw for row in wire.table()["ROWS"] if len(row.raw) < 3000]
    seeds = [bytes((size,)) + raw for raw in rows for size in (0, 6)]
    return lambda data: wire.same(makers, data), seeds


if __name__ == "__main__":
    sys.exit(engine.main(prepare, instrument="aiohttp_core"))
