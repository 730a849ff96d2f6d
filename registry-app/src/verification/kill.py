#!/usr/bin/env python3
"""Kills the server in the middle of many pushes and looks at what it left behind.

Every round starts the server on the same folder, pushes from many threads, sends SIGKILL at a
random moment, starts the server again and then demands:

  - what was answered 201 is there: blobs, and manifests by digest with all their blobs, byte for
    byte; referrers are listed under their subject;
  - a tag points at a manifest that it can point at, given the order of the answers;
  - nothing that was not answered is half visible: every tag that is listed leads to a manifest
    whose blobs are all there, and whatever HEAD finds is whole;
  - an upload that was open goes on where the server says it stands, at or behind the last answer.

A crash of the process is what this shows; a crash of the machine needs other means. With --store the
data is in a bucket, on an S3 server that lives on.
"""

import argparse
import collections
import contextlib
import dataclasses
import json
import pathlib
import random
import sys
import tempfile
import threading
import time

import wire
from servers import S3Server, Server, build

PUSHERS = 8


@dataclasses.dataclass
class Manifest:
    content: bytes
    blobs: list
    subject: str | None
    answered: bool = False


@dataclasses.dataclass
class Move:
    """A tag was asked to move. Without an end it was never answered: it may have moved or not."""

    digest: str
    begun: float
    ended: float | None = None


@dataclasses.dataclass
class Session:
    """An upload in chunks, with the bytes whose arrival was answered."""

    repository: str
    location: str
    content: bytes
    stored: int = 0
    closing: bool = False


class Journal:
    """What was asked of the server in one round, and what it answered. Keys hold the repository."""

    def __init__(self, name):
        self.repositories = (f"{name}/app", f"{name}/app/worker", f"{name}/base")
        self.blobs = {}  # (repository, digest) -> answered
        self.sizes = {}  # digest of a blob -> bytes
        self.manifests = {}  # (repository, digest) -> Manifest
        self.moves = collections.defaultdict(list)  # (repository, tag) -> [Move]
        self.sessions = []


