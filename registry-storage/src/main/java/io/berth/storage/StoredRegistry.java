package io.berth.storage;

import io.berth.concurrent.BackgroundTasks;
import io.berth.concurrent.ParallelTasks;
import io.berth.concurrent.StripedLocks;
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
import io.berth.registry.DeleteOutcome;
import io.berth.registry.Maintenance;
import io.berth.registry.MountSource;
import io.berth.registry.Page;
import io.berth.registry.PageRequest;
import io.berth.registry.PutOptions;
import io.berth.registry.PutOutcome;
import io.berth.registry.ReferencePolicy;
import io.berth.registry.Registry;
import io.berth.registry.RepositoryMeter;
import io.berth.registry.Upload;
import io.berth.registry.UploadChunk;
import io.berth.registry.tag.TagProtection;
import io.berth.storage.blob.Blobs;
import io.berth.storage.index.Catalog;
import io.berth.storage.index.IndexBuilder;
import io.berth.storage.index.IndexCompleteness;
import io.berth.storage.index.Ownership;
import io.berth.storage.index.Referrers;
import io.berth.storage.index.ReverseTagIndex;
import io.berth.storage.manifest.ManifestContents;
import io.berth.storage.manifest.Manifests;
import io.berth.storage.manifest.ReferenceCheck;
import io.berth.storage.manifest.Tombstones;
import io.berth.storage.tag.Tags;
import io.berth.storage.tree.LinkFiles;
import io.berth.storage.tree.PagedListing;
import io.berth.storage.tree.RegistryLayout;
import io.berth.storage.tree.StoreErrors;
import io.berth.storage.upload.SessionKey;
import io.berth.storage.upload.UploadIds;
import io.berth.storage.upload.UploadPurge;
import io.berth.storage.upload.Uploads;
import java.io.IOException;
import java.net.URI;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The registry that keeps everything in an object store, in the tree that {@code RegistryLayout}
 * describes. A restart loses only caches.
 *
 * <p>A manifest whose push has returned is durable, with everything that it refers to: content is
 * complete before anything points at it, and the last write of an operation syncs all earlier ones.
 */
public final class StoredRegistry implements Registry, Maintenance, AutoCloseable {

    /** The folder for temporary files of a store; no other object is at or below it. */
    public static final ObjectKey TEMPORARY = RegistryLayout.temporary();

    /** The file that a disk store locks against other processes. */
    public static final ObjectKey LOCK = RegistryLayout.lock();

    /** The folder for objects of a store's capability probe, which removes them. */
    public static final ObjectKey PROBE = RegistryLayout.probe();

    /** How long a push waits for a delete of the same manifest on another replica. */
    private static final Duration DELETE_TIMEOUT = Duration.ofSeconds(5);

    /**
     * How long lists rely on an earlier look at a tag or repository. Deletes by this process are
     * seen at once; one by another process on the same disk may be missed for so long.
     */
    private static final Duration LISTED_TRUST = Duration.ofMinutes(10);

    /** Longer than a request to a store that works. */
    private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(10);

    private final ObjectStore store;
    private final StoredRegistryOptions options;
    private final Blobs blobs;
    private final Uploads uploads;
    private final Manifests manifests;
    private final Tags tags;
    private final Referrers referrers;
    private final IndexCompleteness indexState;
    private final IndexBuilder indexing;
    private final Catalog catalog;
    private final BackgroundTasks background;
    private final ReferenceCheck referenceCheck;
    private final Tombstones tombstones;
    private final ManifestPush manifestPush;
    private final ManifestDelete manifestDelete;

    /** Exclude pushes and deletes of the same manifest. */
    private final StripedLocks manifestLocks = new StripedLocks();

    /**
     * Opens the tree in a store, which may be empty.
     *
     * @throws RegistryException UNAVAILABLE
     */
    public StoredRegistry(ObjectStore store, StoredRegistryOptions options, Clock clock) {
        this(store, options, clock, DELETE_TIMEOUT);
    }

