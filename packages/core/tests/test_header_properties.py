import pytest
from multidict import CIMultiDict

from aiohttp_core.header_properties import HeadersMixin


class Message(HeadersMixin):
    def __init__(self, **headers: str) -> None:
        self._headers = CIMultiDict({k.replace("_", "-"): v for k, v in headers.items()})


@pytest.mark.spec("ADD-992")
@pytest.mark.parametrize(
    ("field", "content_type", "charset"),
    [
        (None, "application/octet-stream", None),
        ("text/plain", "text/plain", None),
        ("text/plain; charset=UTF-8", "text/plain", "utf-8"),
    ],
)
def test_content_type(field, content_type, charset):
    message = Message() if field is None else Message(Content_Type=field)
    for _ in range(2):
        assert message.content_type == content_type
        assert message.charset == charset


def test_a_changed_field_is_seen():
    message = Message(Content_Type="text/plain")
    assert message.content_type == "text/plain"
    message._headers["Content-Type"] = "text/html"
    assert message.content_type == "text/html"


@pytest.mark.spec("ADD-992")
def test_content_length():
    assert Message().content_length is None
    assert Message(Content_Length="12").content_length == 12
    for wrong in ("x", "-1", "+1", "1_0", "\u0661"):
        with pytest.raises(ValueError, match="not a number"):
            _ = Message(Content_Length=wrong).content_length
