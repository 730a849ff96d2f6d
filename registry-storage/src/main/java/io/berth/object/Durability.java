package io.berth.object;

/**
 * What a write promises about a loss of power. Remote stores treat all values alike, because they
 * always survive one. A crash of this process alone never loses a write that returned, with any
 * durability.
 */
public enum Durability {
    /** The object survives, bytes and name, and so does everything that this store wrote before. */
    DURABLE,
    /**
     * After a loss of power the object is complete or absent, never torn. The next {@link #DURABLE}
     * write makes it durable.
     */
    WHOLE,
    /**
     * As {@link #WHOLE}, but the object may be empty: for objects whose key is all that is read.
     */
    HINT
}
