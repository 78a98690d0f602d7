"""The HTTP exceptions: one class for each status that a handler may want to raise.

Laws
* An exception *owns* a response and is not one: everything that users of 3.x do with the response
  side (headers, cookies, text, status, keys) is done on that response, and ``to_response()`` gives
  it to whoever sends it. A response class with a compiled layout and ``Exception`` cannot share one
  object, and newer documentation wants exceptions that are raised only (spec rows ADD-519, C61).
* Header values and the reason are checked when the exception is made, not when it is sent.
* Raising the same object again works: a response that was sent is replaced by a fresh copy.

Statuses are those of RFC 9110 section 15 and of the IANA registry; reasons follow the running
Python (spec row ADD-420).
"""

import sys
import warnings
from collections.abc import Iterable, Iterator, Mapping
from http import HTTPStatus
from http.cookies import SimpleCookie
from types import FrameType
from typing import Any, ClassVar

from multidict import CIMultiDict, istr
from yarl import URL

from aiohttp_web.response import Response

__all__ = (
    "HTTPAccepted",
    "HTTPBadGateway",
    "HTTPBadRequest",
    "HTTPClientError",
    "HTTPConflict",
    "HTTPCreated",
    "HTTPError",
    "HTTPException",
    "HTTPExpectationFailed",
    "HTTPFailedDependency",
    "HTTPForbidden",
    "HTTPFound",
    "HTTPGatewayTimeout",
    "HTTPGone",
    "HTTPInsufficientStorage",
    "HTTPInternalServerError",
    "HTTPLengthRequired",
    "HTTPMethodNotAllowed",
    "HTTPMisdirectedRequest",
    "HTTPMove",
    "HTTPMovedPermanently",
    "HTTPMultipleChoices",
    "HTTPNetworkAuthenticationRequired",
    "HTTPNoContent",
    "HTTPNonAuthoritativeInformation",
    "HTTPNotAcceptable",
    "HTTPNotExtended",
    "HTTPNotFound",
    "HTTPNotImplemented",
    "HTTPNotModified",
    "HTTPOk",
    "HTTPPartialContent",
    "HTTPPaymentRequired",
    "HTTPPermanentRedirect",
    "HTTPPreconditionFailed",
    "HTTPPreconditionRequired",
    "HTTPProxyAuthenticationRequired",
    "HTTPRedirection",
    "HTTPRequestEntityTooLarge",
    "HTTPRequestHeaderFieldsTooLarge",
    "HTTPRequestRangeNotSatisfiable",
    "HTTPRequestTimeout",
    "HTTPRequestURITooLong",
    "HTTPResetContent",
    "HTTPSeeOther",
    "HTTPServerError",
    "HTTPServiceUnavailable",
    "HTTPSuccessful",
    "HTTPTemporaryRedirect",
    "HTTPTooManyRequests",
    "HTTPUnauthorized",
    "HTTPUnavailableForLegalReasons",
    "HTTPUnprocessableEntity",
    "HTTPUnsupportedMediaType",
    "HTTPUpgradeRequired",
    "HTTPUseProxy",
    "HTTPVariantAlsoNegotiates",
    "HTTPVersionNotSupported",
)

_Headers = Mapping[str, str] | Mapping[istr, str] | Iterable[tuple[str | istr, str]]


