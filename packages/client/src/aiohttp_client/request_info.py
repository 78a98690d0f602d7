"""What was asked for: the part of a request that outlives it, in responses and errors.

Laws
* A :class:`RequestInfo` is plain data: no connection, loop or body is reachable from it.
* What others could act with, credentials and cookies, is in ``headers`` but not in its ``repr``,
  which ends up in logs with that of an error.
* It can be pickled whatever mapping its headers are (spec row ADD-416).
"""

from collections.abc import Mapping
from typing import Final, NamedTuple, Self

from multidict import CIMultiDict, CIMultiDictProxy
from yarl import URL

__all__ = ("RequestInfo",)

_SECRET: Final = frozenset(("authorization", "cookie", "proxy-authorization"))


class _RequestFields(NamedTuple):
    url: URL
    method: str
    headers: Mapping[str, str]
    real_url: URL


class RequestInfo(_RequestFields):
    """URL, method and headers of a request that was sent.

    ``url`` has neither a fragment nor credentials; ``real_url`` keeps the fragment of the last
    hop and defaults to ``url`` (spec rows ADD-193, ADD-365).
    """

    __slots__ = ()

    def __new__(
        cls,
        url: URL,
        method: str,
        headers: Mapping[str, str],
        real_url: URL | None = None,
    ) -> Self:
        """Return the record; *real_url* defaults to *url*."""
        return super().__new__(cls, url, method, headers, url if real_url is None else real_url)

    def __repr__(self) -> str:
        headers = self.headers
        # Without a mapping it is what somebody's test has made up.
        if isinstance(headers, Mapping) and any(str(name).lower() in _SECRET for name in headers):
            hidden = CIMultiDict(
                (name, "***" if name.lower() in _SECRET else value)
                for name, value in headers.items()
            )
            info = RequestInfo(self.url, self.method, CIMultiDictProxy(hidden), self.real_url)
            return super(RequestInfo, info).__repr__()
        return super().__repr__()

    def __reduce__(self) -> tuple[object, ...]:
        headers = self.headers
        frozen = isinstance(headers, CIMultiDictProxy)
        plain = CIMultiDict(headers) if frozen else headers
        return (_restore, (self.url, self.method, plain, self.real_url, frozen))


def _restore(
    url: URL, method: str, headers: Mapping[str, str], real_url: URL, frozen: bool
) -> RequestInfo:
    if frozen and isinstance(headers, CIMultiDict):
        headers = CIMultiDictProxy(headers)
    return RequestInfo(url, method, headers, real_url)
