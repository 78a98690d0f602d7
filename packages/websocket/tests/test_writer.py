import asyncio
import random
import zlib
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from aiohttp_core.errors import ClientConnectionResetError
from aiohttp_core.flow import WriteGate
from aiohttp_core.writer import WRITELINES_PAUSES
from aiohttp_websocket import Inflater, MessageReader, WebSocketWriter, WSMessage, WSMsgType
from aiohttp_websocket.writer import EXECUTOR_SIZE, FRAGMENT_SIZE, forget_keys, next_key


class Wire:
    """A transport and its connection that keep what was written."""

    def __init__(self) -> None:
        self.gate = WriteGate()
        self.written: list[bytes] = []
        self.lists = 0
        self.closing = False

    @property
    def transport(self) -> "Wire":
        return self

    def is_closing(self) -> bool:
        return self.closing

    def write(self, data: bytes) -> None:
        self.written.append(data)

    def writelines(self, pieces: object) -> None:
        self.lists += 1
        self.written.append(b"".join(pieces))  # type: ignore[call-overload]

    def messages(
        self, *, masked: bool = False, deflate: bool = False, limit: int = 0
    ) -> list[WSMessage]:
        got: list[WSMessage] = []
        reader = MessageReader(
            lambda message, size: got.append(message),
            masked=masked,
            max_msg_size=limit,
            inflater=Inflater() if deflate else None,
        )
        reader.feed(b"".join(self.written))
        return got


def writer(wire: Wire, **options: object) -> WebSocketWriter:
    return WebSocketWriter(wire, wire, **options)  # type: ignore[arg-type]


@pytest.mark.spec("WSS-19", "WSC-13", "ADD-660")
@pytest.mark.parametrize("use_mask", [False, True])
@pytest.mark.parametrize("size", [0, 1, 125, 126, 16384, 16385, 65536, 200_000])
async def test_a_message_leaves_as_one_write(use_mask: bool, size: int) -> None:
    wire = Wire()
    await writer(wire, use_mask=use_mask).send_frame(b"x" * size, WSMsgType.BINARY)
    assert len(wire.written) == 1
    assert wire.messages(masked=use_mask) == [(WSMsgType.BINARY, b"x" * size, "")]


async def test_no_list_of_pieces_where_the_loop_forgets_the_high_water_mark() -> None:
    """CVE-2024-12254: there a sender would never wait for a peer that does not read."""
    wire = Wire()
    await writer(wire, use_mask=False).send_frame(bytes(200_000), WSMsgType.BINARY)
    assert wire.lists == int(WRITELINES_PAUSES)


@pytest.mark.spec("ADD-074")
async def test_messages_above_16_kib_are_compressed_in_the_executor() -> None:
    jobs: list[int] = []

    class Executor(ThreadPoolExecutor):
        def submit(self, function: Any, /, *args: Any, **kwargs: Any) -> Any:
            jobs.append(len(args[-1]))
            return super().submit(function, *args, **kwargs)

    with Executor(1) as executor:
        asyncio.get_running_loop().set_default_executor(executor)
        wire = Wire()
        compressing = writer(wire, compress=15)
        bodies = [b"x" * size for size in (100, 16 * 1024, 16 * 1024 + 1, 40_000)]
        for body in bodies:
            await compressing.send_frame(body, WSMsgType.BINARY)
        assert jobs == [16 * 1024 + 1, 40_000]
        plain = writer(Wire())
        await plain.send_frame(b"x" * 40_000, WSMsgType.BINARY)
        assert len(jobs) == 2  # without compression there is nothing to do there
    assert [message.data for message in wire.messages(deflate=True)] == bodies


@pytest.mark.spec("ADD-660")
async def test_masks_differ_from_frame_to_frame() -> None:
    wire = Wire()
    masking = writer(wire, use_mask=True)
    for _ in range(2000):
        await masking.send_frame(b"", WSMsgType.TEXT)
    assert len({frame[2:6] for frame in wire.written}) > 1990
    seeded = writer(wire, use_mask=True, random=random.Random(1))
    await seeded.send_frame(b"", WSMsgType.TEXT)
    assert wire.written[-1][2:6] == random.Random(1).getrandbits(32).to_bytes(4, "big")


