"""``python -m tools.bench NAME [options]``: one benchmark family, or ``all``."""

import importlib
import sys

FAMILIES = {
    "parser": "parser",
    "server": "server_bench",
    "client": "client_bench",
    "websocket": "websocket_bench",
    "multipart": "multipart",
    "imports": "import_bench",
}
#: What makes something of the figures instead of measuring.
AFTERWARDS = {"plot": "plot", "page": "page"}


def main() -> int:
    if (
        len(sys.argv) < 2
        or sys.argv[1] in ("-h", "--help")
        or sys.argv[1] not in {*FAMILIES, *AFTERWARDS, "all"}
    ):
        names = ",".join([*FAMILIES, "all", *AFTERWARDS])
        print(f"usage: python -m tools.bench {{{names}}} [--help | options]")
        return 2
    names = list(FAMILIES) if sys.argv[1] == "all" else [sys.argv[1]]
    status = 0
    for name in names:
        module = importlib.import_module(f"tools.bench.{(FAMILIES | AFTERWARDS)[name]}")
        status |= module.main(sys.argv[2:])
    return status


if __name__ == "__main__":
    sys.exit(main())
