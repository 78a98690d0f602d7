"""The check for private attributes of other modules' classes."""

from pathlib import Path

import pytest

from tools.private_names import touched


@pytest.mark.parametrize(
    "text",
    [
        "def f(x): return x.public",
        "class A:\n    def f(self): return self._inherited",
        "class A:\n    def __init__(self): self._a = 1\ndef f(x): return x._a",
        "class A:\n    __slots__ = ('_a',)\ndef f(x): return x._a",
        "class A:\n    def _m(self): ...\ndef f(x): x._m()",
        "class A:\n    _a: int = 1\ndef f(x): return x._a",
        "class A:\n    def f(self): return super()._m()",
        "class A:\n    def f(self):\n        other = type(self)(1)\n        other._inherited = 2",
        "def f(x): return x.__class__",
        "import sys\nframe = sys._getframe()",
    ],
)
def test_fine(text: str, tmp_path: Path) -> None:
    path = tmp_path / "module.py"
    path.write_text(text)
    assert list(touched(path)) == []


@pytest.mark.parametrize(
    "text", ["def f(x): return x._a", "\n\ndef f(x): x._a = 1", "x.y._a()", "y = type(x)(1)\ny._a"]
)
def test_found(text: str, tmp_path: Path) -> None:
    path = tmp_path / "module.py"
    path.write_text(text)
    assert [name for _, name in touched(path)] == ["_a"]


def test_declarations_count_as_definitions(tmp_path: Path) -> None:
    path = tmp_path / "module.py"
    path.write_text("def f(x): return x._a")
    path.with_suffix(".pxd").write_text("cdef class A:\n    cdef int _a\n")
    assert list(touched(path)) == []
