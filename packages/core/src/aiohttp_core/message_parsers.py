"""Parsers that push: bytes in, pairs of head and body stream out (spec rows ADD-993, ADD-995).

The interface that extensions of aiohttp 3 know, on top of the pull parsers; what reads a
connection in this family uses those directly.

Laws
* What came before a broken byte is returned by the call that fed it; the error is raised by the
  next call, and set on the body that it broke.
* A body is not decoded: its content coding is the affair of whoever reads it.
"""

import asyncio
from abc import ABC, abstractmethod
from itertools import takewhile
from typing import Any, Final, Generic, TypeVar

from multidict import CIMultiDictProxy

from aiohttp_core.chunked import ChunkRun, EndOfChunk, EndOfMessage
from aiohttp_core.errors import BadHttpMessage, HttpProcessingError, show
from aiohttp_core.flow import BaseProtocol
from aiohttp_core.head import RequestHead, ResponseHead
from aiohttp_core.limits import HeadLimits
from aiohttp_core.parser import ParserState, RequestParser, ResponseParser
from aiohttp_core.raw_messages import RawRequestMessage, RawResponseMessage
from aiohttp_core.streams import EMPTY_PAYLOAD, StreamReader

__all__ = ("HeadersParser", "HttpParser", "HttpRequestParser", "HttpResponseParser")

MessageT = TypeVar("MessageT", RawRequestMessage, RawResponseMessage)

_START_LINE: Final = b"HTTP/1.1 200 OK"


def _limits(max_line_size: int, max_field_size: int, max_headers: int) -> HeadLimits:
    return HeadLimits(
        max_line_size=max_line_size, max_field_size=max_field_size, max_headers=max_headers
    )


class HttpParser(ABC, Generic[MessageT]):
    """What both parsers share.

    *protocol* is paused and resumed by the bodies, *limit* is their low-water mark in bytes.  The
    remaining arguments are the limits of one head.
    """

    def __init__(
        self,
        protocol: BaseProtocol | None = None,
        loop: asyncio.AbstractEventLoop | None = None,
        limit: int = 2**16,
        max_line_size: int = 8190,
        max_headers: int = 128,
        max_field_size: int = 8190,
        **options: Any,
    ) -> None:
        self.protocol = BaseProtocol() if protocol is None else protocol
        self.loop = loop
        self._limit = limit
        self._options = options
        self._parser = self._make_parser(_limits(max_line_size, max_field_size, max_headers))
        self._body: StreamReader | None = None
        self._error: HttpProcessingError | None = None

    @abstractmethod
    def _make_parser(self, limits: HeadLimits) -> RequestParser | ResponseParser:
        """Return the pull parser."""

    @abstractmethod
    def _message(self, head: RequestHead | ResponseHead) -> MessageT:
        """Return *head* as a tuple."""

    def feed_data(self, data: bytes) -> tuple[list[tuple[MessageT, StreamReader]], bool, bytes]:
        """Parse *data*.

        Returns the heads that are complete, each with its body, whether the protocol is switched
        after the last of them, and the bytes behind the switch.  Raises
        :exc:`HttpProcessingError` for what is no message.
        """
        if self._error is not None:
            raise self._error
        parser = self._parser
        if parser.state is ParserState.SWITCH:
            return [], True, data
        parser.feed(data)
        messages = self._pull()
        if self._error is not None and not messages:
            raise self._error
        if parser.state is ParserState.SWITCH:
            return messages, True, parser.take_tail()
        return messages, False, b""

    def feed_eof(self) -> MessageT | None:
        """Take note of the end of the connection; a body that is not complete gets an error."""
        self._parser.feed_eof()
        messages = self._pull()
        if self._error is not None and self._body is None and not messages:
            raise self._error
        return messages[-1][0] if messages else None

    def _pull(self) -> list[tuple[MessageT, StreamReader]]:
        messages: list[tuple[MessageT, StreamReader]] = []
        try:
            while (event := self._parser.next_event()) is not None:
                if isinstance(event, (RequestHead, ResponseHead)):
                    messages.append((self._message(event), self._begin_body(event)))
                elif self._body is not None:
                    self._feed_body(self._body, event)
        except HttpProcessingError as exc:
            self._error = exc
            if self._body is not None:
                self._body.feed_error(exc)
        return messages

    def _begin_body(self, head: RequestHead | ResponseHead) -> StreamReader:
        if not head.has_body:
            return EMPTY_PAYLOAD
        body = self._body = StreamReader(self.protocol, self._limit, loop=self.loop)
        if head.chunked:
            body.begin_http_chunk_receiving()
        return body

    def _feed_body(
        self, body: StreamReader, event: bytes | ChunkRun | EndOfChunk | EndOfMessage
    ) -> None:
        if isinstance(event, bytes):
            body.feed_data(event)
        elif isinstance(event, ChunkRun):
            body.feed_chunks(event.data, event.ends)
        elif isinstance(event, EndOfMessage):
            body.feed_eof(event.trailers)
            self._body = None
        else:
            body.end_http_chunk_receiving()


class HttpRequestParser(HttpParser[RawRequestMessage]):
    """Requests of one connection."""

    def _make_parser(self, limits: HeadLimits) -> RequestParser:
        return RequestParser(limits, gather_chunks=True)

    def _message(self, head: RequestHead | ResponseHead) -> RawRequestMessage:
        if not isinstance(head, RequestHead):
            raise TypeError("A request parser gives heads of requests")
        return head.to_raw_message()


class HttpResponseParser(HttpParser[RawResponseMessage]):
    """Responses of one connection, each taken as the answer to a request with *method*."""

    def _make_parser(self, limits: HeadLimits) -> ResponseParser:
        parser = ResponseParser(limits, gather_chunks=True)
        self._expect(parser)
        return parser

    def _expect(self, parser: ResponseParser) -> None:
        parser.expect(
            self._options.get("method") or "GET",
            read_until_eof=self._options.get("read_until_eof", False),
        )

    def _message(self, head: RequestHead | ResponseHead) -> RawResponseMessage:
        if not isinstance(head, ResponseHead):
            raise TypeError("A response parser gives heads of responses")
        parser = self._parser
        if isinstance(parser, ResponseParser) and not head.informational:
            self._expect(parser)
        return head.to_raw_message()


class HeadersParser:
    """Parses header fields that were split into lines."""

    def __init__(
        self,
        max_line_size: int = 8190,
        max_headers: int = 32768,
        max_field_size: int = 8190,
        lax: bool = False,
    ) -> None:
        self._limits = _limits(max_line_size, max_field_size, max_headers)
        self._lax = lax

    def parse_headers(
        self, lines: list[bytes]
    ) -> tuple[CIMultiDictProxy[str], tuple[tuple[bytes, bytes], ...]]:
        """Return the fields in *lines*, decoded and raw.

        The first line is the start line, which is not looked at; an empty line ends the fields.
        Raises :exc:`HttpProcessingError` for what is no field.
        """
        parser = ResponseParser(self._limits, strict=not self._lax)
        parser.expect("HEAD")
        fields = list(takewhile(bool, lines[1:]))
        for line in fields:
            if b"\n" in line or b"\r" in line:
                raise BadHttpMessage(f"Line break in header field {show(line)}")
        parser.feed(b"\r\n".join((_START_LINE, *fields, b"", b"")))
        head = parser.next_event()
        if not isinstance(head, ResponseHead):
            raise BadHttpMessage(f"Incomplete header fields: {show(b', '.join(fields))}")
        return head.headers, head.raw_headers
