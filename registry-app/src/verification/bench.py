#!/usr/bin/env python3
"""Measures what Berth and its peers spend on the same work, and prints a Markdown table.

All run on this machine, on loopback, each on a tree of its own with the same content, and are
measured in turn: A B C A B C. CPU is user and system time of the server's process, all threads. One
round before the first is not counted. Uses wrk and docker where installed.

The peer is docker-registry where it is installed, unless others are named. --peer names one that is
installed, or any other by name and command, and may be repeated:

  --peer docker-registry
  --peer 'distribution 3.1.1=/path/registry serve {config}'
  --peer 'zot=/path/zot serve {config:zot.json}'
  --peer 'olareg=/path/olareg serve --addr 127.0.0.1 --port {port} --dir {folder} --api-delete --api-blob-delete'

--before names another Berth, such as that of another checkout, which is given the settings of Berth:

  --before 'before=/path/of/another/checkout/registry serve'

{port} and {folder} are what they say. {config} is a configuration for CNCF distribution, and
{config:FILE} a copy of FILE, from this folder if its path is relative, in which {port} and {folder}
are replaced. The address and the folder are in REGISTRY_HTTP_ADDR and
REGISTRY_STORAGE_FILESYSTEM_ROOTDIRECTORY as well, where distribution and Berth look for them. The
process that is started has to be the server, or to become it (exec).
"""

import argparse
import contextlib
import dataclasses
import json
import os
import pathlib
import platform
import re
import shlex
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

import scenarios
import wire
from servers import PROJECT, Server, build

FACTORS = {"µs": 1e6, "ms": 1e3, "s": 1, "s/GiB": 1}
NOT_MEASURED = "–"


@dataclasses.dataclass(frozen=True)
class Kind:
    """A registry to be measured: what the table calls it, and how it is started."""

    name: str
    serve: str  # the kind that serve knows
    command: tuple = ()  # instead of that
    is_berth: bool = False  # and takes its settings

    def server(self, folder, log, **settings):
        server = Server(self.serve, folder, log, self.command, **settings)
        server.name = self.name
        return server


BERTH = "Berth"
INSTALLED = {"docker-registry": "distribution"}


@dataclasses.dataclass
class Row:
    """A line of the table: by name of a registry, what each round took."""

    name: str
    unit: str
    values: dict
    seconds: dict  # wall time; empty where that is the value

    def cells(self):
        cells = [self.name, self.unit, spread(self.values[BERTH])]
        for name, values in self.values.items():
            if name != BERTH:
                cells += [spread(values), ratios(self, name)]
        return cells

    def __str__(self):
        return "| " + " | ".join(self.cells()) + " |"


