package io.berth.object;

/**
 * Tells one content of an object from another. Opaque; equal bytes may have equal versions, so a
 * version proves what an object holds, not that nobody wrote it meanwhile.
 */
public record Version(String value) {}
