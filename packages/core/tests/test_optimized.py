"""Nothing that guards the wire is an ``assert``: the same verdicts come without them."""

import subprocess
import sys
from pathlib import Path

import pytest

WIRE = (
    "test_parser.py",
    "test_head_scanner.py",
    "test_chunked.py",
    "test_control_fields.py",
    "test_framing.py",
    "test_serializer.py",
    "test_writer.py",
    "test_fields_cookies.py",
    "test_fields_content_disposition.py",
)


@pytest.mark.spec("ADD-781")
@pytest.mark.slow
@pytest.mark.timeout(300)
def test_the_tests_of_the_wire_hold_without_assertions():
    here = Path(__file__).parent
    path = [entry for entry in sys.path if entry]
    # pytest's rewritten assertions are no assert statements any more, so they still count.
    code = (
        f"import sys; sys.path[:0] = {path!r}; import pytest;"
        f"raise SystemExit(pytest.main({[str(here / name) for name in WIRE]!r} + "
        "['-q', '-p', 'no:cacheprovider', '-x', '--import-mode=importlib',"
        " '-o', 'asyncio_mode=auto', '-W', 'ignore::pytest.PytestConfigWarning',"
        " '-W', 'ignore::pytest.PytestAssertRewriteWarning']))"
    )
    result = subprocess.run(
        [sys.executable, "-O", "-c", code],
        cwd=here,
        capture_output=True,
        text=True,
        timeout=280,
        check=False,
    )
    assert result.returncode == 0, result.stdout[-3000:] + result.stderr[-1000:]
    assert " passed" in result.stdout


def test_assertions_are_off_there():
    code = "assert False"
    subprocess.run([sys.executable, "-O", "-c", code], timeout=30, check=True)
