"""Credentials from the netrc file of the user (spec rows SES-20, SES-21, ADD-200 to ADD-203).

Laws
* Reading is blocking: the coroutine does it in a worker thread, never in the event loop's.
* A file that is missing, unreadable or broken costs a warning at most, never a request.
* The key is the host that is connected to, not a text found in a URL (CVE-2024-47081).
"""

import asyncio
import os
import sys
from typing import TYPE_CHECKING

from aiohttp_client.auth import encode_basic_auth
from aiohttp_core.log import client_logger

if TYPE_CHECKING:
    from netrc import netrc
    from pathlib import Path

__all__ = ("load_netrc", "netrc_authorization", "netrc_credentials", "netrc_path")


def netrc_path() -> "tuple[Path, bool] | None":
    """Return the path of the netrc file and whether ``$NETRC`` names it; ``None`` without a home.

    Without ``$NETRC`` it is ``~/.netrc``, on Windows ``~/_netrc``.
    """
    from pathlib import Path

    named = os.environ.get("NETRC")
    if named is not None:
        return Path(named), True
    try:
        home = Path.home()
    except RuntimeError as exc:
        client_logger.debug("Could not find the home directory for a netrc file: %s", exc)
        return None
    return home / ("_netrc" if sys.platform == "win32" else ".netrc"), False


def load_netrc() -> "netrc | None":
    """Read the netrc file; ``None`` if there is none that can be used.

    Only the absence of the default file is silent (spec row ADD-201).
    """
    from netrc import NetrcParseError, netrc

    found = netrc_path()
    if found is None:
        return None
    path, named = found
    try:
        return netrc(str(path))
    except NetrcParseError as exc:
        client_logger.warning("Could not parse .netrc file: %s", exc)
    except FileNotFoundError as exc:
        if named:
            client_logger.warning("Could not read .netrc file: %s", exc)
    except (OSError, UnicodeError) as exc:
        client_logger.warning("Could not read .netrc file: %s", exc)
    return None


def netrc_credentials(host: str) -> tuple[str, str] | None:
    """Return login and password of *host*, or of the ``default`` entry, from the netrc file.

    An entry without a login gives its account name; a missing password is empty.
    """
    rules = load_netrc()
    if rules is None:
        return None
    entry = rules.authenticators(host)
    if entry is None:
        return None
    login, account, password = entry
    return login or account or "", password or ""


async def netrc_authorization(host: str) -> str | None:
    """Return the ``Authorization`` value for *host* from the netrc file, or ``None``.

    The file is read anew each time, in a worker thread.  Cancellation leaves the thread to end by
    itself.
    """
    loop = asyncio.get_running_loop()
    found = await loop.run_in_executor(None, netrc_credentials, host)
    if found is None:
        return None
    login, password = found
    if ":" in login:
        client_logger.warning("The netrc login for %s holds a colon and is ignored", host)
        return None
    return encode_basic_auth(login, password)
