"""The facade has the names of its siblings, each the same object, and nothing of its own."""

import ast
import importlib
import inspect
import pkgutil
import warnings
from pathlib import Path

import pytest

import aiohttp
import aiohttp_client
import aiohttp_core
import aiohttp_multipart
import aiohttp_web
import aiohttp_websocket
from aiohttp import web

SOURCE = Path(aiohttp.__file__).parent
MODULES = sorted(m.name for m in pkgutil.iter_modules([str(SOURCE)]) if not m.name.startswith("_"))

GUNICORN = {"GunicornUVLoopWebWorker", "GunicornWebWorker"}

# Names of the client that are no part of the root.
NOT_IN_ROOT = {
    aiohttp_client: {"SERVER_SOFTWARE", "ExchangeFacts", "__version__"},
}

# Of these siblings the root has only what users of clients and servers handle.
CHOSEN = {
    aiohttp_multipart: {
        "BadContentDispositionHeader",
        "BadContentDispositionParam",
        "BodyPartReader",
        "FormData",
        "MultipartReader",
        "MultipartResponseWrapper",
        "MultipartWriter",
        "content_disposition_filename",
        "parse_content_disposition",
    },
    aiohttp_websocket: {"WSCloseCode", "WSMessage", "WSMsgType", "WebSocketError"},
    aiohttp_core: {
        "AsyncIterablePayload",
        "BufferedReaderPayload",
        "BytesIOPayload",
        "BytesPayload",
        "ChainMapProxy",
        "DataQueue",
        "EMPTY_PAYLOAD",
        "ETag",
        "EofStream",
        "FlowControlDataQueue",
        "HttpVersion",
        "HttpVersion10",
        "HttpVersion11",
        "IOBasePayload",
        "JsonPayload",
        "PAYLOAD_REGISTRY",
        "Payload",
        "StreamReader",
        "StringIOPayload",
        "StringPayload",
        "TextIOPayload",
        "get_payload",
        "payload_type",
        "set_zlib_backend",
    },
}
ELSEWHERE = {"FrozenList", "hdrs", "streamer", *GUNICORN}


def public_names() -> set[str]:
    names: set[str] = set()
    for package, left_out in NOT_IN_ROOT.items():
        assert left_out <= set(package.__all__), left_out - set(package.__all__)
        names |= set(package.__all__) - left_out
    for package, chosen in CHOSEN.items():
        assert chosen <= set(package.__all__)
        names |= chosen
    return names


@pytest.mark.spec("ADD-974", "NAM-01", "NAM-02", "NAM-05")
def test_the_root_is_the_union_of_its_siblings():
    assert set(aiohttp.__all__) == public_names() | ELSEWHERE


@pytest.mark.spec("ADD-974")
@pytest.mark.parametrize("package", [*NOT_IN_ROOT, *CHOSEN], ids=lambda p: p.__name__)
def test_each_name_is_the_same_object(package):
    shared = set(package.__all__) & set(aiohttp.__all__)
    assert shared
    for name in shared:
        assert getattr(aiohttp, name) is getattr(package, name)


@pytest.mark.spec("ADD-979", "ADD-980", "NAM-10", "NAM-11", "NAM-12")
def test_web_is_all_of_the_server():
    more = {
        "HostSequence",
        "WSMsgType",
        "WebSocketReady",
        "WebSocketResponse",
        "_run_app",
        "access_logger",
        "main",
    }
    assert set(web.__all__) == set(aiohttp_web.__all__) | more
    for name in aiohttp_web.__all__:
        assert getattr(web, name) is getattr(aiohttp_web, name)


@pytest.mark.spec("ADD-977", "ADD-745")
def test_dir_of_the_root():
    assert sorted(dir(aiohttp)) == sorted([*aiohttp.__all__, "__doc__"])


@pytest.mark.spec("ADD-1007")
def test_names_are_sorted_and_unique():
    for module in (aiohttp, web):
        assert list(module.__all__) == sorted(set(module.__all__))


def load(name: str):
    if name == "worker":
        pytest.importorskip("gunicorn")
    if name == "pytest_plugin":
        pytest.importorskip("pytest")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        return importlib.import_module(f"aiohttp.{name}")


@pytest.mark.parametrize("name", MODULES)
def test_a_module_has_what_it_says(name):
    module = load(name)
    assert module.__doc__
    for each in module.__all__:
        assert hasattr(module, each), each


