package io.berth.storage.tree;

import io.berth.object.Continuation;
import io.berth.object.ListRequest;
import io.berth.object.Listing;
import io.berth.object.Listing.Entry;
import io.berth.object.ObjectStore;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.Nullable;

/**
 * All keys below a prefix, in order. Each iterator reads the pages lazily, and is for one thread.
 *
 * @param after only keys greater than this; {@code null}: all
 * @param foldFolders as of a {@link ListRequest}
 * @param pageSize keys of the first page. Each further page is twice as large as the one before, up
 *     to {@link #MAX_PAGE}, so that a caller that skips most keys makes few requests
 */
public record PagedListing(
        ObjectStore store, String prefix, @Nullable String after, boolean foldFolders, int pageSize)
        implements Iterable<String> {

    /** The most keys of a page. */
    public static final int MAX_PAGE = 1000;

    public PagedListing(ObjectStore store, String prefix) {
        this(store, prefix, null, MAX_PAGE);
    }

    public PagedListing(ObjectStore store, String prefix, @Nullable String after, int pageSize) {
        this(store, prefix, after, false, pageSize);
    }

    /** The names of the folders directly below a prefix, in the order of their keys. */
    public static Stream<String> folders(ObjectStore store, String prefix) {
        return new PagedListing(store, prefix, null, true, MAX_PAGE)
                .stream()
                        .filter(entry -> entry.endsWith("/"))
                        .map(entry -> entry.substring(prefix.length(), entry.length() - 1));
    }

    /** Whether a listing of a prefix is not empty; empty folders on a disk count as entries. */
    public static boolean isAnyBelow(ObjectStore store, String prefix) {
        return !store.list(new ListRequest(prefix, null, true, 1)).entries().isEmpty();
    }

    public Stream<String> stream() {
        return StreamSupport.stream(spliterator(), false);
    }

    @Override
    public Iterator<String> iterator() {
        Iterator<Entry> entries = entries(false);
        return new Iterator<>() {
            @Override
            public boolean hasNext() {
                return entries.hasNext();
            }

            @Override
            public String next() {
                return entries.next().key();
            }
        };
    }

    /** An iterator over the entries with the {@link Entry#info} of each object. */
    public Iterator<Entry> withInfo() {
        return entries(true);
    }

    private Iterator<Entry> entries(boolean withInfo) {
        return new Iterator<>() {
            private Iterator<Entry> page = List.<Entry>of().iterator();
            private @Nullable String last = after;
            private boolean more = true;
            private int size = pageSize;
            private @Nullable Continuation continuation;

            @Override
            public boolean hasNext() {
                while (!page.hasNext() && more) {
                    Listing listing =
                            store.list(
                                    new ListRequest(
                                            prefix,
                                            last,
                                            foldFolders,
                                            size,
                                            withInfo,
                                            continuation));
                    page = listing.entries().iterator();
                    more = listing.more();
                    size = Math.min(2 * size, MAX_PAGE);
                    continuation = listing.continuation();
                }
                return page.hasNext();
            }

            @Override
            public Entry next() {
                if (!hasNext()) {
                    throw new NoSuchElementException();
                }
                Entry entry = page.next();
                last = entry.key();
                return entry;
            }
        };
    }
}
