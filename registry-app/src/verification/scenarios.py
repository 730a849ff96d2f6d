"""What is measured: each scenario prepares its servers and adds rows to a benchmark."""

import dataclasses
import json
import os
import shutil
import uuid

import load
import trees
import wire
from servers import Daemon

REPOSITORY = "bench/app"
GIB = 1 << 30


@dataclasses.dataclass
class Sizes:
    """How much of everything."""

    seconds: float  # of small requests, each round
    big_blob: int  # bytes
    pushes: int  # of small things, each round
    warm: int  # small things done before any is measured
    image: int  # bytes, in five layers
    scale: int  # divides the numbers of tags and repositories


FULL = Sizes(seconds=3, big_blob=256 << 20, pushes=500, warm=5000, image=500_000_000, scale=1)
# Shows that the benchmark itself works, and nothing else.
QUICK = Sizes(seconds=1, big_blob=4 << 20, pushes=20, warm=20, image=2_000_000, scale=10)


# --- small requests for what is there, and large blobs


def reads(bench):
    big_file = bench.work / "big"
    big = random_file(big_file, bench.sizes.big_blob)
    small, middle = os.urandom(4096), os.urandom(1 << 20)

    def seed(server):
        """The same on both; returns the digest of the manifest."""
        with wire.Connection(server.port) as connection:
            for content in (small, middle, trees.CONFIG):
                wire.push_blob(connection, REPOSITORY, content)
            wire.finish_upload(connection, wire.open_upload(connection, REPOSITORY), big, big_file)
            layers = [wire.descriptor(wire.OCI_LAYER, digest, size) for digest, size in (
                (wire.sha256(small), 4096), (wire.sha256(middle), 1 << 20), (big, bench.sizes.big_blob))]
            return put_manifest(connection, REPOSITORY, "latest", layers)

    def many(path, method="GET"):
        headers = load.ACCEPT if "/manifests/" in path else {}
        return lambda server, _: load.repeat(server, path, bench.sizes.seconds, method, headers)

    def big_gets(server, _):
        with wire.Connection(server.port) as connection:
            for _ in range(4):
                connection.request("GET", f"{blobs}/{big}", into=wire.nowhere).expect(200)
        return 4 * bench.sizes.big_blob / GIB

    manifests, blobs = f"/v2/{REPOSITORY}/manifests", f"/v2/{REPOSITORY}/blobs"
    with bench.servers("reads") as servers:
        seeded = {}
        servers = bench.able(servers, "what is to be read", lambda server: seeded.update({server: seed(server)}))
        manifest = seeded[servers[0]]
        bench.cpu("`GET /v2/`", "µs", servers, many("/v2/"))
        bench.cpu("manifest GET by tag", "µs", servers, many(f"{manifests}/latest"))
        bench.cpu("manifest GET by digest", "µs", servers, many(f"{manifests}/{manifest}"))
        bench.cpu("manifest HEAD by tag", "µs", servers, many(f"{manifests}/latest", "HEAD"))
        bench.cpu("blob HEAD", "µs", servers, many(f"{blobs}/{wire.sha256(small)}", "HEAD"))
        bench.cpu("blob GET 4 KiB", "µs", servers, many(f"{blobs}/{wire.sha256(small)}"))
        bench.cpu("blob GET 1 MiB", "µs", servers, many(f"{blobs}/{wire.sha256(middle)}"))
        bench.cpu(f"blob GET {big_size(bench)}", "s/GiB", servers, big_gets)


# --- pushes of what is not there yet


def pushes(bench):
    big_file = bench.work / "big"
    random_file(big_file, bench.sizes.big_blob)

    def renew(*_):
        """Makes the big file one that nobody has seen; returns its digest."""
        with big_file.open("r+b") as file:
            file.write(os.urandom(16))
        return wire.file_sha256(big_file)

    def big_push(send):
        def work(server, digest):
            with wire.Connection(server.port) as connection:
                send(connection, wire.open_upload(connection, "push/big"), digest)
            remove_bytes(server, digest)
            return bench.sizes.big_blob / GIB
        return work

    def in_put(connection, session, digest):
        wire.finish_upload(connection, session, digest, big_file)

    def in_patch(pieces):
        def send(connection, session, digest):
            answer = connection.request("PATCH", session, body=pieces()).expect(202)
            wire.finish_upload(connection, answer.location(), digest)
        return send

    push = f"push {big_size(bench)}"
    with bench.servers("pushes") as servers:
        for name, send in (
                ("POST + PUT", in_put),
                ("POST + PATCH + PUT", in_patch(lambda: big_file)),
                ("chunked at full speed", in_patch(lambda: load.in_pieces(big_file))),
                ("chunked and trickling", in_patch(lambda: load.in_pieces(big_file, pause=1e-4)))):
            bench.cpu(f"{push}, {name}", "s/GiB", servers, big_push(send), prepare=renew)
        for name, write in SMALL_WRITES:
            name = f"{name}, warm: after {bench.sizes.warm:,}"
            able = bench.able(servers, name, lambda server, write=write: write(server, bench.sizes.warm))
            bench.cpu(name, "µs", able, lambda server, _, write=write: write(server, bench.sizes.pushes))


