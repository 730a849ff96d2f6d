package io.berth.registry;

import java.util.List;

/**
 * Part of a list.
 *
 * @param more whether there are items behind the last one of this page
 */
public record Page<T>(List<T> items, boolean more) {

    public Page {
        items = List.copyOf(items);
    }
}
