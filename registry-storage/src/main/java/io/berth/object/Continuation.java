package io.berth.object;

/**
 * The state of a listing that a store needs again for the next page. Only the store that made it
 * can interpret it.
 */
public interface Continuation {}
