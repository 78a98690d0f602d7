"""Content codings: round trips in any split, members, truncation, limits, backends, executor."""

import asyncio
import gzip
import os
import sys
import threading
import tracemalloc
import zlib
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aiohttp_core import codings
from aiohttp_core.codings import decoders, names, optional
from aiohttp_core.codings.decoders import GzipDecoder, make_decoder
from aiohttp_core.codings.encoders import make_encoder
from aiohttp_core.codings.offload import Offload
from aiohttp_core.codings.pipeline import BodyDecoder, DecodeLimits
from aiohttp_core.errors import ContentEncodingError, DecompressSizeError

brotli_codec: Any = optional.brotli_module()
zstd_codec: Any = optional.zstd_module()

BACKENDS = ["zlib", "zlib_ng.zlib_ng", "isal.isal_zlib"]


@pytest.fixture(params=BACKENDS)
def backend(request):
    module = pytest.importorskip(request.param)
    before = codings.ZLibBackend.module
    codings.set_zlib_backend(module)
    yield module
    codings.set_zlib_backend(before)


def raw_deflate(data):
    obj = zlib.compressobj(wbits=-15)
    return obj.compress(data) + obj.flush()


def brotli(data):
    return brotli_codec.compress(data)


def zstd(data):
    return zstd_codec.compress(data)


needs_brotli = pytest.mark.skipif(not codings.HAS_BROTLI, reason="no brotli codec installed")
needs_zstd = pytest.mark.skipif(not codings.HAS_ZSTD, reason="no zstd codec installed")

ENCODERS = [
    pytest.param("gzip", gzip.compress, id="gzip"),
    pytest.param("deflate", zlib.compress, id="deflate"),
    pytest.param("deflate", raw_deflate, id="raw"),
    pytest.param("br", brotli, id="br", marks=needs_brotli),
    pytest.param("zstd", zstd, id="zstd", marks=needs_zstd),
]
MEMBERS = [ENCODERS[0], ENCODERS[1], ENCODERS[2], ENCODERS[4]]

BODIES = [b"", b"a", b"hello world " * 5000, bytes(400_000), os.urandom(70_000)]


def decode(data, *names, size=None, step=2**18, limits=None):
    decoder = BodyDecoder(names, limits or DecodeLimits())
    size = size or max(1, len(data))
    out = []
    for start in range(0, len(data), size):
        decoder.feed(data[start : start + size])
        while not decoder.needs_input:
            piece = decoder.read(step)
            assert len(piece) <= step
            out.append(piece)
    decoder.finish()
    return b"".join(out)


# -- decoding --------------------------------------------------------------------------------------


@pytest.mark.spec("CMP-01", "CMP-02", "CMP-03", "ADD-065")
@pytest.mark.parametrize(("name", "encode"), ENCODERS)
@pytest.mark.parametrize("body", BODIES, ids=len)
def test_whole_and_split(name, encode, body):
    data = encode(body)
    assert decode(data, name) == body
    assert decode(data, name, size=1 if len(data) < 3000 else 997) == body
    assert decode(data, name, size=4096, step=5000) == body


@pytest.mark.spec("CMP-04")
@pytest.mark.parametrize(("name", "encode"), ENCODERS[:3])
@pytest.mark.parametrize("body", BODIES, ids=len)
def test_every_backend_decodes_the_same(backend, name, encode, body):
    data = encode(body)
    assert codings.ZLibBackend.name == backend.__name__
    assert decode(data, name, step=5000) == body
    assert decode(data + data, name, size=4093) == body * 2


@given(
    body=st.binary(max_size=3000),
    cuts=st.lists(st.integers(1, 400), max_size=20),
    which=st.integers(0, 2),
    step=st.integers(1, 500),
)
@settings(deadline=None, max_examples=100)
def test_the_result_does_not_depend_on_the_split(body, cuts, which, step):
    encode = (gzip.compress, zlib.compress, raw_deflate)[which]
    data = encode(body)
    decoder = BodyDecoder(["gzip" if which == 0 else "deflate"])
    out, start = b"", 0
    for cut in [*cuts, len(data)]:
        decoder.feed(data[start : start + cut])
        start += cut
        while not decoder.needs_input:
            out += decoder.read(step)
    decoder.finish()
    assert out == body
    assert (decoder.bytes_in, decoder.bytes_out) == (len(data), len(body))


