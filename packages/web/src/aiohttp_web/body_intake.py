"""The way of a request's body from the parser into its stream.

Laws
* Pieces are pulled only while the connection is not paused; what nobody wants yet stays bytes in
  the parser.
* Content codings are undone by the core's decoding stream, in bounded steps and only as far as
  somebody reads.  What nobody will read is drained raw and never inflated.
* An error comes after everything that was received before it.
"""

from typing import Any

from aiohttp_core.codings import DecodingStream, codings_to_undo
from aiohttp_core.errors import BadHttpMessage, HttpProcessingError
from aiohttp_core.flow import ReadControl
from aiohttp_core.parser import END_OF_CHUNK, ChunkRun, EndOfMessage, RequestParser
from aiohttp_core.streams import StreamReader
from aiohttp_web.payload_errors import RequestPayloadError

__all__ = ("BodyIntake", "arrived_stream")


class _Arrived:
    """The connection of a stream that has everything: there is nothing to pause."""

    __slots__ = ()

    reading_paused = False

    def pause_reading(self) -> None:
        """Do nothing."""

    def resume_reading(self) -> None:
        """Do nothing."""


def arrived_stream(body: bytes, limit: int, read: bool) -> StreamReader:
    """Return the stream of a whole *body*; *read* tells that nothing of it is left to be read."""
    stream = StreamReader(_Arrived(), limit)
    stream.feed_data(body)
    if read:
        stream.read_nowait()
    stream.feed_eof()
    return stream


class BodyIntake:
    """Takes one body out of *parser* for *connection*.

    *limit* is the low-water mark of the stream in bytes, *coding* the Content-Encoding to be
    undone, if any.
    """

    __slots__ = (
        "_connection",
        "_parser",
        "_seen",
        "_sink",
        "complete",
        "failed",
        "received",
        "stream",
    )

    def __init__(
        self,
        connection: ReadControl,
        parser: RequestParser,
        limit: int,
        coding: str | None,
        chunked: bool,
    ) -> None:
        self._connection = connection
        self._parser = parser
        self.complete = False
        """Whether the whole body has come in."""
        self.failed: HttpProcessingError | None = None
        """The error that ended the body."""
        self.received = 0
        """Bytes of the body so far, as they were sent."""
        self._seen = 0
        refused: HttpProcessingError | None = None
        codings: tuple[str, ...] = ()
        if coding is not None:
            try:
                codings = codings_to_undo(coding)
            except HttpProcessingError as exc:
                refused = exc
        self._sink: Any
        self.stream: StreamReader
        if codings:
            self._sink = DecodingStream(connection, codings, limit)
            self.stream = self._sink.reader
        else:
            self._sink = self.stream = StreamReader(connection, limit)
        if chunked:
            self._sink.begin_http_chunk_receiving()
        if refused is not None:
            self._fail(refused)

    def pump(self) -> None:
        """Move what is there and wanted.  Never raises for what a client sent."""
        connection = self._connection
        try:
            while not (self.complete or self.failed is not None or connection.reading_paused):
                event = self._parser.next_event()
                if event is None:
                    return
                if type(event) is bytes:
                    self.received += len(event)
                    self._sink.feed_data(event)
                elif event is END_OF_CHUNK:
                    self._sink.end_http_chunk_receiving()
                elif isinstance(event, ChunkRun):
                    self.received += len(event.data)
                    self._sink.feed_chunks(event.data, event.ends)
                elif isinstance(event, EndOfMessage):
                    self.complete = True
                    self._sink.feed_eof(event.trailers)
        except HttpProcessingError as exc:
            self._fail(exc)

    def fresh(self) -> int:
        """Return how many bytes have come since this was asked last."""
        fresh = self.received - self._seen
        self._seen = self.received
        return fresh

    def drain(self) -> None:
        """Drop what is there, raw."""
        try:
            while not self.complete:
                event = self._parser.next_event()
                if event is None:
                    return
                if type(event) is bytes:
                    self.received += len(event)
                elif isinstance(event, ChunkRun):
                    self.received += len(event.data)
                elif isinstance(event, EndOfMessage):
                    self.complete = True
        except HttpProcessingError as exc:
            self.failed = exc

    def fail(self, error: RequestPayloadError) -> None:
        """End the body by *error*, behind what was received."""
        if not self.complete and self.failed is None:
            self.failed = BadHttpMessage(str(error))
            self._sink.feed_error(error)

    def forbid(self, error: BaseException) -> None:
        """Let all further reads raise *error*; nothing more is decoded."""
        self._sink.set_exception(error)

    def _fail(self, exc: HttpProcessingError) -> None:
        self.failed = exc
        error = RequestPayloadError(exc.message)
        error.__cause__ = exc
        self._sink.feed_error(error)
