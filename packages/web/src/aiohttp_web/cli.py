"""``python -m aiohttp.web``: an application from the command line (CLI-12, ADD-618 to ADD-620).

Laws
* What stands behind the entry point and is no option of ours belongs to the application.
* One process serves by itself; several, and one that reloads, are run by a parent that does not
  import the application.
"""

import logging
import math
import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Sequence
from typing import Any

from aiohttp_web.entry_point import EntryPointError, load_entry_point, split_entry_point
from aiohttp_web.run import run_app
from aiohttp_web.worker_process import WorkerSettings, server_context

__all__ = ("command", "main")

_BACKLOG = 128


def _parser(prog: str) -> ArgumentParser:
    # Without abbreviations: arguments of the application must not become ours.
    parser = ArgumentParser(
        description="aiohttp.web Application server", prog=prog, allow_abbrev=False
    )
    parser.add_argument(
        "entry_func",
        help="Callable returning the application to run, in the form 'module:function'; "
        "it gets the arguments that are left over",
        metavar="entry-func",
    )
    parser.add_argument(
        "-H",
        "--hostname",
        "--host",
        help="TCP/IP hostname to serve on (default: localhost)",
        default=None,
    )
    parser.add_argument(
        "-P",
        "--port",
        help="TCP/IP port to serve on (default: 8080, with TLS 8443)",
        type=int,
        default=None,
    )
    parser.add_argument(
        "-U",
        "--path",
        help="Unix file system path to serve on; without a hostname nothing listens on TCP",
    )
    parser.add_argument(
        "--workers",
        help="Number of processes that share the address (default: 1, without a supervisor). "
        "SIGHUP replaces them one by one",
        type=int,
    )
    parser.add_argument(
        "--worker-timeout",
        help="Seconds after which one of several workers whose event loop is blocked is replaced "
        "(default: 60; 0 for never)",
        type=float,
        default=60.0,
        metavar="SECONDS",
    )
    parser.add_argument(
        "--reload",
        help="Start anew when an imported file of the project changes; for development",
        action="store_true",
    )
    parser.add_argument(
        "--shutdown-timeout",
        help="Seconds that running requests get at the end (default: 60)",
        type=float,
        default=60.0,
        metavar="SECONDS",
    )
    parser.add_argument("--tls-cert", help="PEM file with the certificate chain", metavar="FILE")
    parser.add_argument(
        "--tls-key",
        help="PEM file with the private key, if it is not in that of the certificate",
        metavar="FILE",
    )
    return parser


def _check(parser: ArgumentParser, arguments: Namespace) -> None:
    """End with usage and status 2 for what does not fit together."""
    try:
        split_entry_point(arguments.entry_func)
    except EntryPointError as exc:
        parser.error(str(exc))
    if arguments.workers is not None and arguments.workers < 1:
        parser.error("--workers must be at least 1")
    if not 0 <= arguments.worker_timeout < math.inf:
        parser.error("--worker-timeout must be a number of seconds")
    if not 0 <= arguments.shutdown_timeout < math.inf:
        parser.error("--shutdown-timeout must be a number of seconds")
    if arguments.reload and arguments.workers is not None:
        parser.error("--reload and --workers exclude each other")
    if arguments.tls_key is not None and arguments.tls_cert is None:
        parser.error("--tls-key needs --tls-cert")
    if arguments.port is not None and not 0 <= arguments.port <= 65535:
        parser.error("--port must be between 0 and 65535")


def _place(arguments: Namespace) -> dict[str, Any]:
    """Return where to listen (ADD-618)."""
    host, port = arguments.hostname, arguments.port
    if port is None:
        port = 8443 if arguments.tls_cert else 8080
    if arguments.path is None:
        host = host or "localhost"
    elif host is None:
        port = None
    return {"host": host, "port": port, "path": arguments.path}


def _settings(arguments: Namespace, extra: Sequence[str]) -> WorkerSettings:
    return WorkerSettings(
        entry=arguments.entry_func,
        arguments=tuple(extra),
        search_path=tuple(sys.path),
        command=tuple(sys.argv),
        shutdown_timeout=arguments.shutdown_timeout,
        backlog=_BACKLOG,
        tls_cert=arguments.tls_cert,
        tls_key=arguments.tls_key,
        worker_timeout=0.0 if arguments.reload else arguments.worker_timeout,
        watch=arguments.reload,
        log_level=logging.DEBUG,
    )


def _serve_by_workers(parser: ArgumentParser, arguments: Namespace, extra: Sequence[str]) -> int:
    """Serve by other processes; return the exit status."""
    # Not needed, and not imported, for one plain process.
    from aiohttp_web.reload import run_reloading
    from aiohttp_web.workers import listeners_for, run_workers

    settings = _settings(arguments, extra)
    try:
        if not arguments.reload:
            return run_workers(settings, workers=arguments.workers, **_place(arguments))
        tls = arguments.tls_cert is not None
        listeners = listeners_for(1, **_place(arguments), backlog=_BACKLOG, tls=tls)
        return run_reloading(settings, listeners)
    except RuntimeError as exc:
        parser.error(str(exc))


def main(argv: Sequence[str], *, prog: str = "aiohttp.web") -> None:
    """Serve what *argv* names; ends with ``SystemExit``.

    *prog* is how messages call the command.
    """
    parser = _parser(prog)
    arguments, extra = parser.parse_known_args(argv)
    _check(parser, arguments)
    logging.basicConfig(level=logging.DEBUG)
    if arguments.reload or arguments.workers is not None:
        status = _serve_by_workers(parser, arguments, extra)
        parser.exit(status, message="Stopped\n")
    try:
        make_app = load_entry_point(arguments.entry_func)
    except EntryPointError as exc:
        parser.error(str(exc))
    run_app(
        make_app(extra),
        **_place(arguments),
        shutdown_timeout=arguments.shutdown_timeout,
        ssl_context=server_context(arguments.tls_cert, arguments.tls_key),
    )
    parser.exit(message="Stopped\n")


def command(prog: str = "aiohttp.web") -> None:
    """Run with the arguments of the process.  *prog* is how messages call the command."""
    main(sys.argv[1:], prog=prog)
