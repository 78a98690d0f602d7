"""The marks in the tests name rows that exist."""

import re
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest

from tools import spec_coverage
from tools.spec_coverage import Row


def test_all_marks_name_known_rows() -> None:
    _, problems = spec_coverage.collect(spec_coverage.read_rows())
    assert problems == []


def test_rows_are_unique() -> None:
    ids = [row.id for row in spec_coverage.read_rows()]
    assert len(ids) == len(set(ids)) == 848 + 100 + 1108


def test_marks_of_functions_classes_modules_and_parameters(tmp_path: Path) -> None:
    path = tmp_path / "test_trial.py"
    path.write_text(
        "import pytest\n"
        "pytestmark = [pytest.mark.spec('AA-01')]\n"
        "@pytest.mark.spec('AA-02', 'AA-03')\n"
        "def test_one(): ...\n"
        "@pytest.mark.spec('AA-04')\n"
        "class TestTwo:\n"
        "    @pytest.mark.parametrize('x', [pytest.param(1, marks=pytest.mark.spec('AA-05'))])\n"
        "    async def test_three(self, x): ...\n"
    )
    found = [(mark.test, mark.ids) for mark in spec_coverage.marks_in(path, tmp_path)]
    assert set(found) == {
        ("test_trial.py", ("AA-01",)),
        ("test_trial.py::test_one", ("AA-02", "AA-03")),
        ("test_trial.py::TestTwo", ("AA-04",)),
        ("test_trial.py::TestTwo::test_three", ("AA-05",)),
    }


def test_names_may_come_from_a_table(tmp_path: Path) -> None:
    path = tmp_path / "test_trial.py"
    path.write_text(
        "ROWS = [('AA-01', 200, 'OK'), ('AA-02', 404, 'No')]\n"
        "OTHER = ['AA-03']\n"
        "CASES = [pytest.param(r[1], marks=pytest.mark.spec(r[0])) for r in OTHER]\n"
        "@pytest.mark.parametrize('s', [param(r[1], marks=pytest.mark.spec(r[0])) for r in ROWS])\n"
        "def test_one(s): ...\n"
    )
    outside, mark = spec_coverage.marks_in(path, tmp_path)
    assert (mark.test, mark.ids) == ("test_trial.py::test_one", ("AA-01", "AA-02"))
    assert (outside.test, outside.ids) == ("test_trial.py", ("AA-03",))


@pytest.mark.parametrize("text", ["ROW", "", "*ROWS", "'A-1', 2", "id='A-1'"])
def test_marks_must_name_rows(text: str, tmp_path: Path) -> None:
    path = tmp_path / "test_trial.py"
    path.write_text(f"@pytest.mark.spec({text})\ndef test_one(): ...\n")
    with pytest.raises(ValueError, match=r"test_trial\.py:1"):
        spec_coverage.marks_in(path, tmp_path)


def test_page_counts_and_lists() -> None:
    rows = [
        Row("AA-01", "FEATURES", "1.1 Things", "new"),
        Row("AA-02", "FEATURES", "1.1 Things", "legacy"),
        Row("AA-03", "FEATURES", "1.1 Things", "new", "AA-01 stands"),
    ]
    text = spec_coverage.page(
        rows, {"AA-01": ["packages/core/tests/test_x.py::test_y"], "AA-02": [], "AA-03": []}
    )
    assert "**1 of 3 rows** are named by a test; 1 are overridden" in text
    assert "| FEATURES | 1.1 Things | 3 | 1 | 1 | 1 |" in text
    assert "| AA-01 | `core/test_x::test_y` |" in text
    assert "| AA-03 | AA-01 stands |" in text
    assert "Without a test of their own: AA-02." in text


def test_overridden_rows_stay_so_and_name_what_stands(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = spec_coverage.read_rows()
    ids = {row.id for row in rows}
    overridden = [row for row in rows if row.overridden]
    assert overridden
    for row in overridden:
        named = set(re.findall(r"[A-Z]{2,}-\d+|\bC\d+", row.overridden)) - {row.id}
        higher = re.search(r"\bissue \d+|\bRFC \d+", row.overridden)
        assert named or higher, f"{row.id}: the reason names no row, issue or RFC"
        assert named <= ids, f"{row.id}: {named - ids}"
    plain = [replace(row, overridden="") for row in rows]
    assert spec_coverage.updated(plain, rows) == rows
    monkeypatch.setattr(spec_coverage, "ROWS", tmp_path / "rows.tsv")
    spec_coverage.write_rows(rows)
    assert spec_coverage.read_rows() == rows


def test_a_test_cannot_prove_an_overridden_row(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "test_trial.py"
    path.write_text("@pytest.mark.spec('AA-01')\ndef test_one(): ...\n")
    monkeypatch.setattr(spec_coverage, "test_files", lambda: [path])
    monkeypatch.setattr(spec_coverage, "marks_in", partial(spec_coverage.marks_in, root=tmp_path))
    row = Row("AA-01", "FEATURES", "1.1 Things", "new")
    assert spec_coverage.collect([row]) == ({"AA-01": ["test_trial.py::test_one"]}, [])
    tests, problems = spec_coverage.collect([replace(row, overridden="AA-02 stands")])
    assert tests == {"AA-01": []}
    assert problems == ["test_trial.py:1: row AA-01 is overridden, no test can prove it"]
