#!/usr/bin/env python3
"""Releasing the seven distributions.

    python3 tools/dev.py release check            versions, pins, change notes
    python3 tools/dev.py release notes NAME       show the change notes of a package
    python3 tools/dev.py release build [--out D]  sdists, and wheels from them, in order
    python3 tools/dev.py release verify [--out D] what is inside the files
    python3 tools/dev.py release rehearse         all of it, then publish to an index on this
                                                  machine and install from there

Nothing here can publish to a real index: that is done with the verified files, by a job that can
build nothing.
"""

from __future__ import annotations

import argparse
import email.parser
import functools
import hashlib
import http.server
import importlib.util
import os
import shlex
import shutil
import subprocess
import sys
import tarfile
import tempfile
import threading
import zipfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from tools import versions
from tools.environment import (
    CommandFailed,
    build_environ,
    environ,
    in_venv,
    install,
    make_venv,
    must,
    run,
    say,
    wanted_mode,
)
from tools.workspace import ROOT, Package, normalised, packages

DIST = ROOT / "dist"
# What a user of each of these installs must work from the index alone.
ENTRANCES = {
    "aiohttp": "import aiohttp; from aiohttp import web; aiohttp.ClientSession, web.Application",
    "aiohttp-client": "import aiohttp_client; aiohttp_client.ClientSession",
    "aiohttp-web": "import aiohttp_web; aiohttp_web.Application",
}
# What each command imports that a plain Python has not.
NEEDS = {
    "check": ("towncrier",),
    "notes": ("towncrier",),
    "build": ("build", "hatchling"),
    "verify": (),
    "rehearse": ("towncrier", "build", "hatchling"),
}


def wheel_problems(wheel: Path, package: Package, *, compiled: bool) -> list[str]:
    """Return what is wrong inside a wheel; ``compiled`` says that extensions must be there."""
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
        info = f"{package.distribution.replace('-', '_')}-{package.version}.dist-info"
        metadata = archive.read(f"{info}/METADATA").decode()
    found = [
        f"{name} does not belong into a wheel" for name in names if name.endswith((".c", ".pxd"))
    ]
    inside = (f"{package.import_name}/", f"{info}/")
    found += [f"{name} lies outside of {inside}" for name in names if not name.startswith(inside)]
    sources = {path.relative_to(package.source).as_posix() for path in package.source.rglob("*.py")}
    sources.add(f"{package.import_name}/py.typed")
    found += [f"{name} is missing" for name in sorted(sources.difference(names))]
    if f"{info}/licenses/LICENSE" not in names:
        found.append("LICENSE is missing")
    hot = {p.relative_to(package.source).with_suffix("").as_posix() for p in package.hot_modules()}
    built = {name.partition(".")[0] for name in names if name.endswith((".so", ".pyd"))}
    if compiled and built != hot:
        found.append(f"extensions differ from the hot modules by {sorted(built ^ hot)}")
    universal = wheel.name.endswith("-py3-none-any.whl")
    if universal != (not built):
        found.append(f"the tag of {wheel.name} does not fit {len(built)} extensions")
    return [f"{wheel.name}: {problem}" for problem in found + metadata_problems(metadata, package)]


def metadata_problems(text: str, package: Package) -> list[str]:
    """Return what is wrong with the core metadata of a wheel or sdist."""
    fields = email.parser.HeaderParser().parsestr(text)
    expected = {
        "Metadata-Version": "2.4",
        "Name": package.distribution,
        "Version": package.version,
        "License-Expression": "Apache-2.0",
        "License-File": "LICENSE",
        "Description-Content-Type": "text/markdown",
    }
    found = [
        f"{name} is {fields.get(name)!r}, must be {value!r}"
        for name, value in expected.items()
        if fields.get(name) != value
    ]
    return found if fields.get("Requires-Python") else [*found, "Requires-Python is missing"]


def sdist_problems(sdist: Path, package: Package) -> list[str]:
    """Return what is wrong inside an sdist."""
    with tarfile.open(sdist) as archive:
        names = {name.partition("/")[2] for name in archive.getnames()}
    found = [
        f"{n} is generated" for n in sorted(names) if n.endswith((".c", ".so", ".pyd", ".pyc"))
    ]
    wanted = {"PKG-INFO", "README.md", "LICENSE", "pyproject.toml"}
    for pattern in ("src/**/*.py", "src/**/*.pxd", "tests/**/*.py", "hatch_build.py"):
        wanted |= {p.relative_to(package.folder).as_posix() for p in package.folder.glob(pattern)}
    found += [f"{name} is missing" for name in sorted(wanted - names)]
    return [f"{sdist.name}: {problem}" for problem in found]


def artifacts_of(package: Package, folder: Path) -> tuple[list[Path], list[Path]]:
    """Return the wheels and the sdists of a package that lie in a folder."""
    stem = f"{package.distribution.replace('-', '_')}-{package.version}"
    return sorted(folder.glob(f"{stem}-*.whl")), sorted(folder.glob(f"{stem}.tar.gz"))


