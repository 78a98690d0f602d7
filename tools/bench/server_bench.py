"""Servers under load: requests per second and processor time per request, as ratios to aiohttp.

One server on core 0, the load generator on core 1, interleaved rounds.  ``wrk`` makes the load
where it is installed, our own loader otherwise.  ``--all`` measures every scenario, and what an
idle connection weighs: the growth of the server's resident memory while some thousand connections
are opened, each of which gets one answer and then waits.

Beside the ratio stands what a request costs above the constant answer, which is the share of the
kernel and of the event loop: the part that a server can do something about.
"""

import argparse
import os
import re
import resource
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from . import cpu, report
from .environment import BENCH, OURS, PEERS, ensure_peers

SERVER_CORE, LOAD_CORE = {0}, {1}
STARTING = 120
"""Seconds that a server has until it listens."""
WARM = 50
"""Connections that are opened before those whose weight is taken."""
IDLE = 2000
"""Idle connections that ``--all`` weighs."""
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
    tls: bool = False


FILE_SIZE = 1 << 20
SMALL = ("hello", "browser", "param", "post-json")

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
        Scenario("10 routes", "/dynamic/4/bob?page=1", routes=10),
        Scenario("10000 routes", "/dynamic/4777/bob?page=1", routes=10000),
        Scenario("tls", "/", tls=True),
        Scenario("file", "/file"),
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
        Server("constant", script(PEERS, "constant.py"), only=SMALL),
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


def scenario_environment(scenario: Scenario) -> dict[str, str]:
    """Return what the servers are told of *scenario*; makes the file and the certificate."""
    folder = Path(tempfile.gettempdir()) / f"aiohttp-bench-{os.getuid()}"
    folder.mkdir(mode=0o700, exist_ok=True)
    file = folder / "file.bin"
    if not file.exists():
        file.write_bytes(b"f" * FILE_SIZE)
    found = {"BENCH_FILE": str(file)}
    if scenario.tls:
        certificate = folder / "certificate.pem"
        if not certificate.exists():
            made = "import sys, trustme; c = trustme.CA().issue_cert('127.0.0.1');"
            made += "c.private_key_and_cert_chain_pem.write_to_path(sys.argv[1])"
            subprocess.run([str(OURS), "-c", made, str(certificate)], check=True)
        found["BENCH_CERTIFICATE"] = str(certificate)
    return found


def start(server: Server, scenario: Scenario) -> tuple[subprocess.Popen[bytes], int]:
    port = free_port()
    command = [part.format(port=port, routes=scenario.routes) for part in server.command]
    process = subprocess.Popen(
        command,
        env={**os.environ, **scenario_environment(scenario), **server.env},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        preexec_fn=lambda: os.sched_setaffinity(0, SERVER_CORE),
    )
    deadline = time.monotonic() + STARTING
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise RuntimeError(f"{server.name} ended: {process.stderr.read().decode()[-2000:]}")
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            return process, port
        except OSError:
            time.sleep(0.05)
    process.kill()
    raise RuntimeError(f"{server.name} does not listen")


def wrk_script(scenario: Scenario) -> str:
    lines = [f'wrk.method = "{scenario.method}"']
    lines += [f'wrk.headers["{name}"] = "{value}"' for name, value in scenario.headers.items()]
    if scenario.body:
        lines.append(f"wrk.body = [[{scenario.body}]]")
    return "\n".join(lines) + "\n"


def load(port: int, scenario: Scenario, connections: int, seconds: float) -> tuple[int, float, int]:
    """Run the load once; returns requests answered, seconds, errors."""
    url = f"http{'s' * scenario.tls}://127.0.0.1:{port}{scenario.path}"
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
    running: list[tuple[Server, subprocess.Popen[bytes], int]] = []
    results = {server.name: Samples() for server in chosen}
    try:
        for server in chosen:
            running.append((server, *start(server, scenario)))
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
    floor = report.median(results["constant"].cpu) if "constant" in results else float("nan")
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
                f"{us - floor:.2f}" if us > floor else "",
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
        "above the constant answer",
        "other cpu",
        "dropped",
        "errors",
    ]
    return report.table(f"server: {scenario.name}, {loop}, {connections} connections", header, rows)


def idle_weight(server: Server, connections: int) -> float:
    """Return the bytes of resident memory that one idle connection costs *server*."""
    process, port = start(server, SCENARIOS["hello"])
    opened: list[socket.socket] = []
    try:
        before = 0
        for number in range(connections + WARM):
            if number == WARM:
                before = resident(process.pid)
            sock = socket.create_connection(("127.0.0.1", port), 5)
            opened.append(sock)
            sock.sendall(b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
            if not sock.recv(4096):
                raise RuntimeError(f"{server.name} closed a connection")
        return (resident(process.pid) - before) / connections
    finally:
        for sock in opened:
            sock.close()
        process.terminate()
        process.wait(10)


def resident(pid: int) -> int:
    """Return the resident memory of *pid* in bytes."""
    with open(f"/proc/{pid}/statm") as file:
        return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def measure_idle(loop: str, options: argparse.Namespace) -> dict[str, float]:
    """Return the weight of an idle connection by server, the median of the rounds."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = 2 * (options.idle + WARM) if hard == resource.RLIM_INFINITY else hard
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, wanted), hard))
    connections = min(options.idle, wanted - WARM - 100)
    found = {}
    for server in servers(loop):
        if "granian" not in server.name:  # Its memory is that of a child process.
            weights = [idle_weight(server, connections) for _ in range(options.rounds)]
            found[server.name] = report.median(weights)
    return found


def render_idle(loop: str, weights: dict[str, float]) -> str:
    base = next(weight for name, weight in weights.items() if name.startswith("aiohttp"))
    rows = [
        [name, f"{weight:,.0f}", f"**{weight / base:.0%}**"] for name, weight in weights.items()
    ]
    header = ["server", "bytes per connection", "of aiohttp's"]
    return report.table(f"server: an idle connection, {loop}", header, rows)


def main(argv: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="tools/bench server", description=__doc__)
    parser.add_argument("--scenario", action="append", choices=sorted(SCENARIOS))
    parser.add_argument("--all", action="store_true", help="every scenario, and idle connections")
    parser.add_argument("--idle", type=int, metavar="N", help="weigh N idle connections")
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
    data: dict[str, Any] = {}
    if options.all:
        options.idle = options.idle or IDLE
    chosen = list(SCENARIOS) if options.all else options.scenario
    if not chosen and not options.idle:
        chosen = ["hello", "browser"]
    for loop in options.loop or ["uvloop", "asyncio"]:
        for name in chosen or ():
            results = measure(SCENARIOS[name], loop, options)
            print(render(SCENARIOS[name], loop, results, options.connections), flush=True)
            data[f"server {name} {loop}"] = {k: vars(v) for k, v in results.items()}
        if options.idle:
            weights = measure_idle(loop, options)
            print(render_idle(loop, weights), flush=True)
            case = f"idle server connection, {loop}"
            for name, weight in weights.items():
                data.setdefault("memory", {}).setdefault(name, {})[case] = weight
    if options.json:
        report.save(options.json, data)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
