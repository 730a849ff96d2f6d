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
 * Tombstones tell replicas about each other's deletes of manifests: each delete writes one, which
 * says that the delete is under way, was given up, or has ended within the last hour.
 *
 * <p>A tombstone is a lease: after {@link #LEASE} its delete begins no request that removes
 * something, and after {@link #DEAD} other replicas consider the delete dead. The time between the
 * two is longer than any request. The clocks of replicas do not matter for this: the delete
 * measures elapsed time, and the others compare two times of modification from the store.
 *
 * <p>A tombstone older than {@link #SETTLED} has no effect and is removed, in any state, by the
 * next push of the manifest or by the purge. What a failed delete has left can still be deleted
 * then, because a delete removes the link of the manifest last. This age is measured with the
 * clocks of replicas, which may differ by half an hour: a replica whose clock is more than 50
 * minutes ahead would ignore a delete that is under way. Thread-safe.
 */
public final class Tombstones {

    /** How long a delete may remove objects; a delete that needs longer must be repeated. */
    static final Duration LEASE = Duration.ofMinutes(5);

    /** The age after which no request of a delete is under way any more. */
    public static final Duration DEAD = LEASE.plusMinutes(3);

    /** The age after which a tombstone has no effect; longer than any push and any delete. */
    public static final Duration SETTLED = Duration.ofHours(1);

    private static final int RADIX = 36;

    /** Tombstones that one purge reads at most, with one listing request for each thousand. */
    public static final int MAX_PURGED = 100_000;

    /** The state of a delete; its name is the content of the tombstone. */
    public enum State {
        /** The delete removes objects, or its process died. */
        RUNNING,
        /** The delete failed, and removes nothing any more: something may be left. */
        GIVEN_UP,
        /** The delete has succeeded: nothing is left. */
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
         * @throws Unavailable when the lease has expired: the delete must be repeated
         */
        public void require() {
            if (System.nanoTime() - begun > LEASE.toNanos()) {
                throw new Unavailable(key.value(), "the delete took too long: repeat it", null);
            }
        }
    }

    private final ObjectStore store;
    private final Clock clock;

    public Tombstones(ObjectStore store, Clock clock) {
        this.store = store;
        this.clock = clock;
    }

    /** Writes a tombstone, before a delete looks for what it is to remove. */
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

    /** Writes the final state; no request of the delete may be under way any more. */
    public void end(Lease lease, State state) {
        write(lease.key, state);
    }

    private void write(ObjectKey key, State state) {
        byte[] content = state.name().getBytes(StandardCharsets.ISO_8859_1);
        store.put(key, content, Condition.always(), Durability.HINT);
    }

    /** The tombstones of a manifest; removes those older than {@link #SETTLED}. */
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
     * Whether there are tombstones of the manifest, and none of the latest deletes has succeeded.
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

    /** The time at which a delete began, as a text that sorts by time. */
    private static String begun(ObjectKey tombstone) {
        String id = tombstone.value().substring(tombstone.value().lastIndexOf('/') + 1);
        return id.substring(0, Math.max(id.indexOf('.'), 0));
    }

    /**
     * Removes the tombstones of all manifests that are older than {@link #SETTLED}. After a failure
     * the next purge removes the rest; concurrent purges do no harm.
     *
     * @param max tombstones that are read at most, younger ones included
     */
    public void purge(int max) {
        List<ObjectKey> settled = new ArrayList<>();
        Iterator<String> all = new PagedListing(store, RegistryLayout.TOMBSTONES).iterator();
        for (int seen = 0; seen < max && all.hasNext(); seen++) {
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

    /** Whether a delete has neither succeeded nor been given up. Its process may have died. */
    public boolean isRunning(ObjectKey tombstone) {
        return state(tombstone) == State.RUNNING;
    }

    /**
     * Whether a delete that is RUNNING removes nothing any more, because its lease expired long
     * ago.
     *
     * @param writtenJustNow an object that was just written: its time of modification is the
     *     current time of the store
     */
    public boolean isDead(ObjectKey tombstone, ObjectKey writtenJustNow) {
        try {
            Instant begun = store.head(tombstone).modified();
            Instant now = store.head(writtenJustNow).modified();
            return Duration.between(begun, now).compareTo(DEAD) > 0;
        } catch (ObjectStoreException.NotFound e) {
            return false; // the next read of the state returns OVER
        }
    }

    /** A missing tombstone counts as OVER, and one that a crash has truncated as GIVEN_UP. */
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
            return true; // not written by Berth
        }
    }
}
