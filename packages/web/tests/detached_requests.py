"""Requests without a server, made of a raw message and a stand-in for their connection."""

from types import SimpleNamespace
from typing import Any

from multidict import CIMultiDict, CIMultiDictProxy
from yarl import URL

from aiohttp_core.limits import DEFAULT_LIMITS
from aiohttp_core.raw_messages import RawRequestMessage
from aiohttp_core.streams import EMPTY_PAYLOAD, StreamReader
from aiohttp_core.versions import HttpVersion11
from aiohttp_web import BaseRequest


class Transport:
    def __init__(self, **info: Any) -> None:
        self.info = info

    def get_extra_info(self, name: str, default: Any = None) -> Any:
        return self.info.get(name, default)


class Connection:
    keeps_alive = True
    client_max_size = 1024**2
    client_max_fields = 1000
    head_limits = DEFAULT_LIMITS
    reading_paused = False

    def __init__(self, transport: Any = None) -> None:
        self.transport = transport

    def pause_reading(self) -> None:
        pass

    resume_reading = pause_reading

    def make_writer(self) -> Any:
        return SimpleNamespace(output_size=0)


def make(
    target: str = "/", headers: Any = (), method: str = "GET", body: bytes | None = None,
    transport: Any = None, version: Any = HttpVersion11, **options: Any,
) -> BaseRequest:  # fmt: skip
    fields = CIMultiDictProxy(CIMultiDict(headers or {"Host": "example.com"}))
    raw = tuple((name.encode(), value.encode()) for name, value in fields.items())
    message = RawRequestMessage(
        method, target, version, fields, raw, version < HttpVersion11, None, False, False,
        URL.build(path="/"),
    )  # fmt: skip
    connection = Connection(transport)
    payload: Any = EMPTY_PAYLOAD
    if body is not None:
        payload = StreamReader(connection, 2**16)
        payload.feed_data(body)
        payload.feed_eof()
    return BaseRequest(message, payload, connection, **options)
