#!/usr/bin/env python3
"""Which rows of the feature inventory have a test.

    python3 tools/spec_coverage.py             write docs/spec_coverage.md
    python3 tools/spec_coverage.py --check     status 1 if that page is not up to date
    python3 tools/spec_coverage.py --missing   print the rows without a test
    python3 tools/spec_coverage.py --update    read the rows anew from the inventory itself

A test names the rows it proves with ``@pytest.mark.spec("STR-02", "ADD-084")``; the marks are
found in the syntax trees of the tests, nothing is run.  In a table of parameters the name may
come from the table: ``marks=pytest.mark.spec(row[0])`` counts every row that the table names.  A
mark that names no known row is an error.  The rows stand in ``tools/spec_rows.tsv``, so that this
works where the inventory is not at hand.  A fifth column there says why a row does not hold: it
contradicts another row, an issue or an RFC, which is named.  Such a row is *overridden*: it needs
no test, and a test that claims to prove it is an error.  Standard library only.
"""

from __future__ import annotations

import argparse
import ast
import re
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
ROWS = ROOT / "tools" / "spec_rows.tsv"
PAGE = ROOT / "docs" / "spec_coverage.md"
INVENTORY = [ROOT.parent / "shared" / "spec" / name for name in ("FEATURES.md", "ADDENDUM.md")]
_ROW = re.compile(r"- ([A-Z]{2,}-\d+|C\d+)(?: \[(new|kept|legacy)\])?(?= )")
_ID = re.compile(r"[A-Z]{2,}-\d+|C\d+")
_HEADING = re.compile(r"#{1,2} (.+)")


@dataclass(frozen=True)
class Row:
    """One row of the inventory, without its text."""

    id: str
    document: str
    section: str
    mark: str
    overridden: str = ""
    """Why the row does not hold: which row, issue or RFC stands against it; empty if it holds."""


@dataclass(frozen=True)
class Mark:
    """One use of the marker: the test that carries it and the rows it names."""

    test: str
    ids: tuple[str, ...]
    place: str


def read_inventory(paths: Sequence[Path]) -> list[Row]:
    """Return the rows of the documents, in their order."""
    rows = []
    for path in paths:
        section = ""
        for line in path.read_text().splitlines():
            if heading := _HEADING.fullmatch(line):
                section = heading[1]
            elif row := _ROW.match(line):
                rows.append(Row(row[1], path.stem, section, row[2] or "-"))
    return rows


def read_rows() -> list[Row]:
    """Return the committed rows."""
    return [Row(*line.split("\t")) for line in ROWS.read_text().splitlines() if line]


def updated(rows: Sequence[Row], known: Sequence[Row]) -> list[Row]:
    """Return the rows read anew, with what *known* says of those that are overridden."""
    reasons = {row.id: row.overridden for row in known}
    return [replace(row, overridden=reasons.get(row.id, "")) for row in rows]


def write_rows(rows: Sequence[Row]) -> None:
    """Commit the rows to their file."""
    lines = (
        f"{r.id}\t{r.document}\t{r.section}\t{r.mark}\t{r.overridden}".rstrip("\t") for r in rows
    )
    ROWS.write_text("\n".join(lines) + "\n")


def _is_spec(node: ast.AST) -> bool:
    return (
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr == "spec"
        and isinstance(node.func.value, ast.Attribute)
        and node.func.value.attr == "mark"
    )


def _walk(
    node: ast.AST, owner: tuple[str, ...], outermost: ast.AST
) -> Iterator[tuple[ast.Call, tuple[str, ...], ast.AST]]:
    """Yield each mark with its test and the whole decorator or statement it stands in."""
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        owner = (*owner, node.name)
    if isinstance(node, ast.Call) and _is_spec(node):
        yield node, owner, outermost
    for child in ast.iter_child_nodes(node):
        new = isinstance(child, ast.stmt) or child in getattr(node, "decorator_list", ())
        yield from _walk(child, owner, child if new else outermost)


def _texts(node: ast.AST) -> list[str]:
    constants = (n.value for n in ast.walk(node) if isinstance(n, ast.Constant))
    return [value for value in constants if isinstance(value, str)]


def _ids(call: ast.Call, outermost: ast.AST, tables: dict[str, ast.AST]) -> list[str]:
    """Return the rows of a mark: its literals, or those of the tables its decorator names."""
    literal = [text for argument in call.args for text in _texts(argument)]
    if len(literal) == len(call.args) and all(isinstance(a, ast.Constant) for a in call.args):
        return literal
    names = {n.id for n in ast.walk(outermost) if isinstance(n, ast.Name)}
    found = [text for name in sorted(names & set(tables)) for text in _texts(tables[name])]
    return [text for text in found if _ID.fullmatch(text)]


