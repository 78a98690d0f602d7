"""The public exceptions: tree, attributes, texts, pickling, and the border."""

import asyncio
import pickle
import ssl
from collections.abc import Callable
from typing import Any

import pytest
from multidict import CIMultiDict, CIMultiDictProxy
from yarl import URL

import aiohttp_client
from aiohttp_client import errors
from aiohttp_client.connection_key import ConnectionKey
from aiohttp_client.request_info import RequestInfo
from aiohttp_core import errors as core

KEY = ConnectionKey("example.com", 80, False)
INFO = RequestInfo(
    URL("http://example.com/"),
    "GET",
    CIMultiDictProxy(CIMultiDict({"A": "b"})),
    URL("http://example.com/#f"),
)

SAMPLES: list[Exception] = [
    errors.ClientError("x"),
    errors.ClientConnectionError("x"),
    errors.ClientConnectionResetError("x"),
    errors.ClientPayloadError("x"),
    errors.UploadAbortedError("x"),
    errors.ClientOSError(5, "boo"),
    errors.ClientConnectorError(KEY, OSError(5, "boo")),
    errors.ClientConnectorDNSError(KEY, OSError(None, "no address")),
    errors.ClientProxyConnectionError(KEY, OSError(5, "boo")),
    errors.ClientSSLError(KEY, OSError(5, "boo")),
    errors.ClientConnectorSSLError(KEY, ssl.SSLError(1, "bad")),
    errors.ClientConnectorCertificateError(KEY, ssl.CertificateError("bad")),
    errors.UnixClientConnectorError("/run/x", KEY, OSError(5, "boo")),
    errors.ServerConnectionError("x"),
    errors.ServerDisconnectedError(),
    errors.ServerDisconnectedError("partial"),
    errors.ServerFingerprintMismatch(b"a", b"b", "h", 443),
    errors.ServerTimeoutError("x"),
    errors.ConnectionTimeoutError("http://example.com/", phase="connect"),
    errors.SocketTimeoutError("x", phase="read"),
    errors.ClientResponseError(INFO, (), status=404, message="No", headers=INFO.headers),
    errors.ContentTypeError(INFO, (), status=200, message="m"),
    errors.WSServerHandshakeError(INFO, ()),
    errors.ClientHttpProxyError(INFO, (), status=407, message="Proxy Authentication Required"),
    errors.TooManyRedirects(INFO, ()),
    errors.InvalidURL("u"),
    errors.InvalidURL(URL("u"), "bad"),
    errors.InvalidUrlClientError("u", "bad"),
    errors.RedirectClientError("u"),
    errors.NonHttpUrlClientError("u"),
    errors.InvalidUrlRedirectClientError("u", "bad"),
    errors.NonHttpUrlRedirectClientError("u"),
]


@pytest.mark.spec("ADD-416")
@pytest.mark.parametrize("error", SAMPLES, ids=lambda error: type(error).__name__)
def test_pickling_keeps_everything(error: Exception) -> None:
    again = pickle.loads(pickle.dumps(error))
    assert type(again) is type(error)
    assert str(again) == str(error)
    assert repr(again) == repr(error)
    if not any(isinstance(arg, Exception) for arg in error.args):
        assert again.args == error.args
    assert again.__dict__.keys() == error.__dict__.keys()
    if isinstance(error, OSError):
        assert (again.errno, again.strerror) == (error.errno, error.strerror)


@pytest.mark.spec("ADD-416", "ADD-984")
def test_every_public_exception_is_pickled_here() -> None:
    public = {
        value
        for name in errors.__all__
        if isinstance(value := getattr(errors, name), type) and issubclass(value, BaseException)
    }
    assert {type(error) for error in SAMPLES} == public


@pytest.mark.spec("ADD-416")
def test_pickling_drops_what_is_bound_to_sockets() -> None:
    key = ConnectionKey("h", 443, True, ssl=ssl.create_default_context())
    again = pickle.loads(pickle.dumps(errors.ClientConnectorError(key, OSError(5, "boo"))))
    assert (again.host, again.port) == ("h", 443)
    assert "SSLContext" in str(again)
    chain = errors.TooManyRedirects(INFO, (object(), lambda: None))
    assert pickle.loads(pickle.dumps(chain)).history == ()


