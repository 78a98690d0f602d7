"""Raw requests of a hostile world against a running server: whole, byte by byte, between others."""

import asyncio
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from aiohttp_web import Response, Server

FRONT = b"GET /front HTTP/1.1\r\nHost: a\r\n\r\n"
BEHIND = b"GET /behind HTTP/1.1\r\nHost: a\r\n\r\n"


class Case(NamedTuple):
    id: str
    verdict: str
    runs: int
    data: bytes


def load() -> list[Case]:
    cases = []
    text = (Path(__file__).parent / "data" / "raw_inputs.tsv").read_text("utf-8")
    for line in text.splitlines()[1:]:
        id_, verdict, runs, _, escaped = line.split("\t")
        data = escaped.encode("latin-1").decode("unicode_escape").encode("latin-1")
        for repeated in (b"a*100000", b"a*7900", b"X*100000"):
            letter, _, count = repeated.partition(b"*")
            data = data.replace(repeated, letter * int(count))
        if id_ == "N13":
            data = b"GET / HTTP/1.1\r\nHost: a\r\n\r\n" * 100
        elif id_ == "K41":
            data = b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
            data += b"1\r\na\r\n" * 20000 + b"0\r\n\r\n"
        cases.append(Case(id_, verdict, int(runs), data))
    return cases


CASES = load()
BODIES = {
    "C21": b"0123456789",
    "C26": b"GET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n"[:35],
    "K01": b"hello!",
    "K02": b"0123456789",
    "K16": b"hello",
    "K17": b"hello",
    "K31": b"hello",
    "K41": b"a" * 20000,
    "T01": b"hello",
    "T02": b"hello",
}


class Recorder:
    """A handler that reads everything and remembers what it saw."""

    def __init__(self) -> None:
        self.seen: list[tuple[str, bytes]] = []

    async def __call__(self, request: Any) -> Response:
        body = await request.content.read()
        self.seen.append((request.raw_path, body))
        return Response(text="ran")


class FakeTransport:
    """Keeps what is written; closes when told."""

    def __init__(self) -> None:
        self.written = b""
        self.closed = False

    def write(self, data: bytes) -> None:
        assert not self.closed
        self.written += data

    def is_closing(self) -> bool:
        return self.closed

    def get_extra_info(self, name: str, default: Any = None) -> Any:
        return default

    def can_write_eof(self) -> bool:
        return False

    def close(self) -> None:
        self.closed = True

    abort = close

    def pause_reading(self) -> None:
        pass

    resume_reading = pause_reading


async def rounds(number: int = 6) -> None:
    for _ in range(number):
        await asyncio.sleep(0)


async def play(data: bytes, step: int) -> tuple[Recorder, FakeTransport]:
    recorder = Recorder()
    server = Server(recorder, access_log=None)
    connection = server()
    transport = FakeTransport()
    connection.connection_made(transport)
    for start in range(0, len(data), step):
        if transport.closed:
            break
        connection.data_received(data[start : start + step])
        await rounds(3)
    await rounds(250)
    if not transport.closed and connection.state in ("HANDLING", "READING_HEAD"):
        connection.eof_received()
        await rounds()
    connection.connection_lost(None)
    await server.shutdown()
    return recorder, transport


def check(case: Case, recorder: Recorder, written: bytes, closed: bool, front: int = 0) -> None:
    paths = [path for path, _ in recorder.seen]
    assert "/smuggled" not in paths
    answered = written.count(b"HTTP/1.1 ") + written.count(b"HTTP/1.0 ")
    if case.verdict == "reject":
        assert len(paths) == front
        assert "/behind" not in paths
        assert closed
        refused = written.split(b"HTTP/1.1 ")[-1]
        if case.id != "N11":
            assert refused[:1] == b"4"
            assert answered == front + 1
            assert b"\r\nConnection: close\r\n" in refused
    elif case.verdict == "accept":
        assert paths[front:].count("/behind") <= 1
        ran = [path for path in paths[front:] if path != "/behind"]
        assert len(ran) == case.runs
        assert written.count(b" 200 OK\r\n") == len(paths)
        if case.id in BODIES:
            assert recorder.seen[front][1] == BODIES[case.id]
    else:
        assert len([path for path in paths[front:] if path != "/behind"]) <= case.runs


@pytest.mark.parametrize("case", CASES, ids=[case.id for case in CASES])
@pytest.mark.parametrize("step", [1, 7, 10**9])
async def test_verdict_whatever_the_split(case: Case, step: int) -> None:
    if step == 1 and len(case.data) > 9000:
        step = 997
    recorder, transport = await play(case.data, step)
    check(case, recorder, transport.written, transport.closed)


@pytest.mark.parametrize("case", CASES, ids=[case.id for case in CASES])
@pytest.mark.spec("ADD-451", "ADD-042")
async def test_verdict_between_other_requests(case: Case) -> None:
    recorder, transport = await play(FRONT + case.data + BEHIND, 10**9)
    assert recorder.seen[0] == ("/front", b"")
    assert transport.written.startswith(b"HTTP/1.1 200 OK\r\n")
    if case.id != "N11":  # what follows is the rest of its body
        check(case, recorder, transport.written, transport.closed, front=1)


@pytest.mark.parametrize("case", CASES, ids=[case.id for case in CASES])
async def test_verdict_on_a_socket(case: Case, raw_server: Any) -> None:
    recorder = Recorder()
    server = await raw_server(recorder)
    client = await server.open()
    await client.send(case.data)
    if case.verdict != "reject" or case.id == "N11":
        client.writer.write_eof()
    check(case, recorder, await client.rest(), closed=True)


async def test_table_is_whole() -> None:
    assert len(CASES) == 122
    assert len({case.id for case in CASES}) == 122