@pytest.mark.spec("ADD-976")
@pytest.mark.parametrize("name", MODULES)
def test_modules_are_attributes_of_the_root(name):
    assert getattr(aiohttp, name) is load(name)


@pytest.mark.parametrize("name", MODULES)
def test_one_object_has_one_name_everywhere(name):
    """A class that is in the root too is the same there."""
    module = load(name)
    for each in module.__all__:
        value = getattr(module, each)
        if inspect.isclass(value) and each in aiohttp.__all__:
            assert value is getattr(aiohttp, each)


# What stands in a facade: documentation, imports, ``__all__``, and names that come later.
ALLOWED = (ast.Import, ast.ImportFrom)
OTHER_MODULES = {"_later"}


def is_thin(node: ast.stmt) -> bool:
    if isinstance(node, ALLOWED):
        return True
    if isinstance(node, ast.Expr):
        return isinstance(node.value, (ast.Constant, ast.Call))
    if isinstance(node, ast.Assign):
        return isinstance(node.targets[0], ast.Name) and node.targets[0].id in (
            "__all__",
            "__getattr__",
        )
    if isinstance(node, ast.If):
        return all(is_thin(each) for each in [*node.body, *node.orelse])
    return isinstance(node, ast.FunctionDef) and node.name == "__dir__"


@pytest.mark.parametrize(
    "path",
    sorted(p for p in SOURCE.rglob("*.py") if p.stem not in OTHER_MODULES),
    ids=lambda p: p.stem,
)
def test_there_is_no_logic(path):
    thick = [node.lineno for node in ast.parse(path.read_text()).body if not is_thin(node)]
    assert thick == []


