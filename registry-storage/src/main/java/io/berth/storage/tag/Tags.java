package io.berth.storage.tag;

import io.berth.concurrent.StripedLocks;
import io.berth.error.ErrorCode;
import io.berth.error.RegistryError;
import io.berth.error.RegistryException;
import io.berth.name.Digest;
import io.berth.name.RepositoryName;
import io.berth.name.Tag;
import io.berth.object.Condition;
import io.berth.object.Durability;
import io.berth.object.ObjectKey;
import io.berth.object.ObjectStore;
import io.berth.object.ObjectStoreException;
import io.berth.registry.Page;
import io.berth.registry.PageRequest;
import io.berth.registry.tag.TagProtection;
import io.berth.storage.cache.Caches;
import io.berth.storage.cache.ExistenceCache;
import io.berth.storage.tree.LinkFiles;
import io.berth.storage.tree.LinkFiles.Found;
import io.berth.storage.tree.PagedListing;
import io.berth.storage.tree.RegistryLayout;
import io.berth.storage.tree.SortedFolders;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Tags: pointers to manifests. A tag points at the digest in its {@code current/link}; the links
 * below its {@code index} are its history, which other registries write and may read. Safe for use
 * by many threads.
 *
 * <p>History is written before the pointer, and deleted after it. A delete removes the pointer only
 * if it is unchanged, and then all history that exists by then. So a tag that another replica moves
 * meanwhile survives, and only a crash leaves history without a pointer. Within this process a lock
 * for each tag excludes concurrent changes.
 */
public final class Tags {

    /** Attempts to move a tag that others change at the same time; more in a row are a defect. */
    private static final int MAX_ATTEMPTS = 20;

    private record Named(RepositoryName repository, Tag tag) {

        int weight() {
            return 2 * Caches.OBJECT + Caches.weight(repository) + Caches.weight(tag.value());
        }
    }

    private final ObjectStore store;
    private final LinkFiles links;
    private final boolean remote;

    private final ExistenceCache<Named> pointers;
    private final StripedLocks locks = new StripedLocks();

    /**
     * @param trust how long it may be cached that a tag has a pointer
     * @param seenBytes memory of all such caches together, of which this takes four parts ({@link
     *     Caches#parts})
     */
    public Tags(ObjectStore store, LinkFiles links, Duration trust, long seenBytes) {
        this.store = store;
        this.links = links;
        this.remote = store.isRemote();
        this.pointers = new ExistenceCache<>(trust, Caches.parts(4, seenBytes), Named::weight);
    }

    public Optional<Digest> resolve(RepositoryName repository, Tag tag) {
        return links.read(RegistryLayout.tagCurrent(repository, tag));
    }

    /** Writes the link in the history of a tag, before the tag points at the manifest. */
    public void prepare(RepositoryName repository, Tag tag, Digest digest) {
        links.write(RegistryLayout.tagIndexLink(repository, tag, digest), digest, Durability.WHOLE);
    }

    /** Reads the pointer of a tag and its version, for a conditional write. */
    public Found look(RepositoryName repository, Tag tag) {
        return links.look(RegistryLayout.tagCurrent(repository, tag));
    }

    /**
     * Points a tag at a stored manifest, after {@link #prepare}. The write is durable, and makes
     * all earlier ones durable.
     */
    public void point(RepositoryName repository, Tag tag, Digest digest) {
        write(repository, tag, digest, Condition.always());
    }

    /**
     * As {@link #point}, unless another process has moved the tag since it was read: then the tag
     * is unchanged, as if this write had come just before the other. A tag that was deleted since
     * is written.
     *
     * @param seen the tag as it was read
     * @return the digest that the tag had
     */
    public Optional<Digest> point(RepositoryName repository, Tag tag, Digest digest, Found seen) {
        Found expected = seen;
        while (true) {
            try {
                write(repository, tag, digest, expected.unchanged());
                return expected.target();
            } catch (ObjectStoreException.PreconditionFailed e) {
                if (look(repository, tag).isThere()) {
                    return seen.target();
                }
                expected = Found.absent();
            }
        }
    }

    /**
     * As {@link #point}, but only if a check succeeds at the moment of the write. If another
     * process has moved the tag since it was read, it is read again and checked again.
     *
     * <p>When the outcome of a write is unknown, the tag is read. If it points at the manifest, it
     * is written once more, to be durable, and counts as written by this call, although another
     * push of the same manifest may have written it. Otherwise, if the check still succeeds, the
     * write is tried once more.
     *
     * @return the digest that the tag had
     * @throws RegistryException as {@link TagCheck#require}; the tag was not written
     * @throws ObjectStoreException.OutcomeUnknown when the tag may have been written, and points
     *     elsewhere now
     */
    public Optional<Digest> pointIf(
            TagCheck check, RepositoryName repository, Tag tag, Found seen) {
        return locks.locked(repository, tag, () -> pointIfLocked(check, repository, tag, seen));
    }

