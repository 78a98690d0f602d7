"""Range and Content-Range."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aiohttp_core.fields.ranges import (
    MAX_RANGES,
    ByteRange,
    ContentRange,
    RangeNotSatisfiable,
    RangeSpec,
    content_range_header,
    parse_content_range,
    parse_range,
    parse_range_set,
    satisfiable_ranges,
    unsatisfied_range_header,
)

MOST = 2**63 - 1


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (None, slice(None, None, 1)),
        ("bytes=0-499", slice(0, 500, 1)),
        ("BYTES=0-0", slice(0, 1, 1)),
        ("bytes=500-", slice(500, None, 1)),
        ("bytes=-500", slice(-500, None, 1)),
        ("bytes=000-001", slice(0, 2, 1)),
        ("bytes=0-" + "9" * 30, slice(0, MOST + 1, 1)),
        ("bytes=" + "0" * 30 + "-1", slice(0, 2, 1)),
        ("bytes=" + "9" * 5000 + "-", slice(MOST, None, 1)),
    ],
)
@pytest.mark.spec("WREQ-15", "ADD-467", "ADD-532")
def test_single_range(text: str | None, expected: slice) -> None:
    assert parse_range(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "", "bytes", "bytes=", "bytes=-", "bytes=-0", "bytes=5-2", "bytes=0-1,2-3", "x=0-1",
        "bytes=a-b", "bytes=1--2", "bytes=+1-2", "bytes=1_0-20", "bytes=\u0661-\u0662",
        "bytes= 0-1", "bytes=0-1\n", "byte\u017f=0-1",
    ],
)  # fmt: skip
@pytest.mark.spec("WREQ-15", "ADD-467", "ADD-533")
def test_bad_single_range(text: str) -> None:
    with pytest.raises(ValueError, match=r"range|start"):
        parse_range(text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("bytes=0-1", [(0, 1)]),
        ("Bytes = 0-1 , 5-, -3,,", [(0, 1), (5, None), (None, 3)]),
        ("bytes=" + ",".join(["0-"] * MAX_RANGES), [(0, None)] * MAX_RANGES),
        ("bytes=" + ",".join(["0-"] * (MAX_RANGES + 1)), None),
        ("bytes=0-" + ",0-" * 100_000, None),
        # Section 14.2: a unit that is not understood must be ignored.
        ("x=0-1", None),
        (" items = first", None),
    ],
)
def test_range_set(text: str, expected: list[tuple[int | None, int | None]] | None) -> None:
    assert parse_range_set(text) == expected


@pytest.mark.parametrize(
    "text", ["", "=0-1", "x y=0-1", "bytes=", "bytes=,", "bytes=0-1,x", "bytes=2-1"]
)
def test_bad_range_set(text: str) -> None:
    with pytest.raises(ValueError, match=r"range|start"):
        parse_range_set(text)


@pytest.mark.parametrize(
    ("specs", "expected"),
    [
        ([(0, 4)], [(0, 5)]),
        ([(0, 99)], [(0, 10)]),
        ([(None, 3)], [(7, 10)]),
        ([(None, 99)], [(0, 10)]),
        ([(5, None), (0, 1)], [(0, 2), (5, 10)]),
        ([(0, 4), (5, 6)], [(0, 7)]),
        ([(0, 9), (2, 3), (None, 1)], [(0, 10)]),
        ([(50, 60), (0, 0)], [(0, 1)]),
        ([(0, None)] * 16, [(0, 10)]),
    ],
)
@pytest.mark.spec("ADD-532")
def test_merging(
    specs: list[tuple[int | None, int | None]], expected: list[tuple[int, int]]
) -> None:
    assert satisfiable_ranges([RangeSpec(*spec) for spec in specs], 10) == expected


@pytest.mark.parametrize("size", [0, 10])
@pytest.mark.spec("ADD-533")
def test_unsatisfiable(size: int) -> None:
    with pytest.raises(RangeNotSatisfiable):
        satisfiable_ranges([RangeSpec(10, None), RangeSpec(11, 12)], size)
    with pytest.raises(RangeNotSatisfiable):
        satisfiable_ranges([RangeSpec(None, 5)], 0)
    assert unsatisfied_range_header(size) == f"bytes */{size}"


@given(st.lists(st.tuples(st.integers(0, 50), st.integers(0, 50)), min_size=1), st.integers(1, 40))
def test_no_more_bytes_than_there_are(pairs: list[tuple[int, int]], size: int) -> None:
    specs = [RangeSpec(min(pair), max(pair)) for pair in pairs]
    wanted = {n for first, last in specs for n in range(first or 0, (last or 0) + 1) if n < size}
    try:
        ranges = satisfiable_ranges(specs, size)
    except RangeNotSatisfiable:
        assert not wanted
        return
    served = [n for start, stop in ranges for n in range(start, stop)]
    assert served == sorted(wanted)


@pytest.mark.parametrize(
    ("arguments", "text"),
    [((0, 5, 10), "bytes 0-4/10"), ((0, 10, 10), "bytes 0-9/10"), ((3, 4, None), "bytes 3-3/*")],
)
def test_content_range(arguments: tuple[int, int, int | None], text: str) -> None:
    assert content_range_header(*arguments) == text
    assert parse_content_range(text) == ContentRange("bytes", *arguments)


@pytest.mark.parametrize("arguments", [(0, 0, 1), (-1, 2, 3), (0, 4, 3), (5, 2, None)])
def test_content_range_is_strict(arguments: tuple[int, int, int | None]) -> None:
    with pytest.raises(ValueError, match="Impossible"):
        content_range_header(*arguments)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (None, None),
        ("bytes */7", ContentRange("bytes", None, None, 7)),
        ("bytes */*", None),
        ("bytes 5-4/10", None),
        ("bytes 0-9/9", None),
        ("bytes=0-9/10", None),
        ("bytes 0-9", None),
        ("bytes \u0660-9/10", None),
        (" Items 0-9/10 ", ContentRange("items", 0, 10, 10)),
    ],
)
def test_read_content_range(text: str | None, expected: ContentRange | None) -> None:
    assert parse_content_range(text) == expected


def test_byte_range_is_a_pair() -> None:
    assert ByteRange(1, 2) == (1, 2)
