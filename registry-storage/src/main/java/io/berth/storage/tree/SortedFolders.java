package io.berth.storage.tree;

import io.berth.object.Continuation;
import io.berth.object.ListRequest;
import io.berth.object.Listing;
import io.berth.object.ObjectStore;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Those folders directly below a prefix that a caller accepts, in order of their names (which is
 * not that of their keys: see {@link NameOrder}).
 *
 * <p>A name that comes due before the listing has come to it is looked for in the page that was
 * read; only where that does not reach far enough the caller is asked. So a page of names costs
 * about a page of the listing.
 *
 * <p>Not safe for several threads. Reads the listing page by page as it goes.
 */
public final class SortedFolders implements Iterator<String> {

    /** No key has this character, and all it may have sort before it. */
    private static final String BEHIND_ALL = "~";

    private final ObjectStore store;
    private final String prefix;
    private final @Nullable String leaf;
    private final @Nullable String after;
    private final int pageSize;
    private final Predicate<String> valid;
    private final Predicate<String> isThere;
    private final Predicate<String> listedIsThere;

    private final Deque<String> ready = new ArrayDeque<>();
    private final Deque<String> listed = new ArrayDeque<>();
    private final NameOrder order = new NameOrder();

    /** The names of the page that was read last. */
    private final Set<String> page = new HashSet<>();

    private @Nullable String position;
    private boolean listingEnded;
    private @Nullable Continuation continuation;

    /**
     * @param leaf only folders that hold an object of this name, which the listing then has to
     *     show: everything in the folders is listed; {@code null}: all folders
     * @param after only names greater than this; {@code null}: all
     * @param pageSize entries asked for at once
     * @param valid whether a name is one of those wanted
     * @param isThere asks the store for a valid name
     * @param listedIsThere whether a valid name that is listed is one of those wanted
     */
    public SortedFolders(
            ObjectStore store,
            String prefix,
            @Nullable String leaf,
            @Nullable String after,
            int pageSize,
            Predicate<String> valid,
            Predicate<String> isThere,
            Predicate<String> listedIsThere) {
        this.store = store;
        this.prefix = prefix;
        this.leaf = leaf;
        this.after = after;
        this.pageSize = pageSize;
        this.valid = valid;
        this.isThere = isThere;
        this.listedIsThere = listedIsThere;
        // Without the slash: "a-b/" sorts before "a/" and would be lost.
        this.position = after == null ? null : prefix + after;
    }

    /**
     * All folders with a valid name that are listed, whatever is in them; a name that comes due
     * earlier than it is listed must not be valid, or is taken to be there.
     */
    public SortedFolders(
            ObjectStore store, String prefix, @Nullable String after, Predicate<String> valid) {
        this(store, prefix, null, after, PagedListing.MAX_PAGE, valid, name -> true, name -> true);
    }

    @Override
    public boolean hasNext() {
        while (ready.isEmpty()) {
            if (listed.isEmpty() && !readPage()) {
                return false;
            }
            for (String name : order.due(listed.removeFirst())) {
                if (isWanted(name) && isThere(name)) {
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
            Listing listing =
                    store.list(
                            new ListRequest(prefix, position, leaf == null, pageSize)
                                    .continuing(continuation));
            continuation = listing.continuation();
            page.clear();
            for (String entry : listing.keys()) {
                position = entry;
                String name = nameOf(entry);
                if (name != null) {
                    listed.add(name);
                    page.add(name);
                }
            }
            listingEnded = !listing.more();
            skipRestOfFolder();
        }
        return !listed.isEmpty();
    }

    private @Nullable String nameOf(String entry) {
        String end = leaf == null ? "/" : "/" + leaf;
        if (!entry.endsWith(end)) {
            return null;
        }
        String name =
                entry.substring(
                        prefix.length(), Math.max(prefix.length(), entry.length() - end.length()));
        return name.isEmpty() || name.indexOf('/') >= 0 ? null : name;
    }

    /** A folder may hold more than fits on a page, and no more is to be learnt from it. */
    private void skipRestOfFolder() {
        String last = position;
        if (leaf == null || last == null || last.length() < prefix.length()) {
            return;
        }
        int slash = last.indexOf('/', prefix.length());
        if (slash >= 0 && last.substring(slash + 1).compareTo(leaf) >= 0) {
            position = last.substring(0, slash + 1) + BEHIND_ALL;
        }
    }

    private boolean isWanted(String name) {
        return (after == null || name.compareTo(after) > 0) && valid.test(name);
    }

    private boolean isThere(String name) {
        if (page.contains(name)) {
            return listedIsThere.test(name);
        }
        // The listing has come to it neither before this page nor in it.
        String due = prefix + name + "/" + (leaf == null ? "" : leaf);
        boolean passed = listingEnded || (position != null && position.compareTo(due) > 0);
        return !passed && isThere.test(name);
    }
}
