#!/usr/bin/env python3
"""Measures what Berth and its peers make of an S3 server that is 20 ms away, and prints a table.

All use the same real S3 server, each through a proxy that makes every request wait and counts it
(slow.py), and are measured in turn: A B C A B C. Counted are the requests of the registry, and apart from
them those of clients that were sent there. One round before the first is not counted. There are two
servers of each kind on the same tree, of which one sends clients to S3 for blobs and the other does
not: what one has pushed is new to the other, so its first pull finds no cache filled.

Needs an S3 server, and docker-registry unless other peers are named, as for bench.py. A peer finds the
S3 server by the REGISTRY_STORAGE_S3_* variables, or by {config}, which here is a configuration for that.
"""

import argparse
import concurrent.futures
import contextlib
import dataclasses
import pathlib
import random
import sys
import tempfile
import time

import bench
import s3
import scenarios
import trees
import wire
from bench import BERTH
from servers import S3Server, SlowWay

MILLISECONDS = 20
LAYERS = 10
# Those of docker.
UPLOADS, DOWNLOADS = 5, 3

@dataclasses.dataclass
class Sizes:
    """How much of everything."""

    layer: int  # bytes
    tags: int  # in the tree that is made in the bucket
    pushed_tags: int  # in the one that is pushed


FULL = Sizes(layer=1 << 20, tags=20_000, pushed_tags=2_000)
# Shows that the benchmark itself works, and nothing else.
QUICK = Sizes(layer=1 << 16, tags=100, pushed_tags=20)


@dataclasses.dataclass
class Row:
    """A line of the table: by name of a registry, what each round took."""

    name: str
    seconds: dict
    requests: dict  # of the server
    links: dict  # requests of clients that it sent to S3

    def cells(self):
        asides = {name: f", and {spread(links)} of clients" if any(links) else ""
                  for name, links in self.links.items()}
        return (self.name, *self.columns(self.seconds, dict.fromkeys(self.seconds, " s")),
                *self.columns(self.requests, asides))

    @staticmethod
    def columns(values, endings):
        columns = []
        for name in values:
            columns.append(spread(values[name]) + endings[name] if values[name] else "")
            if name != BERTH:
                columns.append(bench.times(values, name) if values[name] and values.get(BERTH) else "")
        return columns

    def __str__(self):
        return "| " + " | ".join(self.cells()) + " |"


def spread(values):
    """Median and range, if there is one."""
    return bench.shown(values[0]) if min(values) == max(values) else bench.spread(values)


class Subject:
    """A server with its own way to the S3 server."""

    def __init__(self, server, way):
        self.name = server.name
        self.port = server.port
        self.server = server
        self.way = way


class Latency:
    """Runs operations on pairs of servers and collects rows."""

    def __init__(self, work, s3_server, kinds, rounds, sizes, settings):
        self.work = work
        self.kinds = kinds
        self.settings = settings  # of Berth
        self.s3_server = s3_server
        self.rounds = rounds
        self.sizes = sizes
        self.rows = []
        self.notes = []
        self.jdk = None

    @contextlib.contextmanager
    def subject(self, kind, folder, **settings):
        with SlowWay(self.s3_server.port, MILLISECONDS) as way:
            settings = self.s3_server.settings_at(way.port) | settings
            with kind.server(folder, self.work / f"{bench.label(kind.name)}.log", **settings) as server:
                if kind.name == BERTH:
                    self.jdk = self.jdk or bench.java_of(server)
                try:
                    yield Subject(server, way)
                except Exception:
                    print(f"--- {kind.name}, {server.state()}\n{server.end_of_log()}", file=sys.stderr)
                    raise

    @contextlib.contextmanager
    def pair(self, kinds, folder, settings, berth_settings):
        """One server of each kind. Each has a folder of its own unless folder is one for all."""
        with contextlib.ExitStack() as stack:
            yield [stack.enter_context(self.subject(
                kind, folder or self.work / "trees" / bench.label(kind.name), **settings,
                **(self.settings | berth_settings if kind.is_berth else {}))) for kind in kinds]

    def measure(self, name, subjects, work, prepare=lambda subject, number: number, rounds=None, uncounted=1):
        """Adds a row of work(subject, prepared). prepare(subject, round) is not measured."""
        row = Row(name, *({kind.name: [] for kind in self.kinds} for _ in range(3)))
        for number in range((rounds or self.rounds) + uncounted):
            for subject in subjects:
                prepared = prepare(subject, number)
                subject.server.settle()
                subject.way.counts()
                begun = time.monotonic()
                work(subject, prepared)
                seconds = time.monotonic() - begun
                counts = subject.way.counts()
                if number >= uncounted:
                    row.seconds[subject.name].append(seconds)
                    row.links[subject.name].append(counts.pop("link", 0))
                    row.requests[subject.name].append(sum(counts.values()))
        self.add(row)

    def add(self, row):
        self.rows.append(row)
        print(row, flush=True)

    def run(self, names):
        print(heading(self.kinds), flush=True)
        for name in names:
            ALL[name](self, self.kinds)


# --- what docker does


