package io.berth.registry;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A page of a list.
 *
 * @param more whether there may be items after this page
 * @param next the {@link PageRequest#after} of the next page, where that is not the last item,
 *     because a page may end early, even without any item; {@code null}: the next page begins after
 *     the last item
 */
public record Page<T>(List<T> items, boolean more, @Nullable String next) {

    public Page {
        items = List.copyOf(items);
        if (more && next == null && items.isEmpty()) {
            throw new IllegalArgumentException(
                    "a page that is not the last must have an item or say where the next page begins");
        }
    }

    public Page(List<T> items, boolean more) {
        this(items, more, null);
    }
}
