"""What an application is as a mapping."""

import copy

import pytest

from aiohttp_web.application import Application
from aiohttp_web.keys import AppKey, NotAppKeyWarning


@pytest.mark.spec("APP-01", "APP-09", "APP-10", "ADD-140", "C21")
def test_it_is_a_mapping() -> None:
    app = Application()
    key = AppKey("key", int)
    assert len(app) == 0
    app[key] = 1
    assert app[key] == 1
    assert app.get(key) == 1
    assert key in app
    assert list(app) == [key]
    other = AppKey("key", int)
    assert app.get(other) is None
    assert app.get(other, 2) == 2
    with pytest.raises(KeyError):
        app[other]
    del app[key]
    assert len(app) == 0


@pytest.mark.spec("ADD-139", "ADD-951")
def test_str_keys_warn() -> None:
    app = Application()
    with pytest.warns(NotAppKeyWarning) as caught:
        app["name"] = 1
    assert caught[0].filename == __file__
    assert app["name"] == 1


@pytest.mark.spec("APP-03", "NAM-19")
def test_it_cannot_be_copied() -> None:
    assert not hasattr(Application(), "copy")
    with pytest.raises(TypeError):
        copy.copy(Application())
