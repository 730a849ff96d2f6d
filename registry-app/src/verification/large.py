#!/usr/bin/env python3
"""Pushes blobs of 5 GiB to a server with little memory that keeps them on an S3 server, and pulls them back.

One is pushed by POST and PUT with its digest known first, the other by POST, PATCH in chunks and PUT. Both
are pulled by a redirect to the S3 server, and through the server itself after a restart. It demands:

  - every pull has the bytes that were pushed, by their digest; so has a range near the end;
  - the server never takes more memory than PEAK_MIB, and never finds its own too small;
  - some seconds later the bucket has no multipart upload that is unfinished, and no staged bytes.

What is sent is made on the way, what comes is hashed on the way. The disk needs room for four times the
size, and as much again for what the S3 server copies to and fro.
"""

import argparse
import hashlib
import pathlib
import random
import shutil
import sys
import tempfile
import time

import s3
import wire
from servers import S3Server, Server, build

REPOSITORY = "large/app"
HEAP = "256m"
# What is not heap: code, threads, buffers of connections, mapped files.
PEAK_MIB = 400
GONE_WITHIN_SECONDS = 15
# The server's answer to the last byte: it may have to copy everything.
TIMEOUT_SECONDS = 1800
COPIES_ON_DISK = 5


class Content:
    """A random MiB, again and again, each time with its number. Exists piece by piece only."""

    def __init__(self, seed, size):
        self.pattern = random.Random(seed).randbytes(wire.PIECE - 8)
        self.size = size

    def pieces(self, digest):
        """All bytes in order. Each piece is added to the digest before it is handed out."""
        for number in range(-(-self.size // wire.PIECE)):
            piece = self.piece(number)
            digest.update(piece)
            yield piece

    def piece(self, number):
        return (number.to_bytes(8) + self.pattern)[: self.size - number * wire.PIECE]

    def digest(self):
        digest = hashlib.sha256()
        for _ in self.pieces(digest):
            pass
        return named(digest)

    def near_end(self):
        """Offsets of a first and a last byte in the last whole MiB, and what is there."""
        number = self.size // wire.PIECE - 1
        begin = number * wire.PIECE
        return begin + 100, begin + 600_000, self.piece(number)[100:600_001]


def named(digest):
    return "sha256:" + digest.hexdigest()


class Large:
    """Does one thing after the other and counts what is wrong."""

    def __init__(self, server, s3_server, size):
        self.server = server
        self.s3_server = s3_server
        self.known = Content(1, size)
        self.streamed = Content(2, size)
        self.size = size
        self.problems = 0

    def run(self):
        known = self.known.digest()
        self.server.start()
        self.step("push by POST and PUT, the digest known first", self.push_known, known)
        streamed = self.step("push by POST, PATCH in chunks and PUT", self.push_streamed)
        if not streamed:
            return
        self.step("nothing unfinished, nothing staged", self.nothing_left, measured=False)
        self.pulls(307, "redirected", known, streamed)
        self.ended("pushes and redirects")
        self.server.settings["REGISTRY_STORAGE_REDIRECT_DISABLE"] = "true"
        self.server.start()
        self.pulls(200, "through the server", known, streamed)
        self.ended("pulls through it")

    def step(self, name, work, *arguments, measured=True):
        """Says how it went; returns what the work does, or nothing after a failure."""
        begun = time.monotonic()
        try:
            result = work(*arguments)
        except (wire.UnexpectedAnswer, s3.Failed, OSError) as failure:
            self.report(False, f"{name}: {type(failure).__name__}: {failure}; the server is {self.server.state()}")
            return None
        seconds = time.monotonic() - begun
        rate = f", {self.size / seconds / (1 << 20):,.0f} MiB/s" if measured else ""
        self.report(True, f"{name}: {seconds:.1f} s{rate}")
        return result

    def report(self, good, line):
        self.problems += not good
        print(f"  {'ok  ' if good else 'FAIL'}  {line}", flush=True)

    def push_known(self, digest):
        with wire.Connection(self.server.port, TIMEOUT_SECONDS) as connection:
            session = wire.open_upload(connection, REPOSITORY)
            connection.request(
                "PUT", wire.with_query(session, "digest=" + digest), {"Content-Length": self.size},
                self.known.pieces(hashlib.sha256())).expect(201)

    def push_streamed(self):
        """Returns the digest."""
        digest = hashlib.sha256()
        with wire.Connection(self.server.port, TIMEOUT_SECONDS) as connection:
            session = wire.open_upload(connection, REPOSITORY)
            answer = connection.request("PATCH", session, body=self.streamed.pieces(digest)).expect(202)
            wire.finish_upload(connection, answer.location(), named(digest))
        return named(digest)

    def nothing_left(self):
        bucket = s3.Bucket(self.s3_server.settings)
        deadline = time.monotonic() + GONE_WITHIN_SECONDS
        while left := [*bucket.unfinished(), *(key for key in bucket.keys("") if "uploads/" in key)]:
            if time.monotonic() > deadline:
                raise wire.UnexpectedAnswer(f"{len(left)} left: {left[:5]}")
            time.sleep(0.5)

    def pulls(self, status, how, known, streamed):
        for content, digest in ((self.known, known), (self.streamed, streamed)):
            self.step(f"pull, {how}", self.pull, status, digest)
            self.step(f"a range near the end, {how}", self.pull_range, status, digest, content, measured=False)

    def pull(self, status, digest):
        received = hashlib.sha256()
        self.get(status, digest, {}, 200, received.update)
        if named(received) != digest:
            raise wire.UnexpectedAnswer(f"{digest} came back as {named(received)}")

    def pull_range(self, status, digest, content):
        first, last, expected = content.near_end()
        received = bytearray()
        self.get(status, digest, {"Range": f"bytes={first}-{last}"}, 206, received.extend)
        if received != expected:
            raise wire.UnexpectedAnswer(f"other bytes at {first}-{last} of {digest}")

    def get(self, status, digest, headers, found, into):
        """The body goes to into. The status is that of the server; where it redirects, found is the S3 server's."""
        path = f"/v2/{REPOSITORY}/blobs/{digest}"
        with wire.Connection(self.server.port, TIMEOUT_SECONDS) as connection:
            if status != 307:
                connection.request("GET", path, headers, into=into).expect(found)
                return
            answer = connection.request("GET", path, headers).expect(307)
        with wire.Connection(answer.port(), TIMEOUT_SECONDS) as elsewhere:
            elsewhere.request("GET", answer.location(), headers, into=into).expect(found)

    def ended(self, what):
        """Stops the server and looks at what it needed."""
        if self.server.process.poll() is not None:
            self.report(False, f"{what}: the server {self.server.state()}")
            return
        peak = self.server.resident_mib(peak=True)
        self.server.stop()
        self.report(peak <= PEAK_MIB, f"{peak:.0f} MiB of memory at the peak of {what}, of {PEAK_MIB}")
        if "OutOfMemoryError" in self.server.log.read_text(errors="replace"):
            self.report(False, "OutOfMemoryError, says the log")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--mib", type=int, default=5 << 10, help="size of a blob, less a byte that is added")
    parser.add_argument("--server", choices=("berth", "distribution"), default="berth")
    parser.add_argument("--store", default="versitygw", help="a kind that s3-server knows")
    options = parser.parse_args()
    # One more than S3 takes or copies in one request, and no multiple of anything.
    size = (options.mib << 20) + 1
    with tempfile.TemporaryDirectory(prefix="berth-large.") as folder:
        work = pathlib.Path(folder)
        if (free := shutil.disk_usage(work).free) < COPIES_ON_DISK * size:
            print(f"nothing pushed: needs {COPIES_ON_DISK * size >> 20} MiB of disk, {free >> 20} are free")
            return 0
        s3_server = S3Server(options.store, work / "s3")
        if missing := s3_server.missing():
            print(f"nothing pushed to {options.store}: {missing}")
            return 0
        if options.server == "berth":
            build()
        with s3_server:
            server = Server(options.server, "large", work / "log", **s3_server.settings, BERTH_HEAP=HEAP)
            large = Large(server, s3_server, size)
            try:
                large.run()
                if large.problems:
                    print(server.end_of_log())
            finally:
                server.kill()
    print(f"2 blobs of {options.mib} MiB and a byte, {large.problems} problems")
    return 1 if large.problems else 0


if __name__ == "__main__":
    sys.exit(main())
