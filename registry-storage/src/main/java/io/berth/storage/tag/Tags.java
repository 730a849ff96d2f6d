package io.berth.storage.tag;

import io.berth.concurrent.StripedLocks;
import io.berth.error.ErrorCode;
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
import io.berth.registry.TagCondition;
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
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Tags: pointers to manifests. A tag is what its {@code current/link} says; the entries of its
 * {@code index} are its history, which other registries keep and may look at.
 *
 * <p>History is written before the pointer, and deleted after it: the pointer goes only as it was
 * expected, then whatever history there is by then. So against another replica a tag that moved
 * meanwhile survives, and no history is left without a pointer but by a crash. Within this process
 * a lock per tag keeps the two apart.
 */
public final class Tags {

    /** Pushes and deletes of one tag that follow each other without a gap are a defect. */
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
     * @param trust how long a tag whose folder is there is believed to have a pointer, too
     * @param seenBytes memory for all that was seen; of which this takes four parts where the store
     *     is not remote
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

    /** Writes the history of a tag that is about to point at a manifest. */
    public void prepare(RepositoryName repository, Tag tag, Digest digest) {
        links.write(RegistryLayout.tagIndexLink(repository, tag, digest), digest, Durability.WHOLE);
    }

    /** What a tag holds, before it is pointed where other processes may write it, too. */
    public Found look(RepositoryName repository, Tag tag) {
        return links.look(RegistryLayout.tagCurrent(repository, tag));
    }

    /**
     * Points a tag, which was prepared for that, at a manifest that is stored. Durable, with all
     * that was written before.
     */
    public void point(RepositoryName repository, Tag tag, Digest digest) {
        write(repository, tag, digest, Condition.always());
    }

    /**
     * The same, unless another process has pointed the tag since it was looked at: then it stays as
     * it is, as if this had come just before. One that was deleted since is written.
     *
     * @param seen what the tag held when it was looked at
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
     * The same, but only if a condition holds in the moment of the write, whatever other processes
     * do. A tag that another process has moved since is looked at again.
     *
     * <p>When it stays unknown whether the pointer was written, the tag is looked at. If it points
     * at the manifest, it is written once more, to be durable, and counts as pointed by this call;
     * another push of the same manifest, which would have had the same effect, cannot be told from
     * it. If the condition still holds, the write is tried once more.
     *
     * @return the digest that the tag had
     * @throws RegistryException TAG_CONDITION_FAILED; the tag was not written
     * @throws ObjectStoreException.OutcomeUnknown when the tag may have been written, and holds
     *     something else now
     */
    public Optional<Digest> pointIf(
            TagCondition condition, RepositoryName repository, Tag tag, Digest digest, Found seen) {
        return locks.locked(
                repository, tag, () -> pointIfLocked(condition, repository, tag, digest, seen));
    }

