import pytest
from hypothesis import given
from hypothesis import strategies as st

from aiohttp_websocket import Deflater, Inflater, WebSocketError
from aiohttp_websocket.deflate import TAIL


@pytest.mark.spec("ADD-657", "ADD-658")
@given(
    st.lists(st.binary(max_size=300), min_size=1, max_size=5),
    st.integers(9, 15),
    st.booleans(),
)
def test_round_trip(messages: list[bytes], bits: int, drop: bool) -> None:
    deflater = Deflater(bits, no_context_takeover=drop)
    inflater = Inflater(no_context_takeover=drop)
    for message in messages:
        payload = deflater.deflate(message)
        assert not payload.endswith(TAIL)
        assert inflater.inflate(payload, True, -1) == message


def test_context_takeover_makes_repeats_cheap_and_its_absence_does_not() -> None:
    message = bytes(range(256)) * 2
    kept, dropped = Deflater(15), Deflater(15, no_context_takeover=True)
    assert len(kept.deflate(message)) > len(kept.deflate(message)) + 100
    assert len(dropped.deflate(message)) == len(dropped.deflate(message))


@given(st.binary(min_size=1, max_size=500), st.integers(1, 40))
def test_pieces(message: bytes, step: int) -> None:
    payload = Deflater().deflate(message)
    inflater = Inflater()
    pieces = [payload[index : index + step] for index in range(0, len(payload), step)]
    out = b"".join(inflater.inflate(piece, False, -1) for piece in pieces)
    assert out + inflater.inflate(b"", True, -1) == message


@pytest.mark.spec("ADD-667")
@pytest.mark.parametrize(("room", "fits"), [(1000, True), (999, False), (0, False), (-1, True)])
def test_room(room: int, fits: bool) -> None:
    payload = Deflater().deflate(bytes(1000))
    if fits:
        assert Inflater().inflate(payload, True, room) == bytes(1000)
    else:
        with pytest.raises(WebSocketError) as caught:
            Inflater().inflate(payload, True, room)
        assert caught.value.code == 1009


def test_corrupt_data() -> None:
    with pytest.raises(WebSocketError) as caught:
        Inflater().inflate(b"\xff\xff\xff", True, -1)
    assert caught.value.code == 1007


def test_a_final_block_in_the_middle() -> None:
    import zlib

    stream = zlib.compressobj(wbits=-15)
    ended = stream.compress(b"first ") + stream.flush(zlib.Z_FINISH)
    inflater = Inflater()
    assert inflater.inflate(ended + Deflater().deflate(b"second"), True, -1) == b"first second"
    assert inflater.inflate(Deflater().deflate(b"next"), True, -1) == b"next"


def test_endless_final_blocks_are_refused() -> None:
    import zlib

    stream = zlib.compressobj(wbits=-15)
    empty = stream.compress(b"") + stream.flush(zlib.Z_FINISH)
    with pytest.raises(WebSocketError) as caught:
        Inflater().inflate(empty * 2000, True, 1000)
    assert caught.value.code == 1009


@pytest.mark.parametrize("bits", [0, 8, 16])
def test_windows_that_zlib_cannot_do(bits: int) -> None:
    with pytest.raises(ValueError, match=f"between 9 and 15, not {bits}"):
        Deflater(bits)
