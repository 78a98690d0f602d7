import os
import subprocess
import sys

import pytest


@pytest.mark.spec("ADD-008")
@pytest.mark.parametrize(
    ("options", "variable", "expected"),
    [
        ([], "", "False"),
        (["-X", "dev"], "", "True"),
        ([], "1", "True"),
        (["-E"], "1", "False"),
    ],
)
def test_debug(options, variable, expected):
    source = (
        "import sys; sys.path[:0] = {!r}; from aiohttp_core.development import DEBUG; print(DEBUG)"
    )
    environment = {**os.environ, "PYTHONASYNCIODEBUG": variable}
    result = subprocess.run(
        [sys.executable, *options, "-c", source.format(sys.path)],
        capture_output=True,
        text=True,
        timeout=50,
        env=environment,
        check=True,
    )
    assert result.stdout.strip() == expected
