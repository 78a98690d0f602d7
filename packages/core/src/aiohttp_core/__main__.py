"""``python -m aiohttp_core``: what runs here, for bug reports."""

import importlib.util
import platform
from importlib.metadata import PackageNotFoundError, version

from aiohttp_core import COMPILED

_FAMILY = (
    "aiohttp",
    "aiohttp-core",
    "aiohttp-multipart",
    "aiohttp-websocket",
    "aiohttp-client",
    "aiohttp-web",
    "aiohttp-test-utils",
)
_BACKENDS = (
    "multidict",
    "yarl",
    "uvloop",
    "aiodns",
    "brotli",
    "brotlicffi",
    "compression.zstd",
    "backports.zstd",
    "isal",
    "zlib_ng",
)
_DISTRIBUTIONS = {"zlib_ng": "zlib-ng"}


def _version(distribution: str) -> str | None:
    try:
        return version(distribution)
    except PackageNotFoundError:
        return None


def _is_there(module: str) -> bool:
    try:
        return importlib.util.find_spec(module) is not None
    except ModuleNotFoundError:
        return False


def report() -> str:
    """Return the lines that ``python -m aiohttp_core`` prints."""
    lines = [
        f"Python {platform.python_version()} ({platform.python_implementation()})",
        f"Hot modules: {'compiled' if COMPILED else 'interpreted'}",
    ]
    lines += [f"{name} {found}" for name in _FAMILY if (found := _version(name))]
    for name in _BACKENDS:
        there = _is_there(name)
        found = _version(_DISTRIBUTIONS.get(name, name)) if there else None
        lines.append(
            f"{name}: {(found or 'in the standard library') if there else 'not installed'}"
        )
    return "\n".join(lines)


if __name__ == "__main__":
    print(report())
