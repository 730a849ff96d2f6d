package io.berth.object;

/**
 * The content and the version of a small object, both of the same write.
 *
 * @param bytes not copied, and must not be changed
 * @param version for {@link Condition#ifUnchanged}
 */
@SuppressWarnings("ArrayRecordComponent") // a carrier of an answer, never compared
public record ObjectContent(byte[] bytes, Version version) {}
