"""Servers under load: requests per second and processor time per request, as ratios to aiohttp.

One server on core 0, the load generator on core 1, interleaved rounds.  ``wrk`` makes the load
where it is installed, our own loader otherwise.
"""

import argparse
import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path

from . import cpu, report
from .environment import BENCH, OURS, PEERS, ensure_peers

SERVER_CORE, LOAD_CORE = {0}, {1}
BROWSER_FIELDS = {
    "User-Agent": "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
    "Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
    "Accept-Language": "en-US,en;q=0.5",
    "Accept-Encoding": "gzip, deflate, br, zstd",
    "DNT": "1",
    "Connection": "keep-alive",
    "Upgrade-Insecure-Requests": "1",
    "Sec-Fetch-Dest": "document",
    "Sec-Fetch-Mode": "navigate",
    "Sec-Fetch-Site": "none",
    "Priority": "u=0, i",
}


@dataclass
class Scenario:
    name: str
    path: str
    method: str = "GET"
    headers: dict[str, str] = field(default_factory=dict)
    body: str = ""
    routes: int = 0


SCENARIOS = {
    s.name: s
    for s in (
        Scenario("hello", "/"),
        Scenario("browser", "/", headers=BROWSER_FIELDS),
        Scenario("param", "/user/bob?page=1"),
        Scenario(
            "post-json",
            "/json",
            "POST",
            {"Content-Type": "application/json"},
            '{"id": 7, "a": [1, 2, 3]}',
        ),
        Scenario("routes", "/fixed/7777/x", routes=10000),
        Scenario("stream", "/stream"),
        Scenario("upload", "/upload", "POST", body="u" * 1000000),
    )
}


@dataclass
class Server:
    name: str
    command: list[str]
    env: dict[str, str] = field(default_factory=dict)
    only: tuple[str, ...] = ()


def servers(loop: str) -> list[Server]:
    """The measured servers on one event loop, peers first."""

    def script(python: Path, name: str) -> list[str]:
        return [str(python), str(BENCH / "servers" / name), "{port}", loop, "{routes}"]

    asgi = ["--host", "127.0.0.1", "--port", "{port}"]
    found = [
        Server("aiohttp 3.14.5", script(PEERS, "aiohttp_peer.py")),
        Server("ours compiled", script(OURS, "ours.py")),
        Server("ours interpreted", script(OURS, "ours.py"), {"AIOHTTP_NO_EXTENSIONS": "1"}),
        Server("constant", script(PEERS, "constant.py"), only=("hello", "browser")),
    ]
    if loop == "uvloop":
        app_dir = ["--app-dir", str(BENCH / "servers")]
        found.append(
            Server(
                "uvicorn raw ASGI",
                [
                    str(PEERS),
                    "-m",
                    "uvicorn",
                    "asgi:app",
                    *app_dir,
                    *asgi,
                    "--loop",
                    "uvloop",
                    "--http",
                    "httptools",
                    "--no-access-log",
                    "--log-level",
                    "error",
                ],
                only=("hello", "browser"),
            )
        )
        found.append(
            Server(
                "granian raw ASGI",
                [
                    str(PEERS),
                    "-m",
                    "granian",
                    "--interface",
                    "asgi",
                    "asgi:app",
                    "--working-dir",
                    str(BENCH / "servers"),
                    *asgi,
                    "--loop",
                    "uvloop",
                    "--no-ws",
                    "--log-level",
                    "error",
                ],
                only=("hello", "browser"),
            )
        )
    return found


def free_port() -> int:
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return int(sock.getsockname()[1])


def start(server: Server, scenario: Scenario) -> tuple[subprocess.Popen[bytes], int]:
    port = free_port()
    command = [part.format(port=port, routes=scenario.routes) for part in server.command]
    process = subprocess.Popen(
        command,
        env={**os.environ, **server.env},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        preexec_fn=lambda: os.sched_setaffinity(0, SERVER_CORE),
    )
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise RuntimeError(f"{server.name} ended: {process.stderr.read().decode()[-2000:]}")
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            return process, port
        except OSError:
            time.sleep(0.05)
    raise RuntimeError(f"{server.name} does not listen")


def wrk_script(scenario: Scenario) -> str:
    lines = [f'wrk.method = "{scenario.method}"']
    lines += [f'wrk.headers["{name}"] = "{value}"' for name, value in scenario.headers.items()]
    if scenario.body:
        lines.append(f"wrk.body = [[{scenario.body}]]")
    return "\n".join(lines) + "\n"


