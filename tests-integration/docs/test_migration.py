"""The migration pages name every old thing of the inventory and what replaces it."""

import importlib
import inspect
import re
import warnings
from collections.abc import Callable

import pytest
from blocks import DOCS, ROOT, blocks
from legacy_names import BEHAVIOUR, NAMES

from aiohttp import web
from aiohttp.test_utils import make_mocked_request

ROWS = [line.split("\t") for line in (ROOT / "tools/spec_rows.tsv").read_text().splitlines()]
LEGACY = [row[0] for row in ROWS if row[3] == "legacy"]
TABLE = [tuple(cell.strip() for cell in line.split(" | ")) for line in NAMES.split("\n") if line]
PAGES = {page.stem: page.read_text("utf-8") for page in sorted((DOCS / "migration").glob("*.md"))}
_COMMENT = re.compile(r"<!-- ((?:[A-Z]+-\d+ ?)+) -->")
_ROLE = re.compile(r"\{[a-z]+\}`[!~]?(?:[^`<]*<)?([^`>]+)>?`")


def passages() -> dict[str, list[str]]:
    """Return what the pages say about each row: a line of a table, or the text before the mark."""
    found: dict[str, list[str]] = {}
    for text in PAGES.values():
        for block in re.split(r"\n\n|\n(?=[|*])", text):
            start = 0
            for comment in _COMMENT.finditer(block):
                # A line of a table is one passage, wherever the marks stand in it.
                said = block if block.startswith("|") else block[start : comment.start()]
                start = comment.end()
                for row in comment[1].split():
                    found.setdefault(row, []).append(_COMMENT.sub("", said))
    return found


PASSAGES = passages()


def cells(passage: str) -> tuple[str, str]:
    """Return the old and the new side of a line of a table; roles as the names they link to."""
    plain = _ROLE.sub(lambda role: f"`{role[1]}`", passage)
    parts = re.split(r"(?<!\\)\|", plain.strip().strip("|"))
    return parts[0], " ".join(parts[1:])


def find(dotted: str) -> object:
    """Return what a dotted name means; raises if it means nothing."""
    parts = dotted.split(".")
    for cut in range(len(parts), 0, -1):
        try:
            value: object = importlib.import_module(".".join(parts[:cut]))
        except ImportError:
            continue
        for number, name in enumerate(parts[cut:], cut):
            fields = getattr(value, "__dataclass_fields__", {})
            if name in fields and number == len(parts) - 1:
                return fields[name]
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", DeprecationWarning)
                value = getattr(value, name)
        return value
    raise ImportError(dotted)


@pytest.mark.parametrize("row", LEGACY)
def test_every_legacy_row_has_its_place(row: str) -> None:
    assert row in PASSAGES
    assert (row in BEHAVIOUR) != (row in {line[0] for line in TABLE})


#: Rows that say no more than which name took the place of which.
RENAMED = (
    "APP-20",
    "APP-21",
    "CON-36",
    "CREQ-30",
    "FILE-07",
    "HTTP-32",
    "NEST-10",
    "RES-13",
    "RES-15",
    "RTR-27",
    "SES-39",
    "WREQ-29",
    "WREQ-30",
    "WRSP-30",
    "WSC-18",
    "WSP-08",
)


@pytest.mark.parametrize(
    "line",
    [
        pytest.param(
            line,
            id=f"{line[0]}-{line[1]}",
            marks=[pytest.mark.spec(line[0])] if line[0] in RENAMED else [],
        )
        for line in TABLE
    ],
)
def test_an_old_name_stands_beside_its_replacement(line: tuple[str, ...]) -> None:
    row, old, now, found, gone = line
    for passage in PASSAGES[row]:
        left, right = cells(passage) if passage.startswith("|") else (passage, passage)
        if old in left and now in right:
            break
    else:
        pytest.fail(f"no line of {row} has {old!r} on the left and {now!r} on the right")
    if found != "-":
        find(found)
    if gone != "-":
        with pytest.raises((ImportError, AttributeError)):
            find(gone)


@pytest.mark.parametrize(("row", "words"), BEHAVIOUR.items())
def test_what_has_stayed_is_said(row: str, words: str) -> None:
    assert any(words in passage for passage in PASSAGES[row])


def test_no_line_names_a_row_that_is_none() -> None:
    assert set(PASSAGES) - {row[0] for row in ROWS} == set()


def test_an_unknown_name_would_be_noticed() -> None:
    with pytest.raises(AttributeError):
        find("aiohttp.ClientSession.no_such_name")
    with pytest.raises(ImportError):
        find("no_such_module.name")


@pytest.mark.spec("WRSP-34", "C95")
def test_responses_and_exceptions_are_made_without_a_request() -> None:
    request = make_mocked_request("GET", "/")
    assert "request" not in inspect.signature(web.Response.__init__).parameters
    assert not hasattr(web.Response, "send_headers")
    with pytest.raises(TypeError):
        web.HTTPFound(request, "/elsewhere")  # type: ignore[call-arg,arg-type]
    assert web.HTTPFound("/elsewhere").headers["Location"] == "/elsewhere"


@pytest.mark.spec("C92", "C98", "ADD-972")
@pytest.mark.parametrize("make", [web.Response, lambda: web.HTTPFound("/")])
def test_the_version_of_a_cookie_is_accepted_and_never_sent(
    make: Callable[[], web.Response | web.HTTPFound],
) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for version in ({}, {"version": "1"}):
            made = make()
            made.set_cookie("a", "b", **version)
            assert made.cookies["a"].OutputString() == "a=b; Path=/"


@pytest.mark.spec("WREQ-33", "C67")
def test_the_scheme_is_that_of_the_transport_unless_cloned() -> None:
    fields = {"X-Forwarded-Proto": "https", "Forwarded": "proto=https"}
    request = make_mocked_request("GET", "/", headers=fields)
    assert request.scheme == "http"
    assert request.clone(scheme="https").scheme == "https"
    for made in (web.Application, web.AppRunner, web.Server):
        assert "secure_proxy_ssl_header" not in inspect.signature(made.__init__).parameters


@pytest.mark.spec("C58")
def test_the_reference_has_all_kinds_of_responses() -> None:
    page = (DOCS / "reference" / "web_requests_responses.rst").read_text("utf-8")
    for name in ("StreamResponse", "Response", "FileResponse", "WebSocketResponse"):
        assert re.search(rf"^   {name}$", page, re.MULTILINE), name
        assert issubclass(getattr(web, name), web.StreamResponse)


@pytest.mark.spec("C46", "C47")
def test_examples_do_not_repeat_the_mistakes_of_old_ones() -> None:
    """All examples are run or type-checked; these are the mistakes that the old pages had."""
    assert not hasattr(web, "add_get")
    for block in blocks():
        assert "web.add_get" not in block.text
        assert not re.search(r"(?<!await )\bws\.send_(str|bytes|json)\(", block.text), block.name
        assert "response.message" not in block.text


@pytest.mark.spec("C59")
def test_notes_of_versions_do_not_decide() -> None:
    """Responses are mappings, and the access log is on, whatever note stands beside either."""
    response = web.Response()
    response["key"] = 1
    assert dict(response) == {"key": 1}
    assert inspect.signature(web.run_app).parameters["access_log"].default is not None
