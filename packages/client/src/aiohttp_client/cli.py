"""The command line: ``python -m aiohttp_client [METHOD] URL [ITEM ...]``.

Items are those of HTTPie: ``Name:value`` a header, ``name==value`` a query parameter,
``name=value`` a field of the body, ``name:=json`` a raw JSON field, ``name@path`` a file.

Laws
* A mistake in the arguments is told before anything is sent, with status 2.
* Redirects are followed only on demand, and credentials never from one origin to another.
* The exit status tells the outcome: 0 an answer came, 1 none came; with ``--check-status`` 3, 4 or
  5 for an answer 3xx, 4xx or 5xx; 130 after Ctrl-C.
"""

import argparse
import asyncio
import json
import re
import sys
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO, Final

from multidict import CIMultiDict, MultiDict
from yarl import URL

from aiohttp_client.auth import encode_basic_auth
from aiohttp_client.cli_output import (
    Progress,
    Timings,
    file_name,
    free_name,
    printable,
    response_head,
    show_body,
    watch_wire,
)
from aiohttp_client.digest_auth import DigestAuthMiddleware
from aiohttp_client.errors import ClientError, InvalidURL, NonHttpUrlClientError
from aiohttp_client.response import ClientResponse
from aiohttp_client.session import ClientSession
from aiohttp_client.timeouts import ClientTimeout
from aiohttp_client.tracing import TraceConfig
from aiohttp_client.version import __version__
from aiohttp_multipart import FormData

__all__ = ("main", "make_parser", "parse_item")

_METHOD: Final = re.compile(r"[A-Z]+")
_ITEM: Final = re.compile(r"((?:[^\\:=@]|\\.)+)(:=|==|=|:|@)(.*)", re.DOTALL)
_PIECE: Final = 2**16

_EPILOG: Final = """\
items:
  Name:value            a header
  name==value           a parameter of the query
  name=value            a field of the body: JSON, or a form with --form
  name:=json            a field of a JSON body that is no text
  name@path             a file in a form

examples:
  %(prog)s -v example.com/search q==hello
  %(prog)s :8080/users name=Ada age:=36
  %(prog)s -f POST :8080/login name=ada -b session=1
  %(prog)s :8080/upload picture@photo.jpg
  %(prog)s -L --download https://example.com/archive.tar.gz

The exit status is 0 when an answer came, 1 when none came, 2 for a mistake in the arguments;
with --check-status 3, 4 or 5 for an answer 3xx, 4xx or 5xx.
"""


@dataclass(slots=True)
class Parts:
    """What the items of a command line say."""

    headers: CIMultiDict[str] = field(default_factory=CIMultiDict)
    params: MultiDict[str] = field(default_factory=MultiDict)
    fields: list[tuple[str, Any]] = field(default_factory=list)
    files: list[tuple[str, str]] = field(default_factory=list)
    raw_json: bool = False


def parse_item(text: str, parts: Parts) -> None:
    """Add what the item *text* says to *parts*; ``ValueError`` if it says nothing.

    A backslash takes the meaning from a separator in the name.
    """
    found = _ITEM.fullmatch(text)
    if found is None:
        raise ValueError(f"{text!r} is no item: name=value, Name:value, name==value, name@file")
    name = re.sub(r"\\(.)", r"\1", found[1])
    kind, value = found[2], found[3]
    if kind == ":":
        parts.headers.add(name, value.strip(" \t"))
    elif kind == "==":
        parts.params.add(name, value)
    elif kind == "@":
        parts.files.append((name, value))
    elif kind == ":=":
        parts.raw_json = True
        try:
            parts.fields.append((name, json.loads(value)))
        except ValueError as exc:
            raise ValueError(f"the value of {name!r} is no JSON: {exc}") from None
    else:
        parts.fields.append((name, value))