@pytest.mark.spec("ADD-066", "ADD-867")
@pytest.mark.parametrize(("name", "encode"), MEMBERS)
@pytest.mark.parametrize("size", [1, 7, 10**6])
def test_members_one_after_the_other(name, encode, size):
    data = b"".join(encode(body) for body in (b"one", b"", b"two" * 1000, b"three"))
    assert decode(data, name, size=size) == b"one" + b"two" * 1000 + b"three"


@pytest.mark.spec("ADD-067", "ADD-818")
@pytest.mark.parametrize(("name", "encode"), MEMBERS)
@pytest.mark.parametrize("size", [100, 10**6])
def test_too_many_members(name, encode, size):
    member = encode(b"x")
    assert decode(member * 1024, name, size=size) == b"x" * 1024
    with pytest.raises(DecompressSizeError, match="more than 1024 members"):
        decode(member * 1025, name, size=size)


@pytest.mark.spec("ADD-066")
def test_members_that_hold_something_are_not_counted():
    member = gzip.compress(bytes(decoders.GOOD_MEMBER), 1)
    assert len(decode(member * 1500, "gzip")) == 1500 * decoders.GOOD_MEMBER


@pytest.mark.parametrize("size", [1, 1000])
@pytest.mark.parametrize("padding", [b"junk", b"\x00" * 512, b"\x1f", b"\x1fx"])
def test_padding_after_gzip_is_ignored(padding, size):
    assert decode(gzip.compress(b"body") + padding, "gzip", size=size) == b"body"


@needs_zstd
@pytest.mark.parametrize("size", [1, 1000])
def test_padding_and_skippable_frames_of_zstd(size):
    skippable = b"\x53\x2a\x4d\x18\x03\x00\x00\x00abc"
    data = skippable + zstd(b"one") + skippable + zstd(b"two")
    assert decode(data, "zstd", size=size) == b"onetwo"
    assert decode(data + b"\x28\xb5junk", "zstd", size=size) == b"onetwo"


def test_padding_after_zlib_is_ignored():
    assert decode(zlib.compress(b"body") + b"junk", "deflate", size=1) == b"body"


@pytest.mark.spec("ADD-070")
@pytest.mark.parametrize(("name", "encode"), ENCODERS)
@pytest.mark.parametrize("size", [1, 10**6])
def test_every_truncation_is_an_error(name, encode, size):
    data = encode(b"some text, " * 20)
    for cut in range(1, len(data)):
        with pytest.raises(ContentEncodingError, match="Can not decode content-encoding"):
            decode(data[:cut], name, size=size)


@pytest.mark.parametrize(("name", "encode"), MEMBERS)
def test_a_truncated_second_member_is_an_error(name, encode):
    data = encode(b"some text, " * 20)
    with pytest.raises(ContentEncodingError, match="too early"):
        decode(data + data[:-3], name)


@pytest.mark.spec("ADD-070")
@pytest.mark.parametrize(("name", "encode"), ENCODERS)
def test_garbage_is_an_error(name, encode):
    data = bytearray(encode(os.urandom(5000)))
    data[:40] = b"\xff" * 40
    with pytest.raises(ContentEncodingError, match=f"content-encoding: {name}"):
        decode(bytes(data), name)


def test_a_wrong_check_sum_is_an_error():
    data = bytearray(gzip.compress(b"body"))
    data[-6] ^= 1
    with pytest.raises(ContentEncodingError):
        decode(bytes(data), "gzip")


@pytest.mark.spec("ADD-071")
@pytest.mark.parametrize(("name", "encode"), ENCODERS)
def test_no_data_at_all_is_an_empty_body(name, encode):
    assert decode(b"", name) == b""
    assert decode(b"", name, "gzip") == b""
    assert decode(encode(b""), name) == b""


@needs_zstd
def test_a_zstd_window_above_the_bound_of_rfc_9659_is_refused():
    module = zstd_codec
    options = {module.CompressionParameter.window_log: 25}
    data = module.compress(os.urandom(40_000_000), options=options)
    with pytest.raises(ContentEncodingError):
        decode(data, "zstd")


