"""What can be wrong with a multipart body or a form.

Every error is a :exc:`ValueError`, as it always was; where the core has a word for the same thing
it is that too.  A server answers :exc:`MultipartLimitError` with 413, :exc:`PartCharsetError` with
415, and any other one with 400.

The tree::

    ValueError
    └── MultipartError
        ├── BoundaryError
        ├── BadPartHeader (also InvalidHeader)
        ├── PartDecodingError
        │   └── PartCharsetError
        ├── UnknownEncoding (also RuntimeError)
        ├── BadCharsetField (also RuntimeError)
        └── MultipartLimitError
            ├── NestingTooDeep
            ├── PartHeaderTooLong (also LineTooLong)
            ├── TooManyFields
            └── BodyTooLarge
"""

from aiohttp_core.errors import InvalidHeader, LineTooLong

__all__ = (
    "BadCharsetField",
    "BadPartHeader",
    "BodyTooLarge",
    "BoundaryError",
    "MultipartError",
    "MultipartLimitError",
    "NestingTooDeep",
    "PartCharsetError",
    "PartDecodingError",
    "PartHeaderTooLong",
    "TooManyFields",
    "UnknownEncoding",
)


class MultipartError(ValueError):
    """The body is no valid multipart body or form."""


class BoundaryError(MultipartError):
    """A boundary is missing, in the Content-Type or in the body (RFC 2046 section 5.1.1)."""


class BadPartHeader(InvalidHeader, MultipartError):
    """A header line of a part breaks the grammar; ``hdr`` is that line."""


class PartDecodingError(MultipartError):
    """The data of a part is not what its encodings or its charset say."""


class PartCharsetError(PartDecodingError):
    """The charset of a field is not known, or its bytes are not of it."""


class UnknownEncoding(MultipartError, RuntimeError):
    """A part has a Content-Encoding or Content-Transfer-Encoding that is not known."""


class BadCharsetField(MultipartError, RuntimeError):
    """The ``_charset_`` field of a form names no charset (RFC 7578 section 4.6)."""


class MultipartLimitError(MultipartError):
    """The body passes a limit that the reader has set; ``limit`` is its value."""

    limit: int

    def __init__(self, message: str, limit: int = 0) -> None:
        super().__init__(message)
        self.limit = limit

    def __reduce__(self) -> tuple[object, ...]:
        return (type(self), (*self.args, self.limit))


class NestingTooDeep(MultipartLimitError):
    """Multiparts are nested deeper than the limit, or where none may be."""


class PartHeaderTooLong(LineTooLong, MultipartLimitError):
    """A header line of a part is longer than its limit."""

    def __init__(self, line: bytes, limit: int, actual_size: int) -> None:
        super().__init__(line, limit, actual_size)
        self.limit = limit

    def __reduce__(self) -> tuple[object, ...]:
        return (type(self), self.args)


class TooManyFields(MultipartLimitError):
    """A form has more fields than its limit."""

    def __init__(self, limit: int) -> None:
        super().__init__(f"Maximum number of form fields {limit} exceeded.", limit)

    def __reduce__(self) -> tuple[object, ...]:
        return (type(self), (self.limit,))


class BodyTooLarge(MultipartLimitError):
    """A body, or a part that is read as a whole, has more bytes than its limit."""

    def __init__(self, limit: int) -> None:
        super().__init__(f"Maximum request body size {limit} exceeded.", limit)

    def __reduce__(self) -> tuple[object, ...]:
        return (type(self), (self.limit,))
