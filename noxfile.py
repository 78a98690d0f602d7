"""The matrix.  ``nox -l`` lists it; the list of packages is read from the folder ``packages``.

Names of parametrized sessions: ``tests-3.12(compiled, client)``, ``wheel(web)``, ``lowest(core)``.
Interpreters that are not on this machine are skipped.
"""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from pathlib import Path

import nox

ROOT = Path(__file__).resolve().parent
sys.path.insert(0, str(ROOT))

from tools.environment import look_again  # noqa: E402
from tools.workspace import Package, closure, packages  # noqa: E402

PYTHONS = ["3.11", "3.12", "3.13", "3.14"]
EVERYTHING = packages()
NAMES = [p.name for p in EVERYTHING]
BY_NAME = {p.name: p for p in EVERYTHING}
MODES = {"compiled": "require", "pure": "no"}


def show_pyenv_interpreters() -> None:
    """Put pyenv's interpreters on the path; its own shims answer only for the active version."""
    versions = Path(os.environ.get("PYENV_ROOT") or Path.home() / ".pyenv") / "versions"
    links = ROOT / ".nox" / "interpreters"
    for python in PYTHONS:
        for found in sorted(versions.glob(f"{python}.*/bin/python{python}")):
            links.mkdir(parents=True, exist_ok=True)
            link = links / found.name
            link.unlink(missing_ok=True)
            link.symlink_to(found)
    if links.is_dir():
        os.environ["PATH"] = os.pathsep.join([os.fspath(links), os.environ["PATH"]])


if os.name == "posix":
    show_pyenv_interpreters()

nox.options.download_python = "never"
nox.options.default_venv_backend = "uv|virtualenv"
nox.options.error_on_missing_interpreters = False
nox.options.sessions = ["lint", "types", "layers", "versions", "tests", "wheel", "docs"]


def build_environment(mode: str) -> dict[str, str]:
    """Return what the build hook must see."""
    return {"AIOHTTP_EXTENSIONS": MODES[mode], "AIOHTTP_NO_EXTENSIONS": ""}


def install_workspace(
    session: nox.Session, chosen: list[Package], mode: str, *, extras: bool = True
) -> None:
    """Install packages as wheels, never editable: sessions must not share built files."""
    session.install("-r", "tools/requirements-test.txt")
    wheels = Path(session.create_tmp()) / "wheels"
    shutil.rmtree(wheels, ignore_errors=True)
    session.install("build")
    for package in chosen:
        session.run(
            *("python", "-m", "build", "--wheel", "--outdir", os.fspath(wheels)),
            os.fspath(package.folder),
            env=build_environment(mode),
            silent=True,
        )
    names = []
    for package in chosen:
        tail = f"[{','.join(package.extras)}]" if extras and package.extras else ""
        names.append(f"{package.distribution}{tail}")
    refresh = look_again() if session.venv_backend == "uv" else []
    session.install("--find-links", os.fspath(wheels), *refresh, *names)


def run_tests(session: nox.Session, chosen: list[Package], mode: str) -> None:
    """Run the own tests of packages; the sources of the tree are not on the path."""
    for package in chosen:
        session.run(
            *("python", "-P", "-m", "pytest", "-q", "-n", "2", os.fspath(package.tests)),
            *session.posargs,
            # Sockets in nox's own temporary folders would have longer names than sockets can have.
            env={
                "AIOHTTP_NO_EXTENSIONS": "1" if mode == "pure" else "",
                "TMPDIR": tempfile.gettempdir(),
            },
            success_codes=[0, 5],
        )


@nox.session(python=PYTHONS)
@nox.parametrize("package", NAMES, ids=NAMES)
@nox.parametrize("mode", list(MODES), ids=list(MODES))
def tests(session: nox.Session, mode: str, package: str) -> None:
    """A package's own tests, with itself and what it requires installed and nothing else."""
    install_workspace(session, closure(BY_NAME[package], EVERYTHING), mode)
    run_tests(session, [BY_NAME[package]], mode)


