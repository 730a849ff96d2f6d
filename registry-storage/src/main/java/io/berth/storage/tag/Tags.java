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
import io.berth.storage.cache.Caches;
import io.berth.storage.cache.ExistenceCache;
import io.berth.storage.tree.LinkFiles;
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
 * Tags: pointers to manifests. A tag is what its {@code current/link} says; the entries of its
 * {@code index} are its history, which other registries keep and may look at.
 *
 * <p>History is written before the pointer, and deleted after it: the pointer goes only as it was
 * expected, then whatever history there is by then. So against another replica a tag that moved
 * meanwhile survives, and no history is left without a pointer but by a crash. Within this process
 * a lock per tag keeps the two apart.
 */
public final class Tags {

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

    /**
     * Holds as long as the tag is not written; {@link Condition.IfAbsent} when there is none. To be
     * asked before a tag is pointed, where other processes may write it, too.
     */
    public Condition unchanged(RepositoryName repository, Tag tag) {
        return links.unchanged(RegistryLayout.tagCurrent(repository, tag));
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
     */
    public void point(RepositoryName repository, Tag tag, Digest digest, Condition unchanged) {
        Condition expected = unchanged;
        while (true) {
            try {
                write(repository, tag, digest, expected);
                return;
            } catch (ObjectStoreException.PreconditionFailed e) {
                expected = Condition.ifAbsent();
                if (!unchanged(repository, tag).equals(expected)) {
                    return;
                }
            }
        }
    }

    private void write(RepositoryName repository, Tag tag, Digest digest, Condition condition) {
        locks.locked(
                repository,
                tag,
                () ->
                        links.write(
                                RegistryLayout.tagCurrent(repository, tag),
                                digest,
                                condition,
                                Durability.DURABLE));
    }

    /**
     * @throws RegistryException MANIFEST_UNKNOWN
     */
    public void delete(RepositoryName repository, Tag tag) {
        boolean deleted =
                locks.locked(repository, tag, () -> deleteWhereverItPoints(repository, tag));
        if (!deleted) {
            throw new RegistryException(
                    ErrorCode.MANIFEST_UNKNOWN, ErrorCode.MANIFEST_UNKNOWN.message(), "tag " + tag);
        }
    }

    /**
     * Whether there was a tag. One that is written after this looked stays: the write counts as the
     * later of the two.
     */
    private boolean deleteWhereverItPoints(RepositoryName repository, Tag tag) {
        Condition unchanged = unchanged(repository, tag);
        boolean found = !unchanged.equals(Condition.ifAbsent());
        if (found) {
            deleteIf(unchanged, repository, tag);
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
     * Deletes the pointer of a tag if it points at this manifest, and only then.
     *
     * @return what else there is of the tag and has to go with it; nothing when it points elsewhere
     */
    public Collection<ObjectKey> deleteIfPointingAt(
            RepositoryName repository, Tag tag, Digest target) {
        return locks.locked(
                repository,
                tag,
                () -> {
                    // Where a look costs nothing, it rules out most of what a search comes up with.
                    if (!remote && pointsElsewhere(repository, tag, target)) {
                        return List.of();
                    }
                    boolean deleted = deletePointer(repository, tag, target);
                    return deleted || !pointsElsewhere(repository, tag, target)
                            ? history(repository, tag)
                            : List.of();
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
