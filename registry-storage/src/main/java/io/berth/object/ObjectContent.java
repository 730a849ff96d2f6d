package io.berth.object;

/**
 * A small object as it was at one moment.
 *
 * @param bytes not copied, and must not be changed
 * @param version for {@link Condition#ifUnchanged}
 */
@SuppressWarnings("ArrayRecordComponent") // a carrier of an answer, never compared
public record ObjectContent(byte[] bytes, Version version) {}
