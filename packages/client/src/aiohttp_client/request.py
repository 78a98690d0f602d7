"""A request before it is sent: what middlewares see and change, and its sending.

Laws
* Everything that reaches the wire is checked before the first byte is sent: method, target, every
  field.  A mistake of the caller is a ``ValueError`` or ``TypeError``.
* An error while the body is written shows up where the response is awaited (ADD-187); an answer
  that came before is delivered all the same (ADD-188).
"""

import asyncio
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, ClassVar, Final, TypeAlias

from multidict import CIMultiDict, CIMultiDictProxy, istr
from yarl import URL

from aiohttp_client.auth import BasicAuth, strip_url_credentials
from aiohttp_client.body import make_body
from aiohttp_client.connection import HttpConnection
from aiohttp_client.connection_key import ConnectionKey
from aiohttp_client.errors import (
    ClientConnectionError,
    ClientOSError,
    InvalidUrlClientError,
)
from aiohttp_client.exchange_options import ExchangeOptions
from aiohttp_client.lease import Connection
from aiohttp_client.proxies import ProxyChoice, check_proxy
from aiohttp_client.request_fields import (
    BODILESS_METHODS,
    add_cookies,
    checked_version,
    coding_named,
    default_accept_encoding,
    origin_host,
    request_fields,
    set_content_coding,
    set_framing,
)
from aiohttp_client.request_info import RequestInfo
from aiohttp_client.response import ClientResponse
from aiohttp_client.timeouts import ClientTimeout, Phase
from aiohttp_client.tls import SSLOption, check_ssl
from aiohttp_client.tracing import Trace
from aiohttp_client.tunnel import proxy_fields
from aiohttp_client.upload_tracker import UploadTracker
from aiohttp_client.version import SERVER_SOFTWARE
from aiohttp_core import hdrs, serializer, warn_caller
from aiohttp_core.fields.content_type import parse_content_type
from aiohttp_core.limits import DEFAULT_LIMITS, HeadLimits
from aiohttp_core.payload import (
    BytesPayload,
    JsonBytesPayload,
    JsonPayload,
    Payload,
    Replay,
    StringPayload,
)
from aiohttp_core.streams import DEFAULT_LIMIT
from aiohttp_core.versions import HttpVersion, HttpVersion10, HttpVersion11
from aiohttp_core.writer import StreamWriter

__all__ = ("ClientRequest", "Query")

Query: TypeAlias = str | Mapping[str, Any] | Sequence[tuple[str, Any]] | None
"""What ``params=`` takes."""

CONTINUE_AFTER: Final = 5.0
"""Seconds after which a body follows although nobody has answered ``Expect: 100-continue``: the
server may not know it, and a proxy of HTTP/1.0 cannot say it (RFC 9110 section 10.1.1)."""

JOIN_BELOW: Final = 2**16
"""A body in memory of fewer bytes leaves in one write with the head."""


