"""Requests without a server, and coroutine functions without a body (spec rows TST-11, ADD-731).

Laws
* A mocked request is a real :class:`~aiohttp_web.Request`; what it stands on is mocked: connection,
  transport, writer, application.
* Nothing here needs a running loop.
"""

import asyncio
import inspect
from enum import Enum
from types import EllipsisType
from typing import Any, Final
from unittest import mock

from aiosignal import Signal
from multidict import CIMultiDict, CIMultiDictProxy
from yarl import URL

from aiohttp_core import (
    DEFAULT_LIMITS,
    EMPTY_PAYLOAD,
    EmptyStreamReader,
    HttpVersion,
    HttpVersion11,
    RawRequestMessage,
    StreamReader,
)
from aiohttp_web import Application, Request, UrlMappingMatchInfo

__all__ = ("make_mocked_coro", "make_mocked_request")


class _Unset(Enum):
    UNSET = 0


_UNSET: Final = _Unset.UNSET


class _MockedRequest(Request):
    """A request whose loop need not run."""

    __slots__ = ("_mocked_loop",)

    def use_loop(self, loop: Any) -> None:
        """Say which loop :attr:`loop` gives."""
        self._mocked_loop = loop

    @property
    def loop(self) -> Any:
        """The loop that was given, the running one, or a mock."""
        return self._mocked_loop


def make_mocked_coro(
    return_value: Any = None, raise_exception: BaseException | type[BaseException] | None = None
) -> mock.Mock:
    """Return a mock that behaves as a coroutine function.

    Awaiting a call of it gives *return_value*, or ``None`` after awaiting that if it is awaitable;
    or raises *raise_exception*.
    """

    async def call(*args: Any, **kwargs: Any) -> Any:
        if raise_exception is not None:
            raise raise_exception
        if inspect.isawaitable(return_value):
            await return_value
            return None
        return return_value

    return mock.Mock(wraps=call)


def _mocked_transport(sslcontext: Any) -> mock.Mock:
    info = {"sslcontext": sslcontext, "sockname": ("127.0.0.1", 80)}
    transport = mock.Mock(name="mock.transport")
    transport.get_extra_info.side_effect = lambda name, default=None: info.get(name, default)
    transport.is_closing.return_value = False
    return transport


def _mocked_writer(transport: Any) -> mock.Mock:
    writer = mock.Mock(name="mock.writer")
    for name in ("write", "write_eof", "write_headers", "drain"):
        setattr(writer, name, make_mocked_coro())
    writer.transport = transport
    writer.output_size = 0
    writer.length = None
    return writer


def _mocked_protocol(transport: Any, writer: Any, keep_alive: bool) -> mock.Mock:
    protocol = mock.Mock(name="mock.protocol")
    protocol.transport = transport
    protocol.keeps_alive = keep_alive
    protocol.head_limits = DEFAULT_LIMITS
    protocol.make_writer.return_value = writer
    protocol.wait_for_loss = make_mocked_coro()
    protocol.send_informational = make_mocked_coro()
    return protocol


def _mocked_application() -> mock.MagicMock:
    app = mock.MagicMock(spec=Application)
    app.on_response_prepare = Signal(app)
    app.on_response_prepare.freeze()
    return app


def _loop() -> Any:
    try:
        return asyncio.get_running_loop()
    except RuntimeError:
        return mock.Mock(name="mock.loop")


def make_mocked_request(
    method: str,
    path: str,
    headers: Any = None,
    *,
    match_info: Any = _UNSET,
    version: HttpVersion = HttpVersion11,
    closing: bool = False,
    app: Any = None,
    writer: Any = _UNSET,
    protocol: Any = _UNSET,
    transport: Any = _UNSET,
    payload: StreamReader | EmptyStreamReader = EMPTY_PAYLOAD,
    sslcontext: Any = None,
    client_max_size: int = 1024**2,
    client_max_fields: int = 1000,
    loop: Any = ...,
) -> Request:
    """Return a request for *path* that no server has received.

    *match_info* is a dict of the variable parts, or a match.  *payload* is the body; there is none
    by default.  *sslcontext* makes the scheme ``https``.  *closing* says that the connection ends
    after the answer.  What is not given of *app*, *writer*, *protocol* and *transport* is a mock,
    and so is *loop* if none runs.
    """
    fields = CIMultiDictProxy(CIMultiDict(headers or {}))
    if transport is _UNSET:
        transport = _mocked_transport(sslcontext)
    if writer is _UNSET:
        writer = _mocked_writer(transport)
    if protocol is _UNSET:
        protocol = _mocked_protocol(transport, writer, not closing)
    message = RawRequestMessage(
        method,
        path,
        version,
        fields,
        tuple(
            (name.encode(), value.encode("utf-8", "surrogateescape"))
            for name, value in fields.items()
        ),
        closing,
        None,
        "upgrade" in fields.get("Connection", "").lower() and "Upgrade" in fields,
        "chunked" in fields.get("Transfer-Encoding", "").lower(),
        URL(path, encoded=True),
    )
    request = _MockedRequest(
        message,
        payload,
        protocol,
        writer,
        mock.Mock(name="mock.task"),
        client_max_size=client_max_size,
        client_max_fields=client_max_fields,
    )
    request.use_loop(_loop() if isinstance(loop, EllipsisType) else loop)
    request.set_match_info(_match(match_info, _mocked_application() if app is None else app))
    return request


def _match(match_info: Any, app: Any) -> UrlMappingMatchInfo:
    if isinstance(match_info, UrlMappingMatchInfo):
        match = match_info
    else:
        route = mock.Mock(name="mock.route")
        match = UrlMappingMatchInfo({} if match_info is _UNSET else match_info, route)
    match.add_app(app)
    return match
