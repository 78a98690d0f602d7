"""The historical modules, row by row of the addendum: each has the names that stand there."""

import importlib

import pytest

LISTED = [
    (
        "ADD-981",
        "abc",
        """
        AbstractAccessLogger AbstractCookieJar AbstractMatchInfo AbstractResolver
        AbstractRouter AbstractStreamWriter AbstractView ResolveResult
        ClearCookiePredicate AbstractAsyncAccessLogger
    """,
    ),
    (
        "ADD-982",
        "base_protocol",
        """
        BaseProtocol
    """,
    ),
    (
        "ADD-982",
        "client_proto",
        """
        ResponseHandler
    """,
    ),
    (
        "ADD-983",
        "client",
        """
        ClientTimeout ClientWSTimeout DEFAULT_TIMEOUT IDEMPOTENT_METHODS
        _RequestContextManager _WSRequestContextManager _BaseRequestContextManager
        _SessionRequestContextManager _RequestOptions _CharsetResolver
    """,
    ),
    (
        "ADD-984",
        "client_exceptions",
        """
        ClientError UnixClientConnectorError ClientHttpProxyError WSMessageTypeError
    """,
    ),
    (
        "ADD-985",
        "client_middleware_digest_auth",
        """
        DigestAuthMiddleware DigestAuthChallenge
    """,
    ),
    (
        "ADD-985",
        "client_middlewares",
        """
        ClientHandlerType ClientMiddlewareType build_client_middlewares
    """,
    ),
    (
        "ADD-986",
        "client_reqrep",
        """
        ClientRequest ClientResponse RequestInfo Fingerprint ContentDisposition
        ConnectionKey UploadTracker SSL_ALLOWED_TYPES _merge_ssl_params
        _is_expected_content_type _gen_default_accept_encoding
    """,
    ),
    (
        "ADD-987",
        "client_ws",
        """
        ClientWebSocketResponse ClientWSTimeout DEFAULT_WS_CLIENT_TIMEOUT
    """,
    ),
    (
        "ADD-988",
        "compression_utils",
        """
        ZLibCompressor ZLibDecompressor ZLibBackend BrotliDecompressor ZSTDDecompressor
        HAS_BROTLI HAS_ZSTD encoding_to_mode set_zlib_backend
    """,
    ),
    (
        "ADD-989",
        "connector",
        """
        BaseConnector TCPConnector UnixConnector NamedPipeConnector Connection
        AddrInfoType SocketFactoryType _SSL_CONTEXT_VERIFIED _SSL_CONTEXT_UNVERIFIED
        _DNSCacheTable
    """,
    ),
    (
        "ADD-990",
        "cookiejar",
        """
        CookieJar DummyCookieJar
    """,
    ),
    (
        "ADD-990",
        "formdata",
        """
        FormData
    """,
    ),
    (
        "ADD-991",
        "hdrs",
        """
        ACCEPT CONTENT_TYPE METH_GET METH_ANY
    """,
    ),
    (
        "ADD-992",
        "helpers",
        """
        BasicAuth encode_basic_auth ChainMapProxy ETag reify sentinel _SENTINEL TimerNoop
        TimerContext TimeoutHandle BaseTimerContext ceil_timeout calculate_timeout_when
        set_result set_exception noop is_ip_address parse_mimetype MimeType
        parse_http_date parse_content_type content_disposition_header guess_filename
        quoted_string must_be_empty_body strip_auth_from_url netrc_from_env
        basicauth_from_netrc proxies_from_env get_env_proxy_for_url ProxyInfo HeadersMixin
        AppKey RequestKey ResponseKey TOKEN DEBUG NO_EXTENSIONS ETAG_ANY
        rfc822_formatted_time DEFAULT_CHUNK_SIZE
    """,
    ),
    (
        "ADD-993",
        "http",
        """
        HttpVersion HttpVersion10 HttpVersion11 SERVER_SOFTWARE RESPONSES
        HttpProcessingError HttpParser HttpRequestParser HttpResponseParser HeadersParser
        RawRequestMessage RawResponseMessage StreamWriter WSMessage WSMsgType WSCloseCode
        WebSocketError WebSocketReader WebSocketWriter WS_CLOSED_MESSAGE
        WS_CLOSING_MESSAGE WS_KEY ws_ext_gen ws_ext_parse
    """,
    ),
    (
        "ADD-994",
        "http_exceptions",
        """
        HttpProcessingError BadHttpMessage HttpBadRequest BadStatusLine BadHttpMethod
        InvalidHeader InvalidURLError LineTooLong PayloadEncodingError
        ContentEncodingError ContentLengthError TransferEncodingError DecompressSizeError
    """,
    ),
    (
        "ADD-995",
        "http_parser",
        """
        HttpRequestParser HttpResponseParser RawRequestMessage RawResponseMessage
    """,
    ),
    (
        "ADD-996",
        "http_websocket",
        """
        WSCloseCode WSMsgType WSMessage WSHandshakeError WebSocketError WebSocketReader
        WebSocketWriter WS_KEY WS_CLOSED_MESSAGE WS_CLOSING_MESSAGE ws_ext_gen
        ws_ext_parse
    """,
    ),
    (
        "ADD-998",
        "http_writer",
        """
        StreamWriter HttpVersion HttpVersion10 HttpVersion11
    """,
    ),
    (
        "ADD-999",
        "log",
        """
        access_logger client_logger internal_logger server_logger web_logger ws_logger
    """,
    ),
    (
        "ADD-1000",
        "multipart",
        """
        MultipartReader MultipartWriter BodyPartReader MultipartResponseWrapper
        BodyPartReaderPayload parse_content_disposition content_disposition_filename
        BadContentDispositionHeader BadContentDispositionParam
    """,
    ),
    (
        "ADD-1001",
        "payload",
        """
        Payload Order PayloadRegistry PAYLOAD_REGISTRY LookupError get_payload
        register_payload payload_type JsonBytesPayload StreamReaderPayload StringPayload
    """,
    ),
    (
        "ADD-1002",
        "payload_streamer",
        """
        streamer
    """,
    ),
    (
        "ADD-1003",
        "resolver",
        """
        ThreadedResolver AsyncResolver DefaultResolver
    """,
    ),
    (
        "ADD-1004",
        "streams",
        """
        StreamReader EmptyStreamReader EMPTY_PAYLOAD DataQueue FlowControlDataQueue
        EofStream AsyncStreamIterator ChunkTupleAsyncStreamIterator
    """,
    ),
    (
        "ADD-1005",
        "tcp_helpers",
        """
        tcp_keepalive tcp_nodelay
    """,
    ),
    (
        "ADD-1006",
        "test_utils",
        """
        TestClient TestServer RawTestServer BaseTestServer AioHTTPTestCase
        make_mocked_request make_mocked_coro REUSE_ADDRESS get_port_socket
        get_unused_port_socket unused_port loop_context setup_test_loop teardown_test_loop
        unittest_run_loop
    """,
    ),
    (
        "ADD-1007",
        "tracing",
        """
        Trace TraceConfig TraceRequestStartParams
    """,
    ),
    (
        "ADD-1008",
        "typedefs",
        """
        Byteish JSONEncoder JSONBytesEncoder JSONDecoder DEFAULT_JSON_ENCODER
        DEFAULT_JSON_DECODER LooseHeaders LooseCookies RawHeaders StrOrURL Query Handler
        Middleware PathLike
    """,
    ),
    (
        "ADD-1009",
        "web_app",
        """
        Application CleanupError
    """,
    ),
    (
        "ADD-1009",
        "web_exceptions",
        """
        HTTPException HTTPNotFound NotAppKeyWarning
    """,
    ),
    (
        "ADD-1010",
        "web_fileresponse",
        """
        FileResponse CONTENT_TYPES FALLBACK_CONTENT_TYPE NOSENDFILE
    """,
    ),
    (
        "ADD-1011",
        "web_log",
        """
        AccessLogger
    """,
    ),
    (
        "ADD-1011",
        "web_middlewares",
        """
        middleware normalize_path_middleware
    """,
    ),
    (
        "ADD-1012",
        "web_protocol",
        """
        RequestHandler RequestPayloadError PayloadAccessError _RequestHandler
        _RequestFactory
    """,
    ),
    (
        "ADD-1013",
        "web_request",
        """
        BaseRequest Request FileField
    """,
    ),
    (
        "ADD-1013",
        "web_response",
        """
        StreamResponse Response ContentCoding json_response json_bytes_response
    """,
    ),
    (
        "ADD-1014",
        "web_routedef",
        """
        AbstractRouteDef RouteDef StaticDef RouteTableDef route get post head put patch
        delete options view static
    """,
    ),
    (
        "ADD-1015",
        "web_runner",
        """
        AppRunner BaseRunner ServerRunner BaseSite TCPSite UnixSite SockSite NamedPipeSite
        GracefulExit
    """,
    ),
    (
        "ADD-1015",
        "web_server",
        """
        Server
    """,
    ),
    (
        "ADD-1016",
        "web_urldispatcher",
        """
        UrlDispatcher UrlMappingMatchInfo MatchInfoError AbstractResource Resource
        PlainResource DynamicResource PrefixResource StaticResource PrefixedSubAppResource
        MatchedSubAppResource AbstractRoute ResourceRoute SystemRoute ResourcesView
        RoutesView View Domain MaskDomain AbstractRuleMatching
    """,
    ),
    (
        "ADD-1017",
        "web_ws",
        """
        WebSocketResponse WebSocketReady WSMsgType
    """,
    ),
    (
        "ADD-741",
        "pytest_plugin",
        """
        AiohttpClient AiohttpServer AiohttpRawServer
    """,
    ),
    (
        "NAM-08",
        "pytest_plugin",
        """
        aiohttp_client aiohttp_server
    """,
    ),
    (
        "NAM-15",
        "web_protocol",
        """
        RequestPayloadError
    """,
    ),
]


@pytest.mark.parametrize(
    ("name", "wanted"),
    [
        pytest.param(module, text.split(), id=f"{row} {module}", marks=pytest.mark.spec(row))
        for row, module, text in LISTED
    ],
)
def test_a_module_has_its_names(name, wanted):
    module = importlib.import_module(f"aiohttp.{name}")
    missing = [each for each in wanted if each not in module.__all__]
    assert missing == []