class ClientRequest:
    """One request (spec rows CRQ-01 to CRQ-10).

    Sessions make one for each hop and each attempt; middlewares may change :attr:`headers` and,
    with :meth:`update_body`, the body.
    """

    GET_METHODS: ClassVar[frozenset[str]] = BODILESS_METHODS
    POST_METHODS: ClassVar[frozenset[str]] = frozenset(
        (hdrs.METH_PATCH, hdrs.METH_POST, hdrs.METH_PUT)
    )
    ALL_METHODS: ClassVar[frozenset[str]] = GET_METHODS | POST_METHODS | {hdrs.METH_DELETE}
    DEFAULT_HEADERS: ClassVar[dict[istr, str]] = {
        hdrs.ACCEPT: "*/*",
        hdrs.ACCEPT_ENCODING: default_accept_encoding(),
    }
    """The automatic fields besides ``Host`` and ``User-Agent``."""

    # What the session sets besides the arguments of the constructor.
    timeout: ClientTimeout = ClientTimeout()
    """The timeouts in force (spec row ADD-380)."""
    phase: Phase = Phase.POOL
    """What is done for the request now; kept up to date by the connector."""
    upload_tracker: UploadTracker | None = None
    limits: HeadLimits = DEFAULT_LIMITS
    read_bufsize: int = DEFAULT_LIMIT
    auto_decompress: bool = True
    read_until_eof: bool = True
    deadline: float = float("inf")
    """When the total timeout expires, in the time of the loop."""
    force_close: bool = False
    """Whether the connection is not used again: asks the server to close it too."""
    body_sent: bool = False
    """Whether the whole request was handed to the connection."""
    body_error: BaseException | None = None
    """What went wrong with the writing of the body."""

    def __init__(
        self,
        method: str,
        url: URL,
        *,
        params: Query = None,
        headers: Mapping[str, str] | Iterable[tuple[str, str]] | None = None,
        skip_auto_headers: Iterable[str] | None = None,
        data: Any = None,
        cookies: Any = None,
        auth: BasicAuth | None = None,
        version: HttpVersion = HttpVersion11,
        compress: str | bool | None = None,
        chunked: bool | None = None,
        expect100: bool = False,
        loop: asyncio.AbstractEventLoop | None = None,
        response_class: type[ClientResponse] | None = None,
        proxy: URL | str | None = None,
        proxy_auth: BasicAuth | None = None,
        timer: Any = None,
        session: Any = None,
        ssl: SSLOption | None = True,
        proxy_headers: Mapping[str, str] | None = None,
        traces: Sequence[Trace] | None = None,
        trust_env: bool = False,
        server_hostname: str | None = None,
    ) -> None:
        self.loop = loop or asyncio.get_running_loop()
        self.method = serializer.check_method(method.upper() if method.isascii() else method)
        if params:
            url = url.extend_query(params)
        url, authorization = strip_url_credentials(url)
        self.original_url = url
        self.url = url.with_fragment(None) if url.raw_fragment else url
        if not self.url.raw_host:
            raise InvalidUrlClientError(url)
        self.version = checked_version(version)
        self.session = session
        self.response_class = response_class or ClientResponse
        self.ssl: SSLOption = check_ssl(ssl)
        self.server_hostname = server_hostname
        self.chunked = chunked
        self.compress: str | None = coding_named(compress)
        self._expect = expect100
        self._traces: Sequence[Trace] = traces or ()
        self._skip = frozenset(istr(name).title() for name in skip_auto_headers or ())
        self._body: Payload | None = None
        self._writer_task: asyncio.Task[None] | None = None
        self._proxy_fields: CIMultiDict[str] | None = None
        self.headers: CIMultiDict[str] = request_fields(
            origin_host(self.url), headers, self.DEFAULT_HEADERS, self._skip
        )
        if cookies:
            add_cookies(self.headers, cookies)
        if auth is not None:
            self._set_authorization(auth.encode())
        elif authorization is not None:
            self._set_authorization(authorization)
        self._set_proxy(proxy, proxy_auth, proxy_headers)
        self._take_body(make_body(data, self.headers.get(hdrs.CONTENT_TYPE)))
        if expect100 or self.headers.get(hdrs.EXPECT, "").lower() == "100-continue":
            self._expect = True
            self.headers[hdrs.EXPECT] = "100-continue"

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.method} {self.url}>"

    # -- looking ----------------------------------------------------------------------------------

    @property
    def host(self) -> str:
        """The host of the URL."""
        return self.url.raw_host or ""

    @property
    def port(self) -> int | None:
        """The port of the URL."""
        return self.url.port

    @property
    def is_ssl(self) -> bool:
        """Whether the scheme asks for TLS."""
        return self.url.scheme in ("https", "wss")

    @property
    def body(self) -> Payload | bytes:
        """The body: a payload, or ``b""`` for none.  Change it with :meth:`update_body`."""
        return b"" if self._body is None else self._body

    @body.setter
    def body(self, value: Any) -> None:
        warn_caller("Setting ClientRequest.body is deprecated, use update_body()")
        old = self._body
        if old is not None and not old.autoclose and not old.consumed:
            warn_caller(
                f"The previous body {old!r} was replaced without closing it", ResourceWarning
            )
        self._drop_body_fields()
        self._take_body(make_body(value))

    @property
    def replayable(self) -> bool:
        """Whether the request can be sent (again): its body is not used up."""
        body = self._body
        return body is None or not body.consumed

    @property
    def resendable(self) -> bool:
        """Whether the request can be sent again after it was sent in part."""
        body = self._body
        return body is None or (body.replay is not Replay.ONCE and not body.consumed)

    @property
    def connection_key(self) -> ConnectionKey:
        """Every option that the connection depends on."""
        url = self.url
        choice = self.proxy_choice
        if choice is None:
            return ConnectionKey(
                url.raw_host or "",
                url.port,
                self.is_ssl,
                self.ssl,
                server_hostname=self.server_hostname,
            )
        headers = self.proxy_headers
        return ConnectionKey(
            url.raw_host or "",
            url.port,
            self.is_ssl,
            self.ssl,
            choice.url,
            choice.authorization,
            None if headers is None else tuple(headers.items()),
            self.server_hostname,
            self.tunnelled,
        )

    @property
    def tunnelled(self) -> bool:
        """Whether the proxy makes a tunnel to the target."""
        choice = self.proxy_choice
        return choice is not None and (choice.is_socks or self.is_ssl)

    @property
    def default_headers(self) -> CIMultiDict[str]:
        """The automatic fields that a CONNECT carries too (spec row ADD-273)."""
        defaults = CIMultiDict[str](self.DEFAULT_HEADERS)
        defaults[hdrs.USER_AGENT] = self.headers.get(hdrs.USER_AGENT, SERVER_SOFTWARE)
        return defaults

    @property
    def request_info(self) -> RequestInfo:
        """What is asked for at present."""
        headers: CIMultiDictProxy[str] = CIMultiDictProxy(self.headers)
        return RequestInfo(self.url, self.method, headers, self.original_url)

    # -- building ---------------------------------------------------------------------------------

    def _set_authorization(self, value: str) -> None:
        if hdrs.AUTHORIZATION in self.headers:
            raise ValueError(
                "Cannot combine AUTHORIZATION header with AUTH argument or credentials "
                "encoded in URL"
            )
        self.headers[hdrs.AUTHORIZATION] = value

    def _set_proxy(
        self,
        proxy: URL | str | None,
        proxy_auth: BasicAuth | None,
        proxy_headers: Mapping[str, str] | None,
    ) -> None:
        self.proxy_choice: ProxyChoice | None = None
        self.proxy: URL | None = None
        self.proxy_headers: CIMultiDict[str] | None = None
        self.proxy_auth: BasicAuth | None = None
        if proxy is None:
            return
        choice = check_proxy(proxy)
        if proxy_auth is not None:
            if not isinstance(proxy_auth, BasicAuth):
                raise ValueError("proxy_auth must be None or BasicAuth() tuple")
            choice = ProxyChoice(choice.url, proxy_auth.login, proxy_auth.password)
        self.proxy_choice = choice
        self.proxy = choice.url
        self.proxy_auth = proxy_auth
        self.proxy_headers = CIMultiDict(proxy_headers or {})

    def use_proxy(self, choice: ProxyChoice, proxy_headers: Mapping[str, str] | None) -> None:
        """Send the request through the proxy *choice*."""
        self.proxy_choice = choice
        self.proxy = choice.url
        self.proxy_headers = CIMultiDict(proxy_headers or {})

    def _drop_body_fields(self) -> None:
        self.headers.popall(hdrs.CONTENT_LENGTH, None)
        self.headers.popall(hdrs.TRANSFER_ENCODING, None)

    def _take_body(self, body: Payload | None) -> None:
        """Make *body* the body and set the fields that frame and describe it."""
        self._body = body
        headers = self.headers
        if body is not None:
            for name, value in body.headers.items():
                if name not in headers and istr(name).title() not in self._skip:
                    headers[name] = value
        if self.compress is not None:
            if body is None or body.size == 0:
                self.compress = None
            else:
                set_content_coding(headers, self.compress)
                self.chunked = True
        self.chunked = set_framing(headers, self.method, self.version, self.chunked, body)
        if (
            self.method in self.POST_METHODS
            and hdrs.CONTENT_TYPE not in headers
            and hdrs.CONTENT_TYPE not in self._skip
        ):
            headers[hdrs.CONTENT_TYPE] = "application/octet-stream"

    async def update_body(self, body: Any) -> None:
        """Replace the body and close the one before (spec rows CRQ-09, CRQ-10).

        ``Content-Length`` follows the new body, and other fields where it has some of its own;
        for raw bytes and text ``Content-Type`` is the caller's to set.
        """
        old = self._body
        if isinstance(body, str):
            charset = parse_content_type(self.headers.get(hdrs.CONTENT_TYPE, "")).charset
            body = StringPayload(body, encoding=charset)
        new = make_body(body)
        if old is not None and old is not new:
            await old.close()
        self._drop_body_fields()
        if self.compress is not None:
            self.headers.popall(hdrs.CONTENT_ENCODING, None)
        if self.chunked and new is not None and new.size is not None and self.compress is None:
            self.chunked = None
        if isinstance(body, Payload) or (new is not None and not isinstance(new, BytesPayload)):
            for name in new.headers if new is not None else ():
                self.headers.popall(name, None)
        self._take_body(new)

    # -- sending ----------------------------------------------------------------------------------

    def _target(self) -> str:
        if self.method == hdrs.METH_CONNECT:
            host = (self.url.raw_host or "").rstrip(".")
            return f"[{host}]:{self.url.port}" if ":" in host else f"{host}:{self.url.port}"
        if self.proxy_choice is not None and not self.tunnelled:
            return str(self.url)
        return self.url.raw_path_qs

    def _wire_headers(self) -> CIMultiDict[str]:
        """Return the fields that are sent; what is for a forwarding proxy comes in here."""
        headers = self.headers
        version = self.version
        if hdrs.CONNECTION not in headers:
            if self.force_close:
                if version >= HttpVersion11:
                    headers[hdrs.CONNECTION] = "close"
            elif version == HttpVersion10:
                headers[hdrs.CONNECTION] = "keep-alive"
        choice = self.proxy_choice
        if choice is None or self.tunnelled:
            return headers
        wire = CIMultiDict(headers)
        for name, value in proxy_fields(self.proxy_headers, choice.authorization).items():
            wire[name] = value
        return wire

    def head(self) -> bytes:
        """Return the head as it is sent; raises ``ValueError`` for what must not be."""
        return serializer.request_head(
            self.method, self._target(), self.version, self._wire_headers()
        )

    async def send(self, conn: Connection) -> ClientResponse:
        """Begin to send on *conn* and return the response, which is still to be started.

        A body that is more than some bytes in memory is written by its own task.  When this
        fails the connection is closed.
        """
        protocol = conn.protocol
        try:
            head = self.head()
            if protocol is None:
                raise ClientConnectionError("Connection closed")
            return await self._send(conn, protocol, head)
        except BaseException:
            conn.close()
            raise

    async def _send(
        self, conn: Connection, protocol: HttpConnection, head: bytes
    ) -> ClientResponse:
        body = self._body
        tracker = self.upload_tracker
        timeout = self.timeout
        upgrade = hdrs.UPGRADE in self.headers
        if self.force_close or "close" in self.headers.get(hdrs.CONNECTION, "").lower():
            protocol.force_close = True
        options = ExchangeOptions(
            self.limits,
            self.read_bufsize,
            self.auto_decompress,
            total=timeout.total,
            sock_read=timeout.sock_read,
            first_byte=timeout.first_byte,
            send=timeout.send,
        )
        incoming = protocol.begin(
            conn, self.method, options, self.deadline, self.read_until_eof, upgrade
        )
        simple = body is None and not (self.chunked and hdrs.TRANSFER_ENCODING in self.headers)
        data = b""
        if not simple and type(body) in _IN_MEMORY and body is not None and not self._expect:
            small = body.size is not None and body.size < JOIN_BELOW
            if small and not self.chunked and tracker is None and not self._traces:
                data = await body.as_bytes()
                declared = self.headers.get(hdrs.CONTENT_LENGTH, "")
                simple = declared == str(len(data))
        if simple:
            protocol.write(head + data)
            protocol.sent()
            for trace in self._traces:
                await trace.send_request_headers(self.method, self.url, self.headers)
            self.body_sent = True
            if tracker is not None:
                tracker.begin_attempt()
        else:
            await self._start_body(protocol, head)
        response = self.response_class(
            self.method,
            self.original_url,
            writer=self._writer_task,
            continue100=None,
            timer=None,
            request_info=self.request_info,
            traces=self._traces,
            loop=self.loop,
            session=self.session,
            stream_writer=None,
        )
        response.expect(incoming)
        return response

    async def _start_body(self, protocol: HttpConnection, head: bytes) -> None:
        writer = StreamWriter(
            protocol,
            self.loop,
            on_chunk_sent=self._chunk_sent if self._traces else None,
        )
        protocol.write(head)
        protocol.written_by(writer)
        for trace in self._traces:
            await trace.send_request_headers(self.method, self.url, self.headers)
        task = self.loop.create_task(self._write_body(protocol, writer))
        self._writer_task = task
        protocol.sent_by(task)

    async def _chunk_sent(self, chunk: bytes) -> None:
        for trace in self._traces:
            await trace.send_request_chunk_sent(self.method, self.url, chunk)

    async def _write_body(self, protocol: HttpConnection, writer: StreamWriter) -> None:
        body = self._body
        tracker = self.upload_tracker
        try:
            if tracker is not None:
                tracker.begin_attempt(_taken_by_kernel(protocol, writer))
                writer.on_body_write = tracker.on_body_write
            length: int | None = None
            if self.chunked:
                writer.enable_chunking()
            elif hdrs.CONTENT_LENGTH in self.headers:
                length = int(self.headers[hdrs.CONTENT_LENGTH])
                writer.length = length
            if self.compress is not None:
                writer.enable_compression(self.compress)
            if self._expect and not await _permission(protocol):
                protocol.sent()
                return
            if body is not None:
                await body.write_with_length(writer, length)
            await writer.write_eof()
            self.body_sent = True
            protocol.sent()
        except asyncio.CancelledError:
            protocol.sending_failed(ClientConnectionError("Connection closed"))
            raise
        except OSError as exc:
            self.body_error = self._body_os_error(exc)
            protocol.sending_failed(self.body_error)
        except Exception as exc:
            self.body_error = ClientConnectionError(
                f"Failed to send bytes into the underlying connection: {exc!r}"
            )
            self.body_error.__cause__ = exc
            protocol.sending_failed(self.body_error)

    def _body_os_error(self, exc: OSError) -> BaseException:
        if isinstance(exc, ClientConnectionError):
            return exc
        if exc.errno is None and isinstance(exc, TimeoutError):
            return exc
        error = ClientOSError(exc.errno, f"Can not write request body for {self.url}")
        error.__cause__ = exc
        return error

    def when_written(self, callback: Callable[["ClientRequest"], None]) -> None:
        """Call *callback* when the writing of the request is over, at once if it is."""
        task = self._writer_task
        if task is None or task.done():
            callback(self)
        else:
            task.add_done_callback(lambda _: callback(self))


_IN_MEMORY: Final = frozenset((BytesPayload, StringPayload, JsonPayload, JsonBytesPayload))


async def _permission(protocol: HttpConnection) -> bool:
    """Return whether the body may follow, once the server has said so or has let time pass."""
    permission = protocol.wait_continue()
    done, _ = await asyncio.wait((permission,), timeout=CONTINUE_AFTER)
    if not done:
        protocol.stop_waiting()
    return await permission


def _taken_by_kernel(protocol: HttpConnection, writer: StreamWriter) -> Callable[[], int]:
    """Return a function that tells how much of the body the kernel has taken."""

    def taken() -> int:
        transport = protocol.transport
        waiting = 0 if transport is None else transport.get_write_buffer_size()
        return int(writer.output_size) - int(waiting)

    return taken
