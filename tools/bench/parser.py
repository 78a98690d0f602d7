"""Parser and serializer alone: ``python -m tools.bench.parser [--peer PYTHON] [--rounds N]``.

Prints microseconds per message, medians of interleaved rounds, for this parser, httptools where it
is installed, and aiohttp's ``HttpRequestParser`` as a black box in the environment of ``--peer``.
Then, with ``--linear``, nanoseconds per byte from 1 KB to 10 MB: they must stay flat.

The figures of the peers include what they build: httptools calls back with each field, aiohttp
makes its message, multidict and URL.  The column "headers" adds our multidict.
"""

from __future__ import annotations

import argparse
import asyncio
import importlib
import importlib.util
import json
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import Any

NAMES = (
    "Accept: text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
    "Connection: keep-alive",
    "User-Agent: Mozilla/5.0 (X11; Linux x86_64; rv:120.0) Gecko/20100101 Firefox/120.0",
    "Accept-Language: en-US,en;q=0.5",
    "Accept-Encoding: gzip, deflate, br",
    "Referer: https://www.example.com/index.html",
    "Cookie: session=abcdef0123456789; theme=dark; lang=en",
    "Upgrade-Insecure-Requests: 1",
    "Sec-Fetch-Dest: document",
    "Sec-Fetch-Mode: navigate",
    "Cache-Control: max-age=0",
)


def request(fields: int) -> bytes:
    """Return a request with so many fields, Host included."""
    lines = list(NAMES[: fields - 1])
    lines += [f"X-Own-Field-{n}: some value {n}" for n in range(fields - 1 - len(lines))]
    return (
        "\r\n".join(["GET /some/path?x=1 HTTP/1.1", "Host: www.example.com", *lines]) + "\r\n\r\n"
    ).encode()


POST = b"POST /json HTTP/1.1\r\nHost: www.example.com\r\nContent-Type: application/json\r\n"
CASES: dict[str, bytes] = {
    "2 fields": request(2),
    "12 fields": request(12),
    "40 fields": request(40),
    "POST, 100 B": POST + b"Content-Length: 100\r\n\r\n" + b"x" * 100,
    "POST, 16 KiB": POST + b"Content-Length: 16384\r\n\r\n" + b"x" * 16384,
    "chunked, 10 x 1 KiB": POST
    + b"Transfer-Encoding: chunked\r\n\r\n"
    + (b"400\r\n" + b"x" * 1024 + b"\r\n") * 10
    + b"0\r\n\r\n",
    "chunked, 1000 x 1 B": POST
    + b"Transfer-Encoding: chunked\r\n\r\n"
    + b"1\r\nx\r\n" * 1000
    + b"0\r\n\r\n",
}


def per_call(call: Callable[[], Any], budget: float = 0.03) -> float:
    """Return microseconds of processor time per call, measured for about *budget* seconds."""
    count = 1
    while True:
        start = time.process_time()
        for _ in range(count):
            call()
        spent = time.process_time() - start
        if spent > budget / 3:
            return spent / count * 1e6
        count *= 4


def ours(raw: bytes, *, headers: bool = False) -> Callable[[], None]:
    from aiohttp_core.parser import RequestParser

    parser = RequestParser(gather_chunks=True)
    feed, next_event = parser.feed, parser.next_event

    def run() -> None:
        feed(raw)
        head: Any = next_event()
        if headers:
            head.headers  # noqa: B018  (builds it)
        while next_event() is not None:
            pass

    return run


def httptools_parser(raw: bytes) -> Callable[[], None]:
    httptools = importlib.import_module("httptools")

    class Events:
        def on_url(self, url: bytes) -> None: ...
        def on_header(self, name: bytes, value: bytes) -> None: ...
        def on_headers_complete(self) -> None: ...
        def on_body(self, body: bytes) -> None: ...
        def on_message_complete(self) -> None: ...

    parser = httptools.HttpRequestParser(Events())

    def run() -> None:
        parser.feed_data(raw)

    return run


def peer_parser(raw: bytes) -> Callable[[], None]:
    """Aiohttp's parser, by its public name; runs in the peer's environment."""
    base = importlib.import_module("aiohttp.base_protocol")
    peer = importlib.import_module("aiohttp.http_parser")
    loop = asyncio.new_event_loop()
    parser = peer.HttpRequestParser(base.BaseProtocol(loop), loop, 2**16)

    def run() -> None:
        parser.feed_data(raw)

    return run


def peer_rounds(python: str, rounds: int) -> dict[str, list[float]]:
    """Measure aiohttp's parser with another interpreter."""
    command = [python, __file__, "--worker", "--rounds", str(rounds)]
    result = subprocess.run(command, check=True, capture_output=True, text=True, timeout=600)
    rounds_of: dict[str, list[float]] = json.loads(result.stdout)
    return rounds_of


def serializer_figures() -> dict[str, float]:
    from multidict import CIMultiDict

    from aiohttp_core import serializer
    from aiohttp_core.versions import HttpVersion11

    figures = {}
    for fields in (2, 12, 40):
        lines = request(fields).decode().split("\r\n")[1:-2]
        headers: CIMultiDict[str] = CIMultiDict()
        for line in lines:
            name, _, value = line.partition(": ")
            headers.add(name, value)
        figures[f"{fields} fields"] = median(
            per_call(lambda h=headers: serializer.response_head(HttpVersion11, 200, "OK", h))  # type: ignore[misc]
            for _ in range(7)
        )
    return figures