TREE: list[tuple[type[BaseException], tuple[type[BaseException], ...]]] = [
    (errors.ClientError, (Exception,)),
    (errors.ClientPayloadError, (errors.ClientError,)),
    (errors.InvalidURL, (errors.ClientError, ValueError)),
    (errors.InvalidUrlClientError, (errors.InvalidURL,)),
    (errors.RedirectClientError, (errors.ClientError,)),
    (errors.NonHttpUrlClientError, (errors.ClientError,)),
    (
        errors.InvalidUrlRedirectClientError,
        (errors.InvalidUrlClientError, errors.RedirectClientError),
    ),
    (
        errors.NonHttpUrlRedirectClientError,
        (errors.RedirectClientError, errors.NonHttpUrlClientError),
    ),
    (errors.ClientResponseError, (errors.ClientError,)),
    (errors.ContentTypeError, (errors.ClientResponseError,)),
    (errors.TooManyRedirects, (errors.ClientResponseError,)),
    (errors.ClientHttpProxyError, (errors.ClientResponseError,)),
    (errors.WSServerHandshakeError, (errors.ClientResponseError,)),
    (errors.ClientConnectionError, (errors.ClientError,)),
    (errors.ClientConnectionResetError, (errors.ClientConnectionError, ConnectionResetError)),
    (errors.ClientOSError, (errors.ClientConnectionError, OSError)),
    (errors.ClientConnectorError, (errors.ClientOSError,)),
    (errors.ClientConnectorDNSError, (errors.ClientConnectorError,)),
    (errors.ClientProxyConnectionError, (errors.ClientConnectorError,)),
    (errors.ClientSSLError, (errors.ClientConnectorError,)),
    (errors.UnixClientConnectorError, (errors.ClientConnectorError,)),
    (errors.ClientConnectorSSLError, (errors.ClientSSLError, ssl.SSLError)),
    (errors.ClientConnectorCertificateError, (errors.ClientSSLError, ssl.CertificateError)),
    (errors.ServerConnectionError, (errors.ClientConnectionError,)),
    (errors.ServerDisconnectedError, (errors.ServerConnectionError,)),
    (errors.ServerFingerprintMismatch, (errors.ServerConnectionError,)),
    (errors.ServerTimeoutError, (errors.ServerConnectionError, asyncio.TimeoutError)),
    (errors.ConnectionTimeoutError, (errors.ServerTimeoutError,)),
    (errors.SocketTimeoutError, (errors.ServerTimeoutError,)),
    (errors.UploadAbortedError, (errors.ClientError,)),
]


@pytest.mark.spec(
    "CEX-01", "CEX-03", "CEX-05", "CEX-06", "CEX-08", "CEX-09", "CEX-10", "CEX-11", "CEX-12",
    "CEX-13", "CEX-14", "CEX-15", "CEX-16", "ADD-337", "ADD-370", "ADD-410",
)  # fmt: skip
@pytest.mark.parametrize(("error", "bases"), TREE, ids=lambda value: getattr(value, "__name__", ""))
def test_the_tree(error: type[BaseException], bases: tuple[type[BaseException], ...]) -> None:
    assert error.__bases__ == bases


OLDER = [
    ("DisconnectedError", errors.ServerDisconnectedError),
    ("ClientDisconnectedError", errors.ServerDisconnectedError),
    ("ClientHttpProcessingError", errors.ClientResponseError),
    ("HttpProcessingError", errors.ClientResponseError),
    ("ClientRequestError", errors.ClientConnectionError),
    ("ClientTimeoutError", errors.ServerTimeoutError),
    ("ProxyConnectionError", errors.ClientProxyConnectionError),
    ("HttpProxyError", errors.ClientHttpProxyError),
    ("FingerprintMismatch", errors.ServerFingerprintMismatch),
    ("WSClientDisconnectedError", errors.ClientConnectionResetError),
]