@needs_brotli
def test_data_after_the_end_of_brotli_is_an_error():
    for size in (1, 1000):
        with pytest.raises(ContentEncodingError):
            decode(brotli(b"body") + b"junk", "br", size=size)


# -- several codings -------------------------------------------------------------------------------


@pytest.mark.parametrize(("name", "encode"), ENCODERS)
@pytest.mark.parametrize("body", BODIES, ids=len)
def test_two_codings(name, encode, body):
    data = gzip.compress(encode(body))
    assert decode(data, "gzip", name, size=777, step=9000) == body
    assert decode(data, "gzip", name) == body


@pytest.mark.parametrize("cut", [1, 10, 25, -9, -1])
def test_truncation_inside_two_codings(cut):
    inner = zlib.compress(bytes(range(256)))
    with pytest.raises(ContentEncodingError, match="deflate"):
        decode(gzip.compress(inner[:cut]), "gzip", "deflate")
    with pytest.raises(ContentEncodingError):
        decode(gzip.compress(inner)[:cut], "gzip", "deflate")


def test_five_codings():
    data = body = b"body" * 100
    for _ in range(5):
        data = gzip.compress(data)
    assert decode(data, *["gzip"] * 5) == body


def test_no_coding_is_a_mistake_of_the_caller():
    with pytest.raises(ValueError, match="no coding"):
        BodyDecoder([])
    with pytest.raises(ValueError, match="Unknown"):
        BodyDecoder(["lzma"])
    decoder = BodyDecoder(["gzip"])
    decoder.feed(gzip.compress(b"x"))
    with pytest.raises(RuntimeError, match="before everything"):
        decoder.finish()


# -- bombs -----------------------------------------------------------------------------------------


def bomb(encode, megabytes=64):
    return encode(bytes(megabytes << 20))


@pytest.mark.spec("ADD-068", "ADD-778")
@pytest.mark.parametrize(("name", "encode"), ENCODERS)
def test_memory_is_bounded_however_large_the_body_becomes(name, encode):
    data = bomb(encode)
    decoder = BodyDecoder([name])
    tracemalloc.start()
    try:
        decoder.feed(data)
        while not decoder.needs_input:
            decoder.read(2**16)
        decoder.finish()
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert decoder.bytes_out == 64 << 20
    assert peak < 2**21 + 2 * len(data)


@pytest.mark.spec("ADD-068")
def test_a_bomb_in_a_bomb():
    data = gzip.compress(bomb(gzip.compress, 200), 9)
    decoder = BodyDecoder(["gzip", "gzip"])
    decoder.feed(data)
    tracemalloc.start()
    try:
        for _ in range(50):
            assert len(decoder.read(2**16)) <= 2**16
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 2**20


def test_a_step_that_gives_nothing_ends_after_bounded_work():
    nothing = b"\x00\x00\x00\xff\xff" * 4_000_000  # empty blocks of raw deflate
    data = gzip.compress(nothing, 1)
    decoder = BodyDecoder(["gzip", "deflate"])
    decoder.feed(data)
    steps = 0
    while not decoder.needs_input:
        assert decoder.read(1000) == b""
        steps += 1
    assert steps >= len(nothing) >> 22


@pytest.mark.parametrize("size", [100, 10**6])
def test_a_limit_on_the_size(size):
    data = gzip.compress(bytes(10_000))
    assert len(decode(data, "gzip", size=size, limits=DecodeLimits(max_size=10_000))) == 10_000
    with pytest.raises(DecompressSizeError, match="larger than 9999 bytes"):
        decode(data, "gzip", size=size, limits=DecodeLimits(max_size=9_999))


def test_a_limit_on_the_ratio():
    limits = DecodeLimits(max_ratio=100, ratio_from=5000)
    assert len(decode(gzip.compress(bytes(5000)), "gzip", limits=limits)) == 5000
    with pytest.raises(DecompressSizeError, match="100 times"):
        decode(gzip.compress(bytes(100_000)), "gzip", limits=limits)
    honest = os.urandom(100_000)
    assert decode(gzip.compress(honest), "gzip", limits=limits) == honest


