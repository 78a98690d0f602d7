"""ChainMapProxy."""

from collections.abc import Mapping

import pytest

from aiohttp_core.structures import ChainMapProxy


@pytest.mark.spec("DATA-02", "ADD-992")
def test_first_match_wins() -> None:
    first, second = {"a": 1, "b": 2}, {"b": 3, "c": 4}
    proxy = ChainMapProxy([first, second])
    assert isinstance(proxy, Mapping)
    assert dict(proxy) == {"a": 1, "b": 2, "c": 4}
    assert len(proxy) == 3
    assert "c" in proxy
    assert "d" not in proxy
    assert proxy.get("d") is None
    assert proxy.get("d", 5) == 5
    assert proxy.get("b") == 2
    with pytest.raises(KeyError):
        proxy["d"]
    first["d"] = 6
    assert proxy["d"] == 6
    assert repr(proxy) == f"ChainMapProxy({first!r}, {second!r})"
    assert proxy == {"a": 1, "b": 2, "c": 4, "d": 6}


@pytest.mark.spec("DATA-02")
def test_immutable_and_final() -> None:
    proxy = ChainMapProxy([{"a": 1}])
    with pytest.raises(TypeError):
        proxy["a"] = 2  # type: ignore[index]
    with pytest.raises(TypeError, match="forbidden"):
        type("Sub", (ChainMapProxy,), {})
    assert proxy
    assert not ChainMapProxy([{}, {}])
    assert not ChainMapProxy([])
