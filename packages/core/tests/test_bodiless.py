import pytest

from aiohttp_core.bodiless import must_be_empty_body, should_remove_content_length


@pytest.mark.spec("ADD-992")
@pytest.mark.parametrize(
    ("method", "code", "empty", "without_length"),
    [
        ("GET", 200, False, False),
        ("HEAD", 200, True, False),
        ("HEAD", 204, True, True),
        ("GET", 100, True, True),
        ("GET", 199, True, True),
        ("GET", 204, True, True),
        ("GET", 205, False, False),
        ("GET", 304, True, True),
        ("CONNECT", 200, True, True),
        ("CONNECT", 299, True, True),
        ("CONNECT", 404, False, False),
    ],
)
def test_messages_without_a_body(method, code, empty, without_length):
    assert must_be_empty_body(method, code) is empty
    assert should_remove_content_length(method, code) is without_length