def test_a_limit_on_members():
    limits = DecodeLimits(max_members=2)
    with pytest.raises(DecompressSizeError):
        decode(gzip.compress(b"x") * 3, "gzip", limits=limits)


# -- names -----------------------------------------------------------------------------------------


@pytest.mark.spec("ADD-064", "ADD-779")
@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("gzip", ("gzip",)),
        ("GZip", ("gzip",)),
        ("x-gzip", ("gzip",)),
        ("deflate", ("deflate",)),
        ("deflate, gzip", ("gzip", "deflate")),
        ("deflate,\tgzip ,", ("gzip", "deflate")),
        ("identity", ()),
        ("identity, gzip", ("gzip",)),
        ("", ()),
        ("lzma", ()),
        ("gzip, lzma", ()),
        ("g\u017fip", ()),
        ("gz\u0131p", ()),
        ("gzip;q=1", ()),
    ],
)
def test_content_encoding(value, expected):
    assert names.codings_to_undo(value) == expected


def test_too_many_codings():
    assert names.codings_to_undo(", ".join(["gzip"] * 5)) == ("gzip",) * 5
    with pytest.raises(ContentEncodingError, match="More than 5"):
        names.codings_to_undo(", ".join(["gzip"] * 1000))


@pytest.fixture
def without_codecs(monkeypatch):
    monkeypatch.setattr(names, "has_brotli", lambda: False)
    monkeypatch.setattr(names, "has_zstd", lambda: False)


@pytest.mark.spec("CMP-02", "CMP-03", "ADD-004", "ADD-005")
def test_what_is_not_installed_is_not_offered_and_passed_through(without_codecs):
    assert names.available_codings() == ("gzip", "deflate")
    assert names.accept_encoding() == "gzip, deflate"
    assert names.codings_to_undo("br") == ()
    assert names.codings_to_undo("gzip, zstd") == ()


@needs_brotli
@needs_zstd
@pytest.mark.spec("ADD-831")
def test_what_is_installed_is_offered():
    assert names.accept_encoding() == "gzip, deflate, br, zstd"
    assert names.codings_to_undo("br, zstd") == ("zstd", "br")


def test_missing_codecs_are_named(monkeypatch):
    monkeypatch.setattr(decoders, "brotli_module", lambda: None)
    monkeypatch.setattr(decoders, "zstd_module", lambda: None)
    for name, needed in (("br", "Brotli"), ("zstd", "backports.zstd")):
        with pytest.raises(ContentEncodingError, match=needed):
            make_decoder(name)


@pytest.mark.spec("ADD-005", "ADD-845")
def test_a_brotli_that_cannot_bound_its_output_is_not_used(monkeypatch):
    class Old:
        class Decompressor:
            def process(self, data):
                raise AssertionError

    def import_old(name):
        if name == "brotli":
            return Old
        raise ImportError(name)

    monkeypatch.setattr(optional, "import_module", import_old)
    assert optional.brotli_module.__wrapped__() is None
    assert optional.zstd_module.__wrapped__() is None


# -- encoding --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "name", ["gzip", "deflate", *["br"] * codings.HAS_BROTLI, *["zstd"] * codings.HAS_ZSTD]
)
@pytest.mark.parametrize("max_sync", [None, 0, 4096])
async def test_encoders(name, max_sync):
    encoder = make_encoder(name, level=3, max_sync_chunk_size=max_sync)
    pieces = [b"a" * 10, os.urandom(50_000), b"", b"b" * 5000]
    data = b""
    for piece in pieces:
        data += await encoder.compress(piece)
    data += await encoder.finish(b"end")
    assert decode(data, name) == b"".join(pieces) + b"end"
    assert decode(await make_encoder(name).finish(), name) == b""


@pytest.mark.parametrize("name", ["br", "zstd"])
def test_an_encoder_that_is_not_installed(monkeypatch, name):
    monkeypatch.setattr("aiohttp_core.codings.encoders.brotli_module", lambda: None)
    monkeypatch.setattr("aiohttp_core.codings.encoders.zstd_module", lambda: None)
    with pytest.raises(RuntimeError, match="needs"):
        make_encoder(name)


# -- steps in a thread -----------------------------------------------------------------------------


