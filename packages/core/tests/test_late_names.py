"""Names that are loaded when somebody asks for them."""

import subprocess
import sys
import types

import pytest

from aiohttp_core.late_names import fetch, late_names, listing


@pytest.fixture
def module(monkeypatch: pytest.MonkeyPatch) -> types.ModuleType:
    made = types.ModuleType("late_example")
    monkeypatch.setitem(sys.modules, made.__name__, made)
    made.__all__ = ("Fraction", "present")  # type: ignore[attr-defined]
    made.present = 1  # type: ignore[attr-defined]
    made.__getattr__ = late_names(made.__name__, {"Fraction": "fractions"})  # type: ignore[method-assign]
    made.__dir__ = listing(made.__name__)  # type: ignore[method-assign]
    return made


def test_a_name_is_found_once_and_kept(module: types.ModuleType) -> None:
    from fractions import Fraction

    assert "Fraction" not in vars(module)
    assert module.Fraction is Fraction
    assert vars(module)["Fraction"] is Fraction


def test_import_statements_find_it(module: types.ModuleType) -> None:
    namespace: dict[str, object] = {}
    exec("from late_example import *", namespace)
    assert namespace["Fraction"] is module.Fraction
    assert namespace["present"] == 1


def test_dir_shows_what_was_not_asked_for_yet(module: types.ModuleType) -> None:
    assert {"Fraction", "present", "__getattr__"} <= set(dir(module))
    assert "Fraction" not in vars(module)


def test_other_names_are_missing(module: types.ModuleType) -> None:
    with pytest.raises(AttributeError, match="module 'late_example' has no attribute 'nothing'"):
        _ = module.nothing
    assert not hasattr(module, "nothing")
    with pytest.raises(ImportError, match="cannot import name 'nothing'"):
        exec("from late_example import nothing", {})


def test_a_whole_module_is_a_place(module: types.ModuleType) -> None:
    import fractions

    assert fetch("late_example", "numbers", "fractions") is fractions
    assert module.numbers is fractions


def test_the_core_is_imported_without_what_few_need() -> None:
    code = """
import sys, aiohttp_core
late = {"aiohttp_core.fields.etags", "aiohttp_core.fields.dates",
        "aiohttp_core.fields.content_disposition"}
assert not late & set(sys.modules), late & set(sys.modules)
missing = [name for name in aiohttp_core.__all__ if not hasattr(aiohttp_core, name)]
assert not missing, missing
assert late <= set(sys.modules)
"""
    subprocess.run([sys.executable, "-W", "error", "-c", code], check=True, timeout=50)
