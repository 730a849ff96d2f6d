package io.berth.http.message;

import io.berth.name.ByteRange;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The part of a content that a {@code Range} header asks for (RFC 9110, section 14).
 *
 * <p>Ranges are served as they were asked, in that order and unmerged: clients count the parts. A
 * request for more bytes than the content has, or for more than {@value #MAX_PARTS} parts, gets the
 * whole content, so that it costs no more than an ordinary request.
 */
public sealed interface RequestedRange {

    /** More parts than this are not worth serving one by one: the client gets everything. */
    int MAX_PARTS = 64;

    /** There is no header, or one to be ignored. */
    record Everything() implements RequestedRange {}

    /** The content has none of the requested bytes: status 416. */
    record Unsatisfiable() implements RequestedRange {}

    /**
     * @param ranges one or more, each inside the content and not empty
     */
    record Parts(List<ByteRange> ranges) implements RequestedRange {

        public Parts {
            ranges = List.copyOf(ranges);
        }
    }

    /**
     * Parses the header. Ignores a unit other than bytes and a value that cannot be parsed, as the
     * RFC demands. A range that ends before it starts should be ignored, too, but the conformance
     * suite of the specification wants it refused.
     *
     * @param header the value of {@code Range}; {@code null}: there is none
     * @param size of the content, in bytes
     */
    static RequestedRange of(@Nullable String header, long size) {
        String unit = "bytes=";
        if (header == null || !header.regionMatches(true, 0, unit, 0, unit.length())) {
            return new Everything();
        }
        List<ByteRange> ranges = new ArrayList<>(1);
        int asked = 0;
        long total = 0;
        for (String item : header.substring(unit.length()).split(",", MAX_PARTS + 2)) {
            String range = item.strip();
            if (range.isEmpty()) {
                continue; // RFC 9110, section 5.6.1.2: empty elements of a list do not count
            }
            int dash = range.indexOf('-');
            long first = Digits.parse(range, 0, dash);
            long last = Digits.parse(range, dash + 1, range.length());
            boolean suffix = dash == 0;
            boolean open = dash == range.length() - 1;
            if (dash < 0 || (suffix ? last < 0 : first < 0 || (last < 0 && !open))) {
                return new Everything();
            }
            if (++asked > MAX_PARTS) {
                return new Everything();
            }
            if (suffix) {
                first = Math.max(0, size - last);
                last = size - 1;
            } else if (open) {
                last = size - 1;
            }
            if (first < size && last >= first) {
                ranges.add(new ByteRange(first, Math.min(last, size - 1)));
                total += ranges.getLast().length();
            }
        }
        if (asked == 0 || total > size) {
            return new Everything();
        }
        return ranges.isEmpty() ? new Unsatisfiable() : new Parts(ranges);
    }
}
