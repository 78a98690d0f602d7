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
