"""The cookie vectors of the IETF http-state working group, with a fixed clock."""

import json
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any

import pytest
from yarl import URL

from aiohttp_client.cookiejar import CookieJar
from aiohttp_core.fields.cookie_dates import parse_cookie_date


def _folder() -> Path | None:
    for parent in Path(__file__).resolve().parents:
        folder = parent.parent / "shared" / "data" / "http-state"
        if folder.is_dir():
            return folder
    return None


FOLDER = _folder()
NOW = 1_300_000_000.0

NEWER_RULES = {
    # RFC 6265bis 5.6 step 1: a field with control characters is ignored as a whole.  RFC 6265 cut
    # it there.
    "DISABLED_CHROMIUM0022": [],
    "DISABLED_CHROMIUM0023": [],
    # RFC 6265bis 5.7 step 9: the last Domain counts, and an empty one means host-only.  RFC 6265
    # ignored empty ones.
    "OPTIONAL_DOMAIN0042": [("foo", "bar")],
}


def _load(name: str) -> list[dict[str, Any]]:
    if FOLDER is None:
        return []
    cases: list[dict[str, Any]] = json.loads((FOLDER / name).read_text())
    return cases


def test_the_vectors_are_there() -> None:
    if FOLDER is None:
        pytest.skip("the folder with the http-state vectors is absent")
    assert len(_load("parser.json")) == 222


@pytest.mark.spec("JAR-01", "ADD-243", "ADD-244", "ADD-246", "ADD-247", "ADD-248")
@pytest.mark.parametrize("case", _load("parser.json"), ids=lambda case: case["test"])
def test_jar(case: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("time.time", lambda: NOW)
    url = URL(f"http://home.example.org:8888/cookie-parser?{case['test']}")
    jar = CookieJar()
    jar.update_cookies_from_headers(case["received"], url)
    target = url.join(URL(case.get("sent-to", "/cookie-parser-result")))
    sent = [(morsel.key, morsel.coded_value) for morsel in jar.matching_cookies(target)]
    wanted = [(cookie["name"], cookie["value"]) for cookie in case["sent"]]
    assert sent == NEWER_RULES.get(case["test"], wanted)
    # What is sent for real is the same, but for one cookie per name.
    assert set(jar.filter_cookies(target)) == {name for name, _ in sent}


@pytest.mark.spec("ADD-240")
@pytest.mark.parametrize(
    "case", _load("examples.json") + _load("bsd-examples.json"), ids=lambda case: case["test"]
)
def test_dates(case: dict[str, Any]) -> None:
    expected = case["expected"]
    wanted = None if expected is None else parsedate_to_datetime(expected)
    assert parse_cookie_date(case["test"]) == wanted