def notes(package: Package, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run towncrier for one package."""
    command = [sys.executable, "-m", "towncrier", "build", "--config", "towncrier.toml"]
    command += ["--dir", os.fspath(package.folder), "--version", package.version]
    command += ["--name", package.distribution, *arguments]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)


def note_problems(package: Package) -> list[str]:
    """Return what keeps the change notes of a package from being released."""
    written = package.folder / "CHANGELOG.rst"
    if written.is_file() and f"{package.distribution} {package.version} " in written.read_text():
        return []
    if not any(path.suffix == ".rst" for path in (package.folder / "changes").glob("*.*.rst")):
        return [f"{package.name}: no change note for {package.version}"]
    done = notes(package, "--draft")
    return [] if done.returncode == 0 else [f"{package.name}: {done.stderr.strip()}"]


def check() -> list[str]:
    """Return what keeps the sources from being released."""
    return versions.problems() + [text for p in packages() for text in note_problems(p)]


def remove_old_files(folder: Path) -> None:
    """Remove a folder of sdists and wheels; :exc:`CommandFailed` if anything else is in it."""
    if folder.exists():
        for path in folder.iterdir():
            if not path.name.endswith((".whl", ".tar.gz")):
                raise CommandFailed(f"{path} is no file of a release: choose an empty folder")
        shutil.rmtree(folder)


def build(folder: Path) -> None:
    """Build an sdist of each package, and its wheel from that sdist."""
    mode = wanted_mode()
    folder.mkdir(parents=True, exist_ok=True)
    for package in packages():
        say(f"building {package.distribution} {package.version}")
        # Without --sdist or --wheel the wheel is made from the sdist.
        must(
            *(sys.executable, "-m", "build", "--no-isolation", "--outdir", folder, package.folder),
            env=build_environ("require" if mode == "auto" else mode),
        )


def verify(folder: Path) -> list[str]:
    """Return what is wrong with the files in a folder."""
    found = []
    for package in packages():
        wheels, sdists = artifacts_of(package, folder)
        if not wheels or not sdists:
            found.append(f"{package.distribution}: wheel or sdist is missing in {folder}")
        for wheel in wheels:
            compiled = not wheel.name.endswith("-py3-none-any.whl")
            found += wheel_problems(wheel, package, compiled=compiled)
        for sdist in sdists:
            found += sdist_problems(sdist, package)
    return found


def publish(package: Package, folder: Path, index: Path) -> None:
    """Put the files of one package into a simple index (PEP 503) made of files."""
    place = index / "simple" / normalised(package.distribution)
    place.mkdir(parents=True, exist_ok=True)
    wheels, sdists = artifacts_of(package, folder)
    links = []
    for file in [*wheels, *sdists]:
        shutil.copy(file, place)
        digest = hashlib.sha256(file.read_bytes()).hexdigest()
        python = package.settings["project"]["requires-python"].replace(">", "&gt;")
        links.append(
            f'<a href="{file.name}#sha256={digest}" data-requires-python="{python}">{file.name}</a>'
        )
    page = "<!DOCTYPE html>\n<title>index</title>\n" + "<br>\n".join(links)
    (place / "index.html").write_text(page)


class _Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *args: object) -> None:
        """Say nothing: a missing page is how an index says no."""


@contextmanager
def serving(index: Path) -> Iterator[str]:
    """Serve an index on a free loopback port and yield its address."""
    handler = functools.partial(_Quiet, directory=os.fspath(index))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}/simple/"
        finally:
            server.shutdown()
            thread.join()


def rehearse(folder: Path) -> list[str]:
    """Publish to an index on this machine, in dependency order, and install from it."""
    with tempfile.TemporaryDirectory(prefix="aiohttp-release-") as scratch:
        index = Path(scratch, "index")
        index.mkdir()
        with serving(index) as url:
            options = ["--extra-index-url", url]
            make_venv(Path(scratch, "probe"), sys.executable)
            probe = in_venv(Path(scratch, "probe"), "python")
            for package in packages():
                publish(package, folder, index)
                say(f"published {package.distribution}; can it be installed now?")
                # What was published before must be enough: nobody may meet half a release.
                wanted = f"{package.distribution}=={package.version}"
                install(probe, [*options, "--dry-run", wanted], environ(PYTHONPATH=None))
            found = []
            for name, code in ENTRANCES.items():
                say(f"installing {name} into an empty environment")
                make_venv(Path(scratch, name), sys.executable)
                python = in_venv(Path(scratch, name), "python")
                install(python, [*options, f"{name}>=3.90"], environ(PYTHONPATH=None))
                if run(python, "-I", "-W", "error", "-c", code, quiet=True, cwd=Path(scratch)):
                    found.append(f"{name}: installed from the index, but does not work")
    return found


def main(arguments: Sequence[str]) -> int:
    """Run one command; return 1 if there is a problem."""
    top = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    top.add_argument("command", choices=["check", "notes", "build", "verify", "rehearse"])
    top.add_argument("package", nargs="?", help="for notes")
    top.add_argument("--out", type=Path, default=DIST)
    options = top.parse_args(arguments)
    missing = [name for name in NEEDS[options.command] if importlib.util.find_spec(name) is None]
    if missing:
        print(
            f"{' and '.join(missing)} cannot be imported by {sys.executable}; "
            f"run: python3 tools/dev.py release {shlex.join(arguments)}"
        )
        return 2
    folder = options.out.resolve()
    found: list[str] = []
    try:
        if options.command == "notes":
            done = notes(next(p for p in packages() if p.name == options.package), "--draft")
            print(done.stdout or done.stderr)
            return done.returncode
        if options.command in ("check", "rehearse"):
            found += check()
        if options.command in ("build", "rehearse"):
            if options.command == "rehearse":
                remove_old_files(folder)
            build(folder)
        if options.command in ("build", "verify", "rehearse"):
            found += verify(folder)
        if options.command == "rehearse" and not found:
            found += rehearse(folder)
    except CommandFailed as error:
        found.append(f"failed: {error}")
    for problem in found:
        print(problem)
    print(f"{options.command}: {len(found)} problems")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
