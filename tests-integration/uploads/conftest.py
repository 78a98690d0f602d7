"""The application under test, with a spool folder of its own."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))


@pytest.fixture(scope="session")
def uploads(
    serve_program: object, files: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[str]:
    """The URL of the application."""
    program = Path(__file__).with_name("application.py")
    env = {"TMPDIR": str(tmp_path_factory.mktemp("spool")), "FILES": str(files)}
    with serve_program(program, env=env) as url:  # type: ignore[operator]
        yield url