class Gate(ThreadPoolExecutor):
    """Lets jobs begin only when ``open`` is set."""

    def __init__(self):
        super().__init__(1)
        self.open = threading.Event()
        self.entered = threading.Event()
        self.jobs = 0

    def submit(self, fn, /, *args, **kwargs):
        self.jobs += 1

        def run():
            self.entered.set()
            self.open.wait(10)
            return fn(*args, **kwargs)

        return super().submit(run)


async def until(event):
    while not event.is_set():
        await asyncio.sleep(0)


@pytest.mark.spec("ADD-073", "WRSP-19")
async def test_only_large_steps_leave_the_loop():
    with Gate() as executor:
        executor.open.set()
        compressor = codings.ZLibCompressor("gzip", executor=executor)
        await compressor.compress(b"x" * 4096)
        assert executor.jobs == 0
        await compressor.compress(b"x" * 4097)
        assert executor.jobs == 1


@pytest.mark.spec("ADD-073")
async def test_a_step_that_was_cancelled_is_finished_and_kept_in_order():
    with Gate() as executor:
        offload = Offload(executor, 0)
        first = asyncio.create_task(offload.run(bytes.upper, b"a"))
        await until(executor.entered)
        with pytest.raises(RuntimeError, match="in use"):
            offload.run_now(bytes.upper, b"x")
        second = asyncio.create_task(offload.run(bytes.upper, b"b"))
        await asyncio.sleep(0)
        assert executor.jobs == 1
        first.cancel()
        await asyncio.wait([first])
        executor.open.set()
        assert await second == b"AB"
        assert offload.run_now(bytes.upper, b"c") == b"C"


async def test_a_step_cancelled_just_as_it_was_done_is_kept():
    with Gate() as executor:
        offload = Offload(executor, 0)
        task = asyncio.create_task(offload.run(bytes.upper, b"a"))
        await until(executor.entered)
        executor.open.set()
        while offload._job is None or not offload._job.done():
            await asyncio.sleep(0)
        task.cancel()
        await asyncio.wait([task])
        done = b"" if task.cancelled() else task.result()
        assert done + await offload.run(bytes.upper, b"b") == b"AB"


async def test_a_step_that_fails_leaves_the_codec_usable():
    def fail(data):
        raise ZeroDivisionError

    with Gate() as executor:
        executor.open.set()
        offload = Offload(executor, 0)
        with pytest.raises(ZeroDivisionError):
            await offload.run(fail, b"a")
        assert await offload.run(bytes.upper, b"b") == b"B"
        executor.open.clear()
        executor.entered.clear()
        task = asyncio.create_task(offload.run(fail, b"a"))
        await until(executor.entered)
        task.cancel()
        await asyncio.wait([task])
        executor.open.set()
        assert await offload.run(bytes.upper, b"c") == b"C"


# -- historical names ------------------------------------------------------------------------------


@pytest.mark.spec("ADD-988")
def test_encoding_to_mode():
    assert codings.encoding_to_mode("gzip") == 31
    assert codings.encoding_to_mode("deflate") == 15
    assert codings.encoding_to_mode() == 15
    assert codings.encoding_to_mode("deflate", suppress_deflate_header=True) == -15


@pytest.mark.spec("ADD-988", "CMP-04")
async def test_zlib_streams(backend):
    compressor = codings.ZLibCompressor(
        encoding="deflate", suppress_deflate_header=True, level=1, strategy=0
    )
    body = b"hello" * 10_000
    data = compressor.compress_sync(body[:100]) + await compressor.compress(body[100:])
    data += compressor.flush()
    decompressor = codings.ZLibDecompressor(encoding="deflate", suppress_deflate_header=True)
    out = decompressor.decompress_sync(data, 1000)
    assert len(out) == 1000
    assert decompressor.data_available
    while decompressor.data_available:
        piece = await decompressor.decompress(b"", 7000)
        assert len(piece) <= 7000
        out += piece
    out += decompressor.flush() + decompressor.flush(100)
    assert out == body
    assert decompressor.eof
    assert decompressor.unused_data == decompressor.unconsumed_tail == b""


