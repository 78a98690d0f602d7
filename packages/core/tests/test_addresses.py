import pytest

from aiohttp_core.addresses import is_canonical_ipv4_address, is_ip_address


@pytest.mark.spec("ADD-992")
@pytest.mark.parametrize(
    ("host", "address", "canonical"),
    [
        ("127.0.0.1", True, True),
        ("127.1", True, False),
        ("1.2.3.999", True, False),
        ("::1", True, False),
        ("fe80::1%eth0", True, False),
        ("localhost", False, False),
        ("1.example", False, False),
        ("", False, False),
        ("\u0661.2.3.4", False, False),
    ],
)
def test_addresses(host, address, canonical):
    assert is_ip_address(host) is address
    assert is_canonical_ipv4_address(host) is canonical


def test_none_is_no_address():
    assert is_ip_address(None) is False
