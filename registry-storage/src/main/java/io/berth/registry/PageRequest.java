package io.berth.registry;

import org.jspecify.annotations.Nullable;

/**
 * Which part of a list is wanted.
 *
 * @param after only items that sort behind this text, which need not be in the list nor be a valid
 *     item; {@code null}: from the start
 * @param limit items at the most, 0 or more
 */
public record PageRequest(@Nullable String after, int limit) {

    public PageRequest {
        if (limit < 0) {
            throw new IllegalArgumentException("limit " + limit);
        }
    }

    public static PageRequest first(int limit) {
        return new PageRequest(null, limit);
    }
}
