"""HTTP Basic authentication (RFC 7617), and which of several credentials a request carries.

Laws
* Pure: nothing here reads a file or waits; the netrc file is :mod:`aiohttp_client.netrc_auth`.
* A request is never sent with credentials from two sources that contradict each other: the caller
  gets a ``ValueError`` (spec rows ADD-198, ADD-199).
* Credentials that stand in a URL are taken out of it before the URL is shown, stored or sent.
* Credentials without an encoding of their own, from URLs and the netrc file, are sent as UTF-8
  (RFC 7617 section 2.1, spec rows ADD-203, ADD-271); only a :class:`BasicAuth` may say otherwise.
"""

from typing import Final, NamedTuple, Self

from yarl import URL

from aiohttp_core import warn_caller
from aiohttp_core.fields.basic_auth import decode_basic_auth, encode_basic_auth

__all__ = (
    "ASK_NETRC",
    "BasicAuth",
    "choose_authorization",
    "encode_basic_auth",
    "strip_url_credentials",
)

ASK_NETRC: Final = "netrc"
"""Answer of :func:`choose_authorization`: the netrc file may know the credentials."""


class _BasicFields(NamedTuple):
    login: str
    password: str
    encoding: str


class BasicAuth(_BasicFields):
    """Login and password for Basic authentication.

    Deprecated since aiohttp 3.14: give ``headers={"Authorization": encode_basic_auth(...)}``.
    ``None`` or a login with a colon raises ``ValueError``.
    """

    __slots__ = ()

    def __new__(cls, login: str, password: str = "", encoding: str = "latin1") -> Self:
        """Return the credentials; issue ``DeprecationWarning``."""
        warn_caller(
            "BasicAuth is deprecated, "
            "use headers={'Authorization': encode_basic_auth(login, password)}"
        )
        return cls._checked(login, password, encoding)

    @classmethod
    def _checked(cls, login: str, password: str, encoding: str) -> Self:
        if login is None:
            raise ValueError("None is not allowed as login value")
        if password is None:
            raise ValueError("None is not allowed as password value")
        if ":" in login:
            raise ValueError('A ":" is not allowed in login (RFC 7617 section 2)')
        return super().__new__(cls, login, password, encoding)

    def __reduce__(self) -> tuple[object, ...]:
        return (self._checked, tuple(self))

    @classmethod
    def decode(cls, auth_header: str, encoding: str = "latin1") -> Self:
        """Return the credentials of the ``Authorization`` value *auth_header*.

        Another scheme, bad Base64 or a missing colon raises ``ValueError``.
        """
        login, password = decode_basic_auth(auth_header, encoding)
        return cls._checked(login, password, encoding)

    @classmethod
    def from_url(cls, url: URL, *, encoding: str = "latin1") -> Self | None:
        """Return the credentials in *url*, or ``None``."""
        if not isinstance(url, URL):
            raise TypeError("url should be yarl.URL instance")
        if url.raw_user is None and url.raw_password is None:
            return None
        return cls._checked(url.user or "", url.password or "", encoding)

    def encode(self) -> str:
        """Return the value of an ``Authorization`` field."""
        return encode_basic_auth(self.login, self.password, self.encoding)


def strip_url_credentials(url: URL) -> tuple[URL, str | None]:
    """Return *url* without user information, and that as ``Authorization`` value or ``None``.

    An empty user name with a password counts (spec row ADD-194).  A colon in the user name raises
    ``ValueError``.
    """
    if url.raw_user is None and url.raw_password is None:
        return url, None
    return url.with_user(None), encode_basic_auth(url.user or "", url.password or "")


def choose_authorization(
    *,
    has_header: bool,
    argument: str | None = None,
    from_url: str | None = None,
    session: str | None = None,
    session_applies: bool = True,
    trust_env: bool = False,
    first_hop: bool = True,
) -> str | None:
    """Return the ``Authorization`` value of one hop, ``ASK_NETRC``, or ``None`` for none to add.

    The order is: the argument of the call, the URL, the session (only if *session_applies*: without
    a base URL, or to its origin), the netrc file (spec row ADD-196).  All values are ready to be
    sent.  *has_header* says that the caller set an ``Authorization`` field: together with another
    source it raises ``ValueError``, only netrc gives way to it.  On a later hop the credentials of
    the redirect's URL win over those of earlier ones (ADD-197), and a field that survived the
    redirect over those of the session.
    """
    if not first_hop:
        if from_url is not None:
            return from_url
        if has_header:
            return None
    if argument is not None and from_url is not None:
        raise ValueError("Cannot combine AUTH argument with credentials encoded in URL")
    value = argument if argument is not None else from_url
    if value is None and session_applies:
        value = session
    if value is not None:
        if has_header:
            raise ValueError(
                "Cannot combine AUTHORIZATION header with AUTH argument or credentials "
                "encoded in URL"
            )
        return value
    return ASK_NETRC if trust_env and not has_header else None
