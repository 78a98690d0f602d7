"""The plots of benchmarks: ratios to aiohttp, in SVG that a browser can read."""

import json
import math
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

from tools.bench import plot

SVG = "{http://www.w3.org/2000/svg}"
DATA = {
    "server hello uvloop": {
        "aiohttp 3.14.5": {"cpu": [28.0, 30.0, 29.0], "rate": [1.0]},
        "ours compiled": {"cpu": [7.0, 7.25, 8.0], "rate": [1.0]},
        "ours interpreted": {"cpu": [14.5], "rate": [1.0]},
        "constant": {"cpu": [1.0], "rate": [1.0]},
    },
    "server json uvloop": {
        "aiohttp 3.14.5": {"cpu": [40.0]},
        "ours <compiled>": {"cpu": [10.0]},
        "broken": {"cpu": [math.nan]},
    },
    "client 32 asyncio": {"aiohttp 3.14.5": {"cpu": [60.0]}, "httpx": {"cpu": [600.0]}},
    "server no-base uvloop": {"ours compiled": {"cpu": [7.0]}},
    "imports": {
        "seconds": {"aiohttp 3.14.5": [0.1, 0.2, 0.3], "ours: aiohttp-client": [0.05]},
        "bytes": {"aiohttp 3.14.5": 3000, "ours: aiohttp-client": 1000},
        "modules": {"aiohttp 3.14.5": 400, "ours: aiohttp-client": 200},
    },
}


def test_ratios() -> None:
    found = plot.figures(DATA)
    assert sorted(found) == ["client asyncio", "imports", "server uvloop"]
    hello, as_json = found["server uvloop"]
    assert [(b.name, b.ratio, b.kind) for b in hello.bars] == [
        ("constant", 29.0, "floor"),
        ("ours compiled", 4.0, "ours"),
        ("ours interpreted", 2.0, "second"),
        ("aiohttp 3.14.5", 1.0, "base"),
    ]
    assert [b.name for b in as_json.bars] == ["ours <compiled>", "aiohttp 3.14.5"]
    assert found["client asyncio"][0].title == "32 concurrent"
    assert [(p.title, p.bars[0].ratio) for p in found["imports"]] == [
        ("import time", 4.0),
        ("modules loaded", 2.0),
        ("installed size", 3.0),
    ]


def test_pictures(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    source = tmp_path / "results.json"
    source.write_text(json.dumps(DATA))
    assert plot.main([str(source), "--out", str(tmp_path / "plots")]) == 0
    assert "server-uvloop.svg" in capsys.readouterr().out
    root = ET.parse(tmp_path / "plots" / "server-uvloop.svg").getroot()
    width, height = float(root.get("width", 0)), float(root.get("height", 0))
    bars = [r for r in root.iter(f"{SVG}rect") if r.get("class") != "card"]
    assert len(bars) == 6
    for rect in bars:
        assert float(rect.get("x", 0)) + float(rect.get("width", 0)) <= width
        assert float(rect.get("y", 0)) + float(rect.get("height", 0)) <= height
    texts = [t.text or "" for t in root.iter(f"{SVG}text")]
    assert "ours <compiled>" in texts
    assert "29.00 →" in texts  # the floor is cut, so that the others can be told apart
    assert "prefers-color-scheme: dark" in (root.findtext(f"{SVG}style") or "")


def test_nothing_to_draw(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    source = tmp_path / "results.json"
    source.write_text("{}")
    assert plot.main([str(source), "--out", str(tmp_path)]) == 1
    assert "nothing to draw" in capsys.readouterr().err