class Bench:
    """Runs scenarios on all kinds of registries and collects rows."""

    def __init__(self, work, kinds, rounds, sizes, settings):
        self.work = work
        self.kinds = kinds  # Berth is the first
        self.rounds = rounds
        self.sizes = sizes
        self.settings = settings  # of Berth
        self.rows = []
        self.notes = []
        self.resident = {kind.name: [0.0] for kind in kinds}
        self.jdk = None
        self.foreign = set()  # names of those that do not read trees of distribution

    @contextlib.contextmanager
    def servers(self, name, fill=None, probe="", **settings):
        """One server of each kind. Where a folder is not there yet, fill(folder) makes it first.

        Such a folder has the layout of distribution, which not every registry reads: a peer that
        has no tags in the repository probe takes no part.
        """
        with contextlib.ExitStack() as stack:
            servers = []
            for kind in self.kinds:
                if fill and kind.name in self.foreign:
                    continue
                folder = self.work / name / label(kind.name)
                if fill and not folder.exists():
                    fill(folder)
                folder.parent.mkdir(parents=True, exist_ok=True)
                server = stack.enter_context(kind.server(
                    folder, self.work / f"{label(kind.name)}.log",
                    **(self.settings | settings if kind.is_berth else {})))
                if fill and kind.name != BERTH and not has_tags(server, probe):
                    self.foreign.add(kind.name)
                    self.note(f"{kind.name} does not read a tree of distribution: no rows of {name} and the like.")
                    server.stop()
                    continue
                servers.append(server)
            self.jdk = self.jdk or java_of(servers[0])
            try:
                yield servers
            except Exception:
                for server in servers:
                    print(f"--- {server.name}, {server.state()}\n{server.end_of_log()}", file=sys.stderr)
                raise

    def discard(self, name):
        """Gives the disk back what servers of that name wrote."""
        shutil.rmtree(self.work / name)

    def cpu(self, name, unit, servers, work, prepare=lambda server, number: number):
        """Adds a row of CPU time for one of what is done.

        work(server, prepared) says how many it did. prepare(server, round) is not measured.
        """
        row = Row(name, f"CPU {unit}", self.empty(), self.empty())

        def measure(server, number):
            prepared = prepare(server, number)
            server.settle()
            cpu, begun = server.cpu_seconds(), time.monotonic()
            amount = work(server, prepared)
            seconds = time.monotonic() - begun
            cpu = server.cpu_seconds() - cpu
            self.resident[server.name] = [max(*self.resident[server.name], server.resident_mib())]
            if number > 0:
                row.values[server.name].append(cpu / amount * FACTORS[unit])
                row.seconds[server.name].append(seconds / amount)

        self.in_turn(row, servers, measure, range(self.rounds + 1))

    def value(self, name, unit, servers, measure):
        """Adds a row of measure(server)."""
        row = Row(name, unit, self.empty(), {})
        self.in_turn(row, servers, lambda server, _: row.values[server.name].append(measure(server)),
                     range(self.rounds))

    def in_turn(self, row, servers, measure, rounds):
        """Adds the row after measure(server, round) for all of them. A peer that fails is not in it."""
        able = servers
        for number in rounds:
            able = self.able(able, row.name, lambda server, number=number: measure(server, number))
        for server in servers:
            if server not in able:
                row.values[server.name] = []
        self.add(row)

    def able(self, servers, name, action):
        """Calls action(server) and returns the servers that can do it: all, or Berth and some peers."""
        able = []
        for server in servers:
            try:
                action(server)
                able.append(server)
            except Exception as failure:  # whatever a registry does that we do not know
                if server.name == BERTH:
                    raise
                self.note(f"{server.name}, {name}: not measured, {str(failure)[:200]}")
        return able

    def empty(self):
        return {kind.name: [] for kind in self.kinds}

    def add(self, row):
        self.rows.append(row)
        print(row, flush=True)

    def note(self, text):
        self.notes.append(text)
        print(text, flush=True)

    def run(self, names):
        print(heading(self.kinds), flush=True)
        for name in names:
            scenarios.ALL[name](self)
        if max(self.resident[BERTH]):  # there were rows of CPU time
            self.add(Row("resident memory, the most seen after any of these", "MiB", self.resident, {}))


def heading(kinds):
    columns = ["operation", "unit", BERTH]
    for kind in kinds[1:]:
        columns += [kind.name, "÷ Berth (wall time)"]
    return f"| {' | '.join(columns)} |\n|{'---|' * len(columns)}"


def spread(values):
    """Median and range."""
    if not values:
        return NOT_MEASURED
    if len(values) == 1:
        return shown(values[0])
    return f"{shown(statistics.median(values))} ({shown(min(values))}–{shown(max(values))})"


def ratios(row, name):
    """How many times what Berth took, and the same in wall time where that is known."""
    if not row.values[name]:
        return ""
    ratio = times(row.values, name)
    return f"{ratio} ({times(row.seconds, name)})" if row.seconds else ratio


def shown(value):
    return f"{value:,.0f}" if value >= 100 else f"{value:.2g}" if value < 10 else f"{value:.3g}"


def times(values, name):
    return shown(statistics.median(values[name]) / statistics.median(values[BERTH])) + "×"


def label(name):
    """A name as part of a path."""
    return re.sub(r"[^A-Za-z0-9.-]+", "-", name)


def has_tags(server, repository):
    with wire.Connection(server.port) as connection:
        answer = connection.request("GET", f"/v2/{repository}/tags/list")
        return answer.status == 200 and bool(json.loads(answer.body).get("tags"))


# --- what was measured, and where


def java_of(server):
    """Name and version of the JDK a process of Berth runs on."""
    home = pathlib.Path(os.readlink(f"/proc/{server.process.pid}/exe")).parent.parent
    release = dict(re.findall(r'^(\w+)="(.*)"$', (home / "release").read_text(), re.MULTILINE))
    return f"{release.get('IMPLEMENTOR', 'JDK')} {release['JAVA_VERSION']}"


def described(kind):
    """A peer's version, and that of the Go it was compiled with: much depends on it."""
    if kind.command:
        words = [pathlib.Path(word).name if word.startswith("/") else word for word in kind.command]
        text = f"{kind.name} (`{' '.join(words)}`)"
        programs = [shutil.which(word) for word in kind.command]
        program = next((path for path in programs if path and pathlib.Path(path).name != "env"), None)
    else:
        program = shutil.which(kind.name)
        version = subprocess.run([program, "--version"], capture_output=True, text=True, check=True).stdout
        text = f"{kind.name} {version.split()[-1]}"
    go = program and re.search(rb"\bgo(1\.\d+(\.\d+)?)", pathlib.Path(program).read_bytes())
    return f"{text}, compiled with Go {go.group(1).decode()}" if go else text


