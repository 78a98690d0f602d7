"""Rules on the ``Host`` of a request (``Application.add_domain``).

Laws
* A name is compared in its ASCII form and in lower case; a ``Host`` that is not ASCII matches none.
* Without a port the name holds for every port; with one the port must be equal. Port 80 says
  nothing and is dropped (spec row ADD-580).
* In a mask ``*`` stands for any text but a port.
"""

import re
from abc import ABC, abstractmethod
from typing import Any, Final

from yarl import URL

__all__ = ("AbstractRuleMatching", "Domain", "MaskDomain")

# A name of RFC 1035 and a port; more cannot be a host and would only feed the mask's search.
_LONGEST_HOST: Final = 253 + len(":65535")


class AbstractRuleMatching(ABC):
    """A condition on requests that a sub-application may be bound to."""

    @abstractmethod
    async def match(self, request: Any) -> bool:
        """Whether *request* meets the condition."""

    @abstractmethod
    def get_info(self) -> dict[str, Any]:
        """Return a description for people and tools."""

    @property
    @abstractmethod
    def canonical(self) -> str:
        """The condition as a text."""


class Domain(AbstractRuleMatching):
    """A host name, with or without a port."""

    re_part = re.compile(r"(?!-)[a-z0-9-]{1,63}(?<!-)")

    def __init__(self, domain: str) -> None:
        self._domain, self._has_port = self.validation(domain)

    @property
    def canonical(self) -> str:
        """The name in its ASCII form, with the port if one was given."""
        return self._domain

    def validation(self, domain: str) -> tuple[str, bool]:
        """Return the canonical name and whether it holds a port.

        Raises ``TypeError`` for other types than ``str`` and ``ValueError`` for what is no name.
        """
        if not isinstance(domain, str):
            raise TypeError("Domain must be str")
        domain = domain.rstrip(".").lower()
        if not domain:
            raise ValueError("Domain cannot be empty")
        if "://" in domain:
            raise ValueError("Scheme not supported")
        url = URL(f"http://{domain}")
        host = url.raw_host
        if host is None or url.raw_path != "/" or url.raw_user is not None:
            raise ValueError("Domain not valid")
        if not all(self.re_part.fullmatch(part) for part in host.split(".")):
            raise ValueError("Domain not valid")
        if url.port in (80, None):
            return host, False
        return f"{host}:{url.port}", True

    def match_domain(self, host: str) -> bool:
        """Whether the ``Host`` value *host* names this domain."""
        if not host.isascii():
            return False
        host = host.lower()
        if not self._has_port:
            host = host.partition(":")[0]
        return host == self._domain

    async def match(self, request: Any) -> bool:
        """Whether *request* is for this domain."""
        return self.match_domain(request.host)

    def get_info(self) -> dict[str, Any]:
        """Return the name under ``domain``."""
        return {"domain": self._domain}


class MaskDomain(Domain):
    """A host name in which ``*`` matches any text."""

    re_part = re.compile(r"(?!-)[a-z0-9*-]{1,63}(?<!-)")

    def __init__(self, domain: str) -> None:
        super().__init__(domain)
        mask = "[^:]*".join(re.escape(part) for part in self._domain.split("*"))
        # Only the escapes that a name needs: the text is shown to users.
        mask = mask.replace("\\-", "-")
        self._mask = re.compile(mask if self._has_port else f"{mask}(:.*)?")

    @property
    def canonical(self) -> str:
        """The regular expression of the mask."""
        return self._mask.pattern

    def match_domain(self, host: str) -> bool:
        """Whether the ``Host`` value *host* fits the mask."""
        if len(host) > _LONGEST_HOST or not host.isascii():
            return False
        return self._mask.fullmatch(host.lower()) is not None
