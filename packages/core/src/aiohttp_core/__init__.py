"""HTTP/1.1 messages for asyncio: the core shared by client and server."""

from typing import TYPE_CHECKING

from aiohttp_core.extensions import NO_EXTENSIONS, prefer_sources

if NO_EXTENSIONS:
    prefer_sources()

from aiohttp_core.body_length import BodyLength
from aiohttp_core.caller_warnings import warn_caller
from aiohttp_core.codings import ZLibBackendProtocol, set_zlib_backend
from aiohttp_core.errors import (
    BadHttpMessage,
    BadHttpMethod,
    BadStatusLine,
    BodyLengthError,
    ClientConnectionError,
    ClientConnectionResetError,
    ClientError,
    ContentEncodingError,
    ContentLengthError,
    DecompressSizeError,
    FieldTooLong,
    HeadTooLarge,
    HttpBadRequest,
    HttpProcessingError,
    InvalidHeader,
    InvalidURLError,
    LineTooLong,
    PayloadEncodingError,
    StartLineTooLong,
    TransferEncodingError,
)
from aiohttp_core.fields.content_type import MimeType, parse_content_type, parse_mimetype
from aiohttp_core.flow import BaseProtocol
from aiohttp_core.head import COMPILED, MessageHead, RequestHead, ResponseHead
from aiohttp_core.late_names import late_names, listing
from aiohttp_core.limits import DEFAULT_LIMITS, HeadLimits
from aiohttp_core.parser import (
    END_OF_CHUNK,
    END_OF_MESSAGE,
    EndOfChunk,
    EndOfMessage,
    ParserState,
    RequestParser,
    ResponseParser,
)
from aiohttp_core.payload import (
    PAYLOAD_REGISTRY,
    AsyncIterablePayload,
    BufferedReaderPayload,
    BytesIOPayload,
    BytesPayload,
    IOBasePayload,
    JsonBytesPayload,
    JsonPayload,
    Order,
    Payload,
    PayloadRegistry,
    Replay,
    StreamReaderPayload,
    StringIOPayload,
    StringPayload,
    TextIOPayload,
    get_payload,
    payload_type,
    register_payload,
)
from aiohttp_core.raw_messages import RawRequestMessage, RawResponseMessage
from aiohttp_core.streams import (
    EMPTY_PAYLOAD,
    DataQueue,
    EmptyStreamReader,
    EofStream,
    FlowControlDataQueue,
    StreamReader,
)
from aiohttp_core.structures import ChainMapProxy
from aiohttp_core.versions import HttpVersion, HttpVersion10, HttpVersion11
from aiohttp_core.writer import AbstractStreamWriter, StreamWriter

if TYPE_CHECKING:
    from aiohttp_core.composed import compose_request_head
    from aiohttp_core.fields.content_disposition import (
        BadContentDispositionHeader,
        BadContentDispositionParam,
        content_disposition_filename,
        content_disposition_header,
        parse_content_disposition,
    )
    from aiohttp_core.fields.dates import parse_http_date
    from aiohttp_core.fields.etags import ETag
else:
    # What few messages need.
    __getattr__ = late_names(
        __name__,
        {
            "BadContentDispositionHeader": "aiohttp_core.fields.content_disposition",
            "BadContentDispositionParam": "aiohttp_core.fields.content_disposition",
            "ETag": "aiohttp_core.fields.etags",
            "compose_request_head": "aiohttp_core.composed",
            "content_disposition_filename": "aiohttp_core.fields.content_disposition",
            "content_disposition_header": "aiohttp_core.fields.content_disposition",
            "parse_content_disposition": "aiohttp_core.fields.content_disposition",
            "parse_http_date": "aiohttp_core.fields.dates",
        },
    )
    __dir__ = listing(__name__)

__all__ = (
    "AbstractStreamWriter",
    "AsyncIterablePayload",
    "BadContentDispositionHeader",
    "BadContentDispositionParam",
    "BadHttpMessage",
    "BadHttpMethod",
    "BadStatusLine",
    "BaseProtocol",
    "BodyLength",
    "BodyLengthError",
    "BufferedReaderPayload",
    "BytesIOPayload",
    "BytesPayload",
    "COMPILED",
    "ChainMapProxy",
    "ClientConnectionError",
    "ClientConnectionResetError",
    "ClientError",
    "ContentEncodingError",
    "ContentLengthError",
    "DEFAULT_LIMITS",
    "DataQueue",
    "DecompressSizeError",
    "EMPTY_PAYLOAD",
    "END_OF_CHUNK",
    "END_OF_MESSAGE",
    "ETag",
    "EmptyStreamReader",
    "EndOfChunk",
    "EndOfMessage",
    "EofStream",
    "FieldTooLong",
    "FlowControlDataQueue",
    "HeadLimits",
    "HeadTooLarge",
    "HttpBadRequest",
    "HttpProcessingError",
    "HttpVersion",
    "HttpVersion10",
    "HttpVersion11",
    "IOBasePayload",
    "InvalidHeader",
    "InvalidURLError",
    "JsonBytesPayload",
    "JsonPayload",
    "LineTooLong",
    "MessageHead",
    "MimeType",
    "Order",
    "PAYLOAD_REGISTRY",
    "ParserState",
    "Payload",
    "PayloadEncodingError",
    "PayloadRegistry",
    "RawRequestMessage",
    "RawResponseMessage",
    "Replay",
    "RequestHead",
    "RequestParser",
    "ResponseHead",
    "ResponseParser",
    "StartLineTooLong",
    "StreamReader",
    "StreamReaderPayload",
    "StreamWriter",
    "StringIOPayload",
    "StringPayload",
    "TextIOPayload",
    "TransferEncodingError",
    "ZLibBackendProtocol",
    "compose_request_head",
    "content_disposition_filename",
    "content_disposition_header",
    "get_payload",
    "parse_content_disposition",
    "parse_content_type",
    "parse_http_date",
    "parse_mimetype",
    "payload_type",
    "register_payload",
    "set_zlib_backend",
    "warn_caller",
)
