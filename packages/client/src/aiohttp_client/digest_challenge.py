"""HTTP Digest authentication (RFC 7616): challenges read, answers computed.

Laws
* Pure: the client nonce is handed in, bodies come as bytes.
* A challenge is read in one pass; only its first scheme counts (spec row ADD-388).
* What the server wrote is echoed as it was written, the name of the algorithm included (ADD-382).
"""

import hashlib
import re
from collections.abc import Callable, Iterable
from typing import Final, TypedDict
from urllib.parse import quote

from aiohttp_client.errors import ClientError
from aiohttp_core.errors import show

__all__ = (
    "DigestAuthChallenge",
    "choose_challenge",
    "digest_authorization",
    "is_supported",
    "needs_body",
    "next_nonce",
    "parse_challenge",
)


class DigestAuthChallenge(TypedDict, total=False):
    """The parameters of a Digest challenge as the server sent them."""

    realm: str
    nonce: str
    qop: str
    algorithm: str
    opaque: str
    domain: str
    stale: str
    charset: str
    userhash: str


_FIELDS: Final = frozenset(DigestAuthChallenge.__annotations__)

# RFC 9110 section 11.2: auth-param = token BWS "=" BWS ( token / quoted-string )
_PARAM: Final = re.compile(
    r"[ \t,]*+([!#$%&'*+\-.^_`|~0-9A-Za-z]++)[ \t]*+=[ \t]*+"
    r'(?:"((?:[^"\\]++|\\.)*+)"|([^", \t]++))',
    re.DOTALL,
)
_ESCAPED: Final = re.compile(r"\\(.)", re.DOTALL)
_MAX_LENGTH: Final = 16384

_Hash = Callable[[bytes], str]


def _hasher(name: str) -> _Hash:
    def digest(data: bytes) -> str:
        return hashlib.new(name, data, usedforsecurity=False).hexdigest()

    return digest


_HASHES: Final[dict[str, _Hash]] = {
    "MD5": _hasher("md5"),
    "SHA": _hasher("sha1"),
    "SHA256": _hasher("sha256"),
    "SHA-256": _hasher("sha256"),
    "SHA512": _hasher("sha512"),
    "SHA-512": _hasher("sha512"),
}
if "sha512_256" in hashlib.algorithms_available:
    _HASHES["SHA-512-256"] = _hasher("sha512_256")


def parse_challenge(field: str) -> DigestAuthChallenge | None:
    """Return the Digest challenge at the beginning of a ``WWW-Authenticate`` value.

    ``None`` if it begins with another scheme or is absurdly long.  Of repeated parameters the
    first counts; parameters with empty values are kept.
    """
    scheme, _, rest = field.lstrip(" \t").partition(" ")
    if not scheme.isascii() or scheme.lower() != "digest" or len(field) > _MAX_LENGTH:
        return None
    challenge: dict[str, str] = {}
    position = 0
    while (found := _PARAM.match(rest, position)) is not None:
        position = found.end()
        name = found[1].lower()
        if name in _FIELDS and name not in challenge:
            value = found[3] if found[2] is None else _ESCAPED.sub(r"\1", found[2])
            challenge[name] = value
    result: DigestAuthChallenge = challenge  # type: ignore[assignment]  # only names of fields
    return result


def _algorithm(challenge: DigestAuthChallenge) -> tuple[_Hash | None, bool]:
    name = challenge.get("algorithm", "") or "MD5"
    upper = name.upper() if name.isascii() else ""
    is_session = upper.endswith("-SESS")
    return _HASHES.get(upper.removesuffix("-SESS")), is_session


def is_supported(challenge: DigestAuthChallenge) -> bool:
    """Return whether the algorithm of *challenge* is known."""
    return _algorithm(challenge)[0] is not None


def choose_challenge(fields: Iterable[str]) -> DigestAuthChallenge | None:
    """Return the challenge to answer among the ``WWW-Authenticate`` values *fields*.

    The first of a supported algorithm, as the server orders them by preference (RFC 7616
    section 3.7); else the first one at all, which cannot be answered; else ``None``.
    """
    first: DigestAuthChallenge | None = None
    for field in fields:
        challenge = parse_challenge(field)
        if challenge is None:
            continue
        if is_supported(challenge):
            return challenge
        first = first if first is not None else challenge
    return first


