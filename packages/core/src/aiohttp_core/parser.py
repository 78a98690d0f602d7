"""HTTP/1.1 messages out of bytes: a pull interface (RFC 9112).

Laws
* ``feed`` only takes bytes; ``next_event`` judges them, one event per call.  So everything that
  came before a broken byte is delivered before the error is raised.
* After an error the parser is ``FAILED`` for good, and after a message that ends the connection it
  is ``CLOSED``: what follows is thrown away unread.
* A piece of a body that is a whole feed is handed on as it is, without a copy.
* States::

      HEAD -> LENGTH | CHUNKED | UNTIL_EOF -> HEAD | SWITCH | CLOSED
      HEAD -> HEAD | SWITCH | CLOSED              a message without a body
      SWITCH -> HEAD | CLOSED                     decline_switch(), take_tail()
      any -> FAILED                               an error
"""

from collections import deque
from enum import Enum
from typing import Final

from aiohttp_core.chunked import (
    END_OF_CHUNK,
    END_OF_MESSAGE,
    ChunkedDecoder,
    ChunkRun,
    EndOfChunk,
    EndOfMessage,
)
from aiohttp_core.errors import BadHttpMessage, ContentLengthError, TransferEncodingError, show
from aiohttp_core.head import MessageHead, RequestHead, ResponseHead
from aiohttp_core.head_scanner import HeadScanner
from aiohttp_core.limits import DEFAULT_LIMITS, HeadLimits

__all__ = (
    "END_OF_CHUNK",
    "END_OF_MESSAGE",
    "ChunkRun",
    "EndOfChunk",
    "EndOfMessage",
    "ParserState",
    "RequestParser",
    "ResponseParser",
)


class ParserState(Enum):
    """What a parser waits for."""

    HEAD = 0
    LENGTH = 1
    CHUNKED = 2
    UNTIL_EOF = 3
    SWITCH = 4
    FAILED = 5
    CLOSED = 6


_STATES: Final = tuple(ParserState)

# The same as numbers: reading the value of an enum member is slow.
_HEAD: Final = 0
_LENGTH: Final = 1
_CHUNKED: Final = 2
_UNTIL_EOF: Final = 3
_SWITCH: Final = 4
_FAILED: Final = 5
_CLOSED: Final = 6


