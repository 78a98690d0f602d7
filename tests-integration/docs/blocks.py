"""The code blocks of the documents, each with what its mark says about it.

A mark is an HTML comment above the block::

    <!-- run: client -->              statements with ``await``; ``session`` is an open session
    <!-- run: script -->              a program; a ``text`` block marked ``output`` behind it is
                                      what it must print
    <!-- run: server GET /x 200 y --> defines ``app``, ``routes`` or ``handler``; asked once (more
                                      questions behind ``;``), the answer must contain ``y``
    <!-- run: pytest -->              a test file; ``with the plugin`` loads the one of the test kit
    <!-- run: plain -->               statements without ``await``
    <!-- check -->                    type-checked alone
    <!-- check: fragment -->          the same for statements with ``await``

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
        """``client``, ``script``, ``server``, ``pytest``, ``plain``, ``check`` or ``fragment``."""
        if self.mark.startswith("run:"):
            return self.mark.removeprefix("run:").split()[0]
        return {"check": "check", "check: fragment": "fragment"}.get(self.mark, "")

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
    skipped = {"_build", "_generated", "deploy", "examples"}
    found = DOCS.rglob("*.md")
    return sorted(p for p in found if not skipped & set(p.relative_to(DOCS).parts))


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
                name = page.relative_to(DOCS).as_posix()
                found.append(Block(name, line, "python", mark, match["text"]))
    return found
