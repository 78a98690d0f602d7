"""The base of the HTTP exceptions: an exception that owns a response.

Laws
* An exception *owns* a response and is not one: everything that users of 3.x do with the response
  side (headers, cookies, text, status, keys) is done on that response, and ``to_response()`` gives
  it to whoever sends it. A response class with a compiled layout and ``Exception`` cannot share one
  object, and newer documentation wants exceptions that are raised only (spec rows ADD-519, C61).
* Header values and the reason are checked when the exception is made, not when it is sent.
* Raising the same object again works: a response that was sent is replaced by a fresh copy.
"""

from collections.abc import Iterable, Iterator, Mapping
from http.cookies import SimpleCookie
from typing import Any, ClassVar

from multidict import CIMultiDict, istr

from aiohttp_core import warn_caller
from aiohttp_web.response import Response
from aiohttp_web.response_head import reason_phrase

__all__ = ("HTTPException", "LooseHeaders")

LooseHeaders = Mapping[str, str] | Mapping[istr, str] | Iterable[tuple[str | istr, str]]

# What sending adds and a copy of the response must not carry on.
_MADE_WHILE_SENDING = ("Date", "Server", "Connection", "Content-Length", "Transfer-Encoding")


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
        headers: LooseHeaders | None = None,
        reason: str | None = None,
        body: Any = None,
        text: str | None = None,
        content_type: str | None = None,
    ) -> None:
        if body is not None:
            warn_caller("the body argument of HTTP exceptions is deprecated, use text")
        elif text is not None and self.empty_body:
            warn_caller(f"an answer of status {self.status_code} has no body, text is not sent")
        elif text is None and content_type is not None:
            warn_caller("content_type says nothing about a default text")
        if reason is None:
            reason = reason_phrase(self.status_code)
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

        ``version``, which older releases took, is accepted and has no effect.
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
