import pytest

from aiohttp_core.versions import HttpVersion, HttpVersion10, HttpVersion11


@pytest.mark.spec("HTTP-01", "HTTP-02")
def test_versions_are_pairs():
    assert HttpVersion(1, 1) == HttpVersion11 == (1, 1)
    assert HttpVersion10 < HttpVersion11
    assert (HttpVersion11.major, HttpVersion11.minor) == (1, 1)
