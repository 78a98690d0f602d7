"""``module:function``: forms, and what is told about wrong ones."""

import os

import pytest

from aiohttp_web.entry_point import EntryPointError, load_entry_point, split_entry_point


def test_split_and_load() -> None:
    assert split_entry_point("os.path:join") == ("os.path", "join")
    assert load_entry_point("os.path:join") is os.path.join


@pytest.mark.spec("ADD-619")
@pytest.mark.parametrize(
    ("entry", "text"),
    [
        ("", "module:function"),
        ("os", "module:function"),
        (":join", "module:function"),
        ("os:", "module:function"),
        (".os:path", "relative"),
        ("no_such_module_here:f", "unable to import no_such_module_here"),
        ("os:no_such_attribute", "module 'os' has no attribute 'no_such_attribute'"),
    ],
)
def test_what_leads_nowhere(entry: str, text: str) -> None:
    with pytest.raises(EntryPointError, match=text):
        load_entry_point(entry)


def test_a_mistake_in_the_module_is_its_own_exception(
    tmp_path: os.PathLike[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    with open(os.path.join(tmp_path, "entry_with_mistake.py"), "w") as file:
        file.write("1 / 0\n")
    monkeypatch.syspath_prepend(tmp_path)
    with pytest.raises(ZeroDivisionError):
        load_entry_point("entry_with_mistake:app")