    /**
     * @param deleteTimeout how long a push waits for a delete of the manifest by another replica
     */
    StoredRegistry(
            ObjectStore store, StoredRegistryOptions options, Clock clock, Duration deleteTimeout) {
        Optional<String> owner =
                StoreErrors.translated(() -> Ownership.establish(store, options.ownership()));
        this.store = store;
        this.options = options;
        // In a shared tree other registries may change anything at any time.
        Duration trust = owner.isPresent() ? options.membershipTrust() : Duration.ZERO;
        Duration listed = owner.isPresent() ? LISTED_TRUST : Duration.ZERO;
        ParallelTasks lookups = new ParallelTasks(options.lookupConcurrency(store.isRemote()));
        LinkFiles links = new LinkFiles(store);
        this.background = new BackgroundTasks();
        long seen = options.seenBytes();
        this.indexState = new IndexCompleteness(store, owner, seen);
        this.blobs = new Blobs(store, links, lookups, trust, seen);
        this.uploads =
                new Uploads(store, blobs, uploadIds(clock), options.uploadBufferBytes(), seen);
        ManifestContents contents =
                new ManifestContents(
                        store, options.manifestCacheBytes(), options.manifestReadingBytes());
        this.manifests = new Manifests(store, links, lookups, trust, seen, contents);
        ReverseTagIndex tagIndex = new ReverseTagIndex(store, indexState);
        this.tags = new Tags(store, links, listed, seen);
        this.referrers = new Referrers(store, manifests, indexState, lookups, seen);
        this.indexing =
                new IndexBuilder(
                        manifests, tags, tagIndex, referrers, indexState, background, lookups);
        this.catalog = new Catalog(store, indexState, background, listed, seen);
        this.referenceCheck = new ReferenceCheck(blobs, manifests, lookups);
        this.tombstones = new Tombstones(store, clock);
        this.manifestPush = push(tagIndex, lookups, deleteTimeout);
        this.manifestDelete = delete(tagIndex);
    }

    private UploadIds uploadIds(Clock clock) {
        SessionKey key = options.sessionKey();
        return new UploadIds(
                key != null ? key : StoreErrors.translated(() -> UploadIds.keyOf(store)), clock);
    }

    private ManifestPush push(ReverseTagIndex tagIndex, ParallelTasks lookups, Duration timeout) {
        return new ManifestPush(
                manifests,
                tags,
                tagIndex,
                referrers,
                indexState,
                tombstones,
                lookups,
                manifestLocks,
                options.replicas(),
                timeout);
    }

    private ManifestDelete delete(ReverseTagIndex tagIndex) {
        return new ManifestDelete(
                store,
                manifests,
                tags,
                tagIndex,
                indexState,
                indexing,
                catalog,
                tombstones,
                new ParallelTasks(options.tagConcurrency(store.isRemote())),
                options.replicas());
    }

    @Override
    public boolean isReadOnly() {
        return false;
    }

    @Override
    public Blob blob(RepositoryName repository, Digest digest) {
        return StoreErrors.translated(() -> blobs.open(repository, digest));
    }

    @Override
    public Optional<URI> blobLink(RepositoryName repository, Digest digest) {
        return StoreErrors.translated(() -> blobs.link(repository, digest));
    }

    @Override
    public Digest resolve(RepositoryName repository, Reference reference) {
        return StoreErrors.translated(
                () -> {
                    Digest digest = digestOf(repository, reference);
                    if (!manifests.isLinked(repository, digest)) {
                        throw Manifests.unknown(reference.toString());
                    }
                    return digest;
                });
    }

