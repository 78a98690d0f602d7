from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from multidict import CIMultiDict
from yarl import URL

from aiohttp_client import BasicAuth, ClientRequest, ClientSession
from aiohttp_client.call import merge_headers
from aiohttp_client.prepared_requests import (
    MAX_BLOCKS,
    MAX_ORIGINS,
    MAX_PREPARED,
    PreparedRequest,
    PreparedRequests,
)

SCHEMES = frozenset(("http", "https"))


def table(session: ClientSession) -> PreparedRequests:
    return PreparedRequests(session._settings, SCHEMES)


URLS = st.one_of(
    st.from_regex(r"https?://[a-z0-9.:-]{1,20}(/[!-~]{0,20})?", fullmatch=True),
    st.text(max_size=30).map(lambda text: "http://host" + text),
    st.builds(
        "http://{}{}".format,
        st.sampled_from(
            ["h", "H", "h.", "1.2.3.4", "[::1]", "h:80", "h:8080", "u@h", "h:0", "h:99999"]
        ),
        st.text(alphabet="/.%?#a=&+~:@;,_-é\\", max_size=12),
    ),
)


async def test_prepared_requests_equal_the_general_path() -> None:
    async with ClientSession(headers={"X-A": "1"}, skip_auto_headers=["User-Agent"]) as session:
        requests = table(session)

        @settings(max_examples=500, deadline=None)
        @given(URLS)
        def check(text: str) -> None:
            prepared = requests.find("GET", text)
            if prepared is None:
                return
            url = URL(text)
            request = ClientRequest(
                "GET",
                url,
                headers=session.headers,
                skip_auto_headers=session.skip_auto_headers,
                loop=session._settings.loop,
                session=session,
            )
            assert prepared.head == request.head()
            assert prepared.origin.key == request.connection_key
            assert prepared.url == request.url
            assert prepared.request_info == request.request_info

        check()


PARAMS = st.dictionaries(
    st.text(alphabet="aZ0-_.~ &=+%/:?#é", max_size=3),
    st.one_of(
        st.text(alphabet="aZ0-_.~ &=+%/:?#;é", max_size=4),
        st.integers(),
        st.floats(allow_nan=False, allow_infinity=False),
    ),
    min_size=1,
    max_size=3,
)


async def test_params_equal_the_general_path() -> None:
    async with ClientSession() as session:
        requests = table(session)

        @settings(max_examples=500, deadline=None)
        @given(st.sampled_from(["http://h/", "http://h/a/b", "http://h/?", "http://h/#f"]), PARAMS)
        def check(text: str, params: dict[str, Any]) -> None:
            prepared = requests.with_params("GET", text, params)
            assert prepared is not None
            url = URL(text).extend_query(params)
            assert prepared.url == url.with_fragment(None)
            assert prepared.real_url == url
            target = prepared.head.split(b" ")[1]
            assert target == url.raw_path_qs.encode()

        check()


@pytest.mark.parametrize("params", [{"a": True}, {"a": None}, {1: "a"}, {"a": 10**5000}])
async def test_params_for_the_general_path(params: Any) -> None:
    async with ClientSession() as session:
        assert table(session).with_params("GET", "http://h/", params) is None


async def test_changed_defaults_forget_the_prepared_requests() -> None:
    async with ClientSession() as session:
        requests = table(session)
        first = requests.find("GET", "http://h/")
        assert isinstance(first, PreparedRequest)
        assert requests.find("GET", "http://h/") is first
        assert requests.find("HEAD", "http://h/") is not first
        session.headers["X"] = "1"
        second = requests.find("GET", "http://h/")
        assert second is not None
        assert b"\r\nX: 1\r\n" in second.head
        session.headers["X"] = "2"
        third = requests.with_params("GET", "http://h/", {"a": "1"})
        assert third is not None
        assert b"\r\nX: 2\r\n" in third.head
        session.headers["Expect"] = "100-continue"
        assert requests.find("GET", "http://h/") is None


@pytest.mark.parametrize(
    "headers",
    [
        {"X-A": "2", "b": "3"},
        CIMultiDict([("x-a", "2"), ("X-B", "3"), ("X-B", "4")]),
        [("X-A", "2"), ("User-Agent", "me")],
        {"Host": "elsewhere", "Accept": "text/html"},
    ],
)
@pytest.mark.spec("ADD-145")
async def test_fields_of_one_request(headers: Any) -> None:
    async with ClientSession(headers={"X-A": "1", "X-C": "0"}) as session:
        requests = table(session)
        for default in ("0", "1"):
            session.headers["X-C"] = default
            for url in ("http://h/", "http://h/again", "http://other/"):
                plain = requests.find("GET", url)
                assert plain is not None
                prepared = requests.with_headers(plain, headers)
                assert prepared is not None
                request = ClientRequest(
                    "GET",
                    URL(url),
                    headers=merge_headers(session.headers, headers),
                    loop=session._settings.loop,
                    session=session,
                )
                assert prepared.head == request.head()


@pytest.mark.parametrize(
    "headers", [{"Connection": "close"}, [["X", "1"]], {"expect": "100-continue"}]
)
async def test_fields_for_the_general_path(headers: Any) -> None:
    async with ClientSession() as session:
        requests = table(session)
        plain = requests.find("GET", "http://h/")
        assert plain is not None
        for _ in range(2):
            assert requests.with_headers(plain, headers) is None


async def test_bounds_of_fields() -> None:
    async with ClientSession() as session:
        requests = table(session)
        plain = requests.find("GET", "http://h/")
        assert plain is not None
        for number in range(2 * MAX_BLOCKS):
            prepared = requests.with_headers(plain, {"X": f"{number}"})
            assert prepared is not None
            assert b"\r\nX: %d\r\n" % number in prepared.head
        assert requests.blocks == MAX_BLOCKS


@pytest.mark.spec("ADD-757")
async def test_bad_defaults_are_refused() -> None:
    async with ClientSession(headers={"X": "a\r\nb: c"}) as session:
        with pytest.raises(ValueError):
            table(session).find("GET", "http://h/")


@pytest.mark.parametrize(
    "url", ["http://u:p@h/", "ftp://h/", "/x", "http://", "", "http://h:99999/"]
)
async def test_cannot_be_prepared(url: str) -> None:
    async with ClientSession() as session:
        assert table(session).find("GET", url) is None
        assert table(session).find("TRACE", "http://h/") is None


async def test_bounds() -> None:
    async with ClientSession() as session:
        requests = table(session)
        for number in range(2 * MAX_PREPARED):
            requests.find("GET", f"http://h{number}/")
        assert len(requests) == MAX_PREPARED
        assert requests.origins == MAX_ORIGINS


async def test_session_auth_takes_the_general_path() -> None:
    with pytest.warns(DeprecationWarning, match="Basic"):
        auth = BasicAuth("a", "b")
    with pytest.warns(DeprecationWarning, match="auth"):
        session = ClientSession(auth=auth)
    assert table(session).find("GET", "http://h/") is None
    await session.close()
