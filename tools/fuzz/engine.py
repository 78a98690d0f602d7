"""Runs one check on many inputs: coverage-guided with atheris where it is, by mutation elsewhere.

A finding is an exception of the check: the input is written beside the seeds and the process ends
with a status that is not zero.
"""

import argparse
import importlib
import os
import random
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

Check = Callable[[bytes], None]

MARKS = (
    b"\r\n", b"\r", b"\n", b"\r\n\r\n", b"\x00", b" ", b"\t", b":", b";", b",", b"=", b'"', b"\\",
    b"#", b"0", b"7", b"f", b"-", b"+", b"_", b"\x7f", b"\x80", b"\xff", b"chunked", b"Host: a\r\n",
    b"Content-Length: 5\r\n", b"Transfer-Encoding: chunked\r\n", b"Connection: upgrade\r\n",
    b"Connection: close\r\n", b"Upgrade: websocket\r\n", b"HTTP/1.1", b"0\r\n\r\n",
    b"5\r\nhello\r\n",
)  # fmt: skip


def mutated(data: bytes, dice: random.Random) -> bytes:
    """Return *data* with a few places cut, doubled, or filled with what parsers stumble over."""
    result = bytearray(data)
    for _ in range(dice.choice((1, 1, 2, 3, 6))):
        place = dice.randrange(len(result) + 1)
        action = dice.randrange(4)
        if action == 0:
            result[place : place + dice.randrange(4)] = dice.choice(MARKS)
        elif action == 1:
            result[place : place + dice.randrange(1, 9)] = b""
        elif action == 2:
            other = dice.randrange(len(result) + 1)
            result[place:place] = result[min(place, other) : max(place, other)][:200]
        elif result:
            result[place % len(result)] = dice.randrange(256)
    return bytes(result[:5000])


def run_mutations(check: Check, seeds: Sequence[bytes], seconds: float, seed: int) -> int:
    """Check mutations of the seeds for so many seconds; return how many."""
    dice = random.Random(seed)
    pool = list(seeds)
    count = 0
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        data = mutated(dice.choice(pool), dice)
        try:
            check(data)
        except BaseException:
            print(f"FINDING: {data!r}", file=sys.stderr)
            raise
        count += 1
        if count % 50 == 0 and len(pool) < 20 * len(seeds):
            pool.append(data)
    return count


def run_atheris(check: Check, seeds: Sequence[bytes], seconds: float) -> None:
    """Hand over to libFuzzer, which ends the process."""
    atheris = importlib.import_module("atheris")
    folder = Path(tempfile.mkdtemp(prefix="aiohttp-fuzz-"))
    for number, data in enumerate(seeds):
        (folder / f"seed-{number}").write_bytes(data)
    options = [
        sys.argv[0],
        os.fspath(folder),
        f"-max_total_time={seconds:.0f}",
        "-max_len=5000",
        "-print_final_stats=1",
        "-verbosity=0",
        f"-artifact_prefix={folder}{os.sep}finding-",
    ]
    atheris.Setup(options, check)
    atheris.Fuzz()


def main(prepare: Callable[[], tuple[Check, Sequence[bytes]]], *, instrument: str) -> int:
    """Parse the command line and run the check that *prepare* returns, with its seeds.

    Modules that *prepare* imports from the package *instrument* are watched by atheris.
    """
    parser = argparse.ArgumentParser()
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--engine", choices=("auto", "atheris", "mutation"), default="auto")
    parser.add_argument("--seed", type=int, default=9112, help="of the mutation engine")
    options = parser.parse_args()
    engine = options.engine
    if engine != "mutation":
        try:
            atheris = importlib.import_module("atheris")
        except ImportError:
            if engine == "atheris":
                raise
        else:
            with atheris.instrument_imports(include=[instrument]):
                check, seeds = prepare()
            for data in seeds:
                check(data)
            run_atheris(check, seeds, options.seconds)
            return 0
    check, seeds = prepare()
    for data in seeds:
        check(data)
    count = run_mutations(check, seeds, options.seconds, options.seed)
    print(f"{count} inputs in {options.seconds:.0f} s, no finding")
    return 0
