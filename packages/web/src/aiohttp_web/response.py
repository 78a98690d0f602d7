"""Responses that know their whole body beforehand (WRSP-19 to WRSP-25, ADD-497 to ADD-518).

Laws
* An untouched response is joined from cached blocks and goes out in one write
  (:meth:`Response.joined`).  What that leaves out, :meth:`StreamResponse.prepare` does.
* The length follows the body and is never set by hand.
"""

from concurrent.futures import Executor
from typing import Any, Final

from multidict import CIMultiDict

from aiohttp_core import hdrs
from aiohttp_core.codings import make_encoder
from aiohttp_core.fields.content_type import DEFAULT_CONTENT_TYPE
from aiohttp_core.fields.dates import http_date_now
from aiohttp_core.payload import LookupError as PayloadLookupError
from aiohttp_core.payload import Payload, get_payload
from aiohttp_core.serializer import head as serialize_head
from aiohttp_core.versions import HttpVersion11
from aiohttp_web.response_head import (
    CLOSE,
    KEEP,
    KEEP_10,
    SERVER_SOFTWARE,
    check_field_text,
    head_block,
    head_tail,
)
from aiohttp_web.stream_response import LooseHeaders, StreamResponse

__all__ = ("Response", "is_joinable")

_JOINED: Final = 65536
"""Bodies up to this many bytes are copied behind their head, longer ones written on their own."""
_EXECUTOR_SIZE: Final = 4096
_DIGITS: Final = [str(number).encode() for number in range(1024)]
_DIGITS_KNOWN: Final = len(_DIGITS)
_KINDS_KNOWN: Final = 256
_TYPES_KNOWN: Final = 512

# The Content-Type of texts in UTF-8, by media types that were checked.
_with_utf8: dict[str, str] = {"text/plain": "text/plain; charset=utf-8"}


