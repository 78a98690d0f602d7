import sys
import tracemalloc
import zlib
from collections.abc import Iterator
from typing import Any

import pytest
from frames_by_hand import frame
from hypothesis import given, settings
from hypothesis import strategies as st

from aiohttp_websocket import Inflater, MessageReader, WebSocketError, WSMessage, WSMsgType

KEY = b"\x11\x22\x33\xf4"
TEXT, BINARY, PING, PONG, CLOSE = (
    WSMsgType.TEXT,
    WSMsgType.BINARY,
    WSMsgType.PING,
    WSMsgType.PONG,
    WSMsgType.CLOSE,
)


def compressed(data: bytes, level: int = 6) -> bytes:
    stream = zlib.compressobj(level, wbits=-15)
    return (stream.compress(data) + stream.flush(zlib.Z_SYNC_FLUSH)).removesuffix(b"\0\0\xff\xff")


def splits(data: bytes) -> Iterator[list[bytes]]:
    yield [data]
    yield [data[index : index + 1] for index in range(len(data))]
    for cut in range(1, len(data)):
        yield [data[:cut], data[cut:]]


def read(pieces: list[bytes], **options: object) -> tuple[list[tuple[object, ...]], int | None]:
    """Feed *pieces*; return the messages and the close code of the error, or None."""
    got: list[tuple[object, ...]] = []
    options.setdefault("masked", True)
    if options.pop("deflate", False):
        options["inflater"] = Inflater()
    reader = MessageReader(lambda message, size: got.append((*message[:2], size)), **options)  # type: ignore[arg-type]
    try:
        for piece in pieces:
            reader.feed(piece)
    except WebSocketError as error:
        assert reader.failed
        reader.feed(frame(1, b"late", key=KEY))
        return got, error.code
    return got, None


def everywhere(data: bytes, **options: object) -> tuple[list[tuple[object, ...]], int | None]:
    """Read *data* in every split; all must agree."""
    results = [read(pieces, **options) for pieces in splits(data)]
    for pieces, result in zip(splits(data), results, strict=True):
        assert result == results[0], pieces
    return results[0]


def m(opcode: int, payload: bytes = b"", **more: object) -> bytes:
    return frame(opcode, payload, key=KEY, **more)  # type: ignore[arg-type]


GOOD = {
    "text": (m(1, "grüß".encode()), [(TEXT, "grüß", 6)]),
    "empty text": (m(1), [(TEXT, "", 0)]),
    "binary": (m(2, b"\x00\xff"), [(BINARY, b"\x00\xff", 2)]),
    "empty binary": (m(2), [(BINARY, b"", 0)]),
    "ping": (m(9, b"p"), [(PING, b"p", 1)]),
    "pong": (m(10, b"q" * 125), [(PONG, b"q" * 125, 125)]),
    "close with reason": (m(8, b"\x03\xe8bye"), [(CLOSE, 1000, 5)]),
    "close without code": (m(8), [(CLOSE, 0, 0)]),
    "two messages": (m(1, b"a") + m(2, b"b"), [(TEXT, "a", 1), (BINARY, b"b", 1)]),
    "fragments": (
        m(1, b"a", fin=False) + m(0, b"b", fin=False) + m(0, b"c"),
        [(TEXT, "abc", 3)],
    ),
    "fragments cut inside a character": (
        m(1, b"\xc3", fin=False) + m(0, b"\xa9"),
        [(TEXT, "é", 2)],
    ),
    "empty fragments": (m(2, fin=False) + m(0, fin=False) + m(0), [(BINARY, b"", 0)]),
    "ping between fragments": (
        m(2, b"x", fin=False) + m(9, b"!") + m(0, b"y"),
        [(PING, b"!", 1), (BINARY, b"xy", 2)],
    ),
    "16 bit length": (m(2, b"z" * 300), [(BINARY, b"z" * 300, 300)]),
    "data after close is ignored": (
        m(8, b"\x03\xe9") + m(1, b"late") + b"\xff\xff",
        [(CLOSE, 1001, 2)],
    ),
}


