"""Codings of responses."""

import pytest
from multidict import CIMultiDict

from aiohttp_web.content_coding import OFFERED_CODINGS, ContentCoding, add_vary


@pytest.mark.spec("CMP-05", "ADD-1031")
def test_members() -> None:
    assert [coding.value for coding in ContentCoding] == ["deflate", "gzip", "identity"]
    assert set(OFFERED_CODINGS) < {coding.value for coding in ContentCoding}


@pytest.mark.parametrize(
    ("before", "after"),
    [([], ["Accept"]), (["*"], ["*"]), (["ACCEPT"], ["ACCEPT"]), (["a", "b"], ["a, b, Accept"])],
)
def test_vary(before: list[str], after: list[str]) -> None:
    headers = CIMultiDict([("Vary", value) for value in before])
    add_vary(headers, "Accept")
    assert headers.getall("Vary") == after
