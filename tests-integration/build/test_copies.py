"""The hook's copies in the packages are the master copy, and go where hot modules may stand."""

import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
MASTER = ROOT / "tools" / "hatch_build.py"
PACKAGES = sorted(path.parent for path in ROOT.glob("packages/*/pyproject.toml"))


def test_the_seven_are_found() -> None:
    assert len(PACKAGES) == 7


@pytest.mark.parametrize("package", PACKAGES, ids=lambda p: p.name)
def test_copy_is_equal(package: Path) -> None:
    copy = package / "hatch_build.py"
    targets = tomllib.loads((package / "pyproject.toml").read_text())["tool"]["hatch"]["build"][
        "targets"
    ]
    hooked = "custom" in targets["wheel"].get("hooks", {})
    assert copy.exists() == hooked
    if hooked:
        assert copy.read_bytes() == MASTER.read_bytes(), "run: python3 tools/dev.py sync"


@pytest.mark.parametrize("package", PACKAGES, ids=lambda p: p.name)
def test_hot_modules_stand_only_where_a_hook_compiles_them(package: Path) -> None:
    hot = [p for p in package.glob("src/**/*.pxd") if p.with_suffix(".py").exists()]
    assert not hot or (package / "hatch_build.py").exists()
