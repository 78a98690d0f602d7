"""The body of a request: read once, kept, limited (spec section 3.8, ADDENDUM 3.5).

Laws
* The body is read at most once; ``read()`` and ``post()`` keep what they return.
* A body that came as a whole with its head is given as bytes, and becomes a stream only if somebody
  asks for the stream.
* Whoever reads the body as a whole is protected by :attr:`RequestBodyView.client_max_size`; whoever
  reads it in pieces is not.
"""

from collections.abc import Callable, Mapping
from typing import Any, Final

from multidict import CIMultiDict, CIMultiDictProxy, MultiDict, MultiDictProxy

from aiohttp_core import warn_caller
from aiohttp_core.errors import PayloadEncodingError
from aiohttp_core.fields.content_type import is_json_type, parse_content_type
from aiohttp_core.streams import EmptyStreamReader, StreamReader
from aiohttp_multipart import MultipartReader
from aiohttp_web.body_intake import arrived_stream
from aiohttp_web.exceptions import (
    HTTPBadRequest,
    HTTPRequestEntityTooLarge,
    HTTPUnsupportedMediaType,
)
from aiohttp_web.forms import BytesSource, FileField, Form, read_request_form
from aiohttp_web.json_codec import decode_json
from aiohttp_web.payload_errors import PayloadAccessError, RequestPayloadError
from aiohttp_web.request_head_view import RequestHeadView

__all__ = ("RequestBodyView",)

_POST_METHODS: Final = frozenset({"POST", "PUT", "PATCH", "TRACE", "DELETE"})
_NO_FIELDS: Final[CIMultiDictProxy[str]] = CIMultiDictProxy(CIMultiDict())
_NO_FORM: Final[MultiDictProxy[Any]] = MultiDictProxy(MultiDict())


