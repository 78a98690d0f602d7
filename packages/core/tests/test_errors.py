import copy
import pickle

import pytest

from aiohttp_core import errors
from aiohttp_core.errors import show


def samples():
    return [
        errors.HttpProcessingError(code=418, message="m", headers={"A": "b"}),
        errors.BadHttpMessage("m"),
        errors.HttpBadRequest("m", headers={"A": "b"}),
        errors.InvalidURLError("m"),
        errors.BadStatusLine("line"),
        errors.BadStatusLine("line", "why"),
        errors.BadHttpMethod("line"),
        errors.InvalidHeader(b"X y"),
        errors.InvalidHeader("X y", "why"),
        errors.LineTooLong(b"abc", 1, 3),
        errors.StartLineTooLong("abc"),
        errors.FieldTooLong(b"abc", 1, 3),
        errors.HeadTooLarge("m"),
        errors.PayloadEncodingError("m"),
        errors.ContentEncodingError("m"),
        errors.DecompressSizeError("m"),
        errors.TransferEncodingError("m"),
        errors.ContentLengthError("m"),
    ]


@pytest.mark.parametrize("error", samples(), ids=lambda error: type(error).__name__)
def test_errors_survive_copying_and_pickling(error):
    for twin in (copy.copy(error), pickle.loads(pickle.dumps(error))):
        assert type(twin) is type(error)
        assert (twin.args, twin.code, twin.message, twin.headers) == (
            error.args,
            error.code,
            error.message,
            error.headers,
        )
        assert (str(twin), repr(twin)) == (str(error), repr(error))


@pytest.mark.spec("HTTP-34")
def test_codes():
    codes = {type(error).__name__: error.code for error in samples()}
    assert codes.pop("HttpProcessingError") == 418
    assert codes.pop("StartLineTooLong") == 414
    assert codes.pop("FieldTooLong") == codes.pop("HeadTooLarge") == 431
    assert set(codes.values()) == {400}


def test_texts():
    assert str(errors.BadHttpMessage("why")) == "400, message:\nwhy"
    assert str(errors.HttpProcessingError()) == "0"
    assert repr(errors.BadHttpMessage("why")) == "<BadHttpMessage: 400, message='why'>"
    assert errors.BadStatusLine("x").line == "x"
    assert errors.InvalidHeader(b"x").hdr == b"x"
    assert errors.LineTooLong("x", 5, 6).args == ("x", 5, 6)


def test_show_is_short_and_harmless():
    assert show(b"\x1b[31m\r\n") == r"b'\x1b[31m\r\n'"
    assert show("é\x00") == r"b'\xc3\xa9\x00'"
    assert show("\ud800") == r"b'\\ud800'"
    assert show(bytearray(b"ab")) == show(memoryview(b"ab")) == "b'ab'"
    long = show(b"\xff" * 100_000)
    assert len(long) < 420
    assert long.endswith("...")
    assert len(show("\U0001f600" * 100_000)) < 1700


def test_every_public_name_is_there():
    assert set(errors.__all__) == {
        name
        for name, value in vars(errors).items()
        if not name.startswith("_") and getattr(value, "__module__", None) == errors.__name__
    }


@pytest.mark.spec("ADD-413")
def test_connection_errors():
    assert issubclass(errors.ClientConnectionResetError, ConnectionResetError)
    assert issubclass(errors.ClientConnectionResetError, errors.ClientConnectionError)
    assert issubclass(errors.ClientConnectionError, errors.ClientError)
    assert issubclass(errors.BodyLengthError, RuntimeError)
