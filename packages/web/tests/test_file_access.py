"""Opening files: what is refused, and that nothing leads out of a root."""

import errno
import ntpath
import os
import socket
import sys
from collections.abc import Callable, Sequence
from pathlib import Path, PureWindowsPath
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from aiohttp_web import file_access
from aiohttp_web.file_access import (
    FileRefused,
    OpenedFile,
    PathSource,
    RootDirectory,
    RootedSource,
    split_name,
)

CODINGS = [("br", ".br"), ("gzip", ".gz")]
WAYS = ["relative", "resolved"]


@pytest.fixture(params=WAYS)
def way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Both ways of opening below a root: by directory handles, and without them."""
    if request.param == "resolved":
        monkeypatch.setattr(file_access, "_RELATIVE", False)
    return str(request.param)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A root with a secret beside it."""
    made = tmp_path / "root"
    (made / "sub" / "deep").mkdir(parents=True)
    (made / "file.txt").write_bytes(b"file")
    (made / "sub" / "inner.txt").write_bytes(b"inner")
    (made / "sub" / "deep" / "leaf.txt").write_bytes(b"leaf")
    (tmp_path / "secret.txt").write_bytes(b"secret")
    (tmp_path / "root1").mkdir()
    (tmp_path / "root1" / "x").write_bytes(b"secret")
    return made


def content(file: OpenedFile) -> bytes:
    try:
        return file.read(0, file.size)
    finally:
        file.close()


def opened(root: Path, name: str, codings: Sequence[Any] = (), **options: Any) -> bytes | int:
    steps = split_name(name)
    assert steps is not None
    try:
        return content(RootDirectory(root, **options).open(steps, codings))
    except FileRefused as refused:
        return refused.status


@pytest.mark.spec("ADD-549", "ADD-764", "ADD-780", "STAT-08")
@pytest.mark.parametrize(
    ("name", "steps"),
    [
        ("", ()),
        ("a", ("a",)),
        ("a/b", ("a", "b")),
        ("a//b", ("a", "b")),
        ("a/./b", ("a", "b")),
        ("a/../b", ("b",)),
        ("a/b/../../c", ("c",)),
        ("a/", ("a", "")),
        ("a/.", ("a", "")),
        ("a/b/..", ("a", "")),
        (".", ()),
        ("a/..", ()),
        ("...", ("...",)),
        ("..a", ("..a",)),
        ("a\\b", ("a\\b",)),
        ("..", None),
        ("../a", None),
        ("a/../../b", None),
        ("a/../..", None),
        ("/a", None),
        ("//a", None),
        ("/", None),
        ("a\0b", None),
        ("a/b\0.txt", None),
    ],
)
def test_split_name(name: str, steps: tuple[str, ...] | None) -> None:
    assert split_name(name, windows=False) == steps


@pytest.mark.spec("ADD-549")
@pytest.mark.parametrize(
    "name",
    [
        "\\\\attacker\\share\\x",
        "..\\..\\x",
        "C:\\x",
        "C:x",
        "x::$DATA",
        "NUL",
        "nul.txt",
        "sub/con",
        "COM1",
        "com\xb9.txt",
        "LPT9.a.b",
        "AUX .txt",
        "name.",
        "name ",
        "sub./x",
        "CONIN$",
        "conout$.x",
        "NUL:",
        "//server/share/x",
        "\\\\?\\C:\\x",
        "\\\\.\\PhysicalDrive0",
        "sub/C:/x",
        "x:stream",
        "x::$INDEX_ALLOCATION",
        "sub /x",
        ".. ",
        "...",
        "sub/.. /x",
    ],
)
def test_names_that_windows_reads_in_another_way(name: str) -> None:
    assert split_name(name, windows=True) is None
    assert split_name("normal/name.txt", windows=True) == ("normal", "name.txt")


def reserved_on_windows(path: str) -> bool:
    """Ask the standard library, which knows the rule from elsewhere."""
    if hasattr(ntpath, "isreserved"):
        return bool(ntpath.isreserved(path))
    return PureWindowsPath(path).is_reserved()


PIECES = [
    "..",
    ".",
    "",
    "a",
    "B.txt",
    "NUL",
    "con.x",
    "COM1",
    "C:",
    "c",
    "\\",
    "x::$DATA",
    " ",
    "é",
]


