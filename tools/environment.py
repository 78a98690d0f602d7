"""The development environment: made once, brought up to date when its inputs change.

``.venv`` holds an interpreter, the development requirements and the packages, installed editable
by one command.  What was installed for which inputs stands in ``.dev-state``; nothing is repeated
while the inputs stay as they were.  With ``AIOHTTP_DEV_HERE`` set the running interpreter is used
as it is and nothing is installed: hatch and nox, which make environments of their own, say that.

Standard library only.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from tools.workspace import ROOT, Package, digest, packages

VENV = ROOT / ".venv"
STATE = ROOT / ".dev-state"
REQUIREMENTS = [ROOT / "tools" / "requirements-dev.txt", ROOT / "tools" / "requirements-test.txt"]
STARTED = time.monotonic()


class CommandFailed(Exception):
    """A command that is needed to go on has failed; its output was shown."""


def say(text: str) -> None:
    """Print one line of progress with the time since the start."""
    print(f"[{time.monotonic() - STARTED:6.1f} s] {text}", flush=True)


def environ(**changes: str | None) -> dict[str, str]:
    """Return the environment of the process with some variables set, or removed where ``None``."""
    result = dict(os.environ)
    for name, value in changes.items():
        if value is None:
            result.pop(name, None)
        else:
            result[name] = value
    return result


def run(
    *command: str | os.PathLike[str],
    env: Mapping[str, str] | None = None,
    quiet: bool = False,
    cwd: Path = ROOT,
    timeout: float | None = None,
) -> int:
    """Run a command and return its status; with ``quiet`` show its output only if it fails."""
    arguments = [os.fspath(part) for part in command]
    try:
        done = subprocess.run(
            arguments,
            cwd=cwd,
            env=None if env is None else dict(env),
            stdout=subprocess.PIPE if quiet else None,
            stderr=subprocess.STDOUT if quiet else None,
            timeout=timeout,
            check=False,
        )
    except subprocess.TimeoutExpired:
        print(f"gave up after {timeout} s: {' '.join(arguments)}", flush=True)
        return 124
    except FileNotFoundError as error:
        print(error, flush=True)
        return 127
    if quiet and done.returncode:
        sys.stdout.write(done.stdout.decode(errors="replace"))
        sys.stdout.flush()
    return done.returncode


def must(*command: str | os.PathLike[str], **options: object) -> None:
    """Run a command quietly and raise `CommandFailed` when it fails."""
    if run(*command, quiet=True, **options):  # type: ignore[arg-type]
        raise CommandFailed(" ".join(os.fspath(part) for part in command))


def in_venv(folder: Path, name: str) -> Path:
    """Return the path of a program inside a virtual environment."""
    if os.name == "nt":
        return folder / "Scripts" / f"{name}.exe"
    return folder / "bin" / name


def make_venv(folder: Path, python: str = sys.executable) -> None:
    """Make an empty virtual environment with uv where it is, else with the standard library."""
    uv = find_uv()
    if uv and not run(uv, "venv", "--quiet", "--python", python, folder, quiet=True):
        return
    if not run(python, "-m", "venv", folder, quiet=True):
        return
    # Debian keeps ensurepip in a package of its own.
    shutil.rmtree(folder, ignore_errors=True)
    if shutil.which("apt-get") and getattr(os, "geteuid", lambda: 1)() == 0:
        run("apt-get", "install", "-y", "-q", "python3-venv", quiet=True, timeout=120)
    must(python, "-m", "venv", folder)


def find_uv() -> str | None:
    """Return the path of uv: the one of our environment, else one on the path."""
    own = in_venv(VENV, "uv")
    return os.fspath(own) if own.is_file() else shutil.which("uv")


def install(
    python: Path,
    arguments: Sequence[str],
    env: Mapping[str, str] | None = None,
    *,
    wheels: Path | None = None,
) -> None:
    """Install something into the environment of ``python`` with uv, or with pip if that fails.

    *wheels* is a folder of our own wheels that are installed from there if they are wanted.
    """
    links = [] if wheels is None else ["--find-links", os.fspath(wheels)]
    refresh = [] if wheels is None else look_again()
    uv = find_uv()
    if uv and not run(
        *(uv, "pip", "install", "--quiet", "--python", python),
        *(*links, *refresh, *arguments),
        env=env,
        quiet=True,
    ):
        return
    if uv:
        say("uv did not do it; trying pip")
    if run(python, "-m", "pip", "--version", env=env, quiet=True):
        must(python, "-m", "ensurepip", "--upgrade")
    must(
        *(python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"),
        *(*links, *arguments),
        env=env,
    )


def look_again() -> list[str]:
    """Return what lets uv read our own wheels.

    It remembers a wheel by its path: one of the same version that was built anew in the same
    place would not be looked at, and the tests would run on the old one.
    """
    return [word for package in packages() for word in ("--refresh-package", package.distribution)]


class State:
    """What is installed for which inputs, in one JSON file."""

    def __init__(self, path: Path) -> None:
        """Read the file; a missing or unreadable one means that nothing is installed."""
        self._path = path
        self._lock = threading.Lock()
        try:
            loaded = json.loads(path.read_text())
        except (OSError, ValueError):
            loaded = {}
        self._known: dict[str, str] = loaded if isinstance(loaded, dict) else {}

    def is_current(self, key: str, value: str) -> bool:
        """Tell whether ``value`` was the last one noted under ``key``."""
        return self._known.get(key) == value

    def note(self, key: str, value: str) -> None:
        """Remember a value, on disk at once; may be called by several threads."""
        with self._lock:
            self._known[key] = value
            self._path.parent.mkdir(exist_ok=True)
            self._path.write_text(json.dumps(self._known, indent=1, sort_keys=True))


def build_environ(mode: str) -> dict[str, str]:
    """Return the environment of a build in one of the hook's modes."""
    return environ(
        AIOHTTP_EXTENSIONS=mode,
        AIOHTTP_NO_EXTENSIONS=None,
        AIOHTTP_EXTENSIONS_CACHE=os.fspath(STATE / "extensions"),
    )


