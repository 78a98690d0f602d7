"""The one vocabulary of protocol errors, and the neutral connection errors.

Laws
* Protocol code raises only what stands here.  ``aiohttp_client`` and ``aiohttp_web`` turn it into
  their public exceptions at one border each.
* An error names the rule that was broken and the offending bytes, escaped and cut to
  :data:`SHOWN_BYTES`, so that a hostile peer can fill neither a log nor a terminal.
* Raising an error loses nothing that came before it: events of earlier messages were delivered.

The tree::

    HttpProcessingError
    └── BadHttpMessage (400)
        ├── HttpBadRequest
        ├── BadStatusLine ── BadHttpMethod
        ├── InvalidHeader
        ├── InvalidURLError
        ├── LineTooLong ── StartLineTooLong (414), FieldTooLong (431)
        ├── HeadTooLarge (431)
        └── PayloadEncodingError
            ├── ContentEncodingError ── DecompressSizeError
            ├── TransferEncodingError
            └── ContentLengthError

    ClientError ── ClientConnectionError ── ClientConnectionResetError (also ConnectionResetError)

    BodyLengthError (a RuntimeError: the application broke its own promise, not the peer)
"""

from collections.abc import Mapping
from typing import Final

__all__ = (
    "BadHttpMessage",
    "BadHttpMethod",
    "BadStatusLine",
    "BodyLengthError",
    "ClientConnectionError",
    "ClientConnectionResetError",
    "ClientError",
    "ContentEncodingError",
    "ContentLengthError",
    "DecompressSizeError",
    "FieldTooLong",
    "HeadTooLarge",
    "HttpBadRequest",
    "HttpProcessingError",
    "InvalidHeader",
    "InvalidURLError",
    "LineTooLong",
    "PayloadEncodingError",
    "StartLineTooLong",
    "TransferEncodingError",
    "show",
)

SHOWN_BYTES: Final = 100
"""How many of the offending bytes a message of an error shows."""


def show(data: bytes | bytearray | memoryview | str) -> str:
    """Return *data* as an escaped literal of at most :data:`SHOWN_BYTES` bytes, for messages."""
    if isinstance(data, str):
        cut = data[:SHOWN_BYTES]
        more = len(data) > SHOWN_BYTES
        shown = repr(cut.encode("utf-8", "backslashreplace"))
    else:
        more = len(data) > SHOWN_BYTES
        shown = repr(bytes(data[:SHOWN_BYTES]))
    return f"{shown}..." if more else shown


class HttpProcessingError(Exception):
    """Something in an HTTP message could not be processed.

    ``code`` is the status a server answers with, ``message`` the text for people and ``headers``
    extra fields for that answer, or ``None``.
    """

    code: int = 0
    message: str = ""
    headers: Mapping[str, str] | None = None

    def __init__(
        self,
        *,
        code: int | None = None,
        message: str = "",
        headers: Mapping[str, str] | None = None,
    ) -> None:
        if code is not None:
            self.code = code
        self.headers = headers
        self.message = message
        super().__init__(self.code, message)

    def __reduce__(self) -> tuple[object, ...]:
        return (_rebuild, (type(self), self.args, self.__dict__))

    def __str__(self) -> str:
        return f"{self.code}, message:\n{self.message}" if self.message else str(self.code)

    def __repr__(self) -> str:
        return f"<{type(self).__name__}: {self.code}, message={self.message!r}>"


def _rebuild(
    cls: type[HttpProcessingError], args: tuple[object, ...], state: dict[str, object]
) -> HttpProcessingError:
    error = cls.__new__(cls, *args)
    error.args = args
    error.__dict__.update(state)
    return error


class BadHttpMessage(HttpProcessingError):
    """A message breaks the grammar or the framing rules of RFC 9112."""

    code = 400
    message = "Bad Request"

    def __init__(self, message: str, *, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(message=message, headers=headers)
        self.args = (message,)


class HttpBadRequest(BadHttpMessage):
    """A request that cannot be served as it was sent."""


class InvalidURLError(BadHttpMessage):
    """A request target in none of the four forms of RFC 9112 section 3.2."""


class BadStatusLine(BadHttpMessage):
    """A start line that breaks RFC 9112 section 3 or 4; ``line`` is that line."""

    def __init__(self, line: str = "", error: str | None = None) -> None:
        super().__init__(error or f"Bad start line {show(line)}")
        self.args = (line,)
        self.line = line


class BadHttpMethod(BadStatusLine):
    """A method that is no RFC 9110 token."""

    def __init__(self, line: str = "", error: str | None = None) -> None:
        super().__init__(line, error or f"Bad HTTP method in start line {show(line)}")


class InvalidHeader(BadHttpMessage):
    """A field line that breaks RFC 9112 section 5; ``hdr`` is the line or its name."""

    def __init__(self, hdr: bytes | str, error: str | None = None) -> None:
        super().__init__(error or f"Invalid HTTP header: {show(hdr)}")
        self.args = (hdr,)
        self.hdr = hdr


class LineTooLong(BadHttpMessage):
    """A line is longer than its limit allows."""

    def __init__(
        self,
        line: str | bytes,
        limit: str | int = "Unknown",
        actual_size: str | int = "Unknown",
    ) -> None:
        super().__init__(f"Got more than {limit} bytes ({actual_size}) when reading {show(line)}.")
        self.args = (line, limit, actual_size)


class StartLineTooLong(LineTooLong):
    """The request line is longer than ``max_line_size`` (RFC 9110 section 15.5.15)."""

    code = 414


class FieldTooLong(LineTooLong):
    """A field is longer than ``max_field_size`` (RFC 6585 section 5)."""

    code = 431


class HeadTooLarge(BadHttpMessage):
    """Too many fields, or a head larger than ``max_head_size`` (RFC 6585 section 5)."""

    code = 431


class PayloadEncodingError(BadHttpMessage):
    """The body of a message cannot be decoded."""


class ContentEncodingError(PayloadEncodingError):
    """The data of a content coding is corrupt or ends too early (RFC 9110 section 8.4)."""


class DecompressSizeError(ContentEncodingError):
    """Decoded data passes a limit on size, ratio or number of members."""


class TransferEncodingError(PayloadEncodingError):
    """Chunked framing is broken or ends too early (RFC 9112 section 7.1)."""


class ContentLengthError(PayloadEncodingError):
    """The body is shorter than its Content-Length (RFC 9112 section 8)."""


class ClientError(Exception):
    """Base of everything that goes wrong between two peers.

    It lives in the core, under its historical name, because both sides raise
    :class:`ClientConnectionResetError`; the rest of the family is defined by ``aiohttp_client``.
    """


class ClientConnectionError(ClientError):
    """The connection failed or is gone."""


class ClientConnectionResetError(ClientConnectionError, ConnectionResetError):
    """Something was written to a connection that is closing or closed (spec row ADD-413)."""


class BodyLengthError(RuntimeError):
    """What an application writes differs from the Content-Length that it declared.

    Raised before anything beyond the declared length reaches the wire; after a body that stayed
    too short the connection must be closed, because the peer waits for the rest.
    """
