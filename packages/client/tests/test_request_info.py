"""RequestInfo: plain data that survives pickling."""

import pickle

import pytest
from multidict import CIMultiDict, CIMultiDictProxy
from yarl import URL

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
