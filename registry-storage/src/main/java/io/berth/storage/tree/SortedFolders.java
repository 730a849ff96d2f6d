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
 * Iterates over those folders directly below a prefix that a caller accepts, in the order of their
 * names, which is not the order of their keys (see {@link NameOrder}).
 *
 * <p>A candidate that the listing has not reached yet is looked up in the page that was read; only
 * if it sorts after that page, the caller is asked. So a page of names costs about one page of the
 * listing.
 *
 * <p>Reads the pages of the listing lazily. For one thread.
 */
public final class SortedFolders implements Iterator<String> {

    /** Sorts after every character that a key can have. */
    private static final String AFTER_ALL = "~";

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
     * @param leaf only folders with an object of this name, for which everything in the folders is
     *     listed; {@code null}: all folders
     * @param after only names greater than this; {@code null}: all
     * @param pageSize entries of a page of the listing
     * @param valid whether a name is accepted
     * @param isThere asks the store whether a valid name that is not in the page is accepted
     * @param listedIsThere whether a valid name in the listing is accepted
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
     * All folders with a valid name. A candidate (see {@link NameOrder}) that is valid is taken to
     * exist, also if it does not.
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
            for (String name : order.next(listed.removeFirst())) {
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

    /** Skips the rest of a folder, which may exceed a page, when the leaf is behind. */
    private void skipRestOfFolder() {
        String last = position;
        if (leaf == null || last == null || last.length() < prefix.length()) {
            return;
        }
        int slash = last.indexOf('/', prefix.length());
        if (slash >= 0 && last.substring(slash + 1).compareTo(leaf) >= 0) {
            position = last.substring(0, slash + 1) + AFTER_ALL;
        }
    }

    private boolean isWanted(String name) {
        return (after == null || name.compareTo(after) > 0) && valid.test(name);
    }

    private boolean isThere(String name) {
        if (page.contains(name)) {
            return listedIsThere.test(name);
        }
        // The listing has not reached the name before this page.
        String due = prefix + name + "/" + (leaf == null ? "" : leaf);
        boolean passed = listingEnded || (position != null && position.compareTo(due) > 0);
        return !passed && isThere.test(name);
    }
}