@pytest.mark.spec("ADD-988")
def test_flush_modes_and_wbits():
    compressor = codings.ZLibCompressor(wbits=-9)
    data = compressor.compress_sync(b"abc") + compressor.flush(zlib.Z_SYNC_FLUSH)
    assert data.endswith(b"\x00\x00\xff\xff")
    assert zlib.decompressobj(wbits=-9).decompress(data) == b"abc"


@pytest.mark.spec("ADD-988", "ADD-004", "ADD-005")
@pytest.mark.parametrize(
    ("kind", "encode"),
    [
        pytest.param("BrotliDecompressor", brotli, marks=needs_brotli),
        pytest.param("ZSTDDecompressor", zstd, marks=needs_zstd),
    ],
)
async def test_decompressors(kind, encode):
    body = b"hello" * 10_000
    data = encode(body)
    decompressor = getattr(codings, kind)()
    assert decompressor.decompress_sync(data) == body
    assert not decompressor.data_available
    decompressor = getattr(codings, kind)()
    out = await decompressor.decompress(data, 1000)
    assert len(out) == 1000
    assert decompressor.data_available
    assert out + decompressor.flush() == body


@pytest.mark.spec("CMP-04")
def test_a_module_that_cannot_replace_zlib_is_refused():
    with pytest.raises(TypeError, match="lacks MAX_WBITS"):
        codings.set_zlib_backend(os)
    assert codings.ZLibBackend.name == "zlib"
    assert repr(codings.ZLibBackend) == "<ZLibBackend zlib>"
    assert codings.ZLibBackend.Z_BEST_SPEED == 1


@pytest.mark.spec("CMP-04")
def test_what_was_begun_keeps_its_backend():
    zlib_ng = pytest.importorskip("zlib_ng.zlib_ng")
    data = gzip.compress(b"body")
    decoder = GzipDecoder()
    begun = decoder.decode(data[:12], 100)
    codings.set_zlib_backend(zlib_ng)
    try:
        assert begun + decoder.decode(data[12:], 100) == b"body"
        with pytest.raises(ContentEncodingError):
            GzipDecoder().decode(b"\xff" * 20, 100)
    finally:
        codings.set_zlib_backend(zlib)


def test_flags_are_looked_up_when_asked_for():
    assert codings.HAS_BROTLI is optional.has_brotli()
    assert codings.HAS_ZSTD is optional.has_zstd()
    with pytest.raises(AttributeError, match="HAS_LZMA"):
        _ = codings.HAS_LZMA


@needs_zstd
@pytest.mark.spec("ADD-836", "ADD-1026", "ADD-004")
def test_zstd_is_that_of_the_standard_library_or_its_backport():
    module = optional.zstd_module()
    assert module.__name__ == (
        "compression.zstd" if sys.version_info >= (3, 14) else "backports.zstd"
    )
    data = module.compress(b"hello" * 1000)
    assert decode(data, "zstd", size=3) == b"hello" * 1000


@needs_zstd
@pytest.mark.parametrize("size", [1, 2, 9, 100])
def test_a_zstd_frame_has_the_size_that_it_declares(size):
    """Found by fuzzing: the library notices only for some cuts."""
    frame = b"\x28\xb5\x2f\xfd\x20f\x01\x00\x00"  # 102 bytes declared, none there
    with pytest.raises(ContentEncodingError, match=r"declared|corruption"):
        decode(frame, "zstd", size=size)
    for length in (0, 1, 255, 256, 257, 65535, 65791, 65792, 70000):
        data = optional.zstd_module().compress(bytes(length))
        assert decode(data, "zstd", size=size) == bytes(length)
    skippable = b"\x50\x2a\x4d\x18\x02\x00\x00\x00ab"
    assert decode(skippable + optional.zstd_module().compress(b"x"), "zstd", size=size) == b"x"


@needs_zstd
def test_a_broken_zstd_frame_is_judged_alike_however_it_is_cut():
    """Found by fuzzing: an empty compressed block, which the library minds only in one piece."""
    frame = b"\x28\xb5\x2f\xfd\x20\x00" + bytes(51) + b"\x05\x00\x00"

    def verdict(size):
        try:
            return decode(frame, "zstd", size=size)
        except ContentEncodingError:
            return "error"

    assert {str(verdict(size)) for size in (1, 2, 5, 6, 50, 1000)} == {str(verdict(3))}
