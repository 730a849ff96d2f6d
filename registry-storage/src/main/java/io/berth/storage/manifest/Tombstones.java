package io.berth.storage.manifest;

import io.berth.name.Digest;
import io.berth.name.RepositoryName;
import io.berth.object.Condition;
import io.berth.object.Durability;
import io.berth.object.ObjectKey;
import io.berth.object.ObjectStore;
import io.berth.object.ObjectStoreException;
import io.berth.object.ObjectStoreException.Unavailable;
import io.berth.storage.tree.PagedListing;
import io.berth.storage.tree.RegistryLayout;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Says of a manifest that a delete of it is under way, was given up, or came to its end within the
 * last hour, so that replicas know of each other's deletes. Each delete has a tombstone of its own.
 *
 * <p>A tombstone is a lease: the delete that holds it begins no request that removes something when
 * {@link #LEASE} has passed, and others take it for dead some time later ({@link #DEAD}). Between
 * the two fits a request that takes long. No replica's time of day matters to that: the delete
 * counts nanoseconds, and the others compare two times of change that the store gave.
 *
 * <p>After {@link #SETTLED} a tombstone says nothing to anyone and is removed: by the next push of
 * the manifest, or by the purge, whatever its state. What a failed delete left can then still be
 * deleted, because it removes the link of the manifest last. This age is the difference between the
 * clocks of two replicas, which may therefore differ by half an hour: a replica whose clock is more
 * than 50 minutes ahead would pass over a delete that is under way. Thread-safe.
 */
public final class Tombstones {

    /** For as long a delete may remove things; one that needs longer is repeated. */
    static final Duration LEASE = Duration.ofMinutes(5);

    /** After it nothing of a delete is under way any more. */
    public static final Duration DEAD = LEASE.plusMinutes(3);

    /** Longer than any push and any delete: what is older says nothing to a push under way. */
    public static final Duration SETTLED = Duration.ofHours(1);

    private static final int RADIX = 36;

    /** Tombstones that one purge looks at, at the most: a page of a listing each thousand. */
    public static final int MOST_PURGED = 100_000;

    /** How far a delete came. */
    public enum State {
        /** It removes things, or its process died. */
        RUNNING,
        /** It failed, and removes nothing any more: something may be left. */
        GIVEN_UP,
        /** Nothing is left. */
        OVER
    }

    /** The lease of one delete. */
    public static final class Lease {
        private final ObjectKey key;
        private final long begun = System.nanoTime();

        private Lease(ObjectKey key) {
            this.key = key;
        }

        /**
         * To be called before each request that removes something.
         *
         * @throws Unavailable when the lease is over: the delete has to be repeated
         */
        public void require() {
            if (System.nanoTime() - begun > LEASE.toNanos()) {
                throw new Unavailable(
                        key.value(), "the delete takes too long and must be repeated", null);
            }
        }
    }

    private final ObjectStore store;
    private final Clock clock;

    public Tombstones(ObjectStore store, Clock clock) {
        this.store = store;
        this.clock = clock;
    }

    /** To be called before a delete looks for what it is to remove. */
    public Lease begin(RepositoryName repository, Digest digest) {
        String id =
                Long.toString(clock.millis(), RADIX)
                        + "."
                        + Long.toString(ThreadLocalRandom.current().nextLong(1L << 50), RADIX);
        ObjectKey key = RegistryLayout.tombstone(repository, digest, id);
        Lease lease = new Lease(key);
        write(key, State.RUNNING);
        return lease;
    }

    /** To be called when no request of a delete is under way any more. */
    public void end(Lease lease, State state) {
        write(lease.key, state);
    }

    private void write(ObjectKey key, State state) {
        byte[] content = state.name().getBytes(StandardCharsets.ISO_8859_1);
        store.put(key, content, Condition.always(), Durability.HINT);
    }

    /** Those of a manifest, except what was over long ago, which is removed. */
    public Set<ObjectKey> of(RepositoryName repository, Digest digest) {
        Set<ObjectKey> found = new HashSet<>();
        List<ObjectKey> settled = new ArrayList<>();
        for (String name : new PagedListing(store, RegistryLayout.tombstones(repository, digest))) {
            ObjectKey key = ObjectKey.of(name);
            if (isOlder(key, SETTLED)) {
                settled.add(key);
            } else {
                found.add(key);
            }
        }
        if (!settled.isEmpty()) {
            store.forget(settled);
        }
        return found;
    }

    /**
     * Whether a delete of the manifest did not come to its end, and none that began as late or
     * later did.
     */
    public boolean isUnfinished(RepositoryName repository, Digest digest) {
        List<ObjectKey> all =
                new PagedListing(store, RegistryLayout.tombstones(repository, digest))
                        .stream().map(ObjectKey::of).toList();
        if (all.isEmpty()) {
            return false;
        }
        String last = begun(all.getLast());
        return all.stream()
                .filter(tombstone -> begun(tombstone).equals(last))
                .noneMatch(tombstone -> state(tombstone) == State.OVER);
    }

    /** As text; sorts by time. */
    private static String begun(ObjectKey tombstone) {
        String id = tombstone.value().substring(tombstone.value().lastIndexOf('/') + 1);
        return id.substring(0, Math.max(id.indexOf('.'), 0));
    }

    /**
     * Removes those that were settled long ago, of all manifests. A failure leaves some of them to
     * the next purge; several at a time do no harm.
     *
     * @param most tombstones looked at, young ones included
     */
    public void purge(int most) {
        List<ObjectKey> settled = new ArrayList<>();
        Iterator<String> all = new PagedListing(store, RegistryLayout.TOMBSTONES).iterator();
        for (int seen = 0; seen < most && all.hasNext(); seen++) {
            ObjectKey key = ObjectKey.of(all.next());
            if (isOlder(key, SETTLED)) {
                settled.add(key);
            }
            if (settled.size() == PagedListing.MAX_PAGE) {
                store.deleteAll(settled);
                settled = new ArrayList<>();
            }
        }
        if (!settled.isEmpty()) {
            store.deleteAll(settled);
        }
    }

    /** Whether a delete has neither ended nor been given up. Its process may have died. */
    public boolean isRunning(ObjectKey tombstone) {
        return state(tombstone) == State.RUNNING;
    }

    /**
     * Whether a delete that has not ended removes nothing any more.
     *
     * @param writtenJustNow an object that the store has just got: its time of change is the
     *     store's present time, or shortly before
     */
    public boolean isDead(ObjectKey tombstone, ObjectKey writtenJustNow) {
        try {
            Instant begun = store.head(tombstone).modified();
            Instant now = store.head(writtenJustNow).modified();
            return Duration.between(begun, now).compareTo(DEAD) > 0;
        } catch (ObjectStoreException.NotFound e) {
            return false; // the next look at the state tells
        }
    }

    /** One that is gone or cut short is of a delete that is over, or never removed anything. */
    private State state(ObjectKey tombstone) {
        byte[] content;
        try {
            content = store.read(tombstone, 100);
        } catch (ObjectStoreException.NotFound e) {
            return State.OVER;
        }
        String text = new String(content, StandardCharsets.ISO_8859_1);
        for (State state : State.values()) {
            if (state.name().equals(text)) {
                return state;
            }
        }
        return State.GIVEN_UP;
    }

    private boolean isOlder(ObjectKey tombstone, Duration age) {
        try {
            long begun = Long.parseLong(begun(tombstone), RADIX);
            return begun < clock.millis() - age.toMillis();
        } catch (NumberFormatException e) {
            return true; // none of ours
        }
    }
}