@pytest.mark.spec("WSP-05", "ADD-665", "WSP-02", "ADD-895")
@pytest.mark.parametrize("name", GOOD)
def test_what_must_be_read(name: str) -> None:
    data, messages = GOOD[name]
    assert everywhere(data) == (messages, None)


BAD = {
    "W01 unmasked": (frame(1, b"hello"), 1002),
    "W02 RSV2": (m(1, b"x", rsv=2), 1002),
    "W02 RSV3": (m(1, b"x", rsv=1), 1002),
    "W03 RSV1 without deflate": (m(1, b"x", rsv=4), 1002),
    "W03 RSV1 on a ping": (m(9, b"x", rsv=4), 1002),
    **{f"W04 opcode {code}": (m(code, b"x"), 1002) for code in (3, 4, 5, 6, 7, 11, 12, 13, 14, 15)},
    "W05 long ping": (frame(9, b"x" * 126, key=KEY), 1002),
    "W05 fragmented ping": (m(9, b"x", fin=False), 1002),
    "W05 fragmented close": (m(8, fin=False), 1002),
    "W06 continuation without start": (m(0, b"x"), 1002),
    "W06 text inside a fragmented text": (m(1, b"a", fin=False) + m(1, b"b"), 1002),
    "W08 2**63": (m(2, declared=2**63, length_form=64), 1009),
    "W08 2**64 - 1": (m(2, declared=2**64 - 1, length_form=64), 1009),
    "W08 16 bit form of 5": (m(2, b"12345", length_form=16), 1002),
    "W08 64 bit form of 5": (m(2, b"12345", length_form=64), 1002),
    "W08 64 bit form of 65535": (m(2, declared=65535, length_form=64), 1002),
    "W09 close with one byte": (m(8, b"\x03"), 1002),
    **{
        f"W09 code {code}": (m(8, code.to_bytes(2, "big")), 1002)
        for code in (999, 1004, 1005, 1006, 1015, 1016, 2999, 5000)
    },
    "W09 reason is no UTF-8": (m(8, b"\x03\xe8\xff"), 1007),
    "W09 reason of 124 bytes": (frame(8, b"\x03\xe8" + b"x" * 124, key=KEY), 1002),
    "invalid UTF-8": (m(1, b"a\xff"), 1007),
    "truncated UTF-8": (m(1, b"a\xc3"), 1007),
    "surrogate": (m(1, b"\xed\xa0\x80"), 1007),
    "overlong": (m(1, b"\xc0\xaf"), 1007),
    "above U+10FFFF": (m(1, b"\xf4\x90\x80\x80"), 1007),
    "truncated over fragments": (m(1, b"\xc3", fin=False) + m(0, b""), 1007),
    "declared above the limit": (m(2, declared=2000), 1009),
    "fragments above the limit": (m(2, b"x" * 600, fin=False) + m(0, declared=600), 1009),
}


@pytest.mark.spec(
    "ADD-662",
    "ADD-664",
    "ADD-666",
    "ADD-668",
    "ADD-670",
    "ADD-661",
    "ADD-786",
    "ADD-824",
    "ADD-655",
)
@pytest.mark.parametrize("name", BAD)
def test_what_must_be_refused_and_that_nothing_follows(name: str) -> None:
    data, code = BAD[name]
    before = m(2, b"before")
    got, error = everywhere(before + data, max_msg_size=1000)
    assert error == code
    assert got[0] == (BINARY, b"before", 6)
    assert all(entry[0] in (PING, BINARY) for entry in got)


def test_a_client_refuses_masked_frames() -> None:
    assert everywhere(frame(1, b"plain"), masked=False) == ([(TEXT, "plain", 5)], None)
    assert everywhere(m(1, b"masked"), masked=False) == ([], 1002)


@pytest.mark.spec("ADD-1097")
@pytest.mark.parametrize(("size", "error"), [(1000, None), (1001, 1009)])
def test_the_limit_itself_is_allowed(size: int, error: int | None) -> None:
    got, code = read([m(2, b"x" * size)], max_msg_size=1000)
    assert code == error
    assert len(got) == (1 if error is None else 0)