def marks_in(path: Path, root: Path = ROOT) -> list[Mark]:
    """Return the marks of one test file; raise ``ValueError`` for one that names no row."""
    name = path.relative_to(root).as_posix()
    tree = ast.parse(path.read_text())
    tables: dict[str, ast.AST] = {}
    for node in tree.body:
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            tables[node.targets[0].id] = node.value
        elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name) and node.value:
            tables[node.target.id] = node.value
    found = []
    for call, owner, outermost in _walk(tree, (), tree):
        ids = _ids(call, outermost, tables)
        if call.keywords or not ids:
            raise ValueError(f"{name}:{call.lineno}: a spec mark needs names of rows")
        found.append(Mark("::".join((name, *owner)), tuple(ids), f"{name}:{call.lineno}"))
    return found


def test_files() -> list[Path]:
    """Return every test file of the workspace."""
    return sorted([*ROOT.glob("packages/*/tests/**/*.py"), *ROOT.glob("tests-integration/**/*.py")])


def collect(rows: Sequence[Row]) -> tuple[dict[str, list[str]], list[str]]:
    """Return {row: its tests} and what is wrong with the marks."""
    tests: dict[str, list[str]] = {row.id: [] for row in rows}
    overridden = {row.id for row in rows if row.overridden}
    problems = []
    for path in test_files():
        try:
            marks = marks_in(path)
        except ValueError as error:
            problems.append(str(error))
            continue
        for mark in marks:
            for row in mark.ids:
                if row not in tests:
                    problems.append(f"{mark.place}: there is no row {row}")
                elif row in overridden:
                    problems.append(f"{mark.place}: row {row} is overridden, no test can prove it")
                elif mark.test not in tests[row]:
                    tests[row].append(mark.test)
    return tests, problems


def _short(test: str) -> str:
    """Return the name of a test without the folders that say nothing."""
    return test.replace("packages/", "", 1).replace("/tests/", "/", 1).replace(".py::", "::")


def page(rows: Sequence[Row], tests: dict[str, list[str]]) -> str:
    """Return the page: counts of each section, then the tests of each row."""
    sections: dict[tuple[str, str], list[Row]] = {}
    for row in rows:
        sections.setdefault((row.document, row.section), []).append(row)
    covered = sum(1 for row in rows if tests[row.id])
    overridden = sum(1 for row in rows if row.overridden)
    out = [
        "# Rows of the inventory and their tests",
        "",
        "Written by `python3 tools/spec_coverage.py` from the marks in the tests; not by hand.",
        "",
        f"**{covered} of {len(rows)} rows** are named by a test; {overridden} are overridden.",
        "",
        "| document | section | rows | with a test | overridden | legacy |",
        "|---|---|---:|---:|---:|---:|",
    ]
    for (document, section), group in sections.items():
        have = sum(1 for row in group if tests[row.id])
        legacy = sum(1 for row in group if row.mark == "legacy")
        gone = sum(1 for row in group if row.overridden)
        out.append(f"| {document} | {section} | {len(group)} | {have} | {gone} | {legacy} |")
    for (document, section), group in sections.items():
        proven = [row for row in group if tests[row.id]]
        gone_rows = [row for row in group if row.overridden]
        open_rows = [row.id for row in group if not tests[row.id] and not row.overridden]
        out += ["", f"## {document}: {section}", ""]
        if proven:
            out += ["| row | tests |", "|---|---|"]
            for row in proven:
                names = "<br>".join(f"`{_short(test)}`" for test in tests[row.id])
                out.append(f"| {row.id} | {names} |")
        if gone_rows:
            out += ["", "| overridden | reason |", "|---|---|"]
            out += [f"| {row.id} | {row.overridden} |" for row in gone_rows]
        if open_rows:
            out += ["", "Without a test of their own: " + ", ".join(open_rows) + "."]
    return "\n".join(out) + "\n"


def main(arguments: Sequence[str]) -> int:
    """Write, check or list; return 1 for wrong marks or a stale page."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--check", action="store_true")
    parser.add_argument("--missing", action="store_true")
    parser.add_argument("--update", action="store_true")
    options = parser.parse_args(arguments)
    if options.update:
        write_rows(updated(read_inventory(INVENTORY), read_rows()))
    rows = read_rows()
    tests, problems = collect(rows)
    for problem in problems:
        print(problem)
    if options.missing:
        for row in rows:
            if not tests[row.id] and not row.overridden:
                print(f"{row.id}\t{row.mark}\t{row.document}: {row.section}")
        return 1 if problems else 0
    text = page(rows, tests)
    if options.check:
        stale = not PAGE.is_file() or PAGE.read_text() != text
        if stale:
            print(f"{PAGE.relative_to(ROOT)} is not up to date")
        return 1 if stale or problems else 0
    PAGE.write_text(text)
    print(f"{sum(1 for t in tests.values() if t)} of {len(rows)} rows have a test")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
