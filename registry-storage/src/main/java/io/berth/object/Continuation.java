package io.berth.object;

/**
 * What a store wants to know again for the next page of a listing. Only the store that made it
 * understands it.
 */
public interface Continuation {}
