"""The two TLS contexts of the process, made when this module is imported (spec row ADD-989).

Reading the trust store takes milliseconds; nothing in this package imports this module.  Do not
change the contexts: they are everybody's.
"""

import ssl
from typing import Final

from aiohttp_client.tls import unverified_context, verified_context

__all__ = ("SSL_CONTEXT_UNVERIFIED", "SSL_CONTEXT_VERIFIED")

SSL_CONTEXT_VERIFIED: Final[ssl.SSLContext] = verified_context()
"""Checks the chain and the name."""

SSL_CONTEXT_UNVERIFIED: Final[ssl.SSLContext] = unverified_context()
"""Checks nothing."""
