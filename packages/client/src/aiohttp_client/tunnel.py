"""CONNECT: asking an HTTP proxy for a tunnel (RFC 9110 section 9.3.6), without IO.

Laws
* Bytes in, bytes out.  The head of the answer is bounded by the parser's limits, the number of
  informational answers by :data:`MAX_INFORMATIONAL`, and a body is never read: the connection of
  a refused tunnel is closed (spec row ADD-275).
* Bytes behind the answer 200 are an error: the peer of a TLS client does not speak first, so
  somebody on the way tries to (the rule of CVE-2011-0411, in another protocol).
* What goes to the proxy is not what goes to the origin: fields of the request stay in the tunnel.
"""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Final

from multidict import CIMultiDict
from yarl import URL

from aiohttp_client.errors import ClientHttpProxyError
from aiohttp_client.request_info import RequestInfo
from aiohttp_core.errors import HttpProcessingError, show
from aiohttp_core.head import ResponseHead
from aiohttp_core.limits import DEFAULT_LIMITS, HeadLimits
from aiohttp_core.parser import ResponseParser
from aiohttp_core.serializer import request_head
from aiohttp_core.versions import HttpVersion11

__all__ = (
    "MAX_INFORMATIONAL",
    "ConnectExchange",
    "TunnelError",
    "authority_form",
    "connect_headers",
    "proxy_fields",
)

MAX_INFORMATIONAL: Final = 16
"""The most 1xx answers to one CONNECT."""


class TunnelError(OSError):
    """The proxy broke off, or broke the protocol, before the tunnel stood."""


def authority_form(host: str, port: int) -> str:
    """Return ``host:port`` with the brackets that an IPv6 address needs."""
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def proxy_fields(
    proxy_headers: Mapping[str, str] | None, authorization: str | None
) -> CIMultiDict[str]:
    """Return the fields that are meant for the proxy itself.

    They go with CONNECT, and with a plain request that the proxy forwards (spec row ADD-274).
    *authorization*, if given, replaces a ``Proxy-Authorization`` of *proxy_headers*.
    """
    fields = CIMultiDict(proxy_headers) if proxy_headers is not None else CIMultiDict[str]()
    if authorization is not None:
        fields["Proxy-Authorization"] = authorization
    return fields


def connect_headers(
    host: str,
    port: int,
    *,
    defaults: Mapping[str, str],
    fields: Mapping[str, str],
) -> CIMultiDict[str]:
    """Return the fields of a CONNECT request (spec row ADD-273).

    *defaults* are the automatic ones (``Accept``, ``Accept-Encoding``, ``User-Agent``), *fields*
    those for the proxy, which replace defaults and ``Host``.
    """
    headers = CIMultiDict({"Host": authority_form(host, port)})
    headers.extend(defaults)
    for name in dict.fromkeys(fields):
        headers.popall(name, None)
    headers.extend(fields)
    return headers


class ConnectExchange:
    """One CONNECT request and its answer.

    *host* and *port* are those of the origin, *url* is the URL of the request for which the
    tunnel is made, as it shows in errors.  Send :attr:`request`, then feed what comes until
    :meth:`feed` returns true.  A bad field raises ``ValueError`` here, before anything is sent.
    """

    __slots__ = ("_info", "_informational", "_parser", "head", "request")

    head: ResponseHead | None
    """The answer, once it is there."""
    request: bytes
    """The request."""

    def __init__(
        self,
        host: str,
        port: int,
        headers: Mapping[str, str],
        *,
        url: URL,
        limits: HeadLimits = DEFAULT_LIMITS,
    ) -> None:
        self.request = request_head("CONNECT", authority_form(host, port), HttpVersion11, headers)
        self._info = RequestInfo(url, "CONNECT", headers)
        self._parser = ResponseParser(limits)
        self._parser.expect("CONNECT")
        self._informational = 0
        self.head = None

    def feed(self, data: bytes) -> bool:
        """Take bytes of the proxy; return whether the tunnel stands.

        A refusal raises ``ClientHttpProxyError``, and so does an answer that is no HTTP;
        more bytes than the answer has raise :class:`TunnelError`.
        """
        if self.head is not None:
            raise TunnelError(f"unexpected data behind the answer to CONNECT: {show(data)}")
        parser = self._parser
        parser.feed(data)
        try:
            head = self._next_head()
        except HttpProcessingError as exc:
            raise ClientHttpProxyError(
                self._info, (), status=exc.code, message=exc.message
            ) from exc
        if head is None:
            return False
        if head.status != 200:
            raise ClientHttpProxyError(
                self._info,
                (),
                status=head.status,
                message=head.reason or _phrase(head.status),
                headers=head.headers,
            )
        self.head = head
        if parser.buffered:
            raise TunnelError("unexpected data behind the answer to CONNECT")
        return True

    def feed_eof(self) -> None:
        """Say that the proxy closed the connection; raise :class:`TunnelError` if too early."""
        if self.head is None:
            raise TunnelError("the proxy closed the connection before it answered CONNECT")

    def _next_head(self) -> ResponseHead | None:
        while True:
            event = self._parser.next_event()
            if not isinstance(event, ResponseHead):
                return None
            if not event.informational:
                return event
            self._informational += 1
            if self._informational > MAX_INFORMATIONAL:
                raise HttpProcessingError(code=400, message="Too many informational answers")


def _phrase(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return ""
