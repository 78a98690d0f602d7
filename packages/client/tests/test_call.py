"""What a call starts from: its URL, its fields, and who judges its status."""

from typing import Any

import pytest
from multidict import CIMultiDict, CIMultiDictProxy
from yarl import URL

from aiohttp_client import (
    ClientResponseError,
    ClientSession,
    InvalidUrlClientError,
    NonHttpUrlClientError,
)
from aiohttp_client.call import SessionSettings, build_url, check_status, check_url, merge_headers

SCHEMES = frozenset(("http", "https", "ws", "wss"))


@pytest.mark.parametrize(
    ("base", "given", "url"),
    [
        (None, "http://h/a b?c=d#e", "http://h/a%20b?c=d#e"),
        (None, URL("http://h/"), "http://h/"),
        ("http://h/v1/", "users", "http://h/v1/users"),
        ("http://h/v1/", "/users", "http://h/users"),
        ("http://h/v1/", "?page=2", "http://h/v1/?page=2"),
        ("http://h/v1/", "http://other/", "http://other/"),
    ],
)
def test_urls(base: str | None, given: str | URL, url: str) -> None:
    settings = SessionSettings()
    settings.base_url = None if base is None else URL(base)
    assert str(build_url(settings, given)) == url


@pytest.mark.parametrize("given", ["http://[::1", "http://h:port/", 5, None, b"http://h/"])
def test_what_is_no_url(given: Any) -> None:
    settings = SessionSettings()
    settings.base_url = None
    with pytest.raises(InvalidUrlClientError):
        build_url(settings, given)


@pytest.mark.spec("ADD-147", "ADD-190", "ADD-191")
@pytest.mark.parametrize(
    ("url", "error"),
    [
        ("http://h/", None),
        ("wss://h:65535/", None),
        ("http://[::1]/", None),
        ("/only/a/path", InvalidUrlClientError),
        ("", InvalidUrlClientError),
        ("ftp://h/", NonHttpUrlClientError),
        ("mailto:somebody", NonHttpUrlClientError),
        ("http:///path", InvalidUrlClientError),
    ],
)
def test_what_can_be_requested(url: str, error: type[Exception] | None) -> None:
    if error is None:
        check_url(URL(url), SCHEMES)
    else:
        with pytest.raises(error) as caught:
            check_url(URL(url), SCHEMES)
        assert type(caught.value) is error


@pytest.mark.spec("ADD-145")
@pytest.mark.parametrize("kind", [list, dict, CIMultiDict, CIMultiDictProxy])
def test_fields_of_the_call_replace_those_of_the_session(kind: Any) -> None:
    defaults = CIMultiDict([("A", "1"), ("B", "2"), ("b", "3")])
    pairs = [("B", "4"), ("C", "5")]
    given = kind(CIMultiDict(pairs)) if kind is CIMultiDictProxy else kind(pairs)
    assert list(merge_headers(defaults, given).items()) == [("A", "1"), ("B", "4"), ("C", "5")]
    assert len(defaults) == 3
    repeated = merge_headers(defaults, [("b", "4"), ("B", "5")])
    assert list(repeated.items()) == [("A", "1"), ("b", "4"), ("B", "5")]
    assert merge_headers(defaults, None) == defaults


@pytest.mark.spec("ADD-157", "ADD-356")
async def test_who_judges_the_status(serve: Any, answering: Any) -> None:
    refusal = b"HTTP/1.1 404 Not Found\r\nContent-Length: 50\r\n\r\ncut"
    server = await serve(answering(refusal))
    seen: list[int] = []

    async def own(response: Any) -> None:
        seen.append(response.status)
        raise LookupError("own")

    async with ClientSession() as session:
        for check, error in ((True, ClientResponseError), (own, LookupError)):
            response = await session.get(server.url())
            with pytest.raises(error):
                await check_status(response, check)
            assert response.closed
        response = await session.get(server.url())
        await check_status(response, False)
        assert not response.closed
        response.close()
    assert seen == [404]
