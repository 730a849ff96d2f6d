"""Big storage trees straight on disk or in a bucket, as distribution lays them out: pushing would take hours."""

import json
import pathlib

import wire

CONFIG = b'{"architecture":"amd64","os":"linux","rootfs":{"type":"layers","diff_ids":[]}}'


class Tree:
    """Writes a tree below a data folder. Nothing is synced: this is for measuring, not for keeping."""

    def __init__(self, folder, write=None):
        """write(path, content) keeps a file's content, on the disk if it is not given."""
        self.root = pathlib.Path(folder) / "docker/registry/v2"
        self.write = write or _write

    def blob(self, content):
        digest = wire.sha256(content)
        hexes = digest.removeprefix("sha256:")
        self.write(self.root / "blobs/sha256" / hexes[:2] / hexes / "data", content)
        return digest

    def config(self, repository):
        """Gives a repository the one configuration that all its images share."""
        digest = self.blob(CONFIG)
        self._link(repository, f"_layers/sha256/{digest.removeprefix('sha256:')}", digest)

    def manifest(self, repository, note):
        """An image without layers, told from others by a note; returns its digest."""
        digest = self.blob(json.dumps({
            "schemaVersion": 2, "mediaType": wire.OCI_MANIFEST,
            "config": wire.descriptor(wire.OCI_CONFIG, wire.sha256(CONFIG), len(CONFIG)),
            "layers": [], "annotations": {"note": note}}).encode())
        self._link(repository, f"_manifests/revisions/sha256/{digest.removeprefix('sha256:')}", digest)
        return digest

    def tag(self, repository, tag, digest):
        hexes = digest.removeprefix("sha256:")
        self._link(repository, f"_manifests/tags/{tag}/index/sha256/{hexes}", digest)
        self._link(repository, f"_manifests/tags/{tag}/current", digest)

    def _link(self, repository, path, digest):
        self.write(self.root / "repositories" / repository / path / "link", digest.encode())


def tagged(folder, repository, tags, victims, write=None):
    """A repository of many tags t000000, t000001, … Returns digests to delete.

    victims says how many tags each of them has; they are spread evenly over the list. All other
    tags stand on one more manifest.
    """
    tree = Tree(folder, write)
    tree.config(repository)
    common = tree.manifest(repository, "common")
    digests = [tree.manifest(repository, f"victim {number}") for number in range(len(victims))]
    owners = [digest for digest, count in zip(digests, victims) for _ in range(count)]
    distance = tags // len(owners)
    for number in range(tags):
        turn, rest = divmod(number, distance)
        owner = owners[turn] if rest == 0 and turn < len(owners) else common
        tree.tag(repository, f"t{number:06d}", owner)
    return digests


def catalog(folder, repositories):
    """Many repositories of one tag each; returns their names in order."""
    tree = Tree(folder)
    names = [f"group{number // 100:03d}/name{number % 100:02d}" for number in range(repositories)]
    for name in names:
        tree.config(name)
        tree.tag(name, "latest", tree.manifest(name, "the same"))
    return names


def _write(path, content):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
