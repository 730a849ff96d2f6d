package io.berth.object;

import org.jspecify.annotations.Nullable;

/** A store did not do what it was asked. */
public abstract sealed class ObjectStoreException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final String key;

    /**
     * @param broken whether something failed, so that somebody will want the stack; that an object
     *     is not there is an everyday answer
     */
    private ObjectStoreException(
            String key, String message, @Nullable Throwable cause, boolean broken) {
        super(message + ": " + key, cause, true, broken);
        this.key = key;
    }

    /** The key or prefix that was asked for. */
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

    /** The object is longer than the caller was ready to read; nothing of it was read. */
    public static final class TooLong extends ObjectStoreException {
        private static final long serialVersionUID = 1L;

        private final long size;

        /**
         * @param size bytes that it has
         */
        public TooLong(ObjectKey key, long size) {
            super(
                    key.value(),
                    "longer than what is to be read, with " + size + " bytes",
                    null,
                    false);
            this.size = size;
        }

        /** Bytes that the object has. */
        public long size() {
            return size;
        }
    }

    /** The condition of a write did not hold; nothing was written. */
    public static final class PreconditionFailed extends ObjectStoreException {
        private static final long serialVersionUID = 1L;

        public PreconditionFailed(ObjectKey key) {
            super(key.value(), "the object is not as expected", null, false);
        }
    }

    /** The store failed or cannot be reached; nothing was written. */
    public static final class Unavailable extends ObjectStoreException {
        private static final long serialVersionUID = 1L;

        public Unavailable(String key, String message, @Nullable Throwable cause) {
            super(key, message, cause, true);
        }
    }

    /**
     * Bytes of a new object that had been taken may be gone, and it is not known which: it must be
     * begun anew. Nothing is visible of it, and what is left of it is not used again.
     */
    public static final class BytesLost extends ObjectStoreException {
        private static final long serialVersionUID = 1L;

        public BytesLost(ObjectKey key, String message, Throwable cause) {
            super(key.value(), message, cause, true);
        }
    }

    /** The store failed while writing, and the write may have happened. */
    public static final class OutcomeUnknown extends ObjectStoreException {
        private static final long serialVersionUID = 1L;

        public OutcomeUnknown(ObjectKey key, String message, Throwable cause) {
            super(key.value(), message, cause, true);
        }
    }
}
