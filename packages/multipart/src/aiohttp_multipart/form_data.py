"""Forms to be sent: urlencoded, or multipart/form-data where a field asks for it (RFC 7578)."""

import io
import re
from collections.abc import Iterable, Mapping
from typing import Any, Final
from urllib.parse import urlencode

from multidict import CIMultiDict, MultiDict, MultiDictProxy

from aiohttp_core import hdrs, warn_caller
from aiohttp_core.fields.quoted import ascii_lower, is_token
from aiohttp_core.payload import BytesPayload, LookupError, Payload, get_payload  # noqa: A004
from aiohttp_core.payloads.base import guess_filename
from aiohttp_multipart.writer import MultipartWriter

__all__ = ("FormData",)

_CONTROL: Final = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]")


class FormData:
    """Fields of a form; calling it gives the payload to be sent.

    ``multipart/form-data`` is used if a field is a file or has a content type, file name or
    transfer encoding, or with *default_to_multipart*; ``application/x-www-form-urlencoded`` if not.
    *quote_fields* is that of ``content_disposition_header``; *charset* (default UTF-8) is the
    encoding of text; *boundary* that of the multipart body, at random if ``None``.

    It can be called again, also after more fields were added: the body has the same boundary, and
    can be sent as often as its values can.  Source: spec rows FORM-01 to FORM-10.
    """

    def __init__(
        self,
        fields: Iterable[Any] = (),
        quote_fields: bool = True,
        charset: str | None = None,
        *,
        default_to_multipart: bool = False,
        boundary: str | None = None,
    ) -> None:
        if charset is not None and not is_token(charset):
            raise ValueError(f"bad charset {charset!r}")
        self._is_multipart = default_to_multipart
        self._quote_fields = quote_fields
        self._charset = charset
        self._boundary = boundary
        self._writer: MultipartWriter | None = None
        self._written = 0  # so many fields are in the writer
        self._fields: list[tuple[dict[str, str], dict[str, str], Any]] = []
        if isinstance(fields, Mapping) and not isinstance(fields, MultiDict | MultiDictProxy):
            fields = list(fields.items())
        elif not isinstance(fields, list | tuple):
            fields = (fields,)
        self.add_fields(*fields)

    @property
    def is_multipart(self) -> bool:
        """Whether the form will be sent as ``multipart/form-data``."""
        return self._is_multipart

    def add_field(
        self,
        name: str,
        value: Any,
        *,
        content_type: str | None = None,
        filename: str | None = None,
        content_transfer_encoding: str | None = None,
    ) -> None:
        """Add a field.

        *value* is text, bytes, a file, or what the payload registry knows.  A file without
        *filename* takes that of the object, if it has one.  Bytes without one take the name of the
        field and become a file, which is deprecated.  *content_transfer_encoding* is deprecated and
        has no effect but to send the form as multipart.

        Raises TypeError for arguments that are no ``str``, ValueError for control characters in
        them (spec row ADD-114).
        """
        _check("name", name)
        params = {"name": name}
        headers: dict[str, str] = {}
        if isinstance(value, io.IOBase):
            self._is_multipart = True
            if filename is None:
                filename = guess_filename(value, name)
        elif isinstance(value, bytes | bytearray | memoryview):
            if filename is None and content_transfer_encoding is None:
                warn_caller(
                    "Sending bytes as a file without a file name is deprecated:"
                    " pass filename= or a str"
                )
                filename = name
        if filename is not None:
            _check("filename", filename)
            params["filename"] = filename
            self._is_multipart = True
        if content_type is not None:
            _check("content_type", content_type)
            headers[hdrs.CONTENT_TYPE] = content_type
            self._is_multipart = True
        if content_transfer_encoding is not None:
            _check("content_transfer_encoding", content_transfer_encoding)
            warn_caller(
                "content_transfer_encoding is deprecated. To maintain compatibility with"
                " 3.x pass a BytesPayload."
            )
            self._is_multipart = True
        self._fields.append((params, headers, value))

    def add_fields(self, *fields: Any) -> None:
        """Add files, ``(name, value)`` pairs, multidicts, or iterables of these.

        A file without a name is called ``unknown``.  Another type raises TypeError.
        """
        for field in fields:
            if isinstance(field, io.IOBase):
                self.add_field(guess_filename(field, "unknown") or "unknown", field)
            elif isinstance(field, MultiDict | MultiDictProxy):
                for name, value in field.items():
                    self.add_field(name, value)
            elif isinstance(field, list | tuple):
                if len(field) == 2 and isinstance(field[0], str):
                    self.add_field(field[0], field[1])
                elif field and not isinstance(field[0], str):
                    self.add_fields(*field)
                else:
                    raise _not_a_field(field)
            else:
                raise _not_a_field(field)

    def __call__(self, *, boundary: str | None = None) -> Payload:
        """Return the payload of the form.

        *boundary* is that of the multipart body, unless it has got one already.
        """
        if self._boundary is None:
            self._boundary = boundary
        return self._multipart() if self._is_multipart else self._urlencoded()

    def _urlencoded(self) -> Payload:
        charset = self._charset or "utf-8"
        content_type = "application/x-www-form-urlencoded"
        if ascii_lower(charset) != "utf-8":
            content_type += f"; charset={charset}"
        pairs = [(params["name"], value) for params, _, value in self._fields]
        data = urlencode(pairs, doseq=True, encoding=charset)
        return BytesPayload(data.encode("ascii"), content_type=content_type)

    def _multipart(self) -> MultipartWriter:
        writer = self._writer
        if writer is None:
            writer = self._writer = MultipartWriter("form-data", boundary=self._boundary)
        for params, headers, value in self._fields[self._written :]:
            writer.append_payload(self._part(params, headers, value))
            self._written += 1
        return writer

    def _part(self, params: dict[str, str], headers: dict[str, str], value: Any) -> Payload:
        options: dict[str, Any] = {"headers": CIMultiDict(headers), "encoding": self._charset}
        if hdrs.CONTENT_TYPE in headers:
            options["content_type"] = headers[hdrs.CONTENT_TYPE]
        try:
            part = get_payload(value, **options)
        except LookupError as exc:
            raise TypeError(
                f"Can not serialize value of type {type(value).__name__} as form field"
                f" {params['name']!r}"
            ) from exc
        part.set_content_disposition("form-data", self._quote_fields, **params)
        return part


def _check(what: str, value: object) -> None:
    if not isinstance(value, str):
        raise TypeError(f"{what} must be an instance of str. Got: {type(value).__name__}")
    if not value.isprintable() and _CONTROL.search(value) is not None:
        raise ValueError(f"Control characters are not allowed in {what}: {value!r}")


def _not_a_field(field: object) -> TypeError:
    return TypeError(
        "Only io.IOBase, multidict and (name, file) pairs allowed, use .add_field() for passing"
        f" more complex parameters, got {type(field).__name__}"
    )
