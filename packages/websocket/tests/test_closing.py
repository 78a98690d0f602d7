import pytest
from hypothesis import given
from hypothesis import strategies as st

from aiohttp_websocket import WebSocketError, WSCloseCode
from aiohttp_websocket.closing import (
    CloseState,
    Closing,
    close_payload,
    is_wire_code,
    parse_close_payload,
)

GOOD = [
    1000,
    1001,
    1002,
    1003,
    1007,
    1008,
    1009,
    1010,
    1011,
    1012,
    1013,
    1014,
    3000,
    3999,
    4000,
    4999,
]
BAD = [0, 999, 1004, 1005, 1006, 1015, 1016, 1100, 2000, 2999, 5000, 65535]


@pytest.mark.parametrize("code", GOOD)
def test_good_codes_pass_both_ways(code: int) -> None:
    assert is_wire_code(code)
    assert parse_close_payload(close_payload(code, "why")) == (code, "why")


@pytest.mark.spec("ADD-662", "ADD-663", "ADD-925")
@pytest.mark.parametrize("code", BAD)
def test_codes_that_may_not_stand_on_the_wire(code: int) -> None:
    with pytest.raises(WebSocketError) as caught:
        parse_close_payload(code.to_bytes(2, "big"))
    assert caught.value.code == WSCloseCode.PROTOCOL_ERROR
    with pytest.raises(ValueError, match=str(code)):
        close_payload(code)


@pytest.mark.spec("ADD-673")
def test_a_close_without_code() -> None:
    assert parse_close_payload(b"") == (0, "")


@pytest.mark.spec("ADD-662")
def test_one_byte_is_no_close_payload() -> None:
    with pytest.raises(WebSocketError) as caught:
        parse_close_payload(b"\x03")
    assert caught.value.code == WSCloseCode.PROTOCOL_ERROR


@pytest.mark.spec("ADD-664")
def test_a_reason_that_is_not_utf8() -> None:
    with pytest.raises(WebSocketError) as caught:
        parse_close_payload(b"\x03\xe8\xff\xff")
    assert caught.value.code == WSCloseCode.INVALID_TEXT


@pytest.mark.parametrize(
    ("reason", "fits"), [("x" * 123, True), ("x" * 124, False), ("é" * 61, True), ("é" * 62, False)]
)
def test_the_reason_is_limited_in_bytes(reason: str, fits: bool) -> None:
    if fits:
        assert len(close_payload(1000, reason)) <= 125
    else:
        with pytest.raises(ValueError, match="123"):
            close_payload(1000, reason)


@given(st.binary(max_size=125))
def test_any_payload_is_read_or_refused(payload: bytes) -> None:
    try:
        code, reason = parse_close_payload(payload)
    except WebSocketError as error:
        refused = error.code
    else:
        refused = None
        assert payload == b"" or close_payload(code, reason) == payload
    assert refused in (None, 1002, 1007)


class TestClosing:
    def test_we_close_first(self) -> None:
        closing = Closing()
        assert closing.may_send_data
        assert closing.sent()
        assert closing.state is CloseState.CLOSE_SENT
        assert not closing.may_send_data
        assert not closing.sent(), "only one CLOSE may be sent"
        assert not closing.received(1001, "bye"), "the answer is not answered"
        assert (closing.state, closing.code, closing.reason) == (CloseState.CLOSED, 1001, "bye")

    def test_the_peer_closes_first(self) -> None:
        closing = Closing()
        assert closing.received(3000, "")
        assert closing.state is CloseState.CLOSE_RECEIVED
        assert not closing.received(1000, "again"), "what comes after a CLOSE is ignored"
        assert closing.sent()
        assert (closing.state, closing.code) == (CloseState.CLOSED, 3000)

    @pytest.mark.parametrize("before", ["nothing", "sent", "received"])
    def test_a_loss(self, before: str) -> None:
        closing = Closing()
        if before == "sent":
            closing.sent()
        elif before == "received":
            closing.received(1001, "")
        closing.lost()
        assert closing.state is CloseState.CLOSED
        assert closing.code == 1006

    def test_a_loss_after_the_handshake_changes_nothing(self) -> None:
        closing = Closing()
        closing.received(1000, "")
        closing.sent()
        closing.lost()
        assert closing.code == 1000
