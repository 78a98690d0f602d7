"""``python -m aiohttp_web module:function``."""

from aiohttp_web.cli import command

if __name__ == "__main__":
    command("python -m aiohttp_web")
