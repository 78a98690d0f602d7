"""The version of the family, as it stands in ``User-Agent`` and in the metadata."""

import sys
from typing import Final

__all__ = ("SERVER_SOFTWARE", "__version__")

__version__: Final = "3.90.0"

SERVER_SOFTWARE: Final = f"Python/{sys.version_info[0]}.{sys.version_info[1]} aiohttp/{__version__}"
"""The default ``User-Agent`` (spec row ADD-163)."""
