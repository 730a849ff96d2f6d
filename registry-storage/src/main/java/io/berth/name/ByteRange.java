package io.berth.name;

/**
 * A range of bytes of some content, both ends included, counted from 0.
 *
 * @param first position of the first byte
 * @param last position of the last byte; {@code first - 1} for an empty range
 */
public record ByteRange(long first, long last) {

    public ByteRange {
        if (first < 0 || last < first - 1) {
            throw new IllegalArgumentException("not a range: " + first + "-" + last);
        }
    }

    /** The whole of a content of {@code size} bytes. */
    public static ByteRange all(long size) {
        return new ByteRange(0, size - 1);
    }

    public long length() {
        return last - first + 1;
    }
}