def make_parser(prog: str = "python -m aiohttp_client") -> argparse.ArgumentParser:
    """Return the parser of the command line; *prog* is what the user ran."""
    parser = argparse.ArgumentParser(
        prog=prog,
        usage="%(prog)s [options] [METHOD] URL [ITEM ...]",
        description="Make an HTTP request.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("words", nargs="+", metavar="[METHOD] URL [ITEM ...]")
    body = parser.add_argument_group("request")
    body.add_argument("-m", "--method", help="the method (default: GET, or POST with a body)")
    body.add_argument("-H", "--header", action="append", default=[], metavar="NAME:VALUE")
    body.add_argument("-p", "--param", action="append", default=[], metavar="NAME=VALUE")
    body.add_argument("-d", "--data", metavar="TEXT|@FILE|-", help="raw body; - is standard input")
    body.add_argument("-j", "--json", metavar="JSON|@FILE", help="JSON body")
    body.add_argument("-f", "--form", action="store_true", help="send body fields as a form")
    body.add_argument("-F", "--file", action="append", default=[], metavar="NAME=PATH")
    body.add_argument("-b", "--cookie", action="append", default=[], metavar="NAME=VALUE")
    body.add_argument("-a", "--auth", metavar="USER:PASSWORD")
    body.add_argument("--digest", action="store_true", help="use Digest instead of Basic")
    body.add_argument("--compress", choices=("gzip", "deflate"), help="compress the body")
    way = parser.add_argument_group("connection")
    way.add_argument("-L", "--follow", action="store_true", help="follow redirects")
    way.add_argument("--max-redirects", type=int, default=10, metavar="N")
    way.add_argument("-x", "--proxy", metavar="URL", help="http, https, socks4a, socks5h, ...")
    way.add_argument("--trust-env", action="store_true", help="proxies and netrc of the user")
    way.add_argument("-k", "--insecure", action="store_true", help="do not verify certificates")
    way.add_argument("-t", "--timeout", type=float, default=60.0, metavar="SECONDS")
    out = parser.add_argument_group("output")
    out.add_argument("-i", "--include", action="store_true", help="show the head of the answer")
    out.add_argument("-v", "--verbose", action="store_true", help="show what goes over the wire")
    out.add_argument("--timing", action="store_true", help="show how long each phase took")
    out.add_argument("-o", "--output", metavar="FILE", help="write the body to FILE")
    out.add_argument("--download", action="store_true", help="save the body under its own name")
    out.add_argument("--progress", action=argparse.BooleanOptionalAction, default=None)
    out.add_argument("--check-status", action="store_true", help="exit with 3, 4, 5 for 3xx-5xx")
    parser.add_argument("--version", action="version", version=f"aiohttp-client {__version__}")
    return parser


def _split_words(words: Sequence[str]) -> tuple[str | None, str, Sequence[str]]:
    """Return method (or ``None``), URL and items."""
    if len(words) > 1 and _METHOD.fullmatch(words[0]):
        return words[0], words[1], words[2:]
    return None, words[0], words[1:]


def _complete_url(text: str) -> URL:
    if text.startswith(":"):
        # ":8080/path" and ":/path" mean this machine, as for HTTPie.
        text = "localhost" + (text if text[1:2].isdigit() else text[1:])
    if "://" not in text:
        text = "http://" + text
    return URL(text)


def _complete_proxy(text: str | None) -> str | None:
    """Return the URL of a proxy; ``host:port`` means HTTP, as for curl."""
    return f"http://{text}" if text and "://" not in text else text


def _reason(error: Exception) -> str:
    """Return what *error* says, in the words of a command line."""
    if isinstance(error, NonHttpUrlClientError):
        return f"{error}: the scheme has to be http or https"
    if isinstance(error, OSError) and error.filename is not None and error.strerror:
        return f"{error.filename}: {error.strerror}"
    return str(error) or "; ".join(getattr(error, "__notes__", ()))


def _pair(text: str, separator: str, option: str) -> tuple[str, str]:
    name, found, value = text.partition(separator)
    if not found or not name:
        raise ValueError(f"{option} needs NAME{separator}VALUE, not {text!r}")
    return name, value


def _content(text: str, stack: ExitStack) -> Any:
    """Return the body that ``TEXT``, ``@FILE`` or ``-`` means; files are streamed."""
    if text == "-":
        return sys.stdin.buffer
    if text.startswith("@"):
        return stack.enter_context(Path(text[1:]).open("rb"))
    return text.encode()


class Invocation:
    """One run of the command, from its arguments to its exit status."""

    def __init__(self, options: argparse.Namespace) -> None:
        self._options = options
        method, url, items = _split_words(options.words)
        self._parts = Parts()
        for item in items:
            parse_item(item, self._parts)
        for text in options.header:
            name, value = _pair(text, ":", "--header")
            self._parts.headers.add(name, value.strip(" \t"))
        for text in options.param:
            self._parts.params.add(*_pair(text, "=", "--param"))
        for text in options.file:
            self._parts.files.append(_pair(text, "=", "--file"))
        self._cookies = dict(_pair(text, "=", "--cookie") for text in options.cookie)
        self._url = _complete_url(url)
        bodies = [
            options.data is not None,
            options.json is not None,
            bool(self._parts.fields or self._parts.files),
        ]
        if sum(bodies) > 1:
            raise ValueError("give either --data, or --json, or fields and files")
        self._method = (options.method or method or ("POST" if any(bodies) else "GET")).upper()
        self._timings = Timings()
        self._terminal = sys.stdout.isatty()

    def _body(self, stack: ExitStack) -> dict[str, Any]:
        options, parts = self._options, self._parts
        if options.data is not None:
            return {"data": _content(options.data, stack)}
        if options.json is not None:
            text = options.json
            if text.startswith("@"):
                text = Path(text[1:]).read_text(encoding="utf-8")
            try:
                json.loads(text)
            except ValueError as exc:
                raise ValueError(f"--json is no JSON: {exc}") from None
            self._parts.headers.setdefault("Content-Type", "application/json")
            return {"data": text.encode()}
        if not (parts.fields or parts.files):
            return {}
        if not (options.form or parts.files):
            return {"json": dict(parts.fields)}
        if parts.raw_json:
            raise ValueError("name:=json is for JSON bodies, not for forms")
        form = FormData(default_to_multipart=bool(parts.files))
        for name, value in parts.fields:
            form.add_field(name, value)
        for name, path in parts.files:
            form.add_field(name, _content(f"@{path}", stack), filename=Path(path).name)
        return {"data": form}

    def _session(self) -> ClientSession:
        options = self._options
        config: TraceConfig[Any] = TraceConfig()
        if options.timing:
            self._timings.watch(config)
        if options.verbose:
            watch_wire(config, sys.stderr)
        middlewares = []
        if options.auth is not None:
            login, _, password = options.auth.partition(":")
            if options.digest:
                middlewares.append(DigestAuthMiddleware(login, password))
            else:
                value = encode_basic_auth(login, password)
                self._parts.headers.setdefault("Authorization", value)
        elif options.digest:
            raise ValueError("--digest needs --auth")
        return ClientSession(
            timeout=ClientTimeout(total=options.timeout or None),
            trace_configs=[config],
            middlewares=middlewares,
            trust_env=options.trust_env,
            cookies=self._cookies,
        )

    async def run(self) -> int:
        """Make the request and show what comes."""
        options = self._options
        with ExitStack() as stack:
            body = self._body(stack)
            async with (
                self._session() as session,
                session.request(
                    self._method,
                    self._url,
                    params=self._parts.params or None,
                    headers=self._parts.headers,
                    allow_redirects=options.follow,
                    max_redirects=options.max_redirects,
                    proxy=_complete_proxy(options.proxy),
                    ssl=not options.insecure,
                    compress=options.compress,
                    **body,
                ) as response,
            ):
                await self._show(response)
                if options.timing:
                    print(self._timings.report(), file=sys.stderr)
                if options.check_status and response.status >= 300:
                    return response.status // 100
        return 0

    async def _show(self, response: ClientResponse) -> None:
        options = self._options
        if options.include and not options.verbose:
            print(response_head(response) + "\n", file=sys.stderr if self._saves else sys.stdout)
            sys.stdout.flush()
        if self._saves:
            path, file = self._open_target(response)
            with file:
                await self._save(response, file)
            print(f"Saved as {printable(path)}", file=sys.stderr)
        elif self._terminal:
            show_body(await response.read(), response, sys.stdout.buffer, terminal=True)
            sys.stdout.buffer.flush()
        else:
            await self._save(response, sys.stdout.buffer)
            sys.stdout.buffer.flush()

    def _open_target(self, response: ClientResponse) -> tuple[str, BinaryIO]:
        path = self._options.output
        if path is not None:
            return path, Path(path).open("wb")
        path = free_name(".", file_name(response))
        return path, Path(path).open("xb")

    @property
    def _saves(self) -> bool:
        return self._options.output is not None or self._options.download

    async def _save(self, response: ClientResponse, file: BinaryIO) -> None:
        wanted = self._options.progress
        if wanted is None:
            wanted = self._saves and sys.stderr.isatty()
        encoded = "Content-Encoding" in response.headers
        progress = Progress(None if encoded else response.content_length, sys.stderr)
        async for piece in response.content.iter_chunked(_PIECE):
            file.write(piece)
            if wanted:
                progress.add(len(piece))
        if wanted:
            progress.finish()


def main(argv: Sequence[str] | None = None, *, prog: str = "python -m aiohttp_client") -> int:
    """Run the command with *argv* (default: ``sys.argv``) and return its exit status.

    *prog* is how messages call the command.
    """
    parser = make_parser(prog)
    options = parser.parse_intermixed_args(argv)
    try:
        return asyncio.run(Invocation(options).run())
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:
        # The reader of our output has seen enough.
        sys.stderr.close()
        return 1
    except TimeoutError as exc:
        said = _reason(exc) or f"after {options.timeout:g} s"
        print(f"error: timeout: {printable(said)}", file=sys.stderr)
        return 1
    except ClientError as exc:
        print(f"error: {type(exc).__name__}: {printable(_reason(exc))}", file=sys.stderr)
        # A URL that cannot be used is a mistake in the arguments.
        return 2 if isinstance(exc, (InvalidURL, NonHttpUrlClientError)) else 1
    except OSError as exc:
        print(f"error: {printable(_reason(exc))}", file=sys.stderr)
        return 1
    except (ValueError, TypeError) as exc:
        print(f"error: {printable(str(exc))}", file=sys.stderr)
        return 2
