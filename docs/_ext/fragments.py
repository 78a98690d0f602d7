"""The changelog page: what has been released, and the news fragments of what will be.

``.. fragments::`` shows, package by package, ``packages/*/CHANGELOG.rst`` and the fragments in
``packages/*/changes`` that towncrier has not put there yet.
"""

import tomllib
from pathlib import Path

from docutils import nodes
from docutils.statemachine import StringList
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

ROOT = Path(__file__).resolve().parents[2]


def kinds() -> dict[str, str]:
    """Return the kinds of fragments and their headings, in order."""
    with (ROOT / "towncrier.toml").open("rb") as file:
        return {
            t["directory"]: t["name"]
            for t in tomllib.load(file)["tool"]["towncrier"]["type"]
        }


def unreleased(folder: Path) -> list[str]:
    """Return the fragments in *folder* as reStructuredText."""
    lines: list[str] = []
    for kind, title in kinds().items():
        found = sorted(folder.glob(f"*.{kind}.rst")) + sorted(
            folder.glob(f"*.{kind}.*.rst")
        )
        if not found:
            continue
        lines += [f"**{title}**", ""]
        for fragment in found:
            first, *rest = fragment.read_text(encoding="utf-8").strip().splitlines()
            lines += [f"* {first}", *(f"  {line}" if line else "" for line in rest), ""]
    return lines


class Fragments(SphinxDirective):
    """One section per distribution."""

    def run(self) -> list[nodes.Node]:
        lines: list[str] = []
        for settings in sorted(ROOT.glob("packages/*/pyproject.toml")):
            folder = settings.parent
            with settings.open("rb") as file:
                project = tomllib.load(file)["project"]
            self.env.note_dependency(str(settings))
            title = f"{project['name']} {project['version']}"
            lines += [title, "-" * len(title), ""]
            lines += unreleased(folder / "changes") or ["Nothing yet.", ""]
            released = folder / "CHANGELOG.rst"
            if released.exists():
                self.env.note_dependency(str(released))
                lines += [".. include:: " + str(released), ""]
        return self.parse_text_to_nodes(
            StringList(lines, source="changes"), allow_section_headings=True
        )


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the directive."""
    app.add_directive("fragments", Fragments)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
