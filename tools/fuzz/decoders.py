"""Fuzz the content decoders: ``python tools/fuzz/decoders.py --seconds 600``.

The first byte says how the rest is cut, the second which codings are undone.  However it is cut,
the same bytes come out before the same verdict; no step gives more than it may, and memory does
not follow what a body expands to.  What zlib itself decodes, the decoder decodes to the same.
"""

import gzip
import sys
import zlib
from collections.abc import Sequence
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from tools.fuzz import engine

STEP = 4096
MOST = 2**20
KINDS: tuple[tuple[str, ...], ...] = (
    ("gzip",),
    ("deflate",),
    ("br",),
    ("zstd",),
    ("gzip", "deflate"),
    ("zstd", "br"),
)


def encoded(kind: int, body: bytes) -> bytes:
    """Return *body* in the codings of a kind, the last one of which is applied first."""
    from aiohttp_core.codings.optional import brotli_module, zstd_module

    for name in reversed(KINDS[kind]):
        if name == "gzip":
            body = gzip.compress(body, 6, mtime=0)
        elif name == "deflate":
            body = zlib.compress(body)
        else:
            module = brotli_module() if name == "br" else zstd_module()
            body = module.compress(body) if module is not None else body
    return body


def seeds() -> list[bytes]:
    """Return bodies in every kind, whole, doubled and with padding."""
    found = []
    for kind in range(len(KINDS)):
        for body in (b"", b"a", b"hello world " * 20, bytes(20000)):
            data = encoded(kind, body)
            for raw in (data, data + data, data + b"\x00pad", data[:-1]):
                found += [bytes((size, kind)) + raw for size in (0, 6)]
    raw_deflate = zlib.compress(b"raw")[2:-4]
    return [*found, b"\x00\x01" + raw_deflate]


def prepare() -> tuple[engine.Check, Sequence[bytes]]:
    """Return the check and its seeds."""
    from aiohttp_core.codings.pipeline import BodyDecoder, DecodeLimits
    from aiohttp_core.errors import ContentEncodingError

    limits = DecodeLimits(max_size=MOST)

    def decode(names: Sequence[str], pieces: Sequence[bytes], step: int) -> tuple[bytes, str]:
        decoder = BodyDecoder(names, limits)
        out = []
        try:
            for piece in pieces:
                decoder.feed(piece)
                idle = 0
                while not decoder.needs_input:
                    given = decoder.read(step)
                    if len(given) > step:
                        raise RuntimeError(f"a step gave {len(given)} bytes of {step}")
                    idle = 0 if given else idle + 1
                    if idle > 1000:
                        raise RuntimeError("the decoder turns in a circle")
                    out.append(given)
            decoder.finish()
        except ContentEncodingError as error:
            return b"".join(out), type(error).__name__
        return b"".join(out), "whole"

    def check(data: bytes) -> None:
        if len(data) < 2:
            return
        size, names, body = data[0] % 40 + 1, KINDS[data[1] % len(KINDS)], data[2:]
        whole = decode(names, [body], STEP)
        pieces = [body[at : at + size] for at in range(0, len(body), size)]
        cut = decode(names, pieces, STEP)
        # An error may come before or behind the bytes of the step that it is found in.
        if whole[1] != cut[1] or (whole[1] == "whole" and whole[0] != cut[0]):
            raise RuntimeError(f"{names} cut into {size}: {cut!r:.300} instead of {whole!r:.300}")
        if names == ("gzip",) and whole[1] == "whole" and body:
            reference = zlib.decompressobj(wbits=31)
            if not whole[0].startswith(reference.decompress(body, MOST)):
                raise RuntimeError(f"zlib reads {body!r:.300} in another way")

    return check, seeds()


if __name__ == "__main__":
    sys.exit(engine.main(prepare, instrument="aiohttp_core"))
