import pytest

from aiohttp_client.expected_type import is_expected_content_type


@pytest.mark.spec("ADD-986")
@pytest.mark.parametrize(
    ("given", "expected", "verdict"),
    [
        ("application/json", "application/json", True),
        ("application/problem+json", "application/json", True),
        ("text/html", "application/json", False),
        ("text/html", "text/html", True),
        ("text/html", "text/", True),
        ("text/html", "application/xml", False),
    ],
)
def test_types(given, expected, verdict):
    assert is_expected_content_type(given, expected) is verdict
