import socket

import pytest

from aiohttp_client.dial import address_infos, is_ipv4_literal, is_odd_ipv4, local_address_infos


@pytest.mark.spec("ADD-192", "ADD-804", "ADD-888")
@pytest.mark.parametrize(
    ("host", "literal", "odd"),
    [
        ("127.0.0.1", True, False),
        ("255.255.255.255", True, False),
        ("256.1.1.1", False, False),
        ("127.1", False, True),
        ("2130706433", False, True),
        ("0x7f.1", False, True),
        ("017700000001", False, True),
        ("127.0.0.01", False, True),
        ("example.com", False, False),
        ("", False, False),
        ("١٢٧.0.0.1", False, False),
        ("::1", False, False),
    ],
)
def test_ipv4(host: str, literal: bool, odd: bool) -> None:
    assert is_ipv4_literal(host) is literal
    assert is_odd_ipv4(host) is odd


@pytest.mark.spec("ADD-316")
def test_address_infos() -> None:
    def found(host: str, family: int) -> dict[str, object]:
        return {"hostname": "h", "host": host, "port": 80, "family": family, "proto": 0, "flags": 0}

    infos = address_infos([found("1.2.3.4", socket.AF_INET), found("fe80::1%3", socket.AF_INET6)])  # type: ignore[list-item]
    assert infos[0][4] == ("1.2.3.4", 80)
    assert infos[1][4] == ("fe80::1", 80, 0, 3)
    assert local_address_infos(None) is None
