"""Outcomes of handlers as answers; over sockets see test_connection."""

import logging
from typing import Any

import pytest

from aiohttp_core.errors import ClientConnectionResetError, ContentEncodingError
from aiohttp_multipart import MultipartError, TooManyFields
from aiohttp_web import HTTPNotFound, RequestPayloadError, RequestPayloadTimeout
from aiohttp_web.outcomes import answer_for_value, answer_to_error, busy_answer

logger = logging.getLogger("test.outcomes")


@pytest.mark.spec("ADD-430", "ADD-433", "ADD-440", "FWD-02")
@pytest.mark.parametrize(
    ("error", "status", "closes", "level"),
    [
        (HTTPNotFound(), 404, False, None),
        (RequestPayloadError("bad"), 400, True, logging.DEBUG),
        (RequestPayloadTimeout("slow"), 408, True, logging.DEBUG),
        (ContentEncodingError("bad"), 400, True, logging.DEBUG),
        (MultipartError("bad"), 400, True, logging.DEBUG),
        (TooManyFields(5), 413, True, logging.DEBUG),
        (TimeoutError(), 504, True, logging.DEBUG),
        (ConnectionError(), 500, True, logging.ERROR),
        (KeyError("a"), 500, True, logging.ERROR),
    ],
)
async def test_errors(
    make_request: Any, caplog: Any, error: Exception, status: int, closes: bool, level: Any
) -> None:
    caplog.set_level(logging.DEBUG, "test.outcomes")
    response = answer_to_error(make_request("GET", "/"), error, logger)
    assert response.status == status
    assert (response.keep_alive is False) is closes
    assert [record.levelno for record in caplog.records] == ([] if level is None else [level])


@pytest.mark.spec("ADD-432")
async def test_an_answer_that_has_begun(make_request: Any, caplog: Any) -> None:
    request = make_request("GET", "/")
    request.response_writer().output_size = 5
    for error in (HTTPNotFound(), KeyError("a")):
        with pytest.raises(ClientConnectionResetError):
            answer_to_error(request, error, logger)
    assert len(caplog.records) == 2


@pytest.mark.spec("ADD-434", "ADD-435")
async def test_values(make_request: Any, caplog: Any) -> None:
    request = make_request("GET", "/")
    assert answer_for_value(request, None, logger).text == "500: Internal Server Error"
    assert answer_for_value(request, 5, logger).status == 500
    assert len(caplog.records) == 2
    with pytest.warns(DeprecationWarning, match="HTTPException"):
        assert answer_for_value(request, HTTPNotFound(), logger).status == 404


def test_busy() -> None:
    response = busy_answer()
    assert (response.status, response.headers["Retry-After"]) == (503, "1")
