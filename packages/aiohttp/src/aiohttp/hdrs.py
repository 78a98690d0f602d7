"""Names of header fields and methods."""

from multidict import istr as istr

from aiohttp_core.hdrs import *
from aiohttp_core.hdrs import __all__ as __all__
