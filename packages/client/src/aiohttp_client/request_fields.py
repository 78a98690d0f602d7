"""The fields of a request: those that its caller does not write, and those that frame its body.

Laws
* Automatic fields never replace what the caller has set, in whatever case it is written
  (spec rows HTTP-26, ADD-167).
* A request has one framing: ``Content-Length`` or chunked, decided from the body unless the caller
  has decided (ADD-173 to ADD-182).  What the caller says twice, in two ways, is a ``ValueError``.
"""

from collections.abc import Iterable, Mapping
from typing import Any, Final

from multidict import CIMultiDict
from yarl import URL

from aiohttp_client.version import SERVER_SOFTWARE
from aiohttp_core import hdrs
from aiohttp_core.codings.optional import has_brotli, has_zstd
from aiohttp_core.fields.cookies import cookie_header, parse_cookie_header
from aiohttp_core.payload import Payload
from aiohttp_core.versions import HttpVersion, HttpVersion10, HttpVersion11

__all__ = (
    "BODILESS_METHODS",
    "add_cookies",
    "checked_version",
    "coding_named",
    "default_accept_encoding",
    "origin_host",
    "request_fields",
    "set_content_coding",
    "set_framing",
)

BODILESS_METHODS: Final = frozenset(
    (hdrs.METH_GET, hdrs.METH_HEAD, hdrs.METH_OPTIONS, hdrs.METH_TRACE)
)
"""Methods whose requests say nothing of a body if they have none."""

_CODINGS: Final = frozenset(("deflate", "gzip", "br", "zstd"))


def default_accept_encoding() -> str:
    """Return the codings that can be decoded here (spec row ADD-162)."""
    codings = ["gzip", "deflate"]
    if has_brotli():
        codings.append("br")
    if has_zstd():
        codings.append("zstd")
    return ", ".join(codings)


def origin_host(url: URL) -> str:
    """Return the value of ``Host`` for *url* (spec row ADD-165)."""
    host = (url.raw_host or "").rstrip(".")
    if ":" in host:
        host = f"[{host}]"
    port = url.explicit_port
    if port is None or url.is_default_port():
        return host
    return f"{host}:{port}"


def request_fields(
    host: str,
    given: Mapping[str, str] | Iterable[tuple[str, str]] | None,
    defaults: Mapping[Any, str],
    skip: frozenset[Any],
) -> CIMultiDict[str]:
    """Return the *given* fields; *defaults*, ``Host`` and ``User-Agent`` come in where they lack.

    Names in *skip*, in title case, are not added.
    """
    headers: CIMultiDict[str] = CIMultiDict()
    own: CIMultiDict[str] = CIMultiDict(given or ())
    if hdrs.HOST not in own:
        headers[hdrs.HOST] = host
    headers.extend(own)
    for name, value in defaults.items():
        if name not in headers and name not in skip:
            headers[name] = value
    if hdrs.USER_AGENT not in headers and hdrs.USER_AGENT not in skip:
        headers[hdrs.USER_AGENT] = SERVER_SOFTWARE
    return headers


def add_cookies(headers: CIMultiDict[str], cookies: Any) -> None:
    """Put *cookies*, which are coded already, to those of the ``Cookie`` field in *headers*."""
    merged: dict[str, Any] = {
        pair.name: pair.coded_value
        for value in headers.popall(hdrs.COOKIE, ())
        for pair in parse_cookie_header(value)
    }
    merged.update(cookies.items() if isinstance(cookies, Mapping) else cookies)
    headers[hdrs.COOKIE] = cookie_header(merged.items(), quote_cookie=False)


def set_content_coding(headers: CIMultiDict[str], coding: str) -> None:
    """Say in *headers* that the body is coded."""
    if hdrs.CONTENT_ENCODING in headers:
        raise ValueError("compress can not be set if Content-Encoding header is set")
    headers[hdrs.CONTENT_ENCODING] = coding


def set_framing(
    headers: CIMultiDict[str],
    method: str,
    version: HttpVersion,
    chunked: bool | None,
    body: Payload | None,
) -> bool | None:
    """Set the fields that frame *body*; return whether it is chunked, ``None`` if nobody cares.

    *chunked* is what the caller wants, ``None`` to leave it to the body.
    """
    declared = headers.get(hdrs.CONTENT_LENGTH)
    if declared is not None and not (declared.isascii() and declared.isdecimal()):
        raise ValueError(f"Invalid Content-Length header: {declared}")
    if hdrs.TRANSFER_ENCODING in headers:
        coding = ", ".join(headers.getall(hdrs.TRANSFER_ENCODING))
        if coding.lower() != "chunked":
            raise ValueError(f"Transfer-Encoding {coding!r}: the only one is chunked")
        if chunked:
            raise ValueError('chunked can not be set if "Transfer-Encoding: chunked" header is set')
        if declared is None:
            # The body decides, and the option; the field alone changes nothing (CREQ-15).
            del headers[hdrs.TRANSFER_ENCODING]
    if chunked:
        if declared is not None:
            raise ValueError("chunked can not be set if Content-Length header is set")
        if version < HttpVersion11:
            raise ValueError("chunked needs HTTP/1.1")
        if body is not None:
            headers[hdrs.TRANSFER_ENCODING] = "chunked"
    elif declared is None and body is not None:
        if body.size is not None:
            headers[hdrs.CONTENT_LENGTH] = str(body.size)
        elif version < HttpVersion11:
            raise ValueError("a body of unknown size needs HTTP/1.1 or a Content-Length")
        elif chunked is False:
            raise ValueError("chunked=False needs a Content-Length for a body of unknown size")
        else:
            chunked = True
            headers[hdrs.TRANSFER_ENCODING] = "chunked"
    if body is None and declared is None and method not in BODILESS_METHODS:
        headers[hdrs.CONTENT_LENGTH] = "0"
    return chunked


def checked_version(version: Any) -> HttpVersion:
    """Return *version* of HTTP if it is one that a request can have, else raise ``ValueError``."""
    if version in (HttpVersion10, HttpVersion11) and isinstance(version, tuple):
        return HttpVersion(*version)
    raise ValueError(f"HTTP version must be 1.0 or 1.1, not {version!r}")


def coding_named(compress: str | bool | None) -> str | None:
    """Return the content coding that *compress* asks for, or ``None``."""
    if not compress:
        return None
    if compress is True:
        return "deflate"
    if compress not in _CODINGS:
        raise ValueError(f"compress must be one of {', '.join(sorted(_CODINGS))}, not {compress!r}")
    return compress
