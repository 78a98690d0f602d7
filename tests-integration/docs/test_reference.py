"""The reference is whole: each public name of each package stands on exactly one page."""

import importlib
import sys
from collections import Counter

import pytest
from blocks import DOCS

sys.path.insert(0, str(DOCS / "_ext"))
reference = importlib.import_module("reference")

LISTED = Counter(reference.listed(DOCS / "reference"))


def public(package: str) -> dict[str, object]:
    module = importlib.import_module(package)
    return {name: getattr(module, name) for name in module.__all__}


@pytest.mark.parametrize("package", reference.PACKAGES)
def test_every_public_name_is_documented(package: str) -> None:
    listed = {name for module, name in LISTED if module == package}
    # What is re-exported is documented where it is at home.
    at_home = {
        id(getattr(importlib.import_module(module), name))
        for module, name in LISTED
        if module != package
    }
    missing = {
        name
        for name, value in public(package).items()
        if name not in listed and id(value) not in at_home and not name.startswith("__")
    }
    assert missing == set()


def test_nothing_is_documented_twice() -> None:
    assert [f"{module}.{name}" for (module, name), n in LISTED.items() if n > 1] == []


@pytest.mark.parametrize(("module", "name"), sorted(LISTED))
def test_what_is_listed_exists_and_has_words(module: str, name: str) -> None:
    value = getattr(importlib.import_module(module), name)
    if isinstance(value, type) or reference.is_function(value):
        assert value.__doc__
    else:
        assert "".join(reference.values_with_words(module).get(name, [])).strip()
    assert name in importlib.import_module(module).__all__
