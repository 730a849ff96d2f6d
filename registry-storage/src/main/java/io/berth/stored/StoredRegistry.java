package io.berth.stored;

import io.berth.error.ErrorCode;
import io.berth.error.RegistryException;
import io.berth.manifest.Manifest;
import io.berth.name.Descriptor;
import io.berth.name.Digest;
import io.berth.name.Reference;
import io.berth.name.RepositoryName;
import io.berth.name.Tag;
import io.berth.name.UploadId;
import io.berth.object.ObjectKey;
import io.berth.object.ObjectStore;
import io.berth.object.ObjectStoreException;
import io.berth.registry.Blob;
import io.berth.registry.MountSource;
import io.berth.registry.Page;
import io.berth.registry.PageRequest;
import io.berth.registry.Registry;
import io.berth.registry.Upload;
import io.berth.registry.UploadChunk;
import java.io.IOException;
import java.net.URI;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import org.jspecify.annotations.Nullable;

/**
 * The registry that keeps everything in an object store, in the tree that {@code RegistryLayout}
 * draws. Holds no state of its own that a restart would lose, but caches and hints.
 *
 * <p>A manifest that was answered for is durable, with everything it refers to: contents are whole
 * before anything points at them, and the last write of an operation makes all before it durable.
 */
public final class StoredRegistry implements Registry, AutoCloseable {

    /** Where a store that needs temporary files may keep them: no key is ever at or below it. */
    public static final ObjectKey TEMPORARY = RegistryLayout.temporary();

    /** A file that a store on a disk may lock to keep others out. */
    public static final ObjectKey LOCK = RegistryLayout.lock();

    /** Below it a store may write objects to find out what it can do, and removes them. */
    public static final ObjectKey PROBE = RegistryLayout.probe();

    /** How long a push waits for a delete of the same manifest on another replica. */
    private static final Duration DELETE_PATIENCE = Duration.ofSeconds(5);

    /**
     * What a list has shown is there still as far as this process knows. Another one on the same
     * disk may have deleted it, and died before it took away the last trace: shown for so long.
     */
    private static final Duration LISTED_TRUST = Duration.ofMinutes(10);

    /** A request to a store that answers is over sooner. */
    private static final Duration CLOSE_PATIENCE = Duration.ofSeconds(10);

    private final ObjectStore store;
    private final StoredRegistryOptions options;
    private final Blobs blobs;
    private final Uploads uploads;
    private final Manifests manifests;
    private final Tags tags;
    private final Referrers referrers;
    private final IndexState indexState;
    private final Indexing indexing;
    private final Catalog catalog;
    private final Background background;
    private final ReferenceCheck referenceCheck;
    private final Tombstones tombstones;
    private final ManifestPush manifestPush;
    private final ManifestDelete manifestDelete;

    /** Keeps the push and the delete of one manifest apart. */
    private final StripedLocks manifestLocks = new StripedLocks();

    /**
     * Opens the tree in a store, which may be empty.
     *
     * @throws RegistryException UNAVAILABLE
     */
    public StoredRegistry(ObjectStore store, StoredRegistryOptions options, Clock clock) {
        this(store, options, clock, DELETE_PATIENCE);
    }

    /**
     * @param patience how long a push waits for a delete of the same manifest on another replica
     */
    StoredRegistry(
            ObjectStore store, StoredRegistryOptions options, Clock clock, Duration patience) {
        Optional<String> owner =
                Failures.translated(() -> Ownership.establish(store, options.ownership()));
        this.store = store;
        this.options = options;
        // Where others write, nothing that was seen once can be relied upon.
        Duration trust = owner.isPresent() ? options.membershipTrust() : Duration.ZERO;
        Duration listed = owner.isPresent() ? LISTED_TRUST : Duration.ZERO;
        // A look-up on a local disk is over sooner than another thread has begun.
        Parallel lookups = new Parallel(options.isFar() ? 16 : 1);
        Links links = new Links(store);
        this.background = new Background();
        UploadIds ids =
                new UploadIds(
                        options.sessionKey() != null
                                ? options.sessionKey()
                                : Failures.translated(() -> UploadIds.keyIn(store)),
                        clock);
        long seen = options.seenBytes();
        this.indexState = new IndexState(store, owner, seen);
        this.blobs = new Blobs(store, links, lookups, trust, seen);
        this.uploads = new Uploads(store, blobs, ids, options);
        ManifestContents contents =
                new ManifestContents(
                        store, options.manifestCacheBytes(), options.manifestReadingBytes());
        this.manifests = new Manifests(store, links, lookups, trust, seen, contents);
        TagIndex tagIndex = new TagIndex(store, indexState);
        this.tags = new Tags(store, links, options.isFar(), listed, seen);
        this.referrers = new Referrers(store, manifests, indexState, lookups, seen);
        this.indexing =
                new Indexing(manifests, tags, tagIndex, referrers, indexState, background, lookups);
        this.catalog = new Catalog(store, indexState, background, options.isFar(), listed, seen);
        this.referenceCheck = new ReferenceCheck(blobs, manifests, lookups);
        this.tombstones = new Tombstones(store, clock);
        this.manifestPush =
                new ManifestPush(
                        manifests,
                        tags,
                        tagIndex,
                        referrers,
                        indexState,
                        tombstones,
                        lookups,
                        manifestLocks,
                        options.isFar(),
                        patience);
        this.manifestDelete =
                new ManifestDelete(
                        store,
                        manifests,
                        tags,
                        tagIndex,
                        indexState,
                        indexing,
                        catalog,
                        tombstones,
                        new Parallel(options.tagConcurrency()),
                        options.isFar());
    }

    @Override
    public Blob blob(RepositoryName repository, Digest digest) {
        return Failures.translated(() -> blobs.open(repository, digest));
    }