@nox.session(python=PYTHONS)
@nox.parametrize("mode", list(MODES), ids=list(MODES))
def full(session: nox.Session, mode: str) -> None:
    """Everything installed, all tests of all packages."""
    install_workspace(session, EVERYTHING, mode)
    run_tests(session, EVERYTHING, mode)


@nox.session(python=PYTHONS)
@nox.parametrize("mode", list(MODES), ids=list(MODES))
def client_only(session: nox.Session, mode: str) -> None:
    """The client and what it requires, and their tests; the server cannot be imported."""
    one_side(session, "client", "aiohttp_web", mode)


@nox.session(python=PYTHONS)
@nox.parametrize("mode", list(MODES), ids=list(MODES))
def server_only(session: nox.Session, mode: str) -> None:
    """The server and what it requires, and their tests; the client cannot be imported."""
    one_side(session, "web", "aiohttp_client", mode)


def one_side(session: nox.Session, name: str, absent: str, mode: str) -> None:
    """Install one side, show that the other is absent, run the tests of all that was installed."""
    chosen = closure(BY_NAME[name], EVERYTHING)
    install_workspace(session, chosen, mode)
    code = f"import importlib.util as u; raise SystemExit(u.find_spec({absent!r}) is not None)"
    session.run("python", "-I", "-c", code)
    run_tests(session, chosen, mode)


@nox.session
@nox.parametrize("package", NAMES, ids=NAMES)
def wheel(session: nox.Session, package: str) -> None:
    """One wheel alone: what it holds and brings, that it imports, that its tests pass."""
    session.install("-r", "tools/requirements-dev.txt")
    session.run(
        *("python", "-m", "pytest", "-q", "-p", "no:xdist", "tests-integration/wheels"),
        *("-k", f"[{package}]"),
        *session.posargs,
    )


@nox.session
def sdists(session: nox.Session) -> None:
    """Every sdist: what it holds, and that a wheel can be built from it in isolation."""
    session.install("build", "uv")
    out = Path(session.create_tmp()) / "sdists"
    shutil.rmtree(out, ignore_errors=True)
    for package in EVERYTHING:
        # Without --wheel or --sdist the wheel is built from the sdist.
        session.run(
            *("python", "-m", "build", "--outdir", os.fspath(out), os.fspath(package.folder)),
            env=build_environment("compiled"),
            silent=True,
        )
    session.run("python", "tools/release.py", "verify", "--out", os.fspath(out))


@nox.session(python="3.11", venv_backend="uv")
@nox.parametrize("package", NAMES, ids=NAMES)
def lowest(session: nox.Session, package: str) -> None:
    """The lowest third-party versions that the package says it works with."""
    chosen = closure(BY_NAME[package], EVERYTHING)
    install_workspace(session, chosen, "compiled")
    requirements = Path(session.create_tmp()) / "lowest.in"
    dependencies = [
        text
        for each in chosen
        for text in each.settings["project"].get("dependencies", ())
        if not text.startswith("aiohttp-")
    ]
    requirements.write_text("\n".join(dependencies) + "\n")
    session.run(
        *("uv", "pip", "install", "--resolution", "lowest-direct", "--reinstall"),
        *("-r", os.fspath(requirements)),
        external=True,
    )
    session.run("uv", "pip", "check", external=True)
    run_tests(session, [BY_NAME[package]], "compiled")


def development(session: nox.Session, mode: str = "pure") -> None:
    """Install the development requirements and the packages, editable, in one command."""
    session.install("-r", "tools/requirements-dev.txt")
    editable = [f"--editable={p.folder}[{','.join(p.extras)}]" for p in EVERYTHING]
    session.install("--no-build-isolation", *editable, env=build_environment(mode))


@nox.session
def lint(session: nox.Session) -> None:
    """Style."""
    session.install("ruff")
    session.run("ruff", "check", ".")
    session.run("ruff", "format", "--check", ".")


