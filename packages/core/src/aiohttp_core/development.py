"""Whether this process looks for mistakes at the cost of speed."""

import os
import sys
from typing import Final

__all__ = ("DEBUG",)

DEBUG: Final[bool] = bool(
    sys.flags.dev_mode
    or (not sys.flags.ignore_environment and os.environ.get("PYTHONASYNCIODEBUG"))
)
"""True in development mode (``-X dev``) and under ``PYTHONASYNCIODEBUG``."""