class RequestBodyView(RequestHeadView):
    """A request whose body can be read."""

    __slots__ = ("_body", "_client_max_fields", "_client_max_size", "_payload")

    _payload: Any
    _body: bytes | None
    _client_max_size: int | None
    _client_max_fields: int | None

    POST_METHODS = _POST_METHODS

    @property
    def content(self) -> StreamReader:
        """The body as a stream; what is read from it is not limited and not kept (ADD-475)."""
        content: Any = self._payload
        if type(content) is bytes:
            limit = self._protocol.read_bufsize
            content = self._payload = arrived_stream(content, limit, self._was_read())
        stream: StreamReader = content
        return stream

    def _was_read(self) -> bool:
        return self._body is not None

    def end_body(self) -> None:
        """Let what was not read yet be read no more: the answer is given.

        Done by the connection for bodies that it gave as bytes.
        """
        if type(self._payload) is bytes and self._was_read():
            return
        content = self.content
        if not content.at_eof():
            content.set_exception(PayloadAccessError("The response was sent already"))

    @property
    def body_exists(self) -> bool:
        """Whether the request has a body (WREQ-13)."""
        return not isinstance(self._payload, EmptyStreamReader)

    @property
    def can_read_body(self) -> bool:
        """Whether there is something of the body to be read (WREQ-13)."""
        if type(self._payload) is bytes:
            return not self._was_read()
        return not self.content.at_eof()

    @property
    def has_body(self) -> bool:
        """Like :attr:`can_read_body`.  Deprecated since 2.3 (ADD-480)."""
        warn_caller("Deprecated, use .can_read_body or .body_exists")
        return self.can_read_body

    @property
    def trailers(self) -> Mapping[str, str]:
        """The trailer fields of a chunked body; empty before its end was received."""
        return self.content.trailers or _NO_FIELDS

    @property
    def client_max_size(self) -> int:
        """How many bytes of body :meth:`read` and :meth:`post` take; 0 is no limit (WREQ-09)."""
        size: int | None = self._client_max_size
        if size is None:
            size = self._client_max_size = self._protocol.client_max_size
        return size

    @property
    def client_max_fields(self) -> int:
        """How many fields :meth:`post` takes; 0 is no limit (ADD-485)."""
        count: int | None = self._client_max_fields
        if count is None:
            count = self._client_max_fields = self._protocol.client_max_fields
        return count

    async def read(self) -> bytes:
        """Return the whole body, decoded by its content coding; kept for further calls.

        Raises HTTPRequestEntityTooLarge as soon as it is known that there are more than
        :attr:`client_max_size` bytes, RequestPayloadError if the body is broken.
        """
        body = self._body
        if body is None:
            body = self._body_at_hand()
        return await self._read_stream() if body is None else body

    def _body_at_hand(self) -> bytes | None:
        """Return the body if it has come with its head, as :meth:`read` does.

        Classes with a ``read`` of their own are given a stream: for them it is always ``None``.
        """
        if type(self._payload) is not bytes:
            return None
        if self._body is None:
            limit = self.client_max_size
            size = len(self._payload)
            if limit and size > limit:
                raise HTTPRequestEntityTooLarge(max_size=limit, actual_size=size)
            self._body = self._payload
        return self._body

    async def _read_stream(self) -> bytes:
        payload = self._payload
        limit = self.client_max_size
        if limit:
            declared = self._message.content_length
            if (
                declared is not None
                and declared > limit
                and self._message.content_encoding is None
                and not payload.at_eof()
            ):
                raise HTTPRequestEntityTooLarge(max_size=limit, actual_size=declared)
        pieces: list[bytes] = []
        size = 0
        while not payload.at_eof():
            try:
                piece = await payload.readany()
            except PayloadEncodingError as exc:
                raise RequestPayloadError(exc.message) from exc
            size += len(piece)
            if limit and size > limit:
                raise HTTPRequestEntityTooLarge(max_size=limit, actual_size=size)
            pieces.append(piece)
        body = self._body = pieces[0] if len(pieces) == 1 else b"".join(pieces)
        return body

    @property
    def _read_bytes(self) -> bytes | None:
        """What :meth:`read` has read; for instrumentation of aiohttp 3 (ADD-1018)."""
        return self._body

    async def text(self) -> str:
        """Return the body as text, by :attr:`charset` or UTF-8 (WREQ-21).

        Raises HTTPUnsupportedMediaType for an unknown charset and for bytes that are not of it.
        """
        body = self._body_at_hand()
        return self._decoded(await self.read() if body is None else body)

    def _decoded(self, body: bytes) -> str:
        value = self._message.field(b"content-type")
        charset = None
        if value is not None and ";" in value:
            charset = parse_content_type(value).charset
        try:
            return body.decode() if charset is None else body.decode(charset)
        except UnicodeDecodeError as exc:
            raise HTTPUnsupportedMediaType from exc
        except LookupError as exc:
            raise HTTPUnsupportedMediaType from exc

    async def json(
        self,
        *,
        loads: Callable[[str], Any] = decode_json,
        content_type: str | None = None,
    ) -> Any:
        """Return the body decoded as JSON.

        With *content_type*, for example ``"application/json"``, another type raises
        HTTPBadRequest; by default the type is not looked at (ADD-477, ADD-1060).  Raises what
        *loads* raises.
        """
        if content_type is not None and not _is_wanted(self.content_type, content_type):
            raise HTTPBadRequest(
                text=f"Attempt to decode JSON with unexpected mimetype: {self.content_type}"
            )
        body = self._body_at_hand()
        return loads(await self.text() if body is None else self._decoded(body))

    async def multipart(self) -> MultipartReader:
        """Return a reader of the multipart body; made anew each time (WREQ-23).

        Heads of parts are limited as those of requests are, and what is read of a part as a whole
        by :attr:`client_max_size`: more raises HTTPRequestEntityTooLarge (ADD-695).  Parts that are
        read in pieces may have any size.  Raises ValueError for another content type.
        """
        limits = self._protocol.head_limits
        return MultipartReader(
            self.headers,
            self.content,
            client_max_size=self.client_max_size,
            max_field_size=limits.max_field_size,
            max_headers=limits.max_headers,
            max_size_error_cls=HTTPRequestEntityTooLarge,
        )

    async def post(self) -> "MultiDictProxy[str | bytearray | FileField]":
        """Return the fields of a form; kept for further calls (WREQ-24, ADD-483 to ADD-496).

        Empty for other methods than POST, PUT, PATCH, TRACE and DELETE, and for other types than
        the two of HTML forms.  Raises HTTPRequestEntityTooLarge for too many bytes or fields,
        HTTPUnsupportedMediaType for undecodable text, ValueError for a malformed form.
        """
        form: Form | None = self._kept("form")
        if form is None:
            form = self._keep("form", await self._read_form())
            self._forms().append(form)
        return form.fields if form is not None else _NO_FORM

    def _forms(self) -> list[Form]:
        """Return the forms that were read by this request and its copies."""
        forms: list[Form] | None = self._kept("forms")
        return self._keep("forms", []) if forms is None else forms

    async def _read_form(self) -> Form:
        if self.method not in _POST_METHODS:
            return Form(MultiDict())
        if self.content_type == "application/x-www-form-urlencoded":
            # The bytes are kept, so that read() and text() still give them.
            await self.read()
        body = self._body
        content: Any = self.content if body is None else BytesSource(body)
        return await read_request_form(
            self.headers,
            content,
            max_size=self.client_max_size,
            max_fields=self.client_max_fields,
            head_limits=self._protocol.head_limits,
        )

    async def release(self) -> None:
        """Read the rest of the body and drop it (WREQ-26)."""
        content = self.content
        while not content.at_eof():
            await content.readany()

    def close_files(self) -> None:
        """Close the temporary files of uploaded forms; done when the response is finished.

        Those of copies too: the server knows only the request that it made (ADD-496).
        """
        if self._cache is not None:
            for form in self._cache.get("forms", ()):
                form.close()


def _is_wanted(given: str, wanted: str) -> bool:
    return given == wanted or (wanted == "application/json" and is_json_type(given))
