import ssl

import pytest

from aiohttp_client import shared_contexts, tls


@pytest.mark.spec("ADD-989")
def test_they_are_those_of_the_connectors():
    assert shared_contexts.SSL_CONTEXT_VERIFIED is tls.verified_context()
    assert shared_contexts.SSL_CONTEXT_UNVERIFIED is tls.unverified_context()
    assert shared_contexts.SSL_CONTEXT_VERIFIED.verify_mode is ssl.CERT_REQUIRED
    assert not shared_contexts.SSL_CONTEXT_UNVERIFIED.check_hostname
