package io.berth.stored;

import io.berth.object.ListRequest;
import io.berth.object.Listing;
import io.berth.object.ObjectStore;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Those folders directly below a prefix that a caller accepts, in order of their names (which is
 * not that of their keys: see {@link NameOrder}).
 *
 * <p>Not safe for several threads. Reads the listing page by page as it goes.
 */
final class FolderNames implements Iterator<String> {

    private final ObjectStore store;
    private final String prefix;
    private final @Nullable String after;
    private final int pageSize;
    private final Predicate<String> accepted;

    private final Deque<String> ready = new ArrayDeque<>();
    private final Deque<String> listed = new ArrayDeque<>();
    private final NameOrder order = new NameOrder();

    private @Nullable String position;
    private boolean listingEnded;

    /**
     * @param after only names greater than this; {@code null}: all
     * @param pageSize entries asked for at once
     * @param accepted whether a name is one of those wanted; asked for names that may not be there,
     *     too
     */
    FolderNames(
            ObjectStore store,
            String prefix,
            @Nullable String after,
            int pageSize,
            Predicate<String> accepted) {
        this.store = store;
        this.prefix = prefix;
        this.after = after;
        this.pageSize = pageSize;
        this.accepted = accepted;
        // Without the slash: "a-b/" sorts before "a/" and would be lost.
        this.position = after == null ? null : prefix + after;
    }

    @Override
    public boolean hasNext() {
        while (ready.isEmpty()) {
            if (listed.isEmpty() && !readPage()) {
                return false;
            }
            for (String name : order.due(listed.removeFirst())) {
                if (isWanted(name) && accepted.test(name)) {
                    ready.add(name);
                }
            }
        }
        return true;
    }

    @Override
    public String next() {
        if (!hasNext()) {
            throw new NoSuchElementException();
        }
        return ready.removeFirst();
    }

    private boolean readPage() {
        while (listed.isEmpty() && !listingEnded) {
            Listing page = store.list(new ListRequest(prefix, position, true, pageSize));
            for (String entry : page.entries()) {
                position = entry;
                if (entry.endsWith("/")) {
                    listed.add(entry.substring(prefix.length(), entry.length() - 1));
                }
            }
            listingEnded = !page.more();
        }
        return !listed.isEmpty();
    }

    private boolean isWanted(String name) {
        return after == null || name.compareTo(after) > 0;
    }
}
