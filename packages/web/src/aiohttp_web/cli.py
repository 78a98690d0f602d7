"""``python -m aiohttp.web``: an application from the command line (CLI-12, ADD-618 to ADD-620)."""

import logging
import sys
from argparse import ArgumentParser
from collections.abc import Sequence
from importlib import import_module
from typing import Any

from aiohttp_web.run import run_app

__all__ = ("main",)


def _parser() -> ArgumentParser:
    parser = ArgumentParser(description="aiohttp.web Application server", prog="aiohttp.web")
    parser.add_argument(
        "entry_func",
        help="Callable returning the application to run, in the form 'module:function'; "
        "it gets the arguments that are left over",
        metavar="entry-func",
    )
    parser.add_argument(
        "-H", "--hostname", help="TCP/IP hostname to serve on (default: localhost)", default=None
    )
    parser.add_argument(
        "-P", "--port", help="TCP/IP port to serve on (default: 8080)", type=int, default=8080
    )
    parser.add_argument(
        "-U",
        "--path",
        help="Unix file system path to serve on; without a hostname nothing listens on TCP",
    )
    return parser


def _load(parser: ArgumentParser, entry: str) -> Any:
    """Return the function that *entry* names; end with usage and status 2 if there is none."""
    name, _, attribute = entry.partition(":")
    if not name or not attribute:
        parser.error("'entry-func' not in 'module:function' syntax")
    if name.startswith("."):
        parser.error("relative module names not supported")
    try:
        module = import_module(name)
    except ImportError as exc:
        parser.error(f"unable to import {name}: {exc}")
    try:
        return getattr(module, attribute)
    except AttributeError:
        parser.error(f"module {name!r} has no attribute {attribute!r}")


def main(argv: Sequence[str]) -> None:
    """Serve what *argv* names; ends with ``SystemExit``."""
    parser = _parser()
    arguments, extra = parser.parse_known_args(argv)
    make_app = _load(parser, arguments.entry_func)
    logging.basicConfig(level=logging.DEBUG)
    host, port = arguments.hostname, arguments.port
    if arguments.path is None:
        host = host or "localhost"
    elif host is None:
        port = None
    app = make_app(extra)
    run_app(app, host=host, port=port, path=arguments.path)
    parser.exit(message="Stopped\n")


def command() -> None:
    """Run with the arguments of the process."""
    main(sys.argv[1:])
