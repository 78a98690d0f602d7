"""The public exceptions of the client, and the one border that makes them from lower errors.

Laws
* Whatever fails between the call of a request and the end of its body is one of these, an
  ``asyncio.TimeoutError``, or the error of the caller's own code.
* A mistake of the programmer is a ``ValueError``, ``TypeError`` or ``RuntimeError``, and nothing
  was sent.
* Every exception can be pickled, and its ``args`` survive that; what is bound to a loop or a socket
  (responses of a history, an SSL context) stays behind (spec row ADD-416).
* Lower layers raise ``aiohttp_core.errors`` or ``OSError``; the functions at the end of this
  module are the only place where those become public exceptions.

The tree::

    ClientError
    ├── ClientConnectionError
    │   ├── ClientConnectionResetError      (also ConnectionResetError)
    │   ├── ClientOSError                   (also OSError)
    │   │   └── ClientConnectorError
    │   │       ├── ClientConnectorDNSError
    │   │       ├── ClientProxyConnectionError
    │   │       ├── ClientSSLError
    │   │       │   ├── ClientConnectorCertificateError   (also ssl.CertificateError)
    │   │       │   └── ClientConnectorSSLError           (also ssl.SSLError)
    │   │       └── UnixClientConnectorError
    │   └── ServerConnectionError
    │       ├── ServerDisconnectedError
    │       ├── ServerFingerprintMismatch
    │       └── ServerTimeoutError          (also asyncio.TimeoutError)
    │           ├── ConnectionTimeoutError
    │           └── SocketTimeoutError
    ├── ClientPayloadError
    ├── ClientResponseError
    │   ├── ClientHttpProxyError
    │   ├── ContentTypeError
    │   ├── TooManyRedirects
    │   └── WSServerHandshakeError
    ├── InvalidURL                          (also ValueError)
    │   └── InvalidUrlClientError ── InvalidUrlRedirectClientError
    ├── NonHttpUrlClientError ── NonHttpUrlRedirectClientError
    ├── RedirectClientError                 (base of the two redirect errors)
    └── UploadAbortedError
"""

import ssl
from collections.abc import Mapping
from typing import Any, NamedTuple, Protocol

from multidict import CIMultiDict, CIMultiDictProxy, MultiMapping
from yarl import URL

from aiohttp_client.request_info import RequestInfo
from aiohttp_core import warn_caller
from aiohttp_core.errors import (
    ClientConnectionError,
    ClientConnectionResetError,
    ClientError,
    ContentLengthError,
    HttpProcessingError,
    PayloadEncodingError,
    TransferEncodingError,
)

__all__ = (
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
    "ClientResponseError",
    "ClientSSLError",
    "ConnectionTimeoutError",
    "ConnectorKey",
    "ContentTypeError",
    "ExchangeFacts",
    "InvalidURL",
    "InvalidUrlClientError",
    "InvalidUrlRedirectClientError",
    "NonHttpUrlClientError",
    "NonHttpUrlRedirectClientError",
    "RedirectClientError",
    "ServerConnectionError",
    "ServerDisconnectedError",
    "ServerFingerprintMismatch",
    "ServerTimeoutError",
    "SocketTimeoutError",
    "TooManyRedirects",
    "UnixClientConnectorError",
    "UploadAbortedError",
    "WSServerHandshakeError",
    "connect_error",
    "exchange_error",
    "payload_error",
    "response_error",
    "total_timeout_error",
)


class ConnectorKey(Protocol):
    """What a connection error shows of the key of the connection that failed."""

    @property
    def host(self) -> str:
        """The host, without brackets."""

    @property
    def port(self) -> int | None:
        """The port, ``None`` for a path."""

    @property
    def ssl(self) -> Any:
        """The TLS option: a boolean, a fingerprint or an SSL context."""


class _PickledKey(NamedTuple):
    """Stands in a pickled error for a key that holds an SSL context."""

    host: str
    port: int | None
    is_ssl: bool
    ssl: Any


class ExchangeFacts(NamedTuple):
    """How far one exchange had come when its connection broke."""

    reused: bool
    """Whether the connection had served an earlier request."""
    bytes_sent: int
    """Bytes of this request, head included, that were handed to the transport."""
    bytes_received: int
    """Bytes of the answer that had arrived."""

    def __str__(self) -> str:
        state = "a reused" if self.reused else "a new"
        return (
            f"on {state} connection, {self.bytes_sent} bytes sent, "
            f"{self.bytes_received} bytes received"
        )


