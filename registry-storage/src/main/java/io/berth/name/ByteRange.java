package io.berth.name;

/**
 * Part of some content, both ends included, counted from 0.
 *
 * @param first of the bytes wanted
 * @param last of the bytes wanted; {@code first - 1} for an empty range
 */
public record ByteRange(long first, long last) {

    public ByteRange {
        if (first < 0 || last < first - 1) {
            throw new IllegalArgumentException("not a range: " + first + "-" + last);
        }
    }

    /** All of content that is {@code size} bytes long. */
    public static ByteRange all(long size) {
        return new ByteRange(0, size - 1);
    }

    public long length() {
        return last - first + 1;
    }
}
