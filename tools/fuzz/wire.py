"""What the fuzzers of the wire have in common: both builds side by side, and what they tell.

Laws that every input must keep:

* the compiled and the interpreted build tell the same, event by event, for the same cuts;
* the messages and the verdict do not depend on the cuts;
* nothing but ``HttpProcessingError`` is ever raised, and after it nothing comes.
"""

import importlib
import runpy
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
HOT = ("chunked", "control_fields", "head", "head_scanner", "line_scanner", "parser", "serializer")


LIMITS = (60, 40, 4, 150)
"""Limits that short inputs reach: of a line, of a field, of fields, of a head."""


def limits(choice: bool) -> Any:
    """Return narrow limits or the usual ones."""
    from aiohttp_core.limits import DEFAULT_LIMITS, HeadLimits

    return HeadLimits(*LIMITS) if choice else DEFAULT_LIMITS


def table() -> dict[str, Any]:
    """Return the names of the request table of the tests."""
    return runpy.run_path(str(ROOT / "packages/core/tests/request_table.py"))


def builds(name: str, package: str = "aiohttp_core", modules: Sequence[str] = HOT) -> list[Any]:
    """Return the module in the build that runs, and its interpreted form if that is another.

    *modules* are those of *package* that are interpreted, too.
    """
    from aiohttp_core.extensions import SourceFirstFinder

    here = importlib.import_module(f"{package}.{name}")
    home = importlib.import_module(package)
    if not home.COMPILED:
        print("only the interpreted build is here: cuts are compared, builds are not")
        return [here]
    hot = [f"{package}.{module}" for module in modules]
    saved = {full: sys.modules.pop(full) for full in hot if full in sys.modules}
    sys.meta_path.insert(0, SourceFirstFinder)
    try:
        other = importlib.import_module(f"{package}.{name}")
    finally:
        sys.meta_path.remove(SourceFirstFinder)
        for full in hot:
            sys.modules.pop(full, None)
        sys.modules.update(saved)
        for full, module in saved.items():
            setattr(home, full.rpartition(".")[2], module)
    return [here, other]


def cut(data: bytes) -> tuple[bytes, list[bytes]]:
    """Take the cuts from the first byte: return the rest, whole and in pieces."""
    if not data:
        return b"", []
    size = data[0] % 40 + 1
    rest = data[1:]
    return rest, [rest[i : i + size] for i in range(0, len(rest), size)]


def story(parser: Any, pieces: Sequence[bytes]) -> list[Any]:
    """Return all that a parser tells; pieces of a body that follow each other are joined."""
    from aiohttp_core.errors import HttpProcessingError

    told: list[Any] = []
    try:
        for piece in [*pieces, None]:
            if piece is None:
                parser.feed_eof()
            else:
                parser.feed(piece)
            while (event := parser.next_event()) is not None or parser.state.name == "SWITCH":
                if event is None:
                    parser.decline_switch()
                elif isinstance(event, bytes):
                    add_piece(told, event)
                elif hasattr(event, "ends"):
                    for begin, end in zip([0, *event.ends[:-1]], event.ends, strict=True):
                        add_piece(told, event.data[begin:end])
                        told.append(("<end of chunk>", "None"))
                elif hasattr(event, "raw"):
                    flags = [repr(getattr(event, name)) for name in FLAGS]
                    told.append((repr(event), event.raw, event.raw_headers, flags))
                    told.append(repr(event.headers))
                    check_lookups(event)
                else:
                    told.append((repr(event), repr(getattr(event, "trailers", None))))
        told.append((parser.state.name, parser.buffered))
    except HttpProcessingError as error:
        told.append((type(error).__name__, error.code))
        if not parser.failed or parser.next_event() is not None:
            raise RuntimeError("a parser that failed goes on") from error
    return told


class Taking:
    """A parser whose bodies are taken whole where they are there: it must tell the same."""

    def __init__(self, parser: Any) -> None:
        self._parser = parser
        self._waiting: list[Any] = []

    def __getattr__(self, name: str) -> Any:
        return getattr(self._parser, name)

    def next_event(self) -> Any:
        """Return the next event, those of a body that was taken first."""
        from aiohttp_core.chunked import END_OF_MESSAGE

        if self._waiting:
            return self._waiting.pop(0)
        event = self._parser.next_event()
        if hasattr(event, "raw") and event.has_body:
            body = self._parser.take_body()
            if body is not None:
                self._waiting = [body, END_OF_MESSAGE]
        return event


class Receiving(Taking):
    """A response parser that is fed and asked in one: it must tell the same."""

    def feed(self, data: bytes) -> None:
        """Feed, and keep the event that comes with it."""
        from aiohttp_core.chunked import END_OF_MESSAGE

        event = self._parser.receive(data)
        if event is not None:
            self._waiting.append(event)
        if hasattr(event, "raw") and event.body is not None and event.has_body:
            self._waiting += [event.body, END_OF_MESSAGE]

    def next_event(self) -> Any:
        """Return what was kept, then what the parser has."""
        return self._waiting.pop(0) if self._waiting else self._parser.next_event()


def add_piece(told: list[Any], piece: bytes) -> None:
    """Append a piece of a body, joined to the one before it."""
    if told and isinstance(told[-1], bytes):
        told[-1] += piece
    else:
        told.append(piece)


FLAGS = (
    "version",
    "keep_alive",
    "has_body",
    "chunked",
    "content_length",
    "content_encoding",
    "upgrade",
)


def check_lookups(head: Any) -> None:
    """The three ways to a field must agree, and no value may hold what ends a line."""
    for name, value in head.raw_headers:
        text = value.decode("utf-8", "surrogateescape")
        first = head.headers.getall(name.decode("ascii"))[0]
        if head.field(name.lower()) != first:
            raise RuntimeError(f"field() and headers differ about {name!r}")
        if any(c in text for c in "\r\n\x00"):
            raise RuntimeError(f"{name!r} holds {value!r}")


def same(makers: Sequence[Callable[[], Any]], data: bytes) -> None:
    """Hold the laws against one input."""
    rest, pieces = cut(data)
    whole = [story(make(), [rest]) for make in makers]
    in_pieces = [story(make(), pieces) for make in makers]
    if any(told != whole[0] for told in [*whole, *in_pieces]):
        raise RuntimeError(f"they differ: {whole} {in_pieces}")