# The rows of the addendum that list a module and its names.
LISTED = {
    "ADD-981 abc": "AbstractAccessLogger AbstractCookieJar AbstractMatchInfo AbstractResolver "
    "AbstractRouter AbstractStreamWriter AbstractView ResolveResult ClearCookiePredicate "
    "AbstractAsyncAccessLogger",
    "ADD-982 base_protocol": "BaseProtocol",
    "ADD-982 client_proto": "ResponseHandler",
    "ADD-983 client": "ClientTimeout ClientWSTimeout DEFAULT_TIMEOUT IDEMPOTENT_METHODS "
    "_RequestContextManager _WSRequestContextManager _BaseRequestContextManager "
    "_SessionRequestContextManager _RequestOptions _CharsetResolver",
    "ADD-984 client_exceptions": "ClientError UnixClientConnectorError ClientHttpProxyError "
    "WSMessageTypeError",
    "ADD-985 client_middleware_digest_auth": "DigestAuthMiddleware DigestAuthChallenge",
    "ADD-985 client_middlewares": "ClientHandlerType ClientMiddlewareType build_client_middlewares",
    "ADD-986 client_reqrep": "ClientRequest ClientResponse RequestInfo Fingerprint "
    "ContentDisposition ConnectionKey UploadTracker SSL_ALLOWED_TYPES _merge_ssl_params "
    "_is_expected_content_type _gen_default_accept_encoding",
    "ADD-987 client_ws": "ClientWebSocketResponse ClientWSTimeout DEFAULT_WS_CLIENT_TIMEOUT",
    "ADD-988 compression_utils": "ZLibCompressor ZLibDecompressor ZLibBackend "
    "BrotliDecompressor ZSTDDecompressor HAS_BROTLI HAS_ZSTD encoding_to_mode set_zlib_backend",
    "ADD-989 connector": "BaseConnector TCPConnector UnixConnector NamedPipeConnector Connection "
    "AddrInfoType SocketFactoryType _SSL_CONTEXT_VERIFIED _SSL_CONTEXT_UNVERIFIED _DNSCacheTable",
    "ADD-990 cookiejar": "CookieJar DummyCookieJar",
    "ADD-990 formdata": "FormData",
    "ADD-991 hdrs": "ACCEPT CONTENT_TYPE METH_GET METH_ANY istr",
    "ADD-992 helpers": "BasicAuth encode_basic_auth ChainMapProxy ETag reify sentinel _SENTINEL "
    "TimerNoop TimerContext TimeoutHandle BaseTimerContext ceil_timeout calculate_timeout_when "
    "set_result set_exception noop is_ip_address parse_mimetype MimeType parse_http_date "
    "parse_content_type content_disposition_header guess_filename quoted_string "
    "must_be_empty_body strip_auth_from_url netrc_from_env basicauth_from_netrc proxies_from_env "
    "get_env_proxy_for_url ProxyInfo HeadersMixin AppKey RequestKey ResponseKey TOKEN DEBUG "
    "NO_EXTENSIONS ETAG_ANY rfc822_formatted_time DEFAULT_CHUNK_SIZE",
    "ADD-993 http": "HttpVersion HttpVersion10 HttpVersion11 SERVER_SOFTWARE RESPONSES "
    "HttpProcessingError HttpParser HttpRequestParser HttpResponseParser HeadersParser "
    "RawRequestMessage RawResponseMessage StreamWriter WSMessage WSMsgType WSCloseCode "
    "WebSocketError WebSocketReader WebSocketWriter WS_CLOSED_MESSAGE WS_CLOSING_MESSAGE WS_KEY "
    "ws_ext_gen ws_ext_parse",
    "ADD-994 http_exceptions": "HttpProcessingError BadHttpMessage HttpBadRequest BadStatusLine "
    "BadHttpMethod InvalidHeader InvalidURLError LineTooLong PayloadEncodingError "
    "ContentEncodingError ContentLengthError TransferEncodingError DecompressSizeError",
    "ADD-995 http_parser": "HttpRequestParser HttpResponseParser RawRequestMessage "
    "RawResponseMessage",
    "ADD-996 http_websocket": "WSCloseCode WSMsgType WSMessage WSHandshakeError WebSocketError "
    "WebSocketReader WebSocketWriter WS_KEY WS_CLOSED_MESSAGE WS_CLOSING_MESSAGE ws_ext_gen "
    "ws_ext_parse",
    "ADD-998 http_writer": "StreamWriter HttpVersion HttpVersion10 HttpVersion11",
    "ADD-999 log": "access_logger client_logger internal_logger server_logger web_logger ws_logger",
    "ADD-1000 multipart": "MultipartReader MultipartWriter BodyPartReader "
    "MultipartResponseWrapper BodyPartReaderPayload parse_content_disposition "
    "content_disposition_filename BadContentDispositionHeader BadContentDispositionParam",
    "ADD-1001 payload": "Payload Order PayloadRegistry PAYLOAD_REGISTRY LookupError get_payload "
    "register_payload payload_type JsonBytesPayload StreamReaderPayload StringPayload",
    "ADD-1002 payload_streamer": "streamer",
    "ADD-1003 resolver": "ThreadedResolver AsyncResolver DefaultResolver",
    "ADD-1004 streams": "StreamReader EmptyStreamReader EMPTY_PAYLOAD DataQueue "
    "FlowControlDataQueue EofStream AsyncStreamIterator ChunkTupleAsyncStreamIterator",
    "ADD-1005 tcp_helpers": "tcp_keepalive tcp_nodelay",
    "ADD-1006 test_utils": "TestClient TestServer RawTestServer BaseTestServer AioHTTPTestCase "
    "make_mocked_request make_mocked_coro REUSE_ADDRESS get_port_socket get_unused_port_socket "
    "unused_port loop_context setup_test_loop teardown_test_loop unittest_run_loop",
    "ADD-1007 tracing": "Trace TraceConfig TraceRequestStartParams",
    "ADD-1008 typedefs": "Byteish JSONEncoder JSONBytesEncoder JSONDecoder DEFAULT_JSON_ENCODER "
    "DEFAULT_JSON_DECODER LooseHeaders LooseCookies RawHeaders StrOrURL Query Handler Middleware "
    "PathLike",
    "ADD-1009 web_app": "Application CleanupError",
    "ADD-1009 web_exceptions": "HTTPException HTTPNotFound NotAppKeyWarning",
    "ADD-1010 web_fileresponse": "FileResponse CONTENT_TYPES FALLBACK_CONTENT_TYPE NOSENDFILE",
    "ADD-1011 web_log": "AccessLogger",
    "ADD-1011 web_middlewares": "middleware normalize_path_middleware",
    "ADD-1012 web_protocol": "RequestHandler RequestPayloadError PayloadAccessError "
    "_RequestHandler _RequestFactory",
    "ADD-1013 web_request": "BaseRequest Request FileField",
    "ADD-1013 web_response": "StreamResponse Response ContentCoding json_response "
    "json_bytes_response",
    "ADD-1014 web_routedef": "AbstractRouteDef RouteDef StaticDef RouteTableDef route get post "
    "head put patch delete options view static",
    "ADD-1015 web_runner": "AppRunner BaseRunner ServerRunner BaseSite TCPSite UnixSite SockSite "
    "NamedPipeSite GracefulExit",
    "ADD-1015 web_server": "Server",
    "ADD-1016 web_urldispatcher": "UrlDispatcher UrlMappingMatchInfo MatchInfoError "
    "AbstractResource Resource PlainResource DynamicResource PrefixResource StaticResource "
    "PrefixedSubAppResource MatchedSubAppResource AbstractRoute ResourceRoute SystemRoute "
    "ResourcesView RoutesView View Domain MaskDomain AbstractRuleMatching",
    "ADD-1017 web_ws": "WebSocketResponse WebSocketReady WSMsgType",
    "ADD-741 pytest_plugin": "AiohttpClient AiohttpServer AiohttpRawServer",
    "NAM-08 pytest_plugin": "aiohttp_client aiohttp_server",
    "NAM-15 web_protocol": "RequestPayloadError",
}