@pytest.mark.parametrize("data", [bytearray(b"abc"), memoryview(b"abc")])
async def test_any_bytes_like_object_is_sent(data: object) -> None:
    wire = Wire()
    await writer(wire).send_frame(data, WSMsgType.BINARY)  # type: ignore[arg-type]
    assert wire.messages()[0].data == b"abc"


@pytest.mark.spec("ADD-694", "WSS-09")
async def test_the_sender_waits_above_the_limit_while_the_transport_is_full() -> None:
    wire = Wire()
    sending = writer(wire, limit=1000)
    wire.gate.pause()
    await sending.send_frame(b"x" * 500, WSMsgType.BINARY)
    task = asyncio.create_task(sending.send_frame(b"x" * 600, WSMsgType.BINARY))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    assert not task.done()
    wire.gate.resume()
    await task


async def test_drain_waits_for_the_gate() -> None:
    wire = Wire()
    sending = writer(wire)
    await sending.drain()
    wire.gate.pause()
    task = asyncio.create_task(sending.drain())
    await asyncio.sleep(0)
    assert not task.done()
    wire.gate.resume()
    await task


@pytest.mark.spec("ADD-657", "ADD-659")
async def test_compression_with_takeover_and_plain_control_frames() -> None:
    wire = Wire()
    sending = writer(wire, compress=15)
    for text in (b"hello hello", b"hello hello", b""):
        await sending.send_frame(text, WSMsgType.TEXT)
    await sending.send_frame(b"ping", WSMsgType.PING)
    assert [frame[0] for frame in wire.written] == [0xC1, 0xC1, 0xC1, 0x89]
    assert len(wire.written[1]) < len(wire.written[0])
    assert [m.data for m in wire.messages(deflate=True)] == [
        "hello hello",
        "hello hello",
        "",
        b"ping",
    ]


async def test_no_context_takeover() -> None:
    wire = Wire()
    sending = writer(wire, compress=15, notakeover=True)
    await sending.send_frame(b"hello hello", WSMsgType.TEXT)
    await sending.send_frame(b"hello hello", WSMsgType.TEXT)
    assert wire.written[0] == wire.written[1]


@pytest.mark.spec("ADD-658")
async def test_compression_may_be_chosen_per_message() -> None:
    wire = Wire()
    sending = writer(wire, compress=15)
    await sending.send_frame(b"agreed agreed", WSMsgType.TEXT)
    await sending.send_frame(b"plain", WSMsgType.TEXT, 0)
    await sending.send_frame(b"agreed agreed", WSMsgType.TEXT, 9)
    assert [frame[0] for frame in wire.written] == [0xC1, 0x81, 0xC1]
    assert len(wire.written[2]) >= len(wire.written[0]), "a fresh context knows nothing of before"
    assert [m.data for m in wire.messages(deflate=True)] == [
        "agreed agreed",
        "plain",
        "agreed agreed",
    ]


@pytest.mark.spec("ADD-655")
async def test_nothing_is_compressed_without_an_agreement() -> None:
    wire = Wire()
    await writer(wire).send_frame(b"x" * 100, WSMsgType.TEXT, 15)
    assert wire.written[0][0] == 0x81


@pytest.mark.spec("ADD-657", "WSS-25")
async def test_large_messages_keep_their_order_with_small_ones() -> None:
    wire = Wire()
    sending = writer(wire, compress=15)
    rng = random.Random(7)
    messages = [
        rng.randbytes(size) for size in (10, EXECUTOR_SIZE + 5, 3, EXECUTOR_SIZE * 4, 20, 1)
    ]
    await asyncio.gather(*(sending.send_frame(data, WSMsgType.BINARY) for data in messages))
    assert [m.data for m in wire.messages(deflate=True)] == messages


