"""Running a program under both libraries and comparing the facts that it prints.

Laws
* A fact differs, or it does not; what may differ stands in the table of its area with a reason, and
  an entry of the table that nothing needs any more is an error too.
* An error of ours may be a subclass of theirs.  Its words are ours, but for the errors whose texts
  users match.
"""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

PROGRAMS = Path(__file__).with_name("programs")

SAME_WORDS = frozenset(
    {
        "ClientConnectorError",
        "ClientProxyConnectionError",
        "ContentTypeError",
        "NonHttpUrlClientError",
        "ServerDisconnectedError",
        "TooManyRedirects",
        "WSServerHandshakeError",
    }
)
"""Errors whose texts are compared."""


def same(theirs: Any, ours: Any) -> bool:
    """Return whether two facts say the same."""
    if isinstance(theirs, dict) and isinstance(ours, dict):
        if "kinds" in theirs and "kinds" in ours:
            return _same_error(theirs, ours)
        return theirs.keys() == ours.keys() and all(same(theirs[k], ours[k]) for k in theirs)
    if isinstance(theirs, list) and isinstance(ours, list):
        return len(theirs) == len(ours) and all(map(same, theirs, ours))
    return bool(theirs == ours)


def _same_error(theirs: dict[str, Any], ours: dict[str, Any]) -> bool:
    if theirs["error"] not in ours["kinds"] or theirs.get("status") != ours.get("status"):
        return False
    return theirs["error"] not in SAME_WORDS or theirs["text"] == ours["text"]


def facts(python: str, area: str) -> dict[str, Any]:
    """Return the facts that a program prints under an interpreter."""
    env = {**os.environ, "PYTHONDONTWRITEBYTECODE": "1", "TZ": "UTC"}
    if python != sys.executable:
        # Theirs runs as it is installed.
        env.pop("PYTHONPATH", None)
        env.pop("AIOHTTP_NO_EXTENSIONS", None)
    done = subprocess.run(
        [python, "-W", "ignore", PROGRAMS / f"{area}.py"],
        capture_output=True,
        timeout=55,
        env=env,
    )
    # The last line alone: nothing of the other library's inside is to be read here.
    last = done.stderr.decode(errors="replace").strip().rpartition("\n")[2]
    assert done.returncode == 0, f"{area} under {python}: {last}"
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def differing(theirs: dict[str, Any], ours: dict[str, Any]) -> dict[str, tuple[Any, Any]]:
    """Return the facts that differ, theirs first."""
    names = {**theirs, **ours}
    return {
        name: (theirs.get(name), ours.get(name))
        for name in names
        if not same(theirs.get(name), ours.get(name))
    }


def covers(pattern: str, name: str) -> bool:
    """Return whether an entry of a table means a fact; a star stands for any text."""
    pieces = pattern.split("**")
    if len(pieces) == 1:
        return pattern == name
    return (
        len(name) >= sum(map(len, pieces))
        and name.startswith(pieces[0])
        and name.endswith(pieces[-1])
        and all(piece in name for piece in pieces)
    )


def check(area: str, their_python: str, table: dict[str, tuple[str, ...]]) -> list[str]:
    """Compare one area and return what is wrong."""
    found = differing(facts(their_python, area), facts(sys.executable, area))
    patterns = [pattern for entries in table.values() for pattern in entries]
    wrong = [
        f"{name}\n  theirs {json.dumps(theirs, ensure_ascii=False)[:600]}"
        f"\n  ours   {json.dumps(ours, ensure_ascii=False)[:600]}"
        for name, (theirs, ours) in found.items()
        if not any(covers(pattern, name) for pattern in patterns)
    ]
    wrong += [
        f"nothing differs any more: {pattern!r}"
        for pattern in patterns
        if not any(covers(pattern, name) for name in found)
    ]
    return wrong
