"""Sending a file by the kernel, over sockets, on asyncio and uvloop."""

import asyncio
import errno
import gc
import io
import os
import socket
import threading
from collections.abc import Callable, Coroutine, Iterator
from pathlib import Path
from typing import Any

import pytest
from multidict import CIMultiDict

from aiohttp_core import sendfile
from aiohttp_core.errors import BodyLengthError, ClientConnectionResetError
from aiohttp_core.flow import BaseProtocol
from aiohttp_core.payload import BufferedReaderPayload
from aiohttp_core.payloads.base import CuttingWriter
from aiohttp_core.sendfile import send_file
from aiohttp_core.writer import StreamWriter

pytestmark = pytest.mark.skipif(not sendfile.SENDFILE, reason="no sendfile here")

DATA = os.urandom(3_000_000)

Run = Callable[[Coroutine[Any, Any, None]], None]


@pytest.fixture(params=["asyncio", "uvloop"])
def run(request: pytest.FixtureRequest) -> Run:
    factory: Any = asyncio.new_event_loop
    if request.param == "uvloop":
        factory = pytest.importorskip("uvloop").new_event_loop

    def run_on_loop(coroutine: Coroutine[Any, Any, None]) -> None:
        with asyncio.Runner(loop_factory=factory) as runner:
            runner.run(asyncio.wait_for(coroutine, 50))

    return run_on_loop


@pytest.fixture
def file(tmp_path: Path) -> Iterator[int]:
    path = tmp_path / "file"
    path.write_bytes(DATA)
    descriptor = os.open(path, os.O_RDONLY)
    yield descriptor
    os.close(descriptor)


class Connection(BaseProtocol):
    def __init__(self) -> None:
        super().__init__()
        self.pauses = 0
        self.paused = asyncio.Event()

    def pause_writing(self) -> None:
        super().pause_writing()
        self.pauses += 1
        self.paused.set()


async def connected() -> tuple[Connection, asyncio.StreamReader, asyncio.StreamWriter]:
    """Return a connection and its peer."""
    near, far = socket.socketpair()
    for sock in (near, far):
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 2**14)
    near.setblocking(False)
    connection = Connection()
    await asyncio.get_running_loop().create_connection(lambda: connection, sock=near)
    reader, writer = await asyncio.open_connection(sock=far)
    return connection, reader, writer


def transport_of(connection: Connection) -> asyncio.Transport:
    assert connection.transport is not None
    return connection.transport


def open_descriptors() -> int:
    gc.collect()
    return len(os.listdir("/dev/fd"))


@pytest.mark.parametrize("before", [0, 10, 500_000])
def test_the_file_comes_after_what_was_written(run: Run, file: int, before: int) -> None:
    async def scenario() -> None:
        connection, reader, writer = await connected()
        transport = transport_of(connection)
        limits = transport.get_write_buffer_limits()
        opened = open_descriptors()
        transport.write(b"h" * before)
        sending = asyncio.ensure_future(send_file(connection, file, 10, 2_900_000))
        assert await reader.readexactly(before) == b"h" * before
        assert await reader.readexactly(2_899_990) == DATA[10:2_900_000]
        assert await sending == 2_899_990
        assert connection.pauses > 0
        assert not connection.gate.paused
        assert transport.get_write_buffer_limits() == limits
        assert open_descriptors() == opened
        transport.write(b"after")
        assert await reader.readexactly(5) == b"after"
        transport.close()
        writer.close()

    run(scenario())


def test_what_is_small_goes_at_once(run: Run, file: int) -> None:
    async def scenario() -> None:
        connection, reader, writer = await connected()
        assert await send_file(connection, file, 5, 105) == 100
        assert await reader.readexactly(100) == DATA[5:105]
        assert connection.pauses == 0
        transport_of(connection).close()
        writer.close()

    run(scenario())


