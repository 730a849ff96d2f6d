package io.berth.storage.manifest;

import io.berth.concurrent.ParallelTasks;
import io.berth.error.ErrorCode;
import io.berth.error.RegistryError;
import io.berth.error.RegistryException;
import io.berth.manifest.ImageIndex;
import io.berth.manifest.ImageManifest;
import io.berth.manifest.Manifest;
import io.berth.manifest.UnknownManifest;
import io.berth.name.Descriptor;
import io.berth.name.Digest;
import io.berth.name.RepositoryName;
import io.berth.storage.blob.Blobs;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BooleanSupplier;

/**
 * Checks that everything that a manifest needs is linked in its repository and stored. Asks the
 * store for the content, not a cache.
 *
 * <p>Not needed: a subject, which may come later or never (distribution-spec, "Pushing Manifests
 * with Subject"); layers whose media type says that they are not distributed with the image; and
 * content with an unsupported digest algorithm, which no client can push.
 */
public final class ReferenceCheck {

    private static final String OCI_NONDISTRIBUTABLE =
            "application/vnd.oci.image.layer.nondistributable.v1.tar";
    private static final String DOCKER_FOREIGN =
            "application/vnd.docker.image.rootfs.foreign.diff.tar";

    /** Missing digests that are reported; more would not help a client. */
    static final int MAX_NAMED = 100;

    private final Blobs blobs;
    private final Manifests manifests;
    private final ParallelTasks lookups;

    public ReferenceCheck(Blobs blobs, Manifests manifests, ParallelTasks lookups) {
        this.blobs = blobs;
        this.manifests = manifests;
        this.lookups = lookups;
    }

    /**
     * Ends early when {@value #MAX_NAMED} digests are missing.
     *
     * @throws RegistryException MANIFEST_BLOB_UNKNOWN, with one error for each missing digest, at
     *     most {@value #MAX_NAMED}
     */
    public void require(RepositoryName repository, Manifest manifest) {
        Set<Digest> needed = needed(manifest);
        boolean childrenMayBeManifests = manifest instanceof ImageIndex;
        Set<Digest> missing = ConcurrentHashMap.newKeySet();
        lookups.forEachOrThrow(
                until(needed.iterator(), () -> missing.size() >= MAX_NAMED),
                digest -> {
                    if (!isThere(repository, digest, childrenMayBeManifests)) {
                        missing.add(digest);
                    }
                });
        if (!missing.isEmpty()) {
            throw new RegistryException(
                    needed.stream()
                            .filter(missing::contains)
                            .limit(MAX_NAMED)
                            .map(
                                    digest ->
                                            RegistryError.of(
                                                    ErrorCode.MANIFEST_BLOB_UNKNOWN,
                                                    digest.toString()))
                            .toList(),
                    null);
        }
    }

    private static <T> Iterator<T> until(Iterator<T> items, BooleanSupplier enough) {
        return new Iterator<>() {
            @Override
            public boolean hasNext() {
                return !enough.getAsBoolean() && items.hasNext();
            }

            @Override
            public T next() {
                return items.next();
            }
        };
    }

    private boolean isThere(RepositoryName repository, Digest digest, boolean mayBeManifest) {
        return (mayBeManifest && manifests.isStored(repository, digest))
                || blobs.isThere(repository, digest);
    }

    private static Set<Digest> needed(Manifest manifest) {
        Set<Digest> needed = new LinkedHashSet<>();
        switch (manifest) {
            case ImageManifest image -> {
                image.config().ifPresent(config -> add(needed, config));
                image.layers().stream()
                        .filter(layer -> !isKeptElsewhere(layer))
                        .forEach(layer -> add(needed, layer));
            }
            case ImageIndex index -> index.children().forEach(child -> add(needed, child));
            case UnknownManifest unknown ->
                    throw new IllegalArgumentException("cannot be pushed: " + unknown.mediaType());
        }
        return needed;
    }

    private static void add(Set<Digest> needed, Descriptor descriptor) {
        if (descriptor.digest().hash().isPresent()) {
            needed.add(descriptor.digest());
        }
    }

    private static boolean isKeptElsewhere(Descriptor layer) {
        String type = layer.mediaType().value();
        return type.startsWith(OCI_NONDISTRIBUTABLE) || type.startsWith(DOCKER_FOREIGN);
    }
}