def load(port: int, scenario: Scenario, connections: int, seconds: float) -> tuple[int, float, int]:
    """Run the load once; returns requests answered, seconds, errors."""
    url = f"http://127.0.0.1:{port}{scenario.path}"
    if shutil.which("wrk") is None:
        command = [
            str(PEERS),
            str(BENCH / "loader.py"),
            url,
            str(connections),
            str(seconds),
            scenario.method,
            scenario.body,
        ]
    else:
        with tempfile.NamedTemporaryFile("w", suffix=".lua", delete=False) as file:
            file.write(wrk_script(scenario))
        command = [
            "wrk",
            "-t1",
            f"-c{connections}",
            f"-d{max(1, round(seconds))}s",
            "-s",
            file.name,
            url,
        ]
    out = subprocess.run(
        command,
        capture_output=True,
        text=True,
        check=True,
        preexec_fn=lambda: os.sched_setaffinity(0, LOAD_CORE),
    ).stdout
    count = re.search(r"(\d+) requests in ([\d.]+)(s|ms|m)", out)
    if count is None:
        raise RuntimeError(f"no count in the load generator's output: {out}")
    scale = {"s": 1.0, "ms": 0.001, "m": 60.0}[count[3]]
    bad = sum(int(n) for n in re.findall(r"Non-2xx or 3xx responses: (\d+)", out))
    bad += sum(
        sum(map(int, re.findall(r"\d+", line))) for line in re.findall(r"Socket errors:(.*)", out)
    )
    return int(count[1]), float(count[2]) * scale, bad


@dataclass
class Samples:
    rate: list[float] = field(default_factory=list)
    cpu: list[float] = field(default_factory=list)
    other: list[float] = field(default_factory=list)
    dropped: int = 0
    errors: int = 0


def measure(scenario: Scenario, loop: str, options: argparse.Namespace) -> dict[str, Samples]:
    chosen = [
        s
        for s in servers(loop)
        if (not s.only or scenario.name in s.only)
        and (not options.only or any(o in s.name for o in options.only))
    ]
    running = [(server, *start(server, scenario)) for server in chosen]
    results = {server.name: Samples() for server in chosen}
    try:
        for _, _, port in running:
            load(port, scenario, options.connections, 1)
        for _ in range(options.rounds):
            for server, process, port in running:
                one_sample(results[server.name], process.pid, port, scenario, options)
    finally:
        for _, process, _ in running:
            process.terminate()
        for _, process, _ in running:
            try:
                process.wait(5)
            except subprocess.TimeoutExpired:
                process.kill()
    return results


def one_sample(
    samples: Samples, pid: int, port: int, scenario: Scenario, options: argparse.Namespace
) -> None:
    for _ in range(options.retries + 1):
        before = os.times()
        meter = cpu.Meter([pid])
        count, seconds, errors = load(port, scenario, options.connections, options.seconds)
        used, other = meter.stop()
        after = os.times()
        own = (after.children_user + after.children_system + after.user + after.system) - (
            before.children_user + before.children_system + before.user + before.system
        )
        other = max(other - own, 0.0) / seconds
        samples.errors += errors
        if other <= options.disturbed or options.keep_disturbed:
            samples.rate.append(count / seconds)
            samples.cpu.append(used[pid] / max(count, 1) * 1e6)
            samples.other.append(other)
            return
        samples.dropped += 1


def render(scenario: Scenario, loop: str, results: dict[str, Samples], connections: int) -> str:
    base = next((s for name, s in results.items() if name.startswith("aiohttp")), None)
    rows = []
    for name, s in results.items():
        rate, us = report.median(s.rate), report.median(s.cpu)
        if base:
            by_rate, by_cpu = (
                rate / report.median(base.rate),
                report.median(base.cpu) / us if us else 0,
            )
        else:
            by_rate = by_cpu = float("nan")
        rows.append(
            [
                name,
                f"{rate:,.0f}",
                f"{by_rate:.2f}",
                f"{us:.2f}",
                f"**{by_cpu:.2f}**",
                f"{report.median(s.other):.2f}",
                str(s.dropped),
                str(s.errors),
            ]
        )
    header = [
        "server",
        "requests/s",
        "ratio",
        "cpu us/request",
        "ratio by cpu",
        "other cpu",
        "dropped",
        "errors",
    ]
    return report.table(f"server: {scenario.name}, {loop}, {connections} connections", header, rows)


def main(argv: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="tools/bench server", description=__doc__)
    parser.add_argument("--scenario", action="append", choices=sorted(SCENARIOS))
    parser.add_argument("--loop", action="append", choices=["uvloop", "asyncio"])
    parser.add_argument("--only", action="append", help="part of a server's name")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=int, default=2)
    parser.add_argument("--connections", type=int, default=32)
    parser.add_argument(
        "--retries", type=int, default=3, help="how often a disturbed sample is taken again"
    )
    parser.add_argument(
        "--disturbed", type=float, default=cpu.DISTURBED, help="cores used by others that disturb"
    )
    parser.add_argument("--keep-disturbed", action="store_true")
    parser.add_argument("--json", type=Path)
    options = parser.parse_args(argv)
    ensure_peers()
    data = {}
    for loop in options.loop or ["uvloop", "asyncio"]:
        for name in options.scenario or ["hello", "browser"]:
            results = measure(SCENARIOS[name], loop, options)
            print(render(SCENARIOS[name], loop, results, options.connections), flush=True)
            data[f"server {name} {loop}"] = {k: vars(v) for k, v in results.items()}
    if options.json:
        report.save(options.json, data)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
