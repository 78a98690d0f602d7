"""Fuzz WebSocket frames: ``python tools/fuzz/websocket_frames.py --seconds 600``.

The first byte says how the rest is cut, the second which reader gets it: of a server or a client,
with or without compression, a limit and decoded text.  Both builds tell the same messages and the
same verdict, however the frames are cut; nothing but ``WebSocketError`` is ever raised, no message
is larger than the limit, and what was read is read again from frames that the codec makes of it.
"""

import sys
import zlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from tools.fuzz import engine, wire

HOT = ("frames", "masking", "reader")
LIMIT = 300
KEY = b"\x01\x80\xff\x33"


def deflated(data: bytes) -> bytes:
    stream = zlib.compressobj(wbits=-15)
    return (stream.compress(data) + stream.flush(zlib.Z_SYNC_FLUSH))[:-4]


def seeds() -> list[bytes]:
    """Return good and bad frames for each reader."""
    from aiohttp_websocket import encode_frame, encode_header

    found = []
    for choice in range(16):
        key = KEY if choice & 1 else None
        conversations = (
            [(0x81, "grüß".encode()), (0x82, b"\x00\xff"), (0x89, b"p"), (0x88, b"\x03\xe8bye")],
            [(0x01, b"\xc3"), (0x89, b""), (0x00, b"\xa9"), (0x80, b"x" * 130)],
            [(0xC1, deflated(b"hello hello hello")), (0xC2, deflated(bytes(1000)))],
            [(0x41, deflated(b"abcabc")[:4]), (0x80, deflated(b"abcabc")[4:])],
            [(0x82, b"y" * 400), (0x81, b"\xff")],
        )
        for frames in conversations:
            data = b"".join(encode_frame(first, payload, key) for first, payload in frames)
            found += [bytes((size, choice)) + data for size in (0, 6)]
        for length in (2**31, 2**63 - 1):
            data = encode_frame(0x01, b"ab", key) + encode_header(0x80, length, key) + b"z" * 40
            found.append(bytes((3, choice)) + data)
    return found


def prepare() -> tuple[engine.Check, Sequence[bytes]]:
    """Return the check and its seeds."""
    from aiohttp_websocket import Inflater, WebSocketError, WSMsgType, close_payload

    readers = wire.builds("reader", "aiohttp_websocket", HOT)
    codecs = wire.builds("frames", "aiohttp_websocket", HOT)

    def told(module: Any, choice: int, pieces: Sequence[bytes]) -> list[Any]:
        found: list[Any] = []
        reader = module.MessageReader(
            lambda message, size: found.append((message, size)),
            masked=choice & 1 != 0,
            inflater=Inflater() if choice & 2 else None,
            max_msg_size=LIMIT if choice & 4 else 0,
            decode_text=choice & 8 != 0,
        )
        try:
            for piece in pieces:
                reader.feed(piece)
        except WebSocketError as error:
            return [*found, int(error.code)]
        return found

    def again(message: Any) -> tuple[int, bytes]:
        """Return the first byte and the payload of a frame that says the same."""
        data = message.data
        if message.type is WSMsgType.CLOSE:
            data = close_payload(data, message.extra) if data else b""
        elif isinstance(data, str):
            data = data.encode()
        return 0x80 | message.type, data

    def check(data: bytes) -> None:
        if len(data) < 2:
            return
        rest, choice = data[2:], data[1] % 16
        _, pieces = wire.cut(data[:1] + rest)
        whole = told(readers[0], choice, [rest])
        for module in readers:
            for cuts in ([rest], pieces, [rest[i : i + 1] for i in range(len(rest))]):
                other = told(module, choice, cuts)
                if other != whole:
                    raise AssertionError(f"{module.__file__}: {other!r} instead of {whole!r}")
        messages = [entry for entry in whole if isinstance(entry, tuple)]
        if choice & 4 and any(size > LIMIT for _, size in messages):
            raise AssertionError("a message is larger than the limit")
        for codec in codecs:
            key = KEY if choice & 1 else None
            frames = [codec.encode_frame(*again(message), key) for message, _ in messages]
            if told(readers[0], choice, frames) != messages:
                raise AssertionError(f"{codec.__file__}: not the same again: {messages!r}")

    return check, seeds()


if __name__ == "__main__":
    sys.exit(engine.main(prepare, instrument="aiohttp_websocket"))
