package io.berth.registry;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Part of a list.
 *
 * @param more whether there may be items behind this page
 * @param next the text behind which the next page begins ({@link PageRequest#after}), where that is
 *     not the last item: a page may end before it is full, and without any item; {@code null}: the
 *     last item
 */
public record Page<T>(List<T> items, boolean more, @Nullable String next) {

    public Page {
        items = List.copyOf(items);
        if (more && next == null && items.isEmpty()) {
            throw new IllegalArgumentException(
                    "a page that is not the last must have an item or say where to go on");
        }
    }

    public Page(List<T> items, boolean more) {
        this(items, more, null);
    }
}