def berth(settings):
    commit = subprocess.run(["git", "-C", PROJECT, "describe", "--always", "--dirty"],
                            capture_output=True, text=True).stdout.strip()
    heap = settings.get("BERTH_HEAP")
    return f"Berth {commit}" + (f" with a heap of {heap}" if heap else "")


def machine():
    model = re.search(r"^model name\s*: (.*)$", pathlib.Path("/proc/cpuinfo").read_text(), re.MULTILINE)
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / (1 << 30)
    return (f"{os.cpu_count()} processors ({model.group(1) if model else platform.machine()}), "
            f"{memory:.0f} GiB, Linux {platform.release()}")


def report(bench):
    peers = "; ".join(described(kind) for kind in bench.kinds[1:])
    lines = [
        f"Measured on {time.strftime('%Y-%m-%d')}: {berth(bench.settings)} on {bench.jdk}; {peers}. {machine()}.",
        f"Median and range of {bench.rounds} rounds.", "", heading(bench.kinds), *map(str, bench.rows)]
    return "\n".join(lines + [""] * bool(bench.notes) + [f"- {note}" for note in bench.notes])


def write_into(path, mark, text):
    """Replaces what stands between two marks in a document."""
    begin, end = f"<!-- {mark} -->", f"<!-- end of {mark} -->"
    before, rest = path.read_text(encoding="utf-8").split(begin)
    after = rest.split(end)[1]
    path.write_text(f"{before}{begin}\n\n{text}\n\n{end}{after}", encoding="utf-8")


def add_kinds(parser):
    """The options that name what is measured."""
    parser.add_argument("--peer", action="append", type=peer, metavar="NAME[=COMMAND]",
                        help="what to measure next to Berth, docker-registry if none is named; may be repeated")
    parser.add_argument("--before", action="append", type=before, metavar="NAME=COMMAND",
                        help="another Berth to measure next to it; may be repeated")
    parser.add_argument("--berth-command", metavar="COMMAND",
                        help="how Berth is started, as for --peer; this checkout's launcher if not said")
    parser.add_argument("--heap", help="the heap of Berth, as for java -Xmx; what the launcher takes if not said")


def peer(text):
    name, _, command = text.partition("=")
    if command:
        return Kind(name, "command", tuple(shlex.split(command)))
    if name not in INSTALLED:
        raise argparse.ArgumentTypeError(f"{name} needs a command, unlike {' and '.join(INSTALLED)}")
    return Kind(name, INSTALLED[name])


def before(text):
    name, _, command = text.partition("=")
    if not command:
        raise argparse.ArgumentTypeError(f"{name} needs a command")
    return Kind(name, "command", tuple(shlex.split(command)), is_berth=True)


def chosen_kinds(parser, options):
    """Berth and its peers; builds Berth where that is needed. None: a peer is missing, and a line says so."""
    peers = (options.before or []) + (options.peer or [])
    if not peers:
        peers = [peer(name) for name in INSTALLED]
    kinds = [Kind(BERTH, "berth", tuple(shlex.split(options.berth_command or "")), is_berth=True), *peers]
    if len({kind.name for kind in kinds}) < len(kinds):
        parser.error("two registries have the same name")
    for kind in peers:
        if not kind.command and not shutil.which(kind.name):
            print(f"nothing measured: needs {kind.name}, a package of that name in Debian, or --peer NAME=COMMAND")
            return None
    if not options.berth_command:
        build()
    return kinds


def settings_of(options):
    return {"BERTH_HEAP": options.heap} if options.heap else {}


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("scenario", nargs="*", metavar="scenario",
                        help="what to measure, everything if none is named: " + " ".join(scenarios.ALL))
    add_kinds(parser)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--quick", action="store_true", help="tiny sizes: does the benchmark work?")
    parser.add_argument("--write", type=pathlib.Path, help="the document to put the table into, between its marks")
    options = parser.parse_args()
    for name in options.scenario:
        if name not in scenarios.ALL:
            parser.error(f"no scenario {name}; there are {' '.join(scenarios.ALL)}")
    kinds = chosen_kinds(parser, options)
    if not kinds:
        return
    with tempfile.TemporaryDirectory(prefix="berth-bench.") as folder:
        sizes = scenarios.QUICK if options.quick else scenarios.FULL
        bench = Bench(pathlib.Path(folder), kinds, options.rounds, sizes, settings_of(options))
        bench.run(options.scenario or scenarios.ALL)
        if options.write:
            write_into(options.write, "measured", report(bench))


if __name__ == "__main__":
    sys.exit(main())
