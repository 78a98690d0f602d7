"""RequestInfo: plain data that survives pickling."""

import pickle

import pytest
from multidict import CIMultiDict, CIMultiDictProxy
from yarl import URL

from aiohttp_client import ClientResponseError
from aiohttp_client.request_info import RequestInfo


@pytest.mark.spec("ADD-365")
def test_real_url_defaults_to_url() -> None:
    url = URL("http://a/")
    assert RequestInfo(url, "GET", {}).real_url is url
    assert RequestInfo(url, "GET", {}, URL("http://a/#x")).real_url == URL("http://a/#x")
    assert RequestInfo._fields == ("url", "method", "headers", "real_url")


@pytest.mark.spec("ADD-416")
def test_pickling_keeps_the_kind_of_headers() -> None:
    for headers in ({"A": "b"}, CIMultiDict({"A": "b"}), CIMultiDictProxy(CIMultiDict(A="b"))):
        info = RequestInfo(URL("http://a/"), "GET", headers)
        again = pickle.loads(pickle.dumps(info))
        assert again == info
        assert type(again) is RequestInfo
        assert type(again.headers) is type(headers)


@pytest.mark.parametrize("name", ["Authorization", "proxy-authorization", "COOKIE"])
def test_secrets_are_not_shown(name: str) -> None:
    headers = CIMultiDictProxy(CIMultiDict({name: "hush", "Accept": "text/html"}))
    info = RequestInfo(URL("http://a/"), "GET", headers)
    error = ClientResponseError(info, (), status=401)
    for shown in (repr(info), str(info), repr(error), str(error)):
        assert "hush" not in shown
    assert "text/html" in repr(error)
    assert error.request_info.headers[name] == "hush"


def test_anything_can_be_shown() -> None:
    info = RequestInfo(URL("http://a/"), "GET", None)  # type: ignore[arg-type]
    assert "headers=None" in repr(info)
