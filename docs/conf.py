"""Configuration of the documents; built by ``python3 tools/dev.py docs``."""

import sys
import tomllib
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
sys.path.insert(0, str(HERE / "_ext"))
with (ROOT / "packages" / "aiohttp" / "pyproject.toml").open("rb") as settings:
    release = tomllib.load(settings)["project"]["version"]

project = "aiohttp"
author = "the aiohttp maintainers"
project_copyright = author
version = ".".join(release.split(".")[:2])

extensions = [
    "myst_parser",
    "sphinx.ext.autodoc",
    "sphinx_copybutton",
    "pictures",
    "reference",
    "fragments",
]
source_suffix = {".rst": "restructuredtext", ".md": "markdown"}
master_doc = "index"
exclude_patterns = ["_build", "_generated", "deploy"]
# A link to a name that does not exist is an error; see _ext/reference.py.
nitpicky = True
suppress_warnings: list[str] = []

# Links between headings of a Markdown page.
myst_heading_anchors = 3
myst_enable_extensions = ["colon_fence", "deflist", "fieldlist"]

add_module_names = False
python_use_unqualified_type_names = True
python_maximum_signature_line_length = 110
autodoc_member_order = "bysource"
autodoc_default_options = {"members": True, "show-inheritance": True}
autodoc_typehints_format = "short"
autodoc_preserve_defaults = True
autodoc_class_signature = "mixed"
autodoc_inherit_docstrings = True

html_theme = "furo"
html_title = f"aiohttp {version}"
html_static_path = ["_static"]
html_css_files = ["own.css"]
html_theme_options = {
    "light_css_variables": {
        "color-brand-primary": "#1d4ed8",
        "color-brand-content": "#1d4ed8",
        "color-code-background": "#f5f7fa",
        "color-api-name": "#0f3fb5",
        "color-api-pre-name": "#0f3fb5",
        "color-api-background": "#f5f7fa",
        "color-api-overall": "#3b4350",
    },
    "dark_css_variables": {
        "color-brand-primary": "#8ab4ff",
        "color-brand-content": "#8ab4ff",
        "color-code-background": "#1c2026",
        "color-api-name": "#a8c7ff",
        "color-api-pre-name": "#a8c7ff",
        "color-api-background": "#1c2026",
        "color-api-overall": "#c4cad4",
    },
}
html_show_sourcelink = False
html_copy_source = False
pygments_style = "a11y-high-contrast-light"
pygments_dark_style = "a11y-high-contrast-dark"
copybutton_prompt_text = r">>> |\.\.\. |\$ "
copybutton_prompt_is_regexp = True
toc_object_entries_show_parents = "hide"
