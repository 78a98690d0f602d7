"""``python -m aiohttp_client``: see :mod:`aiohttp_client.cli`."""

import sys

from aiohttp_client.cli import main

if __name__ == "__main__":
    sys.exit(main())