    @Override
    public Optional<URI> blobLink(RepositoryName repository, Digest digest) {
        return Failures.translated(() -> blobs.link(repository, digest));
    }

    @Override
    public Digest resolve(RepositoryName repository, Reference reference) {
        return Failures.translated(
                () -> {
                    Digest digest = digestOf(repository, reference);
                    if (!manifests.contains(repository, digest)) {
                        throw Manifests.unknown(reference.toString());
                    }
                    return digest;
                });
    }

    @Override
    public Manifest manifest(RepositoryName repository, Reference reference) {
        return Failures.translated(
                () ->
                        manifests
                                .find(repository, digestOf(repository, reference))
                                .orElseThrow(() -> Manifests.unknown(reference.toString())));
    }

    private Digest digestOf(RepositoryName repository, Reference reference) {
        return switch (reference) {
            case Digest digest -> digest;
            case Tag tag ->
                    tags.resolve(repository, tag)
                            .orElseThrow(() -> Manifests.unknown(reference.toString()));
        };
    }

    @Override
    public Upload startUpload(RepositoryName repository) {
        return Failures.translated(() -> uploads.start(repository));
    }

    @Override
    public Upload resumeUpload(RepositoryName repository, UploadId id, @Nullable String state) {
        return Failures.translated(() -> uploads.resume(repository, id, state));
    }

    @Override
    public Descriptor putBlob(RepositoryName repository, Digest digest, UploadChunk content)
            throws IOException {
        try {
            return uploads.receive(repository, digest, content);
        } catch (ObjectStoreException e) {
            throw Failures.translate(e);
        }
    }

    @Override
    public Optional<Descriptor> mountBlob(
            RepositoryName target, Digest digest, MountSource source) {
        return Failures.translated(() -> blobs.mount(target, digest, source));
    }

    @Override
    public void putManifest(RepositoryName repository, Manifest manifest, List<Tag> newTags) {
        Failures.translated(
                () -> {
                    if (options.references() == StoredRegistryOptions.References.STRICT) {
                        referenceCheck.require(repository, manifest);
                    }
                    manifestPush.run(repository, manifest, newTags);
                });
    }

    @Override
    public void deleteBlob(RepositoryName repository, Digest digest) {
        Failures.translated(() -> blobs.delete(repository, digest));
    }

    @Override
    public void deleteTag(RepositoryName repository, Tag tag) {
        Failures.translated(
                () -> {
                    try {
                        tags.delete(repository, tag);
                    } finally {
                        catalog.mayBeEmpty(repository);
                    }
                });
    }

    @Override
    public void deleteManifest(RepositoryName repository, Digest digest) {
        Failures.translated(
                () ->
                        manifestLocks.locked(
                                repository, digest, () -> manifestDelete.run(repository, digest)));
    }

    @Override
    public Page<Tag> tags(RepositoryName repository, PageRequest page) {
        return Failures.translated(
                () -> {
                    Page<Tag> found = tags.list(repository, page);
                    if (found.items().isEmpty() && !exists(repository)) {
                        throw new RegistryException(
                                ErrorCode.NAME_UNKNOWN,
                                ErrorCode.NAME_UNKNOWN.message(),
                                repository.toString());
                    }
                    return found;
                });
    }

    private boolean exists(RepositoryName repository) {
        return Keys.areBelow(store, RegistryLayout.manifests(repository))
                || Keys.areBelow(store, RegistryLayout.layers(repository));
    }

    @Override
    public Page<RepositoryName> repositories(PageRequest page) {
        return Failures.translated(() -> catalog.list(page));
    }

    @Override
    public Page<Descriptor> referrers(
            RepositoryName repository,
            Digest subject,
            @Nullable String artifactType,
            PageRequest page) {
        return Failures.translated(
                () -> {
                    boolean indexed = indexState.isComplete(repository);
                    Page<Descriptor> found =
                            referrers.list(repository, subject, artifactType, page, indexed);
                    if (!indexed && !found.items().isEmpty()) {
                        indexing.later(repository); // not for what is not there: anyone may ask
                    }
                    return found;
                });
    }

    /**
     * Drops the upload sessions that began longer ago than {@code age}; one that a request is
     * working on is left alone. Also drops the tombstones of deletes that ended more than an hour
     * ago. Safe at any time and on several replicas at once.
     *
     * @param dryRun only logs which sessions would go
     * @return how many sessions went, or would go
     * @throws RegistryException UNAVAILABLE; some sessions may have gone
     */
    public int purgeUploads(Duration age, boolean dryRun, Clock clock) {
        Instant before = clock.instant().minus(age);
        UploadPurge purge = new UploadPurge(store, uploads, tombstones, before, dryRun);
        return Failures.translated(purge::run);
    }

    /**
     * Makes the indexes of a repository complete, if the tree is exclusive and they are not: reads
     * every tag and every manifest of it once. Safe at any time; a crash leaves it to be done
     * again.
     *
     * @throws RegistryException UNAVAILABLE
     * @throws CancellationException after {@link #close}, or because of it
     */
    public void index(RepositoryName repository) {
        Failures.translated(() -> indexing.run(repository));
    }

    /** As {@link #close(Duration)}, with ten seconds. */
    @Override
    public void close() {
        var _ = close(CLOSE_PATIENCE);
    }

    /**
     * Ends what the registry does on its own, so that the store can be closed: building indexes.
     * That stops after the present request to the store, and is taken up again by the next registry
     * in this tree that needs it. Calls but {@link #index} work on as before. Calling this again is
     * harmless.
     *
     * @param patience how long the present request is waited for
     * @return whether nothing is under way any more
     */
    public boolean close(Duration patience) {
        return background.close(patience);
    }
}
