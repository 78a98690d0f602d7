"""Sending a file: validators, ranges, compressed neighbours, ``sendfile``.

Laws
* What is answered is decided by one pure function, :func:`plan`, from the fields of the request and
  what ``fstat`` says about the open file (RFC 9110 sections 13.2.2 and 14.2).
* The file system is touched in an executor only, and for a small file once: opening, deciding and
  reading are one step there.
* Never more than the declared bytes are sent; a file that shrinks meanwhile ends the connection.
* Overlapping ranges are merged and their number is bounded, so no request asks for more bytes than
  the file has.
"""

import asyncio
import mimetypes
import os
import posixpath
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from secrets import token_hex
from typing import Any, Final

from multidict import istr

from aiohttp_core import hdrs
from aiohttp_core.fields.accept import choose_coding
from aiohttp_core.fields.conditional import (
    Preconditions,
    Verdict,
    evaluate_preconditions,
    range_still_applies,
)
from aiohttp_core.fields.dates import parse_http_date
from aiohttp_core.fields.etags import ETag, parse_etags
from aiohttp_core.fields.ranges import (
    ByteRange,
    RangeNotSatisfiable,
    content_range_header,
    parse_range_set,
    satisfiable_ranges,
    unsatisfied_range_header,
)
from aiohttp_core.sendfile import send_file
from aiohttp_web.content_coding import add_vary
from aiohttp_web.file_access import FileRefused, FileSource, OpenedFile, PathSource
from aiohttp_web.stream_response import StreamResponse

__all__ = (
    "CONTENT_TYPES",
    "FALLBACK_CONTENT_TYPE",
    "NOSENDFILE",
    "FileResponse",
    "Plan",
    "content_type_of",
    "plan",
)

_Headers = Mapping[str, str] | Mapping[istr, str] | Iterable[tuple[str | istr, str]]

NOSENDFILE: Final = bool(os.environ.get("AIOHTTP_NOSENDFILE"))

FALLBACK_CONTENT_TYPE: Final = "application/octet-stream"

CONTENT_TYPES: Final = mimetypes.MimeTypes()
"""Types by extension; the built-in table, whatever files the machine has."""

for _extension, _type in {
    ".gz": "application/gzip",
    ".br": "application/x-brotli",
    ".bz2": "application/x-bzip2",
    ".Z": "application/x-compress",
    ".xz": "application/x-xz",
    ".zst": "application/zstd",
}.items():
    CONTENT_TYPES.add_type(_type, _extension)
# A compressed file that is asked for by its own name is sent as what it is.
CONTENT_TYPES.encodings_map.clear()

NEIGHBOURS: Final = {"br": ".br", "zstd": ".zst", "gzip": ".gz"}
"""Compressed neighbours by coding, the one that is liked best first."""

_READ_AT_ONCE: Final = 64 * 1024
"""Files up to this size are read in the step that opens them, and leave with their head."""


def content_type_of(name: str) -> str:
    """Return the media type of a file called *name*, by its extension."""
    extension = posixpath.splitext(name)[1]
    for known in (extension, extension.lower()):
        for table in (CONTENT_TYPES.types_map[True], CONTENT_TYPES.types_map[False]):
            if known in table:
                return table[known]
    return FALLBACK_CONTENT_TYPE


@dataclass(slots=True)
class Plan:
    """What to answer: the status, the parts of the file to send, and the fields about them."""

    status: int
    ranges: list[ByteRange]
    fields: dict[str, str]

    @property
    def size(self) -> int:
        """Bytes of the file that are sent."""
        return sum(stop - start for start, stop in self.ranges)


def plan(
    method: str,
    fields: Mapping[str, str],
    size: int,
    *,
    etag: ETag | None,
    last_modified: datetime,
    ranges: bool = True,
) -> Plan:
    """Decide the answer to a request with these *fields* for a file of *size* bytes.

    With *ranges* false the whole file is sent whatever ``Range`` says.
    """
    if_match = fields.get(hdrs.IF_MATCH)
    if_none_match = fields.get(hdrs.IF_NONE_MATCH)
    conditions = Preconditions(
        if_match=None if if_match is None else parse_etags(if_match),
        if_none_match=None if if_none_match is None else parse_etags(if_none_match),
        if_modified_since=parse_http_date(fields.get(hdrs.IF_MODIFIED_SINCE)),
        if_unmodified_since=parse_http_date(fields.get(hdrs.IF_UNMODIFIED_SINCE)),
    )
    verdict = evaluate_preconditions(method, conditions, etag=etag, last_modified=last_modified)
    if verdict is Verdict.NOT_MODIFIED:
        return Plan(304, [], {})
    if verdict is Verdict.FAILED:
        return Plan(412, [], {})
    whole = Plan(200, [ByteRange(0, size)] if size else [], {})
    asked = fields.get(hdrs.RANGE)
    # RFC 9110 section 14.2: only GET has ranges.
    if asked is None or not ranges or method != hdrs.METH_GET:
        return whole
    if not range_still_applies(fields.get(hdrs.IF_RANGE), etag=etag, last_modified=last_modified):
        return whole
    try:
        specs = parse_range_set(asked)
        if specs is None:
            return whole
        found = satisfiable_ranges(specs, size)
    except (RangeNotSatisfiable, ValueError):
        return Plan(416, [], {hdrs.CONTENT_RANGE: unsatisfied_range_header(size)})
    if len(found) > 1:
        return Plan(206, found, {})
    start, stop = found[0]
    return Plan(206, found, {hdrs.CONTENT_RANGE: content_range_header(start, stop, size)})