    private Optional<Digest> pointIfLocked(
            TagCheck check, RepositoryName repository, Tag tag, Found seen) {
        Digest digest = check.pushed();
        Found expected = seen;
        Optional<Digest> before = seen.target();
        ObjectStoreException.@Nullable OutcomeUnknown lost = null;
        for (int attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
            boolean written = lost != null && expected.target().equals(Optional.of(digest));
            if (!written) {
                if (lost != null && !check.holds(tag, expected)) {
                    throw lost;
                }
                check.require(tag, expected);
                before = expected.target();
            }
            try {
                writeLocked(repository, tag, digest, expected.unchanged());
                return before;
            } catch (ObjectStoreException.PreconditionFailed e) {
                // it was changed since
            } catch (ObjectStoreException.OutcomeUnknown e) {
                if (lost != null) {
                    throw e;
                }
                lost = e;
            }
            expected = look(repository, tag);
        }
        throw lost != null
                ? lost
                : new ObjectStoreException.Unavailable(
                        RegistryLayout.tagCurrent(repository, tag).value(),
                        "other requests change the tag all the time: retry the push",
                        null);
    }

    private void write(RepositoryName repository, Tag tag, Digest digest, Condition condition) {
        locks.locked(repository, tag, () -> writeLocked(repository, tag, digest, condition));
    }

    private void writeLocked(
            RepositoryName repository, Tag tag, Digest digest, Condition condition) {
        links.write(
                RegistryLayout.tagCurrent(repository, tag), digest, condition, Durability.DURABLE);
    }

    /**
     * Deletes a tag.
     *
     * @param protection of the tag; checked in the same step in which the pointer is deleted
     * @return the digest that the tag had; empty when its pointer was damaged
     * @throws RegistryException MANIFEST_UNKNOWN when there is no such tag; the error of the
     *     protection, after which the tag is unchanged
     */
    public Optional<Digest> delete(RepositoryName repository, Tag tag, TagProtection protection) {
        Found deleted =
                locks.locked(
                        repository, tag, () -> deleteWhereverItPoints(repository, tag, protection));
        if (!deleted.isThere()) {
            throw new RegistryException(
                    ErrorCode.MANIFEST_UNKNOWN, ErrorCode.MANIFEST_UNKNOWN.message(), "tag " + tag);
        }
        return deleted.target();
    }

    /**
     * Returns the tag as it was. A tag that is written after it was read here stays: the write
     * counts as the later of the two.
     */
    private Found deleteWhereverItPoints(
            RepositoryName repository, Tag tag, TagProtection protection) {
        Found found = look(repository, tag);
        if (found.isThere()) {
            refusal(tag, found, protection)
                    .ifPresent(
                            error -> {
                                throw new RegistryException(List.of(error), null);
                            });
            deleteIf(found.unchanged(), repository, tag);
        }
        // Also without a pointer, because an earlier delete may have failed after removing it.
        store.deleteAll(history(repository, tag));
        return found;
    }

    /**
     * Reads a tag, and decides whether its protection keeps it at a manifest.
     *
     * @return the error of a delete of that manifest; empty when the tag does not point at it or
     *     may be removed
     */
    public Optional<RegistryError> refusal(
            RepositoryName repository, Tag tag, Digest target, TagProtection protection) {
        Found found = look(repository, tag);
        return found.target().equals(Optional.of(target))
                ? refusal(tag, found, protection)
                : Optional.empty();
    }

    private static Optional<RegistryError> refusal(Tag tag, Found found, TagProtection protection) {
        return protection.covers(tag)
                ? found.target()
                        .flatMap(present -> protection.refusal(tag, present, found.written()))
                : Optional.empty();
    }

    private void deleteIf(Condition unchanged, RepositoryName repository, Tag tag) {
        try {
            store.delete(RegistryLayout.tagCurrent(repository, tag), unchanged);
        } catch (ObjectStoreException.PreconditionFailed e) {
            // it was changed or deleted since
        } finally {
            pointers.remove(new Named(repository, tag));
        }
    }

    private boolean deletePointer(RepositoryName repository, Tag tag, Digest target) {
        try {
            links.deleteIfLeadingTo(RegistryLayout.tagCurrent(repository, tag), target);
            return true;
        } catch (ObjectStoreException.PreconditionFailed e) {
            return false; // the tag was moved or deleted
        } finally {
            pointers.remove(new Named(repository, tag));
        }
    }

    /**
     * The result of deleting the pointer of a tag.
     *
     * @param deleted whether the pointer was deleted
     * @param history the history of the tag, which the caller deletes; empty when the tag points
     *     elsewhere
     */
    public record PointerDelete(boolean deleted, Collection<ObjectKey> history) {}

