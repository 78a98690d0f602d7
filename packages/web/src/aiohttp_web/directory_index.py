"""The page that shows a directory.

Laws
* Every name is text of a stranger: escaped in the page, percent-encoded in links, and never able to
  give a link a scheme (GHSA-7gpw-8wmc-pm8g).
* The page needs no script and loads nothing.
"""

import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from html import escape
from urllib.parse import quote

from aiohttp_web.file_access import Entry

__all__ = ("directory_page",)

# How names that are no text come from this file system, and go back to it.
_ERRORS = sys.getfilesystemencodeerrors()

_STYLE = (
    ":root{color-scheme:light dark}"
    "body{font:16px/1.5 system-ui,sans-serif;margin:2rem auto;max-width:60rem;padding:0 1rem}"
    "h1{font-size:1.3rem;overflow-wrap:anywhere}"
    "table{border-collapse:collapse;width:100%}"
    "th,td{padding:.2rem .8rem .2rem 0;text-align:left;vertical-align:top}"
    "td:first-child{overflow-wrap:anywhere}"
    ".n{text-align:right;white-space:nowrap;font-variant-numeric:tabular-nums}"
    "tr{border-bottom:1px solid #8884}"
)


def _size(size: int) -> str:
    if size < 1000:
        return f"{size} B"
    number = float(size)
    for unit in ("kB", "MB", "GB", "TB", "PB"):
        number /= 1000
        if number < 999.5:
            return f"{number:.3g} {unit}"
    return f"{number:.0f} PB"


def _row(base: str, entry: Entry) -> str:
    slash = "/" if entry.is_directory else ""
    # An absolute path: no name can be taken for a scheme.
    link = f"{base}/{quote(entry.name, safe='', errors=_ERRORS)}{slash}"
    name = entry.name.encode("utf-8", "replace").decode("utf-8")
    moment = datetime.fromtimestamp(entry.mtime, UTC)
    size = "" if entry.is_directory else _size(entry.size)
    return (
        f'<tr><td><a href="{escape(link)}">{escape(name)}{slash}</a></td>'
        f'<td class="n">{size}</td>'
        f'<td class="n"><time datetime="{moment:%Y-%m-%dT%H:%M:%SZ}">'
        f"{moment:%Y-%m-%d %H:%M}</time></td></tr>\n"
    )


def directory_page(base: str, relative: str, entries: Sequence[Entry]) -> str:
    """Return the page of the directory *relative* ("." for the root), served at the URL *base*.

    *base* is a percent-encoded path without a slash at its end; *entries* are shown in their
    order, with sizes and the dates of their last change in UTC.
    """
    title = escape(f"Index of /{relative}")
    up = "" if relative == "." else f'<p><a href="{escape(base.rpartition("/")[0])}/">../</a></p>\n'
    rows = "".join(_row(base, entry) for entry in entries)
    table = (
        '<table>\n<thead><tr><th scope="col">Name</th><th scope="col" class="n">Size</th>'
        f'<th scope="col" class="n">Changed (UTC)</th></tr></thead>\n<tbody>\n{rows}</tbody>\n'
        "</table>\n"
        if rows
        else "<p>The directory is empty.</p>\n"
    )
    return (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{title}</title>\n<style>{_STYLE}</style>\n</head>\n"
        f"<body>\n<h1>{title}</h1>\n{up}{table}</body>\n</html>\n"
    )
