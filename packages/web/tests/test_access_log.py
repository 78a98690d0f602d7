"""The access log: codes, escaping, failures, and when it is called."""

import logging
import re
import sys
import time
from typing import Any

import pytest
from multidict import CIMultiDict

from aiohttp_core.errors import BadStatusLine
from aiohttp_web import (
    AbstractAccessLogger,
    AbstractAsyncAccessLogger,
    AccessLogger,
    HTTPForbidden,
    Response,
    Server,
)


class Request:
    method = "GET"
    path_qs = "/path?q=1"
    version = (1, 1)
    remote: Any = "10.0.0.1"

    def __init__(self, **headers: str) -> None:
        self.headers = CIMultiDict({name.replace("_", "-"): v for name, v in headers.items()})


class Answer:
    status = 200
    body_length = 42

    def __init__(self, **headers: str) -> None:
        self.headers = CIMultiDict(headers)


def line(log_format: str, request: Any, response: Any, seconds: float, caplog: Any) -> Any:
    logger = logging.getLogger("test.access")
    caplog.set_level(logging.INFO, "test.access")
    caplog.clear()
    AccessLogger(logger, log_format).log(request, response, seconds)
    (record,) = caplog.records
    return record


@pytest.mark.spec("LOG-05", "ADD-622", "ADD-623", "ADD-624")
@pytest.mark.parametrize(
    ("log_format", "text"),
    [
        ("%%", "%"),
        ("100% %s", "100% 200"),
        ("%a", "10.0.0.1"),
        ("%P", r"<\d+>"),
        ("%r", r"GET /path\?q=1 HTTP/1\.1"),
        ("%s %b", "200 42"),
        ("%T", "2"),
        ("%Tf", r"1\.500000"),
        ("%D", "1500000"),
        ("%t", r"\[\d\d/[A-Z][a-z]{2}/\d{4}:\d\d:\d\d:\d\d [+-]\d{4}\]"),
        ("%{User-Agent}i %{Missing}i", "agent -"),
        ("%{X-Out}o %{Missing}o", "out -"),
    ],
)
def test_codes(log_format: str, text: str, caplog: Any) -> None:
    record = line(log_format, Request(User_Agent="agent"), Answer(**{"X-Out": "out"}), 1.5, caplog)
    assert re.fullmatch(text, record.getMessage())
    assert record.levelno == logging.INFO


@pytest.mark.spec("LOG-06", "ADD-626", "ADD-627")
def test_default_format_and_extra(caplog: Any) -> None:
    record = line(
        AccessLogger.LOG_FORMAT, Request(Referer="r", User_Agent="u"), Answer(), 0.5, caplog
    )
    assert record.getMessage().startswith("10.0.0.1 [")
    assert record.getMessage().endswith('"GET /path?q=1 HTTP/1.1" 200 42 "r" "u"')
    assert record.remote_address == "10.0.0.1"
    assert record.first_request_line == "GET /path?q=1 HTTP/1.1"
    assert (record.response_status, record.response_size) == (200, 42)
    assert record.request_header == {"Referer": "r", "User-Agent": "u"}


