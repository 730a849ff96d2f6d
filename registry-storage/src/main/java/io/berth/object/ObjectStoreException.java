package io.berth.object;

import org.jspecify.annotations.Nullable;

/** An operation of a store failed. */
public abstract sealed class ObjectStoreException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final String key;

    /**
     * @param isFault whether to record a stack trace: it is expensive, and results such as an
     *     absent object are normal
     */
    private ObjectStoreException(
            String key, String message, @Nullable Throwable cause, boolean isFault) {
        super(message + ": " + key, cause, true, isFault);
        this.key = key;
    }

    /** The key or prefix of the operation. */
    public String key() {
        return key;
    }

    /** There is no such object. */
    public static final class NotFound extends ObjectStoreException {
        private static final long serialVersionUID = 1L;

        public NotFound(ObjectKey key) {
            super(key.value(), "no such object", null, false);
        }
    }

    /** The object is longer than the limit of the caller; nothing was read. */
    public static final class TooLong extends ObjectStoreException {
        private static final long serialVersionUID = 1L;

        private final long size;

        /**
         * @param size bytes of the object
         */
        public TooLong(ObjectKey key, long size) {
            super(
                    key.value(),
                    "the object is too large to be read, with " + size + " bytes",
                    null,
                    false);
            this.size = size;
        }

        /** Bytes of the object. */
        public long size() {
            return size;
        }
    }

    /** The condition of a write did not hold; nothing was written. */
    public static final class PreconditionFailed extends ObjectStoreException {
        private static final long serialVersionUID = 1L;

        public PreconditionFailed(ObjectKey key) {
            super(key.value(), "the condition does not hold", null, false);
        }
    }

    /** The store failed or cannot be reached; nothing was written or removed by this request. */
    public static final class Unavailable extends ObjectStoreException {
        private static final long serialVersionUID = 1L;

        public Unavailable(String key, String message, @Nullable Throwable cause) {
            super(key, message, cause, true);
        }
    }

    /**
     * Some bytes of an unpublished object are lost, and it is unknown which: the caller must begin
     * again. Nothing of the object is visible, and the remaining bytes are not used again.
     */
    public static final class BytesLost extends ObjectStoreException {
        private static final long serialVersionUID = 1L;

        public BytesLost(ObjectKey key, String message, Throwable cause) {
            super(key.value(), message, cause, true);
        }
    }

    /** The store failed during a write or a delete, which may or may not have happened. */
    public static final class OutcomeUnknown extends ObjectStoreException {
        private static final long serialVersionUID = 1L;

        public OutcomeUnknown(ObjectKey key, String message, Throwable cause) {
            super(key.value(), message, cause, true);
        }
    }
}