    private Optional<Digest> pointIfLocked(
            TagCondition condition, RepositoryName repository, Tag tag, Digest digest, Found seen) {
        Found expected = seen;
        Optional<Digest> before = seen.target();
        ObjectStoreException.@Nullable OutcomeUnknown lost = null;
        for (int attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
            boolean written = lost != null && expected.target().equals(Optional.of(digest));
            if (!written) {
                if (lost != null && !condition.holds(expected.target())) {
                    throw lost;
                }
                require(condition, tag, expected);
                before = expected.target();
            }
            try {
                writeLocked(repository, tag, digest, expected.unchanged());
                return before;
            } catch (ObjectStoreException.PreconditionFailed e) {
                // it was written since
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
                        "the tag is moved as often as it is pushed",
                        null);
    }

    /**
     * @throws RegistryException TAG_CONDITION_FAILED when the condition does not hold
     */
    public static void require(TagCondition condition, Tag tag, Found found) {
        if (condition.holds(found.target())) {
            return;
        }
        Map<String, String> detail = new LinkedHashMap<>();
        detail.put("tag", tag.value());
        found.target().ifPresent(present -> detail.put("digest", present.toString()));
        throw new RegistryException(
                ErrorCode.TAG_CONDITION_FAILED, ErrorCode.TAG_CONDITION_FAILED.message(), detail);
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
     * @return the digest that the tag had; empty when it held none that is usable
     * @throws RegistryException MANIFEST_UNKNOWN
     */
    public Optional<Digest> delete(RepositoryName repository, Tag tag) {
        Found deleted =
                locks.locked(repository, tag, () -> deleteWhereverItPoints(repository, tag));
        if (!deleted.isThere()) {
            throw new RegistryException(
                    ErrorCode.MANIFEST_UNKNOWN, ErrorCode.MANIFEST_UNKNOWN.message(), "tag " + tag);
        }
        return deleted.target();
    }

    /**
     * What there was. A tag that is written after this looked stays: the write counts as the later
     * of the two.
     */
    private Found deleteWhereverItPoints(RepositoryName repository, Tag tag) {
        Found found = look(repository, tag);
        if (found.isThere()) {
            deleteIf(found.unchanged(), repository, tag);
        }
        // Without a pointer, too: an earlier attempt may have come no further.
        store.deleteAll(history(repository, tag));
        return found;
    }

    private void deleteIf(Condition unchanged, RepositoryName repository, Tag tag) {
        try {
            store.delete(RegistryLayout.tagCurrent(repository, tag), unchanged);
        } catch (ObjectStoreException.PreconditionFailed e) {
            // it was written or deleted since
        } finally {
            pointers.gone(new Named(repository, tag));
        }
    }

    private boolean deletePointer(RepositoryName repository, Tag tag, Digest target) {
        try {
            links.deleteIfLeadingTo(RegistryLayout.tagCurrent(repository, tag), target);
            return true;
        } catch (ObjectStoreException.PreconditionFailed e) {
            return false; // it moved, or is gone
        } finally {
            pointers.gone(new Named(repository, tag));
        }
    }

    /**
     * What the delete of a tag's pointer came to.
     *
     * @param deleted whether the pointer was deleted
     * @param history what else there is of the tag and has to go with it; nothing when it points
     *     elsewhere
     */
    public record PointerDelete(boolean deleted, Collection<ObjectKey> history) {}

    /** Deletes the pointer of a tag if it points at this manifest, and only then. */
    public PointerDelete deleteIfPointingAt(RepositoryName repository, Tag tag, Digest target) {
        return locks.locked(
                repository,
                tag,
                () -> {
                    // Where a look costs nothing, it rules out most of what a search comes up with.
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

    /** Everything below the folder of a tag that has no pointer; nothing if it has one. */
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
        // One more tells whether others follow, and the listing may begin with the last page's end.
        int pageSize = Math.min(page.limit(), PagedListing.MAX_PAGE - 2) + 2;
        Iterator<String> names = names(repository, page.after(), pageSize);
        List<Tag> tags = new ArrayList<>(Math.min(page.limit(), pageSize));
        while (tags.size() < page.limit() && names.hasNext()) {
            tags.add(Tag.of(names.next()));
        }
        return new Page<>(tags, names.hasNext());
    }

    /**
     * The names of the tags there are, in order; read as the iterator goes, {@code pageSize} at a
     * time. A folder without a pointer is what a push or a delete left that did not end: not a tag.
     * On a disk each pointer is looked for, unless it was seen lately; where that would cost a
     * request, everything below the tags is listed, and a page still costs one.
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

    /** The same of a tag whose folder is there, which may be remembered. */
    private boolean hasPointer(RepositoryName repository, Tag tag) {
        return pointers.isThere(new Named(repository, tag), () -> isThere(repository, tag));
    }

    /** Names among which all tags are, but not only they; cheaper than looking for each. */
    public Iterator<String> folders(RepositoryName repository) {
        return new SortedFolders(store, RegistryLayout.tags(repository), null, Tag::isValid);
    }

    /**
     * The tags that may point at a manifest, found by one listing of everything below all tags: by
     * a name in their history, or because they have none, for there are tools that write only the
     * pointer.
     */
    public List<Tag> search(RepositoryName repository, Digest digest) {
        String folder = RegistryLayout.tags(repository);
        String entry = RegistryLayout.tagIndexLink(digest);
        List<Tag> found = new ArrayList<>();
        String name = "";
        boolean pointsHere = false;
        boolean hasHistory = false;
        Iterator<String> keys = new PagedListing(store, folder).iterator();
        while (keys.hasNext()) { // everything of a tag comes in a row
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
