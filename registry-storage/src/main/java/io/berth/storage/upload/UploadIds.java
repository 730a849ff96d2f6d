package io.berth.storage.upload;

import io.berth.name.RepositoryName;
import io.berth.name.UploadId;
import io.berth.object.Condition;
import io.berth.object.Durability;
import io.berth.object.ObjectKey;
import io.berth.object.ObjectStore;
import io.berth.object.ObjectStoreException;
import io.berth.storage.tree.RegistryLayout;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Instant;
import java.util.Optional;
import java.util.UUID;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes and verifies the ids of upload sessions. Every replica with the same key accepts an id, so
 * opening a session writes nothing.
 *
 * <p>An id is a UUID of version 7 (RFC 9562): the time in milliseconds, 32 random bits, and 42 bits
 * of a keyed hash of these and the repository. An id that was mistyped, invented or made for
 * another repository is refused, and ids cannot be guessed. 42 bits do not resist an attack by a
 * client that may push to the repository; such a client can open sessions anyway. Thread-safe.
 */
public final class UploadIds {

    private static final Logger log = LoggerFactory.getLogger(UploadIds.class);

    private static final int KEY_BYTES = 32;
    private static final int HASH_BITS = 42;
    private static final long HASH_MASK = (1L << HASH_BITS) - 1;
    private static final long VARIANT = 0b10L << 62;
    private static final long VARIANT_MASK = 0b11L << 62;
    private static final int VERSION = 7;

    private final Mac mac;
    private final Clock clock;
    private final SecureRandom random = new SecureRandom();

    public UploadIds(SessionKey key, Clock clock) {
        this.clock = clock;
        try {
            mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(key.value(), "HmacSHA256"));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java platform has HmacSHA256", e);
        }
    }

    /** The key in the store, which all replicas share; created when it does not exist. */
    public static SessionKey keyOf(ObjectStore store) {
        ObjectKey key = RegistryLayout.sessionKey();
        try {
            return new SessionKey(store.read(key, 1024));
        } catch (ObjectStoreException.NotFound absent) {
            byte[] made = new byte[KEY_BYTES];
            new SecureRandom().nextBytes(made);
            try {
                store.put(key, made, Condition.ifAbsent(), Durability.DURABLE);
            } catch (ObjectStoreException.PreconditionFailed e) {
                log.debug("another replica created the key first");
            }
            return new SessionKey(store.read(key, 1024));
        }
    }

    UploadId next(RepositoryName repository) {
        long time = clock.millis();
        long high = time << 16 | VERSION << 12 | random.nextInt(1 << 12);
        long low = VARIANT | (long) random.nextInt(1 << 20) << HASH_BITS;
        return new UploadId(new UUID(high, low | hash(repository, high, low)));
    }

    boolean isOurs(RepositoryName repository, UploadId id) {
        long high = id.value().getMostSignificantBits();
        long low = id.value().getLeastSignificantBits();
        return id.value().version() == VERSION
                && (low & VARIANT_MASK) == VARIANT
                && (low & HASH_MASK) == hash(repository, high, low & ~HASH_MASK);
    }

    /** The time at which a session began, from its id; empty for ids of other versions. */
    static Optional<Instant> startOf(UploadId id) {
        return id.value().version() == VERSION
                ? Optional.of(Instant.ofEpochMilli(id.value().getMostSignificantBits() >>> 16))
                : Optional.empty();
    }

    private long hash(RepositoryName repository, long high, long low) {
        byte[] name = repository.value().getBytes(StandardCharsets.US_ASCII);
        byte[] hashed =
                clone(mac)
                        .doFinal(
                                ByteBuffer.allocate(16 + name.length)
                                        .putLong(high)
                                        .putLong(low)
                                        .put(name)
                                        .array());
        return ByteBuffer.wrap(hashed).getLong() & HASH_MASK;
    }

    private static Mac clone(Mac mac) {
        try {
            return (Mac) mac.clone();
        } catch (CloneNotSupportedException e) {
            throw new IllegalStateException("the runtime's HmacSHA256 can be cloned", e);
        }
    }
}
