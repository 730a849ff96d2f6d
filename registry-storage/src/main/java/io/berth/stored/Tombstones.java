package io.berth.stored;

import io.berth.name.Digest;
import io.berth.name.RepositoryName;
import io.berth.object.Condition;
import io.berth.object.Durability;
import io.berth.object.ObjectKey;
import io.berth.object.ObjectStore;
import io.berth.object.ObjectStoreException;
import io.berth.object.ObjectStoreException.Unavailable;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Says of a manifest that a delete of it is under way, was given up, or came to its end within the
 * last hour, so that replicas know of each other's deletes. Each delete has a tombstone of its own.
 *
 * <p>A tombstone is a lease: who holds it begins no request that removes something when {@link
 * #LEASE} has passed, and others take the holder for dead some time later ({@link #DEAD}). Between
 * the two fit a request that takes long and the difference between two replicas' clocks.
 */
final class Tombstones {

    /** For as long a delete may remove things; one that needs longer is repeated. */
    static final Duration LEASE = Duration.ofMinutes(5);

    /** After it nothing of a delete is under way any more. */
    static final Duration DEAD = LEASE.plusMinutes(3);

    /** Longer than any push: what is older says nothing to a push that is under way. */
    static final Duration SETTLED = Duration.ofHours(1);

    private static final int RADIX = 36;

    /** How far a delete came. */
    enum State {
        /** It removes things, or its process died. */
        RUNNING,
        /** It failed, and removes nothing any more: something may be left. */
        GIVEN_UP,
        /** Nothing is left. */
        OVER
    }

    /** The lease of one delete. */
    static final class Lease {
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
        void require() {
            if (System.nanoTime() - begun > LEASE.toNanos()) {
                throw new Unavailable(
                        key.value(), "the delete takes too long and must be repeated", null);
            }
        }
    }

    private final ObjectStore store;
    private final Clock clock;

    Tombstones(ObjectStore store, Clock clock) {
        this.store = store;
        this.clock = clock;
    }

    /** To be called before a delete looks for what it is to remove. */
    Lease begin(RepositoryName repository, Digest digest) {
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
    void end(Lease lease, State state) {
        write(lease.key, state);
    }

    private void write(ObjectKey key, State state) {
        byte[] content = state.name().getBytes(StandardCharsets.ISO_8859_1);
        store.put(key, content, Condition.always(), Durability.HINT);
    }

    /** Those of a manifest, except what was over long ago, which is removed. */
    Set<ObjectKey> of(RepositoryName repository, Digest digest) {
        Set<ObjectKey> found = new HashSet<>();
        List<ObjectKey> settled = new ArrayList<>();
        for (String name : new Keys(store, RegistryLayout.tombstones(repository, digest))) {
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
    boolean isUnfinished(RepositoryName repository, Digest digest) {
        List<ObjectKey> all =
                new Keys(store, RegistryLayout.tombstones(repository, digest))
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

    /** Whether a delete may still remove something. */
    boolean isRunning(ObjectKey tombstone) {
        return !isOlder(tombstone, DEAD) && state(tombstone) == State.RUNNING;
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
