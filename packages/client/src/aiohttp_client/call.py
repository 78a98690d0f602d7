"""One call of a request method: its hops, attempts, cookies, credentials, signals.

Laws
* The order is fixed: start signal; per hop: credentials, proxy, cookies, request, middlewares,
  connection, head, cookies stored, redirect or return; end signal.
* A hop starts from nothing and gets what its origin owns (security rule 5): what does not go along
  is decided by :mod:`aiohttp_client.redirects`.
* Whatever fails is told to every trace that saw the start (spec row ADD-396), after the connection
  was given back (ADD-415).
* ``total`` covers everything here; after the head the connection watches it (ADD-225).
"""

import asyncio
import re
from collections.abc import Callable, Sequence
from math import inf
from typing import Any, Final

from multidict import CIMultiDict
from yarl import URL

from aiohttp_client.abc import AbstractCookieJar
from aiohttp_client.auth import ASK_NETRC, BasicAuth, choose_authorization, strip_url_credentials
from aiohttp_client.body import make_body
from aiohttp_client.connector import BaseConnector
from aiohttp_client.cookiejar import CookieJar
from aiohttp_client.errors import (
    ClientError,
    ClientOSError,
    ClientPayloadError,
    InvalidUrlClientError,
    NonHttpUrlClientError,
    ServerDisconnectedError,
    TooManyRedirects,
    total_timeout_error,
)
from aiohttp_client.middlewares import ClientMiddlewareType, build_client_middlewares
from aiohttp_client.netrc_auth import netrc_authorization
from aiohttp_client.options import CallOptions, LooseHeaders, RaiseForStatus
from aiohttp_client.proxies import ProxyChoice, check_proxy, environment_proxy
from aiohttp_client.redirects import next_hop, redirect_location, redirects_exhausted
from aiohttp_client.request import ClientRequest
from aiohttp_client.response import CharsetResolver, ClientResponse
from aiohttp_client.retry import RetryPolicy
from aiohttp_client.timeouts import (
    ClientTimeout,
    Phase,
    PhaseLimit,
    Unset,
    deadline_after,
)
from aiohttp_client.tls import SSLOption
from aiohttp_client.tracing import Trace, TraceConfig
from aiohttp_core import hdrs
from aiohttp_core.limits import HeadLimits
from aiohttp_core.payload import JsonBytesPayload, JsonPayload, Payload
from aiohttp_core.versions import HttpVersion

__all__ = ("Call", "SessionSettings", "build_url", "check_status", "check_url", "merge_headers")


# Tasks that close bodies; the loop itself keeps no task alive.
_closing: set[asyncio.Task[None]] = set()


class SessionSettings:
    """What a session gives to its calls.  One object per session; the session may change it."""

    __slots__ = (
        "auth",
        "auto_decompress",
        "base_origin",
        "base_url",
        "connector",
        "cookie_jar",
        "fallback_charset_resolver",
        "headers",
        "json_serialize",
        "json_serialize_bytes",
        "limits",
        "loop",
        "middlewares",
        "proxy",
        "proxy_auth",
        "proxy_headers",
        "raise_for_status",
        "read_bufsize",
        "request_class",
        "requote_redirect_url",
        "response_class",
        "retry",
        "skip_auto_headers",
        "ssl",
        "timeout",
        "trace_configs",
        "trust_env",
        "version",
    )

    auth: BasicAuth | None
    auto_decompress: bool
    base_origin: URL | None
    base_url: URL | None
    connector: BaseConnector | None
    cookie_jar: AbstractCookieJar
    fallback_charset_resolver: CharsetResolver
    headers: CIMultiDict[str]
    json_serialize: Callable[[Any], str]
    json_serialize_bytes: Callable[[Any], bytes] | None
    limits: HeadLimits
    loop: asyncio.AbstractEventLoop
    middlewares: Sequence[ClientMiddlewareType]
    proxy: str | URL | None
    proxy_auth: BasicAuth | None
    proxy_headers: LooseHeaders | None
    raise_for_status: RaiseForStatus
    read_bufsize: int
    request_class: type[ClientRequest]
    requote_redirect_url: bool
    response_class: type[ClientResponse]
    retry: RetryPolicy
    skip_auto_headers: frozenset[str]
    ssl: SSLOption
    timeout: ClientTimeout
    trace_configs: Sequence[TraceConfig[Any]]
    trust_env: bool
    version: HttpVersion


# What yarl leaves in a host and no host has: blanks and control characters.
_HOST: Final = re.compile(r"[!-~]+")


def build_url(settings: SessionSettings, str_or_url: str | URL) -> URL:
    """Return the URL of a call, joined with the base URL if it is relative (RFC 3986)."""
    try:
        url = URL(str_or_url)
    except (ValueError, TypeError, IndexError) as exc:  # yarl raises all three
        raise InvalidUrlClientError(str_or_url, str(exc)) from exc
    base = settings.base_url
    if base is None or url.absolute:
        return url
    return base.join(url)


