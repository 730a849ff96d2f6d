package io.berth.stored;

import io.berth.error.ErrorCode;
import io.berth.error.RegistryException;
import io.berth.name.Digest;
import io.berth.name.RepositoryName;
import io.berth.name.Tag;
import io.berth.object.Durability;
import io.berth.object.ObjectKey;
import io.berth.object.ObjectStore;
import io.berth.object.ObjectStoreException;
import io.berth.registry.Page;
import io.berth.registry.PageRequest;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Tags: pointers to manifests. A tag is what its {@code current/link} says; the entries of its
 * {@code index} are its history, and let a search find tags by the digest in a key.
 *
 * <p>Order of writes: the index entries first, so that whoever finds a tag by them finds every tag;
 * then the pointer, with which the tag becomes visible. Order of deletes: the reverse. Within this
 * process the two are kept apart by a lock per tag; against another process the pointer is deleted
 * only as it was read, and an index entry that a push put back meanwhile is put back.
 */
final class Tags {

    /** Entries asked of a store at once. */
    static final int MAX_PAGE = 1000;

    private final ObjectStore store;
    private final Links links;
    private final TagIndex index;
    private final StripedLocks locks = new StripedLocks();

    Tags(ObjectStore store, Links links, TagIndex index) {
        this.store = store;
        this.links = links;
        this.index = index;
    }

    Optional<Digest> resolve(RepositoryName repository, Tag tag) {
        return links.read(RegistryLayout.tagCurrent(repository, tag));
    }

    /** Points a tag at a manifest that is stored. Durable, with all that was written before. */
    void point(RepositoryName repository, Tag tag, Digest digest) {
        locks.locked(
                repository,
                tag,
                () -> {
                    links.write(
                            RegistryLayout.tagIndex(repository, tag, digest),
                            digest,
                            Durability.WHOLE);
                    index.add(repository, digest, tag);
                    links.write(
                            RegistryLayout.tagCurrent(repository, tag), digest, Durability.DURABLE);
                });
    }

    /**
     * @throws RegistryException MANIFEST_UNKNOWN
     */
    void delete(RepositoryName repository, Tag tag) {
        boolean deleted =
                locks.locked(repository, tag, () -> deleteIf(repository, tag, digest -> true));
        if (!deleted) {
            throw new RegistryException(
                    ErrorCode.MANIFEST_UNKNOWN, ErrorCode.MANIFEST_UNKNOWN.message(), "tag " + tag);
        }
    }

    /** Deletes a tag if it points at this manifest, and only then; else it stays as it is. */
    void deleteIfPointingAt(RepositoryName repository, Tag tag, Digest digest) {
        locks.locked(
                repository,
                tag,
                () -> {
                    if (!deleteIf(repository, tag, digest::equals)) {
                        index.remove(repository, digest, tag); // a hint that is no longer true
                    }
                });
    }

    private boolean deleteIf(RepositoryName repository, Tag tag, Predicate<Digest> condition) {
        ObjectKey current = RegistryLayout.tagCurrent(repository, tag);
        while (true) {
            Optional<Digest> link = links.read(current);
            if (link.isEmpty() || !condition.test(link.get())) {
                return false;
            }
            try {
                links.deleteIfLeadingTo(current, link.get());
            } catch (ObjectStoreException.PreconditionFailed e) {
                continue; // it moved since it was read: look again
            }
            forgetHistory(repository, tag, link.get());
            return true;
        }
    }

    private void forgetHistory(RepositoryName repository, Tag tag, Digest last) {
        store.deleteAll(keysBelow(RegistryLayout.tag(repository, tag)));
        index.remove(repository, last, tag);
        // Another process may have pushed the tag again between the two deletions.
        resolve(repository, tag)
                .ifPresent(
                        digest -> {
                            links.write(
                                    RegistryLayout.tagIndex(repository, tag, digest),
                                    digest,
                                    Durability.WHOLE);
                            index.add(repository, digest, tag);
                        });
    }

    /** The pointer is gone by now: what is listed here is history. */
    private Collection<ObjectKey> keysBelow(String folder) {
        List<ObjectKey> keys = new ArrayList<>();
        String pointer = folder + "current/link";
        for (String key : new Keys(store, folder)) {
            if (!key.equals(pointer)) {
                keys.add(ObjectKey.of(key));
            }
        }
        return keys;
    }

    Page<Tag> list(RepositoryName repository, PageRequest page) {
        if (page.limit() == 0) {
            return new Page<>(List.of(), false);
        }
        // One more tells whether others follow, and the listing may begin with the last page's end.
        int pageSize = Math.min(page.limit(), MAX_PAGE - 2) + 2;
        Iterator<String> names = names(repository, page.after(), pageSize);
        List<Tag> tags = new ArrayList<>(pageSize);
        while (tags.size() < page.limit() && names.hasNext()) {
            tags.add(Tag.of(names.next()));
        }
        return new Page<>(tags, names.hasNext());
    }

    /**
     * The names of the tags there are, in order; read as the iterator goes, {@code pageSize} at a
     * time. A folder without a pointer is what a push or a delete left that did not end: not a tag.
     */
    Iterator<String> names(RepositoryName repository, @Nullable String after, int pageSize) {
        return new FolderNames(
                store,
                RegistryLayout.tags(repository),
                after,
                pageSize,
                name ->
                        Tag.isValid(name)
                                && links.isThere(
                                        RegistryLayout.tagCurrent(repository, Tag.of(name))));
    }

    /** Names among which all tags are, but not only they; cheaper than {@link #names}. */
    Iterator<String> candidates(RepositoryName repository) {
        return new FolderNames(
                store, RegistryLayout.tags(repository), null, MAX_PAGE, Tag::isValid);
    }
}