def small_blobs(server, number):
    with wire.Connection(server.port) as connection:
        for _ in range(number):
            wire.push_blob(connection, "push/small", os.urandom(4096))
    return number


def manifests(server, number):
    repository = "push/manifests"
    with wire.Connection(server.port) as connection:
        layer = wire.descriptor(wire.OCI_LAYER, wire.push_blob(connection, repository, b"layer"), 5)
        wire.push_blob(connection, repository, trees.CONFIG)
        for _ in range(number):
            tag = uuid.uuid4().hex
            put_manifest(connection, repository, tag, [layer], note=tag)
    return number


def mounts(server, number):
    with wire.Connection(server.port) as connection:
        digest = wire.push_blob(connection, "push/source", b"mounted")
        for _ in range(number):
            path = f"/v2/push/{uuid.uuid4().hex}/blobs/uploads/?mount={digest}&from=push/source"
            connection.request("POST", path).expect(201)
    return number


SMALL_WRITES = (
    ("push 4 KiB, POST + PUT", small_blobs),
    ("manifest PUT, new tag", manifests),
    ("blob mount from another repository", mounts))


def remove_bytes(server, digest):
    """Gives the disk back what was pushed to push/big: nobody asks for it again."""
    hexes = digest.removeprefix("sha256:")
    shutil.rmtree(server.folder / "docker/registry/v2/blobs/sha256" / hexes[:2] / hexes, ignore_errors=True)
    # In a folder of the OCI image layout, as some peers have it.
    (server.folder / "push/big/blobs/sha256" / hexes).unlink(missing_ok=True)


# --- repositories with many tags, registries with many repositories


