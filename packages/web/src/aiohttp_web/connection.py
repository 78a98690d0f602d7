"""The state machine of one server connection.

Laws
* One owner: whatever happens to a connection goes through :class:`RequestHandler`, and its state
  changes only in ``_to``; :mod:`~aiohttp_web.connection_state` says how.  Its
  base classes are the transport side (:mod:`~aiohttp_web.connection_transport`) and the receiving
  side (:mod:`~aiohttp_web.connection_input`).
* One request at a time.  Further heads stay bytes in the parser; when these pass ``_BACKLOG`` the
  transport is paused (ADD-043).
* One task per request, started at once where Python can do that.  A handler that ends at once does
  not recurse into the next request: ``_advance`` loops.
* A response is decided upon when the whole answer is known: fast path for an untouched
  :class:`Response`, one write; everything else by ``prepare`` and ``write_eof``.
* Deadlines are time stamps, looked at by the server's sweep.
* A message in doubt ends the connection, after everything before it was answered.
"""

import asyncio
import contextvars
import sys
from collections.abc import Mapping
from typing import Any, Final

from aiohttp_core.errors import (
    ClientConnectionResetError,
    HttpProcessingError,
)
from aiohttp_core.streams import EMPTY_PAYLOAD
from aiohttp_core.versions import HttpVersion11
from aiohttp_web.base_request import BaseRequest
from aiohttp_web.connection_input import ConnectionInput
from aiohttp_web.connection_state import ConnectionState
from aiohttp_web.deadlines import NEVER
from aiohttp_web.error_pages import refusal
from aiohttp_web.expect import default_expect_handler
from aiohttp_web.interim import interim_response
from aiohttp_web.outcomes import (
    answer_for_value,
    answer_to_error,
    answer_to_failure,
    busy_answer,
)
from aiohttp_web.payload_errors import PayloadAccessError
from aiohttp_web.response import Response, is_joinable
from aiohttp_web.response_head import reason_phrase
from aiohttp_web.stream_response import StreamResponse
from aiohttp_web.upgrade import UpgradeReceiver

__all__ = ("RequestHandler",)

_IDLE: Final = int(ConnectionState.IDLE)
_READING_HEAD: Final = int(ConnectionState.READING_HEAD)
_HANDLING: Final = int(ConnectionState.HANDLING)
_DRAINING: Final = int(ConnectionState.DRAINING)
_UPGRADED: Final = int(ConnectionState.UPGRADED)
_CLOSING: Final = int(ConnectionState.CLOSING)
_CLOSED: Final = int(ConnectionState.CLOSED)

_BACKLOG: Final = 65536
"""Bytes of further requests that may wait in the parser before reading stops."""

_BURST: Final = 32
"""Requests of one connection that are answered before others get their turn."""

_TASK_NAME: Final = "aiohttp request"
"""One name for all tasks: asyncio would make up a new one for each request."""

_Task: Final = asyncio.Task

_EAGER: Final = sys.version_info >= (3, 12)


