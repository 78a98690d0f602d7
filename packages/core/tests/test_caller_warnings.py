"""Warnings point to the line that called into the family, at any depth."""

import subprocess
import sys
import types
import warnings

import pytest

from aiohttp_core import warn_caller


def _family_module(name: str, source: str) -> types.ModuleType:
    module = types.ModuleType(name)
    exec(compile(source, f"<{name}>", "exec"), module.__dict__)
    return module


OURS = """
def direct(warn): warn("old", category, source=origin)
def deep(warn): return direct(warn)
class Made:
    def __init__(self, warn): deep(warn)
category = DeprecationWarning
origin = None
"""


@pytest.mark.parametrize("name", ["aiohttp", "aiohttp_client.session", "aiohttp_web.response"])
@pytest.mark.parametrize("call", ["direct", "deep", "Made"])
def test_the_callers_line(name: str, call: str) -> None:
    module = _family_module(name, OURS)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        getattr(module, call)(warn_caller)
        here = sys._getframe().f_lineno - 1
    (warning,) = caught
    assert (warning.filename, warning.lineno) == (__file__, here)
    assert warning.category is DeprecationWarning
    assert str(warning.message) == "old"


def test_a_package_with_a_like_name_is_a_caller() -> None:
    module = _family_module("aiohttp_cors.config", OURS)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        module.deep(warn_caller)
    assert [warning.filename for warning in caught] == ["<aiohttp_cors.config>"]


def test_only_family_frames_below() -> None:
    """With no user on the stack the warning stays with the one that warned."""
    module = _family_module("aiohttp_web.server", OURS)
    names = ["aiohttp_web.server"]
    with warnings.catch_warnings(record=True) as caught, pytest.MonkeyPatch.context() as patch:
        warnings.simplefilter("always")
        patch.setattr(
            "aiohttp_core.caller_warnings._is_callers", lambda frame: names.append("asked")
        )
        module.direct(warn_caller)
    assert [warning.filename for warning in caught] == ["<aiohttp_web.server>"]
    assert names.count("asked") > 1


def test_frames_of_the_interpreter_are_nobodys() -> None:
    """A class statement runs the frozen module abc before the hook of the base class."""
    module = _family_module("aiohttp_web.application", OURS)
    code = compile("deep(warn)", "<frozen abc>", "eval")
    between = types.FunctionType(code, {"deep": module.deep, "warn": warn_caller})
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        between()
        here = sys._getframe().f_lineno - 1
    assert [(warning.filename, warning.lineno) for warning in caught] == [(__file__, here)]


def test_filters_apply() -> None:
    module = _family_module("aiohttp_web.server", OURS)
    with warnings.catch_warnings():
        warnings.simplefilter("error", DeprecationWarning)
        with pytest.raises(DeprecationWarning, match="old"):
            module.deep(warn_caller)


def test_shown_once_for_a_line() -> None:
    module = _family_module("aiohttp_web.server", OURS)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("default")
        for _ in range(3):
            module.deep(warn_caller)
        module.deep(warn_caller)
    assert len(caught) == 2


def test_the_source_of_a_resource_warning() -> None:
    module = _family_module("aiohttp_client", OURS)
    module.category = ResourceWarning
    module.origin = object()
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        module.deep(warn_caller)
    (warning,) = caught
    assert warning.category is ResourceWarning
    assert warning.source is module.origin


def test_code_without_a_file() -> None:
    """``python -c`` and the interactive interpreter have a loader that knows no source."""
    code = (
        "from aiohttp_core.caller_warnings import warn_caller\n"
        "warn_caller('old', DeprecationWarning)\n"
    )
    source = f"import sys; sys.path[:0] = {[p for p in sys.path if p]!r}\n{code}"
    done = subprocess.run(
        [sys.executable, "-W", "always", "-c", source],
        capture_output=True,
        text=True,
        check=True,
        timeout=50,
    )
    # Python 3.13 knows the source of ``-c`` and shows the line, too.
    assert done.stderr.splitlines()[0] == "<string>:3: DeprecationWarning: old"
