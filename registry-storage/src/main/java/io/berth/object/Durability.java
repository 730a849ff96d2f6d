package io.berth.object;

/**
 * What a write promises about a loss of power. A store that always survives one (an object store
 * behind a network) treats all alike. A crash of this process alone never loses a write that
 * returned, whatever its durability.
 */
public enum Durability {
    /** The object survives: its bytes and its name. So does everything this store wrote before. */
    DURABLE,
    /**
     * The object is whole or absent, never torn; it becomes durable with the next {@link #DURABLE}
     * write.
     */
    WHOLE,
    /** As {@link #WHOLE}, but the object may come back empty: for objects whose key says it all. */
    HINT
}
