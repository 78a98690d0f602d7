"""Preconditions of a request (RFC 9110 section 13), as one pure decision.

The order is that of section 13.2.2.  A tag wins over a date; a date that cannot be read is no
condition.  Dates have whole seconds, so a representation's time is compared rounded up, as its
Last-Modified is written.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import Enum
from typing import Final

from aiohttp_core.fields.dates import parse_http_date
from aiohttp_core.fields.etags import ETag, parse_etag, strong_match, weak_match

__all__ = ("Preconditions", "Verdict", "evaluate_preconditions", "range_still_applies")

_SAFE_METHODS: Final = frozenset({"GET", "HEAD"})


class Verdict(Enum):
    """What the preconditions of a request ask for."""

    PROCEED = "proceed"
    NOT_MODIFIED = "not modified"
    """Answer 304."""
    FAILED = "precondition failed"
    """Answer 412."""


@dataclass(frozen=True, slots=True)
class Preconditions:
    """The parsed conditional fields of a request; ``None`` for absent or unreadable ones."""

    if_match: Collection[ETag] | None = None
    if_none_match: Collection[ETag] | None = None
    if_modified_since: datetime | None = None
    if_unmodified_since: datetime | None = None


def evaluate_preconditions(
    method: str,
    conditions: Preconditions,
    *,
    etag: ETag | None = None,
    last_modified: datetime | None = None,
    exists: bool = True,
) -> Verdict:
    """Decide what a request gets for a representation with these validators.

    ``exists`` is false where there is no representation yet: then ``If-Match: *`` fails and
    ``If-None-Match: *`` holds.  Source: RFC 9110 section 13.2.2, spec row ADD-530.
    """
    reading = method in _SAFE_METHODS
    modified = _whole_seconds(last_modified)
    if conditions.if_match is not None:
        if not exists or not strong_match(etag, conditions.if_match):
            return Verdict.FAILED
    elif (
        conditions.if_unmodified_since is not None
        and modified is not None
        and modified > conditions.if_unmodified_since
    ):
        return Verdict.FAILED
    if conditions.if_none_match is not None:
        if exists and weak_match(etag, conditions.if_none_match):
            return Verdict.NOT_MODIFIED if reading else Verdict.FAILED
    elif (
        reading
        and conditions.if_modified_since is not None
        and modified is not None
        and modified <= conditions.if_modified_since
    ):
        return Verdict.NOT_MODIFIED
    return Verdict.PROCEED


def range_still_applies(
    if_range: str | None, *, etag: ETag | None = None, last_modified: datetime | None = None
) -> bool:
    """Tell whether a Range may be served in the face of an If-Range value (section 13.1.5).

    Without If-Range it may.  A tag must match strongly, a date exactly; anything unreadable means
    that the whole representation has to be sent (spec rows ADD-534, ADD-1095).
    """
    if if_range is None:
        return True
    wanted = parse_etag(if_range)
    if wanted is not None:
        return strong_match(etag, (wanted,))
    date = parse_http_date(if_range)
    return date is not None and _whole_seconds(last_modified) == date


def _whole_seconds(moment: datetime | None) -> datetime | None:
    if moment is None:
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    if moment.microsecond:
        moment = moment.replace(microsecond=0) + timedelta(seconds=1)
    return moment