class Image:
    """One that nobody has seen: its layers come from a seed."""

    def __init__(self, seed, layers, size):
        chance = random.Random(seed)
        self.layers = [chance.randbytes(size) for _ in range(layers)]
        self.config = chance.randbytes(2000)
        self.descriptors = [wire.descriptor(wire.OCI_LAYER, wire.sha256(layer), size) for layer in self.layers]
        self.tag = f"t{seed}"

    def manifest(self, note=""):
        return scenarios.manifest(
            wire.descriptor(wire.OCI_CONFIG, wire.sha256(self.config), len(self.config)), self.descriptors, note)


class Connections:
    """Tasks that run at the same time, as many as there are connections."""

    def __init__(self, port, number):
        self.free = [wire.Connection(port) for _ in range(number)]
        self.pool = concurrent.futures.ThreadPoolExecutor(number)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.pool.shutdown()
        for connection in self.free:
            connection.close()

    def each(self, task, items):
        """Calls task(connection, item) for all of them; an exception of one is raised here."""
        return list(self.pool.map(lambda item: self._one(task, item), items))

    def _one(self, task, item):
        connection = self.free.pop()
        try:
            return task(connection, item)
        finally:
            self.free.append(connection)


def push_blob(connection, repository, content):
    """As docker does: it looks first, and sends all bytes in one PATCH, in chunks."""
    digest = wire.sha256(content)
    connection.request("HEAD", f"/v2/{repository}/blobs/{digest}").expect(404)
    session = wire.open_upload(connection, repository)
    pieces = (content[at : at + 32_768] for at in range(0, len(content), 32_768))
    answer = connection.request("PATCH", session, body=pieces).expect(202)
    wire.finish_upload(connection, answer.location(), digest)


def push(subject, image, repository="bench/app"):
    with Connections(subject.port, UPLOADS) as connections:
        connections.each(lambda connection, layer: push_blob(connection, repository, layer), image.layers)
        connections.each(lambda connection, config: push_blob(connection, repository, config), [image.config])
        connections.each(lambda connection, body: scenarios.send_manifest(
            connection, repository, image.tag, body), [image.manifest()])


def get_blob(connection, path):
    answer = connection.request("GET", path).expect(200, 307)
    if answer.status == 307:
        with wire.Connection(answer.port()) as elsewhere:
            answer = elsewhere.request("GET", answer.location()).expect(200)
    return answer.body


def pull(subject, image, repository="bench/app"):
    with Connections(subject.port, DOWNLOADS) as connections:
        connections.each(lambda connection, tag: connection.request(
            "GET", f"/v2/{repository}/manifests/{tag}", {"Accept": wire.OCI_MANIFEST}).expect(200), [image.tag])
        contents = [image.config, *image.layers]
        paths = [f"/v2/{repository}/blobs/{wire.sha256(content)}" for content in contents]
        if connections.each(get_blob, paths) != contents:
            raise wire.UnexpectedAnswer("a blob came back changed")


def images(run, kinds):
    new = {}
    seeds = iter(range(1, 1_000_000))

    def new_image(subject, _):
        new[subject.name] = Image(next(seeds), LAYERS, run.sizes.layer)
        return new[subject.name]

    def pushed_elsewhere(others):
        def prepare(subject, number):
            image = new_image(subject, number)
            push(others[subject.name], image)
            return image
        return prepare

    def put_manifest(subject, image):
        with wire.Connection(subject.port) as connection:
            scenarios.send_manifest(connection, "bench/app", image.tag + "-again", image.manifest("again"))

    def pushed_here(subject, number):
        image = new_image(subject, number)
        push(subject, image)
        return image

    def same(subject, _):
        return new[subject.name]

    layers = f"{LAYERS} layers of {run.sizes.layer >> 10} KiB"
    no_redirect = {"REGISTRY_STORAGE_REDIRECT_DISABLE": "true"}
    exclusive = {"REGISTRY_STORAGE_OWNERSHIP": "exclusive"}
    with (run.pair(kinds, None, {}, exclusive) as redirecting,
          run.pair(kinds, None, no_redirect, exclusive) as passing):
        by_kind = [{subject.name: subject for subject in pair} for pair in (redirecting, passing)]
        run.measure(f"push of {layers}, {UPLOADS} at a time", redirecting, push, new_image)
        run.measure(f"pull of it, {DOWNLOADS} at a time, redirected", redirecting, pull, pushed_elsewhere(by_kind[1]))
        run.measure("the same pull again", redirecting, pull, same)
        run.measure("pull, not redirected", passing, pull, pushed_elsewhere(by_kind[0]))
        run.measure("the same pull again, not redirected", passing, pull, same)
        run.measure(f"manifest PUT, {LAYERS} layers, new tag", redirecting, put_manifest, pushed_here)


# --- repositories with many tags


def delete(repository):
    def work(subject, digest):
        with wire.Connection(subject.port, timeout=3600) as connection:
            connection.request("DELETE", f"/v2/{repository}/manifests/{digest}").expect(202)
    return work