class Pusher(threading.Thread):
    """Pushes images until its connection breaks. Threads share the journal: each step is atomic."""

    def __init__(self, port, journal, name, seed):
        super().__init__(name=name)
        self.connection = wire.Connection(port)
        self.journal = journal
        self.random = random.Random(seed)
        self.pushed = 0
        self.broke_at = None
        self.wrong_answer = None

    def run(self):
        try:
            while True:
                self.push_image()
        except wire.UnexpectedAnswer as wrong:
            self.wrong_answer = f"{self.name}: {wrong}"
        except OSError:
            self.broke_at = time.monotonic()
        finally:
            self.connection.close()

    def push_image(self):
        repository = self.random.choice(self.journal.repositories)
        blobs = [self.push_some_blob(repository) for _ in range(self.random.randint(1, 4))]
        subject = self.random.choice(self.known_manifests(repository) or [None])
        digest = self.put_manifest(repository, blobs, self.random.choice([None, subject]))
        self.pushed += 1
        if self.random.random() < 0.3:
            self.move_tag(repository, "stable", digest)

    def known_manifests(self, repository):
        return [digest for (name, digest) in list(self.journal.manifests) if name == repository]

    def push_some_blob(self, repository):
        known = [key for key, answered in list(self.journal.blobs.items()) if answered]
        if known and self.random.random() < 0.2:
            return self.mount(repository, *self.random.choice(known))
        content = self.random.randbytes(self.random.choice((40, 4_000, 70_000, 600_000, 2_000_000)))
        digest = wire.sha256(content)
        self.journal.sizes[digest] = len(content)
        self.journal.blobs.setdefault((repository, digest), False)
        push = self.random.choice((self.at_once, self.post_put, self.stream, self.chunks))
        push(repository, digest, content)
        self.journal.blobs[repository, digest] = True
        return wire.descriptor(wire.OCI_LAYER, digest, len(content))

    def at_once(self, repository, digest, content):
        path = f"/v2/{repository}/blobs/uploads/?digest={digest}"
        answer = self.connection.request("POST", path, body=content).expect(201, 202)
        if answer.status == 202:
            wire.finish_upload(self.connection, answer.location(), digest, content)

    def post_put(self, repository, digest, content):
        session = wire.open_upload(self.connection, repository)
        wire.finish_upload(self.connection, session, digest, content)

    def stream(self, repository, digest, content):
        location = wire.open_upload(self.connection, repository)
        pieces = (content[at : at + 32_768] for at in range(0, len(content), 32_768))
        answer = self.connection.request("PATCH", location, body=pieces).expect(202)
        wire.finish_upload(self.connection, answer.location(), digest)

    def chunks(self, repository, digest, content):
        session = Session(repository, wire.open_upload(self.connection, repository), content)
        self.journal.sessions.append(session)
        continue_upload(self.connection, session, max(len(content) // 5, 1))

    def mount(self, repository, source, digest):
        """Adds a blob of another repository, which is as good as pushing it."""
        self.journal.blobs.setdefault((repository, digest), False)
        path = f"/v2/{repository}/blobs/uploads/?mount={digest}&from={source}"
        self.connection.request("POST", path).expect(201)
        self.journal.blobs[repository, digest] = True
        self.connection.request("HEAD", f"/v2/{repository}/blobs/{digest}").expect(200, 307)
        return wire.descriptor(wire.OCI_LAYER, digest, self.journal.sizes[digest])

    def put_manifest(self, repository, layers, subject):
        body = {
            "schemaVersion": 2, "mediaType": wire.OCI_MANIFEST, "layers": layers[1:],
            "config": layers[0] | {"mediaType": wire.OCI_CONFIG},
            "annotations": {"test.push": f"{self.name}.{self.pushed}"}}
        if subject:
            body["subject"] = wire.descriptor(wire.OCI_MANIFEST, subject, 1000)
        content = json.dumps(body).encode()
        digest = wire.sha256(content)
        blobs = [layer["digest"] for layer in layers]
        manifest = Manifest(content, blobs, subject)
        self.journal.manifests[repository, digest] = manifest
        self.move_tag(repository, f"{self.name}.{self.pushed % 5}", digest)
        manifest.answered = True
        return digest

    def move_tag(self, repository, tag, digest):
        content = self.journal.manifests[repository, digest].content
        move = Move(digest, time.monotonic())
        self.journal.moves[repository, tag].append(move)
        self.connection.request(
            "PUT", f"/v2/{repository}/manifests/{tag}",
            {"Content-Type": wire.OCI_MANIFEST}, content).expect(201)
        move.ended = time.monotonic()


def continue_upload(connection, session, step):
    """Sends what is missing of a session in chunks, and closes it."""
    while session.stored < len(session.content):
        chunk = session.content[session.stored : session.stored + step]
        span = f"{session.stored}-{session.stored + len(chunk) - 1}"
        answer = connection.request("PATCH", session.location, {"Content-Range": span}, chunk)
        session.location = answer.expect(202).location()
        session.stored += len(chunk)
    session.closing = True
    wire.finish_upload(connection, session.location, wire.sha256(session.content))


class Inspector:
    """Compares a server with a journal, and collects what is wrong."""

    def __init__(self, connection, journal):
        self.connection = connection
        self.journal = journal
        self.problems = []
        self.whole_blobs = set()
        self.resumed = 0

    def inspect(self):
        try:
            self.inspect_all()
        except (wire.UnexpectedAnswer, OSError) as failure:
            self.problems.append(f"inspection ended early: {failure}")

    def inspect_all(self):
        for (repository, digest), answered in self.journal.blobs.items():
            if answered or self.is_there(f"/v2/{repository}/blobs/{digest}"):
                self.blob_is_whole(repository, digest)
        for (repository, digest), manifest in self.journal.manifests.items():
            if manifest.answered or self.is_there(f"/v2/{repository}/manifests/{digest}"):
                self.manifest_is_whole(repository, digest)
            if manifest.answered and manifest.subject:
                self.referrer_is_listed(repository, digest, manifest.subject)
        for repository in self.journal.repositories:
            self.tags_are_right(repository)
        for session in self.journal.sessions:
            if not session.closing:
                self.upload_goes_on(session)

    def is_there(self, path):
        answer = self.connection.request("HEAD", path, {"Accept": wire.OCI_MANIFEST})
        return answer.expect(200, 307, 404).status != 404

    def get(self, path):
        """The body, or None with a problem noted. Follows one redirect."""
        answer = self.connection.request("GET", path, {"Accept": wire.OCI_MANIFEST})
        if answer.status == 307:
            with wire.Connection(answer.port()) as elsewhere:
                answer = elsewhere.request("GET", answer.location())
        if answer.status != 200:
            self.problems.append(f"GET {path}: {answer.status} {answer.body[:200]!r}")
            return None
        return answer.body

    def blob_is_whole(self, repository, digest):
        if (repository, digest) in self.whole_blobs:
            return
        content = self.get(f"/v2/{repository}/blobs/{digest}")
        if content is not None and wire.sha256(content) != digest:
            self.problems.append(f"blob {repository} {digest}: wrong content")
        self.whole_blobs.add((repository, digest))

    def manifest_is_whole(self, repository, reference):
        """Returns the digest of the manifest's bytes, if there are any."""
        content = self.get(f"/v2/{repository}/manifests/{reference}")
        if content is None:
            return None
        digest = wire.sha256(content)
        manifest = self.journal.manifests.get((repository, digest))
        if manifest is None:
            self.problems.append(f"manifest {repository}:{reference}: nobody pushed these bytes")
            return digest
        for blob in manifest.blobs:
            self.blob_is_whole(repository, blob)
        return digest

    def referrer_is_listed(self, repository, digest, subject):
        content = self.get(f"/v2/{repository}/referrers/{subject}")
        listed = [entry["digest"] for entry in json.loads(content or '{"manifests":[]}')["manifests"]]
        if digest not in listed:
            self.problems.append(f"referrers of {repository}@{subject}: {digest} is not listed")

    def tags_are_right(self, repository):
        answer = self.connection.request("GET", f"/v2/{repository}/tags/list").expect(200, 404)
        listed = json.loads(answer.body)["tags"] if answer.status == 200 else []
        for tag in listed:
            digest = self.manifest_is_whole(repository, tag)
            if digest and digest not in possible(self.journal.moves[repository, tag]):
                self.problems.append(f"tag {repository}:{tag}: cannot stand on {digest}")
        for (name, tag), moves in list(self.journal.moves.items()):
            if name == repository and tag not in listed and any(move.ended for move in moves):
                self.problems.append(f"tag {repository}:{tag}: answered and not listed")

    def upload_goes_on(self, session):
        session.closing = True  # whatever the outcome, no thread may continue it again
        name = session.location.split("?")[0]
        answer = self.connection.request("GET", session.location)
        if answer.status != 204:
            self.problems.append(f"upload {name}: {answer.status} {answer.body[:200]!r}")
            return
        end = int(answer.headers["range"].split("-", 1)[1])
        standing = end + 1 if end > 0 else 0  # an empty session is 0-0 to some, 0--1 to others
        if standing < session.stored:
            self.problems.append(
                f"upload {name}: stands at {standing}, {session.stored} were answered")
            return
        session.location, session.stored = answer.location(), standing
        continue_upload(self.connection, session, len(session.content))
        self.blob_is_whole(session.repository, wire.sha256(session.content))
        self.resumed += 1


def possible(moves):
    """The digests a tag may stand on: those of moves that no answered move came wholly after."""
    last_answered_begin = max((move.begun for move in moves if move.ended), default=0)
    return {move.digest for move in moves if not move.ended or move.ended >= last_answered_begin}


def push_and_kill(server, journal, chance):
    """Returns what went wrong before the kill."""
    pushers = [Pusher(server.port, journal, f"p{number}", chance.random()) for number in range(PUSHERS)]
    for pusher in pushers:
        pusher.start()
    time.sleep(chance.uniform(0.1, 6))
    killed_at = time.monotonic()
    server.kill()
    for pusher in pushers:
        pusher.join()
    problems = [pusher.wrong_answer for pusher in pushers if pusher.wrong_answer]
    problems += [f"{pusher.name}: the server closed its connection before it was killed"
                 for pusher in pushers if pusher.broke_at and pusher.broke_at < killed_at]
    return problems


def inspect(server, journal):
    with wire.Connection(server.port) as connection:
        inspector = Inspector(connection, journal)
        inspector.inspect()
        return inspector


def run_round(server, journal, chance):
    """One crash. Returns the problems found and a line about what happened."""
    server.start()
    problems = push_and_kill(server, journal, chance)
    if chance.random() < 0.3:  # a second crash, while it comes up again
        server.launch()
        time.sleep(chance.uniform(0, 2))
        server.kill()
    server.start()
    inspector = inspect(server, journal)
    server.stop()
    manifests = [manifest.answered for manifest in journal.manifests.values()]
    return problems + inspector.problems, (
        f"{sum(journal.blobs.values())} of {len(journal.blobs)} blobs and {sum(manifests)} of "
        f"{len(manifests)} manifests answered, {inspector.resumed} uploads resumed")


def report(name, problems, happened):
    """Returns the number of problems."""
    print(f"  {'FAIL' if problems else 'ok  '}  {name}: {happened}", flush=True)
    for problem in problems[:20]:
        print(f"        {problem}")
    return len(problems)


def run(server, rounds, chance):
    """All rounds, and at the end another look at all that they left. Returns the number of problems."""
    found = 0
    journals = [Journal(f"round{number}") for number in range(1, rounds + 1)]
    for number, journal in enumerate(journals, 1):
        found += report(f"round {number}", *run_round(server, journal, chance))
    server.start()
    left = [problem for journal in journals for problem in inspect(server, journal).problems]
    found += report("afterwards", left, f"{sum(len(journal.blobs) for journal in journals)} blobs looked at")
    server.stop()
    return found


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seed", type=int, default=random.randrange(1_000_000))
    parser.add_argument("--server", choices=("berth", "distribution"), default="berth")
    parser.add_argument("--store", default="disk", help="disk, or a kind that s3-server knows")
    options = parser.parse_args()
    if options.server == "berth":
        build()
    print(f"  seed {options.seed}")
    with tempfile.TemporaryDirectory(prefix="berth-kill.") as folder, contextlib.ExitStack() as stack:
        work = pathlib.Path(folder)
        settings = {}
        if options.store != "disk":
            s3 = S3Server(options.store, work / "s3")
            if missing := s3.missing():
                print(f"nothing killed on {options.store}: {missing}")
                return 0
            settings = stack.enter_context(s3).settings
        server = Server(options.server, work / "data", work / "log", **settings)
        try:
            found = run(server, options.rounds, random.Random(options.seed))
            if found:
                print(server.end_of_log())
        finally:
            server.kill()
    print(f"{options.rounds} rounds, {found} problems")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
