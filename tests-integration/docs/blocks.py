"""The code blocks of the documents, each with what its mark says about it.

A mark is an HTML comment above the block::

    <!-- run: client -->              statements with ``await``; ``session`` is an open session
    <!-- run: script -->              a program; a ``text`` block marked ``output`` behind it is
                                      what it must print
    <!-- run: server GET /x 200 y --> defines ``app``, ``routes`` or ``handler``; asked once (more
                                      questions behind ``;``), the answer must contain ``y``
    <!-- run: pytest -->              a test file; ``with the plugin`` loads the one of the test kit
    <!-- run: plain -->               statements without ``await``
    <!-- run: readme -->              a server or a client, run in processes of their own by
                                      ``tests-integration/readme``
    <!-- check: WHY -->               only type-checked, because it needs what a test does not have
    <!-- check fragment: WHY -->      the same for statements with ``await``

In all of them ``asyncio``, ``aiohttp`` and ``web`` are imported, and ``127.0.0.1:8080`` is the
server that the test has started.
"""

import re
import textwrap
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"
PRELUDE = "import asyncio\nimport aiohttp\nfrom aiohttp import web\n"

_BLOCK = re.compile(
    r"(?:^<!-- *(?P<mark>.*?) *-->\n\n?)?^(?P<fence>```+)(?P<lang>[\w-]+)[^\n]*\n"
    r"(?P<text>.*?)^(?P=fence)\s*$",
    re.MULTILINE | re.DOTALL,
)


@dataclass(frozen=True)
class Block:
    """One block of code."""

    page: str
    line: int
    language: str
    mark: str
    text: str
    output: str | None = None

    @property
    def name(self) -> str:
        return f"{self.page}:{self.line}"

    @property
    def kind(self) -> str:
        """The word that says how it is proved; empty without a mark that is known."""
        if self.mark.startswith("run:"):
            return self.mark.removeprefix("run:").split()[0]
        checked, colon, why = self.mark.partition(":")
        kinds = {"check": "check", "check fragment": "fragment"}
        return kinds.get(checked, "") if colon and why.strip() else ""

    @property
    def questions(self) -> list[str]:
        return [q.strip() for q in self.mark.partition("server")[2].split(";")]

    def typed(self) -> str:
        """Return the block as a module for the type checker."""
        text = self.text
        if self.kind in ("client", "fragment"):
            inner = textwrap.indent(text, "    ")
            text = f"async def fragment(session: aiohttp.ClientSession) -> None:\n{inner}"
        return PRELUDE + text


def pages() -> list[Path]:
    """Return the pages of the documentation and the README of the project and of each package."""
    skipped = {"_build", "_generated", "deploy", "examples"}
    found = DOCS.rglob("*.md")
    in_docs = sorted(p for p in found if not skipped & set(p.relative_to(DOCS).parts))
    return [*in_docs, ROOT / "README.md", *sorted(ROOT.glob("packages/*/README.md"))]


def blocks() -> list[Block]:
    """Return all blocks in Python of all pages."""
    found: list[Block] = []
    for page in pages():
        content = page.read_text(encoding="utf-8")
        for match in _BLOCK.finditer(content):
            mark = match["mark"] or ""
            line = content.count("\n", 0, match.start("fence")) + 1
            if match["lang"] == "text" and mark == "output":
                last = found.pop()
                found.append(
                    Block(last.page, last.line, last.language, last.mark, last.text, match["text"])
                )
            elif match["lang"] == "python":
                name = page.relative_to(DOCS if page.is_relative_to(DOCS) else ROOT).as_posix()
                found.append(Block(name, line, "python", mark, match["text"]))
    return found
