package io.berth.object;

/**
 * Identifies a write of an object. Equal versions of a key are of the same write; on S3, where an
 * ETag mostly follows from the bytes, they may also be of two writes of equal bytes. Every method
 * of a store returns the same version for the same write, for objects of any size.
 *
 * @param value opaque; only the store interprets it
 */
public record Version(String value) {}