@pytest.mark.spec("CEX-18", "C15")
@pytest.mark.parametrize(("old", "new"), OLDER, ids=[old for old, _ in OLDER])
def test_what_stands_for_older_exceptions(old: str, new: type[BaseException]) -> None:
    """One tree below ``ClientError``, all at the root of the package."""
    assert not hasattr(aiohttp_client, old)
    assert getattr(aiohttp_client, new.__name__) is new
    assert issubclass(new, errors.ClientError)


@pytest.mark.spec("C15")
def test_parents_that_an_older_page_had_wrong() -> None:
    assert not issubclass(errors.ClientHttpProxyError, errors.WSServerHandshakeError)
    assert not issubclass(errors.ServerConnectionError, errors.ClientProxyConnectionError)
    assert errors.ServerConnectionError.__bases__ == (errors.ClientConnectionError,)
    assert errors.ClientHttpProxyError.__bases__ == (errors.ClientResponseError,)


@pytest.mark.spec("CEX-17")
def test_all_stand_in_the_package_root() -> None:
    import aiohttp_client

    for error, _ in TREE:
        assert getattr(aiohttp_client, error.__name__) is error
        assert error.__name__ in aiohttp_client.__all__


def test_the_connection_base_is_that_of_the_core() -> None:
    assert errors.ClientError is core.ClientError
    assert errors.ClientConnectionResetError is core.ClientConnectionResetError


@pytest.mark.spec("CEX-07", "ADD-349")
def test_response_error() -> None:
    error = errors.ClientResponseError(INFO, ("r",), status=404, message="Not Found")
    assert str(error) == "404, message='Not Found', url='http://example.com/#f'"
    assert error.args == (INFO, ("r",))
    assert error.history == ("r",)
    assert error.headers is None
    empty = errors.ClientResponseError(INFO, ())
    assert (empty.status, empty.message) == (0, "")
    assert repr(error).endswith("status=404, message='Not Found')")


@pytest.mark.spec("CEX-07", "ADD-958")
def test_code_is_deprecated() -> None:
    with pytest.warns(DeprecationWarning, match="code"):
        error = errors.ClientResponseError(INFO, (), code=400)
    assert error.status == 400
    with pytest.warns(DeprecationWarning, match="code"):
        assert error.code == 400
    with pytest.warns(DeprecationWarning, match="code"):
        error.code = 401
    assert error.status == 401
    with pytest.raises(ValueError, match="together"):
        errors.ClientResponseError(INFO, (), code=1, status=1)


@pytest.mark.spec("ADD-409")
@pytest.mark.parametrize(("option", "shown"), [(True, "default"), (False, "False"), (None, "None")])
def test_connector_error(option: Any, shown: str) -> None:
    error = errors.ClientConnectorError(KEY._replace(ssl=option), OSError(5, "boo"))
    assert str(error) == f"Cannot connect to host example.com:80 ssl:{shown} [boo]"
    assert (error.host, error.port, error.ssl) == ("example.com", 80, option)
    assert (error.errno, error.strerror) == (5, "boo")
    assert error.os_error.errno == 5


@pytest.mark.spec("ADD-307", "ADD-335")
def test_unix_and_certificate_errors() -> None:
    unix = errors.UnixClientConnectorError("/run/x", KEY, OSError(5, "boo"))
    assert unix.path == "/run/x"
    assert str(unix) == "Cannot connect to unix socket /run/x ssl:default [boo]"
    cause = ssl.CertificateError("bad name")
    error = errors.ClientConnectorCertificateError(KEY, cause)
    assert error.certificate_error is cause
    assert error.os_error is cause
    assert (error.host, error.port, error.ssl) == ("example.com", 80, True)
    assert "[SSLCertVerificationError: ('bad name',)]" in str(error)
    other = errors.ClientConnectorCertificateError(KEY, ValueError("odd"))
    assert isinstance(other.os_error, OSError)


@pytest.mark.spec("ADD-411", "CEX-15")
def test_server_disconnected() -> None:
    assert errors.ServerDisconnectedError().message == "Server disconnected"
    assert str(errors.ServerDisconnectedError()) == "Server disconnected"
    message = object()
    assert errors.ServerDisconnectedError(message).message is message


