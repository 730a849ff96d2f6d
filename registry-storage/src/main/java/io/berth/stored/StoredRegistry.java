package io.berth.stored;

import io.berth.error.ErrorCode;
import io.berth.error.RegistryError;
import io.berth.error.RegistryException;
import io.berth.manifest.Manifest;
import io.berth.name.Descriptor;
import io.berth.name.Digest;
import io.berth.name.Reference;
import io.berth.name.RepositoryName;
import io.berth.name.Tag;
import io.berth.name.UploadId;
import io.berth.object.Durability;
import io.berth.object.ListRequest;
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
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The registry that keeps everything in an object store, in the tree that {@code RegistryLayout}
 * draws. Holds no state of its own that a restart would lose, but caches and hints.
 *
 * <p>A manifest that was answered for is durable, with everything it refers to: contents are whole
 * before anything points at them, and the last write of an operation makes all before it durable.
 */
public final class StoredRegistry implements Registry {

    /** Where a store that needs temporary files may keep them: no key is ever at or below it. */
    public static final ObjectKey TEMPORARY = RegistryLayout.temporary();

    private static final Logger log = LoggerFactory.getLogger(StoredRegistry.class);

    private final ObjectStore store;
    private final StoredRegistryOptions options;
    private final Blobs blobs;
    private final Uploads uploads;
    private final Manifests manifests;
    private final Tags tags;
    private final TagIndex tagIndex;
    private final Referrers referrers;
    private final IndexState indexState;
    private final Indexing indexing;
    private final ReferenceCheck referenceCheck;
    private final Parallel tagWorkers;

    /** Keeps the push and the delete of one manifest apart. */
    private final StripedLocks manifestLocks = new StripedLocks();

    /**
     * Opens the tree in a store, which may be empty.
     *
     * @throws RegistryException UNAVAILABLE
     */
    public StoredRegistry(ObjectStore store, StoredRegistryOptions options, Clock clock) {
        this.store = store;
        this.options = options;
        Links links = new Links(store);
        Optional<String> owner =
                Failures.translated(() -> Ownership.establish(store, options.ownership()));
        this.indexState = new IndexState(store, owner);
        this.blobs = new Blobs(store, links);
        this.uploads = new Uploads(store, blobs, clock);
        this.manifests = new Manifests(store, links, options.manifestCacheBytes());
        this.tagIndex = new TagIndex(store, indexState);
        this.tags = new Tags(store, links, tagIndex);
        this.referrers = new Referrers(store, manifests, indexState);
        this.indexing = new Indexing(manifests, tags, tagIndex, referrers, indexState);
        this.tagWorkers = new Parallel(options.tagConcurrency());
        // A look-up on a local disk is over sooner than another thread has begun.
        Parallel lookups = store.localFiles().isPresent() ? new Parallel(1) : new Parallel(16);
        this.referenceCheck = new ReferenceCheck(blobs, manifests, lookups);
    }

    @Override
    public Blob blob(RepositoryName repository, Digest digest) {
        return Failures.translated(() -> blobs.open(repository, digest));
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
    public Upload resumeUpload(RepositoryName repository, UploadId id) {
        return Failures.translated(() -> uploads.resume(repository, id));
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
                    manifestLocks.locked(
                            repository,
                            manifest.digest(),
                            () -> {
                                indexState.begin(repository);
                                referrers.add(repository, manifest);
                                manifests.put(
                                        repository,
                                        manifest,
                                        newTags.isEmpty() ? Durability.DURABLE : Durability.WHOLE);
                                newTags.forEach(
                                        tag -> tags.point(repository, tag, manifest.digest()));
                            });
                });
    }

    @Override
    public void deleteBlob(RepositoryName repository, Digest digest) {
        Failures.translated(() -> blobs.delete(repository, digest));
    }

    @Override
    public void deleteTag(RepositoryName repository, Tag tag) {
        Failures.translated(() -> tags.delete(repository, tag));
    }

    @Override
    public void deleteManifest(RepositoryName repository, Digest digest) {
        Failures.translated(
                () ->
                        manifestLocks.locked(
                                repository, digest, () -> deleteLocked(repository, digest)));
    }

    private void deleteLocked(RepositoryName repository, Digest digest) {
        if (!manifests.contains(repository, digest)) {
            throw Manifests.unknown(digest.toString());
        }
        Optional<Digest> subject = subjectOf(repository, digest);
        deleteTagsOf(repository, digest);
        manifests.unlink(repository, digest);
        subject.ifPresent(about -> referrers.remove(repository, about, digest));
    }

    /**
     * The tags go first: while one is left the manifest is, too, and the delete can be repeated.
     */
    private void deleteTagsOf(RepositoryName repository, Digest digest) {
        Iterator<String> candidates;
        if (indexState.isComplete(repository)) {
            candidates = tagIndex.tagsOf(repository, digest);
        } else {
            candidates = tags.candidates(repository);
            indexing.later(repository);
        }
        List<RegistryError> errors = Collections.synchronizedList(new ArrayList<>());
        List<RuntimeException> failures =
                tagWorkers.forEach(
                        candidates,
                        name -> {
                            try {
                                tags.deleteIfPointingAt(repository, Tag.of(name), digest);
                            } catch (ObjectStoreException e) {
                                log.error("tag {} of {} could not be removed", name, repository, e);
                                errors.add(
                                        new RegistryError(
                                                ErrorCode.UNAVAILABLE,
                                                "the tag could not be removed",
                                                name));
                            }
                        });
        if (!failures.isEmpty()) {
            throw failures.getFirst();
        }
        if (!errors.isEmpty()) {
            throw new RegistryException(errors, null);
        }
    }

    /** Only tidies an index: a manifest that cannot be read can be deleted all the same. */
    private Optional<Digest> subjectOf(RepositoryName repository, Digest digest) {
        try {
            return manifests.find(repository, digest).flatMap(Manifest::subject);
        } catch (RegistryException e) {
            return Optional.empty();
        }
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
        return hasAny(RegistryLayout.manifests(repository))
                || hasAny(RegistryLayout.layers(repository));
    }

    private boolean hasAny(String prefix) {
        return !store.list(new ListRequest(prefix, null, true, 1)).entries().isEmpty();
    }

    @Override
    public Page<RepositoryName> repositories(PageRequest page) {
        return Failures.translated(
                () -> new Repositories(store, RegistryLayout.MANIFESTS).list(page));
    }

    @Override
    public Page<Descriptor> referrers(
            RepositoryName repository,
            Digest subject,
            @Nullable String artifactType,
            PageRequest page) {
        return Failures.translated(() -> referrers.list(repository, subject, artifactType, page));
    }

    /**
     * Drops the upload sessions that began longer ago than {@code age}; one that a request is
     * working on is left alone. Safe at any time and on several replicas at once.
     *
     * @param dryRun only logs what would go
     * @return how many sessions went, or would go
     * @throws RegistryException UNAVAILABLE; some sessions may have gone
     */
    public int purgeUploads(Duration age, boolean dryRun, Clock clock) {
        return Failures.translated(
                () ->
                        new UploadPurge(store, uploads.holds(), clock.instant().minus(age), dryRun)
                                .run());
    }

    /**
     * Makes the indexes of a repository complete, if the tree is exclusive and they are not: reads
     * every tag and every manifest of it once. Safe at any time; a crash leaves it to be done
     * again.
     *
     * @throws RegistryException UNAVAILABLE
     */
    public void index(RepositoryName repository) {
        Failures.translated(() -> indexing.run(repository));
    }
}