def wanted_mode() -> str:
    """Return the mode of the build hook that the caller's environment asks for."""
    return os.environ.get("AIOHTTP_EXTENSIONS") or "auto"


def extension_suffix(python: Path) -> str:
    """Return how extensions of an interpreter are called."""
    code = "import sysconfig; print(sysconfig.get_config_var('EXT_SUFFIX'))"
    done = subprocess.run([python, "-c", code], capture_output=True, text=True, check=True)
    return done.stdout.strip()


def editable_arguments(chosen: Sequence[Package], *, extras: bool) -> list[str]:
    """Return the arguments that install packages editable, all of them in one command."""
    arguments = ["--no-build-isolation"]
    for package in chosen:
        tail = f"[{','.join(package.extras)}]" if extras and package.extras else ""
        arguments += ["-e", f"{package.folder.relative_to(ROOT).as_posix()}{tail}"]
    return arguments


def ensure_installed() -> Path:
    """Bring ``.venv`` up to date, but for extensions, and return its interpreter."""
    if os.environ.get("AIOHTTP_DEV_HERE"):
        return Path(sys.executable)
    python = in_venv(VENV, "python")
    state = State(STATE / "environment.json")
    if not python.is_file():
        say(f"making {VENV.name} with Python {'.'.join(map(str, sys.version_info[:3]))}")
        make_venv(VENV)
        state.note("requirements", "")
        state.note("packages", "")
    wanted = digest(REQUIREMENTS, os.fspath(VENV))
    if not state.is_current("requirements", wanted):
        if find_uv() is None:
            say("installing uv")
            # Without it pip does the same work, only slower.
            run(
                *(python, "-m", "pip", "install", "-q", "--disable-pip-version-check", "uv"),
                quiet=True,
            )
        say("installing the development requirements")
        install(python, ["-r", os.fspath(REQUIREMENTS[0])])
        state.note("requirements", wanted)
    _install_packages(python, state)
    return python


def _install_packages(python: Path, state: State) -> None:
    """Install all packages editable in one command, as plain Python."""
    everything = packages()
    facts = [digest([p.folder / "pyproject.toml"]) for p in everything]
    wanted = digest([], os.fspath(VENV), *facts)
    if state.is_current("packages", wanted):
        return
    say(f"installing {', '.join(p.distribution for p in everything)}")
    env = build_environ("no")
    try:
        install(python, editable_arguments(everything, extras=True), env)
    except CommandFailed:
        # An optional accelerator may have no wheel for this interpreter.
        say("some extras cannot be installed here; going on without extras")
        install(python, editable_arguments(everything, extras=False), env)
    for package in everything:
        state.note(f"build:{package.name}", "")
    state.note("packages", wanted)
