"""Our own conformance suite: every category of the Autobahn test-suite, over sockets, both roles.

Each case opens a connection, so that nothing of one leaks into the next.  "Strict" is the only
verdict: what must come back comes back, in order, and the connection ends with the code of the RFC.
"""

import asyncio
import json
import random
import zlib
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import pytest
from conformance_cases import PLAIN, Case
from echo import Answer, answer, answer_listening, echo_server
from raw_peer import BINARY, CLOSE, TEXT, Frame, RawPeer, connect
from raw_peer import answer as accept_handshake

import aiohttp

ANSWERS = pytest.mark.parametrize("answering", [answer, answer_listening])
Talk = Callable[[RawPeer], Awaitable[None]]


async def judge(peer: RawPeer, case: Case) -> None:
    """Play one case; raise if anything differs."""

    async def send() -> None:
        for frame in case.send:
            await peer.send(frame)
        if case.end is None:
            await closed.wait()
            await peer.send(case.close or Frame(CLOSE, b"\x03\xe8"))

    closed = asyncio.Event()
    sending = asyncio.create_task(send())
    try:
        async with asyncio.timeout(30):
            for expected in case.expect:
                got = await peer.message()
                assert got == expected, f"{case.name}: {str(got)[:100]} != {str(expected)[:100]}"
            closed.set()
            end = await peer.message()
            assert end is not None, f"{case.name}: no CLOSE"
            code = int.from_bytes(end[1][:2], "big")
            assert end[0] == CLOSE, f"{case.name}: {str(end)[:100]} is no CLOSE"
            assert code == (case.end or 1000), f"{case.name}: closed with {code}"
            if not peer.client:
                # A server closes first.
                if peer.writer.can_write_eof():
                    peer.writer.write_eof()
            assert await peer.message() is None, f"{case.name}: something follows the CLOSE"
    finally:
        sending.cancel()
        await asyncio.wait((sending,))
        peer.writer.close()


async def against_server(cases: list[Case], answering: Answer) -> list[str]:
    failures = []
    async with echo_server(answering, max_msg_size=0, timeout=5) as url:
        port = urlsplit(url).port
        assert port is not None
        for case in cases:
            peer, _ = await connect(port)
            failures += await failed(judge(peer, case))
    return failures


async def failed(judging: Awaitable[None]) -> list[str]:
    try:
        await judging
    except (AssertionError, TimeoutError, ConnectionError) as exc:
        return [f"{type(exc).__name__}: {exc}"]
    return []


@asynccontextmanager
async def scripted(talk: Talk, extensions: str | None = None) -> AsyncIterator[str]:
    """A raw server that lets *talk* have each connection."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            peer, _ = await accept_handshake(reader, writer, extensions)
            await talk(peer)
        finally:
            writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0, limit=2**25)
    try:
        yield f"ws://127.0.0.1:{server.sockets[0].getsockname()[1]}/"
    finally:
        server.close()
        await server.wait_closed()


async def against_client(cases: list[Case], answering: Answer) -> list[str]:
    failures: list[str] = []
    left = iter(cases)

    async def talk(peer: RawPeer) -> None:
        failures.extend(await failed(judge(peer, next(left))))

    async with scripted(talk) as url, aiohttp.ClientSession() as session:
        timeout = aiohttp.ClientWSTimeout(ws_close=5)
        for _ in cases:
            async with session.ws_connect(url, max_msg_size=0, timeout=timeout) as ws:
                await answering(ws)
    assert next(left, None) is None
    return failures


@pytest.mark.spec("WSP-11")
@pytest.mark.timeout(180)
@ANSWERS
@pytest.mark.parametrize("role", ["server", "client"])
@pytest.mark.parametrize("category", PLAIN)
async def test_category(category: str, role: str, answering: Answer) -> None:
    cases = list(PLAIN[category]())
    run = against_server if role == "server" else against_client
    assert await run(cases, answering) == []


# 12.* and 13.*: permessage-deflate


@dataclass(frozen=True)
class Agreement:
    """An offer and its answer, and what they mean for the raw peer, client's side first."""

    offer: str
    reply: str
    client_bits: int = 15
    server_bits: int = 15
    client_fresh: bool = False
    server_fresh: bool = False


NAME = "permessage-deflate"
OFFERS = [
    Agreement(NAME, NAME),
    Agreement(f"{NAME}; client_max_window_bits", NAME),
    Agreement(f"{NAME}; client_max_window_bits=9", NAME),
    *(
        Agreement(
            f"{NAME}; server_max_window_bits={bits}",
            f"{NAME}; server_max_window_bits={bits}",
            server_bits=bits,
        )
        for bits in (9, 12, 15)
    ),
    Agreement(
        f"{NAME}; server_no_context_takeover",
        f"{NAME}; server_no_context_takeover",
        server_fresh=True,
    ),
    Agreement(
        f"{NAME}; client_no_context_takeover",
        f"{NAME}; client_no_context_takeover",
        client_fresh=True,
    ),
    Agreement(
        f"{NAME}; server_no_context_takeover; server_max_window_bits=10; client_max_window_bits",
        f"{NAME}; server_no_context_takeover; server_max_window_bits=10",
        server_bits=10,
        server_fresh=True,
    ),
    # offers that cannot be honoured are passed over
    Agreement(f"{NAME}; server_max_window_bits=8, {NAME}", NAME),
    Agreement(
        f"{NAME}; unknown, {NAME}; server_max_window_bits=9",
        f"{NAME}; server_max_window_bits=9",
        server_bits=9,
    ),
]
REPLIES = [
    Agreement("", NAME),
    Agreement("", f"{NAME}; client_max_window_bits=9", client_bits=9),
    Agreement("", f"{NAME}; client_max_window_bits=12", client_bits=12),
    Agreement("", f"{NAME}; server_max_window_bits=9", server_bits=9),
    Agreement("", f"{NAME}; server_no_context_takeover", server_fresh=True),
    Agreement("", f"{NAME}; client_no_context_takeover", client_fresh=True),
    Agreement(
        "",
        f"{NAME}; client_no_context_takeover; server_no_context_takeover; "
        "client_max_window_bits=10; server_max_window_bits=10",
        10,
        10,
        True,
        True,
    ),
]
SIZES = (0, 1, 16, 125, 126, 1000, 8192, 16384, 32768, 65536, 131072)


