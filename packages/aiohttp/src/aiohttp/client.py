"""The client: sessions, requests, responses, and what goes wrong."""

from typing import TYPE_CHECKING

from yarl import URL

from aiohttp._later import later
from aiohttp_client import (
    DEFAULT_TIMEOUT,
    BaseConnector,
    BasicAuth,
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
    ClientRequest,
    ClientResponse,
    ClientResponseError,
    ClientSession,
    ClientSSLError,
    ClientTimeout,
    ConnectionTimeoutError,
    ContentTypeError,
    CookieJar,
    Fingerprint,
    InvalidURL,
    InvalidUrlClientError,
    InvalidUrlRedirectClientError,
    NamedPipeConnector,
    NonHttpUrlClientError,
    NonHttpUrlRedirectClientError,
    RedirectClientError,
    RequestInfo,
    ServerConnectionError,
    ServerDisconnectedError,
    ServerFingerprintMismatch,
    ServerTimeoutError,
    SocketTimeoutError,
    TCPConnector,
    TooManyRedirects,
    Trace,
    TraceConfig,
    UnixClientConnectorError,
    UnixConnector,
    UploadAbortedError,
    UploadTracker,
    WSServerHandshakeError,
    request,
)
from aiohttp_client.context_managers import (
    BaseRequestContextManager as _BaseRequestContextManager,
    RequestContextManager as _RequestContextManager,
    SessionRequestContextManager as _SessionRequestContextManager,
)
from aiohttp_client.options import RequestOptions as _RequestOptions
from aiohttp_client.response import CharsetResolver as _CharsetResolver
from aiohttp_client.retry import IDEMPOTENT_METHODS
from aiohttp_client.session import WSRequestContextManager as _WSRequestContextManager
from aiohttp_client.timeouts import ClientWSTimeout
from aiohttp_client.websocket import ClientWebSocketResponse
from aiohttp_websocket import WSMessageTypeError

if not TYPE_CHECKING:
    __getattr__ = later(__name__)

__all__ = (
    "BaseConnector",
    "BasicAuth",
    "ClientConnectionError",
    "ClientConnectionResetError",
    "ClientConnectorCertificateError",
    "ClientConnectorDNSError",
    "ClientConnectorError",
    "ClientConnectorSSLError",
    "ClientError",
    "ClientHttpProxyError",
    "ClientOSError",
    "ClientPayloadError",
    "ClientProxyConnectionError",
    "ClientRequest",
    "ClientResponse",
    "ClientResponseError",
    "ClientSSLError",
    "ClientSession",
    "ClientTimeout",
    "ClientWSTimeout",
    "ClientWebSocketResponse",
    "ConnectionTimeoutError",
    "ContentTypeError",
    "CookieJar",
    "DEFAULT_TIMEOUT",
    "Fingerprint",
    "IDEMPOTENT_METHODS",
    "InvalidURL",
    "InvalidUrlClientError",
    "InvalidUrlRedirectClientError",
    "NamedPipeConnector",
    "NonHttpUrlClientError",
    "NonHttpUrlRedirectClientError",
    "RedirectClientError",
    "RequestInfo",
    "ServerConnectionError",
    "ServerDisconnectedError",
    "ServerFingerprintMismatch",
    "ServerTimeoutError",
    "SocketTimeoutError",
    "TCPConnector",
    "TooManyRedirects",
    "Trace",
    "TraceConfig",
    "URL",
    "UnixClientConnectorError",
    "UnixConnector",
    "UploadAbortedError",
    "UploadTracker",
    "WSMessageTypeError",
    "WSServerHandshakeError",
    "_BaseRequestContextManager",
    "_CharsetResolver",
    "_RequestContextManager",
    "_RequestOptions",
    "_SessionRequestContextManager",
    "_WSRequestContextManager",
    "request",
)

if __name__ == "__main__":
    import sys

    from aiohttp_client.cli import main

    sys.exit(main(prog="python -m aiohttp.client"))