    @Override
    public Manifest manifest(RepositoryName repository, Reference reference) {
        return StoreErrors.translated(
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
        return StoreErrors.translated(() -> uploads.start(repository));
    }

    @Override
    public Upload resumeUpload(RepositoryName repository, UploadId id, @Nullable String state) {
        return StoreErrors.translated(() -> uploads.resume(repository, id, state));
    }

    @Override
    public Descriptor putBlob(RepositoryName repository, Digest digest, UploadChunk content)
            throws IOException {
        try {
            return uploads.receive(repository, digest, content);
        } catch (ObjectStoreException e) {
            throw StoreErrors.translate(e);
        }
    }

    @Override
    public Optional<Descriptor> mountBlob(
            RepositoryName target, Digest digest, MountSource source) {
        return StoreErrors.translated(() -> blobs.mount(target, digest, source));
    }

    @Override
    public PutOutcome putManifest(
            RepositoryName repository, Manifest manifest, List<Tag> newTags, PutOptions wanted) {
        return StoreErrors.translated(
                () -> {
                    if (wanted.references() == ReferencePolicy.STRICT) {
                        referenceCheck.require(repository, manifest);
                    }
                    return manifestPush.run(repository, manifest, newTags, wanted);
                });
    }

    @Override
    public void deleteBlob(RepositoryName repository, Digest digest) {
        StoreErrors.translated(() -> blobs.delete(repository, digest));
    }

    @Override
    public Optional<Digest> deleteTag(
            RepositoryName repository, Tag tag, TagProtection protection) {
        return StoreErrors.translated(
                () -> {
                    try {
                        return tags.delete(repository, tag, protection);
                    } finally {
                        catalog.mayBeEmpty(repository);
                    }
                });
    }

    @Override
    public DeleteOutcome deleteManifest(
            RepositoryName repository, Digest digest, TagProtection protection) {
        return StoreErrors.translated(
                () ->
                        manifestLocks.locked(
                                repository,
                                digest,
                                () ->
                                        DeleteOutcome.of(
                                                manifestDelete.run(
                                                        repository, digest, protection))));
    }

    @Override
    public Page<Tag> tags(RepositoryName repository, PageRequest page) {
        return StoreErrors.translated(
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
        return holdsManifests(repository)
                || PagedListing.isAnyBelow(store, RegistryLayout.layers(repository));
    }

    private boolean holdsManifests(RepositoryName repository) {
        return PagedListing.isAnyBelow(store, RegistryLayout.manifests(repository));
    }

    @Override
    public Page<RepositoryName> repositories(PageRequest page, Predicate<RepositoryName> visible) {
        return StoreErrors.translated(() -> catalog.list(page, visible));
    }

    @Override
    public Page<Descriptor> referrers(
            RepositoryName repository,
            Digest subject,
            @Nullable String artifactType,
            PageRequest page) {
        return StoreErrors.translated(
                () -> {
                    boolean indexed = indexState.knowsReferrers(repository);
                    Page<Descriptor> found =
                            referrers.list(repository, subject, artifactType, page, indexed);
                    if (!indexed
                            && indexState.isKept()
                            && (!found.items().isEmpty() || holdsManifests(repository))) {
                        indexing.buildInBackground(repository); // not for unknown ones
                    }
                    return found;
                });
    }

    /**
     * Also removes tombstones that are older than an hour, and adds missing entries to the catalog.
     */
    @Override
    public int purgeUploads(Instant begunBefore, boolean dryRun) {
        return StoreErrors.translated(
                () -> {
                    if (!dryRun) {
                        tombstones.purge(Tombstones.MAX_PURGED);
                        catalog.repair();
                    }
                    return new UploadPurge(store, uploads, begunBefore, dryRun).run();
                });
    }

    /** Does nothing in a shared tree, which has no indexes. */
    @Override
    public void index(RepositoryName repository) {
        StoreErrors.translated(() -> indexing.build(repository));
    }

    /** Measures repositories, for quotas. */
    public RepositoryMeter meter() {
        return new StoredRepositoryMeter(store, options);
    }

    /** As {@link #close(Duration)}, with ten seconds. */
    @Override
    public void close() {
        var _ = close(CLOSE_TIMEOUT);
    }

    /**
     * Ends the background work, which builds indexes, after its current request, so that the store
     * can be closed. The next registry on this tree builds them again. All methods but {@link
     * #index} and {@link #purgeUploads} work as before. Calling this again is harmless.
     *
     * @param timeout how long to wait for the current request
     * @return whether the background work has ended
     */
    public boolean close(Duration timeout) {
        return background.close(timeout);
    }
}