class MessageParser:
    """What both parsers share: the waiting bytes and the bodies."""

    __slots__ = (
        "_after",
        "_data",
        "_declared",
        "_decoder",
        "_eof",
        "_left",
        "_pos",
        "_queue",
        "_queued",
        "_scanner",
        "_state",
        "_tunnel",
    )

    _data: bytes
    _pos: int
    _queue: deque[bytes] | None
    _queued: int
    _left: int
    _declared: int
    _state: int
    _after: int
    _eof: bool
    _tunnel: bool

    def __init__(
        self, limits: HeadLimits, *, request: bool, lenient: bool, gather_chunks: bool
    ) -> None:
        self._scanner = HeadScanner(limits, request=request, lenient=lenient)
        self._decoder = ChunkedDecoder(limits, self._scanner, lenient=lenient, gather=gather_chunks)
        self._queue = None  # made when it is needed: an empty one is larger than the parser
        self._queued = 0
        self._data = b""
        self._pos = 0
        self._left = 0
        self._declared = 0
        self._state = _HEAD
        self._after = _HEAD
        self._eof = False
        self._tunnel = False

    @property
    def state(self) -> ParserState:
        """What the parser waits for."""
        return _STATES[self._state]

    @property
    def failed(self) -> bool:
        """Whether an error was raised: nothing more comes out of this parser."""
        return self._state == _FAILED

    @property
    def buffered(self) -> int:
        """How many fed bytes are kept that belong to no event yet.

        More than zero while no message is expected means that the peer has sent what nobody asked
        for: such a connection must not be used again (ADD-055, ADD-057).
        """
        held = self._decoder.held if self._state == _CHUNKED else self._scanner.held
        return len(self._data) - self._pos + self._queued + held

    def feed(self, data: bytes) -> None:
        """Take bytes from the wire.  Never raises for what they contain.

        Bytes that come in state ``FAILED`` or ``CLOSED`` are thrown away.  The caller bounds what
        waits here by pulling events before it reads on.
        """
        if self._state >= _FAILED or not data:
            return
        if type(data) is not bytes:
            data = bytes(data)
        if self._pos >= len(self._data):
            self._data = data
            self._pos = 0
        else:
            if self._queue is None:
                self._queue = deque()
            self._queue.append(data)
            self._queued += len(data)

    def feed_eof(self) -> None:
        """Take note that the peer will send nothing more."""
        self._eof = True

    def gather_chunks(self, on: bool) -> None:
        """Say whether small chunks are given in runs from now on."""
        self._decoder.gather = on

    def take_tail(self) -> bytes:
        """Return the bytes behind the message in state ``SWITCH``: they belong to another protocol.

        The parser is ``CLOSED`` after that.  Raises :class:`RuntimeError` in any other state.
        """
        if self._state != _SWITCH:
            raise RuntimeError("the parser is not at a switch of protocols")
        tail = b"".join((self._data[self._pos :], *(self._queue or ())))
        self._close(_CLOSED)
        return tail

    def decline_switch(self) -> None:
        """Go on with HTTP/1.1 in state ``SWITCH``, where the connection allows that.

        After a CONNECT it does not: nobody knows what the bytes behind it are.  Raises
        :class:`RuntimeError` in any other state.
        """
        if self._state != _SWITCH:
            raise RuntimeError("the parser is not at a switch of protocols")
        if self._tunnel:
            self._close(_CLOSED)
        else:
            self._state = _HEAD
            self._scanner.begin()

    def take_body(self) -> bytes | None:
        """Return the body of the head that came last, if all of it is here: the message is over.

        ``None`` if it is not, or has no declared length, or was begun: pull events then.  It
        stands for two events, which is what most messages of a connection consist of.
        """
        data = p = self._data
        left = self._left
        if self._state != _LENGTH or left != self._declared:
            return None
        # In this order: a declared length may be the largest number there is.
        if left > len(data) - self._pos:
            return None
        stop = self._pos + left
        body = p[self._pos : stop] if left < len(data) else data
        if stop < len(data):
            self._pos = stop
        else:
            self._data = b""
            self._pos = 0
        self._left = 0
        self._finish()
        return body

    def _close(self, state: int) -> None:
        self._state = state
        self._data = b""
        self._pos = 0
        self._queue = None
        self._queued = 0
        self._scanner.begin()

    def _advance(self) -> bool:
        """Make sure that there are bytes at ``_pos``; tell whether there are."""
        if self._pos < len(self._data):
            return True
        queue = self._queue
        if not queue:
            if self._pos:
                self._data = b""
                self._pos = 0
            return False
        self._data = queue.popleft()
        self._queued -= len(self._data)
        self._pos = 0
        return True

    def _read_head(self) -> bool:
        """Scan waiting bytes for a head; tell whether one is complete."""
        scanner = self._scanner
        while self._pos < len(self._data) or self._advance():
            self._pos = scanner.push(self._data, self._pos)
            if scanner.done:
                return True
        if self._eof:
            if scanner.held:
                raise BadHttpMessage(
                    "The connection was closed in the middle of a message head, "
                    f"after {show(scanner.open_head())}"
                )
            self._close(_CLOSED)
        return False

    def _begin_message(self, head: MessageHead) -> None:
        """Choose the state after *head*."""
        if head.upgrade:
            self._after = _SWITCH
        elif head.keep_alive:
            self._after = _HEAD
        else:
            self._after = _CLOSED
        self._tunnel = not head.keep_alive
        if not head.has_body:
            self._finish()
        elif head.chunked:
            self._decoder.begin()
            self._state = _CHUNKED
        elif head.content_length is not None:
            self._declared = self._left = head.content_length
            self._state = _LENGTH
        else:
            self._state = _UNTIL_EOF

    def _finish(self) -> None:
        """The message is complete."""
        if self._after == _CLOSED:
            self._close(_CLOSED)
        else:
            self._state = self._after
            self._scanner.begin()

    def _read_body(self) -> bytes | ChunkRun | EndOfChunk | EndOfMessage | None:
        if self._state == _CHUNKED:
            return self._read_chunked()
        if self._state == _LENGTH and self._left == 0:
            self._finish()
            return END_OF_MESSAGE
        if not self._advance():
            return self._body_eof() if self._eof else None
        data = p = self._data
        start = self._pos
        stop = len(data)
        if self._state == _LENGTH:
            if self._left < stop - start:
                stop = start + self._left
            self._left -= stop - start
        if stop < len(data):
            self._pos = stop
            return p[start:stop]
        self._data = b""
        self._pos = 0
        return data[start:] if start else data

    def _body_eof(self) -> EndOfMessage:
        if self._state == _UNTIL_EOF:
            self._finish()
            return END_OF_MESSAGE
        raise ContentLengthError(
            f"Body has {self._declared - self._left} bytes of {self._declared} expected ones"
        )

    def _read_chunked(self) -> bytes | ChunkRun | EndOfChunk | EndOfMessage | None:
        while self._advance():
            event = self._decoder.next(self._data, self._pos)
            self._pos = self._decoder.pos
            if event is not None:
                if isinstance(event, EndOfMessage):
                    self._finish()
                return event
        if self._eof:
            raise TransferEncodingError(
                "The connection was closed in the middle of a chunked body: "
                f"in {self._decoder.open_part()}"
            )
        return None


