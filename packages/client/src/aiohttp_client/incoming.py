"""What comes back for one request: first the head, then the body.

Laws
* A body that is complete with its head stays bytes: no stream is made unless somebody asks for one.
* A coded body is decoded in bounded steps, and no further than its reader keeps up
  (spec row ADD-068).
* The stream of a complete body has no connection: nothing done to it can disturb the next user of
  the socket.
"""

import asyncio
from typing import TYPE_CHECKING, Any, Final, Protocol

from aiohttp_core.chunked import END_OF_CHUNK, ChunkRun
from aiohttp_core.codings.decoders import make_decoder
from aiohttp_core.head import ResponseHead
from aiohttp_core.streams import EMPTY_PAYLOAD, StreamReader

if TYPE_CHECKING:
    import cython
else:
    from aiohttp_core import interpreted as cython

__all__ = ("DECODED", "Incoming")

COMPILED: bool = cython.compiled
"""Whether this module runs compiled."""

DECODED: Final = frozenset(("gzip", "x-gzip", "deflate", "br", "zstd"))
"""The content codings that are decoded; others are handed on as they came (spec row ADD-064).
``x-gzip`` means ``gzip`` (RFC 9110 section 8.4.1.3)."""

DECODE_STEP: Final = 2**18
"""So many bytes come out of a decoder at once."""


class Lease(Protocol):
    """The holder's tie to the connection."""

    @property
    def protocol(self) -> Any:
        """The connection, or ``None`` when the lease is over."""

    def end(self) -> Any:
        """Cut the tie."""


class Carrier(Protocol):
    """The connection that carries an exchange."""

    reading_paused: bool

    transport: Any

    writing: bool
    """Whether the request is not yet written completely."""

    async def until_sent(self) -> None:
        """Wait until the transport has taken a request that it has as a whole, or is lost."""

    def hand_over(self, protocol: asyncio.BaseProtocol, /) -> bytes:
        """Let *protocol* have the transport; return the bytes received for it already."""

    def connection_lost(self, exc: BaseException | None, /) -> None:
        """The transport that was handed over is gone."""

    def pause_reading(self) -> None:
        """Stop feeding."""

    def resume_reading(self) -> None:
        """Feed again."""

    def lease_to(self, incoming: "Incoming", /) -> Lease:
        """Return the lease of the exchange, made now if it began without one."""

    def abort_exchange(self, incoming: "Incoming", /) -> None:
        """Give the exchange up."""

    def finish_buffered(self, incoming: "Incoming", /) -> bool:
        """Throw away what is buffered; tell whether the response is complete then."""


class _Detached:
    """The connection of a body that is complete: there is nothing to pause any more."""

    __slots__ = ()

    reading_paused = False

    def pause_reading(self) -> None:
        """Do nothing."""

    def resume_reading(self) -> None:
        """Do nothing."""


_DETACHED: Final = _Detached()


