"""What the command line shows: heads, bodies, the wire log, timings, progress.

Laws
* What a server sends is not trusted with a terminal: control characters are shown, not sent to it
  (CWE-150).
* The body goes to standard output, everything else to standard error, so that pipes stay clean.
"""

import json
import os
import re
import time
from collections.abc import Iterable
from typing import Any, BinaryIO, Final, TextIO
from urllib.parse import unquote

from multidict import MultiMapping

from aiohttp_client.response import ClientResponse
from aiohttp_client.tracing import TraceConfig

__all__ = (
    "Progress",
    "Timings",
    "file_name",
    "free_name",
    "printable",
    "response_head",
    "show_body",
    "watch_wire",
)

_CONTROLS: Final = re.compile(
    r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\u202a-\u202e\u2066-\u2069]"
)
_UNSAFE_NAME: Final = re.compile(r'[\x00-\x1f\x7f-\x9f/\\:*?"<>|]')
_MAX_NAME: Final = 150


def printable(text: str) -> str:
    """Return *text* with control characters and marks that reorder text made visible."""
    return _CONTROLS.sub(lambda found: f"\\x{ord(found[0]):02x}", text)


def _fields(headers: MultiMapping[str], mark: str) -> Iterable[str]:
    for name, value in headers.items():
        yield f"{mark}{printable(name)}: {printable(value)}"


def response_head(response: ClientResponse, mark: str = "") -> str:
    """Return status line and fields of *response*, each line behind *mark*."""
    version = response.version
    number = "1.1" if version is None else f"{version.major}.{version.minor}"
    reason = printable(response.reason or "")
    lines = [f"{mark}HTTP/{number} {response.status} {reason}".rstrip()]
    lines += _fields(response.headers, mark)
    return "\n".join(lines)


def show_body(body: bytes, response: ClientResponse, output: BinaryIO, *, terminal: bool) -> None:
    """Write *body*: unchanged into a pipe or file, readable on a terminal."""
    if not terminal:
        output.write(body)
        return
    try:
        text = body.decode(response.get_encoding())
    except (UnicodeDecodeError, LookupError, RuntimeError):
        output.write(f"<{len(body)} bytes of binary data, not shown: save them with -o>\n".encode())
        return
    if response.content_type.endswith(("/json", "+json")):
        try:
            text = json.dumps(json.loads(text), indent=4, ensure_ascii=False)
        except (ValueError, RecursionError):
            # It is not what it says it is: shown as it came.
            pass
    text = printable(text.replace("\r\n", "\n"))
    output.write(text.encode("utf-8", "replace"))
    if text and not text.endswith("\n"):
        output.write(b"\n")


def file_name(response: ClientResponse) -> str:
    """Return a harmless name, without a folder, for a downloaded body.

    From ``Content-Disposition``, else from the path of the URL, else ``download``.
    """
    disposition = response.content_disposition
    name = disposition.filename if disposition is not None else None
    if not name:
        name = unquote(response.url.raw_path.rpartition("/")[2])
    name = _UNSAFE_NAME.sub("_", name).strip(". ")[:_MAX_NAME]
    return name or "download"


class Timings:
    """When what happened to the last hop of a request, in seconds since its start."""

    _PHASES: Final = (
        ("pool", "on_connection_queued_start", "on_connection_queued_end"),
        ("dns", "on_dns_resolvehost_start", "on_dns_resolvehost_end"),
        ("connect", "on_connection_create_start", "on_connection_create_end"),
        ("send and wait", "on_request_headers_sent", "on_request_end"),
    )

    def __init__(self) -> None:
        self._moments: dict[str, float] = {}

    def watch(self, config: TraceConfig[Any]) -> None:
        """Listen to *config*."""
        for name in ("on_request_start", *(signal for _, *pair in self._PHASES for signal in pair)):
            getattr(config, name).append(self._note(name))

    def _note(self, name: str) -> Any:
        async def note(session: Any, context: Any, params: Any) -> None:
            self._moments[name] = time.perf_counter()

        return note

    def report(self) -> str:
        """Return the table; call it when the body has been read."""
        now = time.perf_counter()
        moments = self._moments
        lines = []
        for label, start, end in self._PHASES:
            if start in moments and end in moments:
                # "connect" includes the look-up of the name and TLS.
                lines.append((label, moments[end] - moments[start]))
        if "on_request_end" in moments:
            lines.append(("body", now - moments["on_request_end"]))
        lines.append(("total", now - moments.get("on_request_start", now)))
        return "\n".join(f"{label:>14}: {seconds * 1000:9.2f} ms" for label, seconds in lines)