def tags_in_bucket(run, kinds):
    """One tree for all, made in the bucket. Peers read every tag: once is enough."""
    repository = "bench/tags"
    folder = run.work / "made"
    berths = [kind for kind in kinds if kind.is_berth]
    # One for each on the shared tree, and each Berth's own: the first, one not counted, the rounds.
    with s3.Writer(run.s3_server.settings) as writer:
        victims = trees.tagged(folder, repository, run.sizes.tags, [1] * (len(kinds) + len(berths) * (run.rounds + 2)),
                               lambda path, content: writer.put(str(path).lstrip("/"), content))
    name = f"DELETE manifest with 1 of {run.sizes.tags:,} tags"

    def victim(*_):
        return victims.pop()

    with run.pair(kinds, folder, {}, {"REGISTRY_STORAGE_OWNERSHIP": "shared"}) as subjects:
        run.measure(f"{name}, tree shared", subjects, delete(repository), victim, rounds=1, uncounted=0)
    for berth in berths:
        with run.pair([berth], folder, {}, {"REGISTRY_STORAGE_OWNERSHIP": "exclusive"}) as subjects:
            run.measure(f"{name}, the first one on a tree that others made", subjects, delete(repository), victim,
                        rounds=1, uncounted=0)
            # The first has begun it; with many tags it takes longer than this.
            run.measure(f"{name}, further ones, while an index is built", subjects, delete(repository), victim)


def tags_pushed(run, kinds):
    """A tree of each one's own, pushed through its API."""
    repository, total = "bench/pushed", run.sizes.pushed_tags
    victims = run.rounds + 1

    def fill(subject):
        with Connections(subject.port, 16) as connections:
            connections.each(lambda connection, config: wire.push_blob(connection, repository, config), [trees.CONFIG])
            return connections.each(
                lambda connection, number: scenarios.put_manifest(
                    connection, repository, f"t{number:06d}", [], note=str(min(number, victims))),
                range(total))

    with run.pair(kinds, None, {}, {"REGISTRY_STORAGE_OWNERSHIP": "exclusive"}) as subjects:
        digests = {subject.name: fill(subject)[:victims] for subject in subjects}
        run.measure(f"DELETE manifest with 1 of {total:,} tags, all pushed by the same server", subjects,
                    delete(repository), lambda subject, _: digests[subject.name].pop())


ALL = {"images": images, "tags": tags_in_bucket, "pushed-tags": tags_pushed}


# --- the table


def sizes(options):
    chosen = {name: value for name in ("tags", "pushed_tags") if (value := getattr(options, name))}
    return dataclasses.replace(QUICK if options.quick else FULL, **chosen)


def heading(kinds):
    names = [column for kind in kinds for column in ((kind.name,) if kind.name == BERTH else (kind.name, "÷ Berth"))]
    columns = ["operation", *names, "requests to S3, " + names[0], *names[1:]]
    return f"| {' | '.join(columns)} |\n|{'---|' * len(columns)}"


def report(run):
    lines = [
        f"Measured on {time.strftime('%Y-%m-%d')}: {bench.berth(run.settings)} on {run.jdk}; "
        f"{'; '.join(bench.described(kind) for kind in run.kinds[1:])}; all on "
        f"{run.s3_server.kind} through a proxy that delays every request by {MILLISECONDS} ms. {bench.machine()}.",
        f"Median and range of {run.rounds} rounds.", "", heading(run.kinds), *map(str, run.rows)]
    return "\n".join(lines)


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("scenario", nargs="*", metavar="scenario",
                        help="what to measure, everything if none is named: " + " ".join(ALL))
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--quick", action="store_true", help="tiny sizes: does the benchmark work?")
    parser.add_argument("--tags", type=int, help=f"in the tree that is made in the bucket, {FULL.tags:,} if not said")
    parser.add_argument("--pushed-tags", type=int, help=f"in the one that is pushed, {FULL.pushed_tags:,} if not said")
    parser.add_argument("--store", default="radosgw", help="a kind that s3-server knows")
    parser.add_argument("--only", metavar="NAME", help="one of the registries, for trying things out")
    bench.add_kinds(parser)
    parser.add_argument("--write", type=pathlib.Path, help="the document to put the table into, between its marks")
    options = parser.parse_args()
    for name in options.scenario:
        if name not in ALL:
            parser.error(f"no scenario {name}; there are {' '.join(ALL)}")
    kinds = bench.chosen_kinds(parser, options)
    if not kinds:
        return
    if options.only:
        kinds = [kind for kind in kinds if kind.name == options.only] or parser.error(f"no registry {options.only}")
    with tempfile.TemporaryDirectory(prefix="berth-latency.") as folder:
        work = pathlib.Path(folder)
        s3_server = S3Server(options.store, work / "s3")
        if missing := s3_server.missing():
            print(f"nothing measured on {options.store}: {missing}")
            return
        with s3_server:
            run = Latency(work, s3_server, kinds, options.rounds, sizes(options), bench.settings_of(options))
            run.run(options.scenario or ALL)
            if options.write:
                bench.write_into(options.write, "latency", report(run))


if __name__ == "__main__":
    sys.exit(main())
