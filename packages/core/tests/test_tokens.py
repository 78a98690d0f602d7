import pytest

from aiohttp_core.tokens import TOKEN, quoted_string


@pytest.mark.spec("ADD-992")
def test_token_characters():
    assert {"a", "Z", "0", "!", "~"} <= TOKEN
    assert not TOKEN & set(' \t"(),/:;<=>?@[\\]{}')


@pytest.mark.spec("ADD-992")
def test_quoted_string():
    assert quoted_string('a"b\\c') == 'a\\"b\\\\c'
    assert quoted_string("plain text") == "plain text"


@pytest.mark.parametrize("bad", ["\u00e9", "a\nb", "\x00"])
def test_what_cannot_be_quoted(bad):
    with pytest.raises(ValueError):
        quoted_string(bad)
