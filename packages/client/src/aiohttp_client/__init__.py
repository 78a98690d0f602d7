"""The asynchronous HTTP client of the aiohttp family."""

from typing import TYPE_CHECKING

from aiohttp_client.abc import AbstractCookieJar, AbstractResolver, ResolveResult
from aiohttp_client.auth import BasicAuth, encode_basic_auth
from aiohttp_client.connection_key import ConnectionKey
from aiohttp_client.connector import BaseConnector
from aiohttp_client.context_managers import (
    BaseRequestContextManager,
    RequestContextManager,
    SessionRequestContextManager,
)
from aiohttp_client.cookiejar import CookieJar, DummyCookieJar
from aiohttp_client.dial import AddrInfoType, SocketFactoryType
from aiohttp_client.errors import (
    ClientConnectionError,
    ClientConnectionResetError,
    ClientConnectorCertificateError,
    ClientConnectorDNSError,
    ClientConnectorError,
    ClientConnectorSSLError,
    ClientError,
    ClientHttpProxyError,
    ClientOSError,
    ClientPayloadError,
    ClientProxyConnectionError,
    ClientResponseError,
    ClientSSLError,
    ConnectionTimeoutError,
    ContentTypeError,
    ExchangeFacts,
    InvalidURL,
    InvalidUrlClientError,
    InvalidUrlRedirectClientError,
    NonHttpUrlClientError,
    NonHttpUrlRedirectClientError,
    RedirectClientError,
    ServerConnectionError,
    ServerDisconnectedError,
    ServerFingerprintMismatch,
    ServerTimeoutError,
    SocketTimeoutError,
    TooManyRedirects,
    UnixClientConnectorError,
    UploadAbortedError,
    WSServerHandshakeError,
)
from aiohttp_client.lease import Connection
from aiohttp_client.middlewares import ClientHandlerType, ClientMiddlewareType
from aiohttp_client.options import RequestOptions, WebSocketConnectOptions
from aiohttp_client.pool import PoolStats
from aiohttp_client.request import ClientRequest
from aiohttp_client.request_info import RequestInfo
from aiohttp_client.resolver import AsyncResolver, DefaultResolver, ThreadedResolver
from aiohttp_client.response import ClientResponse, ContentDisposition
from aiohttp_client.retry import DEFAULT_RETRY_POLICY, NO_RETRY, RetryPolicy
from aiohttp_client.session import ClientSession, WSRequestContextManager, request
from aiohttp_client.tcp_connector import TCPConnector
from aiohttp_client.timeouts import (
    DEFAULT_TIMEOUT,
    DEFAULT_WS_CLIENT_TIMEOUT,
    ClientTimeout,
    ClientWSTimeout,
)
from aiohttp_client.tls import Fingerprint
from aiohttp_client.tracing import (
    Trace,
    TraceConfig,
    TraceConnectionCreateEndParams,
    TraceConnectionCreateStartParams,
    TraceConnectionQueuedEndParams,
    TraceConnectionQueuedStartParams,
    TraceConnectionReuseconnParams,
    TraceDnsCacheHitParams,
    TraceDnsCacheMissParams,
    TraceDnsResolveHostEndParams,
    TraceDnsResolveHostStartParams,
    TraceRequestChunkSentParams,
    TraceRequestEndParams,
    TraceRequestExceptionParams,
    TraceRequestHeadersSentParams,
    TraceRequestRedirectParams,
    TraceRequestStartParams,
    TraceResponseChunkReceivedParams,
)
from aiohttp_client.upload_tracker import UploadTracker
from aiohttp_client.version import SERVER_SOFTWARE, __version__
from aiohttp_core.late_names import late_names, listing

if TYPE_CHECKING:
    from aiohttp_client.digest_auth import DigestAuthChallenge, DigestAuthMiddleware
    from aiohttp_client.local_connectors import NamedPipeConnector, UnixConnector
    from aiohttp_client.retry_middleware import Backoff, RetryBudget, RetryMiddleware
    from aiohttp_client.websocket import ClientWebSocketResponse
    from aiohttp_websocket import (
        WebSocketError,
        WSCloseCode,
        WSMessage,
        WSMessageTypeError,
        WSMsgType,
    )
