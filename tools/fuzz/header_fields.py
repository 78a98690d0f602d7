"""Fuzz the header field modules: ``python tools/fuzz/header_fields.py --seconds 600``.

Reading never raises, and what was read can be written and read again as the same.
"""

import sys
import warnings
from collections.abc import Sequence
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from tools.fuzz import engine

FIELDS = (
    b"text/html; charset=utf-8; q=0.5, */*;q=0",
    b'form-data; name="a\\"b"; filename*=UTF-8\'\'%e2%82%ac; filename*0=x',
    b'a=1; b="x\\054 y"; path=/; c={d}; =v; e, f=1',
    b"a=b; Path=/; Domain=.x.org; Max-Age=10; Expires=Wed, 01 Jan 2031 00:00:00 GMT; Secure",
    b"Sunday, 06-Nov-94 08:49:37 GMT",
    b"Sun Nov  6 08:49:37 1994",
    b"bytes=0-1,5-,-3",
    b"bytes 0-1/20",
    b'W/"a", "b", *',
    b'for=1.2.3.4;by="[::1]:80", host="a, b"',
    b"<http://e.org/?a=1,2>; rel=\"next prev\"; title='x', <y>",
    b"timeout=5, max=100",
    b"Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==",
)


def prepare() -> tuple[engine.Check, Sequence[bytes]]:
    """Return the check and its seeds."""
    from yarl import URL

    from aiohttp_core.fields import (
        accept,
        basic_auth,
        content_disposition,
        content_type,
        cookie_dates,
        cookies,
        dates,
        etags,
        forwarded,
        keep_alive,
        link,
        quoted,
        ranges,
    )

    warnings.simplefilter("ignore")
    base = URL("http://example.com/")

    def read(text: str) -> None:
        accept.choose_coding(text, ("gzip", "deflate"))
        accept.choose_media_type(text, ("text/html",))
        content_type.parse_mimetype(text)
        content_type.known_charset(text)
        cookie_dates.parse_cookie_date(text)
        dates.parse_http_date(text)
        forwarded.parse_forwarded([text])
        keep_alive.parse_keep_alive(text)
        link.parse_links([text], base)
        etags.parse_etag(text)
        ranges.parse_content_range(text)
        list(quoted.parse_parameters(text))
        for refusing in (basic_auth.decode_basic_auth, ranges.parse_range, ranges.parse_range_set):
            try:
                refusing(text)
            except ValueError:
                pass

    def same(text: str, first: object, again: object) -> None:
        if first != again:
            raise AssertionError(f"{text!r}: {first!r} became {again!r}")

    def check(data: bytes) -> None:
        text = data.decode("utf-8", "surrogateescape")
        read(text)
        params = content_disposition.parse_content_disposition(text)[1]
        content_disposition.content_disposition_filename(params)
        for tag in etags.parse_etags(text) or ():
            same(text, tag, etags.parse_etag(etags.etag_header(tag)) or tag)
        pairs = cookies.parse_cookie_header(text)
        written = [(pair.name, pair.coded_value) for pair in pairs]
        try:
            again = cookies.parse_cookie_header(cookies.cookie_header(written, quote_cookie=False))
        except ValueError:
            return
        same(text, pairs, again)
        morsel = cookies.parse_set_cookie(text)
        if morsel is not None:
            try:
                header = cookies.set_cookie_header(morsel)
            except ValueError:
                return
            same(text, morsel, cookies.parse_set_cookie(header))

    return check, FIELDS


if __name__ == "__main__":
    sys.exit(engine.main(prepare, instrument="aiohttp_core"))
