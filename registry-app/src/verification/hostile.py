#!/usr/bin/env python3
"""Makes the server hold as much as clients can make it hold, and measures the service of other clients.

Each attack takes as much as it can get of one thing: connections, threads, memory, the time of the
server. The attackers come from many addresses of the loopback network, so that no limit for a single
client spares the server. While an attack lasts, a good client pulls a manifest again and again,
pushes a blob, and asks whether the server lives and is ready, each time on a new connection. Then:

  - every probe was answered within a second, every pull and every push succeeded;
  - the p99 of pulling a manifest is below twice what it was without an attack, or below a floor that
    the noise of a busy machine needs;
  - the process lives, its memory stays within the heap and what a JVM needs besides, and it does not
    grow from one round of all attacks to the next.

The short form is for every change. The full form has 1000 slow uploads and 10,000 idle connections
with a heap of 512 MiB. Both need two processes that may each open as many files as there are
connections: the script raises its own limit (ulimit -n) as far as it may, which the server inherits,
and says what it could not do.
"""

import argparse
import contextlib
import hashlib
import itertools
import json
import pathlib
import resource
import socket
import subprocess
import sys
import tempfile
import threading
import time

import wire
from servers import Server, build

REPOSITORY = "library/good"
JVM_MIB = 170  # code, the cache of classes, thread stacks, and buffers outside of the heap
# When slow requests of all kinds have reached the limit of requests, another request waits until the
# slowest have kept the server waiting for two seconds.
ALL_TAKEN_SECONDS = 4
TOGETHER_SECONDS = 10
PROBE_SECONDS = 1.0


def attackers():
    """Addresses from which no single one takes more than a share."""
    while True:
        for last in range(1, 33):
            yield f"127.0.9.{last}"


class Held:
    """Connections of attackers, and the bytes that are dribbled on them."""

    def __init__(self, port):
        self.port = port
        self.sockets = []
        self.addresses = attackers()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.drop()

    def drop(self):
        for held in self.sockets:
            held.close()
        self.sockets = []

    def open(self, data=b"", receive_buffer=None):
        """One more connection with something sent on it. None where the server did not take it."""
        held = socket.socket()
        if receive_buffer:
            held.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        try:
            held.bind((next(self.addresses), 0))
            held.settimeout(5)
            held.connect(("127.0.0.1", self.port))
            if data:
                held.sendall(data)
            held.setblocking(False)
        except OSError:
            held.close()
            return None
        self.sockets.append(held)
        return held

    def dribble(self, data=b"x"):
        """One more piece on each connection; forgets those that the server has ended."""
        alive = []
        for held in self.sockets:
            try:
                held.send(data)
                alive.append(held)
            except BlockingIOError:
                alive.append(held)
            except OSError:
                held.close()
        self.sockets = alive

    def open_now(self):
        """How many the server has not ended."""
        count = 0
        for held in self.sockets:
            with contextlib.suppress(OSError):
                try:
                    count += held.recv(1, socket.MSG_PEEK) != b""
                except BlockingIOError:
                    count += 1
        return count


def head(method, path, *fields):
    return "\r\n".join([f"{method} {path} HTTP/1.1", "Host: registry.test", *fields, "", ""]).encode()


# ---- the attacks: each begins, and gives what is to be done every second while it lasts


