package io.berth.storage.index;

import com.github.benmanes.caffeine.cache.Cache;
import io.berth.concurrent.ParallelTasks;
import io.berth.error.RegistryException;
import io.berth.manifest.Manifest;
import io.berth.name.Descriptor;
import io.berth.name.Digest;
import io.berth.name.HashAlgorithm;
import io.berth.name.RepositoryName;
import io.berth.object.Condition;
import io.berth.object.Durability;
import io.berth.object.ObjectKey;
import io.berth.object.ObjectStore;
import io.berth.registry.Page;
import io.berth.registry.PageRequest;
import io.berth.storage.cache.Caches;
import io.berth.storage.manifest.Manifests;
import io.berth.storage.tree.EntryTimestamps;
import io.berth.storage.tree.PagedListing;
import io.berth.storage.tree.RegistryLayout;
import io.berth.storage.tree.SortedFolders;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.Spliterators;
import java.util.function.Supplier;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.Nullable;

/**
 * Lists the manifests that have another one as their subject. Safe for use by many threads.
 *
 * <p>If the index of the repository is complete, its entries are the candidates. Otherwise all
 * manifests of the repository are, and their subjects are cached. So referrers that another
 * registry accepted, or that clients pushed with a fallback tag, are found as well. Each candidate
 * is verified by reading its manifest. Candidates are read in the order of their digests, as far as
 * the page needs, so the cost of a page depends on the page only.
 */
public final class Referrers {

    private static final byte[] NOTHING = {}; // all information is in the key

    /**
     * Bytes of the descriptors of a page. Clients refuse responses of more than about 4 MiB, and a
     * response is held in memory more than once. About 2000 descriptors of usual length fit. A
     * single descriptor that is longer is a page of its own.
     */
    private static final long MAX_PAGE_BYTES = 1024 * 1024;

    /** Bytes of a descriptor as JSON besides its texts: names of members, digest and size. */
    private static final int DESCRIPTOR_BYTES = 256;

    /** Candidates that are read ahead concurrently. */
    private static final int LOOKED_AHEAD = 16;

    /** Candidates that one request reads at most; then the page ends early. */
    private static final int MAX_EXAMINED = 1000;

    /**
     * A manifest that may have the subject.
     *
     * @param entries the index entries for it; empty without an index
     */
    private record Candidate(Digest digest, List<ObjectKey> entries) {}

    private record Looked(Digest digest, Supplier<Optional<Descriptor>> result) {}

    private final ObjectStore store;
    private final Manifests manifests;
    private final IndexCompleteness state;
    private final ParallelTasks lookups;
    private final Cache<Digest, Optional<Digest>> subjects;

    /**
     * @param seenBytes memory of all such caches together, of which this takes one part ({@link
     *     Caches#parts})
     */
    public Referrers(
            ObjectStore store,
            Manifests manifests,
            IndexCompleteness state,
            ParallelTasks lookups,
            long seenBytes) {
        this.store = store;
        this.manifests = manifests;
        this.state = state;
        this.lookups = lookups;
        this.subjects =
                Caches.builder(
                                Caches.parts(1, seenBytes),
                                (Digest digest, Optional<Digest> subject) ->
                                        Caches.OBJECT
                                                + Caches.weight(digest)
                                                + subject.map(Caches::weight).orElse(0))
                        .build();
    }

    /**
     * Adds the index entry of a manifest that has a subject, before the manifest becomes visible.
     */
    public void add(RepositoryName repository, Manifest manifest) {
        if (state.isKept() && manifest.subject().isPresent()) {
            store.put(
                    RegistryLayout.referrer(
                            repository, manifest.subject().get(), manifest.digest()),
                    NOTHING,
                    Condition.always(),
                    Durability.HINT);
        }
    }

    /**
     * Lists referrers, as of {@link io.berth.registry.ReferrerLister#referrers}.
     *
     * @param indexed whether the index of the repository is complete
     */
    public Page<Descriptor> list(
            RepositoryName repository,
            Digest subject,
            @Nullable String artifactType,
            PageRequest page,
            boolean indexed) {
        if (page.limit() == 0) {
            return new Page<>(List.of(), false);
        }
        Iterator<Candidate> candidates =
                indexed
                        ? new Candidates(repository, subject, after(page), pageSize(page))
                        : unindexed(repository, after(page));
        Deque<Looked> looked = new ArrayDeque<>();
        List<Descriptor> found = new ArrayList<>();
        Digest last = null;
        long bytes = 0;
        int examined = 0;
        while (candidates.hasNext() || !looked.isEmpty()) {
            if (indexed && examined == MAX_EXAMINED) {
                return new Page<>(found, true, String.valueOf(last));
            }
            while (candidates.hasNext() && looked.size() < LOOKED_AHEAD) {
                looked.add(lookAt(repository, subject, candidates.next()));
            }
            Looked next = looked.removeFirst();
            Optional<Descriptor> referrer =
                    next.result().get().filter(descriptor -> isOf(descriptor, artifactType));
            if (referrer.isPresent()) {
                bytes += lengthOf(referrer.get());
                boolean full =
                        found.size() == page.limit()
                                || (bytes > MAX_PAGE_BYTES && !found.isEmpty());
                if (full) {
                    return new Page<>(found, true);
                }
                found.add(referrer.get());
            }
            last = next.digest();
            examined++;
        }
        return new Page<>(found, false);
    }

    private static int pageSize(PageRequest page) {
        return Math.min(page.limit(), PagedListing.MAX_PAGE - 1) + 1;
    }

