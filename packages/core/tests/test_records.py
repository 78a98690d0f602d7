"""Value classes that are compared, hashed and shown by value."""

import copy
import dataclasses
import inspect
import pickle

import pytest

from aiohttp_core.records import Record


class Point(Record):
    """A record for the tests."""

    x: int
    y: int = 0


class Named(Point):
    """A record with one field more."""

    name: str = ""


class Empty(Record):
    """A record without fields."""


def test_fields_by_position_and_by_name() -> None:
    for point in (Point(1, 2), Point(1, y=2), Point(x=1, y=2)):
        assert (point.x, point.y) == (1, 2)
    assert Point(1).y == 0
    assert (Named(1, 2, "n").name, Named(1, name="n").y) == ("n", 0)


def test_by_value() -> None:
    assert Point(1, 2) == Point(1, 2) != Point(2, 1)
    assert Point(1, 2) != Named(1, 2)
    assert Point(1) != (1, 0)
    assert len({Point(1, 2), Point(1, 2), Point(1)}) == 2
    assert Empty() == Empty()
    assert repr(Named(1, name="n")) == "Named(x=1, y=0, name='n')"
    assert repr(Empty()) == "Empty()"


@pytest.mark.parametrize(
    ("args", "kwargs", "message"),
    [
        ((), {}, "misses the argument 'x'"),
        ((1, 2, 3), {}, "takes 2 values, not 3"),
        ((1,), {"x": 2}, "multiple values for argument 'x'"),
        ((1,), {"z": 2}, "an unexpected argument 'z'"),
    ],
)
def test_wrong_arguments(args: tuple[int, ...], kwargs: dict[str, int], message: str) -> None:
    with pytest.raises(TypeError, match=message):
        Point(*args, **kwargs)


def test_frozen() -> None:
    point = Point(1)
    with pytest.raises(AttributeError, match="assign to field 'x'"):
        point.x = 2  # type: ignore[misc]
    with pytest.raises(AttributeError, match="delete field 'x'"):
        del point.x
    assert point == Point(1)


def test_what_inspects_and_copies_them() -> None:
    assert str(inspect.signature(Point)) == "(x: int, y: int = 0) -> None"
    match Point(1, 2):
        case Point(x, y):
            assert (x, y) == (1, 2)
    point = Named(1, 2, "n")
    assert copy.deepcopy(point) == pickle.loads(pickle.dumps(point)) == point


def test_what_dataclasses_do_with_them() -> None:
    point = Named(1, name="n")
    assert [field.name for field in dataclasses.fields(point)] == ["x", "y", "name"]
    assert dataclasses.asdict(point) == {"x": 1, "y": 0, "name": "n"}
    assert dataclasses.replace(point, y=5) == point.__replace__(y=5) == Named(1, 5, "n")
    assert dataclasses.fields(Empty()) == ()
    assert dataclasses.is_dataclass(Named)
