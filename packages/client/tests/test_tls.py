import ssl

import pytest

from aiohttp_client.tls import (
    Fingerprint,
    check_ssl,
    merge_ssl_params,
    shared_context,
    unverified_context,
    verified_context,
)


@pytest.mark.spec("ADD-331", "CTLS-04", "C78", "ADD-1065")
@pytest.mark.parametrize("size", [0, 16, 20, 31, 33])
def test_bad_fingerprints(size: int) -> None:
    with pytest.raises(ValueError):
        Fingerprint(b"x" * size)


@pytest.mark.spec("CTLS-02")
def test_fingerprint_equality() -> None:
    one, same, other = (Fingerprint(digit * 32) for digit in (b"a", b"a", b"b"))
    assert one == same
    assert hash(one) == hash(same)
    assert one != other
    assert one != b"a" * 32
    assert one.fingerprint == b"a" * 32
    assert not one.matches(b"certificate")


@pytest.mark.spec("ADD-327", "ADD-328")
def test_contexts() -> None:
    assert verified_context() is verified_context()
    assert verified_context().verify_mode is ssl.CERT_REQUIRED
    assert unverified_context().verify_mode is ssl.CERT_NONE
    assert not unverified_context().check_hostname
    assert shared_context(True) is verified_context()
    assert shared_context(False) is unverified_context()
    assert shared_context(Fingerprint(b"x" * 32)) is unverified_context()
    own = ssl.create_default_context()
    assert shared_context(own) is own


@pytest.mark.spec("ADD-329", "ADD-330")
def test_check() -> None:
    assert check_ssl(None) is True
    assert check_ssl(False) is False
    with pytest.raises(TypeError):
        check_ssl("x")


@pytest.mark.spec("ADD-330", "ADD-957")
def test_merge() -> None:
    assert merge_ssl_params(True, verify_ssl=True) is True
    with pytest.warns(DeprecationWarning):
        assert merge_ssl_params(True, verify_ssl=False) is False
    with pytest.warns(DeprecationWarning):
        assert merge_ssl_params(True, fingerprint=b"x" * 32) == Fingerprint(b"x" * 32)
    with pytest.warns(DeprecationWarning), pytest.raises(ValueError):
        merge_ssl_params(False, verify_ssl=False)
    with pytest.warns(DeprecationWarning), pytest.raises(ValueError):
        merge_ssl_params(True, verify_ssl=False, fingerprint=b"x" * 32)
