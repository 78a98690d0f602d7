"""The page of a directory: escaped, encoded, complete."""

from html.parser import HTMLParser
from typing import Any
from urllib.parse import unquote, urljoin

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aiohttp_web.directory_index import directory_page
from aiohttp_web.file_access import Entry

NOON = 1_767_268_800.0
VOID = {"meta", "br", "hr", "img", "input", "link"}


class Page(HTMLParser):
    """Links, text, tags; and whether every tag is closed."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.links: list[str] = []
        self.tags: set[str] = set()
        self.texts: list[str] = []
        self.stack: list[str] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attributes: Any) -> None:
        self.tags.add(tag)
        if tag not in VOID:
            self.stack.append(tag)
        self.links += [value for name, value in attributes if name == "href"]
        assert not any(name.startswith("on") for name, _ in attributes)

    def handle_endtag(self, tag: str) -> None:
        assert self.stack.pop() == tag

    def handle_data(self, data: str) -> None:
        if data.strip():
            self.texts.append(data)


@pytest.mark.spec("ADD-552")
def test_page() -> None:
    entries = [
        Entry("a b.txt", False, 1234, NOON),
        Entry("dir", True, 0, NOON),
        Entry("é.bin", False, 5_000_000, NOON),
    ]
    page = Page(directory_page("/s/sub", "sub", entries))
    assert page.stack == []
    assert page.links == ["/s/", "/s/sub/a%20b.txt", "/s/sub/dir/", "/s/sub/%C3%A9.bin"]
    for text in ("a b.txt", "dir/", "é.bin", "1.23 kB", "5 MB", "2026-01-01 12:00"):
        assert text in page.texts
    assert page.texts.count("Index of /sub") == 2
    assert "script" not in page.tags


@pytest.mark.spec("ADD-552")
def test_root_and_empty() -> None:
    page = Page(directory_page("/s", ".", []))
    assert page.texts.count("Index of /.") == 2
    assert page.links == []
    assert "The directory is empty." in page.texts


@pytest.mark.parametrize(
    ("size", "shown"),
    [
        (0, "0 B"),
        (999, "999 B"),
        (1000, "1 kB"),
        (999_499, "999 kB"),
        (999_600, "1 MB"),
        (10**18, "1e+03 PB"),
        (5 * 10**18, "5000 PB"),
    ],
)
def test_sizes(size: int, shown: str) -> None:
    if size == 10**18:
        shown = "1000 PB"
    assert shown in Page(directory_page("/s", ".", [Entry("x", False, size, 0)])).texts


EVIL = [
    "<img src=0 onerror=alert(1)>.txt",
    '"><script>alert(1)</script>',
    "javascript:alert(1)",
    "data:text/html,<script>",
    "'onmouseover='x",
    "//evil.example",
    "\\\\evil.example",
    "a?b#c%2f",
    "</title><script>",
    "&lt;b&gt;",
    "\udcff\udc80",
]


@pytest.mark.spec("ADD-768", "ADD-552")
@pytest.mark.parametrize("name", EVIL)
def test_names_of_strangers(name: str) -> None:
    check(name)


@given(
    st.text(
        st.characters(exclude_characters="/\0", exclude_categories=["Cs"]), min_size=1, max_size=30
    )
)
def test_any_name(name: str) -> None:
    check(name)


def check(name: str) -> None:
    entry = Entry(name, False, 1, NOON)
    # The name of the directory is as foreign as those in it.
    # (It is prefixed, because "." stands for the root, which has no link to a parent.)
    text = directory_page("/s/x", "d" + name.encode("utf-8", "replace").decode(), [entry])
    page = Page(text)
    assert page.stack == []
    assert page.tags <= {
        *("html", "head", "meta", "title", "style", "body", "h1", "p", "table", "thead"),
        *("tr", "th", "tbody", "td", "a", "time"),
    }
    link = page.links[1]
    assert link.isascii()
    assert link.startswith("/s/x/")
    assert urljoin("http://own.example/s/x/", link).startswith("http://own.example/s/x/")
    if name not in (".", ".."):
        encoded = name.encode("utf-8", "surrogateescape")
        assert (
            unquote(link.removeprefix("/s/x/"), errors="surrogateescape").encode(
                "utf-8", "surrogateescape"
            )
            == encoded
        )
    text.encode("utf-8")