def _phrase(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return ""


# What sending adds and a copy of the response must not carry on.
_MADE_WHILE_SENDING = ("Date", "Server", "Connection", "Content-Length", "Transfer-Encoding")


def _deprecated(text: str) -> None:
    # Point at the first frame that is no constructor of an exception of this module.
    level = 3
    frame: FrameType | None = sys._getframe(2)
    while frame is not None and frame.f_globals.get("__name__") == __name__:
        frame = frame.f_back
        level += 1
    warnings.warn(text, DeprecationWarning, stacklevel=level)


class HTTPException(Exception):
    """Base of the exceptions that end a handler with an HTTP answer.

    *headers* are added to the default ones. *reason* replaces the phrase of the status line; CR or
    LF in it is a ``ValueError``. *text* is the body, in the style of ``"404: Not Found"`` by
    default; it is sent as *content_type* (``text/plain`` by default) in UTF-8. *body*, which takes
    whatever a response takes, is deprecated in favour of *text*.

    ``str()`` of the exception is its reason. Keys and values may be kept on it as on a response.
    Returning the exception instead of raising it works with a ``DeprecationWarning``.
    """

    status_code: ClassVar[int] = -1
    empty_body: ClassVar[bool] = False

    def __init__(
        self,
        *,
        headers: _Headers | None = None,
        reason: str | None = None,
        body: Any = None,
        text: str | None = None,
        content_type: str | None = None,
    ) -> None:
        if body is not None:
            _deprecated("the body argument of HTTP exceptions is deprecated, use text")
        elif text is not None and self.empty_body:
            _deprecated(f"an answer of status {self.status_code} has no body, text is not sent")
        elif text is None and content_type is not None:
            _deprecated("content_type says nothing about a default text")
        if reason is None:
            reason = _phrase(self.status_code)
        if self.empty_body:
            text = content_type = None
        elif text is None and body is None:
            text = f"{self.status_code}: {reason}"
        self._response = Response(
            body=body,
            status=self.status_code,
            reason=reason,
            text=text,
            headers=headers,
            content_type=content_type,
        )
        super().__init__(reason)

    def to_response(self) -> Response:
        """Return the response to be sent; a fresh copy if the last one was sent already."""
        if self._response.prepared:
            old = self._response
            # Fields that sending added are made anew for the next request.
            fields = old.headers.copy()
            for name in _MADE_WHILE_SENDING:
                fields.popall(name, None)
            fresh = Response(status=old.status, reason=old.reason, headers=fields, body=old.body)
            fresh.cookies.load(old.cookies)
            self._response = fresh
        return self._response

    def __reduce__(self) -> tuple[Any, ...]:
        response = self._response
        kept = {name: value for name, value in self.__dict__.items() if name != "_response"}
        fields = list(response.headers.items())
        message = (response.status, response.reason, fields, response.body)
        return (_rebuild, (type(self), self.args, message, kept))

    def __repr__(self) -> str:
        return f"<{type(self).__name__}: {self.reason}>"

    # The response side.

    @property
    def status(self) -> int:
        """The status code."""
        return self._response.status

    @property
    def reason(self) -> str:
        """The phrase of the status line."""
        return self._response.reason

    def set_status(self, status: int, reason: str | None = None) -> None:
        """Change status and reason."""
        self._response.set_status(status, reason)

    @property
    def text(self) -> str | None:
        """The text of the body; ``None`` for statuses without a body."""
        return self._response.text

    @text.setter
    def text(self, text: str) -> None:
        self._response.text = text

    @property
    def body(self) -> Any:
        """The body as bytes or payload; ``None`` for statuses without a body."""
        return self._response.body

    @body.setter
    def body(self, body: Any) -> None:
        self._response.body = body

    @property
    def headers(self) -> CIMultiDict[str]:
        """The fields of the answer; may be changed until it is sent."""
        return self._response.headers

    @property
    def cookies(self) -> SimpleCookie:
        """The cookies to be set."""
        return self._response.cookies

    def set_cookie(self, name: str, value: str, **options: Any) -> None:
        """Set a cookie; the options are those of ``StreamResponse.set_cookie``.

        ``version``, which older releases took, is accepted and without effect.
        """
        options.pop("version", None)
        self._response.set_cookie(name, value, **options)

    def del_cookie(self, name: str, **options: Any) -> None:
        """Ask the client to forget a cookie; options as for ``StreamResponse.del_cookie``."""
        self._response.del_cookie(name, **options)

    @property
    def content_type(self) -> str:
        """The media type of the body."""
        return self._response.content_type

    @content_type.setter
    def content_type(self, content_type: str) -> None:
        self._response.content_type = content_type

    @property
    def charset(self) -> str | None:
        """The charset of the body."""
        return self._response.charset

    @charset.setter
    def charset(self, charset: str | None) -> None:
        self._response.charset = charset

    @property
    def content_length(self) -> int | None:
        """The length of the body in bytes, if it is known."""
        return self._response.content_length

    @property
    def prepared(self) -> bool:
        """Whether the answer has begun to be sent."""
        return self._response.prepared

    @property
    def keep_alive(self) -> bool | None:
        """Whether the connection lives on after the answer; ``None`` until that is decided."""
        return self._response.keep_alive

    def force_close(self) -> None:
        """Close the connection after the answer."""
        self._response.force_close()

    @property
    def body_length(self) -> int:
        """Bytes sent so far."""
        return self._response.body_length

    def enable_compression(self, *args: Any, **options: Any) -> None:
        """Compress the body, as ``StreamResponse.enable_compression`` does."""
        self._response.enable_compression(*args, **options)

    async def prepare(self, request: Any) -> Any:
        """Send the head of the answer to *request*."""
        return await self.to_response().prepare(request)

    async def write_eof(self, data: bytes = b"") -> None:
        """Send the body and end the answer."""
        await self._response.write_eof(data)

    def __getitem__(self, key: Any) -> Any:
        return self._response[key]

    def __setitem__(self, key: Any, value: Any) -> None:
        self._response[key] = value

    def __delitem__(self, key: Any) -> None:
        del self._response[key]

    def __contains__(self, key: object) -> bool:
        return key in self._response

    def __iter__(self) -> Iterator[Any]:
        return iter(self._response)

    def __len__(self) -> int:
        return len(self._response)

    def get(self, key: Any, default: Any = None) -> Any:
        """Return the value kept under *key*, or *default*."""
        return self._response.get(key, default)

    def __bool__(self) -> bool:
        return True

    def __eq__(self, other: object) -> bool:
        return self is other

    def __hash__(self) -> int:
        return id(self)


def _rebuild(
    cls: type[HTTPException],
    args: tuple[Any, ...],
    message: tuple[int, str, list[tuple[str, str]], Any],
    kept: dict[str, Any],
) -> HTTPException:
    status, reason, fields, body = message
    exception = cls.__new__(cls, *args)
    exception.args = args
    exception._response = Response(
        status=status, reason=reason, headers=CIMultiDict(fields), body=body
    )
    exception.__dict__.update(kept)
    return exception


class HTTPError(HTTPException):
    """Base of the exceptions of class 4xx and 5xx."""


class HTTPRedirection(HTTPException):
    """Base of the exceptions of class 3xx."""


class HTTPSuccessful(HTTPException):
    """Base of the exceptions of class 2xx: no errors, but a way to leave a handler early."""


class HTTPClientError(HTTPError):
    """Base of the exceptions of class 4xx."""


class HTTPServerError(HTTPError):
    """Base of the exceptions of class 5xx."""


class HTTPOk(HTTPSuccessful):
    """200 OK."""

    status_code = 200


class HTTPCreated(HTTPSuccessful):
    """201 Created."""

    status_code = 201


class HTTPAccepted(HTTPSuccessful):
    """202 Accepted."""

    status_code = 202


class HTTPNonAuthoritativeInformation(HTTPSuccessful):
    """203 Non-Authoritative Information."""

    status_code = 203


class HTTPNoContent(HTTPSuccessful):
    """204 No Content."""

    status_code = 204
    empty_body = True


class HTTPResetContent(HTTPSuccessful):
    """205 Reset Content."""

    status_code = 205
    empty_body = True


class HTTPPartialContent(HTTPSuccessful):
    """206 Partial Content."""

    status_code = 206


class HTTPMove(HTTPRedirection):
    """Base of the redirects, all of 3xx but 304.

    *location* (``str`` or ``URL``, absolute or relative) goes into the ``Location`` field in its
    percent-encoded form; an empty one is a ``ValueError``. The other arguments are those of
    :class:`HTTPException`.
    """

    def __init__(
        self,
        location: str | URL,
        *,
        headers: _Headers | None = None,
        reason: str | None = None,
        body: Any = None,
        text: str | None = None,
        content_type: str | None = None,
    ) -> None:
        if not isinstance(location, (str, URL, type(None))):
            raise TypeError(f"location must be str or URL, not {type(location).__name__}")
        if not location:
            raise ValueError("HTTP redirects need a location to redirect to.")
        super().__init__(
            headers=headers, reason=reason, body=body, text=text, content_type=content_type
        )
        self._location = URL(location)
        self.headers["Location"] = str(self._location)

    @property
    def location(self) -> URL:
        """Where the client is sent."""
        return self._location


class HTTPMultipleChoices(HTTPMove):
    """300 Multiple Choices."""

    status_code = 300


class HTTPMovedPermanently(HTTPMove):
    """301 Moved Permanently."""

    status_code = 301


class HTTPFound(HTTPMove):
    """302 Found."""

    status_code = 302


class HTTPSeeOther(HTTPMove):
    """303 See Other."""

    status_code = 303


class HTTPNotModified(HTTPRedirection):
    """304 Not Modified."""

    status_code = 304
    empty_body = True


class HTTPUseProxy(HTTPMove):
    """305 Use Proxy."""

    status_code = 305


class HTTPTemporaryRedirect(HTTPMove):
    """307 Temporary Redirect."""

    status_code = 307


class HTTPPermanentRedirect(HTTPMove):
    """308 Permanent Redirect."""

    status_code = 308


class HTTPBadRequest(HTTPClientError):
    """400 Bad Request."""

    status_code = 400


class HTTPUnauthorized(HTTPClientError):
    """401 Unauthorized."""

    status_code = 401


class HTTPPaymentRequired(HTTPClientError):
    """402 Payment Required."""

    status_code = 402


class HTTPForbidden(HTTPClientError):
    """403 Forbidden."""

    status_code = 403


class HTTPNotFound(HTTPClientError):
    """404 Not Found."""

    status_code = 404


class HTTPMethodNotAllowed(HTTPClientError):
    """405 Method Not Allowed; the ``Allow`` field lists *allowed_methods* in sorted order."""

    status_code = 405

    def __init__(
        self,
        method: str,
        allowed_methods: Iterable[str],
        *,
        headers: _Headers | None = None,
        reason: str | None = None,
        body: Any = None,
        text: str | None = None,
        content_type: str | None = None,
    ) -> None:
        super().__init__(
            headers=headers, reason=reason, body=body, text=text, content_type=content_type
        )
        self._method = method.upper()
        self._allowed = set(allowed_methods)
        self.headers["Allow"] = ",".join(sorted(self._allowed))

    @property
    def allowed_methods(self) -> set[str]:
        """The methods that the resource has."""
        return self._allowed

    @property
    def method(self) -> str:
        """The method that it does not have, in upper case."""
        return self._method


class HTTPNotAcceptable(HTTPClientError):
    """406 Not Acceptable."""

    status_code = 406


class HTTPProxyAuthenticationRequired(HTTPClientError):
    """407 Proxy Authentication Required."""

    status_code = 407


class HTTPRequestTimeout(HTTPClientError):
    """408 Request Timeout."""

    status_code = 408


class HTTPConflict(HTTPClientError):
    """409 Conflict."""

    status_code = 409


class HTTPGone(HTTPClientError):
    """410 Gone."""

    status_code = 410


class HTTPLengthRequired(HTTPClientError):
    """411 Length Required."""

    status_code = 411


class HTTPPreconditionFailed(HTTPClientError):
    """412 Precondition Failed."""

    status_code = 412


class HTTPRequestEntityTooLarge(HTTPClientError):
    """413 Content Too Large: a body is larger than *max_size* bytes.

    *actual_size* is accepted for compatibility. The other arguments are those of
    :class:`HTTPException`.
    """

    status_code = 413

    def __init__(self, max_size: float, actual_size: float = 0, **kwargs: Any) -> None:
        kwargs.setdefault("text", f"Maximum request body size {max_size} exceeded.")
        super().__init__(**kwargs)


class HTTPRequestURITooLong(HTTPClientError):
    """414 Request-URI Too Long."""

    status_code = 414


class HTTPUnsupportedMediaType(HTTPClientError):
    """415 Unsupported Media Type."""

    status_code = 415


class HTTPRequestRangeNotSatisfiable(HTTPClientError):
    """416 Requested Range Not Satisfiable."""

    status_code = 416


class HTTPExpectationFailed(HTTPClientError):
    """417 Expectation Failed."""

    status_code = 417


class HTTPMisdirectedRequest(HTTPClientError):
    """421 Misdirected Request."""

    status_code = 421


class HTTPUnprocessableEntity(HTTPClientError):
    """422 Unprocessable Entity."""

    status_code = 422


class HTTPFailedDependency(HTTPClientError):
    """424 Failed Dependency."""

    status_code = 424


class HTTPUpgradeRequired(HTTPClientError):
    """426 Upgrade Required."""

    status_code = 426


class HTTPPreconditionRequired(HTTPClientError):
    """428 Precondition Required."""

    status_code = 428


class HTTPTooManyRequests(HTTPClientError):
    """429 Too Many Requests."""

    status_code = 429


class HTTPRequestHeaderFieldsTooLarge(HTTPClientError):
    """431 Request Header Fields Too Large."""

    status_code = 431


class HTTPUnavailableForLegalReasons(HTTPClientError):
    """451 Unavailable For Legal Reasons (RFC 7725).

    *link* names who implements the blocking and goes into the ``Link`` field with the relation
    ``blocked-by``; ``None`` leaves the field out. The reason of the block belongs in *text*.
    """

    status_code = 451

    def __init__(
        self,
        link: str | URL | None,
        *,
        headers: _Headers | None = None,
        reason: str | None = None,
        body: Any = None,
        text: str | None = None,
        content_type: str | None = None,
    ) -> None:
        super().__init__(
            headers=headers, reason=reason, body=body, text=text, content_type=content_type
        )
        self._link = URL(link) if link is not None else None
        if self._link is not None:
            self.headers["Link"] = f'<{self._link}>; rel="blocked-by"'

    @property
    def link(self) -> URL | None:
        """Who implements the blocking."""
        return self._link


class HTTPInternalServerError(HTTPServerError):
    """500 Internal Server Error."""

    status_code = 500


class HTTPNotImplemented(HTTPServerError):
    """501 Not Implemented."""

    status_code = 501


class HTTPBadGateway(HTTPServerError):
    """502 Bad Gateway."""

    status_code = 502


class HTTPServiceUnavailable(HTTPServerError):
    """503 Service Unavailable."""

    status_code = 503


class HTTPGatewayTimeout(HTTPServerError):
    """504 Gateway Timeout."""

    status_code = 504


class HTTPVersionNotSupported(HTTPServerError):
    """505 HTTP Version Not Supported."""

    status_code = 505


class HTTPVariantAlsoNegotiates(HTTPServerError):
    """506 Variant Also Negotiates."""

    status_code = 506


class HTTPInsufficientStorage(HTTPServerError):
    """507 Insufficient Storage."""

    status_code = 507


class HTTPNotExtended(HTTPServerError):
    """510 Not Extended."""

    status_code = 510


class HTTPNetworkAuthenticationRequired(HTTPServerError):
    """511 Network Authentication Required."""

    status_code = 511