@pytest.mark.spec("ADD-791", "ADD-842")
@pytest.mark.parametrize("steps", range(6))
async def test_a_cancelled_sender_does_not_tear_the_compression_window(steps: int) -> None:
    wire = Wire()
    sending = writer(wire, compress=15)
    data = random.Random(3).randbytes(EXECUTOR_SIZE * 3)
    task = asyncio.create_task(sending.send_frame(data, WSMsgType.BINARY))
    for _ in range(steps):
        await asyncio.sleep(0)
    task.cancel()
    try:
        await task
    except asyncio.CancelledError:
        pass
    await sending.send_frame(data, WSMsgType.BINARY)
    await sending.send_frame(b"after", WSMsgType.BINARY)
    got = [m.data for m in wire.messages(deflate=True)]
    assert got[-2:] == [data, b"after"]
    assert all(entry in (data, b"after") for entry in got)


async def test_very_large_messages_leave_in_fragments_that_pings_may_pass() -> None:
    wire = Wire()
    sending = writer(wire)
    sending.fragment_above = 2 * FRAGMENT_SIZE
    data = random.Random(5).randbytes(2 * FRAGMENT_SIZE + 17)
    wire.gate.pause()
    task = asyncio.create_task(sending.send_frame(data, WSMsgType.BINARY))
    while not wire.written:
        await asyncio.sleep(0)
    await sending.send_frame(b"!", WSMsgType.PING)
    later = asyncio.create_task(sending.send_frame(b"later", WSMsgType.TEXT))
    await asyncio.sleep(0)
    wire.gate.resume()
    await asyncio.gather(task, later)
    assert [frame[0] for frame in wire.written] == [0x02, 0x89, 0x00, 0x80, 0x81]
    assert [m.data for m in wire.messages()] == [b"!", data, "later"]


@pytest.mark.spec("ADD-413", "ADD-685", "WSS-20")
async def test_nothing_follows_a_close() -> None:
    wire = Wire()
    sending = writer(wire)
    await sending.close(1001, "bye")
    await sending.close(1000)
    assert sending.closing
    assert wire.messages() == [(WSMsgType.CLOSE, 1001, "bye")]
    assert len(wire.written) == 1
    with pytest.raises(ClientConnectionResetError):
        await sending.send_frame(b"late", WSMsgType.TEXT)
    with pytest.raises(ClientConnectionResetError):
        await sending.send_frame(b"", WSMsgType.PING)


async def test_close_waits_for_what_is_being_compressed() -> None:
    wire = Wire()
    sending = writer(wire, compress=15)
    data = bytes(EXECUTOR_SIZE * 2)
    task = asyncio.create_task(sending.send_frame(data, WSMsgType.BINARY))
    await asyncio.sleep(0)
    await sending.close()
    await task
    assert [m.type for m in wire.messages(deflate=True)] == [WSMsgType.BINARY, WSMsgType.CLOSE]


@pytest.mark.parametrize(("code", "reason"), [(1006, ""), (5000, ""), (1000, "x" * 124)])
async def test_a_close_that_may_not_be_sent(code: int, reason: str) -> None:
    wire = Wire()
    sending = writer(wire)
    with pytest.raises(ValueError, match=r"[Cc]lose"):
        await sending.close(code, reason)
    assert not wire.written
    assert not sending.closing


async def test_a_lost_connection() -> None:
    wire = Wire()
    wire.closing = True
    with pytest.raises(ClientConnectionResetError):
        await writer(wire).send_frame(b"x", WSMsgType.TEXT)


async def test_a_failure_in_the_background_reaches_its_sender_only() -> None:
    wire = Wire()
    sending = writer(wire, compress=15)
    task = asyncio.create_task(sending.send_frame(bytes(EXECUTOR_SIZE * 2), WSMsgType.BINARY))
    await asyncio.sleep(0)
    wire.closing = True
    with pytest.raises(ClientConnectionResetError):
        await task
    wire.closing = False
    await sending.send_frame(b"next", WSMsgType.BINARY)
    assert zlib.decompressobj(wbits=-15)
    assert len(wire.written) == 1


