"""Opening files for peers: below a directory that nothing can leave, and without surprises.

Laws
* A file is opened once; all that is said about it comes from ``fstat`` of what was opened.
* Below a root every step is opened relative to the one before, without following links. A link is
  resolved first and must end below the root; then the walk starts anew from there. So neither a
  name, nor a link, nor a change in between can lead out (GHSA-5h86-8mv2-jq9f, ADD-549, ADD-551).
* Only regular files are opened for reading; a FIFO or a device is refused without waiting for it.
* A compressed neighbour counts only as a regular file that is no link (ADD-537, ADD-770).
* Everything here blocks and belongs in an executor. No name reaches the file system that holds a
  NUL, or on Windows a drive, a stream, a device or a separator.
"""

import contextlib
import errno
import os
import stat
import sys
from collections.abc import Sequence
from operator import attrgetter
from typing import Final, NamedTuple, Protocol

__all__ = (
    "Entry",
    "FileRefused",
    "FileSource",
    "OpenedFile",
    "PathSource",
    "RootDirectory",
    "RootedSource",
    "split_name",
)

_READ: Final = (
    os.O_RDONLY
    | getattr(os, "O_NONBLOCK", 0)
    | getattr(os, "O_NOCTTY", 0)
    | getattr(os, "O_CLOEXEC", 0)
    | getattr(os, "O_BINARY", 0)
)
_NO_FOLLOW: Final = getattr(os, "O_NOFOLLOW", 0)
# O_PATH needs only the right to pass through a directory, not to list it.
_STEP: Final = (
    getattr(os, "O_PATH", os.O_RDONLY)
    | getattr(os, "O_DIRECTORY", 0)
    | getattr(os, "O_CLOEXEC", 0)
    | _NO_FOLLOW
)
_RELATIVE: Final = (
    bool(_NO_FOLLOW)
    and hasattr(os, "O_DIRECTORY")
    and {os.open, os.stat} <= os.supports_dir_fd
    and os.stat in os.supports_follow_symlinks
)
_LINKS_FOLLOWED: Final = 8

_MISSING: Final = frozenset(
    {errno.ENOENT, errno.ENOTDIR, errno.ELOOP, errno.ENAMETOOLONG, errno.EINVAL}
)

_DEVICES: Final = frozenset(
    ["CON", "PRN", "AUX", "NUL", "CONIN$", "CONOUT$"]
    + [f"{port}{digit}" for port in ("COM", "LPT") for digit in "0123456789\xb9\xb2\xb3"]
)

_NO_NAMES: Final = frozenset('\\:*?"<>|')
"""Separators of Windows, and what no name there has: they begin streams, devices and patterns."""


class FileRefused(Exception):
    """A name is not served: ``status`` is 404 or 403, ``directory`` true if it is a directory."""

    def __init__(self, status: int, *, directory: bool = False) -> None:
        super().__init__(status)
        self.status = status
        self.directory = directory


class OpenedFile:
    """An open regular file; closed when asked to, and at the latest with the object itself."""

    __slots__ = ("coding", "fd", "mtime_ns", "name", "size")

    def __init__(self, fd: int, name: str, coding: str | None) -> None:
        self.fd = fd
        self.name = name
        self.coding = coding
        """The content coding of the file, if it is a compressed neighbour."""
        status = os.fstat(fd)
        if not stat.S_ISREG(status.st_mode):
            self.close()
            raise FileRefused(403, directory=stat.S_ISDIR(status.st_mode))
        self.size = status.st_size
        self.mtime_ns = status.st_mtime_ns

    def read(self, offset: int, size: int) -> bytes:
        """Return up to *size* bytes from *offset*; fewer only at the end of the file."""
        if hasattr(os, "pread"):
            data = os.pread(self.fd, size, offset)
            if len(data) == size or not data:
                return data
            pieces = [data]
            got = len(data)
            while got < size and (data := os.pread(self.fd, size - got, offset + got)):
                pieces.append(data)
                got += len(data)
            return b"".join(pieces)
        os.lseek(self.fd, offset, os.SEEK_SET)
        return os.read(self.fd, size)

    def close(self) -> None:
        """Close the file; a second call does nothing."""
        fd, self.fd = self.fd, -1
        if fd >= 0:
            os.close(fd)

    def __del__(self) -> None:
        self.close()


class Entry(NamedTuple):
    """One name of a directory."""

    name: str
    is_directory: bool
    size: int
    mtime: float


class FileSource(Protocol):
    """Where a file response gets its file from."""

    def open(self, codings: Sequence[tuple[str, str]]) -> OpenedFile:
        """Open the first neighbour of *codings* (name, suffix) that exists, else the file itself.

        Raises :class:`FileRefused`.
        """


def _refusal(error: OSError) -> FileRefused:
    if isinstance(error, PermissionError):
        return FileRefused(403)
    if error.errno in _MISSING:
        return FileRefused(404)
    raise error


