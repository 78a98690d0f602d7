import pytest

from aiohttp_core.reasons import RESPONSES


@pytest.mark.spec("ADD-993")
def test_phrases():
    assert RESPONSES[404][0] == "Not Found"
    assert RESPONSES[200] == ("OK", "Request fulfilled, document follows")
    with pytest.raises(TypeError):
        RESPONSES[200] = ("Fine", "")