def check_url(url: URL, schemes: frozenset[str]) -> None:
    """Raise for a URL that cannot be requested (spec rows ADD-147, ADD-190, ADD-191)."""
    if url.scheme not in schemes:
        if not url.scheme:
            raise InvalidUrlClientError(url)
        raise NonHttpUrlClientError(url)
    try:
        host = url.raw_host
        usable = host is not None and _HOST.fullmatch(host) is not None
        usable = usable and (url.port is None or 0 <= url.port < 65536)
    except ValueError as exc:
        raise InvalidUrlClientError(url, str(exc)) from exc
    if not usable or not url.scheme:
        raise InvalidUrlClientError(url)


def merge_headers(defaults: CIMultiDict[str], headers: LooseHeaders | None) -> CIMultiDict[str]:
    """Return *defaults* with *headers*, which replace fields of the same name (ADD-145)."""
    merged = CIMultiDict(defaults)
    if headers:
        given = headers if isinstance(headers, CIMultiDict) else CIMultiDict(headers)
        for name in given:
            if name in merged:
                merged.popall(name)
        merged.extend(given)
    return merged


async def check_status(response: ClientResponse, check: RaiseForStatus) -> None:
    """Let *check* judge *response*; if it raises, the response is closed (ADD-157, ADD-356)."""
    try:
        if callable(check):
            await check(response)
        elif check:
            response.raise_for_status()
    except BaseException:
        response.close()
        raise


