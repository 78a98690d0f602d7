import importlib
import pkgutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

import aiohttp_core
from aiohttp_core.__main__ import report


@pytest.mark.spec("BLD-04")
def test_report_tells_the_build_and_the_backends():
    lines = report().splitlines()
    assert lines[0].startswith(f"Python {sys.version_info.major}.{sys.version_info.minor}.")
    assert lines[1] == f"Hot modules: {'compiled' if aiohttp_core.COMPILED else 'interpreted'}"
    told = dict(line.split(": ") for line in lines[1:] if ": " in line)
    assert told["multidict"][0].isdigit()
    assert told["compression.zstd"] == (
        "in the standard library" if sys.version_info >= (3, 14) else "not installed"
    )


def test_it_runs_as_a_module():
    path = [entry for entry in sys.path if entry]
    code = f"import runpy, sys; sys.path[:0] = {path!r};"
    code += "runpy.run_module('aiohttp_core', run_name='__main__')"
    result = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True
    )
    assert "Hot modules: " in result.stdout


def test_public_names_are_there():
    assert list(aiohttp_core.__all__) == sorted(aiohttp_core.__all__, key=str)
    for name in aiohttp_core.__all__:
        assert getattr(aiohttp_core, name) is not None


@pytest.mark.spec("ADD-001", "ADD-882", "ADD-1068", "C100", "BLD-07")
def test_the_oldest_python_is_3_11():
    """Newer than the reference asks for: possessive patterns and TaskGroup are at home there."""
    text = (Path(__file__).parents[1] / "pyproject.toml").read_text()
    project = tomllib.loads(text)["project"]
    assert project["requires-python"] == ">= 3.11"
    assert "Programming Language :: Python :: 3.14" in project["classifiers"]


@pytest.mark.spec("HTTP-30", "HTTP-36")
def test_what_was_dropped_is_nowhere():
    dropped = {
        *("HttpPrefixParser", "HttpPayloadParser", "StreamParser", "ParserBuffer"),
        *("StreamProtocol", "LinesParser", "ChunksParser", "WSGIServerHttpProtocol"),
    }
    for module in pkgutil.walk_packages(aiohttp_core.__path__, "aiohttp_core."):
        if not module.name.endswith("__main__"):
            assert dropped.isdisjoint(vars(importlib.import_module(module.name)))
