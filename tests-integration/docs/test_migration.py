"""The migration pages name every old thing of the inventory and what replaces it."""

import importlib
import re
import warnings

import pytest
from blocks import DOCS, ROOT
from legacy_names import BEHAVIOUR, NAMES

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


@pytest.mark.parametrize("line", TABLE, ids=lambda line: f"{line[0]}-{line[1]}")
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