def test_many_steps(run: Run, file: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sendfile, "AT_A_TIME", 1000)

    async def scenario() -> None:
        connection, reader, writer = await connected()
        sending = asyncio.ensure_future(send_file(connection, file, 0, 50_500))
        assert await reader.readexactly(50_500) == DATA[:50_500]
        assert await sending == 50_500
        transport_of(connection).close()
        writer.close()

    run(scenario())


def test_a_file_that_ends_before(run: Run, file: int) -> None:
    async def scenario() -> None:
        connection, reader, writer = await connected()
        size = len(DATA)
        assert await send_file(connection, file, size - 10, size + 10) == 10
        assert await send_file(connection, file, size, size + 10) == 0
        assert await reader.readexactly(10) == DATA[-10:]
        transport_of(connection).close()
        writer.close()

    run(scenario())


class Refusing:
    """A transport that is not for files."""

    def __init__(self, **infos: Any) -> None:
        self.infos = infos

    def get_extra_info(self, name: str) -> Any:
        return self.infos.get(name)


@pytest.mark.parametrize(
    "transport",
    [None, Refusing(), Refusing(socket=object(), sslcontext=object())],
)
async def test_transports_that_cannot(file: int, transport: Any) -> None:
    connection = BaseProtocol()
    connection.transport = transport
    assert await send_file(connection, file, 0, 10) is None


