from typing import Any

import pytest
from frames_by_hand import frame

from aiohttp_websocket.frames import FIN, RSV1, encode_frame, encode_header

SIZES = [0, 1, 125, 126, 127, 65535, 65536, 70000]


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("key", [None, b"abcd", b"\xff\x00\x01\x80"])
def test_a_frame_is_what_the_rfc_draws(size: int, key: bytes | None) -> None:
    payload = bytes(index & 0xFF for index in range(size))
    assert encode_frame(FIN | 2, payload, key) == frame(2, payload, key=key)


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("key", [None, b"abcd"])
def test_the_header_alone(size: int, key: bytes | None) -> None:
    whole = encode_frame(FIN | RSV1 | 1, bytes(size), key)
    header = encode_header(FIN | RSV1 | 1, size, key)
    assert whole.startswith(header)
    assert len(whole) == len(header) + size


def test_the_longest_declarable_length() -> None:
    assert encode_header(FIN | 2, 2**63 - 1, None) == b"\x82\x7f\x7f" + b"\xff" * 7


@pytest.mark.parametrize("key", [b"", b"abc", b"abcde"])
def test_a_key_has_four_bytes(key: bytes) -> None:
    with pytest.raises(ValueError, match="4 bytes, not"):
        encode_frame(FIN | 2, b"data", key)
    with pytest.raises(ValueError, match="4 bytes, not"):
        encode_header(FIN | 2, 4, key)


@pytest.mark.parametrize("first", [-1, 256])
def test_flags_and_opcode_are_one_byte(first: int) -> None:
    with pytest.raises(ValueError, match="one byte"):
        encode_frame(first, b"", None)
    with pytest.raises(ValueError, match="one byte"):
        encode_header(first, 0, None)


@pytest.mark.parametrize("payload", ["text", bytearray(b"x"), memoryview(b"x"), 5])
@pytest.mark.parametrize("key", [None, b"abcd"])
def test_a_payload_is_bytes(payload: Any, key: bytes | None) -> None:
    with pytest.raises(TypeError, match="bytes"):
        encode_frame(FIN | 2, payload, key)
