"""Preconditions."""

from datetime import UTC, datetime, timedelta

import pytest

from aiohttp_core.fields.conditional import (
    Preconditions,
    Verdict,
    evaluate_preconditions,
    range_still_applies,
)
from aiohttp_core.fields.etags import ETag

NOW = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
OLDER, NEWER = NOW - timedelta(seconds=1), NOW + timedelta(seconds=1)
A, B, WEAK_A, ANY = ETag("a"), ETag("b"), ETag("a", True), ETag("*")
GO, SAME, FAILED = Verdict.PROCEED, Verdict.NOT_MODIFIED, Verdict.FAILED


@pytest.mark.parametrize(
    ("method", "conditions", "verdict"),
    [
        ("GET", Preconditions(), GO),
        ("GET", Preconditions(if_match=[A]), GO),
        ("GET", Preconditions(if_match=[B]), FAILED),
        ("GET", Preconditions(if_match=[WEAK_A]), FAILED),
        ("PUT", Preconditions(if_match=[ANY]), GO),
        ("GET", Preconditions(if_match=[]), FAILED),
        ("GET", Preconditions(if_unmodified_since=OLDER), FAILED),
        ("GET", Preconditions(if_unmodified_since=NOW), GO),
        ("GET", Preconditions(if_match=[A], if_unmodified_since=OLDER), GO),
        ("GET", Preconditions(if_none_match=[A]), SAME),
        ("HEAD", Preconditions(if_none_match=[WEAK_A]), SAME),
        ("GET", Preconditions(if_none_match=[ANY]), SAME),
        ("PUT", Preconditions(if_none_match=[ANY]), FAILED),
        ("GET", Preconditions(if_none_match=[B]), GO),
        ("GET", Preconditions(if_none_match=[B], if_modified_since=NEWER), GO),
        ("GET", Preconditions(if_modified_since=NOW), SAME),
        ("GET", Preconditions(if_modified_since=NEWER), SAME),
        ("GET", Preconditions(if_modified_since=OLDER), GO),
        ("POST", Preconditions(if_modified_since=NEWER), GO),
        ("GET", Preconditions(if_match=[B], if_none_match=[A]), FAILED),
    ],
)
@pytest.mark.spec("ADD-530", "FILE-06", "WREQ-16", "WREQ-17")
def test_order(method: str, conditions: Preconditions, verdict: Verdict) -> None:
    assert evaluate_preconditions(method, conditions, etag=A, last_modified=NOW) is verdict


@pytest.mark.spec("ADD-530")
def test_without_validators_or_representation() -> None:
    assert evaluate_preconditions("GET", Preconditions(if_modified_since=NOW)) is GO
    assert evaluate_preconditions("GET", Preconditions(if_unmodified_since=OLDER)) is GO
    assert evaluate_preconditions("PUT", Preconditions(if_match=[ANY]), exists=False) is FAILED
    assert evaluate_preconditions("PUT", Preconditions(if_none_match=[ANY]), exists=False) is GO


@pytest.mark.spec("ADD-528", "ADD-530")
def test_fractions_of_a_second_do_not_count() -> None:
    modified = NOW.replace(microsecond=1)
    asked = Preconditions(if_modified_since=NEWER)
    assert evaluate_preconditions("GET", asked, last_modified=modified) is SAME
    asked = Preconditions(if_unmodified_since=NEWER)
    assert evaluate_preconditions("GET", asked, last_modified=modified.replace(tzinfo=None)) is GO


@pytest.mark.parametrize(
    ("text", "applies"),
    [
        (None, True),
        ('"a"', True),
        ('W/"a"', False),
        ('"b"', False),
        ("Fri, 02 Jan 2026 03:04:05 GMT", True),
        ("Fri, 02 Jan 2026 03:04:04 GMT", False),
        ("Fri, 02 Jan 2026 03:04:06 GMT", False),
        ("rubbish", False),
    ],
)
@pytest.mark.spec("FILE-02", "ADD-534", "ADD-1095", "ADD-468")
def test_if_range(text: str | None, applies: bool) -> None:
    assert range_still_applies(text, etag=A, last_modified=NOW) is applies


def test_if_range_without_validators() -> None:
    assert not range_still_applies('"a"')
    assert not range_still_applies("Fri, 02 Jan 2026 03:04:05 GMT")
