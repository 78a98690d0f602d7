"""Code as users write it has types: under mypy and pyright, both as strict as they can be."""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).parent
SAMPLES = sorted((HERE / "samples").glob("*.py"))
WRONG = HERE / "wrong.py"

pytestmark = pytest.mark.timeout(280)


def complaints_of_mypy(folder: Path, *files: Path) -> list[tuple[str, int, str]]:
    """Return file name, line and text of each error, with no settings of this workspace."""
    (folder / "mypy.ini").write_text("[mypy]\nstrict = true\n")
    command = [sys.executable, "-m", "mypy", "--config-file", "mypy.ini", "--no-error-summary"]
    done = subprocess.run(
        [*command, *map(os.fspath, files)],
        cwd=folder,
        env={k: v for k, v in os.environ.items() if k not in ("MYPYPATH", "PYTHONPATH")},
        capture_output=True,
        text=True,
        timeout=250,
    )
    assert done.returncode in (0, 1), done.stdout + done.stderr
    found = re.findall(r"^(.*?):(\d+): error: (.*)$", done.stdout, re.MULTILINE)
    return [(Path(name).name, int(line), text) for name, line, text in found]


def complaints_of_pyright(folder: Path, *files: Path) -> list[tuple[str, int, str]]:
    """Return file name, line and text of each error; skip where there is no pyright."""
    pytest.importorskip("pyright")
    version = subprocess.run(
        [sys.executable, "-m", "pyright", "--version"], capture_output=True, text=True, timeout=200
    )
    if version.returncode:
        pytest.skip(f"pyright cannot be fetched: {(version.stderr or version.stdout)[-200:]}")
    for file in files:
        shutil.copy(file, folder)
    (folder / "pyrightconfig.json").write_text(json.dumps({"typeCheckingMode": "strict"}))
    done = subprocess.run(
        [
            *(sys.executable, "-m", "pyright", "--outputjson", "--pythonpath", sys.executable),
            *("--project", os.fspath(folder)),
        ],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=250,
    )
    assert done.returncode in (0, 1), done.stdout + done.stderr
    report = json.loads(done.stdout)
    assert report["summary"]["filesAnalyzed"] == len(files)
    return [
        (Path(each["file"]).name, each["range"]["start"]["line"] + 1, each["message"])
        for each in report["generalDiagnostics"]
        if each["severity"] == "error"
    ]


CHECKERS = pytest.mark.parametrize(
    "complaints_of", [complaints_of_mypy, complaints_of_pyright], ids=["mypy", "pyright"]
)


@CHECKERS
@pytest.mark.spec("WSP-04")
def test_samples_are_well_typed(complaints_of, tmp_path):
    assert complaints_of(tmp_path, *SAMPLES) == []


@CHECKERS
def test_mistakes_are_found(complaints_of, tmp_path):
    lines = WRONG.read_text().splitlines()
    expected = {number for number, line in enumerate(lines, 1) if line.endswith("# wrong")}
    assert {line for _, line, _ in complaints_of(tmp_path, WRONG)} == expected