    /** Deletes the pointer of a tag, only if it points at this manifest. */
    public PointerDelete deleteIfPointingAt(RepositoryName repository, Tag tag, Digest target) {
        return locks.locked(
                repository,
                tag,
                () -> {
                    // On a local store a read is cheap, and rules out most candidates of a search.
                    if (!remote && pointsElsewhere(repository, tag, target)) {
                        return new PointerDelete(false, List.of());
                    }
                    boolean deleted = deletePointer(repository, tag, target);
                    boolean gone = deleted || !pointsElsewhere(repository, tag, target);
                    return new PointerDelete(deleted, gone ? history(repository, tag) : List.of());
                });
    }

    private boolean pointsElsewhere(RepositoryName repository, Tag tag, Digest target) {
        return resolve(repository, tag).filter(current -> !current.equals(target)).isPresent();
    }

    /** All objects below the folder of a tag without a pointer; empty if there is a pointer. */
    private Collection<ObjectKey> history(RepositoryName repository, Tag tag) {
        List<ObjectKey> keys = new ArrayList<>();
        ObjectKey pointer = RegistryLayout.tagCurrent(repository, tag);
        for (String key : new PagedListing(store, RegistryLayout.tag(repository, tag))) {
            if (key.equals(pointer.value())) {
                return List.of();
            }
            keys.add(ObjectKey.of(key));
        }
        return keys;
    }

    public Page<Tag> list(RepositoryName repository, PageRequest page) {
        if (page.limit() == 0) {
            return new Page<>(List.of(), false);
        }
        // One more shows whether there is a next page; the listing may begin with the last item.
        int pageSize = Math.min(page.limit(), PagedListing.MAX_PAGE - 2) + 2;
        Iterator<String> names = names(repository, page.after(), pageSize);
        List<Tag> tags = new ArrayList<>(Math.min(page.limit(), pageSize));
        while (tags.size() < page.limit() && names.hasNext()) {
            tags.add(Tag.of(names.next()));
        }
        return new Page<>(tags, names.hasNext());
    }

    /**
     * The names of the tags, in order; read lazily, {@code pageSize} at a time. A folder without a
     * pointer is no tag, but what an unfinished push or delete has left. On a disk each pointer is
     * checked, unless that is cached. On a remote store, where each check would be a request,
     * everything below the tags is listed instead.
     */
    private Iterator<String> names(
            RepositoryName repository, @Nullable String after, int pageSize) {
        return new SortedFolders(
                store,
                RegistryLayout.tags(repository),
                remote ? RegistryLayout.TAG_POINTER : null,
                after,
                remote ? PagedListing.MAX_PAGE : pageSize,
                Tag::isValid,
                name -> isThere(repository, Tag.of(name)),
                name -> remote || hasPointer(repository, Tag.of(name)));
    }

    private boolean isThere(RepositoryName repository, Tag tag) {
        return links.isThere(RegistryLayout.tagCurrent(repository, tag));
    }

    /** Whether a tag whose folder exists has a pointer, perhaps from the cache. */
    private boolean hasPointer(RepositoryName repository, Tag tag) {
        return pointers.isThere(new Named(repository, tag), () -> isThere(repository, tag));
    }

    /**
     * The names of all folders of tags, also of those without a pointer; costs no check of each.
     */
    public Iterator<String> folders(RepositoryName repository) {
        return new SortedFolders(store, RegistryLayout.tags(repository), null, Tag::isValid);
    }

    /**
     * The tags that may point at a manifest, found by listing everything below all tags: those with
     * the manifest in their history, and those without any history, because some tools write only
     * the pointer.
     */
    public List<Tag> search(RepositoryName repository, Digest digest) {
        String folder = RegistryLayout.tags(repository);
        String entry = RegistryLayout.tagIndexLink(digest);
        List<Tag> found = new ArrayList<>();
        String name = "";
        boolean pointsHere = false;
        boolean hasHistory = false;
        Iterator<String> keys = new PagedListing(store, folder).iterator();
        while (keys.hasNext()) { // the keys of a tag are consecutive
            String path = keys.next().substring(folder.length());
            int end = Math.max(path.indexOf('/'), 0);
            if (!path.substring(0, end).equals(name)) {
                addIf(pointsHere || !hasHistory, name, found);
                name = path.substring(0, end);
                pointsHere = false;
                hasHistory = false;
            }
            String rest = path.substring(end + 1);
            pointsHere |= rest.equals(entry);
            hasHistory |= rest.startsWith("index/");
        }
        addIf(pointsHere || !hasHistory, name, found);
        return found;
    }

    private static void addIf(boolean wanted, String name, List<Tag> tags) {
        if (wanted && Tag.isValid(name)) {
            tags.add(Tag.of(name));
        }
    }
}
