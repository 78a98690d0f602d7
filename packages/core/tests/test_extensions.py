import subprocess
import sys

import pytest

from aiohttp_core.extensions import SourceFirstFinder


@pytest.mark.spec("BLD-01", "ADD-743")
def test_the_environment_chooses_the_sources():
    code = (
        "import aiohttp_core, sys;"
        "import aiohttp_core.head as head, aiohttp_core.fields.dates as dates;"
        "assert head.__file__.endswith('.py'), head.__file__;"
        "assert dates.__file__.endswith('.py');"
        "assert aiohttp_core.COMPILED is False;"
        "from aiohttp_core.extensions import prefer_sources, SourceFirstFinder;"
        "prefer_sources();"
        "assert sys.meta_path.count(SourceFirstFinder) == 1"
    )
    path = [entry for entry in sys.path if entry]
    subprocess.run(
        [sys.executable, "-W", "error", "-c", f"import sys; sys.path[:0] = {path!r}; {code}"],
        check=True,
        env={"AIOHTTP_NO_EXTENSIONS": "1"},
        timeout=60,
    )


def test_the_finder_finds_only_sources_of_the_family(tmp_path):
    (tmp_path / "mod.py").write_text("x = 1\n")
    (tmp_path / "folder").mkdir()
    spec = SourceFirstFinder.find_spec("aiohttp_x.mod", [str(tmp_path / "none"), str(tmp_path)])
    assert spec.origin == str(tmp_path / "mod.py")
    assert SourceFirstFinder.find_spec("aiohttp_x.folder", [str(tmp_path)]) is None
    assert SourceFirstFinder.find_spec("other.mod", [str(tmp_path)]) is None
    assert SourceFirstFinder.find_spec("aiohttp_x", None) is None