def _restore(cls: type[BaseException], args: tuple[object, ...], state: dict[str, Any]) -> Any:
    error = cls.__new__(cls, *args)
    BaseException.__init__(error, *args)
    error.args = args
    headers = state.get("headers")
    if state.pop("_headers_frozen", False) and isinstance(headers, CIMultiDict):
        state["headers"] = CIMultiDictProxy(headers)
    if isinstance(error, OSError) and "errno" in state:
        error.errno = state.pop("errno")
        error.strerror = state.pop("strerror")
    error.__dict__.update(state)
    return error


class ClientResponseError(ClientError):
    """A response arrived but is not what was asked for.

    ``request_info`` tells the request, ``status`` (0 if unknown), ``message`` and ``headers`` (or
    ``None``) the response, ``history`` the redirect responses before it.  The history does not
    survive pickling.
    """

    def __init__(
        self,
        request_info: RequestInfo,
        history: tuple[Any, ...],
        *,
        code: int | None = None,
        status: int | None = None,
        message: str = "",
        headers: MultiMapping[str] | Mapping[str, str] | None = None,
    ) -> None:
        if code is not None:
            if status is not None:
                raise ValueError("code and status must not be given together")
            warn_caller("the argument code of ClientResponseError is deprecated, use status")
            status = code
        self.request_info = request_info
        self.status = 0 if status is None else status
        self.message = message
        self.headers = headers
        self.history = history
        self.args = (request_info, history)

    @property
    def code(self) -> int:
        """The status, under its name of aiohttp 3.0; deprecated."""
        warn_caller("ClientResponseError.code is deprecated, use status")
        return self.status

    @code.setter
    def code(self, value: int) -> None:
        warn_caller("ClientResponseError.code is deprecated, use status")
        self.status = value

    def __reduce__(self) -> tuple[object, ...]:
        state = dict(self.__dict__)
        state["history"] = ()
        if isinstance(self.headers, CIMultiDictProxy):
            state["headers"] = CIMultiDict(self.headers)
            state["_headers_frozen"] = True
        return (_restore, (type(self), (self.request_info, ()), state))

    def __str__(self) -> str:
        url = getattr(self.request_info, "real_url", None)
        return f"{self.status}, message={self.message!r}, url={str(url)!r}"

    def __repr__(self) -> str:
        shown = f"{self.request_info!r}, {self.history!r}"
        if self.status:
            shown += f", status={self.status!r}"
        if self.message:
            shown += f", message={self.message!r}"
        if self.headers is not None:
            shown += f", headers={self.headers!r}"
        return f"{type(self).__name__}({shown})"


class ContentTypeError(ClientResponseError):
    """The content type of a response is not the one that was expected."""


class WSServerHandshakeError(ClientResponseError):
    """The server refused a WebSocket handshake, or answered it wrongly.

    ``body`` is the beginning of what it said instead, at most 64 KiB.
    """

    body: bytes = b""


class ClientHttpProxyError(ClientResponseError):
    """A proxy answered CONNECT with something other than 200 (spec row ADD-275)."""


class TooManyRedirects(ClientResponseError):
    """A chain of redirects is longer than ``max_redirects``; ``history`` has its responses."""


class ClientPayloadError(ClientError):
    """The body of a response is cut off or cannot be decoded, or a request body cannot be resent.

    ``__cause__`` is the protocol error (spec rows CEX-03, ADD-408).
    """


class UploadAbortedError(ClientError):
    """A request ended before its whole body was sent (spec row ADD-370)."""


class ClientOSError(ClientConnectionError, OSError):
    """The operating system reported an error on a connection.

    ``exchange`` tells how far the exchange had come, or is ``None`` if none had begun.
    """

    exchange: ExchangeFacts | None = None

    def __reduce__(self) -> tuple[object, ...]:
        state = dict(self.__dict__)
        state["errno"] = self.errno
        state["strerror"] = self.strerror
        return (_restore, (type(self), self.args, state))


