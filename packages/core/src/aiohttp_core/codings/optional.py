"""The codecs that may be missing: brotli and zstd.

Laws
* A codec is used only if it can bound its output per step: ``Brotli`` or ``brotlicffi`` from 1.2 on
  (spec row ADD-005), zstd from the standard library or ``backports.zstd`` (ADD-004).
* They are imported at the first use, so that they cost nothing at start.
"""

import sys
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from types import ModuleType

__all__ = ("brotli_module", "has_brotli", "has_zstd", "zstd_module")


@cache
def brotli_module() -> ModuleType | None:
    """Return the brotli module, or ``None`` if none is installed that bounds its output."""
    for name in ("brotli", "brotlicffi"):
        try:
            module = import_module(name)
        except ImportError:
            continue
        if hasattr(module.Decompressor, "can_accept_more_data"):
            return module
    return None


@cache
def zstd_module() -> ModuleType | None:
    """Return ``compression.zstd`` or what stands in for it, or ``None``."""
    for name in ("compression.zstd", "backports.zstd"):
        try:
            return import_module(name)
        except ImportError:
            continue
    return None


@cache
def has_brotli() -> bool:
    """Return whether brotli can be decoded and encoded."""
    return brotli_module() is not None


@cache
def has_zstd() -> bool:
    """Return whether zstd can be decoded and encoded, without importing a backport."""
    if sys.version_info >= (3, 14):
        return zstd_module() is not None
    try:
        return find_spec("backports.zstd") is not None
    except ImportError:
        return False
