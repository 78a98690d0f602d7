"""The page of benchmarks is made of what was measured, in one command."""

import json
import sys
from pathlib import Path

import pytest
from blocks import DOCS

from tools.bench import page, plot, report

sys.path.insert(0, str(DOCS / "_ext"))

DATA = {
    "server hello uvloop": {
        "aiohttp 3.14.5": {"cpu": [28.0, 30.0, 29.0], "rate": [34_000.0]},
        "ours compiled": {"cpu": [7.25], "rate": [138_000.0]},
    },
    "server json uvloop": {
        "aiohttp 3.14.5": {"cpu": [40.0], "rate": [20_000.0]},
        "ours compiled": {"cpu": [10.0], "rate": [80_000.0]},
    },
    "websocket small uvloop": {
        "aiohttp 3.14.5": {"cpu": [10.0], "rate": [90_000.0]},
        "ours compiled": {"cpu": [4.0], "rate": [200_000.0]},
    },
    "imports": {
        "seconds": {"aiohttp 3.14.5": [0.1, 0.2, 0.3], "ours: aiohttp-client": [0.05]},
        "bytes": {"aiohttp 3.14.5": 3_000_000, "ours: aiohttp-client": 1_000_000},
        "modules": {"aiohttp 3.14.5": 400, "ours: aiohttp-client": 200},
    },
    "parser": {"ours": {"2 fields": 1.0, "40 fields": 3.0}, "aiohttp": {"2 fields": 6.0}},
    "read, ours": {"10 fields": 10.0},
    "read, aiohttp": {"10 fields": 20.0},
    "about": {"date": "1 May 2026", "machine": "a machine, 2 cores"},
}
EMPTY = "# Title\n\nbefore\n\n<!-- figures -->\nold\n<!-- end of figures -->\n\nafter\n"


@pytest.fixture
def files(tmp_path: Path) -> list[str]:
    """JSON of two runs, as the benchmarks write it."""
    first = {key: value for key, value in DATA.items() if key.startswith("server")}
    second = {key: value for key, value in DATA.items() if key not in first}
    first["memory"] = {"aiohttp 3.14.5": {"idle": 9000.0}, "ours compiled": {"idle": 3000.0}}
    second["memory"] = {"aiohttp 3.14.5": {"pool": 8000.0}, "ours compiled": {"pool": 2000.0}}
    (tmp_path / "first.json").write_text(json.dumps(first))
    (tmp_path / "second.json").write_text(json.dumps(second))
    (tmp_path / "page.md").write_text(EMPTY)
    return [str(tmp_path / "first.json"), str(tmp_path / "second.json")]


def test_one_command_fills_the_page_and_draws(files: list[str], tmp_path: Path) -> None:
    (tmp_path / "plots").mkdir()
    (tmp_path / "plots" / "gone.svg").write_text("of another run")
    options = ["--page", str(tmp_path / "page.md"), "--plots", str(tmp_path / "plots")]
    assert page.main([*files, *options]) == 0
    text = (tmp_path / "page.md").read_text()
    assert text.startswith("# Title\n\nbefore\n\n<!-- figures -->\n")
    assert text.endswith("<!-- end of figures -->\n\nafter\n")
    assert "old" not in text
    assert "Measured on 1 May 2026; a machine, 2 cores." in text
    drawn = {path.name for path in (tmp_path / "plots").iterdir()}
    assert drawn == {
        "imports.svg",
        "memory.svg",
        "multipart.svg",
        "parser.svg",
        "server-uvloop.svg",
        "websocket-uvloop.svg",
    }
    for name in drawn:
        assert f"](_static/plots/{name})" in text
    assert "| hello | aiohttp 3.14.5 | 34,000 | 29.00 | **1.00** |" in text
    assert "|  | ours compiled | 138,000 | 7.25 | **4.00** |" in text
    assert "| scenario | program | messages/s | CPU µs/message | ratio by CPU |" in text
    assert "| ours: aiohttp-client | 50.0 | **0.25** | 200 | 1.00 | **0.33** |" in text
    assert "| read: 10 fields | 2.00 | 1.00 |" in text
    # Two runs have weighed something, and neither took the other's figures away.
    assert "| idle | 3.00 | 1.00 |" in text
    assert "| pool | 4.00 | 1.00 |" in text
    # A case without a figure of aiohttp cannot be compared.
    assert "2 fields | 6.00 | 1.00" in text
    assert "40 fields" not in text
    # Filled again it is the same page.
    assert page.main([*files, *options]) == 0
    assert (tmp_path / "page.md").read_text() == text


def test_nothing_is_touched_if_there_is_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "none.json").write_text("{}")
    (tmp_path / "page.md").write_text(EMPTY)
    options = ["--page", str(tmp_path / "page.md"), "--plots", str(tmp_path)]
    assert page.main([str(tmp_path / "none.json"), *options]) == 1
    assert "nothing to draw" in capsys.readouterr().err
    assert (tmp_path / "page.md").read_text() == EMPTY


def test_a_page_without_the_comments_is_an_error() -> None:
    with pytest.raises(ValueError, match="figures"):
        page.fill("# Title\n", "text")


def test_the_committed_page_shows_what_is_drawn() -> None:
    text = page.PAGE.read_text(encoding="utf-8")
    drawn = {path.name for path in page.PLOTS.glob("*.svg")}
    assert drawn
    assert {name for name in drawn if f"](_static/plots/{name})" not in text} == set()
    assert text.count("](_static/plots/") == len(drawn)


def test_results_say_where_they_come_from(tmp_path: Path) -> None:
    report.save(tmp_path / "new" / "r.json", {"server hello uvloop": {}})
    data = plot.read([tmp_path / "new" / "r.json"])
    assert list(data["about"]) == ["date", "machine", "system", "python"]
    assert all(data["about"].values())


def test_drawings_in_a_page_have_no_style_of_their_own() -> None:
    from pictures import inline

    svg = plot.draw("Title", "note", [plot.Panel("one", [plot.Bar("aiohttp", 1.0)])])
    text = inline(svg, "server-uvloop")
    assert "<style>" in svg
    assert "<style>" not in text
    assert 'id="server-uvloop-t"' in text
    assert 'aria-labelledby="server-uvloop-t server-uvloop-d"' in text
    # What the style sheet of the page colours is what the drawing names.
    css = (DOCS / "_static" / "own.css").read_text()
    for name in ("title", "note", "panel", "number", "card", "one", "base"):
        assert f'"{name}' in text
        assert f".picture .{name} " in css
