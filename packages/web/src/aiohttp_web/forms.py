"""The body of an HTML form as a multidict (spec section 3.11, ADDENDUM 3.5).

Laws
* Bytes and fields are counted while they arrive, over the whole form, against the limits of the
  request; nothing is stored first and measured afterwards.
* A file name of a form is data and never a path.
* Uploaded files that outgrow memory are written by the executor; the loop never waits for a disk.
"""

from dataclasses import dataclass
from typing import IO, Any

from multidict import CIMultiDictProxy, MultiDict, MultiDictProxy

from aiohttp_web.exceptions import HTTPRequestEntityTooLarge, HTTPUnsupportedMediaType
from aiohttp_web.query_string import form_pairs

__all__ = ("FileField", "FormLimits", "close_form", "parse_urlencoded_form")


@dataclass(frozen=True, slots=True)
class FormLimits:
    """How much of a form is taken; 0 is no limit."""

    max_size: int = 1024**2
    """Most bytes of the whole body."""
    max_fields: int = 1000
    """Most fields."""


@dataclass(frozen=True, slots=True)
class FileField:
    """One uploaded file (WREQ-25)."""

    name: str
    """The name of the form field."""
    filename: str
    """What the client calls the file."""
    file: IO[bytes]
    """The content, positioned at its start."""
    content_type: str
    """The media type that the client gives, ``application/octet-stream`` if none (ADD-488)."""
    headers: "CIMultiDictProxy[str]"
    """All fields of the part."""


Form = MultiDictProxy[str | bytearray | FileField]


def too_many_fields(limit: int) -> HTTPRequestEntityTooLarge:
    """Return the error for more than *limit* fields (ADD-485)."""
    return HTTPRequestEntityTooLarge(
        max_size=limit, text=f"Maximum number of form fields {limit} exceeded."
    )


def parse_urlencoded_form(body: bytes, charset: str, limits: FormLimits) -> Form:
    """Return the fields of an ``application/x-www-form-urlencoded`` *body* (ADD-484).

    Raises HTTPRequestEntityTooLarge for too many fields, empty ones counted, and
    HTTPUnsupportedMediaType for an unknown charset.
    """
    if limits.max_fields and body.count(b"&") >= limits.max_fields:
        raise too_many_fields(limits.max_fields)
    try:
        text = body.rstrip(b" \t\r\n").decode(charset)
    except (LookupError, UnicodeDecodeError) as exc:
        raise HTTPUnsupportedMediaType from exc
    pairs: list[tuple[str, str | bytearray | FileField]] = [*form_pairs(text, charset)]
    return MultiDictProxy(MultiDict(pairs))


def close_form(form: Any) -> None:
    """Close the files of a form; a file closed before is left alone (ADD-496)."""
    for value in form.values():
        if isinstance(value, FileField):
            value.file.close()
