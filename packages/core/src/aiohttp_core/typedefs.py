"""Types of arguments that several packages of the family take (spec row ADD-1008)."""

import json
import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Final, SupportsInt

from multidict import CIMultiDict, CIMultiDictProxy, istr
from yarl import URL

from aiohttp_core.writer import Byteish

__all__ = (
    "DEFAULT_JSON_DECODER",
    "DEFAULT_JSON_ENCODER",
    "Byteish",
    "JSONBytesEncoder",
    "JSONDecoder",
    "JSONEncoder",
    "LooseHeaders",
    "PathLike",
    "Query",
    "RawHeaders",
    "StrOrURL",
)

JSONEncoder = Callable[[Any], str]
"""What ``dumps=`` and ``json_serialize=`` take."""
JSONBytesEncoder = Callable[[Any], bytes]
"""An encoder of JSON that gives bytes."""
JSONDecoder = Callable[[str], Any]
"""What ``loads=`` takes."""
DEFAULT_JSON_ENCODER: Final[JSONEncoder] = json.dumps
DEFAULT_JSON_DECODER: Final[JSONDecoder] = json.loads

LooseHeaders = (
    Mapping[str, str]
    | Mapping[istr, str]
    | CIMultiDict[str]
    | CIMultiDictProxy[str]
    | Iterable[tuple[str | istr, str]]
)
"""What can be given as header fields."""

RawHeaders = tuple[tuple[bytes, bytes], ...]
"""Header fields as they were on the wire."""

StrOrURL = str | URL
"""A URL."""

_Variable = str | SupportsInt | float
_Variables = _Variable | Sequence[_Variable]

Query = None | str | Mapping[str, _Variables] | Sequence[tuple[str, _Variables]]
"""What can be given as the query of a URL."""

PathLike = str | os.PathLike[str]
"""The path of a file."""
