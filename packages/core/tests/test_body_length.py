import pytest

from aiohttp_core.body_length import BodyLength
from aiohttp_core.errors import BodyLengthError


def test_exact():
    body = BodyLength(5)
    body.add(0)
    body.add(2)
    assert (body.left, body.written, body.length) == (3, 2, 5)
    body.add(3)
    body.finish()
    assert body.left == 0


def test_too_much_is_not_counted():
    body = BodyLength(5)
    body.add(4)
    with pytest.raises(BodyLengthError, match=r"longer.*6 > 5"):
        body.add(2)
    assert body.left == 1
    body.add(1)
    body.finish()


def test_too_little():
    with pytest.raises(BodyLengthError, match=r"shorter.*0 < 1"):
        BodyLength(1).finish()


def test_empty():
    BodyLength(0).finish()
    with pytest.raises(BodyLengthError):
        BodyLength(0).add(1)
    with pytest.raises(ValueError, match="negative"):
        BodyLength(-1)
