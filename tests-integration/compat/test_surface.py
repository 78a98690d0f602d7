"""What aiohttp 3.14.5 shows to a program is here too: paths, names, signatures, members.

A compiled class keeps its signature to itself, so signatures are always those of the interpreted
classes, whichever build runs the tests: both come from the same source.
"""

import importlib
import json
import os
import subprocess
import sys
from fnmatch import fnmatchcase
from pathlib import Path

import pytest
from surface import (
    NOT_OFFERED,
    OTHERWISE,
    RECORD,
    differences,
    find,
    listed,
    names,
    offered,
)

SURFACE = Path(__file__).with_name("surface.py")


@pytest.fixture(scope="session")
def interpreted() -> dict[str, dict[str, str]]:
    """What differs in the interpreted build, by place."""
    done = subprocess.run(
        [sys.executable, "-W", "error", SURFACE],
        env={**os.environ, "AIOHTTP_NO_EXTENSIONS": "1"},
        stdout=subprocess.PIPE,
        text=True,
        timeout=50,
        check=True,
    )
    return json.loads(done.stdout)


@pytest.mark.spec("ADD-981", "ADD-982", "ADD-983", "ADD-984", "ADD-985", "ADD-986", "ADD-987")
@pytest.mark.parametrize("path", RECORD["modules"])
def test_modules(path):
    if path == "aiohttp.worker":
        pytest.importorskip("gunicorn")
    module = importlib.import_module(path)
    for name in module.__all__:
        if "Gunicorn" not in name:
            assert hasattr(module, name), name


@pytest.mark.spec("ADD-974", "ADD-979")
@pytest.mark.parametrize("place", names())
def test_names(place):
    if "Gunicorn" in place:
        pytest.importorskip("gunicorn")
    if listed(place, NOT_OFFERED):
        with pytest.raises(AttributeError):
            find(place)
    else:
        find(place)


@pytest.mark.spec("ADD-974", "ADD-979")
@pytest.mark.parametrize("place", offered("class", "function"))
def test_signatures_and_members(place, interpreted):
    for found in (interpreted[place], differences(place)):
        unexpected = {key: text for key, text in found.items() if not listed(key, OTHERWISE)}
        assert unexpected == {}


def test_every_exception_to_the_rule_is_one(interpreted):
    keys = [key for found in interpreted.values() for key in found]
    idle = [pattern for pattern in OTHERWISE if not any(fnmatchcase(k, pattern) for k in keys)]
    assert idle == []
    idle = [pattern for pattern in NOT_OFFERED if not any(fnmatchcase(n, pattern) for n in names())]
    assert idle == []


@pytest.mark.parametrize("place", offered("class"))
def test_builtin_bases(place):
    """``except OSError`` and ``isinstance(x, tuple)`` go on working."""
    bases = {base.__name__ for base in find(place).__mro__}
    assert bases >= set(RECORD["objects"][place]["builtin_bases"])
