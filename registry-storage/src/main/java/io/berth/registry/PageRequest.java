package io.berth.registry;

import org.jspecify.annotations.Nullable;

/**
 * Which part of a list is requested.
 *
 * @param after only items that sort after this text, which need not be in the list nor be a valid
 *     item; {@code null}: from the start
 * @param limit number of items at most, 0 or more
 */
public record PageRequest(@Nullable String after, int limit) {

    public PageRequest {
        if (limit < 0) {
            throw new IllegalArgumentException("the limit must not be negative: " + limit);
        }
    }

    public static PageRequest first(int limit) {
        return new PageRequest(null, limit);
    }
}
