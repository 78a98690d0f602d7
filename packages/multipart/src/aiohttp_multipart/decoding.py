"""Content-Transfer-Encoding and Content-Encoding of parts (RFC 2045 section 6, RFC 9110 8.4).

Incremental decoders give the same bytes however their input is cut.  Characters that no base64
text holds are skipped, as RFC 2045 section 6.8 wants it; a text that ends within a quartet is an
error, never silently short data.
"""

import binascii
import re
from collections.abc import Callable, Mapping
from typing import Final, Protocol

from aiohttp_core import hdrs
from aiohttp_core.codings.names import codings_to_undo
from aiohttp_core.fields.quoted import ascii_lower
from aiohttp_multipart.errors import PartDecodingError, UnknownEncoding

__all__ = (
    "PLAIN_ENCODINGS",
    "TransferDecoder",
    "base64_cut",
    "content_codings",
    "decode_transfer",
    "make_transfer_decoder",
    "transfer_encoding",
)

PLAIN_ENCODINGS: Final = frozenset({"", "binary", "8bit", "7bit"})
"""Transfer encodings that change nothing."""

# RFC 2045 6.8, table 1, and the pad.
_PADDED: Final = re.compile(rb"[^=]++(?:={1,2})?")
_NOT_BASE64: Final = re.compile(rb"[^A-Za-z0-9+/=]++")
_SKIPPED: Final = b"".join(_NOT_BASE64.findall(bytes(range(256))))


class TransferDecoder(Protocol):
    """Undoes a transfer encoding piece by piece."""

    def decode(self, data: bytes) -> bytes:
        """Take *data*; return what can be told by now."""

    def finish(self) -> bytes:
        """Return the rest.  Raises PartDecodingError if some is missing."""


class _Identity:
    __slots__ = ()

    def decode(self, data: bytes) -> bytes:
        return data

    def finish(self) -> bytes:
        return b""


class _Base64:
    __slots__ = ("_held",)

    def __init__(self) -> None:
        self._held = b""

    def decode(self, data: bytes) -> bytes:
        text = self._held + _NOT_BASE64.sub(b"", data)
        end = len(text) & ~3
        self._held = text[end:]
        return _a2b_base64(text[:end])

    def finish(self) -> bytes:
        if self._held:
            raise PartDecodingError("Base64 data ends within a group of four characters")
        return b""


def _a2b_base64(text: bytes) -> bytes:
    """Decode whole groups; several padded texts may follow one another."""
    try:
        if b"=" not in text[:-2]:
            return binascii.a2b_base64(text)
        texts = _PADDED.findall(text)
        if sum(map(len, texts)) != len(text) or any(len(part) & 3 for part in texts):
            raise PartDecodingError("Bad base64 data: misplaced padding")
        return b"".join(map(binascii.a2b_base64, texts))
    except binascii.Error as exc:
        raise PartDecodingError(f"Bad base64 data: {exc}") from None


class _QuotedPrintable:
    __slots__ = ("_held",)

    def __init__(self) -> None:
        self._held = b""

    def decode(self, data: bytes) -> bytes:
        text = self._held + data
        # An escape is "=" and two characters, a soft line end "=" and one or two.
        cut = text.rfind(b"=", max(len(text) - 2, 0))
        if cut < 0:
            cut = len(text)
        self._held = text[cut:]
        return binascii.a2b_qp(text[:cut])

    def finish(self) -> bytes:
        held, self._held = self._held, b""
        return binascii.a2b_qp(held)


_DECODERS: Final[Mapping[str, Callable[[], TransferDecoder]]] = {
    "base64": _Base64,
    "quoted-printable": _QuotedPrintable,
    **dict.fromkeys(PLAIN_ENCODINGS, _Identity),
}


def transfer_encoding(headers: Mapping[str, str]) -> str:
    """Return the lowered Content-Transfer-Encoding, ``""`` without one."""
    return ascii_lower(headers.get(hdrs.CONTENT_TRANSFER_ENCODING, "").strip(" \t"))


def make_transfer_decoder(encoding: str) -> TransferDecoder:
    """Return a decoder of the lowered *encoding*.  Raises UnknownEncoding for another one."""
    factory = _DECODERS.get(encoding)
    if factory is None:
        raise UnknownEncoding(f"unknown content transfer encoding: {encoding[:40]}")
    return factory()


def decode_transfer(data: bytes, encoding: str) -> bytes:
    """Decode the whole *data*; errors as of :func:`make_transfer_decoder` and the decoders."""
    decoder = make_transfer_decoder(encoding)
    decoded = decoder.decode(data)
    return decoded + decoder.finish()


def content_codings(headers: Mapping[str, str]) -> tuple[str, ...]:
    """Return the content codings to undo, the last applied one first; empty for none.

    Raises UnknownEncoding for one that is not known here (spec row MPR-12).
    """
    value = ascii_lower(headers.get(hdrs.CONTENT_ENCODING, "").strip(" \t"))
    if value in ("", "identity"):
        return ()
    codings = codings_to_undo(value)
    if not codings:
        raise UnknownEncoding(f"unknown content encoding: {value[:40]}")
    return codings


def base64_cut(data: bytes) -> int:
    """Return where *data* can be cut so that whole groups of four characters come before."""
    for _ in range(len(_NOT_BASE64.sub(b"", data)) & 3):
        data = data.rstrip(_SKIPPED)[:-1]
    return len(data)