class _Found:
    """An open file with what is to be said about it and, if it is small, what is in it."""

    __slots__ = ("content_type", "data", "etag", "file", "modified", "plan")

    def __init__(self, file: OpenedFile, content_type: str) -> None:
        self.file = file
        self.content_type = content_type
        self.etag = f"{file.mtime_ns:x}-{file.size:x}"
        # Whole seconds, rounded up: never earlier than the file.
        self.modified = -(-file.mtime_ns // 10**9)
        self.plan = Plan(200, [], {})
        self.data: bytes | None = None


class FileResponse(StreamResponse):
    """A response that sends the file at *path*.

    Ranges, conditional requests and compressed neighbours (``.br``, ``.zst``, ``.gz``) are taken
    care of. A missing file gives 404, one that may not be read or is no regular file 403. Where
    ``sendfile`` cannot be used *chunk_size* bytes are read at once. A ``Content-Type`` in *headers*
    replaces the guessed one. The body is sent by :meth:`prepare`.
    """

    def __init__(
        self,
        path: str | os.PathLike[str],
        chunk_size: int = 256 * 1024,
        status: int = 200,
        reason: str | None = None,
        headers: _Headers | None = None,
    ) -> None:
        super().__init__(status=status, reason=reason, headers=headers)
        self._path = Path(path)
        self._chunk_size = chunk_size
        self._source: FileSource = PathSource(str(self._path))
        self._found: _Found | None = None

    async def open(self, request: Any, source: FileSource | None = None) -> None:
        """Open the file for *request* now, from *source* instead of the path if that is given.

        Raises :class:`~aiohttp_web.file_access.FileRefused`. Without this :meth:`prepare` opens
        the file, and answers 404 or 403 by itself.
        """
        if source is not None:
            self._source = source
        accepted = request.headers.get(hdrs.ACCEPT_ENCODING)
        codings: list[tuple[str, str]] = []
        if accepted and hdrs.CONTENT_ENCODING not in self.headers:
            codings = _acceptable(",".join(request.headers.getall(hdrs.ACCEPT_ENCODING)))
        fields: dict[str, str] = {
            name: request.headers[name] for name in _ASKED if name in request.headers
        }
        for name in (hdrs.IF_MATCH, hdrs.IF_NONE_MATCH):
            if name in fields:
                fields[name] = ",".join(request.headers.getall(name))
        loop = asyncio.get_running_loop()
        opening = loop.run_in_executor(None, self._open_and_decide, request.method, fields, codings)
        try:
            self._found = await asyncio.shield(opening)
        except asyncio.CancelledError:
            # The thread goes on; what it opens is closed when the result is dropped.
            opening.add_done_callback(_forget)
            raise

    def _open_and_decide(
        self, method: str, fields: Mapping[str, str], codings: Sequence[tuple[str, str]]
    ) -> _Found:
        """Open, decide and, for little, read; runs in the executor."""
        file = self._source.open(codings)
        found = _Found(file, content_type_of(file.name))
        size = file.size
        if self.status == 200:
            # A coding on the fly makes other bytes: no ranges of these, and no strong tag.
            coded = self.compression and file.coding is None
            found.plan = plan(
                method,
                fields,
                size,
                etag=ETag(found.etag, is_weak=coded),
                last_modified=datetime.fromtimestamp(found.modified, UTC),
                ranges=not coded,
            )
        else:
            found.plan = Plan(self.status, [ByteRange(0, size)] if size else [], {})
        if method == hdrs.METH_GET and len(found.plan.ranges) == 1:
            start, stop = found.plan.ranges[0]
            if stop - start <= _READ_AT_ONCE:
                found.data = file.read(start, stop - start)
        if found.data is not None or not found.plan.ranges or method == hdrs.METH_HEAD:
            file.close()
        return found

    async def prepare(self, request: Any) -> Any:
        """Send the file as the answer to *request*, or the answer that it asks for instead."""
        if self.prepared:
            return await super().prepare(request)
        if self._found is None:
            try:
                await self.open(request)
            except FileRefused as refused:
                self.set_status(refused.status)
                return await self._without_file(request)
        found = self._found
        if found is None:
            raise RuntimeError("the file was not opened")
        try:
            return await self._send(request, found)
        finally:
            self._found = None
            found.file.close()

    async def _without_file(self, request: Any) -> Any:
        self.headers[hdrs.CONTENT_LENGTH] = "0"
        self.headers.popall(hdrs.CONTENT_TYPE, None)
        writer = await super().prepare(request)
        await super().write_eof()
        return writer

    async def _send(self, request: Any, found: _Found) -> Any:
        answer = found.plan
        status = answer.status
        headers = self.headers
        if status != self.status:
            self.set_status(status)
        headers.update(answer.fields)
        coding = found.file.coding
        if coding is not None:
            headers[hdrs.CONTENT_ENCODING] = coding
            add_vary(headers, hdrs.ACCEPT_ENCODING)
        if status in (412, 416):
            return await self._without_file(request)
        coded = self.compression and coding is None
        if hdrs.ETAG not in headers:
            self.etag = ETag(found.etag, is_weak=coded)
        if hdrs.LAST_MODIFIED not in headers:
            self.last_modified = found.modified
        if status == 304:
            return await super().prepare(request)
        if hdrs.CONTENT_TYPE not in headers:
            headers[hdrs.CONTENT_TYPE] = found.content_type
        if not coded:
            headers[hdrs.ACCEPT_RANGES] = "bytes"
        if len(answer.ranges) > 1:
            return await self._send_parts(request, found)
        self.content_length = answer.size
        writer = await super().prepare(request)
        if request.method != hdrs.METH_HEAD:
            await self._send_range(request, writer, found)
        await super().write_eof()
        return writer

    async def _send_range(self, request: Any, writer: Any, found: _Found) -> None:
        if found.data is not None:
            await self.write(found.data)
            _complete(len(found.data), found.plan.size)
            return
        if not found.plan.ranges:
            return
        start, stop = found.plan.ranges[0]
        # Sent ahead: whatever goes wrong from here on, the answer has begun.
        writer.send_headers()
        if not await self._sendfile(request, writer, found.file, start, stop):
            async for piece in self._pieces(found.file, start, stop):
                await self.write(piece)

    async def _sendfile(
        self, request: Any, writer: Any, file: OpenedFile, start: int, stop: int
    ) -> bool:
        """Let the kernel copy the bytes; false, with nothing sent of them, if it cannot."""
        if NOSENDFILE or not hasattr(writer, "count_sent"):
            return False
        # What is coded or framed in chunks passes through Python.
        if self.chunked or (hdrs.CONTENT_ENCODING in self.headers and file.coding is None):
            return False
        sent = await send_file(request.protocol, file.fd, start, stop)
        if sent is None:
            return False
        _complete(sent, stop - start)
        writer.count_sent(sent)
        return True

    async def _pieces(self, file: OpenedFile, start: int, stop: int) -> AsyncIterator[bytes]:
        loop = asyncio.get_running_loop()
        while start < stop:
            wanted = min(self._chunk_size, stop - start)
            data = await loop.run_in_executor(None, file.read, start, wanted)
            _complete(len(data), wanted)
            start += len(data)
            yield data

    async def _send_parts(self, request: Any, found: _Found) -> Any:
        """Send several ranges as ``multipart/byteranges`` (RFC 9110 section 14.6)."""
        boundary = token_hex(16)
        kind = self.headers[hdrs.CONTENT_TYPE]
        size = found.file.size
        heads = [
            (
                f"\r\n--{boundary}\r\n{hdrs.CONTENT_TYPE}: {kind}\r\n"
                f"{hdrs.CONTENT_RANGE}: {content_range_header(start, stop, size)}\r\n\r\n"
            ).encode()
            for start, stop in found.plan.ranges
        ]
        # The CRLF belongs to the delimiter, but there is nothing before the first one.
        heads[0] = heads[0][2:]
        end = f"\r\n--{boundary}--\r\n".encode()
        self.headers[hdrs.CONTENT_TYPE] = f"multipart/byteranges; boundary={boundary}"
        self.content_length = sum(map(len, heads)) + len(end) + found.plan.size
        writer = await super().prepare(request)
        writer.send_headers()
        for head, (start, stop) in zip(heads, found.plan.ranges, strict=True):
            await self.write(head)
            async for piece in self._pieces(found.file, start, stop):
                await self.write(piece)
        await super().write_eof(end)
        return writer


_ASKED: Final = (
    hdrs.IF_MATCH,
    hdrs.IF_NONE_MATCH,
    hdrs.IF_MODIFIED_SINCE,
    hdrs.IF_UNMODIFIED_SINCE,
    hdrs.IF_RANGE,
    hdrs.RANGE,
)


def _acceptable(accepted: str) -> list[tuple[str, str]]:
    """Return the neighbours that a client takes, in the order of its wishes, then of ours."""
    found = []
    left = list(NEIGHBOURS)
    while left:
        chosen = choose_coding(accepted, left)
        if chosen is None:
            break
        found.append((chosen, NEIGHBOURS[chosen]))
        left.remove(chosen)
    return found


def _complete(got: int, wanted: int) -> None:
    if got != wanted:
        # The head has declared more: only closing the connection tells the client.
        raise RuntimeError("the file became shorter while it was sent")


def _forget(opening: "asyncio.Future[_Found]") -> None:
    if not opening.cancelled() and opening.exception() is None:
        opening.result().file.close()
