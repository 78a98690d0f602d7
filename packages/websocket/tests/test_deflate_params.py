import pytest

from aiohttp_websocket import (
    DeflateParams,
    WSHandshakeError,
    accept_answer,
    choose_offer,
    offer_header,
    ws_ext_gen,
    ws_ext_parse,
)

P = "permessage-deflate"

OFFERS = {
    P: (DeflateParams(), P),
    f"{P}; client_max_window_bits": (DeflateParams(), P),
    f"{P}; client_max_window_bits=10": (DeflateParams(), P),
    f"{P}; server_max_window_bits=10": (
        DeflateParams(server_bits=10),
        f"{P}; server_max_window_bits=10",
    ),
    f'{P}; server_max_window_bits="9"': (
        DeflateParams(server_bits=9),
        f"{P}; server_max_window_bits=9",
    ),
    f"{P}; server_no_context_takeover": (
        DeflateParams(server_no_context_takeover=True),
        f"{P}; server_no_context_takeover",
    ),
    f"{P}; client_no_context_takeover": (
        DeflateParams(client_no_context_takeover=True),
        f"{P}; client_no_context_takeover",
    ),
    f"{P.upper()} ; Server_Max_Window_Bits = 12": (
        DeflateParams(server_bits=12),
        f"{P}; server_max_window_bits=12",
    ),
    f"{P}; unknown, {P}": (DeflateParams(), P),
    f"x-webkit-deflate-frame, {P}; server_max_window_bits=8, {P}; server_max_window_bits=11": (
        DeflateParams(server_bits=11),
        f"{P}; server_max_window_bits=11",
    ),
}


@pytest.mark.spec("ADD-651", "ADD-652")
@pytest.mark.parametrize("text", OFFERS)
def test_offers_that_are_taken(text: str) -> None:
    assert choose_offer([text]) == OFFERS[text]


@pytest.mark.spec("ADD-652")
@pytest.mark.parametrize(
    "text",
    [
        "",
        "permessage-bzip2",
        f"{P}; server_max_window_bits=8",
        f"{P}; server_max_window_bits=16",
        f"{P}; server_max_window_bits=010",
        f"{P}; server_max_window_bits=١٠",
        f"{P}; server_max_window_bits",
        f"{P}; server_max_window_bits=10; server_max_window_bits=11",
        f"{P}; client_max_window_bits=7",
        f"{P}; client_no_context_takeover=1",
        f"{P}; server_no_context_takeover=0",
        f"{P}; what=ever",
        f"{P};",
        f"{P}; =10",
        f'{P}; server_max_window_bits="10',
    ],
)
def test_offers_that_are_declined(text: str) -> None:
    assert choose_offer([text]) is None


def test_offers_in_several_fields_are_tried_in_order_and_bounded() -> None:
    assert choose_offer([f"{P}; bad", f"{P}; server_max_window_bits=9"]) is not None
    assert choose_offer([", ".join([f"{P}; bad"] * 50 + [P])]) is None


@pytest.mark.spec("ADD-650", "WSC-05")
def test_the_offer_of_a_client() -> None:
    assert offer_header(15) == f"{P}; client_max_window_bits"
    assert offer_header(9) == f"{P}; client_max_window_bits; server_max_window_bits=9"
    assert offer_header(no_context_takeover=True).endswith(
        "client_no_context_takeover; server_no_context_takeover"
    )


@pytest.mark.spec("ADD-650", "ADD-1088")
@pytest.mark.parametrize("bits", [1, 8, 16, -15])
def test_bits_that_zlib_cannot_do(bits: int) -> None:
    with pytest.raises(ValueError, match="wbits"):
        offer_header(bits)
    with pytest.raises(ValueError, match="wbits"):
        ws_ext_gen(bits)


ANSWERS = {
    P: DeflateParams(),
    f"{P}; server_max_window_bits=8": DeflateParams(server_bits=8),
    f"{P}; client_max_window_bits=9": DeflateParams(client_bits=9),
    f"{P}; server_no_context_takeover; client_no_context_takeover": DeflateParams(
        server_no_context_takeover=True, client_no_context_takeover=True
    ),
}


@pytest.mark.spec("ADD-653", "ADD-654")
@pytest.mark.parametrize("text", ANSWERS)
def test_answers_that_are_accepted(text: str) -> None:
    assert accept_answer([text]) == ANSWERS[text]


@pytest.mark.spec("ADD-653")
@pytest.mark.parametrize(
    "text",
    [
        "permessage-bzip2",
        f"{P}; client_max_window_bits=8",
        f"{P}; client_max_window_bits",
        f"{P}; server_max_window_bits=16",
        f"{P}; server_max_window_bits",
        f"{P}; server_no_context_takeover=1",
        f"{P}; mode=fast",
        f"{P}, {P}",
        f"{P}; x; x",
    ],
)
def test_answers_that_fail_the_handshake(text: str) -> None:
    with pytest.raises(WSHandshakeError):
        accept_answer([text])


def test_a_window_larger_than_offered_is_refused() -> None:
    assert accept_answer([f"{P}; server_max_window_bits=10"], offered_bits=10) == DeflateParams(
        server_bits=10
    )
    with pytest.raises(WSHandshakeError, match="larger"):
        accept_answer([f"{P}; server_max_window_bits=11"], offered_bits=10)


def test_no_answer_is_no_compression() -> None:
    assert accept_answer([]) is None


@pytest.mark.spec("ADD-993")
def test_the_historical_interface() -> None:
    assert ws_ext_gen() == f"{P}; client_max_window_bits"
    assert ws_ext_gen(12, isserver=True, server_notakeover=True) == (
        f"{P}; server_max_window_bits=12; server_no_context_takeover"
    )
    assert ws_ext_parse(None) == (0, False)
    assert ws_ext_parse("other", isserver=True) == (0, False)
    assert ws_ext_parse(
        f"{P}; server_max_window_bits=10; server_no_context_takeover", isserver=True
    ) == (10, True)
    assert ws_ext_parse(f"{P}; client_max_window_bits=11; client_no_context_takeover") == (11, True)
    with pytest.raises(WSHandshakeError):
        ws_ext_parse(f"{P}; x=1")
