"""Keep-Alive."""

import pytest

from aiohttp_core.fields.keep_alive import KeepAlive, keep_alive_header, parse_keep_alive


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (None, KeepAlive()),
        ("", KeepAlive()),
        ("timeout=5, max=100", KeepAlive(5, 100)),
        ("Timeout=5", KeepAlive(5)),
        ('max="3"; timeout=2', KeepAlive(2, 3)),
        ("timeout=-1, max=x", KeepAlive()),
        ("timeout=\u0665", KeepAlive()),
        ("timeout=1e3", KeepAlive()),
        ("timeout=99999999999", KeepAlive()),
        ("timeout=1, timeout=2", KeepAlive(1)),
        ("300", KeepAlive()),
    ],
)
def test_read(text: str | None, expected: KeepAlive) -> None:
    assert parse_keep_alive(text) == expected


def test_write() -> None:
    assert keep_alive_header(5.9) == "timeout=5"
    assert keep_alive_header(5, 10) == "timeout=5, max=10"
    assert parse_keep_alive(keep_alive_header(5, 10)) == (5, 10)
    with pytest.raises(ValueError, match="negative"):
        keep_alive_header(-1)
    with pytest.raises(ValueError, match="negative"):
        keep_alive_header(1, -1)
