"""The core's hot paths one by one: ``python -m tools.bench.core_micro [--rounds N] [--json FILE]``.

Prints microseconds per operation, the least of the rounds: what an operation costs when nothing
disturbs it.  ``--against FILE`` prints the ratio to an earlier run as well.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tools.bench.parser import CASES, per_call, request


def run(coroutine: Any) -> Any:
    """Drive a coroutine that never waits; return its result."""
    try:
        coroutine.send(None)
    except StopIteration as stop:
        return stop.value
    raise RuntimeError("the coroutine waits")


class Connection:
    """A connection whose transport throws everything away."""

    reading_paused = False

    def __init__(self) -> None:
        from aiohttp_core.flow import WriteGate

        self.gate = WriteGate()
        self.transport: Any = self

    def pause_reading(self) -> None: ...
    def resume_reading(self) -> None: ...
    def write(self, data: bytes) -> None: ...
    def writelines(self, data: list[bytes]) -> None: ...
    def is_closing(self) -> bool:
        return False


def streams() -> dict[str, Callable[[], Any]]:
    """Return what streams and writers do."""
    from multidict import CIMultiDict

    from aiohttp_core.parser import EndOfMessage, RequestParser
    from aiohttp_core.payload import get_payload
    from aiohttp_core.streams import StreamReader
    from aiohttp_core.writer import StreamWriter

    connection = Connection()
    loop = asyncio.new_event_loop()
    body = b"x" * 1000
    lines = b"some line of text\n" * 50

    def whole() -> None:
        reader = StreamReader(connection, loop=loop)
        reader.feed_data(body)
        reader.feed_eof()
        run(reader.read())

    warm = StreamReader(connection, loop=loop)

    def feed_read() -> None:
        warm.feed_data(body)
        run(warm.read(4096))

    def feed_any() -> None:
        warm.feed_data(body)
        run(warm.readany())

    def read_lines() -> None:
        warm.feed_data(lines)
        for _ in range(50):
            run(warm.readline())

    raw = CASES["chunked, 1000 x 1 B"]
    parser = RequestParser(gather_chunks=True)

    def tiny_chunks() -> None:
        parser.feed(raw)
        parser.next_event()
        reader = StreamReader(connection, loop=loop)
        reader.begin_http_chunk_receiving()
        while not isinstance(event := parser.next_event(), EndOfMessage):
            if type(event) is bytes:
                reader.feed_data(event)
            elif hasattr(event, "ends"):
                reader.feed_chunks(event.data, event.ends)
            else:
                reader.end_http_chunk_receiving()
        reader.feed_eof()
        run(reader.read())

    headers = CIMultiDict({"Content-Type": "text/plain", "Content-Length": "1000", "Server": "x"})
    payload = get_payload(body)

    def write_head_body() -> None:
        writer = StreamWriter(connection)
        writer.length = 1000
        run(writer.write_headers("HTTP/1.1 200 OK", headers))
        run(writer.write_eof(body))

    def write_chunked() -> None:
        writer = StreamWriter(connection)
        writer.enable_chunking()
        run(writer.write_headers("HTTP/1.1 200 OK", headers))
        for _ in range(10):
            run(writer.write(body))
        run(writer.write_eof())

    def write_payload() -> None:
        writer = StreamWriter(connection)
        writer.length = 1000
        run(payload.write(writer))

    return {
        "StreamReader(), feed, eof, read()": whole,
        "feed_data, read(n)": feed_read,
        "feed_data, readany()": feed_any,
        "50 x readline()": read_lines,
        "1000 tiny chunks, parser to reader": tiny_chunks,
        "get_payload(bytes)": lambda: get_payload(body),
        "get_payload(str)": lambda: get_payload("text"),
        "payload.write": write_payload,
        "StreamWriter(), head, body": write_head_body,
        "StreamWriter(), head, 10 chunks": write_chunked,
    }


def heads() -> dict[str, Callable[[], Any]]:
    """Return what heads and header fields do."""
    from multidict import CIMultiDict

    from aiohttp_core.fields import content_type, cookies, dates, etags
    from aiohttp_core.parser import RequestParser

    cases: dict[str, Callable[[], Any]] = {}
    for fields in (2, 12, 40):
        raw = request(fields)
        parser = RequestParser()

        def parse(parser: Any = parser, raw: bytes = raw) -> Any:
            parser.feed(raw)
            return parser.next_event()

        def parse_headers(parser: Any = parser, raw: bytes = raw) -> Any:
            parser.feed(raw)
            return parser.next_event().headers

        cases[f"head, {fields} fields"] = parse
        cases[f"head.headers, {fields} fields"] = parse_headers
        pairs = list(parse().headers.items())
        cases[f"CIMultiDict(), {fields} pairs"] = lambda pairs=pairs: CIMultiDict(pairs)
    jar = "; ".join(f"name{n}=value{n}" for n in range(10))
    one = "session=abcdef0123456789; Path=/; Domain=example.org; Max-Age=3600; Secure; HttpOnly"
    fresh = [f"text/html; charset=utf-8; v={n}" for n in range(2000)]
    turn = iter(range(1 << 60))
    return cases | {
        "parse_mimetype, seen": lambda: content_type.parse_mimetype("text/html; charset=utf-8"),
        "parse_mimetype, new": lambda: content_type.parse_mimetype(fresh[next(turn) % 2000]),
        "parse_content_type, seen": lambda: content_type.parse_content_type("application/json"),
        "Cookie, 10 pairs": lambda: cookies.parse_cookie_header(jar),
        "Set-Cookie": lambda: cookies.parse_set_cookie(one),
        "write Cookie, 3 pairs": lambda: cookies.cookie_header({"a": "b", "c": "d", "e": "f g"}),
        "build Set-Cookie": lambda: cookies.set_cookie_header(
            cookies.build_set_cookie("session", "abcdef", max_age=3600, httponly=True)
        ),
        "HTTP date": lambda: dates.parse_http_date("Sun, 06 Nov 1994 08:49:37 GMT"),
        "ETag list": lambda: etags.parse_etags('"a", W/"b", "c"'),
    }


def main(argv: list[str] | None = None) -> int:
    """Measure and print."""
    options = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else None)
    options.add_argument("--rounds", type=int, default=9)
    options.add_argument("--json", type=Path, help="write the figures there as well")
    options.add_argument("--against", type=Path, help="figures of an earlier run")
    chosen = options.parse_args(argv)
    from aiohttp_core.head import COMPILED

    cases = streams() | heads()
    figures = dict.fromkeys(cases, float("inf"))
    for _ in range(chosen.rounds):
        for name, case in cases.items():
            figures[name] = min(figures[name], per_call(case, 0.02))
            time.sleep(0)
    before = json.loads(chosen.against.read_text()) if chosen.against else {}
    print(f"### Core, us per operation ({'compiled' if COMPILED else 'interpreted'})\n")
    print("| operation | us |" + (" before | ratio |" if before else ""))
    print("|---|---|" + ("---|---|" if before else ""))
    for name, figure in figures.items():
        old = before.get(name)
        more = f" {old:.2f} | {old / figure:.2f} |" if old else ""
        print(f"| {name} | {figure:.2f} |{more}")
    if chosen.json:
        chosen.json.write_text(json.dumps(figures, indent=1) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