def tags(count):
    """A scenario of one repository with that many tags."""

    def scenario(bench):
        total = count // bench.sizes.scale
        rounds = 2 * (bench.rounds + 1)
        # In every round three manifests of one tag each are deleted, and one of several.
        several = min(50, total // rounds // 2)
        victims = {}

        def fill(folder):
            digests = trees.tagged(folder, "bench/tags", total, [1] * 3 * rounds + [several] * rounds)
            victims[folder] = digests[: 3 * rounds], digests[3 * rounds :]

        def next_victims(kind, number):
            return lambda server, _: [victims[server.folder][kind].pop() for _ in range(number)]

        def delete(server, digests):
            with wire.Connection(server.port) as connection:
                for digest in digests:
                    connection.request("DELETE", f"/v2/bench/tags/manifests/{digest}").expect(202)
            return len(digests)

        name = f"{total:,} tags"
        folder = f"tags-{count}"
        probe = "bench/tags"
        with bench.servers(folder, fill, probe, REGISTRY_STORAGE_OWNERSHIP="exclusive") as servers:
            servers = warm_up(bench, servers)
            bench.cpu(f"tags/list, all of {name}", "ms", servers,
                      get("/v2/bench/tags/tags/list", max(10, 500_000 // count), to_the_end=True))
            bench.cpu(f"tags/list, 100 in the middle of {name}", "ms", servers,
                      get(f"/v2/bench/tags/tags/list?n=100&last=t{total // 2:06d}", 50))
            bench.cpu(f"DELETE manifest with 1 of {name}", "ms", servers, delete, next_victims(0, 3))
            bench.cpu(f"DELETE manifest with {several} of {name}", "ms", servers, delete, next_victims(1, 1))
        with bench.servers(folder, fill, probe, REGISTRY_STORAGE_OWNERSHIP="shared") as servers:
            servers = warm_up(bench, servers)
            bench.cpu(f"DELETE manifest with 1 of {name}, tree shared", "ms", servers, delete, next_victims(0, 3))
            bench.cpu(f"DELETE manifest with {several} of {name}, tree shared", "ms", servers, delete,
                      next_victims(1, 1))
        bench.discard(folder)

    return scenario


def warm_up(bench, servers):
    """Lets the servers do in small what will be measured a few times only, until it is compiled.

    Returns those that can.
    """
    def warm(server):
        with wire.Connection(server.port) as connection:
            wire.push_blob(connection, "warm/up", trees.CONFIG)
            for number in range(bench.sizes.warm // 5):
                digest = put_manifest(connection, "warm/up", f"tag{number % 30}", [], note=str(number))
                for path in ("/v2/warm/up/tags/list?n=10", "/v2/_catalog?n=1"):
                    connection.request("GET", path).expect(200)
                if number % 2:
                    connection.request("DELETE", f"/v2/warm/up/manifests/{digest}").expect(202)

    return bench.able(servers, "what warms up", warm)


def catalog(bench):
    total = 10_000 // bench.sizes.scale
    names = []

    def fill(folder):
        names[:] = trees.catalog(folder, total)

    probe = "group000/name00"
    with bench.servers("catalog", fill, probe, REGISTRY_STORAGE_OWNERSHIP="exclusive") as servers:
        servers = warm_up(bench, servers)
        page = min(100, total // 2)
        name = f"{page} of {total:,} repositories"
        bench.cpu(f"catalog, first {name}", "ms", servers, get(f"/v2/_catalog?n={page}", 5))
        bench.cpu(f"catalog, last {name}", "ms", servers,
                  get(f"/v2/_catalog?n={page}&last={names[-page - 1]}", 5))
    bench.discard("catalog")


# --- what docker does


def docker(bench):
    size = f"{bench.sizes.image // 1_000_000} MB in 5 layers"
    if not Daemon.can_run():
        bench.note(f"docker push and pull of {size}: not measured, needs docker, dockerd and root")
        return
    with Daemon(bench.work / "docker") as daemon, bench.servers("docker") as servers:
        build_image(daemon, bench.work / "context", bench.sizes.image)

        def name(server, number):
            return f"127.0.0.1:{server.port}/bench/image:{number}"

        def tag(server, number):
            # Docker would mount the layers it remembers to have pushed.
            shutil.rmtree(daemon.folder / "data/image/vfs/distribution", ignore_errors=True)
            daemon.docker("tag", "image", name(server, number))
            return name(server, number)

        def push(_, image):
            daemon.docker("push", image)
            return 1

        def clear(server, number):
            daemon.docker("image", "prune", "--all", "--force")
            return name(server, number)

        def pull(_, image):
            daemon.docker("pull", image)
            return 1

        bench.cpu(f"`docker push` of {size}", "s", servers, push, tag)
        bench.cpu(f"`docker pull` of {size}", "s", servers, pull, clear)


def build_image(daemon, context, size):
    context.mkdir()
    for layer in range(5):
        (context / f"layer{layer}").write_bytes(os.urandom(size // 5))
    (context / "Dockerfile").write_text("FROM scratch\n" + "".join(f"COPY layer{n} /\n" for n in range(5)))
    daemon.docker("build", "-t", "image", str(context))


# --- a process


def starts(bench):
    """How long until the first answer, how much memory then, and what the first writes cost."""
    with bench.servers("starts") as servers:
        def restart(server):
            server.stop()
            return server.start()

        def first(write):
            def measure(server):
                restart(server)
                server.settle()
                before = server.cpu_seconds()
                number = write(server, bench.sizes.pushes)
                server.settle()  # what waits for the compiler is part of a start
                return 1e6 * (server.cpu_seconds() - before) / number
            return measure

        bench.value("start to first answer", "s", servers, restart)
        bench.value("resident memory at rest", "MiB", servers, lambda server: server.resident_mib())
        for name, write in SMALL_WRITES:
            bench.value(f"{name}, cold: the first {bench.sizes.pushes} after a start", "CPU µs", servers, first(write))


# --- parts


def random_file(path, size):
    """Makes a file of bytes that do not compress; returns its digest."""
    with path.open("wb") as file:
        while size > 0:
            size -= file.write(os.urandom(min(size, 1 << 20)))
    return wire.file_sha256(path)


def big_size(bench):
    return f"{bench.sizes.big_blob >> 20} MiB"


def get(path, times, to_the_end=False):
    """to_the_end: as clients do that follow the link to what did not fit into an answer."""
    def work(server, _):
        with wire.Connection(server.port) as connection:
            for _ in range(times):
                following = path
                while following:
                    answer = connection.request("GET", following, into=wire.nowhere).expect(200)
                    following = answer.next_page() if to_the_end else None
        return times
    return work


def put_manifest(connection, repository, reference, layers, note=""):
    """Pushes an image of blobs that are there; returns its digest."""
    config = wire.descriptor(wire.OCI_CONFIG, wire.sha256(trees.CONFIG), len(trees.CONFIG))
    return send_manifest(connection, repository, reference, manifest(config, layers, note))


def manifest(config, layers, note=""):
    return json.dumps({
        "schemaVersion": 2, "mediaType": wire.OCI_MANIFEST, "config": config, "layers": layers,
        "annotations": {"note": note}}, indent=1).encode()


def send_manifest(connection, repository, reference, content):
    """Pushes a manifest of what is there; returns its digest."""
    connection.request("PUT", f"/v2/{repository}/manifests/{reference}",
                       {"Content-Type": wire.OCI_MANIFEST}, content).expect(201)
    return wire.sha256(content)


ALL = {
    "starts": starts, "reads": reads, "pushes": pushes, "tags-1k": tags(1_000), "tags-10k": tags(10_000),
    "tags-100k": tags(100_000), "catalog": catalog, "docker": docker}
