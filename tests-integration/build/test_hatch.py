"""The environment of hatch and the one of tools/dev.py hold the same."""

import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def requirements(name: str) -> set[str]:
    lines = (ROOT / "tools" / name).read_text().splitlines()
    return {line.strip() for line in lines if line.strip() and not line.startswith(("#", "-r"))}


def test_same_requirements() -> None:
    default = tomllib.loads((ROOT / "hatch.toml").read_text())["envs"]["default"]
    wanted = requirements("requirements-dev.txt") | requirements("requirements-test.txt")
    assert set(default["dependencies"]) == wanted