def test_a_fork_forgets_the_keys() -> None:
    first = next_key()
    forget_keys()
    assert next_key() != first


async def test_what_is_not_waited_for() -> None:
    wire = Wire()
    sending = writer(wire)
    sending.write_frame(bytearray(b"a"), WSMsgType.BINARY)
    sending.write_frame(b"p", WSMsgType.PING)
    sending.fragment_above = 3
    sending.write_frame(b"four", WSMsgType.TEXT)
    assert sending.busy
    sending.write_frame(b"b", WSMsgType.TEXT)
    while sending.busy:
        await asyncio.sleep(0)
    assert [message.data for message in wire.messages()] == [b"a", b"p", "four", "b"]
    sending.close_now(1001)
    sending.close_now(1002)
    for send in (sending.write_frame, sending.start_frame):
        with pytest.raises(ClientConnectionResetError):
            send(b"", WSMsgType.TEXT)
    assert [message.data for message in wire.messages()][4:] == [1001]


async def test_a_close_that_was_sent_is_not_sent_again() -> None:
    wire = Wire()
    sending = writer(wire)
    await sending.close(1000)
    sending.close_now(1002)
    assert [message.data for message in wire.messages()] == [1000]


async def test_a_cut_ends_a_message_in_fragments() -> None:
    wire = Wire()
    sending = writer(wire)
    sending.fragment_above = 0
    wire.gate.pause()
    large = asyncio.create_task(sending.send_frame(bytes(3 * FRAGMENT_SIZE), WSMsgType.BINARY))
    for _ in range(5):
        await asyncio.sleep(0)
    sending.close_now(1002)
    closing = asyncio.create_task(sending.close(1000))
    wire.gate.resume()
    with pytest.raises(ClientConnectionResetError):
        await large
    await closing
    assert len(wire.written) == 2


@pytest.mark.spec("WSS-17", "WSC-11")
@pytest.mark.parametrize("opcode", [8, 9, 10])
def test_a_control_frame_is_small(opcode: int) -> None:
    for send in ("start_frame", "write_frame"):
        wire = Wire()
        getattr(writer(wire), send)(bytes(125), opcode)
        with pytest.raises(ValueError, match="larger than 125 bytes: 126"):
            getattr(writer(wire), send)(bytes(126), opcode)
        assert len(wire.written) == 1


@pytest.mark.parametrize("opcode", [-1, 0, 3, 7, 11, 15, 257])
def test_what_is_no_message_is_not_sent(opcode: int) -> None:
    for send in ("start_frame", "write_frame"):
        wire = Wire()
        with pytest.raises(ValueError, match=f"opcode {opcode} "):
            getattr(writer(wire), send)(b"", opcode)
        assert wire.written == []


@pytest.mark.parametrize("data", ["text", 5, None, [1]])
@pytest.mark.parametrize("opcode", [1, 2, 9])
def test_what_is_no_bytes_is_not_sent(data: Any, opcode: int) -> None:
    for send in ("start_frame", "write_frame"):
        wire = Wire()
        with pytest.raises(TypeError, match="byte-ish"):
            getattr(writer(wire), send)(data, opcode)
        assert wire.written == []


def test_nothing_follows_a_close_that_was_sent_as_a_frame() -> None:
    wire = Wire()
    ours = writer(wire)
    ours.start_frame(b"\x03\xe8", 8)
    assert ours.closing
    for opcode in (1, 8, 9):
        with pytest.raises(ClientConnectionResetError):
            ours.start_frame(b"", opcode)
    assert wire.written == [b"\x88\x02\x03\xe8"]


@pytest.mark.spec("WSS-18", "WSC-05")
@pytest.mark.parametrize("agreed", [0, 12])
@pytest.mark.parametrize("bits", [-1, 1, 8, 16])
def test_windows_that_zlib_cannot_do(agreed: int, bits: int) -> None:
    wire = Wire()
    with pytest.raises(ValueError, match=f"not {bits}"):
        writer(wire, compress=agreed).start_frame(b"data", 2, bits)
    assert wire.written == []
