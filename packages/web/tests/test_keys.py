"""Typed keys: identity, names, order, and the warning about ``str`` keys."""

import subprocess
import sys
from typing import Any

import pytest

from aiohttp_web.keys import AppKey, NotAppKeyWarning, RequestKey, ResponseKey

KEYS = [AppKey, RequestKey, ResponseKey]


@pytest.mark.spec("ADD-137", "ADD-858")
@pytest.mark.parametrize("cls", KEYS)
def test_name_is_prefixed_and_identity_decides(cls: Any) -> None:
    first, second = cls("name", int), cls("name", int)
    assert first != second
    assert first == first
    assert len({first: 1, second: 2}) == 2
    assert f"({__name__}.name," in repr(first)


@pytest.mark.spec("ADD-137")
def test_name_has_the_module_that_makes_the_key_also_inside_a_function() -> None:
    namespace: dict[str, Any] = {"__name__": "some.module", "AppKey": AppKey}
    exec("def make():\n    return AppKey[int]('x'), AppKey('x')", namespace)
    for key in namespace["make"]():
        assert "some.module.x" in repr(key)


class Own:
    pass


@pytest.mark.spec("ADD-138", "APP-10")
@pytest.mark.parametrize(
    ("key", "shown"),
    [
        (AppKey("k", int), "type=int"),
        (AppKey("k"), "type=<<Unknown>>"),
        (AppKey[int]("k"), "type=int"),
        (AppKey("k", Own), f"type={__name__}.Own"),
        (AppKey("k", dict[str, int]), "type=dict[str, int]"),
        (RequestKey("k", str), "type=str"),
        (ResponseKey("k", str), "type=str"),
    ],
)
def test_repr(key: Any, shown: str) -> None:
    assert repr(key) == f"<{type(key).__name__}({__name__}.k, {shown})>"


@pytest.mark.spec("ADD-138")
def test_order_by_name_and_before_other_types() -> None:
    first, second = AppKey("a", int), AppKey("b", int)
    assert first < second
    assert second > first
    assert first < "a"
    assert not first > "a"
    assert sorted([second, "x", first], key=lambda key: (isinstance(key, str), key)) == [
        first,
        second,
        "x",
    ]


@pytest.mark.spec("ADD-1021")
@pytest.mark.parametrize("cls", KEYS)
def test_subscriptable_and_slotted(cls: Any) -> None:
    assert cls[int]("x") is not None
    with pytest.raises(AttributeError):
        cls("x").other = 1


@pytest.mark.spec("ADD-139")
def test_the_warning_is_hidden_by_default_and_can_be_shown() -> None:
    code = (
        "import warnings\n{}from aiohttp_web.keys import NotAppKeyWarning as W\n"
        "warnings.warn('seen', W)"
    )
    hidden = subprocess.run(
        [sys.executable, "-c", code.format("")], capture_output=True, check=True, timeout=60
    )
    assert b"seen" not in hidden.stderr
    own = "warnings.simplefilter('always', UserWarning)\n"
    shown = subprocess.run(
        [sys.executable, "-c", code.format(own)], capture_output=True, check=True, timeout=60
    )
    assert b"seen" in shown.stderr
    assert issubclass(NotAppKeyWarning, UserWarning)
