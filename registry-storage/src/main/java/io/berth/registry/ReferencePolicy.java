package io.berth.registry;

/** What a pushed manifest must find in its repository. */
public enum ReferencePolicy {

    /** Every blob and manifest that it needs. */
    STRICT,

    /** Nothing: a mirror may hold a few platforms of an index only. */
    LENIENT
}