class ClientConnectorError(ClientOSError):
    """A connection could not be made.

    ``host``, ``port`` and ``ssl`` say to where, ``os_error`` why (spec row ADD-409).
    """

    def __init__(self, connection_key: ConnectorKey, os_error: OSError) -> None:
        self._conn_key = connection_key
        self._os_error = os_error
        super().__init__(os_error.errno, os_error.strerror)
        self.args = (connection_key, os_error)

    @property
    def os_error(self) -> OSError:
        """The error of the operating system, the resolver or the TLS library."""
        return self._os_error

    @property
    def host(self) -> str:
        """The host of the connection."""
        return self._conn_key.host

    @property
    def port(self) -> int | None:
        """The port of the connection."""
        return self._conn_key.port

    @property
    def ssl(self) -> Any:
        """The TLS option of the connection, as the request or the connector had it."""
        return self._conn_key.ssl

    def _shown_ssl(self) -> object:
        return "default" if self.ssl is True else self.ssl

    def __str__(self) -> str:
        return (
            f"Cannot connect to host {self.host}:{self.port} "
            f"ssl:{self._shown_ssl()} [{self.strerror or self._os_error}]"
        )

    def __reduce__(self) -> tuple[object, ...]:
        key = self._conn_key
        context = key.ssl
        state = dict(self.__dict__)
        state["errno"] = self.errno
        state["strerror"] = self.strerror
        args = self.args
        if isinstance(context, ssl.SSLContext):
            # A context cannot leave its process; its name is enough to read the message.
            portable = _PickledKey(key.host, key.port, True, repr(context))
            state["_conn_key"] = portable
            args = tuple(portable if arg is key else arg for arg in args)
        return (_restore, (type(self), args, state))


class ClientConnectorDNSError(ClientConnectorError):
    """The name of the host or of the proxy could not be resolved (spec row ADD-410)."""


class ClientProxyConnectionError(ClientConnectorError):
    """The proxy could not be reached, or its SOCKS handshake failed."""


class UnixClientConnectorError(ClientConnectorError):
    """A Unix domain socket could not be connected; ``path`` names it (spec row ADD-307)."""

    def __init__(self, path: str, connection_key: ConnectorKey, os_error: OSError) -> None:
        self._path = path
        super().__init__(connection_key, os_error)

    @property
    def path(self) -> str:
        """The path of the socket."""
        return self._path

    def __str__(self) -> str:
        return (
            f"Cannot connect to unix socket {self.path} "
            f"ssl:{self._shown_ssl()} [{self.strerror or self._os_error}]"
        )


class ClientSSLError(ClientConnectorError):
    """TLS with the peer failed."""


class ClientConnectorSSLError(ClientSSLError, ssl.SSLError):
    """The TLS handshake failed for another reason than the certificate."""


class ClientConnectorCertificateError(ClientSSLError, ssl.CertificateError):
    """The certificate of the peer was refused (spec row ADD-335)."""

    def __init__(self, connection_key: ConnectorKey, certificate_error: Exception) -> None:
        self._certificate_error = certificate_error
        os_error = (
            certificate_error
            if isinstance(certificate_error, OSError)
            else OSError(None, str(certificate_error))
        )
        super().__init__(connection_key, os_error)
        self.args = (connection_key, certificate_error)

    @property
    def certificate_error(self) -> Exception:
        """The error of the TLS library."""
        return self._certificate_error

    def __str__(self) -> str:
        cause = self._certificate_error
        return (
            f"Cannot connect to host {self.host}:{self.port} "
            f"ssl:{self._shown_ssl()} [{type(cause).__name__}: {cause.args}]"
        )


class ServerConnectionError(ClientConnectionError):
    """The server, or the way to it, broke the connection."""


class ServerDisconnectedError(ServerConnectionError):
    """The server closed the connection instead of answering completely.

    ``message`` is a head that was parsed in part, or a text.  ``exchange`` tells whether the
    connection was a reused one and how many bytes went each way, or is ``None``.
    """

    exchange: ExchangeFacts | None = None

    def __init__(self, message: object = None) -> None:
        self.message = "Server disconnected" if message is None else message
        super().__init__(self.message)
        self.args = (self.message,)


class ServerTimeoutError(ServerConnectionError, TimeoutError):
    """A phase of a request took longer than its timeout.

    ``phase`` names it: ``"pool"``, ``"dns"``, ``"connect"``, ``"tls"``, ``"proxy"``, ``"send"``,
    ``"first byte"`` or ``"read"``; ``""`` if unknown.
    """

    def __init__(self, *args: object, phase: str = "") -> None:
        super().__init__(*args)
        self.phase = phase

    def __reduce__(self) -> tuple[object, ...]:
        return (_restore, (type(self), self.args, dict(self.__dict__)))


class ConnectionTimeoutError(ServerTimeoutError):
    """``connect`` or ``sock_connect`` expired; the text names the URL (spec row ADD-412)."""


class SocketTimeoutError(ServerTimeoutError):
    """``sock_read`` expired."""


class ServerFingerprintMismatch(ServerConnectionError):
    """The certificate of the server has another digest than the expected one."""

    def __init__(self, expected: bytes, got: bytes, host: str, port: int) -> None:
        super().__init__(expected, got, host, port)
        self.expected = expected
        self.got = got
        self.host = host
        self.port = port

    def __repr__(self) -> str:
        return (
            f"<{type(self).__name__} expected={self.expected!r} got={self.got!r} "
            f"host={self.host!r} port={self.port!r}>"
        )


