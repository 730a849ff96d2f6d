package io.berth.stored;

import com.github.benmanes.caffeine.cache.Cache;
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
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.Spliterators;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.function.Supplier;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.Nullable;

/**
 * Which manifests name another one as their subject.
 *
 * <p>Where the index of the repository is complete it gives the candidates; elsewhere they are all
 * manifests of the repository, and what each is about is remembered, for manifests do not change.
 * So referrers that another registry let in, or that were pushed by clients that also keep a
 * fallback tag, are found just the same. Each candidate is verified by reading it.
 */
final class Referrers {

    private static final byte[] NOTHING = {}; // the key says it all

    /**
     * Clients refuse answers of more than about 4 MiB; this counts the parts that can be long, and
     * leaves room for the rest.
     */
    private static final long MAX_PAGE_BYTES = 3 * 1024 * 1024;

    private static final int REMEMBERED = 100_000;

    /** Referrers asked for while earlier ones are waited for. */
    private static final int LOOKED_AHEAD = 16;

    private final ObjectStore store;
    private final Manifests manifests;
    private final IndexState state;
    private final Parallel lookups;
    private final Cache<Digest, Optional<Digest>> subjects =
            Caches.builder().maximumSize(REMEMBERED).build();

    Referrers(ObjectStore store, Manifests manifests, IndexState state, Parallel lookups) {
        this.store = store;
        this.manifests = manifests;
        this.state = state;
        this.lookups = lookups;
    }

    /** To be called before the manifest becomes visible. */
    void add(RepositoryName repository, Manifest manifest) {
        if (state.isKept() && manifest.subject().isPresent()) {
            store.put(
                    RegistryLayout.referrer(
                            repository, manifest.subject().get(), manifest.digest()),
                    NOTHING,
                    Condition.always(),
                    Durability.HINT);
        }
    }

    Page<Descriptor> list(
            RepositoryName repository,
            Digest subject,
            @Nullable String artifactType,
            PageRequest page) {
        Iterator<Map.Entry<Digest, List<ObjectKey>>> candidates =
                candidates(repository, subject).tailMap(after(page), false).entrySet().iterator();
        Deque<Supplier<Optional<Descriptor>>> looked = new ArrayDeque<>();
        List<Descriptor> found = new ArrayList<>();
        long bytes = 0;
        while (candidates.hasNext() || !looked.isEmpty()) {
            while (candidates.hasNext() && looked.size() < LOOKED_AHEAD) {
                var candidate = candidates.next();
                looked.add(
                        lookups.ahead(
                                () ->
                                        referrer(
                                                repository,
                                                candidate.getKey(),
                                                subject,
                                                candidate.getValue())));
            }
            Optional<Descriptor> referrer =
                    looked.removeFirst()
                            .get()
                            .filter(
                                    descriptor ->
                                            artifactType == null
                                                    || artifactType.equals(
                                                            descriptor.artifactType()));
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
        }
        return new Page<>(found, false);
    }

    /**
     * @param entries that name the candidate; taken back when there is no such manifest
     */
    private Optional<Descriptor> referrer(
            RepositoryName repository, Digest candidate, Digest subject, List<ObjectKey> entries) {
        Optional<Manifest> manifest = manifests.find(repository, candidate);
        if (manifest.isEmpty()) {
            List<ObjectKey> settled =
                    entries.stream().filter(entry -> Stamps.isSettled(entry.value())).toList();
            if (!settled.isEmpty()) {
                store.forget(settled);
            }
        }
        return manifest.filter(found -> found.subject().equals(Optional.of(subject)))
                .map(Manifest::asReferrer);
    }

    /** The place in the order of digests that a page begins behind. */
    private static Digest after(PageRequest page) {
        String after = page.after() == null ? "" : page.after();
        try {
            return Digest.of(after);
        } catch (RegistryException e) {
            return new Digest("0", "0"); // before every supported algorithm
        }
    }

    /** Manifests that may be about the subject, with the entries of the index that say so. */
    private NavigableMap<Digest, List<ObjectKey>> candidates(
            RepositoryName repository, Digest subject) {
        NavigableMap<Digest, List<ObjectKey>> candidates = new ConcurrentSkipListMap<>();
        if (!state.isComplete(repository)) {
            lookups.forEachOrThrow(
                    revisions(repository),
                    digest -> {
                        if (subjectOf(repository, digest).equals(Optional.of(subject))) {
                            candidates.put(digest, List.of());
                        }
                    });
            return candidates;
        }
        String folder = RegistryLayout.referrers(repository, subject);
        for (String key : new Keys(store, folder)) {
            String[] parts = Stamps.unstamped(key.substring(folder.length())).split("/", -1);
            if (parts.length == 2 && Digest.isValid(parts[0], parts[1])) {
                candidates
                        .computeIfAbsent(new Digest(parts[0], parts[1]), _ -> new ArrayList<>())
                        .add(ObjectKey.of(key));
            }
        }
        return candidates;
    }

    private Optional<Digest> subjectOf(RepositoryName repository, Digest digest) {
        Optional<Digest> known = subjects.getIfPresent(digest);
        if (known != null) {
            return known;
        }
        Optional<Manifest> manifest = manifests.find(repository, digest);
        if (manifest.isEmpty()) {
            return Optional.empty(); // may come back with a subject: not remembered
        }
        subjects.put(digest, manifest.get().subject());
        return manifest.get().subject();
    }

    /** Every manifest that the repository's folder names, also those whose link is no good. */
    Iterator<Digest> revisions(RepositoryName repository) {
        return Arrays.stream(HashAlgorithm.values())
                .map(HashAlgorithm::id)
                .flatMap(algorithm -> revisions(repository, algorithm))
                .iterator();
    }

    private Stream<Digest> revisions(RepositoryName repository, String algorithm) {
        Iterator<String> names =
                new FolderNames(
                        store,
                        RegistryLayout.revisions(repository, algorithm),
                        hex -> Digest.isValid(algorithm, hex));
        return StreamSupport.stream(Spliterators.spliteratorUnknownSize(names, 0), false)
                .map(hex -> new Digest(algorithm, hex));
    }

    private static long lengthOf(Descriptor descriptor) {
        long length = 512;
        for (Map.Entry<String, String> annotation : descriptor.annotations().entrySet()) {
            length += annotation.getKey().length() + annotation.getValue().length() * 2L + 8;
        }
        return length;
    }
}
