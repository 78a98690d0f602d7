"""The migration pages name every old thing of the inventory and what replaces it."""

import re

import pytest
from blocks import DOCS, ROOT

ROWS = [line.split("\t") for line in (ROOT / "tools/spec_rows.tsv").read_text().splitlines()]
LEGACY = [row[0] for row in ROWS if row[3] == "legacy"]
PAGES = "".join(page.read_text("utf-8") for page in sorted((DOCS / "migration").glob("*.md")))
NAMED = {row for comment in re.findall(r"<!-- ([A-Z0-9 -]+) -->", PAGES) for row in comment.split()}


@pytest.mark.parametrize("row", LEGACY)
def test_every_legacy_row_has_its_line(row: str) -> None:
    assert row in NAMED


def test_no_line_names_a_row_that_is_none() -> None:
    assert NAMED - {row[0] for row in ROWS} == set()
