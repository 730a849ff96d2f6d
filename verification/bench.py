#!/usr/bin/env python3
"""Measures what Berth and docker-registry spend on the same work, and prints a Markdown table.

Both run on this machine, on loopback, each on a tree of its own with the same content, and are
measured in turn: A B A B. CPU is user and system time of the server's process, all threads. One
round before the first is not counted. Needs docker-registry; uses wrk and docker where installed.
"""

import argparse
import contextlib
import dataclasses
import os
import pathlib
import platform
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

import scenarios
from servers import Server, build

BERTH, PEER = "berth", "distribution"
FACTORS = {"µs": 1e6, "ms": 1e3, "s": 1, "s/GiB": 1}
HEADER = ("operation", "unit", "Berth", "docker-registry", "peer ÷ Berth", "the same, wall time")


@dataclasses.dataclass
class Row:
    """A line of the table: by kind of server, what each round took."""

    name: str
    unit: str
    values: dict
    seconds: dict  # wall time; empty where that is the value

    def cells(self):
        wall = ratio(self.seconds) if self.seconds else ""
        return (self.name, self.unit, spread(self.values[BERTH]), spread(self.values[PEER]),
                ratio(self.values), wall)

    def __str__(self):
        return "| " + " | ".join(self.cells()) + " |"


class Bench:
    """Runs scenarios on pairs of servers and collects rows."""

    def __init__(self, work, rounds, sizes):
        self.work = work
        self.rounds = rounds
        self.sizes = sizes
        self.rows = []
        self.notes = []
        self.resident = {BERTH: [0.0], PEER: [0.0]}
        self.jdk = None

    @contextlib.contextmanager
    def servers(self, name, fill=None, **settings):
        """A pair of servers. Where a folder is not there yet, fill(folder) makes it first."""
        with contextlib.ExitStack() as stack:
            pair = []
            for kind in (BERTH, PEER):
                folder = self.work / name / kind
                if fill and not folder.exists():
                    fill(folder)
                server = Server(kind, folder, self.work / f"{kind}.log",
                                **(settings if kind == BERTH else {}))
                pair.append(stack.enter_context(server))
            self.jdk = self.jdk or java_of(pair[0])
            try:
                yield pair
            except Exception:
                for server in pair:
                    print(f"--- {server.kind}, {server.state()}\n{server.end_of_log()}", file=sys.stderr)
                raise

    def discard(self, name):
        """Gives the disk back what servers of that name wrote."""
        shutil.rmtree(self.work / name)

    def cpu(self, name, unit, servers, work, prepare=lambda server, number: number):
        """Adds a row of CPU time for one of what is done.

        work(server, prepared) says how many it did. prepare(server, round) is not measured.
        """
        row = Row(name, f"CPU {unit}", {BERTH: [], PEER: []}, {BERTH: [], PEER: []})
        for number in range(self.rounds + 1):
            for server in servers:
                prepared = prepare(server, number)
                server.settle()
                cpu, begun = server.cpu_seconds(), time.monotonic()
                amount = work(server, prepared)
                seconds = time.monotonic() - begun
                cpu = server.cpu_seconds() - cpu
                self.resident[server.kind] = [max(*self.resident[server.kind], server.resident_mib())]
                if number > 0:
                    row.values[server.kind].append(cpu / amount * FACTORS[unit])
                    row.seconds[server.kind].append(seconds / amount)
        self.add(row)

    def value(self, name, unit, servers, measure):
        """Adds a row of measure(server)."""
        row = Row(name, unit, {BERTH: [], PEER: []}, {})
        for _ in range(self.rounds):
            for server in servers:
                row.values[server.kind].append(measure(server))
        self.add(row)

    def add(self, row):
        self.rows.append(row)
        print(row, flush=True)

    def note(self, text):
        self.notes.append(text)
        print(text, flush=True)

    def run(self, names):
        print(heading(), flush=True)
        for name in names:
            scenarios.ALL[name](self)
        if max(self.resident[BERTH]):
            self.add(Row("resident memory, the most seen after any of these", "MiB", self.resident, {}))