def _read_at(name: str, directory: int | None, follow: int) -> int:
    """Open the regular file *name*; looks at its kind before, for opening a device may act."""
    status = os.stat(name, dir_fd=directory, follow_symlinks=not follow)
    if not stat.S_ISREG(status.st_mode):
        raise FileRefused(403, directory=stat.S_ISDIR(status.st_mode))
    return os.open(name, _READ | follow, dir_fd=directory)


def _open_here(
    name: str, directory: int | None, codings: Sequence[tuple[str, str]], *, follow: bool
) -> OpenedFile:
    for coding, suffix in codings:
        with contextlib.suppress(OSError, FileRefused):
            neighbour = name + suffix
            # Without O_NOFOLLOW the look before has to do.
            if not stat.S_ISLNK(os.lstat(neighbour, dir_fd=directory).st_mode):
                return OpenedFile(_read_at(neighbour, directory, _NO_FOLLOW), name, coding)
    return OpenedFile(_read_at(name, directory, 0 if follow else _NO_FOLLOW), name, None)


class PathSource:
    """A path that the application chose; links in it are followed."""

    def __init__(self, path: str) -> None:
        self._path = path

    def open(self, codings: Sequence[tuple[str, str]]) -> OpenedFile:
        """Open the file or its first compressed neighbour."""
        try:
            return _open_here(self._path, None, codings, follow=True)
        except ValueError:
            raise FileRefused(404) from None
        except OSError as error:
            raise _refusal(error) from None


def _unsafe_on_windows(name: str) -> bool:
    if name[-1] in ". " or any(char in _NO_NAMES or char < " " for char in name):
        return True
    return name.partition(".")[0].rstrip(" ").upper() in _DEVICES


def split_name(name: str, *, windows: bool = sys.platform == "win32") -> tuple[str, ...] | None:
    """Return the steps of *name*, a decoded URL path below a root, or ``None`` if it is refused.

    ``.`` and ``..`` are resolved by name; what would leave the root is refused, as are absolute
    names and names that the file system would read in another way. A slash at the end, as in the
    name of a directory, gives an empty last step.
    """
    if not name:
        return ()
    if name[0] == "/" or "\0" in name:
        return None
    steps: list[str] = []
    pieces = name.split("/")
    for piece in pieces:
        if piece == "..":
            if not steps:
                return None
            steps.pop()
        elif piece not in ("", "."):
            if windows and _unsafe_on_windows(piece):
                return None
            steps.append(piece)
    if steps and pieces[-1] in ("", ".", ".."):
        steps.append("")
    return tuple(steps)