def _qop(challenge: DigestAuthChallenge, *, hashable_body: bool) -> str:
    offered = challenge.get("qop", "")
    if not offered:
        return ""
    values = {value.strip(" \t").lower() for value in offered.split(",") if value.isascii()}
    if "auth-int" in values and (hashable_body or "auth" not in values):
        return "auth-int"
    if "auth" in values:
        return "auth"
    raise ClientError(f"Digest auth error: unsupported quality of protection {show(offered)}")


def needs_body(challenge: DigestAuthChallenge) -> bool:
    """Return whether an answer is better, or only possible, with the body (``auth-int``)."""
    return _qop(challenge, hashable_body=True) == "auth-int"


def digest_authorization(
    challenge: DigestAuthChallenge,
    *,
    method: str,
    uri: str,
    login: str,
    password: str,
    body: bytes | None,
    nonce_count: int,
    cnonce: str,
) -> str:
    """Return the ``Authorization`` value that answers *challenge*.

    *uri* is the request target as on the wire, *body* the entity body or ``None`` if it cannot be
    read twice: ``auth`` is chosen then, if offered.  ``ClientError`` for a challenge without realm
    or nonce, with an unknown algorithm or an unknown quality of protection.
    """
    if "realm" not in challenge:
        raise ClientError("Malformed Digest auth challenge: Missing 'realm' parameter")
    if "nonce" not in challenge:
        raise ClientError("Malformed Digest auth challenge: Missing 'nonce' parameter")
    realm, nonce = challenge["realm"], challenge["nonce"]
    if not nonce:
        raise ClientError("Security issue: Digest auth challenge contains empty 'nonce' value")
    hash_hex, is_session = _algorithm(challenge)
    if hash_hex is None:
        raise ClientError(
            f"Digest auth error: unsupported algorithm {show(challenge.get('algorithm', ''))}"
        )
    qop = _qop(challenge, hashable_body=body is not None)
    if qop == "auth-int" and body is None:
        raise ClientError("Digest auth error: the body cannot be read twice, as auth-int needs")
    count = f"{nonce_count:08x}"

    def hashed(text: str) -> str:
        return hash_hex(text.encode("utf-8", "surrogateescape"))

    secret = hashed(f"{login}:{realm}:{password}")
    if is_session:
        secret = hashed(f"{secret}:{nonce}:{cnonce}")
    subject = f"{method}:{uri}"
    if qop == "auth-int":
        subject += f":{hash_hex(body or b'')}"
    if qop:
        response = hashed(f"{secret}:{nonce}:{count}:{cnonce}:{qop}:{hashed(subject)}")
    else:
        response = hashed(f"{secret}:{nonce}:{hashed(subject)}")

    parts = [*_user(challenge, login, realm, hashed)]
    parts.append(f'realm="{_escape(realm)}"')
    parts.append(f'nonce="{_escape(nonce)}"')
    parts.append(f'uri="{_escape(uri)}"')
    parts.append(f'response="{response}"')
    if "algorithm" in challenge:
        parts.append(f"algorithm={challenge['algorithm']}")
    else:
        parts.append("algorithm=MD5")
    if challenge.get("opaque"):
        parts.append(f'opaque="{_escape(challenge["opaque"])}"')
    if qop:
        parts.append(f"qop={qop}")
        parts.append(f"nc={count}")
        parts.append(f'cnonce="{cnonce}"')
    return "Digest " + ", ".join(parts)


def _user(
    challenge: DigestAuthChallenge, login: str, realm: str, hashed: Callable[[str], str]
) -> list[str]:
    """Return the parameters that name the user (RFC 7616 sections 3.4 and 3.4.4)."""
    if challenge.get("userhash", "").lower() == "true":
        return [f'username="{hashed(f"{login}:{realm}")}"', "userhash=true"]
    if not login.isascii() and challenge.get("charset", "").lower() == "utf-8":
        return [f"username*=UTF-8''{quote(login, safe='')}"]
    return [f'username="{_escape(login)}"']


def _escape(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"')


def next_nonce(authentication_info: str) -> str | None:
    """Return ``nextnonce`` of an ``Authentication-Info`` value (RFC 7616 section 3.5)."""
    position = 0
    if len(authentication_info) > _MAX_LENGTH:
        return None
    while (found := _PARAM.match(authentication_info, position)) is not None:
        position = found.end()
        if found[1].lower() == "nextnonce":
            value = found[3] if found[2] is None else _ESCAPED.sub(r"\1", found[2])
            return value or None
    return None