    private static boolean isOf(Descriptor descriptor, @Nullable String artifactType) {
        return artifactType == null || artifactType.equals(descriptor.artifactType());
    }

    private Looked lookAt(RepositoryName repository, Digest subject, Candidate candidate) {
        return new Looked(
                candidate.digest(),
                lookups.prefetch(() -> referrer(repository, candidate, subject)));
    }

    private Optional<Descriptor> referrer(
            RepositoryName repository, Candidate candidate, Digest subject) {
        Optional<Digest> known = subjects.getIfPresent(candidate.digest());
        if (known != null && !known.equals(Optional.of(subject))) {
            return Optional.empty();
        }
        Optional<Manifest> manifest = manifests.findIntact(repository, candidate.digest());
        if (manifest.isEmpty()) {
            List<ObjectKey> settled =
                    candidate.entries().stream()
                            .filter(entry -> EntryTimestamps.isSettled(entry.value()))
                            .toList();
            if (!settled.isEmpty() && !manifests.isLinkedNow(repository, candidate.digest())) {
                store.forget(settled);
            }
            return Optional.empty(); // not cached, because it may be pushed again
        }
        subjects.put(candidate.digest(), manifest.get().subject());
        return manifest.filter(found -> found.subject().equals(Optional.of(subject)))
                .map(Manifest::asReferrer);
    }

    /** The digest after which the page begins. */
    private static @Nullable Digest after(PageRequest page) {
        if (page.after() == null) {
            return null;
        }
        try {
            return Digest.of(page.after());
        } catch (RegistryException e) {
            return null;
        }
    }

    /** Every manifest of a repository after a digest. */
    private Iterator<Candidate> unindexed(RepositoryName repository, @Nullable Digest after) {
        return revisions(repository, after)
                .map(digest -> new Candidate(digest, List.of()))
                .iterator();
    }

    /** The candidates in the index for a subject, ordered by digest; reads the listing lazily. */
    private final class Candidates implements Iterator<Candidate> {

        private final String folder;
        private final Iterator<String> keys;
        private @Nullable String next;

        Candidates(
                RepositoryName repository, Digest subject, @Nullable Digest after, int pageSize) {
            folder = RegistryLayout.referrers(repository, subject);
            String position =
                    after == null ? null : folder + after.algorithm() + "/" + after.encoded();
            keys =
                    new PagedListing(
                                    store,
                                    folder,
                                    position == null ? null : EntryTimestamps.after(position),
                                    pageSize)
                            .iterator();
            advance();
        }

        private void advance() {
            next = null;
            while (next == null && keys.hasNext()) {
                String key = keys.next();
                next = digestOf(key) == null ? null : key;
            }
        }

        private @Nullable Digest digestOf(String key) {
            String[] parts =
                    EntryTimestamps.unstamped(key.substring(folder.length())).split("/", -1);
            return parts.length == 2 && Digest.isValid(parts[0], parts[1])
                    ? new Digest(parts[0], parts[1])
                    : null;
        }

        @Override
        public boolean hasNext() {
            return next != null;
        }

        @Override
        public Candidate next() {
            List<ObjectKey> entries = new ArrayList<>();
            Digest digest = next == null ? null : digestOf(next);
            if (digest == null) {
                throw new NoSuchElementException();
            }
            while (next != null && digest.equals(digestOf(next))) {
                entries.add(ObjectKey.of(next));
                advance();
            }
            return new Candidate(digest, entries);
        }
    }

    /** The digests of all folders of revisions, also of those whose link is damaged. */
    Iterator<Digest> revisions(RepositoryName repository) {
        return revisions(repository, null).iterator();
    }

    /** In the order of digests; reads the listing lazily. */
    private Stream<Digest> revisions(RepositoryName repository, @Nullable Digest after) {
        return Arrays.stream(HashAlgorithm.values())
                .map(HashAlgorithm::id)
                .sorted()
                .filter(algorithm -> after == null || algorithm.compareTo(after.algorithm()) >= 0)
                .flatMap(
                        algorithm ->
                                revisions(
                                        repository,
                                        algorithm,
                                        after != null && after.algorithm().equals(algorithm)
                                                ? after.encoded()
                                                : null));
    }

    private Stream<Digest> revisions(
            RepositoryName repository, String algorithm, @Nullable String after) {
        Iterator<String> names =
                new SortedFolders(
                        store,
                        RegistryLayout.revisions(repository, algorithm),
                        after,
                        hex -> Digest.isValid(algorithm, hex));
        return StreamSupport.stream(Spliterators.spliteratorUnknownSize(names, 0), false)
                .map(hex -> new Digest(algorithm, hex));
    }

    /** Bytes of a descriptor as JSON; an upper bound. */
    private static long lengthOf(Descriptor descriptor) {
        long length = DESCRIPTOR_BYTES + lengthOf(descriptor.mediaType().toString());
        if (descriptor.artifactType() != null) {
            length += lengthOf(descriptor.artifactType());
        }
        for (Map.Entry<String, String> annotation : descriptor.annotations().entrySet()) {
            length += lengthOf(annotation.getKey()) + lengthOf(annotation.getValue());
        }
        return length;
    }

    /** Bytes of a text in JSON, with quotes and separators; an upper bound. */
    private static long lengthOf(String text) {
        long length = 4;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c < ' ') {
                length += 6; // an escape with four digits
            } else if (c == '"' || c == '\\') {
                length += 2;
            } else {
                length += c < 0x80 ? 1 : 3; // in UTF-8
            }
        }
        return length;
    }
}