class RequestParser(MessageParser):
    """Requests out of the bytes of one server connection.  Always strict.

    With *gather_chunks* small HTTP chunks that came together are given together, as
    :class:`ChunkRun`: one event instead of two for each.
    """

    __slots__ = ()

    def __init__(self, limits: HeadLimits = DEFAULT_LIMITS, *, gather_chunks: bool = False) -> None:
        super().__init__(limits, request=True, lenient=False, gather_chunks=gather_chunks)

    def next_event(self) -> RequestHead | bytes | ChunkRun | EndOfChunk | EndOfMessage | None:
        """Return the next event, or ``None`` if more bytes are needed or nothing more comes.

        Raises :class:`aiohttp_core.errors.HttpProcessingError` for bytes that are no request.
        """
        state = self._state
        if state >= _SWITCH:
            return None
        try:
            if state != _HEAD:
                return self._read_body()
            if not self._read_head():
                return None
            head = self._scanner.request()
            self._begin_message(head)
        except BaseException:
            self._close(_FAILED)
            raise
        return head


class ResponseParser(MessageParser):
    """Responses out of the bytes of one client connection.

    Lenient by default, in the ways of ADD-044; ``strict=True`` refuses what the grammar refuses.
    *gather_chunks* is as for :class:`RequestParser`.
    """

    __slots__ = ("_expected", "_method", "_read_until_eof")

    _method: str
    _expected: bool
    _read_until_eof: bool

    def __init__(
        self,
        limits: HeadLimits = DEFAULT_LIMITS,
        strict: bool = False,
        *,
        gather_chunks: bool = False,
    ) -> None:
        super().__init__(limits, request=False, lenient=not strict, gather_chunks=gather_chunks)
        self._expected = False
        self._method = ""
        self._read_until_eof = True

    def expect(self, method: str, *, read_until_eof: bool = True) -> None:
        """Say that a *method* request was sent: the next response answers it.

        With ``read_until_eof=False`` a response of unknown length has no body.  Without this call
        nothing is parsed: bytes that nobody asked for only count in :attr:`buffered`.
        """
        self._expected = True
        self._method = method
        self._read_until_eof = read_until_eof

    def next_event(self) -> ResponseHead | bytes | ChunkRun | EndOfChunk | EndOfMessage | None:
        """Return the next event, or ``None`` if more bytes are needed or nothing more comes.

        Heads with ``informational`` true come before the response that is expected.  Raises
        :class:`aiohttp_core.errors.HttpProcessingError` for bytes that are no response.
        """
        state = self._state
        if state >= _SWITCH:
            return None
        try:
            if state != _HEAD:
                return self._read_body()
            if not self._expected:
                if self._eof and not self._advance():
                    self._close(_CLOSED)
                return None
            if not self._read_head():
                return None
            head = self._scanner.response(self._method, read_until_eof=self._read_until_eof)
            if head.informational:
                self._scanner.begin()
                return head
            self._expected = False
            self._begin_message(head)
        except BaseException:
            self._close(_FAILED)
            raise
        return head

    def receive(
        self, data: bytes
    ) -> ResponseHead | bytes | ChunkRun | EndOfChunk | EndOfMessage | None:
        """Do :meth:`feed` and :meth:`next_event` in one.

        If the event is a head, and *data* ends with the last byte of a response that is final, not
        coded and leaves the connection open, then the head's ``body`` is the whole body, and the
        response is over: no other event belongs to it.
        """
        usual = self._state == _HEAD and self._expected and self._pos >= len(self._data)
        if not usual or type(data) is not bytes:
            self.feed(data)
            return self.next_event()
        self._data = data
        self._pos = 0
        head = self.next_event()
        if not isinstance(head, ResponseHead) or head.informational:
            return head
        if not head.keep_alive or head.content_encoding is not None or self._queue:
            return head
        waiting = p = self._data
        stop = len(waiting)
        if self._state == _LENGTH:
            if self._left == stop - self._pos:
                head.keep_body(p[self._pos : stop])
                self._data = b""
                self._pos = 0
                self._left = 0
                self._finish()
        elif self._state == _HEAD and self._pos == stop:
            head.keep_body(b"")
        return head