@pytest.mark.spec("WSC-07", "WSS-08")
def test_zero_means_no_limit() -> None:
    got, code = read([m(2, b"x" * 70000)], max_msg_size=0)
    assert (got, code) == ([(BINARY, b"x" * 70000, 70000)], None)


@pytest.mark.parametrize("opcode", [1, 2])
@pytest.mark.parametrize("before", [b"", m(1, b"abc", fin=False)])
@pytest.mark.parametrize("masked", [True, False])
def test_the_longest_length_without_a_limit(opcode: int, before: bytes, masked: bool) -> None:
    """It is added to nothing: the frame begins, and its bytes are waited for."""
    key = KEY if masked else None
    if before:
        before, opcode = frame(1, b"abc", fin=False, key=key), 0
    data = before + frame(opcode, b"y" * 40, declared=2**63 - 1, length_form=64, key=key)
    for pieces in ([data, b"z" * 30], [data[:-40], data[-40:]]):
        if masked:
            pieces = [*pieces, bytes(4)]
        assert read(pieces, max_msg_size=0, masked=masked, decode_text=False) == ([], None)
    got, code = read([data], max_msg_size=sys.maxsize, masked=masked)
    assert (got, code) == ([], 1009)


@pytest.mark.parametrize("limit", [sys.maxsize, 2**64])
def test_a_limit_that_nothing_reaches(limit: int) -> None:
    data = m(1, compressed(b"abc"), rsv=4) + m(2, b"de", fin=False) + m(0, b"f")
    expected = [(TEXT, "abc", 3), (BINARY, b"def", 3)]
    assert read([data], max_msg_size=limit, deflate=True) == (expected, None)


def test_a_negative_limit_is_an_error_of_the_caller() -> None:
    with pytest.raises(ValueError, match="-1"):
        MessageReader(lambda *_: None, masked=True, max_msg_size=-1)


@pytest.mark.parametrize("data", ["text", bytearray(b"x"), memoryview(b"x")])
def test_input_is_bytes(data: Any) -> None:
    with pytest.raises(TypeError, match="bytes"):
        MessageReader(lambda *_: None, masked=True).feed(data)


@pytest.mark.spec("ADD-666")
def test_nothing_is_taken_for_a_declared_length() -> None:
    reader = MessageReader(lambda *_: None, masked=True, max_msg_size=0)
    tracemalloc.start()
    try:
        reader.feed(m(2, declared=2**40, length_form=64))
        reader.feed(b"x" * 1000)
        assert tracemalloc.get_traced_memory()[0] < 100_000
    finally:
        tracemalloc.stop()


def test_bad_text_is_refused_at_its_first_bad_byte() -> None:
    whole = m(1, b"a" * 50 + b"\xff" + b"b" * 50)
    reader = MessageReader(lambda *_: None, masked=True)
    position = 6 + 50
    reader.feed(whole[:position])
    with pytest.raises(WebSocketError) as caught:
        reader.feed(whole[position : position + 1])
    assert caught.value.code == 1007


@pytest.mark.spec("ADD-683")
def test_text_may_stay_bytes() -> None:
    got, code = everywhere(m(1, b"\xff\xfe"), decode_text=False)
    assert (got, code) == ([(TEXT, b"\xff\xfe", 2)], None)
    got, code = everywhere(m(1, b"\xff", fin=False) + m(0, b"\xfe"), decode_text=False)
    assert (got, code) == ([(TEXT, b"\xff\xfe", 2)], None)


@pytest.mark.spec("ADD-669", "ADD-823")
def test_many_tiny_fragments_cost_no_more_than_their_data() -> None:
    got: list[object] = []
    reader = MessageReader(lambda message, size: got.append(message.data), masked=True)
    one = m(0, b"x", fin=False)
    reader.feed(m(1, b"x", fin=False))
    tracemalloc.start()
    try:
        for _ in range(200):
            reader.feed(one * 500)
        used = tracemalloc.get_traced_memory()[0]
    finally:
        tracemalloc.stop()
    assert used < 1_500_000
    reader.feed(m(0, b""))
    assert got == ["x" * 100_001]