def heading():
    return f"| {' | '.join(HEADER)} |\n|{'---|' * len(HEADER)}"


def spread(values):
    """Median and range."""
    if len(values) == 1:
        return shown(values[0])
    return f"{shown(statistics.median(values))} ({shown(min(values))}–{shown(max(values))})"


def shown(value):
    return f"{value:,.0f}" if value >= 100 else f"{value:.2g}" if value < 10 else f"{value:.3g}"


def ratio(values):
    return shown(statistics.median(values[PEER]) / statistics.median(values[BERTH])) + "×"


# --- what was measured, and where


def java_of(server):
    """Name and version of the JDK a process of Berth runs on."""
    home = pathlib.Path(os.readlink(f"/proc/{server.process.pid}/exe")).parent.parent
    release = dict(re.findall(r'^(\w+)="(.*)"$', (home / "release").read_text(), re.MULTILINE))
    return f"{release.get('IMPLEMENTOR', 'JDK')} {release['JAVA_VERSION']}"


def peer():
    """The peer's version, and that of the Go it was compiled with: much depends on it."""
    program = shutil.which("docker-registry")
    version = subprocess.run([program, "--version"], capture_output=True, text=True, check=True).stdout
    go = re.search(rb"go(1\.\d+(\.\d+)?)", pathlib.Path(program).read_bytes())
    return f"docker-registry {version.split()[-1]}, compiled with Go {go.group(1).decode()}"


def berth():
    root = pathlib.Path(__file__).parent.parent
    commit = subprocess.run(["git", "-C", root, "describe", "--always", "--dirty"],
                            capture_output=True, text=True).stdout.strip()
    return f"Berth {commit}"


def machine():
    model = re.search(r"^model name\s*: (.*)$", pathlib.Path("/proc/cpuinfo").read_text(), re.MULTILINE)
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / (1 << 30)
    return (f"{os.cpu_count()} processors ({model.group(1) if model else platform.machine()}), "
            f"{memory:.0f} GiB, Linux {platform.release()}")


def report(bench):
    lines = [
        f"Measured on {time.strftime('%Y-%m-%d')}: {berth()} on {bench.jdk}, and {peer()}. {machine()}.",
        f"Median and range of {bench.rounds} rounds.", "", heading(), *map(str, bench.rows)]
    return "\n".join(lines + [""] * bool(bench.notes) + bench.notes)


def write_into(path, mark, text):
    """Replaces what stands between two marks in a document."""
    begin, end = f"<!-- {mark} -->", f"<!-- end of {mark} -->"
    before, rest = path.read_text(encoding="utf-8").split(begin)
    after = rest.split(end)[1]
    path.write_text(f"{before}{begin}\n\n{text}\n\n{end}{after}", encoding="utf-8")


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("scenario", nargs="*", metavar="scenario",
                        help="what to measure, everything if none is named: " + " ".join(scenarios.ALL))
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--quick", action="store_true", help="tiny sizes: does the benchmark work?")
    parser.add_argument("--write", type=pathlib.Path, help="the document to put the table into, between its marks")
    options = parser.parse_args()
    for name in options.scenario:
        if name not in scenarios.ALL:
            parser.error(f"no scenario {name}; there are {' '.join(scenarios.ALL)}")
    if not shutil.which("docker-registry"):
        print("nothing measured: needs docker-registry, a package of that name in Debian")
        return
    build()
    with tempfile.TemporaryDirectory(prefix="berth-bench.") as folder:
        sizes = scenarios.QUICK if options.quick else scenarios.FULL
        bench = Bench(pathlib.Path(folder), options.rounds, sizes)
        bench.run(options.scenario or scenarios.ALL)
        if options.write:
            write_into(options.write, "measured", report(bench))


if __name__ == "__main__":
    sys.exit(main())
