"""TLS choices: what may stand for ``ssl=``, pinned certificates, and the two shared contexts.

Laws
* ``ssl=`` is ``True`` (verify), ``False`` (do not), an ``SSLContext``, or a :class:`Fingerprint`;
  everything else is a ``TypeError`` before anything is sent (spec rows CTLS-01, ADD-330).
* The shared contexts are made once per process, off the event loop's thread, because reading the
  trust store takes milliseconds.  They are never handed to anybody who could change them.
* A context of the user is used as it is: nothing is set on it, ALPN neither.
"""

import ssl
from functools import lru_cache
from typing import Final

from aiohttp_core import warn_caller

__all__ = (
    "SSL_ALLOWED_TYPES",
    "Fingerprint",
    "SSLOption",
    "check_ssl",
    "contexts_ready",
    "merge_ssl_params",
    "shared_context",
    "unverified_context",
    "verified_context",
)

_SHA256_SIZE: Final = 32
_INSECURE_DIGESTS: Final = {16: "MD5", 20: "SHA1"}


class Fingerprint:
    """The SHA-256 digest, 32 bytes, of the DER certificate that the server must present.

    The chain and the name of the certificate are not looked at then (spec row ADD-332).  Digests
    of other lengths raise ``ValueError``; MD5 and SHA-1 are named as insecure (CTLS-04).
    """

    __slots__ = ("_digest",)

    def __init__(self, fingerprint: bytes) -> None:
        size = len(fingerprint)
        if size in _INSECURE_DIGESTS:
            raise ValueError(f"{_INSECURE_DIGESTS[size]} is insecure and not supported; use sha256")
        if size != _SHA256_SIZE:
            raise ValueError(f"a SHA-256 digest has 32 bytes, not {size}")
        self._digest = bytes(fingerprint)

    @property
    def fingerprint(self) -> bytes:
        """The expected digest."""
        return self._digest

    def matches(self, certificate: bytes) -> bool:
        """Return whether the DER *certificate* has this digest."""
        import hashlib
        import hmac

        return hmac.compare_digest(hashlib.sha256(certificate).digest(), self._digest)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Fingerprint) and other._digest == self._digest

    def __hash__(self) -> int:
        return hash(self._digest)

    def __repr__(self) -> str:
        return f"<Fingerprint {self._digest.hex()}>"


SSLOption = ssl.SSLContext | bool | Fingerprint
"""What may stand for ``ssl=`` (``None`` means ``True`` and is deprecated)."""

SSL_ALLOWED_TYPES: Final = (ssl.SSLContext, bool, Fingerprint, type(None))


def check_ssl(value: object) -> SSLOption:
    """Return *value* as an ``ssl=`` option; ``None`` becomes ``True``, a wrong type an error."""
    if value is None:
        return True
    if isinstance(value, (ssl.SSLContext, bool, Fingerprint)):
        return value
    raise TypeError(
        "ssl should be SSLContext, Fingerprint, or bool, "
        f"got {type(value).__name__} instead: {value!r}"
    )


def merge_ssl_params(
    ssl_option: object,
    verify_ssl: bool | None = None,
    ssl_context: ssl.SSLContext | None = None,
    fingerprint: bytes | None = None,
) -> SSLOption:
    """Fold the deprecated arguments into one ``ssl=`` option (spec rows CON-13, ADD-330, ADD-957).

    Each of them warns; more than one choice at a time is a ``ValueError``.
    """
    option = check_ssl(ssl_option)
    chosen = option is not True
    result = option
    for name, given, value in (
        ("verify_ssl", verify_ssl is not None and not verify_ssl, False),
        ("ssl_context", ssl_context is not None, ssl_context),
        ("fingerprint", fingerprint is not None, fingerprint),
    ):
        if not given:
            continue
        warn_caller(f"{name} is deprecated, use ssl= instead")
        if chosen:
            raise ValueError(
                "verify_ssl, ssl_context, fingerprint and ssl parameters are mutually exclusive"
            )
        chosen = True
        result = Fingerprint(value) if isinstance(value, bytes) else check_ssl(value)
    return result


@lru_cache(maxsize=1)
def verified_context() -> ssl.SSLContext:
    """Return the shared context that checks the chain and the name.  Do not change it."""
    context = ssl.create_default_context()
    context.set_alpn_protocols(("http/1.1",))
    return context


@lru_cache(maxsize=1)
def unverified_context() -> ssl.SSLContext:
    """Return the shared context that checks nothing.  Do not change it."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    context.options |= ssl.OP_NO_COMPRESSION
    context.set_alpn_protocols(("http/1.1",))
    return context


def contexts_ready(option: SSLOption) -> bool:
    """Return whether :func:`shared_context` answers for *option* without reading files."""
    return option is not True or verified_context.cache_info().currsize == 1


def shared_context(option: SSLOption) -> ssl.SSLContext:
    """Return the context that *option* stands for."""
    if isinstance(option, ssl.SSLContext):
        return option
    return verified_context() if option is True else unverified_context()
