"""A WebSocket peer made of bytes: it trusts nothing of what it tests."""

import asyncio
import base64
import hashlib
import os
import zlib
from dataclasses import dataclass

GUID = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
TEXT, BINARY, CLOSE, PING, PONG = 1, 2, 8, 9, 10


@dataclass(frozen=True)
class Frame:
    """One frame to send; *rsv* are the three reserved bits, *chop* cuts it into writes."""

    opcode: int
    payload: bytes = b""
    fin: bool = True
    rsv: int = 0
    chop: int = 0

    def encode(self, masked: bool) -> bytes:
        size = len(self.payload)
        bit = 0x80 if masked else 0
        head = bytes([(0x80 if self.fin else 0) | self.rsv << 4 | self.opcode])
        if size < 126:
            head += bytes([bit | size])
        elif size < 65536:
            head += bytes([bit | 126]) + size.to_bytes(2, "big")
        else:
            head += bytes([bit | 127]) + size.to_bytes(8, "big")
        if not masked:
            return head + self.payload
        key = os.urandom(4)
        whole = (key * (size // 4 + 1))[:size]
        mixed = int.from_bytes(self.payload, "big") ^ int.from_bytes(whole, "big")
        return head + key + mixed.to_bytes(size, "big")


class Broken(AssertionError):
    """The other side broke the protocol."""


class RawPeer:
    """One side of a connection after the handshake; *client* tells which one."""

    def __init__(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, *, client: bool
    ) -> None:
        self.reader = reader
        self.writer = writer
        self.client = client
        self.inflater = zlib.decompressobj(-15)
        self.fresh_inflater = False

    async def send(self, frame: Frame) -> None:
        data = frame.encode(self.client)
        step = frame.chop or len(data)
        for start in range(0, len(data), step):
            self.writer.write(data[start : start + step])
            await self.writer.drain()
            if frame.chop:
                await asyncio.sleep(0)

    async def _frame(self) -> tuple[bool, int, int, bytes] | None:
        try:
            first, second = await self.reader.readexactly(2)
            if bool(second & 0x80) == self.client:
                raise Broken("wrong masking")
            size = second & 0x7F
            if size > 125:
                encoded = await self.reader.readexactly(2 if size == 126 else 8)
                size = int.from_bytes(encoded, "big")
                if size < (126 if len(encoded) == 2 else 65536):
                    raise Broken("length is not minimal")
            key = b"" if self.client else await self.reader.readexactly(4)
            payload = await self.reader.readexactly(size)
        except (asyncio.IncompleteReadError, ConnectionError):
            return None
        if key:
            whole = (key * (size // 4 + 1))[:size]
            payload = (int.from_bytes(payload, "big") ^ int.from_bytes(whole, "big")).to_bytes(
                size, "big"
            )
        return bool(first & 0x80), first >> 4 & 7, first & 15, payload

    async def message(self) -> tuple[int, bytes] | None:
        """The next message, its fragments joined and inflated; ``None`` at the end."""
        opcode, rsv, parts = 0, 0, []
        while (frame := await self._frame()) is not None:
            fin, bits, kind, payload = frame
            if kind >= 8:
                if not fin or bits or len(payload) > 125:
                    raise Broken("bad control frame")
                return kind, payload
            if (kind == 0) != bool(opcode) or bits & 3 or (bits and not kind):
                raise Broken("bad order of frames, or reserved bits")
            if kind:
                opcode, rsv = kind, bits
            parts.append(payload)
            if fin:
                data = b"".join(parts)
                if rsv:
                    if self.fresh_inflater:
                        self.inflater = zlib.decompressobj(-15)
                    data = self.inflater.decompress(data + b"\x00\x00\xff\xff")
                return opcode, data
        return None


def accept(key: str) -> str:
    return base64.b64encode(hashlib.sha1(key.encode() + GUID).digest()).decode()


async def read_head(reader: asyncio.StreamReader) -> tuple[str, dict[str, str]]:
    lines = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
    fields = dict(line.split(": ", 1) for line in lines[1:] if line)
    return lines[0], {name.lower(): value for name, value in fields.items()}


async def connect(port: int, extensions: str | None = None) -> tuple[RawPeer, str | None]:
    """Open a WebSocket as a client; return the peer and the extensions that were agreed upon."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=2**25)
    key = base64.b64encode(os.urandom(16)).decode()
    extra = f"Sec-WebSocket-Extensions: {extensions}\r\n" if extensions else ""
    writer.write(
        "GET / HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        f"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: {key}\r\n{extra}\r\n".encode()
    )
    line, fields = await read_head(reader)
    if " 101 " not in line or fields.get("sec-websocket-accept") != accept(key):
        raise Broken(f"no handshake: {line}")
    return RawPeer(reader, writer, client=True), fields.get("sec-websocket-extensions")


async def answer(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, extensions: str | None = None
) -> tuple[RawPeer, str | None]:
    """Accept a WebSocket as a server; return the peer and the extensions that were offered."""
    _, fields = await read_head(reader)
    extra = f"Sec-WebSocket-Extensions: {extensions}\r\n" if extensions else ""
    writer.write(
        "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        f"Sec-WebSocket-Accept: {accept(fields['sec-websocket-key'])}\r\n{extra}\r\n".encode()
    )
    return RawPeer(reader, writer, client=False), fields.get("sec-websocket-extensions")
