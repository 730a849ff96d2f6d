package io.berth.storage.tree;

import io.berth.error.RegistryException;
import io.berth.name.Digest;
import io.berth.object.Condition;
import io.berth.object.Durability;
import io.berth.object.ObjectContent;
import io.berth.object.ObjectKey;
import io.berth.object.ObjectStore;
import io.berth.object.ObjectStoreException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads and writes links: objects whose content is a digest as text. A damaged link, such as one
 * that a crash has truncated, is logged and counts as absent; the next push repairs it. Safe for
 * use by many threads.
 */
public final class LinkFiles {

    private static final Logger log = LoggerFactory.getLogger(LinkFiles.class);

    /** Bytes; every link is shorter, and a large object in its place is not read. */
    private static final int MAX_LENGTH = 1024;

    /** Bytes of a sha256 digest, which is the shortest. */
    private static final int MIN_LENGTH = "sha256:".length() + 64;

    /**
     * A link as it was read.
     *
     * @param target its digest; empty when there is no link or it is damaged
     * @param unchanged the condition under which the link may be replaced or deleted: that it was
     *     not written since
     * @param written when it was written, by the store's clock; without meaning when there is no
     *     target
     */
    public record Found(Optional<Digest> target, Condition unchanged, Instant written) {

        /** A link that does not exist. */
        public static Found absent() {
            return new Found(Optional.empty(), Condition.ifAbsent(), Instant.EPOCH);
        }

        /** Whether the link exists, perhaps damaged. */
        public boolean isThere() {
            return !(unchanged instanceof Condition.IfAbsent);
        }
    }

    private final ObjectStore store;

    public LinkFiles(ObjectStore store) {
        this.store = store;
    }

    /** The digest in a link; empty when there is no link or it is damaged. */
    public Optional<Digest> read(ObjectKey key) {
        byte[] stored;
        try {
            stored = store.read(key, MAX_LENGTH);
        } catch (ObjectStoreException.NotFound e) {
            return Optional.empty();
        } catch (ObjectStoreException.TooLong e) {
            log.warn("ignoring the link {}: it is too long; push the content again", key);
            return Optional.empty();
        }
        return target(key, stored);
    }

    private static Optional<Digest> target(ObjectKey key, byte[] stored) {
        String text = new String(stored, StandardCharsets.ISO_8859_1).strip();
        try {
            Digest target = Digest.of(text);
            if (target.hash().isPresent()) {
                return Optional.of(target);
            }
        } catch (RegistryException e) {
            // not a digest
        }
        log.warn("ignoring the link {}: it has no valid digest; push the content again", key);
        return Optional.empty();
    }

    /** Whether a link exists, by its metadata: one of another length than a digest is damaged. */
    public boolean isThere(ObjectKey key) {
        try {
            long size = store.head(key).size();
            return size >= MIN_LENGTH && size <= MAX_LENGTH;
        } catch (ObjectStoreException.NotFound e) {
            return false;
        }
    }

    public void write(ObjectKey key, Digest target, Durability durability) {
        write(key, target, Condition.always(), durability);
    }

    /**
     * @throws ObjectStoreException.PreconditionFailed when the condition does not hold
     */
    public void write(ObjectKey key, Digest target, Condition condition, Durability durability) {
        store.put(key, contentOf(target), condition, durability);
    }

    /** Reads a link that is to be replaced or deleted under a condition. */
    public Found look(ObjectKey key) {
        try {
            ObjectContent stored = store.get(key, MAX_LENGTH);
            return new Found(
                    target(key, stored.bytes()),
                    Condition.ifUnchanged(stored.version()),
                    stored.modified());
        } catch (ObjectStoreException.NotFound e) {
            return Found.absent();
        } catch (ObjectStoreException.TooLong e) {
            // No registry writes such a link, so it may be overwritten.
            return new Found(Optional.empty(), Condition.always(), Instant.EPOCH);
        }
    }

    /**
     * Deletes a link if it has this digest.
     *
     * @throws ObjectStoreException.PreconditionFailed when there is no link or it has another
     *     digest
     */
    public void deleteIfLeadingTo(ObjectKey key, Digest target) {
        try {
            store.delete(key, Condition.ifContent(contentOf(target)));
        } catch (ObjectStoreException.PreconditionFailed e) {
            store.delete(key, Condition.ifContent(contentWithWhitespace(key, target, e)));
        }
    }

    /** The content of a link that has the digest with white space around it, such as a line end. */
    private byte[] contentWithWhitespace(
            ObjectKey key, Digest target, ObjectStoreException.PreconditionFailed failure) {
        byte[] stored;
        try {
            stored = store.read(key, MAX_LENGTH);
        } catch (ObjectStoreException.NotFound | ObjectStoreException.TooLong e) {
            throw failure;
        }
        String text = new String(stored, StandardCharsets.ISO_8859_1);
        if (text.equals(target.toString()) || !text.strip().equals(target.toString())) {
            throw failure;
        }
        return stored;
    }

    private static byte[] contentOf(Digest target) {
        return target.toString().getBytes(StandardCharsets.ISO_8859_1);
    }
}
