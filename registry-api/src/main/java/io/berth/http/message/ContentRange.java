package io.berth.http.message;

import io.berth.name.ByteRange;
import java.util.Optional;

/**
 * The {@code Content-Range} of a chunk that is pushed (distribution-spec, "Pushing a blob in
 * chunks"): {@code first-last}. The unit and the size that RFC 9110 has in that header may be there
 * and are not looked at.
 */
public final class ContentRange {

    private ContentRange() {}

    /** Empty when the value is not a range of one byte or more. */
    public static Optional<ByteRange> parse(String header) {
        String value = header.strip();
        if (value.regionMatches(true, 0, "bytes", 0, "bytes".length())) {
            value = value.substring("bytes".length()).stripLeading();
        }
        int slash = value.indexOf('/');
        int end = slash < 0 ? value.length() : slash;
        int dash = value.indexOf('-');
        if (dash < 0) {
            return Optional.empty();
        }
        long first = Digits.parse(value, 0, dash);
        long last = Digits.parse(value, dash + 1, end);
        return first < 0 || last < first || last == Long.MAX_VALUE
                ? Optional.empty()
                : Optional.of(new ByteRange(first, last));
    }
}
