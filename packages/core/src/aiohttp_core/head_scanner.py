"""Judging a scanned head as a whole (RFC 9112 sections 3 to 6 and 9).

Laws
* A message whose body could be measured in two ways is refused, never interpreted.
* What the lines may be is the affair of :mod:`aiohttp_core.line_scanner`.
"""

from typing import Final

from aiohttp_core.control_fields import ControlFields
from aiohttp_core.errors import BadHttpMessage, show
from aiohttp_core.framing import check_request_codings, check_target, ends_chunked, straighten
from aiohttp_core.head import MessageHead, RequestHead, ResponseHead, decode_value
from aiohttp_core.line_scanner import LineScanner
from aiohttp_core.versions import HttpVersion, HttpVersion10, HttpVersion11

__all__ = ("HeadScanner",)

_SINGLE_CODINGS: Final[dict[bytes, str]] = {
    name.encode(): name for name in ("gzip", "deflate", "br", "zstd", "identity")
}


def _two_framings(control: ControlFields) -> BadHttpMessage:
    """RFC 9112 section 6.1: a message that declares its length twice over is in doubt."""
    codings = show(control.transfer_encoding or b"")
    length = control.content_length
    return BadHttpMessage(f"Transfer-Encoding {codings} together with Content-Length {length}")


class HeadScanner(LineScanner):
    """Scans head after head; one per connection and direction.

    After ``push()`` has said ``done``, ``request()`` or ``response()`` gives the head, once.
    """

    __slots__ = ()

    def request(self) -> RequestHead:
        """Judge the scanned request as a whole and return its head."""
        head = RequestHead.__new__(RequestHead)
        control = self.control
        is_11 = self._minor != 0
        host = control.host
        if host is None:
            if is_11 and self._need_host:
                raise BadHttpMessage("Missing 'Host' field in an HTTP/1.1 request")
            head.host = None
        else:
            head.host = host.decode("ascii")
        head.method = self._method
        head.target = self._target
        if not self._target.startswith("/") or self._method == "CONNECT":
            check_target(self._method, self._target, host)
        self._fill(head, is_11)
        if control.transfer_encoding is not None:
            if control.content_length >= 0:
                raise _two_framings(control)
            if not is_11:  # RFC 9112 section 6.1: the framing of such a message is faulty
                raise BadHttpMessage(
                    f"Transfer-Encoding {show(control.transfer_encoding)} in an HTTP/1.0 request"
                )
            check_request_codings(control.transfer_encoding)
            head.chunked = head.has_body = True
        elif head.content_length:
            head.has_body = True
        if self._method == "CONNECT":
            if head.has_body:
                raise BadHttpMessage(
                    f"A CONNECT request has no body (RFC 9110 section 9.3.6): {show(self._target)}"
                )
            # Nobody knows what bytes behind a CONNECT belong to; after a refusal we do not guess.
            head.keep_alive = False
            head.upgrade = True
        elif is_11:
            head.upgrade = control.asks_upgrade()
        head.expect = is_11 and control.expect
        return head

    def response(self, method: str, *, read_until_eof: bool) -> ResponseHead:
        """Judge the scanned response to a *method* request as a whole and return its head.

        Without ``read_until_eof`` a response whose length is not declared has no body.
        """
        head = ResponseHead.__new__(ResponseHead)
        control = self.control
        if self._odd:
            self.raw = straighten(self.raw)
            self._fields_start = self.raw.index(b"\n") + 1
        status = self._status
        head.status = status
        head.reason = self._reason
        head.informational = 100 <= status < 200 and status != 101
        head.sets_cookies = control.sets_cookies()
        head.body = None
        self._fill(head, self._minor != 0)
        codings = control.transfer_encoding
        if codings is not None and head.content_length is not None:
            raise _two_framings(control)
        if status == 101 or (method == "CONNECT" and 200 <= status < 300):
            head.upgrade = True
        if method == "HEAD" or status < 200 or status in {204, 304} or head.upgrade:
            return head
        if codings is not None:
            head.chunked = ends_chunked(codings)
            head.has_body = True
            if not head.chunked or self._minor == 0:
                head.keep_alive = False
        elif head.content_length is not None:
            head.has_body = head.content_length > 0
        else:
            head.has_body = read_until_eof
            head.keep_alive = False
        return head

    def _fill(self, head: MessageHead, is_11: bool) -> None:
        """Set what both kinds of head have."""
        head.keep_bytes(self.raw, self._fields_start)
        head.chunked = False
        head.has_body = False
        head.upgrade = False
        if self._minor == 1:
            head.version = HttpVersion11
        elif self._minor == 0:
            head.version = HttpVersion10
        else:
            head.version = HttpVersion(1, self._minor)
        control = self.control
        head.keep_alive = control.keeps_alive(is_11) if control.connection else is_11
        length = control.content_length
        head.content_length = length if length >= 0 else None
        encoding = control.encoding
        if encoding is None:
            head.content_encoding = None
        else:
            known = _SINGLE_CODINGS.get(encoding)
            head.content_encoding = decode_value(encoding.lower()) if known is None else known
