"""Which build of a hot module runs.

A hot module is loaded from its compiled extension where one stands beside the ``.py``.  With the
environment variable ``AIOHTTP_NO_EXTENSIONS`` set to any non-empty value the ``.py`` is loaded
instead, in every package of the family and without a rebuild (spec rows BLD-01, ADD-743).
"""

import os
import sys
from collections.abc import Sequence
from importlib.machinery import ModuleSpec
from importlib.util import spec_from_file_location
from types import ModuleType
from typing import Final

__all__ = ("NO_EXTENSIONS", "SourceFirstFinder", "prefer_sources")

NO_EXTENSIONS: Final = bool(os.environ.get("AIOHTTP_NO_EXTENSIONS"))


class SourceFirstFinder:
    """A meta path finder that finds ``aiohttp_*`` submodules by their source file only."""

    @staticmethod
    def find_spec(
        fullname: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """Return the spec of the source file, or ``None`` for what is not ours or is a package."""
        if path is None or not fullname.startswith("aiohttp_"):
            return None
        tail = fullname.rpartition(".")[2]
        for folder in path:
            source = os.path.join(folder, tail + ".py")
            if os.path.isfile(source):
                return spec_from_file_location(fullname, source)
        return None


def prefer_sources() -> None:
    """Let sources win over compiled extensions from now on.  Calling it again changes nothing."""
    if SourceFirstFinder not in sys.meta_path:
        sys.meta_path.insert(0, SourceFirstFinder)
