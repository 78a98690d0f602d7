"""Where the test kit is not installed, importing this says what to install."""

from aiohttp._later import sibling

sibling("aiohttp_test_utils")