def half_headers(held, scale):
    for _ in range(scale.connections * 5 // 4):
        held.open(b"GET /v2/ HTTP/1.1\r\nHost: registry.test\r\nX-Large: " + b"a" * 1500)
    return lambda: None


def large_half_headers(held, scale):
    for _ in range(scale.connections // 2):
        held.open(b"GET /v2/ HTTP/1.1\r\nHost: registry.test\r\nX-Large: " + b"a" * 30_000)
    return lambda: None


def full_header_room(held, scale):
    """One address fills all memory for incomplete headers, to the last bytes."""
    held.addresses = itertools.repeat("127.0.9.1")
    for size, count in ((32_000, scale.connections // 10), (4_000, 30), (500, 60), (40, 200)):
        for _ in range(count):
            held.open((b"GET /v2/ HTTP/1.1\r\nHost: registry.test\r\nX-Large: " + b"a" * size)[:size])
    return lambda: None


def dribbled_headers(held, scale):
    for _ in range(scale.connections // 4):
        held.open(b"GET /v2/ HTTP/1.1\r\n")
    return held.dribble


def idle_connections(held, scale):
    for _ in range(scale.connections * 5 // 4):
        held.open()
    return lambda: None


def idle_after_a_request(held, scale):
    for _ in range(scale.connections * 5 // 4):
        held.open(head("GET", "/v2/"))
    return lambda: None


def idle_after_a_download(held, scale):
    for _ in range(scale.connections // 2):
        held.open(head("GET", f"/v2/{REPOSITORY}/blobs/{scale.blob}", "Range: bytes=0-99999"))
    return lambda: [drain(one) for one in held.sockets]


def drain(held):
    with contextlib.suppress(OSError):
        while held.recv(1 << 17):
            pass


def slow_uploads(held, scale):
    with wire.Connection(held.port) as connection:
        for _ in range(scale.uploads):
            session = wire.open_upload(connection, "library/slow")
            held.open(head("PATCH", session, "Content-Length: 10000000") + b"x" * 1024)
    return held.dribble


def slow_manifests(held, scale):
    for number in range(scale.uploads // 2):
        size, sent = ((70_000, 1024), (4_000_000, 80_000))[number % 2]
        put = head("PUT", f"/v2/library/slow/manifests/t{number}",
                   f"Content-Type: {wire.OCI_MANIFEST}", f"Content-Length: {size}")
        held.open(put + b" " * sent)
    return held.dribble


def unread_downloads(held, scale):
    ranges = ",".join(f"{start}-{start + 300_000}" for start in range(0, 8_000_000, 400_000))
    for number in range(scale.uploads // 2):
        fields = [f"Range: bytes={ranges}"] if number % 2 else []
        held.open(head("GET", f"/v2/{REPOSITORY}/blobs/{scale.blob}", *fields), receive_buffer=4096)
    return lambda: None


def refused_bodies(held, scale):
    for _ in range(scale.uploads):
        held.open(head("PATCH", "/v2/library/slow/blobs/uploads/nothing", "Content-Length: 60000000") + b"x" * 1024)
    return lambda: None


def large_headers(held, scale):
    def again():
        held.drop()
        for _ in range(50):
            held.open(head("GET", "/v2/", "X-Large: " + "a" * 60_000))

    again()
    return again


def pipelining(held, scale):
    for _ in range(scale.uploads // 4):
        held.open(head("GET", f"/v2/{REPOSITORY}/manifests/latest") * 100 + b"GET /v2/ HT", receive_buffer=4096)
    return lambda: None


def maximal_manifests(held, scale):
    return lambda: [threading.Thread(target=push_maximal, args=(held.port, number)).start() for number in range(4)]


def push_maximal(port, number):
    """A manifest as large as one may be, of as many small parts as it can have. It may be refused."""
    annotations = ",".join(f'"{key}":""' for key in range(380_000))
    body = json.dumps({"schemaVersion": 2, "mediaType": wire.OCI_MANIFEST})[:-1]
    body = (body + ',"annotations":{' + annotations + "}}").encode()[: 4 * 1024 * 1024]
    with contextlib.suppress(OSError), wire.Connection(port, timeout=20) as connection:
        connection.request("PUT", f"/v2/library/large/manifests/m{number}", {"Content-Type": wire.OCI_MANIFEST}, body)


def paging(held, scale):
    """Pages through many tags, again and again, while the good client pushes tags beside them."""
    def again():
        threads = [threading.Thread(target=page_through, args=(held.port, 20)) for _ in range(8)]
        for thread in threads:
            thread.start()

    return again


def page_through(port, pages):
    with contextlib.suppress(OSError, wire.UnexpectedAnswer), wire.Connection(port, timeout=20) as connection:
        path = "/v2/library/tagged/tags/list?n=10"
        for _ in range(pages):
            if path is None:
                break
            path = connection.request("GET", path).next_page()


ATTACKS = [half_headers, large_half_headers, full_header_room, dribbled_headers, idle_connections,
           idle_after_a_request, idle_after_a_download, slow_uploads, slow_manifests, unread_downloads, refused_bodies,
           large_headers, pipelining, maximal_manifests, paging]


# ---- the good client


class Good:
    """Pulls, pushes, probes, and sends headers in two parts until it is told to stop.

    Keeps the seconds that each took.

    In a process of its own: the work of the attackers must not look like the server's.
    """

    def __init__(self, port):
        self.port = port
        self.seconds = {"manifest": [], "/livez": [], "/readyz": [], "push": []}
        self.failures = []
        self.ends = threading.Event()
        self.process = None

    def __enter__(self):
        self.process = subprocess.Popen([sys.executable, __file__, "--good", str(self.port)],
                                        stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self.process.stdout.readline()  # it has begun
        return self

    def __exit__(self, *_):
        said, _ = self.process.communicate()  # the end of its input is the end of its work
        found = json.loads(said)
        self.seconds, self.failures = found["seconds"], found["failures"]

    def work(self):
        threads = [threading.Thread(target=self.repeat, args=(what, pause))
                   for what, pause in ((self.pull, 0.005), (self.push, 0.2), (self.probe, 0.2), (self.split, 0.2))]
        for thread in threads:
            thread.start()
        print("begun", flush=True)
        sys.stdin.read()
        self.ends.set()
        for thread in threads:
            thread.join()
        print(json.dumps({"seconds": self.seconds, "failures": self.failures}))

    def repeat(self, what, pause):
        with wire.Connection(self.port, timeout=30) as connection:
            while not self.ends.wait(pause):
                try:
                    what(connection)
                except (OSError, wire.UnexpectedAnswer) as failure:
                    connection.close()
                    self.failures.append(f"{what.__name__}: {failure!r}")

    def timed(self, name, connection, method, path, **more):
        begun = time.monotonic()
        answer = connection.request(method, path, **more)
        self.seconds[name].append(time.monotonic() - begun)
        return answer.expect(200)

    def pull(self, connection):
        self.timed("manifest", connection, "GET", f"/v2/{REPOSITORY}/manifests/latest",
                   headers={"Accept": wire.OCI_MANIFEST})

    def push(self, connection):
        begun = time.monotonic()
        wire.push_blob(connection, "library/pushed", str(begun).encode())
        self.seconds["push"].append(time.monotonic() - begun)

    def probe(self, _):
        for path in ("/livez", "/readyz"):
            with wire.Connection(self.port, timeout=30) as fresh:
                self.timed(path, fresh, "GET", path)

    def split(self, _):
        header = head("GET", "/v2/", "X-Large: " + "a" * 1000)
        with socket.create_connection(("127.0.0.1", self.port), timeout=30) as fresh:
            fresh.sendall(header[:900])
            time.sleep(0.05)
            fresh.sendall(header[900:])
            if not fresh.recv(100).startswith(b"HTTP/1.1 200 "):
                raise OSError("the connection was closed without an answer")

    def p99(self, name):
        found = sorted(self.seconds[name])
        return found[min(len(found) - 1, len(found) * 99 // 100)] if found else float("inf")

    def line(self):
        return "  ".join(f"{name} p99 {self.p99(name) * 1000:7.1f} ms ({len(self.seconds[name])})"
                         for name in self.seconds)


# ---- the whole


def raise_file_limit(needed):
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft < needed:
        resource.setrlimit(resource.RLIMIT_NOFILE, (min(needed, hard), hard))
    allowed = resource.getrlimit(resource.RLIMIT_NOFILE)[0]
    if allowed < needed:
        print(f"only {allowed} open files are allowed (ulimit -n), {needed} are wanted: fewer connections")
    return allowed


def make_tags(folder, count):
    """Writes tags into the tree directly, as a server would, because pushing them would take too long."""
    manifests = pathlib.Path(folder, "docker/registry/v2/repositories/library/tagged/_manifests")
    digest = hashlib.sha256(b"").hexdigest()
    for number in range(count):
        current = manifests / "tags" / f"tag-{number:06}" / "current"
        current.mkdir(parents=True)
        (current / "link").write_text(f"sha256:{digest}")


def fill(port):
    with wire.Connection(port) as connection:
        config = wire.push_blob(connection, REPOSITORY, b"{}")
        layer = bytes(8 << 20)
        blob = wire.push_blob(connection, REPOSITORY, layer)
        manifest = json.dumps({
            "schemaVersion": 2, "mediaType": wire.OCI_MANIFEST,
            "config": wire.descriptor(wire.OCI_CONFIG, config, 2),
            "layers": [wire.descriptor(wire.OCI_LAYER, blob, len(layer))]}).encode()
        connection.request("PUT", f"/v2/{REPOSITORY}/manifests/latest",
                           {"Content-Type": wire.OCI_MANIFEST}, manifest).expect(201)
        return blob


def attack(server, attacks, scale, seconds):
    """The good client's view of some attacks at the same time."""
    with contextlib.ExitStack() as stack:
        held = [(one, stack.enter_context(Held(server.port))) for one in attacks]
        steps = [one(connections, scale) for one, connections in held]
        open_now = sum(connections.open_now() for _, connections in held)
        with Good(server.port) as good:
            for _ in range(seconds):
                for step in steps:
                    step()
                time.sleep(1)
        return good, open_now


def judge(name, server, good, allowed, limit_mib):
    wrong = []
    if server.state() != "running":
        return [f"{name}: the server {server.state()}: {server.end_of_log()}"]
    if good.p99("manifest") > allowed:
        wrong.append(f"{name}: p99 of a manifest {good.p99('manifest') * 1000:.0f} ms, above {allowed * 1000:.0f}")
    for probe in ("/livez", "/readyz"):
        if not good.seconds[probe] or max(good.seconds[probe]) > PROBE_SECONDS:
            wrong.append(f"{name}: {probe} took {max(good.seconds[probe], default=float('inf')):.1f} s")
    if not good.seconds["push"]:
        wrong.append(f"{name}: nothing could be pushed")
    wrong += [f"{name}: {failure}" for failure in good.failures[:3]]
    if server.resident_mib() > limit_mib:
        wrong.append(f"{name}: {server.resident_mib():.0f} MiB resident, above {limit_mib}")
    return wrong


def run(server, options, scale):
    wrong = []
    scale.blob = fill(server.port)
    attack(server, [], scale, options.seconds)  # warms up
    good, _ = attack(server, [], scale, options.seconds)
    allowed = max(2 * good.p99("manifest"), options.floor / 1000)
    limit = options.heap + JVM_MIB
    print(f"{'quiet':22} {'':6} {good.line()}  {server.resident_mib():4.0f} MiB", flush=True)
    for one in [one for one in ATTACKS if not options.only or one.__name__ in options.only]:
        good, held = attack(server, [one], scale, options.seconds)
        print(f"{one.__name__:22} {held:6} {good.line()}  {server.resident_mib():4.0f} MiB", flush=True)
        wrong += judge(one.__name__, server, good, allowed, limit)
        if server.state() != "running":
            return wrong
    if not options.only:
        residents = []
        for number in range(1, options.rounds + 1):
            together = [idle_connections, slow_uploads, dribbled_headers, unread_downloads, refused_bodies]
            good, held = attack(server, together, scale, max(options.seconds, TOGETHER_SECONDS))
            residents.append(server.resident_mib())
            print(f"{'together, round ' + str(number):22} {held:6} {good.line()}  {residents[-1]:4.0f} MiB", flush=True)
            wrong += judge("together", server, good, ALL_TAKEN_SECONDS, limit)
        if residents[-1] > residents[0] * 1.15 + 10:
            wrong.append(f"memory grows: {residents}")
    return wrong


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--full", action="store_true", help="1000 uploads, 10,000 connections, 512 MiB")
    parser.add_argument("--only", nargs="*", help="names of attacks")
    parser.add_argument("--good", type=int, metavar="PORT", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.good:
        Good(options.good).work()
        return 0
    options.heap, options.seconds, options.rounds, options.floor = (512, 15, 3, 20) if options.full else (128, 3, 2, 150)
    scale = argparse.Namespace(connections=10_000 if options.full else 1_000,
                               uploads=1_000 if options.full else 300, blob=None)
    allowed = raise_file_limit(scale.connections * 5 // 4 + 1000)
    scale.connections = min(scale.connections, (allowed - 1000) * 4 // 5)
    build()
    with tempfile.TemporaryDirectory() as folder:
        make_tags(f"{folder}/data", 100_000 if options.full else 20_000)
        settings = {"BERTH_HEAP": f"{options.heap}m", "REGISTRY_STORAGE_OWNERSHIP": "exclusive",
                    "REGISTRY_HTTP_LIMITS_HEADERTIME": "10s"}
        with Server("berth", f"{folder}/data", f"{folder}/log", **settings) as server:
            wrong = run(server, options, scale)
    print("\n".join(wrong))
    print("FAILED" if wrong else "all bounds hold")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