class Call:
    """One call, from the arguments to the response of the last hop."""

    def __init__(
        self,
        session: Any,
        settings: SessionSettings,
        connector: BaseConnector,
        method: str,
        url: URL,
        options: CallOptions,
    ) -> None:
        self._session = session
        self._settings = settings
        self._connector = connector
        self._options = options
        self._method = method
        self._url = url
        self._params = options.params
        self._headers = merge_headers(settings.headers, options.headers)
        self._cookies = options.cookies
        self._timeout = self._chosen_timeout(options.timeout)
        self.deadline = deadline_after(
            settings.loop.time(),
            self._timeout.total,
            self._timeout.ceil_threshold,
            inclusive=True,
        )
        self._auth = None if options.auth is None else options.auth.encode()
        self._from_url: str | None = None
        self._proxy = self._chosen_proxy()
        self._limits = self._chosen_limits()
        self._traces: list[Trace] = []
        middlewares = options.middlewares
        self._middlewares = settings.middlewares if middlewares is None else middlewares
        self._retry = settings.retry if options.retry is None else options.retry
        self._retries = 0
        self._first: ClientResponse | None = None
        self._hops = 0
        self._request: ClientRequest | None = None
        self._payload: Payload | None = None

    # -- options ----------------------------------------------------------------------------------

    def _chosen_timeout(self, given: ClientTimeout | float | Unset | None) -> ClientTimeout:
        if isinstance(given, Unset):
            return self._settings.timeout
        if isinstance(given, ClientTimeout):
            return given
        if given is None:
            return ClientTimeout()
        if isinstance(given, (int, float)):
            return ClientTimeout(total=given)
        raise ValueError(f"timeout must be a ClientTimeout or a number, not {given!r}")

    def _chosen_proxy(self) -> ProxyChoice | None:
        """Return the proxy of the call or of the session (spec row ADD-290)."""
        options, settings = self._options, self._settings
        proxy = options.proxy if options.proxy is not None else settings.proxy
        if proxy is None:
            return None
        choice = check_proxy(proxy)
        auth = options.proxy_auth if options.proxy_auth is not None else settings.proxy_auth
        if auth is not None:
            choice = ProxyChoice(choice.url, auth.login, auth.password)
        return choice

    def _chosen_limits(self) -> HeadLimits:
        options, limits = self._options, self._settings.limits
        if (options.max_line_size, options.max_field_size, options.max_headers) == (None,) * 3:
            return limits
        return HeadLimits(
            options.max_line_size or limits.max_line_size,
            options.max_field_size or limits.max_field_size,
            options.max_headers or limits.max_headers,
            limits.max_head_size,
        )

    def _make_payload(self) -> Payload | None:
        options, settings = self._options, self._settings
        if options.json is None:
            return make_body(options.data, self._headers.get(hdrs.CONTENT_TYPE))
        if settings.json_serialize_bytes is not None:
            return JsonBytesPayload(options.json, dumps=settings.json_serialize_bytes)
        return JsonPayload(options.json, dumps=settings.json_serialize)

    # -- the call ---------------------------------------------------------------------------------

    async def run(self, *, first: ClientResponse | None = None, retries: int = 0) -> ClientResponse:
        """Make the call.

        *first*: the response to its first request, which was sent already.  *retries*: how often
        it was repeated already.
        """
        self._retries = retries
        self._first = first
        tracker = self._options.upload_tracker
        if tracker is not None:
            tracker.bind()
        try:
            self._payload = self._make_payload()
            if self._middlewares or self._settings.trace_configs or self._settings.trust_env:
                async with PhaseLimit(self.deadline, self._timed_out):
                    response = await self._traced()
            else:
                response = await self._follow()
        except BaseException as exc:
            if tracker is not None:
                tracker.finish(exc, complete=False)
            await self._close_payload()
            raise
        request = self._request
        if request is not None and (tracker is not None or self._payload is not None):
            request.when_written(self._uploaded)
        return response

    def _uploaded(self, request: ClientRequest) -> None:
        """The writing of the last request is over, in one way or another."""
        tracker = self._options.upload_tracker
        if tracker is not None:
            if request.body_sent:
                tracker.end_attempt()
            tracker.finish(request.body_error, complete=request.body_sent)
        payload = self._payload
        if payload is not None and not payload.autoclose:
            task = self._settings.loop.create_task(payload.close())
            _closing.add(task)
            task.add_done_callback(_closing.discard)

    async def _close_payload(self) -> None:
        payload, self._payload = self._payload, None
        if payload is not None:
            await payload.close()

    def _timed_out(self) -> BaseException:
        phase = Phase.FIRST_BYTE if self._request is None else self._request.phase
        return total_timeout_error(self._timeout.total, phase.value)

    async def _traced(self) -> ClientResponse:
        options = self._options
        self._traces = [
            Trace(
                self._session,
                config,
                config.trace_config_ctx(trace_request_ctx=options.trace_request_ctx),
            )
            for config in self._settings.trace_configs
        ]
        headers = self._headers
        url = self._url.extend_query(self._params) if self._params else self._url
        started: list[Trace] = []
        try:
            for trace in self._traces:
                started.append(trace)
                await trace.send_request_start(self._method, url, headers)
            response = await self._follow()
            try:
                for trace in self._traces:
                    await trace.send_request_end(self._method, url, self._headers, response)
            except BaseException:
                response.close()
                raise
            return response
        except BaseException as exc:
            for trace in started:
                await trace.send_request_exception(self._method, url, self._headers, exc)
            raise

    async def _follow(self) -> ClientResponse:
        """Send the request and go where its answers lead."""
        options = self._options
        history: list[ClientResponse] = []
        while True:
            response, self._first = self._first, None
            if response is None:
                response = await self._exchange()
            try:
                location = None
                if options.allow_redirects and 300 <= response.status < 400:
                    location = redirect_location(response.status, response.headers)
                if location is None:
                    break
                for trace in self._traces:
                    await trace.send_request_redirect(
                        self._method, response.url, self._headers, response
                    )
                history.append(response)
                if redirects_exhausted(len(history), options.max_redirects):
                    raise TooManyRedirects(history[0].request_info, tuple(history))
                await self._go_on(response, location)
            except BaseException:
                response.close()
                raise
            response.release()
        response.follows(history)
        await self._check_status(response)
        return response

    async def _go_on(self, response: ClientResponse, location: str) -> None:
        """Make the redirect's request the next one."""
        hop = next_hop(
            method=self._method,
            url=response.url,
            headers=self._headers,
            status=response.status,
            location=location,
            requote=self._settings.requote_redirect_url,
        )
        payload = self._payload
        if not hop.keep_body:
            await self._close_payload()
        elif payload is not None and payload.consumed:
            raise ClientPayloadError(
                "Cannot follow the redirect: its request needs the body, which cannot be sent again"
            )
        self._hops += 1
        self._method = hop.method
        self._url = hop.url
        self._headers = hop.headers
        self._params = None
        if hop.authorization is not None:
            self._from_url = hop.authorization
        if not hop.same_origin:
            self._auth = None
            self._cookies = None
            if hop.authorization is None:
                self._from_url = None

    async def _check_status(self, response: ClientResponse) -> None:
        check = self._options.raise_for_status
        if check is None:
            check = self._settings.raise_for_status
        if check:
            await check_status(response, check)

    # -- one hop ----------------------------------------------------------------------------------

    async def _exchange(self) -> ClientResponse:
        """Send one hop's request, again if its connection was dying (ADD-226 to ADD-230)."""
        while True:
            try:
                return await self._attempt()
            except (ServerDisconnectedError, ClientOSError) as exc:
                request = self._request
                if request is None or not self._retry.allows(
                    method=request.method,
                    error=exc,
                    replayable=request.resendable,
                    done=self._retries,
                ):
                    raise
                self._retries += 1

    async def _attempt(self) -> ClientResponse:
        request = await self._make_request()
        self._request = request
        handler = self._send
        if self._middlewares:
            return await build_client_middlewares(handler, self._middlewares)(request)
        return await handler(request)

    async def _make_request(self) -> ClientRequest:
        options, settings = self._options, self._settings
        url = self._url
        check_url(url, self._connector.allowed_protocol_schema_set)
        try:
            url, from_url = strip_url_credentials(url)
        except ValueError as exc:
            raise InvalidUrlClientError(url.with_user(None), str(exc)) from exc
        if from_url is not None:
            self._url, self._from_url = url, from_url
        headers = CIMultiDict(self._headers)
        await self._authorize(url, headers)
        choice = self._proxy
        if choice is None and settings.trust_env:
            choice = await environment_proxy(url)
        skip: Any = settings.skip_auto_headers
        if options.skip_auto_headers:
            skip = skip | frozenset(options.skip_auto_headers)
        request = settings.request_class(
            self._method,
            url,
            params=self._params,
            headers=headers,
            skip_auto_headers=skip,
            data=self._payload,
            cookies=self._chosen_cookies(url),
            auth=None,
            version=settings.version,
            compress=options.compress if self._payload is not None else None,
            chunked=options.chunked if self._payload is not None or not self._hops else None,
            expect100=options.expect100 and self._payload is not None,
            loop=settings.loop,
            response_class=settings.response_class,
            proxy=None,
            proxy_auth=None,
            timer=None,
            session=self._session,
            ssl=options.ssl if options.ssl is not True else settings.ssl,
            proxy_headers=None,
            traces=self._traces,
            trust_env=settings.trust_env,
            server_hostname=options.server_hostname,
        )
        if choice is not None:
            given = options.proxy_headers or settings.proxy_headers
            request.use_proxy(choice, None if given is None else CIMultiDict(given))
        self._dress(request)
        return request

    def _dress(self, request: ClientRequest) -> None:
        """Give *request* what is not part of its constructor."""
        options, settings = self._options, self._settings
        request.timeout = self._timeout
        request.deadline = self.deadline
        request.limits = self._limits
        request.upload_tracker = options.upload_tracker
        request.read_until_eof = options.read_until_eof
        request.read_bufsize = options.read_bufsize or settings.read_bufsize
        decompress = options.auto_decompress
        request.auto_decompress = settings.auto_decompress if decompress is None else decompress
        request.force_close = self._connector.force_close

    async def _authorize(self, url: URL, headers: CIMultiDict[str]) -> None:
        """Set ``Authorization`` from the first source that has one (ADD-196 to ADD-199)."""
        settings = self._settings
        session_auth = settings.auth
        value = choose_authorization(
            has_header=hdrs.AUTHORIZATION in headers,
            argument=self._auth,
            from_url=self._from_url,
            session=None if session_auth is None else session_auth.encode(),
            session_applies=settings.base_origin is None or settings.base_origin == url.origin(),
            trust_env=settings.trust_env,
            first_hop=not self._hops,
        )
        if value is ASK_NETRC:
            value = await netrc_authorization(url.host or "")
        if value is not None:
            headers[hdrs.AUTHORIZATION] = value

    def _chosen_cookies(self, url: URL) -> Any:
        """Return the cookies of the jar and of the call that go to *url* (CREQ-09)."""
        jar = self._settings.cookie_jar
        cookies = jar.filter_cookies(url)
        if self._cookies is None:
            return cookies
        own = CookieJar(
            unsafe=jar.unsafe,
            quote_cookie=jar.quote_cookie,
            treat_as_secure_origin=list(jar.treat_as_secure_origin),
        )
        own.update_cookies(self._cookies)
        return {**cookies, **own.filter_cookies(url)}

    async def _send(self, request: ClientRequest) -> ClientResponse:
        """The innermost handler: connect, send, wait for the head."""
        self._request = request
        connector = self._connector
        try:
            if self.deadline < inf and not self._traces:
                async with PhaseLimit(self.deadline, self._timed_out):
                    connection = await connector.connect(request, self._traces, self._timeout)
            else:
                connection = await connector.connect(request, self._traces, self._timeout)
            request.phase = Phase.FIRST_BYTE
            response = await request.send(connection)
            try:
                await response.start(connection)
            except BaseException:
                response.close()
                connection.close()
                raise
        except ClientError:
            raise
        except OSError as exc:
            if exc.errno is None and isinstance(exc, TimeoutError):
                raise
            raise ClientOSError(*exc.args) from exc
        self._store_cookies(response)
        return response

    def _store_cookies(self, response: ClientResponse) -> None:
        if hdrs.SET_COOKIE in response.headers:
            values = response.headers.getall(hdrs.SET_COOKIE)
            self._settings.cookie_jar.update_cookies_from_headers(values, response.url)