@given(
    st.lists(st.one_of(st.sampled_from(PIECES), st.text("./\\aC:$ \0?*", max_size=4)), max_size=6)
)
@settings(max_examples=500, deadline=None)
def test_no_name_leaves_on_windows(pieces: list[str]) -> None:
    steps = split_name("/".join(pieces), windows=True)
    if steps is None:
        return
    root = "C:\\srv\\static"
    joined = ntpath.join(root, *steps)
    resolved = ntpath.normpath(joined)
    # What Windows makes of it is what the steps say: below the root, no device, no stream.
    assert resolved == ntpath.join(root, *(step for step in steps if step))
    for step in filter(None, steps):
        assert not reserved_on_windows(step)
        assert ntpath.splitdrive(step)[0] == ""
        assert ":" not in step


@given(st.text("./\\a\0:", max_size=20))
def test_no_name_leaves(name: str) -> None:
    steps = split_name(name)
    if steps is not None:
        joined = os.path.normpath(os.path.join("/root", *steps))
        assert joined == "/root" or joined.startswith("/root/")
        assert ".." not in steps
        assert "." not in steps


@pytest.mark.usefixtures("way")
@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("file.txt", b"file"),
        ("sub/inner.txt", b"inner"),
        ("sub/deep/leaf.txt", b"leaf"),
        ("sub/../file.txt", b"file"),
        ("missing", 404),
        ("missing/file.txt", 404),
        ("file.txt/", 404),
        ("file.txt/x", 404),
        ("x" * 300, 404),
        ("\udcff", 404),
        ("sub", 403),
        ("sub/", 403),
        ("missing/", 404),
        ("", 403),
    ],
)
def test_plain_names(root: Path, name: str, expected: bytes | int) -> None:
    assert opened(root, name) == expected


@pytest.mark.spec("STAT-05", "ADD-550", "ADD-551")
@pytest.mark.usefixtures("way")
@pytest.mark.parametrize(
    ("link", "target", "name", "inside", "leaving"),
    [
        ("l", "file.txt", "l", b"file", b"file"),
        ("l", "sub", "l/inner.txt", b"inner", b"inner"),
        ("l", "sub/deep", "l/leaf.txt", b"leaf", b"leaf"),
        ("sub/l", "../file.txt", "sub/l", b"file", b"file"),
        ("sub/l", "..", "sub/l/file.txt", b"file", b"file"),
        ("l", "../root/file.txt", "l", b"file", b"file"),
        ("l", ".", "l/l/l/file.txt", b"file", b"file"),
        ("l", ".", "l", 403, 403),
        ("l", "{root}/sub/inner.txt", "l", b"inner", b"inner"),
        ("l", "../secret.txt", "l", 404, b"secret"),
        ("l", "{root}/../secret.txt", "l", 404, b"secret"),
        ("l", "..", "l/secret.txt", 404, b"secret"),
        ("l", "..", "l/root1/x", 404, b"secret"),
        ("l", "..", "l/missing", 404, 404),
        ("l", "../root1", "l/x", 404, b"secret"),
        ("l", "/etc/passwd", "l", 404, None),
        ("l", "l", "l", 404, 404),
        ("l", "l", "l/x", 404, 404),
        ("l", "missing", "l", 404, 404),
        ("l", "file.txt", "l/", 404, 404),
    ],
)
def test_links(root: Path, link: str, target: str, name: str, inside: Any, leaving: Any) -> None:
    (root / link).symlink_to(target.format(root=root))
    assert opened(root, name) == inside
    if leaving is not None:
        assert opened(root, name, leave_by_links=True) == leaving


@pytest.mark.usefixtures("way")
def test_a_loop_of_two_links(root: Path) -> None:
    (root / "a").symlink_to("b")
    (root / "b").symlink_to("a")
    assert opened(root, "a") == 404
    assert opened(root, "a/file.txt") == 404


def test_a_root_that_is_a_link_is_resolved_once(root: Path, tmp_path: Path) -> None:
    alias = tmp_path / "alias"
    alias.symlink_to(root)
    made = RootDirectory(alias)
    assert made.path == str(root)
    assert content(made.open(("file.txt",), ())) == b"file"