class RequestHandler(ConnectionInput):
    """One connection of a :class:`~aiohttp_web.server.Server`: an asyncio protocol.

    *server* gives it its settings and is told when it comes and goes.
    """

    __slots__ = (
        "_access",
        "_advancing",
        "_busy",
        "_context",
        "_direct",
        "_expects",
        "_factory",
        "_handler",
        "_hooks",
        "_keepalive",
        "_limited",
        "_max_requests",
        "_plain_tasks",
        "_receiver",
        "_request",
        "_task",
        "served",
    )

    def __init__(self, server: Any, loop: asyncio.AbstractEventLoop) -> None:
        super().__init__(server, loop)
        options = server.options
        self._handler = server.request_handler
        self._factory = server.request_factory
        self._access = server.enabled_access_logger()
        self._expects = server.expect_first
        self._advancing = False
        # A class with another ``__init__``, or a ``read`` of its own, was written for a stream.
        self._direct = all(
            getattr(self._factory, name, None) is getattr(BaseRequest, name)
            for name in ("__init__", "read", "text")
        )
        self._plain_tasks = True
        self.served = 0
        """Requests so far."""
        self._max_requests = options.max_requests
        self._limited = options.max_concurrent_requests > 0
        self._busy = False
        self._hooks = server.response_hooks
        timeouts = options.timeouts
        self._keepalive = NEVER
        if timeouts.keepalive:
            self._keepalive = timeouts.keepalive + server.sweep.interval
        self._request: Any = None
        self._task: Any = None
        self._receiver: Any = None
        self._context: Any = None

    def __repr__(self) -> str:
        request = self._request
        info = "" if request is None else f" {request.method} {request.raw_path}"
        return f"<{type(self).__name__} {self.state.lower()}{info}>"

    # What others may know

    @property
    def task(self) -> "asyncio.Task[None] | None":
        """The task of the request that is being handled."""
        task: asyncio.Task[None] | None = self._task
        return task

    @property
    def current_request(self) -> Any:
        """The request that is being handled, or ``None``."""
        return self._request

    # The transport speaks

    def connection_made(self, transport: Any) -> None:
        """Take the transport."""
        self.transport = transport
        self._context = contextvars.copy_context()
        self._plain_tasks = self._loop.get_task_factory() is None
        if not self._server.connected(self):
            transport.write(refusal(503, "Too many connections"))
            self._to(_CLOSING)
            transport.close()
            return
        if self._options.tcp_keepalive:
            self._keep_probing()
        # The first head has to be complete in time, counted from here (ADD-445).
        timeouts = self._options.timeouts
        self.deadline = min(self._sweep.after(timeouts.keepalive), self._sweep.after(timeouts.head))

    def connection_lost(self, exc: BaseException | None) -> None:
        """Take leave: wake and fail whoever waits for the client."""
        if self._state == _CLOSED:
            return
        self._to(_CLOSED)
        self.deadline = NEVER
        self.transport = None
        self.gate.close(exc)
        self._server.disconnected(self)
        self._peer_left()
        intake = self._intake
        if intake is not None and not intake.complete:
            intake.forbid(ClientConnectionResetError("Connection lost"))
        if self._receiver is not None:
            self._receiver.connection_lost(exc)
        if self._task is not None and self._options.handler_cancellation:
            self._task.cancel()

    def data_received(self, data: bytes) -> None:
        """Take bytes of the client."""
        state = self._state
        if state == _UPGRADED:
            self._receiver.data_received(data)
            return
        if state >= _CLOSING:
            return
        self._parser.feed(data)
        if state == _HANDLING:
            intake = self._intake
            if intake is not None and not intake.complete:
                intake.pump()
            elif self._parser.buffered > _BACKLOG:
                self.pause_reading()
        elif state == _DRAINING:
            self._drain()
        else:
            self._advance()

    def eof_received(self) -> bool:
        """Take note that the client sends no more; True keeps the other direction open."""
        self._peer_eof = True
        state = self._state
        if state == _UPGRADED:
            return bool(self._receiver.eof_received())
        self._parser.feed_eof()
        if state == _HANDLING:
            if not self._parser.buffered:
                self._keep = False
            intake = self._intake
            if intake is not None and not intake.complete:
                intake.pump()
            # A client that has shut down its sending half still reads the answer.  With TLS there
            # are no halves, and who wants handlers cancelled takes the end of sending for leaving.
            tls = self.transport.get_extra_info("sslcontext") is not None
            if tls or self._options.handler_cancellation:
                return False
            self._peer_left()
            return True
        # Whole requests may wait for their turn still.
        return state == _IDLE and self._parser.buffered > 0

    # From bytes to requests

    def _advance(self) -> None:
        """Start requests as long as there are heads and nobody is being served."""
        if self._advancing or self._state > _READING_HEAD:
            return
        self._advancing = True
        burst = 0
        try:
            while self._state <= _READING_HEAD:
                if burst == _BURST:
                    self._later()
                    return
                burst += 1
                try:
                    head = self._parser.next_event()
                except HttpProcessingError as exc:
                    self._refuse(exc)
                    return
                if head is None:
                    self._await_head()
                    return
                self._begin(head)
        finally:
            self._advancing = False

    def _later(self) -> None:
        self._loop.call_soon(self._advance, context=self._context)

    def _await_head(self) -> None:
        """There is no whole head: wait for more bytes, or close if none will come."""
        if self._peer_eof or not self._keep:
            self._close_now()
        elif self._state == _IDLE and self._parser.buffered:
            self._to(_READING_HEAD)
            self.deadline = min(self.deadline, self._sweep.after(self._options.timeouts.head))
        if self.reading_paused:
            self.resume_reading()

    def _begin(self, head: Any) -> None:
        """Serve the request whose *head* has come."""
        self._to(_HANDLING)
        self.deadline = NEVER
        self._head = head
        self._continued = False
        self.served += 1
        payload: Any
        if head.has_body:
            payload = self._arrived_body() if self._direct else None
            if payload is None:
                if not self._receive_body():
                    # The handler never sees it.
                    self._refuse(self._intake.failed)
                    return
                payload = self._intake.stream
        else:
            payload = EMPTY_PAYLOAD
        if self.served == self._max_requests:
            self._keep = False
        if self._limited:
            self._busy = not self._server.take_slot()
        request = self._request = self._factory(head, payload, self, None, None)
        # Always a copy of the connection's: the current one is that of a handler, if its task
        # resumed reading or dropped the rest of a body.
        context = self._context.copy()
        if not self._plain_tasks:
            # Not every factory knows that a task can be given a context.
            task = context.run(self._loop.create_task, self._serve(request))
        elif _EAGER:
            task = _Task(
                self._serve(request),
                loop=self._loop,
                name=_TASK_NAME,
                context=context,
                eager_start=True,  # type: ignore[call-arg]
            )
        else:
            # What the loop's method does, without its Python frame.
            task = _Task(self._serve(request), loop=self._loop, name=_TASK_NAME, context=context)
        if not task.done():
            self._task = task
            request.bind_task(task)

    # One request

    async def _serve(self, request: Any) -> None:
        """Answer one request; the coroutine of its task."""
        started = self._loop.time() if self._access is not None else 0.0
        error: BaseException | None = None
        try:
            try:
                if self._busy:
                    response = busy_answer()
                else:
                    if self._expects and self._head.expect:
                        await default_expect_handler(request)
                    response = await self._handler(request)
            except Exception as exc:
                error = exc
                response = self._response_to(request, exc)
            try:
                sent = self._send_joined(request, response)
            except ConnectionError:
                raise
            except Exception as exc:
                error = exc
                response = answer_to_failure(request, exc, self._server.logger)
                sent = False
            if not sent:
                response = await self._send(request, response)
            if self._access is not None:
                await self._log_access(request, response, started, error)
            if self._choked and self._state == _HANDLING:
                await self.gate.wait()
        except asyncio.CancelledError:
            self._abandon(request)
            raise
        except ConnectionError as exc:
            self._server.logger.debug("%s left: %s", request.remote, exc)
            self._abandon(request)
        except Exception:
            self._server.logger.exception("Unhandled exception in the connection of %r", request)
            self._abandon(request)
        else:
            self._finish(request, response)

    def _send_joined(self, request: Any, response: Any) -> bool:
        """Send an untouched response in one write; tell whether that was possible."""
        if type(response) is not Response and not is_joinable(type(response)):
            return False
        if self._receiver is not None:
            return False
        if self._hooks and request.has_response_hooks:
            return False
        head = self._head
        joinable: Response = response
        message = joinable.joined(request, head, head.keep_alive and self._stays())
        if message is None:
            return False
        transport = self.transport
        if transport is None or transport.is_closing():
            raise ClientConnectionResetError("Cannot write to closing transport")
        if type(message) is bytes:
            transport.write(message)
        else:
            for piece in message:
                transport.write(piece)
        return True

    async def _send(self, request: Any, response: Any) -> Any:
        """Send a response by its own methods; return the one that was sent."""
        if self._receiver is not None:
            return await self._end_upgraded(request, response)
        if not isinstance(response, StreamResponse):
            response = answer_for_value(request, response, self._server.logger)
        try:
            await response.prepare(request)
            await response.write_eof()
        except ConnectionError:
            raise
        except Exception as exc:
            if request.response_started:
                raise
            response = answer_to_failure(request, exc, self._server.logger)
            await response.prepare(request)
            await response.write_eof()
        return response

    async def _end_upgraded(self, request: Any, returned: Any) -> Any:
        """Close what the handler left open; nothing that it returned can be sent any more."""
        if not isinstance(returned, StreamResponse):
            answer_for_value(request, returned, self._server.logger)
            returned = Response(status=101)
        await self._receiver.wait_closed()
        return returned

    def _response_to(self, request: Any, exc: Exception) -> Any:
        """Return the answer to a request whose handler raised *exc*."""
        if self._receiver is not None:
            if not isinstance(exc, ConnectionError):
                self._server.logger.error(
                    "Error handling request from %s after the upgrade",
                    request.remote,
                    exc_info=exc,
                )
            raise ClientConnectionResetError("The connection was upgraded") from exc
        if isinstance(exc, ConnectionError) and self._client_is_gone():
            raise exc
        return answer_to_error(request, exc, self._server.logger)

    async def _log_access(
        self, request: Any, response: Any, started: float, error: BaseException | None
    ) -> None:
        await self._access.log(request, response, self._loop.time() - started, error)

    def _finish(self, request: Any, response: Any) -> None:
        """The answer is written: decide what becomes of the connection."""
        self._leave(request)
        if self._state != _HANDLING:
            if self._state == _UPGRADED and not self._receiver.lingering:
                self._close_now()
            return
        keep = response.keep_alive and self._stays()
        intake = self._intake
        if self._arrived:
            self._arrived = False
            request.end_body()
        elif intake is not None:
            if not intake.stream.at_eof() or intake.failed is not None:
                intake.forbid(PayloadAccessError("The response was sent already"))
            if not intake.complete:
                self._linger(bool(keep))
                return
            self._intake = None
        if keep:
            self._next()
        else:
            self._close_now()

    def _next(self) -> None:
        """Wait for the next request, or go on with it."""
        if self._head is not None and self._head.upgrade:
            self._parser.decline_switch()
        self._head = None
        self._to(_IDLE)
        self.deadline = self._sweep.now + self._keepalive
        if self._advancing:
            return
        if self._parser.buffered or self.reading_paused or self._peer_eof:
            self._later()

    def _leave(self, request: Any) -> None:
        request.finish()
        self._task = None
        self._request = None
        if self._limited and not self._busy:
            self._server.give_slot()

    def _abandon(self, request: Any) -> None:
        """The answer could not be given: the connection is of no use."""
        self._leave(request)
        if self._state == _UPGRADED:
            self._receiver.abandon()
            if self._receiver.lingering:
                return
        if self._state < _CLOSING:
            self.force_close()

    # The rest of a body

    def _linger(self, keep: bool) -> None:
        """Drop the rest of the body for a while; then keep or close the connection."""
        intake = self._intake
        lingering = self._options.timeouts.lingering
        if intake.failed is not None or not lingering or self._peer_eof or not self.transport:
            self._close_softly()
            return
        self._keep = keep
        self._to(_DRAINING)
        self.deadline = self._sweep.after(lingering)
        if not keep and self.transport.can_write_eof():
            # The client sees the end of the answer at once and can stop sending.
            self._close_softly()
            return
        self._resume_transport()
        self._drain()

    def _drain(self) -> None:
        intake = self._intake
        intake.drain()
        if intake.failed is not None:
            self._close_now()
        elif intake.complete:
            self._intake = None
            if self._keep:
                self._next()
                self._advance()
            else:
                self._close_now()

    # Refusals

    def _refuse(self, exc: HttpProcessingError) -> None:
        """Answer bytes that are no request, and close (ADD-436)."""
        status = exc.code if 400 <= exc.code < 500 else 400
        peer = self._peer_text()
        self._server.logger.debug("Bad request from %s: %s", peer, exc.message)
        message = refusal(status, exc.message or reason_phrase(status))
        if self.transport is not None and not self.transport.is_closing():
            self.transport.write(message)
        if self._access is not None:
            self._access.log_unknown(peer, status, len(message))
        self._close_softly()

    # Closing

    def close(self) -> None:
        """Close an idle connection now, another one after its response."""
        self._keep = False
        if self._state <= _READING_HEAD:
            self._close_now()

    def force_close(self) -> None:
        """Close now.  A running handler goes on and fails when it writes."""
        self._keep = False
        self._close_now()

    def expire(self, now: float) -> None:
        """Act upon the deadline (called by the sweep)."""
        state = self._state
        if state <= _READING_HEAD:
            self._server.logger.debug("Timeout of %s connection", self.state.lower())
            self._close_now()
        elif state >= _CLOSING or state == _DRAINING:
            self.abort()
        elif self.gate.paused:
            self._expire_sending()
        elif state == _HANDLING:
            self._expire_body()
        else:
            self.deadline = NEVER

    # What responses need

    async def send_informational(
        self, request: Any, status: int, headers: Mapping[str, str] | None
    ) -> None:
        """Send an interim response; see :meth:`BaseRequest.send_informational`."""
        message = interim_response(status, headers)
        if request.response_started:
            raise RuntimeError("The response to the request has begun")
        if request.version < HttpVersion11:
            return
        transport = self.transport
        if transport is None or transport.is_closing():
            raise ClientConnectionResetError("Cannot write to closing transport")
        transport.write(message)
        if status == 100:
            self._continued = True
        if self.gate.paused:
            await self.gate.wait()

    def going_away(self) -> None:
        """Tell the peer of an upgraded connection that the server ends (SHUT-03)."""
        if self._state == _UPGRADED:
            self._receiver.going_away()

    def upgrade(self, receiver: UpgradeReceiver) -> bytes:
        """Give the connection to *receiver*; return what the client has sent beyond the request.

        From now on *receiver* gets ``data_received``, ``eof_received`` and ``connection_lost``.
        The connection closes when the handler ends.  Raises RuntimeError if the request did not
        ask for another protocol or its body was not received yet.
        """
        tail = self._parser.take_tail()
        self._to(_UPGRADED)
        self.deadline = NEVER
        self._receiver = receiver
        self._resume_transport()
        return tail
