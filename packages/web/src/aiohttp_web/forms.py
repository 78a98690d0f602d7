"""Forms of requests: the border between the form parser and HTTP answers (ADDENDUM 3.5).

Laws
* The parser knows forms, this module knows which status each of its errors means.
* A form that was refused leaves no temporary file behind.
"""

from collections.abc import Mapping

from aiohttp_core.errors import PayloadEncodingError
from aiohttp_core.limits import DEFAULT_LIMITS, HeadLimits
from aiohttp_multipart import (
    FileField,
    Form,
    FormLimits,
    MultipartLimitError,
    PartCharsetError,
    TooManyFields,
    read_form,
)
from aiohttp_web.exceptions import HTTPRequestEntityTooLarge, HTTPUnsupportedMediaType
from aiohttp_web.payload_errors import RequestPayloadError

__all__ = ("BytesSource", "FileField", "Form", "read_request_form")


class BytesSource:
    """A body that was read before, as the form parser wants it."""

    __slots__ = ("_data",)

    def __init__(self, data: bytes) -> None:
        self._data = data

    async def readany(self) -> bytes:
        """Return everything once, then nothing."""
        data, self._data = self._data, b""
        return data


async def read_request_form(
    headers: Mapping[str, str],
    content: object,
    *,
    max_size: int,
    max_fields: int,
    head_limits: HeadLimits = DEFAULT_LIMITS,
) -> Form:
    """Read a form of at most *max_size* bytes and *max_fields* fields; 0 is no limit.

    Heads of parts are limited as those of requests are.  Raises HTTPRequestEntityTooLarge at a
    limit, HTTPUnsupportedMediaType for text that is not of its charset or has an unknown one,
    RequestPayloadError for a body that cannot be received, and MultipartError, which is a
    ValueError, for a malformed form.
    """
    limits = FormLimits(
        max_total=max_size,
        max_fields=max_fields,
        max_headers=head_limits.max_headers,
        max_field_size=head_limits.max_field_size,
    )
    try:
        return await read_form(headers, content, limits=limits)  # type: ignore[arg-type]
    except TooManyFields as exc:
        raise HTTPRequestEntityTooLarge(max_size=exc.limit, text=str(exc)) from exc
    except MultipartLimitError as exc:
        raise HTTPRequestEntityTooLarge(max_size=max_size, text=str(exc)) from exc
    except PartCharsetError as exc:
        raise HTTPUnsupportedMediaType(text=str(exc)) from exc
    except PayloadEncodingError as exc:
        raise RequestPayloadError(exc.message) from exc
