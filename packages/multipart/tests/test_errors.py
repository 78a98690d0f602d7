"""The errors of multipart bodies."""

import pickle

import pytest

from aiohttp_core.errors import BadHttpMessage
from aiohttp_multipart import errors

EXAMPLES = [
    errors.MultipartError("x"),
    errors.BoundaryError("x"),
    errors.BadPartHeader(b"x"),
    errors.PartDecodingError("x"),
    errors.PartCharsetError("x"),
    errors.UnknownEncoding("x"),
    errors.BadCharsetField("x"),
    errors.MultipartLimitError("x", 1),
    errors.NestingTooDeep("x", 1),
    errors.PartHeaderTooLong(b"x", 1, 2),
    errors.TooManyFields(1),
    errors.BodyTooLarge(1),
]


@pytest.mark.parametrize("error", EXAMPLES, ids=lambda error: type(error).__name__)
def test_all_are_value_errors_and_survive_pickling(error: Exception) -> None:
    assert isinstance(error, ValueError)
    assert isinstance(error, errors.MultipartError)
    again = pickle.loads(pickle.dumps(error))
    assert type(again) is type(error)
    assert str(again) == str(error)
    assert vars(again) == vars(error)


def test_every_error_is_here() -> None:
    assert {type(error).__name__ for error in EXAMPLES} == set(errors.__all__)


def test_words_of_the_core() -> None:
    assert isinstance(errors.BadPartHeader(b"x"), BadHttpMessage)
    assert errors.BadPartHeader(b"x").code == 400
    assert isinstance(errors.UnknownEncoding("x"), RuntimeError)
    assert errors.BodyTooLarge(5).limit == 5