@pytest.mark.spec("ADD-332", "CTLS-03")
def test_fingerprint_mismatch() -> None:
    error = errors.ServerFingerprintMismatch(b"a", b"b", "h", 443)
    assert (error.expected, error.got, error.host, error.port) == (b"a", b"b", "h", 443)
    assert repr(error) == ("<ServerFingerprintMismatch expected=b'a' got=b'b' host='h' port=443>")


@pytest.mark.spec("CEX-04", "ADD-414")
def test_invalid_url() -> None:
    plain = errors.InvalidURL(URL("u"))
    assert (plain.url, plain.description, str(plain)) == (URL("u"), None, "u")
    told = errors.InvalidURL("u", "bad")
    assert (told.description, str(told), repr(told)) == ("bad", "u - bad", "<InvalidURL u - bad>")


@pytest.mark.parametrize(
    ("cause", "expected"),
    [
        (ssl.CertificateError("x"), errors.ClientConnectorCertificateError),
        (ssl.SSLError(1, "x"), errors.ClientConnectorSSLError),
        (ConnectionRefusedError(111, "x"), errors.ClientConnectorError),
        (ValueError("x"), errors.ClientConnectorError),
    ],
)
@pytest.mark.spec("ADD-337", "CTLS-06")
def test_border_of_connecting(cause: Exception, expected: type[Exception]) -> None:
    assert type(errors.connect_error(KEY, cause)) is expected


FACTS = errors.ExchangeFacts(True, 120, 0)


@pytest.mark.parametrize(
    ("cause", "expected"),
    [
        (None, errors.ServerDisconnectedError),
        (ConnectionResetError(104, "reset"), errors.ClientOSError),
        (OSError("odd"), errors.ClientOSError),
        (errors.ServerDisconnectedError(), errors.ServerDisconnectedError),
        (RuntimeError("odd"), errors.ClientConnectionError),
        (errors.SocketTimeoutError(), errors.SocketTimeoutError),
    ],
)
def test_border_of_an_exchange(cause: Exception | None, expected: type[Exception]) -> None:
    error = errors.exchange_error(cause, FACTS)
    assert type(error) is expected
    if isinstance(error, (errors.ClientOSError, errors.ServerDisconnectedError)):
        assert error.exchange == FACTS
        again = errors.exchange_error(error, errors.ExchangeFacts(False, 0, 0))
        assert again is error
        assert error.exchange == FACTS
        assert error.__notes__ == ["on a reused connection, 120 bytes sent, 0 bytes received"]
    assert str(errors.ExchangeFacts(False, 1, 2)).startswith("on a new connection")


@pytest.mark.spec("ADD-408", "CRSP-06")
@pytest.mark.parametrize(
    "make",
    [
        lambda: core.ContentLengthError("short"),
        lambda: core.TransferEncodingError("bad chunk"),
        lambda: core.ContentEncodingError("bad gzip"),
        lambda: ConnectionResetError("gone"),
    ],
)
def test_border_of_a_body(make: Callable[[], BaseException]) -> None:
    cause = make()
    error = errors.payload_error(cause)
    assert type(error) is errors.ClientPayloadError
    assert error.__cause__ is cause
    assert str(error)


@pytest.mark.spec("ADD-051")
@pytest.mark.parametrize(
    "cause", [core.BadStatusLine("garbage"), core.LineTooLong(b"garbage", 8190, 9000)]
)
def test_border_of_a_head(cause: core.HttpProcessingError) -> None:
    error = errors.response_error(cause, INFO)
    assert type(error) is errors.ClientResponseError
    assert error.status == 400
    assert "garbage" in error.message
    assert error.__cause__ is cause


@pytest.mark.spec("ADD-341")
def test_total_timeout() -> None:
    error = errors.total_timeout_error(5, "first byte")
    assert type(error) is asyncio.TimeoutError
    assert str(error) == ""
    assert error.__notes__ == ["the total timeout of 5 s expired in phase 'first byte'"]
