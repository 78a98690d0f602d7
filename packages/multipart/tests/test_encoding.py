"""Encodings of parts, applied."""

import base64
import gzip
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st
from multidict import CIMultiDict

from aiohttp_multipart.decoding import decode_transfer
from aiohttp_multipart.encoding import CollectingWriter, PartWriter

PIECES = st.lists(st.binary(max_size=200), max_size=8)


async def encode(pieces: list[bytes], encoding: str = "", transfer_encoding: str = "") -> bytes:
    collected = CollectingWriter()
    writer = PartWriter(collected, encoding, transfer_encoding)
    for piece in pieces:
        await writer.write(piece)
    await writer.write_eof()
    return bytes(collected.data)


@given(PIECES)
@pytest.mark.spec("MPW-09")
async def test_base64(pieces: list[bytes]) -> None:
    encoded = await encode(pieces, "", "base64")
    assert encoded == base64.encodebytes(b"".join(pieces)).replace(b"\n", b"\r\n")[:-2]
    assert decode_transfer(encoded, "base64") == b"".join(pieces)


@given(PIECES)
@pytest.mark.spec("MPW-09")
async def test_quoted_printable(pieces: list[bytes]) -> None:
    encoded = await encode(pieces, "", "quoted-printable")
    assert decode_transfer(encoded, "quoted-printable") == b"".join(pieces)
    assert all(len(line) <= 76 for line in encoded.split(b"\r\n"))
    assert encoded.isascii()


async def test_readable_text_stays_readable() -> None:
    assert await encode(["Привет, мир!".encode()], "", "quoted-printable") == (
        b"=D0=9F=D1=80=D0=B8=D0=B2=D0=B5=D1=82, =D0=BC=D0=B8=D1=80!"
    )
    assert await encode([b"Time to Relax!"], "", "base64") == b"VGltZSB0byBSZWxheCE="


@given(PIECES)
@pytest.mark.spec("MPW-09")
async def test_content_encodings(pieces: list[bytes]) -> None:
    data = b"".join(pieces)
    assert gzip.decompress(await encode(pieces, "gzip")) == data
    assert zlib.decompress(await encode(pieces, "deflate")) == data
    both = await encode(pieces, "gzip", "base64")
    assert gzip.decompress(base64.decodebytes(both)) == data


@pytest.mark.parametrize("transfer_encoding", ["", "base64", "quoted-printable"])
async def test_any_buffer_and_a_last_piece(transfer_encoding: str) -> None:
    collected = CollectingWriter()
    writer = PartWriter(collected, "", transfer_encoding)
    await writer.write(bytearray(b"ab"))
    await writer.write(memoryview(b"cd"))
    await writer.write_eof(b"ef")
    await writer.drain()
    assert decode_transfer(bytes(collected.data), transfer_encoding) == b"abcdef"
    await collected.write_eof(b"!")
    assert collected.data.endswith(b"!")


async def test_a_part_is_no_message() -> None:
    writer = CollectingWriter()
    for method, arguments in (
        (writer.enable_chunking, ()),
        (writer.enable_compression, ("gzip",)),
    ):
        with pytest.raises(RuntimeError):
            method(*arguments)
    with pytest.raises(RuntimeError):
        await writer.write_headers("HTTP/1.1 200 OK", CIMultiDict())
