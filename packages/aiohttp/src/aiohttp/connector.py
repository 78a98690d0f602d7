"""Connectors and what they give."""

from typing import TYPE_CHECKING

from aiohttp._later import later
from aiohttp_client import Connection
from aiohttp_client.abc import AbstractResolver, ResolveResult
from aiohttp_client.connector import BaseConnector
from aiohttp_client.dial import AddrInfoType, SocketFactoryType
from aiohttp_client.dns_cache import DNSCacheTable as _DNSCacheTable
from aiohttp_client.errors import (
    ClientConnectionError,
    ClientConnectorCertificateError,
    ClientConnectorDNSError,
    ClientConnectorError,
    ClientConnectorSSLError,
    ClientHttpProxyError,
    ClientProxyConnectionError,
    ServerFingerprintMismatch,
    UnixClientConnectorError,
)
from aiohttp_client.local_connectors import NamedPipeConnector, UnixConnector
from aiohttp_client.request import ClientRequest
from aiohttp_client.resolver import DefaultResolver
from aiohttp_client.response_handler import ResponseHandler
from aiohttp_client.tcp_connector import TCPConnector
from aiohttp_client.tls import Fingerprint, merge_ssl_params as _merge_ssl_params

if TYPE_CHECKING:
    from aiohttp_client.shared_contexts import (
        SSL_CONTEXT_UNVERIFIED as _SSL_CONTEXT_UNVERIFIED,
        SSL_CONTEXT_VERIFIED as _SSL_CONTEXT_VERIFIED,
    )
else:
    __getattr__ = later(
        __name__,
        {
            "_SSL_CONTEXT_UNVERIFIED": "aiohttp_client.shared_contexts:SSL_CONTEXT_UNVERIFIED",
            "_SSL_CONTEXT_VERIFIED": "aiohttp_client.shared_contexts:SSL_CONTEXT_VERIFIED",
        },
    )

__all__ = (
    "AbstractResolver",
    "AddrInfoType",
    "BaseConnector",
    "ClientConnectionError",
    "ClientConnectorCertificateError",
    "ClientConnectorDNSError",
    "ClientConnectorError",
    "ClientConnectorSSLError",
    "ClientHttpProxyError",
    "ClientProxyConnectionError",
    "ClientRequest",
    "Connection",
    "DefaultResolver",
    "Fingerprint",
    "NamedPipeConnector",
    "ResolveResult",
    "ResponseHandler",
    "ServerFingerprintMismatch",
    "SocketFactoryType",
    "TCPConnector",
    "UnixClientConnectorError",
    "UnixConnector",
    "_DNSCacheTable",
    "_SSL_CONTEXT_UNVERIFIED",
    "_SSL_CONTEXT_VERIFIED",
    "_merge_ssl_params",
)
