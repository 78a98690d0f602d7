"""Link (RFC 8288 section 3)."""

import re
from collections.abc import Iterable, Iterator
from typing import Final

from multidict import MultiDict, MultiDictProxy
from yarl import URL

from aiohttp_core.fields.quoted import is_token, split_list, unquote

__all__ = ("Links", "parse_links")

Links = MultiDictProxy[MultiDictProxy[str | URL]]

_TARGET: Final = re.compile(r"<([^<>]*+)>")


def parse_links(values: Iterable[str], base: URL) -> Links:
    """Return the links of all Link fields: relation (or else target) -> parameters and ``url``.

    Targets are joined with *base*.  Parameters may stand in double or single quotes; of equal
    names in one link the first counts for the key.  Malformed parameters and links are left out.
    Source: spec rows CRSP-11, ADD-361.
    """
    links: MultiDict[MultiDictProxy[str | URL]] = MultiDict()
    for value in values:
        for element in _elements(value):
            found = _TARGET.match(element)
            if found is None:
                continue
            target = found[1].strip(" \t")
            try:
                url = base.join(URL(target))
            except ValueError:
                continue
            link: MultiDict[str | URL] = MultiDict()
            for name, text in _parameters(element[found.end() :]):
                link.add(name, text)
            relation = link.get("rel", target)
            link["url"] = url
            links.add(str(relation), MultiDictProxy(link))
    return MultiDictProxy(links)


def _elements(value: str) -> Iterator[str]:
    """Split at commas, but not at those inside of ``<`` and ``>``."""
    pending: list[str] = []
    for piece in split_list(value):
        if piece.startswith("<"):
            pending = [piece]
        elif pending:
            pending.append(piece)
        else:
            yield piece
            continue
        if ">" in piece:
            yield ",".join(pending)
            pending = []


def _parameters(text: str) -> Iterator[tuple[str, str]]:
    for part in split_list(text, ";"):
        name, equals, value = part.partition("=")
        name = name.strip(" \t")
        if not equals or not is_token(name):
            continue
        value = value.strip(" \t")
        if len(value) > 1 and value[0] == value[-1] == "'":
            value = value[1:-1]
        yield name, unquote(value)