class InvalidURL(ClientError, ValueError):
    """A URL cannot be used for a request: it has no host, or a bad port, or is no URL at all."""

    def __init__(self, url: URL | str, description: str | None = None) -> None:
        self._url = url
        self._description = description
        if description is None:
            super().__init__(url)
        else:
            super().__init__(url, description)

    @property
    def url(self) -> URL | str:
        """The URL, or the text that is not a valid URL."""
        return self._url

    @property
    def description(self) -> str | None:
        """What is wrong with it, or ``None``."""
        return self._description

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self}>"

    def __str__(self) -> str:
        if self._description is None:
            return str(self._url)
        return f"{self._url} - {self._description}"


class InvalidUrlClientError(InvalidURL):
    """The URL that the caller gave is invalid."""


class RedirectClientError(ClientError):
    """A redirect leads to a place where it cannot be followed."""


class NonHttpUrlClientError(ClientError):
    """The scheme of a URL is none that the connector knows (spec row ADD-190)."""


class InvalidUrlRedirectClientError(InvalidUrlClientError, RedirectClientError):
    """The target of a redirect is no usable URL."""


class NonHttpUrlRedirectClientError(RedirectClientError, NonHttpUrlClientError):
    """The target of a redirect is not an HTTP URL."""


# ---------------------------------------------------------------- the border


def connect_error(key: ConnectorKey, error: Exception) -> ClientConnectorError:
    """Return the public error for a failure to connect, or to do TLS, with the peer of *key*."""
    if isinstance(error, ssl.CertificateError):
        return ClientConnectorCertificateError(key, error)
    if isinstance(error, ssl.SSLError):
        return ClientConnectorSSLError(key, error)
    if isinstance(error, OSError):
        return ClientConnectorError(key, error)
    return ClientConnectorError(key, OSError(None, str(error)))


def exchange_error(error: BaseException | None, facts: ExchangeFacts) -> ClientConnectionError:
    """Return the public error for a connection that was lost while it served a request.

    *error* is what the transport reported, ``None`` for an end of stream.  The facts stand in
    ``exchange`` of the result and, as a note, in its traceback.
    """
    public: ClientConnectionError
    if error is None:
        public = _with_facts(ServerDisconnectedError(), facts)
    elif isinstance(error, (ClientOSError, ServerDisconnectedError)):
        public = _with_facts(error, facts)
    elif isinstance(error, ClientConnectionError):
        return error
    elif isinstance(error, OSError):
        public = _with_facts(ClientOSError(error.errno, error.strerror or str(error)), facts)
        public.__cause__ = error
    else:
        public = ClientConnectionError(f"Connection lost: {error!r}")
        public.__cause__ = error
        public.add_note(str(facts))
    return public


def _with_facts(
    error: ClientOSError | ServerDisconnectedError, facts: ExchangeFacts
) -> ClientConnectionError:
    if error.exchange is None:
        error.exchange = facts
        error.add_note(str(facts))
    return error


def payload_error(error: BaseException) -> ClientPayloadError:
    """Return the public error for a body that broke; *error* becomes its ``__cause__``."""
    if isinstance(error, (ContentLengthError, TransferEncodingError)):
        text = f"Response payload is not completed: {error!r}"
    elif isinstance(error, PayloadEncodingError):
        text = error.message or repr(error)
    else:
        text = f"Response payload is not completed: {error!r}"
    public = ClientPayloadError(text)
    public.__cause__ = error
    return public


def response_error(
    error: HttpProcessingError, request_info: RequestInfo, history: tuple[Any, ...] = ()
) -> ClientResponseError:
    """Return the public error for a response head that breaks the grammar or the limits.

    ``status`` is always 400 (spec row ADD-051): the code of the protocol error is what a server
    would answer, and nobody answered that.  ``message`` says which rule was broken.
    """
    public = ClientResponseError(
        request_info, history, status=400, message=error.message, headers=error.headers
    )
    public.__cause__ = error
    return public


def total_timeout_error(seconds: float | None, phase: str) -> TimeoutError:
    """Return the error for an expired ``total`` timeout (spec row ADD-341).

    It is a plain ``asyncio.TimeoutError`` without text; a note in its traceback names the phase
    that was interrupted.
    """
    error = TimeoutError()
    error.add_note(f"the total timeout of {seconds} s expired in phase {phase!r}")
    return error
