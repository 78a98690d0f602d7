"""The build hook of the distributions that have hot modules.

A hot module is a ``.py`` with a ``.pxd`` of the same name beside it; they are found by looking.
Each becomes a Cython extension that stands beside the source.  What the build does is chosen by
the environment variable ``AIOHTTP_EXTENSIONS``:

``auto``
    (default) compile; where that fails, warn and go on without extensions;
``require``
    compile or fail;
``no``
    do not compile.  ``AIOHTTP_NO_EXTENSIONS`` with any non-empty value is the old name of this.

A wheel gets its extensions through ``force_include`` and the tag of this interpreter; nothing is
written into the source tree.  An editable build puts them beside the sources and removes stale
ones first, so that switching to ``no`` really switches.  No C file outlives the build.

``AIOHTTP_EXTENSIONS_CACHE`` may name a folder in which compiled modules are kept under a hash of
all that went into them: the development tools use it, so that an edit compiles one module.

The master copy is ``tools/hatch_build.py``; the copies in the packages are made by
``python3 tools/dev.py sync`` and a test keeps them equal byte for byte.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import sys
import sysconfig
import tempfile
from importlib.machinery import EXTENSION_SUFFIXES
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

MODES = ("auto", "require", "no")


def chosen_mode(environ: os._Environ[str] | dict[str, str] = os.environ) -> str:
    """Return ``auto``, ``require`` or ``no``; raise ``ValueError`` for anything else."""
    if environ.get("AIOHTTP_NO_EXTENSIONS"):
        return "no"
    mode = environ.get("AIOHTTP_EXTENSIONS") or "auto"
    if mode not in MODES:
        raise ValueError(f"AIOHTTP_EXTENSIONS is {mode!r}, but must be one of {', '.join(MODES)}")
    return mode


def hot_modules(src: Path) -> list[Path]:
    """Return the sources below ``src`` that have a ``.pxd`` beside them, sorted."""
    return sorted(
        declarations.with_suffix(".py")
        for declarations in src.rglob("*.pxd")
        if declarations.stem != "__init__" and declarations.with_suffix(".py").is_file()
    )


def built_files(src: Path) -> list[Path]:
    """Return what this interpreter, or an earlier build for it, left beside the sources.

    Extensions of other interpreters stay: several environments may share one source tree.
    """
    return sorted(
        path
        for suffix in EXTENSION_SUFFIXES
        for path in src.rglob(f"*{suffix}")
        if path.with_name(path.name.removesuffix(suffix) + ".py").is_file()
    )


def module_name(src: Path, source: Path) -> str:
    """Return the dotted name of a source below ``src``."""
    return ".".join(source.relative_to(src).with_suffix("").parts)


def compile_arguments(compiler_type: str) -> list[str]:
    """Return the flags: full optimisation and no debug information."""
    if compiler_type == "msvc":
        return ["/O2"]
    return ["-O3", "-g0"]


def cache_name(src: Path, source: Path) -> str:
    """Return a name that changes with anything the compiled module depends on."""
    from Cython import __version__ as cython_version  # type: ignore[attr-defined]

    total = hashlib.sha256(Path(__file__).read_bytes())
    facts = [cython_version, sys.version, EXTENSION_SUFFIXES[0], sysconfig.get_platform()]
    facts += [os.environ.get(name, "") for name in ("CC", "CFLAGS", "CPPFLAGS", "LDFLAGS")]
    total.update(repr(facts).encode())
    # A module may know any declaration of its package.
    for path in [source, *sorted(src.rglob("*.pxd"))]:
        total.update(path.relative_to(src).as_posix().encode() + b"\0")
        total.update(hashlib.sha256(path.read_bytes()).digest())
    return f"{module_name(src, source)}-{total.hexdigest()[:32]}{EXTENSION_SUFFIXES[0]}"


def obtain_extensions(src: Path, sources: list[Path], scratch: Path) -> dict[Path, Path]:
    """Return {built file: its place below ``src``}, from the cache where there is one."""
    folder = os.environ.get("AIOHTTP_EXTENSIONS_CACHE")
    if not folder:
        return build_extensions(src, sources, scratch)
    cache = Path(folder).resolve()
    cache.mkdir(parents=True, exist_ok=True)
    kept = {source: cache / cache_name(src, source) for source in sources}
    unknown = [source for source, file in kept.items() if not file.is_file()]
    result = {}
    for built, place in build_extensions(src, unknown, scratch).items() if unknown else ():
        file = kept[(src / place).with_name(place.name.partition(".")[0] + ".py")]
        # Whole or not at all, also for another build that runs at the same time.
        fresh = file.with_name(f"{file.name}.{os.getpid()}")
        shutil.copyfile(built, fresh)
        fresh.replace(file)
    for source, file in kept.items():
        name = source.stem + EXTENSION_SUFFIXES[0]
        copy = scratch / module_name(src, source) / name
        copy.parent.mkdir(parents=True)
        shutil.copyfile(file, copy)
        result[copy] = source.relative_to(src).with_name(name)
    return result


def build_extensions(src: Path, sources: list[Path], scratch: Path) -> dict[Path, Path]:
    """Compile the sources inside ``scratch`` and return {built file: its place below ``src``}.

    Any failure leaves as an exception; ``src`` is only read.
    """
    from Cython.Build import cythonize
    from setuptools import Distribution, Extension
    from setuptools.command.build_ext import build_ext

    class OptimisedBuild(build_ext):
        def build_extension(self, extension: Extension) -> None:
            extension.extra_compile_args = compile_arguments(self.compiler.compiler_type)
            super().build_extension(extension)

    directives: dict[str, Any] = {
        "language_level": 3,
        # Annotations are for readers and type checkers; C types stand in the .pxd alone.
        "annotation_typing": False,
        "freethreading_compatible": True,
    }
    old_folder = Path.cwd()
    # Cython writes the path of a source into tracebacks and C comments: relative ones are the
    # same on each machine.
    os.chdir(src)
    try:
        extensions = cythonize(  # type: ignore[no-untyped-call]
            [
                Extension(module_name(src, source), [os.fspath(source.relative_to(src))])
                for source in sources
            ],
            include_path=[os.curdir],
            build_dir=os.fspath(scratch / "c"),
            compiler_directives=directives,
            force=True,
            quiet=True,
            show_all_warnings=False,
        )
        command = OptimisedBuild(Distribution({"name": "extensions", "ext_modules": extensions}))
        command.build_lib = os.fspath(scratch / "lib")
        command.build_temp = os.fspath(scratch / "temp")
        command.force = True
        command.parallel = min(len(sources), os.cpu_count() or 1)
        command.ensure_finalized()
        command.run()
    finally:
        os.chdir(old_folder)
    result = {}
    for source in sources:
        built = Path(command.get_ext_fullpath(module_name(src, source)))
        result[built] = source.relative_to(src).with_name(built.name)
    return result


class ExtensionsHook(BuildHookInterface[Any]):
    """Compile the hot modules into a wheel, or beside the sources of an editable install."""

    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Build what the mode asks for and tell hatchling about it."""
        src = Path(self.root, "src")
        editable = version == "editable"
        if editable:
            for stale in built_files(src):
                stale.unlink()
        mode = chosen_mode()
        sources = hot_modules(src)
        if mode == "no" or not sources:
            return
        # The scratch folder lives until `finalize`: hatchling reads the files in between.
        self._scratch = tempfile.TemporaryDirectory(prefix="aiohttp-build-")
        try:
            built = obtain_extensions(src, sources, Path(self._scratch.name).resolve())
        except (Exception, SystemExit) as error:
            if mode == "require":
                raise RuntimeError(
                    f"{self.metadata.name}: the extensions could not be built and"
                    f" AIOHTTP_EXTENSIONS=require: {error}"
                ) from error
            message = (
                f"{self.metadata.name}: the extensions could not be built"
                f" ({type(error).__name__}: {error}); going on as plain Python, which is slower."
                " Set AIOHTTP_EXTENSIONS=no to choose this, or =require to make it an error."
            )
            self.app.display_warning(message)
            return
        if editable:
            for file, place in built.items():
                # A running process may have the old file mapped: a new inode, never a rewrite.
                target = src / place
                fresh = target.with_name(target.name + ".new")
                fresh.write_bytes(file.read_bytes())
                fresh.chmod(0o755)
                fresh.replace(target)
        else:
            build_data["force_include"].update(
                {os.fspath(file): place.as_posix() for file, place in built.items()}
            )
        build_data["pure_python"] = False
        build_data["infer_tag"] = True
        print(f"{self.metadata.name}: {len(built)} extensions built", file=sys.stderr)

    def finalize(self, version: str, build_data: dict[str, Any], artifact_path: str) -> None:
        """Remove the scratch folder."""
        scratch = getattr(self, "_scratch", None)
        if scratch is not None:
            scratch.cleanup()
