"""Errors of bodies."""

import pytest

from aiohttp_web.payload_errors import (
    PayloadAccessError,
    RequestPayloadError,
    RequestPayloadTimeout,
)


@pytest.mark.spec("FWD-02")
def test_statuses() -> None:
    assert RequestPayloadError.status == 400
    assert RequestPayloadTimeout.status == 408
    assert issubclass(RequestPayloadTimeout, RequestPayloadError)
    assert not issubclass(PayloadAccessError, RequestPayloadError)
