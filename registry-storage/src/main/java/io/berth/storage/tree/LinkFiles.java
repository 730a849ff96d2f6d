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
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Link objects: a digest as text. One that is empty, cut short, too long or otherwise no digest was
 * left by a crash of some registry; it is logged and treated as absent, for the next push heals it.
 */
public final class LinkFiles {

    private static final Logger log = LoggerFactory.getLogger(LinkFiles.class);

    /** More than any link that was ever written, so that a stray large object is not read. */
    private static final int MAX_LENGTH = 1024;

    /** Of a sha256 digest's text; no other is shorter. */
    private static final int MIN_LENGTH = "sha256:".length() + 64;

    /**
     * A link as it was at one moment.
     *
     * @param target where it leads; empty when it is not there or holds no usable digest
     * @param unchanged holds as long as nothing is written there: what it may be replaced or
     *     deleted under
     */
    public record Found(Optional<Digest> target, Condition unchanged) {

        /** One that is not there. */
        public static Found absent() {
            return new Found(Optional.empty(), Condition.ifAbsent());
        }

        /** Whether there was something, usable or not. */
        public boolean isThere() {
            return !(unchanged instanceof Condition.IfAbsent);
        }
    }

    private final ObjectStore store;

    public LinkFiles(ObjectStore store) {
        this.store = store;
    }

    public Optional<Digest> read(ObjectKey key) {
        byte[] stored;
        try {
            stored = store.read(key, MAX_LENGTH);
        } catch (ObjectStoreException.NotFound e) {
            return Optional.empty();
        } catch (ObjectStoreException.TooLong e) {
            log.warn("ignoring the link {}: it is longer than any link", key);
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
            // not a digest: as below
        }
        log.warn("ignoring the link {}: it holds no usable digest", key);
        return Optional.empty();
    }

    /** Whether a link is there, without reading it: its length tells one that is damaged. */
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

    /** A link that may be replaced or deleted next. */
    public Found look(ObjectKey key) {
        try {
            ObjectContent stored = store.get(key, MAX_LENGTH);
            return new Found(target(key, stored.bytes()), Condition.ifUnchanged(stored.version()));
        } catch (ObjectStoreException.NotFound e) {
            return Found.absent();
        } catch (ObjectStoreException.TooLong e) {
            // Nothing that a registry wrote, and so nothing that must not be overwritten.
            return new Found(Optional.empty(), Condition.always());
        }
    }

    /**
     * @throws ObjectStoreException.PreconditionFailed when the link is not there or leads elsewhere
     */
    public void deleteIfLeadingTo(ObjectKey key, Digest target) {
        try {
            store.delete(key, Condition.ifContent(contentOf(target)));
        } catch (ObjectStoreException.PreconditionFailed e) {
            store.delete(key, Condition.ifContent(writtenOtherwise(key, target, e)));
        }
    }

    /** The content of a link that leads there, but was written with a line end or the like. */
    private byte[] writtenOtherwise(
            ObjectKey key, Digest target, ObjectStoreException.PreconditionFailed otherwise) {
        byte[] stored;
        try {
            stored = store.read(key, MAX_LENGTH);
        } catch (ObjectStoreException.NotFound | ObjectStoreException.TooLong e) {
            throw otherwise;
        }
        String text = new String(stored, StandardCharsets.ISO_8859_1);
        if (text.equals(target.toString()) || !text.strip().equals(target.toString())) {
            throw otherwise;
        }
        return stored;
    }

    private static byte[] contentOf(Digest target) {
        return target.toString().getBytes(StandardCharsets.ISO_8859_1);
    }
}
