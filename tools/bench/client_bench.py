"""Clients: requests per second and processor time per request, as ratios to aiohttp.

The server gives constant answers on core 1; the client runs on core 0 in a fresh process per
sample, because its cost depends on the history of the allocator.  Rounds are interleaved.  The
scenario ``memory`` gives the bytes that the interpreter holds for an idle connection instead.
"""

import argparse
import json
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from . import cpu, report
from .environment import BENCH, OURS, PEERS, ensure_peers
from .server_bench import Samples, Scenario, Server, start

CLIENTS = {
    "aiohttp 3.14.5": (PEERS, "aiohttp", {}),
    "ours compiled": (OURS, "ours", {}),
    "ours interpreted": (OURS, "ours", {"AIOHTTP_NO_EXTENSIONS": "1"}),
    "httpx": (PEERS, "httpx", {}),
    "floor": (PEERS, "floor", {}),
}
BASE = "aiohttp 3.14.5"

PATHS = {
    "hello": "/",
    "json": "/json",
    "fields": "/fields",
    "download": "/download",
    "upload": "/upload",
    "tls": "/",
    "memory": "/hold/{tasks}",
}
"""The scenarios; bulk ones move 4 MB each way."""

BULK = frozenset(("download", "upload"))


def run_client(name: str, loop: str, url: str, options: argparse.Namespace) -> str:
    """Run the client *name* once in a fresh process; return what it says."""
    python, library, env = CLIENTS[name]
    job = {
        "library": library,
        "loop": loop,
        "url": url,
        "scenario": options.scenario,
        "tasks": options.tasks,
        "seconds": options.seconds,
        "ca": options.ca,
    }
    done = subprocess.run(
        [str(python), str(BENCH / "clients" / "drive.py"), json.dumps(job)],
        capture_output=True,
        text=True,
        env={**os.environ, **env},
        preexec_fn=lambda: os.sched_setaffinity(0, {0}),
        timeout=options.seconds + 120,
    )
    if done.returncode:
        raise RuntimeError(f"{name}: {done.stderr[-2000:]}")
    return done.stdout


def one_sample(
    name: str, loop: str, url: str, options: argparse.Namespace, samples: Samples
) -> None:
    for _ in range(options.retries + 1):
        before, meter = os.times(), cpu.Meter([options.server_pid])
        said = run_client(name, loop, url, options)
        _, other = meter.stop()
        after = os.times()
        found = re.search(r"(\d+) requests in ([\d.]+) s, cpu ([\d.]+) s", said)
        if found is None:
            raise RuntimeError(f"{name}: {said!r}")
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
    parser.add_argument("--scenario", action="append", choices=[*PATHS, "all"], dest="scenarios")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=2.0)
    parser.add_argument("--tasks", type=int, action="append", dest="task_counts")
    parser.add_argument("--retries", type=int, default=3)
    parser.add_argument("--disturbed", type=float, default=cpu.DISTURBED)
    parser.add_argument("--keep-disturbed", action="store_true")
    parser.add_argument("--json", type=Path)
    options = parser.parse_args(argv)
    ensure_peers()
    scenarios = options.scenarios or ["hello"]
    if "all" in scenarios:
        scenarios = list(PATHS)
    data: dict[str, Any] = {}
    for loop in options.loop or ["uvloop", "asyncio"]:
        for options.scenario in scenarios:
            for tasks in options.task_counts or default_tasks(options.scenario):
                options.tasks = tasks
                results = measure(loop, options)
                render = render_memory if options.scenario == "memory" else render_rates
                print(render(loop, options, results), flush=True)
                key = f"client {options.scenario} {options.tasks} {loop}"
                data[key] = {k: vars(v) for k, v in results.items()}
    if options.json:
        report.save(options.json, data)
    return 0


def default_tasks(scenario: str) -> list[int]:
    if scenario == "hello":
        return [32, 1, 256]
    if scenario == "memory":
        return [1000]
    return [4 if scenario in BULK else 32]


def certificate(folder: Path) -> tuple[Path, Path]:
    """Make a certificate for the server and one to trust; return their files."""
    import trustme

    authority = trustme.CA()
    made = authority.issue_cert("127.0.0.1")
    chain, trusted = folder / "server.pem", folder / "ca.pem"
    made.private_key_and_cert_chain_pem.write_to_path(str(chain))
    authority.cert_pem.write_to_path(str(trusted))
    return chain, trusted


def measure(loop: str, options: argparse.Namespace) -> dict[str, Samples]:
    with tempfile.TemporaryDirectory() as folder:
        command = [str(PEERS), str(BENCH / "servers" / "origin.py"), "{port}", "uvloop"]
        scheme, options.ca = "http", ""
        if options.scenario == "tls":
            chain, trusted = certificate(Path(folder))
            scheme, options.ca = "https", str(trusted)
            command.append(str(chain))
        return measure_against(Server("origin", command), scheme, loop, options)


def measure_against(
    server: Server, scheme: str, loop: str, options: argparse.Namespace
) -> dict[str, Samples]:
    process, port = start(server, Scenario("client", "/"))
    os.sched_setaffinity(process.pid, {1})
    options.server_pid = process.pid
    path = PATHS[options.scenario].format(tasks=options.tasks)
    url = f"{scheme}://127.0.0.1:{port}{path}"
    names = [n for n in CLIENTS if not options.only or any(part in n for part in options.only)]
    results = {name: Samples() for name in names}
    try:
        for _ in range(options.rounds):
            for name in names:
                if options.scenario == "memory":
                    said = run_client(name, loop, url, options)
                    results[name].rate.append(float(said.split()[0]))
                else:
                    one_sample(name, loop, url, options, results[name])
    finally:
        process.terminate()
        process.wait(5)
    return results


def render_memory(loop: str, options: argparse.Namespace, results: dict[str, Samples]) -> str:
    base = results.get(BASE)
    rows = []
    for name, samples in results.items():
        size = report.median(samples.rate)
        ratio = size / report.median(base.rate) if base else float("nan")
        rows.append([name, f"{size:,.0f}", f"**{ratio:.2f}**"])
    title = f"client: {options.tasks} idle connections, {loop}"
    return report.table(title, ["client", "bytes per connection", "of aiohttp"], rows)


def render_rates(loop: str, options: argparse.Namespace, results: dict[str, Samples]) -> str:
    base = results.get(BASE)
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
    title = f"client: {options.scenario}, {loop}, {options.tasks} concurrent"
    return report.table(title, header, rows)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
