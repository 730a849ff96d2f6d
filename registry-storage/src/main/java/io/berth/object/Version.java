package io.berth.object;

/**
 * Which write of an object was seen, in words of its store that mean nothing elsewhere. Two equal
 * ones are of the same write; on S3, where an ETag mostly follows from the bytes, they may also be
 * of two writes of equal bytes. It is the same in every answer about that write, of an object of
 * any size.
 *
 * @param value of the store
 */
public record Version(String value) {}
