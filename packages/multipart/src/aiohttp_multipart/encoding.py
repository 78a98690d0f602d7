"""Encodings applied while parts are written (RFC 2045 section 6, RFC 9110 section 8.4).

Base64 and quoted-printable keep their lines at 76 characters, as RFC 2045 wants them.
"""

import binascii
from typing import Final

from multidict import CIMultiDict

from aiohttp_core.codings.encoders import ContentEncoder, make_encoder
from aiohttp_core.writer import AbstractStreamWriter, Byteish

__all__ = ("CollectingWriter", "PartWriter")

# 57 bytes make a base64 line of 76 characters.
_LINE_BYTES: Final = 57


class _BodyWriter(AbstractStreamWriter):
    """A writer of a body without framing of its own."""

    async def drain(self) -> None:
        """Do nothing: what is written is waited for by ``write``."""

    def enable_compression(self, encoding: str = "deflate", strategy: int | None = None) -> None:
        """Refuse: the encoding of a part is in its header fields."""
        raise RuntimeError("A part is compressed by its Content-Encoding header")

    def enable_chunking(self) -> None:
        """Refuse: parts have no chunks."""
        raise RuntimeError("A part cannot be chunked")

    async def write_headers(self, status_line: str, headers: "CIMultiDict[str]") -> None:
        """Refuse: the head of a part is written by the multipart writer."""
        raise RuntimeError("A part has no status line")


class CollectingWriter(_BodyWriter):
    """Keeps what is written in ``data``."""

    def __init__(self) -> None:
        self.data = bytearray()

    async def write(self, chunk: Byteish) -> None:
        """Append *chunk*."""
        self.data += chunk

    async def write_eof(self, chunk: bytes = b"") -> None:
        """Append *chunk*."""
        self.data += chunk


class PartWriter(_BodyWriter):
    """Applies a content encoding and then a transfer encoding, and passes the result on."""

    def __init__(
        self, writer: AbstractStreamWriter, encoding: str = "", transfer_encoding: str = ""
    ) -> None:
        self._writer = writer
        self._encoder: ContentEncoder | None = make_encoder(encoding) if encoding else None
        self._transfer_encoding = transfer_encoding
        self._held = b""
        self._started = False

    async def write(self, chunk: Byteish) -> None:
        """Encode *chunk* and pass on what is ready."""
        data = bytes(chunk)
        if self._encoder is not None:
            data = await self._encoder.compress(data)
        if data:
            await self._pass_on(data)

    async def write_eof(self, chunk: bytes = b"") -> None:
        """Encode *chunk* and pass on everything; the message goes on."""
        if self._encoder is not None:
            await self._pass_on(await self._encoder.finish(chunk))
        elif chunk:
            await self._pass_on(chunk)
        if self._held:
            held, self._held = self._held, b""
            await self._write_base64(held)

    async def _pass_on(self, data: bytes) -> None:
        if self._transfer_encoding == "base64":
            data = self._held + data
            end = len(data) - len(data) % _LINE_BYTES
            self._held = data[end:]
            if end:
                await self._write_base64(data[:end])
        elif self._transfer_encoding == "quoted-printable":
            # Line ends are escaped too: only so they come back as they were.
            text = binascii.b2a_qp(data, istext=False).replace(b"=\n", b"=\r\n")
            if self._started:
                text = b"=\r\n" + text
            self._started = True
            await self._writer.write(text)
        else:
            await self._writer.write(data)

    async def _write_base64(self, data: bytes) -> None:
        lines = [
            binascii.b2a_base64(data[at : at + _LINE_BYTES], newline=False)
            for at in range(0, len(data), _LINE_BYTES)
        ]
        if self._started:
            lines.insert(0, b"")
        self._started = True
        await self._writer.write(b"\r\n".join(lines))
