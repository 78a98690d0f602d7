"""What only a whole head can tell: its target, its transfer codings, its canonical form.

Laws
* A target must say the same as Host, a Transfer-Encoding must be understood to the last byte:
  what two readers could read in two ways is refused (RFC 9112 sections 3.2, 6.1 and 11.2).
"""

from typing import Final

from aiohttp_core import grammar
from aiohttp_core.errors import BadHttpMessage, InvalidURLError, show

__all__ = ("check_request_codings", "check_target", "ends_chunked", "straighten")

_TRANSFER_CODINGS: Final = frozenset({b"gzip", b"x-gzip", b"deflate", b"compress", b"x-compress"})
_DEFAULT_PORTS: Final[dict[bytes, bytes]] = {b"http": b":80", b"https": b":443"}


def check_target(method: str, target: str, host: bytes | None) -> None:
    """Judge a request target that is not in origin form (RFC 9112 section 3.2, ADD-034).

    *host* is the value of the Host field; an empty one agrees with every target, and so does a
    default port.  A Host that names another host than a target in absolute form is refused.  RFC
    9112 section 3.2.2 lets a server go by the target alone, but a client must send the two alike
    (section 3.2) and a proxy that keeps the rule replaces Host before it forwards: whoever sends
    them apart is wrong or wants two readers to see two hosts.
    """
    data = target.encode("ascii")
    if method == "CONNECT":
        if not grammar.is_authority(data, need_port=True):
            raise InvalidURLError(f"CONNECT needs host and port, not {show(data)}")
        return
    if data == b"*" and method == "OPTIONS":
        return
    found = grammar.absolute_form(data)
    if found is None or not grammar.is_authority(found[2]):
        raise InvalidURLError(f"Bad request target: {show(data)}")
    port = _DEFAULT_PORTS.get(found[1].lower(), b":")
    authority = found[2].lower().removesuffix(port).removesuffix(b":")
    if host and host.lower().removesuffix(port).removesuffix(b":") != authority:
        raise BadHttpMessage(f"Host {show(host)} is not that of the target {show(data)}")


def check_request_codings(value: bytes) -> None:
    """Refuse a Transfer-Encoding that is not known codings and exactly one ``chunked`` at the end.

    Stricter than RFC 9112: empty list elements and the old ``identity`` are refused too, because
    parsers are known to differ about them.
    """
    codings = grammar.split_list(value)
    if codings.pop() != b"chunked" or not _TRANSFER_CODINGS.issuperset(codings):
        raise BadHttpMessage(f"Transfer-Encoding is not understood: {show(value)}")


def ends_chunked(value: bytes) -> bool:
    """Tell whether the Transfer-Encoding of a response ends with ``chunked`` (ADD-050)."""
    codings = [coding for coding in grammar.split_list(value) if coding]
    if codings.count(b"chunked") > 1 or not codings:
        raise BadHttpMessage(f"Bad Transfer-Encoding {show(value)}")
    return codings[-1] == b"chunked"


def straighten(raw: bytes) -> bytes:
    """Return a head that the lenient law let pass in canonical form.

    Line ends become CRLF, folded fields one line.
    """
    lines: list[bytes] = []
    for line in raw.split(b"\n"):
        line = line.removesuffix(b"\r").removesuffix(b"\r")
        if line[:1] in {b" ", b"\t"} and lines:
            lines[-1] += line
        else:
            lines.append(line)
    return b"\r\n".join(lines)