else:
    # What a plain request does without.
    __getattr__ = late_names(
        __name__,
        {
            "Backoff": "aiohttp_client.retry_middleware",
            "ClientWebSocketResponse": "aiohttp_client.websocket",
            "DigestAuthChallenge": "aiohttp_client.digest_auth",
            "DigestAuthMiddleware": "aiohttp_client.digest_auth",
            "NamedPipeConnector": "aiohttp_client.local_connectors",
            "RetryBudget": "aiohttp_client.retry_middleware",
            "RetryMiddleware": "aiohttp_client.retry_middleware",
            "UnixConnector": "aiohttp_client.local_connectors",
            "WSCloseCode": "aiohttp_websocket",
            "WSMessage": "aiohttp_websocket",
            "WSMessageTypeError": "aiohttp_websocket",
            "WSMsgType": "aiohttp_websocket",
            "WebSocketError": "aiohttp_websocket",
        },
    )
    __dir__ = listing(__name__)

__all__ = (
    "DEFAULT_WS_CLIENT_TIMEOUT",
    "ClientWSTimeout",
    "ClientWebSocketResponse",
    "AbstractCookieJar",
    "AbstractResolver",
    "AddrInfoType",
    "AsyncResolver",
    "Backoff",
    "BaseConnector",
    "BaseRequestContextManager",
    "BasicAuth",
    "ClientConnectionError",
    "ClientConnectionResetError",
    "ClientConnectorCertificateError",
    "ClientConnectorDNSError",
    "ClientConnectorError",
    "ClientConnectorSSLError",
    "ClientError",
    "ClientHandlerType",
    "ClientHttpProxyError",
    "ClientMiddlewareType",
    "ClientOSError",
    "ClientPayloadError",
    "ClientProxyConnectionError",
    "ClientRequest",
    "ClientResponse",
    "ClientResponseError",
    "ClientSSLError",
    "ClientSession",
    "ClientTimeout",
    "Connection",
    "ConnectionKey",
    "ConnectionTimeoutError",
    "ContentDisposition",
    "ContentTypeError",
    "CookieJar",
    "DEFAULT_RETRY_POLICY",
    "DEFAULT_TIMEOUT",
    "DefaultResolver",
    "DigestAuthChallenge",
    "DigestAuthMiddleware",
    "DummyCookieJar",
    "ExchangeFacts",
    "Fingerprint",
    "InvalidURL",
    "InvalidUrlClientError",
    "InvalidUrlRedirectClientError",
    "NO_RETRY",
    "NamedPipeConnector",
    "NonHttpUrlClientError",
    "NonHttpUrlRedirectClientError",
    "PoolStats",
    "RedirectClientError",
    "RequestContextManager",
    "RequestInfo",
    "RequestOptions",
    "ResolveResult",
    "RetryBudget",
    "RetryMiddleware",
    "RetryPolicy",
    "SERVER_SOFTWARE",
    "ServerConnectionError",
    "ServerDisconnectedError",
    "ServerFingerprintMismatch",
    "ServerTimeoutError",
    "SessionRequestContextManager",
    "SocketFactoryType",
    "SocketTimeoutError",
    "TCPConnector",
    "ThreadedResolver",
    "TooManyRedirects",
    "Trace",
    "TraceConfig",
    "TraceConnectionCreateEndParams",
    "TraceConnectionCreateStartParams",
    "TraceConnectionQueuedEndParams",
    "TraceConnectionQueuedStartParams",
    "TraceConnectionReuseconnParams",
    "TraceDnsCacheHitParams",
    "TraceDnsCacheMissParams",
    "TraceDnsResolveHostEndParams",
    "TraceDnsResolveHostStartParams",
    "TraceRequestChunkSentParams",
    "TraceRequestEndParams",
    "TraceRequestExceptionParams",
    "TraceRequestHeadersSentParams",
    "TraceRequestRedirectParams",
    "TraceRequestStartParams",
    "TraceResponseChunkReceivedParams",
    "UnixClientConnectorError",
    "UnixConnector",
    "UploadAbortedError",
    "UploadTracker",
    "WSCloseCode",
    "WSMessage",
    "WSMessageTypeError",
    "WSMsgType",
    "WSRequestContextManager",
    "WSServerHandshakeError",
    "WebSocketConnectOptions",
    "WebSocketError",
    "__version__",
    "encode_basic_auth",
    "request",
)