class Response(StreamResponse):
    """A response that knows its whole body beforehand.

    *body* is bytes or whatever the payload registry takes; *text* is encoded by *charset*, UTF-8
    by default; both together raise ValueError.  *content_type* defaults to ``text/plain`` with
    *text*, else to ``application/octet-stream``; it may not hold a charset, and may not be given
    beside a Content-Type in *headers* (ADD-497).

    Bodies that are compressed and longer than *zlib_executor_size* bytes (4096 by default) are
    compressed in *zlib_executor*, by default that of the loop (WRSP-23).
    """

    __slots__ = ("_body", "_zlib_executor", "_zlib_executor_size")

    def __init__(
        self,
        *,
        body: Any = None,
        status: int = 200,
        reason: str | None = None,
        text: str | None = None,
        headers: LooseHeaders | None = None,
        content_type: str | None = None,
        charset: str | None = None,
        zlib_executor_size: int | None = None,
        zlib_executor: Executor | None = None,
    ) -> None:
        self._open(int(status), reason)
        self._body: Any = None
        self._zlib_executor_size = zlib_executor_size
        self._zlib_executor = zlib_executor
        if body is not None and text is not None:
            raise ValueError("body and text are not allowed together")
        if content_type is not None and content_type not in _with_utf8:
            if "charset" in check_field_text("content_type", content_type):
                raise ValueError("charset must not be in content_type argument")
        if headers is not None:
            self._headers = CIMultiDict(headers)
            if hdrs.CONTENT_TYPE in self._headers:
                if content_type is not None or charset is not None:
                    raise ValueError(
                        "passing both Content-Type header and content_type or charset params "
                        "is forbidden"
                    )
                if text is not None:
                    self.text = text
                elif body is not None:
                    self.body = body
                return
        if text is not None:
            self._encode(text, content_type or "text/plain", charset or "utf-8")
            return
        if content_type is not None or charset is not None:
            self._describe(content_type or DEFAULT_CONTENT_TYPE, charset)
        if body is not None:
            self.body = body

    def _describe(self, content_type: str, charset: str | None) -> None:
        if charset is not None:
            content_type = f"{content_type}; charset={check_field_text('charset', charset)}"
        self._set_content_type_field(content_type)

    def _encode(self, text: str, content_type: str, charset: str) -> None:
        if not isinstance(text, str):
            raise TypeError(f"text argument must be str ({type(text)!r})")
        if charset == "utf-8":
            self._body = text.encode()
            value = _with_utf8.get(content_type)
            if value is None:
                value = f"{check_field_text('content_type', content_type)}; charset=utf-8"
                if "charset" not in content_type:
                    if len(_with_utf8) >= _TYPES_KNOWN:
                        _with_utf8.clear()
                    _with_utf8[content_type] = value
            if self._headers is None:
                self._content_type = value
            else:
                self._headers[hdrs.CONTENT_TYPE] = value
        else:
            self._body = text.encode(charset)
            self._describe(content_type, charset)

    # The body

    @property
    def body(self) -> Any:
        """The body: ``None``, bytes or a payload (WRSP-24).

        Assigned, a ``str`` becomes a StringPayload; what no payload class takes raises ValueError.
        """
        return self._body

    @body.setter
    def body(self, body: Any) -> None:
        self._check_open("the body")
        if body is None or isinstance(body, (bytes, bytearray)):
            self._body = body
            return
        try:
            payload = get_payload(body)
        except PayloadLookupError:
            raise ValueError(f"Unsupported body type {type(body)!r}") from None
        self._body = payload
        headers = self.headers
        for name, value in (payload.headers or {}).items():
            if name not in headers:
                headers[name] = value

    @property
    def text(self) -> str | None:
        """The body as text, by :attr:`charset` or UTF-8; ``None`` without a body."""
        body = self._body
        if body is None:
            return None
        if isinstance(body, Payload):
            return body.decode(self.charset or "utf-8")
        text: str = body.decode(self.charset or "utf-8")
        return text

    @text.setter
    def text(self, text: str | None) -> None:
        self._check_open("the body")
        if text is None:
            self._body = None
            return
        value = self._content_type_field()
        content_type = "text/plain" if value is None else self.content_type
        if content_type == DEFAULT_CONTENT_TYPE:
            content_type = "text/plain"
        charset = self.charset
        if charset is not None:
            if not isinstance(text, str):
                raise TypeError(f"text argument must be str ({type(text)!r})")
            self._body = text.encode(charset)
        else:
            self._encode(text, content_type, "utf-8")

    @property
    def content_length(self) -> int | None:
        """The length of the body in bytes; ``None`` if it is not known beforehand.

        It follows the body: assigning raises RuntimeError (ADD-500).
        """
        if self._chunked:
            return None
        headers = self._headers
        if headers is not None and hdrs.CONTENT_LENGTH in headers:
            return int(headers[hdrs.CONTENT_LENGTH])
        body = self._body
        if isinstance(body, Payload):
            return body.size
        if self._compression and not self.prepared:
            return None
        return 0 if body is None else len(body)

    @content_length.setter
    def content_length(self, value: int | None) -> None:
        raise RuntimeError("Content length is set automatically")

    # Sending

    def joined(self, request: Any, head: Any, keep: bool) -> Any:
        """Return the whole message if it can be sent without :meth:`prepare`, else ``None``.

        The message comes as one bytes object, or as a list of pieces if copying would cost more
        than it saves; *head* is that of *request*, *keep* tells whether the connection is kept.
        With the call the response counts as sent.
        """
        body = self._body
        status = self._status
        if (
            self._req is not None
            or self._compression
            or self._chunked
            or self._cookies is not None
            or status < 200
            or status == 204
            or status == 304
        ):
            return None
        if body is None:
            body = b""
        elif not isinstance(body, bytes):
            return None
        method = head.method
        if method == "HEAD" or method == "CONNECT":
            return None
        if self._keep_alive is not None:
            keep = keep and self._keep_alive
        version = head.version
        minor = 1 if version is HttpVersion11 or version >= HttpVersion11 else 0
        if minor:
            kind = KEEP if keep else CLOSE
        else:
            kind = KEEP_10 if keep else KEEP
        size = len(body)
        if self._headers is None:
            content_type = self._content_type
            if content_type is None and size:
                content_type = DEFAULT_CONTENT_TYPE
            block = head_block(minor, status, self._reason, content_type)
            digits = _DIGITS[size] if size < _DIGITS_KNOWN else str(size).encode()
            tail = head_tail(kind)
        else:
            block = self._own_fields(minor, size, kind)
            if not block:
                return None
            digits = tail = b""
        self._req = request
        self._keep_alive = keep
        self._eof_sent = True
        if size <= _JOINED:
            message = b"".join((block, digits, tail, body))
            self._body_length = len(message)
            return message
        head = b"".join((block, digits, tail))
        self._body_length = len(head) + size
        return [head, body]

    def _own_fields(self, minor: int, size: int, kind: int) -> bytes:
        """Return the head with the fields that the handler set, ``b""`` for unusual framing."""
        headers = self.headers
        if hdrs.TRANSFER_ENCODING in headers or hdrs.CONTENT_LENGTH in headers:
            return b""
        if size and hdrs.CONTENT_TYPE not in headers:
            headers[hdrs.CONTENT_TYPE] = DEFAULT_CONTENT_TYPE
        headers[hdrs.CONTENT_LENGTH] = str(size)
        if hdrs.DATE not in headers:
            headers[hdrs.DATE] = http_date_now()
        if hdrs.SERVER not in headers:
            headers[hdrs.SERVER] = SERVER_SOFTWARE
        if hdrs.CONNECTION not in headers:
            if kind == CLOSE:
                headers[hdrs.CONNECTION] = "close"
            elif kind == KEEP_10:
                headers[hdrs.CONNECTION] = "keep-alive"
        return serialize_head(f"HTTP/1.{minor} {self._status} {self._reason}", headers)

    async def _start(self, request: Any) -> Any:
        self._req = request
        headers = self.headers
        body = self._body
        if hdrs.CONTENT_LENGTH not in headers and not self._chunked:
            if isinstance(body, Payload):
                if body.size is not None:
                    headers[hdrs.CONTENT_LENGTH] = str(body.size)
            elif self._compression:
                await self._compress_body(request, headers)
            if not isinstance(body, Payload) and (self._body is not None or _has_length(request)):
                size = 0 if self._body is None else len(self._body)
                headers[hdrs.CONTENT_LENGTH] = str(size)
        return await super()._start(request)

    async def _compress_body(self, request: Any, headers: "CIMultiDict[str]") -> None:
        """Compress the bytes of the body at once, so that their length is known (ADD-517)."""
        if self._body is None:
            return
        coding = self._choose_coding(request, headers)
        self._compression = False
        if coding is None:
            return
        size = self._zlib_executor_size
        encoder = make_encoder(
            coding.value,
            strategy=self._strategy,
            executor=self._zlib_executor,
            max_sync_chunk_size=_EXECUTOR_SIZE if size is None else size,
        )
        self._body = await encoder.finish(bytes(self._body))
        headers[hdrs.CONTENT_ENCODING] = coding.value

    def _length_unknown(self) -> bool:
        # Without a body a HEAD answer says nothing about its length (ADD-422).
        return self._body is not None

    def _may_have_content(self, headers: "CIMultiDict[str]") -> bool:
        return self._body is not None and headers.get(hdrs.CONTENT_LENGTH) != "0"

    async def write_eof(
        self,
        data: "bytes | bytearray | memoryview" = b"",
        *,
        trailers: LooseHeaders | None = None,
    ) -> None:
        """Send the body and end the message; a second call does nothing."""
        if self._eof_sent:
            return
        body = self._body
        writer = self._payload_writer
        if writer is None:
            raise RuntimeError("Response has not been started")
        if body is None or self._no_body:
            if isinstance(body, Payload):
                await body.close()
            await super().write_eof(data, trailers=trailers)
        elif isinstance(body, Payload):
            try:
                await body.write(writer)
            finally:
                await body.close()
            await super().write_eof(trailers=trailers)
        else:
            await super().write_eof(body, trailers=trailers)


def _has_length(request: Any) -> bool:
    method: str = request.method
    return method != "HEAD"


_joinable: dict[type, bool] = {Response: True}


def is_joinable(kind: type) -> bool:
    """Tell whether :meth:`Response.joined` may stand for the life of a response of class *kind*.

    Whoever overrides a part of that life wants that part to run.
    """
    known = _joinable.get(kind)
    if known is None:
        known = issubclass(kind, Response)
        if known:
            ours = Response.__dict__.keys() | StreamResponse.__dict__.keys()
            for base in kind.__mro__[: kind.__mro__.index(Response)]:
                if any(name in ours for name in base.__dict__ if not name.startswith("__")):
                    known = False
        if len(_joinable) >= _KINDS_KNOWN:
            _joinable.clear()
        _joinable[kind] = known
    return known