class Incoming:
    """What comes back for one request: first the head, then the body.

    Await :attr:`waiter` for the head.  The body is ``pieces`` if it was complete by then, else a
    stream; :meth:`take_stream` gives a stream in both cases.
    """

    announced: bool
    coded: bool
    """Whether a decoder is at work."""
    complete: bool
    """Whether the whole response has arrived."""
    connection: Carrier | None
    """The connection, until the exchange is over."""
    deadline: float
    """When the total timeout expires, in the time of the loop; kept for who sends once more."""
    decompress: bool
    head: ResponseHead | None
    lease: Lease | None
    limit: int
    pieces: list[Any] | None
    """Body events that came with the head, as long as there is no stream."""
    request: Any
    """What was sent, for who makes the response."""
    sets_cookies: bool
    """Whether the head has a ``Set-Cookie`` field."""
    stream: StreamReader | None
    trailers: Any
    upgrade: bool
    """Whether the request asked for another protocol."""
    waiter: "asyncio.Future[None]"
    wants_cookies: bool
    """Whether :attr:`sets_cookies` is of interest."""
    whole: bytes | None
    """The body, if it came whole with the head."""
    _decoder: Any

    def __init__(
        self,
        connection: Carrier,
        lease: Lease | None,
        waiter: "asyncio.Future[None]",
        limit: int,
        decompress: bool,
        upgrade: bool,
    ) -> None:
        self.connection = connection
        self.lease = lease
        self.waiter = waiter
        self.limit = limit
        self.decompress = decompress
        self.upgrade = upgrade

    def body(self) -> bytes | None:
        """Return the whole body if it is here as plain bytes and no stream was made of it."""
        if not self.complete or self.stream is not None:
            return None
        if self.whole is not None:
            return self.whole
        pieces = self.pieces
        if pieces is None:
            return b""
        if len(pieces) == 1:
            only: bytes = pieces[0].data if type(pieces[0]) is ChunkRun else pieces[0]
            return only
        return b"".join(
            [
                piece.data if type(piece) is ChunkRun else piece
                for piece in pieces
                if piece is not END_OF_CHUNK
            ]
        )

    def take_stream(self) -> StreamReader:
        """Return the body as a stream, made now if it was not needed before."""
        if self.stream is None:
            if self.complete and self.pieces is None and self.whole is None:
                if self.trailers is None:
                    return EMPTY_PAYLOAD
            self.open_stream()
        stream = self.stream
        if stream is None:  # pragma: no cover - for the type checker: it was just made
            return EMPTY_PAYLOAD
        return stream

    def abort(self) -> None:
        """Give the exchange up: the connection is closed unless the exchange is over."""
        connection = self.connection
        if connection is not None:
            connection.abort_exchange(self)

    # -- the connection's side --------------------------------------------------------------------

    def add(self, piece: Any) -> None:
        """Take a body event (called by the connection)."""
        stream = self.stream
        if stream is not None:
            if piece is END_OF_CHUNK:
                stream.end_http_chunk_receiving()
            elif type(piece) is ChunkRun:
                # The parser gathers no chunks of a coded body: see take_head of the connection.
                stream.feed_chunks(piece.data, piece.ends)
            elif self._decoder is None:
                stream.feed_data(piece)
            else:
                stream.count_raw(len(piece))
                stream.feed_data(self._decoder.decode(piece, self._decode_step()))
        elif self.pieces is None:
            self.pieces = [piece]
        else:
            self.pieces.append(piece)

    def announce(self) -> None:
        """Wake who waits for the head."""
        self.announced = True
        try:
            self.waiter.set_result(None)
        except asyncio.InvalidStateError:
            pass  # cancelled: whoever waited gives the exchange up when its turn comes

    def fail(self, error: BaseException) -> None:
        """End with *error*: for who waits for the head, else for the body's reader."""
        self.connection = None
        lease = self.lease
        if lease is not None:
            lease.end()
        if self.head is None:
            if not self.waiter.done():
                self.waiter.set_exception(error)
        elif not self.announced:
            self.open_stream()
            self.announce()
        if self.stream is not None:
            self.stream.feed_error(error)

    def _decode_step(self) -> int:
        """Return how much may come out of the decoder at once (spec row ADD-068)."""
        return self.limit if self.limit > DECODE_STEP else DECODE_STEP

    def decode_more(self) -> bool:
        """Do one step with input that the decoder holds; return whether there was any."""
        decoder = self._decoder
        stream = self.stream
        if decoder is None or stream is None or decoder.needs_input:
            return False
        stream.feed_data(decoder.decode(b"", self._decode_step()))
        return True

    def end_decoding(self) -> None:
        """The body is complete; raise if its coding is not."""
        if self._decoder is not None:
            self._decoder.finish()

    def open_stream(self) -> None:
        """Make the stream, if there is none, and move into it what is here."""
        if self.stream is not None:
            return
        head = self.head
        connection = self.connection
        control: Any = _DETACHED if self.complete or connection is None else connection
        stream = StreamReader(control, self.limit)
        if head is not None:
            if head.chunked:
                stream.begin_http_chunk_receiving()
            if self.decompress and head.content_encoding in DECODED:
                self._decoder = make_decoder(head.content_encoding)
                self.coded = True
        self.stream = stream
        if self.whole is not None:
            stream.feed_data(self.whole)
            self.whole = None
        pieces = self.pieces
        self.pieces = None
        if pieces is not None:
            for piece in pieces:
                self.add(piece)
        if self.complete:
            stream.feed_eof(self.trailers)


if not cython.compiled:
    # What the fields of a compiled object hold from the start.  As attributes of the class they
    # cost nothing for the many exchanges that never change them.
    for _name in ("connection", "head", "lease", "pieces", "request", "stream", "trailers"):
        setattr(Incoming, _name, None)
    for _name in ("announced", "coded", "complete", "sets_cookies", "upgrade", "wants_cookies"):
        setattr(Incoming, _name, False)
    Incoming.whole = Incoming._decoder = None
    Incoming.deadline = 0.0
