"""Names that programs take from modules which only import them.

``reexports-3.14.5.json`` was recorded by ``record_reexports.py`` from the running package.
"""

import importlib
import json
import subprocess
import sys
from pathlib import Path

import pytest

import aiohttp
from aiohttp import web
from aiohttp._reexports import REEXPORTS

RECORD: dict[str, list[str]] = json.loads(
    Path(__file__).with_name("reexports-3.14.5.json").read_text(encoding="utf-8")
)

NOT_OFFERED = {
    "HttpRequestParserC": "there is one parser",
    "HttpResponseParserC": "there is one parser",
    "RawRequestMessageC": "there is one class of heads",
    "RawResponseMessageC": "there is one class of heads",
    "WSMessageDecodeText": "typing variant of WSMessage",
    "parse_cookie_header": "part of a private module there",
    "parse_set_cookie_headers": "part of a private module there",
    "preserve_morsel_with_coded_value": "part of a private module there",
    "validate_etag_value": "ETags check themselves",
}


@pytest.mark.spec("ADD-974", "ADD-979")
@pytest.mark.parametrize("path", RECORD)
def test_each_recorded_name(path: str) -> None:
    module = importlib.import_module(path)
    missing = [name for name in RECORD[path] if not hasattr(module, name)]
    assert [name for name in missing if name not in NOT_OFFERED] == []


def test_every_exception_is_one() -> None:
    recorded = {name for names in RECORD.values() for name in names}
    offered = [
        name
        for name in NOT_OFFERED
        if name not in recorded
        or all(
            hasattr(importlib.import_module(path), name) for path in RECORD if name in RECORD[path]
        )
    ]
    assert offered == []


@pytest.mark.parametrize("name", REEXPORTS)
def test_the_same_object_as_at_home(name: str) -> None:
    home, _, attribute = REEXPORTS[name].partition(":")
    thing = importlib.import_module(home)
    if attribute:
        thing = getattr(thing, attribute)
    holder = importlib.import_module("aiohttp.tracing")
    found = getattr(holder, name)
    vars(holder).pop(name)  # kept there after the first time
    assert found is thing


@pytest.mark.parametrize("code", ["from aiohttp.abc import StreamResponse as found"])
def test_as_published_packages_do(code: str) -> None:
    namespace: dict[str, object] = {}
    exec(code, namespace)
    assert namespace["found"] is web.StreamResponse


def test_nobody_is_led_to_them() -> None:
    response = importlib.import_module("aiohttp.web_response")
    assert "CIMultiDict" not in response.__all__
    assert not hasattr(aiohttp, "sentinel")
    with pytest.raises(AttributeError, match=r"'aiohttp\.web_response' has no attribute 'nothing'"):
        _ = response.nothing


def test_nothing_of_them_is_loaded_before() -> None:
    code = "import sys, aiohttp, aiohttp.web; print('aiohttp._reexports' in sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", code], stdout=subprocess.PIPE, text=True, timeout=60, check=True
    )
    assert done.stdout.strip() == "False"