def documents(count: int) -> list[bytes]:
    """JSON that repeats itself a little, of all sizes."""
    source = random.Random(7)
    found = []
    for number in range(count):
        size = SIZES[number % len(SIZES)]
        text = json.dumps([{"id": source.getrandbits(40), "ok": True} for _ in range(size // 30)])
        found.append(text[:size].encode())
    return found


def compressor(bits: int) -> Any:
    return zlib.compressobj(6, zlib.DEFLATED, -bits)


async def exchange(peer: RawPeer, bits: int, fresh: bool, peer_fresh: bool) -> None:
    """Send documents, compressed whole and in fragments, and some that are not; get them back."""
    peer.fresh_inflater = peer_fresh
    deflater = compressor(bits)
    expected: list[tuple[int, bytes]] = []
    frames: list[Frame] = []
    for number, data in enumerate(documents(3 * len(SIZES))):
        opcode = TEXT if number % 2 else BINARY
        expected.append((opcode, data))
        if number % 5 == 4:
            frames.append(Frame(opcode, data))
            continue
        if fresh:
            deflater = compressor(bits)
        packed = deflater.compress(data) + deflater.flush(zlib.Z_SYNC_FLUSH)
        packed = packed.removesuffix(b"\x00\x00\xff\xff")
        if number % 3:
            frames.append(Frame(opcode, packed, rsv=4, chop=997 if number % 7 == 1 else 0))
        else:
            cut = len(packed) // 2
            frames.append(Frame(opcode, packed[:cut], fin=False, rsv=4))
            frames.append(Frame(9, b"between"))
            frames.append(Frame(0, packed[cut:]))
    expected_data = iter(expected)

    async def send() -> None:
        for frame in frames:
            await peer.send(frame)

    sending = asyncio.create_task(send())
    try:
        async with asyncio.timeout(60):
            left = len(expected)
            while left:
                message = await peer.message()
                assert message is not None
                if message[0] == 10:
                    assert message[1] == b"between"
                    continue
                assert message == next(expected_data)
                left -= 1
            await sending
            await peer.send(Frame(CLOSE, b"\x03\xe8"))
            while (message := await peer.message()) is not None and message[0] == 10:
                pass
            assert message == (CLOSE, b"\x03\xe8")
    finally:
        sending.cancel()


@pytest.mark.spec("ADD-651", "ADD-652", "ADD-657", "ADD-659")
@ANSWERS
@pytest.mark.parametrize("agreement", OFFERS, ids=lambda agreement: agreement.offer)
async def test_deflate_server(agreement: Agreement, answering: Answer) -> None:
    async with echo_server(answering, max_msg_size=0) as url:
        peer, reply = await connect(urlsplit(url).port or 0, agreement.offer)
        assert reply == agreement.reply
        await exchange(peer, agreement.client_bits, agreement.client_fresh, agreement.server_fresh)
        peer.writer.close()


@pytest.mark.spec("ADD-650", "ADD-654")
@pytest.mark.parametrize("agreement", REPLIES, ids=lambda agreement: agreement.reply)
async def test_deflate_client(agreement: Agreement) -> None:
    outcome: list[BaseException | None] = []

    async def talk(peer: RawPeer) -> None:
        try:
            await exchange(
                peer, agreement.server_bits, agreement.server_fresh, agreement.client_fresh
            )
        except BaseException as exc:
            outcome.append(exc)
        else:
            outcome.append(None)

    async with scripted(talk, agreement.reply) as url, aiohttp.ClientSession() as session:
        async with session.ws_connect(url, compress=15, max_msg_size=0) as ws:
            await answer(ws)
        while not outcome:
            await asyncio.sleep(0)
    assert outcome == [None]


@pytest.mark.spec("ADD-655", "ADD-067")
@pytest.mark.parametrize(
    ("frames", "code"),
    [
        ([Frame(TEXT, b"\xff\xff\xff", rsv=4)], 1007),
        ([Frame(TEXT, b"x", rsv=2)], 1002),
        ([Frame(TEXT, b"", False, 4), Frame(0, b"", True, 4)], 1002),
        ([Frame(BINARY, zlib.compress(bytes(2**26))[2:-4], rsv=4)], 1009),
    ],
)
async def test_deflate_broken(frames: list[Frame], code: int) -> None:
    async with echo_server(answer) as url:
        peer, reply = await connect(urlsplit(url).port or 0, NAME)
        assert reply == NAME
        await judge(peer, Case("broken", frames, end=code))
