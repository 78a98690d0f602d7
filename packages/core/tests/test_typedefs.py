import json

import pytest

from aiohttp_core import typedefs


@pytest.mark.spec("ADD-1008")
def test_defaults():
    assert typedefs.DEFAULT_JSON_ENCODER is json.dumps
    assert typedefs.DEFAULT_JSON_DECODER is json.loads


@pytest.mark.spec("ADD-1008")
def test_types_can_be_used_in_annotations():
    def f(url: typedefs.StrOrURL, headers: typedefs.LooseHeaders | None) -> typedefs.Byteish:
        return b""

    assert isinstance("x", typedefs.PathLike)
    assert isinstance(b"x", typedefs.Byteish)
    assert set(f.__annotations__) == {"url", "headers", "return"}
