"""Drawings of ours in the page itself, so that they follow the reader's choice of light or dark.

An SVG file that an ``<img>`` shows sees what the system prefers, not what was chosen on the page.
So images that are SVG are put into the page, without their own style sheet: ``own.css`` has the
colours for the same classes.  Wherever else the file is shown, it brings its own style.
"""

import re
from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.transforms.post_transforms import SphinxPostTransform

_STYLE = re.compile(r"<style>.*?</style>\s*", re.DOTALL)
_IDS = re.compile(r'id="([td])"|aria-labelledby="t d"')


def inline(svg: str, name: str) -> str:
    """Return a drawing as a part of a page; *name* keeps its identifiers apart from others'."""

    def unique(match: re.Match[str]) -> str:
        if match[1]:
            return f'id="{name}-{match[1]}"'
        return f'aria-labelledby="{name}-t {name}-d"'

    return f'<div class="picture">{_IDS.sub(unique, _STYLE.sub("", svg))}</div>'


class Pictures(SphinxPostTransform):
    """Replaces images that are SVG by what is in them."""

    default_priority = 5
    formats = ("html",)

    def run(self, **kwargs: Any) -> None:
        for node in list(self.document.findall(nodes.image)):
            if not node["uri"].endswith(".svg"):
                continue
            path = Path(self.env.srcdir) / node["uri"]
            self.env.note_dependency(str(path))
            text = inline(path.read_text(encoding="utf-8"), path.stem)
            node.replace_self(nodes.raw("", text, format="html"))


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the transform."""
    app.add_post_transform(Pictures)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