@pytest.mark.parametrize(
    ("name", "wanted"),
    [
        pytest.param(key.split()[1], wanted.split(), id=key, marks=pytest.mark.spec(key.split()[0]))
        for key, wanted in LISTED.items()
    ],
)
def test_listed_names(name, wanted):
    module = load(name)
    missing = [each for each in wanted if each not in module.__all__ and each != "istr"]
    assert missing == []


@pytest.mark.spec("ADD-975")
def test_one_payload_is_not_in_the_root():
    from aiohttp import payload

    assert payload.JsonBytesPayload
    assert "JsonBytesPayload" not in aiohttp.__all__


@pytest.mark.spec("ADD-983")
def test_private_names_of_the_client():
    from aiohttp import client

    assert client._RequestContextManager is aiohttp_client.RequestContextManager
    assert client._BaseRequestContextManager is aiohttp_client.BaseRequestContextManager
    assert client._RequestOptions is aiohttp_client.RequestOptions
    assert client._WSRequestContextManager is not None
    assert client.URL.__name__ == "URL"


@pytest.mark.spec("ADD-989")
def test_tls_contexts_of_the_connector():
    import ssl

    from aiohttp import connector

    assert connector._SSL_CONTEXT_VERIFIED.verify_mode is ssl.CERT_REQUIRED
    assert connector._SSL_CONTEXT_UNVERIFIED.verify_mode is ssl.CERT_NONE
    assert connector._DNSCacheTable is not None


@pytest.mark.spec("NAM-06", "ADD-991")
def test_hdrs_can_be_assigned_to():
    """Some dependents do, and expect that nothing breaks."""
    from aiohttp import hdrs

    assert hdrs is aiohttp.hdrs
    assert hdrs.istr is type(hdrs.CONTENT_TYPE)
    assert {hdrs.METH_GET, hdrs.METH_POST} <= hdrs.METH_ALL
    hdrs.WEBSOCKET = "websocket"
    del hdrs.WEBSOCKET


@pytest.mark.spec("ADD-1010")
def test_file_responses_and_their_types():
    from aiohttp import web_fileresponse

    assert web_fileresponse.CONTENT_TYPES.guess_type("a.html")[0] == "text/html"
    assert web_fileresponse.FALLBACK_CONTENT_TYPE == "application/octet-stream"


@pytest.mark.spec("ADD-970", "ADD-1002", "ADD-1029")
def test_streamer_warns():
    with pytest.warns(DeprecationWarning, match="use async generators"):

        @aiohttp.streamer
        async def body(writer, name):
            await writer.write(name)

    assert isinstance(aiohttp.get_payload(body(b"x")), aiohttp.Payload)


@pytest.mark.spec("ADD-1021")
def test_generic_classes_are_subscriptable():
    from aiohttp.test_utils import TestClient

    for cls in (web.AppKey, web.RequestKey, web.ResponseKey, aiohttp.ClientWebSocketResponse):
        assert cls[bool] is not None
    assert web.WebSocketResponse[bool] is not None
    assert TestClient[web.Request, web.Application] is not None


@pytest.mark.spec("ADD-997")
def test_the_private_path_of_the_websocket_reader():
    from aiohttp import http_websocket
    from aiohttp._websocket import reader

    assert reader.WebSocketReader is http_websocket.WebSocketReader
    assert reader.WebSocketDataQueue is aiohttp_websocket.WebSocketDataQueue


@pytest.mark.spec("ADD-1022")
def test_it_is_typed():
    assert (SOURCE / "py.typed").is_file()
