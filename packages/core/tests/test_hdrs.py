import pytest
from multidict import istr

from aiohttp_core import hdrs


@pytest.mark.spec("ADD-124", "HDR-01")
def test_names():
    names = {name: getattr(hdrs, name) for name in hdrs.__all__}
    fields = {name: value for name, value in names.items() if not name.startswith("METH_")}
    assert len(fields) >= 150
    for name, value in fields.items():
        assert type(value) is istr
        assert value.upper().replace("-", "_") == name
    assert set(names) == {name for name in vars(hdrs) if name.isupper()}


@pytest.mark.spec("ADD-124", "ADD-901")
def test_the_names_of_3_14_4_are_there():
    for name in [
        "CONTENT_ID",
        "SEC_FETCH_DEST",
        "SEC_FETCH_MODE",
        "SEC_FETCH_SITE",
        "SEC_FETCH_USER",
        "SEC_CH_UA",
        "SEC_CH_UA_MOBILE",
        "SEC_CH_UA_PLATFORM",
        "SEC_GPC",
        "PRIORITY",
        "UPGRADE_INSECURE_REQUESTS",
        "TRACEPARENT",
        "TRACESTATE",
        "BAGGAGE",
        "CONTENT_SECURITY_POLICY",
        "PERMISSIONS_POLICY",
        "X_REAL_IP",
        "X_REQUEST_ID",
        "X_RATELIMIT_LIMIT",
        "X_RATELIMIT_REMAINING",
        "X_RATELIMIT_RESET",
    ]:
        assert name in hdrs.__all__


@pytest.mark.spec("ADD-125")
def test_etag_is_spelled_in_the_historical_way():
    assert str(hdrs.ETAG) == "Etag"


@pytest.mark.spec("ADD-124")
def test_methods():
    assert hdrs.METH_ANY == "*"
    assert {
        "CONNECT",
        "HEAD",
        "GET",
        "DELETE",
        "OPTIONS",
        "PATCH",
        "POST",
        "PUT",
        "TRACE",
    } == hdrs.METH_ALL
    assert {getattr(hdrs, f"METH_{method}") for method in hdrs.METH_ALL} == hdrs.METH_ALL
