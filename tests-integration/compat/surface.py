"""What aiohttp 3.14.5 shows to a program, what of it differs here on purpose, and what differs.

``surface-3.14.5.json`` was recorded by ``record.py`` from the running package; nothing but names
and signatures was looked at.  Run as a program this prints the differences of the build that the
interpreter loads: ``{place: {place or member: what differs}}``.
"""

import importlib
import inspect
import json
import warnings
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

from aiohttp_core import COMPILED

RECORD: dict[str, Any] = json.loads(
    Path(__file__).with_name("surface-3.14.5.json").read_text(encoding="utf-8")
)

# Patterns of "module:name" and "module:name.member"; one that matches no difference is a defect.

_INNER = "part of the inside there; what users need of it is public elsewhere"
_OTHER_BUILD = "connections, parsers and writers are built otherwise here"

NOT_OFFERED = {
    "aiohttp.client_middleware_digest_auth:*escape_quotes": _INNER,
    "aiohttp.client_middleware_digest_auth:parse_header_pairs": _INNER,
    "aiohttp.compression_utils:CompressObjArgs": _INNER,
    "aiohttp.compression_utils:ConcatDecompressionHandler": _INNER,
    "aiohttp.compression_utils:DecompressionBaseHandler": _INNER,
    "aiohttp.compression_utils:*ObjProtocol": _INNER,
    "aiohttp.compression_utils:TooManyMembersError": _INNER,
    "aiohttp.http*:WSMessage*Text*": "typing variants of WSMessage",
    "aiohttp.web_log:KeyMethod": _INNER,
}

OTHERWISE = {
    "aiohttp.abc:AbstractStreamWriter.transport": "an attribute of the writer on a transport",
    "aiohttp.base_protocol:BaseProtocol": _OTHER_BUILD,
    "aiohttp.base_protocol:BaseProtocol.resume_reading": _OTHER_BUILD,
    "aiohttp.client_proto:ResponseHandler.*": _OTHER_BUILD,
    "aiohttp.compression_utils:ZLibBackendWrapper*": "delegates by attribute access",
    "aiohttp.http:HttpParser*": _OTHER_BUILD,
    "aiohttp.http:StreamWriter.*": _OTHER_BUILD,
    "aiohttp.http:WebSocketWriter": _OTHER_BUILD,
    "aiohttp.web:*.ATTRS": "custom attributes need no list",
    "aiohttp.web:DynamicResource.*": "patterns of the old matcher",
    "aiohttp.web:RequestHandler*": _OTHER_BUILD,
    "aiohttp.web:Server.connection_*": _OTHER_BUILD,
    "aiohttp.web:StreamResponse": "_real_headers is private",
    "aiohttp.web:UrlDispatcher.add_get": "the keywords are named",
    "aiohttp.web:UrlDispatcher.*index_resource": "the index is private to the router",
    "aiohttp.web:get": "the keywords are named",
    "aiohttp.web:middleware": "called with one positional argument",
    "aiohttp.web_log:AccessLogger.*_RE": "patterns of the old parser of formats",
    "aiohttp:ClientRequest.*": "steps of a construction that is another, and instance attributes",
    "aiohttp:ClientResponse.ATTRS": "custom attributes need no list",
    "aiohttp:ClientWebSocketResponse": "made by sessions only",
    "aiohttp:CookieJar.*": "patterns and limits of the old parser of dates; the URL is required",
    "aiohttp:Fingerprint.*": "connectors check through Fingerprint.matches()",
    "aiohttp:StreamReader.feed_data": "the size is that of the data",
    "aiohttp:StreamReader.set_read_chunk_size": "called with one positional argument",
    "aiohttp:StreamReader.total_compressed_bytes": "total_raw_bytes",
}


def listed(place: str, patterns: dict[str, str]) -> bool:
    return any(fnmatchcase(place, pattern) for pattern in patterns)


def find(place: str) -> Any:
    path, _, name = place.partition(":")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return getattr(importlib.import_module(path), name)


def names() -> list[str]:
    return [f"{path}:{name}" for path, listed in RECORD["modules"].items() for name in listed]


def offered(*kinds: str) -> list[str]:
    return [
        place
        for place, facts in RECORD["objects"].items()
        if facts["kind"] in kinds and not listed(place, NOT_OFFERED) and "Gunicorn" not in place
    ]


def accepts(signature: inspect.Signature, wanted: list[list[str]]) -> str:
    """Return what calls the recorded signature allows and ours does not; "" for nothing."""
    ours = list(signature.parameters.values())
    by_name = {p.name: p for p in ours}
    extra_positional = any(p.kind is p.VAR_POSITIONAL for p in ours)
    extra_keyword = any(p.kind is p.VAR_KEYWORD for p in ours)
    positional = [p for p in ours if p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD)]
    index = 0
    for name, kind, default in wanted:
        if kind in ("POSITIONAL_ONLY", "POSITIONAL_OR_KEYWORD"):
            if index >= len(positional):
                if not extra_positional:
                    return f"no positional {name}"
            elif kind == "POSITIONAL_OR_KEYWORD" and positional[index].name != name:
                if positional[index].kind is not inspect.Parameter.POSITIONAL_ONLY:
                    return f"{name} is called {positional[index].name}"
            elif default and positional[index].default is inspect.Parameter.empty:
                return f"{name} has no default"
            index += 1
        elif kind == "KEYWORD_ONLY":
            if name not in by_name and not extra_keyword:
                return f"no keyword {name}"
            found = by_name.get(name)
            if default and found is not None and found.default is inspect.Parameter.empty:
                return f"{name} has no default"
        elif kind == "VAR_KEYWORD" and not extra_keyword:
            return "no further keywords"
    recorded = {name for name, _, _ in wanted}
    for parameter in ours:
        required = parameter.default is parameter.empty and parameter.kind not in (
            parameter.VAR_POSITIONAL,
            parameter.VAR_KEYWORD,
        )
        if required and parameter.name not in recorded and index < len(positional):
            return f"{parameter.name} is required"
    return ""


def differences(place: str) -> dict[str, str]:
    """Return what differs of one object, by place."""
    thing, facts = find(place), RECORD["objects"][place]
    found: dict[str, str] = {}
    if facts["signature"] is not None:
        signature = signature_of(thing)
        if signature is not None:
            text = accepts(signature, facts["signature"])
        else:
            # A compiled class keeps its signature to itself; the interpreted one tells it.
            text = "" if COMPILED and callable(thing) else "no signature"
        if text:
            found[place] = text
    for name, wanted in facts.get("members", {}).items():
        if not has_member(thing, name):
            found[f"{place}.{name}"] = "missing"
        elif wanted is not None and inspect.isroutine(getattr(thing, name)):
            signature = signature_of(getattr(thing, name))
            if signature is not None and (text := accepts(signature, wanted)):
                found[f"{place}.{name}"] = text
    return found


def has_member(cls: type, name: str) -> bool:
    return hasattr(cls, name) or any(
        name in getattr(base, "__annotations__", ()) or name in getattr(base, "__slots__", ())
        for base in cls.__mro__
    )


def signature_of(thing: Any) -> inspect.Signature | None:
    try:
        return inspect.signature(thing)
    except (TypeError, ValueError):
        return None


def main() -> None:
    """Print the differences of all classes and functions that are offered."""
    print(json.dumps({place: differences(place) for place in offered("class", "function")}))


if __name__ == "__main__":
    main()