def watch_wire(config: TraceConfig[Any], stream: TextIO) -> None:
    """Write what goes over the wire to *stream*, in the form of curl."""

    def say(text: str) -> None:
        print(text, file=stream)

    def note(text: str) -> Any:
        async def receiver(session: Any, context: Any, params: Any) -> None:
            say(f"* {text}")

        return receiver

    async def resolving(session: Any, context: Any, params: Any) -> None:
        say(f"* resolving {printable(params.host)}")

    async def headers_sent(session: Any, context: Any, params: Any) -> None:
        target = params.url.raw_path_qs
        say(f"> {params.method} {printable(target)} HTTP/1.1")
        for line in _fields(params.headers, "> "):
            # Whoever shares a log does not want to share a password.
            name = line[2:].partition(":")[0].lower()
            secret = name in ("authorization", "proxy-authorization", "cookie")
            say(f"{line.partition(':')[0]}: <hidden>" if secret else line)
        say(">")

    async def chunk_sent(session: Any, context: Any, params: Any) -> None:
        say(f"* {len(params.chunk)} bytes of body sent")

    async def answered(session: Any, context: Any, params: Any) -> None:
        say(response_head(params.response, "< "))
        say("<")

    config.on_dns_resolvehost_start.append(resolving)
    config.on_connection_queued_start.append(note("waiting for a connection"))
    config.on_connection_create_start.append(note("connecting"))
    config.on_connection_create_end.append(note("connected"))
    config.on_connection_reuseconn.append(note("using an open connection"))
    config.on_request_headers_sent.append(headers_sent)
    config.on_request_chunk_sent.append(chunk_sent)
    config.on_request_redirect.append(answered)
    config.on_request_end.append(answered)


class Progress:
    """A bar for a download of *total* bytes, or of an unknown number."""

    _WIDTH: Final = 30
    _INTERVAL: Final = 0.1

    def __init__(self, total: int | None, stream: TextIO) -> None:
        self._total = total
        self._stream = stream
        self._done = 0
        self._started = time.monotonic()
        self._shown = 0.0

    def add(self, nbytes: int) -> None:
        """Count *nbytes* more."""
        self._done += nbytes
        now = time.monotonic()
        if now - self._shown >= self._INTERVAL:
            self._shown = now
            self._stream.write("\r" + self.line())
            self._stream.flush()

    def finish(self) -> None:
        """Show the last state and end the line."""
        self._stream.write("\r" + self.line() + "\n")
        self._stream.flush()

    def line(self) -> str:
        """Return the bar as it stands."""
        seconds = max(time.monotonic() - self._started, 1e-6)
        speed = f"{_size(self._done / seconds)}/s"
        if not self._total:
            return f"{_size(self._done):>10}  {speed:>12}"
        share = min(1.0, self._done / self._total)
        filled = int(share * self._WIDTH)
        bar = "#" * filled + "." * (self._WIDTH - filled)
        return f"[{bar}] {share:4.0%} {_size(self._done):>10} of {_size(self._total)}  {speed:>12}"


def _size(nbytes: float) -> str:
    for unit in ("B", "KiB", "MiB"):
        if nbytes < 1024:
            return f"{nbytes:.0f} {unit}" if unit == "B" else f"{nbytes:.1f} {unit}"
        nbytes /= 1024
    return f"{nbytes:.1f} GiB"


def free_name(folder: str, name: str) -> str:
    """Return a path in *folder* for *name* that does not exist yet."""
    stem, dot, ending = name.partition(".")
    path = os.path.join(folder, name)
    number = 1
    while os.path.lexists(path):
        path = os.path.join(folder, f"{stem}-{number}{dot}{ending}")
        number += 1
    return path
