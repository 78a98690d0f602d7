"""SOCKS 4, 4a and 5: the client's side, byte by byte."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aiohttp_client.socks import SocksError, SocksHandshake

V5_OK = b"\x05\x00\x00\x01\x00\x00\x00\x00\x00\x00"
V4_OK = b"\x00\x5a" + b"\0" * 6

EXCHANGES = [
    (
        "socks5h", {"host": "a.example", "port": 443},
        [(b"\x05\x01\x00", b"\x05\x00"), (b"\x05\x01\x00\x03\x09a.example\x01\xbb", V5_OK)],
    ),
    (
        "socks5", {"host": "10.0.0.1", "port": 80},
        [(b"\x05\x01\x00", b"\x05\x00"), (b"\x05\x01\x00\x01\x0a\x00\x00\x01\x00\x50", V5_OK)],
    ),
    (
        "socks5", {"host": "::1", "port": 80},
        [
            (b"\x05\x01\x00", b"\x05\x00"),
            (b"\x05\x01\x00\x04" + b"\0" * 15 + b"\x01\x00\x50",
             b"\x05\x00\x00\x04" + b"\0" * 18),
        ],
    ),
    (
        "socks5h", {"host": "a", "port": 1, "login": "user", "password": "pw"},
        [
            (b"\x05\x02\x00\x02", b"\x05\x02"),
            (b"\x01\x04user\x02pw", b"\x01\x00"),
            (b"\x05\x01\x00\x03\x01a\x00\x01", b"\x05\x00\x00\x03\x03abc\x00\x00"),
        ],
    ),
    (
        "socks5h", {"host": "a", "port": 1, "login": "user", "password": "pw"},
        [(b"\x05\x02\x00\x02", b"\x05\x00"), (b"\x05\x01\x00\x03\x01a\x00\x01", V5_OK)],
    ),
    (
        "socks4", {"host": "10.0.0.1", "port": 80, "login": "me"},
        [(b"\x04\x01\x00\x50\x0a\x00\x00\x01me\x00", V4_OK)],
    ),
    (
        "socks4a", {"host": "a.example", "port": 80},
        [(b"\x04\x01\x00\x50\x00\x00\x00\x01\x00a.example\x00", V4_OK)],
    ),
]  # fmt: skip


def handshake(scheme: str, options: dict[str, object]) -> SocksHandshake:
    return SocksHandshake(scheme, **options)  # type: ignore[arg-type]


@pytest.mark.parametrize("one_by_one", [False, True])
@pytest.mark.parametrize(("scheme", "options", "steps"), EXCHANGES)
def test_exchange(
    scheme: str, options: dict[str, object], steps: list[tuple[bytes, bytes]], one_by_one: bool
) -> None:
    client = handshake(scheme, options)
    outgoing = client.start()
    for expected, answer in steps:
        assert outgoing == expected
        assert not client.complete
        if one_by_one:
            pieces = []
            for value in answer:
                assert client.wanted > 0
                pieces.append(client.feed(bytes((value,))))
            outgoing = b"".join(pieces)
        else:
            outgoing = client.feed(answer)
    assert client.complete
    assert outgoing == b""
    assert client.wanted == 0
    client.feed_eof()


@pytest.mark.parametrize("scheme", ["socks4a", "socks5h"])
def test_remote_resolution(scheme: str) -> None:
    assert SocksHandshake.resolves_remotely(scheme)
    assert not SocksHandshake.resolves_remotely(scheme[:-1])


REFUSALS = [
    ("socks5h", b"\x05\xff", "none of the offered"),
    ("socks5h", b"\x05\x01", "not offered"),
    ("socks5h", b"\x05\x02", "not offered"),
    ("socks5h", b"HT", "does not speak SOCKS 5"),
    ("socks5h", b"\x05\x00\x05\x05\x00\x01", "connection refused"),
    ("socks5h", b"\x05\x00\x05\x63\x00\x01", "unknown reply 99"),
    ("socks5h", b"\x05\x00\x04\x00\x00\x01", "not SOCKS 5"),
    ("socks5h", b"\x05\x00\x05\x00\x00\x07", "address type"),
    ("socks5h", b"\x05\x00" + V5_OK + b"HTTP", "unexpected data"),
    ("socks4a", b"\x00\x5b" + b"\0" * 6, "rejected"),
    ("socks4a", b"\x00\x01" + b"\0" * 6, "unknown reply"),
    ("socks4a", b"HTTP/1.1 400", "not SOCKS 4"),
    ("socks4a", V4_OK + b"x", "unexpected data"),
]


@pytest.mark.parametrize(("scheme", "answer", "message"), REFUSALS)
def test_refusals(scheme: str, answer: bytes, message: str) -> None:
    client = SocksHandshake(scheme, "a", 1)
    client.start()
    with pytest.raises(SocksError, match=message):
        client.feed(answer)
    client = SocksHandshake(scheme, "a", 1)
    client.start()
    with pytest.raises(SocksError, match=message):
        for value in answer:
            client.feed(bytes((value,)))


@pytest.mark.parametrize(
    ("answer", "message"), [(b"\x01\x01", "refused login"), (b"\x05\x00", "RFC 1929")]
)
def test_refused_passwords(answer: bytes, message: str) -> None:
    client = SocksHandshake("socks5h", "a", 1, login="u", password="p")
    client.start()
    client.feed(b"\x05\x02")
    with pytest.raises(SocksError, match=message):
        client.feed(answer)


def test_an_early_end() -> None:
    client = SocksHandshake("socks5h", "a", 1)
    client.start()
    client.feed(b"\x05")
    with pytest.raises(SocksError, match="closed"):
        client.feed_eof()


@pytest.mark.parametrize(
    ("scheme", "options"),
    [
        ("socks5h", {"host": "a" * 256, "port": 1}),
        ("socks5h", {"host": "", "port": 1}),
        ("socks5h", {"host": "é", "port": 1}),
        ("socks5", {"host": "a.example", "port": 1}),
        ("socks5h", {"host": "a", "port": 1, "login": "u" * 256}),
        ("socks5h", {"host": "a", "port": 1, "login": "u", "password": "é" * 128}),
        ("socks5h", {"host": "a", "port": 1, "login": ""}),
        ("socks4", {"host": "a.example", "port": 1}),
        ("socks4", {"host": "::1", "port": 1}),
        ("socks4a", {"host": "a" * 256, "port": 1}),
        ("socks4a", {"host": "a\0b", "port": 1}),
        ("socks4a", {"host": "a", "port": 1, "login": "a\0"}),
        ("socks5h", {"host": "a", "port": 0}),
        ("socks5h", {"host": "a", "port": 65536}),
        ("http", {"host": "a", "port": 1}),
    ],
)
def test_what_cannot_be_said(scheme: str, options: dict[str, object]) -> None:
    with pytest.raises(ValueError):
        handshake(scheme, options)


@given(st.lists(st.binary(max_size=20), max_size=20), st.sampled_from(["socks5h", "socks4a"]))
def test_any_answer_ends_or_waits(pieces: list[bytes], scheme: str) -> None:
    client = SocksHandshake(scheme, "a.example", 80, login="u", password="p")
    client.start()
    try:
        for piece in pieces:
            client.feed(piece)
            assert client.complete or 0 < client.wanted <= 257
    except SocksError:
        pass
