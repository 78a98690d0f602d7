"""Encodings of parts, undone."""

import base64
import binascii
import quopri

import pytest
from hypothesis import given
from hypothesis import strategies as st
from multidict import CIMultiDict

from aiohttp_multipart.decoding import (
    base64_cut,
    content_codings,
    decode_transfer,
    make_transfer_decoder,
    transfer_encoding,
)
from aiohttp_multipart.errors import PartDecodingError, UnknownEncoding


def incremental(pieces: list[bytes], encoding: str) -> bytes:
    decoder = make_transfer_decoder(encoding)
    return b"".join(map(decoder.decode, pieces)) + decoder.finish()


def cuts(data: bytes, step: int) -> list[bytes]:
    return [data[at : at + step] for at in range(0, len(data), step)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (b"", b""),
        (b"YQ==", b"a"),
        (b"YWI=", b"ab"),
        (b"YWJj", b"abc"),
        (b"Y W\r\nJ\tj\n", b"abc"),
        (b"Y!WJ\xffj", b"abc"),
        (b"YQ==YWI=", b"aab"),
        (b"YWJjYQ==\r\nYWJj", b"abcaabc"),
    ],
)
@pytest.mark.spec("MPR-12", "ADD-703")
def test_base64(text: bytes, expected: bytes) -> None:
    assert decode_transfer(text, "base64") == expected
    for step in range(1, len(text) + 1):
        assert incremental(cuts(text, step), "base64") == expected


@pytest.mark.parametrize(
    "text", [b"Y", b"YW", b"YWJ", b"YWJjY", b"=YWI", b"YQ=Q", b"Y===", b"===="]
)
@pytest.mark.spec("ADD-703")
def test_bad_base64_is_an_error(text: bytes) -> None:
    with pytest.raises(PartDecodingError):
        decode_transfer(text, "base64")
    with pytest.raises(PartDecodingError):
        incremental(cuts(text, 1), "base64")


@given(st.binary(), st.integers(1, 20))
def test_base64_round_trip(data: bytes, step: int) -> None:
    assert incremental(cuts(base64.encodebytes(data), step), "base64") == data


@given(st.binary(), st.integers(1, 20), st.booleans())
@pytest.mark.spec("MPR-12")
def test_quoted_printable_round_trip(data: bytes, step: int, tabs: bool) -> None:
    text = binascii.b2a_qp(data, quotetabs=tabs, istext=False)
    assert decode_transfer(text, "quoted-printable") == data
    assert incremental(cuts(text, step), "quoted-printable") == data


def test_quoted_printable_text() -> None:
    text = "Привет,\r\nмир = äöü\r\n" * 3
    encoded = quopri.encodestring(text.encode())
    for step in range(1, 40):
        assert incremental(cuts(encoded, step), "quoted-printable").decode() == text


@pytest.mark.parametrize("encoding", ["", "binary", "7bit", "8bit"])
@pytest.mark.spec("ADD-702")
def test_plain_encodings(encoding: str) -> None:
    assert decode_transfer(b"=41\r\nYQ==", encoding) == b"=41\r\nYQ=="


@pytest.mark.spec("MPR-12", "ADD-702")
def test_unknown_encodings() -> None:
    with pytest.raises(RuntimeError, match="unknown content transfer encoding: x-uue"):
        make_transfer_decoder("x-uue")
    with pytest.raises(RuntimeError, match="unknown content encoding: x-lzw"):
        content_codings({"Content-Encoding": "x-lzw"})
    with pytest.raises(UnknownEncoding):
        content_codings({"Content-Encoding": "gzip, x-lzw"})


@pytest.mark.parametrize(
    ("value", "codings"),
    [
        (None, ()),
        ("", ()),
        ("identity", ()),
        ("GZip", ("gzip",)),
        ("deflate, gzip", ("gzip", "deflate")),
    ],
)
@pytest.mark.spec("MPR-12")
def test_content_codings(value: str | None, codings: tuple[str, ...]) -> None:
    assert content_codings({} if value is None else {"Content-Encoding": value}) == codings


def test_transfer_encoding_header() -> None:
    headers = CIMultiDict({"Content-Transfer-Encoding": " Base64 "})
    assert transfer_encoding(headers) == "base64"
    assert transfer_encoding({}) == ""


@given(st.lists(st.sampled_from([b"A", b"\r\n", b"=", b" "])).map(b"".join))
@pytest.mark.spec("ADD-703")
def test_base64_cut(data: bytes) -> None:
    cut = base64_cut(data)
    before = [byte for byte in data[:cut] if byte in b"A="]
    after = [byte for byte in data[cut:] if byte in b"A="]
    assert len(before) % 4 == 0
    assert len(after) < 4
