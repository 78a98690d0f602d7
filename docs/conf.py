"""Configuration of the documents; built by ``python3 tools/dev.py docs``."""

import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
with (ROOT / "packages" / "aiohttp" / "pyproject.toml").open("rb") as settings:
    release = tomllib.load(settings)["project"]["version"]

project = "aiohttp"
author = "the aiohttp maintainers"
project_copyright = author
version = ".".join(release.split(".")[:2])

extensions = ["myst_parser"]
source_suffix = {".rst": "restructuredtext", ".md": "markdown"}
master_doc = "index"
exclude_patterns = ["_build", "_generated"]
nitpicky = True
suppress_warnings: list[str] = []

# Links between headings of a Markdown page.
myst_heading_anchors = 3
myst_enable_extensions = ["colon_fence", "deflist"]

html_theme = "alabaster"
html_theme_options = {
    "description": "Asynchronous HTTP client and server for asyncio",
    "page_width": "1080px",
    "sidebar_width": "240px",
    "fixed_sidebar": True,
}
html_show_sourcelink = False
