"""Multipart bodies: ``python -m tools.bench.multipart [--peer PYTHON] [--rounds N]``.

Parsing alone (our sans-IO parser, python-multipart), reading through a stream part by part, and
writing a form: microseconds per body, medians of interleaved rounds, with aiohttp's wheel as a
black box in the environment of ``--peer``.  All is fed in pieces of 64 KiB.
"""

from __future__ import annotations

import argparse
import asyncio
import importlib
import importlib.util
import io
import json
import random
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import Any

BOUNDARY = "----WebKitFormBoundary7MA4YWxkTrZu0gW"
HEADERS = {"Content-Type": f"multipart/form-data; boundary={BOUNDARY}"}
PIECE = 65536
NEAR = f"\r\n--{BOUNDARY[:-1]}".encode()

Fields = list[tuple[str, bytes, bool]]


def cases() -> dict[str, Fields]:
    """Return the forms to be measured: name, data and whether it is a file, of each field."""
    noise = random.Random(7).randbytes(10_000_000)
    return {
        "1 field of 10 B": [("name", b"0123456789", False)],
        "10 fields of 100 B": [(f"field{n}", b"x" * 100, False) for n in range(10)],
        "1000 fields of 20 B": [(f"field{n}", b"y" * 20, False) for n in range(1000)],
        "10 files of 100 kB": [(f"file{n}", noise[:100_000], True) for n in range(10)],
        "1 file of 10 MB": [("file", noise, True)],
        "10 MB of CRLF": [("file", b"\r\n" * 5_000_000, True)],
        "10 MB of near boundaries": [("file", NEAR * (10_000_000 // len(NEAR)), True)],
    }


def body(fields: Fields) -> bytes:
    """Return the form as a browser sends it."""
    parts = []
    for name, data, is_file in fields:
        head = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"'
        if is_file:
            head += '; filename="a.bin"\r\nContent-Type: application/octet-stream'
        parts += [head.encode(), b"\r\n\r\n", data, b"\r\n"]
    return b"".join([*parts, f"--{BOUNDARY}--\r\n".encode()])


def pieces(data: bytes) -> list[bytes]:
    return [data[at : at + PIECE] for at in range(0, len(data), PIECE)]


# -- parsing alone ----------------------------------------------------------------------------


def our_parser(raw: bytes) -> Callable[[], None]:
    from aiohttp_multipart.parser import MultipartParser

    cut = pieces(raw)

    def run() -> None:
        parser = MultipartParser(BOUNDARY.encode())
        for piece in cut:
            parser.feed(piece)
            while not parser.finished and parser.next_event() is not None:
                pass

    return run


def python_multipart(raw: bytes) -> Callable[[], None]:
    library = importlib.import_module("python_multipart")
    cut = pieces(raw)
    names = ("part_begin", "part_end", "headers_finished", "end", "header_begin", "header_end")
    callbacks: dict[str, Any] = {f"on_{name}": lambda: None for name in names}
    for name in ("part_data", "header_field", "header_value"):
        callbacks[f"on_{name}"] = lambda data, start, end: data[start:end]

    def run() -> None:
        parser = library.MultipartParser(BOUNDARY.encode(), callbacks)
        for piece in cut:
            parser.write(piece)

    return run


# -- reading and writing, the same program for both ---------------------------------------------


class Connection:
    """Feeds a stream piece by piece, pausing and going on as the stream says."""

    def __init__(self, todo: list[bytes]) -> None:
        self._todo = iter(todo)
        self._feeding = False
        self.stream: Any = None
        self.reading_paused = self._reading_paused = False

    def pause_reading(self, **options: Any) -> None:
        self.reading_paused = self._reading_paused = True

    def resume_reading(self, **options: Any) -> None:
        self.reading_paused = self._reading_paused = False
        if self._feeding:
            return
        self._feeding = True
        while not self.reading_paused:
            piece = next(self._todo, None)
            if piece is None:
                if not self.stream.is_eof():
                    self.stream.feed_eof()
                break
            self.stream.feed_data(piece)
        self._feeding = False


def reader(raw: bytes, multipart_reader: Any, stream_reader: Any) -> Callable[[], None]:
    cut = pieces(raw)
    loop = asyncio.new_event_loop()

    async def read() -> None:
        connection = Connection(cut)
        stream = connection.stream = stream_reader(connection, 2**17, loop=loop)
        connection.resume_reading()
        parts = multipart_reader(HEADERS, stream)
        while (part := await parts.next()) is not None:
            name = part.name
            while await part.read_chunk(PIECE):
                pass
            if name is None:
                raise ValueError("a part lost its name")

    return lambda: loop.run_until_complete(read())


class Nowhere:
    """A writer that throws away what it gets."""

    async def write(self, data: bytes) -> None: ...

    async def write_eof(self, data: bytes = b"") -> None: ...

    async def drain(self) -> None: ...


def writer(fields: Fields, form_data: Any) -> Callable[[], None]:
    loop = asyncio.new_event_loop()

    async def write() -> None:
        form = form_data(default_to_multipart=True)
        for name, data, is_file in fields:
            if is_file:
                form.add_field(name, io.BytesIO(data), filename="a.bin")
            else:
                form.add_field(name, data.decode())
        await form().write(Nowhere())

    return lambda: loop.run_until_complete(write())


# -- measuring --------------------------------------------------------------------------------


def per_call(call: Callable[[], Any], budget: float = 0.1) -> float:
    """Return microseconds of processor time per call, measured for about *budget* seconds."""
    call()
    count = 1
    while True:
        start = time.process_time()
        for _ in range(count):
            call()
        spent = time.process_time() - start
        if spent > budget / 3:
            return spent / count * 1e6
        count *= 4


def runs(side: str) -> dict[str, dict[str, Callable[[], None]]]:
    """Return what is measured on one side: kind -> case -> a call."""
    forms = cases()
    raw = {case: body(fields) for case, fields in forms.items()}
    if side == "ours":
        library = importlib.import_module("aiohttp_multipart")
        streams = importlib.import_module("aiohttp_core.streams")
        found = {"parse, ours": {case: our_parser(data) for case, data in raw.items()}}
    else:
        library = importlib.import_module("aiohttp")
        streams = library
        found = {}
    if importlib.util.find_spec("python_multipart") is not None:
        found["parse, python-multipart"] = {
            case: python_multipart(data) for case, data in raw.items()
        }
    name = "ours" if side == "ours" else "aiohttp"
    found[f"read, {name}"] = {
        case: reader(data, library.MultipartReader, streams.StreamReader)
        for case, data in raw.items()
    }
    found[f"write, {name}"] = {
        case: writer(fields, library.FormData) for case, fields in forms.items()
    }
    return found


def measure(side: str, rounds: int) -> dict[str, dict[str, float]]:
    """Return kind -> case -> median."""
    calls = runs(side)
    samples: dict[str, dict[str, list[float]]] = {
        kind: {case: [] for case in by_case} for kind, by_case in calls.items()
    }
    for _ in range(rounds):
        for kind, by_case in calls.items():
            for case, call in by_case.items():
                samples[kind][case].append(per_call(call))
    return {
        kind: {case: median(values) for case, values in by_case.items()}
        for kind, by_case in samples.items()
    }


def main(argv: list[str] | None = None) -> int:
    options = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else None)
    peers = Path(__file__).resolve().parents[2] / ".venv-peers" / "bin" / "python"
    options.add_argument(
        "--peer",
        metavar="PYTHON",
        default=str(peers) if peers.exists() else None,
        help="interpreter that has aiohttp's wheel and python-multipart",
    )
    options.add_argument("--rounds", type=int, default=5)
    options.add_argument("--json", type=Path, help="write the figures there as well")
    options.add_argument("--worker", action="store_true", help=argparse.SUPPRESS)
    chosen = options.parse_args(argv)
    if chosen.worker:
        print(json.dumps(measure("peer", chosen.rounds)))
        return 0
    figures = measure("ours", chosen.rounds)
    if chosen.peer:
        command = [chosen.peer, __file__, "--worker", "--rounds", str(chosen.rounds)]
        result = subprocess.run(command, check=True, capture_output=True, text=True, timeout=1800)
        figures |= json.loads(result.stdout)
    print("### Multipart, us per body (in brackets: as a multiple of ours)\n")
    print("| form | " + " | ".join(figures) + " |")
    print("|---|" + "---|" * len(figures))
    for case in cases():
        cells = []
        for kind, by_case in figures.items():
            base = figures[kind.partition(",")[0] + ", ours"][case]
            cells.append(f"{by_case[case]:.1f} ({by_case[case] / base:.1f})")
        print(f"| {case} | " + " | ".join(cells) + " |")
    if chosen.json:
        chosen.json.write_text(json.dumps(figures, indent=1) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
