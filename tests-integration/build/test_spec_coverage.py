"""The marks in the tests name rows that exist."""

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
    ]
    text = spec_coverage.page(
        rows, {"AA-01": ["packages/core/tests/test_x.py::test_y"], "AA-02": []}
    )
    assert "**1 of 2 rows**" in text
    assert "| FEATURES | 1.1 Things | 2 | 1 | 1 |" in text
    assert "| AA-01 | `core/test_x::test_y` |" in text
    assert "Without a test of their own: AA-02." in text
