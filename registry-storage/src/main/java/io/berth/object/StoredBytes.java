package io.berth.object;

/**
 * A small object as it was read.
 *
 * @param bytes not copied: neither side changes them
 */
@SuppressWarnings("ArrayRecordComponent") // a carrier of two results, never compared
public record StoredBytes(byte[] bytes, Version version) {}
