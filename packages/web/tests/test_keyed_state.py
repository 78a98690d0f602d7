"""The mapping half of messages."""

from collections.abc import MutableMapping

import pytest

from aiohttp_web.keyed_state import KeyedState


@pytest.mark.spec("WREQ-01", "WRSP-02", "ADD-481", "ADD-513")
def test_a_mapping_that_is_made_late() -> None:
    state = KeyedState()
    assert isinstance(state, MutableMapping)
    assert bool(state)
    assert len(state) == 0
    assert list(state) == []
    assert "a" not in state
    assert state.get("a", 5) == 5
    for use in (lambda: state["a"], lambda: state.__delitem__("a"), lambda: state.pop("a")):
        with pytest.raises(KeyError):
            use()
    state["a"] = 1
    assert state["a"] == 1
    assert "a" in state
    assert state.setdefault("b", 2) == 2
    state.update({"c": 3}, d=4)
    assert list(state.keys()) == ["a", "b", "c", "d"]
    assert list(state.values()) == [1, 2, 3, 4]
    assert next(iter(state.items())) == ("a", 1)
    del state["a"]
    assert state.pop("b") == 2
    assert state.pop("b", None) is None
    assert state.popitem() == ("d", 4)
    assert len(state) == 1
    assert state != KeyedState({"c": 3})
    state.clear()
    assert not state.items()
