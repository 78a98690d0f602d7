import pytest
from hypothesis import given
from hypothesis import strategies as st

from aiohttp_websocket import masking

KEYS = st.binary(min_size=4, max_size=4)


def by_hand(data: bytes, key: bytes, phase: int = 0) -> bytes:
    return bytes(byte ^ key[(phase + index) & 3] for index, byte in enumerate(data))


@pytest.mark.spec("WSP-11")
@given(st.binary(max_size=600), KEYS)
def test_masking_is_the_xor_of_the_rfc(data: bytes, key: bytes) -> None:
    assert masking.mask(data, key) == by_hand(data, key)
    assert masking.mask(masking.mask(data, key), key) == data


@given(st.binary(max_size=300), KEYS, st.integers(0, 300), st.integers(0, 300))
def test_a_slice_is_unmasked_at_its_phase(data: bytes, key: bytes, one: int, two: int) -> None:
    start, stop = sorted((min(one, len(data)), min(two, len(data))))
    assert masking.unmask(data, start, stop, key, start) == by_hand(data[start:stop], key, start)


@given(st.binary(max_size=300), KEYS)
def test_in_place(data: bytes, key: bytes) -> None:
    target = bytearray(data)
    masking.mask_in_place(key, target)
    assert bytes(target) == by_hand(data, key)


@given(
    st.binary(max_size=400), st.one_of(st.none(), KEYS), st.lists(st.integers(1, 50), max_size=20)
)
def test_a_payload_is_filled_in_pieces(data: bytes, key: bytes | None, cuts: list[int]) -> None:
    target = masking.new_payload(len(data))
    position = 0
    for step in [*cuts, len(data)]:
        stop = min(position + step, len(data))
        masking.fill_payload(target, position, data, position, stop, key)
        position = stop
    assert masking.finish_payload(target) == (data if key is None else by_hand(data, key))


@pytest.mark.parametrize("size", [0, 1, 3, 4, 15, 16, 17, 99, 100, 101, 65536])
def test_every_size_around_the_kernels_borders(size: int) -> None:
    data, key = bytes(index & 0xFF for index in range(size)), b"\x01\x80\xff\x00"
    assert masking.mask(data, key) == by_hand(data, key)


@pytest.mark.parametrize("key", [b"", b"abc", b"abcde"])
def test_a_key_has_four_bytes(key: bytes) -> None:
    with pytest.raises(ValueError, match="4 bytes, not"):
        masking.mask(b"data", key)
    with pytest.raises(ValueError, match="4 bytes, not"):
        masking.mask_in_place(key, bytearray(b"data"))