@pytest.mark.spec("ADD-823")
@pytest.mark.parametrize("opcode", [TEXT, BINARY])
@pytest.mark.parametrize("size", [80_000, 17 * 2**20])
def test_tiny_reads_pin_no_more_than_the_data(opcode: int, size: int) -> None:
    got: list[WSMessage] = []
    reader = MessageReader(lambda message, size: got.append(message), masked=True, max_msg_size=0)
    head = m(opcode, declared=size, length_form=64)
    body = bytes(key ^ ord("x") for key in KEY) * 20_000
    reader.feed(head[:-3])
    tracemalloc.start()
    try:
        before = tracemalloc.get_traced_memory()[0]
        reader.feed(head[-3:])
        for start in range(0, 72_000, 3):
            reader.feed(body[start : start + 3])
        used = tracemalloc.get_traced_memory()[0] - before
    finally:
        tracemalloc.stop()
    assert used < 400_000
    if size == len(body):
        reader.feed(body[72_000:])
        assert got == [(opcode, "x" * size if opcode is TEXT else b"x" * size, "")]


@pytest.mark.spec("ADD-669", "ADD-823")
@pytest.mark.parametrize("deflate", [False, True])
def test_empty_fragments_cost_nothing(deflate: bool) -> None:
    got: list[object] = []
    reader = MessageReader(
        lambda message, size: got.append(message.data),
        masked=True,
        inflater=Inflater() if deflate else None,
    )
    first = compressed(b"a") if deflate else b"a"
    reader.feed(m(1, first, fin=False, rsv=4 if deflate else 0))
    empty = m(0, fin=False) * 1000
    tracemalloc.start()
    try:
        for _ in range(30):
            reader.feed(empty)
        used = tracemalloc.get_traced_memory()[0]
    finally:
        tracemalloc.stop()
    assert used < 50_000
    reader.feed(m(0))
    assert got == ["a"]


class TestDeflate:
    @pytest.mark.spec("ADD-656", "ADD-912")
    def test_rsv1_on_control_frames_is_tolerated(self) -> None:
        assert everywhere(m(9, b"p", rsv=4), deflate=True) == ([(PING, b"p", 1)], None)

    @pytest.mark.parametrize("opcode", [1, 2])
    def test_a_whole_message(self, opcode: int) -> None:
        data = m(opcode, compressed(b"hello hello hello"), rsv=4)
        expected = "hello hello hello" if opcode == 1 else b"hello hello hello"
        assert everywhere(data, deflate=True) == ([(opcode, expected, 17)], None)

    def test_fragments_carry_rsv1_on_the_first_only(self) -> None:
        payload = compressed(b"0123456789" * 20)
        data = (
            m(1, payload[:5], fin=False, rsv=4) + m(0, payload[5:9], fin=False) + m(0, payload[9:])
        )
        assert everywhere(data, deflate=True) == ([(TEXT, "0123456789" * 20, 200)], None)
        got, code = everywhere(
            m(1, payload[:5], fin=False, rsv=4) + m(0, payload[5:], rsv=4), deflate=True
        )
        assert (got, code) == ([], 1002)

    def test_uncompressed_messages_pass_between(self) -> None:
        data = m(1, compressed(b"abc"), rsv=4) + m(1, b"plain")
        assert everywhere(data, deflate=True) == ([(TEXT, "abc", 3), (TEXT, "plain", 5)], None)

    @pytest.mark.spec("ADD-667", "ADD-778")
    def test_a_bomb_costs_its_limit(self) -> None:
        bomb = compressed(bytes(50_000_000), 9)
        tracemalloc.start()
        try:
            got, code = read([m(2, bomb, rsv=4)], deflate=True, max_msg_size=100_000)
            peak = tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()
        assert (got, code) == ([], 1009)
        assert peak < 2_000_000

    def test_data_that_grows_in_compression_fits_the_limit(self) -> None:
        data = bytes(range(256)) * 4
        stored = compressed(data, 0)
        assert len(stored) > len(data)
        assert read([m(2, stored, rsv=4)], deflate=True, max_msg_size=len(data)) == (
            [(BINARY, data, len(data))],
            None,
        )

    @pytest.mark.spec("ADD-667")
    @pytest.mark.parametrize(
        ("payload", "outcome"),
        [
            (b"\xff\xff\xff\xff", 1007),
            (b"\x06\x00\x00", 1007),
            # An empty payload and one that ends early are whole once the tail is there.
            (b"", b""),
            (compressed(b"abc") + b"\x00\x00\xff\xff", b"abc"),
            (compressed(b"abc") + b"\x00\x00\xff\xff" + compressed(b"def"), b"abcdef"),
            (compressed(b"abc") + b"\x00\x00\xff\xff" + b"\x00\x00\x00\xff\xff" * 500, b"abc"),
            # A stored block whose length contradicts itself, and a header that is none.
            (b"\x00\x05\x00\x00\x00hello", 1007),
            (zlib.compress(b"not raw"), 1007),
        ],
        ids=[
            "garbage",
            "block type",
            "empty",
            "flushed",
            "two blocks",
            "empty blocks",
            "stored",
            "zlib",
        ],
    )
    def test_odd_payloads(self, payload: bytes, outcome: bytes | int) -> None:
        """Row W11 of the list of hostile frames: an error or a message, whatever the split."""
        expected: tuple[list[tuple[object, ...]], int | None]
        if isinstance(outcome, int):
            expected = [], outcome
        else:
            expected = [(BINARY, outcome, len(outcome))], None
        assert read([m(2, payload, rsv=4)], deflate=True) == expected
        whole = m(2, payload, rsv=4)
        assert read([whole[i : i + 1] for i in range(len(whole))], deflate=True) == expected

    def test_a_window_that_was_dropped(self) -> None:
        stream = zlib.compressobj(wbits=-15)

        def next_message() -> bytes:
            out = stream.compress(b"0123456789" * 9) + stream.flush(zlib.Z_SYNC_FLUSH)
            return m(2, out.removesuffix(b"\0\0\xff\xff"), rsv=4)

        data = next_message() + next_message()
        dropping = Inflater(no_context_takeover=True)
        assert read([data], inflater=dropping) == ([(BINARY, b"0123456789" * 9, 90)], 1007)

    def test_bad_text_inside(self) -> None:
        assert read([m(1, compressed(b"\xff"), rsv=4)], deflate=True) == ([], 1007)