@pytest.mark.spec("ADD-622", "ADD-849")
def test_start_time_follows_the_zone(caplog: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TZ", "Europe/Berlin")
    time.tzset()
    try:
        for now, text in ((1750000000, "+0200]"), (1735000000, "+0100]")):
            monkeypatch.setattr(time, "time", lambda now=now: now)
            assert line("%t", Request(), Answer(), 0.0, caplog).getMessage().endswith(text)
    finally:
        monkeypatch.undo()
        time.tzset()


@pytest.mark.spec("ADD-623")
@pytest.mark.parametrize("remote", [None, ""])
def test_no_peer_is_a_dash(caplog: Any, remote: Any) -> None:
    request = Request()
    request.remote = remote
    assert line("%a", request, Answer(), 0, caplog).getMessage() == "-"


def test_nothing_of_the_peer_moves_a_terminal(caplog: Any) -> None:
    request = Request(User_Agent="\x1b]0;x\x07\n\udc80é")
    request.path_qs = "/\x1b[31m"
    text = line('%r "%{User-Agent}i"', request, Answer(), 0, caplog).getMessage()
    assert text == r'GET /\x1b[31m HTTP/1.1 "\x1b]0;x\x07\x0a\udc80é"'


@pytest.mark.spec("ADD-625", "LOG-07", "ADD-1086")
@pytest.mark.parametrize("log_format", ["%O", "%{X}e"])
def test_codes_that_are_gone(log_format: str) -> None:
    with pytest.raises(KeyError):
        AccessLogger(logging.getLogger("test.access"), log_format)


@pytest.mark.spec("ADD-628")
def test_a_failing_code_hurts_nobody(caplog: Any) -> None:
    record = line("%r", object(), Answer(), 0, caplog)
    assert record.levelno == logging.ERROR
    assert record.exc_info


GET = b"GET /path HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"


async def handler(request: Any) -> Response:
    if request.path == "/error":
        raise HTTPForbidden
    return Response(text="a")


class Collector(AbstractAccessLogger):
    seen: list[Any]

    def log(self, request: Any, response: Any, time: float) -> None:
        self.seen.append((request.path_qs, response.status, time >= 0, sys.exc_info()[0]))


@pytest.mark.spec("LOG-02", "LOG-08", "LOG-10", "ADD-629")
async def test_custom_class(raw_server: Any) -> None:
    seen: list[Any] = []
    kind = type("Kind", (Collector,), {"seen": seen})
    server = await raw_server(
        handler, access_log=logging.getLogger("test.access"), access_log_class=kind
    )
    await server.send(GET)
    await server.send(GET.replace(b"/path", b"/error"))
    await server.send(b"GARBAGE\r\n\r\n")
    assert seen == [
        ("/path", 200, True, None), ("/error", 403, True, HTTPForbidden),
        ("/", 400, True, BadStatusLine),
    ]  # fmt: skip


@pytest.mark.spec("LOG-11", "ADD-630", "ADD-937")
async def test_async_class(raw_server: Any) -> None:
    seen: list[Any] = []

    class Kind(AbstractAsyncAccessLogger):
        async def log(self, request: Any, response: Any, time: float) -> None:
            seen.append((await request.text(), response.status))

    async def reading(request: Any) -> Response:
        await request.read()
        return Response()

    server = await raw_server(
        reading, access_log=logging.getLogger("test.access"), access_log_class=Kind
    )
    await server.send(
        b"POST / HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: 3\r\n\r\nabc"
    )
    await server.send(b"GARBAGE\r\n\r\n")
    assert seen == [("abc", 200)]


@pytest.mark.spec("ADD-627", "LOG-08", "LOG-09")
async def test_disabled_loggers_are_not_called(raw_server: Any) -> None:
    class Kind(AbstractAccessLogger):
        @property
        def enabled(self) -> bool:
            return False

        def log(self, request: Any, response: Any, time: float) -> None:
            raise AssertionError

    server = await raw_server(
        handler, access_log=logging.getLogger("test.access"), access_log_class=Kind
    )
    assert (await server.send(GET)).startswith(b"HTTP/1.1 200")
    assert (await (await raw_server(handler, access_log=None)).send(GET)).startswith(
        b"HTTP/1.1 200"
    )


@pytest.mark.spec("ADD-628")
async def test_failing_loggers_hurt_no_answer(raw_server: Any, caplog: Any) -> None:
    class Kind(AbstractAccessLogger):
        @property
        def enabled(self) -> bool:
            return True

        def log(self, request: Any, response: Any, time: float) -> None:
            raise ValueError("in the logger")

    server = await raw_server(
        handler, access_log=logging.getLogger("test.access"), access_log_class=Kind
    )
    assert (await server.send(GET)).startswith(b"HTTP/1.1 200")
    assert (await server.send(b"GARBAGE\r\n\r\n")).startswith(b"HTTP/1.1 400")
    assert "in the logger" in caplog.text


@pytest.mark.spec("ADD-609", "CLI-06")
async def test_the_class_is_checked() -> None:
    with pytest.raises(TypeError):
        Server(handler, access_log_class=dict)