@nox.session
def types(session: nox.Session) -> None:
    """Mypy in strict mode over each package; both mypy and pyright over samples of user code."""
    development(session)
    for package in EVERYTHING:
        folders = [f for f in (package.source, package.tests) if any(f.rglob("*.py"))]
        session.run("mypy", *(os.fspath(f.relative_to(ROOT)) for f in folders))
    session.run("python", "-m", "pytest", "-q", "-p", "no:xdist", "tests-integration/typing")


@nox.session
def layers(session: nox.Session) -> None:
    """Who imports whom."""
    development(session)
    session.run("lint-imports", "--no-cache", env={"AIOHTTP_NO_EXTENSIONS": "1"})


@nox.session
def api(session: nox.Session) -> None:
    """The public interface against the last release; breaks are shown, and fail the session."""
    session.install("griffe")
    for package in EVERYTHING:
        # A fix of one package is tagged core-v3.90.1, a release of all v3.90.0.
        patterns = [f"{package.name}-v*", "v*"]
        tags = [str(git(session, "tag", "--list", p, "--sort=-v:refname")) for p in patterns]
        released = " ".join(tags).split()
        if not released:
            session.log(f"{package.distribution} was not released yet")
            continue
        source = os.fspath(package.source.relative_to(ROOT))
        session.run("griffe", "check", package.import_name, "-s", source, "-a", released[0])


def git(session: nox.Session, *arguments: str) -> object:
    """Return what git says."""
    return session.run("git", *arguments, external=True, silent=True)


@nox.session
def versions(session: nox.Session) -> None:
    """Versions, pins and shared settings agree; change notes are there; marks name known rows."""
    session.install("-r", "tools/requirements-dev.txt")
    session.run("python", "tools/versions.py")
    session.run("python", "tools/release.py", "check")
    session.run("python", "tools/spec_coverage.py", "--missing", silent=True)


@nox.session
def docs(session: nox.Session) -> None:
    """The documents; a warning is an error."""
    development(session)
    session.run(
        *("python", "-m", "sphinx", "-W", "--keep-going", "-b", "html"),
        *("docs", "docs/_build/html"),
        env={"AIOHTTP_NO_EXTENSIONS": "1"},
    )


@nox.session
def coverage(session: nox.Session) -> None:
    """Branch coverage, package by package."""
    development(session)
    session.run("python", "tools/dev.py", "coverage", env={"AIOHTTP_DEV_HERE": "1"})


@nox.session
def integration(session: nox.Session) -> None:
    """What crosses packages, and real peers."""
    development(session, "compiled")
    session.run(
        *("python", "-m", "pytest", "-q", "-n", "2", "tests-integration"),
        "--ignore=tests-integration/wheels",
        *session.posargs,
        env={"AIOHTTP_NO_EXTENSIONS": ""},
    )


@nox.session
def dependents(session: nox.Session) -> None:
    """Published packages that depend on aiohttp, from the index, on our wheels."""
    session.install("-r", "tools/requirements-dev.txt")
    session.run(
        *("python", "-m", "pytest", "-q", "-p", "no:xdist", "-m", "dependents"),
        *("tests-integration/dependents", *session.posargs),
    )


@nox.session
def autobahn(session: nox.Session) -> None:
    """All 517 cases of the Autobahn test-suite, both roles, receive() and listen(); CPython 2.7.

    Forty minutes on two idle cores; twice that beside other work.
    """
    development(session, "compiled")
    session.run(
        *("python", "-m", "pytest", "-q", "-n", "2"),
        "tests-integration/websocket/test_autobahn.py",
        *session.posargs,
        env={"AIOHTTP_NO_EXTENSIONS": "", "AUTOBAHN": "all"},
    )


@nox.session
def release(session: nox.Session) -> None:
    """The rehearsal of a release: build, verify, publish to an index on this machine, install."""
    session.install("-r", "tools/requirements-dev.txt")
    out = Path(session.create_tmp()) / "dist"
    session.run("python", "tools/release.py", "rehearse", "--out", os.fspath(out))


@nox.session
def bench(session: nox.Session) -> None:
    """Benchmarks against peers; ``nox -s bench -- server --help``."""
    development(session, "compiled")
    session.run("python", "-m", "tools.bench", *(session.posargs or ["all"]))
