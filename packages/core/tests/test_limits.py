import dataclasses

import pytest

from aiohttp_core.limits import DEFAULT_LIMITS, HeadLimits


@pytest.mark.spec("HTTP-03", "HTTP-04", "ADD-009", "ADD-052")
def test_defaults():
    assert dataclasses.astuple(DEFAULT_LIMITS) == (8190, 8190, 128, 65536)


@pytest.mark.parametrize("name", [field.name for field in dataclasses.fields(HeadLimits)])
@pytest.mark.parametrize("value", [0, -1])
def test_limits_are_positive(name, value):
    with pytest.raises(ValueError, match=name):
        HeadLimits(**{name: value})


def test_limits_do_not_change():
    with pytest.raises(dataclasses.FrozenInstanceError):
        DEFAULT_LIMITS.max_headers = 1
