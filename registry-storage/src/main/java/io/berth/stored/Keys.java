package io.berth.stored;

import io.berth.object.ListRequest;
import io.berth.object.Listing;
import io.berth.object.ObjectStore;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import org.jspecify.annotations.Nullable;

/** All keys below a prefix, in order, read page by page as an iterator goes. */
record Keys(ObjectStore store, String prefix) implements Iterable<String> {

    private static final int PAGE_SIZE = 1000;

    @Override
    public Iterator<String> iterator() {
        return new Iterator<>() {
            private Iterator<String> page = List.<String>of().iterator();
            private @Nullable String last;
            private boolean more = true;

            @Override
            public boolean hasNext() {
                while (!page.hasNext() && more) {
                    Listing listing = store.list(new ListRequest(prefix, last, false, PAGE_SIZE));
                    page = listing.entries().iterator();
                    more = listing.more();
                }
                return page.hasNext();
            }

            @Override
            public String next() {
                if (!hasNext()) {
                    throw new NoSuchElementException();
                }
                String key = page.next();
                last = key;
                return key;
            }
        };
    }
}
