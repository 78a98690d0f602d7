"""Warnings that point to the line of the user.

A fixed ``stacklevel`` cannot: compiled functions have no frames, so the same call lies at another
depth with and without the extensions, and Python shows a ``DeprecationWarning`` by default only
where it is attributed to the user's own code.  Here the place is the first frame that belongs to
none of the family's packages, however deep the call came.
"""

import sys
import warnings
from types import FrameType
from typing import Final

__all__ = ("warn_caller",)

_FAMILY: Final = frozenset(
    (
        "aiohttp",
        "aiohttp_client",
        "aiohttp_core",
        "aiohttp_multipart",
        "aiohttp_test_utils",
        "aiohttp_web",
        "aiohttp_websocket",
    )
)


def warn_caller(
    message: str, category: type[Warning] = DeprecationWarning, *, source: object = None
) -> None:
    """Warn with *message* at the line that called into the family's packages.

    *source* is the object that a ``ResourceWarning`` is about.  The filters of ``warnings`` apply;
    one that turns the warning into an error raises *category* here.
    """
    frame: FrameType | None = sys._getframe(1)
    outermost = frame
    while frame is not None and not _is_callers(frame):
        frame = frame.f_back
    place = frame or outermost
    if place is None:  # pragma: no cover - a running function has a frame
        raise RuntimeError("no Python frame")
    # Without module_globals: given those, Python asks the loader of the module for its source, and
    # the one of ``python -c`` and of the interactive interpreter raises ImportError.
    warnings.warn_explicit(
        message,
        category,
        place.f_code.co_filename,
        place.f_lineno,
        place.f_globals.get("__name__") or "<unknown>",
        place.f_globals.setdefault("__warningregistry__", {}),
        source=source,
    )


def _is_callers(frame: FrameType) -> bool:
    if frame.f_code.co_filename.startswith("<frozen "):
        # Part of the interpreter: abc, between a class statement and __init_subclass__.
        return False
    name: str = frame.f_globals.get("__name__") or ""
    return name.partition(".")[0] not in _FAMILY
