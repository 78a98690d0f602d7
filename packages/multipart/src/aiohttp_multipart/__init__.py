"""Multipart bodies and forms: a sans-IO parser, readers, writers, ``FormData`` and form parsing.

Independent of client and server; both stand on it.
"""

from aiohttp_core.fields.content_disposition import (
    BadContentDispositionHeader,
    BadContentDispositionParam,
    content_disposition_filename,
    parse_content_disposition,
)
from aiohttp_multipart.body_part import BodyPartReader
from aiohttp_multipart.errors import (
    BadCharsetField,
    BadPartHeader,
    BodyTooLarge,
    BoundaryError,
    MultipartError,
    MultipartLimitError,
    NestingTooDeep,
    PartCharsetError,
    PartDecodingError,
    PartHeaderTooLong,
    TooManyFields,
    UnknownEncoding,
)
from aiohttp_multipart.form_data import FormData
from aiohttp_multipart.form_parser import (
    FileField,
    Form,
    FormValue,
    read_form,
    read_multipart_form,
    read_urlencoded,
)
from aiohttp_multipart.limits import FormLimits, MultipartLimits
from aiohttp_multipart.parser import MultipartParser, PartHead, Signal
from aiohttp_multipart.reader import MultipartReader, MultipartResponseWrapper, ResponseLike
from aiohttp_multipart.writer import BodyPartReaderPayload, MultipartWriter, Part

__all__ = (
    "BadCharsetField",
    "BadContentDispositionHeader",
    "BadContentDispositionParam",
    "BadPartHeader",
    "BodyPartReader",
    "BodyPartReaderPayload",
    "BodyTooLarge",
    "BoundaryError",
    "FileField",
    "Form",
    "FormData",
    "FormLimits",
    "FormValue",
    "MultipartError",
    "MultipartLimitError",
    "MultipartLimits",
    "MultipartParser",
    "MultipartReader",
    "MultipartResponseWrapper",
    "MultipartWriter",
    "NestingTooDeep",
    "Part",
    "PartCharsetError",
    "PartDecodingError",
    "PartHead",
    "PartHeaderTooLong",
    "ResponseLike",
    "Signal",
    "TooManyFields",
    "UnknownEncoding",
    "content_disposition_filename",
    "parse_content_disposition",
    "read_form",
    "read_multipart_form",
    "read_urlencoded",
)
