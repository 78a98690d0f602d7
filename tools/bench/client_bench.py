"""Clients: requests per second and processor time per request, as ratios to aiohttp.

The server is the constant-answer protocol on core 1; the client runs on core 0 in a fresh process
per sample, because its cost depends on the history of the allocator.  Rounds are interleaved.
"""

import argparse
import os
import re
import subprocess
import sys
from pathlib import Path

from . import cpu, report
from .environment import BENCH, OURS, PEERS, ensure_peers
from .server_bench import SCENARIOS, Samples, Server, start

CLIENTS = {
    "aiohttp 3.14.5": (PEERS, "aiohttp", {}),
    "ours compiled": (OURS, "ours", {}),
    "ours interpreted": (OURS, "ours", {"AIOHTTP_NO_EXTENSIONS": "1"}),
    "httpx": (PEERS, "httpx", {}),
    "floor": (PEERS, "floor", {}),
}


def one_sample(
    name: str, loop: str, url: str, options: argparse.Namespace, samples: Samples
) -> None:
    python, library, env = CLIENTS[name]
    command = [
        str(python),
        str(BENCH / "clients" / "drive.py"),
        library,
        loop,
        url,
        str(options.tasks),
        str(options.seconds),
    ]
    for _ in range(options.retries + 1):
        before, meter = os.times(), cpu.Meter([options.server_pid])
        done = subprocess.run(
            command,
            capture_output=True,
            text=True,
            env={**os.environ, **env},
            preexec_fn=lambda: os.sched_setaffinity(0, {0}),
            timeout=options.seconds + 60,
        )
        _, other = meter.stop()
        after = os.times()
        found = re.search(r"(\d+) requests in ([\d.]+) s, cpu ([\d.]+) s", done.stdout)
        if found is None:
            raise RuntimeError(f"{name}: {done.stderr[-2000:]}")
        count, took, spent = int(found[1]), float(found[2]), float(found[3])
        own = (
            after.children_user
            + after.children_system
            - before.children_user
            - before.children_system
        )
        other = max(other - own, 0.0) / took
        if other <= options.disturbed or options.keep_disturbed:
            samples.rate.append(count / took)
            samples.cpu.append(spent / count * 1e6)
            samples.other.append(other)
            return
        samples.dropped += 1


def main(argv: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="tools/bench client", description=__doc__)
    parser.add_argument("--loop", action="append", choices=["uvloop", "asyncio"])
    parser.add_argument("--only", action="append", help="part of a client's name")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=2.0)
    parser.add_argument("--tasks", type=int, action="append", dest="task_counts")
    parser.add_argument("--retries", type=int, default=3)
    parser.add_argument("--disturbed", type=float, default=cpu.DISTURBED)
    parser.add_argument("--keep-disturbed", action="store_true")
    parser.add_argument("--json", type=Path)
    options = parser.parse_args(argv)
    ensure_peers()
    data = {}
    for loop in options.loop or ["uvloop", "asyncio"]:
        for tasks in options.task_counts or [32]:
            options.tasks = tasks
            results = measure(loop, options)
            print(render(loop, tasks, results), flush=True)
            data[f"client {tasks} {loop}"] = {k: vars(v) for k, v in results.items()}
    if options.json:
        report.save(options.json, data)
    return 0


def measure(loop: str, options: argparse.Namespace) -> dict[str, Samples]:
    floor = Server(
        "constant", [str(PEERS), str(BENCH / "servers" / "constant.py"), "{port}", "uvloop"]
    )
    process, port = start(floor, SCENARIOS["hello"])
    os.sched_setaffinity(process.pid, {1})
    options.server_pid = process.pid
    url = f"http://127.0.0.1:{port}/"
    names = [n for n in CLIENTS if not options.only or any(part in n for part in options.only)]
    results = {name: Samples() for name in names}
    try:
        for _ in range(options.rounds):
            for name in names:
                one_sample(name, loop, url, options, results[name])
    finally:
        process.terminate()
        process.wait(5)
    return results


def render(loop: str, tasks: int, results: dict[str, Samples]) -> str:
    base = results.get("aiohttp 3.14.5")
    rows = []
    for name, s in results.items():
        rate, us = report.median(s.rate), report.median(s.cpu)
        by_rate = rate / report.median(base.rate) if base else float("nan")
        by_cpu = report.median(base.cpu) / us if base else float("nan")
        rows.append(
            [
                name,
                f"{rate:,.0f}",
                f"{by_rate:.2f}",
                f"{us:.2f}",
                f"**{by_cpu:.2f}**",
                f"{report.median(s.other):.2f}",
                str(s.dropped),
            ]
        )
    header = [
        "client",
        "requests/s",
        "ratio",
        "cpu us/request",
        "ratio by cpu",
        "other cpu",
        "dropped",
    ]
    return report.table(f"client: GET, {loop}, {tasks} concurrent", header, rows)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