def test_a_failing_receiver_stops_the_reader() -> None:
    def deliver(message: object, size: int) -> None:
        raise KeyError("mine")

    reader = MessageReader(deliver, masked=True)
    with pytest.raises(KeyError, match="mine"):
        reader.feed(m(1, b"x"))
    assert reader.failed


MESSAGES = st.lists(
    st.tuples(
        st.sampled_from(["text", "binary", "ping"]), st.binary(max_size=40), st.integers(1, 4)
    ),
    max_size=6,
)


@settings(max_examples=150)
@given(MESSAGES, st.lists(st.integers(1, 30), max_size=30))
def test_messages_survive_any_fragmentation_and_split(
    messages: list[tuple[str, bytes, int]], cuts: list[int]
) -> None:
    wire, expected = b"", []
    for kind, payload, parts in messages:
        if kind == "ping":
            wire += m(9, payload)
            expected.append((PING, payload, len(payload)))
            continue
        text = payload.decode("latin-1")
        data = text.encode() if kind == "text" else payload
        step = max(1, -(-len(data) // parts))
        pieces = [data[index : index + step] for index in range(0, len(data), step)] or [b""]
        for index, piece in enumerate(pieces):
            opcode = 0 if index else 1 if kind == "text" else 2
            wire += m(opcode, piece, fin=index == len(pieces) - 1)
        expected.append((TEXT, text, len(data)) if kind == "text" else (BINARY, data, len(data)))
    fed, position = [], 0
    for step in cuts:
        fed.append(wire[position : position + step])
        position += step
    assert read([*fed, wire[position:]]) == (expected, None)


@given(st.binary(max_size=200), st.integers(1, 20))
def test_any_bytes_are_read_or_refused_alike_in_every_split(data: bytes, step: int) -> None:
    pieces = [data[index : index + step] for index in range(0, len(data), step)]
    assert read([data], deflate=True, max_msg_size=100) == read(
        pieces, deflate=True, max_msg_size=100
    )