def linear_figures() -> list[tuple[str, list[float]]]:
    """Return nanoseconds per byte at growing sizes, by kind of input."""
    from aiohttp_core.limits import HeadLimits
    from aiohttp_core.parser import RequestParser

    wide = HeadLimits(1 << 30, 1 << 30, 1 << 30, 1 << 30)
    start = b"POST / HTTP/1.1\r\nHost: a\r\n"
    chunked = start + b"Transfer-Encoding: chunked\r\n\r\n"

    def nanoseconds(raw: bytes, piece: int) -> float:
        parser = RequestParser(wide)
        begin = time.process_time()
        for place in range(0, len(raw), piece):
            parser.feed(raw[place : place + piece])
            while parser.next_event() is not None:
                pass
        return (time.process_time() - begin) / len(raw) * 1e9

    kinds: list[tuple[str, Callable[[int], bytes], int]] = [
        ("many fields", lambda n: start + b"X: 1\r\n" * (n // 6) + b"\r\n", 65536),
        ("one long field", lambda n: start + b"X: " + b"a" * n + b"\r\n\r\n", 65536),
        ("tiny chunks", lambda n: chunked + b"1\r\na\r\n" * (n // 6) + b"0\r\n\r\n", 65536),
        ("trailers", lambda n: chunked + b"0\r\n" + b"X: 1\r\n" * (n // 6) + b"\r\n", 65536),
        ("fields, one byte at a time", lambda n: start + b"X: 1\r\n" * (n // 6) + b"\r\n", 1),
        (
            "one long field, one byte at a time",
            lambda n: start + b"X: " + b"a" * n + b"\r\n\r\n",
            1,
        ),
        (
            "chunks, one byte at a time",
            lambda n: chunked + b"1\r\na\r\n" * (n // 6) + b"0\r\n\r\n",
            1,
        ),
    ]
    sizes = (1_000, 10_000, 100_000, 1_000_000, 10_000_000)
    return [
        (
            name,
            [min(nanoseconds(make(n), piece) for _ in range(3 if n < 1e6 else 1)) for n in sizes],
        )
        for name, make, piece in kinds
    ]


def main(argv: list[str] | None = None) -> int:
    options = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else None)
    options.add_argument("--peer", metavar="PYTHON", help="interpreter that has aiohttp's wheel")
    options.add_argument("--rounds", type=int, default=9)
    options.add_argument("--linear", action="store_true")
    options.add_argument("--json", type=Path, help="write the figures there as well")
    options.add_argument("--worker", action="store_true", help=argparse.SUPPRESS)
    chosen = options.parse_args(argv)
    if chosen.worker:
        runs = {name: peer_parser(raw) for name, raw in CASES.items()}
        figures = {
            name: [per_call(run) for _ in range(chosen.rounds)] for name, run in runs.items()
        }
        print(json.dumps(figures))
        return 0
    report(chosen)
    return 0


def report(chosen: argparse.Namespace) -> None:
    """Measure and print."""
    from aiohttp_core.head import COMPILED

    makers: dict[str, Callable[[bytes], Callable[[], None]]] = {
        "ours": ours,
        "ours, headers": lambda raw: ours(raw, headers=True),
    }
    if importlib.util.find_spec("httptools") is not None:
        makers["httptools"] = httptools_parser
    columns: dict[str, dict[str, float]] = {name: {} for name in makers}
    for case, raw in CASES.items():
        runs = {name: make(raw) for name, make in makers.items()}
        samples: dict[str, list[float]] = {name: [] for name in runs}
        for _ in range(chosen.rounds):
            for name, run in runs.items():
                samples[name].append(per_call(run))
        for name, values in samples.items():
            columns[name][case] = median(values)
    if chosen.peer:
        columns["aiohttp"] = {
            c: median(v) for c, v in peer_rounds(chosen.peer, chosen.rounds).items()
        }
    print(f"### Parser, us per message ({'compiled' if COMPILED else 'interpreted'})\n")
    print("| message | " + " | ".join(columns) + " |")
    print("|---|" + "---|" * len(columns))
    for case in CASES:
        base = columns["ours"][case]
        cells = [
            f"{figures[case]:.2f} ({figures[case] / base:.1f})" for figures in columns.values()
        ]
        print(f"| {case} | " + " | ".join(cells) + " |")
    written = serializer_figures()
    print("\n### Serializer, us per response head\n")
    for name, figure in written.items():
        print(f"* {name}: {figure:.2f}")
    grown = linear_figures() if chosen.linear else []
    if grown:
        print("\n### Nanoseconds per byte\n")
        print("| input | 1 KB | 10 KB | 100 KB | 1 MB | 10 MB |\n|---|---|---|---|---|---|")
        for name, values in grown:
            print(f"| {name} | " + " | ".join(f"{value:.1f}" for value in values) + " |")
    if chosen.json:
        data = {"compiled": COMPILED, "parser": columns, "serializer": written, "linear": grown}
        chosen.json.write_text(json.dumps(data, indent=1) + "\n")


if __name__ == "__main__":
    sys.exit(main())