@pytest.mark.usefixtures("way")
@pytest.mark.parametrize("step", ["file.txt", "sub"])
def test_a_link_swapped_in_between_leads_nowhere(
    root: Path, tmp_path: Path, step: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The file, or its directory, becomes a link to the outside right before it is opened."""
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "inner.txt").write_bytes(b"secret")
    name = "file.txt" if step == "file.txt" else "sub/inner.txt"
    victim = root / step
    real_open = os.open
    swapped = []

    def swap_then_open(path: Any, flags: int, *args: Any, **kwargs: Any) -> int:
        last = os.path.basename(os.fspath(path))
        if not swapped and last == (step if kwargs.get("dir_fd") is not None else name[-9:]):
            swapped.append(True)
            victim.rename(tmp_path / "moved")
            victim.symlink_to(outside / "inner.txt" if step == "file.txt" else outside)
        return real_open(path, flags, *args, **kwargs)

    monkeypatch.setattr(os, "open", swap_then_open)
    found = opened(root, name)
    assert swapped
    assert found != b"secret"


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=100)
@given(st.lists(st.sampled_from(["l", "m", "sub", "..", "file.txt", "secret.txt", ".", ""])))
def test_no_way_through_links_leads_out(root: Path, steps: list[str]) -> None:
    for name, target in (("l", ".."), ("m", "sub/../..")):
        if not (root / name).is_symlink():
            (root / name).symlink_to(target)
    split = split_name("/".join(steps).lstrip("/"))
    if split is not None:
        try:
            assert content(RootDirectory(root).open(split, ())) == b"file"
        except FileRefused:
            pass


@pytest.mark.spec("ADD-541")
@pytest.mark.usefixtures("way")
def test_special_files_are_refused_at_once(root: Path) -> None:
    os.mkfifo(root / "fifo")
    assert opened(root, "fifo") == 403
    with socket.socket(socket.AF_UNIX) as listening:
        previous = Path.cwd()
        os.chdir(root)
        try:
            listening.bind("socket")
        finally:
            os.chdir(previous)
        assert opened(root, "socket") == 403
    with pytest.raises(FileRefused) as refused:
        PathSource("/dev/null").open(())
    assert refused.value.status == 403
    (root / "device").symlink_to("/dev/zero")
    assert opened(root, "device", leave_by_links=True) == 403


@pytest.mark.usefixtures("way")
def test_a_fifo_swapped_in_does_not_block(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real_open = os.open

    def swap_then_open(path: Any, flags: int, *args: Any, **kwargs: Any) -> int:
        if os.path.basename(os.fspath(path)) == "file.txt":
            (root / "file.txt").unlink()
            os.mkfifo(root / "file.txt")
        return real_open(path, flags, *args, **kwargs)

    monkeypatch.setattr(os, "open", swap_then_open)
    assert opened(root, "file.txt") in (403, 404)


@pytest.mark.spec("ADD-541")
@pytest.mark.parametrize("code", [errno.EACCES, errno.EPERM])
def test_no_permission(root: Path, monkeypatch: pytest.MonkeyPatch, code: int) -> None:
    def refuse(*args: Any, **kwargs: Any) -> Any:
        raise OSError(code, "no")

    monkeypatch.setattr(os, "stat", refuse)
    with pytest.raises(FileRefused) as refused:
        PathSource(str(root / "file.txt")).open(())
    assert refused.value.status == 403


def test_other_errors_of_the_file_system_are_not_hidden(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = RootDirectory(root)

    def fail(*args: Any, **kwargs: Any) -> Any:
        raise OSError(errno.EMFILE, "too many")

    monkeypatch.setattr(os, "open", fail)
    with pytest.raises(OSError, match="too many"):
        made.open(("file.txt",), ())
    with pytest.raises(OSError, match="too many"):
        PathSource(str(root / "file.txt")).open(())


def by_root(root: Path, name: str, codings: Sequence[Any]) -> OpenedFile:
    return RootedSource(RootDirectory(root), (name,)).open(codings)


def by_path(root: Path, name: str, codings: Sequence[Any]) -> OpenedFile:
    return PathSource(str(root / name)).open(codings)


@pytest.mark.spec("STAT-03", "ADD-536", "ADD-537", "ADD-770", "ADD-1078")
@pytest.mark.usefixtures("way")
@pytest.mark.parametrize("source", [by_root, by_path])
def test_neighbours(root: Path, source: Callable[..., OpenedFile], tmp_path: Path) -> None:
    def found(name: str, codings: Sequence[Any] = CODINGS) -> tuple[bytes, str | None]:
        file = source(root, name, codings)
        assert os.path.basename(file.name) == name
        return content(file), file.coding

    (root / "x.css").write_bytes(b"plain")
    assert found("x.css") == (b"plain", None)
    (root / "x.css.gz").write_bytes(b"gz")
    assert found("x.css") == (b"gz", "gzip")
    assert found("x.css", ()) == (b"plain", None)
    (root / "x.css.br").symlink_to(tmp_path / "secret.txt")
    assert found("x.css") == (b"gz", "gzip")
    (root / "x.css.br").unlink()
    (root / "x.css.br").mkdir()
    assert found("x.css") == (b"gz", "gzip")
    (root / "x.css.br").rmdir()
    os.mkfifo(root / "x.css.br")
    assert found("x.css") == (b"gz", "gzip")
    (root / "x.css.br").unlink()
    (root / "x.css.br").write_bytes(b"br")
    assert found("x.css") == (b"br", "br")
    assert found("x.css", CODINGS[::-1]) == (b"gz", "gzip")
    (root / "x.css").unlink()
    assert found("x.css") == (b"br", "br")
    with pytest.raises(FileRefused):
        found("x.css", ())


@pytest.mark.spec("ADD-542")
def test_what_is_said_comes_from_the_open_file(root: Path) -> None:
    file = RootDirectory(root).open(("file.txt",), ())
    (root / "file.txt").unlink()
    (root / "file.txt").write_bytes(b"longer than before")
    assert file.size == 4
    assert file.mtime_ns == os.fstat(file.fd).st_mtime_ns
    assert file.read(0, 100) == b"file"
    assert file.read(1, 2) == b"il"
    assert file.read(9, 2) == b""
    file.close()
    file.close()
    assert file.fd == -1


def test_nothing_stays_open(root: Path) -> None:
    def descriptors() -> int:
        return len(os.listdir("/proc/self/fd"))

    (root / "out").symlink_to("..")
    (root / "l").symlink_to("sub")
    os.mkfifo(root / "fifo")
    before = descriptors()
    for name in ("file.txt", "l/inner.txt", "out/secret.txt", "fifo", "sub", "no", "no/x", "l/"):
        opened(root, name)
        opened(root, name, CODINGS)
    RootDirectory(root).open(("file.txt",), ())
    assert descriptors() == before


if sys.platform != "linux":  # pragma: no cover
    del test_nothing_stays_open


@pytest.mark.spec("ADD-556")
def test_a_root_must_be_a_directory(root: Path) -> None:
    with pytest.raises(ValueError, match="does not exist"):
        RootDirectory(root / "missing")
    with pytest.raises(ValueError, match="not a directory"):
        RootDirectory(root / "file.txt")
    made = RootDirectory(str(root))
    assert made.full_path(("a", "b")) == str(root / "a" / "b")


@pytest.mark.usefixtures("way")
def test_entries(root: Path, tmp_path: Path) -> None:
    (root / "inside").symlink_to("file.txt")
    (root / "outside").symlink_to("../secret.txt")
    (root / "broken").symlink_to("nothing")
    os.mkfifo(root / "fifo")
    made = RootDirectory(root)
    listed = made.entries(())
    assert [(entry.name, entry.is_directory, entry.size) for entry in listed] == [
        ("file.txt", False, 4),
        ("inside", False, 4),
        ("sub", True, 0),
    ]
    assert listed[0].mtime == (root / "file.txt").stat().st_mtime
    assert [entry.name for entry in made.entries(("sub", ""))] == ["deep", "inner.txt"]
    shown = RootDirectory(root, leave_by_links=True).entries(())
    assert "outside" in [entry.name for entry in shown]
    (root / "up").symlink_to("..")
    for steps in (("up",), ("missing",), ("file.txt",), ("\udcff",)):
        with pytest.raises(FileRefused) as refused:
            made.entries(steps)
        assert refused.value.status == 404