class RootDirectory:
    """A directory whose files are served.

    ``ValueError`` if *path* is missing or no directory. With *leave_by_links* links may lead
    anywhere; names still cannot.
    """

    def __init__(self, path: str | os.PathLike[str], *, leave_by_links: bool = False) -> None:
        given = os.path.expanduser(os.fspath(path))
        try:
            self._real = os.path.realpath(given, strict=True)
        except FileNotFoundError:
            raise ValueError(f"{os.fspath(path)!r} does not exist") from None
        if not os.path.isdir(self._real):
            raise ValueError(f"{os.fspath(path)!r} is not a directory")
        self._leave_by_links = leave_by_links

    @property
    def path(self) -> str:
        """The directory, absolute and with all links resolved."""
        return self._real

    def full_path(self, steps: Sequence[str]) -> str:
        """Return the path of *steps* as a text; nothing is looked up."""
        return os.path.join(self._real, *steps)

    def open(self, steps: Sequence[str], codings: Sequence[tuple[str, str]]) -> OpenedFile:
        """Open the file at *steps*, or its first compressed neighbour, or refuse it."""
        try:
            if not steps:
                raise FileRefused(403, directory=True)
            if steps[-1] == "":
                self._check_directory(steps[:-1])
                raise FileRefused(403, directory=True)
            if _RELATIVE and not self._leave_by_links:
                return self._open_relative(list(steps), codings)
            return self._open_resolved(steps, codings)
        except ValueError:
            # Names that the file system cannot hold, such as lone surrogates.
            raise FileRefused(404) from None
        except OSError as error:
            raise _refusal(error) from None

    def _check_directory(self, steps: Sequence[str]) -> None:
        real = self._resolved(steps)
        if not stat.S_ISDIR(os.stat(real).st_mode):
            raise FileRefused(404)

    def _open_relative(
        self, steps: Sequence[str], codings: Sequence[tuple[str, str]]
    ) -> OpenedFile:
        directory, name = self._walk(steps)
        try:
            if name == ".":
                raise FileRefused(403, directory=True)
            return _open_here(name, directory, codings, follow=False)
        finally:
            os.close(directory)

    def _walk(self, given: Sequence[str]) -> tuple[int, str]:
        """Return an open directory and the name in it that *given* leads to, which is no link."""
        steps = list(given)
        for _ in range(_LINKS_FOLLOWED):
            directory, link = self._descend(steps)
            if link is None:
                return directory, steps[-1] if steps else "."
            os.close(directory)
            steps = self._through_link(steps, link)
        raise FileRefused(404)

    def _descend(self, steps: list[str]) -> tuple[int, int | None]:
        """Return the directory reached, and the position of a link if one ended the way."""
        directory = os.open(self._real, _STEP)
        try:
            for position, step in enumerate(steps):
                if position == len(steps) - 1:
                    return directory, position if _is_link(step, directory) else None
                try:
                    below = os.open(step, _STEP, dir_fd=directory)
                except OSError:
                    if _is_link(step, directory):
                        return directory, position
                    raise
                os.close(directory)
                directory = below
        except BaseException:
            os.close(directory)
            raise
        return directory, None

    def _through_link(self, steps: list[str], at: int) -> list[str]:
        """Return the steps with the link at position *at* resolved."""
        real = os.path.realpath(os.path.join(self._real, *steps[: at + 1]))
        return [*self._steps_of(real), *steps[at + 1 :]]

    def _steps_of(self, real: str) -> list[str]:
        if real == self._real:
            return []
        inside = self._real if self._real.endswith(os.sep) else self._real + os.sep
        if not real.startswith(inside):
            raise FileRefused(404)
        return real[len(inside) :].split(os.sep)

    def _resolved(self, steps: Sequence[str]) -> str:
        real = os.path.realpath(os.path.join(self._real, *steps), strict=True)
        if not self._leave_by_links:
            self._steps_of(real)
        return real

    def _open_resolved(
        self, steps: Sequence[str], codings: Sequence[tuple[str, str]]
    ) -> OpenedFile:
        parent = self._resolved(steps[:-1])
        name = os.path.join(parent, steps[-1])
        if os.path.islink(name):
            name = self._resolved(steps)
        opened = _open_here(name, None, codings, follow=False)
        if not self._leave_by_links:
            # Where links cannot be refused while walking, ask again where the file is.
            self._steps_of(os.path.realpath(name))
            now = os.stat(name if opened.coding is None else _neighbour(name, opened, codings))
            if not os.path.samestat(now, os.fstat(opened.fd)):
                raise FileRefused(404)
        return opened

    def entries(self, steps: Sequence[str]) -> list[Entry]:
        """Return the names of a directory, sorted.

        Links that lead out of the root, or nowhere, and what is neither file nor directory are
        left out.
        """
        steps = [step for step in steps if step]
        try:
            if _RELATIVE and not self._leave_by_links and os.scandir in os.supports_fd:
                found = self._scan_relative(steps)
            else:
                with os.scandir(self._resolved(steps)) as scan:
                    found = [self._entry(entry, entry.path) for entry in scan]
        except ValueError:
            raise FileRefused(404) from None
        except OSError as error:
            raise _refusal(error) from None
        listed = [entry for entry in found if entry is not None]
        listed.sort(key=attrgetter("name"))
        return listed

    def _scan_relative(self, steps: Sequence[str]) -> list[Entry | None]:
        parent, name = self._walk(steps)
        try:
            directory = os.open(
                name, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC | _NO_FOLLOW, dir_fd=parent
            )
        finally:
            os.close(parent)
        try:
            with os.scandir(directory) as scan:
                return [self._entry(entry, self.full_path([*steps, entry.name])) for entry in scan]
        finally:
            os.close(directory)

    def _entry(self, entry: os.DirEntry[str], path: str) -> Entry | None:
        try:
            if entry.is_symlink() and not self._leave_by_links:
                self._steps_of(os.path.realpath(path, strict=True))
            status = entry.stat()
        except (OSError, FileRefused):
            return None
        if stat.S_ISDIR(status.st_mode):
            return Entry(entry.name, True, 0, status.st_mtime)
        if stat.S_ISREG(status.st_mode):
            return Entry(entry.name, False, status.st_size, status.st_mtime)
        return None


def _is_link(name: str, directory: int) -> bool:
    try:
        return stat.S_ISLNK(os.stat(name, dir_fd=directory, follow_symlinks=False).st_mode)
    except FileNotFoundError:
        # The plain file of a compressed one may be missing.
        return False


def _neighbour(name: str, opened: OpenedFile, codings: Sequence[tuple[str, str]]) -> str:
    return name + next(suffix for coding, suffix in codings if coding == opened.coding)


class RootedSource:
    """The file at *steps* below a root."""

    def __init__(self, root: RootDirectory, steps: Sequence[str]) -> None:
        self._root = root
        self._steps = steps

    def open(self, codings: Sequence[tuple[str, str]]) -> OpenedFile:
        """Open the file or its first compressed neighbour."""
        return self._root.open(self._steps, codings)
