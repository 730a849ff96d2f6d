#!/usr/bin/env python3
"""Measures what credentials cost: server CPU for a manifest GET without any, with a password, and with many tokens.

  credentials.py [--rounds N] [--quick] [--tokens N] [--write FILE]

Tokens are those that the registry issues itself. Then measures how long good clients wait while others
send wrong passwords. Needs htpasswd and wrk.
"""

import argparse
import base64
import json
import pathlib
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time

import bench
import load
import servers
import trees
import wire

REPOSITORY = "bench/app"
USER, PASSWORD = "alice", "open sesame"
BASIC = "Basic " + base64.b64encode(f"{USER}:{PASSWORD}".encode()).decode()
STORM_PER_SECOND = 1000
STORM_USERS = 50
REQUESTS = r"""
local requests, next = {}, 0
function init()
  for line in io.lines("%s") do
    if line == "" then line = nil end
    requests[#requests + 1] = wrk.format("GET", nil, {["Accept"] = "%s", ["Authorization"] = line})
  end
end
function request()
  next = next %% #requests + 1
  return requests[next]
end
"""


class Measurement:
    """Two servers with the same image, one of which asks for credentials."""

    def __init__(self, work, options):
        self.work = work
        self.rounds = options.rounds
        self.seconds = 1 if options.quick else 4
        self.good_requests = 100 if options.quick else 3000
        self.rows = []
        users = work / "users"
        entry = subprocess.run(["htpasswd", "-Bbn", USER, PASSWORD], capture_output=True, text=True, check=True)
        users.write_text(entry.stdout, encoding="utf-8")
        self.open = servers.Server("berth", work / "open", work / "open.log", REGISTRY_AUTH="none")
        self.closed = servers.Server(
            "berth", work / "closed", work / "closed.log",
            REGISTRY_AUTH_HTPASSWD_REALM="bench", REGISTRY_AUTH_HTPASSWD_PATH=str(users),
            REGISTRY_AUTH_TOKENSERVICE_SERVICE="bench", REGISTRY_AUTH_TOKENSERVICE_LIFETIME="1h")

    def seed(self, server, headers):
        with wire.Connection(server.port) as connection:
            upload = connection.request("POST", f"/v2/{REPOSITORY}/blobs/uploads/", headers).expect(202).location()
            digest = wire.sha256(trees.CONFIG)
            connection.request("PUT", wire.with_query(upload, "digest=" + digest), headers, trees.CONFIG).expect(201)
            manifest = json.dumps({
                "schemaVersion": 2, "mediaType": wire.OCI_MANIFEST, "layers": [],
                "config": wire.descriptor(wire.OCI_CONFIG, digest, len(trees.CONFIG))}).encode()
            path = f"/v2/{REPOSITORY}/manifests/{wire.sha256(manifest)}"
            connection.request("PUT", path, headers | {"Content-Type": wire.OCI_MANIFEST}, manifest).expect(201)
        return path

    def tokens(self, number):
        """That many different tokens for the image, from the registry."""
        issued = set()
        with wire.Connection(self.closed.port) as connection:
            while len(issued) < number:
                answer = connection.request(
                    "GET", f"/token?service=bench&scope=repository:{REPOSITORY}:pull", {"Authorization": BASIC})
                issued.add("Bearer " + json.loads(answer.expect(200).body)["token"])
        return sorted(issued)

    def run(self, number):
        with self.open, self.closed:
            path = self.seed(self.open, {})
            self.seed(self.closed, {"Authorization": BASIC})
            self.cost(path, {
                "without credentials": (self.open, [""]),
                "with a password": (self.closed, [BASIC]),
                f"with {number:,} tokens in turn": (self.closed, self.tokens(number))})
            self.storm(path)

    def cost(self, path, kinds):
        """CPU of a manifest GET with each kind of credentials, in turn so that all meet the same machine."""
        scripts = {}
        for name, (_, credentials) in kinds.items():
            lines, scripts[name] = (self.work / f"{len(scripts)}{end}" for end in (".txt", ".lua"))
            lines.write_text("".join(line + "\n" for line in credentials), encoding="ascii")
            scripts[name].write_text(REQUESTS % (lines, load.ACCEPT["Accept"]), encoding="ascii")
        spent = {name: [] for name in kinds}
        for number in range(self.rounds + 1):
            for name, (server, _) in kinds.items():
                server.settle()
                before = server.cpu_seconds()
                answered = load.scripted(server, path, self.seconds, scripts[name])
                if number > 0:  # before that, the code is compiled, and each token is verified
                    spent[name].append((server.cpu_seconds() - before) / answered * 1e6)
        least = statistics.median(spent["without credentials"])
        for name, values in spent.items():
            self.add(f"manifest GET, {name}", "CPU µs", bench.spread(values),
                     f"{statistics.median(values) / least:.2f}×")

    def storm(self, path):
        """How long a client waits for a manifest, alone and among wrong passwords."""
        for name, authorization in (("a password", BASIC), ("a token", self.tokens(1)[0])):
            alone = self.waits(path, authorization)
            stop, sent = threading.Event(), []
            storm = threading.Thread(target=self.send_wrong_passwords, args=(path, stop, sent))
            storm.start()
            time.sleep(1)
            among = self.waits(path, authorization)
            stop.set()
            storm.join()
            for what, of in (("median", statistics.median), ("mean", statistics.mean), ("99 of 100", percentile)):
                self.add(f"wait with {name} among {statistics.median(sent):,.0f} wrong passwords a second, {what}",
                         "ms", f"{of(among) * 1e3:.2f} (alone {of(alone) * 1e3:.2f})", f"{of(among) / of(alone):.2f}×")

    def waits(self, path, authorization):
        headers = load.ACCEPT | {"Authorization": authorization}
        waits = []
        with wire.Connection(self.closed.port) as connection:
            for _ in range(self.good_requests):
                begun = time.monotonic()
                connection.request("GET", path, headers, into=wire.nowhere).expect(200)
                waits.append(time.monotonic() - begun)
        return waits

    def send_wrong_passwords(self, path, stop, sent):
        """Sends a thousand a second, or as many as are answered; says how many each second."""
        connections = [wire.Connection(self.closed.port) for _ in range(20)]
        number, begun, since, count = 0, time.monotonic(), time.monotonic(), 0
        while not stop.is_set():
            for connection in connections:
                number += 1
                wrong = base64.b64encode(f"user{number % STORM_USERS}:wrong{number}".encode()).decode()
                connection.send("GET", path, {"Authorization": "Basic " + wrong})
            for connection in connections:
                connection.receive("GET", into=wire.nowhere).expect(401, 429)
            count += len(connections)
            if time.monotonic() - since >= 1:
                sent.append(count / (time.monotonic() - since))
                since, count = time.monotonic(), 0
            time.sleep(max(0.0, begun + number / STORM_PER_SECOND - time.monotonic()))
        sent.append(sent.pop() if sent else count / max(time.monotonic() - since, 1e-3))
        for connection in connections:
            connection.close()

    def add(self, *columns):
        row = f"| {' | '.join(columns)} |"
        self.rows.append(row)
        print(row, flush=True)


def percentile(values):
    return statistics.quantiles(values, n=100)[98]


HEADING = "| what | unit | median and range | ratio |\n|---|---|---|---|"


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--quick", action="store_true", help="tiny sizes: does the measurement work?")
    parser.add_argument("--tokens", type=int, help="how many different ones, 5,000 if not said")
    parser.add_argument("--write", type=pathlib.Path, help="the document to put the table into, between its marks")
    options = parser.parse_args()
    for tool in ("htpasswd", "wrk"):
        if not shutil.which(tool):
            print(f"nothing measured: needs {tool}")
            return
    servers.build()
    with tempfile.TemporaryDirectory(prefix="berth-credentials.") as folder:
        measurement = Measurement(pathlib.Path(folder), options)
        print(HEADING)
        measurement.run(options.tokens or (50 if options.quick else 5000))
        if options.write:
            text = f"Measured on {time.strftime('%Y-%m-%d')}: {bench.berth({})}. {bench.machine()}.\n\n{HEADING}\n"
            bench.write_into(options.write, "credentials", text + "\n".join(measurement.rows))


if __name__ == "__main__":
    sys.exit(main())
