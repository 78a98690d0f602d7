"""The way of a request's body from the parser into its stream.

Laws
* Pieces are pulled only while the reader wants more; what it does not want stays bytes in the
  parser, and the transport is paused.
* A content coding is decoded on the way, in bounded steps, only for a reader.  What nobody will
  read is drained raw and never inflated.
* An error comes after everything that was received before it.
"""

from typing import Any, Final

from aiohttp_core.codings.decoders import Decoder, make_decoder
from aiohttp_core.errors import BadHttpMessage, ContentEncodingError, HttpProcessingError
from aiohttp_core.parser import END_OF_CHUNK, EndOfMessage, RequestParser
from aiohttp_core.streams import StreamReader
from aiohttp_web.payload_errors import RequestPayloadError

__all__ = ("BodyIntake",)

_CODINGS: Final = frozenset({"gzip", "deflate", "br", "zstd"})

STEP: Final = 2**18
"""Most bytes that one decoding step gives (ADD-068)."""


class BodyIntake:
    """Feeds *stream* from *parser*; made for one request with a body."""

    __slots__ = ("_decoder", "_parser", "complete", "failed", "received", "stream")

    def __init__(
        self, parser: RequestParser, stream: StreamReader, coding: str | None, chunked: bool
    ) -> None:
        self._parser = parser
        self.stream = stream
        self.complete = False
        """Whether the whole body has come in."""
        self.failed: HttpProcessingError | None = None
        """The error that ended the body."""
        self.received = 0
        """Bytes of the body so far, as they were sent."""
        self._decoder: Decoder | None = None
        if chunked:
            stream.begin_http_chunk_receiving()
        if coding in _CODINGS:
            try:
                self._decoder = make_decoder(coding)
            except ContentEncodingError as exc:
                self._fail(exc)

    def pump(self) -> None:
        """Move what is there and wanted.  Never raises for what a client sent."""
        stream = self.stream
        if self.failed is not None:
            return
        try:
            while stream.wants_more and not self.complete:
                if self._decoder is not None and not self._decoder.needs_input:
                    self._decode(b"")
                    continue
                event = self._parser.next_event()
                if event is None:
                    return
                if isinstance(event, bytes):
                    self._take(event)
                elif event is END_OF_CHUNK:
                    stream.end_http_chunk_receiving()
                else:
                    self._end(event)
        except HttpProcessingError as exc:
            self._fail(exc)

    def fail(self, error: RequestPayloadError) -> None:
        """End the body by *error*, behind what was received."""
        if not self.complete and self.failed is None:
            self.failed = BadHttpMessage(str(error))
            self.stream.feed_error(error)

    def _fail(self, exc: HttpProcessingError) -> None:
        self.failed = exc
        error = RequestPayloadError(exc.message)
        error.__cause__ = exc
        self.stream.feed_error(error)

    def drain(self) -> None:
        """Drop what is there, raw."""
        try:
            while not self.complete:
                event = self._parser.next_event()
                if event is None:
                    return
                if isinstance(event, bytes):
                    self.received += len(event)
                elif isinstance(event, EndOfMessage):
                    self.complete = True
        except HttpProcessingError as exc:
            self.failed = exc

    def _take(self, piece: bytes) -> None:
        self.received += len(piece)
        if self._decoder is None:
            self.stream.feed_data(piece)
        else:
            self.stream.count_raw(len(piece))
            self._decode(piece)

    def _decode(self, piece: bytes) -> None:
        decoder: Any = self._decoder
        decoded = decoder.decode(piece, STEP)
        if decoded:
            self.stream.feed_data(decoded)

    def _end(self, event: Any) -> None:
        if self._decoder is not None:
            self._decoder.finish()
        self.complete = True
        self.stream.feed_eof(event.trailers)
