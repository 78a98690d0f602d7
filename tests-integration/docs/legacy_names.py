"""The old names of aiohttp 0.x to 2.x, and where each legacy row of the inventory leads.

``legacy_names.txt`` is a table, one line for each old name: the row, the name as the migration page
writes it, what the page must name as its replacement, where that is found today, and where the old
name is not found any more.  ``-`` is "none": a replacement that is a way of writing and no name, or
an old name that is an argument, or that still exists.

Rows that speak of behaviour and not of names are in :data:`BEHAVIOUR`, with words that the page
must say about them.
"""

from pathlib import Path

NAMES = (Path(__file__).parent / "legacy_names.txt").read_text("utf-8")

BEHAVIOUR = {
    "HTTP-14": "400",
    "HTTP-15": "204",
    "HTTP-16": "HEAD",
    "HTTP-17": "read_until_eof",
    "HTTP-18": "UTF-8",
    "HTTP-19": "Content-Length",
    "HTTP-20": "ASCII",
    "HTTP-23": "ResourceWarning",
    "HTTP-24": "repr",
    "HTTP-25": "User-Agent",
    "HTTP-26": "never replace",
    "PAY-10": "POST",
    "HDR-07": "quoted",
    "DATA-05": "semantics",
    "DATA-06": "semantics",
    "JAR-12": "response.cookies",
    "RED-04": "POST",
    "RED-05": "requote_redirect_url",
    "RED-07": "pool",
    "RTR-26": "dashes, dots and colons",
    "RTR-28": "%2F",
    "STAT-08": "directory",
    "STAT-09": "If-Modified-Since",
    "WREQ-28": "blank values",
    "WRSP-22": "Content-Type",
    "WRSP-25": "length",
    "WRSP-32": "Max-Age",
    "WFRM-04": "Several files",
    "EXP-06": "Expect",
    "LOW-04": "escaped",
    "WSP-10": "subprotocol",
    "WSP-11": "Autobahn",
    "MPR-05": "async for part in reader",
    "MPR-06": "boundary",
    "DEP-09": "max_requests",
}