@pytest.mark.parametrize("number", [errno.EINVAL, errno.ENOSYS, errno.EOVERFLOW])
def test_a_system_that_refuses(
    run: Run, file: int, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    def refuse(*args: int) -> int:
        raise OSError(number, "refused")

    async def scenario() -> None:
        connection, _, writer = await connected()
        monkeypatch.setattr(os, "sendfile", refuse)
        assert await send_file(connection, file, 0, 10) is None
        transport_of(connection).close()
        writer.close()

    run(scenario())


@pytest.mark.parametrize(("number", "after"), [(errno.EIO, 0), (errno.EINVAL, 1)])
def test_an_error_of_the_file(
    run: Run, file: int, monkeypatch: pytest.MonkeyPatch, number: int, after: int
) -> None:
    send = os.sendfile
    calls = []

    def fail(out: int, source: int, offset: int, count: int) -> int:
        calls.append(offset)
        if len(calls) > after:
            raise OSError(number, "broken")
        return send(out, source, offset, 10)

    async def scenario() -> None:
        connection, _, writer = await connected()
        monkeypatch.setattr(os, "sendfile", fail)
        with pytest.raises(OSError, match="broken"):
            await send_file(connection, file, 0, 100)
        transport_of(connection).close()
        writer.close()

    run(scenario())


@pytest.mark.parametrize("full", [False, True])
def test_a_closing_transport(run: Run, file: int, full: bool) -> None:
    async def scenario() -> None:
        connection, _, writer = await connected()
        transport = transport_of(connection)
        if full:
            transport.write(b"x" * 3_000_000)
            sending = asyncio.ensure_future(send_file(connection, file, 0, 10))
            await asyncio.sleep(0)
            transport.abort()
            with pytest.raises(ClientConnectionResetError):
                await sending
        else:
            transport.abort()
            with pytest.raises(ClientConnectionResetError):
                await send_file(connection, file, 0, 10)
        writer.close()

    run(scenario())


@pytest.mark.parametrize("who", ["we", "peer", "peer, unseen"])
def test_a_connection_that_is_lost_meanwhile(run: Run, file: int, who: str) -> None:
    async def scenario() -> None:
        opened = open_descriptors()
        connection, _, writer = await connected()
        if who == "peer, unseen":
            transport_of(connection).pause_reading()
        sending = asyncio.ensure_future(send_file(connection, file, 0, len(DATA)))
        await connection.paused.wait()
        if who == "we":
            transport_of(connection).abort()
        else:
            writer.transport.abort()
        with pytest.raises(ClientConnectionResetError):
            await sending
        if connection.transport is not None:
            connection.transport.abort()
        writer.close()
        while connection.transport is not None:
            await asyncio.sleep(0)
        del sending
        await asyncio.sleep(0)
        assert open_descriptors() <= opened + 2  # what the executor of the loop may hold

    run(scenario())


def test_cancelling_while_the_peer_takes_nothing(run: Run, file: int) -> None:
    async def scenario() -> None:
        connection, _, writer = await connected()
        opened = open_descriptors()
        sending = asyncio.ensure_future(send_file(connection, file, 0, len(DATA)))
        await connection.paused.wait()
        assert open_descriptors() > opened
        sending.cancel()
        with pytest.raises(asyncio.CancelledError):
            await sending
        del sending
        assert open_descriptors() == opened
        transport_of(connection).abort()
        writer.close()

    run(scenario())


def test_cancelling_while_a_thread_reads(
    run: Run, file: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The thread keeps its own descriptors, and sends nothing more."""
    send = os.sendfile
    goes_on = threading.Event()
    calls: list[int] = []

    async def scenario() -> None:
        loop = asyncio.get_running_loop()
        reading = asyncio.Event()

        def slow(out: int, source: int, offset: int, count: int) -> int:
            calls.append(offset)
            loop.call_soon_threadsafe(reading.set)
            goes_on.wait(30)
            return send(out, source, offset, 10)

        connection, reader, writer = await connected()
        monkeypatch.setattr(os, "sendfile", slow)
        opened = open_descriptors()
        sending = asyncio.ensure_future(send_file(connection, file, 0, 100))
        await reading.wait()
        sending.cancel()
        with pytest.raises(asyncio.CancelledError):
            await sending
        del sending
        assert open_descriptors() == opened + 2
        goes_on.set()
        assert await reader.readexactly(10) == DATA[:10]
        while open_descriptors() != opened:
            await asyncio.sleep(0)
        assert calls == [0]
        transport_of(connection).close()
        writer.close()

    run(scenario())


async def test_without_the_function_the_loop_is_asked(
    file: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sendfile, "SENDFILE", False)
    connection, reader, writer = await connected()
    assert await send_file(connection, file, 10, 1010) == 1000
    assert await reader.readexactly(1000) == DATA[10:1010]

    async def fail(*args: Any, **options: Any) -> int:
        raise asyncio.SendfileNotAvailableError

    monkeypatch.setattr(asyncio.get_running_loop(), "sendfile", fail)
    assert await send_file(connection, file, 10, 1010) is None
    transport_of(connection).close()
    writer.close()


def writer_to(connection: Connection, length: int | None = None) -> StreamWriter:
    writer = StreamWriter(connection)
    writer.length = length
    return writer


async def end(connection: Connection, reader: asyncio.StreamReader, peer: Any) -> bytes:
    """Close the connection; return what came to the peer."""
    transport_of(connection).close()
    try:
        return await reader.read()
    finally:
        peer.close()


def test_the_writer_counts_a_file(run: Run, file: int) -> None:
    async def scenario() -> None:
        connection, reader, peer = await connected()
        writer = writer_to(connection, 1000)
        await writer.write_headers("HEAD", CIMultiDict())
        head = len("HEAD\r\n\r\n")
        assert not await writer.send_file(file, 0, 1001)
        assert writer.output_size == 0
        assert await writer.send_file(file, 10, 910)
        assert (writer.length, writer.output_size) == (100, head + 900)
        await writer.write_eof(b"x" * 100)
        assert not await writer.send_file(file, 0, 10)
        assert await end(connection, reader, peer) == b"HEAD\r\n\r\n" + DATA[10:910] + b"x" * 100

    run(scenario())


@pytest.mark.parametrize(
    "why", ["chunked", "coded", "suppressed", "watched", "traced", "no socket"]
)
async def test_bodies_that_pass_through_python(file: int, why: str) -> None:
    connection = BaseProtocol()
    connection.transport = Refusing()  # type: ignore[assignment]
    writer = StreamWriter(connection)
    if why == "chunked":
        writer.enable_chunking()
    elif why == "coded":
        writer.enable_compression("gzip")
    elif why == "suppressed":
        writer.suppress_body()
    elif why == "watched":
        writer.on_body_write = lambda count, position: None
    elif why == "traced":

        async def trace(chunk: bytes) -> None:
            """Take no note."""

        writer = StreamWriter(connection, on_chunk_sent=trace)
    assert not await writer.send_file(file, 0, 10)


def test_a_file_that_is_shorter_than_declared(run: Run, file: int) -> None:
    async def scenario() -> None:
        connection, reader, peer = await connected()
        writer = writer_to(connection, 20)
        assert await writer.send_file(file, len(DATA) - 10, len(DATA) + 10)
        with pytest.raises(BodyLengthError):
            await writer.write_eof()
        assert writer.must_close
        assert await end(connection, reader, peer) == DATA[-10:]

    run(scenario())


@pytest.fixture
def calls(monkeypatch: pytest.MonkeyPatch) -> list[tuple[int, int]]:
    """The parts of files that the kernel was asked to send."""
    parts: list[tuple[int, int]] = []
    send = StreamWriter.send_file

    async def noted(self: StreamWriter, file: int, start: int, stop: int) -> bool:
        parts.append((start, stop))
        return await send(self, file, start, stop)

    monkeypatch.setattr(StreamWriter, "send_file", noted)
    return parts


@pytest.mark.parametrize(
    ("start", "length"), [(0, len(DATA)), (1000, len(DATA) - 1000), (1000, 500_000)]
)
def test_a_large_file_as_a_body(
    run: Run, tmp_path: Path, file: int, calls: list[tuple[int, int]], start: int, length: int
) -> None:
    async def scenario() -> None:
        with (tmp_path / "file").open("rb") as opened:
            opened.seek(start)
            payload = BufferedReaderPayload(opened)
            for _ in range(2):
                connection, reader, peer = await connected()
                coming = asyncio.ensure_future(reader.read())
                writer = writer_to(connection, length)
                await payload.write_with_length(writer, length)
                await writer.write_eof()
                assert opened.tell() == start + length
                transport_of(connection).close()
                assert await coming == DATA[start : start + length]
                peer.close()
        assert calls == [(start, start + length)] * 2

    run(scenario())


@pytest.mark.parametrize("why", ["small", "another class", "another raw file", "another writer"])
def test_files_that_are_read(
    run: Run, tmp_path: Path, file: int, calls: list[tuple[int, int]], why: str
) -> None:
    class Reader(io.BufferedReader):
        pass

    class Raw(io.FileIO):
        pass

    async def scenario() -> None:
        raw = Raw(tmp_path / "file") if why == "another raw file" else io.FileIO(tmp_path / "file")
        opened = Reader(raw) if why == "another class" else io.BufferedReader(raw)
        length = 300_000
        if why == "small":
            length = 1000
            opened.seek(-length, os.SEEK_END)
        at = opened.tell()
        connection, reader, peer = await connected()
        coming = asyncio.ensure_future(reader.read())
        writer = writer_to(connection, length)
        taking: Any = CuttingWriter(writer, length) if why == "another writer" else writer
        with opened:
            await BufferedReaderPayload(opened).write_with_length(taking, length)
        await writer.write_eof()
        transport_of(connection).close()
        assert await coming == DATA[at : at + length]
        assert calls == []
        peer.close()

    run(scenario())


def test_a_file_that_is_closed_while_it_is_sent(
    run: Run, tmp_path: Path, file: int, calls: list[tuple[int, int]]
) -> None:
    async def scenario() -> None:
        opened = (tmp_path / "file").open("rb")
        payload = BufferedReaderPayload(opened)
        connection, reader, peer = await connected()
        writer = writer_to(connection, len(DATA))
        sending = asyncio.ensure_future(payload.write(writer))
        await connection.paused.wait()
        await payload.close()
        assert opened.closed
        coming = asyncio.ensure_future(reader.read())
        await sending
        transport_of(connection).close()
        assert await coming == DATA
        assert calls == [(0, len(DATA))]
        peer.close()

    run(scenario())
